/* Threaded interpreter: the exec reading as one routine an operation, each ending in a jump to the next record's. */
#include "guest/riscv/riscv.h"
#include "sem/exec.h"
#include "guest/riscv/meanings.inc"

/* Runs from record `d` on until something leaves. Without a context: the routines' addresses by operation, which only this
 * function can tell. */
static const void *const *run(struct context *c, const struct riscv_insn *d)
{
    static const void *const routines[] = {
#define OP(name, ends) &&routine_##name,
#include "guest/riscv/ops.inc"
#undef OP
        &&routine_COUNT,
    };
    if (!c)
        return routines;
    goto *d->head.routine;

    /* Whether a meaning leaves is mostly known to the compiler; then nothing is left of the question. */
#define OP(name, ends)                             \
    routine_##name: {                              \
        bool left = false;                         \
        mean_##name((sem){ c, &d->head, &left }, d); \
        if (left)                                  \
            return NULL;                           \
        d++;                                       \
        goto *d->head.routine;                     \
    }
#include "guest/riscv/ops.inc"
#undef OP
routine_COUNT:
    c->pc = d->head.pc;
    return NULL;
}

void riscv_run_threaded(struct context *c, const struct insn *block) { run(c, (const struct riscv_insn *)block); }

void riscv_thread_code(struct insn *insns, size_t count)
{
    const void *const *routines = run(NULL, NULL);
    for (struct riscv_insn *d = (struct riscv_insn *)insns; count-- > 0; d++)
        d->head.routine = routines[d->head.op];
}
