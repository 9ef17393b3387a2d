/* Makes random units for the machine of machine.h: every operation, at every type, straight or with inner control flow. */
#ifndef FERRY_RANDOM_UNIT_H
#define FERRY_RANDOM_UNIT_H

#include <stdlib.h>

#include "machine.h"
#include "ir/float.h"

struct random {
    uint64_t state;
};

static uint64_t next_random(struct random *r)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return r->state * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned below(struct random *r, unsigned n) { return (unsigned)((next_random(r) >> 33) % n); }

static uint64_t interesting(struct random *r)
{
    static const uint64_t values[] = {
        0, 1, 2, 31, 63, 64, 255, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(0x100000000), INT64_MAX, UINT64_C(1) << 63, UINT64_MAX,
        UINT64_MAX - 1, UINT64_C(0x3ff0000000000000), UINT64_C(0x7ff0000000000000), UINT64_C(0x7ff8000000000000),
        UINT64_C(0xfff0000000000001), UINT64_C(0x8000000000000000), UINT64_C(0xffffffff3f800000), UINT64_C(0xffffffff7f800001),
        UINT64_C(0xffffffff80000000), UINT64_C(0xffffffffff800000), UINT64_C(0xffffffff00000001), UINT64_C(0x41efffffffe00000),
        UINT64_C(0x43e0000000000000), UINT64_C(0xc1e0000000000000), UINT64_C(0xbfe0000000000000), UINT64_C(0xffffffff4f000000),
    };
    switch (below(r, 3)) {
    case 0: return values[below(r, COUNT_OF(values))];
    case 1: return next_random(r);
    default: return next_random(r) >> below(r, 64);
    }
}

struct maker {
    struct random *r;
    struct ir_unit *u;
    ir_ref values[IR_TYPE_COUNT][512];
    unsigned count[IR_TYPE_COUNT];
    ir_ref address; /* the newest one; good in all blocks that follow, if it is of the first */
    uint64_t spc;
};

static ir_ref remember(struct maker *m, ir_ref v)
{
    enum ir_type type = ir_result_type(&m->u->insn[v]);
    if (m->count[type] < COUNT_OF(m->values[type]))
        m->values[type][m->count[type]++] = v;
    return v;
}

static ir_ref some(struct maker *m, enum ir_type type);

static ir_ref emit_get(struct maker *m, unsigned slot)
{
    return remember(m, ir_emit(m->u, (struct ir_insn){ .op = IR_get, .type = test_slots[slot].type, .imm = slot }));
}

static ir_ref fresh(struct maker *m, enum ir_type type)
{
    struct ir_unit *u = m->u;
    switch (type) {
    case IR_F64:
        return emit_get(m, F0 + below(m->r, F_COUNT));
    case IR_F32: {
        ir_ref a = some(m, IR_F64);
        return remember(m, ir_emit(u, (struct ir_insn){ .op = IR_f_unbox, .type = IR_F32, .arg = { a } }));
    }
    case IR_V128: {
        if (below(m->r, 3))
            return emit_get(m, V0 + 2 * below(m->r, V_COUNT));
        ir_ref a = some(m, IR_I32);
        return remember(m, ir_emit(u, (struct ir_insn){ .op = IR_v_splat, .type = IR_V128, .aux = LANES_32, .arg = { a } }));
    }
    case IR_I64:
        if (below(m->r, 6) == 0)
            return emit_get(m, Q0 + below(m->r, 3));
        return below(m->r, 3) ? emit_get(m, R0 + 1 + below(m->r, R_COUNT - 1)) : remember(m, ir_const(u, IR_I64, interesting(m->r)));
    case IR_I32:
        if (below(m->r, 3) == 0)
            return below(m->r, 2) ? emit_get(m, W0 + below(m->r, W_COUNT)) : emit_get(m, Q0 + 3 + below(m->r, 2));
        if (below(m->r, 3) == 0)
            return remember(m, ir_const(u, type, interesting(m->r)));
        /* fall through */
    default: {
        ir_ref a = some(m, IR_I64);
        return remember(m, ir_emit(u, (struct ir_insn){ .op = IR_narrow, .type = type, .arg = { a } }));
    }
    }
}

