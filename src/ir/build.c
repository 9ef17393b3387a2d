/* Making units, and the facts about operations that ops.inc states. */
#include "ir/ir.h"

const struct ir_op_info ir_ops[IR_OP_COUNT] = {
#define INFO(row_name, row_form, row_arguments, row_traits) \
    [IR_##row_name] = { #row_name, FORM_##row_form, row_arguments, row_traits },
#define UNARY(name, meaning) INFO(name, UNARY, 1, RESULT | PURE)
#define BINARY(name, meaning) INFO(name, BINARY, 2, RESULT | PURE)
#define COMPARE(name, meaning) INFO(name, COMPARE, 2, RESULT | PURE)
#define CONVERT(name, meaning) INFO(name, CONVERT, 1, RESULT | PURE)
#define F_UNARY(name, meaning) INFO(name, F_UNARY, 1, RESULT | FLAGS)
#define F_BINARY(name, meaning) INFO(name, F_BINARY, 2, RESULT | FLAGS)
#define F_TERNARY(name, meaning) INFO(name, F_TERNARY, 3, RESULT | FLAGS)
#define F_PICK(name, meaning) INFO(name, F_PICK, 2, RESULT | FLAGS)
#define F_BITS1(name, meaning) INFO(name, F_BITS1, 1, RESULT | PURE)
#define F_BITS2(name, meaning) INFO(name, F_BITS2, 2, RESULT | PURE)
#define F_COMPARE(name, meaning) INFO(name, F_COMPARE, 2, RESULT | FLAGS)
#define F_CONVERT(name, meaning) INFO(name, F_CONVERT, 1, RESULT | FLAGS)
#define LANES1(name, meaning) INFO(name, LANES1, 1, RESULT | PURE)
#define LANES2(name, meaning) INFO(name, LANES2, 2, RESULT | PURE)
#define VECTOR(name) INFO(name, VECTOR, 2, RESULT | PURE)
#define VECTOR_BY(name) INFO(name, VECTOR_BY, 3, RESULT | PURE)
#define F_LANES2(name, meaning) INFO(name, F_LANES2, 2, RESULT | FLAGS)
#define F_VECTOR(name) INFO(name, F_VECTOR, 2, RESULT | FLAGS)
#define F_ORDER(name, meaning) INFO(name, F_ORDER, 2, RESULT | FLAGS)
#define OTHER(name, arguments, traits) INFO(name, OTHER, arguments, traits)
#include "ir/ops.inc"
#undef INFO
};

void ir_unit_init(struct ir_unit *u, struct arena *arena, const struct layout *layout, uint64_t spc)
{
    enum { USUAL_INSNS = 64 };
    *u = (struct ir_unit){ .arena = arena, .layout = layout, .spc = spc, .insn_capacity = USUAL_INSNS };
    u->insn = arena_alloc(arena, USUAL_INSNS * sizeof *u->insn);
    ir_emit(u, (struct ir_insn){ .op = IR_nop }); /* number NO_REF */
}

uint32_t ir_begin_block(struct ir_unit *u)
{
    if (u->block_count == u->block_capacity)
        u->block = arena_grow(u->arena, u->block, sizeof *u->block, u->block_count, &u->block_capacity);
    u->block[u->block_count] = (struct ir_block){ u->insn_count, u->insn_count };
    return u->block_count++;
}

static NOINLINE ir_ref grow_and_append(struct ir_unit *u, uint32_t what, ir_ref a, ir_ref b, ir_ref c, uint64_t imm)
{
    u->insn = arena_grow(u->arena, u->insn, sizeof *u->insn, u->insn_count, &u->insn_capacity);
    return ir_append(u, what, a, b, c, imm);
}

ir_ref ir_append(struct ir_unit *u, uint32_t what, ir_ref a, ir_ref b, ir_ref c, uint64_t imm)
{
    ir_ref number = u->insn_count;
    if (number == u->insn_capacity)
        return grow_and_append(u, what, a, b, c, imm);
    u->insn[number] = (struct ir_insn){ .op = (uint8_t)what, .type = (uint8_t)(what >> 8), .aux = (uint8_t)(what >> 16),
                                        .extra = (uint8_t)(what >> 24), .arg = { a, b, c }, .imm = imm };
    if (u->block_count)
        u->block[u->block_count - 1].last = number + 1;
    u->insn_count = number + 1;
    return number;
}

ir_ref ir_const(struct ir_unit *u, enum ir_type type, uint64_t value)
{
    return ir_emit(u, (struct ir_insn){ .op = IR_const, .type = type, .imm = low_bits(type_bits(type), value) });
}

static uint32_t append_edge(struct ir_unit *u, struct ir_edge edge)
{
    if (u->edge_count == u->edge_capacity)
        u->edge = arena_grow(u->arena, u->edge, sizeof *u->edge, u->edge_count, &u->edge_capacity);
    u->edge[u->edge_count] = edge;
    return u->edge_count++;
}

uint32_t ir_edge_leaving(struct ir_unit *u, uint64_t spc, uint64_t return_spc)
{
    return append_edge(u, (struct ir_edge){ .leaves = true, .spc = spc, .return_spc = return_spc });
}

uint32_t ir_edge_to_block(struct ir_unit *u, uint32_t block, const ir_ref *arguments, unsigned count)
{
    uint32_t edge = append_edge(u, (struct ir_edge){ .block = block, .arguments = u->argument_count });
    for (unsigned i = 0; i < count; i++)
        ir_edge_add_argument(u, edge, arguments[i]);
    return edge;
}

static void append_argument(struct ir_unit *u, uint32_t edge, ir_ref argument, uint16_t slot)
{
    if (u->argument_count == u->argument_capacity) {
        uint32_t capacity = u->argument_capacity;
        u->written = arena_grow(u->arena, u->written, sizeof *u->written, u->argument_count, &capacity);
        u->argument = arena_grow(u->arena, u->argument, sizeof *u->argument, u->argument_count, &u->argument_capacity);
    }
    if (!u->edge[edge].argument_count++)
        u->edge[edge].arguments = u->argument_count;
    u->argument[u->argument_count] = argument;
    u->written[u->argument_count++] = slot;
}

void ir_edge_add_argument(struct ir_unit *u, uint32_t edge, ir_ref argument) { append_argument(u, edge, argument, NO_SLOT); }
void ir_edge_add_write(struct ir_unit *u, uint32_t edge, unsigned slot, ir_ref value) { append_argument(u, edge, value, (uint16_t)slot); }

enum ir_type ir_result_type(const struct ir_insn *insn)
{
    const struct ir_op_info *info = ir_info(insn);
    if (!(info->traits & RESULT))
        return IR_VOID;
    if (info->form == FORM_COMPARE || info->form == FORM_F_COMPARE || info->form == FORM_F_ORDER)
        return IR_I32;
    return insn->op == IR_call || insn->op == IR_get_flags ? IR_I64 : (enum ir_type)insn->type;
}

const bool ir_commutes[IR_OP_COUNT] = {
    [IR_add]  = true, [IR_mul]  = true, [IR_mulhs] = true, [IR_mulhu] = true, [IR_and] = true, [IR_or] = true, [IR_xor] = true,
    [IR_mins] = true, [IR_maxs] = true, [IR_minu]  = true, [IR_maxu]  = true, [IR_eq]  = true, [IR_ne] = true,
    [IR_add_o] = true, [IR_add_lt] = true, [IR_add_le] = true, [IR_add_be] = true, [IR_and_p] = true, [IR_mul_o] = true,
    [IR_v_add] = true, [IR_v_mul] = true, [IR_v_and] = true, [IR_v_or] = true, [IR_v_xor] = true, [IR_v_mins] = true, [IR_v_maxs] = true,
    [IR_v_minu] = true, [IR_v_maxu] = true, [IR_v_eq] = true, [IR_v_adds] = true, [IR_v_addu] = true, [IR_v_avgs] = true, [IR_v_avgu] = true,
    [IR_v_mulhs] = true, [IR_v_mulhu] = true, [IR_v_mulrs] = true, [IR_v_madd] = true, [IR_v_sad] = true, [IR_v_evens] = true, [IR_v_evenu] = true,
};

enum { BIT_8 = 1 << LANES_8, BIT_16 = 1 << LANES_16, BIT_32 = 1 << LANES_32, BIT_64 = 1 << LANES_64 };
const uint8_t ir_lanes_allowed[IR_OP_COUNT] = {
    [IR_v_adds] = BIT_8 | BIT_16 | BIT_32, [IR_v_addu] = BIT_8 | BIT_16 | BIT_32, [IR_v_subs] = BIT_8 | BIT_16 | BIT_32,
    [IR_v_subu] = BIT_8 | BIT_16 | BIT_32, [IR_v_avgs] = BIT_8 | BIT_16 | BIT_32, [IR_v_avgu] = BIT_8 | BIT_16 | BIT_32,
    [IR_v_mulhs] = BIT_8 | BIT_16 | BIT_32, [IR_v_mulhu] = BIT_8 | BIT_16 | BIT_32, [IR_v_mulrs] = BIT_8 | BIT_16 | BIT_32,
    [IR_v_bytes] = BIT_8, [IR_v_table] = BIT_8, [IR_v_align] = BIT_8, [IR_v_narrow] = BIT_16 | BIT_32 | BIT_64,
    [IR_v_packs] = BIT_16 | BIT_32, [IR_v_packu] = BIT_16 | BIT_32, [IR_v_madd] = BIT_32, [IR_v_maddus] = BIT_16, [IR_v_sad] = BIT_64,
    [IR_v_evens] = BIT_64, [IR_v_evenu] = BIT_64, [IR_v_hadd] = BIT_16 | BIT_32, [IR_v_hsub] = BIT_16 | BIT_32,
    [IR_v_hadds] = BIT_16, [IR_v_hsubs] = BIT_16, [IR_v_shuffle] = BIT_16 | BIT_32 | BIT_64, [IR_v_choose] = BIT_16 | BIT_32 | BIT_64,
    [IR_v_frcp] = BIT_32, [IR_v_frsqrt] = BIT_32, [IR_v_fwiden] = BIT_64, [IR_v_fnarrow] = BIT_32,
};

uint32_t ir_seen_by_helper(const struct layout *layout, const struct ir_helper *helper)
{
    bool any = helper->traits & (READS | WRITES);
    uint32_t seen = helper->changes ? ir_fleeting(layout, helper->changes - 1u) : 0;
    if (any && !helper->highest)
        return ir_all_fleeting(layout);
    for (unsigned slot = helper->lowest; any && slot <= helper->highest; slot++)
        seen |= ir_fleeting(layout, slot);
    return seen;
}
