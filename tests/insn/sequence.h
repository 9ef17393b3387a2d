/* Random code that is safe to run: made from the patterns of the decode table, without loops, touching no memory but its data. */
#ifndef FERRY_SEQUENCE_H
#define FERRY_SEQUENCE_H

#include "subject.h"

enum { SEQUENCE_LENGTH = 24, SEQUENCE_DATA = 8192 };

struct sequence {
    _Alignas(64) uint8_t code[4 * SEQUENCE_LENGTH];
    size_t size; /* bytes of code; it starts at code + sizeof(code) - size */
    _Alignas(64) uint8_t data[SEQUENCE_DATA];
};

static inline const uint8_t *sequence_code(const struct sequence *s) { return s->code + sizeof(s->code) - s->size; }

/* Random numbers; `n` at least 1. And `count` bits at `low` replaced. */
uint64_t next_random(uint64_t *state);
unsigned below(uint64_t *state, unsigned n);
uint32_t set_bits(uint32_t word, unsigned low, unsigned count, uint32_t bits);

/* Fills `s` and the registers (pc included), all from the seed and the address of `s`. */
void sequence_make(const struct subject *subject, struct sequence *s, struct context *c, uint64_t seed);

#endif
