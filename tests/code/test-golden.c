/* Golden tests of emitted code. A file holds cases:
 *
 *     === NAME [SWITCH...]
 *     input unit, or GUEST and its instructions, one a line: bytes as a hexadecimal number as the guest has them, and anything;
 *     or those of a loop with a line NAME: before each that begins a block
 *     --- N instructions
 *     expected listing
 *
 * SWITCH: -FEATURE, no-homes, no-returns (return prediction), no-indirect (cache); for guests also eager (the guest's eager mode) and overwritten
 * (where the ways out lead to, all fleeting slots are overwritten). All CPU features are taken to be there.
 * `test-golden --bless FILE...` rewrites the expectations: read the difference. */
#include <elf.h>
#include <stdlib.h>

#include "engine/private.h"
#include "machine.h"
#include "guest/guest.h"
#include "opt/opt.h"
#include "tap.h"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file || fseek(file, 0, SEEK_END))
        die(1, "cannot read %s", path);
    size_t size = (size_t)ftell(file);
    char *text = must_zalloc(size + 1);
    rewind(file);
    if (fread(text, 1, size, file) != size)
        die(1, "cannot read %s", path);
    fclose(file);
    return text;
}

static uint32_t feature_bit(const char *name, size_t length)
{
    for (unsigned i = 0; host_x64.feature_names[i]; i++)
        if (strlen(host_x64.feature_names[i]) == length && !strncmp(host_x64.feature_names[i], name, length))
            return 1u << i;
    die(1, "no such feature: %.*s", (int)length, name);
}

/* What of a case is not the host's. */
struct lifting {
    bool eager, overwritten;
};

static void apply_switches(struct host_config *config, struct lifting *lifting, const char *name)
{
    const char *open = strchr(name, '[');
    for (const char *at = open ? open + 1 : ""; *at && *at != ']';) {
        size_t length = strcspn(at, " ]");
        if (*at == '-')
            config->features &= ~feature_bit(at + 1, length - 1);
        else if (!strncmp(at, "no-homes", length))
            config->homes = false;
        else if (!strncmp(at, "no-returns", length))
            config->return_prediction = false;
        else if (!strncmp(at, "no-indirect", length))
            config->indirect_cache = false;
        else if (!strncmp(at, "eager", length))
            lifting->eager = true;
        else if (!strncmp(at, "overwritten", length))
            lifting->overwritten = true;
        else
            die(1, "no such switch in: %s", name);
        at += length + (at[length] == ' ');
    }
}

static unsigned count_instructions(const char *listing)
{
    unsigned count = 0;
    for (const char *at = listing; *at; at = strchr(at, '\n') + 1)
        count += *at == '\t' && at[1] != '.';
    return count;
}

static const struct guest *guest_named(const char *input)
{
    for (const struct guest *const *g = guests; *g; g++)
        if (!strncmp(input, (*g)->name, strlen((*g)->name)) && input[strlen((*g)->name)] == '\n')
            return *g;
    return NULL;
}

enum { LONGEST_INSN = 15 };

/* The bytes of an instruction: as a number, or, where instructions have any length, as they lie in memory. */
static unsigned read_bytes(const struct guest *guest, const char *line, uint8_t *bytes)
{
    unsigned in_order = 0;
    while (guest->layout->code_alignment == 1 && in_order < LONGEST_INSN && sscanf(line + 2 * in_order, "%2hhx", &bytes[in_order]) == 1)
        in_order++;
    if (in_order)
        return in_order;
    char *end;
    unsigned long number = strtoul(line, &end, 16), length = (unsigned long)(end - line) / 2;
    for (unsigned i = 0; i < length; i++)
        bytes[i] = (uint8_t)(number >> 8 * (guest->elf_data == ELFDATA2MSB ? length - 1 - i : i));
    return (unsigned)length;
}

/* The block of those instructions, translated with all passes. */
static bool lift(const struct guest *guest, const struct lifting *how, const char *input, struct ir_unit *u, struct arena *arena)
{
    uint64_t pc = 0x1000;
    uint32_t mode = how->eager ? guest->eager_mode : 0;
    bool ended = false;
    ir_unit_init(u, arena, guest->layout, pc);
    ir_begin_block(u);
    for (const char *line = strchr(input, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        struct insn *insn = arena_alloc(arena, guest->insn_size);
        uint8_t bytes[LONGEST_INSN];
        unsigned length = guest->decode(bytes, read_bytes(guest, line, bytes), pc, mode, insn);
        if (!length || ended)
            return false;
        guest->lift(u, insn);
        ended = insn->ends_block;
        pc += length;
    }
    if (!ended)
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_leaving(u, pc, 0) });
    for (uint32_t i = 0; i < u->edge_count && how->overwritten; i++)
        u->edge[i].overwritten = UINT32_MAX;
    opt_run(u);
    return true;
}

/* ---- loops -------------------------------------------------------------------------------------------------------------------------- */

enum { LOOP = 0x100000, LOOP_SIZE = 4096 };

static size_t code_window(struct thread *t, uint64_t pc)
{
    (void)t;
    return pc >= LOOP && pc < LOOP + LOOP_SIZE ? LOOP + LOOP_SIZE - pc : 0;
}

static const struct environment environment = { .code_window = code_window };

static struct engine *make_engine(const struct guest *guest, const struct host_config *config)
{
    static void *memory;
    if (!memory)
        memory = mmap((void *)LOOP, LOOP_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory == MAP_FAILED)
        die(1, "no memory at 0x%x", LOOP);
    memset(memory, 0, LOOP_SIZE);
    struct engine_config e = { .guest = guest, .host = &host_x64, .environment = &environment, .tier = TIER_BLOCK, .chain = true, .optimise = true,
                               .lazy_flags = true, .regions = true, .cache_size = 1 << 20, .longest_block = MAX_BLOCK_INSNS, .host_config = *config };
    e.host_config.listing = NULL;
    return engine_new(&e);
}

