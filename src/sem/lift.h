/* The lift reading: a value is a reference into a unit of IR under construction, a word appends an operation. Included by a
 * guest's lifter before the files with the meanings. */
#ifndef FERRY_SEM_LIFT_H
#define FERRY_SEM_LIFT_H

#include "ir/float.h"
#include "ir/ir.h"

struct lift {
    struct ir_unit *unit;
};

struct value { ir_ref node; };
typedef const struct value val;
struct vector_value { ir_ref node; };
typedef const struct vector_value vec;
typedef struct lift *sem;

#define WORD static inline __attribute__((unused)) struct value
#define EMIT(...) ((struct value){ ir_emit(s->unit, (struct ir_insn){ __VA_ARGS__ }) })

/* `kind` turns a width into the type of the row. */
#define ROW1(name, kind) WORD name(sem s, unsigned w, val a) \
    { return EMIT(.op = IR_##name, .type = kind(w), .arg = { a.node }); }
#define ROW2(name, kind) WORD name(sem s, unsigned w, val a, val b) \
    { return EMIT(.op = IR_##name, .type = kind(w), .arg = { a.node, b.node }); }
#define UNARY(name, meaning) ROW1(name, integer_type)
#define BINARY(name, meaning) ROW2(name, integer_type)
#define COMPARE(name, meaning) ROW2(name, integer_type)
#define F_PICK(name, meaning) ROW2(name, float_type)
#define F_BITS1(name, meaning) ROW1(name, float_type)
#define F_BITS2(name, meaning) ROW2(name, float_type)
#define F_COMPARE(name, meaning) ROW2(name, float_type)
#define F_ORDER(name, meaning) ROW2(name, float_type)
#define F_UNARY(name, meaning) WORD name(sem s, unsigned w, unsigned rounding, val a) \
    { return EMIT(.op = IR_##name, .type = float_type(w), .aux = (uint8_t)rounding, .arg = { a.node }); }
#define F_BINARY(name, meaning) WORD name(sem s, unsigned w, unsigned rounding, val a, val b) \
    { return EMIT(.op = IR_##name, .type = float_type(w), .aux = (uint8_t)rounding, .arg = { a.node, b.node }); }
#define F_TERNARY(name, meaning) WORD name(sem s, unsigned w, unsigned rounding, val a, val b, val c) \
    { return EMIT(.op = IR_##name, .type = float_type(w), .aux = (uint8_t)rounding, .arg = { a.node, b.node, c.node }); }

/* Whether a conversion's result is a float follows from the operation. */
static inline enum ir_type conversion_type(enum ir_op op, unsigned w)
{
    bool gives_float = op == IR_bits_f || op == IR_f_box || op == IR_f_unbox || op == IR_f_from_f || op == IR_f_from_s || op == IR_f_from_u;
    return gives_float ? float_type(w) : integer_type(w);
}
#define CONVERT(name, meaning) WORD name(sem s, unsigned w, unsigned from, val a) \
    { (void)from; return EMIT(.op = IR_##name, .type = conversion_type(IR_##name, w), .arg = { a.node }); }
#define F_CONVERT(name, meaning) WORD name(sem s, unsigned w, unsigned from, unsigned rounding, val a) \
    { (void)from; return EMIT(.op = IR_##name, .type = conversion_type(IR_##name, w), .aux = (uint8_t)rounding, .arg = { a.node }); }
#define VECTOR_WORD static inline __attribute__((unused)) struct vector_value
#define EMIT_VECTOR(...) ((struct vector_value){ ir_emit(s->unit, (struct ir_insn){ .type = IR_V128, __VA_ARGS__ }) })
#define LANES1(name, meaning) VECTOR_WORD name(sem s, unsigned w, vec a) \
    { return EMIT_VECTOR(.op = IR_##name, .aux = (uint8_t)lanes_of(w), .arg = { a.node }); }
#define LANES2(name, meaning) VECTOR_WORD name(sem s, unsigned w, vec a, vec b) \
    { return EMIT_VECTOR(.op = IR_##name, .aux = (uint8_t)lanes_of(w), .arg = { a.node, b.node }); }
#define VECTOR(name) LANES2(name, )
#define VECTOR_BY(name) VECTOR_WORD name(sem s, unsigned w, vec a, vec b, val by) \
    { return EMIT_VECTOR(.op = IR_##name, .aux = (uint8_t)lanes_of(w), .arg = { a.node, b.node, by.node }); }
#define F_LANES2(name, meaning) VECTOR_WORD name(sem s, unsigned w, enum ir_part part, vec a, vec b) \
    { return EMIT_VECTOR(.op = IR_##name, .aux = (uint8_t)(lanes_of(w) | part), .arg = { a.node, b.node }); }
#define F_VECTOR(name) F_LANES2(name, )
#include "ir/ops.inc"

VECTOR_WORD v_splat(sem s, unsigned w, val a) { return EMIT_VECTOR(.op = IR_v_splat, .aux = (uint8_t)lanes_of(w), .arg = { a.node }); }
VECTOR_WORD v_scalar(sem s, unsigned w, val a) { return EMIT_VECTOR(.op = IR_v_scalar, .aux = (uint8_t)lanes_of(w), .arg = { a.node }); }
VECTOR_WORD v_insert(sem s, unsigned w, vec a, val b, val lane)
{
    return EMIT_VECTOR(.op = IR_v_insert, .aux = (uint8_t)lanes_of(w), .arg = { a.node, b.node, lane.node });
}
VECTOR_WORD v_blend(sem s, unsigned w, vec a, vec b, vec mask)
{
    return EMIT_VECTOR(.op = IR_v_blend, .aux = (uint8_t)lanes_of(w), .arg = { a.node, b.node, mask.node });
}
VECTOR_WORD v_fround(sem s, unsigned w, enum ir_part part, vec a, vec b, val how)
{
    return EMIT_VECTOR(.op = IR_v_fround, .aux = (uint8_t)(lanes_of(w) | part), .arg = { a.node, b.node, how.node });
}
#define SHIFT_ALL(name) VECTOR_WORD name(sem s, unsigned w, vec a, val count) \
    { return EMIT_VECTOR(.op = IR_##name, .aux = (uint8_t)lanes_of(w), .arg = { a.node, count.node }); }
SHIFT_ALL(v_shl_all)
SHIFT_ALL(v_shr_all)
SHIFT_ALL(v_sar_all)
#undef SHIFT_ALL
WORD v_signs(sem s, unsigned w, vec a) { return EMIT(.op = IR_v_signs, .type = IR_I32, .aux = (uint8_t)lanes_of(w), .arg = { a.node }); }
WORD v_any(sem s, vec a) { return EMIT(.op = IR_v_any, .type = IR_I32, .arg = { a.node }); }
WORD v_f_extract(sem s, unsigned w, vec a, val b)
{
    return EMIT(.op = IR_v_extract, .type = float_type(w), .aux = (uint8_t)lanes_of(w), .arg = { a.node, b.node });
}
WORD v_extract(sem s, unsigned w, vec a, val b)
{
    return EMIT(.op = IR_v_extract, .type = integer_type(w), .aux = (uint8_t)lanes_of(w), .arg = { a.node, b.node });
}

WORD imm(sem s, unsigned w, uint64_t value) { return (struct value){ ir_const(s->unit, integer_type(w), value) }; }
/* A cell without a name is no state: what is read there is zero, what is written there is lost. */
WORD get(sem s, unsigned slot)
{
    const struct slot *what = &s->unit->layout->slots[slot];
    return what->name ? EMIT(.op = IR_get, .type = what->type, .imm = slot) : imm(s, type_bits(what->type), 0);
}
static inline void set(sem s, unsigned slot, val x)
{
    const struct slot *what = &s->unit->layout->slots[slot];
    if (what->name)
        (void)EMIT(.op = IR_set, .type = what->type, .arg = { x.node }, .imm = slot);
}

static inline bool may_write(const struct ir_insn *insn, unsigned slot)
{
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    return insn->op == IR_call && helper->traits & WRITES && (!helper->highest || (slot >= helper->lowest && slot <= helper->highest));
}

/* The block that alone leads to block `b`; UINT32_MAX: there are several, or none. */
static inline uint32_t only_way_to(const struct ir_unit *u, uint32_t b)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t k = 0; k < b; k++) {
        const struct ir_insn *end = &u->insn[u->block[k].last - 1];
        for (unsigned i = 0; i < ir_edge_count(end); i++) {
            const struct ir_edge *edge = &u->edge[end->imm + i];
            if (edge->leaves || edge->block != b)
                continue;
            if (found != UINT32_MAX)
                return UINT32_MAX;
            found = k;
        }
    }
    return found;
}

/* As far as the newest set on the only way here tells: of a number, or of bits that were or-ed in. */
__attribute__((unused)) static bool known(sem s, unsigned slot, uint32_t mask, unsigned *number)
{
    const struct ir_unit *u = s->unit;
    ir_ref end = u->insn_count;
    for (uint32_t b = u->block_count - 1; b != UINT32_MAX; b = only_way_to(u, b), end = b != UINT32_MAX ? u->block[b].last : 0)
        for (ir_ref i = end; i-- > u->block[b].first;) {
            const struct ir_insn *insn = &u->insn[i], *value = &u->insn[insn->arg[0]];
            if (may_write(insn, slot))
                return false;
            if (insn->op != IR_set || insn->imm != slot)
                continue;
            uint64_t ones = value->op == IR_const ? value->imm : value->op == IR_or && u->insn[value->arg[1]].op == IR_const ? u->insn[value->arg[1]].imm : 0;
            *number = (uint32_t)ones & mask;
            return value->op == IR_const || (ones & mask) == mask;
        }
    return false;
}

/* Integers only: floats are picked as bits. */
WORD pick(sem s, unsigned w, val condition, val yes, val no)
{
    return EMIT(.op = IR_pick, .type = integer_type(w), .arg = { condition.node, yes.node, no.node });
}

WORD load(sem s, unsigned w, unsigned access, val address)
{
    return EMIT(.op = IR_load, .type = integer_type(w), .aux = (uint8_t)access, .arg = { address.node });
}
static inline void store(sem s, unsigned w, unsigned access, val address, val x)
{
    (void)EMIT(.op = IR_store, .type = integer_type(w), .aux = (uint8_t)access, .arg = { address.node, x.node });
}
VECTOR_WORD v_get(sem s, unsigned slot) { return EMIT_VECTOR(.op = IR_get, .imm = slot); }
static inline void v_set(sem s, unsigned slot, vec x) { (void)EMIT_VECTOR(.op = IR_set, .arg = { x.node }, .imm = slot); }
VECTOR_WORD v_load(sem s, unsigned access, val address) { return EMIT_VECTOR(.op = IR_load, .aux = (uint8_t)access, .arg = { address.node }); }
static inline void v_store(sem s, unsigned access, val address, vec x)
{
    (void)EMIT_VECTOR(.op = IR_store, .aux = (uint8_t)access, .arg = { address.node, x.node });
}

WORD cas(sem s, unsigned w, val address, val expected, val replacement)
{
    return EMIT(.op = IR_cas, .type = integer_type(w), .arg = { address.node, expected.node, replacement.node });
}
#define AMO(name) WORD name(sem s, unsigned w, val address, val operand) \
    { return EMIT(.op = IR_##name, .type = integer_type(w), .arg = { address.node, operand.node }); }
AMO(amo_swap)
AMO(amo_add)
AMO(amo_and)
AMO(amo_or)
AMO(amo_xor)
AMO(amo_mins)
AMO(amo_maxs)
AMO(amo_minu)
AMO(amo_maxu)
#undef AMO

static inline void fence(sem s, unsigned kinds)
{
    if (kinds)
        (void)EMIT(.op = IR_fence, .aux = (uint8_t)kinds);
}
WORD call(sem s, const struct ir_helper *helper, val a, val b)
{
    return EMIT(.op = IR_call, .arg = { a.node, b.node }, .imm = (uintptr_t)helper);
}

WORD mend(sem s, unsigned w, val condition, const struct ir_helper *helper, val c, val x)
{
    return EMIT(.op = IR_mend, .type = integer_type(w), .arg = { condition.node, x.node, c.node }, .imm = (uintptr_t)helper);
}
WORD f_mend(sem s, unsigned w, val condition, const struct ir_helper *helper, val c, val x)
{
    return EMIT(.op = IR_mend, .type = float_type(w), .arg = { condition.node, x.node, c.node }, .imm = (uintptr_t)helper);
}

WORD get_flags(sem s) { return EMIT(.op = IR_get_flags); }
static inline void set_flags(sem s, val flags) { (void)EMIT(.op = IR_set_flags, .arg = { flags.node }); }

/* IF (s, c) { ... }: the body becomes a block of its own, what follows the next one. */
struct lift_if { ir_ref branch; uint32_t edge; bool inside; };

static inline struct lift_if lift_if_begin(sem s, ir_ref condition)
{
    struct ir_unit *u = s->unit;
    uint32_t body = u->block_count;
    uint32_t edge = ir_edge_to_block(u, body, NULL, 0);
    ir_edge_to_block(u, 0, NULL, 0); /* to what follows; lift_if_end fills it in */
    ir_ref branch = ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { condition }, .imm = edge });
    ir_begin_block(u);
    return (struct lift_if){ branch, edge, true };
}
static inline void lift_if_end(sem s, struct lift_if *i)
{
    struct ir_unit *u = s->unit;
    uint32_t after = u->block_count;
    ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_to_block(u, after, NULL, 0) });
    u->edge[i->edge + 1].block = after;
    ir_begin_block(u);
    i->inside = false;
}
#define IF(s, condition) for (struct lift_if if_ = lift_if_begin(s, (condition).node); if_.inside; lift_if_end(s, &if_))

static inline void jump(sem s, uint64_t target)
{
    (void)EMIT(.op = IR_br, .imm = ir_edge_leaving(s->unit, target, 0));
}
static inline void branch(sem s, val condition, uint64_t taken, uint64_t other)
{
    uint32_t edge = ir_edge_leaving(s->unit, taken, 0);
    ir_edge_leaving(s->unit, other, 0);
    (void)EMIT(.op = IR_brif, .arg = { condition.node }, .imm = edge);
}
static inline void call_to(sem s, uint64_t target, uint64_t return_spc)
{
    (void)EMIT(.op = IR_call_to, .imm = ir_edge_leaving(s->unit, target, return_spc));
}
static inline void jump_ind(sem s, val target) { (void)EMIT(.op = IR_jump_ind, .arg = { target.node }); }
static inline void call_ind(sem s, val target, uint64_t return_spc)
{
    (void)EMIT(.op = IR_call_ind, .arg = { target.node }, .imm = return_spc);
}
static inline void return_to(sem s, val target) { (void)EMIT(.op = IR_return_to, .arg = { target.node }); }
static inline void raise_event(sem s, enum event event, uint64_t pc)
{
    (void)EMIT(.op = IR_raise, .aux = (uint8_t)event, .imm = pc);
}

/* Leaves with the event if the condition holds, else goes on. */
static inline void raise_if(sem s, val condition, enum event event, uint64_t pc)
{
    struct ir_unit *u = s->unit;
    struct lift_if i = lift_if_begin(s, condition.node);
    raise_event(s, event, pc);
    u->edge[i.edge + 1].block = ir_begin_block(u);
}
#define RAISE_IF raise_if

/* Leaves for `target` if the condition holds, else goes on. */
static inline void jump_if(sem s, val condition, uint64_t target)
{
    struct ir_unit *u = s->unit;
    uint32_t edge = ir_edge_leaving(u, target, 0);
    ir_edge_to_block(u, u->block_count, NULL, 0);
    (void)EMIT(.op = IR_brif, .arg = { condition.node }, .imm = edge);
    ir_begin_block(u);
}
#define JUMP_IF jump_if

static inline void may_repeat(sem s) { (void)s; }

#undef WORD
#undef VECTOR_WORD
#undef EMIT_VECTOR
#undef EMIT
#undef ROW1
#undef ROW2

#endif
