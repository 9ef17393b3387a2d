#include <string.h>

#include "guest/riscv/riscv.h"

/* What the fields of riscv.decode go through. */
static inline int x_written(unsigned n) { return n ? (int)n : RV_NOWHERE; }
static inline int x_prime(unsigned n) { return (int)n + 8; }
static inline int f_register(unsigned n) { return RV_F + (int)n; }
static inline int f_prime(unsigned n) { return RV_F + 8 + (int)n; }

/* -1: illegal. */
static inline int rounding(unsigned rm, uint32_t mode)
{
    if (rm < 5)
        return (int)rm;
    if (rm != ROUND_DYNAMIC || mode == RV_MODE_INVALID)
        return -1;
    return mode == RV_MODE_MAX ? ROUND_NEAREST_MAX : ROUND_DYNAMIC;
}

#include "guest/riscv/decode.inc"

unsigned riscv_decode(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out)
{
    struct riscv_insn *d = (struct riscv_insn *)out;
    unsigned length = (code[0] & 3) == 3 ? 4 : 2;
    uint32_t w = 0;
    if (available < length)
        return 0;
    memcpy(&w, code, length);
    *d = (struct riscv_insn){ .head = { .pc = pc, .length = (uint8_t)length } };
    if (!(length == 4 ? decode_32(w, mode, d) : decode_16(w, mode, d))) {
        d->head.op = OP_illegal;
        d->head.ends_block = true;
        d->word = w;
    }
    if (d->head.op >= OP_csrrw && d->head.op <= OP_csrrci && d->csr == CSR_FFLAGS)
        d->head.ends_block = false; /* of these registers it alone changes nothing that translations rely on */
    return length;
}
