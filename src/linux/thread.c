/* Threads and processes of the guest: clone in its three shapes, and exit.
 *
 * A guest thread is a host thread, made by the C library (Ferry itself needs thread-local storage) on a stack of ours, so that the
 * kernel's clear_child_tid and robust list can be the guest's. A fork is a fork. A vfork, or any other child that shares memory without
 * being a thread, runs on a stack of its own while its parent's host thread waits in the kernel. */
#include <fenv.h>
#include <linux/sched.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "linux/calls.h"
#include "linux/keep.h"
#include "linux/marshal.h"
#include "linux/host-stack.h"


struct task *task_new(struct process *p, struct thread *t)
{
    struct task *task = must_zalloc(sizeof *task);
    task->process = p;
    task->thread = t;
    task->tid = (pid_t)HOST_CALL(SYS_gettid, 0);
    task->alternate_stack.ss_flags = SS_DISABLE;
    task->pending = must_zalloc(sizeof *task->pending);
    if (t)
        t->environment = task;
    return task;
}

void task_free(struct task *task)
{
    free(task->host_stack);
    free(task->pending);
    arena_free(&task->exec_memory);
    free(task);
}

static void set_thread_storage(const struct call_abi *abi, struct context *c, uint64_t tls)
{
    if (abi->set_thread)
        abi->set_thread(c, tls);
    else
        c->slot[abi->thread_slot] = tls;
}

/* A thread in the state of `task`'s, about to return from the system call as a child does. */
static struct task *child_task(const struct task *task, struct process *p, const struct clone_args *args)
{
    const struct call_abi *abi = p->abi->calls;
    const struct context *from = &task->thread->context;
    struct thread *t = engine_thread_new(p->engine, NULL);
    struct task *child = task_new(p, t);
    memcpy(t->context.slot, from->slot, sizeof from->slot);
    t->context.pc = from->pc;
    t->context.mode = from->mode;
    t->context.slot[abi->result_slot] = 0;
    if (abi->tell_failure)
        abi->tell_failure(&t->context, false);
    if (args->stack)
        t->context.slot[abi->stack_slot] = args->stack + args->stack_size;
    if (args->flags & CLONE_SETTLS)
        set_thread_storage(abi, &t->context, args->tls);
    child->signal_mask = task->signal_mask;
    return child;
}

static void write_tid(const struct process *p, uint64_t address, pid_t tid)
{
    uint32_t word = p->abi->calls->big_endian ? __builtin_bswap32((uint32_t)tid) : (uint32_t)tid;
    guest_write(address, &word, sizeof word);
}

/* ---- threads ------------------------------------------------------------------------------------------------------------------- */

struct start {
    struct task *child;
    const struct clone_args *args;
    fenv_t floating_point;
    sem_t running;
    pid_t tid;
};

static void end_thread(struct task *task)
{
    stack_t none = { .ss_flags = SS_DISABLE };
    signals_hold(task);
    sigaltstack(&none, NULL);
    set_current_task(NULL);
    engine_thread_free(task->thread);
    task_free(task);
}

