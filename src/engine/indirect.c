/* The indirect-branch cache, one a thread: direct mapped, probed by translated code in place. Big enough for the code of large
 * programs, and costs only the pages it uses: memory of zeroes is empty lines, since SPC 0 belongs in line 0 alone. */
#include "engine/private.h"

#include <sys/mman.h>

enum { SIZE = INDIRECT_LINES * sizeof(struct indirect_line) };

struct indirect_line *indirect_new(void)
{
    struct indirect_line *lines = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (lines == MAP_FAILED)
        die(126, "cannot reserve an indirect-branch cache: raise 'ulimit -v'");
    lines[0].spc = NO_SPC;
    return lines;
}

void indirect_clear(struct indirect_line *lines)
{
    madvise(lines, SIZE, MADV_DONTNEED);
    lines[0].spc = NO_SPC;
}

void indirect_free(struct indirect_line *lines) { munmap(lines, SIZE); }

struct indirect_line *indirect_line(const struct thread *t, uint64_t spc)
{
    unsigned alignment = t->engine->config.guest->layout->code_alignment;
    return &t->private->lines[spc / alignment % INDIRECT_LINES];
}
