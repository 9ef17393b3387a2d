/* What the files of this folder share. */
#ifndef FERRY_IA32_H
#define FERRY_IA32_H

#include "guest/guest.h"
#include "guest/ia32/regs.h"
#include "ir/extended.h"

#define GUEST(name) ia32_##name
#define GUEST_OPS "guest/ia32/ops.inc"

enum ia32_op {
#define OP(name, ends) OP_##name,
#include GUEST_OPS
#undef OP
    OP_COUNT
};

enum operand_kind {
    OPERAND_NONE,
    OPERAND_REGISTER,  /* number: slot */
    OPERAND_HIGH_BYTE, /* number: slot; its bits 15 to 8 */
    OPERAND_VECTOR,    /* number: slot */
    OPERAND_MMX,       /* number of the register */
    OPERAND_SEGMENT,   /* number: slot of the selector */
    OPERAND_SYSTEM,    /* number of a control or debug register */
    OPERAND_MEMORY,    /* the one that ia32_insn describes; or what a string instruction works on */
    OPERAND_IMMEDIATE, /* value_of: sign-extended */
    OPERAND_TARGET,    /* value_of: where a branch goes */
    OPERAND_STACK,     /* number of a floating-point register, counted from the top */
    OPERAND_FAR,       /* value_of: offset; the selector is ia32_insn.selector */
};

struct operand {
    uint8_t kind;   /* enum operand_kind */
    uint8_t number;
    uint8_t width;  /* bits; 0: has none */
};

enum { MOST_OPERANDS = 3 };

/* A predecoded instruction. */
struct ia32_insn {
    struct insn head;
    uint32_t displacement;      /* of the memory operand */
    uint32_t value;             /* value_of the first operand that has one */
    uint16_t row;               /* of the table that it was found in */
    uint16_t selector;          /* of a far address; of x87 instructions: X87_ENCODING; of ENTER: its second immediate */
    struct operand operand[MOST_OPERANDS];
    uint8_t base, index, scale; /* of the memory operand: slots, IA32_ZERO for none, and a shift */
    uint8_t segment;            /* slot of its selector: overridden, or the usual one */
    uint8_t size, address_size; /* operand and address size: 16 or 32 */
    uint8_t prefixes;           /* bits HAS_ */
    uint8_t condition;          /* the low four bits of the opcode */
    uint8_t mode;               /* enum of regs.h */
};

static inline uint32_t value_of(const struct ia32_insn *d, unsigned i)
{
    return i && d->operand[i - 1].kind == OPERAND_IMMEDIATE ? (uint32_t)(int16_t)d->selector : d->value;
}

enum { HAS_66 = 1, HAS_67 = 2, HAS_LOCK = 4, HAS_REP = 8, HAS_REPNE = 16, HAS_SEGMENT = 32 };

/* The first byte's low three bits and the second byte, which say all of an x87 instruction but where memory is. */
#define X87_ENCODING(opcode, modrm) ((uint16_t)(((opcode) & 7) << 8 | (modrm)))

/* A line of ia32.decode. */
enum row_prefix { PREFIX_ANY, PREFIX_NONE, PREFIX_66, PREFIX_F3, PREFIX_F2 };
enum { TRAIT_MODRM = 1, TRAIT_CONDITION = 2, TRAIT_LOCK = 4, TRAIT_REP = 8 };
struct row {
    uint16_t op;
    const char *text;
    uint8_t prefix;          /* enum row_prefix */
    uint16_t mask, value;    /* of the ModR/M byte, with bit 8: it names memory */
    uint8_t traits;
    char operands[MOST_OPERANDS][4];
};
extern const struct row ia32_rows[];

enum {
    HELPER_flags, HELPER_condition,                                 /* flags.c */
    HELPER_string,                                                  /* string.c */
    HELPER_load_segment, HELPER_refuses_segment, HELPER_describe,   /* segment.c */
    HELPER_x87, HELPER_x87_access, HELPER_x87_status,               /* float.c */
    HELPER_mmx_read, HELPER_mmx_write, HELPER_mmx_empty,
    HELPER_get_mxcsr, HELPER_set_mxcsr, HELPER_save_float, HELPER_restore_float, HELPER_trapping,
    HELPER_vector, HELPER_compare_strings, HELPER_mask_store, HELPER_crc32, /* vector.c */
    HELPER_rotate, HELPER_decimal, HELPER_cpuid, HELPER_timestamp,  /* helpers.c */
    HELPER_COUNT
};