static void *run_thread(void *argument)
{
    struct start *start = argument;
    struct task *child = start->child;
    const struct clone_args *args = start->args;
    uint64_t mask = child->signal_mask;
    child->tid = (pid_t)HOST_CALL(SYS_gettid, 0);
    signals_thread_init(child);
    child->signal_mask = mask;
    signals_hold(child); /* pthread_create lets signal 32 through, whatever its caller blocks */
    HOST_CALL(SYS_set_tid_address, args->flags & CLONE_CHILD_CLEARTID ? args->child_tid : 0);
    uint64_t not_shared = ~args->flags & (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    if (not_shared)
        HOST_CALL(SYS_unshare, not_shared);
    if (args->flags & CLONE_PARENT_SETTID)
        write_tid(child->process, args->parent_tid, child->tid);
    if (args->flags & CLONE_CHILD_SETTID)
        write_tid(child->process, args->child_tid, child->tid);
    fesetenv(&start->floating_point);
    start->tid = child->tid;
    sem_post(&start->running); /* `start` is gone now */
    signals_release(child);
    engine_run(child->thread);
    end_thread(child);
    return NULL;
}

static int64_t new_thread(struct task *task, const struct clone_args *args)
{
    struct start start = { .args = args };
    pthread_t thread;
    pthread_attr_t attributes;
    int64_t held = signals_hold(task);
    if (held < 0)
        return held;
    fegetenv(&start.floating_point);
    start.child = child_task(task, task->process, args);
    fesetenv(&start.floating_point);
    sem_init(&start.running, 0, 0);
    struct host_stack *stack = host_stack_take(task->process);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstack(&attributes, stack->memory, HOST_STACK);
    int64_t result = -pthread_create(&thread, &attributes, run_thread, &start);
    pthread_attr_destroy(&attributes);
    if (result) {
        engine_thread_free(start.child->thread);
        task_free(start.child);
        host_stack_give(task->process, stack, 0);
    } else {
        while (sem_wait(&start.running))
            ;
        result = start.tid;
        host_stack_give(task->process, stack, start.tid);
    }
    sem_destroy(&start.running);
    signals_release(task);
    return result;
}

/* ---- forks ---------------------------------------------------------------------------------------------------------------------- */

static void clear_handlers(struct process *p)
{
    for (int number = 1; number < SIGNAL_COUNT; number++) {
        if (p->action[number].handler > (uint64_t)SIG_IGN) {
            p->action[number] = (struct guest_sigaction){ 0 };
            signals_install(p, number);
        }
    }
}

/* What a new process does first, on its only thread. */
static void begin_child(struct task *task, const struct clone_args *args)
{
    task->tid = (pid_t)HOST_CALL(SYS_gettid, 0);
    task->robust_list = 0;
    HOST_CALL(SYS_set_tid_address, args->flags & CLONE_CHILD_CLEARTID ? args->child_tid : 0);
    if (args->flags & CLONE_CHILD_SETTID)
        write_tid(task->process, args->child_tid, task->tid);
    if (args->flags & CLONE_CLEAR_SIGHAND)
        clear_handlers(task->process);
}

/* The host's own fork keeps the C library whole in the child; it is for what programs do every day. The rest goes to the kernel. */
static int64_t host_fork(const struct clone_args *args)
{
    const uint64_t ours = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | CLONE_SETTLS | CLONE_CLEAR_SIGHAND;
    if (!(args->flags & ~ours) && args->exit_signal == SIGCHLD && !args->set_tid_size) {
        pid_t pid = fork();
        return pid < 0 ? -errno : pid;
    }
    struct clone_args host = *args;
    host.flags &= ~ours;
    host.stack = host.stack_size = host.tls = 0;
    return HOST_CALL(SYS_clone3, (uint64_t)&host, sizeof host);
}

static int64_t new_process(struct task *task, const struct clone_args *args)
{
    struct process *p = task->process;
    const struct call_abi *abi = p->abi->calls;
    pid_t before = task->tid;
    int64_t held = signals_hold(task);
    if (held < 0)
        return held;
    if (p->options->strace)
        fflush(p->options->strace_file);
    pthread_mutex_lock(&p->lock);
    engine_fork_prepare(p->engine);
    mm_fork_prepare(p->mm);
    int64_t pid = host_fork(args);
    mm_fork_done(p->mm);
    if (pid) {
        engine_fork_parent(p->engine);
        pthread_mutex_unlock(&p->lock);
        if (pid > 0 && (args->flags & CLONE_PARENT_SETTID))
            write_tid(p, args->parent_tid, (pid_t)pid);
    } else {
        struct context *c = &task->thread->context;
        engine_fork_child(p->engine, task->thread);
        pthread_mutex_unlock(&p->lock);
        p->keep_file = NULL; /* the parent's business */
        begin_child(task, args);
        host_stack_rename(p, before, task->tid);
        if (args->stack)
            c->slot[abi->stack_slot] = args->stack + args->stack_size;
        if (args->flags & CLONE_SETTLS)
            set_thread_storage(abi, c, args->tls);
    }
    signals_release(task);
    return pid;
}

/* ---- a child in the same memory -------------------------------------------------------------------------------------------------- */

struct vfork_start {
    struct task *child;
    const struct clone_args *args;
};

static int run_vfork_child(void *argument)
{
    struct vfork_start *start = argument;
    struct task *child = start->child;
    uint64_t mask = child->signal_mask;
    signals_thread_init(child); /* the parent shares our thread-local storage, and waits */
    child->signal_mask = mask;
    begin_child(child, start->args);
    if (start->args->flags & CLONE_PARENT_SETTID)
        write_tid(child->process, start->args->parent_tid, child->tid);
    signals_release(child);
    engine_run(child->thread);
    return 0;
}

static int64_t new_process_in_same_memory(struct task *task, const struct clone_args *args)
{
    const uint64_t ours = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | CLONE_SETTLS | CLONE_CLEAR_SIGHAND |
                          CLONE_SIGHAND;
    struct process *p = task->process, *copy;
    fenv_t floating_point;
    if (args->set_tid_size || (args->flags & CLONE_INTO_CGROUP))
        return -EINVAL;
    int64_t held = signals_hold(task);
    if (held < 0)
        return held;
    copy = must_alloc(sizeof *copy);
    pthread_mutex_lock(&p->lock);
    *copy = *p;
    pthread_mutex_unlock(&p->lock);
    pthread_mutex_init(&copy->lock, NULL);
    copy->stacks = NULL;
    copy->keep_file = NULL;
    fegetenv(&floating_point);
    struct vfork_start start = { child_task(task, copy, args), args };
    fesetenv(&floating_point);
    struct host_stack *stack = host_stack_take(p);
    int flags = (int)((args->flags & ~ours) | CLONE_VFORK | args->exit_signal);
    pid_t pid = clone(run_vfork_child, (char *)stack->memory + HOST_STACK, flags, &start, (void *)args->pidfd, NULL, NULL);
    int64_t result = pid < 0 ? -errno : pid;
    set_current_task(task);
    host_stack_give(p, stack, 0);
    engine_thread_free(start.child->thread);
    task_free(start.child);
    free(copy);
    signals_release(task);
    return result;
}

/* ---- the system calls ------------------------------------------------------------------------------------------------------------ */

static int64_t clone_by(struct task *task, const struct clone_args *args)
{
    uint64_t flags = args->flags;
    if (((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND)) || ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM)))
        return -EINVAL;
    if (flags & CLONE_THREAD)
        return new_thread(task, args);
    if (flags & CLONE_FILES)
        expect_data_descriptors(task->process);
    return flags & CLONE_VM ? new_process_in_same_memory(task, args) : new_process(task, args);
}

