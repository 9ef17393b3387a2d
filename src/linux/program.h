/* What the Linux kernel gives a program of some guest when it starts, and tells it of the machine: one struct of data per guest. System
 * calls and signal frames are another struct's, abi.h. */
#ifndef FERRY_PROGRAM_H
#define FERRY_PROGRAM_H

#include <stdio.h>

#include "guest/guest.h"

struct abi;

struct program_abi {
    const struct guest *guest;
    const struct abi *abi;
    uint64_t hardware_capabilities; /* AT_HWCAP */
    uint64_t minimum_signal_stack;  /* AT_MINSIGSTKSZ: bytes of a signal frame */
    const char *platform;           /* AT_PLATFORM, or NULL */
    uint32_t refused_elf_flags;     /* e_flags of programs that need another processor */
    const char *refused_elf_flags_name;

    /* Code that returns from a signal handler, for C libraries that bring none: mapped at process.signal_return. */
    const uint8_t *signal_return;
    unsigned signal_return_size; /* bytes */

    /* Writes the paragraph of /proc/cpuinfo about one processor. */
    void (*print_cpu)(FILE *file, unsigned processor);
};

extern const struct program_abi program_abi_riscv64;

/* Every guest has one. */
const struct program_abi *program_abi_for(const struct guest *guest);

#endif
