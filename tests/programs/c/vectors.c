/* Vectors of 16 bytes in the compiler's own notation: every width of lane, comparisons, shuffles, conversions, arguments and results of
 * functions, kept by signal handlers and longjmp. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define VECTORS(name, lane)                                                                           \
    typedef lane name##_v __attribute__((vector_size(16)));                                           \
    static void print_##name(const char *what, name##_v v)                                            \
    {                                                                                                 \
        printf(#name " %s:", what);                                                                   \
        for (unsigned i = 0; i < 16 / sizeof(lane); i++)                                              \
            printf(" %llx", (unsigned long long)(v[i] & (~0ull >> (64 - 8 * sizeof(lane)))));         \
        puts("");                                                                                     \
    }                                                                                                 \
    __attribute__((noinline)) static name##_v mixed_##name(name##_v a, name##_v b, name##_v c)        \
    {                                                                                                 \
        return (a + b) * c - (a & ~b) + ((b ^ c) | (a > b)) - (name##_v)(b == c);                     \
    }                                                                                                 \
    static void test_##name(void)                                                                     \
    {                                                                                                 \
        name##_v a, b, c;                                                                             \
        uint64_t seed = 88172645463325252;                                                            \
        for (unsigned round = 0; round < 4; round++) {                                                \
            for (unsigned i = 0; i < 16 / sizeof(lane); i++) {                                        \
                seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;                            \
                a[i] = (lane)seed, b[i] = (lane)(seed >> 20), c[i] = (lane)(round == 3 ? b[i] : seed >> 33); \
            }                                                                                         \
            print_##name("mixed", mixed_##name(a, b, c));                                             \
            print_##name("shifted", (a << 3) ^ (b >> 2));                                             \
            print_##name("below", (name##_v)((a < b) & c));                                           \
        }                                                                                             \
    }
VECTORS(u8, uint8_t)
VECTORS(s8, int8_t)
VECTORS(u16, uint16_t)
VECTORS(s16, int16_t)
VECTORS(u32, uint32_t)
VECTORS(s32, int32_t)

typedef float f32_v __attribute__((vector_size(16)));

static void test_floats(void)
{
    f32_v a = { 1.5f, -2, 1e30f, 0.1f }, b = { 3, 0.25f, 1e10f, -7 }, sum = a + b, product = a * b;
    s32_v less = a < b, equal = a + a == 2 * a;
    for (int i = 0; i < 4; i++)
        printf("f32: %a %a %d %d\n", (double)sum[i], (double)product[i], less[i], equal[i]);
    float total = 0;
    static float x[256], y[256];
    for (int i = 0; i < 256; i++)
        x[i] = (float)i / 8, y[i] = (float)(256 - i);
    for (int i = 0; i < 256; i++)
        x[i] = x[i] > 16 ? x[i] + y[i] : x[i] - y[i];
    for (int i = 0; i < 256; i++)
        total += x[i];
    printf("total %a\n", (double)total);
}

static void test_shuffles(void)
{
    u8_v a, b;
    for (unsigned i = 0; i < 16; i++)
        a[i] = (uint8_t)(i * 7), b[i] = (uint8_t)(200 - i);
    print_u8("reversed", __builtin_shuffle(a, (u8_v){ 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 }));
    print_u8("of two", __builtin_shuffle(a, b, (u8_v){ 0, 16, 1, 17, 31, 30, 2, 3, 20, 21, 4, 5, 6, 7, 8, 29 }));
    print_u8("chosen", __builtin_shuffle(a, b, a + b));
}

static volatile u32_v seen;

static void handler(int number)
{
    u32_v mine = { 9, 8, 7, (uint32_t)number };
    seen = mine * 3;
}

__attribute__((noinline)) static u32_v across(u32_v v)
{
    jmp_buf back;
    volatile int jumped = 0;
    if (!setjmp(back)) {
        jumped = 1;
        raise(SIGUSR1);
        longjmp(back, 1);
    }
    return v + (uint32_t)jumped;
}

int main(void)
{
    test_u8();
    test_s8();
    test_u16();
    test_s16();
    test_u32();
    test_s32();
    test_floats();
    test_shuffles();
    signal(SIGUSR1, handler);
    print_u32("across", across((u32_v){ 1, 0xdeadbeef, 3, 4 }));
    print_u32("seen", seen);
    return 0;
}
