/* Signals from the host to the guest. The kernel does the queueing: a guest's mask is its host thread's mask, its actions are the host's
 * as far as they are not handlers. For those there is one host handler: it notes what came, shuts the door (the host thread then blocks
 * everything), and asks for attention; when the guest is at an instruction, the signal gets its frame and the door opens again.
 *
 * The synchronous signals are never blocked on the host, since Ferry's own work can raise them; a guest that blocks them and is sent one
 * by kill(2) finds it waiting here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/calls.h"

#define EVERY_SIGNAL UINT64_MAX

static const uint8_t synchronous_signals[SYNCHRONOUS_COUNT] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };

static _Thread_local struct task *task_of_this_thread; /* found by signal handlers, which get no argument */

struct task *current_task(void) { return task_of_this_thread; }
void set_current_task(struct task *task) { task_of_this_thread = task; }

static int synchronous_index(int number)
{
    for (int i = 0; i < SYNCHRONOUS_COUNT; i++)
        if (synchronous_signals[i] == number)
            return i;
    return -1;
}

uint64_t signals_host_mask(uint64_t mask)
{
    for (int i = 0; i < SYNCHRONOUS_COUNT; i++)
        mask &= ~signal_bit(synchronous_signals[i]);
    return mask;
}

static void set_host_mask(uint64_t mask)
{
    HOST_CALL(SYS_rt_sigprocmask, SIG_SETMASK, (uint64_t)&mask, 0, sizeof mask);
}

static uint64_t mask_in_force(const struct task *task)
{
    return task->pending->has_temporary_mask ? task->pending->temporary_mask : task->signal_mask;
}

static bool anything_deliverable(const struct task *task) { return task->pending->waiting & ~mask_in_force(task); }

/* ---- the host's side ---------------------------------------------------------------------------------------------------------- */

static NORETURN void internal_fault(struct task *task, const siginfo_t *info, const ucontext_t *context)
{
    fprintf(stderr,
            "ferry: internal fault: %s at address %p, host pc %#llx, guest pc %#llx\n"
            "ferry: this is a bug in ferry, not in the program it runs; please report it\n",
            strsignal(info->si_signo), info->si_addr, (unsigned long long)host_pc(context),
            task ? (unsigned long long)task->thread->context.pc : 0);
    die_by_signal(info->si_signo);
}

static void synchronous(struct task *task, siginfo_t *info, ucontext_t *context)
{
    if (host_catch_copy(context))
        return;
    switch (task ? engine_catch_fault(task->thread, context, (uint64_t)info->si_addr) : FAULT_OURS) {
    case FAULT_GUEST:
        task->fault = *info;
        break;
    case FAULT_RETURN_STACK:
    case FAULT_POLL:
        break;
    case FAULT_OURS:
        internal_fault(task, info, context);
    }
}

static void asynchronous(struct task *task, siginfo_t *info, ucontext_t *context)
{
    struct pending_signal *p = task->pending;
    int index = synchronous_index(info->si_signo);
    if (index < 0) {
        p->queued = *info;
        p->held = true;
        uint64_t all = signals_host_mask(EVERY_SIGNAL);
        memcpy(&context->uc_sigmask, &all, sizeof all);
    } else {
        if (p->waiting & signal_bit(info->si_signo))
            return;
        p->synchronous[index] = *info;
    }
    p->waiting |= signal_bit(info->si_signo);
    if (!anything_deliverable(task))
        return;
    p->deliverable = 1;
    host_interrupt_call(context);
    engine_attention(task->thread);
}

static void host_handler(int number, siginfo_t *info, void *context)
{
    struct task *task = current_task();
    int saved_errno = errno;
    if (synchronous_index(number) >= 0 && info->si_code > 0)
        synchronous(task, info, context);
    else if (task)
        asynchronous(task, info, context);
    errno = saved_errno;
}

struct host_sigaction {
    uint64_t handler;
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};

enum { HOST_SA_RESTORER = 0x04000000 };

static void install(int number, uint64_t handler, uint64_t flags)
{
    struct host_sigaction host = { .flags = flags & (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_RESTART), .restorer = host_signal_return };
    host.flags |= HOST_SA_RESTORER;
    if (handler > (uint64_t)SIG_IGN || synchronous_index(number) >= 0) {
        host.handler = (uint64_t)host_handler;
        host.flags |= SA_SIGINFO | SA_ONSTACK;
        host.mask = EVERY_SIGNAL;
    } else {
        host.handler = handler;
    }
    HOST_CALL(SYS_rt_sigaction, (uint64_t)number, (uint64_t)&host, 0, sizeof host.mask);
}

