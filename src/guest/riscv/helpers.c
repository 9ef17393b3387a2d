/* What operations cannot do: the floating-point control and status register, counters, fclass. */
#include <fenv.h>
#include <time.h>

#include "guest/riscv/riscv.h"
#include "ir/float.h"

/* The fflags register's bits are those of ir/float.h, in the same order (ISA manual, 11.2). */
enum { FFLAGS = FLOAT_FLAGS };

static void write_frm(struct context *c, uint64_t frm)
{
    static const int host[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };
    c->slot[RV_FRM] = frm;
    c->mode = frm < COUNT_OF(host) ? RV_MODE_HOST : frm == ROUND_NEAREST_MAX ? RV_MODE_MAX : RV_MODE_INVALID;
    float_set_rounding(frm < COUNT_OF(host) ? host[frm] : FE_TONEAREST);
}

uint32_t riscv_read_fcsr(struct context *c) { return (uint32_t)c->slot[RV_FRM] << 5 | float_get_flags(); }

void riscv_write_fcsr(struct context *c, uint32_t fcsr)
{
    write_frm(c, fcsr >> 5 & 7);
    float_set_flags(fcsr & FFLAGS);
}

static uint64_t read_csr(struct context *c, uint64_t number, uint64_t unused)
{
    (void)unused;
    uint32_t fcsr = riscv_read_fcsr(c);
    return number == CSR_FRM ? fcsr >> 5 : fcsr;
}

static uint64_t write_csr(struct context *c, uint64_t number, uint64_t value)
{
    if (number == CSR_FRM)
        write_frm(c, value & 7);
    else
        riscv_write_fcsr(c, (uint32_t)value);
    return 0;
}

/* All three counters are a clock in nanoseconds, which is as good a cycle as any. */
static uint64_t read_counter(struct context *c, uint64_t number, uint64_t unused)
{
    (void)c, (void)number, (void)unused;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The class of a float as one bit (11.9): -inf, negative normal, subnormal, zero, then the positive ones up to inf, signalling NaN, quiet NaN. */
static uint64_t classify(struct context *c, uint64_t bits, uint64_t width)
{
    (void)c;
    unsigned w = (unsigned)width, fraction_bits = w == 32 ? 23 : 52, exponent_bits = w - 1 - fraction_bits;
    uint64_t fraction = low_bits(fraction_bits, bits), exponent = low_bits(exponent_bits, bits >> fraction_bits);
    bool negative = bits >> (w - 1) & 1;
    if (float_is_nan(w, bits))
        return fraction >> (fraction_bits - 1) ? 1 << 9 : 1 << 8;
    unsigned magnitude = exponent == low_bits(exponent_bits, ~UINT64_C(0)) ? 3 : exponent ? 2 : fraction ? 1 : 0;
    return UINT64_C(1) << (negative ? 3 - magnitude : 4 + magnitude);
}

const struct ir_helper riscv_helpers[HELPER_COUNT] = {
    [HELPER_read_csr] = { "read_csr", read_csr, READS | FLAGS },
    [HELPER_write_csr] = { "write_csr", write_csr, READS | WRITES | FLAGS },
    [HELPER_read_counter] = { "read_counter", read_counter, READS }, /* of time: two readings are not one */
    [HELPER_classify] = { "classify", classify, PURE },
};
