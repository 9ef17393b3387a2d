/* What the tiers did, for --stats. */
#include <time.h>

#include "engine/private.h"

uint64_t stats_now(const struct engine *e)
{
    struct timespec now;
    if (!e->config.stats)
        return 0;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void stats_note_discovery(struct engine *e, const struct block *b, uint64_t since)
{
    e->stats.discovered.units++;
    e->stats.discovered.insns += b->insn_count;
    e->stats.discovered.guest_bytes += b->end - b->spc;
    e->stats.discovered.ns += stats_now(e) - since;
}

void stats_note_translation(struct engine *e, const struct region *region, bool warm, uint32_t host_bytes, uint64_t since)
{
    struct tier_stats *s = warm ? &e->stats.hurried : region->is_loop ? &e->stats.loops : &e->stats.traces;
    s->units++;
    for (unsigned i = 0; i < region->count; i++) {
        s->insns += region->insn_count[i];
        s->guest_bytes += region->block[i]->end - region->block[i]->spc;
    }
    s->host_bytes += host_bytes;
    s->ns += stats_now(e) - since;
}

static void print_tier(FILE *out, const char *name, const struct tier_stats *s)
{
    fprintf(out, "%-24s %9" PRIu64 " %11" PRIu64 " %11" PRIu64 " %11" PRIu64, name, s->units, s->insns, s->guest_bytes, s->host_bytes);
    if (s->ns)
        fprintf(out, " %9.2f %11.0f\n", (double)s->ns / 1e6, (double)s->insns * 1e9 / (double)s->ns);
    else
        fprintf(out, " %9s %11s\n", "-", "-");
}

void engine_print_stats(struct engine *e, FILE *out)
{
    const struct engine_stats *s = &e->stats;
    uint64_t host = s->hurried.host_bytes + s->traces.host_bytes + s->loops.host_bytes + s->kept.host_bytes;
    uint64_t guest = s->hurried.guest_bytes + s->traces.guest_bytes + s->loops.guest_bytes + s->kept.guest_bytes;
    pthread_mutex_lock(&e->lock);
    fprintf(out, "%-24s %9s %11s %11s %11s %9s %11s\n", "", "units", "guest insns", "guest bytes", "host bytes", "CPU ms", "insns/s");
    print_tier(out, "discovered", &s->discovered);
    print_tier(out, "translated in a hurry", &s->hurried);
    print_tier(out, "hot traces", &s->traces);
    print_tier(out, "hot loops", &s->loops);
    print_tier(out, "from earlier runs", &s->kept);
    fprintf(out, "host bytes a guest byte: %.1f; code cache: %zu bytes of %zu in use, flushed %" PRIu32 " times\n",
            guest ? (double)host / (double)guest : 0, e->cache.buffer.used, e->cache.buffer.capacity, e->cache.flush_count);
    pthread_mutex_unlock(&e->lock);
}
