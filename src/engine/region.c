/* What is translated together. A trace is a block and what mostly followed it in the interpreter, past branches that mostly are not taken. A loop is the blocks
 * from which control comes back to the block that has become hot, as far as they are warm and near: it is entered at the lowest one. */
#include "engine/private.h"

#include <stdlib.h>

#include "opt/opt.h"

/* ---- traces -------------------------------------------------------------------------------------------------------------------------- */

/* The block that the interpreter mostly went on to at the end of `b`, whose trace begins at `head`; or NULL. As long as that is warm, a
 * jump to what is translated already is cheaper than to do so again. */
static struct block *usual_successor(const struct block *b, const struct block *head)
{
    struct block *next = b->successor[1];
    if (!next || next->spc != b->end || next->mode != b->mode || next->executions < head->executions / 2)
        return NULL;
    return !next->tpc || head->tpc ? next : NULL;
}

void form_trace(struct engine *e, struct block *head, struct region *region)
{
    unsigned insns = 0;
    *region = (struct region){ .is_loop = false };
    for (struct block *b = head; b && region->count < MAX_TRACE; b = usual_successor(b, head)) {
        decode_again(e, b);
        insns += b->insn_count;
        if (insns > MAX_BLOCK_INSNS)
            break;
        region->insn_count[region->count] = b->insn_count;
        region->block[region->count++] = b;
    }
}

/* ---- loops --------------------------------------------------------------------------------------------------------------------------- */

enum { NEAR = 4096, MAX_WAYS = 8 }; /* bytes */

/* Blocks that can be reached from the head, found breadth first, and their ways to each other. */
struct neighbourhood {
    struct block *found[MAX_REGION_BLOCKS];
    unsigned count, insns;
    uint32_t ways[MAX_REGION_BLOCKS]; /* by block: the set of blocks that it leads to */
};

static bool is_near(uint64_t a, uint64_t b) { return a - b < NEAR || b - a < NEAR; }

/* A block that runs as part of another's trace has no translation of its own. */
static bool is_warm(const struct block *b, const struct block *head) { return b->tpc || b->executions >= head->executions / 2; }

static unsigned find_in(const struct neighbourhood *n, const struct block *b)
{
    unsigned i = 0;
    while (i < n->count && n->found[i] != b)
        i++;
    return i;
}

/* Its number among those found; MAX_REGION_BLOCKS if it is none of them and cannot be. */
static unsigned find_or_add(struct engine *e, struct neighbourhood *n, struct block *b)
{
    const struct block *head = n->found[0];
    unsigned i = find_in(n, b);
    if (i < n->count)
        return i;
    if (i == MAX_REGION_BLOCKS || !is_near(b->spc, head->spc) || b->checked || !is_warm(b, head))
        return MAX_REGION_BLOCKS;
    decode_again(e, b);
    if (n->insns + b->insn_count > MAX_REGION_INSNS)
        return MAX_REGION_BLOCKS;
    n->insns += b->insn_count;
    n->found[n->count++] = b;
    return i;
}

static struct ir_unit lift_alone(struct engine *e, const struct block *b, unsigned first, unsigned end)
{
    struct ir_unit u;
    ir_unit_init(&u, &e->scratch, e->config.guest->layout, b->spc);
    ir_begin_block(&u);
    lift_block(e, b, first, end, &u);
    return u;
}

/* Where the branch at the end of the block leads, for sure. */
static unsigned direct_ways(struct engine *e, const struct block *b, uint64_t *ways)
{
    struct ir_unit u = lift_alone(e, b, 0, b->insn_count);
    unsigned count = 0;
    for (uint32_t k = 0; k < u.block_count; k++) {
        const struct ir_insn *end = &u.insn[u.block[k].last - 1];
        for (unsigned i = 0; i < ir_edge_count(end) && end->op != IR_call_to; i++)
            if (u.edge[end->imm + i].leaves && count < MAX_WAYS)
                ways[count++] = u.edge[end->imm + i].spc;
    }
    arena_reset(&e->scratch);
    return count;
}

static void explore(struct engine *e, struct neighbourhood *n)
{
    for (unsigned at = 0; at < n->count; at++) {
        struct block *b = n->found[at];
        uint64_t ways[MAX_WAYS];
        n->ways[at] = 0;
        for (unsigned i = direct_ways(e, b, ways); i-- > 0;) {
            struct block *to = map_find(e, ways[i], b->mode);
            unsigned number = to ? find_or_add(e, n, to) : MAX_REGION_BLOCKS;
            if (number < MAX_REGION_BLOCKS)
                n->ways[at] |= UINT32_C(1) << number;
        }
    }
}

/* The set of those from which there is a way to the head. */
static uint32_t find_returning(const struct neighbourhood *n)
{
    uint32_t returning = 0, before;
    do {
        before = returning;
        for (unsigned i = 0; i < n->count; i++)
            if (n->ways[i] & (returning | 1))
                returning |= UINT32_C(1) << i;
    } while (returning != before);
    return returning & 1 ? returning : 0;
}

