#include "linux/frame-i386.h"

#include <string.h>

#include "guest/ia32/regs.h"
#include "ir/extended.h"
#include "linux/calls.h"

enum { ALIGNMENT = 16, RESTORER = 0x04000000 /* SA_RESTORER: asm/signal.h */ };
enum { TRAP_DIVIDE = 0, TRAP_BREAKPOINT = 3, TRAP_ILLEGAL = 6, TRAP_PROTECTION = 13, TRAP_PAGE = 14, TRAP_FLOAT = 16, TRAP_VECTOR_FLOAT = 19, ERROR_USER = 4 };
enum { MORE = 0 };

/* What the processor would have reported (SDM volume 3, table 6-1). */
static uint32_t trap_of(const siginfo_t *info)
{
    switch (info->si_signo) {
    case SIGSEGV: return info->si_code == SI_KERNEL ? TRAP_PROTECTION : TRAP_PAGE;
    case SIGBUS: return TRAP_PAGE;
    case SIGTRAP: return TRAP_BREAKPOINT;
    case SIGILL: return TRAP_ILLEGAL;
    case SIGFPE: return info->si_code == FPE_INTDIV ? TRAP_DIVIDE : ia32_vector_exception() ? TRAP_VECTOR_FLOAT : TRAP_FLOAT;
    default: return TRAP_DIVIDE;
    }
}

static void save(const struct context *c, const siginfo_t *info, uint64_t mask, struct i386_context *r)
{
    bool by_page = trap_of(info) == TRAP_PAGE;
    *r = (struct i386_context){
        .gs = (uint32_t)c->slot[IA32_GS], .fs = (uint32_t)c->slot[IA32_FS], .es = (uint32_t)c->slot[IA32_ES], .ds = (uint32_t)c->slot[IA32_DS],
        .edi = (uint32_t)c->slot[IA32_EDI], .esi = (uint32_t)c->slot[IA32_ESI], .ebp = (uint32_t)c->slot[IA32_EBP],
        .esp = (uint32_t)c->slot[IA32_ESP], .ebx = (uint32_t)c->slot[IA32_EBX], .edx = (uint32_t)c->slot[IA32_EDX],
        .ecx = (uint32_t)c->slot[IA32_ECX], .eax = (uint32_t)c->slot[IA32_EAX], .trap = trap_of(info), .error = by_page ? ERROR_USER : 0,
        .eip = (uint32_t)c->pc, .cs = (uint32_t)c->slot[IA32_CS], .eflags = ia32_read_eflags(c), .esp_at_signal = (uint32_t)c->slot[IA32_ESP],
        .ss = (uint32_t)c->slot[IA32_SS], .old_mask = (uint32_t)mask, .fault_address = by_page ? (uint32_t)(uintptr_t)info->si_addr : 0,
    };
}

/* Of the flags those that programs can change; segments as they were, if the program left them so. */
static void restore(struct context *c, const struct i386_context *r)
{
    const uint32_t general[] = { r->eax, r->ecx, r->edx, r->ebx, r->esp, r->ebp, r->esi, r->edi };
    for (unsigned i = 0; i < COUNT_OF(general); i++)
        c->slot[IA32_EAX + i] = general[i];
    c->slot[IA32_GS] = (uint16_t)r->gs;
    c->slot[IA32_FS] = (uint16_t)r->fs;
    c->slot[IA32_ES] = (uint16_t)r->es;
    c->slot[IA32_DS] = (uint16_t)r->ds;
    c->slot[IA32_SS] = (uint16_t)r->ss | 3;
    c->pc = r->eip;
    ia32_write_eflags(c, r->eflags);
    ia32_reload_segments(c);
}

static void set_flat_segments(struct context *c)
{
    c->slot[IA32_ES] = c->slot[IA32_DS] = c->slot[IA32_SS] = IA32_DATA_SELECTOR;
    ia32_reload_segments(c);
}

/* ---- both kinds: the floating-point state, and the frame below it ------------------------------------------------------------------------ */

static bool save_floating_point(const struct context *c, uint64_t at)
{
    struct i386_floating_point f = { .status = extended_status(), .magic = MORE };
    extended_save(f.state);
    ia32_save_float_state(c, f.all);
    return guest_write(at, &f, sizeof f);
}

/* The x87 unit's state is taken from where all programs look for it. */
static bool restore_floating_point(struct context *c, uint32_t at)
{
    struct i386_floating_point f;
    if (!at) {
        ia32_reset_float_state(c);
        return true;
    }
    if (!guest_read(&f, at, offsetof(struct i386_floating_point, all)) ||
        (f.magic == MORE && (!guest_read(f.all, at + I386_ALL_FLOAT_AT, sizeof f.all) || !ia32_restore_float_state(c, f.all))))
        return false;
    extended_restore(f.state);
    return true;
}

/* Where the handler's arguments begin is a multiple of 16, as after a call. */
static uint64_t place(uint64_t top, size_t size) { return align_down(top - size + 4, ALIGNMENT) - 4; }

