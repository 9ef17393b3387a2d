#include "ir/flow.h"

struct visit { uint32_t block; unsigned edges; }; /* edges not followed yet */

const struct ir_insn *ir_block_end(const struct ir_unit *u, const struct ir_block *block)
{
    const struct ir_insn *insn = &u->insn[block->last - 1];
    while (insn->op == IR_nop)
        insn--;
    return insn;
}

/* Fills `order` with the blocks that can be reached, in postorder; returns how many. Marks them in `reached`. */
static uint32_t postorder(const struct ir_unit *u, uint32_t *order, bool *reached)
{
    struct visit *stack = arena_alloc(u->arena, u->block_count * sizeof *stack);
    uint32_t depth = 0, count = 0;
    stack[depth++] = (struct visit){ 0, ir_edge_count(ir_block_end(u, &u->block[0])) };
    reached[0] = true;
    while (depth) {
        struct visit *top = &stack[depth - 1];
        if (!top->edges) {
            order[count++] = top->block;
            depth--;
            continue;
        }
        const struct ir_edge *edge = &u->edge[ir_block_end(u, &u->block[top->block])->imm + --top->edges];
        if (edge->leaves || reached[edge->block])
            continue;
        reached[edge->block] = true;
        stack[depth++] = (struct visit){ edge->block, ir_edge_count(ir_block_end(u, &u->block[edge->block])) };
    }
    return count;
}

static uint32_t common_dominator(const struct ir_flow *flow, uint32_t a, uint32_t b)
{
    while (a != b) {
        while (flow->rank[a] > flow->rank[b])
            a = flow->dominator[a];
        while (flow->rank[b] > flow->rank[a])
            b = flow->dominator[b];
    }
    return a;
}

/* Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm", with edges followed forwards. */
static bool improve_dominators(const struct ir_unit *u, struct ir_flow *flow, const uint32_t *order, uint32_t count)
{
    bool changed = false;
    for (uint32_t i = count; i-- > 0;) {
        const struct ir_insn *end = ir_block_end(u, &u->block[order[i]]);
        for (unsigned k = 0; k < ir_edge_count(end); k++) {
            const struct ir_edge *edge = &u->edge[end->imm + k];
            if (edge->leaves)
                continue;
            uint32_t *dominator = &flow->dominator[edge->block];
            uint32_t better = *dominator == NO_BLOCK ? order[i] : common_dominator(flow, *dominator, order[i]);
            changed |= better != *dominator;
            *dominator = better;
        }
    }
    return changed;
}

struct ir_flow ir_flow_of(const struct ir_unit *u)
{
    uint32_t blocks = u->block_count;
    struct ir_flow flow = { arena_alloc(u->arena, blocks * sizeof *flow.dominator), arena_alloc(u->arena, blocks * sizeof *flow.rank) };
    uint32_t *order = arena_alloc(u->arena, blocks * sizeof *order);
    bool *reached = arena_alloc(u->arena, blocks * sizeof *reached);
    for (uint32_t b = 0; b < blocks; b++) {
        flow.dominator[b] = NO_BLOCK;
        reached[b] = false;
    }
    uint32_t count = postorder(u, order, reached);
    for (uint32_t i = 0; i < count; i++)
        flow.rank[order[i]] = count - 1 - i;
    flow.dominator[0] = 0;
    while (improve_dominators(u, &flow, order, count))
        ;
    return flow;
}

bool ir_dominates(const struct ir_flow *flow, uint32_t a, uint32_t b)
{
    if (flow->dominator[b] == NO_BLOCK)
        return true;
    if (flow->dominator[a] == NO_BLOCK)
        return false;
    while (flow->rank[b] > flow->rank[a])
        b = flow->dominator[b];
    return a == b;
}

void ir_find_stretches(const struct ir_unit *u, bool *goes_on)
{
    uint32_t *ways_in = arena_alloc(u->arena, u->block_count * sizeof *ways_in);
    for (uint32_t b = 0; b < u->block_count; b++)
        ways_in[b] = goes_on[b] = 0;
    for (uint32_t b = 0; b < u->block_count; b++) {
        const struct ir_insn *end = ir_block_end(u, &u->block[b]);
        for (unsigned e = 0; e < ir_edge_count(end); e++) {
            const struct ir_edge *edge = &u->edge[end->imm + e];
            if (edge->leaves)
                continue;
            ways_in[edge->block]++;
            if (edge->block == b + 1 && !edge->argument_count && u->block[b].last == u->block[b + 1].first)
                goes_on[b + 1] = true;
        }
    }
    for (uint32_t b = 0; b < u->block_count; b++)
        goes_on[b] &= ways_in[b] == 1;
}

static bool is_way_back(const struct ir_edge *edge, uint32_t from) { return !edge->leaves && edge->block <= from; }

void ir_find_loop_heads(const struct ir_unit *u, bool *is_head)
{
    for (uint32_t b = 0; b < u->block_count; b++)
        is_head[b] = false;
    for (uint32_t b = 0; b < u->block_count; b++) {
        const struct ir_insn *end = ir_block_end(u, &u->block[b]);
        for (unsigned e = 0; e < ir_edge_count(end); e++)
            if (is_way_back(&u->edge[end->imm + e], b))
                is_head[u->edge[end->imm + e].block] = true;
    }
}

bool ir_has_loops(const struct ir_unit *u)
{
    bool any = false;
    for (uint32_t b = 0; b < u->block_count; b++) {
        const struct ir_insn *end = ir_block_end(u, &u->block[b]);
        for (unsigned e = 0; e < ir_edge_count(end); e++)
            any |= is_way_back(&u->edge[end->imm + e], b);
    }
    return any;
}
