#include "guest/powerpc/powerpc.h"

/* What the fields of powerpc.decode go through. */
static inline int base(unsigned n) { return n ? (int)n : POWERPC_ZERO; }
static inline int one_bit(unsigned mask, uint32_t mode) { return (void)mode, __builtin_popcount(mask) == 1 ? (int)mask : -1; }

static inline int f_register(unsigned n) { return POWERPC_F + (int)n; }
static inline int v_register(unsigned n) { return POWERPC_V + 2 * (int)n; }

#include "guest/powerpc/decode.inc"

/* Invalid forms: what was loaded and the address would go to one register, or the base is lost when lmw is repeated. */
static bool loads_its_base(const struct powerpc_insn *d)
{
    switch (d->head.op) {
    case OP_lmw: return d->ra != POWERPC_ZERO && d->ra >= d->rt;
    case OP_lbzu: case OP_lbzux: case OP_lhzu: case OP_lhzux: case OP_lhau: case OP_lhaux: case OP_lwzu: case OP_lwzux:
        return d->ra == d->rt;
    default: return false;
    }
}

unsigned powerpc_decode(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out)
{
    struct powerpc_insn *d = (struct powerpc_insn *)out;
    if (available < 4)
        return 0;
    uint32_t w = (uint32_t)code[0] << 24 | (uint32_t)code[1] << 16 | (uint32_t)code[2] << 8 | code[3];
    *d = (struct powerpc_insn){ .head = { .pc = pc, .length = 4 } };
    if (!decode_32(w, mode, d) || loads_its_base(d)) {
        *d = (struct powerpc_insn){ .head = { .pc = pc, .length = 4 } };
        d->head.op = OP_illegal;
        d->head.ends_block = true;
        d->word = w;
    }
    return 4;
}
