#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "ir/flow.h"
#include "ir/text.h"

struct verifier {
    const struct ir_unit *u;
    uint32_t block;         /* being checked */
    uint32_t *block_of;     /* by instruction; NO_BLOCK: in none */
    const char *where;      /* name of the operation being checked */
    char *message;
    size_t size;
};

/* Returns false, so that a rule reads `return bad(v, ...)`. */
PRINTF_LIKE(2, 3) static bool bad(struct verifier *v, const char *format, ...)
{
    int used = snprintf(v->message, v->size, "b%" PRIu32 ": %s: ", v->block, v->where);
    if (used >= 0 && (size_t)used < v->size) {
        va_list ap;
        va_start(ap, format);
        vsnprintf(v->message + used, v->size - (size_t)used, format, ap);
        va_end(ap);
    }
    return false;
}

static bool is_integer(enum ir_type type) { return type >= IR_I8 && type <= IR_I64; }
static bool is_word(enum ir_type type) { return type == IR_I32 || type == IR_I64; }

/* ---- structure: every index in range, blocks in order, one END each -------------------------------------------------- */

static bool check_edges(struct verifier *v, const struct ir_insn *insn)
{
    const struct ir_unit *u = v->u;
    unsigned count = ir_edge_count(insn);
    if (count && (insn->imm >= u->edge_count || u->edge_count - insn->imm < count))
        return bad(v, "no such edge");
    for (unsigned i = 0; i < count; i++) {
        const struct ir_edge *edge = &u->edge[insn->imm + i];
        if (edge->arguments > u->argument_count || u->argument_count - edge->arguments < edge->argument_count)
            return bad(v, "no such arguments");
        if (insn->op == IR_call_to && (!edge->leaves || edge->argument_count))
            return bad(v, "the edge must leave the unit and write nothing");
        if (!edge->leaves && edge->block >= u->block_count)
            return bad(v, "no such block");
    }
    return true;
}

static bool check_block_structure(struct verifier *v, const struct ir_block *block)
{
    const struct ir_unit *u = v->u;
    if (block->first > block->last || block->last > u->insn_count)
        return bad(v, "not a range of instructions");
    bool head = true, ended = false;
    for (ir_ref i = block->first; i < block->last; i++) {
        const struct ir_insn *insn = &u->insn[i];
        if (insn->op >= IR_OP_COUNT || insn->type >= IR_TYPE_COUNT)
            return bad(v, "no such operation or type");
        v->where = ir_info(insn)->name;
        if (v->block_of[i] != NO_BLOCK)
            return bad(v, "stands in two blocks");
        v->block_of[i] = v->block;
        if (insn->op == IR_nop)
            continue;
        if (ended)
            return bad(v, "stands after the end of the block");
        if (insn->op == IR_param && !head)
            return bad(v, "must stand at the head of the block");
        if (insn->op == IR_param && v->block == 0)
            return bad(v, "the entry has no parameters");
        head = insn->op == IR_param;
        ended = ir_info(insn)->traits & END;
        if (!check_edges(v, insn))
            return false;
    }
    v->where = "block";
    return ended || bad(v, "has no end");
}

static bool check_structure(struct verifier *v)
{
    const struct ir_unit *u = v->u;
    v->where = "unit";
    if (u->block_count == 0 || u->insn_count == 0)
        return bad(v, "has no block");
    for (ir_ref i = 0; i < u->insn_count; i++)
        v->block_of[i] = NO_BLOCK;
    ir_ref next = 1;
    for (v->block = 0; v->block < u->block_count; v->block++) {
        v->where = "block";
        if (u->block[v->block].first < next)
            return bad(v, "blocks must be in order");
        if (!check_block_structure(v, &u->block[v->block]))
            return false;
        next = u->block[v->block].last;
    }
    return true;
}

/* ---- values: defined before, on every way -------------------------------------------------------------------------- */

static bool check_value(struct verifier *v, const struct ir_flow *flow, ir_ref user, ir_ref value)
{
    const struct ir_unit *u = v->u;
    if (value == NO_REF || value >= u->insn_count || v->block_of[value] == NO_BLOCK || !(ir_info(&u->insn[value])->traits & RESULT))
        return bad(v, "an operand is not a value");
    if (value >= user)
        return bad(v, "an operand is defined after its use");
    if (!ir_dominates(flow, v->block_of[value], v->block))
        return bad(v, "an operand is not defined on every way here");
    return true;
}

static unsigned param_count(const struct ir_unit *u, const struct ir_block *block)
{
    unsigned count = 0;
    for (ir_ref i = block->first; i < block->last; i++)
        count += u->insn[i].op == IR_param;
    return count;
}

