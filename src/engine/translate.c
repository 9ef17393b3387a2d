/* Translation of a region: lift, passes, host. */
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

void lift_block(struct engine *e, const struct block *b, struct ir_unit *u)
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

/* The region's block there that control may go to within the unit, coming from block `from`; or count. */
static unsigned find_target(const struct region *region, unsigned from, uint64_t spc)
{
    unsigned first = region->is_loop ? 0 : from + 1, end = region->is_loop ? region->count : from + 2;
    for (unsigned i = first; i < end && i < region->count; i++)
        if (region->block[i]->spc == spc)
            return i;
    return region->count;
}

/* Makes ways out of the unit that lead to one of its blocks ways there. `begins`: by block of the region, its first block of the unit. */
static void join_blocks(struct ir_unit *u, const struct region *region, const uint32_t *begins)
{
    for (unsigned from = 0; from < region->count; from++)
        for (uint32_t b = begins[from]; b < begins[from + 1]; b++) {
            const struct ir_insn *end = &u->insn[u->block[b].last - 1];
            for (unsigned i = 0; i < ir_edge_count(end) && end->op != IR_call_to; i++) {
                struct ir_edge *edge = &u->edge[end->imm + i];
                unsigned to = edge->leaves ? find_target(region, from, edge->spc) : region->count;
                if (to == region->count)
                    continue;
                edge->leaves = false;
                edge->block = begins[to];
            }
        }
}

/* Whether the newest block of the region, from block `first` of the unit on, has a way there. */
static bool leads_to(const struct ir_unit *u, uint32_t first, uint64_t spc)
{
    for (uint32_t b = first; b < u->block_count; b++) {
        const struct ir_insn *end = &u->insn[u->block[b].last - 1];
        for (unsigned i = 0; i < ir_edge_count(end) && end->op != IR_call_to; i++)
            if (u->edge[end->imm + i].leaves && u->edge[end->imm + i].spc == spc)
                return true;
    }
    return false;
}

/* A loop's way in is a block of its own. */
void lift_region(struct engine *e, struct region *region, struct ir_unit *u)
{
    uint32_t begins[MAX_REGION_BLOCKS + 1];
    ir_begin_block(u);
    if (region->is_loop) {
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_to_block(u, u->block_count, NULL, 0) });
        ir_begin_block(u);
    }
    for (unsigned i = 0; i < region->count; i++) {
        if (i && !region->is_loop && !leads_to(u, begins[i - 1], region->block[i]->spc)) {
            region->count = i;
            break;
        }
        if (i)
            ir_begin_block(u);
        begins[i] = u->block_count - 1;
        lift_block(e, region->block[i], u);
    }
    begins[region->count] = u->block_count;
    join_blocks(u, region, begins);
}

/* Where a translation faults its instructions are looked at again: they must be what they were. */
static bool can_recover(const struct engine *e, const struct region *region)
{
    bool can = e->config.tier == TIER_BLOCK;
    for (unsigned i = 0; i < region->count; i++)
        can &= !region->block[i]->checked;
    return can;
}

struct ir_unit *translate_to_ir(struct engine *e, struct region *region, bool optimise, struct arena *arena)
{
    struct ir_unit *u = arena_alloc(arena, sizeof *u);
    ir_unit_init(u, arena, e->config.guest->layout, region->block[0]->spc);
    lift_region(e, region, u);
    log_unit(e, LOG_IR, "IR", u);
    check_unit(u);
    u->overwrites = opt_overwritten(u);
    if (optimise) {
        look_ahead(e, u, region->block[0]);
        if (can_recover(e, region))
            opt_expect_recovery(u);
        opt_run(u);
        log_unit(e, LOG_IR_OPT, "IR after passes", u);
        check_unit(u);
    }
    return u;
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

static void chain_usual_ways(struct engine *e, const struct translation *new, const struct region *region)
{
    for (uint32_t i = 0; i < new->site_count; i++)
        for (unsigned k = 0; k < region->count && !e->sites[new->first_site + i].counter; k++)
            chain_to_successors(e, new->first_site + i, region->block[k]);
}

static void note_pieces(struct engine *e, struct translation *new, const struct region *region)
{
    struct piece *pieces = arena_alloc(&e->blocks, region->count * sizeof *pieces);
    for (unsigned i = 0; i < region->count; i++)
        pieces[i] = (struct piece){ (uint32_t)(region->block[i]->spc - region->block[0]->spc), region->block[i]->insn_count };
    new->pieces = pieces;
    new->piece_count = (uint8_t)region->count;
    new->is_loop = region->is_loop;
}

/* How a translation went. */
enum outcome { DONE, TOO_LARGE, NO_ROOM };

static enum outcome translate_region(struct engine *e, struct region *region, bool warm)
{
    uint32_t number = e->cache.translation_count;
    struct block *b = region->block[0];
    if (e->site_count + MAX_SITES > MAX_ENGINE_SITES || number == MAX_BLOCKS)
        return NO_ROOM;
    cache_make_ready(e);
    uint64_t since = stats_now(e);
    struct ir_unit *u = translate_to_ir(e, region, e->config.optimise && !warm, &e->scratch);
    if (e->config.log & LOG_OUT_ASM)
        fprintf(e->config.log_file, "OUT:\n");
    uint32_t *counter = warm ? &e->cache.counters[number] : NULL;
    if (counter)
        *counter = e->config.hot;
    struct host_unit unit;
    bool fits = e->config.host->translate(&e->config.host_config, &e->runtime, u, counter, e->site_count, &e->cache.buffer, &unit);
    if (fits) {
        struct translation *new = adopt_unit(e, &unit, b, region_end(region), warm, u->overwrites);
        if (u->recoverable)
            note_pieces(e, new, region);
        chain_usual_ways(e, new, region);
        publish_translation(e, b, new);
        stats_note_translation(e, region, warm, unit.size, since);
    }
    arena_reset(&e->scratch);
    return fits ? DONE : e->cache.buffer.overflow ? NO_ROOM : TOO_LARGE;
}

bool translate_block(struct engine *e, struct block *b)
{
    struct region region;
    bool warm = e->config.optimise && e->config.hot && !b->translation;
    if (!warm && e->config.optimise && e->config.regions && form_loop(e, b, &region)) {
        struct block *entry = region.block[0];
        bool is_new = entry == b || !entry->translation || entry->translation->warm;
        enum outcome outcome = is_new ? translate_region(e, &region, false) : TOO_LARGE;
        if (outcome == NO_ROOM)
            return false;
        if (outcome == DONE && entry == b)
            return true;
    }
    form_trace(b, &region);
    return translate_region(e, &region, warm) == DONE;
}
