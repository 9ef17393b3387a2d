/* The vDSO: a shared object in memory. It has what lets an unwinder step from a signal handler to the interrupted code: one symbol and its
 * call frame information (Linux Standard Base, ".eh_frame" and ".eh_frame_hdr"; DWARF 5, 6.4). */
#include "linux/vdso.h"

#include <elf.h>
#include <string.h>

#include "linux/mm.h"

enum { /* DWARF 5, 7.29, 7.7.1; LSB, DWARF exception header encoding */
    CFA_DEF_CFA_EXPRESSION = 0x0f, CFA_EXPRESSION = 0x10, OP_DEREF = 0x06, OP_BREG0 = 0x70,
    RELATIVE_TO_PLACE = 0x1b, RELATIVE_TO_HEADER = 0x3b, UNSIGNED_WORD = 0x03,
};
enum { NAMES_SIZE = 64, FRAMES_SIZE = 1024, CODE_SIZE = 16 };

struct image {
    Elf32_Ehdr header;
    Elf32_Phdr segments[3];
    Elf32_Dyn dynamic[7];
    Elf32_Sym symbols[2];
    uint32_t hash[2 + 1 + 2]; /* sizes, a bucket, chains */
    char names[NAMES_SIZE];
    struct {
        uint8_t version, encodings[3];
        uint32_t frames, count, code, description;
    } index;                  /* .eh_frame_hdr */
    uint8_t frames[FRAMES_SIZE];
    uint8_t before_code[4];   /* unwinders look for what is before a return address */
    uint8_t code[CODE_SIZE];
};

#define AT(member) ((uint32_t)offsetof(struct image, member))

static uint32_t word(const struct abi *abi, uint32_t x) { return abi->guest->elf_data == ELFDATA2MSB ? __builtin_bswap32(x) : x; }
static uint16_t half(const struct abi *abi, uint16_t x) { return abi->guest->elf_data == ELFDATA2MSB ? __builtin_bswap16(x) : x; }

/* ---- call frame information --------------------------------------------------------------------------------------------------------- */

/* SLEB128; `offset` is below 8192. */
static uint8_t *put_offset(uint8_t *at, unsigned offset)
{
    *at++ = (uint8_t)(offset & 0x7f) | 0x80;
    *at++ = (uint8_t)(offset >> 7);
    return at;
}

static uint8_t *put_word(const struct abi *abi, uint8_t *at, uint32_t value)
{
    value = word(abi, value);
    return (uint8_t *)memcpy(at, &value, sizeof value) + sizeof value;
}

/* Ends an entry whose length word is at `start`. */
static uint8_t *put_end(const struct abi *abi, uint8_t *start, uint8_t *at)
{
    while ((at - start) % 4)
        *at++ = 0; /* DW_CFA_nop */
    put_word(abi, start, (uint32_t)(at - start - 4));
    return at;
}

static uint8_t *put_common(const struct abi *abi, uint8_t *start)
{
    const uint8_t common[] = { 1, 'z', 'R', 'S', 0, /* code, data alignment: */ 1, 0x7c, abi->unwind->return_address, 1, RELATIVE_TO_PLACE };
    uint8_t *at = put_word(abi, start + 4, 0);
    return put_end(abi, start, (uint8_t *)memcpy(at, common, sizeof common) + sizeof common);
}

/* Every register is found from the stack pointer. */
static uint8_t *put_rules(const struct signal_unwind *u, uint8_t *at)
{
    *at++ = CFA_DEF_CFA_EXPRESSION;
    *at++ = 4;
    *at++ = OP_BREG0 + u->stack_pointer;
    at = put_offset(at, u->stack_pointer_offset);
    *at++ = OP_DEREF;
    for (const struct saved_registers *s = u->saved; s->count; s++)
        for (unsigned i = 0; i < s->count; i++) {
            *at++ = CFA_EXPRESSION;
            *at++ = s->first + i;
            *at++ = 3;
            *at++ = OP_BREG0 + u->stack_pointer;
            at = put_offset(at, s->offset + s->stride * i);
        }
    return at;
}

