/* Constant folding and algebraic identities. A rule looks at one operation whose operands are folded already and either returns
 * the value that it equals, or changes it in place, or leaves it. Constants go second where operands commute.
 *
 * No instruction can be added between others. A rule that needs another constant changes the one at hand, which it may if
 * nobody else uses that: early in the pipeline each use of a constant has its own. */
#include "opt/walk.h"

/* ---- looking at operands ------------------------------------------------------------------------------------------------- */

static struct ir_insn *operand(const struct walk *w, const struct ir_insn *insn, unsigned index)
{
    return &w->u->insn[insn->arg[index]];
}

static bool is_const(const struct ir_insn *insn) { return insn->op == IR_const; }
static bool is_number(const struct ir_insn *insn, uint64_t number) { return is_const(insn) && insn->imm == number; }

static bool is_compare(const struct ir_insn *insn)
{
    enum ir_form form = (enum ir_form)ir_info(insn)->form;
    return form == FORM_COMPARE || form == FORM_F_COMPARE;
}

/* 0 or 1. */
static bool is_truth(const struct walk *w, const struct ir_insn *insn)
{
    if (insn->op == IR_or || insn->op == IR_and) /* of two comparisons */
        return is_compare(operand(w, insn, 0)) && is_compare(operand(w, insn, 1));
    return is_compare(insn) || (insn->op == IR_zext && is_compare(operand(w, insn, 0)));
}

/* Whether the lowest bits are 0. */
static bool is_zero_below(const struct walk *w, const struct ir_insn *value, unsigned bits)
{
    switch (value->op) {
    case IR_const: return low_bits(bits, value->imm) == 0;
    case IR_shl: return is_const(operand(w, value, 1)) && (operand(w, value, 1)->imm & (type_bits(value->type) - 1)) >= bits;
    case IR_and: return is_const(operand(w, value, 1)) && low_bits(bits, operand(w, value, 1)->imm) == 0;
    case IR_pick:
        return is_const(operand(w, value, 1)) && low_bits(bits, operand(w, value, 1)->imm) == 0 && is_const(operand(w, value, 2)) &&
               low_bits(bits, operand(w, value, 2)->imm) == 0;
    default: return false;
    }
}

/* As is_zero_below, also of one `or`. */
static bool is_zero_low(const struct walk *w, const struct ir_insn *value, unsigned bits)
{
    if (value->op == IR_or)
        return is_zero_below(w, operand(w, value, 0), bits) && is_zero_below(w, operand(w, value, 1), bits);
    return is_zero_below(w, value, bits);
}

static bool changeable(const struct walk *w, ir_ref constant) { return w->standing[constant].uses == 1; }

static void become_unary(const struct walk *w, struct ir_insn *insn, enum ir_op op, ir_ref value)
{
    use_instead(w, insn, 0, value);
    w->standing[insn->arg[1]].uses--;
    insn->op = (uint8_t)op;
    insn->arg[1] = NO_REF;
}

static void become_const(const struct walk *w, struct ir_insn *insn, uint64_t value)
{
    for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
        w->standing[insn->arg[i]].uses--;
    make_const(insn, ir_result_type(insn), value);
}

enum { NEAR = 2 }; /* operations */

/* Whether all of the 64-bit value follows from its low 32 bits, by sign or by zero extension. Looks at what made it, as many operations
 * back as `depth` says. */
static bool follows_from_word(const struct walk *w, const struct ir_insn *value, enum ir_op extension, unsigned depth)
{
    bool is_signed = extension == IR_sext;
    unsigned spare = is_signed; /* how many of the 32 bits must not be used by a number that is not negative */
    const struct ir_insn *amount = operand(w, value, 1);
    switch (value->op) {
    case IR_const: return value->imm == (is_signed ? (uint64_t)sign_extend(32, value->imm) : low_bits(32, value->imm));
    case IR_sext: return is_signed;
    case IR_zext: return type_bits(ir_result_type(operand(w, value, 0))) + spare <= 32 || is_compare(operand(w, value, 0));
    case IR_and:
        if (is_const(amount) && amount->imm >> (32 - spare) == 0)
            return true;
        /* fall through */
    case IR_or: case IR_xor:
        return depth && follows_from_word(w, operand(w, value, 0), extension, depth - 1) && follows_from_word(w, amount, extension, depth - 1);
    case IR_shr: return is_const(amount) && (amount->imm & 63) >= 32 + spare;
    case IR_sar: return is_signed && is_const(amount) && (amount->imm & 63) >= 32;
    default: return false;
    }
}

