/* What operations cannot do: the condition register as a whole, the time, strings of unknown length. */
#include <time.h>

#include "guest/powerpc/powerpc.h"
#include "ir/memory.h"

/* What a field holds for four bits. */
static uint64_t word_of(unsigned bits)
{
    return (bits & POWERPC_LT ? POWERPC_LT_WORD : 0) | (bits & POWERPC_GT ? POWERPC_GT_WORD : POWERPC_NOT_GT_WORD) |
           (bits & POWERPC_EQ ? 0 : 1) | (bits & POWERPC_SUMMARY ? POWERPC_SUMMARY_WORD : 0);
}

static unsigned bits_of(uint64_t word, unsigned summary)
{
    bool is_difference = !((word >> 34 ^ word >> 63) & 1);
    return (word & POWERPC_LT_WORD ? POWERPC_LT : 0) | ((int64_t)word > 0 ? POWERPC_GT : 0) | ((uint32_t)word ? 0 : POWERPC_EQ) |
           (is_difference ? summary : word >> POWERPC_SUMMARY_AT & POWERPC_SUMMARY);
}

static unsigned field_of(const struct context *c, unsigned field)
{
    return bits_of(c->slot[POWERPC_CR + field], (unsigned)c->slot[POWERPC_SO]);
}

uint32_t powerpc_read_cr(const struct context *c)
{
    uint32_t cr = 0;
    for (unsigned field = 0; field < 8; field++)
        cr = cr << 4 | field_of(c, field);
    return cr;
}

void powerpc_write_cr(struct context *c, uint32_t cr)
{
    for (unsigned field = 0; field < 8; field++)
        c->slot[POWERPC_CR + field] = word_of(cr >> (28 - 4 * field) & 15);
}

void powerpc_set_cr0_summary(struct context *c, bool summary)
{
    c->slot[POWERPC_CR] = word_of((field_of(c, 0) & ~(unsigned)POWERPC_SUMMARY) | summary);
}

/* Fields that were to have XER's SO get a copy. */
static uint64_t copy_summary(struct context *c, uint64_t summary, uint64_t unused)
{
    (void)unused;
    for (unsigned field = 0; field < 8; field++)
        c->slot[POWERPC_CR + field] = word_of(bits_of(c->slot[POWERPC_CR + field], (unsigned)summary));
    return 0;
}

uint32_t powerpc_read_xer(const struct context *c)
{
    return (uint32_t)(c->slot[POWERPC_SO] << 31 | c->slot[POWERPC_OV] << 30 | c->slot[POWERPC_CA] << 29 | c->slot[POWERPC_COUNT]);
}

void powerpc_write_xer(struct context *c, uint32_t xer)
{
    copy_summary(c, c->slot[POWERPC_SO], 0);
    c->slot[POWERPC_SO] = xer >> 31;
    c->slot[POWERPC_OV] = xer >> 30 & 1;
    c->slot[POWERPC_CA] = xer >> 29 & 1;
    c->slot[POWERPC_COUNT] = xer & POWERPC_XER_OTHERS;
}

uint32_t powerpc_read_vscr(const struct context *c)
{
    return (uint32_t)c->slot[POWERPC_VSCR] | ((c->slot[POWERPC_SATURATED] | c->slot[POWERPC_SATURATED + 1]) != 0);
}

void powerpc_write_vscr(struct context *c, uint32_t vscr)
{
    c->slot[POWERPC_VSCR] = vscr & POWERPC_NON_JAVA;
    c->slot[POWERPC_SATURATED] = vscr & 1;
    c->slot[POWERPC_SATURATED + 1] = 0;
}

static uint64_t read_cr(struct context *c, uint64_t a, uint64_t b)
{
    (void)a, (void)b;
    return powerpc_read_cr(c);
}

static uint64_t read_time(struct context *c, uint64_t a, uint64_t b)
{
    (void)c, (void)a, (void)b;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* All bytes are read before a register changes: one of them may not be there. */
static uint64_t load_string(struct context *c, uint64_t address, uint64_t rt)
{
    uint8_t bytes[128];
    unsigned length = c->slot[POWERPC_COUNT] & 0x7f;
    for (unsigned i = 0; i < length; i++)
        bytes[i] = (uint8_t)memory_load(8, ACCESS_PLAIN, (uint32_t)(address + i));
    for (unsigned i = 0; i < length; i++) {
        uint64_t *slot = &c->slot[POWERPC_R + (rt + i / 4) % 32];
        *slot = (i % 4 ? *slot : 0) | (uint64_t)bytes[i] << (24 - i % 4 * 8);
    }
    return 0;
}

static uint64_t store_string(struct context *c, uint64_t address, uint64_t rs)
{
    unsigned length = c->slot[POWERPC_COUNT] & 0x7f;
    for (unsigned i = 0; i < length; i++)
        memory_store(8, ACCESS_PLAIN, (uint32_t)(address + i), c->slot[POWERPC_R + (rs + i / 4) % 32] >> (24 - i % 4 * 8));
    return 0;
}

/* A look at the operands of a floating-point operation. */
#define OPERANDS .lowest = POWERPC_F, .highest = POWERPC_F + 31
#define RAISES .changes = 1 + POWERPC_FPSCR

const struct ir_helper powerpc_helpers[HELPER_COUNT] = {
    [HELPER_read_cr] = { "read_cr", read_cr, READS },
    [HELPER_copy_summary] = { "copy_summary", copy_summary, READS | WRITES, .lowest = POWERPC_CR, .highest = POWERPC_CR + 7 },
    [HELPER_read_time] = { "read_time", read_time, READS }, /* two readings are not one */
    [HELPER_load_string] = { "load_string", load_string, READS | WRITES | FAULT },
    [HELPER_store_string] = { "store_string", store_string, READS | WRITES | FAULT },
    [HELPER_nan_result] = { "nan_result", powerpc_nan_result, READS, OPERANDS, RAISES },
    [HELPER_convert] = { "convert", powerpc_convert, READS | FLAGS, OPERANDS, RAISES },
    [HELPER_truncate] = { "truncate", powerpc_truncate, READS | FLAGS, OPERANDS, RAISES },
    [HELPER_unordered] = { "unordered", powerpc_unordered, READS, OPERANDS, RAISES },
    [HELPER_to_single] = { "to_single", powerpc_to_single, PURE },
    [HELPER_from_single] = { "from_single", powerpc_from_single, PURE },
    [HELPER_estimate] = { "estimate", powerpc_estimate, READS | WRITES | FLAGS, .lowest = POWERPC_FPSCR, .highest = POWERPC_FPSCR },
    [HELPER_vector_float] = { "vector_float", powerpc_vector_float, READS | WRITES, .lowest = POWERPC_V, .highest = POWERPC_VSCR },
    [HELPER_set_rounding] = { "set_rounding", powerpc_set_rounding, FLAGS },
};
