/* Random units: what translated code does, and leaves behind, is what the evaluator does. */
#include <stdlib.h>

#include "machine.h"
#include "random-unit.h"
#include "tap.h"

struct outcome {
    struct context context;
    uint8_t memory[MEMORY_SIZE];
    int flags;
    bool left_by_event;
};

static void fill(struct random *r, struct machine *m)
{
    for (unsigned i = 0; i < TEST_SLOTS; i++)
        m->context.slot[i] = test_slots[i].name || i > V0 ? low_bits(type_bits(test_slots[i].type), interesting(r)) : 0;
    m->context.slot[R0] = (uintptr_t)m->memory;
    for (unsigned i = 0; i < MEMORY_SIZE; i += 8) {
        uint64_t x = interesting(r);
        memcpy(m->memory + i, &x, 8);
    }
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    bool good = !memcmp(a->context.slot, b->context.slot, sizeof a->context.slot) && a->context.pc == b->context.pc &&
                a->context.event == b->context.event && !memcmp(a->memory, b->memory, MEMORY_SIZE) && a->flags == b->flags;
    return good;
}

static void explain(const struct outcome *want, const struct outcome *got)
{
    for (unsigned i = 0; i < TEST_SLOTS; i++)
        if (want->context.slot[i] != got->context.slot[i])
            printf("# slot %u, %s: want 0x%llx got 0x%llx\n", i, test_slots[i].name ? test_slots[i].name : "high half", (unsigned long long)want->context.slot[i],
                   (unsigned long long)got->context.slot[i]);
    for (unsigned i = 0; i < MEMORY_SIZE; i++)
        if (want->memory[i] != got->memory[i])
            printf("# memory[0x%x]: want %02x got %02x\n", i, want->memory[i], got->memory[i]);
    printf("# pc want 0x%llx got 0x%llx, event %u %u, flags 0x%x 0x%x\n", (unsigned long long)want->context.pc,
           (unsigned long long)got->context.pc, want->context.event, got->context.event, (unsigned)want->flags, (unsigned)got->flags);
}

/* One unit on one state, both ways. */
static bool agree(struct machine *m, struct ir_unit *u, struct random *r)
{
    static const int modes[] = { FE_TONEAREST, FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO };
    int mode = modes[below(r, COUNT_OF(modes))];
    struct outcome *before = must_zalloc(sizeof *before), *want = must_zalloc(sizeof *want), *got = must_zalloc(sizeof *got);
    fill(r, m);
    machine_clear_predictions(m);
    before->context = m->context;
    memcpy(before->memory, m->memory, MEMORY_SIZE);

    fesetround(mode);
    feclearexcept(FE_ALL_EXCEPT);
    m->context.event = EVENT_NONE;
    m->context.event = ir_eval(u, &m->context);
    want->flags = fetestexcept(FE_ALL_EXCEPT);
    want->context = m->context;
    memcpy(want->memory, m->memory, MEMORY_SIZE);

    m->context = before->context;
    m->context.attention = below(r, 4) == 0;
    memcpy(m->memory, before->memory, MEMORY_SIZE);
    struct host_unit unit;
    m->code.used = m->runtime_end;
    m->code.overflow = false;
    bool good = true;
    if (machine_translate(m, u, &unit)) {
        feclearexcept(FE_ALL_EXCEPT);
        machine_run(m, &unit);
        got->flags = fetestexcept(FE_ALL_EXCEPT);
        got->context = m->context;
        memcpy(got->memory, m->memory, MEMORY_SIZE);
        good = same(want, got);
        if (!good)
            explain(want, got);
    } else if (m->code.overflow) {
        good = false;
    }
    fesetround(FE_TONEAREST);
    free(before);
    free(want);
    free(got);
    return good;
}

static bool try_seed(struct machine *m, uint64_t seed, bool print)
{
    struct random r;
    seed_random(&r, seed);
    struct arena arena = { 0 };
    struct ir_unit u;
    make_unit(&r, &arena, &u);
    char message[200];
    if (!ir_verify(&u, message, sizeof message))
        die(99, "the random unit is not well formed: %s", message);
    if (print) {
        ir_print(&u, stdout);
        m->config.listing = stdout;
    }
    bool good = agree(m, &u, &r);
    arena_free(&arena);
    return good;
}

static void run_configuration(const char *name, uint32_t features, bool homes, unsigned count)
{
    struct machine *m = machine_new(features);
    m->config.homes = homes;
    machine_make_runtime(m);
    uint64_t failed = 0;
    for (uint64_t seed = 1; seed <= count && !failed; seed++)
        if (!try_seed(m, seed, false))
            failed = seed;
    tap_ok(!failed, "%u random units, %s", count, name);
    if (failed)
        printf("# first difference: seed %llu; see it with: test-random %llu 0x%x %d\n", (unsigned long long)failed,
               (unsigned long long)failed, features, homes);
}

/* Arguments: SEED FEATURES HOMES prints one unit, its IR and its code. */
int main(int argc, char **argv)
{
    uint32_t all = host_x64.detect();
    if (argc == 4) {
        struct machine *m = machine_new((uint32_t)strtoul(argv[2], NULL, 0));
        m->config.homes = atoi(argv[3]);
        machine_make_runtime(m);
        return !try_seed(m, strtoull(argv[1], NULL, 0), true);
    }
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1500;
    run_configuration("all features", all, true, 2 * count);
    run_configuration("without homes", all, false, count);
    run_configuration("no features", 0, true, count);
    for (unsigned i = 0; host_x64.feature_names[i]; i++) {
        char name[60];
        snprintf(name, sizeof name, "without %s", host_x64.feature_names[i]);
        run_configuration(name, all & ~(1u << i), true, count / 3);
    }
    return tap_done();
}
