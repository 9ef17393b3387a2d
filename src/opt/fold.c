/* Constant folding and algebraic identities. A rule looks at one operation whose operands are folded already and either returns
 * the value that it equals, or changes it in place, or leaves it. Constants go second where operands commute.
 *
 * No instruction can be added between others. A rule that needs another constant changes the one at hand, which it may if
 * nobody else uses that: early in the pipeline each use of a constant has its own. */
#include <string.h>

#include "opt/opt.h"
#include "opt/rewrite.h"

struct folder {
    struct ir_unit *u;
    struct rewrite rewrite;
    uint32_t *uses; /* by value; at least as many as there are */
};

/* ---- looking at operands ------------------------------------------------------------------------------------------------- */

static struct ir_insn *operand(const struct folder *f, const struct ir_insn *insn, unsigned index)
{
    return &f->u->insn[insn->arg[index]];
}

static bool is_const(const struct ir_insn *insn) { return insn->op == IR_const; }
static bool is_number(const struct ir_insn *insn, uint64_t number) { return is_const(insn) && insn->imm == number; }

static bool is_compare(const struct ir_insn *insn)
{
    enum ir_form form = (enum ir_form)ir_info(insn)->form;
    return form == FORM_COMPARE || form == FORM_F_COMPARE;
}

/* 0 or 1. */
static bool is_truth(const struct folder *f, const struct ir_insn *insn)
{
    return is_compare(insn) || (insn->op == IR_zext && is_compare(operand(f, insn, 0)));
}

static bool changeable(const struct folder *f, ir_ref constant) { return f->uses[constant] == 1; }

/* Makes `argument` of the instruction another value. */
static void use_instead(const struct folder *f, struct ir_insn *insn, unsigned argument, ir_ref value)
{
    f->uses[insn->arg[argument]]--;
    f->uses[value]++;
    insn->arg[argument] = value;
}

static void become_unary(const struct folder *f, struct ir_insn *insn, enum ir_op op, ir_ref value)
{
    use_instead(f, insn, 0, value);
    f->uses[insn->arg[1]]--;
    insn->op = (uint8_t)op;
    insn->arg[1] = NO_REF;
}

static void become_const(const struct folder *f, struct ir_insn *insn, uint64_t value)
{
    for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
        f->uses[insn->arg[i]]--;
    make_const(insn, ir_result_type(insn), value);
}

/* Whether all of the 64-bit value follows from its low 32 bits, by sign or by zero extension. */
static bool follows_from_word(const struct folder *f, const struct ir_insn *value, enum ir_op extension)
{
    bool is_signed = extension == IR_sext;
    unsigned spare = is_signed; /* how many of the 32 bits must not be used by a number that is not negative */
    const struct ir_insn *amount = operand(f, value, 1);
    switch (value->op) {
    case IR_const: return value->imm == (is_signed ? (uint64_t)sign_extend(32, value->imm) : low_bits(32, value->imm));
    case IR_sext: return is_signed;
    case IR_zext: return type_bits(ir_result_type(operand(f, value, 0))) + spare <= 32 || is_compare(operand(f, value, 0));
    case IR_and: return is_const(amount) && amount->imm >> (32 - spare) == 0;
    case IR_shr: return is_const(amount) && (amount->imm & 63) >= 32 + spare;
    case IR_sar: return is_signed && is_const(amount) && (amount->imm & 63) >= 32;
    default: return false;
    }
}

/* ---- rules: operations with a constant or with equal operands -------------------------------------------------------------- */

/* (x op k1) op k2 -> x op (k1 joined with k2), for operations with op(k1, k2) as the joint constant. */
static void join_constants(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *inner = operand(f, insn, 0);
    struct ir_insn *constant = operand(f, insn, 1);
    if (inner->op != insn->op || inner->type != insn->type || !is_const(operand(f, inner, 1)) || !changeable(f, insn->arg[1]))
        return;
    constant->imm = ir_eval_op((enum ir_op)insn->op, insn->type, insn->type, 0, operand(f, inner, 1)->imm, constant->imm, 0);
    use_instead(f, insn, 0, inner->arg[0]);
}

