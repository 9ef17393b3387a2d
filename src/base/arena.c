#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    max_align_t data[];
};

enum { FIRST_CHUNK = 64 * 1024 };

void *arena_alloc(struct arena *a, size_t size)
{
    size = align_up(size, _Alignof(max_align_t));
    if (!a->chunk || a->chunk->size - a->used < size) {
        size_t wanted = a->chunk ? 2 * a->chunk->size : FIRST_CHUNK;
        if (wanted < size)
            wanted = size;
        struct arena_chunk *chunk = must_alloc(sizeof *chunk + wanted);
        *chunk = (struct arena_chunk){ .older = a->chunk, .size = wanted };
        a->chunk = chunk;
        a->used = 0;
    }
    void *memory = (char *)a->chunk->data + a->used;
    a->used += size;
    return memory;
}

void *arena_alloc_aligned(struct arena *a, size_t size, size_t alignment)
{
    return (void *)align_up((uintptr_t)arena_alloc(a, size + alignment), alignment);
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
