/* Memory that is given back all at once: one translation's scratch data. Not for sharing between threads. */
#ifndef FERRY_ARENA_H
#define FERRY_ARENA_H

#include "base/base.h"

struct arena {
    struct arena_chunk *chunk; /* newest first */
    size_t used;               /* bytes used of the newest chunk */
};

/* `size` bytes aligned for any type, not cleared. They live until arena_reset or arena_free. A zeroed struct arena is
 * empty and ready. */
void *arena_alloc(struct arena *a, size_t size);

/* The same at a multiple of `alignment`, a power of two. */
void *arena_alloc_aligned(struct arena *a, size_t size, size_t alignment);

/* Room for `capacity * 2` elements (at least 16), holding the first `count` of `old`; doubles *capacity. */
void *arena_grow(struct arena *a, const void *old, size_t element, uint32_t count, uint32_t *capacity);

/* Gives everything back but keeps the largest chunk for next time. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
