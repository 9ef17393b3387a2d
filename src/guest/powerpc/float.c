/* What is rare in floating point: NaNs, limits of conversion, denormal singles, another rounding mode. */
#include <fenv.h>

#include "guest/powerpc/powerpc.h"

#define SIGN_BIT (UINT64_C(1) << 63)
#define QUIET_BIT (UINT64_C(1) << 51)
#define INFINITE UINT64_C(0x7ff0000000000000)

static bool is_nan(uint64_t x) { return float_is_nan(64, x); }
static bool is_signalling(uint64_t x) { return is_nan(x) && !(x & QUIET_BIT); }
static bool is_infinite(uint64_t x) { return (x & INT64_MAX) == INFINITE; }
static bool is_zero(uint64_t x) { return !(x & INT64_MAX); }

static void raise_exceptions(struct context *c, uint32_t raised)
{
    uint32_t fpscr = (uint32_t)c->slot[POWERPC_FPSCR];
    c->slot[POWERPC_FPSCR] = fpscr | raised | (raised & ~fpscr ? FPSCR_FX : 0);
}

/* The mode is a field of `fpscr`, which is also the result. */
uint64_t powerpc_set_rounding(struct context *c, uint64_t fpscr, uint64_t unused)
{
    (void)c, (void)unused;
    static const int rounding[] = { FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD };
    float_set_rounding(rounding[fpscr & FPSCR_RN]);
    return fpscr;
}

/* ---- NaNs -------------------------------------------------------------------------------------------------------------------- */

static uint32_t invalid_sum(uint64_t a, uint64_t b, bool subtract)
{
    return is_infinite(a) && is_infinite(b) && ((a ^ b) >> 63) != subtract ? FPSCR_VXISI : 0;
}

static uint32_t invalid_product(uint64_t a, uint64_t b)
{
    return (is_infinite(a) && is_zero(b)) || (is_zero(a) && is_infinite(b)) ? FPSCR_VXIMZ : 0;
}

/* Of a * c and b: no product of finite numbers counts as infinite. */
static uint32_t invalid_fused(uint64_t a, uint64_t c, uint64_t b, bool subtract)
{
    bool infinite = is_infinite(a) || is_infinite(c);
    uint64_t product = infinite ? INFINITE | ((a ^ c) & SIGN_BIT) : 0;
    return invalid_product(a, c) ? FPSCR_VXIMZ : is_nan(a) || is_nan(c) ? 0 : invalid_sum(product, b, subtract);
}

static uint32_t invalid_quotient(uint64_t a, uint64_t b)
{
    return is_infinite(a) && is_infinite(b) ? FPSCR_VXIDI : is_zero(a) && is_zero(b) ? FPSCR_VXZDZ : 0;
}

static uint32_t why_invalid(enum float_operation operation, uint64_t a, uint64_t b, uint64_t c)
{
    switch (operation) {
    case FLOAT_ADD: return invalid_sum(a, b, false);
    case FLOAT_SUBTRACT: return invalid_sum(a, b, true);
    case FLOAT_MULTIPLY: return invalid_product(a, b);
    case FLOAT_DIVIDE: return invalid_quotient(a, b);
    case FLOAT_ROOT: return b & SIGN_BIT && !is_nan(b) && !is_zero(b) ? FPSCR_VXSQRT : 0;
    case FLOAT_FUSED_ADD: return invalid_fused(a, c, b, false);
    case FLOAT_FUSED_SUBTRACT: return invalid_fused(a, c, b, true);
    case FLOAT_ROUND: break;
    }
    return 0;
}

uint64_t powerpc_nan_result(struct context *c, uint64_t what, uint64_t unused)
{
    (void)unused;
    uint64_t operand[3] = { 0 }, result = float_canonical_nan(64);
    uint32_t raised = 0;
    for (unsigned i = 3; i-- > 0;) {
        unsigned number = what >> (8 + 8 * i) & 0xff;
        if (!number)
            continue;
        operand[i] = c->slot[POWERPC_F + number - 1];
        if (is_nan(operand[i]))
            result = operand[i] | QUIET_BIT;
        if (is_signalling(operand[i]))
            raised |= FPSCR_VXSNAN;
    }
    raise_exceptions(c, raised | why_invalid(what & 0xf, operand[0], operand[1], operand[2]));
    return what & 0x10 ? result & ~UINT64_C(0x1fffffff) : result; /* singles have no more bits */
}