static ir_ref some(struct maker *m, enum ir_type type)
{
    unsigned n = m->count[type];
    if (!n || below(m->r, 4) == 0)
        return fresh(m, type);
    unsigned back = below(m->r, 2) ? below(m->r, n) : below(m->r, n < 4 ? n : 4); /* rather new ones */
    return m->values[type][n - 1 - back];
}

static enum ir_type some_integer(struct maker *m)
{
    static const uint8_t types[] = { IR_I8, IR_I16, IR_I32, IR_I32, IR_I32, IR_I64, IR_I64, IR_I64, IR_I64 };
    return types[below(m->r, COUNT_OF(types))];
}

static enum ir_type some_float(struct maker *m) { return below(m->r, 2) ? IR_F32 : IR_F64; }

static unsigned some_rounding(struct maker *m)
{
    static const uint8_t roundings[] = { ROUND_DYNAMIC, ROUND_DYNAMIC, ROUND_DYNAMIC, ROUND_NEAREST, ROUND_ZERO, ROUND_DOWN, ROUND_UP, ROUND_NEAREST_MAX };
    return roundings[below(m->r, COUNT_OF(roundings))];
}

static ir_ref append(struct maker *m, struct ir_insn insn) { return remember(m, ir_emit(m->u, insn)); }

/* An address within the test memory: base + constant, base + masked value, with shifts. */
static ir_ref some_address(struct maker *m)
{
    if (m->address && below(m->r, 3) == 0)
        return m->address;
    ir_ref base = ir_emit(m->u, (struct ir_insn){ .op = IR_get, .type = IR_I64, .imm = R0 });
    ir_ref at = base;
    if (below(m->r, 2)) {
        ir_ref mask = ir_const(m->u, IR_I64, 0xf8), value = some(m, IR_I64);
        ir_ref index = ir_emit(m->u, (struct ir_insn){ .op = IR_and, .type = IR_I64, .arg = { value, mask } });
        unsigned shift = below(m->r, 4);
        if (shift) {
            ir_ref count = ir_const(m->u, IR_I64, shift);
            index = ir_emit(m->u, (struct ir_insn){ .op = IR_shl, .type = IR_I64, .arg = { index, count } });
        }
        at = ir_emit(m->u, (struct ir_insn){ .op = IR_add, .type = IR_I64, .arg = { below(m->r, 2) ? at : index, at } });
        m->u->insn[at].arg[0] = base;
        m->u->insn[at].arg[1] = index;
    }
    if (below(m->r, 2)) {
        ir_ref displacement = ir_const(m->u, IR_I64, 8 * below(m->r, 100));
        at = ir_emit(m->u, (struct ir_insn){ .op = IR_add, .type = IR_I64, .arg = { at, displacement } });
    }
    return m->address = at;
}

static void make_memory(struct maker *m)
{
    ir_ref at = some_address(m);
    enum ir_type type = below(m->r, 5) ? some_integer(m) : below(m->r, 2) ? some_float(m) : IR_V128;
    unsigned access = below(m->r, 4) ? 0 : below(m->r, 16);
    switch (below(m->r, 5)) {
    case 0: case 1:
        append(m, (struct ir_insn){ .op = IR_load, .type = type, .aux = (uint8_t)access, .arg = { at } });
        break;
    case 2: case 3: {
        ir_ref value = some(m, type);
        ir_emit(m->u, (struct ir_insn){ .op = IR_store, .type = type, .aux = (uint8_t)access, .arg = { at, value } });
        break;
    }
    default: {
        type = below(m->r, 2) ? IR_I32 : IR_I64;
        ir_ref a = some(m, type), b = some(m, type);
        unsigned op = IR_cas + below(m->r, IR_amo_maxu - IR_cas + 1);
        append(m, (struct ir_insn){ .op = (uint8_t)op, .type = type, .arg = { at, a, op == IR_cas ? b : NO_REF } });
        if (below(m->r, 4) == 0)
            ir_emit(m->u, (struct ir_insn){ .op = IR_fence, .aux = (uint8_t)below(m->r, 16) });
    }
    }
}

/* Which NaN arithmetic gives is unspecified, so it is made the canonical one. */
static void emit_float(struct maker *m, struct ir_insn insn)
{
    ir_ref v = ir_emit(m->u, insn);
    if (type_is_float(ir_result_type(&insn)))
        append(m, (struct ir_insn){ .op = IR_f_canon, .type = insn.type, .arg = { v } });
    else
        remember(m, v);
}

