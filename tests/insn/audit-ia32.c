/* What the meanings of random IA-32 instructions may do: nothing that breaks the rules (sem/words.md), and they leave if and only if the table says so. */
#include <stdio.h>

#include "guest/ia32/ia32.h"
#include "tap.h"

enum { TRIES = 2000000, LONGEST = 15 };

static unsigned check(const uint8_t *bytes, bool *seen)
{
    struct ia32_insn d;
    struct insn_effects effects;
    char text[100];
    ia32_decode(bytes, LONGEST, 0x1000, 0, &d.head);
    seen[d.head.op] = true;
    ia32_audit(&d.head, &effects);
    if (!effects.violation && effects.leaves == d.head.ends_block)
        return 0;
    ia32_disassemble(&d.head, text, sizeof text);
    printf("# %s: %s\n", text, effects.violation ? effects.violation : "does not leave as the table says");
    return 1;
}

int main(void)
{
    uint64_t seed = 1;
    unsigned failures = 0, missing = 0;
    bool seen[OP_COUNT] = { false };
    for (unsigned i = 0; i < TRIES && failures < 20; i++) {
        uint8_t bytes[LONGEST];
        for (unsigned k = 0; k < LONGEST; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[k] = (uint8_t)(seed >> 40);
        }
        static const uint8_t prefixes[] = { 0x66, 0xf3, 0xf2 };
        if (i & 1)
            bytes[i >> 1 & 1] = 0x0f;
        if ((i & 7) == 7)
            bytes[2] = i & 8 ? 0x38 : 0x3a;
        if ((i & 3) >= 2)
            bytes[0] = prefixes[(i >> 4) % 3];
        failures += check(bytes, seen);
    }
    for (unsigned op = 0; op < OP_COUNT; op++)
        missing += !seen[op];
    tap_ok(!failures, "no rule is broken");
    tap_ok(!missing, "every operation has come up");
    return tap_done();
}
