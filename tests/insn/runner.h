/* The engines under test, one struct each. A process tests one guest. To add one: write its run function and a row in the table of runner.c. */
#ifndef FERRY_RUNNER_H
#define FERRY_RUNNER_H

#include "subject.h"

struct runner {
    const char *name;
    /* Runs the guest from context.pc until an instruction outside code[0] to code[size - 1] would be next, or an event other than
     * EVENT_MODE has come; that stays in context.event (EVENT_NONE: none). The code is where the guest sees it; it has no loops.
     * Memory faults are not expected. */
    void (*run)(const struct guest *guest, struct context *c, const uint8_t *code, size_t size);
};

extern const struct runner runners[]; /* name NULL at the end */

#endif
