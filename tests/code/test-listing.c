/* What is listed is what is emitted: the listings of random units, assembled by GNU as, are the bytes in the code buffer. */
#include <stdlib.h>

#include "host/x64/runtime.h"
#include "machine.h"
#include "random-unit.h"
#include "tap.h"

/* Labels are numbered anew in each unit; as wants them different. */
static void write_listing(FILE *out, const char *listing, unsigned unit)
{
    for (const char *at = listing; *at; at++) {
        fputc(*at, out);
        if (at[0] == 'L' && at > listing && at[-1] == '.')
            fprintf(out, "%u_", unit);
    }
}

static void write_landmarks(FILE *out, const struct machine *m)
{
    const struct x64_facts *facts = m->runtime.facts;
    fprintf(out, ".intel_syntax noprefix\n.text\nstart:\n");
    for (unsigned i = 0; i < RUNTIME_ENTRIES; i++)
        fprintf(out, ".set %s, start + (%td)\n", x64_runtime_names[i], (ptrdiff_t)facts->at[i].at - (ptrdiff_t)align_up(m->runtime_end, 64));
    for (unsigned i = 0; i < COUNT_OF(test_helpers); i++)
        fprintf(out, ".set %s, 0x%llx\n", test_helpers[i].name, (unsigned long long)(uintptr_t)test_helpers[i].function);
}

static void list_units(FILE *out, struct machine *m, unsigned count)
{
    struct arena arena = { 0 };
    for (unsigned i = 0; i < count; i++) {
        struct random r;
        struct ir_unit u;
        struct host_unit unit;
        char *listing;
        size_t size;
        seed_random(&r, i + 1);
        make_unit(&r, &arena, &u);
        m->config.listing = open_memstream(&listing, &size);
        if (!machine_translate(m, &u, &unit))
            die(99, "unit %u is not translated", i);
        fclose(m->config.listing);
        fprintf(out, ".balign 64, 0\n");
        write_listing(out, listing, i);
        free(listing);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static int run(const char *format, const char *directory)
{
    char command[600];
    snprintf(command, sizeof command, format, directory, directory);
    return system(command);
}

static void check_configuration(const char *name, uint32_t features)
{
    enum { UNITS = 200 };
    char directory[] = "/tmp/ferry-listing-XXXXXX", path[100];
    struct machine *m = machine_new(features);
    if (!mkdtemp(directory))
        die(99, "no directory for temporary files");
    snprintf(path, sizeof path, "%s/a.s", directory);
    FILE *out = fopen(path, "w");
    write_landmarks(out, m);
    list_units(out, m, UNITS);
    fclose(out);
    bool assembled = !run("as %s/a.s -o %s/a.o", directory) && !run("objcopy -O binary -j .text %s/a.o %s/a.bin", directory);
    tap_ok(assembled, "the listing can be assembled, %s", name);

    size_t start = align_up(m->runtime_end, 64), size = m->code.used - start;
    uint8_t *bytes = must_zalloc(size + 1);
    snprintf(path, sizeof path, "%s/a.bin", directory);
    FILE *in = assembled ? fopen(path, "r") : NULL;
    size_t got = in ? fread(bytes, 1, size + 1, in) : 0;
    size_t same = 0;
    while (same < size && same < got && bytes[same] == m->code.exec[start + same])
        same++;
    if (!tap_ok(same == size, "the bytes are what as makes of the listing, %s", name))
        printf("# the first difference is at byte 0x%zx of %s\n", same, path);
    else if (run("rm -r %s", directory))
        printf("# %s stays\n", directory);
    if (in)
        fclose(in);
    free(bytes);
}

int main(void)
{
    check_configuration("all features", UINT32_MAX);
    check_configuration("no features", 0);
    return tap_done();
}
