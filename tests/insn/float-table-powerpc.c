/* The table of hard values of tests/ir/float_reference.py, seen through the PowerPC instructions: singles in registers of doubles, rounding by
 * FPSCR, its exceptions, comparisons as condition fields. Argument: the table.
 *
 * Not compared: which NaN it is (cases/powerpc/float.txt does), and UX of what becomes the smallest normal number by rounding, which the
 * table, with tininess after rounding, does not have, and the manual has. */
#include <fenv.h>
#include <inttypes.h>
#include <string.h>

#include "guest/powerpc/fpscr.h"
#include "guest/powerpc/regs.h"
#include "ir/float.h"
#include "runner.h"
#include "tap.h"

enum { TARGET = 1, A, B, C };
enum { DOUBLES = 63, SINGLES = 59 };

struct line {
    char operation[16];
    unsigned w, from, rounding;
    uint64_t a, b, c;
    char result[20];
    uint32_t flags;
};

static uint32_t encode(unsigned opcode, unsigned a, unsigned b, unsigned c, unsigned extended)
{
    return opcode << 26 | TARGET << 21 | a << 16 | b << 11 | c << 6 | extended << 1;
}

/* The instruction for the line, or 0. Fused: the four forms are one, with signs changed before and after. */
static uint32_t encode_line(struct line *l, unsigned form, bool *negated)
{
    unsigned opcode = l->w == 32 ? SINGLES : DOUBLES;
    uint64_t sign = UINT64_C(1) << (l->w - 1);
    *negated = false;
    if (!strcmp(l->operation, "add"))
        return encode(opcode, A, B, 0, 21);
    if (!strcmp(l->operation, "sub"))
        return encode(opcode, A, B, 0, 20);
    if (!strcmp(l->operation, "mul"))
        return encode(opcode, A, 0, B, 25);
    if (!strcmp(l->operation, "div"))
        return encode(opcode, A, B, 0, 18);
    if (!strcmp(l->operation, "sqrt"))
        return encode(opcode, 0, A, 0, 22);
    if (!strcmp(l->operation, "muladd")) {
        static const uint8_t forms[] = { 29, 28, 31, 30 };
        *negated = form & 2;
        l->c ^= form & 1 ? sign : 0;
        return encode(opcode, A, C, B, forms[form]);
    }
    if (!strcmp(l->operation, "from_float") && l->w == 32)
        return encode(DOUBLES, 0, A, 0, 12);
    if (!strcmp(l->operation, "to_signed") && l->w == 32 && l->from == 64)
        return encode(DOUBLES, 0, A, 0, l->rounding == 1 && form & 1 ? 15 : 14);
    if (!strcmp(l->operation, "eq") || !strcmp(l->operation, "lt") || !strcmp(l->operation, "le"))
        return UINT32_C(63) << 26 | 2 << 23 | A << 16 | B << 11; /* fcmpu cr2 */
    return 0;
}

static uint64_t in_register(unsigned w, uint64_t x)
{
    if (w == 64)
        return x;
    if (float_is_nan(32, x))
        return (x & 0x80000000) << 32 | UINT64_C(0x7ff0000000000000) | (x & 0x7fffff) << 29;
    return bits_of64((double)float32_of(x));
}

static bool is_compare(const struct line *l) { return l->operation[0] == 'e' || l->operation[0] == 'l'; }

/* What the comparison's field says of the relation that the line asks for. */
static uint64_t relation(const struct line *l, const struct context *c)
{
    unsigned field = powerpc_read_cr(c) >> 20 & 15;
    unsigned mask = l->operation[0] == 'e' ? POWERPC_EQ : l->operation[1] == 't' ? POWERPC_LT : POWERPC_LT | POWERPC_EQ;
    return (field & mask) != 0;
}

