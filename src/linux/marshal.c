#include "linux/marshal.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ARGUMENTS = 6, WORD_BITS = 32 };

/* A structure argument on its way. */
struct passage {
    const struct structure *structure;
    uint64_t address;        /* the guest's */
    uint8_t *host;           /* `count` of them as on the host */
    size_t count;
    bool out, by_result, if_interrupted, even_interrupted;
};

struct marshal {
    const struct call_abi *abi;
    const uint64_t *registers;
    unsigned next_register;
    uint64_t argument[MOST_ARGUMENTS];
    unsigned argument_count;
    struct passage passage[MOST_ARGUMENTS];
    unsigned passage_count;
    uint8_t memory[4096];    /* for small structures; larger ones are malloc's */
    size_t used;
    void *large[MOST_ARGUMENTS];
    unsigned large_count;
};

static bool is_word(const char *word, size_t length, const char *name) { return *name == *word && !strncmp(word, name, length) && !name[length]; }

static const struct flag *flags_named(const struct call_abi *abi, const char *word, size_t length)
{
    for (const struct flag_map *m = abi->flag_maps; m && m->word; m++)
        if (is_word(word, length, m->word))
            return m->flags;
    return NULL;
}

uint64_t flags_from_guest(const struct call_abi *abi, const char *word, uint64_t flags)
{
    return map_flags(flags_named(abi, word, strlen(word)), flags, true);
}

uint64_t flags_to_guest(const struct call_abi *abi, const char *word, uint64_t flags)
{
    return map_flags(flags_named(abi, word, strlen(word)), flags, false);
}

const struct structure *structure_named(const struct call_abi *abi, const char *name, size_t length)
{
    for (const struct named_structure *s = abi->named_structures; s->name; s++)
        if (is_word(name, length, s->name))
            return &s->structure;
    BUG("no structure %.*s", (int)length, name);
}

bool read_structure(const struct task *task, const char *name, uint64_t address, void *host)
{
    const struct structure *s = structure_named(abi_of(task), name, strlen(name));
    uint8_t raw[LARGEST_STRUCTURE];
    if (!guest_read(raw, address, s->guest_size))
        return false;
    convert_from_guest(abi_of(task), s, raw, host);
    return true;
}

bool write_structure(const struct task *task, const char *name, uint64_t address, const void *host)
{
    const struct structure *s = structure_named(abi_of(task), name, strlen(name));
    uint8_t raw[LARGEST_STRUCTURE];
    convert_to_guest(abi_of(task), s, host, raw);
    return guest_write(address, raw, s->guest_size);
}

static uint64_t next_register(struct marshal *m) { return m->registers[m->next_register++]; }

static uint64_t next_pair(struct marshal *m)
{
    m->next_register += m->next_register & 1;
    uint64_t first = next_register(m), second = next_register(m);
    return m->abi->big_endian ? first << 32 | second : second << 32 | first;
}

/* Zeroed; NULL: no memory. */
static uint8_t *scratch(struct marshal *m, size_t size)
{
    enum { ALIGNMENT = 16 };
    size = align_up(size, ALIGNMENT);
    if (size <= sizeof m->memory - m->used) {
        uint8_t *memory = m->memory + m->used;
        m->used += size;
        return memset(memory, 0, size);
    }
    return m->large[m->large_count++] = calloc(1, size);
}

static bool copy_in(const struct marshal *m, const struct passage *p)
{
    uint8_t raw[LARGEST_STRUCTURE];
    for (size_t i = 0; i < p->count; i++) {
        if (!guest_read(raw, p->address + i * p->structure->guest_size, p->structure->guest_size))
            return false;
        convert_from_guest(m->abi, p->structure, raw, p->host + i * p->structure->host_size);
    }
    return true;
}

static bool copy_out(const struct marshal *m, const struct passage *p, size_t count)
{
    uint8_t raw[LARGEST_STRUCTURE];
    for (size_t i = 0; i < count; i++) {
        convert_to_guest(m->abi, p->structure, p->host + i * p->structure->host_size, raw);
        if (!guest_write(p->address + i * p->structure->guest_size, raw, p->structure->guest_size))
            return false;
    }
    return true;
}

