/* Program files, good and bad, and the stack that programs find. */
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "linux/abi.h"
#include "linux/linux.h"
#include "linux/stack.h"
#include "program-file.h"
#include "tap.h"

static const uint64_t lowest = 0x10000, highest = 0x500000000000;

static void ignore_change(void *argument, uint64_t start, uint64_t end)
{
    (void)argument, (void)start, (void)end;
}

struct outcome {
    struct mm *mm;
    struct elf_image image;
    bool mapped;
    char reason[256];
};

static struct outcome load(const void *bytes, size_t size)
{
    struct outcome o = { .mm = mm_new(lowest, highest, 0, ignore_change, NULL) };
    int fd = file_of(bytes, size), status;
    const struct guest *guest = elf_identify(fd, o.reason, sizeof o.reason, &status);
    o.mapped = guest && elf_map(o.mm, fd, guest, &o.image, o.reason, sizeof o.reason);
    close(fd);
    return o;
}

static void refused(const char *what, const void *bytes, size_t size, const char *reason)
{
    struct outcome o = load(bytes, size);
    tap_ok(!o.mapped && strstr(o.reason, reason) && !strchr(o.reason, '\n'), "%s: \"%s\"", what, o.mapped ? "mapped" : o.reason);
    mm_free(o.mm);
}

/* One field changed: at an offset in the file, of 1 to 8 bytes, little-endian. */
struct damage {
    const char *what;
    size_t offset, size;
    uint64_t value;
    const char *reason;
};

#define AT(field) offsetof(struct program_file, field), sizeof ((struct program_file *)0)->field

static const struct damage damages[] = {
    { "magic",                AT(header.e_ident[1]),   'X',                 "not an ELF file" },
    { "class",                AT(header.e_ident[4]),   7,                   "class 7" },
    { "class 32",             AT(header.e_ident[4]),   ELFCLASS32,          "built for riscv32" },
    { "byte order",           AT(header.e_ident[5]),   0,                   "byte order 0" },
    { "other byte order",     AT(header.e_ident[5]),   ELFDATA2MSB,         "which this ferry does not carry" },
    { "aarch64",              AT(header.e_machine),    EM_AARCH64,          "built for aarch64" },
    { "unknown machine",      AT(header.e_machine),    0x1234,              "machine 4660" },
    { "object file",          AT(header.e_type),       ET_REL,              "an object file" },
    { "core dump",            AT(header.e_type),       ET_CORE,             "a core dump" },
    { "type",                 AT(header.e_type),       77,                  "type 77" },
    { "version",              AT(header.e_version),    2,                   "version 2" },
    { "RVE",                  AT(header.e_flags),      8,                   "RVE" },
    { "size of headers",      AT(header.e_phentsize),  32,                  "program headers of 32 bytes" },
    { "no headers",           AT(header.e_phnum),      0,                   "no program headers" },
    { "65535 headers",        AT(header.e_phnum),      65535,               "65535 program headers" },
    { "headers beyond",       AT(header.e_phoff),      1 << 20,             "within the program headers" },
    { "headers far beyond",   AT(header.e_phoff),      UINT64_MAX - 8,      "within the program headers" },
    { "nothing to load",      AT(header.e_phnum),      0 + 0x10000 % 65536, "no program headers" },
    { "memory < file",        AT(data.p_memsz),        0x100,               "larger in the file than in memory" },
    { "wraps",                AT(data.p_memsz),        UINT64_MAX,          "wraps around" },
    { "kernel half",          AT(data.p_vaddr),        UINT64_C(1) << 63,   "wraps around" },
    { "file too short",       AT(data.p_offset),       0x1000000,           "ends within segment 1" },
    { "offset wraps",         AT(data.p_offset),       UINT64_MAX - 0xfff,  "ends within segment 1" },
    { "not congruent",        AT(data.p_vaddr),        0x12010,             "differ within a page" },
    { "overlap",              AT(data.p_vaddr),        0x10000,             "overlaps" },
    { "alignment",            AT(data.p_align),        UINT64_C(1) << 62,   "is absurd" },
    { "below the guest's",    AT(code.p_vaddr),        0,                   "cannot be mapped at 0: Operation not permitted" },
    { "beyond the guest's",   AT(data.p_vaddr),        0x600000000000,      "Cannot allocate memory" },
};

