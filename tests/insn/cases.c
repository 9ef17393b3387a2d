/* cases GUEST [--covers] FILE...: instruction tests from case files (see README.md for their form), every case through every runner. With
 * --covers, every operation of the guest must have a case in one of the files. */
#include <elf.h>
#include <errno.h>
#include <fenv.h>
#include <stdlib.h>
#include <string.h>

#include "ir/float.h"
#include "runner.h"
#include "tap.h"

enum { DATA_SIZE = 256, MAX_OPS = 1024 };

/* What a case sets and expects. */
struct state {
    struct context context;
    uint8_t data[DATA_SIZE];
    uint32_t fflags;
};

struct file {
    const struct subject *subject;
    uint8_t *data;         /* the guest's memory; @N is data + N */
    uint8_t *code;
    const char *name;
    unsigned line;
    unsigned cases, failures;
    char text[80];         /* the current instruction */
    size_t length;         /* its bytes in `code` */
    bool covered[MAX_OPS];
};

NORETURN static void bad(const struct file *f, const char *what)
{
    die(1, "%s:%u: %s", f->name, f->line, what);
}

/* A number: decimal, 0x..., @N (address in the data), +N (after the instruction's address), s:1.5 (boxed single), d:1.5. */
static uint64_t parse_value(const struct file *f, const char *word)
{
    char *end;
    uint64_t value;
    errno = 0;
    if (word[0] == '@')
        value = (uintptr_t)f->data + strtoull(word + 1, &end, 0);
    else if (word[0] == '+')
        value = (uintptr_t)f->code + strtoull(word + 1, &end, 0);
    else if (!strncmp(word, "s:", 2))
        value = bits_of32(strtof(word + 2, &end)) | UINT64_C(0xffffffff00000000);
    else if (!strncmp(word, "d:", 2))
        value = bits_of64(strtod(word + 2, &end));
    else if (word[0] == '-')
        value = (uint64_t)strtoll(word, &end, 0);
    else
        value = strtoull(word, &end, 0);
    feclearexcept(FE_ALL_EXCEPT);
    if (*end || end == word)
        bad(f, "not a value");
    return value;
}

static unsigned parse_event(const struct file *f, const char *word)
{
    static const char *const names[] = { [EVENT_SYSCALL] = "syscall", [EVENT_BREAKPOINT] = "breakpoint", [EVENT_ILLEGAL] = "illegal",
                                         [EVENT_CODE_SYNC] = "code_sync", [EVENT_MISALIGNED] = "misaligned" };
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (names[i] && !strcmp(names[i], word))
            return i;
    bad(f, "no such event");
}

/* One NAME=VALUE into `state`. */
static void apply(const struct file *f, struct state *state, char *word)
{
    char *equals = strchr(word, '=');
    if (!equals)
        bad(f, "expected NAME=VALUE");
    *equals = 0;
    const char *value = equals + 1;
    if (!strcmp(word, "event")) {
        state->context.event = parse_event(f, value);
        return;
    }
    uint64_t number = parse_value(f, value);
    if (f->subject->set_named && f->subject->set_named(&state->context, word, number))
        return;
    if (!strcmp(word, "pc")) {
        state->context.pc = number;
        return;
    }
    if (!strcmp(word, "fflags")) {
        state->fflags = (uint32_t)number;
        return;
    }
    if (word[0] == 'm' && word[1] >= '0' && word[1] <= '9') {
        size_t at = strtoul(word + 1, NULL, 10);
        if (at + 8 > DATA_SIZE)
            bad(f, "no such memory");
        if (f->subject->guest->elf_data == ELFDATA2MSB)
            number = __builtin_bswap64(number);
        memcpy(state->data + at, &number, 8);
        return;
    }
    const struct layout *layout = f->subject->guest->layout;
    for (unsigned i = 0; i < layout->slot_count; i++) {
        if (layout->slots[i].name && !strcmp(layout->slots[i].name, word)) {
            state->context.slot[i] = low_bits(type_bits(layout->slots[i].type), number);
            return;
        }
    }
    bad(f, "no such register");
}

/* What of the floating-point state is in slots. */
static void put_float_state(const struct subject *subject, struct context *c, uint32_t fflags)
{
    subject->write_float_state(c, (subject->read_float_state(c) & ~subject->float_flags) | fflags);
}

