/* The register context block: everything that running guest code touches through one pointer, whether it is interpreted,
 * evaluated or translated. One per guest thread, owned and written by that thread; `attention` alone is also set by others
 * and by host signal handlers. */
#ifndef FERRY_CONTEXT_H
#define FERRY_CONTEXT_H

#include <stdatomic.h>

#include "state/layout.h"

/* Why guest code was left for the emulation manager, besides having reached another block. */
enum event {
    EVENT_NONE,
    EVENT_SYSCALL,    /* pc: after the system call instruction */
    EVENT_FAST_SYSCALL, /* a system call by an instruction that keeps nothing: where to go on is the environment's to know; pc: after it */
    EVENT_BREAKPOINT, /* pc: at the breakpoint instruction */
    EVENT_ILLEGAL,    /* pc: at the instruction that is not one */
    EVENT_CODE_SYNC,  /* the guest asked that code it wrote be seen; pc: after */
    EVENT_MODE,       /* context.mode changed; pc: after */
    EVENT_FAULT,      /* a memory access failed; pc: at the access; the signal's facts are with the environment */
    EVENT_MISALIGNED, /* an access that must be aligned is not; pc: at the instruction */
    EVENT_STALE,      /* code is no longer what it was translated from; pc: where it begins. The emulation manager's own business */
    EVENT_DIVIDE,     /* an integer division has no answer; pc: at the instruction */
    EVENT_PROTECTION, /* not for programs; pc: as the ISA says */
    EVENT_NO_CODE,    /* no executable memory at pc (from the emulation manager, never from an instruction) */
};

/* One line of the indirect-branch cache, direct mapped. spc == NO_SPC: empty. */
struct indirect_line {
    _Atomic uint64_t spc;
    const void *_Atomic tpc;
};

#define NO_SPC UINT64_MAX /* never the address of an instruction */

enum { INDIRECT_LINES = 1 << 14, MAX_SPILLS = 160 };

/* Translated code reads the word so many bytes before the block: where the thread's attention is wanted that access is made to fail. */
enum { POLL_DISTANCE = 8 };

struct context {
    uint64_t slot[MAX_SLOTS];
    uint64_t pc;                /* SPC, valid whenever guest code is not running */
    uint32_t mode;              /* translation mode: facts a translation relies on (see guest.h), part of its key */
    uint32_t event;             /* enum event */
    _Atomic uint32_t attention; /* not 0: leave for the emulation manager at the next poll */
    uint32_t in_helper;         /* 1: translated code has called a helper that may fault; slots and pc are in this block then */
    const void *insn;           /* interpreter: record of the instruction being executed */
    uint64_t access;            /* IR evaluator: address of the newest memory access */
    const void **return_top;          /* stack of predicted returns, while not in translated code: the newest call's landing, a TPC; below it the others' */
    void *native_stack;               /* stack pointer of the C code that entered translated code */
    struct indirect_line *indirect;   /* INDIRECT_LINES lines of this thread */
    uint64_t spill[MAX_SPILLS];       /* the register allocator's */
};

#endif
