/* Sinking of state writes (partial dead code elimination: Knoop, Ruething, Steffen 1994). A fleeting slot is often set and then set again
 * before anyone looks, but on one way only: the other leaves the unit. There the write goes along, out of line, and whoever stays does not
 * pay for it. Where the code that the way leads to is known to overwrite the slot at once, nobody pays.
 *
 * Backwards. At each point is known which slots nobody looks at from there on within the unit, and on which ways out of the unit they then
 * still have their values. */
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
    uint32_t *ways_in;           /* by block */
    bool *is_loop_head;          /* by block: there the host polls for attention */
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

/* A block that can be reached in two ways must not get writes that belong to one. Loops begin with nothing known. */
static struct fate fate_of_edge(const struct sinking *s, uint32_t number, uint32_t block)
{
    const struct ir_edge *edge = &s->u->edge[number];
    if (edge->leaves)
        return fate_of_leaving(s, number);
    if (edge->block <= block)
        return unknown;
    struct fate fate = s->at_head[edge->block];
    if (s->ways_in[edge->block] > 1)
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
    s->here = fate_of_edge(s, (uint32_t)end->imm, block);
    if (end->op == IR_br)
        return;
    struct fate other = fate_of_edge(s, (uint32_t)end->imm + 1, block);
    join(&s->here, &other);
}

static uint32_t slots_from_to(const struct layout *layout, unsigned lowest, unsigned highest)
{
    uint32_t slots = 0;
    for (unsigned slot = layout->first_fleeting; slot < layout->first_fleeting + layout->fleeting_count; slot++)
        if (slot >= lowest && slot <= highest)
            slots |= ir_fleeting(layout, slot);
    return slots;
}

static uint32_t seen_in_fault(const struct sinking *s, const struct ir_insn *insn)
{
    return s->u->recoverable && s->sunk ? s->all & ~s->u->recoverable[insn - s->u->insn] : s->all;
}

static uint32_t seen_by_helper(const struct sinking *s, const struct ir_insn *insn)
{
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    if (helper->traits & (READS | WRITES) && !helper->highest)
        return s->all;
    uint32_t seen = helper->traits & FAULT ? seen_in_fault(s, insn) : 0;
    seen |= helper->traits & (READS | WRITES) ? slots_from_to(s->u->layout, helper->lowest, helper->highest) : 0;
    return seen | (helper->changes ? ir_fleeting(s->u->layout, helper->changes - 1u) : 0);
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

static void walk(struct sinking *s)
{
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
        s->at_head[b] = s->is_loop_head[b] ? unknown : s->here;
    }
}

static void write_on_ways(struct sinking *s)
{
    for (uint32_t number = 0; number < s->u->edge_count && number < MAX_WAYS; number++)
        for (unsigned i = s->sunk_count; i-- > 0;)
            if (s->sunk[i].ways >> number & 1)
                ir_edge_add_write(s->u, number, s->sunk[i].slot, s->sunk[i].value);
}

static void count_ways_in(struct sinking *s)
{
    for (uint32_t b = 0; b < s->u->block_count; b++)
        s->ways_in[b] = 0;
    for (uint32_t b = 0; b < s->u->block_count; b++) {
        const struct ir_insn *end = ir_block_end(s->u, &s->u->block[b]);
        for (unsigned i = 0; i < ir_edge_count(end); i++)
            if (!s->u->edge[end->imm + i].leaves)
                s->ways_in[s->u->edge[end->imm + i].block]++;
    }
}

static struct sinking begin(struct ir_unit *u)
{
    struct sinking s = { .u = u, .all = slots_from_to(u->layout, 0, MAX_SLOTS) };
    s.at_head = arena_alloc(u->arena, u->block_count * sizeof *s.at_head);
    s.ways_in = arena_alloc(u->arena, u->block_count * sizeof *s.ways_in);
    s.is_loop_head = arena_alloc(u->arena, u->block_count * sizeof *s.is_loop_head);
    ir_find_loop_heads(u, s.is_loop_head);
    count_ways_in(&s);
    return s;
}

uint32_t opt_overwritten(struct ir_unit *u)
{
    if (!u->layout->fleeting_count)
        return 0;
    struct sinking s = begin(u);
    walk(&s);
    return dead_slots(&s.here, s.all);
}

void opt_sink(struct ir_unit *u)
{
    if (!u->layout->fleeting_count)
        return;
    struct sinking s = begin(u);
    walk(&s);
    s.own = dead_slots(&s.here, s.all);
    s.sunk = arena_alloc(u->arena, u->insn_count * sizeof *s.sunk);
    note_held(u);
    walk(&s);
    write_on_ways(&s);
}
