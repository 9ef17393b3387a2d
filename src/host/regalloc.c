#include "host/regalloc.h"

#include <string.h>

static inline struct value *value_of(struct regalloc *ra, ir_ref v) { return &ra->value[v]; }
static inline uint64_t bit(unsigned reg) { return UINT64_C(1) << reg; }
static inline bool is_dead(const struct regalloc *ra, ir_ref v) { return ra->value[v].last_use <= ra->dead_until; }
static inline bool is_constant(const struct regalloc *ra, ir_ref v) { return ra->unit->insn[v].op == IR_const; }

static inline bool is_float(const struct regalloc *ra, ir_ref v) /* or vector */
{
    const struct ir_insn *insn = &ra->unit->insn[v];
    return insn->type >= IR_F32 && ir_result_type(insn) >= IR_F32; /* ORDER TYPE */
}

static inline bool is_vector(const struct regalloc *ra, ir_ref v) { return ra->unit->insn[v].type == IR_V128; }

static void load(struct regalloc *ra, unsigned reg, ir_ref v, unsigned cell) { ra->emit->load(ra->host, reg, cell, is_vector(ra, v)); }
static void store(struct regalloc *ra, unsigned cell, ir_ref v, unsigned reg) { ra->emit->store(ra->host, cell, reg, is_vector(ra, v)); }

void regalloc_init(struct regalloc *ra, struct ir_unit *u, const struct register_plan *plan, const struct regalloc_emit *emit,
                   void *host)
{
    memset(ra, 0, sizeof *ra);
    ra->unit = u;
    ra->plan = plan;
    ra->emit = emit;
    ra->host = host;
    ra->value = arena_alloc(u->arena, u->insn_count * sizeof *ra->value);
}

void regalloc_add_arguments(struct regalloc *ra)
{
    for (uint32_t i = 0; i < ra->unit->argument_count; i++)
        ra->value[ra->unit->argument[i]].uses++;
}

/* ---- backward pass -------------------------------------------------------------------------------------------------------- */

unsigned regalloc_reserve(struct regalloc *ra, unsigned count)
{
    if (count > ra->plan->spill_cells - ra->reserved) {
        ra->failed = true;
        return SPILL_CELL;
    }
    ra->reserved += count;
    return SPILL_CELL + ra->reserved - count;
}

static void reserve_cell(struct regalloc *ra, ir_ref v)
{
    struct value *value = value_of(ra, v);
    if (value->cell == NO_CELL)
        value->cell = (uint16_t)regalloc_reserve(ra, is_vector(ra, v) ? 2 : 1);
}

void regalloc_analyse_stretch(struct regalloc *ra, struct ir_block stretch)
{
    ra->stretch = stretch;
    regalloc_note_barrier(ra);
    for (ir_ref v = stretch.first; v < stretch.last; v++) {
        enum ir_op op = ra->unit->insn[v].op;
        if (op == IR_param)
            reserve_cell(ra, v);
        else if (op != IR_nop)
            break;
    }
}

void regalloc_note_across(struct regalloc *ra, ir_ref v)
{
    struct value *value = value_of(ra, v);
    value->last_use = ACROSS;
    reserve_cell(ra, v);
}

void regalloc_note_wanted(struct regalloc *ra, ir_ref v, ir_ref like)
{
    struct value *value = value_of(ra, v);
    unsigned home = value->wanted;
    if (ra->coming[home].value != v || ra->coming[home].barriers != ra->barriers) {
        value->wanted = NO_REG;
    } else if (like != NO_REF && regalloc_in_stretch(ra, like)) {
        value_of(ra, like)->wanted = (uint8_t)home;
        ra->coming[home].value = like;
    } else {
        ra->coming[home].value = NO_REF;
    }
}

/* ---- lists of values in registers ------------------------------------------------------------------------------------------- */

static void unlink_value(struct regalloc *ra, ir_ref v)
{
    struct value *value = value_of(ra, v);
    if (value->newer)
        value_of(ra, value->newer)->older = value->older;
    else
        ra->held[value->reg] = value->older;
    if (value->older)
        value_of(ra, value->older)->newer = value->newer;
    value->reg = NO_REG;
}

static void link_value(struct regalloc *ra, ir_ref v, unsigned reg)
{
    struct value *value = value_of(ra, v);
    value->reg = (uint8_t)reg;
    value->newer = NO_REF;
    value->older = ra->held[reg];
    if (value->older)
        value_of(ra, value->older)->newer = v;
    ra->held[reg] = v;
    ra->occupied |= bit(reg);
}

