#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#include "subject.h"

const struct subject *subject_named(const char *name)
{
    static const struct subject *const all[] = { &subject_riscv64, &subject_powerpc };
    for (unsigned i = 0; i < COUNT_OF(all); i++)
        if (name && !strcmp(all[i]->guest->name, name))
            return all[i];
    die(1, "the first argument is no guest");
}

void subject_put_insn(const struct subject *s, uint8_t *to, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        to[s->guest->elf_data == ELFDATA2MSB ? 3 - i : i] = (uint8_t)(word >> 8 * i);
}

void *low_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (memory == MAP_FAILED)
        die(1, "no low memory");
    return memory;
}
