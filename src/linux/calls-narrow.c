/* System calls whose results may have no room in the guest's words: what the kernel then tells programs of 32 bits (fs/stat.c, fs/statfs.c,
 * kernel/sys.c, kernel/uid16.c). Structures are, by now, as on the host. */
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>

#include "linux/marshal.h"

/* ---- users and groups of 16 bits ------------------------------------------------------------------------------------------------------------ */

static int64_t id_16(long number)
{
    int64_t id = HOST_CALL(number, 0);
    return id > UINT16_MAX ? OVERFLOW_ID : id;
}

int64_t call_getuid16(struct task *task, const uint64_t *a) { return (void)task, (void)a, id_16(SYS_getuid); }
int64_t call_getgid16(struct task *task, const uint64_t *a) { return (void)task, (void)a, id_16(SYS_getgid); }
int64_t call_geteuid16(struct task *task, const uint64_t *a) { return (void)task, (void)a, id_16(SYS_geteuid); }
int64_t call_getegid16(struct task *task, const uint64_t *a) { return (void)task, (void)a, id_16(SYS_getegid); }

/* ---- files ---------------------------------------------------------------------------------------------------------------------------------- */

static int64_t stat_by_path(struct task *task, const uint64_t *a, int flags)
{
    char buffer[PATH_MAX], other[PATH_MAX];
    int64_t error;
    const char *path = guest_path(task, AT_FDCWD, a[0], !flags, buffer, other, &error);
    return path ? HOST_CALL(SYS_newfstatat, (uint64_t)AT_FDCWD, (uint64_t)path, a[1], (uint64_t)flags) : error;
}

static int64_t stat_by_descriptor(const uint64_t *a) { return HOST_CALL(SYS_fstat, a[0], a[1]); }

/* Of what stat(2) gave, inode and size at most these. */
static int64_t judge(int64_t result, const uint64_t *a, uint64_t inode, int64_t size)
{
    const struct stat *s = (const struct stat *)a[1];
    return result < 0 ? result : s->st_ino > inode || s->st_size > size || s->st_nlink > UINT16_MAX ? -EOVERFLOW : 0;
}

int64_t call_stat_narrow(struct task *task, const uint64_t *a) { return judge(stat_by_path(task, a, 0), a, UINT32_MAX, INT32_MAX); }
int64_t call_lstat_narrow(struct task *task, const uint64_t *a) { return judge(stat_by_path(task, a, AT_SYMLINK_NOFOLLOW), a, UINT32_MAX, INT32_MAX); }
int64_t call_fstat_narrow(struct task *task, const uint64_t *a) { return (void)task, judge(stat_by_descriptor(a), a, UINT32_MAX, INT32_MAX); }

/* The kernel of 64 bits just cuts their sizes. */
int64_t call_oldstat(struct task *task, const uint64_t *a) { return judge(stat_by_path(task, a, 0), a, UINT16_MAX, INT64_MAX); }
int64_t call_oldlstat(struct task *task, const uint64_t *a) { return judge(stat_by_path(task, a, AT_SYMLINK_NOFOLLOW), a, UINT16_MAX, INT64_MAX); }
int64_t call_oldfstat(struct task *task, const uint64_t *a) { return (void)task, judge(stat_by_descriptor(a), a, UINT16_MAX, INT64_MAX); }

static int64_t statfs_by_path(struct task *task, uint64_t address, uint64_t host)
{
    char buffer[PATH_MAX], other[PATH_MAX];
    int64_t error;
    const char *path = guest_path(task, AT_FDCWD, address, true, buffer, other, &error);
    return path ? HOST_CALL(SYS_statfs, (uint64_t)path, host) : error;
}

static bool is_word(uint64_t number) { return number <= UINT32_MAX; }

/* Numbers of files may be unknown: -1. */
static int64_t judge_statfs(int64_t result, const struct statfs *s)
{
    if (result < 0)
        return result;
    bool fits = is_word(s->f_blocks | s->f_bfree | s->f_bavail | (uint64_t)s->f_bsize | (uint64_t)s->f_frsize) &&
                (s->f_files == UINT64_MAX || is_word(s->f_files)) && (s->f_ffree == UINT64_MAX || is_word(s->f_ffree));
    return fits ? result : -EOVERFLOW;
}