static void test_damage(void)
{
    for (unsigned i = 0; i < COUNT_OF(damages); i++) {
        struct program_file f = program_file(ET_EXEC, 0x10000);
        memcpy((char *)&f + damages[i].offset, &damages[i].value, damages[i].size);
        refused(damages[i].what, &f, sizeof f, damages[i].reason);
    }
    struct program_file f = program_file(ET_EXEC, 0x10000);
    refused("empty", &f, 0, "not an ELF file");
    refused("a text", "#!/bin/sh\n", 10, "not an ELF file");
    refused("half a header", &f, 40, "within the ELF header");
    refused("no program headers", &f, 64, "within the program headers");
    refused("half a segment", &f, 0x2100, "ends within segment 1");
    f.code.p_type = f.data.p_type = PT_NOTE;
    refused("no segment to load", &f, sizeof f, "no segment to load");
    f = program_file(ET_DYN, 0);
    f.data.p_vaddr = 0x7ffffffff000;
    refused("PIE larger than memory", &f, sizeof f, "too large");
    for (size_t size = 0; size < sizeof(Elf64_Ehdr) + 4 * sizeof(Elf64_Phdr); size++) {
        struct outcome o = load(&f, size);
        if (o.mapped)
            tap_ok(false, "cut to %zu bytes", size);
        mm_free(o.mm);
    }
}

static void test_interpreter(void)
{
    struct program_file f = program_file(ET_DYN, 0);
    f.interpreter.p_type = PT_INTERP;
    struct outcome o = load(&f, sizeof f);
    tap_ok(o.mapped && !strcmp(o.image.interpreter, "/lib/ld-linux-riscv64-lp64d.so"), "the interpreter's path");
    mm_free(o.mm);
    f.interpreter.p_filesz = 10;
    refused("interpreter not terminated", &f, sizeof f, "does not end");
    f.interpreter.p_filesz = 1;
    refused("interpreter empty", &f, sizeof f, "empty, too long");
    f.interpreter.p_filesz = 5000;
    refused("interpreter too long", &f, sizeof f, "empty, too long");
    f.interpreter.p_filesz = UINT64_MAX;
    refused("interpreter wraps", &f, sizeof f, "empty, too long");
    f.interpreter.p_filesz = 32;
    f.interpreter.p_offset = 1 << 20;
    refused("interpreter beyond the file", &f, sizeof f, "not in the file");
}

static void test_good(void)
{
    struct program_file f = program_file(ET_EXEC, 0x10000);
    struct outcome o = load(&f, sizeof f);
    uint64_t data = 0x10000 + DATA_AT;
    tap_ok(o.mapped && o.image.entry == 0x11000 && !o.image.bias && o.image.phdr == 0x10040 && o.image.phdr_count == 4
               && o.image.brk == data + 0x4000 && !o.image.executable_stack, "a fixed program");
    tap_ok(mm_protection(o.mm, 0x11000) == (PROT_READ | PROT_EXEC) && mm_protection(o.mm, data) == (PROT_READ | PROT_WRITE)
               && mm_protection(o.mm, data + 0x3000) == (PROT_READ | PROT_WRITE)
               && mm_protection(o.mm, data + 0x4000) == -1, "its segments");
    const char *bytes = (const char *)data;
    tap_ok(bytes[0x1ff] == 0x5a && !bytes[0x200] && !bytes[0xfff] && !bytes[0x31ff], "its bss is zero, its data is not");
    mm_free(o.mm);

    f = program_file(ET_DYN, 0);
    f.stack.p_flags |= PF_X;
    f.data.p_align = 1 << 21;
    f.data.p_vaddr = 1 << 21;
    f.data.p_offset = DATA_AT;
    o = load(&f, sizeof f);
    tap_ok(o.mapped && o.image.bias && !(o.image.bias & 0x1fffff) && o.image.entry == o.image.bias + CODE_AT
               && o.image.executable_stack,
           "a position-independent program, aligned to 2 MiB");
    tap_ok(mm_protection(o.mm, o.image.bias + 0x100000) == -1, "the hole between its segments stays free");
    mm_free(o.mm);

    f = program_file(ET_EXEC, 0x10000);
    f.data.p_align = 3;
    o = load(&f, sizeof f);
    tap_ok(o.mapped, "an alignment that is no power of two is ignored, as the kernel does");
    mm_free(o.mm);

    f = program_file(ET_EXEC, 0x10000);
    f.data.p_vaddr = 0x11800;
    f.data.p_offset = 0x1800;
    f.code.p_filesz = f.code.p_memsz = 0x1800;
    o = load(&f, sizeof f);
    tap_ok(o.mapped && mm_protection(o.mm, 0x11000) == (PROT_READ | PROT_WRITE), "two segments in one page: it is the later's");
    mm_free(o.mm);
}

