/* What the rest of Ferry knows of a host (target ISA): one struct. Hosts know no guest.
 *
 * Register use in translated code, at every block boundary: one register addresses the register context block; the host stack pointer is
 * the stack of predicted returns (TPCs of landings, the newest call's at the pointer); the first slots of layout.integer_homes and float_homes sit
 * in their homes; all other slots sit in the context block; everything else is free. */
#ifndef FERRY_HOST_H
#define FERRY_HOST_H

#include <stdio.h>

#include "ir/ir.h"

/* Code is written through one mapping and executed through another. */
struct code_buffer {
    uint8_t *write;      /* where byte 0 is written */
    const uint8_t *exec; /* where byte 0 is executed */
    size_t capacity;     /* bytes */
    size_t used;         /* bytes; new code is appended here */
    bool overflow;       /* sticky: something did not fit; `used` is then meaningless until set back */
};

/* Technique switches, all true in normal use. */
struct host_config {
    uint32_t features;        /* bits as in host.feature_names, those the CPU has and the user did not switch off */
    bool homes;               /* --no-regmap: false */
    bool indirect_cache;      /* --no-indirect-cache: false: indirect jumps leave for the emulation manager */
    bool return_prediction;   /* --no-return-prediction: false: calls are jumps, returns are indirect jumps */
    bool relocatable;         /* units say what in their code depends on where it is and on this run of Ferry */
    const struct layout *layout;
    FILE *listing;            /* not NULL: print every emitted instruction there, as text */
};

/* What host.enter returns: the site that was left through (below LEAVE_INDIRECT), or one of these. context.pc says where to go on, except after a
 * site, where the site's SPC does. */
enum { LEAVE_INDIRECT = 0x7f000000, /* an indirect jump found nothing in the cache */
       LEAVE_EVENT };               /* context.event says which */

/* Code common to all units, at the start of the code cache. */
struct host_runtime {
    /* Runs translated code at `tpc` until it leaves. On the calling thread only, with its context. */
    uint32_t (*enter)(struct context *c, const void *tpc);
    const void *return_bottom; /* the landing that is to be at the bottom of each stack of returns */
    size_t size;             /* bytes, from the buffer's start: the runtime's extent */
    const void *facts;       /* what else the host needs for each unit; malloc's, to be freed with the buffer if ever */
};

/* A place in a unit's code that leads to one guest address and can be linked to its translation.
 *
 * An indirect site leaves with its number, the target in context.pc, as long as it has never been predicted: link it to the
 * translation, then predict. From then on a target that is not the predicted one is looked up in context.indirect, line
 * spc / code_alignment % INDIRECT_LINES, and if it is not there the jump leaves with LEAVE_INDIRECT. A prediction that is
 * taken back (NO_SPC) leaves the lookup. Targets are multiples of layout.code_alignment; none is NO_SPC. */
struct host_site {
    uint64_t spc;    /* where it leads; NO_SPC: an indirect jump's predicted target, not known yet */
    uint32_t link;   /* offset in the buffer of the field to patch, which lies so that patching is atomic */
    uint32_t stub;   /* offset in the buffer of the stub that leaves with the site's number */
    uint32_t guess;  /* indirect: offset in the buffer of the prediction; else 0 */
    /* Fleeting slots that are written on the way, in the stub. Link the site only to code that overwrites these before anyone can look; for
     * other code leave the site as it is and link the stub's own end, at `stub_link`, which otherwise goes to `stub_exit`. */
    uint32_t writes, stub_link, stub_exit;
};

/* From `offset` (in the buffer) on, code belongs to the guest instruction at `pc`, which begins at the mark `at` of the unit (0: before the first). In
 * ascending order of offset. */
struct host_mark {
    uint32_t offset;
    ir_ref at;
    uint64_t pc;
};

enum { MAX_SITES = 160 }; /* two for each instruction of the longest block, and some */

struct host_unit {
    uint32_t start, size; /* offset in the buffer and bytes; entered at its start */
    struct host_site sites[MAX_SITES];
    unsigned site_count;
    struct host_mark *marks; /* in the arena of the unit that was translated */
    unsigned mark_count;
    uint32_t *relocations;   /* likewise; opaque, with offsets from the unit's start; only if host_config.relocatable */
    unsigned relocation_count;
};

/* What a unit's code depends on besides itself. */
struct host_place {
    uint32_t start;          /* offset in the buffer; that of a copy is the same modulo HOST_PLACE_ALIGNMENT */
    uint32_t first_site;
    uint32_t counter;        /* distance from the buffer's start in the executable mapping; 0: no counter */
    uint64_t program;        /* address of Ferry's own code: its function x64_relocate, say */
};
enum { HOST_PLACE_ALIGNMENT = 64 };

struct host {
    const char *name; /* "x86-64" */
    const char *const *feature_names; /* by bit; NULL at the end */

    /* Features of the CPU this runs on. */
    uint32_t (*detect)(void);

    /* Writes the runtime to an empty buffer. */
    void (*make_runtime)(const struct host_config *config, struct code_buffer *out, struct host_runtime *runtime);

    /* Appends the code of `u`; its sites get the numbers first_site, first_site + 1 and so on. `counter` is NULL or counted down
     * each time the code is entered: below 0, it goes to the first site, whose SPC is the unit's own. It must be so near to the executable
     * mapping that both fit 2 GiB, and may be changed by several threads at once. Returns false if it does not
     * fit (buffer.overflow) or, if that is not set, if the unit asks for more sites or crossing values than any code of a guest
     * does: it never will be translated. Nothing was appended then. The unit may be marked up (ir_insn.extra), not changed. */
    bool (*translate)(const struct host_config *config, const struct host_runtime *runtime, struct ir_unit *u,
                      uint32_t *counter, uint32_t first_site, struct code_buffer *out, struct host_unit *result);

    /* Makes code that was copied from place `from`, in this or another run of the same Ferry with the same configuration, right for
     * place `to`. `unit`: start, size, sites (offsets as they are now) and relocations. No site is linked or has a prediction afterwards. */
    void (*relocate)(struct code_buffer *b, const struct host_unit *unit, const struct host_place *from, const struct host_place *to);

    /* Makes the site at buffer offset `link` jump to buffer offset `target`; atomic with regard to threads that execute it. */
    void (*link)(struct code_buffer *b, uint32_t link, uint32_t target);

    /* Sets an indirect site's predicted SPC; link it first. NO_SPC: none. */
    void (*predict)(struct code_buffer *b, uint32_t guess, uint64_t spc);

    /* In a host signal handler: the signal hit translated code, whose homes are in the machine context (a ucontext_t). Brings
     * them into the context block, return_top included. */
    void (*save_homes)(const struct host_runtime *runtime, const void *ucontext, struct context *c);

    /* In a helper that may fault: where in translated code it was called. */
    uint64_t (*helper_pc)(const struct context *c);

    /* In a host signal handler: where execution was, and make it go on in `function`(argument) on the stack of the C code that
     * entered (context.native_stack), or below the present stack pointer if `stack` is NULL. `function` does not return. */
    uint64_t (*signal_pc)(const void *ucontext);

    /* In a host signal handler: a push hit the guard page of the return stack. Makes the landing at `bottom` the newest and lets the
     * push be done again. */
    void (*reset_returns)(void *ucontext, void *bottom);
    void (*redirect)(void *ucontext, void (*function)(void *), void *argument, void *stack);
};

extern const struct host host_x64;

#endif
