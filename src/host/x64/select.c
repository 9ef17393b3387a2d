/* Decides, backwards, which instructions are emitted on their own and which are part of their user's pattern. What is folded
 * is computed where its user stands, so only what is pure, or a load with nothing between it and its user, can be. */
#include "host/x64/lower.h"
#include "ir/flow.h"

/* The operand that is an address, which may be computed where it is used; NO_REF: none is. */
static ir_ref address_operand(const struct lowering *l, const struct ir_insn *insn)
{
    if (insn->op == IR_load || insn->op == IR_store)
        return insn->arg[0];
    return insn->op == IR_call && is_extended_access(l, insn) ? insn->arg[1] : NO_REF;
}

static unsigned uses_of(const struct lowering *l, ir_ref v) { return l->ra.value[v].uses; }

static bool is_here(const struct lowering *l, ir_ref v) { return regalloc_in_stretch(&l->ra, v); }

/* ... where its flags do not count either. */
static bool used_once_here(const struct lowering *l, ir_ref v) { return is_here(l, v) && uses_of(l, v) == 1 && !leaves_flags(l, v); }

/* ---- addresses and sums --------------------------------------------------------------------------------------------------- */

static bool is_add_of_displacement(const struct lowering *l, const struct ir_insn *insn)
{
    uint64_t displacement;
    return insn->op == IR_add && constant_of(l, insn->arg[1], &displacement) &&
           (insn->type == IR_I32 || fits_int32(displacement));
}

static bool is_small_shift(const struct lowering *l, ir_ref v)
{
    uint64_t count;
    const struct ir_insn *insn = insn_of(l, v);
    return insn->op == IR_shl && constant_of(l, insn->arg[1], &count) && count >= 1 && count <= 3;
}

/* Folds a shift among the operands of the addition `v`. */
static void fold_index(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    for (unsigned k = 2; k-- > 0;) {
        if (used_once_here(l, insn->arg[k]) && is_small_shift(l, insn->arg[k])) {
            l->u->insn[insn->arg[k]].extra = FOLDED;
            return;
        }
    }
}

static void fold_inner_sum(struct lowering *l, ir_ref v)
{
    if (used_once_here(l, v) && insn_of(l, v)->op == IR_add && !is_add_of_displacement(l, insn_of(l, v))) {
        l->u->insn[v].extra = FOLDED;
        fold_index(l, v);
    }
}

static void fold_sum(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (is_add_of_displacement(l, insn))
        fold_inner_sum(l, insn->arg[0]);
    else
        fold_index(l, v);
}

/* A sum of words, extended. */
static bool is_wrapping_sum(const struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    return insn->op == IR_zext && insn->type == IR_I64 && used_once_here(l, insn->arg[0]) && insn_of(l, insn->arg[0])->op == IR_add &&
           insn_of(l, insn->arg[0])->type == IR_I32;
}

static void fold_wrapping_sum(struct lowering *l, ir_ref v)
{
    ir_ref sum = insn_of(l, v)->arg[0];
    l->u->insn[v].extra = l->u->insn[sum].extra = FOLDED;
    fold_sum(l, sum);
}

static void fold_address(struct lowering *l, ir_ref v)
{
    if (!is_here(l, v) || is_folded(l, v))
        return;
    bool needed_elsewhere = l->ra.value[v].last_use != 0 || leaves_flags(l, v);
    if (is_wrapping_sum(l, v) && uses_of(l, v) == l->address_uses[v] && !needed_elsewhere) {
        fold_wrapping_sum(l, v);
        return;
    }
    if (is_add_of_displacement(l, insn_of(l, v)) && uses_of(l, v) == l->address_uses[v] && !needed_elsewhere) {
        l->u->insn[v].extra = FOLDED;
        fold_inner_sum(l, insn_of(l, v)->arg[0]);
    } else {
        fold_inner_sum(l, v);
    }
}

static void add_parts(const struct lowering *l, ir_ref v, struct address *a)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool first_is_index = is_folded(l, insn->arg[0]);
    a->base = insn->arg[first_is_index];
    a->index = insn->arg[!first_is_index];
    const struct ir_insn *index = insn_of(l, a->index);
    if (is_folded(l, a->index)) {
        a->scale = (unsigned)insn_of(l, index->arg[1])->imm;
        a->index = index->arg[0];
    }
}

