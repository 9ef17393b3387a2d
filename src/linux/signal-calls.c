/* System calls about signals. */
#include <string.h>

#include "linux/calls.h"

/* Reads a signal set argument; `size` is what the guest says of it. 0, -EINVAL or -EFAULT. */
static int64_t read_mask(uint64_t *mask, uint64_t address, uint64_t size)
{
    if (size != sizeof *mask)
        return -EINVAL;
    return guest_read(mask, address, sizeof *mask) ? 0 : -EFAULT;
}

static int64_t change_action(struct task *task, uint64_t number, const struct guest_sigaction *next, struct guest_sigaction *last)
{
    struct process *p = task->process;
    if (number < 1 || number >= SIGNAL_COUNT || (next && (number == SIGKILL || number == SIGSTOP)))
        return -EINVAL;
    int64_t held = signals_hold(task);
    if (held < 0)
        return held;
    pthread_mutex_lock(&p->lock);
    *last = p->action[number];
    if (next) {
        p->action[number] = *next;
        p->action[number].mask &= ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
        signals_install(p, (int)number);
    }
    pthread_mutex_unlock(&p->lock);
    signals_release(task);
    return 0;
}

int64_t call_rt_sigaction(struct task *task, const uint64_t *a)
{
    const struct call_abi *abi = task->process->abi->calls;
    uint8_t raw[LARGEST_STRUCTURE];
    struct guest_sigaction next, last;
    size_t size = abi->structures[STRUCTURE_SIGACTION].guest_size;
    if (a[3] != sizeof(uint64_t))
        return -EINVAL;
    if (a[1]) {
        if (!guest_read(raw, a[1], size))
            return -EFAULT;
        structure_from_guest(abi, STRUCTURE_SIGACTION, raw, &next);
    }
    int64_t result = change_action(task, a[0], a[1] ? &next : NULL, &last);
    if (result < 0 || !a[2])
        return result;
    structure_to_guest(abi, STRUCTURE_SIGACTION, &last, raw);
    return guest_write(a[2], raw, size) ? 0 : -EFAULT;
}

int64_t call_rt_sigprocmask(struct task *task, const uint64_t *a)
{
    uint64_t last = task->signal_mask, set;
    if (a[3] != sizeof set)
        return -EINVAL;
    if (a[1]) {
        if (!guest_read(&set, a[1], sizeof set))
            return -EFAULT;
        uint64_t next;
        switch ((int)a[0]) {
        case SIG_BLOCK: next = last | set; break;
        case SIG_UNBLOCK: next = last & ~set; break;
        case SIG_SETMASK: next = set; break;
        default: return -EINVAL;
        }
        int64_t held = signals_hold(task);
        if (held < 0)
            return held;
        signals_set_mask(task, next);
    }
    return !a[2] || guest_write(a[2], &last, sizeof last) ? 0 : -EFAULT;
}

int64_t call_rt_sigpending(struct task *task, const uint64_t *a)
{
    uint64_t pending = 0;
    if (a[1] > sizeof pending)
        return -EINVAL;
    HOST_CALL(SYS_rt_sigpending, (uint64_t)&pending, sizeof pending);
    pending |= task->pending->waiting & task->signal_mask;
    return guest_write(a[0], &pending, a[1]) ? 0 : -EFAULT;
}

int64_t call_rt_sigsuspend(struct task *task, const uint64_t *a)
{
    uint64_t mask, host_mask;
    int64_t result = read_mask(&mask, a[0], a[1]);
    if (result < 0)
        return result;
    result = signals_begin_temporary_mask(task, mask, &host_mask);
    if (!result)
        result = BLOCKING_CALL(task, SYS_rt_sigsuspend, (uint64_t)&host_mask, sizeof host_mask);
    signals_end_temporary_mask(task, result);
    return result;
}

int64_t call_rt_sigtimedwait(struct task *task, const uint64_t *a)
{
    uint64_t set;
    int64_t result = read_mask(&set, a[0], a[3]);
    if (result < 0)
        return result;
    struct pending_signal *p = task->pending;
    for (int number = 1; number < SIGNAL_COUNT; number++) {
        if (!(p->waiting & set & task->signal_mask & signal_bit(number)))
            continue;
        siginfo_t info = { 0 };
        for (int i = 0; i < SYNCHRONOUS_COUNT; i++)
            if (p->synchronous[i].si_signo == number)
                info = p->synchronous[i];
        p->waiting &= ~signal_bit(number);
        return !a[1] || guest_write(a[1], &info, sizeof info) ? number : -EFAULT;
    }
    return blocking_call(task, SYS_rt_sigtimedwait, a);
}

