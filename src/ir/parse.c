/* Reads a unit from text: one line an instruction, any mistake ends it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "ir/text.h"

struct parser {
    struct ir_unit *u;
    const struct ir_helper *helpers;
    unsigned helper_count;
    const char *at;          /* next character to read */
    ir_ref *value;           /* by number in the text: its instruction, or NO_REF */
    uint32_t value_limit;    /* numbers are below; no text has more values than characters */
    struct ir_parse_error *error;
};

struct word { const char *text; size_t length; };

/* ---- pieces: each returns false if something else stands there; fail() says so ---------------------------------------- */

PRINTF_LIKE(2, 3) static bool fail(struct parser *p, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(p->error->message, sizeof p->error->message, format, ap);
    va_end(ap);
    return false;
}

static void skip_spaces(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
    if (*p->at == '#')
        while (*p->at && *p->at != '\n')
            p->at++;
}

/* Goes to the next line that holds anything; false at the end of the text. */
static bool next_line(struct parser *p)
{
    skip_spaces(p);
    while (*p->at == '\n') {
        p->at++;
        p->error->line++;
        skip_spaces(p);
    }
    return *p->at;
}

static bool accept(struct parser *p, const char *mark)
{
    skip_spaces(p);
    size_t length = strlen(mark);
    if (strncmp(p->at, mark, length))
        return false;
    p->at += length;
    return true;
}

static bool expect(struct parser *p, const char *mark) { return accept(p, mark) || fail(p, "expected '%s'", mark); }

static struct word read_word(struct parser *p)
{
    skip_spaces(p);
    struct word word = { p->at, 0 };
    while (isalnum((unsigned char)*p->at) || *p->at == '_')
        p->at++;
    word.length = (size_t)(p->at - word.text);
    return word;
}

static bool word_is(struct word word, const char *text)
{
    return text && strlen(text) == word.length && !memcmp(text, word.text, word.length);
}

/* Index of the word in a table of names, some of which may be NULL; `count` if it is not there. */
static unsigned find_name(struct word word, const char *const *names, unsigned count)
{
    unsigned i = 0;
    while (i < count && !word_is(word, names[i]))
        i++;
    return i;
}

/* Decimal or 0x hexadecimal, below 2^64. */
static bool read_number(struct parser *p, uint64_t *number)
{
    skip_spaces(p);
    unsigned base = p->at[0] == '0' && p->at[1] == 'x' ? 16 : 10;
    p->at += base == 16 ? 2 : 0;
    *number = 0;
    const char *start = p->at;
    for (; base == 16 ? isxdigit((unsigned char)*p->at) : isdigit((unsigned char)*p->at); p->at++) {
        unsigned digit = isdigit((unsigned char)*p->at) ? (unsigned)(*p->at - '0') : (unsigned)((*p->at | 0x20) - 'a') + 10;
        if (*number > (UINT64_MAX - digit) / base)
            return fail(p, "number too large");
        *number = *number * base + digit;
    }
    return p->at != start || fail(p, "expected a number");
}

/* A constant of `width` bits, possibly negative; given zero-extended. */
static bool read_constant(struct parser *p, unsigned width, uint64_t *bits)
{
    bool negative = accept(p, "-");
    if (!read_number(p, bits))
        return false;
    if (negative ? *bits > UINT64_C(1) << (width - 1) : *bits != low_bits(width, *bits))
        return fail(p, "the constant does not fit");
    if (negative)
        *bits = low_bits(width, -*bits);
    return true;
}

/* A letter and a number: v7, b2. */
static bool read_index(struct parser *p, char letter, uint32_t limit, uint32_t *index)
{
    uint64_t number = 0;
    if (!expect(p, (const char[]){ letter, 0 }) || !read_number(p, &number))
        return false;
    if (number >= limit)
        return fail(p, "%c%" PRIu64 " is too large", letter, number);
    *index = (uint32_t)number;
    return true;
}

static bool read_value(struct parser *p, ir_ref *value)
{
    uint32_t number = 0;
    if (!read_index(p, 'v', p->value_limit, &number))
        return false;
    *value = p->value[number];
    return *value || fail(p, "v%" PRIu32 " is not defined before", number);
}