/* Forgets dead values in the register; whether none is left. */
static bool is_free(struct regalloc *ra, unsigned reg)
{
    for (ir_ref v = ra->held[reg], older; v; v = older) {
        older = value_of(ra, v)->older;
        if (is_dead(ra, v))
            unlink_value(ra, v);
    }
    return ra->held[reg] == NO_REF;
}

/* ---- spilling ------------------------------------------------------------------------------------------------------------------ */

static bool has_copy(const struct regalloc *ra, ir_ref v) { return ra->value[v].cell != NO_CELL || is_constant(ra, v); }

/* What dies now may still be read there. */
static bool is_unused(const struct regalloc *ra, unsigned spill)
{
    ir_ref owner = ra->spill_owner[spill];
    return owner == NO_REF || ra->value[owner].last_use < ra->now;
}

static uint16_t new_cell(struct regalloc *ra, ir_ref v)
{
    unsigned last = is_vector(ra, v);
    for (unsigned i = ra->reserved; i + last < ra->plan->spill_cells; i++)
        if (is_unused(ra, i) && is_unused(ra, i + last)) {
            ra->spill_owner[i] = ra->spill_owner[i + last] = v;
            return (uint16_t)(SPILL_CELL + i);
        }
    ra->failed = true;
    return SPILL_CELL;
}

static void spill(struct regalloc *ra, ir_ref v)
{
    struct value *value = value_of(ra, v);
    if (!has_copy(ra, v)) {
        value->cell = new_cell(ra, v);
        store(ra, value->cell, v, value->reg);
    }
}

static void evict(struct regalloc *ra, unsigned reg)
{
    while (ra->held[reg]) {
        ir_ref v = ra->held[reg];
        if (!is_dead(ra, v))
            spill(ra, v);
        unlink_value(ra, v);
    }
}

static uint64_t temporaries_of(const struct regalloc *ra, bool floats)
{
    return ra->plan->temporaries & (floats ? ~UINT64_C(0xffffffff) : UINT64_C(0xffffffff));
}

static unsigned free_register(struct regalloc *ra, bool floats)
{
    for (uint64_t set = temporaries_of(ra, floats) & ~ra->pinned; set; set &= set - 1) {
        unsigned reg = (unsigned)__builtin_ctzll(set);
        if (is_free(ra, reg))
            return reg;
    }
    return NO_REG;
}

bool regalloc_has_free(struct regalloc *ra, bool floats) { return free_register(ra, floats) != NO_REG; }

/* Last use stands in for next use: in a block of guest code most values are used once. */
static uint64_t cost_to_keep(const struct regalloc *ra, unsigned reg)
{
    uint64_t distance = 0;
    bool store = false;
    for (ir_ref v = ra->held[reg]; v; v = ra->value[v].older) {
        store |= !has_copy(ra, v);
        if (distance < ra->value[v].last_use)
            distance = ra->value[v].last_use;
    }
    return store ? distance : distance + (UINT64_C(1) << 32);
}

/* A temporary that holds nothing, made so if need be. */
static unsigned take_register(struct regalloc *ra, bool floats)
{
    unsigned best = free_register(ra, floats);
    if (best != NO_REG)
        return best;
    uint64_t best_cost = 0;
    for (uint64_t set = temporaries_of(ra, floats) & ~ra->pinned; set; set &= set - 1) {
        unsigned reg = (unsigned)__builtin_ctzll(set);
        uint64_t cost = cost_to_keep(ra, reg);
        if (best == NO_REG || cost > best_cost) {
            best = reg;
            best_cost = cost;
        }
    }
    if (best == NO_REG)
        BUG("an instruction needs more registers than there are");
    evict(ra, best);
    return best;
}

/* All live values of `reg` go to a free temporary or to memory: the register's content is about to change. */
static void displace(struct regalloc *ra, unsigned reg)
{
    unsigned to = NO_REG;
    while (ra->held[reg]) {
        ir_ref v = ra->held[reg];
        bool needed = !is_dead(ra, v) && !has_copy(ra, v);
        if (needed && to == NO_REG && (to = free_register(ra, reg >= FLOAT_REGS)) != NO_REG)
            ra->emit->move(ra->host, to, reg);
        if (needed && to == NO_REG)
            spill(ra, v);
        unlink_value(ra, v);
        if (needed && to != NO_REG)
            link_value(ra, v, to);
    }
}

