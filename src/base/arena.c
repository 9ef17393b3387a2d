#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    max_align_t data[];
};

enum { FIRST_CHUNK = 64 * 1024, HUGE_PAGE = 2 << 20 };

/* What is large is also looked at all over: with huge pages that costs far fewer page faults and address translations. */
static struct arena_chunk *new_chunk(size_t size)
{
    size_t whole = sizeof(struct arena_chunk) + size;
    struct arena_chunk *chunk;
    if (whole >= HUGE_PAGE / 2) {
        whole = align_up(whole, HUGE_PAGE);
        chunk = must_alloc_aligned(whole, HUGE_PAGE);
        madvise(chunk, whole, MADV_HUGEPAGE);
    } else {
        chunk = must_alloc(whole);
    }
    chunk->size = whole - sizeof *chunk;
    return chunk;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size = align_up(size, _Alignof(max_align_t));
    if (!a->chunk || a->chunk->size - a->used < size) {
        size_t wanted = a->chunk ? 2 * a->chunk->size : FIRST_CHUNK;
        if (wanted < size)
            wanted = size;
        struct arena_chunk *chunk = new_chunk(wanted);
        chunk->older = a->chunk;
        a->chunk = chunk;
        a->used = 0;
    }
    void *memory = (char *)a->chunk->data + a->used;
    a->used += size;
    return memory;
}

void *arena_alloc_aligned(struct arena *a, size_t size, size_t alignment)
{
    size_t padding = a->chunk ? -((uintptr_t)a->chunk->data + a->used) & (alignment - 1) : 0;
    if (!a->chunk || a->chunk->size - a->used < size + padding)
        return (void *)align_up((uintptr_t)arena_alloc(a, size + alignment), alignment);
    a->used += padding;
    return arena_alloc(a, size);
}

void *arena_grow(struct arena *a, const void *old, size_t element, uint32_t count, uint32_t *capacity)
{
    *capacity = *capacity < 8 ? 16 : *capacity * 2;
    void *grown = arena_alloc(a, *capacity * element);
    if (count)
        memcpy(grown, old, count * element);
    return grown;
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

void arena_reset(struct arena *a)
{
    if (a->chunk) {
        free_chunks(a->chunk->older); /* chunks grow, so the newest is the largest */
        a->chunk->older = NULL;
    }
    a->used = 0;
}

void arena_free(struct arena *a)
{
    free_chunks(a->chunk);
    *a = (struct arena){ 0 };
}
