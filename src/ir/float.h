/* IEEE 754 arithmetic on bit patterns, with the calling thread's floating-point environment: its rounding mode where R is
 * ROUND_DYNAMIC, its sticky flags always. The one meaning behind the F_ rows of ops.inc, used by interpreters, IR evaluator and, where
 * the host has no short sequence, by translated code.
 *
 * Everywhere: W and FROM are 32 or 64 (bits of the result and of the operand), operands and results are bit patterns
 * zero-extended to 64 bits, `r` is an enum ir_rounding. Where a result is a NaN, which NaN is unspecified unless said. */
#ifndef FERRY_FLOAT_H
#define FERRY_FLOAT_H

#include "base/base.h"

uint64_t float_add_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b);
uint64_t float_sub_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b);
uint64_t float_mul_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b);
uint64_t float_div_rounded(unsigned w, unsigned r, uint64_t a, uint64_t b);
uint64_t float_sqrt(unsigned w, unsigned r, uint64_t a);
uint64_t float_muladd(unsigned w, unsigned r, uint64_t a, uint64_t b, uint64_t c);
uint64_t float_min(unsigned w, uint64_t a, uint64_t b);
uint64_t float_max(unsigned w, uint64_t a, uint64_t b);
uint64_t float_from_float(unsigned w, unsigned from, unsigned r, uint64_t a);
uint64_t float_from_signed(unsigned w, unsigned from, unsigned r, uint64_t a);
uint64_t float_from_unsigned(unsigned w, unsigned from, unsigned r, uint64_t a);
uint64_t signed_from_float(unsigned w, unsigned from, unsigned r, uint64_t a);
uint64_t unsigned_from_float(unsigned w, unsigned from, unsigned r, uint64_t a);
uint64_t signed_or_min_from_float(unsigned w, unsigned from, unsigned r, uint64_t a);

/* As an integral number; r: not ROUND_NEAREST_MAX; quiet: without raising inexact. */
uint64_t float_integral(unsigned w, unsigned r, bool quiet, uint64_t a);

/* Of f32: 1 / a and 1 / sqrt(a), to within a relative error of 1.5 * 2^-12, as the host has them; NaNs as in float_first_nan; no flags. */
uint64_t float_reciprocal(uint64_t a);
uint64_t float_reciprocal_root(uint64_t a);

/* The sticky flags: what exceptions were raised since they were last cleared. */
enum { FLOAT_INEXACT = 1, FLOAT_UNDERFLOW = 2, FLOAT_OVERFLOW = 4, FLOAT_DIVIDE_BY_ZERO = 8, FLOAT_INVALID = 16, FLOAT_FLAGS = 31 };
unsigned float_get_flags(void);
void float_set_flags(unsigned flags);

/* The rounding mode: one of FE_TONEAREST... (<fenv.h>). */
int float_get_rounding(void);
void float_set_rounding(int mode);

/* Where the environment takes subnormal operands for zeros, the zero that this is one of; else the operand. For what is not computed by an instruction of
 * the host. */
uint64_t float_flushed(unsigned w, uint64_t a);

/* All of the environment as MXCSR has it (SDM volume 1, 10.2.3): flags, masks of exceptions, rounding, denormals. */
uint32_t float_get_mxcsr(void);
void float_set_mxcsr(uint32_t value);

static inline float float32_of(uint64_t bits) { union { uint32_t bits; float f; } u = { (uint32_t)bits }; return u.f; }
static inline double float64_of(uint64_t bits) { union { uint64_t bits; double f; } u = { bits }; return u.f; }
static inline uint64_t bits_of32(float f) { union { float f; uint32_t bits; } u = { f }; return u.bits; }
static inline uint64_t bits_of64(double f) { union { double f; uint64_t bits; } u = { f }; return u.bits; }

static inline uint64_t float_canonical_nan(unsigned w) { return w == 32 ? 0x7fc00000 : UINT64_C(0x7ff8000000000000); }