struct address sum_of(const struct lowering *l, ir_ref v)
{
    struct address a = { .base = v };
    const struct ir_insn *insn = insn_of(l, v);
    if (is_add_of_displacement(l, insn)) {
        a.disp = (int32_t)insn_of(l, insn->arg[1])->imm;
        a.base = insn->arg[0];
        if (!is_folded(l, a.base))
            return a;
    }
    add_parts(l, a.base, &a);
    return a;
}

struct address address_of(const struct lowering *l, ir_ref v)
{
    uint64_t constant;
    if (is_folded(l, v) && insn_of(l, v)->op == IR_zext) {
        struct address a = sum_of(l, insn_of(l, v)->arg[0]);
        a.wraps = true;
        return a;
    }
    if (is_folded(l, v))
        return sum_of(l, v);
    if (constant_of(l, v, &constant) && fits_int32(constant))
        return (struct address){ .disp = (int32_t)constant };
    return (struct address){ .base = v };
}

/* ---- operands that become part of an instruction ------------------------------------------------------------------------------ */

/* Whether one host condition tells the outcome. */
static bool is_compare(const struct ir_insn *insn)
{
    if (ir_info(insn)->form == FORM_COMPARE)
        return insn->op != IR_mul_o || insn->type != IR_I8;
    return ir_info(insn)->form == FORM_F_COMPARE && insn->op != IR_f_eq;
}

/* Whether nothing that must stay in order stands between a load and its user. */
static bool nothing_between(const struct lowering *l, ir_ref load, ir_ref user)
{
    enum { NEAR = 8 };
    if (user - load > NEAR)
        return false;
    for (ir_ref i = load + 1; i < user; i++)
        if (!(ir_traits(insn_of(l, i)) & PURE) && insn_of(l, i)->op != IR_nop && insn_of(l, i)->op != IR_get)
            return false;
    return true;
}

static void fold_load(struct lowering *l, ir_ref v, ir_ref user)
{
    const struct ir_insn *load = insn_of(l, v);
    bool any_order = insn_of(l, user)->op == IR_bits_f && has(l, FEATURE_AVX);
    if (load->op == IR_load && (any_order || !(load->aux & ACCESS_BIG_ENDIAN)) && used_once_here(l, v) && nothing_between(l, v, user))
        l->u->insn[v].extra = FOLDED;
}

/* Whether a comparison can move down to its user: one of floats raises flags, which someone may look at in between. */
static bool can_wait(const struct lowering *l, ir_ref comparison, ir_ref user)
{
    if (ir_info(insn_of(l, comparison))->form == FORM_COMPARE)
        return true;
    for (ir_ref i = comparison + 1; i < user; i++) {
        const struct ir_insn *insn = insn_of(l, i);
        bool looks = insn->op != IR_get && ir_traits(insn) & (FAULT | FLAGS | READS);
        if (looks || insn->op == IR_get_flags || insn->op == IR_set_flags || insn->op == IR_brif)
            return false;
    }
    return true;
}

/* Whether bits are all 0 or not. */
static void fold_tested_bits(struct lowering *l, ir_ref comparison)
{
    const struct ir_insn *insn = insn_of(l, comparison);
    uint64_t constant;
    bool tests = (insn->op == IR_eq || insn->op == IR_ne) && constant_of(l, insn->arg[1], &constant) && !constant;
    if (tests && used_once_here(l, insn->arg[0]) && insn_of(l, insn->arg[0])->op == IR_and)
        l->u->insn[insn->arg[0]].extra = FOLDED;
}

static void fold_compare(struct lowering *l, ir_ref condition, ir_ref user)
{
    if (!used_once_here(l, condition) || !is_compare(insn_of(l, condition)) || !can_wait(l, condition, user))
        return;
    l->u->insn[condition].extra = FOLDED;
    fold_tested_bits(l, condition);
}

/* Whether what is decided here is told by flags, without the operands. */
static bool is_told(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->op == IR_brif)
        return take_flags(l, insn->arg[0], v);
    if (insn->op == IR_pick)
        return !type_is_float(insn->type) && take_flags(l, insn->arg[0], v);
    return ir_info(insn)->form == FORM_COMPARE && take_flags(l, v, v);
}

/* x << n >> m: an extension of the low bits of x when n is 32, 48 or 56 and no bits are lost again. */
static bool is_shift_pair(const struct lowering *l, const struct ir_insn *right)
{
    const struct ir_insn *left = insn_of(l, right->arg[0]);
    uint64_t up, down;
    return right->type == IR_I64 && left->op == IR_shl && constant_of(l, left->arg[1], &up) && constant_of(l, right->arg[1], &down) &&
           (up == 32 || up == 48 || up == 56) && down <= up && down > 0;
}

