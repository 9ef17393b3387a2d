/* What the audit reading says of every encoding: no instruction may fault after it has written something, and those that leave are
 * those that the decode table says end a block. */
#include "guest/riscv/regs.h"
#include "tap.h"
#include "guest/guest.h"

static const struct { uint8_t width; uint32_t mask, value; } patterns[] = {
#define PATTERN(width, mask, value) { width, mask, value },
#include "guest/riscv/patterns.inc"
#undef PATTERN
};

static bool audit_word(uint32_t w)
{
    const struct guest *g = &guest_riscv64;
    _Alignas(8) uint8_t record[64];
    uint8_t bytes[4] = { (uint8_t)w, (uint8_t)(w >> 8), (uint8_t)(w >> 16), (uint8_t)(w >> 24) };
    struct insn *insn = (struct insn *)record;
    struct insn_effects effects;
    g->decode(bytes, 4, 0x1000, RV_MODE_HOST, insn);
    g->audit(insn, &effects);
    const char *wrong = effects.violation ? effects.violation : effects.leaves != insn->ends_block ? "leaves, or does not, against the table" : NULL;
    if (wrong)
        printf("# %s (%08x): %s\n", g->op_name(insn->op), (unsigned)w, wrong);
    return !wrong;
}

int main(void)
{
    bool good = true;
    uint32_t random = 1;
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        for (unsigned n = 0; n < 500; n++) {
            random = random * 1664525 + 1013904223;
            uint32_t operands = random ^ random >> 16;
            good &= audit_word((operands & ~patterns[i].mask) | patterns[i].value);
        }
    }
    tap_ok(good, "%zu encodings keep the rules", COUNT_OF(patterns));
    return tap_done();
}
