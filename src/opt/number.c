/* Value numbering: a hash table of what has been computed. A value found there is used again if its block dominates this one.
 * Floating-point operations raise the same flags again, so they too are done once, as long as no call has looked at or changed the
 * environment in between; across blocks nobody checks the calls on the way, so not there. */
#include <string.h>

#include "ir/flow.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

struct numbering {
    struct ir_unit *u;
    ir_ref *table; /* open addressing; NO_REF: free */
    uint32_t mask;
    const struct ir_flow *flow; /* NULL for one block */
    uint32_t *block_of;         /* by instruction; only with flow */
    uint32_t block;
    ir_ref environment_since;   /* floating-point operations before saw another environment, perhaps */
};

/* Equal values get equal hashes: the operands of a commutative operation count in any order. */
static uint32_t hash(const struct ir_insn *insn)
{
    uint64_t a = insn->arg[0], b = insn->arg[1];
    uint64_t operands = ir_commutes[insn->op] ? (a + b) << 32 | (a ^ b) : a << 32 | b;
    uint64_t operation = (uint64_t)insn->op << 16 | (uint64_t)insn->type << 8 | insn->aux;
    uint64_t h = operands * UINT64_C(0x9e3779b97f4a7c15) ^ (insn->imm + insn->arg[2]) * UINT64_C(0xc2b2ae3d27d4eb4f) ^ operation << 40;
    return (uint32_t)((h * UINT64_C(0xd6e8feb86659fd93)) >> 32);
}

static bool same_value(const struct ir_insn *x, const struct ir_insn *y)
{
    if (x->op != y->op || x->type != y->type || x->aux != y->aux || x->imm != y->imm || x->arg[2] != y->arg[2])
        return false;
    if (x->arg[0] == y->arg[0] && x->arg[1] == y->arg[1])
        return true;
    return ir_commutes[x->op] && x->arg[0] == y->arg[1] && x->arg[1] == y->arg[0];
}

/* Place in the table of that value, or where it belongs. */
static ir_ref *find(const struct numbering *n, const struct ir_insn *insn)
{
    uint32_t at = hash(insn) & n->mask;
    while (n->table[at] && !same_value(insn, &n->u->insn[n->table[at]]))
        at = (at + 1) & n->mask;
    return &n->table[at];
}

static bool usable_here(const struct numbering *n, ir_ref value)
{
    if ((ir_traits(&n->u->insn[value]) & FLAGS) && value < n->environment_since)
        return false;
    return !n->flow || ir_dominates(n->flow, n->block_of[value], n->block);
}

static void number_insn(struct numbering *n, const struct rewrite *r, ir_ref at)
{
    const struct ir_insn *insn = &n->u->insn[at];
    if (insn->op == IR_call || insn->op == IR_set_flags) {
        if (insn->op == IR_set_flags || ir_traits(insn) & FLAGS)
            n->environment_since = at;
        return;
    }
    if (!(ir_traits(insn) & (PURE | FLAGS)))
        return;
    ir_ref *place = find(n, insn);
    if (*place && usable_here(n, *place))
        rewrite_replace(r, at, *place);
    else
        *place = at;
}

static void number_block(struct numbering *n, const struct rewrite *r)
{
    const struct ir_block *block = &n->u->block[n->block];
    n->environment_since = block->first;
    for (ir_ref i = block->first; i < block->last; i++) {
        if (n->flow)
            n->block_of[i] = n->block;
        rewrite_operands(r, i);
        number_insn(n, r, i);
    }
}

void opt_number(struct ir_unit *u)
{
    struct numbering n = { .u = u, .mask = 63 };
    while (n.mask < 2 * u->insn_count)
        n.mask = 2 * n.mask + 1;
    n.table = arena_alloc(u->arena, (n.mask + 1) * sizeof *n.table);
    memset(n.table, 0, (n.mask + 1) * sizeof *n.table);
    struct ir_flow flow;
    if (u->block_count > 1) {
        flow = ir_flow_of(u);
        n.flow = &flow;
        n.block_of = arena_alloc(u->arena, u->insn_count * sizeof *n.block_of);
    }
    struct rewrite r = rewrite_begin(u);
    for (n.block = 0; n.block < u->block_count; n.block++)
        number_block(&n, &r);
}
