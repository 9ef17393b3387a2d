#include "ir/float_exact.h"

#include <float.h>

#include "ir/ir.h"

typedef unsigned __int128 wide;

/* (-1)^negative * significand * 2^exponent. Normal: the significand's highest one is bit TOP. Its lowest bit also stands for
 * any ones below ("sticky"), which is exact enough for rounding as long as results have far fewer bits. */
struct exact {
    bool negative;
    int exponent;
    wide significand;
};

enum { TOP = 125 }; /* leaves room for the carry of a sum and for rounding */

struct format { unsigned fraction_bits; int bias; };

static struct format format_of(unsigned w) { return w == 32 ? (struct format){ 23, 127 } : (struct format){ 52, 1023 }; }

static uint64_t magnitude_of(unsigned w, uint64_t a) { return low_bits(w - 1, a); }
static bool is_negative(unsigned w, uint64_t a) { return a >> (w - 1) & 1; }
static uint64_t sign_bit(unsigned w, bool negative) { return (uint64_t)negative << (w - 1); }
static uint64_t infinity(unsigned w) { return w == 32 ? 0x7f800000 : UINT64_C(0x7ff0000000000000); }

bool float_is_zero(unsigned w, uint64_t a) { return magnitude_of(w, a) == 0; }
bool float_is_infinite(unsigned w, uint64_t a) { return magnitude_of(w, a) == infinity(w); }
bool float_is_ordinary(unsigned w, uint64_t a) { return !float_is_zero(w, a) && magnitude_of(w, a) < infinity(w); }

/* ---- flags: raised by operations that raise them, which reaches the one register that the guest's flags live in ----------- */

void raise_invalid(void)
{
    volatile float zero = 0;
    zero = zero / zero;
}

static void raise_inexact(void)
{
    volatile float one = 1;
    one = one + FLT_MIN;
}

static void raise_overflow_inexact(void)
{
    volatile float large = FLT_MAX;
    large = large * large;
}

static void raise_underflow_inexact(void)
{
    volatile float small = FLT_MIN;
    small = small * small;
}

/* ---- unpacking, exact arithmetic ------------------------------------------------------------------------------------------ */

static struct exact normal(bool negative, int exponent, wide significand)
{
    uint64_t high = (uint64_t)(significand >> 64);
    int zeros = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)significand);
    int shift = zeros - (127 - TOP);
    return (struct exact){ negative, exponent - shift, significand << shift };
}

static struct exact unpack(unsigned w, uint64_t a)
{
    struct format format = format_of(w);
    uint64_t fraction = low_bits(format.fraction_bits, a);
    int biased = (int)(magnitude_of(w, a) >> format.fraction_bits);
    if (biased)
        fraction |= UINT64_C(1) << format.fraction_bits;
    else
        biased = 1;
    return normal(is_negative(w, a), biased - format.bias - (int)format.fraction_bits, fraction);
}

static wide shift_right_sticky(wide x, int count)
{
    if (count > TOP)
        return x != 0;
    return x >> count | ((x & (((wide)1 << count) - 1)) != 0);
}

/* Significand 0: the sum is exactly zero. */
static struct exact exact_sum(struct exact x, struct exact y)
{
    if (x.exponent < y.exponent || (x.exponent == y.exponent && x.significand < y.significand)) {
        struct exact larger = y;
        y = x;
        x = larger;
    }
    wide smaller = shift_right_sticky(y.significand, x.exponent - y.exponent);
    wide sum = x.negative == y.negative ? x.significand + smaller : x.significand - smaller;
    if (sum == 0)
        return (struct exact){ 0 };
    if (sum >> (TOP + 1))
        return (struct exact){ x.negative, x.exponent + 1, shift_right_sticky(sum, 1) };
    return normal(x.negative, x.exponent, sum);
}

/* Unpacked floats have at most 53 bits: these, as an integer, times 2^(exponent + UNIT). */
enum { UNIT = TOP - 52 };

static struct exact exact_product(struct exact x, struct exact y)
{
    wide product = (x.significand >> UNIT) * (y.significand >> UNIT);
    return normal(x.negative != y.negative, x.exponent + y.exponent + 2 * UNIT, product);
}

static struct exact exact_quotient(struct exact x, struct exact y)
{
    wide divisor = y.significand >> UNIT;
    wide quotient = x.significand / divisor;
    bool sticky = x.significand % divisor != 0;
    return normal(x.negative != y.negative, x.exponent - y.exponent - UNIT - 1, quotient << 1 | sticky);
}

/* ---- rounding --------------------------------------------------------------------------------------------------------------- */

