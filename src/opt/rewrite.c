#include "opt/rewrite.h"

struct rewrite rewrite_begin(struct ir_unit *u)
{
    struct rewrite r = { u, arena_alloc(u->arena, u->insn_count * sizeof *r.value) };
    for (ir_ref i = 0; i < u->insn_count; i++)
        r.value[i] = i;
    return r;
}

void rewrite_operands(const struct rewrite *r, ir_ref at)
{
    struct ir_insn *insn = &r->u->insn[at];
    for (unsigned i = 0; i < 3; i++) /* NO_REF stands for itself */
        insn->arg[i] = r->value[insn->arg[i]];
    for (unsigned i = 0; i < ir_edge_count(insn); i++) {
        const struct ir_edge *edge = &r->u->edge[insn->imm + i];
        for (unsigned k = 0; k < edge->argument_count; k++)
            r->u->argument[edge->arguments + k] = r->value[r->u->argument[edge->arguments + k]];
    }
}

void rewrite_replace(const struct rewrite *r, ir_ref at, ir_ref by)
{
    r->value[at] = by;
    make_nop(&r->u->insn[at]);
}
