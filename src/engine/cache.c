/* The code cache: one piece of memory mapped twice, to write and to execute. Code is appended until it is full; then all of it is
 * forgotten at once, with every thread outside. */
#include "engine/private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14, <asm-generic/mman-common.h> */
#endif

/* Memory that costs nothing until touched. */
static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        die(126, "cannot reserve %zu MiB for translation tables: raise 'ulimit -v'", size >> 20);
    return memory;
}

/* Asks for the pages of the next bytes after `used` together: one by one, page faults take longer than what is written there. */
static void make_ready(void *memory, size_t size, size_t used, size_t *ready)
{
    enum { AHEAD = 4096, STEP = 16 * 4096 };
    if (used + AHEAD <= *ready || *ready == size)
        return;
    size_t end = align_up(used + AHEAD, STEP);
    if (end > size)
        end = size;
    madvise((uint8_t *)memory + *ready, end - *ready, MADV_POPULATE_WRITE); /* old kernels cannot: no harm */
    *ready = end;
}

void cache_make_ready(struct engine *e)
{
    struct code_cache *cache = &e->cache;
    make_ready(e->sites, MAX_ENGINE_SITES * sizeof *e->sites, e->site_count * sizeof *e->sites, &cache->ready.sites);
    make_ready(cache->translations, MAX_BLOCKS * sizeof *cache->translations,
               cache->translation_count * sizeof *cache->translations, &cache->ready.translations);
    make_ready(cache->buffer.write, cache->buffer.capacity, cache->buffer.used, &cache->ready.code);
}

/* The two mappings of fresh memory, at the places they have. Returns the file. */
static int map_twice(struct code_buffer *b)
{
    int fd = memfd_create("ferry-code", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)b->capacity) < 0)
        die(126, "cannot make the code cache: no memory file");
    void *write = mmap(b->write, b->capacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    void *exec = mmap((void *)(uintptr_t)b->exec, b->capacity, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, 0);
    if (write == MAP_FAILED || exec == MAP_FAILED)
        die(126, "cannot map the code cache of %zu MiB: lower --cache-size or raise 'ulimit -v'", b->capacity >> 20);
    return fd;
}

void cache_init(struct engine *e)
{
    struct code_cache *cache = &e->cache;
    e->sites = reserve(MAX_ENGINE_SITES * sizeof *e->sites);
    cache->translations = reserve(MAX_BLOCKS * sizeof *cache->translations);
    if (e->config.tier != TIER_BLOCK)
        return;
    size_t capacity = align_up(e->config.cache_size, 4096);
    uint8_t *exec = reserve(capacity + MAX_BLOCKS * sizeof *cache->counters);
    cache->counters = (uint32_t *)(exec + capacity);
    cache->buffer = (struct code_buffer){ .capacity = capacity, .write = reserve(capacity), .exec = exec };
    close(map_twice(&cache->buffer));
    e->config.host->make_runtime(&e->config.host_config, &cache->buffer, &e->runtime);
    if (cache->buffer.overflow)
        die(126, "a code cache of %zu KiB is too small", cache->buffer.capacity >> 10);
    cache->runtime_end = (uint32_t)cache->buffer.used;
}

void cache_flush(struct thread *t)
{
    struct engine *e = t->engine;
    stop_world(t);
    map_clear(e);
    arena_reset(&e->blocks);
    e->block_count = 0;
    e->site_count = 0;
    e->cache.translation_count = 0;
    e->cache.flush_count++;
    e->cache.buffer.used = e->cache.runtime_end;
    e->cache.buffer.overflow = false;
    for (struct thread_private *p = e->threads; p; p = p->next)
        forget_translations(p->thread);
    resume_world(e);
}

/* A forked child shares the memory file with its parent, so it makes its own, with the same content at the same
 * addresses: everything that points into the cache stays right. The content is taken before the fork: soon after it the parent may
 * have patched old code to jump to blocks that the child does not have. */
void cache_before_fork(struct engine *e)
{
    struct code_buffer *b = &e->cache.buffer;
    if (!b->capacity)
        return;
    e->cache.fork_copy = must_alloc(b->used);
    memcpy(e->cache.fork_copy, b->exec, b->used);
}

void cache_after_fork(struct engine *e, bool child)
{
    struct code_buffer *b = &e->cache.buffer;
    if (child && b->capacity) {
        close(map_twice(b));
        memcpy(b->write, e->cache.fork_copy, b->used);
    }
    free(e->cache.fork_copy);
    e->cache.fork_copy = NULL;
}

bool cache_contains(const struct engine *e, const void *tpc)
{
    const struct code_buffer *b = &e->cache.buffer;
    return b->exec && (const uint8_t *)tpc >= b->exec && (const uint8_t *)tpc < b->exec + b->capacity;
}

const struct translation *cache_find(const struct engine *e, const void *tpc)
{
    const struct translation *all = e->cache.translations;
    uint32_t offset = (uint32_t)((const uint8_t *)tpc - e->cache.buffer.exec);
    uint32_t low = 0, high = e->cache.translation_count;
    while (low < high) { /* the first that starts after offset */
        uint32_t middle = low + (high - low) / 2;
        if (all[middle].code_start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low && offset < all[low - 1].code_end ? &all[low - 1] : NULL;
}
