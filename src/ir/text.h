/* What the text form of a unit looks like: the facts that printer and parser share. */
#ifndef FERRY_TEXT_H
#define FERRY_TEXT_H

#include "ir/ir.h"

struct ir_syntax {
    /* One letter an operand, in the order of the text:
     *   a value of the next argument   n constant of its type   x imm as a number   s slot (imm)   h helper (imm)
     *   e next edge                    c edge of a call and its return address      v event (aux) */
    const char *operands;
    bool typed;               /* the type follows the name, after a dot */
    const char *const *modes; /* NULL, or names for aux, after dots */
    bool mode_bits;           /* aux is a set of bits, one name a bit; else a number, one name a value, always written */
};

struct ir_syntax ir_syntax_of(enum ir_op op);

enum { MODE_COUNT = 8 }; /* entries of a table of modes; NULL: not in use */
extern const char *const ir_type_names[IR_TYPE_COUNT];

enum { EVENT_COUNT = EVENT_NO_CODE + 1 };
extern const char *const ir_event_names[EVENT_COUNT];

#endif
