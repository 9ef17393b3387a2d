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
        const struct insn *insn = block_insn(e->config.guest, b, i);
        char text[96];
        e->config.guest->disassemble(insn, text, sizeof text);
        fprintf(out, "0x%08" PRIx64 ":  ", insn->pc);
        log_encoding(out, e->config.guest, insn);
        fprintf(out, "  %s\n", text);
    }
}

/* Records of instructions from `pc` on, into `records`, up to the end of the window, of the block, or `most`; *end: where they end. How many there are. */
static unsigned decode_block(struct engine *e, uint64_t pc, size_t window, uint32_t mode, unsigned most, bool checked, void *records, uint64_t *end)
{
    const struct guest *guest = e->config.guest;
    uint64_t at = pc;
    unsigned count = 0;
    bool ended = false;
    while (count < most && !ended && at - pc < window) {
        struct insn *insn = (struct insn *)(void *)((char *)records + count * guest->insn_size);
        unsigned length = guest->decode((const uint8_t *)(uintptr_t)at, window - (at - pc), at, mode, insn);
        if (!length)
            break; /* it goes on where there is no code */
        at += length;
        count++;
        ended = insn->ends_block || (checked && may_write(guest, insn));
    }
    *(struct insn *)(void *)((char *)records + count * guest->insn_size) = (struct insn){ .op = (uint16_t)guest->op_count, .pc = at };
    *end = at;
    return count;
}

/* What is used of `count` records and the one that ends them. */
static size_t size_of_records(const struct guest *guest, unsigned count) { return count * guest->insn_size + sizeof(struct insn); }

static void adopt_records(struct engine *e, struct block *b, void *to, const void *records)
{
    memcpy(to, records, size_of_records(e->config.guest, b->insn_count));
    b->records = to;
    e->config.guest->thread_code(to, b->insn_count + 1u);
}

void decode_again(struct engine *e, struct block *b)
{
    uint64_t records[(MAX_BLOCK_INSNS + 1) * MAX_INSN_SIZE / sizeof(uint64_t)];
    uint64_t end;
    if (b->records)
        return;
    b->insn_count = (uint16_t)decode_block(e, b->spc, b->end - b->spc, b->mode, MAX_BLOCK_INSNS, false, records, &end);
    adopt_records(e, b, arena_alloc(&e->blocks, size_of_records(e->config.guest, b->insn_count)), records);
}

struct block *discover_block(struct thread *t, uint64_t pc, uint32_t mode)
{
    struct engine *e = t->engine;
    size_t window = window_at(t, pc);
    struct block *b = window && e->kept ? keep_adopt(t, pc, mode) : NULL;
    if (b || !window)
        return b;

    uint64_t since = stats_now(e), end;
    uint64_t records[(MAX_BLOCK_INSNS + 1) * MAX_INSN_SIZE / sizeof(uint64_t)];
    bool checked = may_change(t, pc, pc + 1);
    unsigned count = decode_block(e, pc, window, mode, e->config.longest_block, checked, records, &end);
    if (!count)
        return NULL;
    b = arena_alloc_aligned(&e->blocks, sizeof *b + size_of_records(e->config.guest, count), CACHE_LINE);
    *b = (struct block){ .spc = pc, .end = end, .reach = end, .mode = mode, .insn_count = (uint16_t)count, .incoming = NO_SITE };
    adopt_records(e, b, b + 1, records);
    if (checked || may_change(t, pc, end))
        begin_checks(e, b);
    e->block_count++;
    map_add(e, b);
    stats_note_discovery(e, b, since);
    if (e->config.log & LOG_IN_ASM)
        log_block(e, b);
    return b;
}