static ir_ref fold_add(const struct folder *f, struct ir_insn *insn)
{
    if (is_number(operand(f, insn, 1), 0))
        return insn->arg[0];
    if (is_const(operand(f, insn, 1)))
        join_constants(f, insn);
    return is_number(operand(f, insn, 1), 0) ? insn->arg[0] : NO_REF;
}

/* x - k -> x + -k; 0 - x -> neg x */
static ir_ref fold_sub(const struct folder *f, struct ir_insn *insn)
{
    struct ir_insn *right = operand(f, insn, 1);
    if (insn->arg[0] == insn->arg[1]) {
        become_const(f, insn, 0);
    } else if (is_number(operand(f, insn, 0), 0)) {
        become_unary(f, insn, IR_neg, insn->arg[1]);
    } else if (is_number(right, 0)) {
        return insn->arg[0];
    } else if (is_const(right) && changeable(f, insn->arg[1])) {
        right->imm = low_bits(type_bits(insn->type), -right->imm);
        insn->op = IR_add;
        return fold_add(f, insn);
    }
    return NO_REF;
}

static ir_ref fold_bitwise(const struct folder *f, struct ir_insn *insn)
{
    const uint64_t ones = low_bits(type_bits(insn->type), UINT64_MAX);
    const struct ir_insn *right = operand(f, insn, 1);
    if (insn->arg[0] == insn->arg[1]) {
        if (insn->op != IR_xor)
            return insn->arg[0];
        become_const(f, insn, 0);
        return NO_REF;
    }
    if (!is_const(right))
        return NO_REF;
    if (right->imm == (insn->op == IR_and ? ones : 0))
        return insn->arg[0];
    if (insn->op == IR_and && right->imm == 0)
        return insn->arg[1];
    if (insn->op == IR_or && right->imm == ones)
        return insn->arg[1];
    if (insn->op == IR_and && right->imm == 1 && is_truth(f, operand(f, insn, 0)))
        return insn->arg[0];
    if (insn->op == IR_xor && right->imm == ones)
        become_unary(f, insn, IR_not, insn->arg[0]);
    else
        join_constants(f, insn);
    return NO_REF;
}

/* Multiplication and division by a power of two: a shift, a mask. */
static ir_ref fold_product(const struct folder *f, struct ir_insn *insn)
{
    struct ir_insn *right = operand(f, insn, 1);
    if (!is_const(right))
        return NO_REF;
    const uint64_t k = right->imm;
    if (k == 1 && insn->op != IR_remu)
        return insn->arg[0];
    if (k == 0 && insn->op == IR_mul)
        return insn->arg[1];
    if (k == 0 || (k & (k - 1)) || !changeable(f, insn->arg[1]))
        return NO_REF;
    right->imm = insn->op == IR_remu ? k - 1 : (uint64_t)__builtin_ctzll(k);
    insn->op = insn->op == IR_mul ? IR_shl : insn->op == IR_divu ? IR_shr : IR_and;
    return NO_REF;
}

/* (x << 32) >> 32, as compilers write where there is no instruction for it, is an extension of the low half. Where that is not
 * at hand the constant makes room for narrowing; x must stand before it. */
static bool fold_to_extension(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *inner = operand(f, insn, 0);
    if (insn->type != IR_I64 || inner->op != IR_shl || !is_number(operand(f, insn, 1), 32) || !is_number(operand(f, inner, 1), 32))
        return false;
    const enum ir_op extension = insn->op == IR_shr ? IR_zext : IR_sext;
    const ir_ref room = insn->arg[1], x = inner->arg[0];
    const struct ir_insn *origin = &f->u->insn[x];
    if ((origin->op == IR_zext || origin->op == IR_sext) && ir_result_type(operand(f, origin, 0)) == IR_I32) {
        become_unary(f, insn, extension, origin->arg[0]);
        return true;
    }
    if (!changeable(f, room) || x > room)
        return false;
    f->u->insn[room] = (struct ir_insn){ .op = IR_narrow, .type = IR_I32, .arg = { x } };
    f->uses[x]++;
    become_unary(f, insn, extension, room);
    return true;
}

