/* Guest state as data: slots. A slot is one 8-byte cell of the register context block; which cells there are, what they
 * are called and what they hold is a table of the guest. Nothing below src/guest knows more of a guest than this. */
#ifndef FERRY_LAYOUT_H
#define FERRY_LAYOUT_H

#include "base/base.h"

/* Types of IR values and of slots. Integers of fewer than 64 bits are kept zero-extended in a slot; f32 is never the type
 * of a slot. ORDER TYPE: i8 to i64 by size, then f32, f64, v128. */
enum ir_type { IR_VOID, IR_I8, IR_I16, IR_I32, IR_I64, IR_F32, IR_F64, IR_V128, IR_TYPE_COUNT };

enum { MAX_SLOTS = 160, SLOT_WORDS = (MAX_SLOTS + 63) / 64, NO_SLOT = 0xffff, MAX_FLEETING = 32 };

struct slot {
    const char *name; /* unique within its layout; an identifier */
    enum ir_type type; /* v128: the low half; the high half is the next slot, which has no name */
};

struct layout {
    const struct slot *slots; /* a NULL name: no state, but a type; the guest keeps it zero, or never reads it */
    unsigned slot_count;      /* at most MAX_SLOTS */
    /* The slots that deserve a home in a host register, most used first; a host takes as many as it has registers. */
    const uint16_t *integer_homes;
    unsigned integer_home_count;
    const uint16_t *float_homes;
    unsigned float_home_count;
    /* Slots next to each other that are often overwritten unread, as condition registers are: at most MAX_FLEETING. */
    uint16_t first_fleeting, fleeting_count;
    /* If the first of them says which others count: those that nobody looks at while it holds that value, bits from the first one on. NULL: all count. */
    uint32_t (*idle_fleeting)(uint64_t first);
    uint16_t stack_pointer;  /* slot */
    uint8_t code_alignment;  /* bytes; instruction addresses are multiples of it: 1, 2 or 4 */
};

static inline unsigned type_bits(enum ir_type type)
{
    static const uint8_t bits[IR_TYPE_COUNT] = { 0, 8, 16, 32, 64, 32, 64, 128 };
    return bits[type];
}

static inline bool type_is_float(enum ir_type type) { return type == IR_F32 || type == IR_F64; }

/* The integer type of that many bits: 8, 16, 32, 64. */
static inline enum ir_type integer_type(unsigned width)
{
    return width == 8 ? IR_I8 : width == 16 ? IR_I16 : width == 32 ? IR_I32 : IR_I64;
}

static inline enum ir_type float_type(unsigned width) { return width == 32 ? IR_F32 : IR_F64; }

#endif
