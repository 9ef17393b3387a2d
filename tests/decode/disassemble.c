/* disassemble GUEST [--any]: decodes whatever bytes come on standard input and prints a line each instruction: address, tab, text. With
 * --any: checks instead that every 16-bit and many 32-bit words decode to something that prints within any size. */
#include <string.h>

#include "guest/guest.h"
#include "tap.h"

enum { ROOM = 64 };

static bool check_word(const struct guest *g, uint32_t w, uint32_t mode)
{
    _Alignas(8) uint8_t record[64];
    struct insn *insn = (struct insn *)record;
    char text[ROOM + 1];
    uint8_t bytes[4] = { (uint8_t)w, (uint8_t)(w >> 8), (uint8_t)(w >> 16), (uint8_t)(w >> 24) };
    unsigned length = g->decode(bytes, 4, 0x1000, mode, insn);
    bool good = (length == 2 || length == 4) && insn->length == length && insn->pc == 0x1000 && insn->op < g->op_count &&
                g->decode(bytes, 1, 0x1000, mode, insn) == 0 && g->decode(bytes, 2, 0x1000, mode, insn) == (length == 2 ? 2 : 0);
    g->decode(bytes, 4, 0x1000, mode, insn);
    for (size_t size = 1; size <= ROOM; size += 9) {
        memset(text, '?', sizeof(text));
        g->disassemble(insn, text, size);
        good &= memchr(text, 0, size) && text[size] == '?';
    }
    return good;
}

static int check_any(const struct guest *g)
{
    bool good = true;
    for (uint32_t w = 0; w < 0x10000; w++)
        good &= check_word(g, w, 0);
    tap_ok(good, "all 16-bit words");
    uint32_t random = 1;
    for (unsigned n = 0; n < 300000; n++) {
        random = random * 1664525 + 1013904223;
        good &= check_word(g, (random ^ random >> 16) | 3, g == &guest_riscv64 ? n % 3 : 0);
    }
    tap_ok(good, "random 32-bit words");
    return tap_done();
}

int main(int argc, char **argv)
{
    const struct guest *const *named = guests;
    while (argc < 2 || strcmp((*named)->name, argv[1]))
        if (!*++named)
            return 2;
    const struct guest *g = *named;
    _Alignas(8) uint8_t record[64];
    static uint8_t bytes[1 << 22];
    char text[ROOM];
    if (argc == 3 && !strcmp(argv[2], "--any"))
        return check_any(g);
    size_t size = fread(bytes, 1, sizeof(bytes), stdin);
    for (size_t at = 0; at < size; at += ((struct insn *)record)->length) {
        if (!g->decode(bytes + at, size - at, at, 0, (struct insn *)record))
            break;
        g->disassemble((struct insn *)record, text, sizeof(text));
        printf("%zx\t%s\n", at, text);
    }
    return 0;
}