/* The operation itself takes the count modulo the width. */
static void drop_count_mask(const struct folder *f, struct ir_insn *insn, unsigned width)
{
    const struct ir_insn *count = operand(f, insn, 1);
    if (count->op == IR_and && is_const(operand(f, count, 1)) && (operand(f, count, 1)->imm & (width - 1)) == width - 1)
        use_instead(f, insn, 1, count->arg[0]);
}

static ir_ref fold_shift(const struct folder *f, struct ir_insn *insn)
{
    const unsigned width = type_bits(insn->type);
    struct ir_insn *count = operand(f, insn, 1);
    const struct ir_insn *inner = operand(f, insn, 0);
    if (!is_const(count)) {
        drop_count_mask(f, insn, width);
        return NO_REF;
    }
    if ((count->imm & (width - 1)) == 0)
        return insn->arg[0];
    if (insn->op != IR_shl && fold_to_extension(f, insn))
        return NO_REF;
    if (inner->op != insn->op || !is_const(operand(f, inner, 1)) || !changeable(f, insn->arg[1]))
        return NO_REF;
    const uint64_t total = (count->imm & (width - 1)) + (operand(f, inner, 1)->imm & (width - 1));
    if (total < width) {
        count->imm = total;
        use_instead(f, insn, 0, inner->arg[0]);
    }
    return NO_REF;
}

static ir_ref fold_minimum(const struct folder *f, struct ir_insn *insn)
{
    (void)f;
    return insn->arg[0] == insn->arg[1] ? insn->arg[0] : NO_REF;
}

/* ---- rules: conversions -------------------------------------------------------------------------------------------------------- */

/* An extension of the low half of what is extended from there already. */
static ir_ref fold_extension(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *narrowed = operand(f, insn, 0);
    if (insn->type != IR_I64 || narrowed->op != IR_narrow || narrowed->type != IR_I32)
        return NO_REF;
    const struct ir_insn *origin = operand(f, narrowed, 0);
    bool same = origin->type == IR_I64 && follows_from_word(f, origin, (enum ir_op)insn->op);
    return same ? narrowed->arg[0] : NO_REF;
}

/* A mask that keeps at least what narrowing keeps does not count. */
static ir_ref fold_narrow(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *masked = operand(f, insn, 0);
    const uint64_t kept = low_bits(type_bits(insn->type), UINT64_MAX);
    if (masked->op == IR_and && is_const(operand(f, masked, 1)) && (operand(f, masked, 1)->imm & kept) == kept)
        use_instead(f, insn, 0, masked->arg[0]);
    return NO_REF;
}

/* ---- rules: comparisons -------------------------------------------------------------------------------------------------------- */

static enum ir_op unsigned_form(enum ir_op op) { return op == IR_slt ? IR_ult : op == IR_sle ? IR_ule : op; }

/* Comparing words extended in the same way is comparing the words; zero extension makes the signed order the unsigned one, sign
 * extension keeps both. Down to 32 bits only: shorter comparisons pay on no host. */
static void compare_narrower(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *left = operand(f, insn, 0);
    struct ir_insn *right = operand(f, insn, 1);
    if ((left->op != IR_sext && left->op != IR_zext) || ir_result_type(operand(f, left, 0)) != IR_I32)
        return;
    bool extended_too = right->op == left->op && ir_result_type(operand(f, right, 0)) == IR_I32;
    bool fitting = is_const(right) && changeable(f, insn->arg[1]) && follows_from_word(f, right, (enum ir_op)left->op);
    if (!extended_too && !fitting)
        return;
    if (left->op == IR_zext)
        insn->op = (uint8_t)unsigned_form((enum ir_op)insn->op);
    if (fitting)
        make_const(right, IR_I32, right->imm);
    else
        use_instead(f, insn, 1, right->arg[0]);
    use_instead(f, insn, 0, left->arg[0]);
    insn->type = IR_I32;
}

