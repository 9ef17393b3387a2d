#include "opt/walk.h"

#include <string.h>

static void count_uses(const struct walk *w, const struct ir_insn *insn)
{
    unsigned arguments = ir_info(insn)->arguments;
    for (unsigned k = 0; k < arguments; k++)
        w->standing[insn->arg[k]].uses++;
    unsigned edges = ir_edge_count(insn);
    for (unsigned k = 0; k < edges; k++) {
        const struct ir_edge *edge = &w->u->edge[insn->imm + k];
        for (unsigned j = 0; j < edge->argument_count; j++)
            w->standing[w->u->argument[edge->arguments + j]].uses++;
    }
}

struct walk walk_begin(struct ir_unit *u)
{
    struct walk w = { u, arena_alloc(u->arena, u->insn_count * sizeof *w.standing) };
    for (ir_ref i = 0; i < u->insn_count; i++) /* operands stand before */
        w.standing[i] = (struct standing){ .value = i };
    for (ir_ref i = 1; i < u->insn_count; i++)
        count_uses(&w, &u->insn[i]);
    return w;
}

void walk_operands(const struct walk *w, struct ir_insn *insn)
{
    for (unsigned i = 0; i < 3; i++) /* NO_REF stands for itself */
        insn->arg[i] = w->standing[insn->arg[i]].value;
    for (unsigned i = 0; i < ir_edge_count(insn); i++) {
        const struct ir_edge *edge = &w->u->edge[insn->imm + i];
        ir_ref *argument = &w->u->argument[edge->arguments];
        for (unsigned k = 0; k < edge->argument_count; k++)
            argument[k] = w->standing[argument[k]].value;
    }
}

void walk_replace(const struct walk *w, ir_ref at, ir_ref by)
{
    w->standing[by].uses += w->standing[at].uses;
    w->standing[at].value = by;
    make_nop(&w->u->insn[at]);
}
