/* System calls that younger ABIs have no more: special cases of others. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "linux/calls.h"

int64_t call_open(struct task *task, const uint64_t *a) { return call_openat(task, (const uint64_t[6]){ (uint64_t)AT_FDCWD, a[0], a[1], a[2] }); }

int64_t call_creat(struct task *task, const uint64_t *a)
{
    return call_openat(task, (const uint64_t[6]){ (uint64_t)AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1] });
}

int64_t call_readlink(struct task *task, const uint64_t *a)
{
    return call_readlinkat(task, (const uint64_t[6]){ (uint64_t)AT_FDCWD, a[0], a[1], a[2] });
}

int64_t call_fork(struct task *task, const uint64_t *a)
{
    (void)a;
    return call_clone(task, (const uint64_t[6]){ SIGCHLD });
}

int64_t call_vfork(struct task *task, const uint64_t *a)
{
    (void)a;
    return call_clone(task, (const uint64_t[6]){ CLONE_VM | CLONE_VFORK | SIGCHLD });
}

/* The offset in pages. */
int64_t call_mmap2(struct task *task, const uint64_t *a)
{
    return call_mmap(task, (const uint64_t[6]){ a[0], a[1], a[2], a[3], a[4], a[5] * PAGE_SIZE });
}

/* The time is, by now, as on the host. One that cannot be is not told of (kernel/time/time.c, stime). */
int64_t call_stime(struct task *task, const uint64_t *a)
{
    struct timespec time = { 0 };
    (void)task;
    if (!a[0])
        return -EFAULT;
    time.tv_sec = *(const int64_t *)a[0];
    int64_t result = HOST_CALL(SYS_clock_settime, CLOCK_REALTIME, (uint64_t)&time);
    return result == -EINVAL ? 0 : result;
}

/* From the priority as getpriority(2) gives it, 1 to 40, to another; beyond the ends means the end. */
int64_t call_nice(struct task *task, const uint64_t *a)
{
    enum { MIDDLE = 20, LOWEST = 19 };
    (void)task;
    int64_t priority = MIDDLE - HOST_CALL(SYS_getpriority, PRIO_PROCESS, 0) + (int64_t)a[0];
    priority = priority < -MIDDLE ? -MIDDLE : priority > LOWEST ? LOWEST : priority;
    int64_t result = HOST_CALL(SYS_setpriority, PRIO_PROCESS, 0, (uint64_t)priority);
    return result == -EACCES ? -EPERM : result;
}

/* posix_fadvise(3) and sync_file_range(2) with the word among the offsets moved, so that these need no padding. */
int64_t call_advise(struct task *task, const uint64_t *a)
{
    (void)task;
    return HOST_CALL(SYS_fadvise64, a[0], a[2], a[3], a[1]);
}

int64_t call_sync_range(struct task *task, const uint64_t *a)
{
    return BLOCKING_CALL(task, SYS_sync_file_range, a[0], a[2], a[3], a[1]);
}
