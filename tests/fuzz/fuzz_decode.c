/* Any bytes at the end of readable memory, for every guest: the decoder reads no further, and what it makes of them can be shown,
 * audited, lifted, improved, printed and read again. The first byte chooses guest and translation mode. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/guest.h"
#include "opt/opt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, MODES = 4 };
static const uint64_t spc = 0x10000;

/* Ends where memory ends that may be read. */
static uint8_t *make_edge(void)
{
    uint8_t *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || mprotect(page + PAGE, PAGE, PROT_NONE) < 0)
        die(1, "no memory");
    return page + PAGE;
}

static void check_text(const struct guest *guest, const struct insn *insn)
{
    char text[96];
    for (size_t size = 1; size <= sizeof text; size += 19) {
        memset(text, 'x', sizeof text);
        guest->disassemble(insn, text, size);
        if (!memchr(text, 0, size))
            BUG("assembly text does not end within %zu bytes", size);
    }
}

static void check_ir(struct ir_unit *u, const struct guest *guest)
{
    char message[160], *text;
    size_t length;
    if (!ir_verify(u, message, sizeof message))
        BUG("lifted: %s", message);
    opt_run(u);
    if (!ir_verify(u, message, sizeof message))
        BUG("after the passes: %s", message);
    FILE *out = open_memstream(&text, &length);
    ir_print(u, out);
    fclose(out);
    struct ir_unit again;
    struct ir_parse_error error;
    if (!ir_parse(&again, u->arena, guest->layout, guest->helpers, guest->helper_count, text, &error))
        BUG("line %u of the printed unit: %s", error.line, error.message);
    free(text);
}

static void check_meaning(const struct guest *guest, const struct insn *insn)
{
    struct insn_effects effects;
    guest->audit(insn, &effects);
    if (effects.violation)
        BUG("%s: %s", guest->op_name(insn->op), effects.violation);
    struct arena arena = { 0 };
    struct ir_unit u;
    ir_unit_init(&u, &arena, guest->layout, insn->pc);
    ir_begin_block(&u);
    guest->lift(&u, insn);
    if (!insn->ends_block)
        ir_emit(&u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_leaving(&u, insn->pc + insn->length, 0) });
    check_ir(&u, guest);
    arena_free(&arena);
}

/* The whole of a program is decoded as a block would be, one instruction after the other. */
static void check_code(const struct guest *guest, uint32_t mode, const uint8_t *code, size_t size)
{
    struct insn *insn = must_alloc(guest->insn_size);
    unsigned length;
    for (size_t at = 0; at < size; at += length) {
        length = guest->decode(code + at, size - at, spc + at, mode, insn);
        if (!length)
            break;
        if (length > size - at || length > guest->longest_insn || length != insn->length || insn->op >= guest->op_count)
            BUG("an instruction of %u bytes, operation %u", length, insn->op);
        if (insn->op == 0 && !insn->ends_block)
            BUG("an instruction that is none does not end its block");
        guest->thread_code(insn, 1);
        check_text(guest, insn);
        check_meaning(guest, insn);
    }
    free(insn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > PAGE)
        return 0;
    unsigned guest_count = 0;
    while (guests[guest_count])
        guest_count++;
    static uint8_t *edge;
    if (!edge)
        edge = make_edge();
    size--;
    memcpy(edge - size, data + 1, size);
    check_code(guests[data[0] / MODES % guest_count], data[0] % MODES, edge - size, size);
    return 0;
}
