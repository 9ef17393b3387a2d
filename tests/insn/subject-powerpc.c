#include <string.h>

#include "guest/powerpc/powerpc.h"
#include "sequence.h"

static const struct pattern patterns[] = {
#define PATTERN(width, mask, value) { width, mask, value },
#include "guest/powerpc/patterns.inc"
#undef PATTERN
};

/* Where the data are; r9 is not aligned. r2 is a small distance. None of them is written but r10, by addresses that were used. */
enum { BASE = 8, ODD_BASE = 9, MOVING_BASE = 10, DISTANCE = 2 };
static const uint64_t bases = 1 << POWERPC_SP | 1 << BASE | 1 << ODD_BASE | 1 << MOVING_BASE | 1 << DISTANCE;

static void decode(uint32_t w, struct powerpc_insn *d, struct insn_effects *effects)
{
    uint8_t bytes[4];
    subject_put_insn(&subject_powerpc, bytes, w);
    powerpc_decode(bytes, 4, 0, 0, &d->head);
    powerpc_audit(&d->head, effects);
}

static bool is_update(const struct powerpc_insn *d)
{
    switch (d->head.op) {
    case OP_lbzu: case OP_lhzu: case OP_lhau: case OP_lwzu: case OP_stbu: case OP_sthu: case OP_stwu:
    case OP_lbzux: case OP_lhzux: case OP_lhaux: case OP_lwzux: case OP_stbux: case OP_sthux: case OP_stwux:
    case OP_lfsu: case OP_lfdu: case OP_stfsu: case OP_stfdu: case OP_lfsux: case OP_lfdux: case OP_stfsux: case OP_stfdux:
        return true;
    default:
        return false;
    }
}

/* Memory instructions have ra and either rb or a displacement, direct branches go to a boundary. */
static uint32_t redirect(uint32_t w, const struct powerpc_insn *d, const struct insn_effects *effects, uint32_t offset, uint64_t *random)
{
    static const unsigned all[] = { POWERPC_SP, BASE, ODD_BASE };
    if (effects->loads || effects->stores) {
        bool update = is_update(d), string = d->head.op == OP_lswi || d->head.op == OP_stswi;
        w = set_bits(w, 16, 5, update ? MOVING_BASE : all[below(random, COUNT_OF(all))]);
        if (w >> 26 == 31)
            return string ? w : set_bits(w, 11, 5, DISTANCE);
        return set_bits(w, 0, 16, below(random, update ? 64 : 2048) - (update ? 32 : 1024));
    }
    if (d->head.op == OP_b)
        return set_bits(w, 1, 25, offset >> 1);
    return d->head.op == OP_bc ? set_bits(w, 1, 15, offset >> 1) : w;
}

static bool tame(uint32_t *w, const uint32_t *boundary, unsigned count, uint64_t *random)
{
    struct powerpc_insn d;
    struct insn_effects effects;
    decode(*w, &d, &effects);
    *w = redirect(*w, &d, &effects, boundary[below(random, count + 1)], random);
    decode(*w, &d, &effects);
    switch (d.head.op) {
    case OP_mftbl: case OP_mftbu: case OP_lswx: case OP_stswx: case OP_tw: case OP_twi:
        return false; /* not the same twice, as long as a register says, or hardly ever going on */
    case OP_b: case OP_bc:
        return !(d.rx & ABSOLUTE) && (!(d.rx & LINK) || count == 0); /* a later return would make a loop */
    }
    uint64_t kept = is_update(&d) ? bases & ~(UINT64_C(1) << MOVING_BASE) : bases;
    return !(effects.writes[0] & kept) && (!d.head.ends_block || count == 0);
}

static bool is_any(unsigned slot)
{
    return slot < POWERPC_CR || slot == POWERPC_LR || slot == POWERPC_CTR || slot == POWERPC_VRSAVE;
}

static void start(struct context *c, uint64_t data, uint64_t *random)
{
    powerpc_write_cr(c, (uint32_t)next_random(random));
    powerpc_write_xer(c, (uint32_t)next_random(random));
    powerpc_write_fpscr(c, (uint32_t)next_random(random));
    c->slot[POWERPC_SP] = data;
    c->slot[BASE] = data + 64;
    c->slot[ODD_BASE] = data + 1 + below(random, 7);
    c->slot[MOVING_BASE] = data;
    c->slot[DISTANCE] = 4 * below(random, 16);
}

/* The condition register, a field of it as four bits, XER, and FPSCR's control bits. */
static bool set_named(struct context *c, const char *name, uint64_t value)
{
    if (!strcmp(name, "cr")) {
        powerpc_write_cr(c, (uint32_t)value);
    } else if (!strcmp(name, "xer")) {
        powerpc_write_xer(c, (uint32_t)value);
    } else if (!strcmp(name, "control")) {
        c->slot[POWERPC_FPSCR] |= value;
    } else if (name[0] == 'c' && name[1] == 'r' && name[2] >= '0' && name[2] <= '7' && !name[3]) {
        unsigned shift = 28 - 4 * (unsigned)(name[2] - '0');
        powerpc_write_cr(c, (powerpc_read_cr(c) & ~(UINT32_C(15) << shift)) | (uint32_t)value << shift);
    } else {
        return false;
    }
    return true;
}

static void normalise(struct context *c)
{
    powerpc_write_cr(c, powerpc_read_cr(c));
    powerpc_write_fpscr(c, powerpc_read_fpscr(c));
}

const struct subject subject_powerpc = {
    .guest = &guest_powerpc,
    .patterns = patterns,
    .pattern_count = COUNT_OF(patterns),
    .tame = tame,
    .is_any = is_any,
    .start = start,
    .read_float_state = powerpc_read_fpscr,
    .write_float_state = powerpc_write_fpscr,
    .float_flags = 0xfff9ff00, /* FR and FI are not kept */
    .set_named = set_named,
    .normalise = normalise,
};
