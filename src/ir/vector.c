#include "ir/vector.h"

#include "ir/meaning.h"

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
            vector_set_lane(&result, W, i, (uint64_t)(meaning));              \
        }                                                              \
        return result;                                                 \
    }
#define LANES2(name, meaning)                                                    \
    struct vector vector_##name(unsigned W, struct vector x, struct vector y)   \
    {                                                                            \
        struct vector result = { { 0 } };                                        \
        for (unsigned i = 0; i < 128 / W; i++) {                                 \
            const uint64_t a = vector_lane(x, W, i), b = vector_lane(y, W, i);   \
            vector_set_lane(&result, W, i, (uint64_t)(meaning));                        \
        }                                                                        \
        return result;                                                           \
    }
#include "ir/ops.inc"

struct vector vector_v_bytes(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        vector_set_lane(&result, w, i, vector_lane(x, w, vector_lane(y, w, i) & 15));
    return result;
}

static struct vector interleave(unsigned w, struct vector x, struct vector y, unsigned from)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 64 / w; i++) {
        vector_set_lane(&result, w, 2 * i, vector_lane(x, w, from + i));
        vector_set_lane(&result, w, 2 * i + 1, vector_lane(y, w, from + i));
    }
    return result;
}

struct vector vector_v_low(unsigned w, struct vector x, struct vector y) { return interleave(w, x, y, 0); }
struct vector vector_v_high(unsigned w, struct vector x, struct vector y) { return interleave(w, x, y, 64 / w); }

struct vector vector_v_narrow(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        vector_set_lane(&result, w / 2, i, vector_lane(x, w, i));
        vector_set_lane(&result, w / 2, 128 / w + i, vector_lane(y, w, i));
    }
    return result;
}

/* ---- numbers in lanes of another width --------------------------------------------------------------------------------------------------- */

static int64_t signed_lane(struct vector v, unsigned w, unsigned lane) { return sign_extend(w, vector_lane(v, w, lane)); }

struct vector vector_v_packs(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        vector_set_lane(&result, w / 2, i, saturate_signed(w / 2, signed_lane(x, w, i)));
        vector_set_lane(&result, w / 2, 128 / w + i, saturate_signed(w / 2, signed_lane(y, w, i)));
    }
    return result;
}

struct vector vector_v_packu(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        vector_set_lane(&result, w / 2, i, saturate_unsigned(w / 2, signed_lane(x, w, i)));
        vector_set_lane(&result, w / 2, 128 / w + i, saturate_unsigned(w / 2, signed_lane(y, w, i)));
    }
    return result;
}

struct vector vector_v_madd(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        int64_t even = signed_lane(x, w / 2, 2 * i) * signed_lane(y, w / 2, 2 * i);
        int64_t odd = signed_lane(x, w / 2, 2 * i + 1) * signed_lane(y, w / 2, 2 * i + 1);
        vector_set_lane(&result, w, i, (uint64_t)(even + odd));
    }
    return result;
}

struct vector vector_v_maddus(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        int64_t even = (int64_t)vector_lane(x, w / 2, 2 * i) * signed_lane(y, w / 2, 2 * i);
        int64_t odd = (int64_t)vector_lane(x, w / 2, 2 * i + 1) * signed_lane(y, w / 2, 2 * i + 1);
        vector_set_lane(&result, w, i, saturate_signed(w, even + odd));
    }
    return result;
}

struct vector vector_v_sad(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 16; i++) {
        uint64_t a = vector_lane(x, 8, i), b = vector_lane(y, 8, i);
        result.half[i * 8 / w] += a > b ? a - b : b - a;
    }
    return result;
}

struct vector vector_v_evens(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        vector_set_lane(&result, w, i, (uint64_t)(signed_lane(x, w / 2, 2 * i) * signed_lane(y, w / 2, 2 * i)));
    return result;
}

struct vector vector_v_evenu(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        vector_set_lane(&result, w, i, vector_lane(x, w / 2, 2 * i) * vector_lane(y, w / 2, 2 * i));
    return result;
}

/* ---- neighbours ------------------------------------------------------------------------------------------------------------------------------ */

