/* What the files that handle system calls, signals and threads share. */
#ifndef FERRY_CALLS_H
#define FERRY_CALLS_H

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "linux/abi.h"
#include "linux/linux.h"

/* ---- host-x64.c: what needs to know the host's machine code ------------------------------------------------------------------ */

/* A raw system call: result or -errno. No signal is lost or found by it. */
int64_t host_call(long number, const uint64_t arguments[6]);
#define HOST_CALL(number, ...) host_call(number, (const uint64_t[6]){ __VA_ARGS__ })

/* The same for calls that may wait: with `*pending` not 0, CALL_AGAIN and no call. There is no moment between looking and waiting: a
 * signal handler that sets it, and calls host_signal_interrupts_call, is always seen. */
int64_t host_blocking_call(const _Atomic uint32_t *pending, long number, const uint64_t arguments[6]);

/* In a signal handler: makes a blocking call that has not begun return CALL_AGAIN. */
void host_interrupt_call(ucontext_t *context);

/* Copies; false if a byte could not be read or written. */
bool host_copy(void *to, const void *from, size_t size);

/* In a handler of SIGSEGV or SIGBUS: if it hit host_copy, makes that return false. */
bool host_catch_copy(ucontext_t *context);

uint64_t host_pc(const ucontext_t *context);
void host_signal_return(void); /* SA_RESTORER; never called */

/* ---- guest memory, as a kernel touches it: a bad address is an answer ------------------------------------------------------------ */

static inline bool guest_read(void *to, uint64_t address, size_t size)
{
    return host_copy(to, (const void *)address, size);
}

static inline bool guest_write(uint64_t address, const void *from, size_t size)
{
    return host_copy((void *)address, from, size);
}

/* A string of less than `size` bytes: its length, or -EFAULT, or -ENAMETOOLONG. */
int64_t guest_string(char *to, uint64_t address, size_t size);

/* A pointer in guest memory. */
bool guest_pointer(const struct call_abi *abi, uint64_t *pointer, uint64_t address);

/* ---- syscall.c ------------------------------------------------------------------------------------------------------------------- */

/* host_blocking_call that signals for this task interrupt. */
int64_t blocking_call(struct task *task, long number, const uint64_t arguments[6]);
#define BLOCKING_CALL(task, number, ...) blocking_call(task, number, (const uint64_t[6]){ __VA_ARGS__ })

/* The host path for the guest path at `address`, in `buffer` or `other` of PATH_MAX bytes; NULL: *error says why. `follow`: the call follows a
 * symbolic link at the end. */
const char *guest_path(struct task *task, int dirfd, uint64_t address, bool follow, char *buffer, char *other, int64_t *error);

/* Makes translations of code that may have been written since go away. */
void code_sync(struct process *p);

/* ---- calls-data.c ---------------------------------------------------------------------------------------------------------------- */

/* The process is about to get descriptors whose data may be structures of the kernel's. */
void expect_data_descriptors(struct process *p);

/* ---- robust.c -------------------------------------------------------------------------------------------------------------------- */

/* The thread ends: locks that it holds become such as others may take over. */
void robust_list_release(struct task *task);

/* ---- strace.c ---------------------------------------------------------------------------------------------------------------------- */

void strace_call(struct task *task, const struct system_call *call, const uint64_t *arguments);
void strace_result(struct task *task, const struct system_call *call, int64_t result);
void strace_signal(struct task *task, const siginfo_t *info);

/* One argument as text, for strace_call: `word` is of system_call.arguments. Returns its length. */
int strace_argument(struct task *task, const char *word, size_t length, const uint64_t *arguments, unsigned index, char *text, size_t size);

/* ---- signal.c ------------------------------------------------------------------------------------------------------------------------ */

enum { SIGNAL_COUNT = 65, SYNCHRONOUS_COUNT = 5 };

#define SIGNAL_STACK_AUTODISARM (1u << 31) /* the kernel's SS_AUTODISARM, which C libraries do not have */

static inline uint64_t signal_bit(int number) { return UINT64_C(1) << (number - 1); }

/* Signals that came and wait for the guest to be at an instruction. Written by the thread's own signal handler. */
struct pending_signal {
    _Atomic uint32_t deliverable; /* some signal that waits is not blocked */
    bool held;                    /* the host thread blocks all signals but the synchronous until what waits is delivered */
    _Atomic uint64_t waiting;     /* bit set of signals */
    bool has_temporary_mask;      /* of ppoll(2) and its like, */
    uint64_t temporary_mask;      /* in force until the next delivery */
    siginfo_t queued;             /* facts of the one asynchronous signal; the kernel keeps all others */
    siginfo_t synchronous[SYNCHRONOUS_COUNT]; /* facts of those that can come by kill(2) although the kernel must not block them for us */
};

/* Delivers what came. Outside guest code, context.pc valid. */
void signals_deliver(struct task *task);

/* Delivers a signal that the guest's own instruction caused; blocked or ignored, it kills. */
void signals_force(struct task *task, siginfo_t *info);

/* The host blocks everything until signals_release: for work that a signal must not come into. CALL_AGAIN if one came before. */
int64_t signals_hold(struct task *task);
void signals_release(struct task *task);

/* Gives the guest another mask; what it lets through is delivered before the guest goes on. */
void signals_set_mask(struct task *task, uint64_t mask);

/* While a host call with a mask of its own runs. begin: 0, or -EINTR if a signal that waits is let through. `host_mask` is what to hand to
 * the host. */
int64_t signals_begin_temporary_mask(struct task *task, uint64_t mask, uint64_t *host_mask);
void signals_end_temporary_mask(struct task *task, int64_t result);

/* Makes the host treat the signal as the process's action for it asks. */
void signals_install(struct process *p, int number);

/* execve(2) or execveat(2), which hands the thread's mask on: the guest's own, not the one Ferry has for itself. */
int64_t signals_execute(struct task *task, long number, const uint64_t arguments[6]);

/* The mask the host has while the guest has `mask`. */
uint64_t signals_host_mask(uint64_t mask);

bool on_alternate_stack(const struct task *task, uint64_t stack_pointer);

/* ---- thread.c ------------------------------------------------------------------------------------------------------------------------- */

/* Keeps the process's translations for later runs, before it ends or executes another program. */
void before_the_end(struct task *task);

/* A guest thread or process begins to be the calling host thread's. */
void set_current_task(struct task *task);

/* The call of that name in the guest's table, with registers as the guest would fill them for it; -ENOSYS if there is none. */
int64_t call_by_name(struct task *task, const char *name, const uint64_t *registers);

/* ---- handlers, one for each HANDLE row -------------------------------------------------------------------------------------------------- */

#define PASS(number, name, arguments)
#define PATH(number, name, arguments)
#define PATHS(number, name, arguments)
#define WAIT(number, name, arguments)
#define DATA(number, name, arguments)
#define SAME(number, name, arguments)
#define NONE(number, name, arguments)
#define AS(number, name, host_name, arguments)
#define PATH_AS(number, name, host_name, arguments)
#define WAIT_AS(number, name, host_name, arguments)
#define HANDLE(number, name, arguments) system_call_handler call_##name;
#define BY(number, name, by, arguments) system_call_handler call_##by;
#include "linux/syscalls-riscv64.inc"
#include "linux/syscalls-powerpc.inc"
#include "linux/syscalls-i386.inc"
#undef PASS
#undef DATA
#undef PATH
#undef PATHS
#undef WAIT
#undef SAME
#undef NONE
#undef AS
#undef PATH_AS
#undef WAIT_AS
#undef HANDLE
#undef BY

#endif
