/* Signals: faults with exact facts and resumption, alternate stacks, nesting, restart, order of queued signals, waiting for them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fenv.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf again;
static volatile int code, number, count;
static void *volatile address;
static char *expected;

static void note_and_jump(int n, siginfo_t *info, void *context)
{
    (void)context;
    number = n, code = info->si_code, address = info->si_addr;
    siglongjmp(again, 1);
}

static void handle(int n, void (*function)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = function, .sa_flags = SA_SIGINFO | flags };
    sigaction(n, &action, NULL);
}

static void access_faults(void)
{
    char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page + 4096, 4096, PROT_READ);
    munmap(page + 8192, 4096);
    handle(SIGSEGV, note_and_jump, 0);
    handle(SIGBUS, note_and_jump, 0);
    if (!sigsetjmp(again, 1))
        page[4096 + 5] = 1;
    printf("read-only: signal %d code %d address %s\n", number, code, address == page + 4096 + 5 ? "exact" : "wrong");
    if (!sigsetjmp(again, 1))
        page[8192 + 7] = 1;
    printf("unmapped: signal %d code %d address %s\n", number, code, address == page + 8192 + 7 ? "exact" : "wrong");
    if (!sigsetjmp(again, 1))
        ((void (*)(void))page)();
    printf("no code: signal %d code %d address %s\n", number, code, address == page ? "exact" : "wrong");
    FILE *file = tmpfile();
    char *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(file), 0);
    if (!sigsetjmp(again, 1))
        code = *(volatile char *)mapped;
    printf("past the end: signal %d code %d address %s\n", number, code, address == mapped ? "exact" : "wrong");
    fclose(file);
}

static void unprotect(int n, siginfo_t *info, void *context)
{
    (void)n, (void)context;
    count++;
    expected = info->si_addr;
    mprotect((void *)((uintptr_t)info->si_addr & -4096), 4096, PROT_READ | PROT_WRITE);
}

static void retried(void)
{
    char *page = mmap(NULL, 64 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    handle(SIGSEGV, unprotect, 0);
    count = 0;
    for (int i = 0; i < 64; i++)
        page[i * 4096 + i] = (char)i;
    int sum = 0;
    for (int i = 0; i < 64; i++)
        sum += page[i * 4096 + i];
    printf("retried: %d faults, sum %d\n", count, sum);
}

static void resume_elsewhere(int n, siginfo_t *info, void *context)
{
    (void)n, (void)info;
    ucontext_t *u = context;
#if defined __riscv
    u->uc_mcontext.__gregs[REG_PC] = u->uc_mcontext.__gregs[REG_RA];
    u->uc_mcontext.__gregs[REG_A0] = 42;
#elif defined __powerpc__
    u->uc_mcontext.regs->nip = u->uc_mcontext.regs->link;
    u->uc_mcontext.regs->gpr[3] = 42;
#else
#ifdef __i386__
    enum { STACK_POINTER = REG_ESP, PC = REG_EIP, RESULT = REG_EAX };
#else
    enum { STACK_POINTER = REG_RSP, PC = REG_RIP, RESULT = REG_RAX };
#endif
    uintptr_t *stack = (uintptr_t *)u->uc_mcontext.gregs[STACK_POINTER];
    u->uc_mcontext.gregs[PC] = (greg_t)*stack;
    u->uc_mcontext.gregs[STACK_POINTER] += sizeof *stack;
    u->uc_mcontext.gregs[RESULT] = 42;
#endif
}

static void edited(void)
{
    handle(SIGSEGV, resume_elsewhere, 0);
    handle(SIGILL, resume_elsewhere, 0);
    int (*volatile nowhere)(void) = (int (*)(void))8;
    printf("edited: %d\n", nowhere());
}

static int deeper(volatile char *above)
{
    volatile char room[4096];
    room[0] = *above;
    return deeper(room) + room[0];
}

static void overflow(void)
{
    static char memory[64 * 1024];
    stack_t stack = { .ss_sp = memory, .ss_size = sizeof memory };
    sigaltstack(&stack, NULL);
    handle(SIGSEGV, note_and_jump, SA_ONSTACK);
    volatile int recovered = 0;
    for (volatile int i = 0; i < 100; i++) {
        char start = 0;
        if (!sigsetjmp(again, 1))
            deeper(&start);
        recovered++;
    }
    stack_t now;
    sigaltstack(NULL, &now);
    printf("overflow: recovered %d times, flags %d\n", recovered, now.ss_flags);
}

static char order[64];
static void note_order(int n, siginfo_t *info, void *context)
{
    (void)context;
    char text[16];
    snprintf(text, sizeof text, " %d:%d", n - SIGRTMIN, info->si_value.sival_int);
    strcat(order, text);
}

static void queue(void)
{
    sigset_t set, old, pending;
    sigemptyset(&set);
    for (int i = 0; i < 3; i++) {
        sigaddset(&set, SIGRTMIN + i);
        struct sigaction action = { .sa_sigaction = note_order, .sa_flags = SA_SIGINFO };
        sigfillset(&action.sa_mask);
        sigaction(SIGRTMIN + i, &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &set, &old);
    for (int i = 0; i < 6; i++)
        sigqueue(getpid(), SIGRTMIN + 2 - i % 3, (union sigval){ .sival_int = i });
    sigpending(&pending);
    printf("pending: %d %d %d\n", sigismember(&pending, SIGRTMIN), sigismember(&pending, SIGRTMIN + 1), sigismember(&pending, SIGUSR1));
    siginfo_t info;
    int n = sigwaitinfo(&set, &info);
    printf("waited: %d:%d\n", n - SIGRTMIN, info.si_value.sival_int);
    sigprocmask(SIG_SETMASK, &old, NULL);
    printf("order:%s\n", order);
    struct timespec none = { 0, 1000000 };
    n = sigtimedwait(&set, &info, &none);
    printf("timed out: %d %s\n", n, strerror(errno));
}

static volatile int nested_depth, deepest;
static void nest(int n)
{
    nested_depth++;
    if (nested_depth > deepest)
        deepest = nested_depth;
    if (nested_depth < 5)
        raise(n);
    nested_depth--;
}

static volatile int once;
static void raise_once(int n)
{
    nested_depth++;
    if (nested_depth > deepest)
        deepest = nested_depth;
    if (!once++)
        raise(n);
    nested_depth--;
}

static void nested(void)
{
    struct sigaction action = { .sa_handler = nest, .sa_flags = SA_NODEFER };
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    printf("nested: %d deep\n", deepest);
    action.sa_flags = 0, deepest = 0;
    action.sa_handler = raise_once;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    printf("deferred: %d deep, %d times\n", deepest, once);
    action.sa_flags = SA_RESETHAND;
    action.sa_handler = nest;
    sigaction(SIGUSR1, &action, NULL);
    nested_depth = 9;
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &action);
    printf("reset: %s\n", action.sa_handler == SIG_DFL ? "yes" : "no");
}

static void tick(int n) { (void)n; count++; }

static void interrupted(int flags)
{
    int pipes[2];
    char byte = 0;
    if (pipe(pipes))
        exit(1);
    struct sigaction action = { .sa_handler = tick, .sa_flags = flags };
    sigaction(SIGALRM, &action, NULL);
    pid_t parent = getpid();
    pid_t child = fork();
    if (!child) {
        usleep(50000);
        kill(parent, SIGALRM);
        usleep(50000);
        byte = 'x';
        write(pipes[1], &byte, 1);
        _exit(0);
    }
    count = 0;
    ssize_t got = read(pipes[0], &byte, 1);
    printf("read: %d %s, handled %d\n", (int)got, got < 0 ? strerror(errno) : "fine", count);
    waitpid(child, NULL, 0);
    while (got < 0 && read(pipes[0], &byte, 1) != 1)
        ;
    close(pipes[0]);
    close(pipes[1]);
}

static void storm(void)
{
    struct sigaction action = { .sa_handler = tick };
    sigaction(SIGALRM, &action, NULL);
    struct itimerval fast = { { 0, 200 }, { 0, 200 } }, off = { 0 };
    count = 0;
    setitimer(ITIMER_REAL, &fast, NULL);
    volatile uint64_t rounds = 0;
    while (count < 500)
        rounds++;
    double x = 1;
    while (count < 1000)
        x = x * 1.0000001;
    setitimer(ITIMER_REAL, &off, NULL);
    printf("storm: %s\n", count >= 1000 && rounds && x > 1 ? "survived" : "lost");
}

static void suspended(void)
{
    sigset_t block, old, none;
    sigemptyset(&none);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR2);
    struct sigaction action = { .sa_handler = tick };
    sigaction(SIGUSR2, &action, NULL);
    sigprocmask(SIG_BLOCK, &block, &old);
    count = 0;
    raise(SIGUSR2);
    int before = count;
    int result = sigsuspend(&none);
    printf("suspended: before %d after %d, %d %s\n", before, count, result, strerror(errno));
    raise(SIGUSR2);
    result = ppoll(NULL, 0, NULL, &none);
    printf("ppoll: %d %s, %d\n", result, strerror(errno), count);
    sigset_t now;
    sigprocmask(SIG_SETMASK, &old, &now);
    printf("mask kept: %d\n", sigismember(&now, SIGUSR2));
}

static void blocked_fault(void)
{
    pid_t child = fork();
    if (!child) {
        close(2); /* an emulator may say a word */
        sigset_t block;
        sigemptyset(&block);
        sigaddset(&block, SIGSEGV);
        handle(SIGSEGV, note_and_jump, 0);
        sigprocmask(SIG_BLOCK, &block, NULL);
        *(volatile int *)16 = 1;
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    printf("blocked fault: signal %d\n", WTERMSIG(status));
    handle(SIGSEGV, note_order, 0);
    sigset_t block, pending;
    sigemptyset(&block);
    sigaddset(&block, SIGSEGV);
    sigprocmask(SIG_BLOCK, &block, NULL);
    order[0] = 0;
    kill(getpid(), SIGSEGV);
    sigpending(&pending);
    printf("sent while blocked: pending %d, handled '%s'", sigismember(&pending, SIGSEGV), order);
    sigprocmask(SIG_UNBLOCK, &block, NULL);
    printf(", then %s\n", order[0] ? "handled" : "lost");
}

/* Handlers begin with the default rounding mode and no exceptions, on RISC-V with what there is; afterwards all is as it was. */
#ifdef __riscv
enum { IS_RESET = 0 };
#else
enum { IS_RESET = 1 };
#endif

static void judge_environment(int n)
{
    (void)n;
    bool is_reset = fegetround() == FE_TONEAREST && !fetestexcept(FE_ALL_EXCEPT);
    printf("handler's floating-point environment: %s\n", is_reset == IS_RESET ? "right" : "wrong");
    fesetround(FE_DOWNWARD);
}

static void floating_environment(void)
{
    signal(SIGUSR1, judge_environment);
    fesetround(FE_UPWARD);
    feraiseexcept(FE_DIVBYZERO);
    raise(SIGUSR1);
    printf("after it: %s, exceptions %d\n", fegetround() == FE_UPWARD ? "upward" : "otherwise", fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO);
    fesetenv(FE_DFL_ENV);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    access_faults();
    retried();
    edited();
    overflow();
    queue();
    nested();
    interrupted(SA_RESTART);
    interrupted(0);
    storm();
    suspended();
    blocked_fault();
    floating_environment();
    return 0;
}
