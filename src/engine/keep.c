/* Translations of earlier runs, in one file a program: units as they were emitted, with what in them depends on where they are, found by
 * SPC and used only if the guest code that they were made from is there again, byte by byte. A file is never changed: a new one takes its
 * place. What does not fit this Ferry, its configuration, or is damaged, is not there. */
#include "engine/private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC_SIZE = 8, LARGEST_FILE = 64 << 20, FEWEST_NEW = 256, LONGEST_GUEST_CODE = 1 << 14 };
static const char magic[MAGIC_SIZE + 1] = "ferry-5\n";

/* Units are found through an open hash table of their offsets in the file, in units of 8 bytes; 0: free. It follows the header. */
struct kept_header {
    char magic[MAGIC_SIZE];
    uint64_t key, size;
    uint32_t buckets, units; /* buckets: a power of 2, more than units */
};

struct kept_site {
    uint64_t spc;
    uint32_t link, stub, guess; /* from the unit's start; guess 0: none; nor the others without writes */
    uint32_t writes, stub_link, stub_exit;
};

/* Followed by sites, guest code, host code, relocations, marks, pieces, what is forgone, each padded to 8 bytes. */
struct kept_unit {
    uint64_t sum;            /* of all that follows */
    uint64_t spc;
    struct host_place place; /* where the host code was */
    uint32_t mode, guest_size, code_size;
    uint32_t block_size;     /* guest bytes of the block; the unit may be of more */
    uint16_t insn_count;     /* of the block */
    uint16_t site_count, relocation_count, mark_count;
    uint32_t overwrites;
    uint16_t warm;
    uint16_t piece_count, is_loop, forgone_count;
};

struct kept {
    const struct kept_header *header; /* NULL: nothing to start with */
    const uint32_t *table;
    uint64_t key;
};

/* ---- layout --------------------------------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

/* In four lanes, since a multiplication takes longer than the next can wait. `size`: a multiple of 8. */
static uint64_t sum_of(const void *data, size_t size)
{
    enum { LANES = 4 };
    const uint64_t *word = data;
    uint64_t lane[LANES] = { size, 1, 2, 3 };
    size_t count = size / sizeof *word, whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (unsigned k = 0; k < LANES; k++)
            lane[k] = mix(lane[k], word[i + k]);
    for (size_t i = whole; i < count; i++)
        lane[0] = mix(lane[0], word[i]);
    return mix(mix(mix(lane[0], lane[1]), lane[2]), lane[3]);
}

static size_t padded(size_t size) { return align_up(size, 8); }

/* Where the parts of a unit are. */
struct parts {
    const struct kept_site *sites;
    const uint8_t *guest, *code;
    const uint32_t *relocations;
    const struct block_mark *marks;
    const struct piece *pieces;
    const union forgone *forgone;
    size_t size; /* of the whole */
};

static struct parts parts_of(const struct kept_unit *k)
{
    const uint8_t *at = (const uint8_t *)(k + 1);
    struct parts p = { .sites = (const struct kept_site *)at };
    p.guest = at += k->site_count * sizeof *p.sites;
    p.code = at += padded(k->guest_size);
    p.relocations = (const uint32_t *)(at += padded(k->code_size));
    p.marks = (const struct block_mark *)(at += padded(k->relocation_count * sizeof *p.relocations));
    p.pieces = (const struct piece *)(at += padded(k->mark_count * sizeof *p.marks));
    p.forgone = (const union forgone *)(at += padded(k->piece_count * sizeof *p.pieces));
    p.size = (size_t)(at - (const uint8_t *)k) + k->forgone_count * sizeof *p.forgone;
    return p;
}

/* Neighbours are near each other, as in the map table. */
static uint32_t bucket_of(uint64_t spc, uint32_t mode, uint32_t buckets) { return (uint32_t)(mix(mode, spc >> 10) + (spc >> 1)) & (buckets - 1); }

/* ---- taking ----------------------------------------------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct engine_config *c)
{
    const struct host_config *h = &c->host_config;
    uint64_t switches = (uint64_t)h->homes | (uint64_t)h->indirect_cache << 1 | (uint64_t)h->return_prediction << 2 | (uint64_t)c->optimise << 3 |
                        (uint64_t)(c->hot == 0) << 4 | (uint64_t)c->regions << 5 | (uint64_t)c->longest_block << 8 | (uint64_t)h->features << 32;
    return mix(mix(c->keep_key, switches), c->guest->elf_machine);
}

/* Ours, and nobody else may write to it. */
static bool is_trusted(int fd, struct stat *st)
{
    return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH)) &&
           st->st_size >= (off_t)sizeof(struct kept_header) && st->st_size <= LARGEST_FILE;
}

