#include <string.h>

#include "ir/memory.h"

uint64_t ir_eval_op(enum ir_op op, enum ir_type type, enum ir_type from, unsigned aux, uint64_t a, uint64_t b, uint64_t c)
{
    const unsigned W = type_bits(type), FROM = type_bits(from), R = aux;
    switch (op) {
#define VALUE(name, meaning) case IR_##name: return low_bits(W, (uint64_t)(meaning));
#define TRUTH(name, meaning) case IR_##name: return (meaning) ? 1 : 0;
#define UNARY VALUE
#define BINARY VALUE
#define COMPARE TRUTH
#define CONVERT VALUE
#define F_UNARY VALUE
#define F_BINARY VALUE
#define F_TERNARY VALUE
#define F_PICK VALUE
#define F_BITS1 VALUE
#define F_BITS2 VALUE
#define F_COMPARE TRUTH
#define F_CONVERT VALUE
#define F_ORDER VALUE
#include "ir/ops.inc"
#undef VALUE
#undef TRUTH
    case IR_pick: return a ? b : c;
    case IR_join: return a << 32 | b;
    default: BUG("%s is not a function of its operands", ir_ops[op].name);
    }
}

struct vector ir_eval_vector(enum ir_op op, unsigned aux, struct vector a, struct vector b, struct vector c)
{
    const unsigned w = lane_bits(aux), part = aux & LOW_LANE;
    switch (op) {
#define LANES1(name, meaning) case IR_##name: return vector_##name(w, a);
#define LANES2(name, meaning) case IR_##name: return vector_##name(w, a, b);
#define VECTOR(name) case IR_##name: return vector_##name(w, a, b);
#define VECTOR_BY(name) case IR_##name: return vector_##name(w, a, b, c.half[0]);
#define F_LANES2(name, meaning) case IR_##name: return vector_##name(w, part, a, b);
#define F_VECTOR(name) case IR_##name: return vector_##name(w, part, a, b);
#include "ir/ops.inc"
    case IR_v_splat: return vector_v_splat(w, a.half[0]);
    case IR_v_extract: return vector_of(vector_v_extract(w, a, b.half[0]));
    case IR_v_insert: return vector_v_insert(w, a, b.half[0], c.half[0]);
    case IR_v_scalar: return vector_of(low_bits(w, a.half[0]));
    case IR_v_blend: return vector_v_blend(w, a, b, c);
    case IR_v_shl_all: return vector_v_shl_all(w, a, b.half[0]);
    case IR_v_shr_all: return vector_v_shr_all(w, a, b.half[0]);
    case IR_v_sar_all: return vector_v_sar_all(w, a, b.half[0]);
    case IR_v_signs: return vector_of(vector_v_signs(w, a));
    case IR_v_any: return vector_of(vector_v_any(a));
    case IR_v_fround: return vector_v_fround(w, part, a, b, c.half[0]);
    default: BUG("%s is not a function of vectors", ir_ops[op].name);
    }
}

struct evaluator {
    const struct ir_unit *u;
    struct context *context;
    struct vector *value;   /* by instruction; scalars are the low half */
    struct vector *passing; /* arguments of the edge being taken */
};

/* Parameters get their values all at once: an argument may be another parameter of the same block. */
static const struct ir_block *take_edge(struct evaluator *e, const struct ir_edge *edge)
{
    const struct ir_block *target = &e->u->block[edge->block];
    for (unsigned k = 0; k < edge->argument_count; k++)
        e->passing[k] = e->value[e->u->argument[edge->arguments + k]];
    ir_ref param = target->first;
    for (unsigned k = 0; k < edge->argument_count; k++) {
        while (e->u->insn[param].op != IR_param)
            param++;
        e->value[param++] = e->passing[k];
    }
    return target;
}

static uint64_t scalar(const struct evaluator *e, ir_ref v) { return e->value[v].half[0]; }

/* Not in line: in a function that also gives an operand as its result, GCC 12 lets an atomic operation overwrite its operand with what it read
 * before it has computed. */
NOINLINE static uint64_t access_memory(struct evaluator *e, const struct ir_insn *insn)
{
    const unsigned w = type_bits(insn->type);
    const uint64_t at = scalar(e, insn->arg[0]), b = scalar(e, insn->arg[1]), c = scalar(e, insn->arg[2]);
    e->context->access = at;
    switch (insn->op) {
    case IR_load: return memory_load(w, insn->aux, at);
    case IR_store: memory_store(w, insn->aux, at, b); return 0;
    case IR_cas: return memory_cas(w, at, b, c);
    case IR_amo_swap: return memory_amo_swap(w, at, b);
    case IR_amo_add: return memory_amo_add(w, at, b);
    case IR_amo_and: return memory_amo_and(w, at, b);
    case IR_amo_or: return memory_amo_or(w, at, b);
    case IR_amo_xor: return memory_amo_xor(w, at, b);
    case IR_amo_mins: return memory_amo_mins(w, at, b);
    case IR_amo_maxs: return memory_amo_maxs(w, at, b);
    case IR_amo_minu: return memory_amo_minu(w, at, b);
    default: return memory_amo_maxu(w, at, b);
    }
}

