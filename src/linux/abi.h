/* What the Linux kernel's interface looks like to programs of one guest: one struct of data and functions per guest. */
#ifndef FERRY_ABI_H
#define FERRY_ABI_H

#include <stdio.h>

#include "guest/guest.h"
#include "linux/call-abi.h"

struct vdso;

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

    const struct vdso *vdso;             /* vdso.h: code for the program, above all what returns from signal handlers */
    const char *const *processors;       /* models -cpu knows, NULL at the end; all stand for the one there is */

    /* Writes the paragraph of /proc/cpuinfo about one processor. */
    void (*print_cpu)(FILE *file, unsigned processor);
};

extern const struct abi abi_riscv64, abi_powerpc, abi_i386;

/* A word of 32 bits as it lies in the guest's memory. */
static inline uint32_t abi_word(const struct abi *abi, uint32_t x) { return abi->calls->big_endian ? __builtin_bswap32(x) : x; }

/* The ABI of a guest; every guest has one. */
const struct abi *abi_for(const struct guest *guest);

#endif