void signals_install(struct process *p, int number)
{
    const struct guest_sigaction *action = &p->action[number];
    bool handled = action->handler > (uint64_t)SIG_IGN;
    install(number, action->handler, handled ? action->flags : action->flags | SA_RESTART);
}

void signals_init(struct process *p)
{
    for (int number = 1; number < SIGNAL_COUNT; number++) {
        if (number == SIGKILL || number == SIGSTOP)
            continue;
        struct host_sigaction inherited = { 0 };
        HOST_CALL(SYS_rt_sigaction, (uint64_t)number, 0, (uint64_t)&inherited, sizeof inherited.mask);
        p->action[number].handler = inherited.handler == (uint64_t)SIG_IGN;
        if (synchronous_index(number) >= 0)
            signals_install(p, number);
    }
}

enum { HOST_SIGNAL_STACK = 64 * 1024 };

void signals_thread_init(struct task *task)
{
    task->host_stack = must_alloc(HOST_SIGNAL_STACK);
    stack_t stack = { .ss_sp = task->host_stack, .ss_size = HOST_SIGNAL_STACK };
    sigaltstack(&stack, NULL);
    set_current_task(task);
    HOST_CALL(SYS_rt_sigprocmask, SIG_BLOCK, 0, (uint64_t)&task->signal_mask, sizeof task->signal_mask);
    set_host_mask(signals_host_mask(task->signal_mask));
}

void die_by_signal(int number)
{
    static const uint8_t core[] = { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS };
    if (memchr(core, number, sizeof core))
        fprintf(stderr, "ferry: uncaught target signal %d (%s)\n", number, strsignal(number));
    fflush(NULL);
    set_host_mask(EVERY_SIGNAL & ~signal_bit(number));
    struct host_sigaction by_default = { .flags = HOST_SA_RESTORER, .restorer = host_signal_return };
    HOST_CALL(SYS_rt_sigaction, (uint64_t)number, (uint64_t)&by_default, 0, sizeof by_default.mask);
    HOST_CALL(SYS_tgkill, (uint64_t)HOST_CALL(SYS_getpid, 0), (uint64_t)HOST_CALL(SYS_gettid, 0), (uint64_t)number);
    _exit(128 + number);
}

/* ---- masks ----------------------------------------------------------------------------------------------------------------------- */

int64_t signals_hold(struct task *task)
{
    set_host_mask(signals_host_mask(EVERY_SIGNAL));
    return task->pending->held ? CALL_AGAIN : 0;
}

void signals_release(struct task *task)
{
    if (!task->pending->held)
        set_host_mask(signals_host_mask(task->signal_mask));
}

void signals_set_mask(struct task *task, uint64_t mask)
{
    task->signal_mask = mask & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
    signals_release(task);
}

int64_t signals_begin_temporary_mask(struct task *task, uint64_t mask, uint64_t *host_mask)
{
    mask &= ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
    *host_mask = signals_host_mask(mask);
    task->pending->temporary_mask = mask;
    task->pending->has_temporary_mask = true;
    return !task->pending->held && anything_deliverable(task) ? -EINTR : 0;
}

void signals_end_temporary_mask(struct task *task, int64_t result)
{
    /* Interrupted, the handler runs under the temporary mask and its frame restores the old one (kernel, signal_delivered). */
    if (result != -EINTR || !anything_deliverable(task))
        task->pending->has_temporary_mask = false;
}

int64_t signals_execute(struct task *task, long number, const uint64_t arguments[6])
{
    int64_t result = signals_hold(task);
    if (result < 0)
        return result;
    set_host_mask(task->signal_mask);
    result = blocking_call(task, number, arguments);
    signals_hold(task);
    signals_release(task);
    return result;
}

/* ---- delivery -------------------------------------------------------------------------------------------------------------------- */

bool on_alternate_stack(const struct task *task, uint64_t stack_pointer)
{
    const stack_t *a = &task->alternate_stack;
    return !((unsigned)a->ss_flags & SIGNAL_STACK_AUTODISARM) && stack_pointer > (uint64_t)a->ss_sp &&
           stack_pointer - (uint64_t)a->ss_sp <= a->ss_size;
}

