/* Text of instructions, in the manual's syntax. */
#include <inttypes.h>
#include <string.h>

#include "guest/ia32/ia32.h"
#include "guest/text.h"

static const char *const names32[] = { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" };
static const char *const names16[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" };
static const char *const names8[] = { "al", "cl", "dl", "bl" };
static const char *const high_bytes[] = { "ah", "ch", "dh", "bh" };
static const char *const segments[] = { "es", "cs", "ss", "ds", "fs", "gs" };
static const char *const conditions[] = { "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g" };

static const char *register_name(unsigned number, unsigned width)
{
    return width == 8 ? names8[number] : width == 16 ? names16[number] : names32[number];
}

static void add_address(struct text *t, const struct ia32_insn *d)
{
    const char *const *names = d->address_size == 16 ? names16 : names32;
    const char *plus = "";
    text_add(t, "[");
    if (d->base != IA32_ZERO) {
        text_add(t, "%s", names[d->base]);
        plus = " + ";
    }
    if (d->index != IA32_ZERO) {
        text_add(t, "%s%s", plus, names[d->index]);
        if (d->scale)
            text_add(t, "*%u", 1u << d->scale);
        plus = " + ";
    }
    int32_t displacement = (int32_t)d->displacement;
    if (!*plus)
        text_add(t, "0x%" PRIx32, d->displacement);
    else if (displacement < 0)
        text_add(t, " - 0x%" PRIx32, -d->displacement);
    else if (displacement)
        text_add(t, " + 0x%" PRIx32, d->displacement);
    text_add(t, "]");
}

static void add_memory(struct text *t, const struct ia32_insn *d, const struct operand *o, const char *place)
{
    const char *const *names = d->address_size == 16 ? names16 : names32;
    const char *size = o->width == 8 ? "byte" : o->width == 16 ? "word" : o->width == 32 ? "dword" : o->width == 64 ? "qword" : o->width == 80 ? "xword" : "xmmword";
    if (o->width && place[1] != 'p' && place[1] != 'a')
        text_add(t, "%s ptr ", size);
    if (place[0] == 'Y') {
        text_add(t, "es:[%s]", names[IA32_EDI]);
        return;
    }
    if (d->prefixes & HAS_SEGMENT)
        text_add(t, "%s:", segments[d->segment - IA32_ES]);
    if (place[0] == 'X')
        text_add(t, "[%s]", names[IA32_ESI]);
    else
        add_address(t, d);
}

/* A choice of lanes is no number. */
static void add_immediate(struct text *t, const struct ia32_insn *d, uint32_t value)
{
    bool is_choice = d->operand[0].kind == OPERAND_VECTOR || d->operand[0].kind == OPERAND_MMX;
    if (is_choice)
        value &= 0xff;
    if ((int32_t)value < 0)
        text_add(t, "-0x%" PRIx32, -value);
    else
        text_add(t, value > 9 ? "0x%" PRIx32 : "%" PRIu32, value);
}

static void add_operand(struct text *t, const struct ia32_insn *d, const struct operand *o, const char *place)
{
    uint32_t value = value_of(d, (unsigned)(o - d->operand));
    switch ((enum operand_kind)o->kind) {
    case OPERAND_NONE: break;
    case OPERAND_REGISTER: text_add(t, "%s", register_name(o->number, o->width)); break;
    case OPERAND_HIGH_BYTE: text_add(t, "%s", high_bytes[o->number]); break;
    case OPERAND_VECTOR: text_add(t, "xmm%u", (o->number - IA32_XMM0) / 2u); break;
    case OPERAND_MMX: text_add(t, "mm%u", o->number); break;
    case OPERAND_SEGMENT: text_add(t, "%s", segments[o->number - IA32_ES]); break;
    case OPERAND_SYSTEM: text_add(t, "%s%u", place[0] == 'C' ? "cr" : "dr", o->number); break;
    case OPERAND_MEMORY: add_memory(t, d, o, place); break;
    case OPERAND_IMMEDIATE: add_immediate(t, d, value); break;
    case OPERAND_TARGET: text_add(t, "0x%" PRIx32, value); break;
    case OPERAND_STACK: text_add(t, "st(%u)", o->number); break;
    case OPERAND_FAR: text_add(t, "0x%x:0x%" PRIx32, d->selector, value); break;
    }
}

/* `*`: the immediate's name, of those that have one. */
static const char *predicate(const struct ia32_insn *d, const struct row *row)
{
    static const char *const names[] = { "eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord" };
    return strchr(row->text, '*') && (value_of(d, 2) & 0xff) < COUNT_OF(names) ? names[value_of(d, 2)] : NULL;
}

/* `a|b`: with 16-bit and with 32-bit operands. */
static void add_name(struct text *t, const struct ia32_insn *d, const struct row *row)
{
    const char *bar = strchr(row->text, '|'), *star = strchr(row->text, '*'), *name = predicate(d, row);
    bool by_address = d->head.op == OP_jcxz;
    if (star)
        text_add(t, "%.*s%s%s", (int)(star - row->text), row->text, name ? name : "", star + 1);
    else if (!bar)
        text_add(t, "%s", row->text);
    else if ((by_address ? d->address_size : d->size) == 16)
        text_add(t, "%.*s", (int)(bar - row->text), row->text);
    else
        text_add(t, "%s", bar + 1);
    if (row->traits & TRAIT_CONDITION)
        text_add(t, "%s", conditions[d->condition]);
}

void ia32_disassemble(const struct insn *insn, char *text, size_t size)
{
    const struct ia32_insn *d = (const struct ia32_insn *)insn;
    const struct row *row = &ia32_rows[d->row];
    struct text t = { text, size };
    if (d->head.op == OP_illegal || d->head.op != row->op) {
        text_add(&t, "(bad)");
        return;
    }
    if (d->prefixes & HAS_LOCK)
        text_add(&t, "lock ");
    if (row->traits & TRAIT_REP && d->prefixes & (HAS_REP | HAS_REPNE)) {
        bool compares = d->head.op == OP_cmps || d->head.op == OP_scas;
        text_add(&t, d->prefixes & HAS_REPNE ? "repne " : compares ? "repe " : "rep ");
    }
    add_name(&t, d, row);
    for (unsigned i = 0; i < MOST_OPERANDS - (predicate(d, row) != NULL) && row->operands[i][0]; i++) {
        text_add(&t, i ? ", " : " ");
        add_operand(&t, d, &d->operand[i], row->operands[i]);
    }
}
