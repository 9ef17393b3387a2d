/* The intermediate representation: one unit is what is translated together. A unit is a list of blocks of instructions in
 * SSA form; values cross from block to block as block parameters or by dominance, and stand before their uses. The
 * first block is the entry and has no parameters. IR knows no guest and no host: guest state is slots (state/layout.h),
 * everything else is values and memory.
 *
 * Text form (printed by ir_print, read by ir_parse; operations without effects are printed right before their first use, so
 * the text does not depend on the order in which instructions were made; `#` begins a comment):
 *
 *     unit 0x10074
 *     b0:
 *       mark 0x10074
 *       v0 = get.i64 x10
 *       v1 = const.i64 5
 *       v2 = add.i64 v0, v1
 *       set x10, v2
 *       v3 = slt.i64 v2, v0
 *       brif v3, b1(v2), ->0x10078
 *     b1(v4.i64):
 *       br ->0x10074
 *
 * The operations that are no functions of their operands (ops.inc has the others):
 *   const T      imm: the value, zero-extended
 *   param T      stands only at the head of a block; one per parameter, in order
 *   mark         imm: SPC of the guest instruction that starts here
 *   poll         the same; control may leave for there when the thread is wanted. In each cycle within the unit stands one, and one where the unit is left
 *                backwards or by an indirect jump or call; where returns are not
 *                predicted, by a return, too.
 *   get T        imm: slot; T is the slot's type
 *   set          imm: slot; a: value of the slot's type
 *   pick T       a: i32; a != 0 ? b : c
 *   join T       a: i32, the high half, b: i32, the low half; T is i64
 *   v_splat T    a: i8 to i64, as wide as a lane (aux: enum ir_lanes): each lane; T is v128
 *   v_extract T  a: v128; b: i32: number of a lane, modulo how many there are; T is the integer or float as wide as a lane
 *   v_insert     a: v128; b: integer or float as wide as a lane; c: i32: a with b in that lane
 *   v_scalar     a: integer, as wide as a lane: the lowest lane, the rest is zero
 *   v_blend      a, b, c: v128: lanes of b where those of c are negative, else of a
 *   v_shl_all... a: v128; b: i64: each lane of a shifted by b places, of which there may be more than a lane has
 *   v_signs T    a: v128: the lanes' highest bits, lane 0's lowest; T is i32
 *   v_any T      a: v128: whether it is not 0; T is i32
 *   v_fround     a, b: v128; c: i32, constant: enum ir_rounding, and FROUND_QUIET not to raise inexact: lanes of b as integral numbers;
 *                aux and NaNs as for F_LANES2
 *   load T       a: i64 address; T any but void; aux: enum ir_access
 *   store T      a: i64 address, b: value of type T; aux: enum ir_access
 *   cas T        a: i64 address, b: expected, c: new; T any integer; atomic, sequentially consistent, like all below; gives
 *                what was in memory (equal to b: the store was done). Misaligned: faults or is atomic, as the host does.
 *   amo_X T      a: i64 address, b: operand; T i32 or i64; gives what was in memory before
 *   fence        aux: bits FENCE_*: accesses of the first set before it are seen before those of the second set after it
 *   call         imm: address of a struct ir_helper; a, b: i64 (unused ones: const 0); gives an i64
 *   mend T       a: i32, hardly ever not 0; b: value of type T; c: i64; imm: address of a struct ir_helper: b, but if a is not 0 what the
 *                helper makes of c and the bits of b. The helper may look at slots; it changes one at most (ir_helper.changes), and no guest memory.
 *                A float is mended only if it is a NaN, and becomes one. Where it is an operand of arithmetic, which NaN it is does not
 *                count, nor whether that raises invalid.
 *   get_flags    gives the sticky floating-point flags, an i64 of bits FLOAT_... (float.h)
 *   set_flags    a: i64: they become these
 *   br           edge; one out of the unit may have writes, ->0x10078(cr0: v3): done on the way, unless the code there is known to
 *                overwrite these slots before anyone can look
 *   brif         a: i32; first edge if a != 0, else the second
 *   call_to      edge out of the unit; return_spc of the edge: guest return address. A guest call: the guest return address is in
 *                its place already.
 *   jump_ind     a: i64 SPC, of which the bits below layout.code_alignment do not count
 *   call_ind     a: the same; imm: guest return address
 *   return_to    a: the same; a guest return, predicted to go where the newest call said
 *   raise        leave for the emulation manager; aux: enum event; imm: SPC that becomes context.pc
 *
 * Guest-visible order: set, load, store, atomic operations, calls and everything that raises floating-point flags happen in
 * program order as far as anyone can tell; at any instruction that may fault, every `set` before it has been done and none
 * after it. Floating-point operations read the rounding mode and add to the flags of the host thread's own floating-point
 * environment; only `call` and `mend` (FLAGS), get_flags and set_flags read or write these otherwise. */