static void fold_shift_pair(struct lowering *l, ir_ref v)
{
    const struct ir_insn *right = insn_of(l, v);
    if (used_once_here(l, right->arg[0]) && is_shift_pair(l, right))
        l->u->insn[right->arg[0]].extra = FOLDED;
}

static void fold_not(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    for (unsigned k = 0; k < 2; k++) {
        if (used_once_here(l, insn->arg[k]) && insn_of(l, insn->arg[k])->op == IR_not) {
            l->u->insn[insn->arg[k]].extra = FOLDED;
            return;
        }
    }
}

/* The low 8 or 16 bits of a word replaced. */
static void fold_insertion(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v), *kept = insn_of(l, insn->arg[0]), *part = insn_of(l, insn->arg[1]);
    bool is_truth = ir_info(part)->form == FORM_COMPARE;
    uint64_t mask;
    if (kept->op != IR_and || !constant_of(l, kept->arg[1], &mask) || !used_once_here(l, insn->arg[0]))
        return;
    uint64_t replaced = ~mask & UINT32_MAX;
    if (is_truth && replaced == low_bits(8, UINT64_MAX)) {
        l->u->insn[insn->arg[0]].extra = FOLDED;
    } else if (part->op == IR_zext && used_once_here(l, insn->arg[1]) &&
               replaced == low_bits(type_bits(ir_result_type(insn_of(l, part->arg[0]))), UINT64_MAX)) {
        l->u->insn[insn->arg[0]].extra = l->u->insn[insn->arg[1]].extra = FOLDED;
    }
}

/* A store of a float's bits stores the float. */
static void fold_stored_bits(struct lowering *l, ir_ref v)
{
    if (used_once_here(l, v) && insn_of(l, v)->op == IR_narrow && insn_of(l, v)->type == IR_I32) {
        ir_ref inner = insn_of(l, v)->arg[0];
        if (!used_once_here(l, inner) || insn_of(l, inner)->op != IR_f_bits)
            return;
        l->u->insn[v].extra = FOLDED;
        v = inner;
    }
    if (used_once_here(l, v) && insn_of(l, v)->op == IR_f_bits)
        l->u->insn[v].extra = FOLDED;
}

/* The lowest lane of a vector is stored from the vector's register. */
static void fold_stored_lane(struct lowering *l, ir_ref v)
{
    uint64_t lane;
    const struct ir_insn *insn = insn_of(l, v);
    if (used_once_here(l, v) && insn->op == IR_v_extract && insn->aux >= LANES_32 && constant_of(l, insn->arg[1], &lane) && !lane)
        l->u->insn[v].extra = FOLDED;
}

/* A scalar in memory that becomes a vector's lowest lane. */
static void fold_scalar_load(struct lowering *l, ir_ref load, ir_ref user)
{
    if (insn_of(l, load)->type >= IR_I32) /* ORDER TYPE */
        fold_load(l, load, user);
}

/* ... of which no other lane is used. */
static void fold_low_lane(struct lowering *l, ir_ref v, ir_ref user)
{
    struct ir_insn *scalar = &l->u->insn[v];
    bool is_low = insn_of(l, user)->aux & LOW_LANE;
    if (!is_low || !has(l, FEATURE_AVX) || scalar->op != IR_v_scalar || scalar->aux < (insn_of(l, user)->aux & LANES_MASK) || !used_once_here(l, v))
        return;
    fold_scalar_load(l, scalar->arg[0], user);
    if (is_folded(l, scalar->arg[0]))
        scalar->extra = FOLDED;
}

