/* 64-bit arithmetic: full products, quotients and remainders, signed and unsigned. */
#include "bench.h"

static uint64_t high(uint64_t a, uint64_t b) { return (unsigned __int128)a * b >> 64; }
static int64_t signed_high(int64_t a, int64_t b) { return (__int128)a * b >> 64; }

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int main(int argc, char **argv)
{
    uint64_t random = 88172645463325252, sum = 0;
    for (unsigned long i = amount(argc, argv, 900000); i > 0; i--) {
        uint64_t a = next_random(&random), b = next_random(&random) | 1;
        sum += high(a, b) ^ a * b;
        sum ^= signed_high(a, b);
        sum += gcd(a, b >> 8);
        sum ^= (int64_t)a / (int64_t)(b >> 33 | 3) + (int32_t)a % (int32_t)(b & 0xffff);
    }
    printf("%" PRIu64 "\n", sum);
}