static struct vector combine_neighbours(unsigned w, struct vector x, struct vector y, int sign, bool saturates)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++) {
        struct vector from = i < 64 / w ? x : y;
        unsigned at = 2 * i % (128 / w);
        int64_t sum = signed_lane(from, w, at) + sign * signed_lane(from, w, at + 1);
        vector_set_lane(&result, w, i, saturates ? saturate_signed(w, sum) : (uint64_t)sum);
    }
    return result;
}

struct vector vector_v_hadd(unsigned w, struct vector x, struct vector y) { return combine_neighbours(w, x, y, 1, false); }
struct vector vector_v_hsub(unsigned w, struct vector x, struct vector y) { return combine_neighbours(w, x, y, -1, false); }
struct vector vector_v_hadds(unsigned w, struct vector x, struct vector y) { return combine_neighbours(w, x, y, 1, true); }
struct vector vector_v_hsubs(unsigned w, struct vector x, struct vector y) { return combine_neighbours(w, x, y, -1, true); }

/* ---- moving lanes about ------------------------------------------------------------------------------------------------------------------------ */

struct vector vector_v_table(unsigned w, struct vector x, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        if (!(vector_lane(y, w, i) & 0x80))
            vector_set_lane(&result, w, i, vector_lane(x, w, vector_lane(y, w, i) & 15));
    return result;
}

struct vector vector_v_shuffle(unsigned w, struct vector x, struct vector y, uint64_t by)
{
    struct vector result = { { 0 } };
    unsigned bits = w == 64 ? 1 : 2;
    for (unsigned i = 0; i < 128 / w; i++) {
        unsigned from = (unsigned)(by >> bits * i) & ((1u << bits) - 1), above = w == 16 && i >= 4 ? 4 : 0;
        vector_set_lane(&result, w, i, vector_lane(i < 64 / w ? x : y, w, from + above));
    }
    return result;
}

struct vector vector_v_choose(unsigned w, struct vector x, struct vector y, uint64_t by)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        vector_set_lane(&result, w, i, vector_lane(by >> i & 1 ? y : x, w, i));
    return result;
}

struct vector vector_v_blend(unsigned w, struct vector x, struct vector y, struct vector mask)
{
    return vector_v_choose(w, x, y, vector_v_signs(w, mask));
}

struct vector vector_v_align(unsigned w, struct vector x, struct vector y, uint64_t count)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0, at = count % 16; i < 16; i++, at++)
        vector_set_lane(&result, w, i, vector_lane(at < 16 ? x : y, w, at % 16));
    return result;
}

struct vector vector_v_insert(unsigned w, struct vector x, uint64_t scalar, uint64_t lane)
{
    return vector_v_choose(w, x, vector_v_splat(w, scalar), UINT64_C(1) << lane % (128 / w));
}

uint64_t vector_v_signs(unsigned w, struct vector x)
{
    uint64_t signs = 0;
    for (unsigned i = 0; i < 128 / w; i++)
        signs |= vector_lane(x, w, i) >> (w - 1) << i;
    return signs;
}

/* ---- all lanes by one count ---------------------------------------------------------------------------------------------------------------------- */

struct vector vector_v_shl_all(unsigned w, struct vector x, uint64_t count)
{
    return count < w ? vector_v_shl(w, x, vector_v_splat(w, count)) : vector_of(0);
}

struct vector vector_v_shr_all(unsigned w, struct vector x, uint64_t count)
{
    return count < w ? vector_v_shr(w, x, vector_v_splat(w, count)) : vector_of(0);
}

struct vector vector_v_sar_all(unsigned w, struct vector x, uint64_t count)
{
    return vector_v_sar(w, x, vector_v_splat(w, count < w ? count : w - 1));
}

/* ---- scalars ---------------------------------------------------------------------------------------------------------------------------------------- */

struct vector vector_v_splat(unsigned w, uint64_t scalar)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        vector_set_lane(&result, w, i, scalar);
    return result;
}

uint64_t vector_v_extract(unsigned w, struct vector x, uint64_t lane) { return vector_lane(x, w, lane % (128 / w)); }
