#include "ir/vector.h"

#include "ir/meaning.h"

static void set_lane(struct vector *v, unsigned w, unsigned lane, uint64_t x)
{
    unsigned at = w * lane;
    v->half[at / 64] |= low_bits(w, x) << at % 64;
}

static inline uint64_t saturate_signed(unsigned w, int64_t x)
{
    const int64_t most = INT64_MAX >> (64 - w);
    return (uint64_t)(x > most ? most : x < ~most ? ~most : x);
}

static inline uint64_t saturate_unsigned(unsigned w, int64_t x)
{
    const int64_t most = (int64_t)low_bits(w, UINT64_MAX);
    return (uint64_t)(x > most ? most : x < 0 ? 0 : x);
}

/* Each row as a loop. Sums saturate for lanes below 64 bits only. */
#define LANES1(name, meaning)                                          \
    struct vector vector_##name(unsigned W, struct vector x)          \
    {                                                                  \
        struct vector result = { { 0 } };                              \
        for (unsigned i = 0; i < 128 / W; i++) {                       \
            const uint64_t a = vector_lane(x, W, i);                   \
            set_lane(&result, W, i, (uint64_t)(meaning));              \
        }                                                              \
        return result;                                                 \
    }
#define LANES2(name, meaning)                                                    \
    struct vector vector_##name(unsigned W, struct vector x, struct vector y)   \
    {                                                                            \
        struct vector result = { { 0 } };                                        \
        for (unsigned i = 0; i < 128 / W; i++) {                                 \
            const uint64_t a = vector_lane(x, W, i), b = vector_lane(y, W, i);   \
            set_lane(&result, W, i, (uint64_t)(meaning));                        \
        }                                                                        \
        return result;                                                           \
    }
#include "ir/ops.inc"

struct vector vector_v_bytes(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        set_lane(&result, w, i, vector_lane(x, w, vector_lane(y, w, i) & 15));
    return result;
}

static struct vector interleave(unsigned w, struct vector x, struct vector y, unsigned from)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 64 / w; i++) {
        set_lane(&result, w, 2 * i, vector_lane(x, w, from + i));
        set_lane(&result, w, 2 * i + 1, vector_lane(y, w, from + i));
    }
    return result;
}

struct vector vector_v_low(unsigned w, struct vector x, struct vector y) { return interleave(w, x, y, 0); }
struct vector vector_v_high(unsigned w, struct vector x, struct vector y) { return interleave(w, x, y, 64 / w); }

struct vector vector_v_narrow(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        set_lane(&result, w / 2, i, vector_lane(x, w, i));
        set_lane(&result, w / 2, 128 / w + i, vector_lane(y, w, i));
    }
    return result;
}

struct vector vector_v_align(struct vector x, struct vector y, uint64_t count)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0, at = count % 16; i < 16; i++, at++)
        set_lane(&result, 8, i, vector_lane(at < 16 ? x : y, 8, at % 16));
    return result;
}

struct vector vector_v_splat(unsigned w, uint64_t scalar)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        set_lane(&result, w, i, scalar);
    return result;
}

uint64_t vector_v_extract(unsigned w, struct vector x, uint64_t lane) { return vector_lane(x, w, lane % (128 / w)); }
