/* System calls about files: those whose structures differ, and those that must see /proc the guest's way. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "linux/calls.h"

static int64_t give_stat(struct task *task, uint64_t address, const struct stat *host)
{
    const struct call_abi *abi = task->process->abi->calls;
    uint8_t raw[LARGEST_STRUCTURE];
    structure_to_guest(abi, STRUCTURE_STAT, host, raw);
    return guest_write(address, raw, abi->structures[STRUCTURE_STAT].guest_size) ? 0 : -EFAULT;
}

int64_t call_fstat(struct task *task, const uint64_t *a)
{
    struct stat host;
    int64_t result = HOST_CALL(SYS_fstat, a[0], (uint64_t)&host);
    return result < 0 ? result : give_stat(task, a[1], &host);
}

int64_t call_newfstatat(struct task *task, const uint64_t *a)
{
    char buffer[PATH_MAX], other[PATH_MAX];
    struct stat host;
    int64_t result;
    const char *path = guest_path(task, (int)a[0], a[1], !(a[3] & AT_SYMLINK_NOFOLLOW), buffer, other, &result);
    if (!path)
        return result;
    result = HOST_CALL(SYS_newfstatat, a[0], (uint64_t)path, (uint64_t)&host, a[3]);
    return result < 0 ? result : give_stat(task, a[2], &host);
}

int64_t call_statx(struct task *task, const uint64_t *a)
{
    char buffer[PATH_MAX], other[PATH_MAX];
    int64_t result;
    if (!a[1])
        return host_call(SYS_statx, a);
    const char *path = guest_path(task, (int)a[0], a[1], !(a[2] & AT_SYMLINK_NOFOLLOW), buffer, other, &result);
    return path ? HOST_CALL(SYS_statx, a[0], (uint64_t)path, a[2], a[3], a[4]) : result;
}

static int64_t open_file(struct task *task, const uint64_t *a, int flags, long number, uint64_t third, uint64_t fourth)
{
    char buffer[PATH_MAX], other[PATH_MAX];
    int64_t result;
    const char *path = guest_path(task, (int)a[0], a[1], !(flags & O_NOFOLLOW), buffer, other, &result);
    if (!path)
        return result;
    int fd = proc_open(task->process, (int)a[0], path, flags);
    return fd != INT_MIN ? fd : BLOCKING_CALL(task, number, a[0], (uint64_t)path, third, fourth);
}

int64_t call_openat(struct task *task, const uint64_t *a)
{
    return open_file(task, a, (int)a[2], SYS_openat, a[2], a[3]);
}

int64_t call_openat2(struct task *task, const uint64_t *a)
{
    uint64_t flags; /* the first word of struct open_how */
    if (!guest_read(&flags, a[2], sizeof flags))
        return -EFAULT;
    return open_file(task, a, (int)flags, SYS_openat2, a[2], a[3]);
}

int64_t call_readlinkat(struct task *task, const uint64_t *a)
{
    char buffer[PATH_MAX], other[PATH_MAX];
    int64_t result;
    const char *path = guest_path(task, (int)a[0], a[1], false, buffer, other, &result);
    if (!path)
        return result;
    if (!proc_exe_link(task->process, (int)a[0], path))
        return HOST_CALL(SYS_readlinkat, a[0], (uint64_t)path, a[2], a[3]);
    const char *target = task->process->exe_guest;
    int size = (int)a[3];
    if (size <= 0)
        return -EINVAL;
    size_t length = strnlen(target, (size_t)size);
    return guest_write(a[2], target, length) ? (int64_t)length : -EFAULT;
}

/* ---- waiting for many: masks and events ----------------------------------------------------------------------------------------- */

/* A call whose argument number `mask_index` is the address of a signal mask, handed on with our copy of it. */
static int64_t wait_with_mask(struct task *task, long number, const uint64_t *a, unsigned mask_index, uint64_t mask_size)
{
    uint64_t changed[6], mask, host_mask;
    if (!a[mask_index])
        return blocking_call(task, number, a);
    if (mask_size != sizeof mask)
        return -EINVAL;
    if (!guest_read(&mask, a[mask_index], sizeof mask))
        return -EFAULT;
    memcpy(changed, a, sizeof changed);
    changed[mask_index] = (uint64_t)&host_mask;
    int64_t result = signals_begin_temporary_mask(task, mask, &host_mask);
    if (!result)
        result = blocking_call(task, number, changed);
    signals_end_temporary_mask(task, result);
    return result;
}

