/* Comparisons, and what they decide. */
#include "host/x64/lower.h"

enum condition condition_of(enum ir_op op)
{
    static const uint8_t conditions[] = {
        [IR_eq - IR_eq] = CC_E, [IR_ne - IR_eq] = CC_NE, [IR_slt - IR_eq] = CC_L,
        [IR_sle - IR_eq] = CC_LE, [IR_ult - IR_eq] = CC_B, [IR_ule - IR_eq] = CC_BE,
        [IR_add_o - IR_eq] = CC_O, [IR_add_lt - IR_eq] = CC_L, [IR_add_le - IR_eq] = CC_LE,
        [IR_add_be - IR_eq] = CC_BE, [IR_and_p - IR_eq] = CC_P, [IR_sub_o - IR_eq] = CC_O, [IR_mul_o - IR_eq] = CC_O,
    };
    return conditions[op - IR_eq];
}

enum condition swapped(enum condition c)
{
    switch (c) {
    case CC_L: return CC_G;
    case CC_LE: return CC_GE;
    case CC_B: return CC_A;
    case CC_BE: return CC_AE;
    default: return c;
    }
}

static struct source in_register(struct lowering *l, ir_ref v)
{
    unsigned reg = regalloc_use(&l->ra, v);
    return (struct source){ .kind = FROM_REG, .reg = reg, .rm = in_reg(reg) };
}

static struct comparison test_of(struct lowering *l, ir_ref v, unsigned width, enum condition condition)
{
    struct source s = in_register(l, v);
    return (struct comparison){ .condition = condition, .is_test = true, .width = width, .a = s, .b = s };
}

/* Of two numbers' common bits. */
static struct comparison test_bits(struct lowering *l, const struct ir_insn *bits, enum condition condition)
{
    unsigned width = type_bits(bits->type);
    struct source b = source_of(l, bits->arg[1], width), a = b.kind == FROM_IMM ? source_of(l, bits->arg[0], width) : (struct source){ .kind = FROM_IMM };
    if (a.kind == FROM_IMM) /* not so, or a constant */
        a = in_register(l, bits->arg[0]);
    return (struct comparison){ .condition = condition, .is_test = true, .width = width, .a = a, .b = b };
}

/* What becomes of the result does not count, only the flags. */
static struct comparison compute_and_test(struct lowering *l, const struct ir_insn *insn)
{
    unsigned width = type_bits(insn->type);
    uint64_t constant;
    struct comparison c = { .condition = condition_of(insn->op), .computes = insn->op == IR_mul_o ? X64_IMUL : X64_ADD, .width = width };
    bool to_register = insn->op == IR_mul_o && constant_of(l, insn->arg[0], &constant);
    c.a = to_register ? in_register(l, insn->arg[0]) : source_of(l, insn->arg[0], width);
    c.b = source_of(l, insn->arg[1], width);
    c.scratch = regalloc_scratch(&l->ra, false);
    return c;
}

static struct comparison compare_operands(struct lowering *l, const struct ir_insn *insn)
{
    unsigned width = type_bits(insn->type), cell;
    ir_ref a = insn->arg[0], b = insn->arg[1];
    if (insn->op == IR_and_p)
        return a == b ? test_of(l, a, width, CC_P) : test_bits(l, insn, CC_P);
    if (!is_order(insn->op) && insn->op != IR_sub_o)
        return compute_and_test(l, insn);
    if (is_folded(l, a))
        return test_bits(l, insn_of(l, a), condition_of(insn->op));
    enum condition condition = condition_of(insn->op);
    uint64_t constant;
    if (is_order(insn->op) && constant_of(l, a, &constant) && !constant_of(l, b, &constant)) {
        ir_ref t = a;
        a = b;
        b = t;
        condition = swapped(condition);
    }
    bool b_is_zero = constant_of(l, b, &constant) && !constant;
    if (b_is_zero && !regalloc_in_cell(&l->ra, a, &cell))
        return test_of(l, a, width, condition);
    struct comparison c = { .condition = condition, .width = width };
    bool in_memory = !constant_of(l, a, &constant) && regalloc_in_cell(&l->ra, a, &cell);
    c.a = in_memory ? source_of(l, a, width) : in_register(l, a);
    c.b = source_of(l, b, width);
    if (c.a.kind == FROM_CELL && c.b.kind == FROM_CELL)
        c.a = in_register(l, a);
    return c;
}

