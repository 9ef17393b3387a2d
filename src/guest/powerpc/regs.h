/* The PowerPC register file as slots of the register context block. */
#ifndef FERRY_POWERPC_REGS_H
#define FERRY_POWERPC_REGS_H

#include "state/context.h"

/* A condition register field is two slots. POWERPC_CR holds what was compared as one number of 64 bits, from which its bits are read:
 *     EQ  the low 32 bits are 0        LT  bit 62 is 1        GT  greater than 0, signed
 * so that the difference of two 32-bit numbers, signed or unsigned, computed in 64 bits, is the result of comparing them. Every other
 * combination of the three bits has numbers, too. POWERPC_CR_SO is 0 or 1. */
enum {
    POWERPC_R = 0,                  /* r0 to r31 */
    POWERPC_SP = 1,
    POWERPC_TP = 2,
    POWERPC_F = 32,                 /* f0 to f31 */
    POWERPC_CR = 64,                /* of cr0 to cr7 */
    POWERPC_CR_SO = 72,             /* of cr0 to cr7 */
    POWERPC_LR = 80,
    POWERPC_CTR,
    POWERPC_SO, POWERPC_OV, POWERPC_CA, /* of XER, each 0 or 1 */
    POWERPC_COUNT,                  /* XER's other bits, of which the low 7 are the length for lswx and stswx */
    POWERPC_RESERVED_ADDRESS,       /* of the newest lwarx; POWERPC_NO_RESERVATION: none */
    POWERPC_RESERVED_VALUE,         /* what it read, as it lies in memory */
    POWERPC_VRSAVE,
    POWERPC_FPSCR,                  /* what floating-point instructions that only compute do not change; see float.c. Helpers alone touch it */
    POWERPC_RESULT,                 /* of the newest floating-point instruction that sets FPRF by its result */
    POWERPC_COMPARED,               /* by a floating-point comparison since: as POWERPC_CR; or POWERPC_NOT_COMPARED */
    POWERPC_ZERO,                   /* no state: register 0 where it stands for the number 0 */
    POWERPC_SLOT_COUNT
};

#define POWERPC_NO_RESERVATION UINT32_MAX /* not aligned, hence never the address of one */

#define POWERPC_UNORDERED (UINT64_C(1) << 63 | 1) /* neither less nor greater nor equal */
#define POWERPC_NOT_COMPARED 2                    /* no comparison gives this difference */

enum { POWERPC_XER_OTHERS = 0x1ff3ffff }; /* bits of POWERPC_COUNT: not SO, OV, CA, nor what are OV32 and CA32 in younger processors */

enum { POWERPC_LT = 8, POWERPC_GT = 4, POWERPC_EQ = 2, POWERPC_SUMMARY = 1 }; /* bits of a field as mfcr and mtcrf have them */

/* The whole condition register, cr0 in the highest bits, and XER, as programs and signal frames have them. */
uint32_t powerpc_read_cr(const struct context *c);
void powerpc_write_cr(struct context *c, uint32_t cr);
uint32_t powerpc_read_xer(const struct context *c);
void powerpc_write_xer(struct context *c, uint32_t xer);

/* The floating-point status and control register, on the thread that owns the context. */
uint32_t powerpc_read_fpscr(struct context *c);
void powerpc_write_fpscr(struct context *c, uint32_t fpscr);

/* What POWERPC_CR holds for LT, GT and EQ bits. */
uint64_t powerpc_order_of(unsigned bits);

#endif
