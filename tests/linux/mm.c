/* The map of guest memory against what Linux would answer. */
#include "linux/interval.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

enum { P = PAGE_SIZE, RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };
static const uint64_t lowest = 0x10000, highest = 0x500000000000, somewhere = 0x200000000000;

/* What on_change was told since it was cleared. */
struct changes {
    unsigned count;
    uint64_t start, end;
};

static void note_change(void *changes, uint64_t start, uint64_t end)
{
    struct changes *c = changes;
    c->count++;
    c->start = start;
    c->end = end;
}

static bool changed(struct changes *c, uint64_t start, uint64_t end)
{
    bool right = c->count == 1 && c->start == start && c->end == end;
    c->count = 0;
    return right;
}

static int64_t map_at(struct mm *mm, uint64_t address, uint64_t count, int protection)
{
    return mm_map(mm, address, count * P, protection, ANON | MAP_FIXED_NOREPLACE, -1, 0, NULL);
}

static void append_mapping(void *text, const struct mapping *m)
{
    char one[64];
    snprintf(one, sizeof one, "%s%d-%d%s%s%s", *(char *)text ? " " : "", (int)((m->start - somewhere) / P),
             (int)((m->end - somewhere) / P),
             m->protection & PROT_READ ? "r" : "", m->protection & PROT_WRITE ? "w" : "", m->protection & PROT_EXEC ? "x" : "");
    if (m->start >= somewhere && m->start < somewhere + 1000 * P)
        strcat(text, one);
}

/* The map's text from `somewhere` on, in pages: "0-4rw 4-5r". */
static bool map_is(struct mm *mm, const char *wanted)
{
    char text[4096] = "";
    mm_each(mm, append_mapping, text);
    if (strcmp(text, wanted))
        printf("# the map is: %s\n# wanted:     %s\n", text, wanted);
    return !strcmp(text, wanted);
}

/* Whether the host lets the byte be written (1), read (0) or neither (-1). */
static int host_access(uint64_t address)
{
    int fds[2], result = -1;
    if (pipe(fds) < 0)
        return -2;
    if (write(fds[1], (void *)address, 1) == 1)
        result = read(fds[0], (void *)address, 1) == 1 ? 1 : 0;
    close(fds[0]);
    close(fds[1]);
    return result;
}

static void clear(struct mm *mm) { mm_unmap(mm, somewhere, 1000 * P); }

static void test_map(struct mm *mm, struct changes *c)
{
    uint64_t a = somewhere;
    tap_ok(map_at(mm, a, 4, RW) == (int64_t)a, "a mapping at a free place");
    tap_ok(map_at(mm, a + 4 * P, 2, RW) > 0 && map_is(mm, "0-6rw"), "neighbours of one kind are one mapping");
    tap_ok(map_at(mm, a + 5 * P, 2, RW) == -EEXIST && map_is(mm, "0-6rw"), "MAP_FIXED_NOREPLACE replaces nothing");
    tap_ok(mm_map(mm, a + 2 * P, P, PROT_READ, ANON | MAP_FIXED, -1, 0, NULL) > 0 && map_is(mm, "0-2rw 2-3r 3-6rw"),
           "MAP_FIXED replaces the middle");
    tap_ok(mm_map(mm, a + 5 * P, 3 * P, PROT_READ, ANON | MAP_FIXED, -1, 0, NULL) > 0 && map_is(mm, "0-2rw 2-3r 3-5rw 5-8r"),
           "MAP_FIXED over a mapping and a hole");
    tap_ok(host_access(a + 7 * P) == 0 && host_access(a + 4 * P) == 1, "the host agrees");
    tap_ok(mm_unmap(mm, a + P, 3 * P) == 0 && map_is(mm, "0-1rw 4-5rw 5-8r"), "munmap over three mappings");
    tap_ok(host_access(a + P) < 0 && host_access(a) == 1, "the host agrees");
    tap_ok(!mm_unmap(mm, a + 100 * P, P) && !c->count, "munmap of nothing is fine");
    int64_t hinted = mm_map(mm, a + 20 * P + 1, 100, RW, ANON, -1, 0, NULL);
    tap_ok(hinted == (int64_t)(a + 21 * P), "a hint that is free is taken, rounded up");
    tap_ok(mm_map(mm, a, P, RW, ANON, -1, 0, NULL) > (int64_t)(a + 1000 * P), "a hint that is not free is not");
    clear(mm);
    tap_ok(map_is(mm, ""), "munmap of everything");
}

