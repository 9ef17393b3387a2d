/* Translation of a region: lift, passes, host. */
#include "engine/private.h"

#include <string.h>

#include "ir/flow.h"
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

void lift_block(struct engine *e, const struct block *b, unsigned first, unsigned end, struct ir_unit *u)
{
    const struct guest *guest = e->config.guest;
    if (b->checked)
        lift_checks(u, b);
    for (unsigned i = first; i < end; i++)
        guest->lift(u, block_insn(guest, b, i));
    const struct insn *insn = block_insn(guest, b, end - 1);
    if (!insn->ends_block) {
        uint32_t edge = ir_edge_leaving(u, insn->pc + insn->length, 0);
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = edge });
    }
}

/* What is known of the code that the unit's ways out lead to. Out of a loop all ways are unusual. */
static void look_ahead(const struct engine *e, struct ir_unit *u, const struct region *region)
{
    const struct block *head = region->block[0];
    for (uint32_t i = 0; i < u->edge_count && u->layout->fleeting_count; i++) {
        const struct block *target = u->edge[i].leaves ? map_find(e, u->edge[i].spc, head->mode) : NULL;
        if (!target)
            continue;
        u->edge[i].is_usual = !region->is_loop && (target->tpc || target->executions > head->executions / 4);
        u->edge[i].overwritten = target->translation ? target->translation->would_overwrite : 0;
    }
}

/* The guest instruction polls, before it does anything: flags set just before need no more than where a load may fault. */
static void poll_before(struct ir_unit *u, ir_ref end)
{
    ir_ref mark = end;
    while (!ir_is_mark(&u->insn[mark]))
        mark--;
    u->insn[mark].op = IR_poll;
}

/* Makes ways out of the unit to `spc`, from blocks `first` to `last` - 1 of it, ways to block `to`. Whether there are any. */
static bool join_ways(struct ir_unit *u, uint32_t first, uint32_t last, uint64_t spc, uint32_t to)
{
    bool any = false;
    for (uint32_t b = first; b < last; b++) {
        const struct ir_insn *end = &u->insn[u->block[b].last - 1];
        for (unsigned i = 0; i < ir_edge_count(end) && end->op != IR_call_to; i++) {
            struct ir_edge *edge = &u->edge[end->imm + i];
            if (!edge->leaves || edge->spc != spc)
                continue;
            edge->leaves = false;
            edge->block = to;
            any = true;
            if (to <= b)
                poll_before(u, u->block[b].last - 1);
        }
    }
    return any;
}

/* Ways to a block are joined before it is lifted, so that what is known there of state can be used, unless more of them come later. */
static void lift_trace(struct engine *e, struct region *region, struct ir_unit *u)
{
    uint32_t first = 0;
    ir_begin_block(u);
    lift_block(e, region->block[0], 0, region->insn_count[0], u);
    for (unsigned i = 1; i < region->count; i++) {
        if (!join_ways(u, first, u->block_count, region->block[i]->spc, u->block_count)) {
            region->count = i;
            break;
        }
        first = ir_begin_block(u);
        lift_block(e, region->block[i], 0, region->insn_count[i], u);
    }
}

/* After the block that has just been lifted, from block `first` of the unit on: its ways back to rotated heads do what these begin with. */
static void lift_ways_back(struct engine *e, const struct region *region, unsigned newest, uint32_t first, struct ir_unit *u)
{
    for (unsigned i = 0; i <= newest; i++) {
        const struct block *head = region->block[i];
        if (!region->rotated[i] || !join_ways(u, first, u->block_count, head->spc, u->block_count))
            continue;
        ir_begin_block(u);
        lift_block(e, head, 0, region->rotated[i], u);
    }
}

/* The way in is a block of its own. */
static void lift_loop(struct engine *e, const struct region *region, struct ir_unit *u)
{
    uint32_t begins[MAX_REGION_BLOCKS];
    ir_begin_block(u);
    ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_to_block(u, 1, NULL, 0) });
    for (unsigned i = 0; i < region->count; i++) {
        const struct block *b = region->block[i];
        uint32_t first = u->block_count;
        if (!region->is_head[i] || region->rotated[i])
            join_ways(u, 0, first, b->spc, first);
        if (region->rotated[i]) {
            ir_begin_block(u);
            lift_block(e, b, 0, region->rotated[i], u);
        }
        begins[i] = ir_begin_block(u);
        lift_block(e, b, region->rotated[i], region->insn_count[i], u);
        lift_ways_back(e, region, i, first, u);
    }
    for (unsigned i = 0; i < region->count; i++)
        if (region->is_head[i])
            join_ways(u, 0, u->block_count, block_insn(e->config.guest, region->block[i], region->rotated[i])->pc, begins[i]);
}

/* Every cycle through several units has a way back or an indirect jump; a predicted return comes out where a call was, others look the thread's
 * indirect-branch cache up. */
static void poll_on_ways_out(const struct engine *e, struct ir_unit *u)
{
    for (uint32_t b = 0; b < u->block_count; b++) {
        const struct ir_insn *end = ir_block_end(u, &u->block[b]);
        bool may_go_back = end->op == IR_jump_ind || end->op == IR_call_ind || (end->op == IR_return_to && !e->config.host_config.return_prediction);
        for (unsigned i = 0; i < ir_edge_count(end); i++)
            may_go_back |= u->edge[end->imm + i].leaves && u->edge[end->imm + i].spc <= u->spc;
        if (may_go_back)
            poll_before(u, u->block[b].last - 1);
    }
}

void lift_region(struct engine *e, struct region *region, struct ir_unit *u)
{
    if (region->is_loop)
        lift_loop(e, region, u);
    else
        lift_trace(e, region, u);
    poll_on_ways_out(e, u);
}

/* Where a translation faults its instructions are looked at again: they must be what they were. */
static bool can_recover(const struct engine *e, const struct region *region, const struct ir_unit *u)
{
    bool can = e->config.tier == TIER_BLOCK && u->insn_count <= UINT16_MAX; /* struct block_mark */
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
        look_ahead(e, u, region);
        if (can_recover(e, region, u))
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
        marks[i] = (struct block_mark){ (uint16_t)(unit->marks[i].offset - unit->start), (uint16_t)(unit->marks[i].pc - b->spc), (uint16_t)unit->marks[i].at };
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
        pieces[i] = (struct piece){ (uint32_t)(region->block[i]->spc - region->block[0]->spc), region->insn_count[i], region->is_head[i], region->rotated[i] };
    new->pieces = pieces;
    new->piece_count = (uint8_t)region->count;
    new->is_loop = region->is_loop;
}

void adopt_forgone(struct engine *e, struct translation *new, const union forgone *forgone, uint32_t count)
{
    size_t size = count * sizeof *forgone;
    new->forgone = memcpy(arena_alloc(&e->blocks, size), forgone, size);
    new->forgone_count = (uint16_t)count;
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
        if (u->forgone_count)
            adopt_forgone(e, new, u->forgone, u->forgone_count);
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
    form_trace(e, b, &region);
    return translate_region(e, &region, warm) == DONE;
}
