#include "linux/host-stack.h"

#include <sys/mman.h>

#include "linux/calls.h"

static bool is_free(struct host_stack *s)
{
    if (s->tid > 0 && HOST_CALL(SYS_tgkill, (uint64_t)HOST_CALL(SYS_getpid, 0), (uint64_t)s->tid, 0) == -ESRCH)
        s->tid = 0;
    return s->tid == 0;
}

struct host_stack *host_stack_take(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    struct host_stack *s = p->stacks;
    while (s && !is_free(s))
        s = s->next;
    if (!s) {
        s = must_alloc(sizeof *s);
        s->memory = mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (s->memory == MAP_FAILED)
            die(126, "out of memory for the stack of a thread");
        mprotect(s->memory, PAGE_SIZE, PROT_NONE);
        s->next = p->stacks;
        p->stacks = s;
    }
    s->tid = -1;
    pthread_mutex_unlock(&p->lock);
    return s;
}

void host_stack_give(struct process *p, struct host_stack *stack, pid_t tid)
{
    pthread_mutex_lock(&p->lock);
    stack->tid = tid;
    pthread_mutex_unlock(&p->lock);
}

void host_stack_rename(struct process *p, pid_t before, pid_t after)
{
    for (struct host_stack *s = p->stacks; s; s = s->next)
        if (s->tid == before)
            s->tid = after;
}
