#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/host.h"
#include "opt/opt.h"
#include "runner.h"

enum { LONGEST = 64 }; /* instructions in a block */

static struct insn *record(const struct guest *guest, void *records, unsigned n)
{
    return (struct insn *)((char *)records + n * guest->insn_size);
}

/* Decodes the block at context.pc; returns its length, which is followed by a record that says "go on here". */
static unsigned predecode(const struct guest *guest, struct context *c, const uint8_t *code, size_t size, void *records)
{
    uint64_t pc = c->pc;
    unsigned count = 0;
    bool ended = false;
    while (count < LONGEST && !ended && pc - (uintptr_t)code < size) {
        const uint8_t *at = (const uint8_t *)(uintptr_t)pc;
        unsigned length = guest->decode(at, size - (size_t)(at - code), pc, c->mode, record(guest, records, count));
        if (!length)
            BUG("truncated instruction in a test");
        ended = record(guest, records, count++)->ends_block;
        pc += length;
    }
    *record(guest, records, count) = (struct insn){ .pc = pc, .op = (uint16_t)guest->op_count, .ends_block = true };
    return count;
}

static bool goes_on(struct context *c, const uint8_t *code, size_t size)
{
    if (c->event == EVENT_MODE)
        c->event = EVENT_NONE;
    return c->event == EVENT_NONE && c->pc - (uintptr_t)code < size;
}

static void run_switch(const struct guest *guest, struct context *c, const uint8_t *code, size_t size)
{
    struct insn *insn = must_alloc(guest->insn_size);
    do {
        const uint8_t *at = (const uint8_t *)(uintptr_t)c->pc;
        guest->decode(at, size - (size_t)(at - code), c->pc, c->mode, insn);
        guest->run_one(c, insn);
    } while (goes_on(c, code, size));
    free(insn);
}

static void run_threaded(const struct guest *guest, struct context *c, const uint8_t *code, size_t size)
{
    void *records = must_alloc((LONGEST + 1) * guest->insn_size);
    do {
        unsigned count = predecode(guest, c, code, size, records);
        guest->thread_code(records, count + 1);
        guest->run_threaded(c, records);
    } while (goes_on(c, code, size));
    free(records);
}

/* The unit of the block at context.pc. */
static void lift(const struct guest *guest, struct ir_unit *u, struct arena *arena, struct context *c, const uint8_t *code, size_t size, bool optimise)
{
    void *records = must_alloc((LONGEST + 1) * guest->insn_size);
    char message[200];
    unsigned count = predecode(guest, c, code, size, records);
    ir_unit_init(u, arena, guest->layout, c->pc);
    ir_begin_block(u);
    for (unsigned i = 0; i < count; i++)
        guest->lift(u, record(guest, records, i));
    if (!record(guest, records, count - 1)->ends_block)
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_leaving(u, record(guest, records, count)->pc, 0) });
    if (!ir_verify(u, message, sizeof(message)))
        BUG("lifted unit: %s", message);
    if (optimise) {
        opt_run(u);
        if (!ir_verify(u, message, sizeof(message)))
            BUG("optimised unit: %s", message);
    }
    free(records);
}

static void run_ir(const struct guest *guest, struct context *c, const uint8_t *code, size_t size, bool optimise)
{
    struct arena arena = { 0 };
    do {
        struct ir_unit u;
        lift(guest, &u, &arena, c, code, size, optimise);
        c->event = ir_eval(&u, c);
        arena_reset(&arena);
    } while (goes_on(c, code, size));
    arena_free(&arena);
}

static void run_lifted(const struct guest *guest, struct context *c, const uint8_t *code, size_t size) { run_ir(guest, c, code, size, false); }
static void run_optimised(const struct guest *guest, struct context *c, const uint8_t *code, size_t size) { run_ir(guest, c, code, size, true); }

/* ---- host code ---- */

/* A code cache for one unit at a time, and what translated code expects of its thread. */
struct translator {
    struct host_config config;
    struct code_buffer buffer;
    struct host_runtime runtime;
    size_t runtime_end;
    const void *returns[64];
    struct indirect_line lines[INDIRECT_LINES];
};

static struct translator *translator_new(const struct guest *guest, uint32_t features, bool homes)
{
    enum { SIZE = 1 << 20 };
    struct translator *t = must_zalloc(sizeof *t);
    int fd = memfd_create("test", 0);
    if (fd < 0 || ftruncate(fd, SIZE) < 0)
        die(1, "no memory file");
    t->config = (struct host_config){ .features = features, .homes = homes, .indirect_cache = true, .return_prediction = true,
                                      .layout = guest->layout };
    t->buffer.capacity = SIZE;
    t->buffer.write = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    t->buffer.exec = mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    close(fd);
    host_x64.make_runtime(&t->config, &t->buffer, &t->runtime);
    t->runtime_end = t->buffer.used;
    t->returns[COUNT_OF(t->returns) - 1] = t->runtime.return_bottom;
    for (unsigned i = 0; i < INDIRECT_LINES; i++)
        t->lines[i].spc = NO_SPC;
    return t;
}

static void run_translator(const struct guest *guest, struct translator *t, struct context *c, const uint8_t *code, size_t size, bool optimise)
{
    struct arena arena = { 0 };
    do {
        struct ir_unit u;
        struct host_unit unit;
        lift(guest, &u, &arena, c, code, size, optimise);
        t->buffer.used = t->runtime_end;
        if (!host_x64.translate(&t->config, &t->runtime, &u, NULL, 0, &t->buffer, &unit))
            BUG("a unit does not fit");
        c->return_top = &t->returns[COUNT_OF(t->returns) - 1];
        c->indirect = t->lines;
        uint32_t left = t->runtime.enter(c, t->buffer.exec + unit.start);
        if (left < unit.site_count && !unit.sites[left].guess)
            c->pc = unit.sites[left].spc;
        arena_reset(&arena);
    } while (goes_on(c, code, size));
    arena_free(&arena);
}

/* One translator a variant; made when first used. */
#define TRANSLATED(name, features, homes, optimise)                               \
    static void run_##name(const struct guest *guest, struct context *c, const uint8_t *code, size_t size) \
    {                                                                           \
        static struct translator *t;                                            \
        if (!t)                                                                 \
            t = translator_new(guest, features, homes);                         \
        run_translator(guest, t, c, code, size, optimise);                      \
    }
TRANSLATED(translated, host_x64.detect(), true, true)
TRANSLATED(unoptimised, host_x64.detect(), true, false)
TRANSLATED(homeless, host_x64.detect(), false, true)
TRANSLATED(featureless, 0, true, true)

const struct runner runners[] = {
    { "switch", run_switch },
    { "threaded", run_threaded },
    { "ir", run_lifted },
    { "ir, optimised", run_optimised },
    { "host code", run_translated },
    { "host code, no passes", run_unoptimised },
    { "host code, no homes", run_homeless },
    { "host code, no CPU features", run_featureless },
    { NULL, NULL },
};
