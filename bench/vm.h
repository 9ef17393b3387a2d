/*
 * A bytecode machine with eight registers and its program, which looks for the number below 200 with the most divisors. The two
 * programs that include this differ in the way they dispatch.
 */
#pragma once

#include "bench.h"

#define VM_OPCODES(X) X(LOAD) X(MOVE) X(ADD) X(ADD_CONSTANT) X(REMAINDER) X(JUMP) X(JUMP_ZERO) X(JUMP_LESS) X(HALT)

enum vm_opcode {
#define X(name) name,
    VM_OPCODES(X)
#undef X
};

/* a, b: registers; c: a constant or the target of a jump */
struct vm_insn {
    uint8_t opcode, a, b;
    int16_t c;
};

static const struct vm_insn vm_program[] = {
    { LOAD,         0, 0, 1    }, /*  0  number */
    { LOAD,         5, 0, 0    }, /*  1  most divisors yet */
    { LOAD,         7, 0, 200  },
    { LOAD,         1, 0, 1    }, /*  3  divisor */
    { LOAD,         2, 0, 0    }, /*  4  divisors of this number */
    { MOVE,         3, 0, 0    }, /*  5 */
    { REMAINDER,    3, 1, 0    },
    { JUMP_ZERO,    3, 0, 9    },
    { JUMP,         0, 0, 10   },
    { ADD_CONSTANT, 2, 0, 1    }, /*  9 */
    { ADD_CONSTANT, 1, 0, 1    }, /* 10 */
    { JUMP_LESS,    1, 0, 5    },
    { JUMP_LESS,    2, 5, 15   },
    { MOVE,         5, 2, 0    },
    { MOVE,         6, 0, 0    },
    { ADD_CONSTANT, 0, 0, 1    }, /* 15 */
    { JUMP_LESS,    0, 7, 3    },
    { ADD,          6, 5, 0    },
    { HALT,         6, 0, 0    },
};

#define VM_MAIN                                                                                                      \
    int main(int argc, char **argv)                                                                                  \
    {                                                                                                                \
        int64_t sum = 0;                                                                                             \
        for (unsigned long i = amount(argc, argv, 400); i > 0; i--)                                                    \
            sum += vm_run(vm_program);                                                                               \
        printf("%" PRId64 "\n", sum);                                                                                \
    }
