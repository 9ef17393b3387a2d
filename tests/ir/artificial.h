/* An artificial guest for tests of IR and passes: eight 64-bit slots, four 32-bit ones, four floats, helpers. */
#ifndef FERRY_ARTIFICIAL_H
#define FERRY_ARTIFICIAL_H

#include <fenv.h>
#include <signal.h>

#include "ir/ir.h"

enum { R0 = 0, W0 = 8, F0 = 12, HASH = 16, ARTIFICIAL_SLOTS = 17 };

static const struct slot artificial_slots[ARTIFICIAL_SLOTS] = {
    { "r0", IR_I64 }, { "r1", IR_I64 }, { "r2", IR_I64 }, { "r3", IR_I64 }, { "r4", IR_I64 }, { "r5", IR_I64 },
    { "r6", IR_I64 }, { "r7", IR_I64 }, { "w0", IR_I32 }, { "w1", IR_I32 }, { "w2", IR_I32 }, { "w3", IR_I32 },
    { "f0", IR_F64 }, { "f1", IR_F64 }, { "f2", IR_F64 }, { "f3", IR_F64 }, { "hash", IR_I64 },
};

static const struct layout artificial_layout = {
    .slots = artificial_slots, .slot_count = ARTIFICIAL_SLOTS, .first_fleeting = R0 + 4, .fleeting_count = 9, .stack_pointer = NO_SLOT, .code_alignment = 2,
};

static uint64_t helper_mix(struct context *c, uint64_t a, uint64_t b)
{
    (void)c;
    return a * 3 + b;
}

/* Everything it can see goes into the hash. */
static uint64_t helper_look(struct context *c, uint64_t a, uint64_t b)
{
    for (unsigned i = 0; i < ARTIFICIAL_SLOTS; i++)
        c->slot[HASH] = c->slot[HASH] * UINT64_C(0x9e3779b97f4a7c15) + c->slot[i];
    return a ^ b;
}

static uint64_t helper_change(struct context *c, uint64_t a, uint64_t b)
{
    c->slot[R0] += a;
    c->slot[R0 + 1] ^= b;
    return c->slot[R0];
}

/* Reads and clears the floating-point flags. */
static uint64_t helper_flags(struct context *c, uint64_t a, uint64_t b)
{
    (void)c, (void)a, (void)b;
    uint64_t flags = (uint64_t)fetestexcept(FE_ALL_EXCEPT);
    feclearexcept(FE_ALL_EXCEPT);
    return flags;
}

/* Stands in loops: what goes round too often gets SIGALRM. */
static uint64_t helper_tire(struct context *c, uint64_t a, uint64_t b)
{
    (void)a, (void)b;
    if (++c->spill[0] == 100)
        raise(SIGALRM);
    return c->spill[0];
}

/* Looks at two slots. */
static uint64_t helper_peek(struct context *c, uint64_t a, uint64_t b) { return a + 3 * b + c->slot[R0 + 1] + 5 * c->slot[R0 + 2]; }

/* For mend: notes what happened, in a slot. */
static uint64_t helper_raise(struct context *c, uint64_t a, uint64_t b)
{
    c->slot[R0 + 3] = c->slot[R0 + 3] * 3 + a;
    return b + 1;
}

enum { PEEK = 4, RAISE = 5 };
static const struct ir_helper artificial_helpers[] = {
    { "mix", helper_mix, PURE },
    { "look", helper_look, READS | WRITES },
    { "change", helper_change, READS | WRITES },
    { "flags", helper_flags, FLAGS },
    [PEEK] = { "peek", helper_peek, READS, .lowest = R0 + 1, .highest = R0 + 2 },
    [RAISE] = { "raise", helper_raise, READS, .lowest = R0 + 3, .highest = R0 + 3, .changes = 1 + R0 + 3 },
    { "tire", helper_tire, FLAGS }, /* an effect, but none on slots */
};

#endif
