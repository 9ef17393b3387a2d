#include <string.h>

#include "sequence.h"

uint64_t next_random(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

unsigned below(uint64_t *state, unsigned n) { return (unsigned)((next_random(state) >> 32) * n >> 32); }

uint32_t set_bits(uint32_t word, unsigned low, unsigned count, uint32_t bits)
{
    uint32_t mask = (uint32_t)low_bits(count, UINT32_MAX) << low;
    return (word & ~mask) | (bits << low & mask);
}

/* Values where things change, else any. */
static uint64_t random_value(uint64_t *state)
{
    static const uint64_t edges[] = {
        0, 1, 2, 31, 32, 63, 0x7f, 0x80, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX,
        UINT64_C(0xffffffff80000000), UINT64_C(0xffffffff3f800000), UINT64_C(0xffffffff7f800000), UINT64_C(0xffffffff7f800001),
        UINT64_C(0xffffffff00000001), UINT64_C(0xffffffffbf000001), UINT64_C(0x3ff0000000000000), UINT64_C(0xc000000000000001),
        UINT64_C(0x7ff0000000000000), UINT64_C(0x7ff0000000000001), UINT64_C(0xfff8000000000001), UINT64_C(0x000fffffffffffff),
        UINT64_C(0x41dfffffffc00000), UINT64_C(0x43e0000000000000),
    };
    unsigned kind = below(state, 4);
    if (kind < 2)
        return edges[below(state, COUNT_OF(edges))];
    return next_random(state) >> (kind == 2 ? below(state, 64) : 0);
}

/* One instruction. following[0..count]: where later instructions begin, as distances from this one's end; the last is the end of all. */
static uint32_t make_insn(const struct subject *s, uint64_t *state, const uint32_t *following, unsigned count, unsigned *length)
{
    for (;;) {
        const struct pattern *p = &s->patterns[below(state, s->pattern_count)];
        uint32_t w = (p->value | ((uint32_t)next_random(state) & ~p->mask)) & (uint32_t)low_bits(p->width, UINT32_MAX);
        *length = p->width / 8;
        uint32_t boundary[SEQUENCE_LENGTH + 1];
        for (unsigned i = 0; i <= count; i++)
            boundary[i] = *length + following[i];
        if (s->tame(&w, boundary, count, state))
            return w;
    }
}

void sequence_make(const struct subject *subject, struct sequence *s, struct context *c, uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    uint32_t following[SEQUENCE_LENGTH + 1] = { 0 }; /* distances of the later boundaries from the end of the instruction being made */
    unsigned count = 0;
    s->size = 0;
    while (count < SEQUENCE_LENGTH) {
        unsigned length;
        uint32_t w = make_insn(subject, &state, following, count, &length);
        uint8_t bytes[4];
        subject_put_insn(subject, bytes, w);
        memcpy(s->code + sizeof(s->code) - s->size - length, bytes, length);
        s->size += length;
        count++;
        for (unsigned i = count; i > 0; i--)
            following[i] = following[i - 1] + length;
        following[0] = 0;
    }
    for (size_t i = 0; i < SEQUENCE_DATA; i += 8) {
        uint64_t value = random_value(&state);
        memcpy(s->data + i, &value, 8);
    }
    subject->guest->reset(c);
    const struct layout *layout = subject->guest->layout;
    for (unsigned i = 0; i < layout->slot_count; i++)
        if (layout->slots[i].name && subject->is_any(i))
            c->slot[i] = low_bits(type_bits(layout->slots[i].type), random_value(&state));
    subject->start(c, (uintptr_t)s->data + SEQUENCE_DATA / 2, &state);
    c->pc = (uintptr_t)sequence_code(s);
}
