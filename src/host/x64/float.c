/* Floating point on the host's own scalar units, under the guest's rounding mode and into the guest's sticky flags, which are
 * the host thread's. Where NaNs or signed zeros need what the host does not do, cold code calls the operation's meaning. */
#include "host/x64/lower.h"
#include "ir/float.h"

/* ---- words ---------------------------------------------------------------------------------------------------------------------- */

static bool is_double(enum ir_type type) { return type == IR_F64; }

unsigned use_float(struct lowering *l, ir_ref v) { return regalloc_use(&l->ra, v) - FLOAT_REGS; }

struct operand float_operand(struct lowering *l, ir_ref v)
{
    unsigned cell;
    return regalloc_in_cell(&l->ra, v, &cell) ? cell_at(cell) : in_reg(use_float(l, v));
}

unsigned define_float(struct lowering *l, ir_ref v, unsigned prefer)
{
    return regalloc_define(&l->ra, v, prefer + FLOAT_REGS) - FLOAT_REGS;
}

enum { ANY_FLOAT = NO_REG - FLOAT_REGS }; /* no preference */

struct operand float_mask(struct lowering *l, enum float_mask mask)
{
    return (struct operand){ .is_memory = true, .base = RIP_LANDMARK, .index = NO_INDEX, .disp = 16 * (int32_t)mask,
                             .landmark = &l->runtime[FLOAT_MASKS] };
}

struct operand float_mask_of(struct lowering *l, enum float_mask mask, enum ir_type type)
{
    return float_mask(l, mask + is_double(type));
}

void emit_float_move(struct lowering *l, unsigned to, unsigned from)
{
    if (to == from)
        return;
    if (l->e.avx && to < 8 && from >= 8 && from < 16)
        emit_op(&l->e, X64_MOVAPS_BACK, 32, from, in_reg(to)); /* a byte shorter */
    else
        emit_op(&l->e, X64_MOVAPS, 32, to, in_reg(from));
}

/* d = a op b; `op` is the form for 32 bits. d may be a or b. */
static void float_binary(struct lowering *l, enum x64_op op, enum ir_type type, bool commutative, unsigned d, unsigned a, struct operand b)
{
    op += is_double(type);
    if (l->e.avx) {
        emit_op3(&l->e, op, 32, d, a, b);
    } else if (b.is_memory || b.reg != d || a == d) {
        emit_float_move(l, d, a);
        emit_op(&l->e, op, 32, d, b);
    } else if (commutative) {
        emit_op(&l->e, op, 32, d, in_reg(a));
    } else {
        regalloc_pin(&l->ra, a + FLOAT_REGS);
        unsigned copy = regalloc_scratch(&l->ra, true) - FLOAT_REGS;
        emit_float_move(l, copy, b.reg);
        emit_float_move(l, d, a);
        emit_op(&l->e, op, 32, d, in_reg(copy));
    }
}

static void float_logic(struct lowering *l, enum x64_op op, unsigned d, unsigned a, struct operand b)
{
    if (l->e.avx) {
        emit_op3(&l->e, op, 32, d, a, b);
    } else if (!b.is_memory && b.reg == d) {
        emit_op(&l->e, op, 32, d, in_reg(a));
    } else {
        emit_float_move(l, d, a);
        emit_op(&l->e, op, 32, d, b);
    }
}

/* ---- cold code ---------------------------------------------------------------------------------------------------------------------- */

void store_vector(struct lowering *l, unsigned cell, unsigned reg, enum ir_type type)
{
    if (!is_double(type))
        emit_imm(&l->e, X64_MOV_IMM, 64, cell_at(cell), 0);
    emit_op(&l->e, X64_MOVSS_STORE + is_double(type), 32, reg, cell_at(cell));
}

/* reg[0 to 2]: registers of the operands, reg[3]: of the result, by the allocator's numbers. */
static void cold_evaluation(struct lowering *l, struct cold *c)
{
    for (unsigned k = 0; k < ir_ops[c->insn->op].arguments; k++) {
        if (c->reg[k] >= FLOAT_REGS)
            store_vector(l, CELL_OPERAND_A + k, c->reg[k] - FLOAT_REGS, ir_result_type(insn_of(l, c->insn->arg[k])));
        else
            emit_op(&l->e, X64_MOV_STORE, 64, c->reg[k], cell_at(CELL_OPERAND_A + k));
    }
    emit_evaluation(l, c->insn);
    l->ra.emit->load(l, c->reg[3], CELL_OPERAND_A, false);
    emit_jmp(&l->e, &c->back);
}

