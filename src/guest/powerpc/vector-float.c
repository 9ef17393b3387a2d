/* Vectors of singles: round to nearest, raise nothing, and with VSCR's NJ take denormals for 0. */
#include <fenv.h>

#include "guest/powerpc/powerpc.h"
#include "ir/ir.h"

#define SIGN 0x80000000u
#define INFINITE 0x7f800000u
#define QUIET 0x00400000u
#define DEFAULT_NAN 0x7fc00000u

struct operands {
    uint32_t a, b, c;
    unsigned scale;     /* bits below the point */
    uint32_t saturated; /* set, not 0, if a result was */
};

static bool is_nan(uint32_t x) { return (x & ~SIGN) > INFINITE; }
static bool is_signed(uint32_t x) { return x & SIGN; }
static float number(uint32_t x) { return float32_of(x); }

/* The first NaN among operands, quieted; else the result, whose NaN is the default one. */
static uint32_t with_nans(uint32_t result, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t first = is_nan(a) ? a : is_nan(b) ? b : is_nan(c) ? c : 0;
    return first ? first | QUIET : is_nan(result) ? DEFAULT_NAN : result;
}

static uint32_t flushed(uint32_t x) { return x & INFINITE ? x : x & SIGN; }

/* ---- estimates: to all bits of a single, but for the exponential and the logarithm ----------------------------------------------------- */

static double power_of_two(int exponent) { return float64_of((uint64_t)(1023 + exponent) << 52); }

/* To less than 2^-30 of the result. */
static double exponential(double x)
{
    if (x >= 128)
        return (double)number(INFINITE);
    if (x < -160)
        return 0;
    int whole = (int)(x < 0 ? x - 1 : x);
    double y = (x - whole) * 0.6931471805599453, sum = 1, term = 1;
    for (int i = 1; i < 16; i++)
        sum += term *= y / i;
    return sum * power_of_two(whole);
}