#ifndef FERRY_IR_H
#define FERRY_IR_H

#include <stdio.h>

#include "base/arena.h"
#include "ir/vector.h"
#include "state/context.h"
#include "state/layout.h"

enum ir_op {
#define ROW(name, ...) IR_##name,
#define UNARY ROW
#define BINARY ROW
#define COMPARE ROW
#define CONVERT ROW
#define F_UNARY ROW
#define F_BINARY ROW
#define F_TERNARY ROW
#define F_PICK ROW
#define F_BITS1 ROW
#define F_BITS2 ROW
#define F_COMPARE ROW
#define F_CONVERT ROW
#define LANES1 ROW
#define LANES2 ROW
#define VECTOR ROW
#define VECTOR_BY ROW
#define F_LANES2 ROW
#define F_VECTOR ROW
#define F_ORDER ROW
#define OTHER ROW
#include "ir/ops.inc"
#undef ROW
    IR_OP_COUNT
};

/* What kind of row an operation has in ops.inc. */
enum ir_form {
    FORM_UNARY, FORM_BINARY, FORM_COMPARE, FORM_CONVERT, FORM_F_UNARY, FORM_F_BINARY, FORM_F_TERNARY,
    FORM_F_PICK, FORM_F_BITS1, FORM_F_BITS2, FORM_F_COMPARE, FORM_F_CONVERT, FORM_LANES1, FORM_LANES2, FORM_VECTOR,
    FORM_VECTOR_BY, FORM_F_LANES2, FORM_F_VECTOR, FORM_F_ORDER, FORM_OTHER
};

/* Traits of an operation. PURE: depends on its operands alone and can be moved, merged or dropped. FLAGS: adds to the
 * floating-point flags and reads the rounding mode. */
enum { RESULT = 1, FAULT = 2, READS = 4, WRITES = 8, END = 16, PURE = 32, FLAGS = 64 };

struct ir_op_info {
    const char *name;
    uint8_t form;      /* enum ir_form */
    uint8_t arguments; /* number of value operands */
    uint8_t traits;
};
extern const struct ir_op_info ir_ops[IR_OP_COUNT];

/* Rounding of one operation (aux of the F_ forms that round). DYNAMIC: what the host thread's floating-point environment
 * says. NEAREST_MAX (ties away from zero) exists statically only. ORDER ROUNDING: the numbers are RISC-V's rm field
 * by chance of being the first user; nothing relies on it outside its guest folder. */
enum ir_rounding { ROUND_NEAREST, ROUND_ZERO, ROUND_DOWN, ROUND_UP, ROUND_NEAREST_MAX, ROUND_DYNAMIC = 7 };

/* aux of load and store; atomicity of aligned accesses is always guaranteed. */
/* ALIGNED: a vector at an address that is no multiple of 16 faults as the host has it. */
enum ir_access { ACCESS_PLAIN = 0, ACCESS_ACQUIRE = 1, ACCESS_RELEASE = 2, ACCESS_SEQUENTIAL = 4, ACCESS_BIG_ENDIAN = 8, ACCESS_ALIGNED = 16 };