static uint64_t evaluate_scalar(struct evaluator *e, const struct ir_insn *insn)
{
    const struct ir_op_info *info = ir_info(insn);
    const uint64_t a = scalar(e, insn->arg[0]), b = scalar(e, insn->arg[1]), c = scalar(e, insn->arg[2]);
    if (info->form != FORM_OTHER || insn->op == IR_pick || insn->op == IR_join)
        return ir_eval_op(insn->op, insn->type, ir_result_type(&e->u->insn[insn->arg[0]]), insn->aux, a, b, c);
    if (info->traits & FAULT && insn->op != IR_poll)
        return access_memory(e, insn);
    switch (insn->op) {
    case IR_const: return insn->imm;
    case IR_get: return e->context->slot[insn->imm];
    case IR_set: e->context->slot[insn->imm] = a; return 0;
    case IR_mark:
    case IR_poll: e->context->pc = insn->imm; return 0;
    case IR_fence: memory_fence(insn->aux); return 0;
    case IR_call: return ((const struct ir_helper *)(uintptr_t)insn->imm)->function(e->context, a, b);
    case IR_mend: return a ? low_bits(type_bits(insn->type), ((const struct ir_helper *)(uintptr_t)insn->imm)->function(e->context, c, b)) : b;
    case IR_get_flags: return float_get_flags();
    case IR_set_flags: float_set_flags((unsigned)a); return 0;
    default: return 0; /* nop */
    }
}

/* What takes or gives a vector. */
static struct vector evaluate_vector(struct evaluator *e, const struct ir_insn *insn)
{
    const struct vector a = e->value[insn->arg[0]], b = e->value[insn->arg[1]], c = e->value[insn->arg[2]];
    switch (insn->op) {
    case IR_get: return (struct vector){ { e->context->slot[insn->imm], e->context->slot[insn->imm + 1] } };
    case IR_set: memcpy(&e->context->slot[insn->imm], &a, sizeof a); return a;
    case IR_load: e->context->access = a.half[0]; return memory_load_vector(insn->aux, a.half[0]);
    case IR_store: e->context->access = a.half[0]; memory_store_vector(insn->aux, a.half[0], b); return b;
    default: return ir_eval_vector(insn->op, insn->aux, a, b, c);
    }
}

static struct vector evaluate(struct evaluator *e, const struct ir_insn *insn)
{
    if (ir_is_of_vectors(insn->op, insn->type))
        return evaluate_vector(e, insn);
    return vector_of(evaluate_scalar(e, insn));
}

static void write_slots(struct evaluator *e, const struct ir_edge *edge)
{
    for (unsigned k = 0; k < edge->argument_count; k++) {
        unsigned slot = e->u->written[edge->arguments + k];
        size_t size = e->u->layout->slots[slot].type == IR_V128 ? 16 : 8;
        memcpy(&e->context->slot[slot], &e->value[e->u->argument[edge->arguments + k]], size);
    }
}

/* Where control goes from the END operation; NULL: out of the unit, to context.pc. */
static const struct ir_block *leave_block(struct evaluator *e, const struct ir_insn *end, enum event *event)
{
    const uint64_t a = scalar(e, end->arg[0]);
    if (ir_edge_count(end)) {
        const struct ir_edge *edge = &e->u->edge[end->imm + (end->op == IR_brif && !a)];
        if (!edge->leaves)
            return take_edge(e, edge);
        write_slots(e, edge);
        e->context->pc = edge->spc;
    } else if (end->op == IR_raise) {
        e->context->pc = end->imm;
        *event = end->aux;
    } else {
        e->context->pc = align_down(a, e->u->layout->code_alignment);
    }
    return NULL;
}

enum event ir_eval(const struct ir_unit *u, struct context *c)
{
    /* On the stack, so that nothing is lost when a failing access never returns here. */
    struct evaluator e = { u, c, __builtin_alloca(u->insn_count * sizeof *e.value),
                           __builtin_alloca((u->argument_count + 1) * sizeof *e.passing) };
    enum event event = EVENT_NONE;
    e.value[NO_REF] = vector_of(0);
    for (const struct ir_block *block = u->block; block;) {
        const struct ir_insn *insn = &u->insn[block->first];
        for (; !(ir_info(insn)->traits & END); insn++)
            if (insn->op != IR_param)
                e.value[insn - u->insn] = evaluate(&e, insn);
        block = leave_block(&e, insn, &event);
    }
    return event;
}
