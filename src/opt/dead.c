/* Dead values: at each instruction it is known whether anyone needs its result, since users stand after definitions. Parameters
 * stay, and with them the arguments of edges. Floating-point operations stay: their flags are the guest's. */
#include "opt/walk.h"

static bool has_effect(const struct ir_insn *insn)
{
    if (insn->op == IR_mark || insn->op == IR_param)
        return true;
    return ir_traits(insn) & (FAULT | WRITES | FLAGS | END);
}

bool is_dead(const bool *needed, const struct ir_unit *u, ir_ref at) { return !needed[at] && !has_effect(&u->insn[at]); }

void note_needs(bool *needed, const struct ir_unit *u, const struct ir_insn *insn)
{
    for (unsigned k = 0; k < 3; k++)
        needed[insn->arg[k]] = true;
    for (unsigned k = 0; k < ir_edge_count(insn); k++) {
        const struct ir_edge *edge = &u->edge[insn->imm + k];
        for (unsigned j = 0; j < edge->argument_count; j++)
            needed[u->argument[edge->arguments + j]] = true;
    }
}
