/* Chaining: a translated block's exits jump straight to the translations they lead to, once these exist; unchained, they go
 * to their stubs, which leave for the emulation manager with the site's number. */
#include "engine/private.h"

void chain_site(struct engine *e, uint32_t number, struct block *target)
{
    struct site *s = &e->sites[number];
    if (s->linked || s->retired || target->dead)
        return;
    e->config.host->link(&e->cache.buffer, s->link, target->code_start);
    if (s->guess)
        e->config.host->predict(&e->cache.buffer, s->guess, s->spc);
    s->linked = true;
    s->next_incoming = target->incoming;
    target->incoming = number;
}

void unchain_incoming(struct engine *e, struct block *target)
{
    while (target->incoming != NO_SITE) {
        struct site *s = &e->sites[target->incoming];
        target->incoming = s->next_incoming;
        s->linked = false;
        if (s->guess) {
            e->config.host->predict(&e->cache.buffer, s->guess, NO_SPC);
            s->retired = true;
        }
        e->config.host->link(&e->cache.buffer, s->link, s->stub);
    }
}
