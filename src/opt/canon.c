/* f_canon that nobody can tell: all users do floating-point arithmetic, to which one quiet NaN is as good as another. Its
 * operand must be the result of arithmetic, so that it is no signalling NaN, which would raise invalid at each user. */
#include "opt/opt.h"
#include "opt/walk.h"

static bool is_arithmetic(const struct ir_insn *insn)
{
    switch ((enum ir_form)ir_info(insn)->form) {
    case FORM_F_UNARY:
    case FORM_F_BINARY:
    case FORM_F_TERNARY:
    case FORM_F_PICK:
    case FORM_F_CONVERT: return true;
    default: return false;
    }
}

static bool tells_nans_apart(const struct ir_insn *insn)
{
    return !is_arithmetic(insn) && ir_info(insn)->form != FORM_F_COMPARE && insn->op != IR_f_canon;
}

/* Sets `extra` of each value that has a user which tells one NaN from another. */
static void note_users(struct ir_unit *u)
{
    for (ir_ref i = 0; i < u->insn_count; i++)
        u->insn[i].extra = false;
    for (ir_ref i = 1; i < u->insn_count; i++) {
        const struct ir_insn *insn = &u->insn[i];
        if (tells_nans_apart(insn))
            for (unsigned k = 0; k < 3; k++)
                u->insn[insn->arg[k]].extra = true;
        for (unsigned k = 0; k < ir_edge_count(insn); k++) {
            const struct ir_edge *edge = &u->edge[insn->imm + k];
            for (unsigned j = 0; j < edge->argument_count; j++)
                u->insn[u->argument[edge->arguments + j]].extra = true;
        }
    }
}

bool has_canon(const struct ir_unit *u)
{
    for (ir_ref i = 1; i < u->insn_count; i++)
        if (u->insn[i].op == IR_f_canon)
            return true;
    return false;
}

void opt_canon(struct ir_unit *u)
{
    note_users(u);
    struct walk w = walk_begin(u);
    for (ir_ref i = 1; i < u->insn_count; i++) {
        struct ir_insn *insn = &u->insn[i];
        walk_operands(&w, insn);
        if (insn->op == IR_f_canon && !insn->extra && is_arithmetic(&u->insn[insn->arg[0]]))
            walk_replace(&w, i, insn->arg[0]);
    }
}