/* [N], [=N], [Nb], [Nc]. */
static size_t count_of(const struct marshal *m, const char *text)
{
    enum { MOST = 1 << 20 };
    if (*text != '[')
        return 1;
    if (text[1] == '=')
        return strtoul(text + 2, NULL, 10);
    uint64_t count = m->registers[text[1] - '0'];
    if (text[2] == 'b')
        count = (count + WORD_BITS - 1) / WORD_BITS;
    else if (text[2] == 'c')
        count /= WORD_BITS / 8;
    return count < MOST ? count : MOST;
}

/* The address of what the guest's address stands for; *error: it is a bad one. */
static uint64_t pass_structure(struct marshal *m, const char *word, size_t length, int64_t *error)
{
    uint64_t address = next_register(m);
    bool in = *word == '<', out = word[in] == '>';
    const char *name = word + in + out;
    size_t name_length = strcspn(name, "[!+* ");
    if (!address)
        return 0;
    struct passage *p = &m->passage[m->passage_count++];
    *p = (struct passage){ structure_named(m->abi, name, name_length), address, NULL, count_of(m, name + name_length), out,
                           .by_result = word[length - 1] == '+', .if_interrupted = word[length - 1] == '!',
                           .even_interrupted = word[length - 1] == '*' };
    p->host = scratch(m, p->count * p->structure->host_size + sizeof(uint64_t)); /* sets of bits are read by eight bytes */
    if (!p->host)
        *error = -ENOMEM;
    else if (in && !copy_in(m, p))
        *error = -EFAULT;
    return (uint64_t)p->host;
}

static uint64_t pass(struct marshal *m, const char *word, size_t length, int64_t *error)
{
    if (*word == '<' || *word == '>')
        return pass_structure(m, word, length, error);
    if (is_word(word, length, "0"))
        return 0;
    if (is_word(word, length, "pair"))
        return next_pair(m);
    uint64_t value = next_register(m);
    if (is_word(word, length, "lohi"))
        return value | next_register(m) << 32;
    if (is_word(word, length, "int") || is_word(word, length, "fd") || is_word(word, length, "dirfd") || is_word(word, length, "long"))
        return (uint64_t)sign_extend(32, value);
    if (is_word(word, length, "id16"))
        return (uint16_t)value == UINT16_MAX ? UINT64_MAX : (uint16_t)value;
    const struct flag *flags = flags_named(m->abi, word, length);
    return flags ? map_flags(flags, value, true) : value;
}

static int64_t bring_back(const struct marshal *m, int64_t result)
{
    for (unsigned i = 0; i < m->passage_count; i++) {
        const struct passage *p = &m->passage[i];
        bool due = p->out && (p->if_interrupted ? result == -EINTR : result >= 0 || (p->even_interrupted && result == -EINTR));
        size_t count = p->by_result && (uint64_t)result < p->count ? (size_t)result : p->count;
        if (due && !copy_out(m, p, count))
            return -EFAULT;
    }
    return result;
}

int64_t marshal_call(struct task *task, const struct system_call *call, const uint64_t *registers,
                     int64_t (*perform)(struct task *, const struct system_call *, const uint64_t *))
{
    struct marshal m;
    int64_t result = 0;
    m.abi = task->process->abi->calls;
    m.registers = registers;
    m.next_register = m.argument_count = m.passage_count = m.large_count = 0;
    m.used = 0;
    for (const char *word = call->arguments; *word && *word != '=' && !result;) {
        size_t length = strcspn(word, " ");
        m.argument[m.argument_count++] = pass(&m, word, length, &result);
        word += length + (word[length] == ' ');
    }
    while (m.argument_count < MOST_ARGUMENTS)
        m.argument[m.argument_count++] = 0;
    if (!result)
        result = bring_back(&m, perform(task, call, m.argument));
    for (unsigned i = 0; i < m.large_count; i++)
        free(m.large[i]);
    return result;
}
