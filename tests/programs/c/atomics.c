/* Atomic operations of every size, alone and contended. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#define SUITE(T) \
    static void alone_##T(void) \
    { \
        _Atomic T v = 5; \
        T old = 1; \
        printf(#T " %lld", (long long)atomic_fetch_add(&v, 3)); \
        printf(" %lld", (long long)atomic_fetch_sub(&v, 10)); \
        printf(" %lld", (long long)atomic_fetch_xor(&v, 0x55)); \
        printf(" %lld", (long long)atomic_fetch_or(&v, 0x0f)); \
        printf(" %lld", (long long)atomic_fetch_and(&v, 0x3c)); \
        printf(" %lld", (long long)atomic_exchange(&v, -3)); \
        int swapped = atomic_compare_exchange_strong(&v, &old, 9); \
        printf(" %d %lld", swapped, (long long)old); \
        printf(" %d", atomic_compare_exchange_strong(&v, &old, 9)); \
        printf(" %lld\n", (long long)atomic_load_explicit(&v, memory_order_acquire)); \
    }
SUITE(int8_t)
SUITE(uint16_t)
SUITE(int32_t)
SUITE(uint32_t)
SUITE(int64_t)

static _Atomic uint8_t bytes[8];
static _Atomic int words;
static _Atomic long doubles, cas;
static atomic_flag spin = ATOMIC_FLAG_INIT;
static long guarded;

static void *contend(void *argument)
{
    for (int i = 0; i < 20000; i++) {
        bytes[i & 7]++;
        words += 3;
        atomic_fetch_xor(&doubles, 1L << (i & 63));
        long old = cas;
        while (!atomic_compare_exchange_weak(&cas, &old, old * 3 + 1 > 0 ? old + 1 : old))
            ;
        while (atomic_flag_test_and_set_explicit(&spin, memory_order_acquire))
            ;
        guarded++;
        atomic_flag_clear_explicit(&spin, memory_order_release);
    }
    return NULL;
}

int main(void)
{
    alone_int8_t(), alone_uint16_t(), alone_int32_t(), alone_uint32_t(), alone_int64_t();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, contend, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("%d %d %ld %ld %ld\n", bytes[3], words, doubles, cas, guarded);
    return 0;
}
