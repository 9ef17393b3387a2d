/* What the Linux kernel's interface looks like to programs of one guest: one struct of data and functions per guest. */
#ifndef FERRY_ABI_H
#define FERRY_ABI_H

#include <stdio.h>

#include "guest/guest.h"
#include "linux/call-abi.h"

struct signal_unwind;

struct abi {
    const struct guest *guest;
    const struct call_abi *calls;        /* system calls, structures, signal frames */

    /* Loading. */
    uint64_t highest_address;            /* of guest memory; 0: as high as there is room below Ferry */
    uint64_t hardware_capabilities;      /* AT_HWCAP */
    uint64_t minimum_signal_stack;       /* AT_MINSIGSTKSZ: bytes of a signal frame */
    const char *platform;                /* AT_PLATFORM, or NULL */
    int illegal_code, breakpoint_code;   /* si_code of SIGILL and SIGTRAP for such instructions; 0: ILL_ILLOPC, TRAP_BRKPT */
    unsigned cache_block;                /* bytes, for AT_DCACHEBSIZE and its like; 0: no such entries */
    uint32_t refused_elf_flags;          /* e_flags bits of programs that need another processor */
    const char *refused_elf_flags_name;  /* what they stand for */

    /* Code that returns from a signal handler, for guests whose C library brings none: mapped at process.signal_return. */
    const uint8_t *signal_return;
    unsigned signal_return_size;         /* bytes */
    const struct signal_unwind *unwind;  /* vdso.h; NULL: unwinders know that code by its bytes */

    const char *const *processors;       /* models -cpu knows, NULL at the end; all stand for the one there is */

    /* Writes the paragraph of /proc/cpuinfo about one processor. */
    void (*print_cpu)(FILE *file, unsigned processor);
};

extern const struct abi abi_riscv64, abi_powerpc, abi_i386;

/* The ABI of a guest; every guest has one. */
const struct abi *abi_for(const struct guest *guest);

#endif
