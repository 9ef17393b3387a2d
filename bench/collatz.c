/* Integer: short loops of add, shift and compare, with branches that depend on data. */
#include "bench.h"

int main(int argc, char **argv)
{
    uint64_t limit = amount(argc, argv, 1200000), longest = 0, start = 0, total = 0;
    for (uint64_t i = 1; i < limit; i++) {
        uint64_t steps = 0;
        for (uint64_t n = i; n != 1; steps++)
            n = n & 1 ? n + (n >> 1) + 1 : n >> 1;
        total += steps;
        if (steps > longest) {
            longest = steps;
            start = i;
        }
    }
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", start, longest, total);
}
