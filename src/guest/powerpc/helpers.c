/* What operations cannot do: the condition register as a whole, the time, strings of unknown length. */
#include <time.h>

#include "guest/powerpc/powerpc.h"
#include "ir/memory.h"

uint64_t powerpc_order_of(unsigned bits)
{
    uint64_t sign = bits & POWERPC_GT ? UINT64_C(1) << 34 : UINT64_C(1) << 63;
    return (bits & POWERPC_EQ ? 0 : 1) | (bits & POWERPC_LT ? UINT64_C(1) << 62 : 0) | sign;
}

static unsigned field_of(const struct context *c, unsigned field)
{
    uint64_t order = c->slot[POWERPC_CR + field];
    return (order >> 62 & 1 ? POWERPC_LT : 0) | ((int64_t)order > 0 ? POWERPC_GT : 0) | ((uint32_t)order ? 0 : POWERPC_EQ) |
           (unsigned)c->slot[POWERPC_CR_SO + field];
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
    for (unsigned field = 0; field < 8; field++) {
        unsigned bits = cr >> (28 - 4 * field) & 15;
        c->slot[POWERPC_CR + field] = powerpc_order_of(bits);
        c->slot[POWERPC_CR_SO + field] = bits & POWERPC_SUMMARY;
    }
}

uint32_t powerpc_read_xer(const struct context *c)
{
    return (uint32_t)(c->slot[POWERPC_SO] << 31 | c->slot[POWERPC_OV] << 30 | c->slot[POWERPC_CA] << 29 | c->slot[POWERPC_COUNT]);
}

void powerpc_write_xer(struct context *c, uint32_t xer)
{
    c->slot[POWERPC_SO] = xer >> 31;
    c->slot[POWERPC_OV] = xer >> 30 & 1;
    c->slot[POWERPC_CA] = xer >> 29 & 1;
    c->slot[POWERPC_COUNT] = xer & POWERPC_XER_OTHERS;
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
    [HELPER_read_time] = { "read_time", read_time, READS }, /* two readings are not one */
    [HELPER_load_string] = { "load_string", load_string, READS | WRITES | FAULT },
    [HELPER_store_string] = { "store_string", store_string, READS | WRITES | FAULT },
    [HELPER_nan_result] = { "nan_result", powerpc_nan_result, READS, OPERANDS, RAISES },
    [HELPER_convert] = { "convert", powerpc_convert, READS | FLAGS, OPERANDS, RAISES },
    [HELPER_unordered] = { "unordered", powerpc_unordered, READS, OPERANDS, RAISES },
    [HELPER_to_single] = { "to_single", powerpc_to_single, PURE },
    [HELPER_from_single] = { "from_single", powerpc_from_single, PURE },
    [HELPER_estimate] = { "estimate", powerpc_estimate, READS | WRITES | FLAGS, .lowest = POWERPC_FPSCR, .highest = POWERPC_FPSCR },
    [HELPER_set_rounding] = { "set_rounding", powerpc_set_rounding, FLAGS },
};
