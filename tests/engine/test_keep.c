/* Translations kept between runs: taken where guest code is what it was, and nowhere else; whatever happens to the file, the guest's
 * answer is right. Two engines in one process stand for two runs. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/private.h"
#include "tap.h"

enum { CODE = 0x100000, CODE_SIZE = 1 << 16, BLOCKS = 400, ROUNDS = 3, KEY = 77 };

#include "harness.h"
enum { A0 = 10, A1 = 11, NEVER = 1 << 30 };

static void on_attention(struct thread *t) { (void)t; }

static bool lasting = true;
static bool code_lasts(struct thread *t, uint64_t start, uint64_t end)
{
    (void)t;
    return lasting && code_window(t, start) >= end - start;
}

static const struct environment environment = { .code_window = code_window, .code_lasts = code_lasts, .event = on_event, .attend = on_attention };

/* Blocks in a row, several times: each adds its number to a0 and is called through a register by every seventh. Ends by ecall. */
static void write_program(void)
{
    uint32_t *at = (uint32_t *)CODE;
    *at++ = ROUNDS << 20 | A1 << 7 | 0x13;                       /* li a1, ROUNDS */
    for (uint32_t i = 0; i < BLOCKS; i++) {
        *at++ = i << 20 | A0 << 15 | A0 << 7 | 0x13;             /* addi a0, a0, i */
        if (i % 7) {
            *at++ = 0x0040006f;                                  /* j +4 */
        } else {
            *at++ = 5 << 7 | 0x17;                               /* auipc t0, 0 */
            *at++ = 12 << 20 | 5 << 15 | 5 << 7 | 0x13;          /* addi t0, t0, 12 */
            *at++ = 5 << 15 | 0x67;                              /* jr t0 */
        }
    }
    *at++ = 0xfff00013 | A1 << 15 | A1 << 7;                     /* addi a1, a1, -1 */
    uint32_t distance = (uint32_t)(CODE + 4 - (uintptr_t)at);
    *at++ = 8 << 7 | 0x17;                                       /* auipc s0, 0 */
    *at++ = (distance & 0xfff) << 20 | 8 << 15 | 8 << 7 | 0x13;  /* addi s0, s0, distance: low bits */
    at[-2] += (distance + 0x800) & 0xfffff000;
    *at++ = A1 << 15 | 4 << 8 | 0x63;                            /* beqz a1, +8 */
    *at++ = 8 << 15 | 0x67;                                      /* jr s0 */
    *at++ = 0x73;
}

static const uint64_t answer = (uint64_t)ROUNDS * BLOCKS * (BLOCKS - 1) / 2;

struct run {
    uint64_t a0;
    uint32_t made; /* translations */
    bool wrote;
};

static struct run run(const char *file, uint64_t key, unsigned threshold, unsigned hot, bool homes)
{
    struct engine *e = engine_new(&(struct engine_config){
        .guest = &guest_riscv64, .host = &host_x64, .environment = &environment, .tier = TIER_BLOCK, .chain = true, .optimise = true, .regions = true,
        .threshold = threshold, .hot = hot, .cache_size = 1 << 20, .longest_block = MAX_BLOCK_INSNS, .keep = file, .keep_key = key,
        .host_config = { .features = host_x64.detect(), .homes = homes, .indirect_cache = true, .return_prediction = true } });
    struct thread *t = engine_thread_new(e, NULL);
    memset(&t->context.slot, 0, sizeof t->context.slot);
    t->context.pc = CODE;
    engine_run(t);
    struct run r = { .a0 = t->context.slot[A0], .made = e->cache.translation_count };
    r.wrote = engine_keep(t);
    engine_thread_free(t);
    return r;
}

static off_t size_of(const char *file)
{
    struct stat st;
    return stat(file, &st) < 0 ? -1 : st.st_size;
}

static void flip(const char *file, off_t at)
{
    int fd = open(file, O_RDWR);
    uint8_t byte;
    if (fd < 0 || pread(fd, &byte, 1, at) != 1)
        die(1, "cannot change %s", file);
    byte ^= 0x10;
    if (pwrite(fd, &byte, 1, at) != 1)
        die(1, "cannot change %s", file);
    close(fd);
}

/* A run that translates nothing itself: what is translated then was kept. */
static struct run warm(const char *file, unsigned hot) { return run(file, KEY, NEVER, hot, true); }

static void test_file(const char *file, unsigned hot, const char *name)
{
    write_program();
    unlink(file);
    struct run cold = run(file, KEY, 0, hot, true);
    tap_ok(cold.a0 == answer && cold.wrote && size_of(file) > 0, "%s: the first run leaves a file", name);
    lasting = false;
    unlink(file);
    tap_ok(!run(file, KEY, 0, hot, true).wrote, "%s: code that will not last leaves none", name);
    lasting = true;
    run(file, KEY, 0, hot, true);
    struct run second = warm(file, hot);
    tap_ok(second.a0 == answer && second.made > BLOCKS / 2 && !second.wrote, "%s: the second starts with its translations", name);
    tap_ok(run(file, KEY + 1, NEVER, hot, true).made == 0, "%s: another program does not", name);
    tap_ok(run(file, KEY, NEVER, hot, false).made == 0, "%s: nor does another configuration", name);

    uint32_t *insn = (uint32_t *)CODE + 1;
    *insn += 1000 << 20;
    struct run changed = warm(file, hot);
    tap_ok(changed.a0 == answer + 1000 * ROUNDS, "%s: code that has changed is not what was kept", name);
    *insn -= 1000 << 20;
}

/* Blocks that came with their translations are decoded when these are made again. */
static void test_better(const char *file)
{
    unlink(file);
    run(file, KEY, 0, 1000, true);
    uint32_t kept = warm(file, 1000).made;
    struct run better = warm(file, 1);
    tap_ok(better.a0 == answer && better.made > kept, "what was made in a hurry is made again where it is hot");
    unlink(file);
}

/* One byte after the other would take long: one in each of many places. */
static void test_damage(const char *file)
{
    off_t size = size_of(file);
    bool good = true;
    for (off_t at = 0; at < size; at += 997) {
        flip(file, at);
        good &= warm(file, 0).a0 == answer;
        flip(file, at);
    }
    tap_ok(good, "a bit that flipped does no harm");
    good = true;
    while (size > 0) {
        size = size * 3 / 4;
        good &= truncate(file, size) == 0 && warm(file, 0).a0 == answer;
    }
    tap_ok(good, "nor does a file that lost its end");
    tap_ok(run(file, KEY, 0, 0, true).wrote, "it is written anew");
}

static void test_trust(const char *file)
{
    chmod(file, 0622);
    tap_ok(warm(file, 0).made == 0, "a file that others may write is not used");
    chmod(file, 0600);
    tap_ok(warm(file, 0).made > 0, "otherwise it is");
    unlink(file);
    if (symlink("/dev/null", file) < 0)
        die(1, "cannot make a link");
    tap_ok(warm(file, 0).a0 == answer, "a link is not followed");
    unlink(file);
    tap_ok(run("/nonexistent/folder/file", KEY, 0, 0, true).a0 == answer, "without a place nothing is kept");
}

int main(void)
{
    char folder[] = "/tmp/ferry-keep-XXXXXX", file[64];
    if (!mkdtemp(folder) || mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
        die(1, "no place for the test");
    snprintf(file, sizeof file, "%s/kept", folder);
    test_file(file, 3, "in two steps");
    test_better(file);
    test_file(file, 0, "all passes at once");
    test_damage(file);
    test_trust(file);
    unlink(file);
    rmdir(folder);
    return tap_done();
}
