/* State-slot forwarding. What a slot holds is known after a set or a get of it, until a call writes slots. At the head of a
 * block it is known if all ways there agree; ways from later blocks (loops) are not known yet, so they agree with nothing. */
#include <string.h>

#include "ir/flow.h"
#include "opt/opt.h"
#include "opt/walk.h"

static void forget_disagreement(struct known *known, const struct known *other)
{
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        if (known->slot[i] != other->slot[i])
            known->slot[i] = NO_REF;
}

static void forget_written(struct known *known, const struct ir_helper *helper)
{
    if (!helper->highest)
        *known = (struct known){ 0 };
    for (unsigned slot = helper->lowest; helper->highest && slot <= helper->highest; slot++)
        known->slot[slot] = NO_REF;
}

/* What does not count may not be written either. */
static void forget_idle(struct known *known, const struct ir_unit *u, const struct ir_insn *set)
{
    for (uint32_t idle = ir_idle_after(u, set); idle; idle &= idle - 1)
        known->slot[u->layout->first_fleeting + __builtin_ctz(idle)] = NO_REF;
}

static bool is_same(const struct ir_unit *u, ir_ref a, ir_ref b)
{
    const struct ir_insn *x = &u->insn[a], *y = &u->insn[b];
    return a == b || (x->op == IR_const && y->op == IR_const && x->imm == y->imm && x->type == y->type);
}

ir_ref forward_insn(struct forwarding *f, ir_ref at)
{
    struct ir_insn *insn = &f->w->u->insn[at];
    ir_ref *known = &f->known->slot[insn->op == IR_get || insn->op == IR_set ? insn->imm : 0];
    switch (insn->op) {
    case IR_get:
        if (*known)
            return *known;
        *known = at;
        break;
    case IR_set:
        if (is_same(f->w->u, *known, insn->arg[0])) { /* it holds that already */
            f->w->standing[insn->arg[0]].uses--;
            make_nop(insn);
        } else {
            *known = insn->arg[0];
            forget_idle(f->known, f->w->u, insn);
        }
        break;
    case IR_mend: {
        const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
        if (helper->changes)
            f->known->slot[helper->changes - 1] = NO_REF;
        break;
    }
    case IR_call:
        if (ir_traits(insn) & WRITES)
            forget_written(f->known, (const struct ir_helper *)(uintptr_t)insn->imm);
        break;
    }
    return NO_REF;
}

/* The blocks that this one leads to, what is known at its end. */
void tell_blocks(const struct ir_unit *u, uint32_t block, const struct known *known, struct known *at_head, bool *seen)
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

void forwarding_leave(struct forwarding *f, uint32_t block) { tell_blocks(f->w->u, block, f->known, f->at_head, f->seen); }

/* With nothing known. */
void begin_loops(const struct ir_unit *u, struct known *at_head, bool *seen)
{
    ir_find_loop_heads(u, seen);
    for (uint32_t b = 0; b < u->block_count; b++)
        if (seen[b])
            at_head[b] = (struct known){ 0 };
}

void forwarding_begin(struct forwarding *f, struct walk *w)
{
    const struct ir_unit *u = w->u;
    *f = (struct forwarding){ .w = w };
    f->at_head = arena_alloc(u->arena, u->block_count * sizeof *f->at_head);
    f->seen = arena_alloc(u->arena, u->block_count * sizeof *f->seen);
    f->goes_on = arena_alloc(u->arena, u->block_count * sizeof *f->goes_on);
    ir_find_stretches(u, f->goes_on);
    begin_loops(u, f->at_head, f->seen);
}

/* Where several ways meet only constants are worth knowing: to keep another value until there costs as much as the slot does. */
static void forget_values(const struct ir_unit *u, struct known *known)
{
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        if (u->insn[known->slot[i]].op != IR_const)
            known->slot[i] = NO_REF;
}

void forwarding_enter(struct forwarding *f, uint32_t block)
{
    f->known = &f->at_head[block];
    if (!f->seen[block])
        *f->known = (struct known){ 0 };
    else if (!f->goes_on[block])
        forget_values(f->w->u, f->known);
}
