/* A small machine for tests of hosts: an artificial guest, a code cache, a context, memory; runs units translated and evaluated. */
#ifndef FERRY_TEST_MACHINE_H
#define FERRY_TEST_MACHINE_H

#include <fenv.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/host.h"

enum { R0 = 0, R_COUNT = 20, W0 = 20, W_COUNT = 2, Q0 = 24, Q_COUNT = 6, F0 = 32, F_COUNT = 20, V0 = F0 + F_COUNT, V_COUNT = 6, TEST_SLOTS = V0 + 2 * V_COUNT };

/* r0 is the base of memory, r1 the stack pointer; q0 to q5 are fleeting. */
#define R(n) [R0 + n] = { "r" #n, IR_I64 }
#define F(n) [F0 + n] = { "f" #n, IR_F64 }
#define V(n) [V0 + 2 * n] = { "x" #n, IR_V128 }, [V0 + 2 * n + 1] = { NULL, IR_I64 }
static const struct slot test_slots[TEST_SLOTS] = {
    R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11), R(12), R(13), R(14), R(15), R(16), R(17), R(18), R(19),
    [W0] = { "w0", IR_I32 }, [W0 + 1] = { "w1", IR_I32 },
    [Q0] = { "q0", IR_I64 }, [Q0 + 1] = { "q1", IR_I64 }, [Q0 + 2] = { "q2", IR_I64 }, [Q0 + 3] = { "q3", IR_I32 }, [Q0 + 4] = { "q4", IR_I32 },
    [Q0 + 5] = { "q5", IR_F64 },
    F(0), F(1), F(2), F(3), F(4), F(5), F(6), F(7), F(8), F(9), F(10), F(11), F(12), F(13), F(14), F(15), F(16), F(17), F(18), F(19),
    V(0), V(1), V(2), V(3), V(4), V(5),
};
#undef R
#undef F
#undef V

static const uint16_t test_integer_homes[] = { 0, 1, 2, 3, 4, 5, W0, 7, 8, 9, 10, 11, 12, 13 };
static const uint16_t test_float_homes[] = {
    F0, F0 + 1, F0 + 2, F0 + 3, F0 + 4, F0 + 5, F0 + 6, F0 + 7, F0 + 8, F0 + 9, F0 + 10, F0 + 11, F0 + 12, F0 + 13, F0 + 14, F0 + 15,
};

static const struct layout test_layout = {
    .slots = test_slots, .slot_count = TEST_SLOTS,
    .integer_homes = test_integer_homes, .integer_home_count = COUNT_OF(test_integer_homes),
    .float_homes = test_float_homes, .float_home_count = COUNT_OF(test_float_homes),
    .first_fleeting = Q0, .fleeting_count = Q_COUNT, .stack_pointer = R0 + 1, .code_alignment = 2,
};

static uint64_t helper_mix(struct context *c, uint64_t a, uint64_t b)
{
    (void)c;
    return a * 3 + b;
}

/* Sees every slot and changes some. */
static uint64_t helper_stir(struct context *c, uint64_t a, uint64_t b)
{
    uint64_t hash = a ^ b;
    for (unsigned i = 0; i < TEST_SLOTS; i++)
        hash = hash * UINT64_C(0x9e3779b97f4a7c15) + c->slot[i];
    c->slot[R0 + 3] ^= hash;
    c->slot[R0 + 17] += a;
    c->slot[W0] = (uint32_t)(hash >> 9);
    c->slot[F0 + 1] = hash;
    return hash >> 3;
}

static const struct ir_helper test_helpers[] = {
    { "mix", helper_mix, PURE },
    { "stir", helper_stir, READS | WRITES },
};

enum { CODE_SIZE = 1 << 20, MEMORY_SIZE = 4096, RETURN_ENTRIES = 64 };

struct machine {
    struct host_config config;
    struct code_buffer code;
    struct host_runtime runtime;
    size_t runtime_end;
    struct arena arena; /* for units whose marks are looked at later */
    struct context context;
    const void *returns[RETURN_ENTRIES];
    struct indirect_line lines[INDIRECT_LINES];
    uint8_t memory[MEMORY_SIZE] __attribute__((aligned(64)));
};

/* An empty stack of returns and an empty indirect-branch cache. */
static inline void machine_clear_predictions(struct machine *m)
{
    const void **bottom = &m->returns[RETURN_ENTRIES - 1];
    *bottom = m->runtime.return_bottom;
    m->context.return_top = bottom;
    m->context.indirect = m->lines;
    for (unsigned i = 0; i < INDIRECT_LINES; i++)
        m->lines[i].spc = NO_SPC;
}

static inline void machine_make_runtime(struct machine *m)
{
    m->code.used = 0;
    host_x64.make_runtime(&m->config, &m->code, &m->runtime);
    m->runtime_end = m->code.used;
    machine_clear_predictions(m);
}

static inline struct machine *machine_new(uint32_t features)
{
    struct machine *m = must_zalloc(sizeof *m + 64);
    m = (struct machine *)align_up((uintptr_t)m, 64);
    int fd = memfd_create("code", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, CODE_SIZE))
        die(99, "no memory file");
    m->code.write = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    m->code.exec = mmap(NULL, CODE_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    m->code.capacity = CODE_SIZE;
    close(fd);
    m->config = (struct host_config){ .features = features, .homes = true, .indirect_cache = true, .return_prediction = true,
                                      .layout = &test_layout };
    machine_make_runtime(m);
    return m;
}

static inline bool machine_translate(struct machine *m, struct ir_unit *u, struct host_unit *unit)
{
    return host_x64.translate(&m->config, &m->runtime, u, NULL, 1000, &m->code, unit);
}

/* Runs translated code until it leaves; context.pc is then where to go on. Returns what enter returned. */
static inline uint32_t machine_run(struct machine *m, const struct host_unit *unit)
{
    m->context.event = EVENT_NONE;
    uint32_t left = m->runtime.enter(&m->context, m->code.exec + unit->start);
    if (left < LEAVE_INDIRECT && unit->sites[left - 1000].spc != NO_SPC)
        m->context.pc = unit->sites[left - 1000].spc;
    return left;
}

#endif
