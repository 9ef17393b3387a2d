/* What the passes share: replacing values while walking a unit from front to back. For files of src/opt only. */
#ifndef FERRY_REWRITE_H
#define FERRY_REWRITE_H

#include "ir/ir.h"

struct rewrite {
    struct ir_unit *u;
    ir_ref *value; /* by instruction: the value that stands for it; itself if nothing else does */
};

struct rewrite rewrite_begin(struct ir_unit *u);

/* Operands of instruction `at`, those of its edges included, become what stands for them. Definitions stand before uses, so
 * a pass that calls this for each instruction in order, and replaces only the instruction it is at, leaves none behind. */
void rewrite_operands(const struct rewrite *r, ir_ref at);

/* From now on `by` stands for instruction `at`, which becomes a nop. */
void rewrite_replace(const struct rewrite *r, ir_ref at, ir_ref by);

static inline void make_nop(struct ir_insn *insn) { *insn = (struct ir_insn){ .op = IR_nop }; }

static inline void make_const(struct ir_insn *insn, enum ir_type type, uint64_t value)
{
    *insn = (struct ir_insn){ .op = IR_const, .type = type, .imm = low_bits(type_bits(type), value) };
}

#endif
