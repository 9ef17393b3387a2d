/* Indirect calls whose targets change, qsort, bsearch, tail calls, nested recursion. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long operation(long, long);
static long add(long a, long b) { return a + b; }
static long sub(long a, long b) { return a - b; }
static long mul(long a, long b) { return a * b; }
static long mix(long a, long b) { return (a ^ b) * 31; }
static operation *const operations[] = {add, sub, mul, mix};
static int by_value(const void *a, const void *b) { return *(int *)a < *(int *)b ? -1 : *(int *)a > *(int *)b; }
static int by_text(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
static int even(unsigned n);
static int odd(unsigned n) { return n ? even(n - 1) : 0; }
static int even(unsigned n) { return n ? odd(n - 1) : 1; }
static long ackermann(long m, long n) { return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)); }
static unsigned long collatz(unsigned long n) { return n == 1 ? 0 : 1 + collatz(n & 1 ? 3 * n + 1 : n / 2); }
static unsigned nodes;
static void visit(const void *node, VISIT order, int depth) { nodes += order != endorder; }

int main(void)
{
    long value = 1;
    for (unsigned i = 0, state = 1; i < 100000; i++, state = state * 1103515245 + 12345)
        value = operations[state >> 16 & 3](value, i) & 0xffffffffff;
    printf("%ld\n", value);
    static int numbers[5000];
    for (unsigned i = 0, state = 7; i < 5000; i++, state = state * 1664525 + 1013904223)
        numbers[i] = state >> 8;
    qsort(numbers, 5000, sizeof *numbers, by_value);
    int key = numbers[1234];
    printf("%d %d %td\n", numbers[0], numbers[4999], (int *)bsearch(&key, numbers, 5000, sizeof *numbers, by_value) - numbers);
    char *words[] = {"pear", "apple", "fig", "banana", "cherry", "date"};
    qsort(words, 6, sizeof *words, by_text);
    for (int i = 0; i < 6; i++)
        printf("%s ", words[i]);
    void *tree = NULL;
    for (int i = 0; i < 500; i++)
        tsearch(&numbers[i * 7 % 500], &tree, by_value);
    twalk(tree, visit);
    printf("%u %d %d %ld %lu\n", nodes, even(1000), odd(77), ackermann(2, 300), collatz(837799));
    return 0;
}
