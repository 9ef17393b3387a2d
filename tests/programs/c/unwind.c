/* Unwinding from signal handlers to the code they interrupted: backtraces, cancellation. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <unwind.h>

static void interrupted(int number);

struct search {
    int frames, found;
};

static _Unwind_Reason_Code look(struct _Unwind_Context *frame, void *argument)
{
    struct search *s = argument;
    s->frames++;
    s->found |= _Unwind_GetRegionStart(frame) == (uintptr_t)interrupted;
    return _URC_NO_REASON;
}

static volatile struct search result;

static void handler(int number)
{
    (void)number;
    struct search s = { 0, 0 };
    int reason = _Unwind_Backtrace(look, &s);
    printf("reason %d, found %d, enough frames %d\n", reason, s.found, s.frames >= 3);
}

__attribute__((noinline)) static void interrupted(int number)
{
    raise(number);
    *(volatile int *)&result.frames += 1; /* not a tail call */
}

__attribute__((noinline)) static void faulting(int *at)
{
    *(volatile int *)at = 1;
}

static _Unwind_Reason_Code count(struct _Unwind_Context *frame, void *argument)
{
    uintptr_t start = _Unwind_GetRegionStart(frame);
    *(int *)argument |= start == (uintptr_t)faulting;
    return _URC_NO_REASON;
}

static void at_fault(int number, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    int found = 0;
    _Unwind_Backtrace(count, &found);
    printf("fault %d: found %d\n", number, found);
    fflush(stdout);
    _exit(3);
}

static atomic_int ready;

static void note(void *argument) { *(int *)argument += 1; }

/* Cancelled asynchronously, wherever it is, with handlers on two levels. */
static void *spin(void *argument)
{
    pthread_cleanup_push(note, argument);
    pthread_cleanup_push(note, argument);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    ready = 1;
    for (;;)
        ready = 1;
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *wait_long(void *argument)
{
    pthread_cleanup_push(note, argument);
    ready = 1;
    sleep(100);
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel(const char *name, void *(*body)(void *))
{
    int notes = 0;
    void *outcome;
    pthread_t thread;
    ready = 0;
    pthread_create(&thread, NULL, body, &notes);
    while (!ready)
        usleep(100);
    usleep(2000);
    pthread_cancel(thread);
    pthread_join(thread, &outcome);
    printf("%s: %d handlers, cancelled %d\n", name, notes, outcome == PTHREAD_CANCELED);
}

int main(void)
{
    signal(SIGUSR1, handler);
    interrupted(SIGUSR1);
    struct sigaction action = { .sa_sigaction = (void (*)(int, siginfo_t *, void *))(void *)handler, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR2, &action, NULL);
    interrupted(SIGUSR2);
    cancel("spinning", spin);
    cancel("asleep", wait_long);
    struct sigaction fatal = { .sa_sigaction = at_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &fatal, NULL);
    faulting((int *)16);
    return 0;
}