static void make_conversion(struct maker *m, enum ir_op op)
{
    struct ir_insn insn = { .op = (uint8_t)op };
    enum ir_type from;
    switch (op) {
    case IR_sext: case IR_zext:
        from = IR_I8 + below(m->r, 3);
        insn.type = (uint8_t)(from + 1 + below(m->r, IR_I64 - from));
        break;
    case IR_narrow:
        from = IR_I16 + below(m->r, 3);
        insn.type = (uint8_t)(IR_I8 + below(m->r, from - IR_I8));
        break;
    case IR_f_bits: from = some_float(m); insn.type = from == IR_F32 ? IR_I32 : IR_I64; break;
    case IR_bits_f: insn.type = some_float(m); from = insn.type == IR_F32 ? IR_I32 : IR_I64; break;
    case IR_f_box: from = IR_F32; insn.type = IR_F64; break;
    case IR_f_unbox: from = IR_F64; insn.type = IR_F32; break;
    case IR_f_from_f: insn.type = some_float(m); from = insn.type == IR_F32 ? IR_F64 : IR_F32; break;
    case IR_f_from_s: case IR_f_from_u: insn.type = some_float(m); from = below(m->r, 2) ? IR_I32 : IR_I64; break;
    default: from = some_float(m); insn.type = below(m->r, 2) ? IR_I32 : IR_I64; break;
    }
    insn.arg[0] = some(m, from);
    insn.aux = ir_form_rounds(ir_ops[op].form) ? (uint8_t)some_rounding(m) : 0;
    if (op == IR_f_from_f)
        emit_float(m, insn);
    else
        append(m, insn);
}

static void make_operation(struct maker *m)
{
    enum ir_op op = below(m->r, IR_s_or_min_from_f + 1);
    enum ir_form form = ir_ops[op].form;
    bool is_float = form >= FORM_F_UNARY && form != FORM_F_CONVERT;
    struct ir_insn insn = { .op = (uint8_t)op };
    if (form == FORM_CONVERT || form == FORM_F_CONVERT) {
        make_conversion(m, op);
        return;
    }
    insn.type = (uint8_t)(is_float ? some_float(m) : some_integer(m));
    if (op == IR_bswap && insn.type == IR_I8)
        insn.type = IR_I64;
    for (unsigned k = 0; k < ir_ops[op].arguments; k++)
        insn.arg[k] = some(m, insn.type);
    if (form == FORM_BINARY && below(m->r, 3) == 0)
        insn.arg[1] = ir_const(m->u, insn.type, below(m->r, 2) ? interesting(m->r) : below(m->r, 64));
    if (ir_form_rounds(form))
        insn.aux = (uint8_t)some_rounding(m);
    if (form == FORM_F_UNARY || form == FORM_F_BINARY || form == FORM_F_TERNARY)
        emit_float(m, insn);
    else
        append(m, insn);
}

static unsigned some_lanes(struct maker *m, enum ir_op op)
{
    unsigned lanes, allowed = ir_lanes_allowed[op] ? ir_lanes_allowed[op] : 15;
    do
        lanes = below(m->r, 4);
    while (!(allowed >> lanes & 1));
    return lanes;
}

static ir_ref number_or_some(struct maker *m, enum ir_type type, unsigned limit)
{
    return below(m->r, 4) ? ir_const(m->u, type, below(m->r, limit)) : some(m, type);
}

