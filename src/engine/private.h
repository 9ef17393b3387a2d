/* What the engine's files share. The parts, from the guest program inwards:
 *   manager.c    the emulation manager: decides which tier runs the next block
 *   discover.c   finds dynamic basic blocks in guest memory and predecodes them
 *   region.c     what is translated together: traces, loops
 *   translate.c  takes a region through lift, passes and host
 *   map.c        map table, SPC to block (and so to TPC); blocks by span of guest addresses
 *   keep.c       translations of earlier runs, on disk
 *   cache.c      code cache: the two mappings, flush, copy at fork
 *   chain.c      links sites to translations and unlinks them
 *   indirect.c   the indirect-branch cache
 *   invalidate.c takes blocks out when their code changes
 *   coherent.c   blocks of guests that see at once what code they write: they check themselves
 *   stats.c      what the tiers did
 *   fault.c      from a host fault back to precise guest state
 *   recover.c    what translated code did not write where it faulted
 *   engine.c     making and wiring all this, threads, stopping the world */
#ifndef FERRY_ENGINE_PRIVATE_H
#define FERRY_ENGINE_PRIVATE_H

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>

#include "engine/engine.h"

/* A host_mark of a block, small: from `offset` after code_start on, code belongs to the instruction `spc` bytes after the first, at the mark `at` of the unit
 * as lifted. */
struct block_mark {
    uint16_t offset, spc, at;
};

/* A dynamic basic block: starts where control arrived, ends at the next branch. Lives until the cache is flushed. */
struct block {
    /* What a lookup and the interpreter read comes first, within one cache line. */
    uint64_t spc, end;             /* guest bytes [spc, end) */
    _Atomic uint32_t mode;         /* NO_MODE: dead, not to be entered again */
    _Atomic uint32_t executions;   /* in the interpreter */
    const void *_Atomic tpc;       /* its translation, or NULL */
    struct block *_Atomic next;    /* map table: same bucket */
    struct block *_Atomic successor[2]; /* interpreter: what followed last time, elsewhere and at `end` */
    uint32_t incoming;             /* newest site whose target it is, NO_SITE: none */
    uint16_t insn_count;
    bool checked;                  /* its code may change at any time: who enters it first compares it with `original` */
    uint64_t reach;                /* its translations depend on guest bytes up to there */
    struct ir_unit *unit;          /* IR tier only */
    const struct translation *translation; /* the newest, that at tpc; or NULL */
    const uint8_t *original;       /* if `checked`: the code's bytes */
    const struct insn *records;    /* predecoded instructions, and one more record that ends them; NULL: not decoded yet, taken with its translation */
};
enum { NO_MODE = UINT32_MAX }; /* no thread's context.mode */
enum { MAX_INSN_SIZE = 128 };  /* bytes, guest.insn_size at most */

static inline const struct insn *block_insn(const struct guest *guest, const struct block *b, unsigned number)
{
    return (const struct insn *)(const void *)((const char *)b->records + number * guest->insn_size);
}

/* A block of a region, from `offset` after its first one on. */
struct piece {
    uint32_t offset;
    uint16_t insn_count;
    bool is_head;   /* this and the next as in struct region */
    uint8_t rotated;
};

/* What the code cache holds of a block, for as long as a thread may be in it: also when a better one has followed. */
struct translation {
    const struct block *block;
    const struct block_mark *marks; /* side table: host address to SPC */
    uint32_t code_start, code_end;  /* offsets in the code cache */
    const uint32_t *relocations;    /* NULL unless translations are kept */
    uint32_t first_site;
    uint16_t site_count, relocation_count;
    uint16_t mark_count;            /* a unit has MAX_BLOCK_INSNS at most, so offsets in its code fit 16 bits too */
    uint32_t overwrites;            /* fleeting slots, before anyone can look at what they held */
    uint32_t would_overwrite;       /* the same if it were not warm, which looks at once */
    bool warm;                      /* made in a hurry, counts how often it is entered */
    const union forgone *forgone;   /* state that it does not write */
    const struct piece *pieces;     /* the blocks of its region, if it has fleeting slots that are found out where it faults */
    uint16_t forgone_count;         /* words */
    uint8_t piece_count;            /* 0: it has not */
    bool is_loop;
    bool kept;                      /* on disk already */
};

/* A host_site of a translated block, by its number. */
struct site {
    uint64_t spc;
    struct block *_Atomic target; /* the block there, translated or not, once that is known: the site is in its list */
    uint32_t link, stub, guess;
    uint32_t writes, stub_link, stub_exit; /* as in host_site */
    uint32_t next_incoming;  /* next site with the same target */
    uint32_t mode;
    bool linked;
    bool counter;            /* left through when its translation has been entered config.hot times */
    bool retired;            /* an indirect site whose prediction was taken back: never predicted again, since a
                              * thread may be between comparison and jump */
};

enum { NO_SITE = UINT32_MAX };
enum { CACHE_LINE = 64 }; /* bytes */
enum { MAP_BUCKETS = 1 << 18, SPAN_BUCKETS = 1 << 12, SPAN_KINDS = 2, MAX_BLOCKS = 1 << 19, MAX_ENGINE_SITES = 1 << 20 };

