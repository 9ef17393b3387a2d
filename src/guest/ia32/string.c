/* Repeated string instructions. Registers are right after each element, or after many that cannot fault one by one: a fault finds them where
 * processors have them. */
#include <string.h>

#include "guest/ia32/ia32.h"
#include "ir/memory.h"

enum { AT_ONCE = 1 << 16, PAGE = 4096 }; /* elements before whoever wants the thread's attention gets it */

struct string {
    struct context *c;
    enum string_operation operation;
    unsigned w;
    uint32_t address_mask;
    bool until_equal;
    uint32_t source_base, target_base;
    int32_t step;
};

static uint32_t masked(const struct string *t, unsigned slot) { return (uint32_t)t->c->slot[slot] & t->address_mask; }

static void put(const struct string *t, unsigned slot, uint32_t value)
{
    t->c->slot[slot] = ((uint32_t)t->c->slot[slot] & ~t->address_mask) | (value & t->address_mask);
}

static uint32_t source(const struct string *t) { return t->source_base + masked(t, IA32_ESI); }
static uint32_t target(const struct string *t) { return t->target_base + masked(t, IA32_EDI); }

static uint32_t read_element(const struct string *t, uint32_t at) { return (uint32_t)memory_load(t->w, ACCESS_ACQUIRE, at); }

/* Whether the repetition ends here although the count does not. */
static bool do_element(const struct string *t)
{
    uint32_t accumulator = (uint32_t)low_bits(t->w, t->c->slot[IA32_EAX]), a, b;
    switch (t->operation) {
    case STRING_MOVE: memory_store(t->w, ACCESS_RELEASE, target(t), read_element(t, source(t))); return false;
    case STRING_STORE: memory_store(t->w, ACCESS_RELEASE, target(t), accumulator); return false;
    case STRING_LOAD:
        a = read_element(t, source(t));
        t->c->slot[IA32_EAX] = ((uint32_t)t->c->slot[IA32_EAX] & ~(uint32_t)low_bits(t->w, UINT32_MAX)) | a;
        return false;
    case STRING_COMPARE: a = read_element(t, source(t)), b = read_element(t, target(t)); break;
    default: a = accumulator, b = read_element(t, target(t)); break;
    }
    ia32_set_difference(t->c, t->w, a, b);
    return (a == b) == t->until_equal;
}

static void advance(const struct string *t, uint32_t elements)
{
    uint32_t distance = (uint32_t)t->step * elements;
    if (t->operation != STRING_STORE && t->operation != STRING_SCAN)
        put(t, IA32_ESI, masked(t, IA32_ESI) + distance);
    if (t->operation != STRING_LOAD)
        put(t, IA32_EDI, masked(t, IA32_EDI) + distance);
    put(t, IA32_ECX, masked(t, IA32_ECX) - elements);
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* How many elements from `at` on are on its page; 0 if the first one is not, not wholly. */
static uint32_t on_page(const struct string *t, uint32_t at)
{
    uint32_t bytes = t->w / 8, offset = at % PAGE, upwards = (PAGE - offset) / bytes;
    return t->step > 0 || !upwards ? upwards : offset / bytes + 1;
}

/* How many elements can be moved or stored in one piece: if one on a page can be accessed all can. */
static uint32_t piece(const struct string *t)
{
    if (t->address_mask != UINT32_MAX || (t->operation != STRING_MOVE && t->operation != STRING_STORE))
        return 1;
    uint32_t count = least(on_page(t, target(t)), masked(t, IA32_ECX));
    if (t->operation == STRING_MOVE)
        count = least(count, on_page(t, source(t)));
    return count ? count : 1;
}

static void store_piece(const struct string *t, uint32_t elements)
{
    uintptr_t to = target(t);
    uint32_t x = (uint32_t)low_bits(t->w, t->c->slot[IA32_EAX]);
    if (t->step > 0 && (t->w == 8 || x == 0))
        memset((void *)to, (int)x, elements * t->w / 8);
    else
        for (uint32_t i = 0; i < elements; i++, to += (intptr_t)t->step)
            memory_store(t->w, ACCESS_RELEASE, to, x);
}

/* Upwards, where the target begins within the source, elements are read after they were written. */
static void move_piece(const struct string *t, uint32_t elements)
{
    uintptr_t from = source(t), to = target(t);
    uint32_t bytes = elements * t->w / 8;
    if (t->step > 0 && (uint32_t)(to - from) >= bytes)
        memmove((void *)to, (const void *)from, bytes);
    else
        for (uint32_t i = 0; i < elements; i++, from += (intptr_t)t->step, to += (intptr_t)t->step)
            memory_store(t->w, ACCESS_RELEASE, to, memory_load(t->w, ACCESS_ACQUIRE, from));
}

static bool do_piece(const struct string *t, uint32_t elements)
{
    if (elements == 1)
        return do_element(t);
    if (t->operation == STRING_STORE)
        store_piece(t, elements);
    else
        move_piece(t, elements);
    return false;
}

/* Whether the instruction is to be done again. */
uint64_t ia32_string(struct context *c, uint64_t what, uint64_t unused)
{
    (void)unused;
    bool is_flat = what >> 40 & 1;
    unsigned segment = what >> 32 & 0xff, w = what >> 8 & 0xff;
    bool has_base = !is_flat || segment == IA32_FS || segment == IA32_GS;
    struct string t = {
        .c = c, .operation = what & 0xff, .w = w, .address_mask = (what >> 16 & 0xff) == 16 ? 0xffff : UINT32_MAX, .until_equal = what >> 24 & 1,
        .source_base = has_base ? (uint32_t)c->slot[segment - IA32_ES + IA32_ES_BASE] : 0,
        .target_base = is_flat ? 0 : (uint32_t)c->slot[IA32_ES_BASE],
        .step = c->slot[IA32_DIRECTION] ? -(int32_t)(w / 8) : (int32_t)(w / 8),
    };
    for (unsigned done = 0; masked(&t, IA32_ECX) && done < AT_ONCE;) {
        uint32_t elements = piece(&t);
        bool ends = do_piece(&t, elements);
        advance(&t, elements);
        done += elements;
        if (ends)
            return false;
    }
    return masked(&t, IA32_ECX) != 0;
}
