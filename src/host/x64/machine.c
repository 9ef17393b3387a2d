/* The machine context of a stopped thread, as Linux hands it to signal handlers. */
#include <sys/ucontext.h>

#include "host/x64/features.h"
#include "host/x64/registers.h"
#include "host/x64/runtime.h"

/* Index in gregs by encoding number. */
static const uint8_t greg_of[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static uint64_t general_register(const ucontext_t *u, unsigned reg) { return (uint64_t)u->uc_mcontext.gregs[greg_of[reg]]; }

static const void *vector_register(const struct x64_facts *facts, const ucontext_t *u, unsigned reg)
{
    const struct _libc_fpstate *f = u->uc_mcontext.fpregs;
    return reg < 16 ? (const void *)&f->_xmm[reg] : (const char *)f + facts->high_vector_offset + (reg - 16) * 64;
}

void x64_save_homes(const struct host_runtime *runtime, const void *ucontext, struct context *c)
{
    const ucontext_t *u = ucontext;
    const struct x64_facts *facts = runtime->facts;
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        unsigned home = facts->plan.home[slot];
        if (home >= FLOAT_REGS && home != NO_REG)
            __builtin_memcpy(&c->slot[slot], vector_register(facts, u, home - FLOAT_REGS), facts->plan.vector_homes >> home & 1 ? 16 : 8);
        else if (home != NO_REG)
            c->slot[slot] = general_register(u, home);
    }
    c->return_top = (const void **)general_register(u, RSP);
}

uint64_t x64_signal_pc(const void *ucontext) { return (uint64_t)((const ucontext_t *)ucontext)->uc_mcontext.gregs[REG_RIP]; }

/* It is on top of the stack of returns, which return_top leaves out (runtime.c). */
uint64_t x64_helper_pc(const struct context *c) { return (uint64_t)(uintptr_t)c->return_top[-1]; }

/* As if `function` had been called: rsp is 8 less than a multiple of 16, and what lies within the red zone of the
 * interrupted function stays. */
void x64_redirect(void *ucontext, void (*function)(void *), void *argument, void *stack)
{
    enum { RED_ZONE = 128, DIRECTION_FLAG = 0x400 };
    greg_t *r = ((ucontext_t *)ucontext)->uc_mcontext.gregs;
    uint64_t top = stack ? (uint64_t)stack : (uint64_t)r[REG_RSP] - RED_ZONE;
    r[REG_RSP] = (greg_t)(align_down(top, 16) - 8);
    r[REG_RIP] = (greg_t)(uintptr_t)function;
    r[REG_RDI] = (greg_t)(uintptr_t)argument;
    r[REG_EFL] &= ~DIRECTION_FLAG;
}

void x64_reset_returns(void *ucontext, void *bottom)
{
    ((ucontext_t *)ucontext)->uc_mcontext.gregs[REG_RSP] = (greg_t)(uintptr_t)bottom;
}
