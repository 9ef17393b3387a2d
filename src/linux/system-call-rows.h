/* Rows of a table of system calls (syscalls-*.inc say what each kind means) as elements of an array of struct system_call. */
#ifndef FERRY_SYSTEM_CALL_ROWS_H
#define FERRY_SYSTEM_CALL_ROWS_H

#include "linux/calls.h"

/* clang-format off */
#define PASS(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name },
#define PATH(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name, .has_paths = true },
#define WAIT(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name, .blocks = true },
#define AS(number, name, host_name, arguments)     [number] = { #name, arguments, .host = SYS_##host_name },
#define PATH_AS(number, name, host_name, arguments) [number] = { #name, arguments, .host = SYS_##host_name, .has_paths = true },
#define WAIT_AS(number, name, host_name, arguments) [number] = { #name, arguments, .host = SYS_##host_name, .blocks = true },
#define DATA(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name, .gives_data = true },
#define SAME(number, name, arguments)              [number] = { #name, arguments, .host = number },
#define PATHS(number, name, arguments)             [number] = { #name, arguments, .host = number, .has_paths = true },
#define NONE(number, name, arguments)              [number] = { #name, arguments, .host = -1 },
#define HANDLE(number, name, arguments)            [number] = { #name, arguments, .handler = call_##name },
#define BY(number, name, by, arguments)            [number] = { #name, arguments, .handler = call_##by },
/* clang-format on */

#endif
