/* What the files of this folder share. */
#ifndef FERRY_POWERPC_H
#define FERRY_POWERPC_H

#include "guest/guest.h"
#include "guest/powerpc/fpscr.h"
#include "guest/powerpc/regs.h"
#include "ir/float.h"

#define GUEST(name) powerpc_##name
#define GUEST_OPS "guest/powerpc/ops.inc"

enum powerpc_op {
#define OP(name, ends) OP_##name,
#include GUEST_OPS
#undef OP
    OP_COUNT
};

/* A predecoded instruction. Registers are slots, bits of the condition register numbers (0: LT of cr0). */
struct powerpc_insn {
    struct insn head;
    uint8_t rt;  /* target; or source (RS) of stores and logical instructions; BF, BT, BO, TO */
    uint8_t ra;  /* or BFA, BA; BI's field */
    uint8_t rb;  /* or SH, NB, BB; BI's bit in its field */
    uint8_t rx;  /* FRC, BC, FXM, FLM, U; LK in bit 0, AA in bit 1 */
    union {
        int32_t imm;   /* shifted and extended as the instruction says */
        uint32_t word; /* OP_illegal: its bytes, as a number */
        struct {
            uint8_t mb, me;
            bool overflow, record; /* OE, Rc */
        };
    };
};

enum { LINK = 1, ABSOLUTE = 2 }; /* rx of branches */

enum {
    HELPER_read_cr, HELPER_copy_summary, HELPER_read_time, HELPER_load_string, HELPER_store_string,
    /* float.c */
    HELPER_nan_result, HELPER_convert, HELPER_truncate, HELPER_unordered, HELPER_to_single, HELPER_from_single, HELPER_estimate,
    HELPER_set_rounding,
    /* vector-float.c */
    HELPER_vector_float,
    HELPER_COUNT
};

/* What HELPER_nan_result is told: the operation, and 1 + the numbers of its operands (0: none) in the order in which they are written. */
enum float_operation { FLOAT_ADD, FLOAT_SUBTRACT, FLOAT_MULTIPLY, FLOAT_DIVIDE, FLOAT_ROOT, FLOAT_FUSED_ADD, FLOAT_FUSED_SUBTRACT, FLOAT_ROUND };
static inline uint32_t float_case(enum float_operation operation, bool single, unsigned a, unsigned b, unsigned c)
{
    return (uint32_t)operation | (uint32_t)single << 4 | a << 8 | b << 16 | c << 24;
}

/* What HELPER_vector_float is told: the operation, the slots of vrt, vra, vrb, vrc, and an immediate. */
enum vector_float_operation {
    VECTOR_ADD, VECTOR_SUBTRACT, VECTOR_MAXIMUM, VECTOR_MINIMUM, VECTOR_MULTIPLY_ADD, VECTOR_NEGATED_MULTIPLY_SUBTRACT,
    VECTOR_RECIPROCAL, VECTOR_RECIPROCAL_ROOT, VECTOR_POWER, VECTOR_LOGARITHM,
    VECTOR_ROUND_NEAREST, VECTOR_ROUND_ZERO, VECTOR_ROUND_UP, VECTOR_ROUND_DOWN,
    VECTOR_FROM_UNSIGNED, VECTOR_FROM_SIGNED, VECTOR_TO_UNSIGNED, VECTOR_TO_SIGNED,
    VECTOR_EQUAL, VECTOR_AT_LEAST, VECTOR_GREATER, VECTOR_BOUNDS,
};
static inline uint64_t vector_float_case(enum vector_float_operation operation, unsigned t, unsigned a, unsigned b, unsigned c)
{
    return (uint64_t)operation | (uint64_t)t << 8 | (uint64_t)a << 16 | (uint64_t)b << 24 | (uint64_t)c << 32;
}
uint64_t powerpc_vector_float(struct context *c, uint64_t what, uint64_t immediate);

uint64_t powerpc_nan_result(struct context *c, uint64_t what, uint64_t unused);
uint64_t powerpc_convert(struct context *c, uint64_t bits, uint64_t result);
uint64_t powerpc_truncate(struct context *c, uint64_t bits, uint64_t result);
uint64_t powerpc_unordered(struct context *c, uint64_t what, uint64_t difference);
uint64_t powerpc_to_single(struct context *c, uint64_t bits, uint64_t unused);
uint64_t powerpc_from_single(struct context *c, uint64_t bits, uint64_t unused);
uint64_t powerpc_estimate(struct context *c, uint64_t bits, uint64_t of_root);
uint64_t powerpc_set_rounding(struct context *c, uint64_t fpscr, uint64_t unused);

extern const struct ir_helper powerpc_helpers[HELPER_COUNT];

extern const struct layout powerpc_layout;

unsigned powerpc_decode(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out);
void powerpc_disassemble(const struct insn *insn, char *text, size_t size);
void powerpc_run_one(struct context *c, const struct insn *insn);
void powerpc_run_threaded(struct context *c, const struct insn *block);
void powerpc_thread_code(struct insn *insns, size_t count);
void powerpc_lift(struct ir_unit *u, const struct insn *insn);
void powerpc_audit(const struct insn *insn, struct insn_effects *out);

#endif
