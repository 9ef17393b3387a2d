/* The emulation manager and what it keeps: code cache, map table (SPC to TPC), chains. The only layer that knows guests and
 * hosts. What surrounds the guest (system calls, signals, memory map) is an environment, another struct.
 *
 * Threads: each guest thread is a host thread running engine_run. Lookups take no lock; translation and invalidation take the
 * engine's. Functions are for any thread unless they say otherwise. */
#ifndef FERRY_ENGINE_H
#define FERRY_ENGINE_H

#include "guest/guest.h"
#include "host/host.h"

enum engine_tier {
    TIER_SWITCH,   /* decode-and-dispatch interpreter */
    TIER_THREADED, /* threaded interpreter on predecoded blocks */
    TIER_IR,       /* evaluates the optimised IR of each block */
    TIER_BLOCK,    /* threaded while cold, then translated */
};

struct thread;

/* What surrounds the guest. Functions run on the thread they are given, outside guest code, context.pc valid. */
struct environment {
    /* How many bytes may be executed (and read) from `pc` on, up to any amount of at least one page; 0: none. */
    size_t (*code_window)(struct thread *t, uint64_t pc);

    /* Whether code in [start, end) is likely to be the same in the next run of the program, so that its translation is worth keeping. */
    bool (*code_lasts)(struct thread *t, uint64_t start, uint64_t end);

    /* Whether code in [start, end) may be written without engine_invalidate. Asked for guests with coherent code only; NULL: never. */
    bool (*code_changes)(struct thread *t, uint64_t start, uint64_t end);

    /* Handles an event (never EVENT_NONE, EVENT_MODE or EVENT_STALE); the guest goes on at context.pc when it returns. */
    void (*event)(struct thread *t, enum event event);

    /* context.attention was set (and is cleared by now): deliver signals and the like. Also called when the engine itself wanted
     * the thread's attention. */
    void (*attend)(struct thread *t);
};

struct engine_config {
    const struct guest *guest;
    const struct host *host;
    const struct environment *environment;
    enum engine_tier tier;
    struct host_config host_config; /* layout and listing are filled in by the engine */
    bool chain;            /* --no-chain: false */
    bool optimise;         /* --no-opt: false */
    bool regions;          /* --no-regions: false: what is translated again is a trace, too */
    bool lazy_flags;       /* --no-lazy-flags: false */
    unsigned threshold;    /* executions of a block in the interpreter before it is translated; 0: translate at once */
    unsigned hot;          /* executions of a translation before it is made again with all passes; 0: has them at once */
    size_t cache_size;     /* bytes of code cache */
    unsigned longest_block; /* guest instructions in a block, 1 to MAX_BLOCK_INSNS */
    const char *keep;      /* file of kept translations, or NULL (engine_keep) */
    uint64_t keep_key;     /* what it must have been made for, besides what is in this struct */
    bool stats;            /* --stats: take the time, for engine_print_stats */
    uint32_t log;          /* LOG_ bits: what to print to log_file */
    FILE *log_file;        /* not NULL if log != 0 */
};

enum { LOG_IN_ASM = 1, LOG_IR = 2, LOG_IR_OPT = 4, LOG_OUT_ASM = 8, LOG_EXEC = 16 };
enum { MAX_BLOCK_INSNS = 64, DEFAULT_THRESHOLD = 12, DEFAULT_HOT = 16000 };

struct engine;

/* A guest thread. Made by engine_thread_new, used by the host thread that runs it. */
struct thread {
    struct context context; /* first: translated code and interpreters have its address */
    struct engine *engine;
    void *environment;      /* the environment's own; not touched by the engine */
    bool stop;              /* the environment sets it to make engine_run return */
    struct thread_private *private; /* the engine's */
};

/* One engine per guest address space. Never fails (out of memory is fatal). */
struct engine *engine_new(const struct engine_config *config);

/* A thread in the guest's reset state. engine_thread_free when it is no longer running. */
struct thread *engine_thread_new(struct engine *e, void *environment);
void engine_thread_free(struct thread *t);

/* Runs the guest from context.pc until thread.stop is set. On the host thread that is to be the guest thread; the
 * host's alternate signal stack must be set up before, since the stack pointer is not a C stack in translated code. */
void engine_run(struct thread *t);

/* Code in [start, end) is gone or different: nothing translated from it is entered any more once this returns
 * (on other threads: once they leave the block they are in). */
void engine_invalidate(struct engine *e, uint64_t start, uint64_t end);

/* Makes the thread call environment.attend in bounded time, even out of a loop of translated code. Async-signal-safe. */
void engine_attention(struct thread *t);

enum fault_source {
    FAULT_GUEST,  /* a guest access: the state is precise, and returning from the handler goes on with environment.event(EVENT_FAULT) */
    FAULT_RETURN_STACK, /* the stack of predicted returns was full: it was emptied; just return from the handler */
    FAULT_POLL,   /* the thread's attention is wanted: just return from the handler */
    FAULT_OURS,   /* neither: a bug, or an access by the environment */
};

/* In a synchronous host signal handler (SIGSEGV, SIGBUS, SIGFPE...), on the thread hit, `t` its thread. `address`: si_addr. May change
 * the ucontext. Async-signal-safe. */
enum fault_source engine_catch_fault(struct thread *t, void *ucontext, uint64_t address);

/* Around fork: prepare takes the engine's locks; after it, in the parent and in the child, the matching call. The child has its own
 * copy of the code cache and only the calling thread `t`. */
void engine_fork_prepare(struct engine *e);
void engine_fork_parent(struct engine *e);
void engine_fork_child(struct engine *e, struct thread *t);

/* Writes the translations made so far to config.keep, if they are many more than that has, and tells whether it did; another run with the same configuration, keep and
 * keep_key starts with them, as far as its code is the same at the same addresses. For when the process is about to end, on its
 * thread `t`, outside guest code; what others do meanwhile waits. Errors are nobody's business: then nothing is kept. */
bool engine_keep(struct thread *t);

/* Prints what the tiers did so far: units, guest instructions and bytes, host bytes, and the CPU time that making them took (only with config.stats). */
void engine_print_stats(struct engine *e, FILE *out);

/* Address of the memory access that made the instruction at context.pc fault, found by evaluating it again: for faults whose
 * address the host does not tell (on x86-64: not canonical). Only after an EVENT_FAULT; returns `otherwise` if the instruction
 * makes no access. */
uint64_t engine_access_address(struct thread *t, uint64_t otherwise);

#endif
