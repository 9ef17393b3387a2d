/* Decode-and-dispatch interpreter: the exec reading in a switch. */
#include "guest/riscv/riscv.h"
#include "sem/exec.h"
#include "guest/riscv/meanings.inc"

void riscv_run_one(struct context *c, const struct insn *insn)
{
    const struct riscv_insn *d = (const struct riscv_insn *)insn;
    bool left = false;
    sem s = { c, insn, &left };
    switch ((enum riscv_op)d->head.op) {
#define OP(name, ends) case OP_##name: mean_##name(s, d); break;
#include "guest/riscv/ops.inc"
#undef OP
    case OP_COUNT: break;
    }
    if (!left)
        c->pc = next_pc(d);
}