/* The kernel's CONFIG_CLONE_BACKWARDS order: flags, stack, parent_tid, tls, child_tid. */
int64_t call_clone(struct task *task, const uint64_t *a)
{
    struct clone_args args = {
        .flags = (uint32_t)a[0] & ~(uint64_t)CSIGNAL,
        .exit_signal = a[0] & CSIGNAL,
        .stack = a[1],
        .pidfd = a[2],
        .parent_tid = a[2],
        .tls = a[3],
        .child_tid = a[4],
    };
    return clone_by(task, &args);
}

int64_t call_clone3(struct task *task, const uint64_t *a)
{
    struct clone_args args = { 0 };
    if (a[1] < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    if (a[1] > PAGE_SIZE)
        return -E2BIG;
    if (!guest_read(&args, a[0], a[1] < sizeof args ? a[1] : sizeof args))
        return -EFAULT;
    for (uint64_t i = sizeof args; i < a[1]; i++) {
        uint8_t beyond;
        if (!guest_read(&beyond, a[0] + i, 1))
            return -EFAULT;
        if (beyond)
            return -E2BIG;
    }
    if (abi_of(task)->converts) {
        const struct clone_args as_read = args;
        convert_from_guest(abi_of(task), structure_named(abi_of(task), "clone_args", strlen("clone_args")), &as_read, &args);
    }
    bool has_stack = args.stack, has_size = args.stack_size;
    if ((args.flags & CSIGNAL) || (args.exit_signal & ~(uint64_t)CSIGNAL) || has_stack != has_size)
        return -EINVAL;
    if ((args.flags & (CLONE_THREAD | CLONE_PARENT)) && args.exit_signal)
        return -EINVAL;
    return clone_by(task, &args);
}

/* A process's first thread leaves without a trace in C: the kernel keeps its exit status for the process. */
int64_t call_exit(struct task *task, const uint64_t *a)
{
    robust_list_release(task);
    if (task->tid == (pid_t)HOST_CALL(SYS_getpid, 0)) {
        fflush(NULL);
        HOST_CALL(SYS_exit, a[0]);
    }
    task->exiting = true;
    task->thread->stop = true;
    return CALL_SILENT;
}

/* What was done, for the user, and what was made, for the next run of the program. */
void before_the_end(struct task *task)
{
    const struct engine_config *config = task->process->options->engine;
    if (config->stats)
        engine_print_stats(task->process->engine, config->log_file ? config->log_file : stderr);
    if (task->process->keep_file && engine_keep(task->thread))
        keep_tidy(task->process->keep_file);
}

int64_t call_exit_group(struct task *task, const uint64_t *a)
{
    robust_list_release(task);
    fflush(NULL);
    before_the_end(task);
    return HOST_CALL(SYS_exit_group, a[0]);
}

int64_t call_set_tid_address(struct task *task, const uint64_t *a)
{
    (void)task;
    return host_call(SYS_set_tid_address, a);
}
