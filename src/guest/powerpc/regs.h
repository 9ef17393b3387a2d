/* The PowerPC register file as slots of the register context block. */
#ifndef FERRY_POWERPC_REGS_H
#define FERRY_POWERPC_REGS_H

#include "state/context.h"

/* A condition register field holds what was compared as one number of 64 bits, from which its bits are read:
 *     EQ  the low 32 bits are 0        LT  bit 62 is 1        GT  greater than 0, signed
 * so that the difference of two 32-bit numbers, signed or unsigned, computed in 64 bits, is the result of comparing them. Its bits 34 and 63
 * are alike, and its fourth bit, a copy of XER's SO at the time of the comparison, is XER's SO now: what changes that makes copies first.
 * Every combination of the four bits has a number whose bits 34 and 63 differ, too; then bit 36 is the fourth bit. */
enum {
    POWERPC_R = 0,                  /* r0 to r31 */
    POWERPC_SP = 1,
    POWERPC_TP = 2,
    POWERPC_F = 32,                 /* f0 to f31 */
    POWERPC_CR = 64,                /* of cr0 to cr7 */
    POWERPC_SO = 72, POWERPC_OV, POWERPC_CA, /* of XER, each 0 or 1 */
    POWERPC_RESULT,                 /* of the newest floating-point instruction that sets FPRF by its result */
    POWERPC_COMPARED,               /* by a floating-point comparison since: as POWERPC_CR; or POWERPC_NOT_COMPARED */
    POWERPC_LR,
    POWERPC_CTR,
    POWERPC_COUNT,                  /* XER's other bits, of which the low 7 are the length for lswx and stswx */
    POWERPC_RESERVED_ADDRESS,       /* of the newest lwarx; POWERPC_NO_RESERVATION: none */
    POWERPC_RESERVED_VALUE,         /* what it read, as it lies in memory */
    POWERPC_VRSAVE,
    POWERPC_FPSCR,                  /* what floating-point instructions that only compute do not change; see float.c. Helpers alone touch it */
    POWERPC_ZERO,                   /* no state: register 0 where it stands for the number 0 */
    POWERPC_V = 86,                 /* v0 to v31, two cells each */
    POWERPC_SATURATED = POWERPC_V + 2 * 32, /* any bit of its 128: VSCR's SAT */
    POWERPC_VSCR = POWERPC_SATURATED + 2,   /* its other bit */
    POWERPC_SLOT_COUNT
};

enum { POWERPC_NON_JAVA = 0x10000 }; /* VSCR: denormals count as 0; what Linux starts programs with */

#define POWERPC_NO_RESERVATION UINT32_MAX /* not aligned, hence never the address of one */

/* A field that is no difference. */
#define POWERPC_LT_WORD (UINT64_C(1) << 62)
#define POWERPC_GT_WORD (UINT64_C(1) << 34)
#define POWERPC_NOT_GT_WORD (UINT64_C(1) << 63)
#define POWERPC_SUMMARY_WORD (UINT64_C(1) << POWERPC_SUMMARY_AT)
#define POWERPC_UNORDERED (POWERPC_NOT_GT_WORD | POWERPC_SUMMARY_WORD | 1)
enum { POWERPC_SUMMARY_AT = 36 };

#define POWERPC_NOT_COMPARED 2                    /* no comparison gives this difference */

enum { POWERPC_XER_OTHERS = 0x1ff3ffff }; /* bits of POWERPC_COUNT: not SO, OV, CA, nor what are OV32 and CA32 in younger processors */

enum { POWERPC_LT = 8, POWERPC_GT = 4, POWERPC_EQ = 2, POWERPC_SUMMARY = 1 }; /* bits of a field as mfcr and mtcrf have them */

/* The whole condition register, cr0 in the highest bits, and XER, as programs and signal frames have them. */
uint32_t powerpc_read_cr(const struct context *c);
void powerpc_write_cr(struct context *c, uint32_t cr);
uint32_t powerpc_read_xer(const struct context *c);
void powerpc_write_xer(struct context *c, uint32_t xer);

/* VSCR as a whole. */
uint32_t powerpc_read_vscr(const struct context *c);
void powerpc_write_vscr(struct context *c, uint32_t vscr);

/* The floating-point status and control register, on the thread that owns the context. */
uint32_t powerpc_read_fpscr(struct context *c);
void powerpc_write_fpscr(struct context *c, uint32_t fpscr);

/* The fourth bit of cr0, by which Linux tells of errors. */
void powerpc_set_cr0_summary(struct context *c, bool summary);

#endif
