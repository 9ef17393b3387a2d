/* One unit being lowered, and the words its parts share. select.c decides what is computed where it is used, lower.c
 * drives; integer.c, memory.c, float.c and control.c have the patterns. */
#ifndef FERRY_X64_LOWER_H
#define FERRY_X64_LOWER_H

#include "host/x64/features.h"
#include "host/x64/registers.h"
#include "host/x64/runtime.h"

/* ir_insn.extra: nothing is emitted where the instruction stands. FOLDED: its user computes it. */
enum { LIVE, FOLDED, DEAD };

/* base + (index << scale) + disp; NO_REF: not there. */
struct address {
    ir_ref base, index;
    unsigned scale;
    int32_t disp;
    bool wraps; /* at 32 bits */
};

struct lowering;

/* Code out of line at the unit's end, in the order in which it was asked for: what rarely happens. What it leads to out of line is to be asked for after it. It may use what was in registers where it was asked for. */
struct cold {
    struct cold *next;
    void (*emit)(struct lowering *l, struct cold *c);
    struct label entry, back;
    ir_ref mark;
    const struct ir_insn *insn;
    uint8_t reg[4]; /* this and what follows as `emit` says */
    uint32_t data;
    void *more;
};

/* What becomes a host_site. */
struct site {
    struct label stub, guess;
    struct label exit;   /* with writes: the end of the stub */
    uint32_t branch; /* indirect: rel32 field of the branch to the stub or the probe */
    uint32_t probe;  /* indirect: offset */
};

enum { LOW_VECTORS = 16 }; /* vector registers that all instructions take; temporaries are among these */

enum { MOST_UNSETTLED = 6 };

/* A result in a register, numbered as by the allocator, which is to become the canonical NaN if it is a NaN. */
struct unsettled {
    ir_ref value;
    uint8_t type, reg;
    bool is_home; /* reg is the home of a slot that it was written to */
};

/* How the host's flags travel (told.c); NO_REF: they do not. */
struct flag_use {
    ir_ref from;  /* the operation that left what is decided here */
    ir_ref until; /* the last instruction that is decided by what is left here */
};

/* ORDER LOWERING: the fields from `ra` on are not cleared as a whole. */
struct lowering {
    struct emitter e;
    const struct host_config *config;
    uint32_t features;
    const struct landmark *runtime;    /* by entry */
    struct ir_unit *u;
    uint16_t *address_uses;            /* by ir_ref: how many uses are as the address of a load or store */
    struct flag_use *flags;            /* by ir_ref */
    ir_ref flags_from;                 /* selecting: what leaves the flags that were asked for last */
    ir_ref flags_until;                /* lowering: up to there flags must not change */
    uint32_t flags_left;               /* what emitter.flag_changes was when they were left */
    struct label *block;               /* by block */
    bool *goes_on;                     /* by block: part of the stretch of the block before */
    uint32_t current_block;
    unsigned spare_cell;               /* as many from here as an edge has arguments at most */
    ir_ref at;                         /* instruction being lowered */
    ir_ref mark;                       /* of the guest instruction being lowered */
    struct cold *cold, **cold_end;
    struct float_constant *float_constants;
    struct unsettled unsettled[MOST_UNSETTLED];
    unsigned unsettled_count;
    uint32_t first_site;
    uint32_t mark_capacity;
    struct host_unit *result;
    bool failed;                       /* cannot be translated for another reason than room */
    struct regalloc ra;
    const struct register_plan *plan;
    struct site *site[MAX_SITES];      /* by number within the unit */
};

static inline const struct ir_insn *insn_of(const struct lowering *l, ir_ref v) { return &l->u->insn[v]; }
static inline bool has(const struct lowering *l, uint32_t feature) { return l->features & feature; }

static inline bool constant_of(const struct lowering *l, ir_ref v, uint64_t *value)
{
    *value = l->u->insn[v].imm;
    return l->u->insn[v].op == IR_const;
}

static inline bool is_folded(const struct lowering *l, ir_ref v) { return l->u->insn[v].extra == FOLDED; }

/* Whether someone is decided by the flags that `v` leaves; whether the instruction being lowered has to leave flags alone. */
static inline bool leaves_flags(const struct lowering *l, ir_ref v) { return l->flags[v].until != NO_REF; }
static inline bool keeps_flags(const struct lowering *l) { return l->at < l->flags_until; }

/* Whether the comparison is by order or equality alone: of those that the host's compare tells. */
static inline bool is_order(enum ir_op op) { return op >= IR_eq && op <= IR_ule; }

