/* Discovery of dynamic basic blocks: from where control arrived to the next instruction that ends a block, predecoded. */
#include "engine/private.h"

#include <elf.h>
#include <string.h>

static size_t window_at(struct thread *t, uint64_t pc)
{
    const struct engine_config *config = &t->engine->config;
    if (pc % config->guest->layout->code_alignment)
        return 0;
    return config->environment->code_window(t, pc);
}

/* As the ISA's manual has it: one number, or bytes. */
static void log_encoding(FILE *out, const struct guest *guest, const struct insn *insn)
{
    enum { WORD = 4, USUAL = 8 };
    const uint8_t *code = (const uint8_t *)(uintptr_t)insn->pc;
    unsigned width = guest->longest_insn > WORD ? USUAL : WORD;
    bool from_the_end = guest->longest_insn <= WORD && guest->elf_data == ELFDATA2LSB;
    for (unsigned i = 0; i < insn->length; i++)
        fprintf(out, "%02x", code[from_the_end ? insn->length - 1 - i : i]);
    fprintf(out, "%*s", insn->length < width ? 2 * (int)(width - insn->length) : 0, "");
}

static void log_block(const struct engine *e, const struct block *b)
{
    FILE *out = e->config.log_file;
    fprintf(out, "----------------\nIN: 0x%" PRIx64 "\n", b->spc);
    for (unsigned i = 0; i < b->insn_count; i++) {
        const struct insn *insn = (const void *)((const char *)b->records + i * e->config.guest->insn_size);
        char text[96];
        e->config.guest->disassemble(insn, text, sizeof text);
        fprintf(out, "0x%08" PRIx64 ":  ", insn->pc);
        log_encoding(out, e->config.guest, insn);
        fprintf(out, "  %s\n", text);
    }
}

struct block *discover_block(struct thread *t, uint64_t pc, uint32_t mode)
{
    struct engine *e = t->engine;
    const struct guest *guest = e->config.guest;
    size_t window = window_at(t, pc);
    if (!window)
        return NULL;

    uint64_t since = stats_now(e);
    size_t size = guest->insn_size;
    char *records = arena_alloc(&e->scratch, (MAX_BLOCK_INSNS + 1) * size);
    const uint8_t *code = (const uint8_t *)(uintptr_t)pc;
    uint64_t at = pc;
    unsigned count = 0;
    bool ended = false, checked = may_change(t, pc);
    while (count < e->config.longest_block && !ended && at - pc < window) {
        struct insn *insn = (struct insn *)(records + count * size);
        unsigned length = guest->decode(code + (at - pc), window - (at - pc), at, mode, insn);
        if (!length)
            break; /* it goes on where there is no code */
        at += length;
        count++;
        ended = insn->ends_block || (checked && may_write(guest, insn));
    }
    if (!count) {
        arena_reset(&e->scratch);
        return NULL;
    }
    struct insn *end = (struct insn *)(records + count * size);
    *end = (struct insn){ .op = (uint16_t)guest->op_count, .pc = at };

    size_t used = count * size + sizeof *end;
    struct block *b = arena_alloc_aligned(&e->blocks, sizeof *b + used, CACHE_LINE);
    *b = (struct block){ .spc = pc, .end = at, .reach = at, .mode = mode, .insn_count = (uint16_t)count, .incoming = NO_SITE };
    memcpy(b->records, records, used);
    if (checked || may_change(t, at - 1))
        begin_checks(e, b);
    guest->thread_code(block_insns(b), count + 1);
    arena_reset(&e->scratch);
    e->block_count++;
    map_add(e, b);
    stats_note_discovery(e, b, since);
    if (e->config.log & LOG_IN_ASM)
        log_block(e, b);
    if (e->kept)
        keep_adopt(t, b);
    return b;
}
