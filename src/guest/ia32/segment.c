/* Segment descriptors (SDM volume 3, 3.4): the few of the global table that programs may use, the thread's own, and the process's local table. */
#include "guest/ia32/ia32.h"

enum { /* bits of a descriptor */
    TYPE_AT = 40, ACCESSED = 1, WRITABLE = 2, CODE = 8, CONFORMING = 4, /* in the type; of code, WRITABLE means readable */
    NOT_SYSTEM_AT = 44, PRIVILEGE_AT = 45, PRESENT_AT = 47, GRANULAR_AT = 55,
};

/* Flat, privilege 3, 4 GiB, 32 bits. */
#define FLAT_CODE UINT64_C(0x00cffb000000ffff)
#define FLAT_DATA UINT64_C(0x00cff3000000ffff)

/* 0: there is none. */
static uint64_t descriptor_of(const struct context *c, unsigned selector)
{
    unsigned index = selector >> 3;
    if (selector & 4) {
        const struct ia32_local_table *local = (const struct ia32_local_table *)(uintptr_t)c->slot[IA32_LOCAL];
        return local && index < local->count ? local->descriptor[index] : 0;
    }
    if (index - IA32_FIRST_TLS < IA32_TLS_COUNT)
        return c->slot[IA32_TLS + index - IA32_FIRST_TLS];
    return index == IA32_CODE_SELECTOR >> 3 ? FLAT_CODE : index == IA32_DATA_SELECTOR >> 3 ? FLAT_DATA : 0;
}

static unsigned type_of(uint64_t descriptor) { return descriptor >> TYPE_AT & 15; }
static uint32_t base_of(uint64_t descriptor) { return (uint32_t)(descriptor >> 16 & 0xffffff) | (uint32_t)(descriptor >> 56) << 24; }

static uint32_t limit_of(uint64_t descriptor)
{
    uint32_t limit = (uint32_t)(descriptor & 0xffff) | (uint32_t)(descriptor >> 32 & 0xf0000);
    return descriptor >> GRANULAR_AT & 1 ? limit << 12 | 0xfff : limit;
}

static bool is_usable(uint64_t descriptor)
{
    return (descriptor >> PRESENT_AT & 1) && (descriptor >> NOT_SYSTEM_AT & 1) && (descriptor >> PRIVILEGE_AT & 3) == 3;
}

static bool is_null(uint64_t selector) { return selector < 4; }
static bool is_readable(uint64_t descriptor) { return !(type_of(descriptor) & CODE) || type_of(descriptor) & WRITABLE; }
static bool is_writable(uint64_t descriptor) { return !(type_of(descriptor) & CODE) && type_of(descriptor) & WRITABLE; }

/* SDM volume 2, MOV: a stack segment must be one that can be written; others may be null. */
uint64_t ia32_refuses_segment(struct context *c, uint64_t slot, uint64_t selector)
{
    uint64_t descriptor = descriptor_of(c, (unsigned)selector);
    if (slot == IA32_SS)
        return !(is_usable(descriptor) && is_writable(descriptor) && (selector & 3) == 3);
    return !is_null(selector) && !(is_usable(descriptor) && is_readable(descriptor));
}

static void note_mode(struct context *c)
{
    bool is_segmented = c->slot[IA32_ES_BASE] || c->slot[IA32_SS_BASE] || c->slot[IA32_DS_BASE];
    c->mode = (c->mode & ~(uint32_t)IA32_MODE_SEGMENTED) | (is_segmented ? IA32_MODE_SEGMENTED : 0);
}

static void load_base(struct context *c, unsigned slot)
{
    uint64_t selector = c->slot[slot];
    c->slot[slot - IA32_ES + IA32_ES_BASE] = is_null(selector) ? 0 : base_of(descriptor_of(c, (unsigned)selector));
}

void ia32_reload_segments(struct context *c)
{
    for (unsigned slot = IA32_ES; slot <= IA32_GS; slot++)
        if (slot != IA32_CS)
            load_base(c, slot);
    note_mode(c);
}

uint64_t ia32_describe_segment(const struct ia32_segment *s)
{
    unsigned type = (s->is_code ? CODE : 0) | (s->conforming_or_down ? CONFORMING : 0) | (s->readable_or_writable ? WRITABLE : 0) | ACCESSED;
    uint64_t flags = (uint64_t)s->available | (uint64_t)s->is_32 << 2 | (uint64_t)s->in_pages << 3;
    return (s->limit & 0xffff) | (uint64_t)(s->base & 0xffffff) << 16 | (uint64_t)type << TYPE_AT | UINT64_C(1) << NOT_SYSTEM_AT |
           UINT64_C(3) << PRIVILEGE_AT | (uint64_t)s->present << PRESENT_AT | (uint64_t)(s->limit >> 16 & 15) << 48 | flags << 52 |
           (uint64_t)(s->base >> 24) << 56;
}

void ia32_read_descriptor(uint64_t d, struct ia32_segment *segment)
{
    *segment = (struct ia32_segment){
        .base = base_of(d), .limit = (uint32_t)(d & 0xffff) | (uint32_t)(d >> 32 & 0xf0000), .is_32 = d >> 54 & 1, .is_code = type_of(d) & CODE,
        .conforming_or_down = type_of(d) & CONFORMING, .readable_or_writable = type_of(d) & WRITABLE, .in_pages = d >> GRANULAR_AT & 1,
        .present = d >> PRESENT_AT & 1, .available = d >> 52 & 1,
    };
}

uint64_t ia32_load_segment(struct context *c, uint64_t slot, uint64_t selector)
{
    c->slot[slot] = selector;
    load_base(c, (unsigned)slot);
    note_mode(c);
    return 0;
}

/* The answer in the low half, 1 in the high half if there is one. */
uint64_t ia32_describe(struct context *c, uint64_t question, uint64_t selector)
{
    uint64_t descriptor = is_null(selector) ? 0 : descriptor_of(c, (unsigned)selector), yes = UINT64_C(1) << 32;
    if (!is_usable(descriptor))
        return 0;
    switch ((enum descriptor_question)question) {
    case DESCRIBE_RIGHTS: return yes | (descriptor >> 32 & 0xf0ff00);
    case DESCRIBE_LIMIT: return yes | limit_of(descriptor);
    case DESCRIBE_READABLE: return is_readable(descriptor) ? yes : 0;
    case DESCRIBE_WRITABLE: return is_writable(descriptor) ? yes : 0;
    }
    return 0;
}
