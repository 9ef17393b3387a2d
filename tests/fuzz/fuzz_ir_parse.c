/* Any text: the parser takes it or refuses it; what it takes can be printed, read again, and put through all passes. */
#include <stdlib.h>
#include <string.h>

#include "../ir/artificial.h"
#include "opt/opt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool parse(struct ir_unit *u, struct arena *arena, const char *text)
{
    struct ir_parse_error error;
    return ir_parse(u, arena, &artificial_layout, artificial_helpers, COUNT_OF(artificial_helpers), text, &error);
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

static void check(struct ir_unit *u)
{
    struct arena arena = { 0 };
    struct ir_unit again;
    char *text = printed(u);
    if (!parse(&again, &arena, text))
        BUG("printed text is refused");
    char *twice = printed(&again);
    if (strcmp(text, twice))
        BUG("printed text changes");
    opt_run(u);
    char message[160];
    if (!ir_verify(u, message, sizeof message))
        BUG("after the passes: %s", message);
    free(twice);
    free(text);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct ir_unit u;
    char *text = must_alloc(size + 1);
    memcpy(text, data, size);
    text[size] = 0;
    if (parse(&u, &arena, text))
        check(&u);
    free(text);
    arena_free(&arena);
    return 0;
}
