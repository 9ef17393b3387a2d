/* Translation of a block and what mostly follows it: lift, passes, host. */
#include "engine/private.h"

#include <string.h>

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

/* Makes the unit go on in a block of its own where it would leave for `spc`; false if it does not end in a direct way there. */
static bool go_on_at(struct ir_unit *u, uint64_t spc)
{
    const struct ir_insn *end = &u->insn[u->insn_count - 1];
    if (end->op != IR_br && end->op != IR_brif)
        return false;
    for (unsigned i = 0; i < ir_edge_count(end); i++) {
        struct ir_edge *edge = &u->edge[end->imm + i];
        if (edge->leaves && edge->spc == spc) {
            edge->leaves = false;
            edge->block = ir_begin_block(u);
            return true;
        }
    }
    return false;
}

static void lift_block(struct engine *e, struct block *b, struct ir_unit *u)
{
    const struct guest *guest = e->config.guest;
    bool ended = false;
    if (b->checked)
        lift_checks(u, b);
    for (unsigned i = 0; i < b->insn_count; i++) {
        const struct insn *insn = (const void *)((const char *)b->records + i * guest->insn_size);
        guest->lift(u, insn);
        ended = insn->ends_block;
    }
    if (!ended) {
        uint32_t edge = ir_edge_leaving(u, b->end, 0);
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = edge });
    }
}

/* What is known of the code that the unit's ways out lead to. */
static void look_ahead(const struct engine *e, struct ir_unit *u, const struct block *head)
{
    for (uint32_t i = 0; i < u->edge_count && u->layout->fleeting_count; i++) {
        const struct block *target = u->edge[i].leaves ? map_find(e, u->edge[i].spc, head->mode) : NULL;
        if (!target)
            continue;
        u->edge[i].is_usual = target->tpc || target->executions > head->executions / 4;
        u->edge[i].overwritten = target->translation ? target->translation->would_overwrite : 0;
    }
}

struct ir_unit *translate_to_ir(struct engine *e, struct trace *trace, bool optimise, struct arena *arena)
{
    struct ir_unit *u = arena_alloc(arena, sizeof *u);
    ir_unit_init(u, arena, e->config.guest->layout, trace->block[0]->spc);
    ir_begin_block(u);
    lift_block(e, trace->block[0], u);
    for (unsigned i = 1; i < trace->count; i++) {
        if (!go_on_at(u, trace->block[i]->spc)) {
            trace->count = i;
            break;
        }
        lift_block(e, trace->block[i], u);
    }
    log_unit(e, LOG_IR, "IR", u);
    check_unit(u);
    u->overwrites = opt_overwritten(u);
    if (optimise) {
        look_ahead(e, u, trace->block[0]);
        opt_run(u);
        log_unit(e, LOG_IR_OPT, "IR after passes", u);
        check_unit(u);
    }
    return u;
}

/* The block that the interpreter mostly went on to at the end of `b`, whose trace begins at `head`; or NULL. As long as that is warm, a
 * jump to what is translated already is cheaper than to do so again. */
static struct block *usual_successor(const struct block *b, const struct block *head)
{
    struct block *next = b->successor[1];
    if (!next || next->spc != b->end || next->mode != b->mode || next->executions < head->executions / 2)
        return NULL;
    return !next->tpc || head->tpc ? next : NULL;
}

/* The trace from `head` on: past branches that mostly are not taken. */
static void form_trace(struct block *head, struct trace *trace)
{
    unsigned insns = 0;
    trace->count = 0;
    for (struct block *b = head; b && trace->count < MAX_TRACE; b = usual_successor(b, head)) {
        insns += b->insn_count;
        if (insns > MAX_BLOCK_INSNS)
            break;
        trace->block[trace->count++] = b;
    }
}

/* Where the interpreter has been after the block, its translation goes without asking. */
static void chain_to_successors(struct engine *e, uint32_t number, const struct block *b)
{
    const struct site *s = &e->sites[number];
    struct block *successor = b->successor[s->spc == b->end];
    if (successor && successor->spc == s->spc && successor->mode == s->mode)
        chain_site(e, number, successor);
}

