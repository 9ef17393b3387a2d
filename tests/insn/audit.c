/* audit GUEST: what the audit reading says of every encoding: no instruction may fault after it has written something, and those that leave are
 * those that the decode table says end a block. */
#include "subject.h"
#include "tap.h"

static bool audit_word(const struct subject *s, uint32_t w)
{
    const struct guest *g = s->guest;
    _Alignas(8) uint8_t record[64];
    uint8_t bytes[4];
    struct insn *insn = (struct insn *)record;
    struct insn_effects effects;
    subject_put_insn(s, bytes, w);
    g->decode(bytes, 4, 0x1000, 0, insn);
    g->audit(insn, &effects);
    const char *wrong = effects.violation ? effects.violation : effects.leaves != insn->ends_block ? "leaves, or does not, against the table" : NULL;
    if (wrong)
        printf("# %s (%08x): %s\n", g->op_name(insn->op), (unsigned)w, wrong);
    return !wrong;
}

int main(int argc, char **argv)
{
    const struct subject *s = subject_named(argc > 1 ? argv[1] : NULL);
    bool good = true;
    uint32_t random = 1;
    for (size_t i = 0; i < s->pattern_count; i++) {
        for (unsigned n = 0; n < 500; n++) {
            random = random * 1664525 + 1013904223;
            uint32_t operands = random ^ random >> 16;
            good &= audit_word(s, (operands & ~s->patterns[i].mask) | s->patterns[i].value);
        }
    }
    tap_ok(good, "%zu encodings keep the rules", (size_t)s->pattern_count);
    return tap_done();
}
