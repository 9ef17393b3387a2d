/* Random riscv64 code that is safe to run: made from the patterns of the decode table, without loops, touching no memory but its data. */
#ifndef FERRY_SEQUENCE_H
#define FERRY_SEQUENCE_H

#include "state/context.h"

enum { SEQUENCE_LENGTH = 24, SEQUENCE_DATA = 8192 };

struct sequence {
    _Alignas(64) uint8_t code[4 * SEQUENCE_LENGTH];
    size_t size; /* bytes of code; it starts at code + sizeof(code) - size */
    _Alignas(64) uint8_t data[SEQUENCE_DATA];
};

static inline const uint8_t *sequence_code(const struct sequence *s) { return s->code + sizeof(s->code) - s->size; }

/* Fills `s` and the registers (pc included), all from the seed and the address of `s`. */
void sequence_make(struct sequence *s, struct context *c, uint64_t seed);

#endif
