/* Threaded interpreter: the exec reading as one routine an operation, each ending in a jump to the next record's. */
#include "guest/riscv/riscv.h"
#include "sem/exec.h"
#include "guest/riscv/meanings.inc"

/* Differences of labels, as the compiler's manual has them ("Labels as Values"). */
#pragma GCC diagnostic ignored "-Wpointer-arith"

/* Runs from record `d` on until something leaves. Without a context: where the routines are by operation, which only this
 * function can tell. */
static const int32_t *run(struct context *c, const struct riscv_insn *d)
{
    static const int32_t routines[] = {
#define OP(name, ends) &&routine_##name - &&routine_illegal,
#include "guest/riscv/ops.inc"
#undef OP
        &&routine_COUNT - &&routine_illegal,
    };
    if (!c)
        return routines;
#define NEXT_ROUTINE goto *(&&routine_illegal + d->head.routine)
    NEXT_ROUTINE;

    /* Whether a meaning leaves is mostly known to the compiler; then nothing is left of the question. */
#define OP(name, ends)                             \
    routine_##name: {                              \
        bool left = false;                         \
        mean_##name((sem){ c, &d->head, &left }, d); \
        if (left)                                  \
            return NULL;                           \
        d++;                                       \
        NEXT_ROUTINE;                              \
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
    const int32_t *routines = run(NULL, NULL);
    for (struct riscv_insn *d = (struct riscv_insn *)insns; count-- > 0; d++)
        d->head.routine = routines[d->head.op];
}