struct comparison comparison_of(struct lowering *l, ir_ref condition)
{
    const struct ir_insn *insn = insn_of(l, condition);
    if (l->flags[l->at].from)
        return (struct comparison){ .condition = told_condition(l, condition, l->at), .is_told = true };
    if (is_folded(l, condition))
        return ir_info(insn)->form == FORM_F_COMPARE ? float_comparison_of(l, insn) : compare_operands(l, insn);
    return test_of(l, condition, 32, CC_NE);
}

static void emit_computation(struct lowering *l, const struct comparison *c)
{
    unsigned width = c->width < 32 ? 32 : c->width;
    if (c->computes == X64_IMUL && c->b.kind == FROM_IMM) {
        emit_op_imm(&l->e, X64_IMUL_IMM, c->width, c->scratch, c->a.rm, c->b.imm);
        return;
    }
    emit_source(l, width, c->scratch, &c->a);
    if (c->computes == X64_IMUL)
        emit_op(&l->e, X64_IMUL, c->width, c->scratch, c->b.rm);
    else
        emit_alu(l, X64_ADD, c->width, c->scratch, &c->b);
}

void emit_comparison(struct lowering *l, const struct comparison *c)
{
    if (c->is_told && l->e.flag_changes != l->flags_left)
        BUG("flags changed that a comparison relies on");
    if (c->is_told)
        return;
    if (c->computes)
        emit_computation(l, c);
    else if (c->float_type)
        emit_op(&l->e, (c->quiet ? X64_UCOMISS : X64_COMISS) + (c->float_type == IR_F64), 32, c->a.reg, c->b.rm);
    else if (c->is_test && c->b.kind == FROM_IMM)
        emit_imm(&l->e, X64_TEST_IMM, c->width, c->a.rm, c->b.imm);
    else if (c->is_test)
        emit_op(&l->e, X64_TEST, c->width, c->a.reg, c->b.rm);
    else if (c->b.kind == FROM_IMM)
        emit_imm(&l->e, X64_CMP_IMM, c->width, c->a.rm, c->b.imm);
    else if (c->a.kind == FROM_CELL)
        emit_op(&l->e, X64_CMP, c->width, c->b.reg, c->a.rm);
    else
        emit_alu(l, X64_CMP, c->width, c->a.reg, &c->b);
}

void emit_difference(struct lowering *l, const struct ir_insn *sub)
{
    struct ir_insn overflow = *sub;
    overflow.op = IR_sub_o; /* whichever comparison keeps the order of the operands */
    struct comparison c = compare_operands(l, &overflow);
    emit_comparison(l, &c);
}

void emit_bit_test(struct lowering *l, const struct ir_insn *and)
{
    struct comparison c = test_bits(l, and, CC_E);
    emit_comparison(l, &c);
}

static bool uses_register(const struct comparison *c, unsigned reg)
{
    return (c->a.kind == FROM_REG && c->a.reg == reg) || (c->b.kind == FROM_REG && c->b.reg == reg) || (c->computes && c->scratch == reg);
}

/* The register is zero before, or a flag set there is extended. */
void lower_compare(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool is_told = l->flags[v].from;
    if (insn->op == IR_mul_o && insn->type == IR_I8) {
        lower_evaluation(l, v);
        return;
    }
    struct comparison c = is_told ? comparison_of(l, v) : compare_operands(l, insn);
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    bool zero_before = is_told || !uses_register(&c, d);
    if (is_told)
        emit_mov_imm(&l->e, d, 0);
    else if (zero_before)
        emit_op(&l->e, X64_XOR, 32, d, in_reg(d));
    emit_comparison(l, &c);
    emit_cc(&l->e, X64_SET, c.condition, 8, 0, in_reg(d));
    if (!zero_before)
        emit_op(&l->e, X64_MOVZX8, 32, d, in_reg(d));
}

/* Once the comparison is emitted its operands are not needed any more, and nothing below touches the flags. */
void lower_pick(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    if (type_is_float(insn->type)) {
        lower_evaluation(l, v);
        return;
    }
    struct comparison c = comparison_of(l, insn->arg[0]);
    emit_comparison(l, &c);
    regalloc_unpin(&l->ra);
    struct operand yes = operand_of(l, insn->arg[1]), no = operand_of(l, insn->arg[2]);
    bool clean = l->ra.value[insn->arg[1]].clean && l->ra.value[insn->arg[2]].clean;
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, no.is_memory ? NO_REG : no.reg);
    l->ra.value[v].clean = clean || insn->type == IR_I32;
    if (!yes.is_memory && yes.reg == d) {
        emit_cc(&l->e, X64_CMOV, c.condition ^ 1, width, d, no);
        return;
    }
    emit_copy(l, width, d, no);
    emit_cc(&l->e, X64_CMOV, c.condition, width, d, yes);
}

