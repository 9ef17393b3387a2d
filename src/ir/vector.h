/* Vectors of 128 bits: numbers of which lane 0 is the lowest bits. The one meaning behind the LANES and VECTOR rows of ops.inc, used by
 * interpreters, IR evaluator and, where the host has no short sequence, by translated code. `w` is a lane's width: 8, 16, 32 or 64 bits. */
#ifndef FERRY_VECTOR_H
#define FERRY_VECTOR_H

#include "base/base.h"

struct vector { uint64_t half[2]; }; /* the low one first */

static inline uint64_t vector_lane(struct vector v, unsigned w, unsigned lane)
{
    unsigned at = w * lane;
    return low_bits(w, v.half[at / 64] >> at % 64);
}

static inline struct vector vector_of(uint64_t scalar) { return (struct vector){ { scalar, 0 } }; }

#define LANES1(name, meaning) struct vector vector_##name(unsigned w, struct vector x);
#define LANES2(name, meaning) struct vector vector_##name(unsigned w, struct vector x, struct vector y);
#define VECTOR(name) struct vector vector_##name(unsigned w, struct vector x, struct vector y);
#include "ir/ops.inc"

/* v_bytes: the byte of x whose number is the low four bits of y's byte, for each; w is 8.
 * v_low, v_high: the lanes of the low, or high, halves of both, in turn, x first.
 * v_narrow: the low halves of the lanes of x, then of y; w is 16 to 64. */

/* The low 128 bits of the 256-bit number with `y` above `x`, without its lowest count % 16 bytes. */
struct vector vector_v_align(struct vector x, struct vector y, uint64_t count);

struct vector vector_v_splat(unsigned w, uint64_t scalar);

/* The lane of that number, modulo how many there are. */
uint64_t vector_v_extract(unsigned w, struct vector x, uint64_t lane);

#endif
