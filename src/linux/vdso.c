/* The vDSO: a shared object in memory, with versions for its symbols and call frame information (System V ABI, chapter 5; LSB, "Symbol
 * Versioning"). */
#include "linux/vdso.h"

#include <elf.h>
#include <string.h>

#include "linux/call-frames.h"
#include "linux/mm.h"

enum { CODE_ALIGNMENT = 16, WORD_ALIGNMENT = 4, NAMES_SIZE = 512, BASE_VERSION = 1 };

/* Where the page begins. */
struct head {
    Elf32_Ehdr header;
    Elf32_Phdr segments[3];
    Elf32_Dyn dynamic[11];
};

struct writer {
    const struct abi *abi;
    uint8_t *page;
    uint32_t end;              /* what is before it is taken */
    const uint32_t *code;      /* where each function is */
    unsigned count;            /* of functions */
    char names[NAMES_SIZE];
    uint32_t names_size;
};

static uint32_t word(const struct writer *w, uint32_t x) { return abi_word(w->abi, x); }
static uint16_t half(const struct writer *w, uint32_t x) { return (uint16_t)(w->abi->calls->big_endian ? __builtin_bswap16((uint16_t)x) : x); }

/* Room in the page: its offset. */
static uint32_t take(struct writer *w, uint32_t size)
{
    uint32_t at = (uint32_t)align_up(w->end, WORD_ALIGNMENT);
    w->end = at + size;
    if (w->end > PAGE_SIZE)
        BUG("a vDSO of %u bytes", w->end);
    return at;
}

static uint32_t add_name(struct writer *w, const char *name)
{
    uint32_t at = w->names_size, size = (uint32_t)strlen(name) + 1;
    w->names_size += size;
    if (w->names_size > NAMES_SIZE)
        BUG("%u bytes of names", w->names_size);
    memcpy(w->names + at, name, size);
    return at;
}

static uint32_t write_names(struct writer *w)
{
    uint32_t at = take(w, w->names_size);
    memcpy(w->page + at, w->names, w->names_size);
    return at;
}

static void write_code(struct writer *w, uint32_t *code)
{
    const struct vdso_function *f = w->abi->vdso->functions;
    for (; f[w->count].name; w->count++) {
        w->end = (uint32_t)align_up(w->end + CODE_GAP, CODE_ALIGNMENT);
        code[w->count] = take(w, f[w->count].size);
        memcpy(w->page + code[w->count], f[w->count].code, f[w->count].size);
    }
}

/* ---- symbols ------------------------------------------------------------------------------------------------------------------------- */

static uint32_t write_symbols(struct writer *w)
{
    enum { IN_A_SECTION = 1 }; /* of which there are none, but 0 would be undefined */
    uint32_t at = take(w, (w->count + 1) * (uint32_t)sizeof(Elf32_Sym));
    Elf32_Sym *symbol = (Elf32_Sym *)(w->page + at) + 1;
    for (unsigned i = 0; i < w->count; i++)
        symbol[i] = (Elf32_Sym){
            .st_name = word(w, add_name(w, w->abi->vdso->functions[i].name)), .st_value = word(w, w->code[i]),
            .st_size = word(w, w->abi->vdso->functions[i].size), .st_info = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = half(w, IN_A_SECTION),
        };
    return at;
}

/* One bucket, whose chain has all symbols in their order. */
static uint32_t write_hash(struct writer *w)
{
    uint32_t symbols = w->count + 1, at = take(w, (2 + 1 + symbols) * (uint32_t)sizeof(uint32_t)), *table = (uint32_t *)(w->page + at);
    table[0] = word(w, 1);
    table[1] = word(w, symbols);
    table[2] = word(w, 1);
    for (unsigned i = 1; i + 1 < symbols; i++)
        table[3 + i] = word(w, i + 1);
    return at;
}

static unsigned version_index(const struct vdso *v, const char *version)
{
    unsigned i = 0;
    while (v->versions[i] && strcmp(v->versions[i], version))
        i++;
    return BASE_VERSION + 1 + i;
}

static uint32_t write_symbol_versions(struct writer *w)
{
    uint32_t at = take(w, (w->count + 1) * (uint32_t)sizeof(Elf32_Half));
    Elf32_Half *versions = (Elf32_Half *)(w->page + at) + 1;
    for (unsigned i = 0; i < w->count; i++)
        versions[i] = half(w, version_index(w->abi->vdso, w->abi->vdso->functions[i].version));
    return at;
}

/* System V ABI, figure 5-13. */
static uint32_t elf_hash(const char *name)
{
    uint32_t hash = 0;
    for (; *name; name++) {
        hash = (hash << 4) + (uint8_t)*name;
        hash = (hash ^ (hash >> 28 << 4)) & 0x0fffffff;
    }
    return hash;
}

struct version {
    Elf32_Verdef definition;
    Elf32_Verdaux name;
};

