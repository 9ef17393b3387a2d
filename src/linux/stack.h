/* The stack a new program finds. */
#ifndef FERRY_STACK_H
#define FERRY_STACK_H

#include "linux/linux.h"
#include "linux/abi.h"

struct stack_content {
    const struct abi *abi;
    const struct elf_image *image;
    uint64_t interpreter_base;  /* bias of the interpreter, 0: none */
    const char *file_name;      /* AT_EXECFN */
    char *const *argv, *const *envp; /* NULL-terminated */
};

/* Writes strings, auxiliary vector, pointers and argc into [bottom, top), mapped writable, and notes their places in the process.
 * Returns the stack pointer, or 0 if there is not enough room. */
uint64_t stack_build(struct process *p, const struct stack_content *content, uint64_t bottom, uint64_t top);

#endif
