/* Golden tests of IR text and passes. A file holds cases:
 *
 *     === NAME [PASS]
 *     input unit
 *     --- PASS
 *     expected output
 *
 * PASS is a pass of opt.h, `all`, `print` (parse and print again) or `reject` (the output is the parser's message). Printed
 * units are parsed and printed once more and must not change. `test-ir --bless FILE...` rewrites the expectations. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "artificial.h"
#include "opt/opt.h"
#include "tap.h"

struct text { char *at; size_t size; };

static struct text read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        die(1, "cannot open %s", path);
    struct text text = { 0 };
    size_t got;
    do {
        text.at = must_realloc(text.at, text.size + 65537);
        got = fread(text.at + text.size, 1, 65536, file);
        text.size += got;
    } while (got);
    text.at[text.size] = 0;
    fclose(file);
    return text;
}

static char *printed(const struct ir_unit *u)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ir_print(u, out);
    fclose(out);
    return text;
}

static bool run_pass(const char *name, struct ir_unit *u)
{
    if (!strcmp(name, "print"))
        return true;
    if (!strcmp(name, "all")) {
        opt_run(u);
        return true;
    }
    for (const struct opt_pass *pass = opt_passes; pass->name; pass++)
        if (!strcmp(pass->name, name)) {
            pass->run(u);
            return true;
        }
    return false;
}

static bool parse(struct ir_unit *u, struct arena *arena, const char *text, struct ir_parse_error *error)
{
    return ir_parse(u, arena, &artificial_layout, artificial_helpers, COUNT_OF(artificial_helpers), text, error);
}

static char *message_text(const char *format, unsigned line, const char *message)
{
    char *text = NULL;
    if (asprintf(&text, format, line, message) < 0)
        die(1, "no memory");
    return text;
}

/* What `input` becomes, to be freed; or the reason it does not. */
static char *output_of(const char *input, const char *pass)
{
    struct arena arena = { 0 };
    struct ir_unit u, again;
    struct ir_parse_error error;
    char message[160], *text;
    if (!parse(&u, &arena, input, &error)) {
        text = message_text("line %u: %s\n", error.line, error.message);
    } else if (!run_pass(pass, &u)) {
        text = message_text("case %u: no such pass: %s\n", 0, pass);
    } else if (!ir_verify(&u, message, sizeof message)) {
        text = message_text("after the pass %u: %s\n", 0, message);
    } else {
        text = printed(&u);
        if (!parse(&again, &arena, text, &error)) {
            free(text);
            text = message_text("its own text: line %u: %s\n", error.line, error.message);
        } else {
            char *twice = printed(&again);
            if (strcmp(text, twice)) {
                free(text);
                text = message_text("%u: printed again it is another text:\n%s", 0, twice);
            }
            free(twice);
        }
    }
    arena_free(&arena);
    return text;
}

/* The line at `at` without its end, cut off in place; moves on to the next line. */
static char *take_line(char **at)
{
    char *line = *at;
    *at += strcspn(line, "\n");
    if (**at)
        *(*at)++ = 0;
    return line;
}

/* Cuts the text before the next line that begins with `mark` (or the end) and moves there. */
static char *take_until(char **at, const char *mark, char *hole)
{
    char *text = *at, *p = text;
    while (*p && strncmp(p, mark, strlen(mark)))
        p += strcspn(p, "\n") + (p[strcspn(p, "\n")] != 0);
    *hole = *p;
    *at = p;
    return text;
}

static void run_case(char *name, const char *input, const char *pass, const char *expected, FILE *bless)
{
    char *output = output_of(input, pass);
    if (bless)
        fprintf(bless, "=== %s\n%s--- %s\n%s\n", name, input, pass, output);
    else if (!tap_ok(!strcmp(output, expected), "%s [%s]", name, pass))
        printf("# expected:\n%s# got:\n%s", expected, output);
    free(output);
}

static char *without_blank_end(char *text)
{
    size_t size = strlen(text);
    while (size > 1 && text[size - 1] == '\n' && text[size - 2] == '\n')
        text[--size] = 0;
    return text;
}

static void run_file(const char *path, bool bless)
{
    struct text text = read_file(path);
    FILE *out = bless ? fopen(path, "w") : NULL;
    char *at = text.at, hole;
    char *head = take_until(&at, "===", &hole);
    if (out)
        fprintf(out, "%.*s", (int)(at - head), head);
    while (*at) {
        char *name = strdup(take_line(&at) + 4);
        char *input = take_until(&at, "---", &hole);
        char *pass = NULL;
        char *input_end = at;
        if (*at)
            pass = strdup(take_line(&at) + 4);
        *input_end = 0;
        char *expected = take_until(&at, "===", &hole);
        *at = 0;
        if (pass)
            run_case(name, input, pass, without_blank_end(expected), out);
        else
            tap_ok(false, "%s: case without ---", name);
        *at = hole;
        free(name);
        free(pass);
    }
    if (out)
        fclose(out);
    free(text.at);
}

int main(int argc, char **argv)
{
    bool bless = argc > 1 && !strcmp(argv[1], "--bless");
    for (int i = 1 + bless; i < argc; i++)
        run_file(argv[i], bless);
    return bless ? 0 : tap_done();
}
