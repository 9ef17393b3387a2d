#include "linux/abi.h"

static const struct abi *const abis[] = {
    &abi_riscv64, &abi_powerpc, &abi_i386,
};

const struct abi *abi_for(const struct guest *guest)
{
    for (unsigned i = 0; i < COUNT_OF(abis); i++)
        if (abis[i]->guest == guest)
            return abis[i];
    BUG("no Linux for guest %s", guest->name);
}
