/* Writes x86-64 instructions, and prints them as it goes when asked to. Knows no IR. Errors are sticky: emit freely, look at
 * `overflow` of the code buffer once at the end. */
#ifndef FERRY_X64_ENCODE_H
#define FERRY_X64_ENCODE_H

#include <stdio.h>

#include "host/host.h"

enum x64_op {
#define I(name, ...) X64_##name,
#include "host/x64/insns.inc"
    X64_OP_COUNT
};

/* General registers by their number in encodings; vector registers are 0 to 31 likewise. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

/* Conditions by their number in encodings; x ^ 1 is the opposite. */
enum condition { CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G };

enum { NO_BASE = 0xff, NO_INDEX = 0xff, RIP_LABEL = 0xfe, RIP_LANDMARK = 0xfd };

/* A place elsewhere in the same buffer, with the name it has in listings. */
/* What changes in code that is copied elsewhere, or by another run of Ferry: 4-byte distances to the runtime and to the unit's counter, 4-byte
 * numbers of sites, 8-byte addresses of functions of Ferry's. In the upper bits of a relocation; the field's place is below. */
enum relocation { RELOCATE_RUNTIME, RELOCATE_COUNTER, RELOCATE_SITE, RELOCATE_FUNCTION };
enum { RELOCATION_SHIFT = 28 };

struct landmark {
    const char *name;
    uint32_t at; /* offset */
    enum relocation relocation;
};

/* What a ModRM byte can say: a register, or memory at base + (index << scale) + disp. Of a size that travels in registers. */
struct operand {
    bool is_memory;
    union {
        uint8_t reg;
        uint8_t base;
    };
    uint8_t index;
    uint8_t scale : 7;
    bool wraps : 1; /* the sum is computed in 32 bits, which then are the address */
    int32_t disp;
    union { /* not with immediates */
        struct label *label;             /* base is RIP_LABEL */
        const struct landmark *landmark; /* base is RIP_LANDMARK: disp bytes after it */
    };
};

_Static_assert(sizeof(struct operand) == 16, "operands would travel through memory");

static inline struct operand in_reg(unsigned reg) { return (struct operand){ .reg = (uint8_t)reg }; }

static inline struct operand at_base(unsigned base, int32_t disp)
{
    return (struct operand){ .is_memory = true, .base = (uint8_t)base, .index = NO_INDEX, .disp = disp };
}

/* A place in the code; all zero: not bound, not used. Uses before it is bound are chained through their rel32 fields. */
struct label {
    bool bound;
    uint32_t at;       /* offset in the buffer, once bound */
    uint32_t newest;   /* newest unresolved use: offset of its rel32 field; 0: none */
    uint32_t number;   /* in listings; 0: none yet */
};

struct emitter {
    struct code_buffer *out;
    uint8_t *write;    /* out->write */
    uint32_t at;       /* offset of the next instruction */
    uint32_t limit;    /* instructions must start below */
    bool avx;          /* use VEX forms */
    bool quiet;        /* do not list */
    uint8_t atomic;    /* bytes, a power of two: a store within an aligned piece of that size is atomic */
    FILE *listing;
    uint32_t labels;   /* numbers given */
    uint32_t flag_changes; /* instructions that changed condition codes so far, calls not counted */
    struct arena *relocations_in; /* not NULL: note relocations, there */
    uint32_t start;               /* what their places count from */
    uint32_t *relocations;
    uint32_t relocation_count, relocation_capacity;
};

/* Begins at out->used; `avx` says whether the CPU may be given VEX instructions. */
void emitter_init(struct emitter *e, struct code_buffer *out, bool avx, FILE *listing);

/* One instruction; operands that its form does not have are ignored. `condition` is for CC rows. */
struct x64_insn {
    uint16_t op; /* enum x64_op */
    uint8_t width;
    uint8_t reg, v;
    uint8_t condition;
    struct operand rm;
    int64_t imm;
};
void emit(struct emitter *e, const struct x64_insn *insn);

