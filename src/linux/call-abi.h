/* System calls and signals of a guest's Linux ABI, as data and two functions: where calls find their numbers and arguments, what they are called, how
 * structures and signal frames lie in memory. Linux for one more guest is one more of these. */
#ifndef FERRY_CALL_ABI_H
#define FERRY_CALL_ABI_H

#include <signal.h>

#include "base/base.h"

struct context;
struct task;
struct guest_sigaction;

/* Handles a system call with its raw arguments; gives what the kernel would: a result, -errno, or one of enum no_result. */
typedef int64_t system_call_handler(struct task *task, const uint64_t *arguments);

enum no_result {
    CALL_AGAIN = -513, /* a signal came first: deliver it, then execute the system call instruction once more */
    CALL_SILENT = -514, /* every register is as it should be already */
};

struct system_call {
    const char *name;             /* NULL: no such number */
    const char *arguments;        /* words separated by blanks, one an argument: see strace.c; "=address" shows the result so */
    system_call_handler *handler; /* NULL: handed to the host's call of that number as it is, */
    int16_t host;                 /* or, if that is negative, not there: ENOSYS */
    bool has_paths;               /* some argument is a path, to be seen the guest's way */
    bool gives_data;              /* its result may be a descriptor whose data are structures: calls-data.c */
    bool blocks;                  /* may wait: a signal that comes just before must not be slept over */
};

/* A structure that the guest lays out differently: its fields, as offset and size in bytes on either side. */
struct field {
    uint16_t host, guest;
    uint8_t host_size, guest_size; /* 1, 2, 4 or 8 */
    bool is_signed;
    bool is_id;                    /* a user or group, of 16 bits for the guest */
};

enum { OVERFLOW_ID = 65534 }; /* stands for users and groups whose numbers need more than 16 bits (kernel/sys.c, overflowuid) */

struct structure {
    uint16_t host_size, guest_size; /* bytes */
    const struct field *fields;     /* host_size 0: the end */
};

/* What a word of a table's row names: see marshal.h. */
struct named_structure {
    const char *name;
    struct structure structure;
};

/* Flags whose values differ: a list of pairs, {0, 0} at the end; all others are the same. */
struct flag {
    uint32_t guest, host;
};
struct flag_map {
    const char *word;
    const struct flag *flags;
};

/* Flags from the guest's values to the host's, or back. */
uint64_t map_flags(const struct flag *map, uint64_t flags, bool to_host);

/* A request of ioctl(2). */
struct device_request {
    uint32_t guest, host;
    const char *structure;   /* its argument's, by name; NULL: the argument is a number */
    bool in, out;
    void (*adapt)(void *host, bool to_host); /* or NULL: exchanges the guest's numbers in the host's structure and the host's */
};

enum structure_name { STRUCTURE_STAT, STRUCTURE_EPOLL_EVENT, STRUCTURE_SEMID_DS, STRUCTURE_SIGACTION, STRUCTURE_COUNT };

struct call_abi {
    const char *machine; /* uname(2) */
    bool big_endian;
    const struct system_call *calls;
    unsigned call_count;
    unsigned call_length;   /* bytes of the system call instruction */
    uint16_t number_slot, result_slot, stack_slot, thread_slot;
    uint16_t argument_slots[6];
    /* Adds to a program's state at its start what the kernel has for it; NULL: nothing. */
    void (*begin)(struct context *c);

    /* Gives the context the thread-local storage that clone(2) was asked for. NULL: it goes to thread_slot. */
    void (*set_thread)(struct context *c, uint64_t tls);

    /* For EVENT_FAST_SYSCALL: the context becomes that of a system call by the other instruction, there where the program goes on. False if its
     * stack cannot be read: the call is not made then. NULL: no such instruction. */
    bool (*enter_fast)(struct task *task);

    const struct structure *structures; /* by enum structure_name */

    /* For guests whose calls go through marshal.c: all structures by name, NULL at the end, and flags likewise. */
    bool converts;
    const struct named_structure *named_structures;
    const struct flag_map *flag_maps;
    const struct device_request *requests; /* guest 0: the end */
    bool same_requests;                    /* all others are as on the host */
    const struct flag *socket_options;     /* whose numbers differ at level SOL_SOCKET */

    /* Tells the program whether the call failed; the result is then errno. NULL: it is -errno. */
    void (*tell_failure)(struct context *c, bool failed);
    uint8_t word_size;      /* bytes of a pointer */

    /* Writes a signal frame for the interrupted context at or below `stack` and makes the context run the handler. `mask` is what
     * the frame will restore. False if the frame cannot be written; the context is unchanged then. */
    bool (*push_frame)(struct task *task, uint64_t stack, const siginfo_t *info, const struct guest_sigaction *action, uint64_t mask);

    /* The reverse, for rt_sigreturn. False if there is no valid frame at the stack pointer. `alternate`: the frame's. */
    bool (*pop_frame)(struct task *task, uint64_t *mask, stack_t *alternate);
    /* The same for sigreturn, of an older kind of frame; NULL: there is none. */
    bool (*pop_old_frame)(struct task *task, uint64_t *mask);
    size_t frame_size; /* bytes; of the largest kind */
};

extern const struct call_abi call_abi_riscv64, call_abi_powerpc, call_abi_i386;

/* siginfo_t as a 32-bit guest has it, 128 bytes. */
void siginfo_to_32(const struct call_abi *abi, const siginfo_t *host, uint8_t *guest);

/* Both sides have room for the whole structure. Guest bytes that no field covers are cleared. */
void structure_to_guest(const struct call_abi *abi, enum structure_name name, const void *host, void *guest);
void structure_from_guest(const struct call_abi *abi, enum structure_name name, const void *guest, void *host);

/* The same for any structure. */
void convert_to_guest(const struct call_abi *abi, const struct structure *s, const void *host, void *guest);
void convert_from_guest(const struct call_abi *abi, const struct structure *s, const void *guest, void *host);

enum { LARGEST_STRUCTURE = 256 };

#endif
