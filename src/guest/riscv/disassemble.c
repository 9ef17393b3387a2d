#include "guest/riscv/riscv.h"
#include "guest/text.h"

/* The printers that riscv.decode names. */
#define PRINTER(kind) static void print_##kind(struct text *t, UNUSED const struct riscv_insn *d, UNUSED int64_t value)

PRINTER(x) { text_add(t, "%s", value == RV_ZERO || value == RV_NOWHERE ? "zero" : riscv_layout.slots[value].name); }
PRINTER(f) { text_add(t, "%s", riscv_layout.slots[value].name); }
PRINTER(decimal) { text_add(t, "%d", (int)value); }
PRINTER(hex) { text_add(t, "0x%x", (unsigned)value); }
PRINTER(upper) { text_add(t, "0x%x", (unsigned)value >> 12); }
PRINTER(target) { text_add(t, "0x%llx", (unsigned long long)(d->head.pc + (uint64_t)value)); }

PRINTER(rounding)
{
    static const char *const names[] = { ",rne", ",rtz", ",rdn", ",rup", ",rmm", "", "", "" };
    text_add(t, "%s", names[value]);
}

/* Where rounding has no effect, assemblers write 0. */
PRINTER(rounding_exact)
{
    if (value != ROUND_NEAREST)
        print_rounding(t, d, value);
}

PRINTER(order)
{
    static const char *const names[] = { "", ".rl", ".aq", ".aqrl" };
    text_add(t, "%s", names[value]);
}

/* A fence's predecessor and successor sets. */
PRINTER(sets)
{
    static const char letters[] = "iorw";
    for (int i = 7; i >= 0; i--) {
        if (value >> i & 1)
            text_add(t, "%c", letters[3 - i % 4]);
        else if (i % 4 == 0 && !(value >> i & 15))
            text_add(t, "unknown");
        if (i == 4)
            text_add(t, ",");
    }
}

PRINTER(csr)
{
    static const struct { unsigned number; const char *name; } known[] = {
        { CSR_FFLAGS, "fflags" }, { CSR_FRM, "frm" }, { CSR_FCSR, "fcsr" },
        { CSR_CYCLE, "cycle" }, { CSR_TIME, "time" }, { CSR_INSTRET, "instret" },
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].number == value) {
            text_add(t, "%s", known[i].name);
            return;
        }
    }
    text_add(t, "0x%x", (unsigned)value);
}

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
