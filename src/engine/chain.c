/* Chaining: a translated block's exits jump straight to the translations they lead to, once these exist; unchained, they go
 * to their stubs, which leave for the emulation manager with the site's number. A site is in its target's list as soon as the
 * target is known, so the whole list can be linked when that is translated. */
#include "engine/private.h"

/* To log each execution it must come to the manager. */
static bool chains(const struct engine *e) { return e->config.chain && !(e->config.log & LOG_EXEC); }

/* Patches the site to jump to its target's translation: straight there, or through its stub if that writes what would be missed. Threads
 * that are between the two patches find a good way too. */
static void link_site(struct engine *e, struct site *s)
{
    const struct translation *target = s->target->translation;
    bool straight = !(s->writes & ~target->overwrites);
    if (s->writes)
        e->config.host->link(&e->cache.buffer, s->stub_link, straight ? s->stub_exit : target->code_start);
    e->config.host->link(&e->cache.buffer, s->link, straight ? target->code_start : s->stub);
    if (s->guess)
        e->config.host->predict(&e->cache.buffer, s->guess, s->spc);
    s->linked = true;
}

void chain_site(struct engine *e, uint32_t number, struct block *target)
{
    struct site *s = &e->sites[number];
    if (s->retired || target->mode == NO_MODE || !chains(e))
        return;
    if (!s->target) {
        s->target = target;
        s->next_incoming = target->incoming;
        target->incoming = number;
    }
    if (!s->linked && s->target == target && target->tpc)
        link_site(e, s);
}

void chain_incoming(struct engine *e, struct block *target)
{
    for (uint32_t number = target->incoming; number != NO_SITE; number = e->sites[number].next_incoming)
        link_site(e, &e->sites[number]);
}

void unchain_incoming(struct engine *e, struct block *target)
{
    while (target->incoming != NO_SITE) {
        struct site *s = &e->sites[target->incoming];
        target->incoming = s->next_incoming;
        s->target = NULL;
        if (!s->linked)
            continue;
        s->linked = false;
        if (s->guess) {
            e->config.host->predict(&e->cache.buffer, s->guess, NO_SPC);
            s->retired = true;
        }
        e->config.host->link(&e->cache.buffer, s->link, s->stub);
        if (s->writes)
            e->config.host->link(&e->cache.buffer, s->stub_link, s->stub_exit);
    }
}