static bool check_writes(struct verifier *v, const struct ir_flow *flow, ir_ref user, const struct ir_edge *edge)
{
    const struct ir_unit *u = v->u;
    uint32_t written = 0;
    for (unsigned k = 0; k < edge->argument_count; k++) {
        ir_ref value = u->argument[edge->arguments + k];
        unsigned slot = u->written[edge->arguments + k];
        uint32_t bit = ir_fleeting(u->layout, slot);
        if (!check_value(v, flow, user, value))
            return false;
        if (!bit || written & bit)
            return bad(v, "write %u: not a fleeting slot, or the same again", k);
        written |= bit;
        if (ir_result_type(&u->insn[value]) != u->layout->slots[slot].type)
            return bad(v, "write %u is of another type", k);
    }
    return true;
}

static bool check_edge_arguments(struct verifier *v, const struct ir_flow *flow, ir_ref user, const struct ir_edge *edge)
{
    const struct ir_unit *u = v->u;
    if (edge->leaves)
        return check_writes(v, flow, user, edge);
    const struct ir_block *target = &u->block[edge->block];
    if (param_count(u, target) != edge->argument_count)
        return bad(v, "b%" PRIu32 " has another number of parameters", edge->block);
    ir_ref param = target->first;
    for (unsigned k = 0; k < edge->argument_count; k++, param++) {
        ir_ref value = u->argument[edge->arguments + k];
        if (!check_value(v, flow, user, value))
            return false;
        while (u->insn[param].op == IR_nop)
            param++;
        if (ir_result_type(&u->insn[value]) != u->insn[param].type)
            return bad(v, "argument %u for b%" PRIu32 " is of another type", k, edge->block);
    }
    return true;
}

/* ---- types and what else each operation asks for ------------------------------------------------------------------- */

static enum ir_type operand_type(const struct verifier *v, const struct ir_insn *insn, unsigned index)
{
    return ir_result_type(&v->u->insn[insn->arg[index]]);
}

static bool check_operand_type(struct verifier *v, const struct ir_insn *insn, unsigned index, enum ir_type type)
{
    return operand_type(v, insn, index) == type || bad(v, "operand %u must be %s", index, ir_type_names[type]);
}

/* All operands of the type that the operation names. */
static bool check_same_types(struct verifier *v, const struct ir_insn *insn, bool type_allowed)
{
    if (!type_allowed)
        return bad(v, "not for %s", ir_type_names[insn->type]);
    for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
        if (!check_operand_type(v, insn, i, insn->type))
            return false;
    return true;
}

static bool check_conversion(struct verifier *v, const struct ir_insn *insn)
{
    enum ir_type to = insn->type, from = operand_type(v, insn, 0);
    bool good;
    switch (insn->op) {
    case IR_sext:
    case IR_zext: good = is_integer(to) && is_integer(from) && to > from; break; /* ORDER TYPE */
    case IR_narrow: good = is_integer(to) && is_integer(from) && to < from; break; /* ORDER TYPE */
    case IR_f_bits: good = is_integer(to) && type_is_float(from) && type_bits(to) == type_bits(from); break;
    case IR_bits_f: good = type_is_float(to) && is_integer(from) && type_bits(to) == type_bits(from); break;
    case IR_f_box: good = to == IR_F64 && from == IR_F32; break;
    case IR_f_unbox: good = to == IR_F32 && from == IR_F64; break;
    case IR_f_from_f: good = type_is_float(to) && type_is_float(from) && to != from; break;
    case IR_f_from_s:
    case IR_f_from_u: good = type_is_float(to) && is_word(from); break;
    default: good = is_word(to) && type_is_float(from); break; /* s_from_f and so on */
    }
    return good || bad(v, "not from %s to %s", ir_type_names[from], ir_type_names[to]);
}

static bool check_rounding(struct verifier *v, const struct ir_insn *insn)
{
    return insn->aux <= ROUND_NEAREST_MAX || insn->aux == ROUND_DYNAMIC || bad(v, "no such rounding");
}

static bool allows_lanes(const struct ir_insn *insn)
{
    unsigned allowed = ir_lanes_allowed[insn->op];
    return !allowed || allowed >> (insn->aux & LANES_MASK) & 1;
}

static bool check_lanes(struct verifier *v, const struct ir_insn *insn)
{
    return (insn->aux <= LANES_64 && allows_lanes(insn)) || bad(v, "not for such lanes");
}

