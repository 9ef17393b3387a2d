/* The RISC-V register file as slots of the register context block. */
#ifndef FERRY_RISCV_REGS_H
#define FERRY_RISCV_REGS_H

#include "state/context.h"

/* Two cells have no name and are no state: the one of x0 is always zero, and writes to x0 go to RV_NOWHERE, which is never
 * read. So no meaning has to ask whether its register is x0. */
enum {
    RV_ZERO = 0,
    RV_RA = 1,
    RV_SP = 2,
    RV_TP = 4,
    RV_T0 = 5,
    RV_A0 = 10,
    RV_F = 32,                /* f0 to f31, as 64 bits; floats narrower than that are NaN-boxed */
    RV_FRM = 64,              /* rounding mode as written, 0 to 7; helpers alone touch it */
    RV_RESERVED_ADDRESS = 65, /* of the newest load-reserved; RV_NO_RESERVATION: none */
    RV_RESERVED_VALUE = 66,   /* what it read, sign-extended */
    RV_NOWHERE = 67,
    RV_SLOT_COUNT
};

#define RV_NO_RESERVATION UINT64_MAX /* not aligned, hence never the address of one */

/* Translation modes (context.mode): what a rounding-mode field of 7, "as frm says", comes to. */
enum { RV_MODE_HOST,    /* what the host thread's floating-point environment says: it has the guest's mode */
       RV_MODE_MAX,     /* to nearest, ties to maximum magnitude: hosts do not have it as a mode */
       RV_MODE_INVALID, /* frm is 5, 6 or 7: such instructions are illegal */ };

/* The floating-point control and status register, for signal frames; on the thread that owns the context. */
uint32_t riscv_read_fcsr(struct context *c);
void riscv_write_fcsr(struct context *c, uint32_t fcsr);

#endif