/* Those of the rows of ops.inc, and v_fround. */
static void make_lanes(struct maker *m)
{
    struct ir_insn insn = { .op = (uint8_t)(IR_v_add + below(m->r, IR_v_ftrunc - IR_v_add + 1)), .type = IR_V128 };
    if (below(m->r, 40) == 0)
        insn.op = IR_v_fround;
    unsigned form = ir_ops[insn.op].form;
    bool has_low = form == FORM_F_LANES2 || insn.op == IR_v_fround || insn.op == IR_v_fwiden || insn.op == IR_v_fnarrow;
    insn.aux = (uint8_t)some_lanes(m, insn.op);
    if (form == FORM_F_LANES2 || form == FORM_F_VECTOR || insn.op == IR_v_fround)
        while (insn.aux < LANES_32)
            insn.aux = (uint8_t)some_lanes(m, insn.op);
    if (has_low && below(m->r, 2))
        insn.aux |= LOW_LANE;
    for (unsigned k = 0; k < ir_ops[insn.op].arguments && k < 2; k++)
        insn.arg[k] = some(m, IR_V128);
    if (insn.op == IR_v_fround)
        insn.arg[2] = ir_const(m->u, IR_I32, below(m->r, 4) | (below(m->r, 2) ? FROUND_QUIET : 0));
    else if (form == FORM_VECTOR_BY)
        insn.arg[2] = number_or_some(m, IR_I32, insn.op == IR_v_align ? 20 : 0x10000);
    if (form == FORM_F_LANES2 && insn.aux & LOW_LANE && below(m->r, 3) == 0) {
        ir_ref at = some_address(m), load = ir_emit(m->u, (struct ir_insn){ .op = IR_load, .type = insn.aux & 1 ? IR_I64 : IR_I32, .arg = { at } });
        insn.arg[1] = ir_emit(m->u, (struct ir_insn){ .op = IR_v_scalar, .type = IR_V128, .aux = insn.aux & LANES_MASK, .arg = { load } });
    }
    append(m, insn);
}

static void make_scalar_of_vector(struct maker *m)
{
    unsigned lanes = below(m->r, 4);
    enum ir_type integer = integer_type(lane_bits(lanes)), real = float_type(lane_bits(lanes));
    enum ir_type type = lanes >= LANES_32 && below(m->r, 2) ? real : integer;
    ir_ref a = some(m, IR_V128);
    switch (below(m->r, 4)) {
    case 0: {
        ir_ref lane = number_or_some(m, IR_I32, 20);
        ir_ref v = append(m, (struct ir_insn){ .op = IR_v_extract, .type = type, .aux = (uint8_t)lanes, .arg = { a, lane } });
        ir_ref at = some_address(m);
        if (below(m->r, 2))
            ir_emit(m->u, (struct ir_insn){ .op = IR_store, .type = type, .arg = { at, v } });
        break;
    }
    case 1: append(m, (struct ir_insn){ .op = IR_v_signs, .type = IR_I32, .aux = (uint8_t)lanes, .arg = { a } }); break;
    case 2: append(m, (struct ir_insn){ .op = IR_v_any, .type = IR_I32, .arg = { a } }); break;
    default: {
        ir_ref b = some(m, type), lane = number_or_some(m, IR_I32, 3);
        append(m, (struct ir_insn){ .op = IR_v_insert, .type = IR_V128, .aux = (uint8_t)lanes, .arg = { a, b, lane } });
    }
    }
}

static void make_vector(struct maker *m)
{
    unsigned lanes = below(m->r, 4);
    ir_ref a = some(m, IR_V128), b = some(m, IR_V128), c = some(m, IR_V128);
    switch (below(m->r, 8)) {
    case 0: {
        ir_ref from = some(m, integer_type(lane_bits(lanes)));
        append(m, (struct ir_insn){ .op = below(m->r, 2) ? IR_v_splat : IR_v_scalar, .type = IR_V128, .aux = (uint8_t)lanes, .arg = { from } });
        break;
    }
    case 1: make_scalar_of_vector(m); break;
    case 2: append(m, (struct ir_insn){ .op = IR_v_blend, .type = IR_V128, .aux = (uint8_t)lanes, .arg = { a, b, c } }); break;
    case 3: {
        ir_ref count = number_or_some(m, IR_I64, 70);
        append(m, (struct ir_insn){ .op = (uint8_t)(IR_v_shl_all + below(m->r, 3)), .type = IR_V128, .aux = (uint8_t)lanes, .arg = { a, count } });
        break;
    }
    default: make_lanes(m);
    }
}

static void make_set(struct maker *m)
{
    if (below(m->r, 6) == 0) {
        ir_ref value = some(m, IR_V128);
        ir_emit(m->u, (struct ir_insn){ .op = IR_set, .type = IR_V128, .arg = { value }, .imm = V0 + 2 * below(m->r, V_COUNT) });
        return;
    }
    unsigned slot = below(m->r, 4) ? R0 + 2 + below(m->r, R_COUNT - 2) : below(m->r, 4) == 0 ? Q0 + below(m->r, Q_COUNT) : below(m->r, 3) ? F0 + below(m->r, F_COUNT) : W0 + below(m->r, W_COUNT);
    ir_ref value = some(m, test_slots[slot].type);
    ir_emit(m->u, (struct ir_insn){ .op = IR_set, .type = test_slots[slot].type, .arg = { value }, .imm = slot });
}

