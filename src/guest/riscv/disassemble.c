#include <stdarg.h>
#include <stdio.h>

#include "guest/riscv/riscv.h"

struct text {
    char *at;
    size_t left; /* bytes, the terminating NUL's included */
};

PRINTF_LIKE(2, 3) static void text_add(struct text *t, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int length = vsnprintf(t->at, t->left, format, ap);
    va_end(ap);
    size_t step = (size_t)length < t->left ? (size_t)length : t->left ? t->left - 1 : 0;
    t->at += step;
    t->left -= step;
}

/* The printers that riscv.decode names. */
#define PRINTER(kind) UNUSED static void print_##kind(struct text *t, UNUSED const struct riscv_insn *d, UNUSED int64_t value)

PRINTER(x) { text_add(t, "%s", value == RV_ZERO || value == RV_NOWHERE ? "zero" : riscv_layout.slots[value].name); }
PRINTER(f) { text_add(t, "%s", riscv_layout.slots[value].name); }
PRINTER(decimal) { text_add(t, "%d", (int)value); }
PRINTER(hex) { text_add(t, "0x%x", (unsigned)value); }
PRINTER(upper) { text_add(t, "0x%x", (unsigned)value >> 12); }
PRINTER(target) { text_add(t, "0x%llx", (unsigned long long)(d->head.pc + (uint64_t)value)); }

#include "guest/riscv/print.inc"

void riscv_disassemble(const struct insn *insn, char *text, size_t size)
{
    const struct riscv_insn *d = (const struct riscv_insn *)insn;
    struct text t = { text, size };
    if (d->head.op == OP_illegal)
        text_add(&t, ".insn\t%u, 0x%0*x", d->head.length, d->head.length * 2, d->word);
    else
        print_operands(d, &t);
}
