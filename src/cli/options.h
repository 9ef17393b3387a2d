/* The command line: one table makes parsing, environment variables and --help. */
#ifndef FERRY_OPTIONS_H
#define FERRY_OPTIONS_H

#include "linux/linux.h"

struct options {
    struct linux_options run;
    struct engine_config engine;
    const char *log_items, *log_path;
    bool log_append;
    const char *features;   /* --host-features */
    char **environment;     /* the guest's, NULL-terminated */
    size_t environment_count;
    char **inherited;       /* options for guest programs that the guest executes */
    unsigned inherited_count;
    const char *program;
    char **arguments;       /* the guest's argv, from `program` on */
};

/* Reads environment variables (FERRY_..., and QEMU_... where that is not set), then the command line. Prints help or
 * version and exits where asked; dies with status 1 on anything wrong. Strings are argv's and the environment's own. */
void options_parse(struct options *o, int argc, char **argv, char **environment);

#endif