static void fold_operands(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (leaves_flags(l, v)) /* the host's own instruction for it does */
        return;
    switch (insn->op) {
    case IR_load:
        fold_address(l, insn->arg[0]);
        break;
    case IR_call:
        if (is_extended_access(l, insn))
            fold_address(l, insn->arg[1]);
        break;
    case IR_store:
        fold_address(l, insn->arg[0]);
        if (!(insn->aux & ACCESS_SEQUENTIAL) && (!(insn->aux & ACCESS_BIG_ENDIAN) || has(l, FEATURE_AVX)))
            fold_stored_bits(l, insn->arg[1]);
        if (!(insn->aux & (ACCESS_SEQUENTIAL | ACCESS_BIG_ENDIAN)))
            fold_stored_lane(l, insn->arg[1]);
        break;
    case IR_add:
        if (insn->type >= IR_I32)
            fold_sum(l, v);
        break;
    case IR_and:
        if (insn->type >= IR_I32 && has(l, FEATURE_BMI1))
            fold_not(l, v);
        break;
    case IR_or:
        if (insn->type == IR_I32)
            fold_insertion(l, v);
        break;
    case IR_shr: case IR_sar:
        fold_shift_pair(l, v);
        break;
    case IR_sext: case IR_zext: case IR_bits_f:
        fold_load(l, insn->arg[0], v);
        break;
    case IR_brif: case IR_pick: case IR_mend:
        fold_compare(l, insn->arg[0], v);
        break;
    case IR_eq: case IR_ne:
        fold_tested_bits(l, v);
        break;
    case IR_v_scalar:
        fold_scalar_load(l, insn->arg[0], v);
        break;
    default:
        if (ir_info(insn)->form == FORM_F_LANES2)
            fold_low_lane(l, insn->arg[1], v);
        break;
    }
}

/* ---- what the allocator is told ------------------------------------------------------------------------------------------------- */

/* The instruction at `user` uses v, or if v is folded what v uses. */
static void note_use(struct lowering *l, ir_ref v, ir_ref user)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!is_folded(l, v)) {
        regalloc_note_use(&l->ra, v, user);
        return;
    }
    if (insn->op == IR_load)
        fold_address(l, insn->arg[0]);
    for (unsigned k = 0; k < ir_ops[insn->op].arguments; k++)
        note_use(l, insn->arg[k], user);
}

/* The operand that would best sit where the result goes. */
static ir_ref like_operand(const struct lowering *l, const struct ir_insn *insn)
{
    unsigned form = ir_ops[insn->op].form;
    bool two_operand = form == FORM_UNARY || form == FORM_BINARY || form == FORM_CONVERT || form == FORM_F_BINARY || form == FORM_F_BITS1;
    ir_ref first = insn->arg[0];
    bool same_class = two_operand && type_is_float(insn->type) == type_is_float(ir_result_type(insn_of(l, first)));
    return same_class && used_once_here(l, first) && !is_folded(l, first) ? first : NO_REF;
}

static bool is_barrier(const struct ir_insn *insn)
{
    if (insn->op == IR_get || insn->op == IR_set || insn->op == IR_fence || insn->op == IR_set_flags)
        return false;
    return ir_traits(insn) & (FAULT | READS | WRITES | END);
}

static bool contains_load(const struct lowering *l, const struct ir_insn *insn)
{
    ir_ref operand = ir_info(insn)->form == FORM_F_LANES2 && is_folded(l, insn->arg[1]) ? insn_of(l, insn->arg[1])->arg[0] : insn->arg[0];
    bool can = ir_info(insn)->form == FORM_CONVERT || insn->op == IR_v_scalar || operand != insn->arg[0];
    return can && is_folded(l, operand) && insn_of(l, operand)->op == IR_load;
}

/* ---- what is computed on ways out only (edge.c) ------------------------------------------------------------------------------------ */

static bool is_conversion(const struct ir_insn *insn) { return insn->op == IR_sext || insn->op == IR_zext || insn->op == IR_narrow; }

static bool has_two_operands(const struct ir_insn *insn)
{
    bool is_arithmetic = insn->op == IR_add || insn->op == IR_sub || insn->op == IR_and || insn->op == IR_or || insn->op == IR_xor;
    return insn->type >= IR_I32 && (is_arithmetic || is_order(insn->op));
}

static void defer_conversions(struct lowering *l, ir_ref v)
{
    while (used_once_here(l, v) && is_conversion(insn_of(l, v))) {
        l->u->insn[v].extra = FOLDED;
        v = insn_of(l, v)->arg[0];
    }
}

unsigned writes_of(const struct lowering *l, ir_ref v)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < l->u->edge_count; i++)
        for (unsigned k = 0; l->u->edge[i].leaves && k < l->u->edge[i].argument_count; k++)
            count += l->u->argument[l->u->edge[i].arguments + k] == v;
    return count;
}

bool is_for_ways_out(const struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    return (is_conversion(insn) || has_two_operands(insn)) && uses_of(l, v) && uses_of(l, v) == writes_of(l, v);
}

/* A value that is written on ways out and used by nobody else. */
static void defer(struct lowering *l, ir_ref v)
{
    struct ir_insn *insn = &l->u->insn[v];
    if (!is_here(l, v) || is_folded(l, v) || l->ra.value[v].last_use || !is_for_ways_out(l, v))
        return;
    insn->extra = FOLDED;
    for (unsigned k = 0; k < ir_info(insn)->arguments; k++)
        defer_conversions(l, insn->arg[k]);
}

