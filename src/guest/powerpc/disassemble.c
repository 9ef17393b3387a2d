#include "guest/powerpc/powerpc.h"
#include "guest/text.h"

/* The printers that powerpc.decode names. */
#define PRINTER(kind) static void print_##kind(struct text *t, UNUSED const struct powerpc_insn *d, UNUSED int64_t value)

PRINTER(r) { text_add(t, "r%d", (int)value); }
PRINTER(f) { text_add(t, "f%d", (int)value - POWERPC_F); }
PRINTER(v) { text_add(t, "v%d", ((int)value - POWERPC_V) / 2); }
PRINTER(base) { text_add(t, value == POWERPC_ZERO ? "0" : "r%d", (int)value); }
PRINTER(decimal) { text_add(t, "%d", (int)value); }
PRINTER(length) { text_add(t, "%d", value ? (int)value : 32); }
PRINTER(upper) { text_add(t, "%d", (int)value >> 16); }
PRINTER(upper_unsigned) { text_add(t, "%u", (unsigned)value >> 16); }
PRINTER(field) { text_add(t, "cr%d", (int)value); }
PRINTER(overflow) { text_add(t, "%s", value ? "o" : ""); }
PRINTER(record) { text_add(t, "%s", value ? "." : ""); }
PRINTER(link) { text_add(t, "%s%s", value & LINK ? "l" : "", value & ABSOLUTE ? "a" : ""); }

PRINTER(target)
{
    uint64_t from = d->rx & ABSOLUTE ? 0 : d->head.pc;
    text_add(t, "0x%x", (unsigned)(from + (uint64_t)value));
}

PRINTER(condition_bit)
{
    static const char *const names[] = { "lt", "gt", "eq", "so" };
    if (value >= 4)
        text_add(t, "4*cr%d+", (int)value / 4);
    text_add(t, "%s", names[value % 4]);
}

PRINTER(branch_bit) { print_condition_bit(t, d, 4 * d->ra + value); }

#include "guest/powerpc/print.inc"

void powerpc_disassemble(const struct insn *insn, char *text, size_t size)
{
    const struct powerpc_insn *d = (const struct powerpc_insn *)insn;
    struct text t = { text, size };
    if (d->head.op == OP_illegal)
        text_add(&t, ".long 0x%x", d->word);
    else
        print_operands(d, &t);
}