static bool read_type(struct parser *p, uint8_t *type)
{
    unsigned index = find_name(read_word(p), ir_type_names, IR_TYPE_COUNT);
    *type = (uint8_t)index;
    return (index < IR_TYPE_COUNT && index != IR_VOID) || fail(p, "expected a type");
}

/* ---- operands -------------------------------------------------------------------------------------------------------- */

static bool read_slot(struct parser *p, unsigned *slot)
{
    struct word word = read_word(p);
    const struct layout *layout = p->u->layout;
    for (*slot = 0; *slot < layout->slot_count; ++*slot)
        if (word_is(word, layout->slots[*slot].name))
            return true;
    return fail(p, "no such slot");
}

/* In parentheses: arguments, or writes. */
static bool read_arguments(struct parser *p, uint32_t edge)
{
    if (!accept(p, "("))
        return true;
    do {
        ir_ref value = NO_REF;
        unsigned slot = NO_SLOT;
        if (p->u->edge[edge].leaves && !(read_slot(p, &slot) && expect(p, ":")))
            return false;
        if (!read_value(p, &value))
            return false;
        if (p->u->edge[edge].argument_count == UINT16_MAX)
            return fail(p, "too many arguments");
        if (p->u->edge[edge].leaves)
            ir_edge_add_write(p->u, edge, slot, value);
        else
            ir_edge_add_argument(p->u, edge, value);
    } while (accept(p, ","));
    return expect(p, ")");
}

static bool read_edge(struct parser *p, bool call)
{
    uint64_t spc = 0, return_spc = 0;
    uint32_t block = 0;
    if (accept(p, "->")) {
        if (!read_number(p, &spc) || (call && (!expect(p, ",") || !read_number(p, &return_spc))))
            return false;
        uint32_t edge = ir_edge_leaving(p->u, spc, return_spc);
        return call || read_arguments(p, edge);
    }
    if (call)
        return fail(p, "expected '->'");
    if (!read_index(p, 'b', UINT32_MAX, &block))
        return false;
    return read_arguments(p, ir_edge_to_block(p->u, block, NULL, 0));
}

static bool read_slot_of(struct parser *p, struct ir_insn *insn)
{
    unsigned slot;
    if (!read_slot(p, &slot))
        return false;
    insn->imm = slot;
    insn->type = insn->op == IR_set ? (uint8_t)p->u->layout->slots[slot].type : insn->type;
    return true;
}

static bool read_helper(struct parser *p, struct ir_insn *insn)
{
    struct word word = read_word(p);
    for (unsigned i = 0; i < p->helper_count; i++)
        if (word_is(word, p->helpers[i].name)) {
            insn->imm = (uintptr_t)&p->helpers[i];
            return true;
        }
    return fail(p, "no such helper");
}

static bool read_event(struct parser *p, struct ir_insn *insn)
{
    unsigned event = find_name(read_word(p), ir_event_names, EVENT_COUNT);
    insn->aux = (uint8_t)event;
    return event < EVENT_COUNT || fail(p, "no such event");
}

static bool read_operands(struct parser *p, const char *letters, struct ir_insn *insn)
{
    if (ir_edge_count(insn))
        insn->imm = p->u->edge_count;
    ir_ref *argument = insn->arg;
    for (const char *letter = letters; *letter; letter++) {
        if (letter != letters && !expect(p, ","))
            return false;
        bool good = true;
        switch (*letter) {
        case 'a': good = read_value(p, argument++); break;
        case 'n': good = read_constant(p, type_bits(insn->type), &insn->imm); break;
        case 'x': good = read_number(p, &insn->imm); break;
        case 's': good = read_slot_of(p, insn); break;
        case 'h': good = read_helper(p, insn); break;
        case 'e': good = read_edge(p, false); break;
        case 'c': good = read_edge(p, true); break;
        case 'v': good = read_event(p, insn); break;
        }
        if (!good)
            return false;
    }
    return true;
}

static bool read_modes(struct parser *p, struct ir_syntax syntax, struct ir_insn *insn)
{
    if (!syntax.modes)
        return true;
    if (!syntax.mode_bits && *p->at != '.')
        return fail(p, "expected a mode");
    while (*p->at == '.') {
        p->at++;
        unsigned mode = find_name(read_word(p), syntax.modes, MODE_COUNT);
        if (mode == MODE_COUNT)
            return fail(p, "no such mode");
        insn->aux |= (uint8_t)(syntax.mode_bits ? 1u << mode : mode);
        if (!syntax.mode_bits)
            return true;
    }
    return true;
}

