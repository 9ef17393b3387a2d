/* Sinking of state writes (partial dead code elimination: Knoop, Ruething, Steffen 1994). A fleeting slot is often set and then set again
 * before anyone looks, but on one way only: the other leaves the unit. There the write goes along, out of line, and whoever stays does not
 * pay for it. Where the code that the way leads to is known to overwrite the slot at once, nobody pays.
 *
 * Backwards. At each point is known which slots nobody looks at from there on within the unit, and on which ways out of the unit they then
 * still have their values. For loops that is found by going round until nothing changes, beginning with nobody looking. */
#include "ir/flow.h"
#include "opt/opt.h"
#include "opt/walk.h"

enum { MAX_WAYS = 64 };

struct fate {
    uint32_t unseen;             /* slots that nobody looks at within the unit; what follows is about these */
    uint32_t free;               /* on some way they are overwritten, here or where it leads to */
    uint64_t ways[MAX_FLEETING]; /* edges out of the unit on which they have their values; none: they are dead */
};

struct sinking {
    struct ir_unit *u;
    uint32_t all;                /* fleeting slots */
    struct fate *at_head;        /* by block */
    bool *goes_on;               /* by block: ir_find_stretches */
    bool has_loops;
    bool recovers;               /* at faults nobody looks at what can be found out */
    uint32_t own;                /* slots that the unit itself overwrites, for ways that lead to its start */
    struct sunk { uint64_t ways; uint16_t slot; ir_ref value; } *sunk; /* what goes along; NULL: only look */
    unsigned sunk_count;
    struct fate here;
};

static const struct fate unknown;

static uint32_t dead_slots(const struct fate *fate, uint32_t all)
{
    uint32_t dead = fate->unseen & all;
    for (uint32_t rest = dead; rest; rest &= rest - 1)
        if (fate->ways[__builtin_ctz(rest)])
            dead &= ~(rest & -rest);
    return dead;
}

static uint32_t overwritten_after(const struct sinking *s, const struct ir_edge *edge)
{
    return edge->spc == s->u->spc ? s->own : edge->overwritten;
}

static struct fate fate_of_leaving(const struct sinking *s, uint32_t number)
{
    const struct ir_edge *edge = &s->u->edge[number];
    if (number >= MAX_WAYS)
        return unknown;
    struct fate fate = { .unseen = s->all, .free = overwritten_after(s, edge) };
    for (uint32_t rest = s->all; rest; rest &= rest - 1)
        fate.ways[__builtin_ctz(rest)] = UINT64_C(1) << number;
    return fate;
}

/* A block that can be reached in two ways must not get writes that belong to one, and to keep values from stretch to stretch would cost more than the writes. */
static struct fate fate_of_edge(const struct sinking *s, uint32_t number)
{
    const struct ir_edge *edge = &s->u->edge[number];
    if (edge->leaves)
        return fate_of_leaving(s, number);
    struct fate fate = s->at_head[edge->block];
    if (!s->goes_on[edge->block])
        fate.unseen = dead_slots(&fate, s->all);
    return fate;
}

static void join(struct fate *fate, const struct fate *other)
{
    fate->free |= other->free;
    fate->unseen &= other->unseen;
    for (uint32_t rest = fate->unseen; rest; rest &= rest - 1)
        fate->ways[__builtin_ctz(rest)] |= other->ways[__builtin_ctz(rest)];
}

static void enter_block(struct sinking *s, uint32_t block)
{
    const struct ir_insn *end = ir_block_end(s->u, &s->u->block[block]);
    s->here = unknown;
    if (end->op != IR_br && end->op != IR_brif)
        return;
    s->here = fate_of_edge(s, (uint32_t)end->imm);
    if (end->op == IR_br)
        return;
    struct fate other = fate_of_edge(s, (uint32_t)end->imm + 1);
    join(&s->here, &other);
}

static uint32_t seen_in_fault(const struct sinking *s, const struct ir_insn *insn)
{
    return s->recovers ? s->all & ~s->u->recoverable[insn - s->u->insn] : s->all;
}

static uint32_t seen_by_helper(const struct sinking *s, const struct ir_insn *insn)
{
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    return ir_seen_by_helper(s->u->layout, helper) | (helper->traits & FAULT ? seen_in_fault(s, insn) : 0);
}

static uint32_t seen_by(const struct sinking *s, const struct ir_insn *insn)
{
    if (insn->op == IR_get)
        return ir_fleeting(s->u->layout, insn->imm);
    if (insn->op == IR_call || insn->op == IR_mend)
        return seen_by_helper(s, insn);
    bool may_fault = ir_traits(insn) & (FAULT | READS) && !(ir_traits(insn) & END);
    return may_fault ? seen_in_fault(s, insn) : 0;
}

/* Marks what will be at hand on ways out anyway: what guest registers are set to, what is compared last. */
static void note_held(struct ir_unit *u)
{
    for (ir_ref i = 0; i < u->insn_count; i++)
        u->insn[i].extra = false;
    for (ir_ref i = 1; i < u->insn_count; i++) {
        const struct ir_insn *insn = &u->insn[i];
        if (insn->op == IR_set && !ir_fleeting(u->layout, insn->imm))
            u->insn[insn->arg[0]].extra = true;
        for (unsigned k = 0; insn->op == IR_brif && k < 2; k++)
            u->insn[u->insn[insn->arg[0]].arg[k]].extra = true;
    }
}

