#include "linux/frame-powerpc.h"

#include <string.h>

#include "guest/powerpc/regs.h"
#include "linux/calls.h"
#include "linux/vdso.h"

static uint32_t big32(uint64_t x) { return __builtin_bswap32((uint32_t)x); }
static uint64_t big64(uint64_t x) { return __builtin_bswap64(x); }

/* ---- the frame ----------------------------------------------------------------------------------------------------------------------- */

enum { USER_MSR = 0x0200f932 }; /* vectors, external interrupts, user, floating point, both relocations */
enum { MSR_VECTORS = 0x02000000 };

/* `at`: where it will be. */
void powerpc_save_context(const struct task *task, uint64_t at, uint64_t mask, struct powerpc_ucontext *u)
{
    struct context *c = &task->thread->context;
    u->registers_at = big32(at + offsetof(struct powerpc_ucontext, general));
    u->mask[0] = big32(mask);
    u->mask[1] = big32(mask >> 32);
    for (unsigned i = 0; i < 32; i++) {
        u->general[i] = big32(c->slot[POWERPC_R + i]);
        u->floats[i] = big64(c->slot[POWERPC_F + i]);
    }
    u->general[FRAME_NIP] = big32(c->pc);
    u->general[FRAME_MSR] = big32(USER_MSR);
    u->general[FRAME_CTR] = big32(c->slot[POWERPC_CTR]);
    u->general[FRAME_LR] = big32(c->slot[POWERPC_LR]);
    u->general[FRAME_XER] = big32(powerpc_read_xer(c));
    u->general[FRAME_CR] = big32(powerpc_read_cr(c));
    u->floats[32] = big64(powerpc_read_fpscr(c));
    for (unsigned i = 0; i < 32; i++)
        for (unsigned k = 0; k < 4; k++)
            u->vectors[i][k] = big32(c->slot[POWERPC_V + 2 * i + (k < 2)] >> (k % 2 ? 0 : 32));
    u->vrsave = big32(c->slot[POWERPC_VRSAVE]);
    u->vscr = big32(powerpc_read_vscr(c));
}

/* As the kernel does: registers that the frame does not say it has stay as they are. */
static void restore_vectors(struct context *c, const struct powerpc_ucontext *u)
{
    if (!(big32(u->general[FRAME_MSR]) & MSR_VECTORS))
        return;
    for (unsigned i = 0; i < 32; i++)
        for (unsigned k = 0; k < 2; k++)
            c->slot[POWERPC_V + 2 * i + k] = (uint64_t)big32(u->vectors[i][2 - 2 * k]) << 32 | big32(u->vectors[i][3 - 2 * k]);
    c->slot[POWERPC_VRSAVE] = big32(u->vrsave);
    powerpc_write_vscr(c, big32(u->vscr));
}

void powerpc_restore_context(struct context *c, const struct powerpc_ucontext *u, uint64_t *mask)
{
    for (unsigned i = 0; i < 32; i++) {
        c->slot[POWERPC_R + i] = big32(u->general[i]);
        c->slot[POWERPC_F + i] = big64(u->floats[i]);
    }
    c->pc = big32(u->general[FRAME_NIP]) & ~UINT32_C(3);
    c->slot[POWERPC_CTR] = big32(u->general[FRAME_CTR]);
    c->slot[POWERPC_LR] = big32(u->general[FRAME_LR]);
    powerpc_write_xer(c, big32(u->general[FRAME_XER]));
    powerpc_write_cr(c, big32(u->general[FRAME_CR]));
    powerpc_write_fpscr(c, (uint32_t)big64(u->floats[32]));
    restore_vectors(c, u);
    c->slot[POWERPC_RESERVED_ADDRESS] = POWERPC_NO_RESERVATION;
    *mask = big32(u->mask[0]) | (uint64_t)big32(u->mask[1]) << 32;
}

