/* What every layer may use: sizes, bits, failure. Knows nothing above it. */
#ifndef FERRY_BASE_H
#define FERRY_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))
#define NOINLINE __attribute__((noinline))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* The low `width` bits of `x`; width is 1 to 64. */
static inline uint64_t low_bits(unsigned width, uint64_t x)
{
    return width >= 64 ? x : x & ((UINT64_C(1) << width) - 1);
}

/* The low `width` bits of `x` as a two's complement number; width is 1 to 64. */
static inline int64_t sign_extend(unsigned width, uint64_t x)
{
    return (int64_t)(x << (64 - width)) >> (64 - width);
}

static inline uint64_t align_down(uint64_t x, uint64_t power_of_two) { return x & -power_of_two; }
static inline uint64_t align_up(uint64_t x, uint64_t power_of_two) { return align_down(x + power_of_two - 1, power_of_two); }

/* Bad input or environment: prints "ferry: MESSAGE" on standard error and exits with `status`. */
NORETURN void die(int status, const char *format, ...) PRINTF_LIKE(2, 3);

/* A bug of ours: prints a report (what, where) and aborts. Never for guest or user mistakes. */
NORETURN void internal_error(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
#define BUG(...) internal_error(__FILE__, __LINE__, __VA_ARGS__)

/* Like malloc, realloc and calloc, but out of memory is fatal (die with status 126). */
void *must_alloc(size_t size);
void *must_realloc(void *old, size_t size);
void *must_zalloc(size_t size);

/* At a multiple of `alignment`, a power of two that divides `size`. */
void *must_alloc_aligned(size_t size, size_t alignment);

#endif
