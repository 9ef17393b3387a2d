/* The block tier's register allocator: one pass forwards, in step with the lowering, after one pass backwards that finds
 * last uses and which results can be computed directly into a home. Knows no host: registers are numbers, what it needs
 * emitted goes through struct regalloc_emit.
 *
 * Registers are numbered 0 to 31 (integer) and 32 to 63 (float and vector). A home always holds its slot; besides, any register
 * may hold values: all values in one register are the same bits. A home's values must be saved when the slot is set.
 * Where a value is: in a register, in a cell of the context block (the slot it came from or went to, or a spill cell), or
 * it is a constant.
 *
 * The unit of allocation is a stretch: blocks that follow each other, each the only way into the next. What crosses from
 * stretch to stretch has a spill cell of its own and is in no register at the boundary. */
#ifndef FERRY_REGALLOC_H
#define FERRY_REGALLOC_H

#include "ir/ir.h"

enum { NO_REG = 0xff, FLOAT_REGS = 32, ANY_REGS = 64, NO_CELL = 0xffff };

/* Cells are the context block as 8-byte units: cell n < MAX_SLOTS is slot n. A vector is in two of them. */
enum { SPILL_CELL = offsetof(struct context, spill) / 8 };

/* What the allocator emits; none of these may change condition codes. */
struct regalloc_emit {
    void (*move)(void *host, unsigned to, unsigned from); /* of one class, all bits */
    void (*load)(void *host, unsigned to, unsigned cell, bool is_vector);
    void (*store)(void *host, unsigned cell, unsigned from, bool is_vector);
    void (*constant)(void *host, unsigned to, uint64_t value);
};

/* Facts about the registers, the same for all units of a configuration. */
struct register_plan {
    uint64_t temporaries;       /* registers free for values */
    uint8_t home[MAX_SLOTS];    /* NO_REG: in the context block */
    uint64_t homes;             /* registers that are homes */
    uint64_t vector_homes;      /* of v128 */
    unsigned spill_cells;       /* how many of context.spill may be used */
};

struct value {
    ir_ref last_use;      /* 0: none; ACROSS: in other stretches too */
    ir_ref newer, older;  /* others in the same register */
    uint32_t uses;        /* how often it is an operand or argument; whoever drops an instruction keeps this true */
    uint16_t cell;
    uint8_t reg;
    uint8_t wanted;       /* home to compute it into, or NO_REG */
    bool clean;           /* integers: the register's bits above the type are zero */
    bool boxed;           /* floats of 32 bits: bits 32 to 63 of its register, and cell, are ones */
};
enum { ACROSS = UINT32_MAX };

struct regalloc {
    struct ir_unit *unit;
    const struct register_plan *plan;
    const struct regalloc_emit *emit;
    void *host;
    struct value *value;        /* by ir_ref */
    ir_ref held[ANY_REGS];      /* newest value in each register */
    ir_ref slot_owner[MAX_SLOTS];        /* value whose cell is the slot */
    ir_ref spill_owner[MAX_SPILLS];
    unsigned reserved;          /* spill cells of values that cross stretches, the first ones */
    uint64_t pinned;            /* registers the current instruction relies on */
    uint64_t operands;          /* those it did when regalloc_release was called */
    ir_ref now;                 /* the current instruction */
    ir_ref dead_until;          /* values last used here or before are dead */
    bool failed;                /* sticky: out of spill cells or registers */

    uint64_t occupied;          /* at least the registers of which held[] is a value */

    /* backward pass: what homes are going to be set to, valid if no barrier has been seen since */
    struct { ir_ref value; uint32_t barriers; } coming[ANY_REGS];
    uint32_t barriers;          /* seen so far */
    struct ir_block stretch;    /* the one being looked at */
};

/* Then regalloc_add for each instruction in order, and regalloc_add_arguments. */
void regalloc_init(struct regalloc *ra, struct ir_unit *u, const struct register_plan *plan, const struct regalloc_emit *emit,
                   void *host);

/* `values` is regalloc.value. Counts uses; operands stand before their users. */
static inline void regalloc_add(struct value *values, const struct ir_insn *insn, ir_ref v)
{
    unsigned arguments = ir_ops[insn->op].arguments;
    values[v] = (struct value){ .cell = NO_CELL, .reg = NO_REG, .wanted = NO_REG };
    for (unsigned k = 0; k < arguments; k++)
        values[insn->arg[k]].uses++;
}

void regalloc_add_arguments(struct regalloc *ra);

/* ---- backward pass, for each instruction from the last to the first ---------------------------------------------------------- */

void regalloc_analyse_stretch(struct regalloc *ra, struct ir_block stretch);

static inline bool regalloc_in_stretch(const struct regalloc *ra, ir_ref v)
{
    return v >= ra->stretch.first && v < ra->stretch.last;
}

/* The instruction at `at` uses `v`. */
void regalloc_note_across(struct regalloc *ra, ir_ref v);
static inline void regalloc_note_use(struct regalloc *ra, ir_ref v, ir_ref at)
{
    struct value *value = &ra->value[v];
    if (!regalloc_in_stretch(ra, v) && ra->unit->insn[v].op != IR_const)
        regalloc_note_across(ra, v);
    else if (value->last_use < at)
        value->last_use = at;
}

