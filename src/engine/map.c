/* The map table: from SPC and mode to the block there. Readers take no lock: a bucket is a list to whose head blocks are added,
 * and what is removed stays readable until the next flush, which happens with all readers outside. A second table finds
 * blocks by the pages they have bytes in, for invalidation. */
#include "engine/private.h"

#include <string.h>

enum { PAGE_SHIFT = 12 }; /* unit of the second table; need not be the real page size */

static uint64_t mix(uint64_t x) { return x * UINT64_C(0x9e3779b97f4a7c15) >> 40; }

/* Neighbours are in neighbouring buckets: they are often wanted together, and then share cache lines. */
static struct block *_Atomic *map_bucket(const struct engine *e, uint64_t pc)
{
    return &e->map.bucket[(mix(pc >> 10) + (pc >> 1)) % MAP_BUCKETS];
}

static struct page_link **page_bucket(const struct engine *e, uint64_t page) { return &e->map.page[mix(page) % PAGE_BUCKETS]; }

void map_init(struct engine *e)
{
    e->map.bucket = must_zalloc(MAP_BUCKETS * sizeof *e->map.bucket);
    e->map.page = must_zalloc(PAGE_BUCKETS * sizeof *e->map.page);
}

struct block *map_find(const struct engine *e, uint64_t pc, uint32_t mode)
{
    struct block *b = atomic_load_explicit(map_bucket(e, pc), memory_order_acquire);
    while (b && (b->spc != pc || b->mode != mode))
        b = atomic_load_explicit(&b->next, memory_order_acquire);
    return b;
}

/* The block's pages from `first` on. */
static void link_pages(struct engine *e, struct block *b, uint64_t first)
{
    for (uint64_t page = first; page <= (b->reach - 1) >> PAGE_SHIFT; page++) {
        struct page_link **list = page_bucket(e, page), *link = arena_alloc(&e->blocks, sizeof *link);
        *link = (struct page_link){ b, *list };
        *list = link;
    }
}

void map_add(struct engine *e, struct block *b)
{
    struct block *_Atomic *bucket = map_bucket(e, b->spc);
    atomic_store_explicit(&b->next, atomic_load(bucket), memory_order_relaxed);
    atomic_store_explicit(bucket, b, memory_order_release);

    link_pages(e, b, b->spc >> PAGE_SHIFT);
}

void map_extend(struct engine *e, struct block *b, uint64_t reach)
{
    if (reach <= b->reach)
        return;
    uint64_t known = (b->reach - 1) >> PAGE_SHIFT;
    b->reach = reach;
    link_pages(e, b, known + 1);
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
    uint64_t first = start >> PAGE_SHIFT, count = ((end - 1) >> PAGE_SHIFT) - first + 1;
    bool all = count >= PAGE_BUCKETS; /* then every bucket once, in order */
    if (all)
        count = PAGE_BUCKETS;
    for (uint64_t i = 0; i < count; i++) {
        struct page_link **link = all ? &e->map.page[i] : page_bucket(e, first + i);
        for (struct page_link *at; (at = *link);) {
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
    memset(e->map.page, 0, PAGE_BUCKETS * sizeof *e->map.page);
}
