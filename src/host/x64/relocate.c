/* Code that was translated elsewhere, or by another run of Ferry. */
#include "host/x64/lower.h"

#include <string.h>

static void add32(uint8_t *at, uint32_t difference)
{
    uint32_t field;
    memcpy(&field, at, sizeof field);
    field += difference;
    memcpy(at, &field, sizeof field);
}

static void add64(uint8_t *at, uint64_t difference)
{
    uint64_t field;
    memcpy(&field, at, sizeof field);
    field += difference;
    memcpy(at, &field, sizeof field);
}

/* As it was before the site was linked or anything predicted. */
static void reset_site(struct code_buffer *b, const struct host_site *site, uint32_t moved)
{
    x64_link(b, site->link, site->stub);
    if (site->writes)
        x64_link(b, site->stub_link, site->stub_exit);
    if (!site->guess)
        return;
    struct guess *guess = (struct guess *)(b->write + site->guess);
    guess->spc = NO_SPC;
    guess->branch += moved;
    guess->probe += moved;
    x64_link(b, guess->branch, site->stub);
}

void x64_relocate(struct code_buffer *b, const struct host_unit *unit, const struct host_place *from, const struct host_place *to)
{
    uint32_t moved = to->start - from->start;
    for (unsigned i = 0; i < unit->relocation_count; i++) {
        uint8_t *at = b->write + unit->start + low_bits(RELOCATION_SHIFT, unit->relocations[i]);
        switch ((enum relocation)(unit->relocations[i] >> RELOCATION_SHIFT)) {
        case RELOCATE_RUNTIME: add32(at, -moved); break;
        case RELOCATE_COUNTER: add32(at, to->counter - from->counter - moved); break;
        case RELOCATE_SITE: add32(at, to->first_site - from->first_site); break;
        case RELOCATE_FUNCTION: add64(at, to->program - from->program); break;
        }
    }
    for (unsigned i = 0; i < unit->site_count; i++)
        reset_site(b, &unit->sites[i], moved);
}
