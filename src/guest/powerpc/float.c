/* The floating-point status and control register, and what is rare in floating point: NaNs, limits of conversion, denormal singles.
 *
 * The slot holds control bits and the sticky bits known by now; overflow, underflow, division by zero and inexact since then are flags of
 * the host thread, FPRF is in two other slots. The summary bits VX and FEX are computed when someone reads. (Book I, section 4.2.2.) */
#include <fenv.h>

#include "guest/powerpc/powerpc.h"
#include "ir/float.h"

enum {
    FPSCR_FEX = 0x40000000, FPSCR_VX = 0x20000000, FPSCR_OX = 0x10000000, FPSCR_UX = 0x08000000, FPSCR_ZX = 0x04000000,
    FPSCR_XX = 0x02000000, FPSCR_VXSNAN = 0x01000000, FPSCR_VXISI = 0x00800000, FPSCR_VXIDI = 0x00400000, FPSCR_VXZDZ = 0x00200000,
    FPSCR_VXIMZ = 0x00100000, FPSCR_VXVC = 0x00080000, FPSCR_FPRF = 0x0001f000, FPSCR_C = 0x00010000, FPSCR_FPCC = 0x0000f000,
    FPSCR_VXSOFT = 0x00000400, FPSCR_VXSQRT = 0x00000200, FPSCR_VXCVI = 0x00000100, FPSCR_RN = 3,
    FPSCR_RESERVED = 0x00000800,
    ALL_INVALID = FPSCR_VXSNAN | FPSCR_VXISI | FPSCR_VXIDI | FPSCR_VXZDZ | FPSCR_VXIMZ | FPSCR_VXVC | FPSCR_VXSOFT | FPSCR_VXSQRT | FPSCR_VXCVI,
    ALL_EXCEPTIONS = ALL_INVALID | FPSCR_OX | FPSCR_UX | FPSCR_ZX | FPSCR_XX,
};
#define FPSCR_FX UINT32_C(0x80000000)
#define SIGN_BIT (UINT64_C(1) << 63)
#define QUIET_BIT (UINT64_C(1) << 51)
#define INFINITE UINT64_C(0x7ff0000000000000)

static bool is_nan(uint64_t x) { return float_is_nan(64, x); }
static bool is_signalling(uint64_t x) { return is_nan(x) && !(x & QUIET_BIT); }
static bool is_infinite(uint64_t x) { return (x & INT64_MAX) == INFINITE; }
static bool is_zero(uint64_t x) { return !(x & INT64_MAX); }

/* ---- the register ------------------------------------------------------------------------------------------------------------ */

static uint32_t with_exceptions(uint32_t fpscr, uint32_t raised)
{
    return fpscr | raised | (raised & ~fpscr & ALL_EXCEPTIONS ? FPSCR_FX : 0);
}

static void raise_exceptions(struct context *c, uint32_t raised)
{
    c->slot[POWERPC_FPSCR] = with_exceptions((uint32_t)c->slot[POWERPC_FPSCR], raised);
}

/* The class of a result: C, then less, greater, equal to 0, unordered. */
static uint32_t class_of(uint64_t x)
{
    bool negative = x & SIGN_BIT, denormal = !(x & INFINITE) && !is_zero(x);
    if (is_nan(x))
        return 0x11;
    if (is_zero(x))
        return negative ? 0x12 : 0x02;
    if (is_infinite(x))
        return negative ? 0x09 : 0x05;
    return (negative ? 0x08 : 0x04) | (denormal ? 0x10 : 0);
}

/* POWERPC_COMPARED for any FPCC; no comparison gives that. */
static uint64_t compared_as(uint32_t fpcc) { return SIGN_BIT | (uint64_t)fpcc << 32; }

static uint32_t fprf(const struct context *c)
{
    uint32_t class = class_of(c->slot[POWERPC_RESULT]);
    uint64_t compared = c->slot[POWERPC_COMPARED];
    switch (compared) {
    case POWERPC_NOT_COMPARED: return class;
    case UINT64_MAX: return (class & 0x10) | POWERPC_LT;
    case 0: return (class & 0x10) | POWERPC_EQ;
    case 1: return (class & 0x10) | POWERPC_GT;
    case POWERPC_UNORDERED: return (class & 0x10) | POWERPC_SUMMARY;
    default: return (class & 0x10) | (compared >> 32 & 0xf);
    }
}

