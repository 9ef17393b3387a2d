/* The sticky flags of the host thread. C's <fenv.h> would do, but on x86-64 it speaks for the x87 unit as well, whose flags
 * nobody here raises and translated code does not look at; and it is slow. */
#include "ir/float.h"

#ifdef __SSE2__
#include <xmmintrin.h>

enum { ALL = _MM_EXCEPT_MASK };
enum { INEXACT = _MM_EXCEPT_INEXACT, UNDERFLOW = _MM_EXCEPT_UNDERFLOW, OVERFLOW = _MM_EXCEPT_OVERFLOW,
       DIVIDE_BY_ZERO = _MM_EXCEPT_DIV_ZERO, INVALID = _MM_EXCEPT_INVALID };

static unsigned get_raised(void) { return _mm_getcsr() & ALL; }
static void set_raised(unsigned raised) { _mm_setcsr((_mm_getcsr() & ~(unsigned)ALL) | raised); }
#else
#include <fenv.h>

enum { ALL = FE_ALL_EXCEPT };
enum { INEXACT = FE_INEXACT, UNDERFLOW = FE_UNDERFLOW, OVERFLOW = FE_OVERFLOW, DIVIDE_BY_ZERO = FE_DIVBYZERO, INVALID = FE_INVALID };

static unsigned get_raised(void) { return (unsigned)fetestexcept(FE_ALL_EXCEPT); }
static void set_raised(unsigned raised)
{
    fexcept_t flags = (fexcept_t)raised;
    fesetexceptflag(&flags, FE_ALL_EXCEPT);
}
#endif

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
