/* The page of code that the kernel gives every program: a shared object, or its code alone. */
#ifndef FERRY_VDSO_H
#define FERRY_VDSO_H

#include "linux/abi.h"

/* Registers that a signal frame keeps one after the other. */
struct saved_registers {
    uint8_t first, count;  /* DWARF numbers; count 0 ends a list */
    int8_t stride;         /* bytes */
    uint16_t offset;       /* of the first, from where the stack pointer is when a handler has returned */
};

/* How to unwind a signal frame. */
struct signal_unwind {
    uint16_t stack_pointer_offset;       /* of its old value in the frame */
    const struct saved_registers *saved; /* all but the stack pointer */
    uint8_t popped_at, popped;           /* after so many bytes of code so many of the frame are off the stack; 0: none are */
};

enum { VDSO_MOST_FUNCTIONS = 12 };

struct vdso_function {
    const char *name;      /* NULL ends a list */
    const char *version;   /* as in vdso.versions */
    const uint8_t *code;
    unsigned size;         /* bytes */
    const struct signal_unwind *frame; /* what is on the stack where it returns from a handler; NULL: an ordinary function, */
    const uint8_t *moves;  /* of which these are the call frame instructions */
    unsigned moves_size;   /* bytes */
};

struct vdso {
    const char *soname;           /* NULL: code alone, which unwinders know by its bytes */
    const char *const *versions;  /* of symbols, NULL at the end */
    uint8_t stack_pointer;        /* DWARF number */
    uint8_t return_address;       /* DWARF number of the register that stands for where the program was interrupted */
    const uint8_t *entry_rules;   /* call frame instructions that hold where an ordinary function begins */
    unsigned entry_rules_size;    /* bytes */
    const struct vdso_function *functions; /* at most VDSO_MOST_FUNCTIONS, */
    bool first_makes_calls;       /* the first of which makes a system call: AT_SYSINFO */
};

/* Fills a zeroed page; `code` becomes where in it each function is. It starts with an ELF header, to be named by AT_SYSINFO_EHDR, if it is a
 * shared object. */
void vdso_write(const struct abi *abi, uint8_t *page, uint32_t code[VDSO_MOST_FUNCTIONS]);

#endif
