/* Code that changed or went away: its blocks leave the map table, nothing jumps to them any more. Their code stays where it
 * is until the next flush, for threads that are inside. */
#include "engine/private.h"

static void retire_block(struct engine *e, struct block *b)
{
    unchain_incoming(e, b);
    for (struct thread_private *p = e->threads; p; p = p->next) {
        struct indirect_line *line = indirect_line(p->thread, b->spc);
        if (line->spc == b->spc)
            line->spc = NO_SPC;
    }
}

void engine_invalidate(struct engine *e, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    pthread_mutex_lock(&e->lock);
    map_remove_range(e, start, end, retire_block);
    pthread_mutex_unlock(&e->lock);
}
