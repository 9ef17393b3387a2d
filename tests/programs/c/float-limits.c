/* Arithmetic, comparison and conversion at the edges of float and double. Signs of NaNs are not shown: they may differ by machine. */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 3.0, -2.5, 0.1, 1e10, -1e10, 2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0,
    4294967295.0, 4294967296.0, 9223372036854774784.0, 9223372036854775808.0, -9223372036854775808.0, 18446744073709549568.0, 1e300, -1e300,
    DBL_MAX, DBL_MIN, DBL_TRUE_MIN, -DBL_TRUE_MIN, FLT_MAX, FLT_MIN, FLT_TRUE_MIN, 1e-40, DBL_EPSILON, INFINITY, -INFINITY, NAN};
enum { COUNT = sizeof values / sizeof *values };

static unsigned long bits(double v)
{
    unsigned long b;
    if (isnan(v))
        return 0x7ff8000000000000;
    memcpy(&b, &v, 8);
    return b;
}

static int flags(void)
{
    int f = fetestexcept(FE_ALL_EXCEPT), result = !!(f & FE_INEXACT) | !!(f & FE_UNDERFLOW) << 1 | !!(f & FE_OVERFLOW) << 2 | !!(f & FE_DIVBYZERO) << 3 | !!(f & FE_INVALID) << 4;
    feclearexcept(FE_ALL_EXCEPT);
    return result;
}

static void with_rounding(int mode)
{
    fesetround(mode);
    unsigned long hash = 0;
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++) {
            volatile double a = values[i], b = values[j], c;
            volatile float x = a, y = b, z;
            flags();
#define SHOW(e) (c = (e), hash = hash * 31 + bits(c), hash = hash * 31 + flags())
#define SHOWF(e) (z = (e), hash = hash * 31 + bits(z), hash = hash * 31 + flags())
            SHOW(a + b), SHOW(a - b), SHOW(a * b), SHOW(a / b), SHOW(sqrt(a)), SHOW(fma(a, b, a));
            SHOWF(x + y), SHOWF(x - y), SHOWF(x * y), SHOWF(x / y), SHOWF(sqrtf(x)), SHOWF(fmaf(x, y, y)), SHOWF(a);
            SHOW(fmin(a, b)), SHOW(fmax(a, b)), SHOW(copysign(1, a) * (isnan(a) ? 0 : 1));
            hash = hash * 31 + ((a < b) | (a <= b) << 1 | (a == b) << 2 | (a != b) << 3 | isless(a, b) << 4 | isunordered(a, b) << 5 | (x < y) << 6 | (x >= y) << 7);
            flags();
        }
    printf("mode %d %016lx\n", mode == FE_TONEAREST ? 0 : mode == FE_TOWARDZERO ? 1 : mode == FE_DOWNWARD ? 2 : 3, hash);
    for (int i = 0; i < COUNT; i++) {
        volatile double v = values[i];
        printf("%016lx %016lx %016lx %016lx %016lx\n", bits(rint(v)), bits(nearbyint(v)), bits(floor(v)), bits(trunc(v)), bits(round(v)));
        if (v > -2147483649.0 && v < 2147483648.0)
            printf("i32 %d %ld\n", (int)v, lrint(v));
        if (v > -1 && v < 4294967296.0)
            printf("u32 %u\n", (unsigned)v);
        if (v >= -9223372036854775808.0 && v < 9223372036854775808.0)
            printf("i64 %ld\n", (long)v);
        if (v > -1 && v < 18446744073709551616.0)
            printf("u64 %lu\n", (unsigned long)v);
    }
    for (int shift = 0; shift < 64; shift++) {
        volatile long n = 0x7fffffffffffffbfL >> shift;
        volatile unsigned long u = 0xfffffffffffffbffUL >> shift;
        volatile int i = n;
        volatile unsigned w = u;
        printf("%a %a %a %a %a %a %a %a\n", (double)n, (double)u, (double)i, (double)w, (float)n, (float)u, (float)i, (float)w);
    }
    fesetround(FE_TONEAREST);
}

int main(void)
{
    with_rounding(FE_TONEAREST), with_rounding(FE_TOWARDZERO), with_rounding(FE_DOWNWARD), with_rounding(FE_UPWARD);
    for (int i = 0; i < COUNT; i++)
        printf("%d %d %d %.17g %.9g %a\n", fpclassify(values[i]) == FP_SUBNORMAL, !!isfinite(values[i]), isnan(values[i]) ? 0 : !!signbit(values[i]),
            isnan(values[i]) ? 0 : values[i], isnan(values[i]) ? 0 : (float)values[i], isnan(values[i]) ? 0 : values[i]);
    return 0;
}