/* aux of vector operations: width of the lanes. ORDER LANES */
enum ir_lanes { LANES_8, LANES_16, LANES_32, LANES_64, LANES_MASK = 3 };
static inline unsigned lane_bits(unsigned lanes) { return 8u << (lanes & LANES_MASK); }
static inline enum ir_lanes lanes_of(unsigned width) { return width == 8 ? LANES_8 : width == 16 ? LANES_16 : width == 32 ? LANES_32 : LANES_64; }

/* In aux of operations on vectors of floats: on the lowest lane alone; the other lanes are the first operand's. */
enum ir_part { WHOLE = 0, LOW_LANE = 4 };
enum { FROUND_QUIET = 8 };

enum { FENCE_READ_READ = 1, FENCE_READ_WRITE = 2, FENCE_WRITE_READ = 4, FENCE_WRITE_WRITE = 8 };

enum extended_kind { EXTENDED_NOT, EXTENDED_ON_REGISTERS, EXTENDED_ON_MEMORY, EXTENDED_STATUS, EXTENDED_MMX_READ, EXTENDED_MMX_WRITE };

/* A C function that does what operations cannot; declared once by its guest. */
struct ir_helper {
    const char *name;
    uint64_t (*function)(struct context *, uint64_t a, uint64_t b);
    /* READS / WRITES: touches slots (which it finds in the context); FAULT: may touch guest memory; FLAGS: reads or writes
     * the floating-point environment; PURE: none of these. */
    uint8_t traits;
    /* READS, WRITES: which slots, from the lowest to the highest; highest 0: any. */
    uint16_t lowest, highest;
    /* If not EXTENDED_NOT: what it does is extended.h's, of that kind, with the encoding, or the number of a register, as operand a and flags, address or value as operand b. A host that has the unit
     * does it in line where the encoding is a constant. */
    uint8_t extended;
    uint16_t changes; /* for mend: 1 + the one slot that it may change, which has no home; 0: none */
};

typedef uint32_t ir_ref; /* index of an instruction in its unit; NO_REF: none */
enum { NO_REF = 0 };     /* instruction 0 of each unit is a nop */

struct ir_insn {
    uint8_t op;    /* enum ir_op */
    uint8_t type;  /* enum ir_type: of the result; of the operands for COMPARE, F_COMPARE, F_ORDER, set and store; else void */
    uint8_t aux;   /* as the operation says */
    uint8_t extra; /* free for whoever works on the unit; not kept, not printed */
    ir_ref arg[3];
    uint64_t imm;  /* as the operation says; br, brif, call_to: index of the (first) edge in ir_unit.edge */
};

/* Where a branch goes: into a block of the unit, with arguments for its parameters, or out of the unit to a guest address, with writes of
 * fleeting slots. */
struct ir_edge {
    bool leaves;           /* out of the unit */
    bool is_usual;         /* if `leaves`: control goes there often, as far as is known; a hint, not printed */
    uint16_t argument_count;
    uint32_t block;        /* index in ir_unit.block, unless `leaves` */
    uint32_t arguments;    /* index of the first in ir_unit.argument; if `leaves`, of what ir_unit.written has the slots */
    uint32_t overwritten;  /* if `leaves`: fleeting slots that the code there overwrites, as far as is known; a hint, not printed */
    uint64_t spc;          /* if `leaves` */
    uint64_t return_spc;   /* call_to: guest return address */
};

/* A straight piece: instructions first to last - 1; params at its head, one END operation at its end (nops may stand anywhere). */
struct ir_block {
    ir_ref first, last;
};

/* What is known of a slot that is not written though it should be, since nobody will look but who catches a fault between the instructions `at` and `until`: words
 * by which its value is found out, this one included. Steps follow, each of earlier ones' values, which count from 0: an operation; IR_get: what slot `a` has; or
 * IR_const: the next word. The last one's is the slot's. */
struct forgone_set { uint16_t at, until, slot, words; };
struct forgone_step { uint8_t op, type, from, aux; uint16_t a, b; };
union forgone {
    struct forgone_set set;
    struct forgone_step step;
    uint64_t constant;
};

