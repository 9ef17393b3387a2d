/* Walks and their rules. A pass is a rule applied to each instruction in one walk over the unit; passes in the same direction share
 * a walk (passes.c). For files of src/opt only. */
#ifndef FERRY_WALK_H
#define FERRY_WALK_H

#include "ir/ir.h"

struct standing {
    ir_ref value;  /* what stands for the instruction: itself if nothing else does */
    uint32_t uses; /* how often its value is used, or more: what vanished may count still */
};

/* Front to back. Definitions stand before uses, so at each instruction operands are in their final form, and a rule that
 * replaces only the instruction at hand leaves no use of the old one behind. */
struct walk {
    struct ir_unit *u;
    struct standing *standing; /* by instruction */
};

struct walk walk_begin(struct ir_unit *u);

/* Operands of the instruction, those of its edges included, become what stands for them. */
void walk_operands(const struct walk *w, struct ir_insn *insn);

/* From now on `by` stands for instruction `at`, which becomes a nop. */
void walk_replace(const struct walk *w, ir_ref at, ir_ref by);

/* Makes `argument` of the instruction another value. */
static inline void use_instead(const struct walk *w, struct ir_insn *insn, unsigned argument, ir_ref value)
{
    w->standing[insn->arg[argument]].uses--;
    w->standing[value].uses++;
    insn->arg[argument] = value;
}

/* Whether who catches a fault can do the operation: it depends on its operands alone. */
static inline bool is_computable(const struct ir_insn *insn)
{
    unsigned form = ir_info(insn)->form;
    return form == FORM_UNARY || form == FORM_BINARY || form == FORM_COMPARE || form == FORM_CONVERT;
}

static inline void make_nop(struct ir_insn *insn) { *insn = (struct ir_insn){ .op = IR_nop }; }

static inline void make_const(struct ir_insn *insn, enum ir_type type, uint64_t value)
{
    *insn = (struct ir_insn){ .op = IR_const, .type = type, .imm = low_bits(type_bits(type), value) };
}

/* ---- rules: each looks at the instruction that the walk is at. It may change it in place, or return the value that it equals and that
 * is to stand for it; else NO_REF. ------------------------------------------------------------------------------------------ */

/* forward.c: for get, set, call and mend. */
struct known { ir_ref slot[MAX_SLOTS]; }; /* what slots hold; NO_REF: not known */
struct forwarding {
    struct walk *w;
    struct known *at_head; /* by block */
    bool *seen;            /* by block: whether anyone told it */
    bool *goes_on;         /* by block: ir_find_stretches */
    struct known *known;   /* here */
};
void forwarding_begin(struct forwarding *f, struct walk *w);
void forwarding_enter(struct forwarding *f, uint32_t block);
ir_ref forward_insn(struct forwarding *f, ir_ref at);
void forwarding_leave(struct forwarding *f, uint32_t block);
void tell_blocks(const struct ir_unit *u, uint32_t block, const struct known *known, struct known *at_head, bool *seen);
void begin_loops(const struct ir_unit *u, struct known *at_head, bool *seen);

/* memory.c: for what touches memory, and calls. */
struct place {
    ir_ref base;
    bool is_extended; /* base and offset are added in 32 bits */
    int64_t offset;
    uint64_t size;    /* bytes */
};
struct stored {
    struct place place;
    ir_ref value;
    uint8_t type, aux;
};
struct memory_forwarding {
    const struct walk *w;
    unsigned count;
    struct stored stored[8]; /* what memory holds */
};
/* The value that the load gives; it may have become another operation. */
ir_ref memory_insn(struct memory_forwarding *f, struct ir_insn *insn);

/* copy.c, fold.c: for operations that compute. */
ir_ref copy_insn(const struct walk *w, struct ir_insn *insn);
ir_ref fold_insn(const struct walk *w, struct ir_insn *insn);
void fold_branch(const struct walk *w, struct ir_insn *brif);
void fold_target(const struct walk *w, struct ir_insn *jump); /* jump_ind, call_ind, return_to */

/* number.c: for operations that compute; for calls, mends and set_flags, numbering_note. */
struct numbering {
    struct walk *w;
    ir_ref *table; /* open addressing; NO_REF: free */
    uint32_t mask;
    const struct ir_flow *flow; /* NULL for one block */
    uint32_t *block_of;         /* by instruction; only with flow */
    uint32_t block;
    ir_ref environment_since;   /* floating-point operations before saw another environment, perhaps */
};
void numbering_begin(struct numbering *n, struct walk *w);
void numbering_enter(struct numbering *n, uint32_t block);
ir_ref number_insn(struct numbering *n, ir_ref at);
void numbering_note(struct numbering *n, ir_ref at);

/* canon.c: whether there is anything to do for opt_canon. */
bool has_canon(const struct ir_unit *u);

/* recover.c: with forwarding, after the rules at each instruction, which was `was`. Fills ir_unit.recoverable. */
struct failure {
    ir_ref mark;
    struct context *context;
};
struct recovering {
    struct ir_unit *u;
    const struct forwarding *forwarding;
    const struct failure *failure; /* NULL: none yet */
    struct known *at_head;         /* by block: what slots hold; unlike forwarding's also what could not be kept in registers until there */
    struct known *known;           /* here */
    bool *seen;                    /* by block */
    ir_ref *same;                  /* by value: an older one that is the same; NO_REF: none */
    uint16_t *holder;              /* by value: a slot that held it; a fleeting one: none did */
    ir_ref mark;                   /* newest; NO_REF: none */
    uint32_t here;                 /* slots that can be found out */
    bool has_changed;              /* since the mark: a slot */
    uint64_t found[MAX_FLEETING];  /* where it failed */
};
void recovering_begin(struct recovering *r, struct ir_unit *u, const struct forwarding *forwarding, const struct failure *failure);
void recovering_enter(struct recovering *r, uint32_t block);
void recovering_note(struct recovering *r, ir_ref at, const struct ir_insn *was);
void recovering_leave(struct recovering *r, uint32_t block);

/* If there was a failure, sets slots of its context to what they held there. */
void recovering_finish(const struct recovering *r);

/* ---- back to front ------------------------------------------------------------------------------------------------------- */

/* dead_set.c */
struct slot_set { uint64_t word[SLOT_WORDS]; };
struct overwriting {
    struct ir_unit *u;
    struct slot_set here;     /* slots that are overwritten before anyone can look */
    struct slot_set *at_head; /* by block */
};
void overwriting_begin(struct overwriting *o, struct ir_unit *u);
void overwriting_enter(struct overwriting *o, uint32_t block);
bool set_is_dead(const struct overwriting *o, const struct ir_insn *insn);
void overwriting_note(struct overwriting *o, const struct ir_insn *insn);
void overwriting_leave(struct overwriting *o, uint32_t block);

/* dead.c. `needed`: by instruction, whether what comes after uses its value. */
bool is_dead(const bool *needed, const struct ir_unit *u, ir_ref at);
void note_needs(bool *needed, const struct ir_unit *u, const struct ir_insn *insn);

#endif
