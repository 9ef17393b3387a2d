/* The table of hard values of tests/ir/float_reference.py, seen through the RISC-V instructions: boxing, canonical NaNs, static and
 * dynamic rounding, flags, sign extension of words. Argument: the table. */
#include <fenv.h>
#include <inttypes.h>
#include <string.h>

#include "guest/riscv/regs.h"
#include "runner.h"
#include "tap.h"

enum { DYNAMIC = 7, A0 = 10, A1 = 11, FA0 = RV_F + 10, FA1 = RV_F + 11, FA2 = RV_F + 12, FA3 = RV_F + 13 };

struct line {
    char operation[16];
    unsigned w, from, rounding;
    uint64_t a, b, c;
    char result[20];
    uint32_t flags;
};

/* How an operation of the table is an instruction: fd/rd a0, operands a1, a2, a3. */
struct instruction {
    const char *operation;
    unsigned top;     /* funct5 */
    int rs2;          /* fixed, or -1: an operand */
    int rm;           /* fixed, or -1: the rounding mode */
    bool to_integer, from_integer;
};

static const struct instruction instructions[] = {
    { "add", 0, -1, -1, false, false },         { "sub", 1, -1, -1, false, false },
    { "mul", 2, -1, -1, false, false },         { "div", 3, -1, -1, false, false },
    { "sqrt", 11, 0, -1, false, false },        { "min", 5, -1, 0, false, false },
    { "max", 5, -1, 1, false, false },          { "eq", 20, -1, 2, true, false },
    { "lt", 20, -1, 1, true, false },           { "le", 20, -1, 0, true, false },
    { "from_float", 8, -2, -1, false, false },  { "to_signed", 24, 0, -1, true, false },
    { "to_unsigned", 24, 1, -1, true, false },  { "from_signed", 26, 0, -1, false, true },
    { "from_unsigned", 26, 1, -1, false, true },
};

static uint64_t boxed(unsigned w, uint64_t x) { return w == 32 ? x | UINT64_C(0xffffffff00000000) : x; }

static uint32_t encode(const struct line *l, const struct instruction *i, unsigned rm)
{
    bool converts = i->to_integer != i->from_integer && i->rs2 >= 0;
    unsigned float_width = i->to_integer && converts ? l->from : l->w, integer_width = i->to_integer ? l->w : l->from;
    unsigned rs2 = i->rs2 == -1 ? 12 : i->rs2 == -2 ? l->from == 64 : (unsigned)i->rs2 + (converts && integer_width == 64 ? 2 : 0);
    return i->top << 27 | (unsigned)(float_width == 64) << 25 | rs2 << 20 | 11 << 15 | (i->rm < 0 ? rm : (unsigned)i->rm) << 12 | 10 << 7 | 0x53;
}

/* The four fused forms are one, with signs changed before. */
static uint32_t encode_fused(struct line *l, unsigned form, unsigned rm)
{
    uint64_t sign = UINT64_C(1) << (l->w - 1);
    l->a ^= form & 2 ? sign : 0;
    l->c ^= form == 1 || form == 3 ? sign : 0;
    static const unsigned opcodes[] = { 0x43, 0x47, 0x4b, 0x4f };
    return 13u << 27 | (unsigned)(l->w == 64) << 25 | 12 << 20 | 11 << 15 | rm << 12 | 10 << 7 | opcodes[form];
}

static unsigned check(struct line l, unsigned number)
{
    static uint32_t code;
    bool dynamic = number & 1, fused = !strcmp(l.operation, "muladd");
    unsigned rm = dynamic ? DYNAMIC : l.rounding;
    const struct instruction *i = instructions;
    while (!fused && strcmp(i->operation, l.operation))
        i++;
    code = fused ? encode_fused(&l, number / 2 % 4, rm) : encode(&l, i, rm);
    unsigned from = fused || i->rs2 == -1 ? l.w : l.from;
    bool to_integer = !fused && i->to_integer, from_integer = !fused && i->from_integer;

    uint64_t expected;
    if (!strcmp(l.result, "nan"))
        expected = l.w == 32 ? 0x7fc00000 : UINT64_C(0x7ff8000000000000);
    else
        sscanf(l.result, "%" SCNx64, &expected);
    if (!to_integer)
        expected = boxed(l.w, expected);
    else if (l.w == 32)
        expected = (uint64_t)(int32_t)expected;

    unsigned failures = 0;
    for (const struct runner *r = runners; r->name; r++) {
        struct context c = { 0 };
        fesetenv(FE_DFL_ENV);
        guest_riscv64.reset(&c);
        c.pc = (uintptr_t)&code;
        c.slot[A1] = l.a;
        c.slot[FA1] = boxed(from, l.a);
        c.slot[FA2] = boxed(from, l.b);
        c.slot[FA3] = boxed(from, l.c);
        if (from_integer)
            c.slot[FA1] = 0;
        riscv_write_fcsr(&c, (dynamic ? l.rounding : 2) << 5);
        r->run(&guest_riscv64, &c, (const uint8_t *)&code, 4);
        uint64_t got = c.slot[to_integer ? A0 : FA0];
        uint32_t flags = riscv_read_fcsr(&c) & 31;
        if (c.event || got != expected || flags != l.flags) {
            printf("# %s: line %u: %08x on %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " frm %" PRIu64 ": %#" PRIx64 " flags %u event %u, not %#" PRIx64 " flags %u\n",
                   r->name, number, code, l.a, l.b, l.c, c.slot[RV_FRM], got, flags, c.event, expected, l.flags);
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
    unsigned number = 0, failures = 0;
    while (failures < 20 && fscanf(in, "%15s %u %u %u %" SCNx64 " %" SCNx64 " %" SCNx64 " %19s %u", l.operation, &l.w, &l.from, &l.rounding,
                                   &l.a, &l.b, &l.c, l.result, &l.flags) == 9)
        failures += check(l, ++number);
    tap_ok(number > 100000 && !failures, "%u operations on hard values", number);
    return tap_done();
}