/* Makes `insn` the opposite of an integer comparison; false for others: a < b and b <= a are both false for NaNs. */
static bool become_opposite(const struct walk *w, struct ir_insn *insn, const struct ir_insn *compare)
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
    use_instead(w, insn, 0, was.arg[swap]);
    use_instead(w, insn, 1, was.arg[!swap]);
    insn->op = (uint8_t)op;
    insn->type = was.type;
    return true;
}

/* ---- rules: operations with a constant or with equal operands -------------------------------------------------------------- */

/* (x op k1) op k2 -> x op (k1 joined with k2), for operations with op(k1, k2) as the joint constant. */
static void join_constants(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *inner = operand(w, insn, 0);
    struct ir_insn *constant = operand(w, insn, 1);
    if (inner->op != insn->op || inner->type != insn->type || !is_const(operand(w, inner, 1)) || !changeable(w, insn->arg[1]))
        return;
    constant->imm = ir_eval_op((enum ir_op)insn->op, insn->type, insn->type, 0, operand(w, inner, 1)->imm, constant->imm, 0);
    use_instead(w, insn, 0, inner->arg[0]);
}

static ir_ref fold_add(const struct walk *w, struct ir_insn *insn)
{
    if (is_number(operand(w, insn, 1), 0))
        return insn->arg[0];
    if (is_const(operand(w, insn, 1)))
        join_constants(w, insn);
    return is_number(operand(w, insn, 1), 0) ? insn->arg[0] : NO_REF;
}

/* x - k -> x + -k; 0 - x -> neg x; x + y - y -> x */
static ir_ref fold_sub(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *left = operand(w, insn, 0);
    struct ir_insn *right = operand(w, insn, 1);
    if (left->op == IR_add && (left->arg[0] == insn->arg[1] || left->arg[1] == insn->arg[1]))
        return left->arg[left->arg[0] == insn->arg[1]];
    if (insn->arg[0] == insn->arg[1]) {
        become_const(w, insn, 0);
    } else if (is_number(operand(w, insn, 0), 0)) {
        become_unary(w, insn, IR_neg, insn->arg[1]);
    } else if (is_number(right, 0)) {
        return insn->arg[0];
    } else if (is_const(right) && changeable(w, insn->arg[1])) {
        right->imm = low_bits(type_bits(insn->type), -right->imm);
        insn->op = IR_add;
        return fold_add(w, insn);
    }
    return NO_REF;
}