static void adopt_sites(struct engine *e, const struct host_unit *unit, uint32_t mode, bool warm)
{
    for (unsigned i = 0; i < unit->site_count; i++) {
        const struct host_site *s = &unit->sites[i];
        e->sites[e->site_count++] = (struct site){ .spc = s->spc, .link = s->link, .stub = s->stub, .guess = s->guess, .mode = mode,
                                                   .writes = s->writes, .stub_link = s->stub_link, .stub_exit = s->stub_exit,
                                                   .counter = warm && i == 0 };
    }
}

static const struct block_mark *adopt_marks(struct engine *e, const struct host_unit *unit, const struct block *b)
{
    struct block_mark *marks = arena_alloc(&e->blocks, unit->mark_count * sizeof *marks);
    for (unsigned i = 0; i < unit->mark_count; i++)
        marks[i] = (struct block_mark){ (uint16_t)(unit->marks[i].offset - unit->start), (uint16_t)(unit->marks[i].pc - b->spc) };
    return marks;
}

static const uint32_t *adopt_relocations(struct engine *e, const struct host_unit *unit)
{
    if (!e->kept || !unit->relocation_count)
        return NULL;
    size_t size = unit->relocation_count * sizeof *unit->relocations;
    return memcpy(arena_alloc(&e->blocks, size), unit->relocations, size);
}

struct translation *adopt_unit(struct engine *e, const struct host_unit *unit, struct block *b, uint64_t reach, bool warm, uint32_t overwrites)
{
    struct translation *new = &e->cache.translations[e->cache.translation_count];
    *new = (struct translation){ .block = b, .marks = adopt_marks(e, unit, b), .mark_count = (uint16_t)unit->mark_count,
                                 .code_start = unit->start, .code_end = unit->start + unit->size, .warm = warm,
                                 .overwrites = warm ? 0 : overwrites, .would_overwrite = overwrites,
                                 .first_site = e->site_count, .site_count = (uint16_t)unit->site_count,
                                 .relocations = adopt_relocations(e, unit), .relocation_count = (uint16_t)unit->relocation_count };
    e->cache.translation_count++;
    map_extend(e, b, reach);
    adopt_sites(e, unit, b->mode, warm);
    return new;
}

/* From here on threads enter it. */
void publish_translation(struct engine *e, struct block *b, const struct translation *new)
{
    b->translation = new;
    b->tpc = e->cache.buffer.exec + new->code_start;
    chain_incoming(e, b);
}

static void chain_usual_ways(struct engine *e, const struct translation *new, const struct trace *trace)
{
    for (uint32_t i = 0; i < new->site_count; i++)
        for (unsigned k = 0; k < trace->count && !e->sites[new->first_site + i].counter; k++)
            chain_to_successors(e, new->first_site + i, trace->block[k]);
}

bool translate_block(struct engine *e, struct block *b)
{
    uint32_t number = e->cache.translation_count;
    if (e->site_count + MAX_SITES > MAX_ENGINE_SITES || number == MAX_BLOCKS)
        return false;
    cache_make_ready(e);
    bool warm = e->config.optimise && e->config.hot && !b->translation;
    struct trace trace;
    form_trace(b, &trace);
    struct ir_unit *u = translate_to_ir(e, &trace, e->config.optimise && !warm, &e->scratch);
    if (e->config.log & LOG_OUT_ASM)
        fprintf(e->config.log_file, "OUT:\n");
    uint32_t *counter = warm ? &e->cache.counters[number] : NULL;
    if (counter)
        *counter = e->config.hot;
    struct host_unit unit;
    bool fits = e->config.host->translate(&e->config.host_config, &e->runtime, u, counter, e->site_count, &e->cache.buffer, &unit);
    if (fits) {
        const struct translation *new = adopt_unit(e, &unit, b, trace.block[trace.count - 1]->end, warm, u->overwrites);
        chain_usual_ways(e, new, &trace);
        publish_translation(e, b, new);
    }
    arena_reset(&e->scratch);
    return fits;
}
