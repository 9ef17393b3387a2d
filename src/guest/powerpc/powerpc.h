/* What the files of this folder share. */
#ifndef FERRY_POWERPC_H
#define FERRY_POWERPC_H

#include "guest/guest.h"
#include "guest/powerpc/regs.h"

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

enum { HELPER_read_cr, HELPER_read_time, HELPER_load_string, HELPER_store_string, HELPER_COUNT };
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
