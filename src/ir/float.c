/* Floating point by the host's own instructions, under the host's environment; a static rounding is set for the one
 * operation. What hosts lack (ties away from zero, saturating conversions) is in float_exact.c.
 *
 * Compilers move operations over changes of the environment, and drop those whose result is not used though their flags are.
 * Operands read from volatile objects and results written to volatile objects keep an operation in its place. */
#include "ir/float.h"

#include <fenv.h>
#include <math.h>

#include "ir/float_exact.h"
#include "ir/ir.h"

static int host_rounding(unsigned r)
{
    return r == ROUND_ZERO ? FE_TOWARDZERO : r == ROUND_DOWN ? FE_DOWNWARD : r == ROUND_UP ? FE_UPWARD : FE_TONEAREST;
}

/* The static equal of the rounding mode in force. */
static unsigned rounding_in_force(void)
{
    int mode = float_get_rounding();
    return mode == FE_TOWARDZERO ? ROUND_ZERO : mode == FE_DOWNWARD ? ROUND_DOWN : mode == FE_UPWARD ? ROUND_UP : ROUND_NEAREST;
}

/* Sets the rounding for what follows; gives the one to put back with end_rounding. */
static int begin_rounding(unsigned r)
{
    if (r == ROUND_DYNAMIC)
        return -1;
    int before = float_get_rounding(), wanted = host_rounding(r);
    if (before == wanted)
        return -1;
    float_set_rounding(wanted);
    return before;
}

static void end_rounding(int before)
{
    if (before != -1)
        float_set_rounding(before);
}

#define COMPUTE(real, square_root, multiply_add)                                                                             \
    static real compute_##real(enum float_operation operation, volatile real x, volatile real y, volatile real z)            \
    {                                                                                                                        \
        switch (operation) {                                                                                                 \
        case FLOAT_ADD: return x + y;                                                                                        \
        case FLOAT_SUB: return x - y;                                                                                        \
        case FLOAT_MUL: return x * y;                                                                                        \
        case FLOAT_DIV: return x / y;                                                                                        \
        case FLOAT_SQRT: return square_root(x);                                                                              \
        default: return multiply_add(x, y, z);                                                                               \
        }                                                                                                                    \
    }
COMPUTE(float, sqrtf, fmaf)
COMPUTE(double, sqrt, fma)
#undef COMPUTE

static uint64_t compute(enum float_operation operation, unsigned w, unsigned r, uint64_t a, uint64_t b, uint64_t c)
{
    int before = begin_rounding(r);
    volatile uint64_t result = w == 32
        ? bits_of32(compute_float(operation, float32_of(a), float32_of(b), float32_of(c)))
        : bits_of64(compute_double(operation, float64_of(a), float64_of(b), float64_of(c)));
    end_rounding(before);
    return result;
}

/* Operands that are not ordinary give results that no rounding to nearest changes. */
static uint64_t compute2(enum float_operation operation, unsigned w, unsigned r, uint64_t a, uint64_t b)
{
    if (r == ROUND_NEAREST_MAX && float_is_ordinary(w, a) && float_is_ordinary(w, b))
        return nearest_max_arithmetic(operation, w, a, b, 0);
    return compute(operation, w, r, a, b, 0);
}

uint64_t float_add_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b) { return compute2(FLOAT_ADD, w, r, a, b); }
uint64_t float_sub_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b) { return compute2(FLOAT_SUB, w, r, a, b); }
uint64_t float_mul_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b) { return compute2(FLOAT_MUL, w, r, a, b); }
uint64_t float_div_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b) { return compute2(FLOAT_DIV, w, r, a, b); }

/* No square root lies halfway: the square of a number of p + 1 bits that ends in a one has more than p bits. */
uint64_t float_sqrt(unsigned w, unsigned r, uint64_t a) { return compute(FLOAT_SQRT, w, r, a, 0, 0); }

uint64_t float_muladd(unsigned w, unsigned r, uint64_t a, uint64_t b, uint64_t c)
{
    if ((float_is_infinite(w, a) && float_is_zero(w, b)) || (float_is_zero(w, a) && float_is_infinite(w, b)))
        raise_invalid(); /* with a quiet NaN as c, 754-2019 section 7.2 c leaves it to the host; x86 does not */
    if (r == ROUND_NEAREST_MAX && float_is_ordinary(w, a) && float_is_ordinary(w, b) &&
        (float_is_ordinary(w, c) || float_is_zero(w, c)))
        return nearest_max_arithmetic(FLOAT_MULADD, w, a, b, c);
    return compute(FLOAT_MULADD, w, r, a, b, c);
}

/* ---- minimum and maximum ------------------------------------------------------------------------------------------------- */

static bool is_signalling(unsigned w, uint64_t a)
{
    uint64_t quiet = UINT64_C(1) << (w == 32 ? 22 : 51);
    return float_is_nan(w, a) && !(a & quiet);
}