/* That a block has bytes in a span of addresses. */
struct span_link {
    struct block *block;
    struct span_link *next;
};

struct map_table {
    struct block *_Atomic *bucket;  /* MAP_BUCKETS; read without lock */
    struct span_link **span[SPAN_KINDS]; /* SPAN_BUCKETS each, by page and by larger span; under the engine's lock */
};

struct code_cache {
    struct code_buffer buffer;
    uint32_t *counters;     /* MAX_BLOCKS, by translation; beside the code, which counts them down */
    void *fork_copy;        /* between the two calls around a fork: the code */
    uint32_t runtime_end;   /* the flushed cache's size */
    uint32_t flush_count;   /* under the lock; tells whether block pointers and site numbers are still good */
    /* MAX_BLOCKS, in ascending order of code_start; appended under the lock, read without. */
    struct translation *translations;
    _Atomic uint32_t translation_count;
    struct { size_t code, sites, translations; } ready; /* bytes of each that have been asked for ahead */
};

struct kept;

/* What a tier made. */
struct tier_stats { uint64_t units, insns, guest_bytes, host_bytes, ns; };
struct engine_stats { struct tier_stats discovered, hurried, traces, loops, kept; };

struct engine {
    struct engine_config config;
    struct kept *kept;         /* NULL: no translations are kept */
    pthread_mutex_t lock;      /* blocks, sites, code, threads */
    struct map_table map;
    struct code_cache cache;
    struct host_runtime runtime;
    struct site *sites;        /* MAX_ENGINE_SITES; never moves */
    uint32_t site_count;
    _Atomic uint32_t block_count; /* grows until the next flush */
    struct arena blocks;       /* what lives until the next flush */
    struct arena scratch;      /* one translation's */
    struct thread_private *threads; /* all, linked by `next` */
    _Atomic uint32_t thread_count;  /* 1: the only thread needs no lock, since only it can start another */
    _Atomic bool stop_wanted;  /* someone wants every thread out of blocks */
    struct engine_stats stats; /* under the lock */
    struct indirect_line *no_lines; /* an indirect-branch cache that is always empty */
};

/* Where a thread is, for whoever gets a signal or wants to flush. */
enum phase {
    PHASE_OUTSIDE,     /* in the environment or nowhere: holds no block */
    PHASE_MANAGER,     /* in the emulation manager, may hold blocks */
    PHASE_DISCOVER,    /* reading guest code, holding the lock */
    PHASE_INTERPRET,   /* guest accesses come from C code; context.insn tells the pc */
    PHASE_EVALUATE,    /* guest accesses come from the IR evaluator; context.pc is kept by marks */
    PHASE_TRANSLATED,  /* in the code cache or a helper it called */
};

struct thread_private {
    struct thread *thread;
    struct thread_private *next;
    _Atomic int phase;
    bool locked;               /* lock_engine has locked, since there were other threads */
    _Atomic bool polls_fail;   /* the page before the thread cannot be read: attention is wanted */
    bool polled;               /* a poll failed: that is being resumed */
    const struct translation *faulted; /* where the fault came from that is being resumed, if recover_state is needed; or NULL */
    ir_ref faulted_at;         /* the mark in its unit, as lifted */
    jmp_buf resume;            /* where a caught fault continues: in engine_run, or engine_access_address */
    struct indirect_line *lines; /* the thread's indirect-branch cache; context.indirect points there, or at the
                                  * engine's empty one while the thread's attention is wanted */
    uint8_t *return_stack;     /* mapping of RETURN_STACK bytes, lowest page a guard */
    const void **return_bottom;
};

enum { RETURN_STACK = 1 << 20, RETURN_GUARD = 4096 }; /* bytes */

/* recover.c: before a fault in translated code becomes an event. */
void recover_state(struct thread *t);

/* coherent.c: whether code in [start, end) may be written any time; whether an instruction may do that; makes a new block check itself; whether it has to go; the
 * check as part of its translation. */
bool may_change(struct thread *t, uint64_t start, uint64_t end);
bool may_write(const struct guest *guest, const struct insn *insn);
void begin_checks(struct engine *e, struct block *b);
bool is_stale(const struct block *b);
void drop_stale(struct thread *t); /* what begins at context.pc; takes the engine's lock, so that no block is held afterwards */
void lift_checks(struct ir_unit *u, const struct block *b);

/* discover.c: under the lock. The block at `pc`, NULL if there is no code; makes the records of a block in the map that has none, since it was taken with its
 * translation. */
struct block *discover_block(struct thread *t, uint64_t pc, uint32_t mode);
void decode_again(struct engine *e, struct block *b);

/* region.c: under the lock. What is translated together, entered at the first block: a trace, of blocks that follow each other in guest memory, or a loop, of
 * blocks in ascending order. */