/* Makes `insn` the opposite of an integer comparison; false for others: a < b and b <= a are both false for NaNs. */
static bool become_opposite(const struct folder *f, struct ir_insn *insn, const struct ir_insn *compare)
{
    enum ir_op op;
    switch (compare->op) {
    case IR_eq: op = IR_ne; break;
    case IR_ne: op = IR_eq; break;
    case IR_slt: op = IR_sle; break;
    case IR_sle: op = IR_slt; break;
    case IR_ult: op = IR_ule; break;
    case IR_ule: op = IR_ult; break;
    default: return false;
    }
    bool swap = op != IR_eq && op != IR_ne;
    const struct ir_insn was = *compare;
    use_instead(f, insn, 0, was.arg[swap]);
    use_instead(f, insn, 1, was.arg[!swap]);
    insn->op = (uint8_t)op;
    insn->type = was.type;
    return true;
}

/* x == 0 and x != 0 where x says more. */
static ir_ref fold_zero_test(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *left = operand(f, insn, 0);
    if (is_compare(left)) {
        if (insn->op == IR_ne)
            return insn->arg[0];
        become_opposite(f, insn, left);
    } else if (left->op == IR_sub || left->op == IR_xor) {
        const ir_ref a = left->arg[0], b = left->arg[1];
        use_instead(f, insn, 0, a);
        use_instead(f, insn, 1, b);
    }
    return NO_REF;
}

static ir_ref fold_compare(const struct folder *f, struct ir_insn *insn)
{
    if (insn->arg[0] == insn->arg[1]) {
        become_const(f, insn, insn->op == IR_eq || insn->op == IR_sle || insn->op == IR_ule);
        return NO_REF;
    }
    compare_narrower(f, insn);
    struct ir_insn *right = operand(f, insn, 1);
    if (insn->op == IR_ult && is_number(operand(f, insn, 0), 0)) { /* 0 < x */
        const ir_ref zero = insn->arg[0];
        insn->arg[0] = insn->arg[1];
        insn->arg[1] = zero;
        insn->op = IR_ne;
    } else if (insn->op == IR_ult && is_number(right, 0)) {
        become_const(f, insn, 0);
        return NO_REF;
    } else if (insn->op == IR_ult && is_number(right, 1) && changeable(f, insn->arg[1])) { /* x < 1 */
        right->imm = 0;
        insn->op = IR_eq;
    }
    if ((insn->op == IR_eq || insn->op == IR_ne) && is_number(operand(f, insn, 1), 0))
        return fold_zero_test(f, insn);
    return NO_REF;
}

/* ---- conditions -------------------------------------------------------------------------------------------------------------- */

/* A condition asks whether its operand is not 0, so it need not be told whether that is not 0. */
static void fold_condition(const struct folder *f, struct ir_insn *insn)
{
    const struct ir_insn *condition = operand(f, insn, 0);
    if (condition->op == IR_ne && condition->type == IR_I32 && is_number(operand(f, condition, 1), 0))
        use_instead(f, insn, 0, condition->arg[0]);
}

static ir_ref fold_pick(const struct folder *f, struct ir_insn *insn)
{
    fold_condition(f, insn);
    if (is_const(operand(f, insn, 0)))
        return operand(f, insn, 0)->imm ? insn->arg[1] : insn->arg[2];
    return insn->arg[1] == insn->arg[2] ? insn->arg[1] : NO_REF;
}

