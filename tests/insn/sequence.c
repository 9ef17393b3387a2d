#include <string.h>

#include "guest/riscv/riscv.h"
#include "sequence.h"

/* Where the data are: written by no instruction. s1 is not aligned. */
enum { S0 = 8, S1 = 9 };
static const uint64_t bases = 1 << RV_SP | 1 << S0 | 1 << S1;

static const struct { uint8_t width; uint32_t mask, value; } patterns[] = {
#define PATTERN(width, mask, value) { width, mask, value },
#include "guest/riscv/patterns.inc"
#undef PATTERN
};

static uint64_t next_random(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned below(uint64_t *state, unsigned n) { return (unsigned)((next_random(state) >> 32) * n >> 32); }

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

static uint32_t set_bits(uint32_t word, unsigned low, unsigned count, uint32_t bits)
{
    uint32_t mask = ((UINT32_C(1) << count) - 1) << low;
    return (word & ~mask) | (bits << low & mask);
}

enum { OPCODE_BRANCH = 0x63, OPCODE_JAL = 0x6f, OPCODE_JALR = 0x67, OPCODE_SYSTEM = 0x73, OPCODE_AMO = 0x2f };

/* Makes memory accesses use the data, CSR accesses the floating-point registers, long branches go `offset` bytes forward. */
static uint32_t tame(uint32_t w, const struct insn_effects *effects, uint32_t offset, uint64_t *state)
{
    unsigned opcode = w & 0x7f;
    if ((w & 3) != 3)
        return w;
    if (effects->loads || effects->stores)
        w = set_bits(w, 15, 5, below(state, opcode == OPCODE_AMO ? 16 : 3) == 0 ? S1 : below(state, 2) ? RV_SP : S0);
    if (opcode == OPCODE_BRANCH)
        w = set_bits(set_bits(set_bits(set_bits(w, 31, 1, 0), 25, 6, offset >> 5), 8, 4, offset >> 1), 7, 1, 0);
    if (opcode == OPCODE_JAL)
        w = set_bits(set_bits(w, 12, 20, 0), 21, 10, offset >> 1);
    if (opcode == OPCODE_SYSTEM && (w >> 12 & 7))
        w = set_bits(w, 20, 12, below(state, 8) == 0 ? 2 + below(state, 2) : 1);
    return w;
}

static void decode(uint32_t w, struct riscv_insn *d, struct insn_effects *effects)
{
    uint8_t bytes[4];
    memcpy(bytes, &w, 4);
    riscv_decode(bytes, 4, 0, RV_MODE_HOST, &d->head);
    riscv_audit(&d->head, effects);
}

static bool is_csr(unsigned op) { return op >= OP_csrrw && op <= OP_csrrci; }
static bool is_direct_jump(unsigned op) { return op == OP_jal || (op >= OP_beq && op <= OP_bgeu); }

static bool is_boundary(int32_t offset, const uint32_t *boundary, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (offset == (int32_t)boundary[i])
            return true;
    return false;
}

/* One instruction. following[0..count]: where later instructions begin, as distances from this one's end; the last is the end of all.
 * What stops the sequence for sure may only come last. */
static uint32_t make_insn(uint64_t *state, const uint32_t *following, unsigned count, unsigned *length)
{
    for (;;) {
        unsigned which = below(state, COUNT_OF(patterns));
        uint32_t w = patterns[which].value | ((uint32_t)next_random(state) & ~patterns[which].mask);
        *length = patterns[which].width / 8;
        w &= *length == 2 ? 0xffff : UINT32_MAX;

        struct riscv_insn d;
        struct insn_effects effects;
        uint32_t boundary[SEQUENCE_LENGTH + 1];
        for (unsigned i = 0; i <= count; i++)
            boundary[i] = *length + following[i];
        decode(w, &d, &effects);
        w = tame(w, &effects, boundary[below(state, count + 1)], state);
        decode(w, &d, &effects);

        bool goes_on = !d.head.ends_block || is_csr(d.head.op) || is_direct_jump(d.head.op);
        if ((effects.writes[0] & bases) || (!goes_on && count > 0))
            continue;
        /* An indirect jump goes into the data, which ends the run; any other register may hold an address of code. */
        if ((effects.loads || effects.stores || d.head.op == OP_jalr) && !(bases >> d.rs1 & 1))
            continue;
        if (is_direct_jump(d.head.op) && !is_boundary(d.imm, boundary, count + 1))
            continue;
        return w;
    }
}

void sequence_make(struct sequence *s, struct context *c, uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    uint32_t following[SEQUENCE_LENGTH + 1] = { 0 }; /* distances of the later boundaries from the end of the instruction being made */
    unsigned count = 0;
    s->size = 0;
    while (count < SEQUENCE_LENGTH) {
        unsigned length;
        uint32_t w = make_insn(&state, following, count, &length);
        memcpy(s->code + sizeof(s->code) - s->size - length, &w, length);
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
    guest_riscv64.reset(c);
    for (unsigned i = 1; i < RV_FRM; i++)
        c->slot[i] = random_value(&state);
    uint64_t middle = (uintptr_t)s->data + SEQUENCE_DATA / 2;
    c->slot[RV_SP] = middle;
    c->slot[S0] = middle + 64;
    c->slot[S1] = middle + 1 + below(&state, 7);
    c->pc = (uintptr_t)sequence_code(s);
}