/* ---- lines ----------------------------------------------------------------------------------------------------------- */

/* Names the value about to be made; no value has two places. */
static bool name_value(struct parser *p, uint32_t number)
{
    if (p->value[number])
        return fail(p, "v%" PRIu32 " is defined twice", number);
    p->value[number] = p->u->insn_count;
    return true;
}

static bool read_param(struct parser *p)
{
    uint32_t number = 0;
    struct ir_insn param = { .op = IR_param };
    if (!read_index(p, 'v', p->value_limit, &number) || !expect(p, ".") || !read_type(p, &param.type) || !name_value(p, number))
        return false;
    ir_emit(p->u, param);
    return true;
}

static bool read_block_head(struct parser *p)
{
    uint32_t index = 0;
    if (!read_index(p, 'b', UINT32_MAX, &index))
        return false;
    if (index != p->u->block_count)
        return fail(p, "expected b%" PRIu32, p->u->block_count);
    ir_begin_block(p->u);
    if (accept(p, "(")) {
        do
            if (!read_param(p))
                return false;
        while (accept(p, ","));
        if (!expect(p, ")"))
            return false;
    }
    return expect(p, ":");
}

static bool read_op(struct parser *p, uint8_t *op)
{
    struct word word = read_word(p);
    for (unsigned i = 0; i < IR_OP_COUNT; i++)
        if (word_is(word, ir_ops[i].name) && i != IR_nop && i != IR_param) {
            *op = (uint8_t)i;
            return true;
        }
    return fail(p, "no such operation: %.*s", (int)(word.length < 40 ? word.length : 40), word.text);
}

static bool read_insn(struct parser *p)
{
    uint32_t number = 0;
    bool named = p->at[0] == 'v' && isdigit((unsigned char)p->at[1]);
    if (named && (!read_index(p, 'v', p->value_limit, &number) || !expect(p, "=")))
        return false;
    struct ir_insn insn = { 0 };
    if (!read_op(p, &insn.op))
        return false;
    struct ir_syntax syntax = ir_syntax_of(insn.op);
    if (syntax.typed && (!expect(p, ".") || !read_type(p, &insn.type)))
        return false;
    if (!read_modes(p, syntax, &insn) || !read_operands(p, syntax.operands, &insn))
        return false;
    if (named != !!(ir_info(&insn)->traits & RESULT))
        return fail(p, named ? "%s gives no value" : "the value of %s needs a name", ir_info(&insn)->name);
    if (named && !name_value(p, number))
        return false;
    ir_emit(p->u, insn);
    return true;
}

static bool read_line(struct parser *p)
{
    bool head = p->at[0] == 'b' && isdigit((unsigned char)p->at[1]);
    if (!head && !p->u->block_count)
        return fail(p, "expected b0");
    if (!(head ? read_block_head(p) : read_insn(p)))
        return false;
    skip_spaces(p);
    return *p->at == '\n' || *p->at == '\0' || fail(p, "something follows the end of the instruction");
}

static bool read_unit(struct parser *p)
{
    if (!next_line(p))
        return fail(p, "no unit");
    if (!expect(p, "unit") || !read_number(p, &p->u->spc))
        return false;
    skip_spaces(p);
    if (*p->at != '\n')
        return fail(p, "expected the end of the line");
    while (next_line(p))
        if (!read_line(p))
            return false;
    return ir_verify(p->u, p->error->message, sizeof p->error->message);
}

bool ir_parse(struct ir_unit *u, struct arena *arena, const struct layout *layout, const struct ir_helper *helpers,
              unsigned helper_count, const char *text, struct ir_parse_error *error)
{
    size_t length = strlen(text);
    *error = (struct ir_parse_error){ .line = 1 };
    ir_unit_init(u, arena, layout, 0);
    struct parser p = { .u = u, .helpers = helpers, .helper_count = helper_count, .at = text, .error = error };
    if (length >= UINT32_MAX / sizeof(struct ir_insn))
        return fail(&p, "the text is too long");
    p.value_limit = (uint32_t)length + 1;
    p.value = arena_alloc(arena, p.value_limit * sizeof *p.value);
    memset(p.value, 0, p.value_limit * sizeof *p.value);
    return read_unit(&p);
}