/* Between a vector and a scalar as wide as a lane. */
static bool check_lane_type(struct verifier *v, const struct ir_insn *insn, enum ir_type type)
{
    return check_lanes(v, insn) && ((type != IR_VOID && type != IR_V128 && type_bits(type) == lane_bits(insn->aux)) || bad(v, "not a lane"));
}

static bool check_part(struct verifier *v, const struct ir_insn *insn)
{
    bool good = (insn->aux & ~(unsigned)LOW_LANE) == LANES_32 || (insn->aux & ~(unsigned)LOW_LANE) == LANES_64;
    return (good && allows_lanes(insn)) || bad(v, "no such floats");
}

/* A vector is what it gives, and what it takes first. */
static bool check_vector(struct verifier *v, const struct ir_insn *insn)
{
    return (insn->type == IR_V128 || bad(v, "not for %s", ir_type_names[insn->type])) && check_operand_type(v, insn, 0, IR_V128);
}

static bool check_slot(struct verifier *v, const struct ir_insn *insn)
{
    const struct layout *layout = v->u->layout;
    if (insn->imm >= layout->slot_count || !layout->slots[insn->imm].name)
        return bad(v, "no such slot");
    return layout->slots[insn->imm].type == insn->type || bad(v, "slot %s is of another type", layout->slots[insn->imm].name);
}

static bool check_bits(struct verifier *v, unsigned bits) { return bits < 32 || bad(v, "no such access"); }

static bool check_constant(struct verifier *v, const struct ir_insn *insn)
{
    if (insn->type == IR_VOID || insn->type == IR_V128)
        return bad(v, "not for %s", ir_type_names[insn->type]);
    return low_bits(type_bits(insn->type), insn->imm) == insn->imm || bad(v, "is wider than its type");
}

static bool check_other(struct verifier *v, const struct ir_insn *insn)
{
    switch (insn->op) {
    case IR_const: return check_constant(v, insn);
    case IR_param: return (insn->type != IR_VOID && insn->type != IR_V128) || bad(v, "not for %s", ir_type_names[insn->type]);
    case IR_get: return check_slot(v, insn);
    case IR_set: return check_slot(v, insn) && check_operand_type(v, insn, 0, insn->type);
    case IR_pick:
        if (insn->type == IR_VOID || insn->type == IR_V128)
            return bad(v, "not for %s", ir_type_names[insn->type]);
        return check_operand_type(v, insn, 0, IR_I32) && check_operand_type(v, insn, 1, insn->type) &&
               check_operand_type(v, insn, 2, insn->type);
    case IR_join: return (insn->type == IR_I64 || bad(v, "not for %s", ir_type_names[insn->type])) &&
                         check_operand_type(v, insn, 0, IR_I32) && check_operand_type(v, insn, 1, IR_I32);
    case IR_v_splat: return (insn->type == IR_V128 || bad(v, "not for %s", ir_type_names[insn->type])) &&
                            check_lane_type(v, insn, operand_type(v, insn, 0));
    case IR_v_extract: return check_lane_type(v, insn, insn->type) && check_operand_type(v, insn, 0, IR_V128) &&
                              check_operand_type(v, insn, 1, IR_I32);
    case IR_v_insert: return check_vector(v, insn) && check_lane_type(v, insn, operand_type(v, insn, 1)) && check_operand_type(v, insn, 2, IR_I32);
    case IR_v_scalar: return (insn->type == IR_V128 || bad(v, "not for %s", ir_type_names[insn->type])) &&
                             (is_integer(operand_type(v, insn, 0)) || bad(v, "not of a float")) && check_lane_type(v, insn, operand_type(v, insn, 0));
    case IR_v_blend: return check_lanes(v, insn) && check_same_types(v, insn, insn->type == IR_V128);
    case IR_v_shl_all:
    case IR_v_shr_all:
    case IR_v_sar_all: return check_lanes(v, insn) && check_vector(v, insn) && check_operand_type(v, insn, 1, IR_I64);
    case IR_v_signs: return check_lanes(v, insn) && (insn->type == IR_I32 || bad(v, "gives i32")) && check_operand_type(v, insn, 0, IR_V128);
    case IR_v_any: return (insn->type == IR_I32 || bad(v, "gives i32")) && check_operand_type(v, insn, 0, IR_V128);
    case IR_v_fround: return check_part(v, insn) && check_vector(v, insn) && check_operand_type(v, insn, 1, IR_V128) &&
                             check_operand_type(v, insn, 2, IR_I32);
    case IR_load:
        if (insn->type == IR_VOID)
            return bad(v, "not for void");
        return check_bits(v, insn->aux) && check_operand_type(v, insn, 0, IR_I64);
    case IR_store:
        return check_bits(v, insn->aux) && check_operand_type(v, insn, 0, IR_I64) && check_operand_type(v, insn, 1, insn->type);
    case IR_fence: return check_bits(v, insn->aux);
    case IR_call:
        if (!insn->imm)
            return bad(v, "no helper");
        return check_operand_type(v, insn, 0, IR_I64) && check_operand_type(v, insn, 1, IR_I64);
    case IR_mend:
        if (insn->type == IR_V128)
            return bad(v, "not for v128");
        if (!insn->imm || ((const struct ir_helper *)(uintptr_t)insn->imm)->traits & (WRITES | FAULT))
            return bad(v, "no helper that mends");
        return check_operand_type(v, insn, 0, IR_I32) && check_operand_type(v, insn, 1, insn->type) && check_operand_type(v, insn, 2, IR_I64);
    case IR_brif: return check_operand_type(v, insn, 0, IR_I32);
    case IR_set_flags:
    case IR_jump_ind:
    case IR_call_ind:
    case IR_return_to: return check_operand_type(v, insn, 0, IR_I64);
    case IR_raise: return (insn->aux != EVENT_NONE && insn->aux < EVENT_COUNT) || bad(v, "no such event");
    case IR_nop:
    case IR_mark:
    case IR_poll:
    case IR_get_flags:
    case IR_br:
    case IR_call_to: return true;
    default: /* cas and the amo_ operations */
        if (!(insn->op == IR_cas ? is_integer(insn->type) : is_word(insn->type)))
            return bad(v, "not for %s", ir_type_names[insn->type]);
        for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
            if (!check_operand_type(v, insn, i, i == 0 ? IR_I64 : (enum ir_type)insn->type))
                return false;
        return true;
    }
}

