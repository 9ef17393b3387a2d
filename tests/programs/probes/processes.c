/* fork, vfork, posix_spawn, wait, exec's errors, pipes, sockets, epoll, stat, time. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* A result and the error that came with it. */
static void say(const char *what, long result) { printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : ""); }

static int status_of(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int child_function(void *argument)
{
    *(int *)argument = 77;
    return 5;
}

/* This program again, as `word`. */
static int run_self(char *word, int with_posix_spawn)
{
    char self[] = "/proc/self/exe", *arguments[] = { self, word, NULL };
    pid_t child;
    if (with_posix_spawn) {
        posix_spawn(&child, self, NULL, NULL, arguments, environ);
    } else if (!(child = vfork())) {
        execv(self, arguments);
        _exit(127);
    }
    return status_of(child);
}

static int as_child(void)
{
    sigset_t mask;
    struct sigaction action;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGUSR2, NULL, &action);
    return 40 + sigismember(&mask, SIGUSR1) + 2 * sigismember(&mask, SIGSEGV) + 4 * (action.sa_handler == SIG_IGN);
}

static void children(void)
{
    sigset_t block, old;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigaddset(&block, SIGSEGV);
    sigprocmask(SIG_BLOCK, &block, &old);
    signal(SIGUSR2, SIG_IGN);
    printf("self: %d\n", run_self("child", 0));
    printf("self by posix_spawn: %d\n", run_self("child", 1));
    sigprocmask(SIG_SETMASK, &old, NULL);
    signal(SIGUSR2, SIG_DFL);
    printf("self again: %d\n", run_self("child", 1));

    fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(11);
    printf("fork: %d\n", status_of(child));
    volatile int shared = 0;
    child = vfork();
    if (!child) {
        shared = 9;
        _exit(12);
    }
    printf("vfork: %d, shared %d\n", status_of(child), shared);
    char missing[] = "/nowhere/at/all", *arguments[] = { missing, NULL };
    printf("spawn of a missing file: %s\n", strerror(posix_spawn(&child, missing, NULL, NULL, arguments, environ)));
    static char stack[64 * 1024] __attribute__((aligned(16)));
    int value = 0;
    child = clone(child_function, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &value);
    printf("clone: %d, value %d\n", status_of(child), value);
    child = fork();
    if (!child) {
        raise(SIGTERM);
        _exit(0);
    }
    printf("terminated: %d\n", status_of(child));
    child = fork();
    if (!child) {
        execv("/nowhere", arguments);
        _exit(errno == ENOENT ? 33 : 34);
    }
    printf("exec of a missing file: %d\n", status_of(child));
    execv("/etc", arguments);
    printf("exec of a directory: %s\n", strerror(errno));
    execv((char *)8, arguments);
    printf("exec of a bad address: %s\n", strerror(errno));
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGCHLD, &ignore, NULL);
    child = fork();
    if (!child)
        _exit(0);
    say("reaped by the kernel", waitpid(child, NULL, 0));
    signal(SIGCHLD, SIG_DFL);
}

static void events(void)
{
    int pair[2], poll = epoll_create1(0);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x123456789abcdef0 }, got[4] = { 0 };
    printf("epoll_ctl: %d\n", epoll_ctl(poll, EPOLL_CTL_ADD, pair[0], &event));
    printf("nothing: %d\n", epoll_wait(poll, got, 4, 0));
    if (write(pair[1], "abc", 3) != 3)
        exit(1);
    int count = epoll_wait(poll, got, 4, 1000);
    printf("one: %d events %x data %llx\n", count, got[0].events, (unsigned long long)got[0].data.u64);
    say("bad address", syscall(SYS_epoll_pwait, poll, 8, 4, 0, NULL, 8));
    char buffer[8];
    printf("received: %d\n", (int)recv(pair[0], buffer, sizeof buffer, 0));
    close(pair[0]);
    signal(SIGPIPE, SIG_IGN);
    say("broken", write(pair[1], "x", 1));
}

static void files(void)
{
    char name[] = "/tmp/probe-XXXXXX";
    int fd = mkstemp(name);
    if (write(fd, "0123456789", 10) != 10 || ftruncate(fd, 100000))
        exit(1);
    fchmod(fd, 0640);
    struct timespec times[2] = { { 1000000000, 123456789 }, { 1500000000, 987654321 } };
    futimens(fd, times);
    struct stat s, t;
    fstat(fd, &s);
    stat(name, &t);
    printf("mode %o size %ld links %ld block %ld\n", s.st_mode, (long)s.st_size, (long)s.st_nlink, (long)s.st_blksize);
    printf("times %ld.%09ld %ld.%09ld\n", (long)s.st_atim.tv_sec, s.st_atim.tv_nsec, (long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    printf("same: %d\n", s.st_ino == t.st_ino && s.st_dev == t.st_dev && s.st_blocks == t.st_blocks && s.st_uid == t.st_uid);
    say("O_DIRECTORY", open(name, O_RDONLY | O_DIRECTORY));
    say("bad path", open((char *)16, O_RDONLY));
    char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    printf("mapped: %.4s\n", map);
    unlink(name);
    struct stat null;
    stat("/dev/null", &null);
    printf("null: %o %lx\n", null.st_mode, (unsigned long)null.st_rdev);
}

/* Structures of numbers of 64 bits, and the old way into socket calls where there is one. */
static void newer_and_older(void)
{
    struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } arguments = { .exit_signal = SIGCHLD };
    struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; } attributes = { 0 };
    int status = 0, pair[2];
    char text[8] = "";
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (!child)
        _exit(7);
    waitpid((pid_t)child, &status, 0);
    printf("clone3: %d\n", WEXITSTATUS(status));
    nice(3);
    long got = syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
    printf("sched_getattr: %ld size %u policy %u nice %d\n", got, attributes.size, attributes.policy, attributes.nice);
#if defined SYS_socketcall
    syscall(SYS_socketcall, 8, (long[]){ AF_UNIX, SOCK_STREAM, 0, (long)pair });
    syscall(SYS_socketcall, 9, (long[]){ pair[0], (long)"hello", 6, 0 });
#else
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send(pair[0], "hello", 6, 0);
#endif
    printf("sent: %zd %s\n", read(pair[1], text, sizeof text), text);
}

static void others(void)
{
    struct timespec now, start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    struct timespec nap = { 0, 20000000 };
    nanosleep(&nap, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
    long elapsed = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
    printf("slept: %d\n", elapsed >= 19 && elapsed < 2000);
    struct utsname name;
    uname(&name);
#if defined __riscv
    printf("machine: %d\n", !strcmp(name.machine, "riscv64"));
#elif defined __powerpc__
    printf("machine: %d\n", !strcmp(name.machine, "ppc"));
#else
    printf("machine: %d\n", !strcmp(name.machine, "x86_64"));
#endif
    int id = semget(IPC_PRIVATE, 3, 0600);
    struct semid_ds semaphores;
    union { struct semid_ds *buf; } argument = { &semaphores };
    semctl(id, 0, IPC_STAT, argument);
    printf("semaphores: %ld mode %o\n", (long)semaphores.sem_nsems, semaphores.sem_perm.mode);
    semctl(id, 0, IPC_RMID);
    say("bad clock", clock_gettime(1000, &now));
    say("unknown call", syscall(5000));
}

int main(int count, char **arguments)
{
    if (count > 1)
        return !strcmp(arguments[1], "child") ? as_child() : 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    children();
    events();
    files();
    others();
    newer_and_older();
    return 0;
}
