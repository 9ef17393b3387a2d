/* System calls about the process, the machine and time. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>

#include "linux/calls.h"

static struct utsname names(const struct task *task)
{
    struct utsname name;
    const char *release = task->process->options->uname_release;
    uname(&name);
    memset(name.machine, 0, sizeof name.machine);
    strncpy(name.machine, task->process->abi->calls->machine, sizeof name.machine - 1);
    if (release) {
        memset(name.release, 0, sizeof name.release);
        strncpy(name.release, release, sizeof name.release - 1);
    }
    return name;
}

int64_t call_uname(struct task *task, const uint64_t *a)
{
    struct utsname name = names(task);
    return guest_write(a[0], &name, sizeof name) ? 0 : -EFAULT;
}

/* Without the domain, */
int64_t call_olduname(struct task *task, const uint64_t *a)
{
    struct utsname name = names(task);
    return guest_write(a[0], &name, offsetof(struct utsname, domainname)) ? 0 : -EFAULT;
}

/* and when names were shorter. */
int64_t call_oldolduname(struct task *task, const uint64_t *a)
{
    enum { NAMES = 5, LENGTH = 8 };
    struct utsname name = names(task);
    char old[NAMES][LENGTH + 1] = { 0 };
    for (unsigned i = 0; i < NAMES; i++)
        memcpy(old[i], name.sysname + i * sizeof name.sysname, LENGTH);
    return guest_write(a[0], old, sizeof old) ? 0 : -EFAULT;
}

int64_t call_prctl(struct task *task, const uint64_t *a)
{
    (void)task;
    switch ((int)a[0]) {
    case PR_SET_MM:                    /* would describe Ferry's own memory */
    case PR_SET_SECCOMP:               /* a filter would see the host's system calls */
    case PR_SET_SYSCALL_USER_DISPATCH:
    case PR_SET_TSC:                   /* x86 */
    case PR_GET_TSC:
        return -EINVAL;
    default:
        return host_call(SYS_prctl, a);
    }
}

/* By way of the C library: its vDSO is five times as fast as a system call. */
int64_t call_clock_gettime(struct task *task, const uint64_t *a)
{
    (void)task;
    struct timespec now;
    if (clock_gettime((clockid_t)a[0], &now))
        return -errno;
    return guest_write(a[1], &now, sizeof now) ? 0 : -EFAULT;
}

int64_t call_gettimeofday(struct task *task, const uint64_t *a)
{
    (void)task;
    struct timeval now;
    if (a[1])
        return host_call(SYS_gettimeofday, a);
    gettimeofday(&now, NULL);
    return !a[0] || guest_write(a[0], &now, sizeof now) ? 0 : -EFAULT;
}

/* ---- execve -------------------------------------------------------------------------------------------------------------------------- */

/* The guest's NULL-terminated array of strings, in the arena; NULL with *error set. A NULL address is an empty array. */
static char **read_strings(const struct call_abi *abi, uint64_t address, struct arena *memory, int64_t *error)
{
    enum { MOST_STRINGS = 1 << 20, LONGEST_STRING = 32 * PAGE_SIZE }; /* the latter: the kernel's MAX_ARG_STRLEN */
    char *buffer = must_alloc(LONGEST_STRING), **strings = NULL;
    uint32_t count = 0, capacity = 0;
    uint64_t string = 0;
    *error = 0;
    for (;; count++) {
        if (count == capacity)
            strings = arena_grow(memory, strings, sizeof *strings, count, &capacity);
        strings[count] = NULL;
        if (address && !guest_pointer(abi, &string, address + count * abi->word_size))
            *error = -EFAULT;
        if (*error || !string)
            break;
        int64_t length = guest_string(buffer, string, LONGEST_STRING);
        if (length < 0 || count == MOST_STRINGS) {
            *error = length == -EFAULT ? -EFAULT : -E2BIG;
            break;
        }
        strings[count] = memcpy(arena_alloc(memory, (size_t)length + 1), buffer, (size_t)length + 1);
    }
    free(buffer);
    return *error ? NULL : strings;
}

static int64_t execute(struct task *task, int dirfd, uint64_t path, uint64_t argv, uint64_t envp, int flags)
{
    char name[PATH_MAX];
    int64_t result = guest_string(name, path, sizeof name);
    if (result < 0)
        return result;
    struct arena *memory = &task->exec_memory;
    char **arguments = read_strings(task->process->abi->calls, argv, memory, &result);
    char **environment = arguments ? read_strings(task->process->abi->calls, envp, memory, &result) : NULL;
    if (environment)
        result = linux_exec(task->process, dirfd, name, arguments, environment, flags, memory);
    arena_free(memory);
    return result;
}

int64_t call_execve(struct task *task, const uint64_t *a) { return execute(task, AT_FDCWD, a[0], a[1], a[2], 0); }
int64_t call_execveat(struct task *task, const uint64_t *a) { return execute(task, (int)a[0], a[1], a[2], a[3], (int)a[4]); }

/* ---- riscv_hwprobe -------------------------------------------------------------------------------------------------------------------- */

int64_t call_riscv_hwprobe(struct task *task, const uint64_t *a)
{
    /* Linux, Documentation/arch/riscv/hwprobe.rst */
    enum { FD = 1 << 0, C = 1 << 1, ZBA = 1 << 3, ZBB = 1 << 4, ZBS = 1 << 5, MISALIGNED_FAST = 3 };
    static const uint64_t values[] = {
        [0] = 0, [1] = 0, [2] = 0,               /* vendor, architecture, implementation: none */
        [3] = 1,                                 /* base behaviour: IMA */
        [4] = FD | C | ZBA | ZBB | ZBS,
        [5] = MISALIGNED_FAST,
    };
    (void)task;
    if (a[4])
        return -EINVAL;
    for (uint64_t i = 0; i < a[1]; i++) {
        struct { int64_t key; uint64_t value; } pair;
        if (!guest_read(&pair, a[0] + i * sizeof pair, sizeof pair))
            return -EFAULT;
        bool known = pair.key >= 0 && (uint64_t)pair.key < COUNT_OF(values);
        pair.value = known ? values[pair.key] : 0;
        pair.key = known ? pair.key : -1;
        if (!guest_write(a[0] + i * sizeof pair, &pair, sizeof pair))
            return -EFAULT;
    }
    return 0;
}
