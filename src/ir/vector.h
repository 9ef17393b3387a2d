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

/* The lane, which was 0, becomes the low bits of x. */
static inline void vector_set_lane(struct vector *v, unsigned w, unsigned lane, uint64_t x)
{
    unsigned at = w * lane;
    v->half[at / 64] |= low_bits(w, x) << at % 64;
}

static inline struct vector vector_of(uint64_t scalar) { return (struct vector){ { scalar, 0 } }; }

#define LANES1(name, meaning) struct vector vector_##name(unsigned w, struct vector x);
#define LANES2(name, meaning) struct vector vector_##name(unsigned w, struct vector x, struct vector y);
#define VECTOR(name) struct vector vector_##name(unsigned w, struct vector x, struct vector y);
#define VECTOR_BY(name) struct vector vector_##name(unsigned w, struct vector x, struct vector y, uint64_t by);
#define F_LANES2(name, meaning) struct vector vector_##name(unsigned w, unsigned part, struct vector x, struct vector y);
#define F_VECTOR(name) struct vector vector_##name(unsigned w, unsigned part, struct vector x, struct vector y);
#include "ir/ops.inc"

/* v_bytes: the byte of x whose number is the low four bits of y's byte, for each; w is 8.
 * v_low, v_high: the lanes of the low, or high, halves of both, in turn, x first.
 * v_narrow: the low halves of the lanes of x, then of y; w is 16 to 64. v_packs, v_packu: the lanes, which are signed, as numbers half as wide, signed or
 *     unsigned, that saturate; w is 16 or 32.
 * v_table: like v_bytes, but 0 where y's byte is negative; w is 8.
 * v_madd: sums of two products next to each other, of signed lanes half as wide; w is 32. v_maddus: likewise, of unsigned lanes of x and signed ones of y;
 *     the sum saturates; w is 16.
 * v_sad: the sum of the differences, without signs, of the eight bytes of a lane; w is 64.
 * v_evens, v_evenu: products of the low halves of lanes, signed or unsigned; w is 64.
 * v_hadd, v_hsub: sums, or differences, the first less the second, of two lanes next to each other of x, then of y; w is 16 or 32. v_hadds, v_hsubs: they
 *     saturate; w is 16.
 * v_shuffle: the lanes of x, then of y, by two bits each of `by` (one bit, if w is 64): the low half of the result from x, the high half from y. If w is 16: the
 *     low four lanes from those of x by the low eight bits, the high four from the high four of y by the next eight.
 * v_choose: those lanes of y whose bit is set in `by`, the others of x; w is 16 to 64.
 * v_align: the low 128 bits of the 256-bit number with y above x, without its lowest by % 16 bytes; w is 8.
 * Floats; `part` is an enum ir_part, and of those that are not lane by lane w is what the result's floats have, or v_fto's and v_ftrunc's operands:
 * v_faddsub: differences in even lanes, sums in odd ones; WHOLE.
 * v_fwiden: two f32 of y, the low ones, to f64. v_fnarrow: two f64 of y to f32, the rest is zero.
 * v_ffrom: i32 of y to floats: four, or the low two to f64. v_fto, v_ftrunc: f32 of y to four i32, or two f64 to two and zeros; what does not fit gives the least
 *     number, and invalid; v_ftrunc rounds to zero. WHOLE, all three. */

struct vector vector_v_insert(unsigned w, struct vector x, uint64_t scalar, uint64_t lane);
struct vector vector_v_blend(unsigned w, struct vector x, struct vector y, struct vector mask);
struct vector vector_v_shl_all(unsigned w, struct vector x, uint64_t count);
struct vector vector_v_shr_all(unsigned w, struct vector x, uint64_t count);
struct vector vector_v_sar_all(unsigned w, struct vector x, uint64_t count);
uint64_t vector_v_signs(unsigned w, struct vector x);
static inline uint64_t vector_v_any(struct vector x) { return (x.half[0] | x.half[1]) != 0; }
struct vector vector_v_fround(unsigned w, unsigned part, struct vector x, struct vector y, uint64_t how);

struct vector vector_v_splat(unsigned w, uint64_t scalar);

/* The lane of that number, modulo how many there are. */
uint64_t vector_v_extract(unsigned w, struct vector x, uint64_t lane);

#endif
