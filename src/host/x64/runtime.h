/* Code common to all units: the way in, the ways out, calls into C. */
#ifndef FERRY_X64_RUNTIME_H
#define FERRY_X64_RUNTIME_H

#include "host/host.h"
#include "host/x64/registers.h"

/* x64_facts.at: what units jump to or call. */
enum {
    EXIT_SITE,     /* jump; eax: what enter returns */
    EXIT_INDIRECT, /* jump; rax: SPC to go on at; leaves with LEAVE_INDIRECT */
    EXIT_RETURN,   /* jump; rax: SPC of a guest return that came out of another call */
    RETURN_BOTTOM, /* the landing at the bottom of a stack of returns */
    CALL_PURE,     /* call; rax: function of (context, A, B) that looks at no slots; cells A, B to A; keeps other registers */
    CALL_LOOK,     /* call; like CALL_PURE for a function that looks at slots and changes none that has a home */
    CALL_STATE,    /* call; like CALL_PURE for a function that sees and changes slots; keeps homes alone */
    CALL_EVALUATE, /* call; cells A, B, C (ir_is_of_vectors: VECTOR_A...) and OPERATION to cell A (VECTOR_A); keeps all registers */
    FLOAT_MASKS,   /* data: 16-byte constants, enum float_mask */
    FLAG_TABLES,   /* data: X64_FLAG_TABLE_SIZE bytes, x64_flag_table_entry */
    RUNTIME_ENTRIES
};

/* host_runtime.facts */
struct x64_facts {
    uint32_t features;
    struct register_plan plan;
    uint32_t high_vector_offset; /* in an XSAVE area; asked once: where the machine is virtual, CPUID takes 20 us */
    struct landmark at[RUNTIME_ENTRIES];
};

extern const char *const x64_runtime_names[RUNTIME_ENTRIES];

/* ORDER FLOAT: the one for 32 bits, then the one for 64. LIMIT_U32: floats from here on may round to 2^32 or more; LIMIT_S64: they
 * do not fit int64_t. ABS keeps the bits above a float of 32 bits, a NaN of 32 bits is boxed. */
enum float_mask {
    MASK_BOX, MASK_ZERO,
    MASK_SIGN, MASK_SIGN_64, MASK_ABS, MASK_ABS_64, MASK_NAN, MASK_NAN_64,
    LIMIT_U32, LIMIT_U32_64, LIMIT_S64, LIMIT_S64_64,
    MASK_REVERSE, /* vectors: numbers of bytes from 15 to 0 */
    MASK_REVERSE_32, MASK_REVERSE_64, /* of floats: from 3, or 7, to 0; the rest becomes 0 */
    FLOAT_MASK_COUNT
};

/* flags.c: the bytes by which sticky flags are translated. */
enum { X64_FLAG_TABLE_SIZE = 64 + 32 };
uint8_t x64_flag_table_entry(unsigned at);

/* The cell OPERATION. */
struct evaluation {
    uint8_t op, type, from, aux;
    uint32_t unused;
};

void x64_make_runtime(const struct host_config *config, struct code_buffer *out, struct host_runtime *runtime);

/* machine.c: what of a stopped thread's registers is whose. */
uint64_t x64_helper_pc(const struct context *c);
void x64_save_homes(const struct host_runtime *runtime, const void *ucontext, struct context *c);
uint64_t x64_signal_pc(const void *ucontext);
void x64_redirect(void *ucontext, void (*function)(void *), void *argument, void *stack);
void x64_reset_returns(void *ucontext, void *bottom);

#endif
