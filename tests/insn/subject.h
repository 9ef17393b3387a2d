/* The guests under test, one struct each: what tests must know of a guest besides its struct guest. To add one: a file and a row in
 * subject.c. */
#ifndef FERRY_SUBJECT_H
#define FERRY_SUBJECT_H

#include "guest/guest.h"

struct pattern {
    uint8_t width;
    uint32_t mask, value;
};

struct subject {
    const struct guest *guest;
    const struct pattern *patterns; /* of its decode table */
    unsigned pattern_count;

    /* For random sequences (sequence.h): makes the instruction safe to run, or returns false. boundary[0] to boundary[count] are where later
     * instructions begin, as distances from this one's start; the last is the end of all. What stops a sequence for sure may only come
     * last (count 0). */
    bool (*tame)(uint32_t *w, const uint32_t *boundary, unsigned count, uint64_t *random);
    bool (*is_any)(unsigned slot); /* whether a slot may hold anything at the start */
    void (*start)(struct context *c, uint64_t data, uint64_t *random); /* the other slots; `data` is the middle of the memory to use */

    /* Sticky floating-point flags and control, as one number the guest's way; on the calling thread. */
    uint32_t (*read_float_state)(struct context *c);
    void (*write_float_state)(struct context *c, uint32_t state);
    uint32_t float_flags; /* its bits that are flags */

    /* State that is kept in a way of its own and has a name in cases: sets it and returns true. Or NULL. */
    bool (*set_named)(struct context *c, const char *name, uint64_t value);

    /* Brings state that can be written in several ways into one of them. Or NULL. */
    void (*normalise)(struct context *c);
};

extern const struct subject subject_riscv64, subject_powerpc;

/* By the guest's name; dies if there is none. */
const struct subject *subject_named(const char *name);

/* Instructions lie in memory as the guest has them. */
void subject_put_insn(const struct subject *s, uint8_t *to, uint32_t word);

/* Memory that guests of 32 bits can reach, zeroed, for as long as the test runs. */
void *low_memory(size_t size);

#endif
