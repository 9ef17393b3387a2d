#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void die(int status, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fputs("ferry: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(status);
}

void internal_error(const char *file, int line, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "ferry: internal error at %s:%d: ", file, line);
    vfprintf(stderr, format, ap);
    fputs("\nferry: this is a bug in ferry, not in the program it runs; please report it\n", stderr);
    va_end(ap);
    abort();
}

static void *checked(void *memory)
{
    if (!memory)
        die(126, "out of memory");
    return memory;
}

void *must_alloc(size_t size) { return checked(malloc(size)); }
void *must_realloc(void *old, size_t size) { return checked(realloc(old, size)); }
void *must_zalloc(size_t size) { return checked(calloc(1, size)); }
void *must_alloc_aligned(size_t size, size_t alignment) { return checked(aligned_alloc(alignment, size)); }
