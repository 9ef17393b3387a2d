/* The floating-point environment of the host thread: sticky flags and rounding mode. C's <fenv.h> would do, but on x86-64 it speaks for the
 * x87 unit as well, which nobody here uses; and it is slow. */
#include "ir/float.h"

#include <fenv.h>

#ifdef __SSE2__
#include <xmmintrin.h>

enum { ALL = _MM_EXCEPT_MASK };
enum { INEXACT = _MM_EXCEPT_INEXACT, UNDERFLOW = _MM_EXCEPT_UNDERFLOW, OVERFLOW = _MM_EXCEPT_OVERFLOW,
       DIVIDE_BY_ZERO = _MM_EXCEPT_DIV_ZERO, INVALID = _MM_EXCEPT_INVALID };

static unsigned get_raised(void) { return _mm_getcsr() & ALL; }
static void set_raised(unsigned raised) { _mm_setcsr((_mm_getcsr() & ~(unsigned)ALL) | raised); }

/* <fenv.h> has the x87 unit's values, whose field is three bits lower. */
enum { FIELD = 3 };
_Static_assert(FE_TONEAREST << FIELD == _MM_ROUND_NEAREST && FE_DOWNWARD << FIELD == _MM_ROUND_DOWN && FE_UPWARD << FIELD == _MM_ROUND_UP &&
               FE_TOWARDZERO << FIELD == _MM_ROUND_TOWARD_ZERO, "another <fenv.h>");

int float_get_rounding(void) { return (int)((_mm_getcsr() & _MM_ROUND_MASK) >> FIELD); }
void float_set_rounding(int mode) { _mm_setcsr((_mm_getcsr() & ~(unsigned)_MM_ROUND_MASK) | (unsigned)mode << FIELD); }

enum { SUBNORMALS_ARE_ZEROS = 0x40 };
static bool flushes(void) { return _mm_getcsr() & SUBNORMALS_ARE_ZEROS; }

uint32_t float_get_mxcsr(void) { return _mm_getcsr(); }
void float_set_mxcsr(uint32_t value) { _mm_setcsr(value); }
#else
enum { ALL = FE_ALL_EXCEPT };
enum { INEXACT = FE_INEXACT, UNDERFLOW = FE_UNDERFLOW, OVERFLOW = FE_OVERFLOW, DIVIDE_BY_ZERO = FE_DIVBYZERO, INVALID = FE_INVALID };

static unsigned get_raised(void) { return (unsigned)fetestexcept(FE_ALL_EXCEPT); }
static void set_raised(unsigned raised)
{
    fexcept_t flags = (fexcept_t)raised;
    fesetexceptflag(&flags, FE_ALL_EXCEPT);
}

static bool flushes(void) { return false; }

int float_get_rounding(void) { return fegetround(); }
void float_set_rounding(int mode) { fesetround(mode); }
#endif

uint64_t float_flushed(unsigned w, uint64_t a)
{
    uint64_t sign = a & UINT64_C(1) << (w - 1), smallest_normal = UINT64_C(1) << (w == 32 ? 23 : 52);
    return (a ^ sign) < smallest_normal && flushes() ? sign : a;
}

static const struct { uint8_t flag, host; } flags[] = {
    { FLOAT_INEXACT, INEXACT }, { FLOAT_UNDERFLOW, UNDERFLOW }, { FLOAT_OVERFLOW, OVERFLOW },
    { FLOAT_DIVIDE_BY_ZERO, DIVIDE_BY_ZERO }, { FLOAT_INVALID, INVALID },
};

unsigned float_get_flags(void)
{
    unsigned raised = get_raised(), result = 0;
    for (unsigned i = 0; raised && i < COUNT_OF(flags); i++)
        if (raised & flags[i].host)
            result |= flags[i].flag;
    return result;
}

void float_set_flags(unsigned wanted)
{
    unsigned raised = 0;
    for (unsigned i = 0; i < COUNT_OF(flags); i++)
        if (wanted & flags[i].flag)
            raised |= flags[i].host;
    set_raised(raised);
}
