/* System calls of guests whose registers or structures differ from the host's (another word size, another byte order): arguments and results
 * are converted as the words of the table's row say, so that handlers and the host's kernel find everything as on the host.
 *
 * A word takes the next argument register, and what it gives is the next argument:
 *   fd, dirfd, int, long   a signed word
 *   pair                   64 bits in two registers, the first of them an even one, in the order of the guest's bytes in memory
 *   lohi                   64 bits in two registers, the low half first
 *   id16                   a user or group of 16 bits, of which -1 is the one that is none
 *   0                      given, but not taken: nothing
 *   <NAME >NAME <>NAME     the address of a structure that goes in, comes out, or both (struct named_structure); NULL stays NULL.
 *     [N]                  an array of them, as long as argument N says; [=N]: N of them; [Nb]: a set of as many bits, of words; [Nc]: words
 *                          in as many bytes
 *     +                    behind it: of what comes out, as many as the result says
 *     !                    behind it: comes out only if the call was interrupted
 *     *                    behind it: comes out even then
 *   a word of a flag map   flags with other values on the host
 *   anything else          as it is */
#ifndef FERRY_MARSHAL_H
#define FERRY_MARSHAL_H

#include "linux/calls.h"

/* Calls `perform` with the converted arguments; brings back what comes out. Gives its result, or -errno if an address is bad. */
int64_t marshal_call(struct task *task, const struct system_call *call, const uint64_t *registers,
                     int64_t (*perform)(struct task *, const struct system_call *, const uint64_t *));

/* Flags of that kind from the guest's values to the host's, and back. */
uint64_t flags_from_guest(const struct call_abi *abi, const char *word, uint64_t flags);
uint64_t flags_to_guest(const struct call_abi *abi, const char *word, uint64_t flags);

/* One structure from guest memory, or to it; false: a bad address. */
bool read_structure(const struct task *task, const char *name, uint64_t address, void *host);
bool write_structure(const struct task *task, const char *name, uint64_t address, const void *host);

static inline const struct call_abi *abi_of(const struct task *task) { return task->process->abi->calls; }

/* The structure of that name. */
const struct structure *structure_named(const struct call_abi *abi, const char *name, size_t length);

#endif
