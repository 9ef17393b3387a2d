/* The flags for those that meet them without knowing what set them: the same text as instructions have, read as C. */
#include "guest/ia32/ia32.h"
#include "sem/exec.h"

#include "guest/ia32/flags.inc"

static uint32_t slots_of_kind(uint64_t kind)
{
    enum { X = 1 << (IA32_X - IA32_KIND), Y = 1 << (IA32_Y - IA32_KIND), Z = 1 << (IA32_Z - IA32_KIND) };
    switch (kind & KIND_MASK) {
    case KIND_FLAGS: case KIND_LOGIC: return X;
    case KIND_ADC: case KIND_SBB: return X | Y | Z;
    default: return X | Y;
    }
}

uint32_t ia32_idle_flags(uint64_t kind)
{
    enum { CARRY = 1 << (IA32_CARRY - IA32_KIND), ROTATED = 1 << (IA32_ROTATED - IA32_KIND), ALL = 2 * ROTATED - 1 };
    uint32_t used = 1 | slots_of_kind(kind);
    used |= kind & KIND_HAS_CARRY ? CARRY : 0;
    used |= kind & KIND_ROTATED ? ROTATED : 0;
    return ALL & ~used;
}

uint64_t ia32_flags(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)unused, (void)unused_too;
    sem s = { .context = c };
    return all_flags(s).bits;
}

uint64_t ia32_condition(struct context *c, uint64_t number, uint64_t unused)
{
    (void)unused;
    sem s = { .context = c };
    return condition(s, (unsigned)number).bits;
}

void ia32_set_difference(struct context *c, unsigned w, uint32_t a, uint32_t b)
{
    c->slot[IA32_KIND] = kind_of_width(KIND_SUB, w);
    c->slot[IA32_X] = a;
    c->slot[IA32_Y] = b;
}

uint32_t ia32_read_eflags(const struct context *c)
{
    sem s = { .context = (struct context *)(uintptr_t)c };
    return (uint32_t)(all_flags(s).bits | c->slot[IA32_DIRECTION] << 10 | c->slot[IA32_OTHER_FLAGS]) | EFLAGS_ALWAYS;
}

void ia32_write_eflags(struct context *c, uint32_t eflags)
{
    c->slot[IA32_KIND] = KIND_FLAGS;
    c->slot[IA32_X] = eflags & EFLAGS_ARITHMETIC;
    c->slot[IA32_DIRECTION] = eflags >> 10 & 1;
    c->slot[IA32_OTHER_FLAGS] = eflags & IA32_CHANGEABLE;
}
