#include <string.h>

#include "guest/riscv/riscv.h"
#include "sequence.h"

static const struct pattern patterns[] = {
#define PATTERN(width, mask, value) { width, mask, value },
#include "guest/riscv/patterns.inc"
#undef PATTERN
};

/* Where the data are: written by no instruction. s1 is not aligned. */
enum { S0 = 8, S1 = 9 };
static const uint64_t bases = 1 << RV_SP | 1 << S0 | 1 << S1;

enum { OPCODE_BRANCH = 0x63, OPCODE_JAL = 0x6f, OPCODE_JALR = 0x67, OPCODE_SYSTEM = 0x73, OPCODE_AMO = 0x2f };

/* Makes memory accesses use the data, CSR accesses the floating-point registers, long branches go `offset` bytes forward. */
static uint32_t redirect(uint32_t w, const struct insn_effects *effects, uint32_t offset, uint64_t *state)
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
    for (unsigned i = 0; i <= count; i++)
        if (offset == (int32_t)boundary[i])
            return true;
    return false;
}

static bool tame(uint32_t *w, const uint32_t *boundary, unsigned count, uint64_t *random)
{
    struct riscv_insn d;
    struct insn_effects effects;
    decode(*w, &d, &effects);
    *w = redirect(*w, &effects, boundary[below(random, count + 1)], random);
    decode(*w, &d, &effects);
    bool goes_on = !d.head.ends_block || is_csr(d.head.op) || is_direct_jump(d.head.op);
    if ((effects.writes[0] & bases) || (!goes_on && count > 0))
        return false;
    /* An indirect jump goes into the data, which ends the run; any other register may hold an address of code. */
    if ((effects.loads || effects.stores || d.head.op == OP_jalr) && !(bases >> d.rs1 & 1))
        return false;
    return !is_direct_jump(d.head.op) || is_boundary(d.imm, boundary, count);
}

static bool is_any(unsigned slot) { return slot < RV_FRM; }

static void start(struct context *c, uint64_t data, uint64_t *random)
{
    c->slot[RV_SP] = data;
    c->slot[S0] = data + 64;
    c->slot[S1] = data + 1 + below(random, 7);
}

const struct subject subject_riscv64 = {
    .guest = &guest_riscv64,
    .patterns = patterns,
    .pattern_count = COUNT_OF(patterns),
    .tame = tame,
    .is_any = is_any,
    .start = start,
    .read_float_state = riscv_read_fcsr,
    .write_float_state = riscv_write_fcsr,
    .float_flags = 31,
};
