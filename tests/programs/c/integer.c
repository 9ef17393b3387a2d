/* Integer arithmetic at every width, with operands at the limits. */
#include <stdint.h>
#include <stdio.h>

static const uint64_t values[] = {0, 1, 2, 3, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
    0x100000000, 0x123456789abcdef0, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe, 0xffffffffffffffff};
enum { COUNT = sizeof values / sizeof *values };

#define SUITE(T, U, BITS) \
    static void arithmetic_##T(void) \
    { \
        uint64_t hash = 14695981039346656037u; \
        for (int i = 0; i < COUNT; i++) \
            for (int j = 0; j < COUNT; j++) { \
                volatile T a = (T)values[i], b = (T)values[j]; \
                T results[] = {a + b, a - b, a * b, a & b, a | b, a ^ b, ~a, -a, a << (b & (BITS - 1)), a >> (b & (BITS - 1)), \
                    (U)a >> (b & (BITS - 1)), a < b, (U)a < (U)b, a <= b, a == b, \
                    b && !(b == (T)-1) ? a / b : 1, b && !(b == (T)-1) ? a % b : 2, b ? (U)a / (U)b : 3, b ? (U)a % (U)b : 4, \
                    (U)a << (b & (BITS - 1)) | (U)a >> (-b & (BITS - 1))}; \
                for (unsigned k = 0; k < sizeof results / sizeof *results; k++) \
                    hash = (hash ^ (uint64_t)(int64_t)results[k]) * 1099511628211u; \
            } \
        printf(#T " %016lx\n", (unsigned long)hash); \
    }
SUITE(int8_t, uint8_t, 8)
SUITE(int16_t, uint16_t, 16)
SUITE(int32_t, uint32_t, 32)
SUITE(int64_t, uint64_t, 64)

int main(void)
{
    arithmetic_int8_t();
    arithmetic_int16_t();
    arithmetic_int32_t();
    arithmetic_int64_t();
    for (int i = 0; i < COUNT; i++) {
        volatile uint64_t v = values[i];
        volatile uint32_t w = v;
        printf("%lx: %d %d %d %d %lx %x %x", (unsigned long)v, v ? __builtin_clzl(v) : 64, v ? __builtin_ctzl(v) : 64, __builtin_popcountl(v),
            __builtin_parityl(v), __builtin_bswap64(v), __builtin_bswap32(w), __builtin_bswap16(w));
        printf(" %d %d %d %d\n", (int8_t)v, (int16_t)v, (int32_t)v, w ? __builtin_clz(w) : 32);
    }
    return 0;
}
