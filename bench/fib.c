/* Calls and returns: the naive Fibonacci function, kept a real call. */
#include "bench.h"

__attribute__((noinline, noclone, optimize("no-optimize-sibling-calls", "no-inline")))
static unsigned long fib(unsigned n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(int argc, char **argv)
{
    unsigned long sum = 0;
    for (unsigned long i = amount(argc, argv, 1000); i > 0; i--)
        sum += fib(22 + i % 2);
    printf("%lu\n", sum);
}