static bool check_operation(struct verifier *v, const struct ir_insn *insn)
{
    switch ((enum ir_form)ir_info(insn)->form) {
    case FORM_UNARY:
    case FORM_BINARY:
    case FORM_COMPARE: return check_same_types(v, insn, is_integer(insn->type) && !(insn->op == IR_bswap && insn->type == IR_I8));
    case FORM_F_PICK:
    case FORM_F_BITS1:
    case FORM_F_BITS2:
    case FORM_F_ORDER:
    case FORM_F_COMPARE: return check_same_types(v, insn, type_is_float(insn->type));
    case FORM_F_UNARY:
    case FORM_F_BINARY:
    case FORM_F_TERNARY: return check_same_types(v, insn, type_is_float(insn->type)) && check_rounding(v, insn);
    case FORM_CONVERT: return check_conversion(v, insn);
    case FORM_F_CONVERT: return check_conversion(v, insn) && check_rounding(v, insn);
    case FORM_LANES1:
    case FORM_LANES2:
    case FORM_VECTOR: return check_lanes(v, insn) && check_same_types(v, insn, insn->type == IR_V128);
    case FORM_VECTOR_BY: return check_lanes(v, insn) && check_vector(v, insn) && check_operand_type(v, insn, 1, IR_V128) &&
                                check_operand_type(v, insn, 2, IR_I32);
    case FORM_F_LANES2:
    case FORM_F_VECTOR: return check_part(v, insn) && check_same_types(v, insn, insn->type == IR_V128);
    case FORM_OTHER: break;
    }
    return check_other(v, insn);
}

static bool check_insn(struct verifier *v, const struct ir_flow *flow, ir_ref ref)
{
    const struct ir_insn *insn = &v->u->insn[ref];
    v->where = ir_info(insn)->name;
    for (unsigned i = 0; i < ir_info(insn)->arguments; i++)
        if (!check_value(v, flow, ref, insn->arg[i]))
            return false;
    if (!check_operation(v, insn))
        return false;
    for (unsigned i = 0; i < ir_edge_count(insn); i++)
        if (!check_edge_arguments(v, flow, ref, &v->u->edge[insn->imm + i]))
            return false;
    return true;
}

bool ir_verify(const struct ir_unit *u, char *message, size_t size)
{
    struct verifier v = { .u = u, .message = message, .size = size };
    v.block_of = arena_alloc(u->arena, u->insn_count * sizeof *v.block_of);
    if (!check_structure(&v))
        return false;
    struct ir_flow flow = ir_flow_of(u);
    for (v.block = 0; v.block < u->block_count; v.block++)
        for (ir_ref i = u->block[v.block].first; i < u->block[v.block].last; i++)
            if (!check_insn(&v, &flow, i))
                return false;
    return true;
}
