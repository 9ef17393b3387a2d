/* What the files of this folder share. */
#ifndef FERRY_RISCV_H
#define FERRY_RISCV_H

#include "guest/guest.h"
#include "guest/riscv/regs.h"

#define GUEST(name) riscv_##name
#define GUEST_OPS "guest/riscv/ops.inc"

enum riscv_op {
#define OP(name, ends) OP_##name,
#include GUEST_OPS
#undef OP
    OP_COUNT
};

/* A predecoded instruction. Registers are slots; a written x0 is RV_NOWHERE. */
struct riscv_insn {
    struct insn head;
    uint8_t rd, rs1, rs2;
    union {
        uint8_t rs3;
        uint8_t zimm;   /* the CSR instructions' immediate */
    };
    union {
        int32_t imm;
        uint32_t rm;    /* enum ir_rounding */
        uint32_t order; /* aq and rl (bits 1 and 0); or a fence's sets: fm, predecessor, successor */
        uint32_t csr;
        uint32_t word;  /* OP_illegal: its bytes */
    };
};

enum { CSR_FFLAGS = 1, CSR_FRM = 2, CSR_FCSR = 3, CSR_CYCLE = 0xc00, CSR_TIME = 0xc01, CSR_INSTRET = 0xc02 };

enum { HELPER_read_csr, HELPER_write_csr, HELPER_read_counter, HELPER_classify, HELPER_COUNT };
extern const struct ir_helper riscv_helpers[HELPER_COUNT];

extern const struct layout riscv_layout;

unsigned riscv_decode(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out);
void riscv_disassemble(const struct insn *insn, char *text, size_t size);
void riscv_run_one(struct context *c, const struct insn *insn);
void riscv_run_threaded(struct context *c, const struct insn *block);
void riscv_thread_code(struct insn *insns, size_t count);
void riscv_lift(struct ir_unit *u, const struct insn *insn);
void riscv_audit(const struct insn *insn, struct insn_effects *out);

#endif