static const uint64_t *find_aux(const uint64_t *aux, uint64_t type)
{
    while (aux[0] != type && aux[0] != AT_NULL)
        aux += 2;
    return aux[0] == type ? &aux[1] : NULL;
}

static void test_stack(void)
{
    enum { SIZE = 65536 };
    static _Alignas(16) char memory[SIZE];
    char *argv[] = { "prog", "", "two words", NULL }, *envp[] = { "A=1", "B=22", NULL };
    struct process p = { 0 };
    struct elf_image image = { .entry = 0x11000, .phdr = 0x10040, .phdr_count = 4, .phdr_size = 56 };
    struct stack_content content = { .abi = &abi_riscv64, .image = &image, .interpreter_base = 0x7000000, .file_name = "./prog",
                                     .argv = argv, .envp = envp };
    uint64_t bottom = (uintptr_t)memory, sp = stack_build(&p, &content, bottom, bottom + SIZE);
    const uint64_t *word = (const uint64_t *)sp;
    tap_ok(sp && !(sp & 15) && sp == p.stack_start && word[0] == 3, "argc, on a stack aligned to 16");
    tap_ok(!strcmp((char *)word[1], "prog") && !*(char *)word[2] && !strcmp((char *)word[3], "two words") && !word[4], "argv");
    tap_ok(!strcmp((char *)word[5], "A=1") && !strcmp((char *)word[6], "B=22") && !word[7], "envp");
    const uint64_t *aux = word + 8;
    tap_ok((uint64_t)aux == p.auxv_start && *find_aux(aux, AT_PHDR) == 0x10040 && *find_aux(aux, AT_PHENT) == 56
               && *find_aux(aux, AT_PHNUM) == 4 && *find_aux(aux, AT_BASE) == 0x7000000 && *find_aux(aux, AT_ENTRY) == 0x11000
               && *find_aux(aux, AT_PAGESZ) == 4096 && *find_aux(aux, AT_CLKTCK) == 100 && *find_aux(aux, AT_HWCAP) == 0x112d
               && *find_aux(aux, AT_UID) == getuid() && !*find_aux(aux, AT_SECURE), "auxiliary vector");
    tap_ok(!strcmp((char *)*find_aux(aux, AT_EXECFN), "./prog") && *find_aux(aux, AT_RANDOM), "its strings");
    tap_ok(!memcmp((char *)p.arguments_start, "prog\0\0two words\0A=1\0B=22\0./prog\0", 29)
               && p.arguments_end == p.environment_start && p.environment_end - p.environment_start == 9, "strings lie in order");
    tap_ok(!*(uint64_t *)(bottom + SIZE - 8), "a null word ends the stack");
    tap_ok(!stack_build(&p, &content, bottom, bottom + 256), "too small a stack is noticed");
}

int main(void)
{
    test_damage();
    test_interpreter();
    test_good();
    test_stack();
    return tap_done();
}
