/* The page of code that the kernel gives every program. */
#ifndef FERRY_VDSO_H
#define FERRY_VDSO_H

#include "linux/abi.h"

/* Registers that a signal frame keeps one after the other. */
struct saved_registers {
    uint8_t first, count;  /* DWARF numbers; count 0 ends a list */
    uint8_t stride;        /* bytes */
    uint16_t offset;       /* of the first, from where the stack pointer is at abi.signal_return */
};

/* How to unwind a signal frame, for guests whose unwinders find that nowhere but in call frame information. */
struct signal_unwind {
    const char *soname, *symbol;    /* of the shared object with abi.signal_return, and of that code */
    uint8_t stack_pointer;          /* DWARF number */
    uint16_t stack_pointer_offset;  /* of its old value in the frame */
    uint8_t return_address;         /* DWARF number of the register that stands for where the program was interrupted */
    const struct saved_registers *saved; /* all but the stack pointer */
};

/* Fills a zeroed page. Returns the offset of abi.signal_return in it; the page starts with an ELF header if abi.unwind is there, to be
 * named by AT_SYSINFO_EHDR. */
uint64_t vdso_write(const struct abi *abi, uint8_t *page);

#endif
