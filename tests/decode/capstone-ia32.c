/* The decoder of IA-32 against an independent disassembler, over random bytes: what both know has the same length and the same name. */
#include <capstone/capstone.h>
#include <stdio.h>
#include <string.h>

#include "guest/ia32/ia32.h"
#include "tap.h"

enum { TRIES = 1000000, LONGEST = 15 };

static uint64_t seed = 1;

static uint8_t random_byte(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint8_t)(seed >> 40);
}

/* The name without prefixes. */
static void name_of(const char *text, char *name, size_t size)
{
    static const char *const prefixes[] = { "lock ", "rep ", "repe ", "repne ", "bnd ", "xacquire ", "xrelease ", "notrack " };
    for (bool again = true; again;) {
        again = false;
        for (unsigned i = 0; i < COUNT_OF(prefixes); i++)
            if (!strncmp(text, prefixes[i], strlen(prefixes[i]))) {
                text += strlen(prefixes[i]);
                again = true;
            }
    }
    snprintf(name, size, "%.*s", (int)strcspn(text, " "), text);
}

/* Names for the same: the manual's, and theirs. */
static bool is_same_name(const char *ours, const char *theirs)
{
    static const char *const pairs[][2] = {
        { "shl", "sal" }, { "jcxz", "jecxz" }, { "nop", "prefetch" }, { "nop", "prefetchw" }, { "nop", "prefetchnta" }, { "nop", "prefetcht0" },
        { "nop", "prefetcht1" }, { "nop", "prefetcht2" }, { "nop", "endbr32" }, { "xchg", "nop" }, { "fucompi", "fucomip" }, { "fcompi", "fcomip" },
        { "pause", "nop" },
    };
    if (!strcmp(ours, theirs))
        return true;
    for (unsigned i = 0; i < COUNT_OF(pairs); i++)
        if (!strcmp(ours, pairs[i][0]) && !strcmp(theirs, pairs[i][1]))
            return true;
    return false;
}

static bool agrees(csh handle, const uint8_t *bytes, unsigned *compared)
{
    struct ia32_insn d;
    cs_insn *theirs;
    char text[100], ours[32], name[32];
    unsigned length = ia32_decode(bytes, LONGEST, 0x1000, 0, &d.head);
    if (d.head.op == OP_illegal || !cs_disasm(handle, bytes, LONGEST, 0x1000, 1, &theirs))
        return true;
    ia32_disassemble(&d.head, text, sizeof text);
    name_of(text, ours, sizeof ours);
    name_of(theirs->mnemonic, name, sizeof name);
    /* theirs has addresses for moves to and from control and debug registers, which always are registers */
    bool is_system = d.operand[0].kind == OPERAND_SYSTEM || d.operand[1].kind == OPERAND_SYSTEM;
    bool good = (is_system || length == theirs->size) && is_same_name(ours, name);
    if (!good) {
        printf("# %s (%u bytes), theirs: %s %s (%u):", text, length, theirs->mnemonic, theirs->op_str, (unsigned)theirs->size);
        for (unsigned i = 0; i < LONGEST; i++)
            printf(" %02x", bytes[i]);
        printf("\n");
    }
    cs_free(theirs, 1);
    ++*compared;
    return good;
}

int main(void)
{
    csh handle;
    unsigned failures = 0, compared = 0;
    cs_open(CS_ARCH_X86, CS_MODE_32, &handle);
    for (unsigned i = 0; i < TRIES && failures < 20; i++) {
        uint8_t bytes[LONGEST];
        for (unsigned k = 0; k < LONGEST; k++)
            bytes[k] = random_byte();
        if (i % 3 == 0)
            bytes[0] = 0x0f;
        else if (i % 3 == 1)
            bytes[0] = (uint8_t)(0xd8 + bytes[0] % 8);
        failures += !agrees(handle, bytes, &compared);
    }
    cs_close(&handle);
    tap_ok(!failures && compared > TRIES / 4, "%u instructions", compared);
    return tap_done();
}
