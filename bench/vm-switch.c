/* A bytecode interpreter with one switch: all dispatch goes through one indirect jump. */
#include "vm.h"

static int64_t vm_run(const struct vm_insn *program)
{
    int64_t r[8] = { 0 };
    for (const struct vm_insn *i = program; ; i++) {
        switch ((enum vm_opcode)i->opcode) {
        case LOAD:         r[i->a] = i->c; break;
        case MOVE:         r[i->a] = r[i->b]; break;
        case ADD:          r[i->a] += r[i->b]; break;
        case ADD_CONSTANT: r[i->a] += i->c; break;
        case REMAINDER:    r[i->a] = (int32_t)r[i->a] % (int32_t)r[i->b]; break;
        case JUMP:         i = program + i->c - 1; break;
        case JUMP_ZERO:    if (r[i->a] == 0) i = program + i->c - 1; break;
        case JUMP_LESS:    if (r[i->a] < r[i->b]) i = program + i->c - 1; break;
        case HALT:         return r[i->a];
        }
    }
}

VM_MAIN