static void test_map_errors(struct mm *mm)
{
    static const struct {
        const char *what;
        uint64_t address, length;
        int flags, fd;
        uint64_t offset;
        int error;
    } cases[] = {
        { "length 0",                      0, 0, ANON, -1, 0, EINVAL },
        { "length that wraps",             0, UINT64_MAX, ANON, -1, 0, ENOMEM },
        { "length of all memory",          0, UINT64_C(1) << 47, ANON, -1, 0, ENOMEM },
        { "offset within a page",          0, P, ANON, -1, 1, EINVAL },
        { "no such file",                  0, P, MAP_PRIVATE, 999, 0, EBADF },
        { "no such file, length 0",        0, 0, MAP_PRIVATE, 999, 0, EBADF },
        { "neither shared nor private",    0, P, MAP_ANONYMOUS, -1, 0, EINVAL },
        { "fixed within a page",           0x200000000001, P, ANON | MAP_FIXED, -1, 0, EINVAL },
        { "fixed at the bottom",           0x1000, P, ANON | MAP_FIXED, -1, 0, EPERM },
        { "fixed beyond the guest's",      0x4ffffffff000, 2 * P, ANON | MAP_FIXED, -1, 0, ENOMEM },
        { "fixed in the kernel",           UINT64_MAX - P + 1, P, ANON | MAP_FIXED, -1, 0, ENOMEM },
        { "huge pages",                    0, 1 << 21, ANON | MAP_HUGETLB, -1, 0, ENOMEM },
    };
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        int64_t result = mm_map(mm, cases[i].address, cases[i].length, RW, cases[i].flags, cases[i].fd, cases[i].offset, NULL);
        tap_ok(result == -cases[i].error, "mmap: %s (%d)", cases[i].what, (int)result);
    }
    tap_ok(mm_unmap(mm, 1, P) == -EINVAL && mm_unmap(mm, P, 0) == -EINVAL && mm_unmap(mm, P, UINT64_MAX - P) == -EINVAL
               && mm_unmap(mm, UINT64_C(1) << 48, P) == -EINVAL, "munmap: EINVAL");
}