/* Whether a host can compute it on the way out from what is at hand there: to keep a value only for that would cost more than the write. */
static bool is_cheap(const struct ir_unit *u, ir_ref v, unsigned operations)
{
    const struct ir_insn *insn = &u->insn[v];
    if (insn->extra || insn->op == IR_const || insn->op == IR_get)
        return true;
    if (!operations)
        return false;
    switch (insn->op) {
    case IR_sext: case IR_zext: case IR_narrow: return is_cheap(u, insn->arg[0], operations - 1);
    case IR_add: case IR_sub: case IR_and: case IR_or: case IR_xor:
    case IR_eq: case IR_ne: case IR_slt: case IR_sle: case IR_ult: case IR_ule:
        return is_cheap(u, insn->arg[0], operations - 1) && is_cheap(u, insn->arg[1], operations - 1);
    default: return false;
    }
}

/* Whether somebody gains and nobody pays who usually comes by. */
static bool is_worthwhile(const struct sinking *s, uint32_t bit)
{
    for (uint64_t ways = s->here.ways[__builtin_ctz(bit)]; ways; ways &= ways - 1) {
        const struct ir_edge *edge = &s->u->edge[__builtin_ctzll(ways)];
        if (edge->is_usual && !(overwritten_after(s, edge) & bit))
            return false;
    }
    return s->here.unseen & s->here.free & bit;
}

/* What the slots hold here does not matter. */
static void forget(struct sinking *s, uint32_t slots)
{
    s->here.unseen |= slots;
    s->here.free |= slots;
    for (; slots; slots &= slots - 1)
        s->here.ways[__builtin_ctz(slots)] = 0;
}

static void note_set(struct sinking *s, struct ir_insn *insn, uint32_t bit)
{
    uint64_t ways = s->here.ways[__builtin_ctz(bit)];
    uint32_t idle = ir_idle_after(s->u, insn);
    bool is_dead = s->here.unseen & bit && !ways;
    enum { FEW_OPERATIONS = 2 };
    if (s->sunk && (is_dead || (is_worthwhile(s, bit) && is_cheap(s->u, insn->arg[0], FEW_OPERATIONS)))) {
        s->sunk[s->sunk_count] = (struct sunk){ ways, (uint16_t)insn->imm, insn->arg[0] };
        s->sunk_count += !is_dead;
        make_nop(insn);
    }
    forget(s, bit | idle);
}

/* Whether any block begins otherwise than before. */
static bool walk(struct sinking *s)
{
    bool changed = false;
    for (uint32_t b = s->u->block_count; b-- > 0;) {
        enter_block(s, b);
        for (ir_ref i = s->u->block[b].last; i-- > s->u->block[b].first;) {
            struct ir_insn *insn = &s->u->insn[i];
            uint32_t bit = insn->op == IR_set ? ir_fleeting(s->u->layout, insn->imm) : 0;
            if (bit)
                note_set(s, insn, bit);
            else
                s->here.unseen &= ~seen_by(s, insn);
        }
        changed |= dead_slots(&s->at_head[b], s->all) != dead_slots(&s->here, s->all) || s->at_head[b].free != s->here.free;
        s->at_head[b] = s->here;
    }
    return changed;
}

static void look(struct sinking *s)
{
    for (uint32_t b = 0; b < s->u->block_count; b++)
        s->at_head[b] = (struct fate){ .unseen = s->all, .free = s->all };
    while (walk(s) && s->has_loops)
        ;
}

static void write_on_ways(struct sinking *s)
{
    for (uint32_t number = 0; number < s->u->edge_count && number < MAX_WAYS; number++)
        for (unsigned i = s->sunk_count; i-- > 0;)
            if (s->sunk[i].ways >> number & 1)
                ir_edge_add_write(s->u, number, s->sunk[i].slot, s->sunk[i].value);
}

static struct sinking begin(struct ir_unit *u)
{
    struct sinking s = { .u = u, .all = ir_all_fleeting(u->layout), .has_loops = ir_has_loops(u) };
    s.at_head = arena_alloc(u->arena, u->block_count * sizeof *s.at_head);
    s.goes_on = arena_alloc(u->arena, u->block_count * sizeof *s.goes_on);
    ir_find_stretches(u, s.goes_on);
    return s;
}

uint32_t opt_overwritten(struct ir_unit *u)
{
    if (!u->layout->fleeting_count)
        return 0;
    struct sinking s = begin(u);
    look(&s);
    return dead_slots(&s.here, s.all);
}

void opt_sink(struct ir_unit *u)
{
    if (!u->layout->fleeting_count)
        return;
    struct sinking s = begin(u);
    look(&s);
    s.own = dead_slots(&s.here, s.all);
    s.recovers = u->recoverable;
    look(&s);
    s.sunk = arena_alloc(u->arena, u->insn_count * sizeof *s.sunk);
    note_held(u);
    walk(&s);
    write_on_ways(&s);
}
