/* Canonical NaNs of results. A test of two registers tells whether one holds a NaN as cheaply as a test of one. So tests are put off while nobody can tell:
 * through arithmetic, for which one quiet NaN is as good as another, and writes of slots that have homes. */
#include "host/x64/lower.h"

static bool is_double(enum ir_type type) { return type == IR_F64; }

/* ---- settling -------------------------------------------------------------------------------------------------------------------------- */

/* Those that were put off together. */
struct group {
    struct unsettled member[MOST_UNSETTLED];
    unsigned count;
};

static void load_canonical(struct lowering *l, const struct unsettled *u)
{
    emit_op(&l->e, X64_MOVSD_LOAD, 32, u->reg - FLOAT_REGS, float_mask_of(l, MASK_NAN, u->type));
}

static void load_canonical_if_nan(struct lowering *l, const struct unsettled *u)
{
    struct label is_number = { 0 };
    unsigned reg = u->reg - FLOAT_REGS;
    emit_op(&l->e, X64_UCOMISS + is_double(u->type), 32, reg, in_reg(reg));
    emit_jcc(&l->e, CC_NP, &is_number);
    load_canonical(l, u);
    emit_bind(&l->e, &is_number);
}

static void cold_group(struct lowering *l, struct cold *c)
{
    const struct group *group = c->more;
    if (group->count == 1)
        load_canonical(l, &group->member[0]);
    for (unsigned i = 0; i < group->count && group->count > 1; i++)
        load_canonical_if_nan(l, &group->member[i]);
    emit_jmp(&l->e, &c->back);
}

static void emit_test(struct lowering *l, struct group *group, const struct unsettled *a, const struct unsettled *b)
{
    struct cold *c = new_cold(l, cold_group);
    c->more = group;
    emit_op(&l->e, X64_UCOMISS + is_double(a->type), 32, a->reg - FLOAT_REGS, in_reg(b->reg - FLOAT_REGS));
    emit_jcc(&l->e, CC_P, &c->entry);
    emit_bind(&l->e, &c->back);
}

/* Whether `of` is computed from `v`, so that it is a NaN if that is. */
static bool tells_of(const struct lowering *l, const struct unsettled *of, ir_ref v)
{
    const struct ir_insn *arithmetic = insn_of(l, insn_of(l, of->value)->arg[0]);
    bool passes_on = ir_info(arithmetic)->form == FORM_F_BINARY || arithmetic->op == IR_f_sqrt;
    return passes_on && (arithmetic->arg[0] == v || (ir_info(arithmetic)->arguments > 1 && arithmetic->arg[1] == v));
}

static bool is_told_of(const struct lowering *l, const struct group *group, unsigned i)
{
    for (unsigned k = i + 1; k < group->count; k++)
        if (tells_of(l, &group->member[k], group->member[i].value))
            return true;
    return false;
}

/* Not any more if nobody needs it and another value has its register. */
static bool is_there(const struct lowering *l, const struct unsettled *u) { return u->is_home || l->ra.value[u->value].reg == u->reg; }

void settle_nans(struct lowering *l)
{
    struct group *group = arena_alloc(l->u->arena, sizeof *group);
    const struct unsettled *alone = NULL;
    group->count = 0;
    for (unsigned i = 0; i < l->unsettled_count; i++)
        if (is_there(l, &l->unsettled[i]))
            group->member[group->count++] = l->unsettled[i];
    l->unsettled_count = 0;
    for (unsigned i = 0; i < group->count; i++) {
        const struct unsettled *u = &group->member[i];
        if (is_told_of(l, group, i))
            continue;
        if (alone && alone->type == u->type) {
            emit_test(l, group, alone, u);
            alone = NULL;
            continue;
        }
        if (alone)
            emit_test(l, group, alone, alone);
        alone = u;
    }
    if (alone)
        emit_test(l, group, alone, alone);
}

void note_unsettled(struct lowering *l, ir_ref v, unsigned reg)
{
    l->unsettled[l->unsettled_count++] = (struct unsettled){ .value = v, .type = insn_of(l, v)->type, .reg = (uint8_t)(reg + FLOAT_REGS) };
    if (l->unsettled_count == COUNT_OF(l->unsettled) || regalloc_is_across(&l->ra, v))
        settle_nans(l);
}

/* ---- what leaves unsettled registers alone ------------------------------------------------------------------------------------------------- */

static bool is_unsettled_register(const struct lowering *l, unsigned reg)
{
    for (unsigned i = 0; i < l->unsettled_count; i++)
        if (l->unsettled[i].reg == reg)
            return true;
    return false;
}

/* It goes to its home, where it is then to be settled. */
static bool moves_home(struct lowering *l, ir_ref v, unsigned home)
{
    for (unsigned i = 0; i < l->unsettled_count; i++) {
        struct unsettled *u = &l->unsettled[i];
        if (u->value != v)
            continue;
        if (home == NO_REG || u->is_home || (u->reg != home && is_unsettled_register(l, home)))
            return false;
        u->reg = (uint8_t)home;
        return u->is_home = true;
    }
    return home == NO_REG || !is_unsettled_register(l, home);
}

static bool computes_integers(const struct lowering *l, const struct ir_insn *insn)
{
    bool integers = ir_info(insn)->traits & PURE && ir_result_type(insn) <= IR_I64; /* ORDER TYPE */
    for (unsigned k = 0; k < ir_info(insn)->arguments; k++)
        integers &= ir_result_type(insn_of(l, insn->arg[k])) <= IR_I64;
    return integers;
}

static bool is_arithmetic_in_line(const struct ir_insn *insn)
{
    enum ir_form form = ir_info(insn)->form;
    return (form == FORM_F_BINARY || insn->op == IR_f_sqrt) && insn->aux == ROUND_DYNAMIC;
}

/* Whether what it computes, or moves, takes no register from an unsettled value. */
static bool leaves_registers(struct lowering *l, ir_ref v)
{
    return !is_unsettled_register(l, regalloc_wanted(&l->ra, v)) && regalloc_has_free(&l->ra, true);
}

bool can_wait_for_nans(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    switch (insn->op) {
    case IR_get: return insn->type <= IR_I64 || leaves_registers(l, v); /* ORDER TYPE */
    case IR_set:
        if (!type_is_float(insn->type))
            return insn->type <= IR_I64; /* ORDER TYPE */
        return regalloc_has_free(&l->ra, true) && moves_home(l, insn->arg[0], l->plan->home[insn->imm]);
    case IR_f_canon: return leaves_registers(l, v);
    default: return is_arithmetic_in_line(insn) ? leaves_registers(l, v) : computes_integers(l, insn);
    }
}