struct cold *new_evaluation(struct lowering *l, unsigned a, unsigned b, unsigned c, unsigned result)
{
    struct cold *cold = new_cold(l, cold_evaluation);
    cold->reg[0] = (uint8_t)a;
    cold->reg[1] = (uint8_t)b;
    cold->reg[2] = (uint8_t)c;
    cold->reg[3] = (uint8_t)result;
    return cold;
}

static void load_canonical_nan(struct lowering *l, struct cold *c)
{
    enum ir_type type = c->insn->type;
    emit_op(&l->e, X64_MOVSD_LOAD, 32, c->reg[3] - FLOAT_REGS, float_mask_of(l, MASK_NAN, type));
}

static void cold_canonical_nan(struct lowering *l, struct cold *c)
{
    load_canonical_nan(l, c);
    emit_jmp(&l->e, &c->back);
}

static void emit_unordered_test(struct lowering *l, enum ir_type type, unsigned reg)
{
    emit_op(&l->e, X64_UCOMISS + is_double(type), 32, reg, in_reg(reg));
}

/* ---- bits ----------------------------------------------------------------------------------------------------------------------------- */

void lower_f_bits(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    struct operand from = float_operand(l, insn->arg[0]);
    bool wide = insn->type == IR_I64;
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    if (from.is_memory)
        emit_op(&l->e, X64_MOV_LOAD, wide ? 64 : 32, d, from);
    else
        emit_op(&l->e, wide ? X64_MOVQ_FROM_X : X64_MOVD_FROM_X, 32, from.reg, in_reg(d));
}

void emit_bits_to_float(struct lowering *l, enum ir_type type, unsigned to, unsigned from)
{
    emit_op(&l->e, is_double(type) ? X64_MOVQ_TO_X : X64_MOVD_TO_X, 32, to, in_reg(from));
}

void lower_bits_f(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned cell;
    if (is_folded(l, insn->arg[0])) {
        lower_extended_load(l, v);
    } else if (regalloc_in_cell(&l->ra, insn->arg[0], &cell)) {
        regalloc_release(&l->ra);
        emit_op(&l->e, X64_MOVSS_LOAD + is_double(insn->type), 32, define_float(l, v, ANY_FLOAT), cell_at(cell));
    } else {
        unsigned from = regalloc_use(&l->ra, insn->arg[0]);
        regalloc_release(&l->ra);
        emit_bits_to_float(l, insn->type, define_float(l, v, ANY_FLOAT), from);
    }
}

static bool is_boxed(const struct lowering *l, ir_ref v) { return l->ra.value[v].boxed; }

/* The result's register has the upper bits of an operand's. */
static void note_boxed(struct lowering *l, ir_ref v, bool boxed) { l->ra.value[v].boxed = boxed; }

void lower_f_box(struct lowering *l, ir_ref v)
{
    if (is_boxed(l, insn_of(l, v)->arg[0])) {
        regalloc_alias(&l->ra, v, insn_of(l, v)->arg[0]);
        return;
    }
    unsigned a = use_float(l, insn_of(l, v)->arg[0]);
    regalloc_release(&l->ra);
    float_logic(l, X64_POR, define_float(l, v, a), a, float_mask(l, MASK_BOX));
}

/* Bits 63 to 32 all ones, or it is the canonical NaN. */
void lower_f_unbox(struct lowering *l, ir_ref v)
{
    unsigned a = use_float(l, insn_of(l, v)->arg[0]);
    bool by_test = has(l, FEATURE_SSE41) && a < 16;
    unsigned upper = by_test ? 0 : regalloc_scratch(&l->ra, false);
    regalloc_release(&l->ra);
    unsigned d = define_float(l, v, a);
    struct cold *c = new_cold(l, cold_canonical_nan);
    c->reg[3] = (uint8_t)(d + FLOAT_REGS);
    emit_float_move(l, d, a);
    if (by_test) {
        emit_op(&l->e, X64_PTEST, 32, a, float_mask(l, MASK_BOX));
        emit_jcc(&l->e, CC_AE, &c->entry);
    } else {
        emit_op(&l->e, X64_MOVQ_FROM_X, 32, a, in_reg(upper));
        emit_imm(&l->e, X64_SHR, 64, in_reg(upper), 32);
        emit_imm(&l->e, X64_CMP_IMM, 32, in_reg(upper), -1);
        emit_jcc(&l->e, CC_NE, &c->entry);
    }
    emit_bind(&l->e, &c->back);
    note_boxed(l, v, true);
}

void lower_f_sign(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool negate = insn->op == IR_f_neg;
    unsigned a = use_float(l, insn->arg[0]);
    regalloc_release(&l->ra);
    float_logic(l, negate ? X64_PXOR : X64_PAND, define_float(l, v, a), a, float_mask_of(l, negate ? MASK_SIGN : MASK_ABS, insn->type));
    note_boxed(l, v, is_boxed(l, insn->arg[0]));
}