/* The first operands are not needed. */
static void drop_uses(struct lowering *l, const struct ir_insn *insn, unsigned count)
{
    for (unsigned k = 0; k < count; k++)
        l->ra.value[insn->arg[k]].uses--;
}

static void select_operation(struct lowering *l, struct ir_insn *insn, ir_ref v)
{
    unsigned arguments = ir_ops[insn->op].arguments;
    unsigned traits = ir_traits(insn);
    if (traits & PURE && uses_of(l, v) == 0 && !leaves_flags(l, v)) {
        insn->extra = DEAD;
        drop_uses(l, insn, arguments);
        return;
    }
    unsigned dropped = !is_told(l, v) ? 0 : ir_info(insn)->form == FORM_COMPARE ? arguments : 1;
    drop_uses(l, insn, dropped);
    if (!dropped)
        fold_operands(l, v);
    if (insn->op == IR_mend) /* its helper sees state as it is before the result goes anywhere */
        regalloc_note_barrier(&l->ra);
    if (traits & RESULT)
        regalloc_note_definition(&l->ra, v, like_operand(l, insn));
    if (is_barrier(insn) || contains_load(l, insn))
        regalloc_note_barrier(&l->ra);
    for (unsigned k = dropped; k < arguments; k++)
        note_use(l, insn->arg[k], v);
    for (unsigned e = 0; e < ir_edge_count(insn); e++) {
        const struct ir_edge *edge = &l->u->edge[insn->imm + e];
        for (unsigned k = 0; k < edge->argument_count; k++) {
            if (edge->leaves)
                defer(l, l->u->argument[edge->arguments + k]);
            note_use(l, l->u->argument[edge->arguments + k], v);
        }
    }
}

/* Most instructions are none of the host's business or a get or a set. */
static void select_insn(struct lowering *l, struct ir_insn *insn, ir_ref v)
{
    switch (insn->op) {
    case IR_nop:
    case IR_const:
    case IR_param:
        insn->extra = DEAD;
        break;
    case IR_mark:
        break;
    case IR_get:
        if (uses_of(l, v) == 0) {
            insn->extra = DEAD;
            break;
        }
        regalloc_note_definition(&l->ra, v, NO_REF);
        regalloc_note_get(&l->ra, (unsigned)insn->imm);
        break;
    case IR_set:
        regalloc_note_set(&l->ra, (unsigned)insn->imm, insn->arg[0]);
        note_use(l, insn->arg[0], v);
        break;
    default:
        if (insn->extra != FOLDED)
            select_operation(l, insn, v);
    }
}

/* For edges whose arguments are parameters of their target. */
static void reserve_spare_cells(struct lowering *l)
{
    unsigned most = 0;
    for (uint32_t i = 0; i < l->u->edge_count; i++)
        if (most < l->u->edge[i].argument_count) /* writes also: emit_writes */
            most = l->u->edge[i].argument_count;
    l->spare_cell = regalloc_reserve(&l->ra, most);
}


static void select_stretch(struct lowering *l, uint32_t first_block, uint32_t last_block)
{
    struct ir_block stretch = { l->u->block[first_block].first, l->u->block[last_block].last };
    regalloc_analyse_stretch(&l->ra, stretch);
    struct ir_insn *insn = &l->u->insn[stretch.last];
    for (ir_ref v = stretch.last; v-- > stretch.first;)
        select_insn(l, --insn, v);
}

static void count_uses(struct lowering *l)
{
    struct ir_insn *insn = l->u->insn;
    struct value *values = l->ra.value;
    uint16_t *address_uses = l->address_uses;
    for (ir_ref v = 0, count = l->u->insn_count; v < count; v++, insn++) {
        insn->extra = LIVE;
        regalloc_add(values, insn, v);
        address_uses[v] = 0;
        ir_ref address = address_operand(l, insn);
        if (address)
            address_uses[address]++;
    }
    regalloc_add_arguments(&l->ra);
}

void select_unit(struct lowering *l)
{
    count_uses(l);
    l->flags_from = l->u->insn_count;
    ir_find_stretches(l->u, l->goes_on);
    reserve_spare_cells(l);
    for (uint32_t end = l->u->block_count; end > 0;) {
        uint32_t first = end - 1;
        while (l->goes_on[first])
            first--;
        select_stretch(l, first, end - 1);
        end = first;
    }
}
