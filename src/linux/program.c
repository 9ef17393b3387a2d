#include "linux/program.h"

static const struct program_abi *const program_abis[] = {
    &program_abi_riscv64,
};

const struct program_abi *program_abi_for(const struct guest *guest)
{
    for (unsigned i = 0; i < COUNT_OF(program_abis); i++)
        if (program_abis[i]->guest == guest)
            return program_abis[i];
    BUG("no Linux for guest %s", guest->name);
}
