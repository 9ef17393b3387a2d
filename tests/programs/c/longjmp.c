/* Non-local jumps: through deep calls, loops, and out of signal handlers. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf outer;
static sigjmp_buf fault;
static volatile int count;

__attribute__((noinline)) static int deep(int n)
{
    if (n == 0)
        longjmp(outer, 42);
    return deep(n - 1) + 1;
}

static void handler(int number) { siglongjmp(fault, number); }

static int compare(const void *a, const void *b)
{
    if (++count == 10)
        longjmp(outer, 7);
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
    for (volatile int i = 0; i < 1000; i++)
        if (!setjmp(outer))
            deep(i % 50);
        else
            count++;
    printf("%d\n", count);
    count = 0;
    int v = setjmp(outer);
    if (!v) {
        int numbers[100];
        for (int i = 0; i < 100; i++)
            numbers[i] = i * 7919 % 101;
        qsort(numbers, 100, sizeof *numbers, compare);
    }
    printf("%d %d\n", v, count);
    signal(SIGSEGV, handler);
    signal(SIGUSR1, handler);
    for (volatile int i = 0; i < 200; i++) {
        int number = sigsetjmp(fault, 1);
        if (number == 0)
            i % 2 ? (void)raise(SIGUSR1) : (void)(*(volatile int *)16 = 1);
        else if (i > 195)
            printf("%d\n", number == SIGSEGV);
    }
    return 0;
}