/* Goes on as a frame said, if there was one. */
static int64_t resume(struct task *task, bool is_frame, uint64_t mask, const stack_t *alternate)
{
    if (!is_frame) {
        siginfo_t info = { .si_signo = SIGSEGV, .si_code = SI_KERNEL };
        signals_force(task, &info);
        return CALL_SILENT;
    }
    signals_hold(task);
    task->alternate_stack = *alternate;
    signals_set_mask(task, mask);
    return CALL_SILENT;
}

int64_t call_rt_sigreturn(struct task *task, const uint64_t *a)
{
    (void)a;
    uint64_t mask = 0;
    stack_t alternate = { 0 };
    bool is_frame = task->process->abi->calls->pop_frame(task, &mask, &alternate);
    return resume(task, is_frame, mask, &alternate);
}

int64_t call_sigreturn(struct task *task, const uint64_t *a)
{
    (void)a;
    uint64_t mask = 0;
    bool is_frame = task->process->abi->calls->pop_old_frame(task, &mask);
    return resume(task, is_frame, mask, &task->alternate_stack);
}

int64_t call_sigaltstack(struct task *task, const uint64_t *a)
{
    const struct call_abi *abi = task->process->abi->calls;
    bool on_it = on_alternate_stack(task, task->thread->context.slot[abi->stack_slot]);
    stack_t next, last = task->alternate_stack;
    enum { MINIMUM = 2048 };
    last.ss_flags = last.ss_size ? (int)((unsigned)last.ss_flags & SIGNAL_STACK_AUTODISARM) | (on_it ? SS_ONSTACK : 0) : SS_DISABLE;
    if (a[0]) {
        if (!guest_read(&next, a[0], sizeof next))
            return -EFAULT;
        if (on_it)
            return -EPERM;
        int mode = (int)((unsigned)next.ss_flags & ~SIGNAL_STACK_AUTODISARM);
        if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
            return -EINVAL;
        if (mode == SS_DISABLE)
            next.ss_sp = NULL, next.ss_size = 0;
        else if (next.ss_size < MINIMUM)
            return -ENOMEM;
        task->alternate_stack = next;
    }
    return !a[1] || guest_write(a[1], &last, sizeof last) ? 0 : -EFAULT;
}

/* Only the kernel makes programs call it, after a stop: the host's does so itself. */
int64_t call_restart_syscall(struct task *task, const uint64_t *a)
{
    (void)task, (void)a;
    return -EINTR;
}

/* ---- older calls, of which sets of signals have one word -------------------------------------------------------------------------------- */

/* The action is, by now, as on the host. */
int64_t call_sigaction(struct task *task, const uint64_t *a)
{
    struct guest_sigaction next, last;
    if (a[1])
        memcpy(&next, (const void *)a[1], sizeof next);
    int64_t result = change_action(task, a[0], a[1] ? &next : NULL, &last);
    if (result >= 0 && a[2])
        memcpy((void *)a[2], &last, sizeof last);
    return result;
}

int64_t call_signal(struct task *task, const uint64_t *a)
{
    struct guest_sigaction next = { .handler = a[1], .flags = SA_RESETHAND | SA_NODEFER }, last;
    int64_t result = change_action(task, a[0], &next, &last);
    return result < 0 ? result : (int64_t)last.handler;
}

/* What is not in the set's word stays as it is. */
int64_t call_sigprocmask(struct task *task, const uint64_t *a)
{
    uint64_t set;
    if (a[1] && !guest_read(&set, a[1], sizeof set))
        return -EFAULT;
    if (a[1] && (int)a[0] == SIG_SETMASK)
        set |= task->signal_mask & ~(uint64_t)UINT32_MAX;
    return call_rt_sigprocmask(task, (const uint64_t[6]){ a[0], a[1] ? (uint64_t)&set : 0, a[2], sizeof set });
}

int64_t call_sigpending(struct task *task, const uint64_t *a)
{
    return call_rt_sigpending(task, (const uint64_t[6]){ a[0], sizeof(uint64_t) });
}

int64_t call_sigsuspend(struct task *task, const uint64_t *a)
{
    uint64_t mask = (uint32_t)a[2];
    return call_rt_sigsuspend(task, (const uint64_t[6]){ (uint64_t)&mask, sizeof mask });
}

int64_t call_sgetmask(struct task *task, const uint64_t *a)
{
    (void)a;
    return (uint32_t)task->signal_mask;
}

/* The kernel extends the word by its sign to a mask of 64 bits (kernel/signal.c, ssetmask). */
int64_t call_ssetmask(struct task *task, const uint64_t *a)
{
    uint32_t last = (uint32_t)task->signal_mask;
    int64_t held = signals_hold(task);
    if (held < 0)
        return held;
    signals_set_mask(task, a[0]);
    return last;
}
