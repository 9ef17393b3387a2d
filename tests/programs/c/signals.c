/* Signals: masks, queues, siginfo, alternate stacks, interruption of calls, timers, faults with their addresses. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t seen, order, on_alternate;
static char *page, *alternate;

static void note(int number, siginfo_t *info, void *context)
{
    seen++;
    order = order * 10 + (number == SIGUSR1 ? 1 : number == SIGUSR2 ? 2 : number == SIGRTMIN ? 3 + info->si_value.sival_int : 9);
}

static void fault(int number, siginfo_t *info, void *context)
{
    char here;
    on_alternate = &here > alternate && &here < alternate + 65536;
    printf("fault %s code %d offset %td alternate %d\n", number == SIGSEGV ? "segv" : "bus", info->si_code, (char *)info->si_addr - page, on_alternate);
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL), sigaction(SIGUSR2, &action, NULL), sigaction(SIGRTMIN, &action, NULL), sigaction(SIGALRM, &action, NULL);
    sigset_t set, old;
    sigemptyset(&set), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGRTMIN), sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &old);
    raise(SIGUSR2), raise(SIGUSR1), raise(SIGUSR1);
    for (int i = 0; i < 3; i++)
        sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
    sigpending(&set);
    printf("pending %d %d %d, seen %d\n", sigismember(&set, SIGUSR1), sigismember(&set, SIGRTMIN), sigismember(&set, SIGTERM), seen);
    sigprocmask(SIG_SETMASK, &old, NULL);
    printf("seen %d\n", seen);
    struct itimerval timer = {.it_value.tv_usec = 20000};
    setitimer(ITIMER_REAL, &timer, NULL);
    int status = pause();
    printf("pause %d %d\n", status, errno == EINTR);
    timer.it_interval.tv_usec = 2000;
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int before = seen; seen < before + 20;)
        ;
    timer = (struct itimerval){0};
    setitimer(ITIMER_REAL, &timer, NULL);
    page = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    alternate = malloc(65536);
    sigaltstack(&(stack_t){.ss_sp = alternate, .ss_size = 65536}, NULL);
    action.sa_sigaction = fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &action, NULL);
    page[123] = 7;
    printf("%d\n", page[123]);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    waitpid(child, &status, 0);
    printf("child %d %d\n", WIFSIGNALED(status), WTERMSIG(status));
    signal(SIGCHLD, SIG_IGN);
    printf("%s %s\n", strsignal(SIGSEGV), strsignal(SIGUSR1));
    signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
    return 1;
}