static void write_frames(const struct abi *abi, struct image *image)
{
    uint8_t *start = put_common(abi, image->frames);
    uint32_t offset = AT(frames) + (uint32_t)(start - image->frames);
    uint8_t *at = put_word(abi, start + 4, (uint32_t)(start + 4 - image->frames));
    at = put_word(abi, at, AT(before_code) - (offset + 8));
    at = put_word(abi, at, sizeof image->before_code + abi->signal_return_size);
    *at++ = 0; /* no augmentation data */
    at = put_end(abi, start, put_rules(abi->unwind, at));
    put_word(abi, at, 0);

    image->index.version = 1;
    memcpy(image->index.encodings, (uint8_t[]){ RELATIVE_TO_PLACE, UNSIGNED_WORD, RELATIVE_TO_HEADER }, 3);
    image->index.frames = word(abi, AT(frames) - AT(index.frames));
    image->index.count = word(abi, 1);
    image->index.code = word(abi, AT(before_code) - AT(index));
    image->index.description = word(abi, offset - AT(index));
}

/* ---- ELF ----------------------------------------------------------------------------------------------------------------------------- */

static void write_header(const struct abi *abi, struct image *image)
{
    image->header = (Elf32_Ehdr){
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, abi->guest->elf_class, abi->guest->elf_data, EV_CURRENT },
        .e_type = half(abi, ET_DYN), .e_machine = half(abi, abi->guest->elf_machine), .e_version = word(abi, EV_CURRENT),
        .e_phoff = word(abi, AT(segments)), .e_ehsize = half(abi, sizeof image->header),
        .e_phentsize = half(abi, sizeof image->segments[0]), .e_phnum = half(abi, COUNT_OF(image->segments)),
    };
    const struct { uint32_t type, flags, offset, size; } segments[] = {
        { PT_LOAD, PF_R | PF_X, 0, sizeof *image },
        { PT_DYNAMIC, PF_R, AT(dynamic), sizeof image->dynamic },
        { PT_GNU_EH_FRAME, PF_R, AT(index), sizeof image->index },
    };
    for (unsigned i = 0; i < COUNT_OF(segments); i++)
        image->segments[i] = (Elf32_Phdr){
            .p_type = word(abi, segments[i].type), .p_flags = word(abi, segments[i].flags),
            .p_offset = word(abi, segments[i].offset), .p_vaddr = word(abi, segments[i].offset), .p_paddr = word(abi, segments[i].offset),
            .p_filesz = word(abi, segments[i].size), .p_memsz = word(abi, segments[i].size), .p_align = word(abi, i ? 4 : PAGE_SIZE),
        };
}

static void write_dynamic(const struct abi *abi, struct image *image)
{
    size_t symbol_name = 1, soname = symbol_name + strlen(abi->unwind->symbol) + 1;
    strcpy(image->names + symbol_name, abi->unwind->symbol);
    strcpy(image->names + soname, abi->unwind->soname);
    enum { IN_A_SECTION = 1 }; /* of which there are none, but 0 would be undefined */
    image->symbols[1] = (Elf32_Sym){
        .st_name = word(abi, (uint32_t)symbol_name), .st_value = word(abi, AT(code)), .st_size = word(abi, abi->signal_return_size),
        .st_info = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = half(abi, IN_A_SECTION),
    };
    const uint32_t hash[] = { 1, COUNT_OF(image->symbols), /* bucket: */ 1, /* chains: */ 0, 0 };
    const struct { uint32_t tag, value; } dynamic[] = {
        { DT_HASH, AT(hash) }, { DT_SYMTAB, AT(symbols) }, { DT_SYMENT, sizeof image->symbols[0] }, { DT_STRTAB, AT(names) },
        { DT_STRSZ, NAMES_SIZE }, { DT_SONAME, (uint32_t)soname }, { DT_NULL, 0 },
    };
    for (unsigned i = 0; i < COUNT_OF(hash); i++)
        image->hash[i] = word(abi, hash[i]);
    for (unsigned i = 0; i < COUNT_OF(dynamic); i++)
        image->dynamic[i] = (Elf32_Dyn){ .d_tag = (int32_t)word(abi, dynamic[i].tag), .d_un.d_val = word(abi, dynamic[i].value) };
}

uint64_t vdso_write(const struct abi *abi, uint8_t *page)
{
    if (!abi->unwind) {
        memcpy(page, abi->signal_return, abi->signal_return_size);
        return 0;
    }
    struct image *image = (struct image *)page;
    _Static_assert(sizeof *image <= PAGE_SIZE, "one page");
    write_header(abi, image);
    write_dynamic(abi, image);
    write_frames(abi, image);
    memcpy(image->code, abi->signal_return, abi->signal_return_size);
    return AT(code);
}
