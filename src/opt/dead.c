/* Dead values. Backwards: users stand after definitions, so at each instruction it is known whether anyone needs it.
 * Parameters stay, and with them the arguments of edges. Floating-point operations stay: their flags are the guest's. */
#include <string.h>

#include "opt/opt.h"
#include "opt/rewrite.h"

static bool has_effect(const struct ir_insn *insn)
{
    if (insn->op == IR_mark || insn->op == IR_param)
        return true;
    return ir_traits(insn) & (FAULT | WRITES | FLAGS | END);
}

void opt_dead(struct ir_unit *u)
{
    bool *needed = arena_alloc(u->arena, u->insn_count * sizeof *needed);
    memset(needed, 0, u->insn_count * sizeof *needed);
    for (ir_ref i = u->insn_count; i-- > 1;) {
        struct ir_insn *insn = &u->insn[i];
        if (!needed[i] && !has_effect(insn)) {
            make_nop(insn);
            continue;
        }
        for (unsigned k = 0; k < 3; k++)
            needed[insn->arg[k]] = true;
        for (unsigned k = 0; k < ir_edge_count(insn); k++) {
            const struct ir_edge *edge = &u->edge[insn->imm + k];
            for (unsigned j = 0; j < edge->argument_count; j++)
                needed[u->argument[edge->arguments + j]] = true;
        }
    }
}