static void make_between(struct maker *m)
{
    for (unsigned between = below(m->r, 4); between; between--)
        below(m->r, 2) ? make_set(m) : below(m->r, 2) ? make_memory(m) : make_operation(m);
}

/* How floats compare, and whether they do so in some way. */
static ir_ref make_ordered(struct maker *m)
{
    static const uint64_t bits[] = { ORDER_LESS, ORDER_EQUAL, ORDER_LESS | ORDER_EQUAL, ORDER_UNORDERED, ORDER_LESS | ORDER_UNORDERED };
    enum ir_type type = below(m->r, 2) ? IR_F64 : IR_F32;
    enum ir_op op = below(m->r, 2) ? IR_f_order : IR_f_order_signal;
    ir_ref a = some(m, type), b = some(m, type);
    ir_ref order = append(m, (struct ir_insn){ .op = (uint8_t)op, .type = type, .arg = { a, b } });
    make_between(m);
    ir_ref mask = ir_const(m->u, IR_I32, bits[below(m->r, COUNT_OF(bits))]), zero = ir_const(m->u, IR_I32, 0);
    ir_ref some_bits = append(m, (struct ir_insn){ .op = IR_and, .type = IR_I32, .arg = { order, mask } });
    unsigned which = below(m->r, 3);
    return which == 2 ? some_bits : append(m, (struct ir_insn){ .op = (uint8_t)(which ? IR_eq : IR_ne), .type = IR_I32, .arg = { some_bits, zero } });
}

/* An operation, and a comparison of which its flags may tell the outcome, with or without something between. */
static ir_ref make_told(struct maker *m)
{
    if (below(m->r, 8) == 0)
        return make_ordered(m);
    static const uint8_t ops[] = { IR_add, IR_add, IR_add, IR_sub, IR_sub, IR_and, IR_or, IR_xor, IR_mul, IR_shl, IR_shr, IR_sar, IR_neg };
    enum ir_op op = (enum ir_op)ops[below(m->r, COUNT_OF(ops))];
    enum ir_type type = some_integer(m);
    uint64_t least = UINT64_C(1) << (type_bits(type) - 1), small = below(m->r, 4) - UINT64_C(2);
    uint64_t number = low_bits(type_bits(type), below(m->r, 2) ? interesting(m->r) : below(m->r, 4) ? small : least);
    ir_ref constant = ir_const(m->u, type, number), opposite = ir_const(m->u, type, low_bits(type_bits(type), -number)), zero = ir_const(m->u, type, 0);
    ir_ref a = some(m, type), b = below(m->r, 2) ? some(m, type) : constant;
    ir_ref v = append(m, (struct ir_insn){ .op = (uint8_t)op, .type = type, .arg = { a, op == IR_neg ? NO_REF : b } });
    if (type == IR_I64 && below(m->r, 2))
        ir_emit(m->u, (struct ir_insn){ .op = IR_set, .type = type, .arg = { v }, .imm = R0 + 2 + below(m->r, R_COUNT - 2) });
    make_between(m);
    ir_ref first = below(m->r, 2) ? v : a, terms[] = { v, a, b, opposite, zero, b }, second = terms[below(m->r, COUNT_OF(terms))];
    bool swap = below(m->r, 4) == 0;
    unsigned which = below(m->r, IR_mul_o - IR_eq + 1);
    return append(m, (struct ir_insn){ .op = (uint8_t)(IR_eq + which), .type = type, .arg = { swap ? second : first, swap ? first : second } });
}

static void make_pick(struct maker *m)
{
    ir_ref told = below(m->r, 2) ? make_told(m) : NO_REF;
    enum ir_type type = some_integer(m);
    ir_ref condition = told ? told : some(m, IR_I32), yes = some(m, type), no = some(m, type);
    append(m, (struct ir_insn){ .op = IR_pick, .type = type, .arg = { condition, yes, no } });
    ir_ref high = some(m, IR_I32), low = below(m->r, 3) ? some(m, IR_I32) : high;
    if (below(m->r, 3) == 0)
        high = ir_const(m->u, IR_I32, interesting(m->r) & UINT32_MAX);
    append(m, (struct ir_insn){ .op = IR_join, .type = IR_I64, .arg = { high, low } });
}

