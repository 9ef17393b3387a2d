/* What goes along an edge: arguments for parameters, and writes of slots, which may be computed on the way only (select.c). */
#include "host/x64/lower.h"

/* Where a value is when control leaves its block: code of an edge may be emitted later, out of line. */
struct argument {
    enum { IS_CONSTANT, IN_CELL, IN_REGISTER, IS_EXPRESSION } where;
    bool is_dirty;                 /* an i32 with other bits above */
    unsigned at;                   /* cell or register */
    uint64_t constant;
    const struct ir_insn *insn;    /* of an expression */
    const struct argument *operand; /* and its operands, as many as it has */
};

static struct argument find_argument(const struct lowering *l, ir_ref v)
{
    const struct value *value = &l->ra.value[v];
    const struct ir_insn *insn = insn_of(l, v);
    bool is_dirty = ir_result_type(insn) == IR_I32 && (!value->clean || is_folded(l, v));
    uint64_t constant;
    if (constant_of(l, v, &constant))
        return (struct argument){ .where = IS_CONSTANT, .constant = constant };
    if (is_folded(l, v)) {
        struct argument *operand = arena_alloc(l->u->arena, 2 * sizeof *operand);
        for (unsigned k = 0; k < ir_info(insn)->arguments; k++)
            operand[k] = find_argument(l, insn->arg[k]);
        return (struct argument){ .where = IS_EXPRESSION, .is_dirty = is_dirty, .insn = insn, .operand = operand };
    }
    if (value->reg != NO_REG)
        return (struct argument){ .where = IN_REGISTER, .is_dirty = is_dirty, .at = value->reg };
    return (struct argument){ .where = IN_CELL, .is_dirty = is_dirty, .at = value->cell };
}

struct argument *find_arguments(struct lowering *l, const struct ir_edge *edge)
{
    struct argument *found = arena_alloc(l->u->arena, (edge->argument_count + 1u) * sizeof *found);
    for (unsigned k = 0; k < edge->argument_count; k++)
        found[k] = find_argument(l, l->u->argument[edge->arguments + k]);
    return found;
}

static unsigned parameter_cell(const struct lowering *l, const struct ir_edge *edge, unsigned k)
{
    ir_ref v = l->u->block[edge->block].first;
    for (;; v++)
        if (insn_of(l, v)->op == IR_param && k-- == 0)
            return l->ra.value[v].cell;
}

static unsigned target_cell(const struct lowering *l, const struct ir_edge *edge, unsigned k)
{
    return edge->leaves ? l->u->written[edge->arguments + k] : parameter_cell(l, edge, k);
}

static bool is_in_cell(const struct argument *a, unsigned cell)
{
    for (unsigned k = 0; a->where == IS_EXPRESSION && k < ir_info(a->insn)->arguments; k++)
        if (is_in_cell(&a->operand[k], cell))
            return true;
    return a->where == IN_CELL && a->at == cell;
}

/* Whether an argument is in a cell that another one goes to. */
static bool overlap(const struct lowering *l, const struct ir_edge *edge, const struct argument *arguments)
{
    for (unsigned k = 0; k < edge->argument_count; k++)
        for (unsigned other = 0; other < edge->argument_count; other++)
            if (is_in_cell(&arguments[k], target_cell(l, edge, other)))
                return true;
    return false;
}

static void copy_cell(struct lowering *l, unsigned to, unsigned from)
{
    emit_op(&l->e, X64_MOV_LOAD, 64, RAX, cell_at(from));
    emit_op(&l->e, X64_MOV_STORE, 64, RAX, cell_at(to));
}

/* While expressions are computed: what was in rax and rcx. */
static struct operand kept_at(unsigned reg) { return cell_at(reg == RAX ? CELL_OPERAND_A : CELL_OPERAND_B); }

