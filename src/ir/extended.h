/* Floating point of 80 bits, as a stack of eight registers with a control and a status word: the x87 unit (SDM volume 1, chapter 8). It is the host
 * thread's own, as the other floating-point environment is; nothing else in Ferry uses it. */
#ifndef FERRY_EXTENDED_H
#define FERRY_EXTENDED_H

#include <stdbool.h>
#include <stdint.h>

/* Executes an instruction on registers: `encoding` has the low three bits of its first byte and, below, its second byte, at least 0xc0. Condition
 * codes CF, PF and ZF are given, for moves that depend on them, as the low byte of EFLAGS has them, and come back, from comparisons, as bits ORDER_...
 * (ir/float.h). Raises SIGFPE if an exception is pending that is not masked, before it does anything. */
uint8_t extended_execute(unsigned encoding, uint8_t flags);

/* The same with memory at `address`, which may fault; then nothing has happened. Bits 3 to 5 of the second byte count. EXTENDED_16: with the prefix for
 * 16-bit operands. */
enum { EXTENDED_16 = 0x800 };

/* Whether it stores where the newest instruction and its operand are (FNSTENV, FNSAVE): in the host. That is nobody's business; zeros are stored instead, as
 * extended_save and extended_save_all do. */
static inline bool extended_tells_pointers(unsigned encoding)
{
    unsigned opcode_and_middle = encoding & ~(unsigned)EXTENDED_16 & ~7u & ~0xc0u;
    return opcode_and_middle == (1 << 8 | 6 << 3) || opcode_and_middle == (5 << 8 | 6 << 3);
}

void extended_access(unsigned encoding, uint64_t address);

/* The status word. */
uint16_t extended_status(void);

/* The low 64 bits of a register, 0 to 7, as a number (SDM volume 1, 9.5): then the stack is at its beginning and no register is empty; writing makes the
 * rest ones. After extended_mmx_empty all are empty. */
uint64_t extended_mmx_read(unsigned number);
void extended_mmx_write(unsigned number, uint64_t value);
void extended_mmx_empty(void);

/* All of it, and what the vector unit has, as FXSAVE has it: 512 bytes at a multiple of 16. Restoring changes no vector register of Ferry's. */
void extended_save_all(void *state);
void extended_restore_all(const void *state);

/* All of it: 108 bytes, as FNSAVE writes them; and the state that new programs find. */
enum { EXTENDED_STATE = 108 };
void extended_save(void *state);
void extended_restore(const void *state);
void extended_reset(void);

#endif