/* What helpers are told. */
enum decimal_operation { DECIMAL_DAA, DECIMAL_DAS, DECIMAL_AAA, DECIMAL_AAS, DECIMAL_AAM, DECIMAL_AAD }; /* and, 8 bits higher, an immediate */
enum descriptor_question { DESCRIBE_RIGHTS, DESCRIBE_LIMIT, DESCRIBE_READABLE, DESCRIBE_WRITABLE };
enum vector_operation { VECTOR_LEAST_WORD, VECTOR_SUMS_OF_DIFFERENCES };
enum { STRINGS_HAVE_LENGTHS = 0x100, STRINGS_GIVE_MASK = 0x200 }; /* above the immediate */
static inline uint64_t mask_store_case(unsigned number, unsigned mask, bool is_mmx) { return number | (uint64_t)mask << 8 | (uint64_t)is_mmx << 16; }
enum string_operation { STRING_MOVE, STRING_COMPARE, STRING_STORE, STRING_LOAD, STRING_SCAN };
static inline uint64_t string_case(enum string_operation operation, unsigned w, unsigned address_size, bool until_equal, unsigned segment, bool is_flat)
{
    return (uint64_t)operation | (uint64_t)w << 8 | (uint64_t)address_size << 16 | (uint64_t)until_equal << 24 | (uint64_t)segment << 32 |
           (uint64_t)is_flat << 40;
}

uint64_t ia32_flags(struct context *c, uint64_t unused, uint64_t unused_too);
uint64_t ia32_condition(struct context *c, uint64_t number, uint64_t unused);
void ia32_set_difference(struct context *c, unsigned w, uint32_t a, uint32_t b); /* flags as a comparison leaves them */
uint64_t ia32_string(struct context *c, uint64_t what, uint64_t unused);
uint64_t ia32_x87(struct context *c, uint64_t encoding, uint64_t flags);
uint64_t ia32_x87_access(struct context *c, uint64_t encoding, uint64_t address);
uint64_t ia32_x87_status(struct context *c, uint64_t unused, uint64_t unused_too);
uint64_t ia32_mmx_read(struct context *c, uint64_t number, uint64_t unused);
uint64_t ia32_mmx_write(struct context *c, uint64_t number, uint64_t value);
uint64_t ia32_mmx_empty(struct context *c, uint64_t unused, uint64_t unused_too);
uint64_t ia32_get_mxcsr(struct context *c, uint64_t unused, uint64_t unused_too);
uint64_t ia32_set_mxcsr(struct context *c, uint64_t value, uint64_t unused);
uint64_t ia32_save_float(struct context *c, uint64_t address, uint64_t unused);
uint64_t ia32_restore_float(struct context *c, uint64_t address, uint64_t unused);
uint64_t ia32_trapping(struct context *c, uint64_t pc, uint64_t length);
uint64_t ia32_vector(struct context *c, uint64_t operation, uint64_t by);
uint64_t ia32_compare_strings(struct context *c, uint64_t what, uint64_t lengths);
uint64_t ia32_mask_store(struct context *c, uint64_t address, uint64_t what);
uint64_t ia32_crc32(struct context *c, uint64_t sum, uint64_t operand);
uint64_t ia32_load_segment(struct context *c, uint64_t slot, uint64_t selector);
uint64_t ia32_refuses_segment(struct context *c, uint64_t slot, uint64_t selector);
uint64_t ia32_describe(struct context *c, uint64_t question, uint64_t selector);

extern const struct ir_helper ia32_helpers[HELPER_COUNT];
extern const struct layout ia32_layout;

uint32_t ia32_idle_flags(uint64_t kind); /* layout.idle_fleeting */

unsigned ia32_decode(const uint8_t *code, size_t available, uint64_t pc, uint32_t mode, struct insn *out);
void ia32_disassemble(const struct insn *insn, char *text, size_t size);
void ia32_run_one(struct context *c, const struct insn *insn);
void ia32_run_threaded(struct context *c, const struct insn *block);
void ia32_thread_code(struct insn *insns, size_t count);
void ia32_lift(struct ir_unit *u, const struct insn *insn);
void ia32_audit(const struct insn *insn, struct insn_effects *out);

#endif