static uint32_t exceptions(uint32_t fpscr)
{
    return (fpscr & FPSCR_XX ? FLOAT_INEXACT : 0) | (fpscr & FPSCR_UX ? FLOAT_UNDERFLOW : 0) | (fpscr & FPSCR_OX ? FLOAT_OVERFLOW : 0) |
           (fpscr & FPSCR_ZX ? FLOAT_DIVIDE_BY_ZERO : 0) | (fpscr & FPSCR_VX ? FLOAT_INVALID : 0);
}

static bool agrees(const struct line *l, struct context *c, bool negated, uint64_t *got)
{
    bool to_integer = !strncmp(l->operation, "to", 2), wants_nan = !strcmp(l->result, "nan");
    uint64_t expected = 0;
    *got = is_compare(l) ? relation(l, c) : c->slot[POWERPC_F + TARGET];
    if (!wants_nan)
        sscanf(l->result, "%" SCNx64, &expected);
    if (is_compare(l))
        return *got == expected;
    uint32_t flags = exceptions(powerpc_read_fpscr(c)), known = l->flags;
    if (to_integer) {
        if (float_is_nan(64, l->a))
            expected = 0x80000000;
        return (uint32_t)*got == expected && flags == known;
    }
    if (wants_nan)
        return float_is_nan(64, *got) && flags == known;
    uint64_t wanted = in_register(l->w, expected), smallest = l->w == 32 ? UINT64_C(0x3810000000000000) : UINT64_C(0x0010000000000000);
    if (negated)
        wanted ^= UINT64_C(1) << 63;
    if ((wanted & INT64_MAX) == smallest)
        flags &= ~(uint32_t)FLOAT_UNDERFLOW, known &= ~(uint32_t)FLOAT_UNDERFLOW;
    return *got == wanted && flags == known;
}

static unsigned check(struct line l, unsigned number, unsigned *checked)
{
    static const uint8_t modes[] = { 0, 1, 3, 2 }; /* RN by enum ir_rounding */
    static uint8_t code[4];
    bool negated;
    uint32_t word = l.rounding < sizeof modes ? encode_line(&l, number % 4, &negated) : 0;
    unsigned from = !strcmp(l.operation, "from_float") || l.operation[0] == 't' ? l.from : l.w, failures = 0;
    if (!word)
        return 0;
    ++*checked;
    for (unsigned i = 0; i < 4; i++)
        code[i] = (uint8_t)(word >> (24 - 8 * i));
    for (const struct runner *r = runners; r->name; r++) {
        struct context c = { 0 };
        uint64_t got = 0;
        fesetenv(FE_DFL_ENV);
        guest_powerpc.reset(&c);
        c.pc = (uintptr_t)code;
        c.slot[POWERPC_F + A] = in_register(from, l.a);
        c.slot[POWERPC_F + B] = in_register(from, l.b);
        c.slot[POWERPC_F + C] = in_register(from, l.c);
        powerpc_write_fpscr(&c, modes[l.rounding]);
        r->run(&guest_powerpc, &c, code, 4);
        if (c.event || !agrees(&l, &c, negated, &got)) {
            printf("# %s: line %u: %s, %08x on %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " rounding %u: %#" PRIx64 " fpscr %#x, not %s flags %u\n",
                   r->name, number, l.operation, word, l.a, l.b, l.c, l.rounding, got, powerpc_read_fpscr(&c), l.result, l.flags);
            failures++;
        }
    }
    fesetenv(FE_DFL_ENV);
    return failures;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in)
        die(1, "usage: test-float-table TABLE");
    struct line l;
    unsigned number = 0, checked = 0, failures = 0;
    while (failures < 20 && fscanf(in, "%15s %u %u %u %" SCNx64 " %" SCNx64 " %" SCNx64 " %19s %u", l.operation, &l.w, &l.from, &l.rounding,
                                   &l.a, &l.b, &l.c, l.result, &l.flags) == 9)
        failures += check(l, ++number, &checked);
    tap_ok(checked > 50000 && !failures, "%u operations on hard values", checked);
    return tap_done();
}
