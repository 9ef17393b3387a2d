/* lockstep GUEST [COUNT [SEED]]: random sequences through every runner; all must agree with the first on registers, flags, memory, pc and event. COUNT: how many,
 * SEED: from which seed on (default: a short run from 1). A sequence that fails is printed. */
#include <fenv.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "sequence.h"
#include "tap.h"

struct outcome {
    struct context context;
    uint32_t float_state;
    uint8_t data[SEQUENCE_DATA];
};

static void print_sequence(const struct guest *g, const struct sequence *s)
{
    _Alignas(8) uint8_t record[64];
    char text[80];
    for (size_t at = 0; at < s->size;) {
        unsigned length = g->decode(sequence_code(s) + at, s->size - at, (uintptr_t)sequence_code(s) + at, 0, (struct insn *)record);
        g->disassemble((struct insn *)record, text, sizeof(text));
        printf("#   %#llx %s\n", (unsigned long long)((struct insn *)record)->pc, text);
        at += length;
    }
}

static bool differs(const struct layout *layout, const char *runner, uint64_t seed, const struct outcome *a, const struct outcome *b)
{
    bool different = false;
    for (unsigned i = 0; i < layout->slot_count; i++) {
        if (layout->slots[i].name && a->context.slot[i] != b->context.slot[i]) {
            printf("# seed %llu: %s: %s is %#llx, not %#llx\n", (unsigned long long)seed, runner, layout->slots[i].name,
                   (unsigned long long)b->context.slot[i], (unsigned long long)a->context.slot[i]);
            different = true;
        }
    }
    if (a->context.pc != b->context.pc || a->context.event != b->context.event || a->context.mode != b->context.mode || a->float_state != b->float_state) {
        printf("# seed %llu: %s: pc %#llx event %u mode %u float_state %#x, not pc %#llx event %u mode %u float_state %#x\n", (unsigned long long)seed, runner,
               (unsigned long long)b->context.pc, b->context.event, b->context.mode, b->float_state, (unsigned long long)a->context.pc,
               a->context.event, a->context.mode, a->float_state);
        different = true;
    }
    if (memcmp(a->data, b->data, SEQUENCE_DATA)) {
        printf("# seed %llu: %s: memory differs\n", (unsigned long long)seed, runner);
        different = true;
    }
    return different;
}

int main(int argc, char **argv)
{
    const struct subject *subject = subject_named(argc > 1 ? argv[1] : NULL);
    struct sequence *s = low_memory(sizeof *s);
    static struct outcome outcome[2];
    static uint8_t data[SEQUENCE_DATA];
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000, first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    unsigned failures = 0, ran_through = 0;
    for (uint64_t seed = first; seed < first + count && failures < 5; seed++) {
        struct context start = { 0 };
        sequence_make(subject, s, &start, seed);
        memcpy(data, s->data, SEQUENCE_DATA);
        bool different = false;
        for (const struct runner *r = runners; r->name; r++) {
            struct outcome *o = &outcome[r != runners];
            memcpy(s->data, data, SEQUENCE_DATA);
            o->context = start;
            fesetenv(FE_DFL_ENV);
            r->run(subject->guest, &o->context, sequence_code(s), s->size);
            if (subject->normalise)
                subject->normalise(&o->context);
            o->float_state = subject->read_float_state(&o->context);
            memcpy(o->data, s->data, SEQUENCE_DATA);
            fesetenv(FE_DFL_ENV);
            if (r == runners)
                ran_through += o->context.pc == (uintptr_t)s->code + sizeof(s->code);
            else
                different |= differs(subject->guest->layout, r->name, seed, &outcome[0], o);
        }
        if (different)
            print_sequence(subject->guest, s);
        failures += different;
    }
    tap_ok(!failures, "%llu sequences from seed %llu agree in all engines (%u ran to their end)", (unsigned long long)count,
           (unsigned long long)first, ran_through);
    return tap_done();
}
