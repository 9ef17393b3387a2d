/* The riscv64 signal frame, as the kernel lays it out (Linux, arch/riscv/kernel/signal.c, include/uapi/asm/{ucontext,sigcontext}.h). */
#include <string.h>

#include "guest/riscv/regs.h"
#include "linux/calls.h"
#include "linux/frame-riscv64.h"

enum { INTEGER_REGISTERS = 32 };

bool riscv64_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask)
{
    struct context *c = &task->thread->context;
    uint64_t at = align_down(stack - sizeof(struct riscv64_frame), 16);
    struct riscv64_frame frame = { .info = *info };
    struct riscv64_ucontext *u = &frame.context;
    u->stack = task->alternate_stack;
    u->mask = mask;
    u->registers[0] = c->pc;
    memcpy(&u->registers[1], &c->slot[1], sizeof u->registers - sizeof u->registers[0]);
    memcpy(u->floats, &c->slot[RV_F], sizeof u->floats);
    u->fcsr = riscv_read_fcsr(c);
    if (!guest_write(at, &frame, sizeof frame))
        return false;
    c->slot[RV_RA] = task->process->vdso_code[0];
    c->slot[RV_SP] = at;
    c->slot[RV_A0] = (uint64_t)info->si_signo;
    c->slot[RV_A0 + 1] = at + offsetof(struct riscv64_frame, info);
    c->slot[RV_A0 + 2] = at + offsetof(struct riscv64_frame, context);
    c->pc = action->handler;
    return true;
}

bool riscv64_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate)
{
    struct context *c = &task->thread->context;
    struct riscv64_frame frame;
    if (!guest_read(&frame, c->slot[RV_SP], sizeof frame))
        return false;
    const struct riscv64_ucontext *u = &frame.context;
    if (u->extension_reserved || u->extension_magic || u->extension_size)
        return false;
    c->pc = u->registers[0];
    memcpy(&c->slot[1], &u->registers[1], sizeof u->registers - sizeof u->registers[0]);
    memcpy(&c->slot[RV_F], u->floats, sizeof u->floats);
    riscv_write_fcsr(c, u->fcsr);
    c->slot[RV_RESERVED_ADDRESS] = RV_NO_RESERVATION;
    *mask = u->mask;
    *alternate = u->stack;
    return true;
}

static_assert(COUNT_OF(((struct riscv64_ucontext *)0)->registers) == INTEGER_REGISTERS, "x1 to x31 after the pc");