static ir_ref fold_bitwise(const struct walk *w, struct ir_insn *insn)
{
    const uint64_t ones = low_bits(type_bits(insn->type), UINT64_MAX);
    const struct ir_insn *right = operand(w, insn, 1);
    if (insn->arg[0] == insn->arg[1]) {
        if (insn->op != IR_xor)
            return insn->arg[0];
        become_const(w, insn, 0);
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
    if (insn->op == IR_and && right->imm == 1 && is_truth(w, operand(w, insn, 0)))
        return insn->arg[0];
    if (insn->op == IR_xor && right->imm == 1 && become_opposite(w, insn, operand(w, insn, 0)))
        return NO_REF;
    if (insn->op == IR_xor && right->imm == ones)
        become_unary(w, insn, IR_not, insn->arg[0]);
    else
        join_constants(w, insn);
    return NO_REF;
}

/* Multiplication and division by a power of two: a shift, a mask. */
static ir_ref fold_product(const struct walk *w, struct ir_insn *insn)
{
    struct ir_insn *right = operand(w, insn, 1);
    if (!is_const(right))
        return NO_REF;
    const uint64_t k = right->imm;
    if (k == 1 && insn->op != IR_remu)
        return insn->arg[0];
    if (k == 0 && insn->op == IR_mul)
        return insn->arg[1];
    if (k == 0 || (k & (k - 1)) || !changeable(w, insn->arg[1]))
        return NO_REF;
    right->imm = insn->op == IR_remu ? k - 1 : (uint64_t)__builtin_ctzll(k);
    insn->op = insn->op == IR_mul ? IR_shl : insn->op == IR_divu ? IR_shr : IR_and;
    return NO_REF;
}

/* (x << 32) >> 32, as compilers write where there is no instruction for it, is an extension of the low half. Where that is not
 * at hand the constant makes room for narrowing; x must stand before it. */
static bool fold_to_extension(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *inner = operand(w, insn, 0);
    if (insn->type != IR_I64 || inner->op != IR_shl || !is_number(operand(w, insn, 1), 32) || !is_number(operand(w, inner, 1), 32))
        return false;
    const enum ir_op extension = insn->op == IR_shr ? IR_zext : IR_sext;
    const ir_ref room = insn->arg[1], x = inner->arg[0];
    const struct ir_insn *origin = &w->u->insn[x];
    if ((origin->op == IR_zext || origin->op == IR_sext) && ir_result_type(operand(w, origin, 0)) == IR_I32) {
        become_unary(w, insn, extension, origin->arg[0]);
        return true;
    }
    if (!changeable(w, room) || x > room)
        return false;
    w->u->insn[room] = (struct ir_insn){ .op = IR_narrow, .type = IR_I32, .arg = { x } };
    w->standing[x].uses++;
    become_unary(w, insn, extension, room);
    return true;
}

/* The operation itself takes the count modulo the width. */
static void drop_count_mask(const struct walk *w, struct ir_insn *insn, unsigned width)
{
    const struct ir_insn *count = operand(w, insn, 1);
    if (count->op == IR_and && is_const(operand(w, count, 1)) && (operand(w, count, 1)->imm & (width - 1)) == width - 1)
        use_instead(w, insn, 1, count->arg[0]);
}

static ir_ref fold_shift(const struct walk *w, struct ir_insn *insn)
{
    const unsigned width = type_bits(insn->type);
    struct ir_insn *count = operand(w, insn, 1);
    const struct ir_insn *inner = operand(w, insn, 0);
    if (!is_const(count)) {
        drop_count_mask(w, insn, width);
        return NO_REF;
    }
    if ((count->imm & (width - 1)) == 0)
        return insn->arg[0];
    if (insn->op != IR_shl && fold_to_extension(w, insn))
        return NO_REF;
    if (inner->op != insn->op || !is_const(operand(w, inner, 1)) || !changeable(w, insn->arg[1]))
        return NO_REF;
    const uint64_t total = (count->imm & (width - 1)) + (operand(w, inner, 1)->imm & (width - 1));
    if (total < width) {
        count->imm = total;
        use_instead(w, insn, 0, inner->arg[0]);
    }
    return NO_REF;
}

static ir_ref fold_minimum(const struct walk *w, struct ir_insn *insn)
{
    (void)w;
    return insn->arg[0] == insn->arg[1] ? insn->arg[0] : NO_REF;
}

/* ---- rules: conversions -------------------------------------------------------------------------------------------------------- */

/* An extension of the low half of what is extended from there already. */
static ir_ref fold_extension(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *narrowed = operand(w, insn, 0);
    if (insn->op == IR_zext && narrowed->op == IR_narrow && is_compare(operand(w, narrowed, 0))) { /* a truth has room anywhere */
        if (insn->type == IR_I32)
            return narrowed->arg[0];
        use_instead(w, insn, 0, narrowed->arg[0]);
        return NO_REF;
    }
    if (insn->type != IR_I64 || narrowed->op != IR_narrow || narrowed->type != IR_I32)
        return NO_REF;
    const struct ir_insn *origin = operand(w, narrowed, 0);
    bool same = origin->type == IR_I64 && follows_from_word(w, origin, (enum ir_op)insn->op, NEAR);
    return same ? narrowed->arg[0] : NO_REF;
}

/* A mask that keeps at least what narrowing keeps does not count. */
static ir_ref fold_narrow(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *masked = operand(w, insn, 0);
    const uint64_t kept = low_bits(type_bits(insn->type), UINT64_MAX);
    if (masked->op == IR_and && is_const(operand(w, masked, 1)) && (operand(w, masked, 1)->imm & kept) == kept)
        use_instead(w, insn, 0, masked->arg[0]);
    /* x | y where the narrow part of one is 0 */
    for (masked = operand(w, insn, 0); masked->op == IR_or; masked = operand(w, insn, 0)) {
        bool first_is_zero = is_zero_low(w, operand(w, masked, 0), type_bits(insn->type));
        if (!first_is_zero && !is_zero_low(w, operand(w, masked, 1), type_bits(insn->type)))
            break;
        use_instead(w, insn, 0, masked->arg[first_is_zero]);
    }
    bool is_extended = (masked->op == IR_zext || masked->op == IR_sext) && ir_result_type(operand(w, masked, 0)) == (enum ir_type)insn->type;
    return is_extended ? masked->arg[0] : NO_REF;
}

/* ---- rules: comparisons -------------------------------------------------------------------------------------------------------- */

static enum ir_op unsigned_form(enum ir_op op) { return op == IR_slt ? IR_ult : op == IR_sle ? IR_ule : op; }

/* Comparing words extended in the same way is comparing the words; zero extension makes the signed order the unsigned one, sign
 * extension keeps both. Down to 32 bits only: shorter comparisons pay on no host. */
static void compare_narrower(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *left = operand(w, insn, 0);
    struct ir_insn *right = operand(w, insn, 1);
    if ((left->op != IR_sext && left->op != IR_zext) || ir_result_type(operand(w, left, 0)) != IR_I32)
        return;
    bool extended_too = right->op == left->op && ir_result_type(operand(w, right, 0)) == IR_I32;
    bool fitting = is_const(right) && changeable(w, insn->arg[1]) && follows_from_word(w, right, (enum ir_op)left->op, 0);
    if (!extended_too && !fitting)
        return;
    if (left->op == IR_zext)
        insn->op = (uint8_t)unsigned_form((enum ir_op)insn->op);
    if (fitting)
        make_const(right, IR_I32, right->imm);
    else
        use_instead(w, insn, 1, right->arg[0]);
    use_instead(w, insn, 0, left->arg[0]);
    insn->type = IR_I32;
}

/* A difference of two words in 64 bits, a - b, which tells how they compare: condition registers are kept as such. */
struct difference {
    ir_ref a, b;      /* the words; b NO_REF: a constant */
    uint32_t constant;
    bool is_signed;
};

static bool is_extended_word(const struct walk *w, const struct ir_insn *x)
{
    return (x->op == IR_sext || x->op == IR_zext) && x->type == IR_I64 && ir_result_type(operand(w, x, 0)) == IR_I32;
}

static bool is_difference(const struct walk *w, const struct ir_insn *x, struct difference *d)
{
    const bool sum = x->op == IR_add || x->op == IR_sub;
    const struct ir_insn *left = sum ? operand(w, x, 0) : x, *right = sum ? operand(w, x, 1) : NULL;
    if (!is_extended_word(w, left))
        return false;
    *d = (struct difference){ .a = left->arg[0], .is_signed = left->op == IR_sext };
    if (!sum)
        return true;
    if (x->op == IR_sub) {
        d->b = right->arg[0];
        return right->op == left->op && is_extended_word(w, right);
    }
    d->constant = (uint32_t)-right->imm;
    return is_const(right) && (d->is_signed ? (uint64_t)(int64_t)(int32_t)d->constant : d->constant) == -right->imm;
}

/* Makes `insn`, of which operand number `zero` is 0, the comparison of a with b, or if `swap` of b with a. */
static bool compare_words(const struct walk *w, struct ir_insn *insn, enum ir_op op, const struct difference *d, unsigned zero, bool swap)
{
    const ir_ref constant = insn->arg[zero];
    if (!d->b && !changeable(w, constant))
        return false;
    w->standing[insn->arg[!zero]].uses--;
    w->standing[d->a].uses++;
    if (d->b) {
        w->standing[constant].uses--;
        w->standing[d->b].uses++;
    } else {
        make_const(&w->u->insn[constant], IR_I32, d->constant);
    }
    insn->op = (uint8_t)(d->is_signed ? op : unsigned_form(op));
    insn->type = IR_I32;
    insn->arg[swap] = d->a;
    insn->arg[!swap] = d->b ? d->b : constant;
    return true;
}

/* Comparisons of a difference, its low word or one of the bits that are its sign, with 0. */
static bool compare_difference(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *left = operand(w, insn, 0), *right = operand(w, insn, 1);
    const bool for_equality = insn->op == IR_eq || insn->op == IR_ne, ordered = insn->op == IR_slt || insn->op == IR_sle;
    struct difference d;
    if (ordered && insn->type == IR_I64 && is_number(left, 0) && is_difference(w, right, &d))
        return compare_words(w, insn, (enum ir_op)insn->op, &d, 0, true);
    if (!is_number(right, 0))
        return false;
    if (ordered && insn->type == IR_I64 && is_difference(w, left, &d))
        return compare_words(w, insn, (enum ir_op)insn->op, &d, 1, false);
    if (for_equality && insn->type == IR_I32 && left->op == IR_narrow && is_difference(w, operand(w, left, 0), &d))
        return compare_words(w, insn, (enum ir_op)insn->op, &d, 1, false);
    const uint64_t mask = left->op == IR_and ? operand(w, left, 1)->imm : 0;
    if (insn->op != IR_ne || insn->type != IR_I64 || left->op != IR_and || !is_const(operand(w, left, 1)) || mask >> 33 == 0 || mask & (mask - 1))
        return false;
    return is_difference(w, operand(w, left, 0), &d) && compare_words(w, insn, IR_slt, &d, 1, false);
}

/* x == 0 and x != 0 where x says more. */
static ir_ref fold_zero_test(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *left = operand(w, insn, 0);
    if (is_compare(left)) {
        if (insn->op == IR_ne)
            return insn->arg[0];
        become_opposite(w, insn, left);
    } else if (insn->op == IR_eq && left->op == IR_xor && left->type == IR_I32 && is_number(operand(w, left, 1), 1) &&
               is_truth(w, operand(w, left, 0))) {
        return left->arg[0];
    } else if (left->op == IR_sub || left->op == IR_xor) {
        const ir_ref a = left->arg[0], b = left->arg[1];
        use_instead(w, insn, 0, a);
        use_instead(w, insn, 1, b);
    }
    return NO_REF;
}

static ir_ref fold_compare(const struct walk *w, struct ir_insn *insn)
{
    if (insn->arg[0] == insn->arg[1]) {
        become_const(w, insn, insn->op == IR_eq || insn->op == IR_sle || insn->op == IR_ule);
        return NO_REF;
    }
    compare_narrower(w, insn);
    if (compare_difference(w, insn))
        return NO_REF;
    struct ir_insn *right = operand(w, insn, 1);
    if (insn->op == IR_ult && is_number(operand(w, insn, 0), 0)) { /* 0 < x */
        const ir_ref zero = insn->arg[0];
        insn->arg[0] = insn->arg[1];
        insn->arg[1] = zero;
        insn->op = IR_ne;
    } else if (insn->op == IR_ult && is_number(right, 0)) {
        become_const(w, insn, 0);
        return NO_REF;
    } else if (insn->op == IR_ult && is_number(right, 1) && changeable(w, insn->arg[1])) { /* x < 1 */
        right->imm = 0;
        insn->op = IR_eq;
    }
    if ((insn->op == IR_eq || insn->op == IR_ne) && is_number(operand(w, insn, 1), 0))
        return fold_zero_test(w, insn);
    return NO_REF;
}

/* x + k < 0 is x < -k, if there is such a number. */
static ir_ref fold_sum_compare(const struct walk *w, struct ir_insn *insn)
{
    struct ir_insn *right = operand(w, insn, 1);
    const uint64_t least = UINT64_C(1) << (type_bits(insn->type) - 1);
    if (!is_const(right) || right->imm == least || !changeable(w, insn->arg[1]))
        return NO_REF;
    right->imm = low_bits(type_bits(insn->type), -right->imm);
    insn->op = insn->op == IR_add_lt ? IR_slt : IR_sle;
    return fold_compare(w, insn);
}

/* ---- conditions -------------------------------------------------------------------------------------------------------------- */

/* A condition asks whether its operand is not 0, so it need not be told whether that is not 0. */
static void fold_condition(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *condition = operand(w, insn, 0);
    if (condition->op == IR_ne && condition->type == IR_I32 && is_number(operand(w, condition, 1), 0))
        use_instead(w, insn, 0, condition->arg[0]);
}

static ir_ref fold_pick(const struct walk *w, struct ir_insn *insn)
{
    fold_condition(w, insn);
    if (is_const(operand(w, insn, 0)))
        return operand(w, insn, 0)->imm ? insn->arg[1] : insn->arg[2];
    return insn->arg[1] == insn->arg[2] ? insn->arg[1] : NO_REF;
}

void fold_branch(const struct walk *w, struct ir_insn *insn)
{
    fold_condition(w, insn);
    const struct ir_insn *condition = operand(w, insn, 0);
    if (is_const(condition))
        *insn = (struct ir_insn){ .op = IR_br, .imm = insn->imm + !condition->imm };
}

/* ---- targets ----------------------------------------------------------------------------------------------------------------- */

/* What an `and` leaves alone, or that extended, if the other bits do not count. */
static void fold_alignment(const struct walk *w, struct ir_insn *user)
{
    const struct ir_insn *value = operand(w, user, 0);
    uint64_t counts = low_bits(type_bits(value->type), -(uint64_t)w->u->layout->code_alignment);
    if (value->op == IR_and && is_const(operand(w, value, 1)) && (operand(w, value, 1)->imm & counts) == counts)
        use_instead(w, user, 0, value->arg[0]);
}

/* A jump to where it is known to go is a branch. */
void fold_target(const struct walk *w, struct ir_insn *insn)
{
    struct ir_insn *target = operand(w, insn, 0);
    uint64_t spc = align_down(target->imm, w->u->layout->code_alignment), return_spc = insn->imm;
    if (target->op == IR_zext && w->standing[insn->arg[0]].uses == 1)
        fold_alignment(w, target);
    fold_alignment(w, insn);
    if (!is_const(target) || insn->op == IR_return_to)
        return;
    if (insn->op == IR_call_ind)
        *insn = (struct ir_insn){ .op = IR_call_to, .imm = ir_edge_leaving(w->u, spc, return_spc) };
    else
        *insn = (struct ir_insn){ .op = IR_br, .imm = ir_edge_leaving(w->u, spc, 0) };
}

/* ---- the pass ------------------------------------------------------------------------------------------------------------------ */

static void put_constant_second(const struct walk *w, struct ir_insn *insn)
{
    if (!is_const(operand(w, insn, 0)) || is_const(operand(w, insn, 1)))
        return;
    const ir_ref constant = insn->arg[0];
    insn->arg[0] = insn->arg[1];
    insn->arg[1] = constant;
}

static bool all_constant(const struct walk *w, const struct ir_insn *insn)
{
    for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
        if (!is_const(operand(w, insn, i)))
            return false;
    return ir_info(insn)->arguments;
}

static void evaluate(const struct walk *w, struct ir_insn *insn)
{
    const uint64_t value = ir_eval_op((enum ir_op)insn->op, insn->type, operand(w, insn, 0)->type, insn->aux,
                                      operand(w, insn, 0)->imm, operand(w, insn, 1)->imm, operand(w, insn, 2)->imm);
    become_const(w, insn, value);
}

ir_ref fold_insn(const struct walk *w, struct ir_insn *insn)
{
    if (!(ir_info(insn)->traits & PURE))
        return NO_REF;
    if (all_constant(w, insn) && insn->type != IR_V128) { /* there are no constant vectors */
        evaluate(w, insn);
        return NO_REF;
    }
    if (ir_commutes[insn->op])
        put_constant_second(w, insn);
    switch (insn->op) {
    case IR_add: return fold_add(w, insn);
    case IR_sub: return fold_sub(w, insn);
    case IR_and:
    case IR_or:
    case IR_xor: return fold_bitwise(w, insn);
    case IR_mul:
    case IR_divu:
    case IR_remu: return fold_product(w, insn);
    case IR_shl:
    case IR_shr:
    case IR_sar: return fold_shift(w, insn);
    case IR_rotl:
    case IR_rotr: drop_count_mask(w, insn, type_bits(insn->type)); return NO_REF;
    case IR_mins:
    case IR_maxs:
    case IR_minu:
    case IR_maxu: return fold_minimum(w, insn);
    case IR_sext:
    case IR_zext: return fold_extension(w, insn);
    case IR_narrow: return fold_narrow(w, insn);
    case IR_eq:
    case IR_ne:
    case IR_slt:
    case IR_sle:
    case IR_ult:
    case IR_ule: return fold_compare(w, insn);
    case IR_add_lt:
    case IR_add_le: return fold_sum_compare(w, insn);
    case IR_pick: return fold_pick(w, insn);
    default: return NO_REF;
    }
}