bool powerpc_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask)
{
    struct context *c = &task->thread->context;
    uint64_t at = align_down(stack - sizeof(struct powerpc_frame), 16);
    struct powerpc_frame frame = { .chain = { 0 } };
    uint32_t chain = big32(c->slot[POWERPC_SP]);
    if (at > UINT32_MAX)
        return false;
    memcpy(frame.chain, &chain, sizeof chain);
    siginfo_to_32(&call_abi_powerpc, info, frame.info);
    powerpc_save_context(task, at + offsetof(struct powerpc_frame, context), mask, &frame.context);
    frame.context.stack[0] = big32((uint64_t)task->alternate_stack.ss_sp);
    frame.context.stack[1] = big32((uint32_t)task->alternate_stack.ss_flags);
    frame.context.stack[2] = big32(task->alternate_stack.ss_size);
    if (!guest_write(at, &frame, sizeof frame))
        return false;
    c->slot[POWERPC_LR] = task->process->vdso_code[0];
    c->slot[POWERPC_SP] = at;
    c->slot[POWERPC_R + 3] = (uint64_t)info->si_signo;
    c->slot[POWERPC_R + 4] = at + offsetof(struct powerpc_frame, info);
    c->slot[POWERPC_R + 5] = at + offsetof(struct powerpc_frame, context);
    c->slot[POWERPC_R + 6] = at + offsetof(struct powerpc_frame, info);
    c->pc = action->handler;
    powerpc_write_fpscr(c, 0);
    return true;
}

bool powerpc_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate)
{
    struct context *c = &task->thread->context;
    struct powerpc_frame frame;
    if (!guest_read(&frame, c->slot[POWERPC_SP], sizeof frame))
        return false;
    const uint32_t *stack = frame.context.stack;
    powerpc_restore_context(c, &frame.context, mask);
    *alternate = (stack_t){ .ss_sp = (void *)(uint64_t)big32(stack[0]), .ss_flags = (int)big32(stack[1]), .ss_size = big32(stack[2]) };
    return true;
}

/* ---- unwinding: DWARF numbers of the registers, System V ABI, PowerPC Processor Supplement; 67 as the kernel's vDSO has it --------------- */

#define GENERAL(i) (offsetof(struct powerpc_frame, context.general) + 4 * (i))

static const struct saved_registers saved[] = {
    { 0, 1, 4, GENERAL(0) },
    { 2, 30, 4, GENERAL(2) },
    { 32, 32, 8, offsetof(struct powerpc_frame, context.floats) },
    { 65, 1, 4, GENERAL(FRAME_LR) },
    { 66, 1, 4, GENERAL(FRAME_CTR) },
    { 67, 1, 4, GENERAL(FRAME_NIP) },
    { 70, 1, 4, GENERAL(FRAME_CR) },
    { 77, 32, 16, offsetof(struct powerpc_frame, context.vectors) },
    { 0 },
};

static const struct signal_unwind unwind = { .stack_pointer_offset = GENERAL(1), .saved = saved };

/* As the kernel's vDSO has it, which debuggers recognise by its bytes. */
static const uint8_t signal_return[] = {
    0x38, 0x00, 0x00, 0xac, /* li r0, 172 (rt_sigreturn) */
    0x44, 0x00, 0x00, 0x02, /* sc */
};

static const char version[] = "LINUX_2.6.15";

static const struct vdso_function functions[] = {
    { "__kernel_sigtramp_rt32", version, signal_return, sizeof signal_return, .frame = &unwind },
    { NULL },
};

const struct vdso powerpc_vdso = {
    .soname = "linux-vdso32.so.1",
    .versions = (const char *const[]){ version, NULL },
    .stack_pointer = 1,
    .return_address = 67,
    .functions = functions,
};

/* ---- swapcontext(2) ------------------------------------------------------------------------------------------------------------------ */

/* Keeps the context at the first address and goes on with that at the second; either may be 0. What is kept returns 0 when someone goes on
 * with it. */
int64_t call_swapcontext(struct task *task, const uint64_t *a)
{
    enum { SIZE = offsetof(struct powerpc_ucontext, more_vectors) };
    struct context *c = &task->thread->context;
    struct powerpc_ucontext u;
    if (a[2] < SIZE)
        return -EINVAL;
    if (a[0]) {
        if (!guest_read(&u, a[0], SIZE))
            return -EFAULT;
        powerpc_save_context(task, a[0], task->signal_mask, &u);
        u.general[3] = 0;
        if (!guest_write(a[0], &u, SIZE))
            return -EFAULT;
    }
    if (!a[1])
        return 0;
    uint32_t registers;
    uint64_t mask;
    if (!guest_read(&u, a[1], SIZE))
        return -EFAULT;
    registers = big32(u.registers_at);
    if (!guest_read(u.general, registers, SIZE - offsetof(struct powerpc_ucontext, general)))
        return -EFAULT;
    powerpc_restore_context(c, &u, &mask);
    signals_hold(task);
    signals_set_mask(task, mask);
    return CALL_SILENT;
}