/* Integers in the order of the numbers, -0 below +0. */
static int64_t order_of(unsigned w, uint64_t a)
{
    int64_t bits = sign_extend(w, a);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

static uint64_t pick_number(unsigned w, uint64_t a, uint64_t b, bool a_wins)
{
    if (is_signalling(w, a) || is_signalling(w, b))
        raise_invalid();
    if (float_is_nan(w, a))
        return float_is_nan(w, b) ? float_canonical_nan(w) : b;
    return a_wins || float_is_nan(w, b) ? a : b;
}

uint64_t float_min(unsigned w, uint64_t a, uint64_t b) { return pick_number(w, a, b, order_of(w, a) < order_of(w, b)); }
uint64_t float_max(unsigned w, uint64_t a, uint64_t b) { return pick_number(w, a, b, order_of(w, a) > order_of(w, b)); }

/* ---- conversions ----------------------------------------------------------------------------------------------------------- */

uint64_t float_from_float(unsigned w, unsigned from, unsigned r, uint64_t a)
{
    if (r == ROUND_NEAREST_MAX && float_is_ordinary(from, a))
        return nearest_max_from_float(w, from, a);
    int before = begin_rounding(r);
    volatile uint64_t result;
    if (w == 32) {
        volatile double wide = float64_of(a);
        result = bits_of32((float)wide);
    } else {
        volatile float narrow = float32_of(a);
        result = bits_of64((double)narrow);
    }
    end_rounding(before);
    return result;
}

/* `scale` is 1 or 2: what to multiply with after the conversion, which is exact. */
static uint64_t from_integer(unsigned w, unsigned r, int64_t a, int scale)
{
    int before = begin_rounding(r);
    volatile int64_t integer = a;
    volatile uint64_t result = w == 32 ? bits_of32((float)integer * (float)scale) : bits_of64((double)integer * scale);
    end_rounding(before);
    return result;
}

uint64_t float_from_signed(unsigned w, unsigned from, unsigned r, uint64_t a)
{
    int64_t integer = sign_extend(from, a);
    if (r == ROUND_NEAREST_MAX && integer)
        return nearest_max_from_integer(w, integer < 0, integer < 0 ? -(uint64_t)integer : (uint64_t)integer);
    return from_integer(w, r, integer, 1);
}

uint64_t float_from_unsigned(unsigned w, unsigned from, unsigned r, uint64_t a)
{
    a = low_bits(from, a);
    if (r == ROUND_NEAREST_MAX && a)
        return nearest_max_from_integer(w, false, a);
    if (a <= INT64_MAX)
        return from_integer(w, r, (int64_t)a, 1);
    return from_integer(w, r, (int64_t)(a >> 1 | (a & 1)), 2); /* the lost bit still counts as "not exact" */
}

static uint64_t to_integer(unsigned w, bool is_signed, unsigned from, unsigned r, uint64_t a)
{
    if (float_is_zero(from, a))
        return 0;
    if (float_is_ordinary(from, a))
        return integer_from_ordinary(w, is_signed, from, r == ROUND_DYNAMIC ? rounding_in_force() : r, a);
    raise_invalid();
    return largest_integer(w, is_signed, !float_is_nan(from, a) && a >> (from - 1) & 1);
}

uint64_t signed_from_float(unsigned w, unsigned from, unsigned r, uint64_t a) { return to_integer(w, true, from, r, a); }
uint64_t unsigned_from_float(unsigned w, unsigned from, unsigned r, uint64_t a) { return to_integer(w, false, from, r, a); }

/* Saturation tells all but whether the largest number was meant: it was by what rounds to it, which are f64 below the next one. */
uint64_t signed_or_min_from_float(unsigned w, unsigned from, unsigned r, uint64_t a)
{
    a = float_flushed(from, a);
    uint64_t result = to_integer(w, true, from, r, a), most = low_bits(w - 1, UINT64_MAX);
    if (result != most)
        return result;
    if (w == 32 && from == 64 && !float_is_nan(from, a) && float64_of(a) < INT32_MAX + 1.0) {
        double above = float64_of(a) - INT32_MAX;
        unsigned rounding = r == ROUND_DYNAMIC ? rounding_in_force() : r;
        if (rounding == ROUND_ZERO || rounding == ROUND_DOWN || (rounding == ROUND_UP ? above <= 0 : above < 0.5))
            return result;
    }
    return most + 1;
}

/* Large numbers are integral; adding a zero of the same sign makes a signalling NaN quiet. */
uint64_t float_integral(unsigned w, unsigned r, bool quiet, uint64_t a)
{
    a = float_flushed(w, a);
    const uint64_t sign = a & UINT64_C(1) << (w - 1), integral_from = w == 32 ? 0x4b000000 : UINT64_C(0x4330000000000000); /* 2^23, 2^52 */
    if ((a ^ sign) >= integral_from)
        return float_add(w, ROUND_DYNAMIC, a, sign);
    if (float_is_zero(w, a))
        return a;
    uint64_t magnitude = magnitude_from_ordinary(w, r == ROUND_DYNAMIC ? rounding_in_force() : r, quiet, a);
    return float_from_unsigned(w, 64, ROUND_NEAREST, magnitude) | sign;
}

#ifdef __SSE__
#include <xmmintrin.h>

uint64_t float_reciprocal(uint64_t a) { return bits_of32(_mm_cvtss_f32(_mm_rcp_ss(_mm_set_ss(float32_of(a))))); }
uint64_t float_reciprocal_root(uint64_t a) { return bits_of32(_mm_cvtss_f32(_mm_rsqrt_ss(_mm_set_ss(float32_of(a))))); }
#else
#error "This host needs approximations of its own here."
#endif
