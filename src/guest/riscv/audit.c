/* What instructions may do: the audit reading in a switch. */
#include "guest/riscv/riscv.h"
#include "sem/audit.h"
#include "guest/riscv/meanings.inc"

void riscv_audit(const struct insn *insn, struct insn_effects *out)
{
    const struct riscv_insn *d = (const struct riscv_insn *)insn;
    *out = (struct insn_effects){ .violation = NULL };
    sem s = &(struct audit){ &riscv_layout, out, NULL };
    switch ((enum riscv_op)d->head.op) {
#define OP(name, ends) case OP_##name: mean_##name(s, d); break;
#include "guest/riscv/ops.inc"
#undef OP
    case OP_COUNT: break;
    }
}
