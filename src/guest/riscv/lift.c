/* Translator's front end: the lift reading in a switch. */
#include "guest/riscv/riscv.h"
#include "sem/lift.h"
#include "guest/riscv/meanings.inc"

void riscv_lift(struct ir_unit *u, const struct insn *insn)
{
    const struct riscv_insn *d = (const struct riscv_insn *)insn;
    sem s = &(struct lift){ u };
    ir_emit(u, (struct ir_insn){ .op = IR_mark, .imm = insn->pc });
    switch ((enum riscv_op)d->head.op) {
#define OP(name, ends) case OP_##name: mean_##name(s, d); break;
#include "guest/riscv/ops.inc"
#undef OP
    case OP_COUNT: break;
    }
}