int64_t call_statfs_narrow(struct task *task, const uint64_t *a) { return judge_statfs(statfs_by_path(task, a[0], a[1]), (const struct statfs *)a[1]); }

int64_t call_fstatfs_narrow(struct task *task, const uint64_t *a)
{
    (void)task;
    return judge_statfs(HOST_CALL(SYS_fstatfs, a[0], a[1]), (const struct statfs *)a[1]);
}

/* The second argument is the size that the program takes the structure for. */
static bool is_statfs64(const struct task *task, uint64_t size) { return size == structure_named(abi_of(task), "statfs64", 8)->guest_size; }

int64_t call_statfs64(struct task *task, const uint64_t *a) { return is_statfs64(task, a[1]) ? statfs_by_path(task, a[0], a[2]) : -EINVAL; }
int64_t call_fstatfs64(struct task *task, const uint64_t *a) { return is_statfs64(task, a[1]) ? HOST_CALL(SYS_fstatfs, a[0], a[2]) : -EINVAL; }

/* ---- limits --------------------------------------------------------------------------------------------------------------------------------- */

static int64_t limits(const uint64_t *a, uint64_t largest)
{
    struct rlimit *limit = (struct rlimit *)a[1];
    int64_t result = HOST_CALL(SYS_getrlimit, a[0], a[1]);
    if (result < 0 || !limit)
        return result;
    limit->rlim_cur = limit->rlim_cur > largest ? largest : limit->rlim_cur;
    limit->rlim_max = limit->rlim_max > largest ? largest : limit->rlim_max;
    return 0;
}

int64_t call_ugetrlimit(struct task *task, const uint64_t *a) { return (void)task, limits(a, UINT32_MAX); }
int64_t call_old_getrlimit(struct task *task, const uint64_t *a) { return (void)task, limits(a, INT32_MAX); }

int64_t call_setrlimit_narrow(struct task *task, const uint64_t *a)
{
    (void)task;
    struct rlimit *limit = (struct rlimit *)a[1];
    if (!limit)
        return -EFAULT;
    limit->rlim_cur = limit->rlim_cur == UINT32_MAX ? RLIM_INFINITY : limit->rlim_cur;
    limit->rlim_max = limit->rlim_max == UINT32_MAX ? RLIM_INFINITY : limit->rlim_max;
    return HOST_CALL(SYS_setrlimit, a[0], a[1]);
}

/* In larger units, if there is more memory than words can tell of. */
int64_t call_sysinfo_narrow(struct task *task, const uint64_t *a)
{
    (void)task;
    struct sysinfo *s = (struct sysinfo *)a[0];
    int64_t result = HOST_CALL(SYS_sysinfo, a[0]);
    if (result < 0 || (s->totalram <= UINT32_MAX && s->totalswap <= UINT32_MAX))
        return result;
    unsigned shift = 0;
    for (; s->mem_unit < PAGE_SIZE; shift++)
        s->mem_unit *= 2;
    unsigned long *const sizes[] = { &s->totalram, &s->freeram, &s->sharedram, &s->bufferram, &s->totalswap, &s->freeswap, &s->totalhigh, &s->freehigh };
    for (unsigned i = 0; i < COUNT_OF(sizes); i++)
        *sizes[i] >>= shift;
    return 0;
}

/* ---- processors ----------------------------------------------------------------------------------------------------------------------------- */

/* A set of them in words of 32 bits, of which the host's kernel takes pairs only. */
int64_t call_sched_getaffinity_narrow(struct task *task, const uint64_t *a)
{
    uint64_t set[128] = { 0 }, size = a[1] < sizeof set ? a[1] : sizeof set;
    if (size % sizeof(uint32_t))
        return -EINVAL;
    int64_t result = HOST_CALL(SYS_sched_getaffinity, a[0], align_up(size, sizeof set[0]), (uint64_t)set);
    if (result < 0)
        return result;
    result = (uint64_t)result < size ? result : (int64_t)size;
    for (int64_t at = 0; at < result; at += sizeof(uint32_t))
        if (!write_structure(task, "word", a[2] + (uint64_t)at, (const uint8_t *)set + at))
            return -EFAULT;
    return result;
}
