/* Vectors of floats: the meanings behind the F_LANES2 and F_VECTOR rows of ops.inc. */
#include "ir/ir.h"
#include "ir/meaning.h"

/* How many lanes are computed; the others are the first operand's. */
static unsigned computed(unsigned w, unsigned part) { return part == LOW_LANE ? 1 : 128 / w; }

/* Arithmetic would flush it anyway; what gives an operand as its result would not. */
static uint64_t operand(struct vector v, unsigned w, unsigned lane) { return float_flushed(w, vector_lane(v, w, lane)); }

static struct vector begin(unsigned w, unsigned part, struct vector x)
{
    return part == LOW_LANE ? (struct vector){ { w == 64 ? 0 : x.half[0] & ~UINT64_C(0xffffffff), x.half[1] } } : vector_of(0);
}

#define F_LANES2(name, meaning)                                                                  \
    struct vector vector_##name(unsigned W, unsigned part, struct vector x, struct vector y)    \
    {                                                                                            \
        struct vector result = begin(W, part, x);                                                \
        for (unsigned i = 0; i < computed(W, part); i++) {                                       \
            const uint64_t a = operand(x, W, i), b = operand(y, W, i);                           \
            (void)a;                                                                             \
            vector_set_lane(&result, W, i, (uint64_t)(meaning));                                 \
        }                                                                                        \
        return result;                                                                           \
    }
#include "ir/ops.inc"

struct vector vector_v_faddsub(unsigned w, unsigned part, struct vector x, struct vector y)
{
    struct vector result = begin(w, part, x);
    for (unsigned i = 0; i < computed(w, part); i++) {
        uint64_t a = vector_lane(x, w, i), b = vector_lane(y, w, i);
        uint64_t r = i % 2 ? float_add(w, ROUND_DYNAMIC, a, b) : float_sub(w, ROUND_DYNAMIC, a, b);
        vector_set_lane(&result, w, i, float_first_nan(w, a, b, r));
    }
    return result;
}

struct vector vector_v_fround(unsigned w, unsigned part, struct vector x, struct vector y, uint64_t how)
{
    struct vector result = begin(w, part, x);
    for (unsigned i = 0; i < computed(w, part); i++) {
        uint64_t b = vector_lane(y, w, i);
        vector_set_lane(&result, w, i, float_first_nan(w, b, b, float_integral(w, how & ~(uint64_t)FROUND_QUIET, how & FROUND_QUIET, b)));
    }
    return result;
}

/* ---- conversions -------------------------------------------------------------------------------------------------------------------------------------- */

/* A NaN keeps its sign and the upper bits of its payload. */
static uint64_t convert(unsigned w, unsigned from, uint64_t a)
{
    uint64_t r = float_from_float(w, from, ROUND_DYNAMIC, a);
    if (!float_is_nan(from, a))
        return r;
    uint64_t sign = a >> (from - 1) << (w - 1), payload = w == 64 ? (a & 0x7fffff) << 29 : a >> 29 & 0x7fffff;
    return float_canonical_nan(w) | sign | payload;
}

struct vector vector_v_fwiden(unsigned w, unsigned part, struct vector x, struct vector y)
{
    struct vector result = begin(w, part, x);
    for (unsigned i = 0; i < computed(w, part); i++)
        vector_set_lane(&result, w, i, convert(w, w / 2, vector_lane(y, w / 2, i)));
    return result;
}

struct vector vector_v_fnarrow(unsigned w, unsigned part, struct vector x, struct vector y)
{
    struct vector result = begin(w, part, x);
    for (unsigned i = 0; i < computed(2 * w, part); i++)
        vector_set_lane(&result, w, i, convert(w, 2 * w, vector_lane(y, 2 * w, i)));
    return result;
}

struct vector vector_v_ffrom(unsigned w, unsigned part, struct vector x, struct vector y)
{
    struct vector result = begin(w, part, x);
    for (unsigned i = 0; i < computed(w, part); i++)
        vector_set_lane(&result, w, i, float_from_signed(w, 32, ROUND_DYNAMIC, vector_lane(y, 32, i)));
    return result;
}

static struct vector to_integers(unsigned w, unsigned rounding, struct vector y)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 128 / w; i++)
        vector_set_lane(&result, 32, i, signed_or_min_from_float(32, w, rounding, vector_lane(y, w, i)));
    return result;
}

struct vector vector_v_fto(unsigned w, unsigned part, struct vector x, struct vector y)
{
    (void)part, (void)x;
    return to_integers(w, ROUND_DYNAMIC, y);
}

struct vector vector_v_ftrunc(unsigned w, unsigned part, struct vector x, struct vector y)
{
    (void)part, (void)x;
    return to_integers(w, ROUND_ZERO, y);
}
