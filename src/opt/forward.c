/* State-slot forwarding. What a slot holds is known after a set or a get of it, until a call writes slots. At the head of a
 * block it is known if all ways there agree; ways from later blocks (loops) are not known yet, so they agree with nothing. */
#include <string.h>

#include "ir/flow.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

struct known { ir_ref slot[MAX_SLOTS]; }; /* NO_REF: not known */

static void forget_disagreement(struct known *known, const struct known *other)
{
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        if (known->slot[i] != other->slot[i])
            known->slot[i] = NO_REF;
}

static void forward_insn(const struct rewrite *r, struct known *known, ir_ref at)
{
    struct ir_insn *insn = &r->u->insn[at];
    switch (insn->op) {
    case IR_get:
        if (known->slot[insn->imm])
            rewrite_replace(r, at, known->slot[insn->imm]);
        else
            known->slot[insn->imm] = at;
        break;
    case IR_set:
        if (known->slot[insn->imm] == insn->arg[0])
            make_nop(insn); /* it holds that already */
        else
            known->slot[insn->imm] = insn->arg[0];
        break;
    case IR_call:
        if (ir_traits(insn) & WRITES)
            *known = (struct known){ 0 };
        break;
    }
}

/* Tells the blocks that `end` leads to what is known here. `seen`: by block, whether anyone told it before. */
static void tell_successors(const struct ir_unit *u, uint32_t block, const struct known *known, struct known *at_head, bool *seen)
{
    const struct ir_insn *end = ir_block_end(u, &u->block[block]);
    for (unsigned i = 0; i < ir_edge_count(end); i++) {
        const struct ir_edge *edge = &u->edge[end->imm + i];
        if (edge->leaves || edge->block <= block)
            continue;
        if (seen[edge->block])
            forget_disagreement(&at_head[edge->block], known);
        else
            at_head[edge->block] = *known;
        seen[edge->block] = true;
    }
}

/* Blocks that a later one, or they themselves, lead to begin with nothing known. */
static void find_loops(const struct ir_unit *u, struct known *at_head, bool *seen)
{
    for (uint32_t b = 0; b < u->block_count; b++) {
        const struct ir_insn *end = ir_block_end(u, &u->block[b]);
        for (unsigned i = 0; i < ir_edge_count(end); i++) {
            const struct ir_edge *edge = &u->edge[end->imm + i];
            if (!edge->leaves && edge->block <= b) {
                at_head[edge->block] = (struct known){ 0 };
                seen[edge->block] = true;
            }
        }
    }
}

void opt_forward(struct ir_unit *u)
{
    struct rewrite r = rewrite_begin(u);
    struct known *at_head = arena_alloc(u->arena, u->block_count * sizeof *at_head);
    bool *seen = arena_alloc(u->arena, u->block_count * sizeof *seen);
    memset(seen, 0, u->block_count * sizeof *seen);
    find_loops(u, at_head, seen);
    for (uint32_t b = 0; b < u->block_count; b++) {
        struct known *known = &at_head[b];
        if (!seen[b])
            *known = (struct known){ 0 };
        for (ir_ref i = u->block[b].first; i < u->block[b].last; i++) {
            rewrite_operands(&r, i);
            forward_insn(&r, known, i);
        }
        tell_successors(u, b, known, at_head, seen);
    }
}
