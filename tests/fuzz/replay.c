/* Runs a fuzz target, linked with this, over all files of a corpus folder, in the order of their names: what a fuzzer found once is
 * an ordinary test ever after. */
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/base.h"
#include "tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        tap_ok(false, "%s cannot be opened", name);
        return;
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = must_alloc(size + 1);
    size = fread(data, 1, size, file);
    fclose(file);
    fflush(stdout);
    tap_ok(LLVMFuzzerTestOneInput(data, size) == 0, "%s", name);
    free(data);
}

static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count = argc == 2 ? scandir(argv[1], &entries, visible, alphasort) : -1;
    tap_ok(count > 0, "the corpus folder has files");
    for (int i = 0; i < count; i++) {
        replay(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return tap_done();
}