static void write_version(struct writer *w, struct version *v, unsigned index, const char *name, uint32_t name_at, bool is_last)
{
    v->definition = (Elf32_Verdef){
        .vd_version = half(w, VER_DEF_CURRENT), .vd_flags = half(w, index == BASE_VERSION ? VER_FLG_BASE : 0), .vd_ndx = half(w, index),
        .vd_cnt = half(w, 1), .vd_hash = word(w, elf_hash(name)), .vd_aux = word(w, offsetof(struct version, name)),
        .vd_next = word(w, is_last ? 0 : sizeof *v),
    };
    v->name.vda_name = word(w, name_at);
}

/* The object's own name is the first. */
static uint32_t write_versions(struct writer *w, uint32_t soname, unsigned *count)
{
    const char *const *versions = w->abi->vdso->versions;
    unsigned named = 0;
    while (versions[named])
        named++;
    *count = named + 1;
    uint32_t at = take(w, *count * (uint32_t)sizeof(struct version));
    struct version *v = (struct version *)(w->page + at);
    write_version(w, v++, BASE_VERSION, w->abi->vdso->soname, soname, !named);
    for (unsigned i = 0; i < named; i++)
        write_version(w, v++, BASE_VERSION + 1 + i, versions[i], add_name(w, versions[i]), i + 1 == named);
    return at;
}

/* ---- the object ---------------------------------------------------------------------------------------------------------------------- */

static void write_dynamic(struct writer *w, struct head *head)
{
    uint32_t soname = add_name(w, w->abi->vdso->soname), symbols = write_symbols(w), hash = write_hash(w);
    uint32_t symbol_versions = write_symbol_versions(w), version_count, versions = write_versions(w, soname, &version_count);
    const struct { uint32_t tag, value; } dynamic[] = {
        { DT_SONAME, soname }, { DT_HASH, hash }, { DT_SYMTAB, symbols }, { DT_SYMENT, sizeof(Elf32_Sym) }, { DT_STRTAB, write_names(w) },
        { DT_STRSZ, w->names_size }, { DT_VERSYM, symbol_versions }, { DT_VERDEF, versions }, { DT_VERDEFNUM, version_count }, { DT_NULL, 0 },
    };
    _Static_assert(COUNT_OF(dynamic) <= COUNT_OF(head->dynamic), "room for all");
    for (unsigned i = 0; i < COUNT_OF(dynamic); i++)
        head->dynamic[i] = (Elf32_Dyn){ .d_tag = (int32_t)word(w, dynamic[i].tag), .d_un.d_val = word(w, dynamic[i].value) };
}

static void write_header(const struct writer *w, struct head *head, uint32_t index, uint32_t index_size)
{
    const struct abi *abi = w->abi;
    head->header = (Elf32_Ehdr){
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, abi->guest->elf_class, abi->guest->elf_data, EV_CURRENT },
        .e_type = half(w, ET_DYN), .e_machine = half(w, abi->guest->elf_machine), .e_version = word(w, EV_CURRENT),
        .e_entry = word(w, abi->vdso->first_makes_calls ? w->code[0] : 0), .e_phoff = word(w, offsetof(struct head, segments)),
        .e_ehsize = half(w, sizeof head->header), .e_phentsize = half(w, sizeof head->segments[0]), .e_phnum = half(w, COUNT_OF(head->segments)),
    };
    const struct { uint32_t type, flags, offset, size, alignment; } segments[] = {
        { PT_LOAD, PF_R | PF_X, 0, w->end, PAGE_SIZE },
        { PT_DYNAMIC, PF_R, offsetof(struct head, dynamic), sizeof head->dynamic, WORD_ALIGNMENT },
        { PT_GNU_EH_FRAME, PF_R, index, index_size, WORD_ALIGNMENT },
    };
    for (unsigned i = 0; i < COUNT_OF(segments); i++)
        head->segments[i] = (Elf32_Phdr){
            .p_type = word(w, segments[i].type), .p_flags = word(w, segments[i].flags), .p_offset = word(w, segments[i].offset),
            .p_vaddr = word(w, segments[i].offset), .p_paddr = word(w, segments[i].offset), .p_filesz = word(w, segments[i].size),
            .p_memsz = word(w, segments[i].size), .p_align = word(w, segments[i].alignment),
        };
}

void vdso_write(const struct abi *abi, uint8_t *page, uint32_t code[VDSO_MOST_FUNCTIONS])
{
    struct writer w = { .abi = abi, .page = page, .code = code, .names_size = 1 };
    struct head *head = (struct head *)page;
    if (!abi->vdso->soname) {
        write_code(&w, code);
        return;
    }
    take(&w, sizeof *head);
    write_code(&w, code);
    write_dynamic(&w, head);
    uint32_t index_size = (uint32_t)(offsetof(struct frames_index, entry) + w.count * sizeof((struct frames_index *)0)->entry[0]);
    uint32_t index = take(&w, index_size), frames = take(&w, 0);
    take(&w, call_frames_write(abi, page, frames, index, code) - frames);
    write_header(&w, head, index, index_size);
}
