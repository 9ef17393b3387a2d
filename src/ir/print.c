/* Units as text. The order of the text is that of the effects; what has none is printed right before its first user, operands
 * from left to right. So the text does not tell in which order a C compiler evaluated the arguments of a builder's call. */
#include <inttypes.h>
#include <string.h>

#include "ir/text.h"

struct printer {
    const struct ir_unit *u;
    FILE *out;
    const struct ir_block *block; /* being printed */
    uint32_t *name;               /* by value: 0 while not printed, else its number + 1 */
    uint32_t names;
    bool *used, *escapes;         /* by value: has users; has users in other blocks */
    ir_ref *stack;                /* values whose operands are being printed */
    ir_ref *gets;                 /* gets of the block that may not be printed yet */
    uint32_t get_count;
};

/* Whether the place of the instruction within its block tells nothing (but for gets: see print_pending_gets). */
static bool floats(const struct ir_insn *insn)
{
    return insn->op == IR_get || (insn->op != IR_call && insn->op != IR_mend && (ir_traits(insn) & PURE));
}

/* Operands are the arguments, then those of the edges; NO_REF after the last. */
static ir_ref operand(const struct ir_unit *u, const struct ir_insn *insn, unsigned index)
{
    unsigned arguments = ir_info(insn)->arguments;
    if (index < arguments)
        return insn->arg[index];
    index -= arguments;
    for (unsigned i = 0; i < ir_edge_count(insn); i++) {
        const struct ir_edge *edge = &u->edge[insn->imm + i];
        if (index < edge->argument_count)
            return u->argument[edge->arguments + index];
        index -= edge->argument_count;
    }
    return NO_REF;
}

static void note_uses(struct printer *p)
{
    const struct ir_unit *u = p->u;
    ir_ref value;
    for (const struct ir_block *block = u->block; block < u->block + u->block_count; block++)
        for (ir_ref i = block->first; i < block->last; i++)
            for (unsigned k = 0; (value = operand(u, &u->insn[i], k)) != NO_REF; k++) {
                p->used[value] = true;
                p->escapes[value] |= value < block->first;
            }
}

static void print_value(struct printer *p, ir_ref value)
{
    if (p->name[value])
        fprintf(p->out, "v%" PRIu32, p->name[value] - 1);
    else
        fputs("v?", p->out);
}

static void print_number(FILE *out, enum ir_type type, uint64_t value)
{
    int64_t number = sign_extend(type_bits(type), value);
    if (!type_is_float(type) && number > -65536 && number < 65536)
        fprintf(out, "%" PRId64, number);
    else
        fprintf(out, "0x%" PRIx64, value);
}

static void print_edge(struct printer *p, const struct ir_edge *edge)
{
    if (edge->leaves)
        fprintf(p->out, "->0x%" PRIx64, edge->spc);
    else
        fprintf(p->out, "b%" PRIu32, edge->block);
    for (unsigned i = 0; i < edge->argument_count; i++) {
        fputs(i ? ", " : "(", p->out);
        if (edge->leaves)
            fprintf(p->out, "%s: ", p->u->layout->slots[p->u->written[edge->arguments + i]].name);
        print_value(p, p->u->argument[edge->arguments + i]);
    }
    if (edge->argument_count)
        fputc(')', p->out);
}

static void print_modes(FILE *out, struct ir_syntax syntax, unsigned aux)
{
    for (unsigned i = 0; i < MODE_COUNT; i++)
        if (syntax.modes && syntax.modes[i] && (syntax.mode_bits ? aux >> i & 1 : aux == i))
            fprintf(out, ".%s", syntax.modes[i]);
}

static void print_insn(struct printer *p, ir_ref ref)
{
    const struct ir_insn *insn = &p->u->insn[ref];
    struct ir_syntax syntax = ir_syntax_of(insn->op);
    const ir_ref *argument = insn->arg;
    const struct ir_edge *edge = ir_edge_count(insn) ? &p->u->edge[insn->imm] : NULL;
    fputs("  ", p->out);
    if (ir_info(insn)->traits & RESULT) {
        p->name[ref] = ++p->names;
        fprintf(p->out, "v%" PRIu32 " = ", p->names - 1);
    }
    fputs(ir_info(insn)->name, p->out);
    if (syntax.typed)
        fprintf(p->out, ".%s", ir_type_names[insn->type]);
    print_modes(p->out, syntax, insn->aux);
    for (const char *letter = syntax.operands; *letter; letter++) {
        fputs(letter == syntax.operands ? " " : ", ", p->out);
        switch (*letter) {
        case 'a': print_value(p, *argument++); break;
        case 'n': print_number(p->out, insn->type, insn->imm); break;
        case 'x': fprintf(p->out, "0x%" PRIx64, insn->imm); break;
        case 's': fputs(p->u->layout->slots[insn->imm].name, p->out); break;
        case 'h': fputs(((const struct ir_helper *)(uintptr_t)insn->imm)->name, p->out); break;
        case 'e': print_edge(p, edge++); break;
        case 'c': print_edge(p, edge), fprintf(p->out, ", 0x%" PRIx64, edge->return_spc); break;
        case 'v': fputs(ir_event_names[insn->aux], p->out); break;
        }
    }
    fputc('\n', p->out);
}

