/* Stacks of the host threads that run guest threads. They are ours, not the C library's, and used again when the kernel says that the
 * thread is gone. */
#ifndef FERRY_HOST_STACK_H
#define FERRY_HOST_STACK_H

#include "linux/linux.h"

enum { HOST_STACK = 512 * 1024 }; /* bytes, of which the lowest page is a guard */

struct host_stack {
    struct host_stack *next;
    void *memory;
    pid_t tid; /* its thread; 0: free, -1: about to be used */
};

struct host_stack *host_stack_take(struct process *p);

/* To be called by the taker: from now on it is that thread's; 0: nobody's. */
void host_stack_give(struct process *p, struct host_stack *stack, pid_t tid);

/* After fork, in the child: the thread `before` is now called `after`. */
void host_stack_rename(struct process *p, pid_t before, pid_t after);

#endif