/* Where the frame goes; 0 if the alternate stack, which the guest is on, has no room for it. */
static uint64_t frame_stack(const struct task *task, const struct guest_sigaction *action)
{
    const struct call_abi *abi = task->process->abi->calls;
    uint64_t stack = task->thread->context.slot[abi->stack_slot];
    if (on_alternate_stack(task, stack))
        return on_alternate_stack(task, stack - abi->frame_size) ? stack : 0;
    if ((action->flags & SA_ONSTACK) && task->alternate_stack.ss_size)
        return (uint64_t)task->alternate_stack.ss_sp + task->alternate_stack.ss_size;
    return stack;
}

static bool default_ignores(int number)
{
    return number == SIGCHLD || number == SIGURG || number == SIGWINCH || number == SIGCONT;
}

static void act_by_default(int number)
{
    if (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
        HOST_CALL(SYS_kill, (uint64_t)HOST_CALL(SYS_getpid, 0), SIGSTOP);
    else if (!default_ignores(number))
        die_by_signal(number);
}

/* The action, taken for one delivery. */
static struct guest_sigaction take_action(struct process *p, int number)
{
    pthread_mutex_lock(&p->lock);
    struct guest_sigaction action = p->action[number];
    if (action.handler > (uint64_t)SIG_IGN && (action.flags & SA_RESETHAND)) {
        p->action[number].handler = (uint64_t)SIG_DFL;
        signals_install(p, number);
    }
    pthread_mutex_unlock(&p->lock);
    return action;
}

static void deliver(struct task *task, const siginfo_t *info)
{
    int number = info->si_signo;
    struct guest_sigaction action = take_action(task->process, number);
    if (task->process->options->strace)
        strace_signal(task, info);
    if (action.handler == (uint64_t)SIG_IGN)
        return;
    if (action.handler == (uint64_t)SIG_DFL) {
        act_by_default(number);
        return;
    }
    uint64_t stack = frame_stack(task, &action);
    if (!stack || !task->process->abi->calls->push_frame(task, stack, info, &action, task->signal_mask)) {
        siginfo_t overflow = { .si_signo = SIGSEGV, .si_code = SI_KERNEL };
        if (number == SIGSEGV)
            die_by_signal(SIGSEGV);
        signals_force(task, &overflow);
        return;
    }
    if ((unsigned)task->alternate_stack.ss_flags & SIGNAL_STACK_AUTODISARM)
        task->alternate_stack = (stack_t){ .ss_flags = SS_DISABLE };
    uint64_t mask = mask_in_force(task) | action.mask | (action.flags & SA_NODEFER ? 0 : signal_bit(number));
    task->signal_mask = mask & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
    task->pending->has_temporary_mask = false;
}

void signals_force(struct task *task, siginfo_t *info)
{
    struct process *p = task->process;
    pthread_mutex_lock(&p->lock);
    bool fatal = p->action[info->si_signo].handler <= (uint64_t)SIG_IGN || (task->signal_mask & signal_bit(info->si_signo));
    pthread_mutex_unlock(&p->lock);
    if (fatal) {
        if (p->options->strace)
            strace_signal(task, info);
        die_by_signal(info->si_signo);
    }
    signals_hold(task);
    deliver(task, info);
    signals_release(task);
}

/* Signals with a handler of the host are taken in the kernel's order: the synchronous ones first. */
static bool take_waiting(struct task *task, siginfo_t *info)
{
    struct pending_signal *p = task->pending;
    uint64_t ready = p->waiting & ~mask_in_force(task);
    if (!ready)
        return false;
    for (int i = 0; i < SYNCHRONOUS_COUNT; i++) {
        if (ready & signal_bit(synchronous_signals[i])) {
            *info = p->synchronous[i];
            p->waiting &= ~signal_bit(synchronous_signals[i]);
            return true;
        }
    }
    *info = p->queued;
    p->waiting &= ~ready;
    p->held = false;
    return true;
}

void signals_deliver(struct task *task)
{
    struct pending_signal *p = task->pending;
    siginfo_t info;
    while (!task->exiting && (p->deliverable || anything_deliverable(task))) {
        set_host_mask(signals_host_mask(EVERY_SIGNAL));
        p->deliverable = 0;
        if (take_waiting(task, &info))
            deliver(task, &info);
        signals_release(task);
    }
}