/* The region that the engine forms of those blocks, entered at the first, with all passes. NULL: there is no loop. */
static struct ir_unit *lift_loop(const struct guest *guest, const struct host_config *config, const char *input, struct arena *arena)
{
    struct engine *e = make_engine(guest, config);
    struct thread *t = engine_thread_new(e, NULL);
    uint64_t starts[MAX_REGION_BLOCKS], pc = LOOP;
    unsigned count = 0;
    for (const char *line = strchr(input, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        uint8_t bytes[LONGEST_INSN];
        if (strchr(line, '\n')[-1] == ':') {
            if (count == COUNT_OF(starts))
                return NULL;
            starts[count++] = pc;
            continue;
        }
        struct insn *insn = arena_alloc(arena, guest->insn_size);
        unsigned length = guest->decode(bytes, read_bytes(guest, line, bytes), pc, 0, insn);
        memcpy((void *)(uintptr_t)pc, bytes, length);
        pc += length;
    }
    for (unsigned i = 0; i < count; i++)
        if (!discover_block(t, starts[i], 0))
            return NULL;
    struct region region;
    return form_loop(e, map_find(e, starts[0], 0), &region) ? translate_to_ir(e, &region, true, arena) : NULL;
}

/* ---- cases -------------------------------------------------------------------------------------------------------------------------- */

static bool is_loop(const char *input) { return strstr(input, ":\n"); }

/* "N instructions" and the listing, to be freed. */
static char *output_of(struct machine *m, const char *name, const char *input)
{
    struct arena arena = { 0 };
    struct ir_unit block, *u = &block;
    struct ir_parse_error error = { 0 };
    struct host_unit unit;
    const struct guest *guest = guest_named(input);
    struct lifting lifting = { 0 };
    char *listing = NULL, *text = NULL;
    size_t size = 0;
    m->config = (struct host_config){ .features = UINT32_MAX, .homes = true, .indirect_cache = true, .return_prediction = true,
                                      .layout = guest ? guest->layout : &test_layout };
    apply_switches(&m->config, &lifting, name);
    machine_make_runtime(m);
    m->config.listing = open_memstream(&listing, &size);
    if (guest && is_loop(input))
        u = lift_loop(guest, &m->config, input, &arena);
    bool parsed = !guest           ? ir_parse(u, &arena, &test_layout, test_helpers, COUNT_OF(test_helpers), input, &error)
                  : is_loop(input) ? u != NULL
                                   : lift(guest, &lifting, input, u, &arena);
    bool translated = parsed && machine_translate(m, u, &unit);
    fclose(m->config.listing);
    int made = !parsed     ? asprintf(&text, "line %u: %s\n", error.line, error.message)
             : !translated ? asprintf(&text, "not translated\n")
                           : asprintf(&text, "--- %u instructions\n%s", count_instructions(listing), listing);
    if (made < 0)
        die(1, "no memory");
    free(listing);
    arena_free(&arena);
    return text;
}

/* The end of the case that starts at `at`: the next one, or the end of the text. */
static char *case_end(char *at)
{
    char *next = strstr(at, "\n===");
    return next ? next + 1 : at + strlen(at);
}

static char *copy_between(const char *from, const char *to)
{
    char *copy = must_alloc((size_t)(to - from) + 1);
    memcpy(copy, from, (size_t)(to - from));
    copy[to - from] = 0;
    return copy;
}

/* Text without the blank lines at its end. */
static void trim(char *text)
{
    size_t length = strlen(text);
    while (length > 1 && text[length - 1] == '\n' && text[length - 2] == '\n')
        text[--length] = 0;
}

static void run_case(struct machine *m, char *at, char *end, FILE *blessed)
{
    char *line_end = strchr(at, '\n');
    char *expectation = strstr(at, "\n---");
    if (!expectation || expectation > end)
        expectation = end - 1;
    char *name = copy_between(at + 4, line_end), *input = copy_between(line_end + 1, expectation + 1);
    char *want = copy_between(expectation + 1, end);
    trim(want);
    trim(input);
    char *got = output_of(m, name, input);
    if (blessed)
        fprintf(blessed, "=== %s\n%s%s\n", name, input, got);
    else if (!tap_ok(!strcmp(got, want), "%s", name))
        printf("# now:\n%s", got);
    free(name);
    free(input);
    free(want);
    free(got);
}

static void run_file(struct machine *m, const char *path, bool bless)
{
    char *text = read_file(path), *first = strstr(text, "===");
    char *blessed_text = NULL;
    size_t size = 0;
    FILE *blessed = bless ? open_memstream(&blessed_text, &size) : NULL;
    if (!first)
        die(1, "no cases in %s", path);
    if (blessed)
        fwrite(text, 1, (size_t)(first - text), blessed);
    for (char *at = first, *end; *at; at = end) {
        end = case_end(at);
        run_case(m, at, end, blessed);
    }
    if (blessed) {
        fclose(blessed);
        trim(blessed_text);
        FILE *out = fopen(path, "w");
        if (!out || fputs(blessed_text, out) < 0 || fclose(out))
            die(1, "cannot write %s", path);
        free(blessed_text);
    }
    free(text);
}

int main(int argc, char **argv)
{
    bool bless = argc > 1 && !strcmp(argv[1], "--bless");
    struct machine *m = machine_new(UINT32_MAX);
    for (int i = 1 + bless; i < argc; i++)
        run_file(m, argv[i], bless);
    return bless ? 0 : tap_done();
}