static uint32_t return_address(const struct task *task, const struct guest_sigaction *action, unsigned function)
{
    return (uint32_t)(action->flags & RESTORER ? action->restorer : task->process->vdso_code[function]);
}

static bool push_old(struct task *task, uint64_t floating_point, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask)
{
    static const uint8_t return_code[8] = { 0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80 }; /* pop eax; mov eax, 119 (sigreturn); int 0x80 */
    struct context *c = &task->thread->context;
    uint64_t at = place(floating_point, sizeof(struct i386_old_frame));
    struct i386_old_frame frame = {
        .return_address = return_address(task, action, I386_VDSO_SIGNAL_RETURN),
        .number = (uint32_t)info->si_signo,
        .high_mask = (uint32_t)(mask >> 32),
    };
    memcpy(frame.return_code, return_code, sizeof return_code);
    save(c, info, mask, &frame.registers);
    frame.registers.floating_point = (uint32_t)floating_point;
    if (!guest_write(at, &frame, sizeof frame))
        return false;
    c->slot[IA32_ESP] = at;
    c->slot[IA32_EDX] = c->slot[IA32_ECX] = 0;
    return true;
}

static bool push_new(struct task *task, uint64_t floating_point, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask)
{
    static const uint8_t return_code[8] = { 0xb8, 0xad, 0, 0, 0, 0xcd, 0x80 }; /* mov eax, 173 (rt_sigreturn); int 0x80 */
    struct context *c = &task->thread->context;
    uint64_t at = place(floating_point, sizeof(struct i386_frame));
    struct i386_frame frame = {
        .return_address = return_address(task, action, I386_VDSO_RT_SIGNAL_RETURN),
        .number = (uint32_t)info->si_signo,
        .info_at = (uint32_t)(at + offsetof(struct i386_frame, info)),
        .context_at = (uint32_t)(at + offsetof(struct i386_frame, context)),
        .context.stack = { (uint32_t)(uintptr_t)task->alternate_stack.ss_sp, (uint32_t)task->alternate_stack.ss_flags,
                           (uint32_t)task->alternate_stack.ss_size },
        .context.mask = { (uint32_t)mask, (uint32_t)(mask >> 32) },
    };
    memcpy(frame.return_code, return_code, sizeof return_code);
    siginfo_to_32(&call_abi_i386, info, frame.info);
    save(c, info, mask, &frame.context.registers);
    frame.context.registers.floating_point = (uint32_t)floating_point;
    if (!guest_write(at, &frame, sizeof frame))
        return false;
    c->slot[IA32_ESP] = at;
    c->slot[IA32_EDX] = frame.info_at;
    c->slot[IA32_ECX] = frame.context_at;
    return true;
}

bool i386_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask)
{
    struct context *c = &task->thread->context;
    uint64_t floating_point = align_down(stack - IA32_FLOAT_STATE, I386_ALL_FLOAT_ALIGNMENT) - I386_ALL_FLOAT_AT;
    if (stack < I386_LARGEST_FRAME + I386_ALL_FLOAT_ALIGNMENT + ALIGNMENT || !save_floating_point(c, floating_point))
        return false;
    if (!(action->flags & SA_SIGINFO ? push_new : push_old)(task, floating_point, info, action, mask))
        return false;
    c->slot[IA32_EAX] = (uint32_t)info->si_signo;
    c->slot[IA32_DIRECTION] = 0;
    ia32_reset_float_state(c);
    set_flat_segments(c);
    c->pc = (uint32_t)action->handler;
    return true;
}

/* The return took its address off the stack, */
bool i386_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate)
{
    struct context *c = &task->thread->context;
    struct i386_frame frame;
    if (!guest_read(&frame, (uint32_t)(c->slot[IA32_ESP] - sizeof frame.return_address), sizeof frame) ||
        !restore_floating_point(c, frame.context.registers.floating_point))
        return false;
    const uint32_t *stack = frame.context.stack;
    restore(c, &frame.context.registers);
    *mask = frame.context.mask[0] | (uint64_t)frame.context.mask[1] << 32;
    *alternate = (stack_t){ .ss_sp = (void *)(uintptr_t)stack[0], .ss_flags = (int)stack[1], .ss_size = stack[2] };
    return true;
}

/* and here the code returned to took the number. */
bool i386_pop_old_frame(struct task *task, uint64_t *mask)
{
    struct context *c = &task->thread->context;
    struct i386_old_frame frame;
    uint32_t at = (uint32_t)(c->slot[IA32_ESP] - offsetof(struct i386_old_frame, registers));
    if (!guest_read(&frame, at, sizeof frame) || !restore_floating_point(c, frame.registers.floating_point))
        return false;
    restore(c, &frame.registers);
    *mask = frame.registers.old_mask | (uint64_t)frame.high_mask << 32;
    return true;
}
