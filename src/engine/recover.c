/* State where translated code faulted: it does not write what can be found out. For slots in general there are recipes (opt/forgo.c); fleeting ones follow from
 * instructions and the other slots (opt/recover.c), so the instructions are lifted once more. */
#include "engine/private.h"

#include "opt/opt.h"

/* As it was discovered; NULL if there is other code by now. */
static struct block *decode_piece(struct thread *t, struct arena *arena, uint64_t spc, unsigned insn_count)
{
    const struct guest *guest = t->engine->config.guest;
    struct block *b = arena_alloc(arena, sizeof *b);
    char *records = arena_alloc(arena, insn_count * guest->insn_size);
    *b = (struct block){ .spc = spc, .end = spc, .insn_count = (uint16_t)insn_count, .records = (void *)records };
    for (unsigned i = 0; i < insn_count; i++) {
        struct insn *insn = (void *)(records + i * guest->insn_size);
        size_t window = t->engine->config.environment->code_window(t, b->end);
        if (!window || !guest->decode((const uint8_t *)(uintptr_t)b->end, window, b->end, t->context.mode, insn))
            return NULL;
        b->end += insn->length;
    }
    return b;
}

static bool decode_region(struct thread *t, struct arena *arena, struct region *region)
{
    const struct translation *from = t->private->faulted;
    *region = (struct region){ .count = from->piece_count, .is_loop = from->is_loop };
    for (unsigned i = 0; i < from->piece_count; i++) {
        region->block[i] = decode_piece(t, arena, from->block->spc + from->pieces[i].offset, from->pieces[i].insn_count);
        if (!region->block[i])
            return false;
        region->insn_count[i] = from->pieces[i].insn_count;
        region->is_head[i] = from->pieces[i].is_head;
        region->rotated[i] = from->pieces[i].rotated;
    }
    return true;
}

static void recover_fleeting(struct thread *t)
{
    struct arena arena = { 0 };
    struct ir_unit u;
    struct region region;
    if (decode_region(t, &arena, &region)) {
        ir_unit_init(&u, &arena, t->engine->config.guest->layout, region.block[0]->spc);
        lift_region(t->engine, &region, &u);
        opt_recover(&u, t->private->faulted_at, &t->context);
    }
    arena_free(&arena);
}

void recover_state(struct thread *t)
{
    const struct translation *from = t->private->faulted;
    opt_make_up(from->forgone, from->forgone_count, t->private->faulted_at, &t->context);
    if (from->piece_count)
        recover_fleeting(t);
}