/* Width of the registers in which integers of that type are computed. */
static inline unsigned register_width(enum ir_type type) { return type == IR_I64 ? 64 : 32; }

/* ---- select.c ------------------------------------------------------------------------------------------------------------ */

/* Marks every instruction LIVE, FOLDED or DEAD and tells the allocator who uses what. */
void select_unit(struct lowering *l);

/* How often edges write the value on ways out. */
unsigned writes_of(const struct lowering *l, ir_ref v);
/* Whether nobody needs the value but writes on ways out, and it can be computed there. */
bool is_for_ways_out(const struct lowering *l, ir_ref v);

/* The parts of an address, or of a sum that lea computes, as select_unit chose to fold it. */
struct address address_of(const struct lowering *l, ir_ref v);
struct address sum_of(const struct lowering *l, ir_ref v);

/* ---- told.c ---------------------------------------------------------------------------------------------------------------- */

/* Whether flags that are there will tell `user` the outcome of the comparison; from then on they will. */
bool take_flags(struct lowering *l, ir_ref comparison, ir_ref user);

/* If so: by which condition. */
enum condition told_condition(const struct lowering *l, ir_ref comparison, ir_ref user);

/* ---- lower.c -------------------------------------------------------------------------------------------------------------- */

/* Where the second operand of an instruction comes from. */
struct source {
    enum { FROM_REG, FROM_CELL, FROM_IMM } kind;
    unsigned reg; /* NO_REG unless FROM_REG */
    struct operand rm;
    int64_t imm;
};

/* The value in whatever place it is; constants only if an instruction of that width takes them as an immediate. */
struct source source_of(struct lowering *l, ir_ref v, unsigned width);

/* One of ADD OR AND SUB XOR CMP with any source. */
void emit_alu(struct lowering *l, enum x64_op op, unsigned width, unsigned reg, const struct source *s);

/* reg = source, unless it is there. */
void emit_source(struct lowering *l, unsigned width, unsigned reg, const struct source *s);

/* The register with the bits above the type zero. */
unsigned use_clean(struct lowering *l, ir_ref v);

struct operand memory_operand(struct lowering *l, ir_ref address);

/* 8 bytes of the unit's own data. */
struct operand constant_in_memory(struct lowering *l, uint64_t value);

struct cold *new_cold(struct lowering *l, void (*emit)(struct lowering *, struct cold *));

/* From here on code belongs to the guest instruction that begins at the mark (NO_REF: to the unit's first). Where that is. */
void note_mark(struct lowering *l, ir_ref mark);
uint64_t pc_of_mark(const struct lowering *l);

/* context.pc = pc; may change rax. */
void store_pc(struct lowering *l, uint64_t pc);

/* Puts the value, zero-extended, where called code finds its operands. */
void store_operand(struct lowering *l, ir_ref v, unsigned cell);

/* Computes an operation by calling its meaning. */
void lower_evaluation(struct lowering *l, ir_ref v);
void emit_evaluation(struct lowering *l, const struct ir_insn *insn);

bool x64_translate(const struct host_config *config, const struct host_runtime *runtime, struct ir_unit *u,
                   uint32_t *counter, uint32_t first_site, struct code_buffer *out, struct host_unit *result);

/* ---- patterns: each lowers the instruction `v` ------------------------------------------------------------------------------ */

/* flags.c */
bool lower_extended(struct lowering *l, ir_ref v); /* false: not in line */
bool compares_extended(const struct lowering *l, const struct ir_insn *insn);   /* leaves in the host's flags, and gives, ORDER_ bits */
bool is_extended_access(const struct lowering *l, const struct ir_insn *call); /* in line, to memory at its second operand */
void lower_get_flags(struct lowering *l, ir_ref v);
void lower_set_flags(struct lowering *l, ir_ref v);

/* integer.c; the value in a register or its cell; a register = that; whether the addition's flags are those of a subtraction */
struct operand operand_of(struct lowering *l, ir_ref v);
void emit_copy(struct lowering *l, unsigned width, unsigned d, struct operand from);
bool is_subtracted(const struct lowering *l, const struct ir_insn *add);
void lower_add(struct lowering *l, ir_ref v);
void lower_sub(struct lowering *l, ir_ref v);
void lower_and(struct lowering *l, ir_ref v);
void lower_or(struct lowering *l, ir_ref v);
void lower_xor(struct lowering *l, ir_ref v);
void lower_shift(struct lowering *l, ir_ref v);
void lower_rotate(struct lowering *l, ir_ref v);
void lower_mul(struct lowering *l, ir_ref v);
void lower_mul_high(struct lowering *l, ir_ref v);
void lower_division(struct lowering *l, ir_ref v);
void lower_min_max(struct lowering *l, ir_ref v);
void lower_neg_not(struct lowering *l, ir_ref v);
void lower_count(struct lowering *l, ir_ref v);
void lower_bswap(struct lowering *l, ir_ref v);
void lower_join(struct lowering *l, ir_ref v);
void lower_sext(struct lowering *l, ir_ref v);
void lower_zext(struct lowering *l, ir_ref v);
void lower_narrow(struct lowering *l, ir_ref v);

