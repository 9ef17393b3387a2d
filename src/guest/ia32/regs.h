/* The IA-32 register file as slots of the register context block. */
#ifndef FERRY_IA32_REGS_H
#define FERRY_IA32_REGS_H

#include "state/context.h"

enum {
    IA32_EAX, IA32_ECX, IA32_EDX, IA32_EBX, IA32_ESP, IA32_EBP, IA32_ESI, IA32_EDI, /* as instructions number them */
    /* The arithmetic flags, lazily (SDM volume 1, 3.4.3.1): which kind of operation set them, and from what they follow. See flags.inc. */
    IA32_KIND, IA32_X, IA32_Y, IA32_Z, IA32_CARRY, IA32_ROTATED,
    IA32_DIRECTION,               /* DF: 0 or 1 */
    IA32_OTHER_FLAGS,             /* what of EFLAGS is neither: bits of IA32_CHANGEABLE */
    IA32_ES, IA32_CS, IA32_SS, IA32_DS, IA32_FS, IA32_GS,                   /* selectors, as instructions number them */
    IA32_ES_BASE, IA32_CS_BASE, IA32_SS_BASE, IA32_DS_BASE, IA32_FS_BASE, IA32_GS_BASE, /* linear addresses */
    IA32_TLS,                     /* the thread's own three descriptors in the global table, as that has them */
    IA32_LOCAL = IA32_TLS + 3,    /* address of the process's struct ia32_local_table; 0: none */
    IA32_XMM0 = IA32_LOCAL + 1,   /* two cells each */
    IA32_FIRST = IA32_XMM0 + 16, IA32_SECOND = IA32_FIRST + 2, /* no state: operands of helpers, and their result; two cells each */
    IA32_ZERO = IA32_SECOND + 2,  /* no state: the register of an address that has none */
    IA32_SLOT_COUNT
};

/* Bits of EFLAGS. */
enum {
    EFLAGS_CF = 1, EFLAGS_PF = 4, EFLAGS_AF = 0x10, EFLAGS_ZF = 0x40, EFLAGS_SF = 0x80, EFLAGS_TF = 0x100, EFLAGS_IF = 0x200,
    EFLAGS_DF = 0x400, EFLAGS_OF = 0x800, EFLAGS_NT = 0x4000, EFLAGS_AC = 0x40000, EFLAGS_ID = 0x200000,
    EFLAGS_ARITHMETIC = EFLAGS_CF | EFLAGS_PF | EFLAGS_AF | EFLAGS_ZF | EFLAGS_SF | EFLAGS_OF,
    EFLAGS_ALWAYS = EFLAGS_IF | 2,
    IA32_CHANGEABLE = EFLAGS_NT | EFLAGS_AC | EFLAGS_ID,
};

/* What the processor offers, as CPUID's leaf 1 has it in EDX (which AT_HWCAP repeats) and ECX, and by /proc/cpuinfo's names (SDM volume 2, CPUID). */
enum {
    IA32_FEATURES_EDX = 1 /* FPU */ | 1 << 4 /* TSC */ | 1 << 8 /* CX8 */ | 1 << 11 /* SEP */ | 1 << 15 /* CMOV */ | 1 << 19 /* CLFLUSH */ | 1 << 23 /* MMX */ | 1 << 24 /* FXSR */ |
                        1 << 25 /* SSE */ | 1 << 26 /* SSE2 */,
    IA32_FEATURES_ECX = 1 /* SSE3 */ | 1 << 9 /* SSSE3 */ | 1 << 19 /* SSE4.1 */ | 1 << 20 /* SSE4.2 */ | 1 << 23 /* POPCNT */,
    IA32_CLFLUSH_LINE = 64,
};
#define IA32_FEATURE_NAMES "fpu tsc cx8 sep cmov clflush mmx fxsr sse sse2 pni ssse3 sse4_1 sse4_2 popcnt"

/* context.mode: what translations rely on. */
enum {
    IA32_MODE_SEGMENTED = 1,      /* ES, SS or DS has another base than 0 */
    IA32_MODE_EAGER = 2,          /* flags are computed at once: --no-lazy-flags */
    IA32_MODE_TRAPS = 4,          /* MXCSR leaves exceptions unmasked */
};

/* The table of modify_ldt(2), owned by whoever surrounds the guest. */
struct ia32_local_table {
    uint32_t count;
    uint64_t descriptor[8192]; /* as in SDM volume 3, 3.4.5 */
};

/* Selectors as Linux on x86-64 gives them to programs of 32 bits. */
enum { IA32_CODE_SELECTOR = 0x23, IA32_DATA_SELECTOR = 0x2b, IA32_FIRST_TLS = 12, IA32_TLS_COUNT = 3 };

/* EFLAGS as a whole, as programs and signal frames have it. */
uint32_t ia32_read_eflags(const struct context *c);
void ia32_write_eflags(struct context *c, uint32_t eflags);

/* A descriptor of a segment for programs, as modify_ldt(2) and set_thread_area(2) describe it. */
struct ia32_segment {
    uint32_t base, limit;     /* limit: in bytes or, if `in_pages`, pages, less one */
    bool is_32, is_code, conforming_or_down, readable_or_writable, in_pages, present, available;
};
uint64_t ia32_describe_segment(const struct ia32_segment *segment);
void ia32_read_descriptor(uint64_t descriptor, struct ia32_segment *segment);

/* All of the floating-point state as FXSAVE has it (SDM volume 1, table 10-2), of which IA32_FLOAT_USED bytes are written; the calling thread's and the
 * context's. What is not written becomes 0. Restoring gives false, and does nothing, if MXCSR has bits that do not exist. */
enum { IA32_FLOAT_STATE = 512, IA32_FLOAT_USED = 288, IA32_MXCSR_AT = 24, IA32_MXCSR_BITS = 0xffff };
void ia32_save_float_state(const struct context *c, uint8_t *state);
bool ia32_restore_float_state(struct context *c, const uint8_t *state);

/* Whether MXCSR has an exception that is not masked, which then is the reason for SIGFPE. */
bool ia32_vector_exception(void);

/* As new programs and signal handlers find it. */
void ia32_reset_float_state(struct context *c);

/* Descriptors have changed: the bases of segments that are in use become theirs. */
void ia32_reload_segments(struct context *c);

#endif
