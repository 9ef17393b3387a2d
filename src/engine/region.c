/* What is translated together. A trace is a block and what mostly followed it in the interpreter, past branches that mostly are not taken. A loop is the blocks
 * from which control comes back to the block that has become hot, as far as they are warm and near: it is entered at the lowest one. */
#include "engine/private.h"

#include <stdlib.h>

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

void form_trace(struct block *head, struct region *region)
{
    unsigned insns = 0;
    *region = (struct region){ .is_loop = false };
    for (struct block *b = head; b && region->count < MAX_TRACE; b = usual_successor(b, head)) {
        insns += b->insn_count;
        if (insns > MAX_BLOCK_INSNS)
            break;
        region->block[region->count++] = b;
    }
}

/* ---- loops --------------------------------------------------------------------------------------------------------------------------- */

enum { NEAR = 4096, MAX_WAYS = 8 }; /* bytes */

/* Blocks that can be reached from the head, found breadth first, and their ways to each other. */
struct neighbourhood {
    struct region *found;
    unsigned insns;
    uint32_t ways[MAX_REGION_BLOCKS]; /* by block: the set of blocks that it leads to */
};

static bool is_near(uint64_t a, uint64_t b) { return a - b < NEAR || b - a < NEAR; }

/* A block that runs as part of another's trace has no translation of its own. */
static bool is_warm(const struct block *b, const struct block *head) { return b->tpc || b->executions >= head->executions / 2; }

static unsigned find_in(const struct region *region, const struct block *b)
{
    unsigned i = 0;
    while (i < region->count && region->block[i] != b)
        i++;
    return i;
}

/* Its number among those found; MAX_REGION_BLOCKS if it is none of them and cannot be. */
static unsigned find_or_add(struct neighbourhood *n, struct block *b)
{
    const struct block *head = n->found->block[0];
    unsigned i = find_in(n->found, b);
    if (i < n->found->count)
        return i;
    if (i == MAX_REGION_BLOCKS || !is_near(b->spc, head->spc) || b->checked || !is_warm(b, head) || n->insns + b->insn_count > MAX_REGION_INSNS)
        return MAX_REGION_BLOCKS;
    n->insns += b->insn_count;
    n->found->block[n->found->count++] = b;
    return i;
}

/* Where the branch at the end of the block leads, for sure. */
static unsigned direct_ways(struct engine *e, const struct block *b, uint64_t *ways)
{
    struct ir_unit u;
    unsigned count = 0;
    ir_unit_init(&u, &e->scratch, e->config.guest->layout, b->spc);
    ir_begin_block(&u);
    lift_block(e, b, &u);
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
    for (unsigned at = 0; at < n->found->count; at++) {
        struct block *b = n->found->block[at];
        uint64_t ways[MAX_WAYS];
        n->ways[at] = 0;
        for (unsigned i = direct_ways(e, b, ways); i-- > 0;) {
            struct block *to = map_find(e, ways[i], b->mode);
            unsigned number = to ? find_or_add(n, to) : MAX_REGION_BLOCKS;
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
        for (unsigned i = 0; i < n->found->count; i++)
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

bool form_loop(struct engine *e, struct block *head, struct region *region)
{
    *region = (struct region){ .block = { head }, .count = 1, .is_loop = true };
    if (head->checked)
        return false;
    struct neighbourhood n = { .found = region, .insns = head->insn_count };
    explore(e, &n);
    uint32_t members = find_returning(&n);
    unsigned count = 0;
    for (unsigned i = 0; i < region->count; i++)
        if (members >> i & 1)
            region->block[count++] = region->block[i];
    region->count = count;
    qsort(region->block, count, sizeof *region->block, by_address);
    return count > 0;
}

uint64_t region_end(const struct region *region)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < region->count; i++)
        if (end < region->block[i]->end)
            end = region->block[i]->end;
    return end;
}
