/* Test Anything Protocol, just enough: a test program calls tap_ok once a case and returns tap_done() from main. */
#ifndef FERRY_TAP_H
#define FERRY_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned tap_count, tap_failures;

/* One case; prints "ok" or "not ok" and the description. Returns `good`. */
__attribute__((format(printf, 2, 3))) static inline bool tap_ok(bool good, const char *description, ...)
{
    va_list ap;
    va_start(ap, description);
    printf("%sok %u - ", good ? "" : "not ", ++tap_count);
    vprintf(description, ap);
    putchar('\n');
    va_end(ap);
    tap_failures += !good;
    return good;
}

/* The plan line; returns the exit status. */
static inline int tap_done(void)
{
    printf("1..%u\n", tap_count);
    return tap_failures != 0;
}

#endif