static void fold_branch(const struct folder *f, struct ir_insn *insn)
{
    fold_condition(f, insn);
    const struct ir_insn *condition = operand(f, insn, 0);
    if (is_const(condition))
        *insn = (struct ir_insn){ .op = IR_br, .imm = insn->imm + !condition->imm };
}

/* ---- the pass ------------------------------------------------------------------------------------------------------------------ */

static void put_constant_second(const struct folder *f, struct ir_insn *insn)
{
    if (!is_const(operand(f, insn, 0)) || is_const(operand(f, insn, 1)))
        return;
    const ir_ref constant = insn->arg[0];
    insn->arg[0] = insn->arg[1];
    insn->arg[1] = constant;
}

static bool all_constant(const struct folder *f, const struct ir_insn *insn)
{
    for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
        if (!is_const(operand(f, insn, i)))
            return false;
    return ir_info(insn)->arguments;
}

static void evaluate(const struct folder *f, struct ir_insn *insn)
{
    const uint64_t value = ir_eval_op((enum ir_op)insn->op, insn->type, operand(f, insn, 0)->type, insn->aux,
                                      operand(f, insn, 0)->imm, operand(f, insn, 1)->imm, operand(f, insn, 2)->imm);
    become_const(f, insn, value);
}

static ir_ref fold_insn(const struct folder *f, struct ir_insn *insn)
{
    if (insn->op == IR_brif)
        fold_branch(f, insn);
    if (insn->op == IR_call || !(ir_traits(insn) & PURE))
        return NO_REF;
    if (all_constant(f, insn)) {
        evaluate(f, insn);
        return NO_REF;
    }
    if (ir_commutes[insn->op])
        put_constant_second(f, insn);
    switch (insn->op) {
    case IR_add: return fold_add(f, insn);
    case IR_sub: return fold_sub(f, insn);
    case IR_and:
    case IR_or:
    case IR_xor: return fold_bitwise(f, insn);
    case IR_mul:
    case IR_divu:
    case IR_remu: return fold_product(f, insn);
    case IR_shl:
    case IR_shr:
    case IR_sar: return fold_shift(f, insn);
    case IR_rotl:
    case IR_rotr: drop_count_mask(f, insn, type_bits(insn->type)); return NO_REF;
    case IR_mins:
    case IR_maxs:
    case IR_minu:
    case IR_maxu: return fold_minimum(f, insn);
    case IR_sext:
    case IR_zext: return fold_extension(f, insn);
    case IR_narrow: return fold_narrow(f, insn);
    case IR_eq:
    case IR_ne:
    case IR_slt:
    case IR_sle:
    case IR_ult:
    case IR_ule: return fold_compare(f, insn);
    case IR_pick: return fold_pick(f, insn);
    default: return NO_REF;
    }
}

static uint32_t *count_uses(const struct ir_unit *u)
{
    uint32_t *uses = arena_alloc(u->arena, u->insn_count * sizeof *uses);
    memset(uses, 0, u->insn_count * sizeof *uses);
    for (ir_ref i = 1; i < u->insn_count; i++) {
        const struct ir_insn *insn = &u->insn[i];
        for (unsigned k = 0; k < 3; k++)
            uses[insn->arg[k]]++;
        for (unsigned k = 0; k < ir_edge_count(insn); k++) {
            const struct ir_edge *edge = &u->edge[insn->imm + k];
            for (unsigned j = 0; j < edge->argument_count; j++)
                uses[u->argument[edge->arguments + j]]++;
        }
    }
    return uses;
}

void opt_fold(struct ir_unit *u)
{
    struct folder f = { u, rewrite_begin(u), count_uses(u) };
    for (ir_ref i = 1; i < u->insn_count; i++) {
        rewrite_operands(&f.rewrite, i);
        ir_ref same = fold_insn(&f, &u->insn[i]);
        if (same) {
            f.uses[same] += f.uses[i]; /* and one of those may be gone with this instruction: "at least" */
            rewrite_replace(&f.rewrite, i, same);
        }
    }
}
