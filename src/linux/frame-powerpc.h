/* The 32-bit PowerPC signal frame in memory (arch/powerpc/kernel/signal_32.c, struct rt_sigframe). All words are big-endian. */
#ifndef FERRY_FRAME_POWERPC_H
#define FERRY_FRAME_POWERPC_H

#include <signal.h>

#include "base/base.h"

struct context;
struct task;
struct guest_sigaction;
struct vdso;

struct powerpc_ucontext {
    uint32_t flags, link;
    uint32_t stack[3];        /* address, flags, size */
    uint32_t unused[7];
    uint32_t registers_at;    /* address of general */
    uint32_t mask[2];         /* the low word first */
    uint32_t unused_mask[30], unused_too[3];
    uint32_t general[48];     /* struct pt_regs: see enum */
    uint64_t floats[33];      /* f0 to f31, FPSCR */
    uint32_t trampoline[2];
    uint32_t vectors[32][4];  /* v0 to v31, the highest word first */
    uint32_t vrsave, unused_vector[2], vscr;
    uint64_t more_vectors[33]; /* of younger processors */
};

enum { FRAME_NIP = 32, FRAME_MSR, FRAME_ORIGINAL_R3, FRAME_CTR, FRAME_LR, FRAME_XER, FRAME_CR };

struct powerpc_frame {
    uint8_t chain[64 + 16];   /* what the handler's own frame links to */
    uint8_t info[128];
    struct powerpc_ucontext context;
    uint8_t gap[56 * 4];      /* the ABI lets a leaf function use that much below the stack pointer */
};

static_assert(offsetof(struct powerpc_ucontext, registers_at) == 48, "uc_regs");
static_assert(offsetof(struct powerpc_ucontext, mask) == 52, "uc_sigmask");
static_assert(offsetof(struct powerpc_ucontext, general) == 192, "uc_mcontext");
static_assert(offsetof(struct powerpc_ucontext, floats) == 192 + 192, "mc_fregs");
static_assert(offsetof(struct powerpc_ucontext, vectors) == 192 + 464, "mc_vregs");

bool powerpc_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask);
bool powerpc_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate);

/* The context alone, as swapcontext(2) keeps and sets it. */
void powerpc_save_context(const struct task *task, uint64_t at, uint64_t mask, struct powerpc_ucontext *u);
void powerpc_restore_context(struct context *c, const struct powerpc_ucontext *u, uint64_t *mask);

/* libgcc, which would know the bytes of the code that returns, then takes the wrong register for the return address (GCC 12 to 14). */
extern const struct vdso powerpc_vdso;

#endif
