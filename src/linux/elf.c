/* ELF programs of either class and byte order: read, checked field by field, mapped. Everything in the file is hostile. */
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/linux.h"
#include "linux/abi.h"

enum { MOST_HEADER_BYTES = 65536 }; /* of all program headers, as in the kernel */
static const uint64_t largest_alignment = UINT64_C(1) << 30;
static const uint64_t pie_random_range = UINT64_C(1) << 30;

struct header {
    uint64_t type, machine, version, entry, phoff, flags, phentsize, phnum;
};

struct segment {
    uint64_t type, flags, offset, vaddr, filesz, memsz, align;
};

/* Where a field is: offset and size in bytes in each class. */
struct elf_field {
    uint8_t offset32, size32, offset64, size64;
};

#define FIELD(what, name) \
    { offsetof(Elf32_##what, name), sizeof ((Elf32_##what *)0)->name, \
      offsetof(Elf64_##what, name), sizeof ((Elf64_##what *)0)->name }

/* In the order of the structs' members. */
static const struct elf_field header_fields[] = {
    FIELD(Ehdr, e_type),  FIELD(Ehdr, e_machine), FIELD(Ehdr, e_version),   FIELD(Ehdr, e_entry),
    FIELD(Ehdr, e_phoff), FIELD(Ehdr, e_flags),   FIELD(Ehdr, e_phentsize), FIELD(Ehdr, e_phnum),
};
static const struct elf_field segment_fields[] = {
    FIELD(Phdr, p_type),   FIELD(Phdr, p_flags), FIELD(Phdr, p_offset), FIELD(Phdr, p_vaddr),
    FIELD(Phdr, p_filesz), FIELD(Phdr, p_memsz), FIELD(Phdr, p_align),
};
_Static_assert(sizeof(struct header) == sizeof(uint64_t) * COUNT_OF(header_fields), "one member a field");
_Static_assert(sizeof(struct segment) == sizeof(uint64_t) * COUNT_OF(segment_fields), "one member a field");

static void read_fields(const uint8_t *bytes, const struct elf_field *fields, unsigned count, unsigned elf_class, unsigned data,
                        uint64_t *out)
{
    for (unsigned i = 0; i < count; i++) {
        bool wide = elf_class == ELFCLASS64;
        const uint8_t *at = bytes + (wide ? fields[i].offset64 : fields[i].offset32);
        unsigned size = wide ? fields[i].size64 : fields[i].size32;
        out[i] = 0;
        for (unsigned byte = 0; byte < size; byte++)
            out[i] |= (uint64_t)at[byte] << 8 * (data == ELFDATA2MSB ? size - 1 - byte : byte);
    }
}

PRINTF_LIKE(3, 4) static bool refuse(char *reason, size_t size, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(reason, size, format, ap);
    va_end(ap);
    return false;
}

/* ---- whose program --------------------------------------------------------------------------------------------------------- */

static const struct {
    uint16_t machine;
    const char *name32, *name64;
} machine_names[] = {
    { EM_386,       "i386",       "i386"          },
    { EM_X86_64,    "x86-64 x32", "x86-64"        },
    { EM_ARM,       "arm",        "arm"           },
    { EM_AARCH64,   "arm64 ilp32", "aarch64"     },
    { EM_PPC,       "powerpc",    "powerpc"       },
    { EM_PPC64,     "powerpc64",  "powerpc64"     },
    { EM_S390,      "s390",       "s390x"         },
    { EM_MIPS,      "mips",       "mips64"        },
    { EM_SPARC,     "sparc",      "sparc"         },
    { EM_SPARCV9,   "sparc64",    "sparc64"       },
    { EM_RISCV,     "riscv32",    "riscv64"       },
    { EM_68K,       "m68k",       "m68k"          },
    { EM_SH,        "sh4",        "sh4"           },
    { EM_ALPHA,     "alpha",      "alpha"         },
    { EM_PARISC,    "hppa",       "hppa64"        },
    { 258,          "loongarch32", "loongarch64"  },
};

static void describe_machine(const struct header *h, const uint8_t *ident, char *text, size_t size)
{
    const char *order = ident[EI_DATA] == ELFDATA2MSB ? ", big-endian" : "";
    for (unsigned i = 0; i < COUNT_OF(machine_names); i++)
        if (machine_names[i].machine == h->machine) {
            snprintf(text, size, "%s%s", ident[EI_CLASS] == ELFCLASS64 ? machine_names[i].name64 : machine_names[i].name32,
                     order);
            return;
        }
    snprintf(text, size, "machine %u, %s-bit%s", (unsigned)h->machine, ident[EI_CLASS] == ELFCLASS64 ? "64" : "32", order);
}

static bool refuse_machine(const struct header *h, const uint8_t *ident, char *reason, size_t size)
{
    char machine[64], carried[256] = "";
    describe_machine(h, ident, machine, sizeof machine);
    for (unsigned i = 0; guests[i]; i++) {
        size_t used = strlen(carried);
        snprintf(carried + used, sizeof carried - used, "%s%s", i ? ", " : "", guests[i]->name);
    }
    return refuse(reason, size, "built for %s, which this ferry does not carry (it carries: %s)", machine, carried);
}

/* Reads the header; finds out the guest. */
static const struct guest *read_header(int fd, struct header *h, char *reason, size_t size)
{
    uint8_t bytes[sizeof(Elf64_Ehdr)] = { 0 };
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    if (got < 0)
        return refuse(reason, size, "cannot be read: %s", strerror(errno)), NULL;
    if (got < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG))
        return refuse(reason, size, "not an ELF file; ferry runs Linux programs in ELF format"), NULL;
    unsigned elf_class = bytes[EI_CLASS], data = bytes[EI_DATA];
    if (elf_class != ELFCLASS32 && elf_class != ELFCLASS64)
        return refuse(reason, size, "corrupt ELF header: class %u is neither 32 nor 64 bits", elf_class), NULL;
    if (data != ELFDATA2LSB && data != ELFDATA2MSB)
        return refuse(reason, size, "corrupt ELF header: byte order %u is neither little nor big", data), NULL;
    if (got < (ssize_t)(elf_class == ELFCLASS64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
        return refuse(reason, size, "truncated: the file ends within the ELF header"), NULL;
    read_fields(bytes, header_fields, COUNT_OF(header_fields), elf_class, data, (uint64_t *)h);
    const struct guest *guest = guest_for_elf(h->machine, elf_class, data);
    if (!guest)
        return refuse_machine(h, bytes, reason, size), NULL;
    return guest;
}

static bool check_header(const struct header *h, const struct guest *guest, char *reason, size_t size)
{
    const struct abi *abi = abi_for(guest);
    size_t phentsize = guest->elf_class == ELFCLASS64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (h->type == ET_REL)
        return refuse(reason, size, "an object file, not a program; link it first");
    if (h->type == ET_CORE)
        return refuse(reason, size, "a core dump, not a program");
    if (h->type != ET_EXEC && h->type != ET_DYN)
        return refuse(reason, size, "corrupt ELF header: type %u is not a program's", (unsigned)h->type);
    if (h->version != EV_CURRENT)
        return refuse(reason, size, "corrupt ELF header: version %u is not 1", (unsigned)h->version);
    if (h->flags & abi->refused_elf_flags)
        return refuse(reason, size, "built for %s, which this ferry does not carry", abi->refused_elf_flags_name);
    if (!h->phnum)
        return refuse(reason, size, "has no program headers, so there is nothing to load");
    if (h->phentsize != phentsize)
        return refuse(reason, size, "corrupt ELF header: program headers of %u bytes instead of %zu", (unsigned)h->phentsize,
                      phentsize);
    if (h->phnum * phentsize > MOST_HEADER_BYTES)
        return refuse(reason, size, "corrupt ELF header: %u program headers are too many", (unsigned)h->phnum);
    return true;
}

const struct guest *elf_identify(int fd, char *reason, size_t size, int *status)
{
    struct header h;
    *status = 126;
    const struct guest *guest = read_header(fd, &h, reason, size);
    return guest && check_header(&h, guest, reason, size) ? guest : NULL;
}

/* ---- the segments ---------------------------------------------------------------------------------------------------------- */

struct program {
    struct header header;
    uint64_t file_size;
    struct segment segments[MOST_HEADER_BYTES / sizeof(Elf32_Phdr)];
};

static bool read_segments(int fd, const struct guest *guest, struct program *p, char *reason, size_t size)
{
    const struct header *h = &p->header;
    uint8_t bytes[MOST_HEADER_BYTES];
    size_t length = h->phnum * h->phentsize;
    if (h->phoff > INT64_MAX - length || pread(fd, bytes, length, (off_t)h->phoff) != (ssize_t)length)
        return refuse(reason, size, "truncated: the file ends within the program headers");
    for (unsigned i = 0; i < h->phnum; i++)
        read_fields(bytes + i * h->phentsize, segment_fields, COUNT_OF(segment_fields), guest->elf_class, guest->elf_data,
                    (uint64_t *)&p->segments[i]);
    return true;
}

static bool in_file(const struct program *p, const struct segment *s)
{
    return s->offset <= p->file_size && s->filesz <= p->file_size - s->offset;
}

static uint64_t alignment_of(const struct segment *s)
{
    bool valid = s->align > PAGE_SIZE && !(s->align & (s->align - 1)); /* others the kernel ignores */
    return valid ? s->align : PAGE_SIZE;
}

static bool is_loaded(const struct segment *s) { return s->type == PT_LOAD && s->memsz; }

/* Bounds of the image and its alignment. */
struct extent {
    uint64_t start, end, alignment;
};

static bool check_segments(const struct program *p, struct extent *extent, char *reason, size_t size)
{
    *extent = (struct extent){ .alignment = PAGE_SIZE };
    for (unsigned i = 0; i < p->header.phnum; i++) {
        const struct segment *s = &p->segments[i];
        if (!is_loaded(s))
            continue;
        if (s->filesz > s->memsz)
            return refuse(reason, size, "corrupt ELF file: segment %u is larger in the file than in memory", i);
        if (s->vaddr + s->memsz < s->vaddr || s->vaddr + s->memsz > INT64_MAX)
            return refuse(reason, size, "corrupt ELF file: segment %u wraps around the end of memory", i);
        if (!in_file(p, s))
            return refuse(reason, size, "truncated: the file ends within segment %u", i);
        if (s->filesz && (s->vaddr - s->offset) % PAGE_SIZE)
            return refuse(reason, size, "segment %u cannot be mapped: its place in the file and its address differ within a page",
                          i);
        if (extent->end && s->vaddr < extent->end)
            return refuse(reason, size, "corrupt ELF file: segment %u overlaps the one before or is out of order", i);
        if (alignment_of(s) > largest_alignment)
            return refuse(reason, size, "corrupt ELF file: the alignment of segment %u, %#llx, is absurd", i,
                          (unsigned long long)s->align);
        if (!extent->end)
            extent->start = align_down(s->vaddr, PAGE_SIZE);
        if (alignment_of(s) > extent->alignment)
            extent->alignment = alignment_of(s);
        extent->end = s->vaddr + s->memsz;
    }
    if (!extent->end)
        return refuse(reason, size, "has no segment to load");
    extent->end = align_up(extent->end, PAGE_SIZE);
    return true;
}

/* Reads PT_INTERP's path, if there is one. */
static bool read_interpreter(int fd, const struct program *p, char *path, size_t path_size, char *reason, size_t size)
{
    *path = 0;
    for (unsigned i = 0; i < p->header.phnum; i++) {
        const struct segment *s = &p->segments[i];
        if (s->type != PT_INTERP)
            continue;
        if (s->filesz < 2 || s->filesz > path_size || !in_file(p, s))
            return refuse(reason, size, "corrupt ELF file: the interpreter's path is empty, too long or not in the file");
        if (pread(fd, path, s->filesz, (off_t)s->offset) != (ssize_t)s->filesz || path[s->filesz - 1])
            return refuse(reason, size, "corrupt ELF file: the interpreter's path does not end");
        return true;
    }
    return true;
}

/* ---- mapping --------------------------------------------------------------------------------------------------------------- */

static int protection_of(const struct segment *s)
{
    return (s->flags & PF_R ? PROT_READ : 0) | (s->flags & PF_W ? PROT_WRITE : 0) | (s->flags & PF_X ? PROT_EXEC : 0);
}

/* Maps one segment. `mapped_end`: where the one before ended; they may share a page, which then is the later's. */
static int64_t map_segment(struct mm *mm, int fd, const struct segment *s, uint64_t bias, uint64_t mapped_end)
{
    uint64_t start = align_down(s->vaddr + bias, PAGE_SIZE), file_end = s->vaddr + bias + s->filesz;
    uint64_t bss = s->filesz ? align_up(file_end, PAGE_SIZE) : start, end = align_up(s->vaddr + bias + s->memsz, PAGE_SIZE);
    int protection = protection_of(s), flags = MAP_PRIVATE | (start < mapped_end ? MAP_FIXED : MAP_FIXED_NOREPLACE);
    if (s->filesz) {
        int64_t result = mm_map(mm, start, bss - start, protection, flags, fd, align_down(s->offset, PAGE_SIZE), NULL);
        if (result < 0)
            return result;
        if (s->memsz > s->filesz && protection & PROT_WRITE)
            memset((void *)(uintptr_t)file_end, 0, bss - file_end);
    }
    return bss < end ? mm_map(mm, bss, end - bss, protection, flags | MAP_ANONYMOUS, -1, 0, NULL) : 0;
}

static bool map_segments(struct mm *mm, int fd, const struct program *p, uint64_t bias, char *reason, size_t size)
{
    uint64_t mapped_end = 0;
    for (unsigned i = 0; i < p->header.phnum; i++) {
        const struct segment *s = &p->segments[i];
        if (!is_loaded(s))
            continue;
        int64_t result = map_segment(mm, fd, s, bias, mapped_end);
        if (result < 0)
            return refuse(reason, size, "segment %u cannot be mapped at %#llx: %s", i, (unsigned long long)(s->vaddr + bias),
                          strerror((int)-result));
        mapped_end = align_up(s->vaddr + bias + s->memsz, PAGE_SIZE);
    }
    return true;
}

/* Chooses where a position-independent image goes: programs with an interpreter at the base for them, interpreters and static
 * programs where mmap would put them, as the kernel does. */
static bool choose_bias(struct mm *mm, const struct header *h, const struct extent *extent, struct elf_image *image, char *reason,
                        size_t size)
{
    image->bias = 0;
    if (h->type == ET_EXEC)
        return true;
    uint64_t hint = image->interpreter[0] ? mm_program_base(mm) + mm_random(mm, pie_random_range) : 0;
    uint64_t length = extent->end - align_down(extent->start, extent->alignment);
    uint64_t start = mm_find_room(mm, hint, length, extent->alignment);
    if (!start)
        return refuse(reason, size, "too large for the guest's memory (%llu bytes)", (unsigned long long)length);
    image->bias = start - align_down(extent->start, extent->alignment);
    return true;
}

static void find_facts(const struct program *p, struct elf_image *image)
{
    const struct header *h = &p->header;
    image->entry = h->entry + image->bias;
    image->phdr = 0;
    image->phdr_count = h->phnum;
    image->phdr_size = h->phentsize;
    image->executable_stack = false;
    image->code_start = UINT64_MAX;
    image->code_end = 0;
    for (unsigned i = 0; i < h->phnum; i++) {
        const struct segment *s = &p->segments[i];
        if (s->type == PT_GNU_STACK)
            image->executable_stack = s->flags & PF_X;
        if (s->type == PT_LOAD && s->offset <= h->phoff && h->phoff - s->offset < s->filesz)
            image->phdr = h->phoff - s->offset + s->vaddr + image->bias;
        if (!is_loaded(s) || !(s->flags & PF_X))
            continue;
        if (image->code_start > s->vaddr + image->bias)
            image->code_start = s->vaddr + image->bias;
        image->code_end = s->vaddr + s->filesz + image->bias;
    }
}

/* The program's headers, all checked; NULL with a reason. To be freed. */
static struct program *read_program(int fd, const struct guest *guest, struct extent *extent, struct elf_image *image,
                                    char *reason, size_t size)
{
    struct program *p = must_alloc(sizeof *p);
    struct stat status;
    bool good = read_header(fd, &p->header, reason, size) == guest && check_header(&p->header, guest, reason, size);
    if (good && fstat(fd, &status) < 0)
        good = refuse(reason, size, "cannot be read: %s", strerror(errno));
    p->file_size = good ? (uint64_t)status.st_size : 0;
    good = good && read_segments(fd, guest, p, reason, size) && check_segments(p, extent, reason, size)
        && read_interpreter(fd, p, image->interpreter, sizeof image->interpreter, reason, size);
    if (good)
        return p;
    free(p);
    return NULL;
}

bool elf_check(int fd, const struct guest *guest, struct elf_image *image, char *reason, size_t size)
{
    struct extent extent;
    struct program *p = read_program(fd, guest, &extent, image, reason, size);
    free(p);
    return p;
}

bool elf_map(struct mm *mm, int fd, const struct guest *guest, struct elf_image *image, char *reason, size_t size)
{
    struct extent extent;
    struct program *p = read_program(fd, guest, &extent, image, reason, size);
    if (!p)
        return false;
    image->guest = guest;
    bool good = choose_bias(mm, &p->header, &extent, image, reason, size) && map_segments(mm, fd, p, image->bias, reason, size);
    if (good) {
        find_facts(p, image);
        /* A heap right behind a static program that mmap placed would soon meet the stack. */
        image->brk = p->header.type == ET_DYN && !image->interpreter[0] ? mm_program_base(mm) : extent.end + image->bias;
    }
    free(p);
    return good;
}