static int by_address(const void *a, const void *b)
{
    const struct block *x = *(struct block *const *)a, *y = *(struct block *const *)b;
    return x->spc < y->spc ? -1 : x->spc > y->spc;
}

/* Whether it looks at fleeting slots that it has not set: best lifted together with what did. */
static bool looks_back(struct engine *e, const struct block *b)
{
    struct ir_unit u = lift_alone(e, b, 0, b->insn_count);
    uint32_t unset = UINT32_MAX;
    bool looks = false;
    for (ir_ref i = 1; i < u.insn_count; i++) {
        const struct ir_insn *insn = &u.insn[i];
        const struct ir_helper *helper = insn->op == IR_call || insn->op == IR_mend ? (const struct ir_helper *)(uintptr_t)insn->imm : NULL;
        looks |= (insn->op == IR_get && ir_fleeting(u.layout, insn->imm) & unset) || (helper && ir_seen_by_helper(u.layout, helper) & unset);
        if (insn->op == IR_set)
            unset &= ~(ir_fleeting(u.layout, insn->imm) | ir_idle_after(&u, insn));
    }
    arena_reset(&e->scratch);
    return looks;
}

/* Where one block begins within another, that one ends. */
static void separate(struct engine *e, struct region *region)
{
    for (unsigned i = 0; i < region->count; i++) {
        const struct block *b = region->block[i];
        region->insn_count[i] = b->insn_count;
        for (unsigned k = 1; k < region->insn_count[i]; k++) {
            uint64_t pc = block_insn(e->config.guest, b, k)->pc;
            for (unsigned j = i + 1; j < region->count; j++)
                if (region->block[j]->spc == pc && !looks_back(e, region->block[j]))
                    region->insn_count[i] = (uint16_t)k;
        }
    }
}

static void find_heads(const struct neighbourhood *n, struct region *region)
{
    for (unsigned i = 0; i < region->count; i++)
        for (unsigned from = i; from < region->count; from++)
            region->is_head[i] |= n->ways[find_in(n, region->block[from])] >> find_in(n, region->block[i]) & 1;
}

/* ---- rotation ------------------------------------------------------------------------------------------------------------------------ */

/* A loop that reads memory first and sets flags then would have to write, on each way back, the flags that were set last: if the read faults, nobody could tell
 * whether they are those or the ones that were there when the loop was entered. So what comes before the flags goes to the end of the way back, where
 * that is known. */
enum { MOST_ROTATED = 8 };

/* Fleeting slots that the region sets. */
static uint32_t set_in(struct engine *e, const struct region *region)
{
    uint32_t set = 0;
    for (unsigned i = 0; i < region->count; i++) {
        struct ir_unit u = lift_alone(e, region->block[i], 0, region->insn_count[i]);
        for (ir_ref at = 1; at < u.insn_count; at++)
            if (u.insn[at].op == IR_set)
                set |= ir_fleeting(u.layout, u.insn[at].imm);
        arena_reset(&e->scratch);
    }
    return set;
}

static unsigned count_seen(struct engine *e, const struct block *b, unsigned first, unsigned end, uint32_t slots)
{
    struct ir_unit u = lift_alone(e, b, first, end);
    uint32_t seen = slots & ~opt_overwritten(&u);
    arena_reset(&e->scratch);
    return (unsigned)__builtin_popcount(seen);
}

static void rotate(struct engine *e, struct region *region)
{
    uint32_t set = e->config.guest->layout->fleeting_count ? set_in(e, region) : 0;
    for (unsigned i = 0; i < region->count && set; i++) {
        const struct block *b = region->block[i];
        unsigned end = region->insn_count[i], fewest = region->is_head[i] ? count_seen(e, b, 0, end, set) : 0;
        for (unsigned first = 1; first < end && first <= MOST_ROTATED && fewest; first++) {
            unsigned seen = count_seen(e, b, first, end, set);
            if (seen < fewest) {
                fewest = seen;
                region->rotated[i] = (uint8_t)first;
            }
        }
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------------------- */

bool form_loop(struct engine *e, struct block *head, struct region *region)
{
    decode_again(e, head);
    struct neighbourhood n = { .found = { head }, .count = 1, .insns = head->insn_count };
    *region = (struct region){ .is_loop = true };
    if (head->checked)
        return false;
    explore(e, &n);
    uint32_t members = find_returning(&n);
    for (unsigned i = 0; i < n.count; i++)
        if (members >> i & 1)
            region->block[region->count++] = n.found[i];
    qsort(region->block, region->count, sizeof *region->block, by_address);
    separate(e, region);
    find_heads(&n, region);
    rotate(e, region);
    return region->count > 0;
}

uint64_t region_end(const struct region *region)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < region->count; i++)
        if (end < region->block[i]->end)
            end = region->block[i]->end;
    return end;
}