void lower_f_copysign(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned a = use_float(l, insn->arg[0]), b = use_float(l, insn->arg[1]);
    unsigned sign = regalloc_scratch(&l->ra, true) - FLOAT_REGS;
    float_logic(l, X64_PAND, sign, b, float_mask_of(l, MASK_SIGN, insn->type));
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, sign + FLOAT_REGS);
    unsigned d = define_float(l, v, a);
    float_logic(l, X64_PAND, d, a, float_mask_of(l, MASK_ABS, insn->type));
    float_logic(l, X64_POR, d, d, in_reg(sign));
    note_boxed(l, v, is_boxed(l, insn->arg[0]));
}

/* ---- arithmetic ------------------------------------------------------------------------------------------------------------------------- */

void lower_f_arithmetic(struct lowering *l, ir_ref v)
{
    static const struct { uint16_t op; bool commutative; } ops[] = {
        [IR_f_add - IR_f_add] = { X64_ADDSS, true }, [IR_f_sub - IR_f_add] = { X64_SUBSS, false },
        [IR_f_mul - IR_f_add] = { X64_MULSS, true }, [IR_f_div - IR_f_add] = { X64_DIVSS, false },
    };
    const struct ir_insn *insn = insn_of(l, v);
    unsigned which = insn->op - IR_f_add;
    if (insn->aux != ROUND_DYNAMIC) {
        lower_evaluation(l, v);
        return;
    }
    ir_ref first = insn->arg[0], second = insn->arg[1];
    if (ops[which].commutative && is_boxed(l, second) && !is_boxed(l, first)) {
        first = second;
        second = insn->arg[0];
    }
    unsigned a = use_float(l, first);
    struct operand b = float_operand(l, second);
    regalloc_release(&l->ra);
    float_binary(l, ops[which].op, insn->type, ops[which].commutative, define_float(l, v, a), a, b);
    note_boxed(l, v, is_boxed(l, first) && (l->e.avx || is_boxed(l, second)));
}

void lower_f_sqrt(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->aux != ROUND_DYNAMIC) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_float(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op3(&l->e, X64_SQRTSS + is_double(insn->type), 32, define_float(l, v, a), a, in_reg(a));
    note_boxed(l, v, l->e.avx && is_boxed(l, insn->arg[0]));
}

static bool is_fused(const struct lowering *l, const struct ir_insn *insn)
{
    return insn->op == IR_f_muladd && insn->aux == ROUND_DYNAMIC && has(l, FEATURE_FMA);
}

/* The host does not raise invalid for infinity * 0 + quiet NaN. Whatever made the result a NaN, the meaning of a * b + NaN
 * raises no flag but that one. */
static void cold_muladd(struct lowering *l, struct cold *c)
{
    enum ir_type type = c->insn->type;
    unsigned d = c->reg[3] - FLOAT_REGS;
    load_canonical_nan(l, c);
    store_vector(l, CELL_OPERAND_A, c->reg[0] - FLOAT_REGS, type);
    store_vector(l, CELL_OPERAND_B, c->reg[1] - FLOAT_REGS, type);
    store_vector(l, CELL_OPERAND_C, d, type);
    emit_evaluation(l, c->insn);
    emit_jmp(&l->e, &c->back);
}

/* d = a * b + c, with d in place of c; cold_muladd reads a and b again. */
void lower_f_muladd(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!is_fused(l, insn)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_float(l, insn->arg[0]), b = use_float(l, insn->arg[1]), addend = use_float(l, insn->arg[2]);
    unsigned d = regalloc_define_over(&l->ra, v, insn->arg[2]) - FLOAT_REGS;
    struct cold *c = new_cold(l, cold_muladd);
    c->reg[0] = (uint8_t)(a + FLOAT_REGS);
    c->reg[1] = (uint8_t)(b + FLOAT_REGS);
    c->reg[3] = (uint8_t)(d + FLOAT_REGS);
    emit_float_move(l, d, addend);
    emit_op3(&l->e, X64_FMASS + is_double(insn->type), 32, d, a, in_reg(b));
    emit_unordered_test(l, insn->type, d);
    emit_jcc(&l->e, CC_P, &c->entry);
    emit_bind(&l->e, &c->back);
    note_boxed(l, v, is_boxed(l, insn->arg[2]));
}

static bool gives_canonical_nans(const struct lowering *l, const struct ir_insn *insn) { return is_fused(l, insn); }

/* Never a signalling NaN, so that a quiet comparison does not raise invalid. */
static bool gives_quiet_nans(const struct ir_insn *insn) { return ir_ops[insn->op].traits & FLAGS && type_is_float(insn->type); }

