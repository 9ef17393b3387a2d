#include "guest/guest.h"

const struct guest *const guests[] = { &guest_riscv64, &guest_powerpc, &guest_i386, NULL };

const struct guest *guest_for_elf(uint16_t machine, uint8_t elf_class, uint8_t data)
{
    for (const struct guest *const *g = guests; *g; g++)
        if ((*g)->elf_machine == machine && (*g)->elf_class == elf_class && (*g)->elf_data == data)
            return *g;
    return NULL;
}