int64_t call_ppoll(struct task *task, const uint64_t *a) { return wait_with_mask(task, SYS_ppoll, a, 3, a[4]); }

/* The last argument is the address of a pair: address and size of the mask. */
static int64_t wait_with_mask_pair(struct task *task, long number, const uint64_t *a)
{
    uint64_t pair[2], mask, host_mask;
    if (!a[5])
        return blocking_call(task, number, a);
    if (!guest_read(pair, a[5], sizeof pair))
        return -EFAULT;
    uint64_t changed[6] = { a[0], a[1], a[2], a[3], a[4], 0 };
    if (!pair[0])
        return blocking_call(task, number, changed);
    if (pair[1] != sizeof mask)
        return -EINVAL;
    if (!guest_read(&mask, pair[0], sizeof mask))
        return -EFAULT;
    uint64_t host_pair[2] = { (uint64_t)&host_mask, sizeof host_mask };
    changed[5] = (uint64_t)host_pair;
    int64_t result = signals_begin_temporary_mask(task, mask, &host_mask);
    if (!result)
        result = blocking_call(task, number, changed);
    signals_end_temporary_mask(task, result);
    return result;
}

int64_t call_pselect6(struct task *task, const uint64_t *a) { return wait_with_mask_pair(task, SYS_pselect6, a); }
int64_t call_io_pgetevents(struct task *task, const uint64_t *a) { return wait_with_mask_pair(task, SYS_io_pgetevents, a); }

int64_t call_epoll_ctl(struct task *task, const uint64_t *a)
{
    const struct call_abi *abi = task->process->abi->calls;
    uint8_t raw[LARGEST_STRUCTURE];
    struct epoll_event event = { 0 };
    if ((int)a[1] != EPOLL_CTL_DEL) {
        if (!guest_read(raw, a[3], abi->structures[STRUCTURE_EPOLL_EVENT].guest_size))
            return -EFAULT;
        structure_from_guest(abi, STRUCTURE_EPOLL_EVENT, raw, &event);
    }
    return HOST_CALL(SYS_epoll_ctl, a[0], a[1], a[2], (uint64_t)&event);
}

static int64_t epoll_wait_for(struct task *task, long number, const uint64_t *a)
{
    enum { MOST_EVENTS = 4096 }; /* at once; the kernel may always give fewer than asked for */
    const struct call_abi *abi = task->process->abi->calls;
    size_t size = abi->structures[STRUCTURE_EPOLL_EVENT].guest_size;
    int wanted = (int)a[2];
    if (wanted <= 0)
        return -EINVAL;
    if (wanted > MOST_EVENTS)
        wanted = MOST_EVENTS;
    struct epoll_event few[64], *events = wanted <= (int)COUNT_OF(few) ? few : must_alloc((size_t)wanted * sizeof *events);
    uint64_t changed[6] = { a[0], (uint64_t)events, (uint64_t)wanted, a[3], a[4], a[5] };
    int64_t result = wait_with_mask(task, number, changed, 4, a[5]);
    for (int64_t i = 0; i < result; i++) {
        uint8_t raw[LARGEST_STRUCTURE];
        structure_to_guest(abi, STRUCTURE_EPOLL_EVENT, &events[i], raw);
        if (!guest_write(a[1] + (uint64_t)i * size, raw, size))
            result = i ? i : -EFAULT;
    }
    if (events != few)
        free(events);
    return result;
}

int64_t call_epoll_pwait(struct task *task, const uint64_t *a) { return epoll_wait_for(task, SYS_epoll_pwait, a); }
int64_t call_epoll_pwait2(struct task *task, const uint64_t *a) { return epoll_wait_for(task, 441, a); }
