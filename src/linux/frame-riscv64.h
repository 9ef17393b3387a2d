/* The riscv64 signal frame in memory. */
#ifndef FERRY_FRAME_RISCV64_H
#define FERRY_FRAME_RISCV64_H

#include <signal.h>

#include "base/base.h"

struct task;
struct guest_sigaction;

struct riscv64_ucontext {
    uint64_t flags, link;
    stack_t stack; /* three words, on all 64-bit machines the same */
    uint64_t mask;
    uint8_t unused[128 - 8]; /* room for more signals */
    _Alignas(16) uint64_t registers[32]; /* pc, x1 to x31 */
    _Alignas(16) uint64_t floats[32];    /* f0 to f31; the union's D form */
    uint32_t fcsr;
    uint32_t unused_quad[64]; /* the union has room for the Q form, */
    uint32_t extension_reserved; /* whose last words head the list of extension records: here the end of it, zeros */
    uint32_t extension_magic, extension_size;
};

struct riscv64_frame {
    siginfo_t info;
    struct riscv64_ucontext context;
};

static_assert(sizeof(siginfo_t) == 128 && sizeof(stack_t) == 24, "the kernel's");
static_assert(offsetof(struct riscv64_ucontext, mask) == 40, "uc_sigmask");
static_assert(offsetof(struct riscv64_ucontext, registers) == 176, "uc_mcontext");
static_assert(offsetof(struct riscv64_ucontext, floats) == 432, "sc_fpregs");
static_assert(offsetof(struct riscv64_ucontext, fcsr) == 688, "sc_fpregs.d.fcsr");
static_assert(offsetof(struct riscv64_ucontext, extension_reserved) == 948, "sc_extdesc.reserved");
static_assert(offsetof(struct riscv64_ucontext, extension_magic) == 952, "sc_extdesc.hdr");
static_assert(sizeof(struct riscv64_ucontext) == 960 && sizeof(struct riscv64_frame) == 1088, "struct rt_sigframe");

bool riscv64_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask);
bool riscv64_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate);

#endif
