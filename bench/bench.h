/* What the benchmark programs share: how much to do, and numbers that are the same everywhere. */
#pragma once

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first argument is the share of the usual work in percent. */
static inline unsigned long amount(int argc, char **argv, unsigned long usual)
{
    unsigned long percent = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    unsigned long result = usual * percent / 100;
    return result ? result : 1;
}

/* xorshift64, Marsaglia 2003 */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static inline uint64_t mix(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 0x9e3779b97f4a7c15 + (sum >> 29);
}