/* Of a number that is a normal double: the series of artanh((m - 1) / (m + 1)), m from 1 to 2. */
static double logarithm(double x)
{
    uint64_t bits = bits_of64(x);
    int exponent = (int)(bits >> 52) - 1023;
    double m = float64_of((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52), t = (m - 1) / (m + 1), power = t, sum = 0;
    for (int i = 1; i < 40; i += 2, power *= t * t)
        sum += power / i;
    return exponent + 2 * sum * 1.4426950408889634;
}

static uint32_t logarithm_of(uint32_t b)
{
    if (!(b & ~SIGN))
        return SIGN | INFINITE;
    if (is_signed(b) && !is_nan(b))
        return DEFAULT_NAN;
    return is_nan(b) || b == INFINITE ? with_nans(b, b, 0, 0) : bits_of32((float)logarithm((double)number(b)));
}

static uint32_t reciprocal_root(uint32_t b)
{
    if (!(b & ~SIGN))
        return (b & SIGN) | INFINITE;
    return (uint32_t)with_nans(bits_of32((float)(1 / float64_of(float_sqrt(64, ROUND_NEAREST, bits_of64((double)number(b)))))), b, 0, 0);
}

/* ---- rounding and conversion -------------------------------------------------------------------------------------------------------------- */

static uint32_t rounded(uint32_t b, enum ir_rounding rounding)
{
    const float too_large = 8388608; /* no fraction from here on */
    float x = number(b);
    if (is_nan(b))
        return b | QUIET;
    if (!(x < too_large && x > -too_large))
        return b;
    int64_t whole = (int64_t)signed_from_float(64, 32, rounding, b);
    return bits_of32((float)whole) | (b & SIGN);
}

static uint32_t to_integer(struct operands *o, bool to_signed)
{
    double x = (double)number(o->b) * power_of_two((int)o->scale), least = to_signed ? INT32_MIN : 0, most = to_signed ? INT32_MAX : UINT32_MAX;
    if (is_nan(o->b))
        return 0;
    bool too_low = x <= least - 1, too_high = x >= most + 1;
    o->saturated |= too_low || too_high;
    return (uint32_t)(int64_t)(too_low ? least : too_high ? most : x);
}

static uint32_t scaled(const struct operands *o, int64_t integer)
{
    return bits_of32((float)((double)integer * power_of_two(-(int)o->scale)));
}

/* ---- comparison ---------------------------------------------------------------------------------------------------------------------------- */

static uint32_t maximum(uint32_t a, uint32_t b) { return number(a) > number(b) || (number(a) == number(b) && !is_signed(a)) ? a : b; }
static uint32_t minimum(uint32_t a, uint32_t b) { return number(a) < number(b) || (number(a) == number(b) && is_signed(a)) ? a : b; }
static uint32_t truth(bool x) { return x ? UINT32_MAX : 0; }

/* Out of bounds above, below. */
static uint32_t bounds(float a, float b) { return (a <= b ? 0 : SIGN) | (a >= -b ? 0 : SIGN >> 1); }

static uint32_t compute(enum vector_float_operation operation, struct operands *o)
{
    const uint32_t a = o->a, b = o->b, c = o->c;
    const float x = number(a), y = number(b);
    switch (operation) {
    case VECTOR_ADD: return with_nans(bits_of32(x + y), a, b, 0);
    case VECTOR_SUBTRACT: return with_nans(bits_of32(x - y), a, b, 0);
    case VECTOR_MAXIMUM: return with_nans(maximum(a, b), a, b, 0);
    case VECTOR_MINIMUM: return with_nans(minimum(a, b), a, b, 0);
    case VECTOR_MULTIPLY_ADD: return with_nans((uint32_t)float_muladd(32, ROUND_NEAREST, a, c, b), a, b, c);
    case VECTOR_NEGATED_MULTIPLY_SUBTRACT: return with_nans((uint32_t)float_muladd(32, ROUND_NEAREST, a, c, b ^ SIGN) ^ SIGN, a, b, c);
    case VECTOR_RECIPROCAL: return with_nans(bits_of32(1 / y), b, 0, 0);
    case VECTOR_RECIPROCAL_ROOT: return reciprocal_root(b);
    case VECTOR_POWER: return with_nans(bits_of32((float)exponential((double)y)), b, 0, 0);
    case VECTOR_LOGARITHM: return logarithm_of(b);
    case VECTOR_ROUND_NEAREST: return rounded(b, ROUND_NEAREST);
    case VECTOR_ROUND_ZERO: return rounded(b, ROUND_ZERO);
    case VECTOR_ROUND_UP: return rounded(b, ROUND_UP);
    case VECTOR_ROUND_DOWN: return rounded(b, ROUND_DOWN);
    case VECTOR_FROM_UNSIGNED: return scaled(o, b);
    case VECTOR_FROM_SIGNED: return scaled(o, (int32_t)b);
    case VECTOR_TO_UNSIGNED: return to_integer(o, false);
    case VECTOR_TO_SIGNED: return to_integer(o, true);
    case VECTOR_EQUAL: return truth(x == y);
    case VECTOR_AT_LEAST: return truth(x >= y);
    case VECTOR_GREATER: return truth(x > y);
    case VECTOR_BOUNDS: return bounds(x, y);
    }
    return 0;
}

static bool takes_integers(enum vector_float_operation operation) { return operation == VECTOR_FROM_UNSIGNED || operation == VECTOR_FROM_SIGNED; }

static bool gives_floats(enum vector_float_operation operation) { return operation < VECTOR_TO_UNSIGNED; }

static uint32_t word(const struct context *c, unsigned slot, unsigned lane) { return slot ? (uint32_t)(c->slot[slot + lane / 2] >> 32 * (lane % 2)) : 0; }

uint64_t powerpc_vector_float(struct context *c, uint64_t what, uint64_t immediate)
{
    enum vector_float_operation operation = what & 0xff;
    unsigned t = what >> 8 & 0xff, a = what >> 16 & 0xff, b = what >> 24 & 0xff, third = what >> 32 & 0xff;
    bool flushes = c->slot[POWERPC_VSCR] & POWERPC_NON_JAVA, flushes_operands = flushes && !takes_integers(operation);
    bool has_first = operation < VECTOR_RECIPROCAL || operation >= VECTOR_EQUAL; /* else the place has other uses */
    uint64_t result[2] = { 0 };
    unsigned flags = float_get_flags();
    int rounding = float_get_rounding();
    float_set_rounding(FE_TONEAREST);
    for (unsigned lane = 0; lane < 4; lane++) {
        struct operands o = { has_first ? word(c, a, lane) : 0, word(c, b, lane), word(c, third, lane), (unsigned)immediate, 0 };
        if (flushes_operands)
            o = (struct operands){ flushed(o.a), flushed(o.b), flushed(o.c), o.scale, 0 };
        uint32_t x = compute(operation, &o);
        if (flushes && gives_floats(operation))
            x = flushed(x);
        c->slot[POWERPC_SATURATED] |= o.saturated;
        result[lane / 2] |= (uint64_t)x << 32 * (lane % 2);
    }
    float_set_rounding(rounding);
    float_set_flags(flags);
    c->slot[t] = result[0];
    c->slot[t + 1] = result[1];
    return 0;
}
