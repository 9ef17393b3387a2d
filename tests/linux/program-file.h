/* A small valid riscv64 program as a file to break. */
#ifndef FERRY_PROGRAM_FILE_H
#define FERRY_PROGRAM_FILE_H

#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EM_OF_RISCV = 243, CODE_AT = 0x1000, DATA_AT = 0x2000 };

struct program_file {
    Elf64_Ehdr header;
    Elf64_Phdr code, data, stack, interpreter;
    char interpreter_path[32];
    char rest[3 * 4096 - sizeof(Elf64_Ehdr) - 4 * sizeof(Elf64_Phdr) - 32];
};

/* Headers and code at `base` and on; data of 0x200 bytes and 0x3000 more bytes of bss at base + DATA_AT. No interpreter. */
static inline struct program_file program_file(uint16_t type, uint64_t base)
{
    struct program_file f = {
        .header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = type,
                    .e_machine = EM_OF_RISCV, .e_version = EV_CURRENT, .e_entry = base + CODE_AT, .e_phoff = sizeof(Elf64_Ehdr),
                    .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 4 },
        .code = { PT_LOAD, PF_R | PF_X, 0, base, base, 0x1100, 0x1100, 4096 },
        .data = { PT_LOAD, PF_R | PF_W, DATA_AT, base + DATA_AT, 0, 0x200, 0x3200, 4096 },
        .stack = { PT_GNU_STACK, PF_R | PF_W },
        .interpreter = { PT_NULL, PF_R, offsetof(struct program_file, interpreter_path), .p_filesz = 32 },
        .interpreter_path = "/lib/ld-linux-riscv64-lp64d.so",
    };
    memset(f.rest, 0x5a, sizeof f.rest);
    return f;
}

static inline int file_of(const void *bytes, size_t size)
{
    int fd = memfd_create("program", MFD_CLOEXEC);
    return fd >= 0 && write(fd, bytes, size) == (ssize_t)size ? fd : -1;
}

#endif
