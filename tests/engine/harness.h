/* What tests of the engine have in common: guest code at CODE, CODE_SIZE bytes, which the test that includes this has said before, and events, which stop the
 * thread. */
#ifndef FERRY_HARNESS_H
#define FERRY_HARNESS_H

#include "engine/private.h"

static _Thread_local enum event last_event;

static inline size_t code_window(struct thread *t, uint64_t pc)
{
    (void)t;
    return pc >= CODE && pc < CODE + CODE_SIZE ? CODE + CODE_SIZE - pc : 0;
}

static inline void on_event(struct thread *t, enum event event)
{
    last_event = event;
    t->stop = true;
}

#endif