uint64_t powerpc_unordered(struct context *c, uint64_t what, uint64_t difference)
{
    uint64_t a = c->slot[POWERPC_F + (what >> 8 & 0xff) - 1], b = c->slot[POWERPC_F + (what >> 16 & 0xff) - 1];
    if (!is_nan(a) && !is_nan(b))
        return difference == 1 ? POWERPC_GT_WORD | 1 : POWERPC_NOT_GT_WORD | (difference ? POWERPC_LT_WORD | 1 : 0);
    bool ordered = what & 1, signalling = is_signalling(a) || is_signalling(b);
    raise_exceptions(c, (signalling ? FPSCR_VXSNAN : 0) | (ordered ? FPSCR_VXVC : 0));
    return POWERPC_UNORDERED;
}

/* ---- conversions and estimates ----------------------------------------------------------------------------------------------------- */

/* `result` is the nearest word, as far as `bits` is a number. */
static uint64_t convert(struct context *c, uint64_t bits, uint64_t result, enum ir_rounding rounding)
{
    if (is_nan(bits)) {
        raise_exceptions(c, FPSCR_VXCVI | (is_signalling(bits) ? FPSCR_VXSNAN : 0));
        return UINT32_C(0x80000000);
    }
    unsigned flags = float_get_flags();
    int64_t rounded = (int64_t)signed_from_float(64, 64, rounding, bits);
    float_set_flags(flags);
    if (rounded != (int32_t)result)
        raise_exceptions(c, FPSCR_VXCVI);
    return result;
}

uint64_t powerpc_convert(struct context *c, uint64_t bits, uint64_t result) { return convert(c, bits, result, ROUND_DYNAMIC); }
uint64_t powerpc_truncate(struct context *c, uint64_t bits, uint64_t result) { return convert(c, bits, result, ROUND_ZERO); }

uint64_t powerpc_to_single(struct context *c, uint64_t bits, uint64_t unused)
{
    (void)c, (void)unused;
    enum { SMALLEST = 874 }; /* exponent of what is denormal as a single */
    unsigned exponent = bits >> 52 & 0x7ff;
    uint64_t fraction = low_bits(52, bits) | UINT64_C(1) << 52;
    return (bits >> 32 & 0x80000000) | (exponent < SMALLEST ? 0 : fraction >> (29 + 897 - exponent));
}

/* Of a NaN. */
uint64_t powerpc_from_single(struct context *c, uint64_t bits, uint64_t unused)
{
    (void)c, (void)unused;
    return (bits & 0x80000000) << 32 | INFINITE | (bits & 0x7fffff) << 29;
}

/* 1 / x as a single, or 1 over the square root of x. Whether they are inexact is undefined: they are not. */
uint64_t powerpc_estimate(struct context *c, uint64_t bits, uint64_t of_root)
{
    double x = float64_of(bits);
    if (is_nan(bits)) {
        raise_exceptions(c, is_signalling(bits) ? FPSCR_VXSNAN : 0);
        return (bits | QUIET_BIT) & ~(uint64_t)(of_root ? 0 : 0x1fffffff);
    }
    if (is_zero(bits)) {
        raise_exceptions(c, FPSCR_ZX);
        return (bits & SIGN_BIT) | INFINITE;
    }
    if (of_root && bits & SIGN_BIT) {
        raise_exceptions(c, FPSCR_VXSQRT);
        return float_canonical_nan(64);
    }
    unsigned flags = float_get_flags();
    uint64_t result = of_root ? bits_of64(1 / float64_of(float_sqrt(64, ROUND_DYNAMIC, bits))) : bits_of64((double)(float)(1 / x));
    float_set_flags(flags);
    return result;
}
