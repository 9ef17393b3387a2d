/* Text of limited length, as disassemblers make it. */
#ifndef FERRY_TEXT_H
#define FERRY_TEXT_H

#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"

struct text {
    char *at;
    size_t left; /* bytes, the terminating NUL's included */
};

/* Appends as printf would; what does not fit is cut off. */
PRINTF_LIKE(2, 3) static inline void text_add(struct text *t, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int length = vsnprintf(t->at, t->left, format, ap);
    va_end(ap);
    size_t step = (size_t)length < t->left ? (size_t)length : t->left ? t->left - 1 : 0;
    t->at += step;
    t->left -= step;
}

#endif
