#include "linux/frame-i386.h"

#include <string.h>

#include "guest/ia32/regs.h"
#include "ir/extended.h"
#include "linux/calls.h"

enum { RETURN_ALIGNMENT = 16, TRAP_DIVIDE = 0, TRAP_BREAKPOINT = 3, TRAP_ILLEGAL = 6, TRAP_PROTECTION = 13, TRAP_PAGE = 14, TRAP_FLOAT = 16, ERROR_USER = 4 };
enum { NO_MORE = 0xffff };

/* What the processor would have reported (SDM volume 3, table 6-1). */
static uint32_t trap_of(const siginfo_t *info)
{
    switch (info->si_signo) {
    case SIGSEGV: return info->si_code == SI_KERNEL ? TRAP_PROTECTION : TRAP_PAGE;
    case SIGBUS: return TRAP_PAGE;
    case SIGTRAP: return TRAP_BREAKPOINT;
    case SIGILL: return TRAP_ILLEGAL;
    case SIGFPE: return info->si_code == FPE_INTDIV ? TRAP_DIVIDE : TRAP_FLOAT;
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

bool i386_push_frame(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask)
{
    static const uint8_t return_code[8] = { 0xb8, 0xad, 0, 0, 0, 0xcd, 0x80 }; /* mov eax, 173 (rt_sigreturn); int 0x80 */
    struct context *c = &task->thread->context;
    /* Where the handler's arguments begin is a multiple of 16, as after a call. */
    uint64_t at = align_down(stack - sizeof(struct i386_frame) + 4, RETURN_ALIGNMENT) - 4;
    struct i386_frame frame = {
        .return_address = (uint32_t)task->process->signal_return,
        .number = (uint32_t)info->si_signo,
        .info_at = (uint32_t)(at + offsetof(struct i386_frame, info)),
        .context_at = (uint32_t)(at + offsetof(struct i386_frame, context)),
        .context.stack = { (uint32_t)(uintptr_t)task->alternate_stack.ss_sp, (uint32_t)task->alternate_stack.ss_flags,
                           (uint32_t)task->alternate_stack.ss_size },
        .context.mask = { (uint32_t)mask, (uint32_t)(mask >> 32) },
    };
    if (at > UINT32_MAX)
        return false;
    memcpy(frame.return_code, return_code, sizeof return_code);
    siginfo_to_32(&call_abi_i386, info, frame.info);
    save(c, info, mask, &frame.context.registers);
    frame.context.registers.floating_point = (uint32_t)(at + offsetof(struct i386_frame, floating_point));
    extended_save(frame.floating_point.state);
    frame.floating_point.status = extended_status();
    frame.floating_point.magic = NO_MORE;
    if (!guest_write(at, &frame, sizeof frame))
        return false;
    c->slot[IA32_ESP] = at;
    c->slot[IA32_EAX] = frame.number;
    c->slot[IA32_EDX] = frame.info_at;
    c->slot[IA32_ECX] = frame.context_at;
    c->slot[IA32_DIRECTION] = 0;
    extended_reset();
    set_flat_segments(c);
    c->pc = (uint32_t)action->handler;
    return true;
}

/* The return took its address off the stack. */
bool i386_pop_frame(struct task *task, uint64_t *mask, stack_t *alternate)
{
    struct context *c = &task->thread->context;
    struct i386_frame frame;
    if (!guest_read(&frame, (uint32_t)(c->slot[IA32_ESP] - sizeof frame.return_address), sizeof frame))
        return false;
    struct i386_floating_point floating_point;
    uint32_t floating_point_at = frame.context.registers.floating_point;
    if (floating_point_at && !guest_read(&floating_point, floating_point_at, sizeof floating_point))
        return false;
    extended_reset();
    if (floating_point_at)
        extended_restore(floating_point.state);
    const uint32_t *stack = frame.context.stack;
    restore(c, &frame.context.registers);
    *mask = frame.context.mask[0] | (uint64_t)frame.context.mask[1] << 32;
    *alternate = (stack_t){ .ss_sp = (void *)(uintptr_t)stack[0], .ss_flags = (int)stack[1], .ss_size = stack[2] };
    return true;
}
