/* System calls of 32 bits that younger programs do not make (IA-32), and what the kernel says where a word has no room for the answer. Elsewhere
 * their numbers are others. */
#include <stdio.h>

#ifdef __i386__
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/old-calls-XXXXXX";

static long tell(const char *name, long result)
{
    printf("%s: %ld %s\n", name, result, result == -1 ? strerrorname_np(errno) : "");
    return result;
}
#define CALL(...) tell(#__VA_ARGS__, syscall(__VA_ARGS__))

static char *file(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* ---- files ---------------------------------------------------------------------------------------------------------------------------------- */

struct old_stat {
    uint16_t dev, ino, mode, nlink, uid, gid, rdev;
    uint32_t size, atime, mtime, ctime;
};

struct plain_stat {
    uint32_t dev, ino;
    uint16_t mode, nlink, uid, gid;
    uint32_t rdev, size, blksize, blocks, times[6], unused[2];
};

static void compare(const char *name, long result, const struct old_stat *old, const struct stat *new)
{
    printf("%s: %ld", name, result);
    if (result < 0)
        printf(" %s", strerrorname_np(errno));
    else
        printf(" inode %d mode %o links %d uid %d gid %d rdev %x size %u mtime %d", old->ino == new->st_ino, old->mode, old->nlink, old->uid, old->gid,
               old->rdev, old->size, old->mtime == (uint32_t)new->st_mtime);
    puts("");
}

static void stats(void)
{
    struct old_stat old;
    struct plain_stat plain;
    struct stat new;
    int fd = open64(file("file"), O_RDWR | O_CREAT, 0640);
    write(fd, "12345", 5);
    fchown(fd, 70000, 1234);
    fstat(fd, &new);
    compare("oldstat of a file", syscall(SYS_oldstat, file("file"), &old), &old, &new);
    compare("oldfstat", syscall(SYS_oldfstat, fd, &old), &old, &new);
    stat("/dev/null", &new);
    compare("oldstat of a device", syscall(SYS_oldstat, "/dev/null", &old), &old, &new);
    symlink("file", file("link"));
    tell("oldlstat", syscall(SYS_oldlstat, file("link"), &old) < 0 ? errno : (old.mode & S_IFMT) == S_IFLNK);
    CALL(SYS_oldstat, "/nowhere", &old);
    CALL(SYS_oldstat, "/proc", NULL);
    CALL(SYS_oldfstat, 99, &old);
    CALL(SYS_fstat, fd, &plain);
    printf("uid %d gid %d size %u\n", plain.uid, plain.gid, plain.size);
    CALL(SYS_ftruncate64, fd, 0, 1); /* 4 GiB */
    CALL(SYS_fstat, fd, &plain);
    CALL(SYS_stat, file("file"), &plain);
    CALL(SYS_lstat, file("file"), &plain);
    CALL(SYS_lstat, file("link"), &plain);
    CALL(SYS_ftruncate, fd, 0x7fffffff);
    CALL(SYS_fstat, fd, &plain);
    CALL(SYS_truncate64, file("file"), 7, 0);
    CALL(SYS_stat, file("file"), &plain);
    printf("size %u\n", plain.size);
    CALL(SYS_chown, file("file"), 500, -1);
    CALL(SYS_stat, file("file"), &plain);
    printf("uid %d gid %d\n", plain.uid, plain.gid);
    close(fd);
}

static void positions(void)
{
    int fd = open64(file("positions"), O_RDWR | O_CREAT, 0600);
    char text[8] = { 0 };
    CALL(SYS_pwrite64, fd, "abcd", 4, 0x10, 1);
    CALL(SYS_pread64, fd, text, 8, 0x12, 1);
    printf("%s\n", text);
    CALL(SYS_fadvise64, fd, 0x1000, 1, 0x1000, 4);
    CALL(SYS_fadvise64_64, fd, 0x1000, 1, 0, 1, 4);
    CALL(SYS_fadvise64, fd, 0, 0, 0, 9);
    CALL(SYS_sync_file_range, fd, 0, 1, 0x1000, 0, 2);
    CALL(SYS_sync_file_range, fd, 0, 0, 0, 0x80000000, 2);
    CALL(SYS_sync_file_range, fd, 0, 0, 0, 0, 0x10);
    CALL(SYS_readahead, fd, 0, 0, 4096);
    CALL(SYS_lseek, fd, -1, SEEK_SET);
    int64_t position;
    CALL(SYS__llseek, fd, 1, 5, &position, SEEK_SET);
    printf("%llx\n", (long long)position);

    struct flock lock = { .l_type = F_WRLCK, .l_start = 100, .l_len = 10 };
    struct flock64 far = { .l_type = F_WRLCK, .l_start = 0x100000000, .l_len = 10 };
    CALL(SYS_fcntl, fd, F_SETLK, &lock);
    CALL(SYS_fcntl64, fd, 13 /* F_SETLK64 */, &far);
    fflush(stdout);
    if (!fork()) {
        struct flock query = { .l_type = F_RDLCK };
        CALL(SYS_fcntl, fd, F_GETLK, &query);
        printf("type %d start %ld length %ld\n", query.l_type, query.l_start, query.l_len);
        query = (struct flock){ .l_type = F_RDLCK, .l_start = 200 };
        CALL(SYS_fcntl64, fd, F_GETLK, &query);
        struct flock64 wide = { .l_type = F_RDLCK, .l_start = 200 };
        CALL(SYS_fcntl64, fd, 12 /* F_GETLK64 */, &wide);
        printf("type %d start %llx length %lld\n", wide.l_type, (long long)wide.l_start, (long long)wide.l_len);
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    close(fd);
}

static void file_systems(void)
{
    struct { uint32_t words[21]; } wide;
    struct { uint32_t words[16]; } plain;
    struct { int32_t free; uint32_t inodes; char names[12]; } old;
    struct stat root;
    memset(&wide, 0, sizeof wide), memset(&plain, 0, sizeof plain);
    CALL(SYS_statfs64, "/proc", 84, &wide);
    CALL(SYS_statfs, "/proc", &plain);
    printf("%x %x, %d %d\n", wide.words[0], plain.words[0], wide.words[14], plain.words[9]);
    CALL(SYS_statfs64, "/proc", 88, &wide);
    int fd = open("/proc", O_RDONLY);
    CALL(SYS_fstatfs64, fd, 84, &wide);
    CALL(SYS_fstatfs64, fd, 16, &wide);
    CALL(SYS_fstatfs64, 99, 84, &wide);
    CALL(SYS_statfs64, "/nowhere", 84, &wide);
    stat("/proc", &root);
    memset(&old, 0xff, sizeof old);
    CALL(SYS_ustat, (uint32_t)root.st_dev, &old);
    printf("%d, named %d\n", old.free, old.names[0]);
    CALL(SYS_ustat, 0xdead, &old);
    CALL(SYS_sysfs, 3);
    CALL(SYS_sysfs, 1, "proc") >= 0;
    CALL(SYS_sysfs, 7);
}

/* Sizes that need more than a word of blocks; for those who may mount. */
static void large_file_system(void)
{
    uint32_t words[21];
    fflush(stdout);
    if (!fork()) {
        mkdir(file("large"), 0700);
        tell("mounted", unshare(CLONE_NEWNS) || mount(NULL, "/proc/self/root", NULL, MS_REC | MS_PRIVATE, NULL) || mount("none", file("large"), "tmpfs", 0, "size=64T"));
        CALL(SYS_statfs, file("large"), words);
        int fd = open(file("large"), O_RDONLY);
        CALL(SYS_fstatfs, fd, words);
        CALL(SYS_fstatfs64, fd, 84, words);
        printf("%x %x\n", words[2], words[3]);
        _exit(0);
    }
    wait(NULL);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void directory(void)
{
    struct { uint32_t inode, offset; uint16_t length; char name[256]; } entry;
    char *names[40], path[64];
    unsigned count = 0, right = 0;
    mkdir(file("directory"), 0700);
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "directory/%0*d", 1 + i * 2, i);
        close(open(file(path), O_CREAT | O_WRONLY, 0600));
    }
    int fd = open(file("directory"), O_RDONLY);
    while (syscall(SYS_readdir, fd, &entry, 1) == 1 && count < 40) {
        struct stat status;
        fstatat(fd, entry.name, &status, 0);
        right += entry.length == strlen(entry.name) && (entry.inode == status.st_ino || !strcmp(entry.name, ".."));
        names[count++] = strdup(entry.name);
    }
    qsort(names, count, sizeof names[0], by_name);
    printf("%u entries, %u right, from %s to %s\n", count, right, names[0], names[count - 1]);
    CALL(SYS_readdir, fd, &entry, 1);
    CALL(SYS_readdir, 99, &entry, 1);
    CALL(SYS_readdir, 1, &entry, 1);
    lseek(fd, 0, SEEK_SET);
    CALL(SYS_readdir, fd, NULL, 1);
}

/* ---- users ---------------------------------------------------------------------------------------------------------------------------------- */

static void users(void)
{
    uint16_t ids[3], groups[4];
    gid_t wide[3] = { 7, 65535, 100000 };
    fflush(stdout);
    if (!fork()) {
        tell("setgroups32", syscall(SYS_setgroups32, 3, wide));
        CALL(SYS_getgroups, 4, groups);
        printf("%d %d %d\n", groups[0], groups[1], groups[2]);
        CALL(SYS_getgroups, 2, groups);
        CALL(SYS_setresgid32, 70001, 3, 70003);
        CALL(SYS_setresuid32, 100000, 65535, 5);
        CALL(SYS_getuid), CALL(SYS_geteuid), CALL(SYS_getgid), CALL(SYS_getegid);
        CALL(SYS_getuid32), CALL(SYS_geteuid32), CALL(SYS_getgid32), CALL(SYS_getegid32);
        CALL(SYS_getresuid, &ids[0], &ids[1], &ids[2]);
        printf("%d %d %d\n", ids[0], ids[1], ids[2]);
        CALL(SYS_getresgid, &ids[0], &ids[1], &ids[2]);
        printf("%d %d %d\n", ids[0], ids[1], ids[2]);
        CALL(SYS_setreuid, -1, 5);
        CALL(SYS_setuid, 65535);
        CALL(SYS_geteuid32);
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

/* ---- the system ----------------------------------------------------------------------------------------------------------------------------- */

static void names(void)
{
    struct utsname new;
    char old[5][65], oldest[5][9];
    uname(&new);
    memset(old, '?', sizeof old), memset(oldest, '?', sizeof oldest);
    CALL(SYS_olduname, old);
    CALL(SYS_oldolduname, oldest);
    const char *const all[] = { new.sysname, new.nodename, new.release, new.version, new.machine };
    for (int i = 0; i < 4; i++)
        printf("%d %d, ", !strcmp(old[i], all[i]), !strncmp(oldest[i], all[i], 8) && strlen(oldest[i]) <= 8);
    printf("%d %d\n", !strcmp(old[4], all[4]), oldest[4][0] != '?');
    CALL(SYS_olduname, NULL);
    CALL(SYS_oldolduname, 16);
}

static void memory_size(void)
{
    struct { long uptime; unsigned long loads[3], total, free, shared, buffer, total_swap, free_swap; unsigned short procs, pad; unsigned long high, free_high; unsigned unit; char rest[8]; } info;
    CALL(SYS_sysinfo, &info);
    unsigned long long expected = 0, bytes = (unsigned long long)info.total * info.unit;
    FILE *f = fopen("/proc/meminfo", "r");
    fscanf(f, "MemTotal: %llu", &expected);
    printf("memory %s\n", bytes / 1024 == expected ? "right" : "wrong");
    CALL(SYS_sysinfo, NULL);
}

static void limits(void)
{
    struct { uint32_t soft, hard; } limit;
    struct { uint64_t soft, hard; } wide = { 0x123456789a, UINT64_MAX };
    CALL(SYS_prlimit64, 0, RLIMIT_FSIZE, &wide, NULL);
    CALL(SYS_ugetrlimit, RLIMIT_FSIZE, &limit);
    printf("%x %x\n", limit.soft, limit.hard);
    CALL(SYS_getrlimit, RLIMIT_FSIZE, &limit);
    printf("%x %x\n", limit.soft, limit.hard);
    limit.soft = 0xfffffffe, limit.hard = 0xffffffff;
    CALL(SYS_setrlimit, RLIMIT_FSIZE, &limit);
    CALL(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &wide);
    printf("%llx %llx\n", (long long)wide.soft, (long long)wide.hard);
    limit.soft = 0xffffffff;
    CALL(SYS_setrlimit, RLIMIT_FSIZE, &limit);
    CALL(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &wide);
    printf("%llx %llx\n", (long long)wide.soft, (long long)wide.hard);
    CALL(SYS_ugetrlimit, 99, &limit);
    CALL(SYS_ugetrlimit, RLIMIT_FSIZE, NULL);
    CALL(SYS_setrlimit, RLIMIT_FSIZE, NULL);
}

static void clocks(void)
{
    struct { uint32_t words[32]; } narrow = { { 0 } };
    struct { uint32_t words[52]; } wide = { { 0 } };
    int state = syscall(SYS_adjtimex, &narrow);
    printf("adjtimex %d, now %d, tick %d, precision %d\n", state >= 0, narrow.words[9] - (uint32_t)time(NULL) + 5 < 10, narrow.words[11], narrow.words[7]);
    memset(&narrow, 0, sizeof narrow);
    state = syscall(SYS_clock_adjtime, CLOCK_REALTIME, &narrow);
    printf("clock_adjtime %d, now %d\n", state >= 0, narrow.words[9] - (uint32_t)time(NULL) + 5 < 10);
    state = syscall(SYS_clock_adjtime64, CLOCK_REALTIME, &wide);
    printf("clock_adjtime64 %d, now %d\n", state >= 0, wide.words[18] - (uint32_t)time(NULL) + 5 < 10);
    CALL(SYS_clock_adjtime, 99, &narrow);
    CALL(SYS_adjtimex, NULL);
    CALL(SYS_stime, NULL);
    CALL(SYS_stime, 16);
    int32_t long_ago = -5;
    CALL(SYS_stime, &long_ago);
}

/* ---- processes ------------------------------------------------------------------------------------------------------------------------------ */

static void processes(void)
{
    int status = 77, pipes[2];
    struct rusage usage;
    memset(&usage, 0x55, sizeof usage);
    pipe(pipes);
    pid_t child = fork();
    if (!child) {
        char byte;
        close(pipes[1]);
        read(pipes[0], &byte, 1);
        _exit(9);
    }
    tell("nobody yet", syscall(SYS_waitpid, child, &status, WNOHANG));
    tell("nobody yet", syscall(SYS_wait4, child, &status, WNOHANG, &usage));
    printf("status %d, usage %lx\n", status, (long)usage.ru_maxrss);
    close(pipes[1]);
    tell("waitpid", syscall(SYS_waitpid, child, &status, 0) == child);
    printf("status %x\n", status);
    CALL(SYS_waitpid, -1, &status, 0);
    CALL(SYS_waitpid, -1, &status, 0xf0000000);
    CALL(SYS_nice, 3), tell("priority", getpriority(PRIO_PROCESS, 0)), CALL(SYS_getpriority, PRIO_PROCESS, 0);
    CALL(SYS_nice, 100), tell("priority", getpriority(PRIO_PROCESS, 0));
    uint32_t set[6];
    bool few = sysconf(_SC_NPROCESSORS_CONF) <= 32;
    tell("sched_getaffinity", few ? syscall(SYS_sched_getaffinity, 0, 4, set) : 4);
    memset(set, 0xff, sizeof set);
    CALL(SYS_sched_getaffinity, 0, 12, set) == 8;
    printf("%d, not touched %x\n", few ? (set[0] != 0) + (set[1] == 0) : 2, set[3]);
    CALL(SYS_sched_getaffinity, 0, 6, set);
    CALL(SYS_sched_getaffinity, 0, 8, NULL);
    CALL(SYS_sched_getaffinity, 0, 0, set);
    long head = 0, length = 0;
    syscall(SYS_set_robust_list, set, 12);
    CALL(SYS_get_robust_list, 0, &head, &length);
    printf("%d %ld\n", head == (long)set, length);
    CALL(SYS_get_robust_list, 99999999, &head, &length);
    CALL(SYS_get_robust_list, 0, NULL, &length);
    CALL(SYS_arch_prctl, 0x1011, 0);
    CALL(SYS_arch_prctl, 0x1002, 0);
    CALL(SYS_arch_prctl, 0x3001, 0);
    CALL(SYS_vm86, 0, NULL);
    CALL(SYS_vm86old, NULL);
    CALL(SYS_uselib, "/lib/libc.so");
    CALL(SYS_bdflush, 0, 0);
    CALL(SYS__sysctl, NULL);
}

static void *want(void *futex)
{
    syscall(SYS_futex, futex, FUTEX_LOCK_PI, 0, NULL);
    syscall(SYS_futex, futex, FUTEX_UNLOCK_PI);
    return NULL;
}

static void futexes(void)
{
    static uint32_t futex;
    pthread_t thread;
    struct timespec soon = { .tv_sec = time(NULL) - 1 };
    CALL(SYS_futex, &futex, FUTEX_LOCK_PI, 0, NULL);
    printf("mine %d\n", (futex & FUTEX_TID_MASK) == (uint32_t)gettid());
    CALL(SYS_futex, &futex, FUTEX_LOCK_PI, 0, NULL);
    CALL(SYS_futex, &futex, FUTEX_UNLOCK_PI);
    CALL(SYS_futex, &futex, FUTEX_UNLOCK_PI);
    CALL(SYS_futex, &futex, FUTEX_TRYLOCK_PI);
    pthread_create(&thread, NULL, want, &futex);
    while (!(*(volatile uint32_t *)&futex & FUTEX_WAITERS))
        sched_yield();
    CALL(SYS_futex, &futex, FUTEX_UNLOCK_PI);
    pthread_join(thread, NULL);
    printf("free %d\n", futex == 0);
    futex = getppid();
    CALL(SYS_futex, &futex, FUTEX_LOCK_PI, 0, &soon);
    futex = 0;
    struct { uint64_t value, address; uint32_t flags, reserved; } many[2] = { { 1, (uintptr_t)&futex, 2 }, { 2, (uintptr_t)&futex, 2 } };
    CALL(449, many, 2, 0, NULL, 0);
    many[0].value = many[1].value = 0;
    int64_t past[2] = { 1, 0 };
    CALL(449, many, 2, 0, past, CLOCK_MONOTONIC);
}

/* ---- calls whose arguments are in memory ---------------------------------------------------------------------------------------------------- */

static void ignore(int number) {}

static void in_memory(void)
{
    uint32_t map[6] = { 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 };
    char *page = (char *)syscall(SYS_mmap, map);
    page[5] = 7;
    printf("mmap %d\n", page[5]);
    map[5] = 5;
    CALL(SYS_mmap, map);
    CALL(SYS_mmap, 16);
    int pipes[2];
    pipe(pipes);
    write(pipes[1], "x", 1);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipes[0], &set);
    struct timeval none = { 0, 1000 };
    uint32_t chosen[5] = { pipes[0] + 1, (uintptr_t)&set, 0, 0, (uintptr_t)&none };
    CALL(SYS_select, chosen);
    printf("%d\n", FD_ISSET(pipes[0], &set) != 0);
    CALL(SYS_select, 16);
    signal(SIGALRM, ignore);
    struct itimerval soon = { .it_value.tv_usec = 20000 };
    setitimer(ITIMER_REAL, &soon, NULL);
    struct timeval left = { 100, 0 };
    CALL(SYS__newselect, 0, NULL, NULL, NULL, &left);
    printf("left %ld\n", left.tv_sec);
    setitimer(ITIMER_REAL, &soon, NULL);
    struct timespec rest = { 100, 0 };
    CALL(SYS_ppoll, NULL, 0, &rest, NULL, 8);
    printf("left %ld\n", rest.tv_sec);

    CALL(SYS_epoll_ctl, syscall(SYS_epoll_create, 1), EPOLL_CTL_DEL, pipes[0], 16);
    int epoll = epoll_create(1);
    struct epoll_event event = { EPOLLIN };
    epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event);
    CALL(SYS_epoll_ctl, epoll, EPOLL_CTL_MOD, pipes[0], 16);
    CALL(SYS_epoll_ctl, epoll, EPOLL_CTL_DEL, pipes[0], 16);

    uint32_t arguments[6] = { AF_UNIX, SOCK_STREAM, 0, (uintptr_t)pipes };
    CALL(SYS_socketcall, 8, arguments) >= 0;
    uint32_t sending[4] = { pipes[0], (uintptr_t)"hello", 6, 0 };
    CALL(SYS_socketcall, 9, sending);
    char text[8];
    uint32_t receiving[4] = { pipes[1], (uintptr_t)text, 8, 0 };
    CALL(SYS_socketcall, 10, receiving);
    printf("%s\n", text);
    CALL(SYS_socketcall, 0, arguments);
    CALL(SYS_socketcall, 21, arguments);
    CALL(SYS_socketcall, 1, 16);
}

static void system_v(void)
{
    enum { SEMOP = 1, SEMGET, SEMCTL, SEMTIMEDOP, MSGSND = 11, MSGRCV, MSGGET, MSGCTL, SHMAT = 21, SHMDT, SHMGET, SHMCTL, TODAY = 0x100 };
    struct sembuf up = { 0, 2, 0 }, down = { 0, -9, 0 };
    struct timespec soon = { 0, 1000000 };
    int set = syscall(SYS_ipc, SEMGET, IPC_PRIVATE, 1, 0600), value = 1;
    CALL(SYS_ipc, SEMOP, set, 1, 0, &up);
    CALL(SYS_ipc, SEMTIMEDOP, set, 1, 0, &down, &soon);
    CALL(SYS_ipc, SEMCTL, set, 0, GETVAL, &value);
    CALL(SYS_ipc, SEMCTL, set, 0, GETVAL, NULL);
    CALL(SYS_ipc, SEMCTL, set, 0, IPC_RMID, &value);
    int queue = syscall(SYS_ipc, MSGGET, IPC_PRIVATE, 0600);
    struct { long kind; char text[8]; } message = { 5, "text" }, back = { 0 };
    struct { void *address; long kind; } pair = { &back, 5 };
    CALL(SYS_ipc, MSGSND, queue, 8, 0, &message);
    CALL(SYS_ipc, MSGRCV, queue, 8, 0, &pair, 0);
    printf("%ld %s\n", back.kind, back.text);
    CALL(SYS_ipc, MSGSND, queue, 8, 0, &message);
    memset(&back, 0, sizeof back);
    CALL(SYS_ipc, MSGRCV | 1 << 16, queue, 8, 0, &back, 5);
    printf("%ld %s\n", back.kind, back.text);
    CALL(SYS_ipc, MSGRCV, queue, 8, 0, NULL, 0);
    CALL(SYS_ipc, MSGCTL, queue, IPC_RMID, 0, NULL);
    int segment = syscall(SYS_ipc, SHMGET, IPC_PRIVATE, 4096, 0600);
    char *address;
    CALL(SYS_ipc, SHMAT, segment, 0, &address, NULL);
    address[9] = 1;
    CALL(SYS_ipc, SHMAT | 1 << 16, segment, 0, &address, NULL);
    CALL(SYS_ipc, SHMDT, 0, 0, 0, address);
    CALL(SYS_ipc, SHMCTL, segment, IPC_RMID, 0, NULL);
    CALL(SYS_ipc, 99);
}
#endif

int main(void)
{
#ifdef __i386__
    setvbuf(stdout, NULL, _IONBF, 0);
    mkdtemp(folder);
    chmod(folder, 0755);
    stats();
    positions();
    file_systems();
    large_file_system();
    directory();
    users();
    names();
    memory_size();
    limits();
    clocks();
    in_memory();
    system_v();
    futexes();
    processes();
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    system(command);
#endif
    puts("done");
    return 0;
}
