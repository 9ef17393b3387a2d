/* Recursion with backtracking: the queens of eleven rows, with bit masks. */
#include "bench.h"

static unsigned long place(unsigned all, unsigned columns, unsigned left, unsigned right)
{
    if (columns == all)
        return 1;
    unsigned long found = 0;
    for (unsigned free = all & ~(columns | left | right); free; ) {
        unsigned queen = free & -free;
        free ^= queen;
        found += place(all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
    }
    return found;
}

int main(int argc, char **argv)
{
    unsigned long found = 0;
    for (unsigned long i = amount(argc, argv, 1200); i > 0; i--)
        found += place((1 << (8 + i % 3)) - 1, 0, 0, 0);
    printf("%lu\n", found);
}