enum { MAX_TRACE = 8, MAX_REGION_BLOCKS = 24, MAX_REGION_INSNS = 192 };
struct region {
    struct block *block[MAX_REGION_BLOCKS];
    uint16_t insn_count[MAX_REGION_BLOCKS]; /* by block: how much of it; less than all if another one begins there */
    unsigned count;
    bool is_head[MAX_REGION_BLOCKS];        /* by block of a loop: there are ways back to it */
    uint8_t rotated[MAX_REGION_BLOCKS];     /* of a head: how many of its first instructions are before the loop, and at the end of each way back */
    bool is_loop;
};
void form_trace(struct engine *e, struct block *head, struct region *region);
bool form_loop(struct engine *e, struct block *head, struct region *region); /* false: there is none through the head */
uint64_t region_end(const struct region *region);

/* translate.c: under the lock. Lift, and passes if `optimise`, into `arena`; shortens a trace if a block cannot lead to the next. */
struct ir_unit *translate_to_ir(struct engine *e, struct region *region, bool optimise, struct arena *arena);

/* Appends the region's code; shortens a trace. */
void lift_region(struct engine *e, struct region *region, struct ir_unit *u);

/* Appends the code of instructions [first, end) of the block to the unit; all ways at the end leave. */
void lift_block(struct engine *e, const struct block *b, unsigned first, unsigned end, struct ir_unit *u);

/* Makes the block's translation, or if it has one a better one. False: cache full. */
bool translate_block(struct engine *e, struct block *b);

/* stats.c: under the lock. `since`: stats_now when it was begun, 0 if nobody asked. */
uint64_t stats_now(const struct engine *e);
void stats_note_discovery(struct engine *e, const struct block *b, uint64_t since);
void stats_note_translation(struct engine *e, const struct region *region, bool warm, uint32_t host_bytes, uint64_t since);

/* keep.c: under the lock. Opens config.keep; takes the block at `pc` with its translation from there, or NULL. */
void keep_open(struct engine *e);
struct block *keep_adopt(struct thread *t, uint64_t pc, uint32_t mode);

/* The unit is a translation of `b` from now on, of guest code up to `reach`. `warm`: it has a counter and is made again when that has run out;
 * `overwrites`: as in struct translation, for the guest code. */
struct translation *adopt_unit(struct engine *e, const struct host_unit *unit, struct block *b, uint64_t reach, bool warm, uint32_t overwrites);
void adopt_forgone(struct engine *e, struct translation *new, const union forgone *forgone, uint32_t count);
void publish_translation(struct engine *e, struct block *b, const struct translation *new);

/* map.c: find without lock, the rest under it. */
struct block *map_find(const struct engine *e, uint64_t pc, uint32_t mode);
void map_init(struct engine *e);
void map_add(struct engine *e, struct block *b);
void map_clear(struct engine *e);
void map_extend(struct engine *e, struct block *b, uint64_t reach); /* it depends on bytes up to there, too */

/* Takes every block with bytes in [start, end) out of the map and marks it dead, then calls `removed` for it. */
void map_remove_range(struct engine *e, uint64_t start, uint64_t end, void (*removed)(struct engine *, struct block *));

/* cache.c: under the lock; make_ready prepares for one more translation; flush stops the world and forgets all blocks. */
void cache_init(struct engine *e);
void cache_make_ready(struct engine *e);
void cache_flush(struct thread *t);
void cache_before_fork(struct engine *e);
void cache_after_fork(struct engine *e, bool child);
const struct translation *cache_find(const struct engine *e, const void *tpc); /* async-signal-safe; NULL: none is there */
bool cache_contains(const struct engine *e, const void *tpc);

/* chain.c: under the lock. A site's target is known now: links it if that is translated. A block has a new translation: links all
 * sites with that target; it goes away: unlinks them. */
void chain_site(struct engine *e, uint32_t number, struct block *target);
void chain_incoming(struct engine *e, struct block *target);
void unchain_incoming(struct engine *e, struct block *target);

/* indirect.c: a thread's indirect-branch cache, INDIRECT_LINES lines; the line in which `spc` belongs. */
struct indirect_line *indirect_new(void);
void indirect_clear(struct indirect_line *lines);
void indirect_free(struct indirect_line *lines);
struct indirect_line *indirect_line(const struct thread *t, uint64_t spc);

/* engine.c: threads and blocks. A thread is inside (may hold pointers to blocks) or outside; to wait for the lock, it goes
 * outside. enter_blocks waits while the world is stopped. */
void enter_blocks(struct thread *t);
void leave_blocks(struct thread *t);
bool lock_engine(struct thread *t);         /* goes outside while it waits; false: meanwhile the cache was flushed */
void unlock_engine(struct thread *t);
void let_polls_pass(struct thread *t);      /* on the thread: what came before is going to be attended to */
bool is_poll(const struct thread *t, uint64_t address); /* async-signal-safe */
void stop_world(struct thread *t);          /* under the lock; every other thread is outside when it returns */
void resume_world(struct engine *e);
void forget_translations(struct thread *t); /* its return stack and indirect-branch cache; it is outside, or the caller */

#endif
