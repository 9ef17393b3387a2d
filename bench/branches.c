/* Much code with many branches: 1024 different steps, each with three ways on, written by macros. */
#include "bench.h"

#define STEP(n)                                                   \
    if (x >> (n) % 29 & 1)                                        \
        x = x * 5 + (n);                                          \
    else if (x & 2)                                               \
        x ^= x >> 9 ^ (n) << 3;                                   \
    else                                                          \
        x = (x << 7 | x >> 25) - (n);                             \
    if (x % 61 == (n) % 61)                                       \
        hits++;

#define STEP4(n)    STEP(n) STEP((n) + 1) STEP((n) + 2) STEP((n) + 3)
#define STEP16(n)   STEP4(n) STEP4((n) + 4) STEP4((n) + 8) STEP4((n) + 12)
#define STEP64(n)   STEP16(n) STEP16((n) + 16) STEP16((n) + 32) STEP16((n) + 48)
#define STEP256(n)  STEP64(n) STEP64((n) + 64) STEP64((n) + 128) STEP64((n) + 192)

int main(int argc, char **argv)
{
    uint32_t x = 12345, hits = 0;
    for (unsigned long round = amount(argc, argv, 20000); round > 0; round--) {
        STEP256(0)
        STEP256(256)
        STEP256(512)
        STEP256(768)
    }
    printf("%" PRIu32 " %" PRIu32 "\n", x, hits);
}
