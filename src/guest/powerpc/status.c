/* The floating-point status and control register for those that are no instructions: signal frames. */
#include "guest/powerpc/powerpc.h"
#include "sem/exec.h"

#include "guest/powerpc/field.inc"
#include "guest/powerpc/status.inc"

uint32_t powerpc_read_fpscr(struct context *c)
{
    sem s = { .context = c };
    return (uint32_t)read_fpscr(s).bits;
}

void powerpc_write_fpscr(struct context *c, uint32_t fpscr)
{
    sem s = { .context = c };
    powerpc_set_rounding(c, fpscr, 0);
    keep_fpscr(s, imm(s, 32, fpscr));
}