/* Tininess is detected after rounding: 754-2019 section 7.5, as if the exponent had no lower limit. */
static uint64_t pack_nearest_max(unsigned w, struct exact x)
{
    struct format format = format_of(w);
    int precision = (int)format.fraction_bits + 1, lowest = 1 - format.bias;
    int top = x.exponent + TOP;
    int dropped = TOP + 1 - precision;
    bool tiny = top < lowest && !(top == lowest - 1 && (x.significand + ((wide)1 << (dropped - 1))) >> (TOP + 1));
    if (top < lowest)
        dropped = lowest - top > precision ? TOP + 2 : dropped + lowest - top;
    wide rounded = (x.significand + ((wide)1 << (dropped - 1))) >> dropped;
    bool inexact = x.significand & (((wide)1 << dropped) - 1);
    uint64_t exponent_field = top < lowest ? 0 : (uint64_t)(top - lowest);
    uint64_t magnitude = (exponent_field << format.fraction_bits) + (uint64_t)rounded; /* the leading one adds 1 to the exponent */
    if (top > format.bias || magnitude >= infinity(w)) {
        raise_overflow_inexact();
        magnitude = infinity(w);
    } else if (inexact && tiny) {
        raise_underflow_inexact();
    } else if (inexact) {
        raise_inexact();
    }
    return magnitude | sign_bit(w, x.negative);
}

uint64_t nearest_max_arithmetic(enum float_operation operation, unsigned w, uint64_t a, uint64_t b, uint64_t c)
{
    struct exact x = unpack(w, a), y = unpack(w, b), result;
    switch (operation) {
    case FLOAT_SUB: y.negative = !y.negative; /* fall through */
    case FLOAT_ADD: result = exact_sum(x, y); break;
    case FLOAT_MUL: result = exact_product(x, y); break;
    case FLOAT_DIV: result = exact_quotient(x, y); break;
    case FLOAT_MULADD:
        result = exact_product(x, y);
        if (!float_is_zero(w, c))
            result = exact_sum(result, unpack(w, c));
        break;
    default: BUG("operation %d has no ties", operation);
    }
    return result.significand ? pack_nearest_max(w, result) : 0;
}

uint64_t nearest_max_from_float(unsigned w, unsigned from, uint64_t a) { return pack_nearest_max(w, unpack(from, a)); }

uint64_t nearest_max_from_integer(unsigned w, bool negative, uint64_t magnitude)
{
    return pack_nearest_max(w, normal(negative, 0, magnitude));
}

/* Whether a magnitude of integer part `whole` and of fraction `rest`, in units of which `half` is one half, goes up. */
static bool rounds_up(unsigned r, bool negative, wide whole, wide rest, wide half)
{
    switch (r) {
    case ROUND_NEAREST: return rest > half || (rest == half && (whole & 1));
    case ROUND_NEAREST_MAX: return rest >= half;
    case ROUND_DOWN: return negative && rest;
    case ROUND_UP: return !negative && rest;
    default: return false;
    }
}

uint64_t largest_integer(unsigned w, bool is_signed, bool negative)
{
    if (!is_signed)
        return negative ? 0 : low_bits(w, UINT64_MAX);
    return negative ? UINT64_C(1) << (w - 1) : low_bits(w - 1, UINT64_MAX);
}

/* Of a magnitude below 2^64. */
static wide round_to_whole(struct exact x, unsigned r, bool *exactly)
{
    int fraction_bits = -x.exponent > TOP + 2 ? TOP + 2 : -x.exponent;
    wide whole = x.significand >> fraction_bits, rest = x.significand & (((wide)1 << fraction_bits) - 1);
    *exactly = !rest;
    return whole + rounds_up(r, x.negative, whole, rest, (wide)1 << (fraction_bits - 1));
}

uint64_t magnitude_from_ordinary(unsigned w, unsigned r, bool quiet, uint64_t a)
{
    struct exact x = unpack(w, a);
    bool exactly;
    uint64_t whole = (uint64_t)round_to_whole(x, r, &exactly);
    if (!exactly && !quiet)
        raise_inexact();
    return whole;
}

uint64_t integer_from_ordinary(unsigned w, bool is_signed, unsigned from, unsigned r, uint64_t a)
{
    struct exact x = unpack(from, a);
    uint64_t limit = largest_integer(w, is_signed, x.negative); /* as a magnitude */
    bool in_range = x.exponent + TOP < 64, exactly = true;
    wide whole = in_range ? round_to_whole(x, r, &exactly) : 0;
    if (!in_range || whole > limit) {
        raise_invalid();
        return limit;
    }
    if (!exactly)
        raise_inexact();
    return low_bits(w, x.negative ? -(uint64_t)whole : (uint64_t)whole);
}
