/* Where translations are kept between runs: $XDG_CACHE_HOME/ferry/translations, or ~/.cache/ferry/translations. */
#ifndef FERRY_KEEP_H
#define FERRY_KEEP_H

#include "base/base.h"

struct keep {
    char *file;    /* of one program's translations; NULL: none are kept */
    uint64_t key;  /* tells this Ferry and this version of the program from others; not 0 */
    uint64_t seed; /* for guest addresses that are the same in each run, but not for others to know; not 0 */
};

/* For the program at that host path, of that guest. Nothing is kept for programs that run with other rights than their user's, without a home,
 * or if the folder is not the user's alone to write to. */
struct keep keep_for(const char *program, const char *guest);

/* After something was written: removes the oldest files if all together have become too large. */
void keep_tidy(const char *file);

#endif