struct ir_unit {
    struct arena *arena;         /* where everything here lives; not owned */
    const struct layout *layout;
    uint64_t spc;                /* where it starts */
    bool recovers;               /* who catches a fault in it finds out state that is not written; a hint, not printed */
    union forgone *forgone;      /* what else; not printed */
    uint32_t forgone_count, forgone_capacity; /* words */
    uint32_t *recoverable;       /* by instruction, fleeting slots that who catches a fault there finds out; NULL: none; a hint, not printed */
    uint32_t overwrites;         /* fleeting slots, before anyone can look at what they held; a hint, not printed */
    struct ir_insn *insn;
    uint32_t insn_count, insn_capacity;
    struct ir_block *block;
    uint32_t block_count, block_capacity;
    struct ir_edge *edge;
    uint32_t edge_count, edge_capacity;
    ir_ref *argument;
    uint16_t *written;           /* as many */
    uint32_t argument_count, argument_capacity;
};

/* ---- building (build.c) ---------------------------------------------------------------------------------------------- */

/* An empty unit whose storage comes from `arena`. Blocks are begun in order; instructions go to the newest block. */
void ir_unit_init(struct ir_unit *u, struct arena *arena, const struct layout *layout, uint64_t spc);

/* Begins the next block and ends none: the one before must have its END operation by the time the unit is used. Returns its
 * index. */
uint32_t ir_begin_block(struct ir_unit *u);

/* Appends an instruction as given to the newest block and returns its number. No folding. */
ir_ref ir_append(struct ir_unit *u, uint32_t what, ir_ref a, ir_ref b, ir_ref c, uint64_t imm); /* `what`: the first four members */
static inline ir_ref ir_emit(struct ir_unit *u, struct ir_insn insn)
{
    /* In registers: a structure would go through memory in pieces, and all that Ferry translates comes through here. */
    uint32_t what = (uint32_t)insn.op | (uint32_t)insn.type << 8 | (uint32_t)insn.aux << 16 | (uint32_t)insn.extra << 24;
    return ir_append(u, what, insn.arg[0], insn.arg[1], insn.arg[2], insn.imm);
}

ir_ref ir_const(struct ir_unit *u, enum ir_type type, uint64_t value);

/* Appends an edge, returns its index; brif needs its two edges made one right after the other. */
uint32_t ir_edge_leaving(struct ir_unit *u, uint64_t spc, uint64_t return_spc);
uint32_t ir_edge_to_block(struct ir_unit *u, uint32_t block, const ir_ref *arguments, unsigned count);

/* One more argument for an edge that has none or the newest ones. */
void ir_edge_add_argument(struct ir_unit *u, uint32_t edge, ir_ref argument);

/* One more write for an edge out of the unit that has none or the newest ones. */
void ir_edge_add_write(struct ir_unit *u, uint32_t edge, unsigned slot, ir_ref value);

/* ---- facts ------------------------------------------------------------------------------------------------------------ */

static inline const struct ir_op_info *ir_info(const struct ir_insn *insn) { return &ir_ops[insn->op]; }

static inline bool ir_is_mark(const struct ir_insn *insn) { return insn->op == IR_mark || insn->op == IR_poll; }

/* Type of the value an instruction gives: i32 for comparisons, i64 for call, its own type for the rest; void for none. */
enum ir_type ir_result_type(const struct ir_insn *insn);

/* By operation: whether its two operands may change places. */
extern const bool ir_commutes[IR_OP_COUNT];

/* By operation on vectors: the lanes for which it has a meaning, a bit each, 1 << enum ir_lanes; 0: all. */
extern const uint8_t ir_lanes_allowed[IR_OP_COUNT];

/* Whether operations of that form round: aux is an enum ir_rounding. */
static inline bool ir_form_rounds(enum ir_form form)
{
    return form == FORM_F_UNARY || form == FORM_F_BINARY || form == FORM_F_TERNARY || form == FORM_F_CONVERT;
}