static void make_flags(struct maker *m)
{
    if (below(m->r, 2)) {
        append(m, (struct ir_insn){ .op = IR_get_flags, .type = IR_I64 });
    } else {
        ir_ref flags = some(m, IR_I64);
        ir_emit(m->u, (struct ir_insn){ .op = IR_set_flags, .arg = { flags } });
    }
}

static void make_call(struct maker *m)
{
    const struct ir_helper *helper = &test_helpers[below(m->r, COUNT_OF(test_helpers))];
    ir_ref a = some(m, IR_I64), b = some(m, IR_I64);
    append(m, (struct ir_insn){ .op = IR_call, .arg = { a, b }, .imm = (uintptr_t)helper });
}

static void make_body(struct maker *m, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        unsigned which = below(m->r, 20);
        if (below(m->r, 4) == 0)
            ir_emit(m->u, (struct ir_insn){ .op = IR_mark, .imm = m->spc += 4 });
        if (which < 3)
            make_vector(m);
        else if (which < 10)
            make_operation(m);
        else if (which < 14)
            make_set(m);
        else if (which < 17)
            make_memory(m);
        else if (which < 19)
            make_pick(m);
        else if (below(m->r, 2))
            make_flags(m);
        else
            make_call(m);
    }
}

static ir_ref some_condition(struct maker *m)
{
    if (below(m->r, 3) == 0)
        return some(m, IR_I32);
    if (below(m->r, 2))
        return make_told(m);
    enum ir_type type = some_integer(m);
    ir_ref a = some(m, type), b = some(m, type);
    return append(m, (struct ir_insn){ .op = (uint8_t)(IR_eq + below(m->r, IR_mul_o - IR_eq + 1)), .type = type, .arg = { a, b } });
}

/* Instruction addresses are even. */
static ir_ref some_target(struct maker *m)
{
    ir_ref a = some(m, IR_I64), mask = ir_const(m->u, IR_I64, ~UINT64_C(1));
    return ir_emit(m->u, (struct ir_insn){ .op = IR_and, .type = IR_I64, .arg = { a, mask } });
}

/* With some of the writes. */
static uint32_t leaving_edge(struct maker *m, uint64_t spc, const ir_ref *written)
{
    uint32_t edge = ir_edge_leaving(m->u, spc, 0);
    unsigned which = (unsigned)next_random(m->r) & (unsigned)next_random(m->r);
    for (unsigned k = 0; k < Q_COUNT; k++)
        if (which >> k & 1)
            ir_edge_add_write(m->u, edge, Q0 + k, written[k]);
    return edge;
}

static void make_exit(struct maker *m)
{
    ir_ref written[Q_COUNT];
    for (unsigned k = 0; k < Q_COUNT; k++)
        written[k] = some(m, test_slots[Q0 + k].type);
    struct ir_unit *u = m->u;
    uint64_t spc = 0x10000 + 2 * below(m->r, 100000);
    switch (below(m->r, 7)) {
    case 0:
        ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = leaving_edge(m, spc, written) });
        break;
    case 1: case 2: {
        ir_ref condition = some_condition(m);
        uint32_t edge = leaving_edge(m, spc, written);
        leaving_edge(m, spc + 4, written);
        ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { condition }, .imm = edge });
        break;
    }
    case 3:
        ir_emit(u, (struct ir_insn){ .op = IR_call_to, .imm = ir_edge_leaving(u, spc, spc + 64) });
        break;
    case 4: {
        ir_ref a = some_target(m);
        ir_emit(u, (struct ir_insn){ .op = below(m->r, 2) ? IR_jump_ind : IR_return_to, .arg = { a } });
        break;
    }
    case 5: {
        ir_ref a = some_target(m);
        ir_emit(u, (struct ir_insn){ .op = IR_call_ind, .arg = { a }, .imm = next_random(m->r) >> below(m->r, 64) });
        break;
    }
    default:
        ir_emit(u, (struct ir_insn){ .op = IR_raise, .aux = EVENT_SYSCALL, .imm = next_random(m->r) >> below(m->r, 64) });
    }
}

static uint32_t make_edge(struct maker *m, uint32_t block, const uint8_t *types, unsigned count)
{
    ir_ref arguments[8];
    for (unsigned k = 0; k < count; k++)
        arguments[k] = some(m, types[k]);
    return ir_edge_to_block(m->u, block, arguments, count);
}