static bool is_sound(const struct kept_header *h, uint64_t size, uint64_t key)
{
    return !memcmp(h->magic, magic, MAGIC_SIZE) && h->key == key && h->size == size && h->buckets && !(h->buckets & (h->buckets - 1)) &&
           h->units < h->buckets && sizeof *h + (uint64_t)h->buckets * sizeof(uint32_t) <= size;
}

void keep_open(struct engine *e)
{
    if (!e->config.keep || e->config.tier != TIER_BLOCK || e->config.log)
        return;
    struct kept *kept = e->kept = must_zalloc(sizeof *kept);
    struct stat st;
    kept->key = key_of(&e->config);
    int fd = open(e->config.keep, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    void *file = is_trusted(fd, &st) ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (file == MAP_FAILED)
        return;
    if (is_sound(file, (uint64_t)st.st_size, kept->key)) {
        kept->header = file;
        kept->table = (const uint32_t *)(kept->header + 1);
    } else {
        munmap(file, (size_t)st.st_size);
    }
}

/* The unit at that place of the table, or NULL. */
static const struct kept_unit *unit_at(const struct kept *kept, uint32_t bucket)
{
    uint64_t offset = (uint64_t)kept->table[bucket] * 8, size = kept->header->size;
    if (!offset || offset + sizeof(struct kept_unit) > size)
        return NULL;
    const struct kept_unit *k = (const struct kept_unit *)((const uint8_t *)kept->header + offset);
    return k->guest_size <= size && k->code_size <= size && parts_of(k).size <= size - offset ? k : NULL;
}

static const struct kept_unit *find(const struct kept *kept, uint64_t spc, uint32_t mode)
{
    uint32_t buckets = kept->header->buckets, at = bucket_of(spc, mode, buckets);
    for (uint32_t tries = 0; tries < buckets; tries++, at = (at + 1) & (buckets - 1)) {
        const struct kept_unit *k = unit_at(kept, at);
        if (!k || (k->spc == spc && k->mode == mode))
            return k;
    }
    return NULL;
}

static bool is_whole(const struct kept_unit *k)
{
    size_t before = offsetof(struct kept_unit, spc);
    return k->sum == sum_of((const uint8_t *)k + before, parts_of(k).size - before);
}

static bool has_room(const struct engine *e, const struct kept_unit *k)
{
    const struct code_buffer *b = &e->cache.buffer;
    return e->cache.translation_count < MAX_BLOCKS && e->site_count + k->site_count <= MAX_ENGINE_SITES &&
           b->used + HOST_PLACE_ALIGNMENT + k->code_size <= b->capacity;
}

/* The first offset from `used` on at which the unit lies as it did. */
static uint32_t same_alignment(size_t used, const struct host_place *place)
{
    return (uint32_t)(used + ((place->start - used) & (HOST_PLACE_ALIGNMENT - 1)));
}

static uint64_t program_address(const struct engine *e)
{
    uint64_t address;
    memcpy(&address, &e->config.host->relocate, sizeof address);
    return address;
}

static void copy_unit(struct engine *e, const struct kept_unit *k, struct host_unit *unit)
{
    struct parts p = parts_of(k);
    struct code_buffer *b = &e->cache.buffer;
    unit->start = same_alignment(b->used, &k->place);
    unit->size = k->code_size;
    unit->site_count = k->site_count;
    unit->relocation_count = k->relocation_count;
    unit->mark_count = k->mark_count;
    struct host_place place = { unit->start, e->site_count, 0, program_address(e) };
    uint32_t *counter = &e->cache.counters[e->cache.translation_count];
    unit->relocations = arena_alloc(&e->scratch, k->relocation_count * sizeof *unit->relocations);
    unit->marks = arena_alloc(&e->scratch, k->mark_count * sizeof *unit->marks);
    memcpy(unit->relocations, p.relocations, k->relocation_count * sizeof *unit->relocations);
    for (unsigned i = 0; i < k->mark_count; i++)
        unit->marks[i] = (struct host_mark){ unit->start + p.marks[i].offset, p.marks[i].at, k->spc + p.marks[i].spc };
    for (unsigned i = 0; i < k->site_count; i++) {
        const struct kept_site *s = &p.sites[i];
        unit->sites[i] = (struct host_site){ s->spc, unit->start + s->link, unit->start + s->stub, s->guess ? unit->start + s->guess : 0,
                                             s->writes, unit->start + s->stub_link, unit->start + s->stub_exit };
    }
    if (k->warm) {
        place.counter = (uint32_t)((const uint8_t *)counter - b->exec);
        *counter = e->config.hot;
    }
    memcpy(b->write + unit->start, p.code, k->code_size);
    e->config.host->relocate(b, unit, &k->place, &place);
    b->used = unit->start + k->code_size;
}

static void chain_known_ways(struct engine *e, const struct translation *new)
{
    for (uint32_t number = new->first_site; number < new->first_site + new->site_count; number++) {
        const struct site *s = &e->sites[number];
        struct block *target = s->counter || s->guess ? NULL : map_find(e, s->spc, s->mode);
        if (target)
            chain_site(e, number, target);
    }
}

static void copy_pieces(struct engine *e, const struct kept_unit *k, struct translation *new)
{
    size_t size = k->piece_count * sizeof *new->pieces;
    new->pieces = memcpy(arena_alloc(&e->blocks, size), parts_of(k).pieces, size);
    new->piece_count = (uint8_t)k->piece_count;
    new->is_loop = k->is_loop;
}

/* Whether the unit is of the code that is there, which stays. */
static bool is_of_code(struct thread *t, const struct kept_unit *k)
{
    return k->block_size && k->block_size <= k->guest_size && k->guest_size <= LONGEST_GUEST_CODE &&
           t->engine->config.environment->code_window(t, k->spc) >= k->guest_size && !may_change(t, k->spc, k->spc + k->guest_size) &&
           !memcmp((const void *)(uintptr_t)k->spc, parts_of(k).guest, k->guest_size);
}

static void note_adoption(struct engine *e, const struct kept_unit *k)
{
    e->stats.kept.units++;
    e->stats.kept.insns += k->insn_count;
    e->stats.kept.guest_bytes += k->guest_size;
    e->stats.kept.host_bytes += k->code_size;
}

struct block *keep_adopt(struct thread *t, uint64_t pc, uint32_t mode)
{
    struct engine *e = t->engine;
    const struct kept_unit *k = e->kept->header ? find(e->kept, pc, mode) : NULL;
    if (!k || k->site_count > MAX_SITES || !has_room(e, k) || !is_whole(k) || !is_of_code(t, k))
        return NULL;
    struct block *b = arena_alloc_aligned(&e->blocks, sizeof *b, CACHE_LINE);
    *b = (struct block){ .spc = pc, .end = pc + k->block_size, .reach = pc + k->guest_size, .mode = mode, .insn_count = k->insn_count, .incoming = NO_SITE };
    cache_make_ready(e);
    struct host_unit unit; /* large, and most of it is not used */
    copy_unit(e, k, &unit);
    struct translation *new = adopt_unit(e, &unit, b, b->reach, k->warm, k->overwrites);
    new->kept = true;
    copy_pieces(e, k, new);
    if (k->forgone_count)
        adopt_forgone(e, new, parts_of(k).forgone, k->forgone_count);
    note_adoption(e, k);
    publish_translation(e, b, new);
    e->block_count++;
    map_add(e, b); /* who finds it there could not interpret it */
    chain_known_ways(e, new);
    arena_reset(&e->scratch);
    return b;
}

/* ---- giving ----------------------------------------------------------------------------------------------------------------------------- */

struct writer {
    uint8_t *bytes;
    size_t size, capacity;
    uint32_t *table;
    uint32_t buckets, units;
};

static void *append(struct writer *w, const void *data, size_t size)
{
    size_t whole = padded(size);
    if (w->size + whole > w->capacity) {
        w->capacity = 2 * (w->size + whole);
        w->bytes = must_realloc(w->bytes, w->capacity);
    }
    uint8_t *at = w->bytes + w->size;
    memset(at, 0, whole);
    if (size)
        memcpy(at, data, size);
    w->size += whole;
    return at;
}

static void enter(struct writer *w, uint64_t spc, uint32_t mode, size_t offset)
{
    uint32_t at = bucket_of(spc, mode, w->buckets);
    while (w->table[at])
        at = (at + 1) & (w->buckets - 1);
    w->table[at] = (uint32_t)(offset / 8);
    w->units++;
}

/* Whether the translation is one to keep. */
static bool lasts(struct thread *t, const struct translation *tr)
{
    const struct block *b = tr->block;
    return b->translation == tr && b->mode != NO_MODE && b->reach - b->spc <= LONGEST_GUEST_CODE &&
           t->engine->config.environment->code_lasts(t, b->spc, b->reach);
}

static void write_sites(const struct engine *e, const struct translation *tr, struct writer *w)
{
    for (uint32_t i = 0; i < tr->site_count; i++) {
        const struct site *s = &e->sites[tr->first_site + i];
        struct kept_site k = { s->guess ? NO_SPC : s->spc, s->link - tr->code_start, s->stub - tr->code_start,
                               s->guess ? s->guess - tr->code_start : 0, s->writes,
                               s->writes ? s->stub_link - tr->code_start : 0, s->writes ? s->stub_exit - tr->code_start : 0 };
        append(w, &k, sizeof k);
    }
}

static void write_translation(struct thread *t, const struct translation *tr, struct writer *w)
{
    const struct engine *e = t->engine;
    const struct block *b = tr->block;
    uint64_t guest_size = b->reach - b->spc, number = (uint64_t)(tr - e->cache.translations);
    size_t offset = w->size;
    uint32_t counter = tr->warm ? (uint32_t)((const uint8_t *)&e->cache.counters[number] - e->cache.buffer.exec) : 0;
    struct kept_unit unit = { .spc = b->spc, .mode = b->mode, .guest_size = (uint32_t)guest_size, .block_size = (uint32_t)(b->end - b->spc), .insn_count = b->insn_count,
                              .code_size = tr->code_end - tr->code_start,
                              .place = { tr->code_start, tr->first_site, counter, program_address(e) }, .warm = tr->warm, .overwrites = tr->would_overwrite,
                              .piece_count = tr->piece_count, .forgone_count = tr->forgone_count, .is_loop = tr->is_loop,
                              .site_count = tr->site_count, .relocation_count = tr->relocation_count, .mark_count = tr->mark_count };
    append(w, &unit, sizeof unit);
    write_sites(e, tr, w);
    append(w, (const void *)(uintptr_t)b->spc, guest_size);
    append(w, e->cache.buffer.exec + tr->code_start, unit.code_size);
    append(w, tr->relocations, tr->relocation_count * sizeof *tr->relocations);
    append(w, tr->marks, tr->mark_count * sizeof *tr->marks);
    append(w, tr->pieces, tr->piece_count * sizeof *tr->pieces);
    append(w, tr->forgone, tr->forgone_count * sizeof *tr->forgone);
    struct kept_unit *k = (struct kept_unit *)(w->bytes + offset);
    k->sum = sum_of(&k->spc, w->size - offset - offsetof(struct kept_unit, spc));
    enter(w, b->spc, b->mode, offset);
}

/* What this run did not come to. */
static void write_rest(const struct engine *e, struct writer *w)
{
    const struct kept *kept = e->kept;
    for (uint32_t i = 0; kept->header && i < kept->header->buckets; i++) {
        const struct kept_unit *k = unit_at(kept, i);
        const struct block *b = k ? map_find(e, k->spc, k->mode) : NULL;
        if (!k || (b && b->tpc) || w->size + parts_of(k).size > LARGEST_FILE / 4 || !is_whole(k))
            continue;
        size_t offset = w->size;
        append(w, k, parts_of(k).size);
        enter(w, k->spc, k->mode, offset);
    }
}

static void write_file(const struct engine *e, const struct writer *w)
{
    char name[4096];
    if (snprintf(name, sizeof name, "%s.%d", e->config.keep, (int)getpid()) >= (int)sizeof name)
        return;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    size_t done = 0;
    for (ssize_t n; done < w->size && (n = write(fd, w->bytes + done, w->size - done)) > 0;)
        done += (size_t)n;
    if (close(fd) < 0 || done < w->size || rename(name, e->config.keep) < 0)
        unlink(name);
}

static void write_all(struct thread *t, uint32_t most)
{
    const struct engine *e = t->engine;
    struct writer w = { .buckets = 1024, .capacity = 2 * e->cache.buffer.used + (1 << 16) };
    w.bytes = must_alloc(w.capacity);
    while (w.buckets < 2 * most)
        w.buckets *= 2;
    w.table = must_zalloc(w.buckets * sizeof *w.table);
    append(&w, &(struct kept_header){ .key = e->kept->key }, sizeof(struct kept_header));
    append(&w, w.table, w.buckets * sizeof *w.table);
    for (uint32_t i = 0; i < e->cache.translation_count && w.size < LARGEST_FILE / 2; i++)
        if (lasts(t, &e->cache.translations[i])) {
            write_translation(t, &e->cache.translations[i], &w);
            e->cache.translations[i].kept = true;
        }
    write_rest(e, &w);
    struct kept_header *header = (struct kept_header *)w.bytes;
    *header = (struct kept_header){ .key = e->kept->key, .size = w.size, .buckets = w.buckets, .units = w.units };
    memcpy(header->magic, magic, MAGIC_SIZE);
    memcpy(header + 1, w.table, w.buckets * sizeof *w.table);
    write_file(e, &w);
    free(w.table);
    free(w.bytes);
}

bool engine_keep(struct thread *t)
{
    struct engine *e = t->engine;
    if (!e->kept)
        return false;
    pthread_mutex_lock(&e->lock);
    uint32_t before = e->kept->header ? e->kept->header->units : 0, new = 0;
    for (uint32_t i = 0; i < e->cache.translation_count; i++)
        new += !e->cache.translations[i].kept && lasts(t, &e->cache.translations[i]);
    bool writes = new >= FEWEST_NEW && new >= before / 8;
    if (writes)
        write_all(t, before + e->cache.translation_count);
    pthread_mutex_unlock(&e->lock);
    return writes;
}
