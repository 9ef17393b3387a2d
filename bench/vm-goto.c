/* A bytecode interpreter with computed goto: each instruction has an indirect jump of its own. */
#include "vm.h"

static int64_t vm_run(const struct vm_insn *program)
{
    static const void *const labels[] = {
#define X(name) [name] = &&do_##name,
        VM_OPCODES(X)
#undef X
    };
    int64_t r[8] = { 0 };
    const struct vm_insn *i = program;

#define NEXT(insn) do { i = (insn); goto *labels[i->opcode]; } while (0)
    NEXT(i);
do_LOAD:         r[i->a] = i->c; NEXT(i + 1);
do_MOVE:         r[i->a] = r[i->b]; NEXT(i + 1);
do_ADD:          r[i->a] += r[i->b]; NEXT(i + 1);
do_ADD_CONSTANT: r[i->a] += i->c; NEXT(i + 1);
do_REMAINDER:    r[i->a] = (int32_t)r[i->a] % (int32_t)r[i->b]; NEXT(i + 1);
do_JUMP:         NEXT(program + i->c);
do_JUMP_ZERO:    NEXT(r[i->a] == 0 ? program + i->c : i + 1);
do_JUMP_LESS:    NEXT(r[i->a] < r[i->b] ? program + i->c : i + 1);
do_HALT:         return r[i->a];
}

VM_MAIN
