/* Comparisons whose outcome is in the host's flags already: an operation that is computed anyway has left them, and nothing between changes them.
 * Found backwards, by select_unit. What takes flags has `from` in l->flags[], what leaves them `until`: what stands between is lowered so that it
 * keeps them. */
#include "host/x64/lower.h"
#include "ir/float.h"

enum { NOT_TOLD = -1 };

/* A value, or if there is none a number. */
struct term {
    ir_ref v;
    uint64_t number;
};

static const struct term zero;

static struct term term_of(const struct lowering *l, ir_ref v)
{
    uint64_t number;
    return constant_of(l, v, &number) ? (struct term){ NO_REF, number } : (struct term){ .v = v };
}

static bool is_term(const struct lowering *l, ir_ref v, struct term t)
{
    uint64_t number;
    return t.v ? v == t.v : constant_of(l, v, &number) && number == t.number;
}

static bool is_of(const struct lowering *l, const struct ir_insn *insn, struct term a, struct term b)
{
    return is_term(l, insn->arg[0], a) && is_term(l, insn->arg[1], b);
}

/* ---- the condition under which the comparison `c` holds, or NOT_TOLD ----------------------------------------------------------------------- */

/* The host has compared a with b, or subtracted b from it. */
static int told_by_difference(const struct lowering *l, const struct ir_insn *c, struct term a, struct term b)
{
    if (c->op != IR_sub_o && !is_order(c->op))
        return NOT_TOLD;
    if (is_of(l, c, a, b))
        return condition_of(c->op);
    return c->op != IR_sub_o && is_of(l, c, b, a) ? (int)swapped(condition_of(c->op)) : NOT_TOLD;
}

/* Zero flag and sign are those of the result; carry and overflow are clear only if it is `exact`. */
static int told_by_result(const struct lowering *l, const struct ir_insn *c, ir_ref result, bool exact)
{
    const struct term whole = { .v = result };
    if (c->op == IR_and_p)
        return is_of(l, c, whole, whole) ? CC_P : NOT_TOLD;
    int condition = told_by_difference(l, c, whole, zero);
    if (exact || condition == CC_E || condition == CC_NE)
        return condition;
    return condition == CC_L ? CC_S : condition == CC_GE ? CC_NS : NOT_TOLD;
}

static int told_by_sum(const struct lowering *l, const struct ir_insn *c, ir_ref sum, struct term a, struct term b)
{
    const struct term whole = { .v = sum };
    if (c->op == IR_ult && (is_of(l, c, whole, a) || is_of(l, c, whole, b)))
        return CC_B;
    if (c->op == IR_ule && (is_of(l, c, a, whole) || is_of(l, c, b, whole)))
        return CC_AE;
    bool is_of_sums = c->op == IR_add_o || c->op == IR_add_lt || c->op == IR_add_le || c->op == IR_add_be;
    return is_of_sums && (is_of(l, c, a, b) || is_of(l, c, b, a)) ? (int)condition_of(c->op) : NOT_TOLD;
}

/* Subtracting k borrows if adding -k does not carry; all else is the same. */
static int with_opposite_carry(int condition)
{
    switch (condition) {
    case CC_B: case CC_AE: return condition ^ 1;
    case CC_BE: case CC_A: return NOT_TOLD;
    default: return condition;
    }
}

static int told_by_add(const struct lowering *l, const struct ir_insn *c, ir_ref v)
{
    const struct ir_insn *add = insn_of(l, v);
    const struct term a = term_of(l, add->arg[0]), b = term_of(l, add->arg[1]);
    const uint64_t least = UINT64_C(1) << (type_bits(add->type) - 1);
    int condition = told_by_result(l, c, v, false);
    if (condition != NOT_TOLD || (!b.v && (b.number == 0 || b.number == least)))
        return condition;
    bool subtracts = is_subtracted(l, add);
    condition = told_by_sum(l, c, v, a, b);
    if (condition != NOT_TOLD || b.v)
        return subtracts ? with_opposite_carry(condition) : condition;
    condition = told_by_difference(l, c, a, (struct term){ NO_REF, low_bits(type_bits(add->type), -b.number) });
    return subtracts ? condition : with_opposite_carry(condition);
}