/* ---- forward pass ----------------------------------------------------------------------------------------------------------------- */

void regalloc_begin_stretch(struct regalloc *ra, ir_ref first)
{
    ra->dead_until = first - 1;
    for (; ra->occupied; ra->occupied &= ra->occupied - 1)
        for (unsigned reg = (unsigned)__builtin_ctzll(ra->occupied); ra->held[reg];)
            unlink_value(ra, ra->held[reg]);
    memset(ra->slot_owner, 0, sizeof ra->slot_owner);
    memset(ra->spill_owner, 0, sizeof ra->spill_owner);
}

void regalloc_begin(struct regalloc *ra, ir_ref at)
{
    ra->now = at;
    ra->dead_until = at - 1;
    ra->pinned = 0;
}

unsigned regalloc_use(struct regalloc *ra, ir_ref v)
{
    struct value *value = value_of(ra, v);
    if (value->reg == NO_REG) {
        unsigned reg = take_register(ra, is_float(ra, v));
        if (is_constant(ra, v)) {
            ra->emit->constant(ra->host, reg, ra->unit->insn[v].imm);
            value->clean = true;
        } else {
            load(ra, reg, v, value->cell);
        }
        link_value(ra, v, reg);
    }
    ra->pinned |= bit(value->reg);
    return value->reg;
}

static bool is_used_twice(const struct regalloc *ra, ir_ref v)
{
    const struct ir_insn *insn = &ra->unit->insn[ra->now];
    return (insn->arg[0] == v) + (insn->arg[1] == v) + (insn->arg[2] == v) > 1;
}

void regalloc_use_in(struct regalloc *ra, ir_ref v, unsigned reg, bool consumed)
{
    struct value *value = value_of(ra, v);
    if (value->reg != reg) {
        regalloc_vacate(ra, reg);
        if (value->reg != NO_REG) {
            ra->emit->move(ra->host, reg, value->reg);
        } else if (is_constant(ra, v)) {
            ra->emit->constant(ra->host, reg, ra->unit->insn[v].imm);
        } else {
            load(ra, reg, v, value->cell);
        }
        return;
    }
    ra->pinned |= bit(reg);
    if (consumed) {
        if (!regalloc_live_after(ra, v) && !is_used_twice(ra, v))
            unlink_value(ra, v);
        displace(ra, reg);
    }
}

bool regalloc_in_cell(const struct regalloc *ra, ir_ref v, unsigned *cell)
{
    const struct value *value = &ra->value[v];
    *cell = value->cell;
    return value->reg == NO_REG && value->cell != NO_CELL;
}

void regalloc_release(struct regalloc *ra)
{
    ra->dead_until = ra->now;
    ra->operands = ra->pinned;
    ra->pinned = 0;
}

/* Makes the home the result is wanted in free, if that costs no more than a move. The operands' registers are about to be
 * read. */
static bool free_home(struct regalloc *ra, unsigned home)
{
    if (is_free(ra, home))
        return true;
    if (ra->dead_until != ra->now || ra->pinned & bit(home))
        return false;
    uint64_t pinned = ra->pinned;
    ra->pinned |= ra->operands;
    bool can_move = free_register(ra, home >= FLOAT_REGS) != NO_REG;
    if (can_move)
        displace(ra, home);
    ra->pinned = pinned;
    return can_move;
}

unsigned regalloc_define(struct regalloc *ra, ir_ref v, unsigned prefer)
{
    unsigned reg = value_of(ra, v)->wanted;
    if (reg != NO_REG && !free_home(ra, reg))
        reg = NO_REG;
    if (reg == NO_REG && prefer != NO_REG && bit(prefer) & ra->plan->temporaries & ~ra->pinned && is_free(ra, prefer))
        reg = prefer;
    if (reg == NO_REG)
        reg = take_register(ra, is_float(ra, v));
    ra->pinned |= bit(reg);
    link_value(ra, v, reg);
    value_of(ra, v)->clean = true;
    return reg;
}

void regalloc_define_in(struct regalloc *ra, ir_ref v, unsigned reg)
{
    evict(ra, reg);
    ra->pinned |= bit(reg);
    link_value(ra, v, reg);
    value_of(ra, v)->clean = true;
}

