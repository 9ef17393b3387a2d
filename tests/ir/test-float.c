/* Floating-point words against the table of float_reference.py: results and flags, with the rounding given statically under every
 * rounding mode of the host, and for those modes that the host has also dynamically. The host's mode must survive. */
#include <fenv.h>
#include <inttypes.h>
#include <string.h>

#include "ir/float.h"
#include "ir/ir.h"
#include "tap.h"

struct line {
    char name[16], result[20];
    unsigned w, from, rounding, flags;
    uint64_t a, b, c;
};

/* ORDER ROUNDING */
static const int host_modes[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };

static const struct { const char *name; enum ir_op op; } operations[] = {
    { "add", IR_f_add },         { "sub", IR_f_sub },         { "mul", IR_f_mul },        { "div", IR_f_div },
    { "sqrt", IR_f_sqrt },       { "muladd", IR_f_muladd },   { "min", IR_f_min },        { "max", IR_f_max },
    { "eq", IR_f_eq },           { "lt", IR_f_lt },           { "le", IR_f_le },          { "from_float", IR_f_from_f },
    { "from_signed", IR_f_from_s }, { "from_unsigned", IR_f_from_u }, { "to_signed", IR_s_from_f }, { "to_unsigned", IR_u_from_f },
};
enum { OPERATIONS = COUNT_OF(operations) };

static unsigned flags_raised(void)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);
    return (raised & FE_INEXACT ? 1 : 0) | (raised & FE_UNDERFLOW ? 2 : 0) | (raised & FE_OVERFLOW ? 4 : 0) |
           (raised & FE_DIVBYZERO ? 8 : 0) | (raised & FE_INVALID ? 16 : 0);
}

static bool same(const struct line *line, unsigned w, uint64_t got)
{
    if (!strcmp(line->result, "nan"))
        return float_is_nan(w, got);
    char text[20];
    snprintf(text, sizeof text, "%" PRIx64, got);
    return !strcmp(text, line->result);
}

static bool check(const struct line *line, enum ir_op op, unsigned rounding, int host_mode)
{
    bool to_integer = op == IR_s_from_f || op == IR_u_from_f, from_integer = op == IR_f_from_s || op == IR_f_from_u;
    enum ir_type type = to_integer ? integer_type(line->w) : float_type(line->w);
    enum ir_type from = from_integer ? integer_type(line->from) : float_type(line->from);
    fesetround(host_mode);
    feclearexcept(FE_ALL_EXCEPT);
    uint64_t got = ir_eval_op(op, type, from, rounding, line->a, line->b, line->c);
    unsigned flags = flags_raised();
    bool good = same(line, line->w, got) && flags == line->flags && fegetround() == host_mode;
    fesetround(FE_TONEAREST);
    if (!good)
        printf("# %s %u from %u rounding %u under %#x: %" PRIx64 " %" PRIx64 " %" PRIx64 ": expected %s flags %u, got %" PRIx64
               " flags %u\n", line->name, line->w, line->from, rounding, (unsigned)host_mode, line->a, line->b, line->c,
               line->result, line->flags, got, flags);
    return good;
}

static bool check_line(const struct line *line, enum ir_op op, unsigned number)
{
    bool good = check(line, op, line->rounding, host_modes[number % 4]);
    if (line->rounding != ROUND_NEAREST_MAX)
        good &= check(line, op, ROUND_DYNAMIC, host_modes[line->rounding]);
    return good;
}

/* An interpreter may have no use for a result, yet the guest sees the flags. */
static void test_unused_results(void)
{
    const volatile uint64_t one = 0x3f800000, three = 0x40400000, quiet_nan = 0x7fc00000;
    uint64_t a = one, b = three, c = quiet_nan;
    feclearexcept(FE_ALL_EXCEPT);
    (void)float_div(32, ROUND_DYNAMIC, a, b);
    tap_ok(fetestexcept(FE_INEXACT), "a quotient that is not used raises inexact");
    (void)float_lt(32, a, c);
    tap_ok(fetestexcept(FE_INVALID), "a comparison that is not used raises invalid");
}

int main(int argc, char **argv)
{
    FILE *table = argc > 1 ? fopen(argv[1], "r") : NULL;
    unsigned lines[OPERATIONS] = { 0 }, wrong[OPERATIONS] = { 0 }, number = 0;
    struct line line;
    while (table && fscanf(table, "%15s %u %u %u %" SCNx64 " %" SCNx64 " %" SCNx64 " %19s %u\n", line.name, &line.w, &line.from,
                           &line.rounding, &line.a, &line.b, &line.c, line.result, &line.flags) == 9)
        for (unsigned i = 0; i < OPERATIONS; i++)
            if (!strcmp(operations[i].name, line.name)) {
                lines[i]++;
                if (wrong[i] < 10)
                    wrong[i] += !check_line(&line, operations[i].op, number++);
            }
    for (unsigned i = 0; i < OPERATIONS; i++)
        tap_ok(lines[i] && !wrong[i], "%s: %u cases", operations[i].name, lines[i]);
    test_unused_results();
    return tap_done();
}