/* condition.c */
void lower_compare(struct lowering *l, ir_ref v);
void lower_pick(struct lowering *l, ir_ref v);

/* A comparison ready to be emitted: what sets the flags, and the condition under which it holds. */
struct comparison {
    enum condition condition;
    bool is_told;            /* they are set already */
    bool is_test;
    enum ir_type float_type; /* IR_VOID: integers */
    bool quiet;              /* floats: unordered raises no flag */
    unsigned width;
    struct source a, b;
    enum x64_op computes;    /* not 0: scratch = a op b, for the flags */
    unsigned scratch;
};

/* Of an operation that compares integers, as the host compares or computes; under which b op a holds if under `c` a op b does. */
enum condition condition_of(enum ir_op op);
enum condition swapped(enum condition c);

/* For a folded comparison or any i32 value taken as a truth. Its operands are pinned. */
struct comparison comparison_of(struct lowering *l, ir_ref condition);
void emit_comparison(struct lowering *l, const struct comparison *c);

/* What becomes of the result does not count, only the flags. */
void emit_difference(struct lowering *l, const struct ir_insn *sub);
void emit_bit_test(struct lowering *l, const struct ir_insn *and);

/* memory.c */
void lower_load(struct lowering *l, ir_ref v);
void lower_extended_load(struct lowering *l, ir_ref v);
void lower_store(struct lowering *l, ir_ref v);
void lower_cas(struct lowering *l, ir_ref v);
void lower_amo(struct lowering *l, ir_ref v);
void lower_fence(struct lowering *l, ir_ref v);

/* reg = the low bits of `from`, zero-extended; sign-extended to `width`. */
void emit_zero_extended(struct lowering *l, enum ir_type type, unsigned reg, struct operand from);
void emit_sign_extended(struct lowering *l, enum ir_type type, unsigned width, unsigned reg, struct operand from);

/* call.c */
void lower_call(struct lowering *l, ir_ref v);
void lower_mend(struct lowering *l, ir_ref v);

/* float.c; vector registers are numbered from 0 where they are emitted */
void emit_float_move(struct lowering *l, unsigned to, unsigned from);
void emit_bits_to_float(struct lowering *l, enum ir_type type, unsigned to, unsigned from);
void lower_f_bits(struct lowering *l, ir_ref v);
void lower_bits_f(struct lowering *l, ir_ref v);
void lower_f_box(struct lowering *l, ir_ref v);
void lower_f_unbox(struct lowering *l, ir_ref v);
void lower_f_arithmetic(struct lowering *l, ir_ref v);
void lower_f_sqrt(struct lowering *l, ir_ref v);
void lower_f_muladd(struct lowering *l, ir_ref v);
void lower_f_min_max(struct lowering *l, ir_ref v);
void lower_f_canon(struct lowering *l, ir_ref v);
void lower_f_sign(struct lowering *l, ir_ref v);
void lower_f_copysign(struct lowering *l, ir_ref v);
void lower_f_compare(struct lowering *l, ir_ref v);
/* eax = what the host has just found: bits ORDER_..., which its flags are but for bit 1, which LAHF sets. They stay as they are. */
void emit_order(struct lowering *l);
void lower_f_order(struct lowering *l, ir_ref v);
struct comparison float_comparison_of(struct lowering *l, const struct ir_insn *insn);

/* A constant of the runtime's table. `enum float_mask` for 32 bits; takes the next one for 64. */
struct operand float_mask(struct lowering *l, enum float_mask mask);
struct operand float_mask_of(struct lowering *l, enum float_mask mask, enum ir_type type);

/* The vector register, or the cell, that holds the float. */
void store_vector(struct lowering *l, unsigned cell, unsigned reg, enum ir_type type);
unsigned use_float(struct lowering *l, ir_ref v);
struct operand float_operand(struct lowering *l, ir_ref v);
unsigned define_float(struct lowering *l, ir_ref v, unsigned prefer);

/* Cold code that computes the instruction by evaluation from its operands' registers (numbered as by the allocator). */
struct cold *new_evaluation(struct lowering *l, unsigned a, unsigned b, unsigned c, unsigned result);

