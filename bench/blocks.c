/* The C library over larger blocks: memcpy, memset, memcmp, strlen. */
#include "bench.h"

int main(int argc, char **argv)
{
    enum { SIZE = 1 << 15 };
    static char a[SIZE + 64], b[SIZE + 64];
    unsigned long sum = 0;
    for (unsigned long i = amount(argc, argv, 130000); i > 0; i--) {
        unsigned shift = i & 31;
        memset(a + shift, 'a' + (int)(i % 26), SIZE);
        memcpy(b + (i & 15), a + shift, SIZE);
        b[SIZE / 2 + shift] = 0;
        sum += strlen(b + (i & 15)) + (memcmp(a + shift, b + (i & 15), SIZE) > 0);
        __asm__ volatile("" : : "r"(a), "r"(b) : "memory");
    }
    printf("%lu\n", sum);
}