static ir_ref operand_to_print(const struct printer *p, ir_ref user)
{
    const struct ir_insn *insn = &p->u->insn[user];
    ir_ref value;
    for (unsigned k = 0; (value = operand(p->u, insn, k)) != NO_REF; k++)
        if (value >= p->block->first && value < user && !p->name[value] && floats(&p->u->insn[value]))
            return value;
    return NO_REF;
}

/* Without recursion: a chain of operands may be as long as the unit. */
static void print_operands(struct printer *p, ir_ref user)
{
    uint32_t depth = 0;
    p->stack[depth++] = user;
    for (;;) {
        ir_ref next = operand_to_print(p, p->stack[depth - 1]);
        if (next) {
            p->stack[depth++] = next;
        } else if (--depth) {
            print_insn(p, p->stack[depth]);
        } else {
            return;
        }
    }
}

/* Before a write to `slot` (NO_SLOT: to any), what was read from it must stand. */
static void print_pending_gets(struct printer *p, uint64_t slot)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->get_count; i++) {
        ir_ref get = p->gets[i];
        if (p->name[get])
            continue;
        if (slot == NO_SLOT || p->u->insn[get].imm == slot)
            print_insn(p, get);
        else
            p->gets[kept++] = get;
    }
    p->get_count = kept;
}

static void print_escaping(struct printer *p)
{
    for (ir_ref i = p->block->first; i < p->block->last; i++)
        if (p->escapes[i] && !p->name[i] && floats(&p->u->insn[i])) {
            print_operands(p, i);
            print_insn(p, i);
        }
}

static void print_in_place(struct printer *p, ir_ref ref)
{
    const struct ir_insn *insn = &p->u->insn[ref];
    if (ir_info(insn)->traits & END)
        print_escaping(p);
    print_operands(p, ref);
    if (insn->op == IR_set)
        print_pending_gets(p, insn->imm);
    else if (insn->op == IR_call && (ir_traits(insn) & WRITES))
        print_pending_gets(p, NO_SLOT);
    else if (insn->op == IR_mend && (ir_traits(insn) & WRITES))
        print_pending_gets(p, ((const struct ir_helper *)(uintptr_t)insn->imm)->changes - 1u);
    print_insn(p, ref);
}

static void print_head(struct printer *p)
{
    bool any = false;
    fprintf(p->out, "b%td", p->block - p->u->block);
    for (ir_ref i = p->block->first; i < p->block->last; i++)
        if (p->u->insn[i].op == IR_param) {
            p->name[i] = ++p->names;
            fprintf(p->out, "%sv%" PRIu32 ".%s", any ? ", " : "(", p->names - 1, ir_type_names[p->u->insn[i].type]);
            any = true;
        }
    fputs(any ? "):\n" : ":\n", p->out);
}

static void print_block(struct printer *p)
{
    print_head(p);
    p->get_count = 0;
    for (ir_ref i = p->block->first; i < p->block->last; i++) {
        const struct ir_insn *insn = &p->u->insn[i];
        if (insn->op == IR_nop || insn->op == IR_param)
            continue;
        if (!floats(insn) || !p->used[i])
            print_in_place(p, i);
        else if (insn->op == IR_get)
            p->gets[p->get_count++] = i;
    }
}

void ir_print(const struct ir_unit *u, FILE *out)
{
    uint32_t count = u->insn_count;
    struct printer p = { .u = u, .out = out };
    p.name = arena_alloc(u->arena, count * sizeof *p.name);
    p.used = arena_alloc(u->arena, count * sizeof *p.used);
    p.escapes = arena_alloc(u->arena, count * sizeof *p.escapes);
    p.stack = arena_alloc(u->arena, (count + 1) * sizeof *p.stack);
    p.gets = arena_alloc(u->arena, count * sizeof *p.gets);
    memset(p.name, 0, count * sizeof *p.name);
    memset(p.used, 0, count * sizeof *p.used);
    memset(p.escapes, 0, count * sizeof *p.escapes);
    note_uses(&p);
    fprintf(out, "unit 0x%" PRIx64 "\n", u->spc);
    for (p.block = u->block; p.block < u->block + u->block_count; p.block++)
        print_block(&p);
}