unsigned regalloc_define_over(struct regalloc *ra, ir_ref v, ir_ref over)
{
    struct value *value = value_of(ra, over);
    unsigned reg = value->reg, wanted = value_of(ra, v)->wanted;
    bool suitable = reg == wanted || (wanted == NO_REG && ra->plan->temporaries & bit(reg));
    bool alone = !value->newer && !value->older;
    if (!suitable || !alone || regalloc_live_after(ra, over) || is_used_twice(ra, over))
        return regalloc_define(ra, v, NO_REG);
    unlink_value(ra, over);
    link_value(ra, v, reg);
    return reg;
}

void regalloc_alias(struct regalloc *ra, ir_ref v, ir_ref of)
{
    unsigned reg = regalloc_use(ra, of);
    value_of(ra, v)->clean = value_of(ra, of)->clean;
    link_value(ra, v, reg);
}

void regalloc_relocate(struct regalloc *ra, ir_ref v, unsigned reg)
{
    unlink_value(ra, v);
    link_value(ra, v, reg);
}

unsigned regalloc_scratch(struct regalloc *ra, bool floats)
{
    unsigned reg = take_register(ra, floats);
    ra->pinned |= bit(reg);
    return reg;
}

void regalloc_vacate(struct regalloc *ra, unsigned reg)
{
    ra->pinned |= bit(reg);
    displace(ra, reg);
}

void regalloc_get(struct regalloc *ra, ir_ref v, unsigned slot)
{
    unsigned home = ra->plan->home[slot];
    value_of(ra, v)->clean = true;
    if (home != NO_REG) {
        link_value(ra, v, home);
        return;
    }
    ir_ref owner = ra->slot_owner[slot];
    if (owner != NO_REF && !is_dead(ra, owner)) {
        regalloc_alias(ra, v, owner);
        return;
    }
    if (value_of(ra, v)->cell != NO_CELL) { /* it crosses stretches: regalloc_export needs it in a register */
        unsigned reg = take_register(ra, is_float(ra, v));
        load(ra, reg, v, slot);
        link_value(ra, v, reg);
        return;
    }
    value_of(ra, v)->cell = (uint16_t)slot;
    ra->slot_owner[slot] = v;
}

void regalloc_abandon_slot(struct regalloc *ra, unsigned slot)
{
    ir_ref owner = ra->slot_owner[slot];
    ra->slot_owner[slot] = NO_REF;
    if (owner == NO_REF)
        return;
    if (!is_dead(ra, owner)) {
        uint64_t pinned = ra->pinned;
        regalloc_use(ra, owner);
        ra->pinned = pinned;
    }
    value_of(ra, owner)->cell = NO_CELL;
}

static void set_home(struct regalloc *ra, unsigned home, ir_ref v)
{
    struct value *value = value_of(ra, v);
    if (value->reg == home)
        return;
    ra->pinned |= bit(home);
    displace(ra, home);
    if (value->reg != NO_REG) {
        ra->emit->move(ra->host, home, value->reg);
        unlink_value(ra, v);
    } else if (is_constant(ra, v)) {
        ra->emit->constant(ra->host, home, ra->unit->insn[v].imm);
        value->clean = true;
    } else {
        load(ra, home, v, value->cell);
    }
    if (regalloc_live_after(ra, v))
        link_value(ra, v, home);
}

void regalloc_set(struct regalloc *ra, unsigned slot, ir_ref v)
{
    unsigned home = ra->plan->home[slot];
    if (home != NO_REG) {
        set_home(ra, home, v);
        return;
    }
    if (ra->slot_owner[slot] == v)
        return;
    unsigned reg = regalloc_use(ra, v);
    regalloc_abandon_slot(ra, slot);
    store(ra, slot, v, reg);
    if (!has_copy(ra, v) && regalloc_live_after(ra, v)) {
        value_of(ra, v)->cell = (uint16_t)slot;
        ra->slot_owner[slot] = v;
    }
}

void regalloc_before_call(struct regalloc *ra)
{
    ra->dead_until = ra->now;
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++)
        regalloc_abandon_slot(ra, slot);
    for (uint64_t set = ra->plan->homes | ra->plan->temporaries; set; set &= set - 1)
        evict(ra, (unsigned)__builtin_ctzll(set));
}

void regalloc_export(struct regalloc *ra, ir_ref v)
{
    struct value *value = value_of(ra, v);
    if (value->last_use == ACROSS && !is_constant(ra, v))
        store(ra, value->cell, v, regalloc_use(ra, v));
}