static void compare(struct file *f, const struct runner *r, const char *text, const struct state *expected, struct context *c)
{
    const struct subject *subject = f->subject;
    const struct layout *layout = subject->guest->layout;
    f->cases++;
    unsigned failures = f->failures;
    uint32_t fflags = subject->read_float_state(c) & subject->float_flags;
    struct context wanted = expected->context;
    put_float_state(subject, &wanted, expected->fflags);
    put_float_state(subject, c, fflags);
    if (subject->normalise)
        subject->normalise(c);
    for (unsigned i = 0; i < layout->slot_count; i++) {
        if (layout->slots[i].name && c->slot[i] != wanted.slot[i]) {
            printf("# %s:%u: %s: %s: %s: %s is %#llx, not %#llx\n", f->name, f->line, r->name, f->text, text, layout->slots[i].name,
                   (unsigned long long)c->slot[i], (unsigned long long)wanted.slot[i]);
            f->failures = failures + 1;
        }
    }
    if (c->pc != expected->context.pc || c->event != expected->context.event || fflags != expected->fflags) {
        printf("# %s:%u: %s: %s: %s: pc+%lld event %u fflags %u, not pc+%lld event %u fflags %u\n", f->name, f->line, r->name, f->text, text,
               (long long)(c->pc - (uintptr_t)f->code), c->event, fflags, (long long)(expected->context.pc - (uintptr_t)f->code),
               expected->context.event, expected->fflags);
        f->failures = failures + 1;
    }
    if (memcmp(f->data, expected->data, DATA_SIZE)) {
        printf("# %s:%u: %s: %s: %s: memory differs\n", f->name, f->line, r->name, f->text, text);
        f->failures = failures + 1;
    }
}

/* INPUTS => OUTPUTS; what is not mentioned stays as it was. */
static void run_case(struct file *f, char *line)
{
    char text[200];
    snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
    struct state before = { .fflags = 0 }, after;
    bool outputs = false;
    fesetenv(FE_DFL_ENV);
    f->subject->guest->reset(&before.context);
    if (f->subject->normalise)
        f->subject->normalise(&before.context);
    before.fflags = f->subject->read_float_state(&before.context) & f->subject->float_flags;
    before.context.pc = (uintptr_t)f->code;
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
        if (!strcmp(word, "=>")) {
            outputs = true;
            after = before;
            after.context.pc = (uintptr_t)f->code + f->length;
            continue;
        }
        apply(f, outputs ? &after : &before, word);
    }
    if (!outputs)
        bad(f, "no =>");
    for (const struct runner *r = runners; r->name; r++) {
        struct context c = before.context;
        memcpy(f->data, before.data, DATA_SIZE);
        fesetenv(FE_DFL_ENV);
        put_float_state(f->subject, &c, before.fflags);
        r->run(f->subject->guest, &c, f->code, f->length);
        compare(f, r, text, &after, &c);
    }
    fesetenv(FE_DFL_ENV);
}

/* ENCODING TEXT; the decoder must agree. */
static void begin_instruction(struct file *f, char *line)
{
    static _Alignas(8) uint8_t insn[64];
    const struct guest *guest = f->subject->guest;
    char *text;
    uint32_t word = (uint32_t)strtoul(line, &text, 16);
    text += strspn(text, " ");
    for (size_t end = strlen(text); end && (text[end - 1] == ' ' || text[end - 1] == '\n'); end--)
        text[end - 1] = 0;
    subject_put_insn(f->subject, f->code, word);
    f->length = guest->decode(f->code, 4, (uintptr_t)f->code, 0, (struct insn *)insn);
    f->covered[((struct insn *)insn)->op] = true;
    guest->disassemble((struct insn *)insn, f->text, sizeof(f->text));
    for (char *tab = f->text; (tab = strchr(tab, '\t')); )
        *tab = ' ';
    f->cases++;
    /* A jump's target, written .+N or .-N, depends on where the code is. */
    const char *target = strstr(text, ".+") ? strstr(text, ".+") : strstr(text, ".-");
    if (target ? strncmp(text, f->text, (size_t)(target - text)) : strcmp(text, f->text)) {
        printf("# %s:%u: %08x is \"%s\"\n", f->name, f->line, word, f->text);
        f->failures++;
    }
}

static void run_file(struct file *f)
{
    FILE *in = fopen(f->name, "r");
    char line[400];
    if (!in)
        die(1, "cannot open %s", f->name);
    for (f->line = 1; fgets(line, sizeof(line), in); f->line++) {
        line[strcspn(line, "#")] = 0;
        if (line[strspn(line, " \n")] == 0)
            continue;
        if (line[0] == ' ')
            run_case(f, line);
        else
            begin_instruction(f, line);
    }
    fclose(in);
    tap_ok(f->cases && !f->failures, "%s: %u checks", strrchr(f->name, '/') ? strrchr(f->name, '/') + 1 : f->name, f->cases);
}

int main(int argc, char **argv)
{
    static struct file f;
    f.subject = subject_named(argc > 1 ? argv[1] : NULL);
    f.data = low_memory(DATA_SIZE);
    f.code = low_memory(8);
    const struct guest *guest = f.subject->guest;
    bool covers = argc > 2 && !strcmp(argv[2], "--covers");
    for (int i = 2 + covers; i < argc; i++) {
        f.name = argv[i];
        f.cases = f.failures = 0;
        run_file(&f);
    }
    for (unsigned op = 0; covers && op < guest->op_count; op++)
        if (!f.covered[op])
            tap_ok(false, "%s has a case", guest->op_name(op));
    return tap_done();
}