/* b0 -> b1 or b2; b1 loops a few times, swapping its parameters; all end in b3. Values of b0 are used everywhere. */
static void make_blocks(struct maker *m, unsigned steps)
{
    struct ir_unit *u = m->u;
    static const uint8_t loop_types[] = { IR_I64, IR_I64, IR_F64, IR_I32 };
    static const uint8_t last_types[] = { IR_I64, IR_F32 };
    ir_begin_block(u);
    make_body(m, steps);
    ir_ref one = ir_const(u, IR_I64, 1), start = ir_const(u, IR_I64, below(m->r, 5));
    ir_ref condition = some_condition(m), a = some(m, IR_I64), f = some(m, IR_F64), w = some(m, IR_I32);
    uint32_t edge = ir_edge_to_block(u, 1, (ir_ref[]){ start, a, f, w }, 4);
    ir_edge_to_block(u, 2, NULL, 0);
    ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { condition }, .imm = edge });

    struct maker outer = *m;
    ir_begin_block(u);
    ir_ref param[4];
    for (unsigned k = 0; k < 4; k++)
        param[k] = append(m, (struct ir_insn){ .op = IR_param, .type = loop_types[k] });
    make_body(m, steps);
    ir_ref next = ir_emit(u, (struct ir_insn){ .op = IR_sub, .type = IR_I64, .arg = { param[0], one } });
    ir_ref zero = ir_const(u, IR_I64, 0);
    ir_ref more = ir_emit(u, (struct ir_insn){ .op = IR_slt, .type = IR_I64, .arg = { zero, next } });
    ir_ref f2 = some(m, IR_F64), x = some(m, IR_I64), y = some(m, IR_F32);
    edge = ir_edge_to_block(u, 1, (ir_ref[]){ next, below(m->r, 2) ? param[0] : param[1], f2, below(m->r, 2) ? param[3] : w }, 4);
    ir_edge_to_block(u, 3, (ir_ref[]){ x, y }, 2);
    ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { more }, .imm = edge });

    struct random *r = m->r;
    *m = outer;
    m->r = r;
    ir_begin_block(u);
    make_body(m, steps);
    ir_emit(u, (struct ir_insn){ .op = IR_br, .imm = make_edge(m, 3, last_types, 2) });

    *m = outer;
    ir_begin_block(u);
    for (unsigned k = 0; k < 2; k++)
        append(m, (struct ir_insn){ .op = IR_param, .type = last_types[k] });
    make_body(m, steps);
    make_exit(m);
}

/* Blocks in a row, each with a way out at its end. */
static void make_side_exits(struct maker *m, unsigned count)
{
    struct ir_unit *u = m->u;
    for (unsigned i = 0; i < count; i++) {
        ir_begin_block(u);
        make_body(m, 1 + below(m->r, 12));
        ir_ref condition = some_condition(m);
        ir_ref written[Q_COUNT];
        for (unsigned k = 0; k < Q_COUNT; k++)
            written[k] = some(m, test_slots[Q0 + k].type);
        bool leaves_if = below(m->r, 2);
        uint32_t edge = leaves_if ? leaving_edge(m, 0x10000 + 8 * i, written) : ir_edge_to_block(u, i + 1, NULL, 0);
        if (leaves_if)
            ir_edge_to_block(u, i + 1, NULL, 0);
        else
            leaving_edge(m, 0x30000 + 8 * i, written);
        ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { condition }, .imm = edge });
    }
    ir_begin_block(u);
    make_body(m, 1 + below(m->r, 12));
    make_exit(m);
}

static inline void make_unit(struct random *r, struct arena *arena, struct ir_unit *u)
{
    struct maker *m = must_zalloc(sizeof *m);
    m->r = r;
    m->u = u;
    m->spc = 0x20000;
    ir_unit_init(u, arena, &test_layout, m->spc);
    switch (below(r, 4)) {
    case 0:
        make_blocks(m, 1 + below(r, 12));
        break;
    case 1:
        make_side_exits(m, 1 + below(r, 6));
        break;
    default:
        ir_begin_block(u);
        make_body(m, 1 + below(r, 50));
        make_exit(m);
    }
    free(m);
}

static inline void seed_random(struct random *r, uint64_t seed)
{
    r->state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (unsigned i = 0; i < 8; i++)
        next_random(r);
}

#endif