/* vector.c; the words: registers numbered from 0; an operand may be a cell; `v` is the first source */
unsigned use_vector(struct lowering *l, ir_ref v);
struct operand vector_operand(struct lowering *l, ir_ref v);
unsigned define_vector(struct lowering *l, ir_ref v);
void emit_op3_imm(struct lowering *l, enum x64_op op, unsigned reg, unsigned v, struct operand rm, unsigned imm);
void lower_v_binary(struct lowering *l, ir_ref v);
void lower_v_reversed(struct lowering *l, ir_ref v);
void lower_v_ult(struct lowering *l, ir_ref v);
void lower_v_not(struct lowering *l, ir_ref v);
void lower_v_shift(struct lowering *l, ir_ref v);
void lower_v_bytes(struct lowering *l, ir_ref v);
void lower_v_narrow(struct lowering *l, ir_ref v);
void lower_v_splat(struct lowering *l, ir_ref v);
void lower_v_extract(struct lowering *l, ir_ref v);
void lower_v_align(struct lowering *l, ir_ref v);
void lower_v_abs(struct lowering *l, ir_ref v);
void lower_v_shift_all(struct lowering *l, ir_ref v);
void lower_v_shuffle(struct lowering *l, ir_ref v);
void lower_v_choose(struct lowering *l, ir_ref v);
void lower_v_blend(struct lowering *l, ir_ref v);
void lower_v_insert(struct lowering *l, ir_ref v);
void lower_v_scalar(struct lowering *l, ir_ref v);
void lower_v_signs(struct lowering *l, ir_ref v);
void lower_v_any(struct lowering *l, ir_ref v);
void lower_v_load(struct lowering *l, ir_ref v);
void lower_v_store(struct lowering *l, ir_ref v);

/* vector_float.c */
void lower_v_float(struct lowering *l, ir_ref v);
void lower_v_float_unary(struct lowering *l, ir_ref v);
void lower_v_float_compare(struct lowering *l, ir_ref v);
void lower_v_fround(struct lowering *l, ir_ref v);

/* nan.c: the register is unsettled from now on, or settled at once; tests all that are; whether the instruction can be lowered before that. */
void note_unsettled(struct lowering *l, ir_ref v, unsigned reg);
void settle_nans(struct lowering *l);
bool can_wait_for_nans(struct lowering *l, ir_ref v);

/* convert.c */
void lower_s_or_min_from_f(struct lowering *l, ir_ref v);
void lower_f_from_f(struct lowering *l, ir_ref v);
void lower_f_from_s(struct lowering *l, ir_ref v);
void lower_f_from_u(struct lowering *l, ir_ref v);
void lower_integer_from_f(struct lowering *l, ir_ref v);

/* edge.c: where the edge's arguments and writes are, to be found after everything that moves values; and these to where they belong, all at
 * once. rax and rcx may change. */
struct argument;
struct argument *find_arguments(struct lowering *l, const struct ir_edge *edge);
void emit_arguments(struct lowering *l, const struct ir_edge *edge, const struct argument *arguments);

/* control.c */
void lower_br(struct lowering *l, ir_ref v);
void lower_brif(struct lowering *l, ir_ref v);
void lower_call_to(struct lowering *l, ir_ref v);
void lower_jump_ind(struct lowering *l, ir_ref v);
void lower_call_ind(struct lowering *l, ir_ref v);
void lower_return_to(struct lowering *l, ir_ref v);
void lower_raise(struct lowering *l, ir_ref v);

/* Counts the entry into the unit. */
void lower_counter(struct lowering *l, const struct landmark *counter);

/* Emits the data that indirect sites need, at the unit's end. */
void emit_guesses(struct lowering *l);

/* Drops the bits of a target that do not count. */
void emit_alignment(struct emitter *e, const struct layout *layout, unsigned target);

/* Jumps to what the indirect-branch cache knows for the SPC in register `target`, or to `miss`. */
void emit_probe(struct emitter *e, const struct layout *layout, unsigned target, unsigned scratch, struct label *miss);

/* What emit_guesses lays down. */
struct guess {
    _Atomic uint64_t spc;
    uint32_t branch; /* rel32 field of the branch for any other SPC */
    uint32_t probe;
};

/* relocate.c */
void x64_relocate(struct code_buffer *b, const struct host_unit *unit, const struct host_place *from, const struct host_place *to);

void x64_link(struct code_buffer *b, uint32_t link, uint32_t target);
void x64_predict(struct code_buffer *b, uint32_t guess, uint64_t spc);

#endif