/* A set of, or another look at, a slot; something that may fault, leave or look at slots. */
static inline void regalloc_note_set(struct regalloc *ra, unsigned slot, ir_ref v)
{
    unsigned home = ra->plan->home[slot];
    if (home == NO_REG)
        return;
    ra->coming[home].value = v;
    ra->coming[home].barriers = ra->barriers;
    ra->value[v].wanted = (uint8_t)home;
}
static inline void regalloc_note_get(struct regalloc *ra, unsigned slot)
{
    unsigned home = ra->plan->home[slot];
    if (home != NO_REG)
        ra->coming[home].value = NO_REF;
}
static inline void regalloc_note_barrier(struct regalloc *ra) { ra->barriers++; }

/* The definition of `v`, before the barrier of the same instruction. `like`: an operand, used nowhere else, that would best
 * be computed into the same register, or NO_REF. */
void regalloc_note_wanted(struct regalloc *ra, ir_ref v, ir_ref like);
static inline void regalloc_note_definition(struct regalloc *ra, ir_ref v, ir_ref like)
{
    if (ra->value[v].wanted != NO_REG)
        regalloc_note_wanted(ra, v, like);
}

/* `count` spill cells for the caller's own use: the first of them. */
unsigned regalloc_reserve(struct regalloc *ra, unsigned count);

/* ---- forward pass ---------------------------------------------------------------------------------------------------------------- */

void regalloc_begin_stretch(struct regalloc *ra, ir_ref first);
void regalloc_begin(struct regalloc *ra, ir_ref at);

/* The register that holds `v` from here to the instruction's end (or regalloc_release, regalloc_unpin). Registers wanted
 * in particular (regalloc_use_in, regalloc_vacate, regalloc_define_in) are to be asked for before others. */
unsigned regalloc_use(struct regalloc *ra, ir_ref v);

/* The same in one particular temporary, whose other values move out of the way. The value may be overwritten there
 * by the instruction if `consumed`: then it is kept elsewhere should it still be needed. */
void regalloc_use_in(struct regalloc *ra, ir_ref v, unsigned reg, bool consumed);

/* Whether `v` is in memory and in no register, and where. */
bool regalloc_in_cell(const struct regalloc *ra, ir_ref v, unsigned *cell);

/* Whether `v` is used after this instruction. */
static inline bool regalloc_live_after(const struct regalloc *ra, ir_ref v) { return ra->value[v].last_use > ra->now; }

/* All operands have been looked at: registers of those that die are free for the result. */
void regalloc_release(struct regalloc *ra);

/* What was looked at so far is no longer needed in registers, but is not dead either. */
static inline void regalloc_unpin(struct regalloc *ra) { ra->pinned = 0; }
static inline void regalloc_pin(struct regalloc *ra, unsigned reg) { ra->pinned |= UINT64_C(1) << reg; }

/* `v` has been copied to `reg`, a scratch register, which is its place from now on. */
void regalloc_relocate(struct regalloc *ra, ir_ref v, unsigned reg);

/* A register for the result `v`, preferably `prefer`. It may be an operand's register if regalloc_release was called before. */
unsigned regalloc_define(struct regalloc *ra, ir_ref v, unsigned prefer);
void regalloc_define_in(struct regalloc *ra, ir_ref v, unsigned reg);

/* Without regalloc_release: the result in the operand `over`'s register if that may be changed, else in no operand's. */
unsigned regalloc_define_over(struct regalloc *ra, ir_ref v, ir_ref over);

/* `v` is the same bits as `of`, except those above its type. */
void regalloc_alias(struct regalloc *ra, ir_ref v, ir_ref of);

/* A temporary for this instruction alone. */
unsigned regalloc_scratch(struct regalloc *ra, bool is_float); /* or vector */

/* Moves everything out of a temporary, which this instruction then may change. */
/* The home that the value is wanted in, or NO_REG; whether it is used in other stretches, too; whether a register is free, without anything being stored. */
static inline unsigned regalloc_wanted(const struct regalloc *ra, ir_ref v) { return ra->value[v].wanted; }
static inline bool regalloc_is_across(const struct regalloc *ra, ir_ref v) { return ra->value[v].last_use == ACROSS; }
bool regalloc_has_free(struct regalloc *ra, bool floats);

void regalloc_vacate(struct regalloc *ra, unsigned reg);

void regalloc_get(struct regalloc *ra, ir_ref v, unsigned slot);

/* Does the set: afterwards the slot is `v`, which must be clean. */
void regalloc_set(struct regalloc *ra, unsigned slot, ir_ref v);

/* The slot is about to be written behind the allocator's back: in its cell if it has no home. */
void regalloc_abandon_slot(struct regalloc *ra, unsigned slot);

/* A call is about to look at all slots and change any: afterwards values are in spill cells only. */
void regalloc_before_call(struct regalloc *ra);

/* If `v` crosses stretches: puts it in its cell. After its definition. */
void regalloc_export(struct regalloc *ra, ir_ref v);

#endif