static int told_by_two(const struct lowering *l, const struct ir_insn *c, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    const struct term a = term_of(l, insn->arg[0]), b = term_of(l, insn->arg[1]);
    int condition;
    switch (insn->op) {
    case IR_sub:
        condition = told_by_result(l, c, v, false);
        return condition != NOT_TOLD ? condition : told_by_difference(l, c, a, b);
    case IR_xor:
        condition = told_by_result(l, c, v, true);
        return condition != NOT_TOLD || (c->op != IR_eq && c->op != IR_ne) ? condition : told_by_difference(l, c, a, b);
    case IR_mul: return c->op == IR_mul_o && (is_of(l, c, a, b) || is_of(l, c, b, a)) ? CC_O : NOT_TOLD;
    default: return NOT_TOLD;
    }
}

static bool is_float_order(const struct lowering *l, const struct ir_insn *insn)
{
    return ir_info(insn)->form == FORM_F_ORDER || compares_extended(l, insn);
}

/* Of which the `and` takes bits. */
static ir_ref order_of(const struct lowering *l, const struct ir_insn *and)
{
    const struct ir_insn *narrowed = insn_of(l, and->arg[0]);
    return narrowed->op == IR_narrow ? narrowed->arg[0] : and->arg[0];
}

/* How floats compare, of which some bits are asked for. */
static int told_by_order(const struct lowering *l, const struct ir_insn *c, ir_ref order)
{
    uint64_t bits;
    bool none = c->op == IR_eq, compares = none || c->op == IR_ne;
    if (compares && !is_term(l, c->arg[1], zero))
        return NOT_TOLD;
    const struct ir_insn *and = compares ? insn_of(l, c->arg[0]) : c;
    if (and->op != IR_and || order_of(l, and) != order || !constant_of(l, and->arg[1], &bits))
        return NOT_TOLD;
    switch (bits) {
    case ORDER_LESS: return CC_B ^ none;
    case ORDER_EQUAL: return CC_E ^ none;
    case ORDER_LESS | ORDER_EQUAL: return CC_BE ^ none;
    case ORDER_UNORDERED: return CC_P ^ none;
    default: return NOT_TOLD;
    }
}

/* After the operation `v`, as it is lowered when its flags are wanted. */
static int told_by(const struct lowering *l, ir_ref comparison, ir_ref v)
{
    const struct ir_insn *c = insn_of(l, comparison), *insn = insn_of(l, v);
    uint64_t count;
    int condition;
    if (is_float_order(l, insn))
        return told_by_order(l, c, v);
    if (ir_info(c)->form != FORM_COMPARE || c->type != insn->type || insn->type < IR_I32) /* ORDER TYPE */
        return NOT_TOLD;
    switch (insn->op) {
    case IR_add: return told_by_add(l, c, v);
    case IR_sub: case IR_xor: case IR_mul: return told_by_two(l, c, v);
    case IR_and: return is_float_order(l, insn_of(l, order_of(l, insn))) ? NOT_TOLD : told_by_result(l, c, v, true); /* that tells itself */
    case IR_or: return told_by_result(l, c, v, true);
    case IR_neg:
        condition = told_by_result(l, c, v, false);
        return condition != NOT_TOLD ? condition : told_by_difference(l, c, zero, term_of(l, insn->arg[0]));
    case IR_shl: case IR_shr: case IR_sar: /* by 0 changes no flags */
        return constant_of(l, insn->arg[1], &count) && count & (type_bits(insn->type) - 1) ? told_by_result(l, c, v, false) : NOT_TOLD;
    default: return NOT_TOLD;
    }
}

enum condition told_condition(const struct lowering *l, ir_ref comparison, ir_ref user)
{
    return (enum condition)told_by(l, comparison, l->flags[user].from);
}