static inline bool float_is_nan(unsigned w, uint64_t a)
{
    return w == 32 ? (a & 0x7fffffff) > 0x7f800000 : (a & INT64_MAX) > UINT64_C(0x7ff0000000000000);
}

/* Makes the compiler believe that the value is needed here: some drop a floating-point operation whose result is not used,
 * though its flags are, or move it past a later call that looks at the flags. */
static inline uint64_t float_done(uint64_t value)
{
    __asm__ volatile("" : "+r"(value));
    return value;
}

/* The common case, dynamic rounding, is the host's own instruction in place; everything else a call. */
#define FLOAT_ARITHMETIC(name, operator)                                                            \
    static inline uint64_t float_##name(unsigned w, unsigned r, uint64_t a, uint64_t b)            \
    {                                                                                              \
        if (r != 7 /* ROUND_DYNAMIC */)                                                            \
            return float_##name##_rounded(w, r, a, b);                                             \
        if (w == 32)                                                                               \
            return float_done(bits_of32(float32_of(a) operator float32_of(b)));                    \
        return float_done(bits_of64(float64_of(a) operator float64_of(b)));                        \
    }
FLOAT_ARITHMETIC(add, +)
FLOAT_ARITHMETIC(sub, -)
FLOAT_ARITHMETIC(mul, *)
FLOAT_ARITHMETIC(div, /)
#undef FLOAT_ARITHMETIC

/* C's == is the quiet comparison, < and <= are the signalling ones (C17 annex F.9.3). Compilers answer them without raising the flag
 * where they see that an operand is a NaN, so they must not see it. */
#define FLOAT_COMPARISON(name, operator)                                     \
    static inline uint64_t float_##name(unsigned w, uint64_t a, uint64_t b) \
    {                                                                       \
        __asm__("" : "+r"(a), "+r"(b));                                     \
        if (w == 32)                                                        \
            return float_done(float32_of(a) operator float32_of(b));        \
        return float_done(float64_of(a) operator float64_of(b));            \
    }
FLOAT_COMPARISON(eq, ==)
FLOAT_COMPARISON(lt, <)
FLOAT_COMPARISON(le, <=)
#undef FLOAT_COMPARISON

/* Whether one is a NaN; invalid for signalling ones only, like ==. */
static inline uint64_t float_un(unsigned w, uint64_t a, uint64_t b)
{
    (void)float_eq(w, a, b);
    return float_is_nan(w, a) || float_is_nan(w, b);
}

/* How they compare; of unordered ones all three. */
enum { ORDER_LESS = 1, ORDER_UNORDERED = 4, ORDER_EQUAL = 0x40 };

static inline uint64_t float_order_known(unsigned w, bool equal, uint64_t a, uint64_t b)
{
    if (float_is_nan(w, a) || float_is_nan(w, b))
        return ORDER_LESS | ORDER_UNORDERED | ORDER_EQUAL;
    return equal ? ORDER_EQUAL : float_lt(w, a, b) ? ORDER_LESS : 0;
}

static inline uint64_t float_order(unsigned w, uint64_t a, uint64_t b) { return float_order_known(w, float_eq(w, a, b), a, b); }

static inline uint64_t float_order_signal(unsigned w, uint64_t a, uint64_t b)
{
    (void)float_le(w, a, b);
    return float_order(w, a, b);
}

/* Which NaN, where arithmetic on a and b gave `result`: a's, else b's, made quiet; a new one is negative and has no payload. */
static inline uint64_t float_first_nan(unsigned w, uint64_t a, uint64_t b, uint64_t result)
{
    uint64_t quiet = UINT64_C(1) << (w == 32 ? 22 : 51);
    if (float_is_nan(w, a))
        return a | quiet;
    if (float_is_nan(w, b))
        return b | quiet;
    return float_is_nan(w, result) ? float_canonical_nan(w) | UINT64_C(1) << (w - 1) : result;
}

#endif
