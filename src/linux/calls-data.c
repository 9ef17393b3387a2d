/* read(2) and write(2) of descriptors whose data are structures of the kernel's, for guests of another byte order. */
#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "linux/marshal.h"

/* What the kernel calls such files (links in /proc/PID/fd), and what they give. */
static const struct data {
    const char *file, *structure;
} all_data[] = {
    { "anon_inode:[eventfd]", "u64" },
    { "anon_inode:[timerfd]", "u64" },
    { "anon_inode:[signalfd]", "signalfd_siginfo" },
    { "anon_inode:inotify", "inotify_event" },
};

/* NULL: bytes like any. Such a file has no type, which is asked first because it costs least. */
static const struct data *data_of(uint64_t fd)
{
    struct stat status;
    char name[64], target[64];
    if (HOST_CALL(SYS_fstat, fd, (uint64_t)&status) || status.st_mode & S_IFMT)
        return NULL;
    snprintf(name, sizeof name, "/proc/self/fd/%d", (int)fd);
    int64_t length = HOST_CALL(SYS_readlinkat, (uint64_t)AT_FDCWD, (uint64_t)name, (uint64_t)target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    for (const struct data *d = all_data; d < all_data + COUNT_OF(all_data); d++)
        if (!strcmp(d->file, target))
            return d;
    return NULL;
}

/* process.data_descriptors. Most processes never have any, and their reads should cost no more than they must. */
enum { UNKNOWN, NONE, PERHAPS };

void expect_data_descriptors(struct process *p) { p->data_descriptors = PERHAPS; }

/* Those that a process has from its parent are looked for once. */
static bool may_have_data(struct process *p)
{
    if (p->data_descriptors == UNKNOWN) {
        bool found = true;
        DIR *all = opendir("/proc/self/fd");
        if (all) {
            found = false;
            for (const struct dirent *entry; !found && (entry = readdir(all));)
                found = entry->d_name[0] != '.' && data_of((uint64_t)atoi(entry->d_name));
            closedir(all);
        }
        uint8_t unknown = UNKNOWN; /* another thread may have just got one */
        atomic_compare_exchange_strong(&p->data_descriptors, &unknown, found ? PERHAPS : NONE);
    }
    return p->data_descriptors == PERHAPS;
}

/* Structures of the host's that were read to `address` become the guest's, where they lie: both have one size. */
static bool turn(const struct task *task, const char *name, uint64_t address, size_t size)
{
    const struct structure *s = structure_named(abi_of(task), name, strlen(name));
    uint8_t host[LARGEST_STRUCTURE];
    for (size_t at = 0; at + s->host_size <= size; at += s->host_size) {
        if (!guest_read(host, address + at, s->host_size) || !write_structure(task, name, address + at, host))
            return false;
        if (s->host_size == sizeof(struct inotify_event)) /* a name follows */
            at += ((const struct inotify_event *)host)->len;
    }
    return true;
}

/* The smallest that any of them gives. */
enum { SMALLEST = 8 };

int64_t call_read(struct task *task, const uint64_t *a)
{
    int64_t result = BLOCKING_CALL(task, SYS_read, a[0], a[1], a[2]);
    if (result < SMALLEST || result % SMALLEST || !abi_of(task)->big_endian || !may_have_data(task->process))
        return result;
    const struct data *data = data_of(a[0]);
    return !data || turn(task, data->structure, a[1], (size_t)result) ? result : -EFAULT;
}

int64_t call_write(struct task *task, const uint64_t *a)
{
    uint64_t value;
    if (a[2] == SMALLEST && abi_of(task)->big_endian && may_have_data(task->process) && data_of(a[0]))
        return read_structure(task, "u64", a[1], &value) ? BLOCKING_CALL(task, SYS_write, a[0], (uint64_t)&value, a[2]) : -EFAULT;
    return BLOCKING_CALL(task, SYS_write, a[0], a[1], a[2]);
}