static void compute_leaf(struct lowering *l, const struct argument *a, unsigned reg)
{
    if (a->where == IS_CONSTANT)
        emit_mov_imm(&l->e, reg, a->constant);
    else if (a->where == IN_REGISTER && a->at != RAX && a->at != RCX)
        emit_op(&l->e, X64_MOV_STORE, 64, a->at, in_reg(reg));
    else
        emit_op(&l->e, X64_MOV_LOAD, 64, reg, a->where == IN_CELL ? cell_at(a->at) : kept_at(a->at));
}

/* In rax, or, if it has no two operands anywhere, in rcx. Bits above the type are anything. */
static void compute(struct lowering *l, const struct argument *a, unsigned reg)
{
    const struct ir_insn *insn = a->insn;
    if (a->where != IS_EXPRESSION) {
        compute_leaf(l, a, reg);
        return;
    }
    compute(l, &a->operand[0], reg);
    if (ir_info(insn)->arguments == 2)
        compute(l, &a->operand[1], RCX);
    unsigned width = register_width(insn->type);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    switch (insn->op) {
    case IR_sext: emit_sign_extended(l, from, width, reg, in_reg(reg)); break;
    case IR_zext: emit_zero_extended(l, from, reg, in_reg(reg)); break;
    case IR_narrow: break;
    case IR_add: emit_op(&l->e, X64_ADD, width, RCX, in_reg(reg)); break;
    case IR_sub: emit_op(&l->e, X64_SUB, width, RCX, in_reg(reg)); break;
    case IR_and: emit_op(&l->e, X64_AND, width, RCX, in_reg(reg)); break;
    case IR_or: emit_op(&l->e, X64_OR, width, RCX, in_reg(reg)); break;
    case IR_xor: emit_op(&l->e, X64_XOR, width, RCX, in_reg(reg)); break;
    default:
        emit_op(&l->e, X64_CMP, width, RCX, in_reg(reg));
        emit_cc(&l->e, X64_SET, condition_of(insn->op), 8, 0, in_reg(reg));
        emit_op(&l->e, X64_MOVZX8, 32, reg, in_reg(reg));
    }
}

static void store_argument(struct lowering *l, const struct argument *a, unsigned cell)
{
    if (a->where == IN_REGISTER) {
        l->ra.emit->store(l, cell, a->at, false);
    } else if (a->where == IS_CONSTANT && fits_int32(a->constant)) {
        emit_imm(&l->e, X64_MOV_IMM, 64, cell_at(cell), (int64_t)a->constant);
    } else {
        compute(l, a, RAX);
        emit_op(&l->e, X64_MOV_STORE, 64, RAX, cell_at(cell));
    }
}

/* Registers are first, since the others need two. */
void emit_arguments(struct lowering *l, const struct ir_edge *edge, const struct argument *arguments)
{
    bool in_two_steps = overlap(l, edge, arguments), any_expression = false;
    for (unsigned k = 0; k < edge->argument_count; k++) {
        any_expression |= arguments[k].where == IS_EXPRESSION;
        if (arguments[k].where == IN_REGISTER)
            store_argument(l, &arguments[k], in_two_steps ? l->spare_cell + k : target_cell(l, edge, k));
    }
    if (any_expression) {
        emit_op(&l->e, X64_MOV_STORE, 64, RAX, kept_at(RAX));
        emit_op(&l->e, X64_MOV_STORE, 64, RCX, kept_at(RCX));
    }
    for (unsigned k = 0; k < edge->argument_count; k++)
        if (arguments[k].where != IN_REGISTER)
            store_argument(l, &arguments[k], in_two_steps ? l->spare_cell + k : target_cell(l, edge, k));
    for (unsigned k = 0; k < edge->argument_count; k++) {
        if (in_two_steps)
            copy_cell(l, target_cell(l, edge, k), l->spare_cell + k);
        if (edge->leaves && arguments[k].is_dirty) /* a slot is zero above its type */
            emit_imm(&l->e, X64_MOV_IMM, 32, context_at(8 * target_cell(l, edge, k) + 4), 0);
    }
}