/* ---- what stands between ------------------------------------------------------------------------------------------------------------------- */

static bool is_plain_access(const struct ir_insn *insn)
{
    bool rotates = insn->aux & ACCESS_BIG_ENDIAN && insn->type == IR_I16;
    return insn->type != IR_V128 && !rotates && !(insn->aux & ACCESS_SEQUENTIAL);
}

static bool can_keep_flags(const struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->extra != LIVE || (ir_traits(insn) & PURE && l->ra.value[v].uses == 0))
        return true;
    switch (insn->op) {
    case IR_nop: case IR_const: case IR_mark: case IR_poll: case IR_get: case IR_set: case IR_sext: case IR_zext: case IR_narrow: case IR_not: case IR_add: return true;
    case IR_load: case IR_store: return is_plain_access(insn);
    default: return false;
    }
}

/* Whether the branch has no code on its ways within the unit. */
static bool is_plain_branch(const struct lowering *l, const struct ir_insn *brif)
{
    for (unsigned e = 0; e < 2; e++) {
        const struct ir_edge *edge = &l->u->edge[brif->imm + e];
        if (!edge->leaves && edge->argument_count)
            return false;
    }
    return true;
}

/* The condition that is decided there; NO_REF: none. */
static ir_ref decided_by(const struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (ir_info(insn)->form == FORM_COMPARE)
        return v;
    bool decides = insn->op == IR_brif ? is_plain_branch(l, insn) : insn->op == IR_pick && !type_is_float(insn->type);
    return decides ? insn->arg[0] : NO_REF;
}

static bool is_told_by(const struct lowering *l, ir_ref v, ir_ref from)
{
    ir_ref condition = decided_by(l, v);
    return condition && told_by(l, condition, from) != NOT_TOLD;
}

/* Whether `v` is that condition or its operand; a comparison whose outcome is written on ways out may be computed there, from operands. */
static bool is_of_condition(const struct lowering *l, ir_ref v, ir_ref condition)
{
    return condition == v || (insn_of(l, condition)->arg[0] == v && writes_of(l, condition) == 0);
}

/* Whether nobody but one who will be told, up to `user`, needs it. */
static bool vanishes(const struct lowering *l, ir_ref v, ir_ref from, ir_ref user)
{
    for (ir_ref w = v + 1; w <= user && l->ra.value[v].uses == 1; w++)
        if (is_told_by(l, w, from) && is_of_condition(l, v, decided_by(l, w)))
            return true;
    return false;
}

/* Comparisons, picks and branches between can take the same flags. */
static bool all_told(const struct lowering *l, ir_ref from, ir_ref user)
{
    for (ir_ref v = from + 1; v < user; v++)
        if (!can_keep_flags(l, v) && !is_told_by(l, v, from) && !vanishes(l, v, from, user))
            return false;
    return true;
}

static bool can_leave(const struct lowering *l, ir_ref v, ir_ref user)
{
    bool within = user > l->flags_from; /* others' flags are kept there */
    return !is_folded(l, v) && (within ? v == l->flags_from : !is_for_ways_out(l, v));
}

/* Nearer than any loop is long. */
enum { REACH = 24 };

static ir_ref find_flags(const struct lowering *l, ir_ref condition, ir_ref user)
{
    ir_ref first = l->ra.stretch.first;
    for (ir_ref v = user; v-- > first && user - v < REACH;) {
        if (told_by(l, condition, v) != NOT_TOLD && can_leave(l, v, user))
            return all_told(l, v, user) ? v : NO_REF;
        if (!can_keep_flags(l, v) && !decided_by(l, v) && insn_of(l, v)->op != IR_and)
            return NO_REF;
    }
    return NO_REF;
}

bool take_flags(struct lowering *l, ir_ref condition, ir_ref user)
{
    ir_ref from = find_flags(l, condition, user);
    if (!from)
        return false;
    l->flags[user].from = from;
    if (!l->flags[from].until)
        l->flags[from].until = user;
    l->flags_from = from;
    return true;
}
