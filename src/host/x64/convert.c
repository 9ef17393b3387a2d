/* Conversions between floats and integers. The host's answer out of range is the smallest integer, with invalid raised;
 * what the operations want instead cold code computes by their meaning. No pattern raises a flag that the operation does not. */
#include "host/x64/lower.h"

enum { ANY_FLOAT = NO_REG - FLOAT_REGS };

static bool is_double(enum ir_type type) { return type == IR_F64; }

static void zero_vector(struct lowering *l, unsigned reg) { emit_op(&l->e, X64_PXOR, 32, reg, in_reg(reg)); }
static void fill_vector(struct lowering *l, unsigned reg) { emit_op3(&l->e, X64_PCMPEQD, 128, reg, reg, in_reg(reg)); }

void lower_f_from_f(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!is_double(insn->type) && insn->aux != ROUND_DYNAMIC) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_float(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op3(&l->e, is_double(insn->type) ? X64_CVTSS2SD : X64_CVTSD2SS, 32, define_float(l, v, a), a, in_reg(a));
}

/* cvtsi2sd writes part of its register: zeroing it first cuts the dependence on what was there. Ones do that too, and then cvtsi2ss gives a boxed float. */
static void convert_integer(struct lowering *l, ir_ref v, unsigned width, unsigned d, struct operand from)
{
    enum ir_type to = insn_of(l, v)->type;
    bool boxed = !is_double(to) && d < LOW_VECTORS;
    if (boxed)
        fill_vector(l, d);
    else
        zero_vector(l, d);
    emit_op(&l->e, X64_CVTSI2SS + is_double(to), width, d, from);
    l->ra.value[v].boxed = boxed;
}

static bool rounds_as_the_host(const struct ir_insn *insn, enum ir_type from)
{
    return insn->aux == ROUND_DYNAMIC || (is_double(insn->type) && from == IR_I32);
}

void lower_f_from_s(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    if (!rounds_as_the_host(insn, from)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = regalloc_use(&l->ra, insn->arg[0]);
    regalloc_release(&l->ra);
    convert_integer(l, v, type_bits(from), define_float(l, v, ANY_FLOAT), in_reg(a));
}

/* As a signed number of 64 bits, which it is unless it is 2^63 or more. */
void lower_f_from_u(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    if (!rounds_as_the_host(insn, from)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_clean(l, insn->arg[0]);
    regalloc_release(&l->ra);
    unsigned d = define_float(l, v, ANY_FLOAT);
    if (from == IR_I32) {
        convert_integer(l, v, 64, d, in_reg(a));
        return;
    }
    struct cold *c = new_evaluation(l, a, NO_REG, NO_REG, d + FLOAT_REGS);
    emit_op(&l->e, X64_TEST, 64, a, in_reg(a));
    emit_jcc(&l->e, CC_S, &c->entry);
    convert_integer(l, v, 64, d, in_reg(a));
    emit_bind(&l->e, &c->back);
    l->ra.value[v].boxed = false; /* nor is what cold code gives */
}

/* The smallest integer is the only one from which 1 cannot be subtracted. */
static void leave_if_smallest(struct lowering *l, unsigned width, unsigned d, struct cold *c)
{
    emit_imm(&l->e, X64_CMP_IMM, width, in_reg(d), 1);
    emit_jcc(&l->e, CC_O, &c->entry);
}

/* Negative, too large or NaN: tested before the conversion, which would raise the wrong flags. */
static void leave_unless_in_range(struct lowering *l, enum ir_type from, enum float_mask limit, unsigned a, struct cold *c)
{
    enum x64_op compare = X64_UCOMISS + is_double(from);
    emit_op(&l->e, compare, 32, a, float_mask(l, MASK_ZERO));
    emit_jcc(&l->e, CC_B, &c->entry);
    emit_op(&l->e, compare, 32, a, float_mask_of(l, limit, from));
    emit_jcc(&l->e, CC_AE, &c->entry);
}

void lower_integer_from_f(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    if (insn->type < IR_I32 || (insn->aux != ROUND_DYNAMIC && insn->aux != ROUND_ZERO)) {
        lower_evaluation(l, v);
        return;
    }
    enum x64_op op = (insn->aux == ROUND_ZERO ? X64_CVTTSS2SI : X64_CVTSS2SI) + is_double(from);
    unsigned a = use_float(l, insn->arg[0]);
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    struct cold *c = new_evaluation(l, a + FLOAT_REGS, NO_REG, NO_REG, d);
    if (insn->op == IR_s_from_f) {
        unsigned width = type_bits(insn->type);
        emit_op(&l->e, op, width, d, in_reg(a));
        leave_if_smallest(l, width, d, c);
    } else {
        leave_unless_in_range(l, from, insn->type == IR_I32 ? LIMIT_U32 : LIMIT_S64, a, c);
        emit_op(&l->e, op, 64, d, in_reg(a));
    }
    emit_bind(&l->e, &c->back);
}

/* The host's own answer is the one that is wanted. */
void lower_s_or_min_from_f(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    if (insn->aux != ROUND_DYNAMIC && insn->aux != ROUND_ZERO) {
        lower_evaluation(l, v);
        return;
    }
    enum x64_op op = (insn->aux == ROUND_ZERO ? X64_CVTTSS2SI : X64_CVTSS2SI) + is_double(from);
    struct operand a = float_operand(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op(&l->e, op, type_bits(insn->type), regalloc_define(&l->ra, v, NO_REG), a);
}
