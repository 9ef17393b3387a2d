/* The map table: from SPC and mode to the block there. Readers take no lock: a bucket is a list to whose head blocks are added,
 * and what is removed stays readable until the next flush, which happens with all readers outside. Two more tables find
 * blocks by the spans of addresses they have bytes in, for invalidation: pages, and larger ones for a guest that compiles code at run
 * time and says of hundreds of megabytes, again and again, that something there has changed. */
#include "engine/private.h"

#include <string.h>

static const unsigned span_shift[SPAN_KINDS] = { 12, 20 }; /* need not be the real page size */
enum { MOST_PAGES = 64 }; /* that are looked at one by one */

static uint64_t mix(uint64_t x) { return x * UINT64_C(0x9e3779b97f4a7c15) >> 40; }

/* Neighbours are in neighbouring buckets: they are often wanted together, and then share cache lines. */
static struct block *_Atomic *map_bucket(const struct engine *e, uint64_t pc)
{
    return &e->map.bucket[(mix(pc >> 12) + (pc >> 3)) % MAP_BUCKETS];
}

static struct span_link **span_bucket(const struct engine *e, unsigned kind, uint64_t span) { return &e->map.span[kind][mix(span) % SPAN_BUCKETS]; }

void map_init(struct engine *e)
{
    e->map.bucket = must_zalloc(MAP_BUCKETS * sizeof *e->map.bucket);
    for (unsigned kind = 0; kind < SPAN_KINDS; kind++)
        e->map.span[kind] = must_zalloc(SPAN_BUCKETS * sizeof *e->map.span[kind]);
}

struct block *map_find(const struct engine *e, uint64_t pc, uint32_t mode)
{
    struct block *b = atomic_load_explicit(map_bucket(e, pc), memory_order_acquire);
    while (b && (b->spc != pc || b->mode != mode))
        b = atomic_load_explicit(&b->next, memory_order_acquire);
    return b;
}

/* The block's spans from `first` on. */
static void link_spans(struct engine *e, struct block *b, unsigned kind, uint64_t first)
{
    for (uint64_t span = first; span <= (b->reach - 1) >> span_shift[kind]; span++) {
        struct span_link **list = span_bucket(e, kind, span), *link = arena_alloc(&e->blocks, sizeof *link);
        *link = (struct span_link){ b, *list };
        *list = link;
    }
}

void map_add(struct engine *e, struct block *b)
{
    struct block *_Atomic *bucket = map_bucket(e, b->spc);
    atomic_store_explicit(&b->next, atomic_load(bucket), memory_order_relaxed);
    atomic_store_explicit(bucket, b, memory_order_release);

    for (unsigned kind = 0; kind < SPAN_KINDS; kind++)
        link_spans(e, b, kind, b->spc >> span_shift[kind]);
}

void map_extend(struct engine *e, struct block *b, uint64_t reach)
{
    if (reach <= b->reach)
        return;
    uint64_t known = b->reach - 1;
    b->reach = reach;
    for (unsigned kind = 0; kind < SPAN_KINDS; kind++)
        link_spans(e, b, kind, (known >> span_shift[kind]) + 1);
}

static void map_remove(struct engine *e, struct block *b)
{
    b->mode = NO_MODE;
    struct block *_Atomic *link = map_bucket(e, b->spc);
    for (struct block *at; (at = atomic_load(link)); link = &at->next)
        if (at == b) {
            atomic_store_explicit(link, atomic_load(&b->next), memory_order_release);
            return;
        }
}

void map_remove_range(struct engine *e, uint64_t start, uint64_t end, void (*removed)(struct engine *, struct block *))
{
    unsigned kind = (end - start) >> span_shift[0] > MOST_PAGES;
    uint64_t first = start >> span_shift[kind], count = ((end - 1) >> span_shift[kind]) - first + 1;
    bool all = count >= SPAN_BUCKETS; /* then every bucket once, in order */
    if (all)
        count = SPAN_BUCKETS;
    for (uint64_t i = 0; i < count; i++) {
        struct span_link **link = all ? &e->map.span[kind][i] : span_bucket(e, kind, first + i);
        for (struct span_link *at; (at = *link);) {
            struct block *b = at->block;
            bool hit = b->spc < end && b->reach > start;
            if (hit && b->mode != NO_MODE) {
                map_remove(e, b);
                removed(e, b);
            }
            if (b->mode == NO_MODE)
                *link = at->next;
            else
                link = &at->next;
        }
    }
}

void map_clear(struct engine *e)
{
    for (unsigned i = 0; i < MAP_BUCKETS; i++)
        atomic_store_explicit(&e->map.bucket[i], NULL, memory_order_relaxed);
    for (unsigned kind = 0; kind < SPAN_KINDS; kind++)
        memset(e->map.span[kind], 0, SPAN_BUCKETS * sizeof *e->map.span[kind]);
}
