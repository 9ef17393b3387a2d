/* Value numbering: a hash table of what has been computed. A value found there is used again if its block dominates this one.
 * Floating-point operations raise the same flags again, so they too are done once, as long as no call has looked at or changed the
 * environment in between; across blocks nobody checks the calls on the way, so not there. */
#include <string.h>

#include "ir/flow.h"
#include "opt/walk.h"

/* Constants are equal by what they are, not by where: folding wants each to itself. */
static uint64_t operand_key(const struct ir_unit *u, ir_ref v)
{
    const struct ir_insn *operand = &u->insn[v];
    return operand->op == IR_const ? ~operand->imm : v;
}

static bool same_operand(const struct ir_unit *u, ir_ref x, ir_ref y)
{
    const struct ir_insn *a = &u->insn[x], *b = &u->insn[y];
    return x == y || (a->op == IR_const && b->op == IR_const && a->imm == b->imm && a->type == b->type);
}

/* Equal values get equal hashes: the operands of a commutative operation count in any order. */
static uint32_t hash(const struct ir_unit *u, const struct ir_insn *insn)
{
    uint64_t a = operand_key(u, insn->arg[0]), b = operand_key(u, insn->arg[1]);
    uint64_t operands = ir_commutes[insn->op] ? a + b : a * 3 + b;
    uint64_t operation = (uint64_t)insn->op << 16 | (uint64_t)insn->type << 8 | insn->aux;
    uint64_t h = operands * UINT64_C(0x9e3779b97f4a7c15) ^ operand_key(u, insn->arg[2]) * UINT64_C(0xc2b2ae3d27d4eb4f) ^ operation << 40;
    return (uint32_t)((h * UINT64_C(0xd6e8feb86659fd93)) >> 32);
}

static bool same_value(const struct ir_unit *u, const struct ir_insn *x, const struct ir_insn *y)
{
    if (x->op != y->op || x->type != y->type || x->aux != y->aux || !same_operand(u, x->arg[2], y->arg[2]))
        return false;
    if (same_operand(u, x->arg[0], y->arg[0]) && same_operand(u, x->arg[1], y->arg[1]))
        return true;
    return ir_commutes[x->op] && same_operand(u, x->arg[0], y->arg[1]) && same_operand(u, x->arg[1], y->arg[0]);
}

/* Place in the table of that value, or where it belongs. */
static ir_ref *find(const struct numbering *n, const struct ir_insn *insn)
{
    const struct ir_unit *u = n->w->u;
    uint32_t at = hash(u, insn) & n->mask;
    while (n->table[at] && !same_value(u, insn, &u->insn[n->table[at]]))
        at = (at + 1) & n->mask;
    return &n->table[at];
}

static bool usable_here(const struct numbering *n, ir_ref value)
{
    if ((ir_info(&n->w->u->insn[value])->traits & FLAGS) && value < n->environment_since)
        return false;
    return !n->flow || ir_dominates(n->flow, n->block_of[value], n->block);
}

ir_ref number_insn(struct numbering *n, ir_ref at)
{
    if (n->flow)
        n->block_of[at] = n->block;
    ir_ref *place = find(n, &n->w->u->insn[at]);
    if (*place && usable_here(n, *place))
        return *place;
    *place = at;
    return NO_REF;
}

void numbering_note(struct numbering *n, ir_ref at)
{
    const struct ir_insn *insn = &n->w->u->insn[at];
    if (insn->op == IR_set_flags || ir_traits(insn) & FLAGS)
        n->environment_since = at;
}

void numbering_begin(struct numbering *n, struct walk *w)
{
    struct ir_unit *u = w->u;
    *n = (struct numbering){ .w = w, .mask = 63 };
    while (n->mask < 2 * u->insn_count)
        n->mask = 2 * n->mask + 1;
    n->table = arena_alloc(u->arena, (n->mask + 1) * sizeof *n->table);
    memset(n->table, 0, (n->mask + 1) * sizeof *n->table);
    if (u->block_count > 1) {
        struct ir_flow *flow = arena_alloc(u->arena, sizeof *flow);
        *flow = ir_flow_of(u);
        n->flow = flow;
        n->block_of = arena_alloc(u->arena, u->insn_count * sizeof *n->block_of);
    }
}

void numbering_enter(struct numbering *n, uint32_t block)
{
    n->block = block;
    n->environment_since = n->w->u->block[block].first;
}
