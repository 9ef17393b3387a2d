/* What a program file turns out to be when it is to be executed: #! lines followed, permissions checked, the guest found out. */
#ifndef FERRY_EXEC_H
#define FERRY_EXEC_H

#include "base/arena.h"
#include "linux/linux.h"

struct executable {
    int dirfd;          /* AT_FDCWD, or what `path` is relative to */
    const char *path;   /* host path */
    int flags;          /* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
    const char *name;   /* the path as the guest knows it */
    char **argv;        /* the interpreter's if it was a script */
    const struct guest *guest; /* NULL: not a guest's */
    char interpreter[4096];    /* of a guest program, "": none */
    char reason[256];   /* why it is not a guest's program, or not a valid one */
};

/* `dirfd`, `path`, `flags`, `name` and `argv` are given; follows scripts to their interpreter and fills in the rest. 0 or -errno
 * as from execve(2). New strings are in the arena. */
int exec_resolve(const struct process *p, struct executable *e, struct arena *memory);

#endif
