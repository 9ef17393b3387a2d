/* Floating point in integer arithmetic, for what hosts lack: ties away from zero, and conversions to integers. Raises flags
 * in the calling thread's environment, does not depend on its rounding mode. Widths and bit patterns as in float.h. */
#ifndef FERRY_FLOAT_EXACT_H
#define FERRY_FLOAT_EXACT_H

#include "base/base.h"

enum float_operation { FLOAT_ADD, FLOAT_SUB, FLOAT_MUL, FLOAT_DIV, FLOAT_SQRT, FLOAT_MULADD };

/* Finite and not zero. */
bool float_is_ordinary(unsigned w, uint64_t a);
bool float_is_zero(unsigned w, uint64_t a);
bool float_is_infinite(unsigned w, uint64_t a);

/* The operation (not SQRT) rounded to nearest, ties away from zero. Operands are ordinary; c may be zero too. */
uint64_t nearest_max_arithmetic(enum float_operation operation, unsigned w, uint64_t a, uint64_t b, uint64_t c);
uint64_t nearest_max_from_float(unsigned w, unsigned from, uint64_t a);
uint64_t nearest_max_from_integer(unsigned w, bool negative, uint64_t magnitude); /* magnitude is not 0 */

/* An ordinary float as an integer of w bits, rounded by r (no ROUND_DYNAMIC); out of range saturates and raises invalid. */
uint64_t integer_from_ordinary(unsigned w, bool is_signed, unsigned from, unsigned r, uint64_t a);
/* Its magnitude, which is below 2^63, as an integer; quiet: without raising inexact. */
uint64_t magnitude_from_ordinary(unsigned w, unsigned r, bool quiet, uint64_t a);
uint64_t largest_integer(unsigned w, bool is_signed, bool negative);

void raise_invalid(void);

#endif
