#include <string.h>

#include "guest/ia32/ia32.h"
#include "ir/float.h"

uint64_t ia32_x87(struct context *c, uint64_t encoding, uint64_t flags)
{
    (void)c;
    return extended_execute((unsigned)encoding, (uint8_t)flags);
}

uint64_t ia32_x87_access(struct context *c, uint64_t encoding, uint64_t address)
{
    (void)c;
    extended_access((unsigned)encoding, address);
    return 0;
}

uint64_t ia32_x87_status(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)c, (void)unused, (void)unused_too;
    return extended_status();
}

uint64_t ia32_mmx_read(struct context *c, uint64_t number, uint64_t unused)
{
    (void)c, (void)unused;
    return extended_mmx_read((unsigned)number);
}

uint64_t ia32_mmx_write(struct context *c, uint64_t number, uint64_t value)
{
    (void)c;
    extended_mmx_write((unsigned)number, value);
    return 0;
}

uint64_t ia32_mmx_empty(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)c, (void)unused, (void)unused_too;
    extended_mmx_empty();
    return 0;
}

/* ---- MXCSR (SDM volume 1, 10.2.3): the host thread's own ------------------------------------------------------------------------------------ */

enum { MXCSR_RESET = 0x1f80, MXCSR_MASKS = 0x1f80 };

static void put_mxcsr(struct context *c, uint32_t value)
{
    float_set_mxcsr(value);
    c->mode = (c->mode & ~(uint32_t)IA32_MODE_TRAPS) | ((value & MXCSR_MASKS) == MXCSR_MASKS ? 0 : IA32_MODE_TRAPS);
}

uint64_t ia32_get_mxcsr(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)c, (void)unused, (void)unused_too;
    return float_get_mxcsr();
}

uint64_t ia32_set_mxcsr(struct context *c, uint64_t value, uint64_t unused)
{
    (void)unused;
    put_mxcsr(c, (uint32_t)value);
    return 0;
}

/* The instruction at `pc`, which raises SIGFPE if it has to. */
uint64_t ia32_trapping(struct context *c, uint64_t pc, uint64_t length)
{
    struct ia32_insn insn;
    ia32_decode((const uint8_t *)(uintptr_t)pc, length, pc, c->mode & ~(uint32_t)IA32_MODE_TRAPS, &insn.head);
    ia32_run_one(c, &insn.head);
    return 0;
}

bool ia32_vector_exception(void)
{
    enum { MASKS_AT = 7, EXCEPTIONS = 0x3f };
    uint32_t mxcsr = float_get_mxcsr();
    return mxcsr & ~(mxcsr >> MASKS_AT) & EXCEPTIONS;
}

/* ---- all of it -------------------------------------------------------------------------------------------------------------------------------- */

enum { VECTORS_AT = 160, VECTORS_SIZE = 128 };
struct float_state { uint8_t byte[IA32_FLOAT_STATE]; } __attribute__((aligned(16)));

void ia32_save_float_state(const struct context *c, uint8_t *state)
{
    struct float_state all;
    extended_save_all(&all);
    memcpy(all.byte + VECTORS_AT, &c->slot[IA32_XMM0], VECTORS_SIZE);
    memcpy(state, &all, IA32_FLOAT_USED);
}

bool ia32_restore_float_state(struct context *c, const uint8_t *state)
{
    struct float_state all = { { 0 } };
    uint32_t mxcsr;
    memcpy(&all, state, IA32_FLOAT_USED);
    memcpy(&mxcsr, all.byte + IA32_MXCSR_AT, sizeof mxcsr);
    if (mxcsr & ~(uint32_t)IA32_MXCSR_BITS)
        return false;
    extended_restore_all(&all);
    memcpy(&c->slot[IA32_XMM0], all.byte + VECTORS_AT, VECTORS_SIZE);
    put_mxcsr(c, mxcsr);
    return true;
}

void ia32_reset_float_state(struct context *c)
{
    extended_reset();
    put_mxcsr(c, MXCSR_RESET);
    memset(&c->slot[IA32_XMM0], 0, VECTORS_SIZE);
}

uint64_t ia32_save_float(struct context *c, uint64_t address, uint64_t unused)
{
    (void)unused;
    ia32_save_float_state(c, (uint8_t *)(uintptr_t)address);
    return 0;
}

uint64_t ia32_restore_float(struct context *c, uint64_t address, uint64_t unused)
{
    (void)unused;
    (void)ia32_restore_float_state(c, (const uint8_t *)(uintptr_t)address);
    return 0;
}