static void collect_flags(struct context *c)
{
    unsigned flags = float_get_flags();
    if (!flags)
        return;
    raise_exceptions(c, (flags & FLOAT_OVERFLOW ? FPSCR_OX : 0) | (flags & FLOAT_UNDERFLOW ? FPSCR_UX : 0) |
                        (flags & FLOAT_DIVIDE_BY_ZERO ? FPSCR_ZX : 0) | (flags & FLOAT_INEXACT ? FPSCR_XX : 0));
    float_set_flags(0);
}

uint32_t powerpc_read_fpscr(struct context *c)
{
    collect_flags(c);
    uint32_t fpscr = (uint32_t)c->slot[POWERPC_FPSCR] | fprf(c) << 12;
    if (fpscr & ALL_INVALID)
        fpscr |= FPSCR_VX;
    /* VX, OX, UX, ZX, XX and, 22 lower, the bits that enable them */
    return fpscr >> 22 & fpscr & 0xf8 ? fpscr | FPSCR_FEX : fpscr;
}

/* All but the rounding mode; no flags are pending. */
static void keep_fpscr(struct context *c, uint32_t fpscr)
{
    c->slot[POWERPC_FPSCR] = fpscr & ~(uint32_t)(FPSCR_FEX | FPSCR_VX | FPSCR_FPRF | FPSCR_RESERVED);
    c->slot[POWERPC_RESULT] = fpscr & FPSCR_C ? SIGN_BIT : 0; /* any number of that C */
    c->slot[POWERPC_COMPARED] = compared_as(fpscr >> 12 & 0xf);
}

static void set_rounding(uint32_t fpscr)
{
    static const int rounding[] = { FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD };
    fesetround(rounding[fpscr & FPSCR_RN]);
}

void powerpc_write_fpscr(struct context *c, uint32_t fpscr)
{
    float_set_flags(0);
    set_rounding(fpscr);
    keep_fpscr(c, fpscr);
}

uint64_t powerpc_fpscr(struct context *c, uint64_t unused, uint64_t unused2)
{
    (void)unused, (void)unused2;
    return powerpc_read_fpscr(c);
}

/* One bit that is set may be an exception (mtfsb1), which FX then notes. The C library does this around many a function: the host's mode is
 * only touched if it changes. */
uint64_t powerpc_change_fpscr(struct context *c, uint64_t mask, uint64_t bits)
{
    uint32_t old = powerpc_read_fpscr(c), new = (old & ~(uint32_t)mask) | ((uint32_t)bits & (uint32_t)mask);
    bool one_bit = !(mask & (mask - 1));
    if ((old ^ new) & FPSCR_RN)
        set_rounding(new);
    keep_fpscr(c, one_bit ? with_exceptions(old & new, new & ~old) : new);
    return 0;
}

/* The field's four bits; of those the exceptions are cleared. */
uint64_t powerpc_move_fpscr_field(struct context *c, uint64_t field, uint64_t unused)
{
    (void)unused;
    unsigned shift = 28 - 4 * (unsigned)field;
    uint32_t old = powerpc_read_fpscr(c), cleared = (UINT32_C(15) << shift) & (ALL_EXCEPTIONS | FPSCR_FX);
    keep_fpscr(c, old & ~cleared);
    return old >> shift & 15;
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

uint64_t powerpc_unordered(struct context *c, uint64_t what, uint64_t unused)
{
    (void)unused;
    uint64_t a = c->slot[POWERPC_F + (what >> 8 & 0xff) - 1], b = c->slot[POWERPC_F + (what >> 16 & 0xff) - 1];
    bool ordered = what & 1, signalling = is_signalling(a) || is_signalling(b);
    raise_exceptions(c, (signalling ? FPSCR_VXSNAN : 0) | (ordered ? FPSCR_VXVC : 0));
    return POWERPC_UNORDERED;
}

/* ---- conversions and estimates ----------------------------------------------------------------------------------------------------- */

/* `result` is what the host's conversion gives for a number within range. */
uint64_t powerpc_convert(struct context *c, uint64_t bits, uint64_t result)
{
    double x = float64_of(bits);
    if (is_nan(bits)) {
        raise_exceptions(c, FPSCR_VXCVI | (is_signalling(bits) ? FPSCR_VXSNAN : 0));
        return UINT32_C(0x80000000);
    }
    bool inexact = float_get_flags() & FLOAT_INEXACT;
    double rounded = x > INT32_MIN - 2.0 && x < INT32_MAX + 2.0 ? (double)(int64_t)x : x;
    bool fits = result == INT32_MAX ? rounded <= INT32_MAX : rounded >= INT32_MIN;
    float_set_flags((float_get_flags() & ~(unsigned)FLOAT_INEXACT) | (inexact ? FLOAT_INEXACT : 0));
    if (!fits)
        raise_exceptions(c, FPSCR_VXCVI);
    return result;
}

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