void lower_f_canon(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    ir_ref from = insn->arg[0];
    if (gives_canonical_nans(l, insn_of(l, from))) {
        regalloc_alias(&l->ra, v, from);
        note_boxed(l, v, is_boxed(l, from));
        return;
    }
    if (!gives_quiet_nans(insn_of(l, from))) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_float(l, from);
    regalloc_release(&l->ra);
    unsigned d = define_float(l, v, a);
    emit_float_move(l, d, a);
    note_boxed(l, v, is_boxed(l, from));
    note_unsettled(l, v, d);
}

/* Equal operands are the same number or zeros: the smaller has either's sign, the larger both's. Else there is a NaN. */
static void cold_min_max(struct lowering *l, struct cold *c)
{
    struct label is_nan = { 0 };
    emit_jcc(&l->e, CC_P, &is_nan);
    float_logic(l, c->insn->op == IR_f_min ? X64_POR : X64_PAND, c->reg[3] - FLOAT_REGS, c->reg[0] - FLOAT_REGS,
                in_reg(c->reg[1] - FLOAT_REGS));
    emit_jmp(&l->e, &c->back);
    emit_bind(&l->e, &is_nan);
    cold_evaluation(l, c);
}

void lower_f_min_max(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned a = use_float(l, insn->arg[0]), b = use_float(l, insn->arg[1]);
    regalloc_release(&l->ra);
    unsigned d = define_float(l, v, a);
    struct cold *c = new_cold(l, cold_min_max);
    c->reg[0] = (uint8_t)(a + FLOAT_REGS);
    c->reg[1] = (uint8_t)(b + FLOAT_REGS);
    c->reg[3] = (uint8_t)(d + FLOAT_REGS);
    emit_op(&l->e, X64_UCOMISS + is_double(insn->type), 32, a, in_reg(b));
    emit_jcc(&l->e, CC_E, &c->entry); /* equal or unordered */
    float_binary(l, insn->op == IR_f_min ? X64_MINSS : X64_MAXSS, insn->type, true, d, a, in_reg(b));
    emit_bind(&l->e, &c->back);
}

/* ---- comparisons ------------------------------------------------------------------------------------------------------------------------ */

/* Equal: zero flag, but not parity, which says unordered. */
static void lower_f_eq(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned a = use_float(l, insn->arg[0]);
    struct operand b = float_operand(l, insn->arg[1]);
    unsigned zero = regalloc_scratch(&l->ra, false);
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, zero);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    emit_op(&l->e, X64_XOR, 32, d, in_reg(d));
    emit_op(&l->e, X64_XOR, 32, zero, in_reg(zero));
    emit_op(&l->e, X64_UCOMISS + is_double(insn->type), 32, a, b);
    emit_cc(&l->e, X64_SET, CC_NP, 8, 0, in_reg(d));
    emit_cc(&l->e, X64_CMOV, CC_NE, 32, d, in_reg(zero));
}

/* a < b is b > a: above is false for unordered, below is not. Not for f_eq, which one condition does not tell. */
struct comparison float_comparison_of(struct lowering *l, const struct ir_insn *insn)
{
    struct comparison c = { .float_type = insn->type, .quiet = insn->op == IR_f_un };
    c.condition = insn->op == IR_f_un ? CC_P : insn->op == IR_f_lt ? CC_A : CC_AE;
    c.a = (struct source){ .kind = FROM_REG, .reg = use_float(l, insn->arg[1]) };
    c.b = (struct source){ .kind = FROM_CELL, .reg = NO_REG, .rm = float_operand(l, insn->arg[0]) };
    return c;
}

void lower_f_compare(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->op == IR_f_eq) {
        lower_f_eq(l, v);
        return;
    }
    struct comparison c = float_comparison_of(l, insn);
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    emit_op(&l->e, X64_XOR, 32, d, in_reg(d));
    emit_comparison(l, &c);
    emit_cc(&l->e, X64_SET, c.condition, 8, 0, in_reg(d));
}

void emit_order(struct lowering *l)
{
    enum { ALWAYS_SET = 2 };
    emit_lahf(&l->e);
    emit_movzx_ah(&l->e);
    emit_op(&l->e, X64_LEA, 32, RAX, at_base(RAX, -ALWAYS_SET));
}

void lower_f_order(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned a = use_float(l, insn->arg[0]);
    struct operand b = float_operand(l, insn->arg[1]);
    bool is_used = l->ra.value[v].uses;
    if (is_used)
        regalloc_vacate(&l->ra, RAX);
    emit_op(&l->e, (insn->op == IR_f_order ? X64_UCOMISS : X64_COMISS) + is_double(insn->type), 32, a, b);
    regalloc_release(&l->ra);
    if (!is_used)
        return;
    emit_order(l);
    regalloc_define_in(&l->ra, v, RAX);
}
