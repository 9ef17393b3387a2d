#include "linux/keep.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST = 4096 };
static const uint64_t most_bytes = UINT64_C(256) << 20; /* of all files together */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    while (*text)
        h = mix(h, (uint8_t)*text++);
    return mix(h, 0);
}

static uint64_t mix_file(uint64_t h, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return 0;
    h = mix(mix(mix(h, st.st_dev), st.st_ino), (uint64_t)st.st_size);
    return mix(mix(h, (uint64_t)st.st_mtim.tv_sec), (uint64_t)st.st_mtim.tv_nsec);
}

static bool is_ours_alone(const struct stat *st) { return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH)); }

/* The folder, made if need be. */
static bool find_folder(char *folder)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct stat st;
    int length;
    if (cache && *cache == '/')
        length = snprintf(folder, LONGEST, "%s/ferry/translations", cache);
    else if (home && *home == '/')
        length = snprintf(folder, LONGEST, "%s/.cache/ferry/translations", home);
    else
        return false;
    if (length >= LONGEST)
        return false;
    if (stat(folder, &st) < 0) {
        for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
            *slash = 0;
            mkdir(folder, 0700);
            *slash = '/';
        }
        if (mkdir(folder, 0700) < 0 || stat(folder, &st) < 0)
            return false;
    }
    return S_ISDIR(st.st_mode) && is_ours_alone(&st);
}

/* A number of this user's: whoever does not know it does not know where programs lie in memory. */
static uint64_t read_secret(const char *folder)
{
    char path[LONGEST + 16];
    uint64_t secret = 0;
    struct stat st;
    snprintf(path, sizeof path, "%s/secret", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        bool good = fd >= 0 && getrandom(&secret, sizeof secret, 0) == sizeof secret && write(fd, &secret, sizeof secret) == sizeof secret;
        if (fd >= 0)
            close(fd);
        return good ? secret : 0;
    }
    bool good = fstat(fd, &st) == 0 && is_ours_alone(&st) && read(fd, &secret, sizeof secret) == sizeof secret;
    close(fd);
    return good ? secret : 0;
}

struct keep keep_for(const char *program, const char *guest)
{
    char folder[LONGEST], file[LONGEST + 64];
    if (getauxval(AT_SECURE) || getuid() != geteuid() || getgid() != getegid() || !find_folder(folder))
        return (struct keep){ 0 };
    uint64_t secret = read_secret(folder), name = mix_text(mix_text(0, program), guest);
    uint64_t key = mix_file(mix_file(secret, program), "/proc/self/exe");
    if (!secret || !key)
        return (struct keep){ 0 };
    snprintf(file, sizeof file, "%s/%016llx", folder, (unsigned long long)name);
    return (struct keep){ strdup(file), key, mix(mix(secret, name), 1) | 1 };
}

struct entry {
    char *name;
    struct timespec used;
    uint64_t size;
};

static int by_age(const void *a, const void *b)
{
    const struct timespec *x = &((const struct entry *)a)->used, *y = &((const struct entry *)b)->used;
    return x->tv_sec < y->tv_sec ? -1 : x->tv_sec > y->tv_sec ? 1 : x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

void keep_tidy(const char *file)
{
    char folder[LONGEST];
    struct entry *entries = NULL;
    size_t count = 0;
    uint64_t total = 0;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(file, '/') - file), file);
    DIR *dir = opendir(folder);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        struct stat st;
        if (!strcmp(d->d_name, "secret") || fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            continue;
        entries = must_realloc(entries, (count + 1) * sizeof *entries);
        entries[count++] = (struct entry){ strdup(d->d_name), st.st_mtim, (uint64_t)st.st_size };
        total += (uint64_t)st.st_size;
    }
    if (total > most_bytes) {
        qsort(entries, count, sizeof *entries, by_age);
        for (size_t i = 0; i < count && total > most_bytes / 2; total -= entries[i++].size)
            unlinkat(dirfd(dir), entries[i].name, 0);
    }
    for (size_t i = 0; i < count; i++)
        free(entries[i].name);
    free(entries);
    if (dir)
        closedir(dir);
}
