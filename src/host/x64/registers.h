/* Who lives in which register, and where the context block's cells are from there. */
#ifndef FERRY_X64_REGISTERS_H
#define FERRY_X64_REGISTERS_H

#include "host/regalloc.h"
#include "host/x64/encode.h"

/* rbp is the context block's address plus this, so that slots 0 to 31 are reached with disp8. */
enum { CONTEXT_BIAS = 128 };

static inline struct operand context_at(size_t offset) { return at_base(RBP, (int32_t)offset - CONTEXT_BIAS); }
static inline struct operand cell_at(unsigned cell) { return context_at(8 * cell); }
#define CONTEXT(field) context_at(offsetof(struct context, field))

/* Cells of context.spill that calls into C use; the allocator has those before. */
enum {
    ALLOCATOR_SPILLS = 76,
    CELL_OPERAND_A = SPILL_CELL + ALLOCATOR_SPILLS, /* and the result */
    CELL_OPERAND_B,
    CELL_OPERAND_C,
    CELL_OPERATION,   /* which operation: struct evaluation */
    CELL_MXCSR,       /* two 32-bit words: saved and changed */
    CELL_SAVE_GENERAL,
    CELL_VECTOR_A = CELL_SAVE_GENERAL + 9, /* and the result; two cells each */
    CELL_VECTOR_B = CELL_VECTOR_A + 2,
    CELL_VECTOR_C = CELL_VECTOR_B + 2,
    CELL_SAVE_VECTOR = CELL_VECTOR_C + 2,
    CELL_END = CELL_SAVE_VECTOR + 2 * 32,
};
_Static_assert((int)CELL_END <= (int)SPILL_CELL + MAX_SPILLS, "the save area does not fit context.spill");

/* Fills in where slots live under this configuration. */
struct host_config;
void x64_plan(const struct host_config *config, struct register_plan *plan);

#endif