static inline void emit_op(struct emitter *e, enum x64_op op, unsigned width, unsigned reg, struct operand rm)
{
    emit(e, &(struct x64_insn){ .op = (uint16_t)op, .width = (uint8_t)width, .reg = (uint8_t)reg, .v = (uint8_t)reg, .rm = rm });
}

/* The reg field of three-operand forms is the destination, `v` the first source but for shifts, where it is the count. */
static inline void emit_op3(struct emitter *e, enum x64_op op, unsigned width, unsigned reg, unsigned v, struct operand rm)
{
    emit(e, &(struct x64_insn){ .op = (uint16_t)op, .width = (uint8_t)width, .reg = (uint8_t)reg, .v = (uint8_t)v, .rm = rm });
}

static inline void emit_imm(struct emitter *e, enum x64_op op, unsigned width, struct operand rm, int64_t imm)
{
    emit(e, &(struct x64_insn){ .op = (uint16_t)op, .width = (uint8_t)width, .rm = rm, .imm = imm });
}

static inline void emit_op_imm(struct emitter *e, enum x64_op op, unsigned width, unsigned reg, struct operand rm, int64_t imm)
{
    emit(e, &(struct x64_insn){ .op = (uint16_t)op, .width = (uint8_t)width, .reg = (uint8_t)reg, .rm = rm, .imm = imm });
}

static inline void emit_cc(struct emitter *e, enum x64_op op, enum condition cc, unsigned width, unsigned reg, struct operand rm)
{
    emit(e, &(struct x64_insn){ .op = (uint16_t)op, .width = (uint8_t)width, .reg = (uint8_t)reg, .condition = (uint8_t)cc, .rm = rm });
}

static inline bool fits_int32(uint64_t x) { return (uint64_t)(int64_t)(int32_t)x == x; }

/* reg = value in the shortest form that leaves the flags alone. */
void emit_mov_imm(struct emitter *e, unsigned reg, uint64_t value);

/* rax = address of a function, listed by its name. */
void emit_mov_function(struct emitter *e, const void *function, const char *name);

void emit_push_imm(struct emitter *e, int32_t value);
void emit_push(struct emitter *e, unsigned reg);
void emit_pop(struct emitter *e, unsigned reg);
void emit_ret(struct emitter *e);

/* Sign-extends rax into rdx: cdq or cqo. */
void emit_lahf(struct emitter *e);
void emit_movzx_ah(struct emitter *e); /* to eax */
void emit_sahf(struct emitter *e);
void emit_mmx_move(struct emitter *e, bool to_mmx, unsigned mmx, unsigned reg);
void emit_x87(struct emitter *e, unsigned encoding); /* an instruction on registers, as in ir/extended.h */
void emit_sign_to_rdx(struct emitter *e, unsigned width);

void emit_bswap(struct emitter *e, unsigned width, unsigned reg);

/* The field at `at` (offset in the buffer) is of that kind. */
void note_relocation(struct emitter *e, enum relocation kind, uint32_t at);

/* `size` bytes of no-operation, 0 to 15. */
void emit_nops(struct emitter *e, unsigned size);

/* Pads so that a 4-byte field that starts `ahead` bytes on can be patched by one atomic store. */
void emit_patchable(struct emitter *e, unsigned ahead);
unsigned patchable_padding(const struct emitter *e, unsigned ahead);

/* Branches with rel32. Those return the offset of that field, for whoever patches it later. */
uint32_t emit_jmp(struct emitter *e, struct label *target);
uint32_t emit_jcc(struct emitter *e, enum condition cc, struct label *target);
uint32_t emit_call(struct emitter *e, struct label *target);

void emit_jmp_to(struct emitter *e, const struct landmark *target);
void emit_call_to(struct emitter *e, const struct landmark *target);
void emit_jcc_to(struct emitter *e, enum condition cc, const struct landmark *target);

void emit_bind(struct emitter *e, struct label *label);

/* 8 bytes of data, to be aligned by the caller. */
void emit_data64(struct emitter *e, uint64_t value);
void emit_align(struct emitter *e, unsigned power_of_two);

#endif