/* Whether it takes or gives a vector. */
static inline bool ir_is_of_vectors(enum ir_op op, enum ir_type type)
{
    return type == IR_V128 || op == IR_v_extract || op == IR_v_signs || op == IR_v_any;
}

/* Number of edges of a terminator: 0, 1 or 2; they are u->edge[insn->imm] and the following. */
static inline unsigned ir_edge_count(const struct ir_insn *insn)
{
    return insn->op == IR_brif ? 2 : insn->op == IR_br || insn->op == IR_call_to;
}

/* The bit of a slot in a set of fleeting slots; 0: it is none. */
static inline uint32_t ir_fleeting(const struct layout *layout, uint64_t slot)
{
    uint64_t index = slot - layout->first_fleeting;
    return index < layout->fleeting_count ? UINT32_C(1) << index : 0;
}

static inline uint32_t ir_all_fleeting(const struct layout *layout) { return (uint32_t)low_bits(layout->fleeting_count, UINT32_MAX); }

/* Fleeting slots that the helper looks at or writes; a fault in it is another matter. */
uint32_t ir_seen_by_helper(const struct layout *layout, const struct ir_helper *helper);

/* Fleeting slots that nobody looks at after a set until they are set again, though it is of another: its value says that they do not count. */
static inline uint32_t ir_idle_after(const struct ir_unit *u, const struct ir_insn *set)
{
    const struct ir_insn *value = &u->insn[set->arg[0]];
    bool says = u->layout->idle_fleeting && set->imm == u->layout->first_fleeting && value->op == IR_const;
    return says ? u->layout->idle_fleeting(value->imm) : 0;
}

/* What the instruction may do, with the traits of the called helper for `call`. */
static inline unsigned ir_traits(const struct ir_insn *insn)
{
    if (insn->op == IR_call || insn->op == IR_mend) {
        const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
        return RESULT | helper->traits | (helper->changes ? WRITES : 0);
    }
    return ir_info(insn)->traits;
}

/* ---- text (print.c, parse.c) ------------------------------------------------------------------------------------------ */

/* Prints the whole unit. `helpers` are not needed: a call is printed by its helper's name. */
void ir_print(const struct ir_unit *u, FILE *out);

struct ir_parse_error { unsigned line; char message[120]; };

/* Reads one unit from text (NUL-terminated) into `u`, which it initialises. Slot names come from `layout`, helpers from the
 * table (count entries). Returns false and fills `error` for anything that is not a well-formed unit; what it accepts,
 * ir_verify accepts too. Hostile input is fine. */
bool ir_parse(struct ir_unit *u, struct arena *arena, const struct layout *layout, const struct ir_helper *helpers,
              unsigned helper_count, const char *text, struct ir_parse_error *error);

/* ---- checking (verify.c) ------------------------------------------------------------------------------------------------ */

/* Whether the unit is well formed: operand counts and types, definitions before uses (dominance), params and edges that match, one
 * END per block, slots that exist. On failure `message` (of `size` bytes) says what and where. */
bool ir_verify(const struct ir_unit *u, char *message, size_t size);

/* ---- meaning (eval.c) --------------------------------------------------------------------------------------------------- */

/* Value of a UNARY, BINARY, COMPARE, CONVERT, F_* or pick operation on these operands. `from`: type of operand a. The floating-point
 * forms use and change the calling thread's floating-point environment. */
uint64_t ir_eval_op(enum ir_op op, enum ir_type type, enum ir_type from, unsigned aux, uint64_t a, uint64_t b, uint64_t c);

/* Value of an operation that takes or gives a vector. Scalars are the low half. */
struct vector ir_eval_vector(enum ir_op op, unsigned aux, struct vector a, struct vector b, struct vector c);

/* Runs the unit on the context and real memory until it leaves; sets context.pc and returns the event (EVENT_NONE: go on at
 * context.pc). A memory access that fails does so as the host makes it fail (a signal); before each access its
 * address is put in context.access and the SPC of the newest mark in context.pc. */
enum event ir_eval(const struct ir_unit *u, struct context *c);

#endif