static void test_own_memory_is_safe(struct mm *mm)
{
    static int ours = 1234;
    uint64_t page = align_down((uintptr_t)&ours, P);
    tap_ok(mm_map(mm, page, P, RW, ANON | MAP_FIXED, -1, 0, NULL) == -ENOMEM, "MAP_FIXED over Ferry's own data is refused");
    tap_ok(mm_unmap(mm, page, P) == 0 && ours == 1234, "munmap of Ferry's own data does nothing");
    tap_ok(mm_protect(mm, page, P, PROT_NONE) == -ENOMEM && ours == 1234, "mprotect of Ferry's own data: nothing there");

    /* Something of the host's in the guest's range. */
    uint64_t a = somewhere;
    void *host = mmap((void *)(a + 2 * P), P, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    *(int *)host = 77;
    map_at(mm, a, 1, RW);
    tap_ok(mm_map(mm, a, 4 * P, PROT_READ, ANON | MAP_FIXED, -1, 0, NULL) == -ENOMEM && *(int *)host == 77 && map_is(mm, "0-1rw")
               && host_access(a + P) < 0 && host_access(a) == 1,
           "MAP_FIXED over the host's fails and leaves everything as it was");
    tap_ok(mm_map(mm, a + P, 4 * P, RW, ANON, -1, 0, NULL) > 0 && *(int *)host == 77, "a hint over the host's goes elsewhere");
    munmap(host, P);
    clear(mm);
}

static void test_protect(struct mm *mm, struct changes *c)
{
    uint64_t a = somewhere;
    map_at(mm, a, 4, RW);
    map_at(mm, a + 4 * P, 2, PROT_READ);
    map_at(mm, a + 8 * P, 2, RW);
    tap_ok(!mm_protect(mm, a + P, 4 * P, PROT_READ) && map_is(mm, "0-1rw 1-6r 8-10rw"), "mprotect over two mappings unites them");
    tap_ok(host_access(a + P) == 0 && host_access(a) == 1, "the host agrees");
    tap_ok(mm_protect(mm, a + 5 * P, 4 * P, RW) == -ENOMEM && map_is(mm, "0-1rw 1-5r 5-6rw 8-10rw"),
           "mprotect up to a hole: ENOMEM, and done up to there");
    tap_ok(mm_protect(mm, a + 6 * P, 3 * P, PROT_READ) == -ENOMEM && map_is(mm, "0-1rw 1-5r 5-6rw 8-10rw"),
           "mprotect from a hole: ENOMEM, nothing done");
    tap_ok(mm_protect(mm, a + 1, P, RW) == -EINVAL && mm_protect(mm, a, P, 0x40) == -EINVAL, "mprotect: EINVAL");
    tap_ok(mm_protect(mm, a + 100 * P, 0, RW) == 0, "mprotect of no bytes");
    tap_ok(mm_protect(mm, a, UINT64_MAX - P, RW) == -ENOMEM, "mprotect that wraps: ENOMEM");
    tap_ok(mm_protect(mm, a, P, RW | PROT_GROWSDOWN) == -EINVAL, "PROT_GROWSDOWN of what does not grow: EINVAL");
    tap_ok(!mm_protect(mm, a, P, PROT_READ | PROT_EXEC) && !c->count, "data made executable: nothing was translated from it");
    tap_ok(!mm_protect(mm, a, P, PROT_READ) && changed(c, a, a + P), "code made data: a change");
    clear(mm);

    char name[] = "/tmp/ferry-mm-XXXXXX";
    int fd = mkstemp(name), reader = open(name, O_RDONLY);
    unlink(name);
    tap_ok(ftruncate(fd, 2 * P) == 0 && mm_map(mm, a, 2 * P, PROT_READ, MAP_SHARED | MAP_FIXED, reader, 0, NULL) > 0,
           "a shared mapping of a read-only file");
    tap_ok(mm_protect(mm, a, 2 * P, RW) == -EACCES && map_is(mm, "0-2r"), "mprotect to write it: EACCES");
    tap_ok(mm_map(mm, 0, P, RW, MAP_SHARED, reader, 0, NULL) == -EACCES, "mmap to write it: EACCES");
    close(fd);
    close(reader);
    clear(mm);
}

static void test_code(struct mm *mm, struct changes *c)
{
    uint64_t a = somewhere;
    map_at(mm, a, 2, RW);
    map_at(mm, a + 2 * P, 2, PROT_READ | PROT_EXEC);
    map_at(mm, a + 4 * P, 2, PROT_EXEC);
    map_at(mm, a + 8 * P, 1, PROT_EXEC);
    tap_ok(mm_code_window(mm, a + 2 * P + 4) == 4 * P - 4 && !mm_code_window(mm, a) && !mm_code_window(mm, a + 6 * P)
               && mm_code_window(mm, a + 8 * P) == P, "windows of code, in one piece over mappings");
    tap_ok(host_access(a + 4 * P) == 0, "code that the guest may only execute is readable for Ferry");
    tap_ok(mm_protection(mm, a + 4 * P) == PROT_EXEC && mm_protection(mm, a + 6 * P) == -1, "protections are the guest's");
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    uint64_t f = a + 16 * P;
    mm_map(mm, f, 2 * P, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0, "exe");
    mm_map(mm, f + 2 * P, 2 * P, PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0, "exe");
    mm_map(mm, f + 4 * P, P, RW, MAP_PRIVATE | MAP_FIXED, fd, 0, "exe");
    close(fd);
    tap_ok(mm_is_constant(mm, f, f + 4 * P) && !mm_is_constant(mm, f + 3 * P, f + 5 * P) && !mm_is_constant(mm, f - P, f + P) &&
               !mm_is_constant(mm, a + 2 * P, a + 4 * P), "code of a file, and what can change or is nobody's");
    mm_unmap(mm, f, 5 * P);
    c->count = 0;
    tap_ok(!mm_unmap(mm, a, 2 * P) && !c->count, "data unmapped: no change of code");
    tap_ok(!mm_unmap(mm, a + P, 2 * P) && changed(c, a + 2 * P, a + 3 * P), "code unmapped: a change of just that");
    tap_ok(mm_map(mm, a, 5 * P, RW, ANON | MAP_FIXED, -1, 0, NULL) > 0 && changed(c, a + 3 * P, a + 5 * P), "code replaced");
    tap_ok(!mm_advise(mm, a + 5 * P, P, MADV_WILLNEED) && !c->count, "harmless advice");
    tap_ok(!mm_advise(mm, a + 5 * P, P, MADV_DONTNEED) && changed(c, a + 5 * P, a + 6 * P), "MADV_DONTNEED of code");
    tap_ok(!mm_protect(mm, a + 5 * P, P, PROT_READ | PROT_WRITE | PROT_EXEC) && changed(c, a + 5 * P, a + 6 * P),
           "code made writable");
    tap_ok(mm_remap(mm, a + 5 * P, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, a + 20 * P) > 0 && changed(c, a + 5 * P, a + 6 * P),
           "code moved away");
    clear(mm);
    c->count = 0;
}

static void test_remap(struct mm *mm)
{
    uint64_t a = somewhere;
    map_at(mm, a, 4, RW);
    map_at(mm, a + 6 * P, 1, PROT_READ);
    strcpy((char *)a, "moved");
    tap_ok(mm_remap(mm, a, 4 * P, 6 * P, 0, 0) == (int64_t)a && map_is(mm, "0-6rw 6-7r"), "grows where it is");
    tap_ok(mm_remap(mm, a, 6 * P, 7 * P, 0, 0) == -ENOMEM, "does not grow over a neighbour");
    tap_ok(mm_remap(mm, a, 6 * P, 3 * P, 0, 0) == (int64_t)a && map_is(mm, "0-3rw 6-7r"), "shrinks");
    int64_t moved = mm_remap(mm, a, 3 * P, 8 * P, MREMAP_MAYMOVE, 0);
    tap_ok(moved > 0 && map_is(mm, "6-7r") && !strcmp((char *)moved, "moved") && host_access(moved + 7 * P) == 1,
           "moves when there is no room");
    tap_ok(mm_remap(mm, moved, 8 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, a + 5 * P) == (int64_t)a + 5 * P
               && map_is(mm, "5-7rw")
               && !strcmp((char *)(a + 5 * P), "moved"), "MREMAP_FIXED replaces and cuts");
    tap_ok(mm_remap(mm, a + 5 * P, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, a) == (int64_t)a
               && map_is(mm, "0-2rw 5-7rw") && !strcmp((char *)a, "moved")
               && !*(char *)(a + 5 * P), "MREMAP_DONTUNMAP leaves zeros");
    tap_ok(mm_remap(mm, a, P, P, 0, 0) == (int64_t)a && map_is(mm, "0-2rw 5-7rw"), "nothing to do");
    tap_ok(mm_remap(mm, a, 4 * P, 5 * P, MREMAP_MAYMOVE, 0) == -EFAULT && mm_remap(mm, a + 3 * P, P, P, 0, 0) == -EFAULT,
           "EFAULT");
    tap_ok(mm_remap(mm, a + 1, P, P, 0, 0) == -EINVAL && mm_remap(mm, a, P, 0, 0, 0) == -EINVAL
               && mm_remap(mm, a, P, P, MREMAP_FIXED, a + 9 * P) == -EINVAL && mm_remap(mm, a, P, P, 8, 0) == -EINVAL
               && mm_remap(mm, a, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, a + P) == -EINVAL
               && mm_remap(mm, a, P, 2 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0) == -EINVAL
               && mm_remap(mm, a, 0, P, MREMAP_MAYMOVE, 0) == -EINVAL, "EINVAL");
    clear(mm);
    int64_t shared = mm_map(mm, a, P, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0, NULL);
    int64_t second = mm_remap(mm, shared, 0, P, MREMAP_MAYMOVE, 0);
    *(char *)shared = 5;
    tap_ok(second > 0 && second != shared && *(char *)second == 5, "old length 0 maps shared memory a second time");
    mm_unmap(mm, second, P);
    clear(mm);
}

static void test_brk(struct mm *mm)
{
    uint64_t a = somewhere;
    mm_set_brk(mm, a + 100);
    tap_ok(mm_brk(mm, 0) == a + 100 && mm_brk(mm, a) == a + 100, "the break where it was set, not below");
    tap_ok(mm_brk(mm, a + 3 * P + 1) == a + 3 * P + 1 && map_is(mm, "1-4rw"), "grows by whole pages");
    tap_ok(mm_brk(mm, a + 4 * P) == a + 4 * P && map_is(mm, "1-4rw"), "within the page");
    tap_ok(mm_brk(mm, a + 2 * P) == a + 2 * P && map_is(mm, "1-2rw"), "shrinks");
    map_at(mm, a + 10 * P, 1, RW);
    tap_ok(mm_brk(mm, a + 10 * P) == a + 2 * P && mm_brk(mm, a + 9 * P) == a + 9 * P, "not up to a neighbour, a page stays free");
    struct rlimit old, small = { .rlim_max = RLIM_INFINITY };
    getrlimit(RLIMIT_DATA, &old);
    small = old;
    small.rlim_cur = 4 * P;
    setrlimit(RLIMIT_DATA, &small);
    tap_ok(mm_brk(mm, a + 2 * P) == a + 2 * P && mm_brk(mm, a + 8 * P) == a + 2 * P, "RLIMIT_DATA");
    setrlimit(RLIMIT_DATA, &old);
    clear(mm);
}

static void test_shared_segments(struct mm *mm)
{
    int id = shmget(IPC_PRIVATE, 2 * P, IPC_CREAT | 0600);
    int64_t at = mm_attach(mm, id, 0, 0), second = mm_attach(mm, id, somewhere + 5, SHM_RND | SHM_RDONLY);
    tap_ok(id >= 0 && at > 0 && second == (int64_t)somewhere, "shmat at any and at a wanted place");
    if (at > 0 && second > 0)
        *(char *)at = 9;
    tap_ok(second > 0 && *(char *)second == 9 && host_access(second) == 0, "both show the segment, one read-only");
    tap_ok(mm_attach(mm, id, somewhere, 0) == -EINVAL && mm_attach(mm, id, somewhere + 5, 0) == -EINVAL, "shmat: EINVAL");
    tap_ok(mm_attach(mm, id, somewhere, SHM_REMAP) == (int64_t)somewhere && host_access(somewhere) == 1, "SHM_REMAP replaces");
    tap_ok(mm_detach(mm, somewhere + P) == -EINVAL && mm_detach(mm, somewhere) == 0 && map_is(mm, ""), "shmdt");
    tap_ok(mm_detach(mm, at) == 0 && mm_protection(mm, at) == -1, "shmdt of the other");
    shmctl(id, IPC_RMID, NULL);
    tap_ok(mm_attach(mm, id, 0, 0) == -EINVAL, "shmat of no segment");
}

static void test_advice(struct mm *mm)
{
    uint64_t a = somewhere;
    map_at(mm, a, 2, RW);
    map_at(mm, a + 3 * P, 1, RW);
    *(char *)(a + 3 * P) = 1;
    tap_ok(mm_advise(mm, a, 4 * P, MADV_DONTNEED) == -ENOMEM && !*(char *)(a + 3 * P), "madvise over a hole: ENOMEM, and done");
    tap_ok(mm_advise(mm, a + 1, P, MADV_NORMAL) == -EINVAL && mm_advise(mm, a, P, 12345) == -EINVAL
               && mm_advise(mm, a, 0, 12345) == -EINVAL && !mm_advise(mm, a, 0, MADV_NORMAL), "madvise: EINVAL");
    clear(mm);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void test_cost(struct mm *mm)
{
    double start = seconds();
    int64_t at = mm_map(mm, 0, UINT64_C(1) << 40, PROT_NONE, ANON | MAP_NORESERVE, -1, 0, NULL);
    mm_protect(mm, at + (1 << 30), P, RW);
    mm_unmap(mm, at, UINT64_C(1) << 40);
    double took = seconds() - start;
    tap_ok(at > 0 && took < 0.01, "1 TiB reserved, a page of it used, unmapped: %.0f us", took * 1e6);

    enum { MANY = 20000 };
    start = seconds();
    at = mm_map(mm, 0, MANY * P, PROT_NONE, ANON, -1, 0, NULL);
    for (unsigned i = 0; i < MANY; i += 2)
        mm_protect(mm, at + i * P, P, RW);
    bool right = mm_protection(mm, at + 5000 * P) == RW && mm_protection(mm, at + 5001 * P) == PROT_NONE;
    for (unsigned i = 0; i < MANY; i += 2)
        mm_protect(mm, at + i * P, P, PROT_NONE);
    took = seconds() - start;
    tap_ok(right && took < 2, "%d mprotects that split and unite: %.2f us each", MANY, took * 1e6 / MANY);
    mm_unmap(mm, at, MANY * P);
}

/* Random calls against a plain table of pages. */
static void test_random(struct mm *mm)
{
    enum { PAGES = 64, FREE = -1, ROUNDS = 20000 };
    static const int protections[] = { PROT_NONE, PROT_READ, RW, PROT_READ | PROT_EXEC };
    int model[PAGES];
    memset(model, FREE, sizeof model);
    bool right = true;
    srand(1);
    for (unsigned round = 0; round < ROUNDS && right; round++) {
        unsigned first = rand() % PAGES, count = 1 + rand() % (PAGES - first), protection = protections[rand() % 4];
        uint64_t at = somewhere + first * P;
        bool holes = false;
        switch (rand() % 3) {
        case 0:
            right = mm_map(mm, at, count * P, protection, ANON | MAP_FIXED, -1, 0, NULL) == (int64_t)at;
            for (unsigned i = 0; i < count; i++)
                model[first + i] = protection;
            break;
        case 1:
            count = count / 4 + 1;
            right = !mm_unmap(mm, at, count * P);
            for (unsigned i = 0; i < count; i++)
                model[first + i] = FREE;
            break;
        default:
            for (unsigned i = 0; i < count && !holes; i++) {
                holes = model[first + i] == FREE;
                if (!holes)
                    model[first + i] = protection;
            }
            right = mm_protect(mm, at, count * P, protection) == (holes ? -ENOMEM : 0);
        }
        for (unsigned i = 0; i < PAGES; i++)
            right &= mm_protection(mm, somewhere + i * P) == model[i];
    }
    tap_ok(right, "%d random calls agree with a table of pages", ROUNDS);
    clear(mm);
}

/* The search for room against a table of pages. */
static void test_room(void)
{
    enum { PAGES = 96, ROUNDS = 20000 };
    bool taken[PAGES] = { false }, right = true;
    struct interval *tree = NULL;
    srand(2);
    for (unsigned round = 0; round < ROUNDS && right; round++) {
        unsigned start = 1 + rand() % (PAGES - 4), end = start + 1 + rand() % 3, low = 1 + rand() % 8, high = PAGES - rand() % 32;
        unsigned length = 1 + rand() % 8, alignment = 1 << rand() % 3, wanted = 0;
        bool take = rand() % 2;
        interval_free(interval_cut(&tree, start * P, end * P));
        if (take)
            interval_put(&tree, interval_new(&(struct mapping){ .start = start * P, .end = end * P, .protection = rand() % 8 }));
        for (unsigned i = start; i < end; i++)
            taken[i] = take;
        for (unsigned at = low; at + length <= high; at++) {
            bool is_room = !(at % alignment);
            for (unsigned i = at; i < at + length; i++)
                is_room &= !taken[i];
            wanted = is_room ? at : wanted;
        }
        right = interval_room(tree, low * P, high * P, length * P, alignment * P) == (uint64_t)wanted * P;
    }
    interval_free(tree);
    tap_ok(right, "%d searches for room agree with a table of pages", ROUNDS);
}

static void test_stack(struct mm *mm)
{
    uint64_t top = mm_map_stack(mm, 1 << 20), bottom = top - (1 << 20);
    tap_ok(top && host_access(bottom) == 1, "a stack");
    int64_t next = mm_map(mm, 0, P, RW, ANON, -1, 0, NULL);
    tap_ok(next > 0 && (uint64_t)next + P + 256 * P <= bottom, "what comes later is below its guard");
    tap_ok(!mm_protect(mm, top - P, P, RW | PROT_EXEC | PROT_GROWSDOWN) && mm_protection(mm, bottom) == (RW | PROT_EXEC),
           "PROT_GROWSDOWN changes all of it");
}

int main(void)
{
    struct changes changes = { 0 };
    struct mm *mm = mm_new(lowest, highest, 0, note_change, &changes);
    test_map(mm, &changes);
    test_map_errors(mm);
    test_own_memory_is_safe(mm);
    test_protect(mm, &changes);
    test_code(mm, &changes);
    test_remap(mm);
    test_brk(mm);
    test_shared_segments(mm);
    test_advice(mm);
    test_cost(mm);
    test_random(mm);
    test_room();
    test_stack(mm);
    mm_free(mm);
    return tap_done();
}
