/* The initial stack, as Linux lays it out (fs/binfmt_elf.c, create_elf_tables): from the top down the program's file name, the
 * environment's and the arguments' strings, 16 random bytes, the auxiliary vector, the pointers to environment and arguments,
 * argc. */
#include "linux/stack.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <unistd.h>

enum { AUX_MINIMUM_SIGNAL_STACK = 51, MOST_AUX_ENTRIES = 32, RANDOM_BYTES = 16, STACK_ALIGNMENT = 16 };

struct aux {
    uint64_t type, value;
};

struct stack {
    uint64_t bottom, at;
    unsigned word;  /* bytes */
    bool big_endian;
    bool full;
};

/* Makes room; the address, also when the stack is full (then it must not be used). */
static uint64_t take(struct stack *s, uint64_t size)
{
    s->full |= s->at - s->bottom < size;
    s->at -= s->full ? 0 : size;
    return s->at;
}

static uint64_t push_bytes(struct stack *s, const void *bytes, size_t size)
{
    uint64_t address = take(s, size);
    if (!s->full)
        memcpy((void *)(uintptr_t)address, bytes, size);
    return address;
}

static uint64_t push_string(struct stack *s, const char *text) { return push_bytes(s, text, strlen(text) + 1); }

/* The last string first, so that they lie in order. The start of the first. */
static uint64_t push_strings(struct stack *s, char *const *strings, size_t count)
{
    while (count)
        push_string(s, strings[--count]);
    return s->at;
}

static void put_word(const struct stack *s, uint64_t *at, uint64_t value)
{
    uint8_t *bytes = (uint8_t *)(uintptr_t)*at;
    for (unsigned i = 0; i < s->word; i++)
        bytes[s->big_endian ? s->word - 1 - i : i] = value >> 8 * i;
    *at += s->word;
}

/* Pointers to `count` strings that lie one after the other, and a null. */
static void put_pointers(const struct stack *s, uint64_t *at, uint64_t string, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_word(s, at, string);
        string += strlen((const char *)(uintptr_t)string) + 1;
    }
    put_word(s, at, 0);
}

static size_t count_strings(char *const *strings)
{
    size_t count = 0;
    while (strings[count])
        count++;
    return count;
}

static bool has_aux(const struct abi *abi, uint64_t type)
{
    switch (type) {
    case AT_PLATFORM: return abi->platform;
    case AT_SYSINFO: return abi->vdso->first_makes_calls;
    case AT_SYSINFO_EHDR: return abi->vdso->soname;
    case AT_DCACHEBSIZE: case AT_ICACHEBSIZE: case AT_UCACHEBSIZE: return abi->cache_block;
    default: return true;
    }
}

static unsigned make_aux(const struct process *p, const struct stack_content *c, uint64_t file_name, uint64_t platform, uint64_t random,
                         struct aux *out)
{
    const struct elf_image *image = c->image;
    const struct aux all[] = {
        { AT_DCACHEBSIZE, c->abi->cache_block },
        { AT_ICACHEBSIZE, c->abi->cache_block },
        { AT_UCACHEBSIZE, 0 },
        { AT_SYSINFO, p->vdso_code[0] },
        { AT_SYSINFO_EHDR, p->vdso },
        { AUX_MINIMUM_SIGNAL_STACK, c->abi->minimum_signal_stack },
        { AT_HWCAP,    c->abi->hardware_capabilities },
        { AT_PAGESZ,   PAGE_SIZE },
        { AT_CLKTCK,   sysconf(_SC_CLK_TCK) },
        { AT_PHDR,     image->phdr },
        { AT_PHENT,    image->phdr_size },
        { AT_PHNUM,    image->phdr_count },
        { AT_BASE,     c->interpreter_base },
        { AT_FLAGS,    0 },
        { AT_ENTRY,    image->entry },
        { AT_UID,      getuid() },
        { AT_EUID,     geteuid() },
        { AT_GID,      getgid() },
        { AT_EGID,     getegid() },
        { AT_SECURE,   getauxval(AT_SECURE) },
        { AT_RANDOM,   random },
        { AT_HWCAP2,   0 },
        { AT_EXECFN,   file_name },
        { AT_PLATFORM, platform },
    };
    _Static_assert(COUNT_OF(all) < MOST_AUX_ENTRIES, "room for the last, AT_NULL");
    unsigned count = 0;
    for (unsigned i = 0; i < COUNT_OF(all); i++)
        if (has_aux(c->abi, all[i].type))
            out[count++] = all[i];
    out[count++] = (struct aux){ AT_NULL, 0 };
    return count;
}

uint64_t stack_build(struct process *p, const struct stack_content *c, uint64_t bottom, uint64_t top)
{
    bool wide = c->abi->guest->elf_class == ELFCLASS64;
    struct stack s = { .bottom = bottom, .at = top, .word = wide ? 8 : 4, .big_endian = c->abi->guest->elf_data == ELFDATA2MSB };
    size_t argc = count_strings(c->argv), envc = count_strings(c->envp);

    take(&s, s.word); /* a null ends it all */
    uint64_t file_name = push_string(&s, c->file_name);
    p->environment_end = s.at;
    p->environment_start = p->arguments_end = push_strings(&s, c->envp, envc);
    p->arguments_start = push_strings(&s, c->argv, argc);

    uint8_t bytes[RANDOM_BYTES] = { 0 };
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != sizeof bytes)
        memset(bytes, 0x5a, sizeof bytes); /* only before the host has gathered any randomness */
    s.at = align_down(s.at, STACK_ALIGNMENT);
    uint64_t platform = c->abi->platform ? push_string(&s, c->abi->platform) : 0;
    uint64_t random = push_bytes(&s, bytes, sizeof bytes);

    struct aux aux[MOST_AUX_ENTRIES];
    unsigned aux_count = make_aux(p, c, file_name, platform, random, aux);
    uint64_t words = 1 + argc + 1 + envc + 1 + 2 * aux_count;
    take(&s, words * s.word + STACK_ALIGNMENT);
    if (s.full)
        return 0;
    uint64_t at = p->stack_start = align_up(s.at, STACK_ALIGNMENT);
    put_word(&s, &at, argc);
    put_pointers(&s, &at, p->arguments_start, argc);
    put_pointers(&s, &at, p->environment_start, envc);
    p->auxv_start = at;
    for (unsigned i = 0; i < aux_count; i++) {
        put_word(&s, &at, aux[i].type);
        put_word(&s, &at, aux[i].value);
    }
    p->auxv_end = at;
    return p->stack_start;
}
