/* Translation of one block: lift, passes, host. */
#include "engine/private.h"

#include "opt/opt.h"

static void check_unit(const struct ir_unit *u UNUSED)
{
#ifndef NDEBUG
    char message[200];
    if (!ir_verify(u, message, sizeof message))
        BUG("translation of the block at 0x%" PRIx64 " is not well formed: %s", u->spc, message);
#endif
}

static void log_unit(const struct engine *e, uint32_t category, const char *title, const struct ir_unit *u)
{
    if (!(e->config.log & category))
        return;
    fprintf(e->config.log_file, "%s:\n", title);
    ir_print(u, e->config.log_file);
}

struct ir_unit *translate_to_ir(struct engine *e, const struct block *b, struct arena *arena)
{
    const struct guest *guest = e->config.guest;
    struct ir_unit *u = arena_alloc(arena, sizeof *u);
    ir_unit_init(u, arena, guest->layout, b->spc);
    ir_begin_block(u);
    bool ended = false;
    for (unsigned i = 0; i < b->insn_count; i++) {
        const struct insn *insn = (const void *)((const char *)b->insns + i * guest->insn_size);
        guest->lift(u, insn);
        ended = insn->ends_block;
    }
    if (!ended) {
        uint32_t edge = ir_edge_leaving(u, b->end, 0);
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = edge });
    }
    log_unit(e, LOG_IR, "IR", u);
    check_unit(u);
    if (e->config.optimise) {
        opt_run(u);
        log_unit(e, LOG_IR_OPT, "IR after passes", u);
        check_unit(u);
    }
    return u;
}

static void adopt_sites(struct engine *e, const struct host_unit *unit, uint32_t mode)
{
    for (unsigned i = 0; i < unit->site_count; i++) {
        const struct host_site *s = &unit->sites[i];
        e->sites[e->site_count++] =
            (struct site){ .spc = s->spc, .link = s->link, .stub = s->stub, .guess = s->guess, .mode = mode };
    }
}

static void adopt_marks(struct engine *e, const struct host_unit *unit, struct block *b)
{
    struct block_mark *marks = arena_alloc(&e->blocks, unit->mark_count * sizeof *marks);
    for (unsigned i = 0; i < unit->mark_count; i++)
        marks[i] = (struct block_mark){ (uint16_t)(unit->marks[i].offset - unit->start), (uint16_t)(unit->marks[i].pc - b->spc) };
    b->marks = marks;
    b->mark_count = (uint16_t)unit->mark_count;
}

bool translate_block(struct engine *e, struct block *b)
{
    if (e->site_count + MAX_SITES > MAX_ENGINE_SITES || e->cache.translated_count == MAX_BLOCKS)
        return false;
    struct ir_unit *u = translate_to_ir(e, b, &e->scratch);
    if (e->config.log & LOG_OUT_ASM)
        fprintf(e->config.log_file, "OUT:\n");
    struct host_unit unit;
    bool fits = e->config.host->translate(&e->config.host_config, &e->runtime, u, e->site_count, &e->cache.buffer, &unit);
    if (fits) {
        b->code_start = unit.start;
        b->code_end = unit.start + unit.size;
        adopt_sites(e, &unit, b->mode);
        adopt_marks(e, &unit, b);
        e->cache.translated[e->cache.translated_count] = b;
        e->cache.translated_count++;
        b->tpc = e->cache.buffer.exec + unit.start;
    }
    arena_reset(&e->scratch);
    return fits;
}
