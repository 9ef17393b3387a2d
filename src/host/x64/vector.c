/* Vectors of integers, in instructions of three operands: a host without AVX, and what the host has no short sequence for, calls the meaning. */
#include "host/x64/lower.h"

unsigned use_vector(struct lowering *l, ir_ref v) { return regalloc_use(&l->ra, v) - FLOAT_REGS; }

struct operand vector_operand(struct lowering *l, ir_ref v)
{
    unsigned cell;
    return regalloc_in_cell(&l->ra, v, &cell) ? cell_at(cell) : in_reg(use_vector(l, v));
}

unsigned define_vector(struct lowering *l, ir_ref v) { return regalloc_define(&l->ra, v, NO_REG) - FLOAT_REGS; }
static unsigned scratch_vector(struct lowering *l) { return regalloc_scratch(&l->ra, true) - FLOAT_REGS; }

static void emit_all_ones(struct lowering *l, unsigned reg) { emit_op3(&l->e, X64_PCMPEQD, 128, reg, reg, in_reg(reg)); }

static struct operand reverse_mask(struct lowering *l) { return float_mask(l, MASK_REVERSE); }

void emit_op3_imm(struct lowering *l, enum x64_op op, unsigned reg, unsigned v, struct operand rm, unsigned imm)
{
    emit(&l->e, &(struct x64_insn){ .op = (uint16_t)op, .width = 128, .reg = (uint8_t)reg, .v = (uint8_t)v, .rm = rm, .imm = imm });
}

/* ---- one instruction ------------------------------------------------------------------------------------------------------------- */

/* By lanes (ORDER LANES). No entry: by evaluation. */
static const uint16_t instructions[IR_OP_COUNT][4] = {
    [IR_v_add] = { X64_PADDB, X64_PADDW, X64_PADDD, X64_PADDQ },
    [IR_v_sub] = { X64_PSUBB, X64_PSUBW, X64_PSUBD, X64_PSUBQ },
    [IR_v_mul] = { 0, X64_PMULLW, X64_PMULLD },
    [IR_v_mulhs] = { 0, X64_PMULHW },
    [IR_v_mulhu] = { 0, X64_PMULHUW },
    [IR_v_mulrs] = { 0, X64_PMULHRSW },
    [IR_v_and] = { X64_PAND, X64_PAND, X64_PAND, X64_PAND },
    [IR_v_or] = { X64_POR, X64_POR, X64_POR, X64_POR },
    [IR_v_xor] = { X64_PXOR, X64_PXOR, X64_PXOR, X64_PXOR },
    [IR_v_andn] = { X64_PANDN, X64_PANDN, X64_PANDN, X64_PANDN },
    [IR_v_mins] = { X64_PMINSB, X64_PMINSW, X64_PMINSD },
    [IR_v_maxs] = { X64_PMAXSB, X64_PMAXSW, X64_PMAXSD },
    [IR_v_minu] = { X64_PMINUB, X64_PMINUW, X64_PMINUD },
    [IR_v_maxu] = { X64_PMAXUB, X64_PMAXUW, X64_PMAXUD },
    [IR_v_eq] = { X64_PCMPEQB, X64_PCMPEQW, X64_PCMPEQD, X64_PCMPEQQ },
    [IR_v_slt] = { X64_PCMPGTB, X64_PCMPGTW, X64_PCMPGTD, X64_PCMPGTQ },
    [IR_v_adds] = { X64_PADDSB, X64_PADDSW },
    [IR_v_addu] = { X64_PADDUSB, X64_PADDUSW },
    [IR_v_subs] = { X64_PSUBSB, X64_PSUBSW },
    [IR_v_subu] = { X64_PSUBUSB, X64_PSUBUSW },
    [IR_v_avgu] = { X64_PAVGB, X64_PAVGW },
    [IR_v_sign] = { X64_PSIGNB, X64_PSIGNW, X64_PSIGND },
    [IR_v_abs] = { X64_PABSB, X64_PABSW, X64_PABSD },
    [IR_v_low] = { X64_PUNPCKLBW, X64_PUNPCKLWD, X64_PUNPCKLDQ, X64_PUNPCKLQDQ },
    [IR_v_high] = { X64_PUNPCKHBW, X64_PUNPCKHWD, X64_PUNPCKHDQ, X64_PUNPCKHQDQ },
    [IR_v_packs] = { 0, X64_PACKSSWB, X64_PACKSSDW },
    [IR_v_packu] = { 0, X64_PACKUSWB, X64_PACKUSDW },
    [IR_v_madd] = { 0, 0, X64_PMADDWD },
    [IR_v_maddus] = { 0, X64_PMADDUBSW },
    [IR_v_sad] = { 0, 0, 0, X64_PSADBW },
    [IR_v_evens] = { 0, 0, 0, X64_PMULDQ },
    [IR_v_evenu] = { 0, 0, 0, X64_PMULUDQ },
    [IR_v_hadd] = { 0, X64_PHADDW, X64_PHADDD },
    [IR_v_hsub] = { 0, X64_PHSUBW, X64_PHSUBD },
    [IR_v_hadds] = { 0, X64_PHADDSW },
    [IR_v_hsubs] = { 0, X64_PHSUBSW },
    [IR_v_table] = { X64_PSHUFB },
    [IR_v_shl] = { 0, 0, X64_PSLLVD, X64_PSLLVQ },
    [IR_v_shr] = { 0, 0, X64_PSRLVD, X64_PSRLVQ },
    [IR_v_sar] = { 0, 0, X64_PSRAVD },
    [IR_v_shl_all] = { 0, X64_PSLLW, X64_PSLLD, X64_PSLLQ },
    [IR_v_shr_all] = { 0, X64_PSRLW, X64_PSRLD, X64_PSRLQ },
    [IR_v_sar_all] = { 0, X64_PSRAW, X64_PSRAD },
    [IR_v_choose] = { 0, X64_PBLENDW, X64_BLENDPS, X64_BLENDPD },
    [IR_v_blend] = { X64_PBLENDVB, 0, X64_BLENDVPS, X64_BLENDVPD },
    [IR_v_insert] = { X64_PINSRB, X64_PINSRW, X64_PINSRD, X64_PINSRQ },
    [IR_v_signs] = { X64_PMOVMSKB, 0, X64_MOVMSKPS, X64_MOVMSKPD },
};

static uint16_t instruction_of(const struct ir_insn *insn) { return instructions[insn->op][insn->aux]; }

static void emit_binary(struct lowering *l, ir_ref v, ir_ref first, ir_ref second)
{
    uint16_t op = instruction_of(insn_of(l, v));
    if (!op || !l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, first);
    struct operand b = vector_operand(l, second);
    regalloc_release(&l->ra);
    emit_op3(&l->e, op, 128, define_vector(l, v), a, b);
}

void lower_v_binary(struct lowering *l, ir_ref v) { emit_binary(l, v, insn_of(l, v)->arg[0], insn_of(l, v)->arg[1]); }

/* a < b is b > a; a & ~b is what the host calls ~b & a. */
void lower_v_reversed(struct lowering *l, ir_ref v) { emit_binary(l, v, insn_of(l, v)->arg[1], insn_of(l, v)->arg[0]); }

/* ---- a few ------------------------------------------------------------------------------------------------------------------------ */

void lower_v_not(struct lowering *l, ir_ref v)
{
    if (!l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn_of(l, v)->arg[0]), ones = scratch_vector(l);
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, ones + FLOAT_REGS);
    unsigned d = define_vector(l, v);
    emit_all_ones(l, ones);
    emit_op3(&l->e, X64_PXOR, 128, d, a, in_reg(ones));
}

/* a < b unless the larger of them is a. */
void lower_v_ult(struct lowering *l, ir_ref v)
{
    static const uint16_t larger[] = { X64_PMAXUB, X64_PMAXUW, X64_PMAXUD, 0 }, equal[] = { X64_PCMPEQB, X64_PCMPEQW, X64_PCMPEQD, 0 };
    const struct ir_insn *insn = insn_of(l, v);
    if (!l->e.avx || !larger[insn->aux]) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]), b = use_vector(l, insn->arg[1]), t = scratch_vector(l);
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, t + FLOAT_REGS);
    emit_op3(&l->e, larger[insn->aux], 128, t, a, in_reg(b));
    emit_op3(&l->e, equal[insn->aux], 128, t, t, in_reg(a));
    unsigned d = define_vector(l, v);
    if (d == t)
        BUG("a pinned register was given away");
    emit_all_ones(l, d);
    emit_op3(&l->e, X64_PXOR, 128, d, d, in_reg(t));
}

/* d = a with each lane masked by a constant, all lanes alike. */
static void emit_and_constant(struct lowering *l, unsigned d, unsigned a, uint64_t twice)
{
    unsigned mask = scratch_vector(l);
    emit_op(&l->e, X64_PBROADCASTQ, 128, mask, constant_in_memory(l, twice));
    emit_op3(&l->e, X64_PAND, 128, d, a, in_reg(mask));
}

/* The host's counts are not taken modulo anything. */
void lower_v_shift(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint16_t op = instruction_of(insn);
    if (!op || !has(l, FEATURE_AVX2)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]), b = use_vector(l, insn->arg[1]), count = scratch_vector(l);
    emit_and_constant(l, count, b, insn->aux == LANES_32 ? UINT64_C(0x1f0000001f) : 63);
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, count + FLOAT_REGS);
    emit_op3(&l->e, op, 128, define_vector(l, v), a, in_reg(count));
}

void lower_v_abs(struct lowering *l, ir_ref v)
{
    uint16_t op = instruction_of(insn_of(l, v));
    if (!op || !l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    struct operand a = vector_operand(l, insn_of(l, v)->arg[0]);
    regalloc_release(&l->ra);
    emit_op(&l->e, op, 128, define_vector(l, v), a);
}

/* The host's counts are of 64 bits, and clear a lane, or fill it with its sign, from its width on. */
void lower_v_shift_all(struct lowering *l, ir_ref v)
{
    enum { IMMEDIATES = X64_PSLLW_IMM - X64_PSLLW };
    const struct ir_insn *insn = insn_of(l, v);
    uint16_t op = instruction_of(insn);
    uint64_t constant;
    if (!op || !l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]);
    if (constant_of(l, insn->arg[1], &constant)) {
        regalloc_release(&l->ra);
        emit(&l->e, &(struct x64_insn){ .op = (uint16_t)(op + IMMEDIATES), .width = 128, .v = (uint8_t)define_vector(l, v), .rm = in_reg(a),
                                        .imm = constant > 255 ? 255 : (int64_t)constant });
        return;
    }
    unsigned from = regalloc_use(&l->ra, insn->arg[1]), count = scratch_vector(l);
    emit_op(&l->e, X64_MOVQ_TO_X, 64, count, in_reg(from));
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, count + FLOAT_REGS);
    emit_op3(&l->e, op, 128, define_vector(l, v), a, in_reg(count));
}

/* Bit 7 of a byte's number would give 0. */
void lower_v_bytes(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!has(l, FEATURE_AVX2)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned table = use_vector(l, insn->arg[0]), which = use_vector(l, insn->arg[1]), number = scratch_vector(l);
    emit_and_constant(l, number, which, UINT64_C(0x0f0f0f0f0f0f0f0f));
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, number + FLOAT_REGS);
    emit_op3(&l->e, X64_PSHUFB, 128, define_vector(l, v), table, in_reg(number));
}

/* What remains of each lane is a number that packing does not saturate. */
void lower_v_narrow(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!has(l, FEATURE_AVX2)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]), b = use_vector(l, insn->arg[1]);
    if (insn->aux == LANES_64) {
        enum { EVEN = 0x88 };
        regalloc_release(&l->ra);
        emit_op3_imm(l, X64_SHUFPS, define_vector(l, v), a, in_reg(b), EVEN);
        return;
    }
    bool words = insn->aux == LANES_32;
    unsigned x = scratch_vector(l), y = scratch_vector(l);
    emit_op(&l->e, X64_PBROADCASTQ, 128, y, constant_in_memory(l, words ? UINT64_C(0xffff0000ffff) : UINT64_C(0xff00ff00ff00ff)));
    emit_op3(&l->e, X64_PAND, 128, x, y, in_reg(a));
    emit_op3(&l->e, X64_PAND, 128, y, y, in_reg(b));
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, x + FLOAT_REGS);
    regalloc_pin(&l->ra, y + FLOAT_REGS);
    emit_op3(&l->e, words ? X64_PACKUSDW : X64_PACKUSWB, 128, define_vector(l, v), x, in_reg(y));
}

/* By a constant. */
void lower_v_align(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t count;
    if (!l->e.avx || !constant_of(l, insn->arg[2], &count)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned high = use_vector(l, insn->arg[1]);
    struct operand low = vector_operand(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, X64_PALIGNR, define_vector(l, v), high, low, count % 16);
}

void lower_v_choose(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t which;
    if (!l->e.avx || !instruction_of(insn) || !constant_of(l, insn->arg[2], &which)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]);
    struct operand b = vector_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, instruction_of(insn), define_vector(l, v), a, b, (unsigned)low_bits(16u >> insn->aux, which));
}

void lower_v_blend(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!l->e.avx || !instruction_of(insn)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]), mask = use_vector(l, insn->arg[2]);
    struct operand b = vector_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, instruction_of(insn), define_vector(l, v), a, b, mask);
}

/* Words of one vector, of one half only. */
static enum x64_op half_shuffle(const struct ir_insn *insn, unsigned by)
{
    enum { AS_THEY_ARE = 0xe4 };
    if (insn->arg[0] != insn->arg[1])
        return 0;
    return by >> 8 == AS_THEY_ARE ? X64_PSHUFLW : (by & 0xff) == AS_THEY_ARE ? X64_PSHUFHW : 0;
}

void lower_v_shuffle(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t by;
    bool by_constant = constant_of(l, insn->arg[2], &by), one = insn->arg[0] == insn->arg[1] && insn->aux != LANES_64;
    enum x64_op op = insn->aux == LANES_16 ? half_shuffle(insn, by & 0xffff) : insn->aux == LANES_64 ? X64_SHUFPD : one ? X64_PSHUFD : X64_SHUFPS;
    if (!l->e.avx || !by_constant || insn->aux == LANES_8 || !op) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = one ? 0 : use_vector(l, insn->arg[0]);
    struct operand b = vector_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, op, define_vector(l, v), a, b, (unsigned)(op == X64_PSHUFHW ? by >> 8 : insn->aux == LANES_64 ? by & 3 : by) & 0xff);
}

/* ---- scalars ---------------------------------------------------------------------------------------------------------------------- */

static void splat_constant(struct lowering *l, ir_ref v, uint64_t all)
{
    regalloc_release(&l->ra);
    unsigned d = define_vector(l, v);
    if (!all)
        emit_op3(&l->e, X64_PXOR, 128, d, d, in_reg(d));
    else if (all == UINT64_MAX)
        emit_all_ones(l, d);
    else
        emit_op(&l->e, X64_PBROADCASTQ, 128, d, constant_in_memory(l, all));
}

void lower_v_splat(struct lowering *l, ir_ref v)
{
    static const uint16_t ops[] = { X64_PBROADCASTB, X64_PBROADCASTW, X64_PBROADCASTD, X64_PBROADCASTQ };
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t constant;
    if (!has(l, FEATURE_AVX2)) {
        lower_evaluation(l, v);
    } else if (constant_of(l, insn->arg[0], &constant)) {
        splat_constant(l, v, vector_v_splat(lane_bits(insn->aux), constant).half[0]);
    } else {
        unsigned from = regalloc_use(&l->ra, insn->arg[0]);
        regalloc_release(&l->ra);
        unsigned d = define_vector(l, v);
        emit_op(&l->e, insn->aux == LANES_64 ? X64_MOVQ_TO_X : X64_MOVD_TO_X, 64, d, in_reg(from));
        emit_op(&l->e, ops[insn->aux], 128, d, in_reg(d));
    }
}

/* The other lanes of a float's register are anything. */
static void extract_float(struct lowering *l, ir_ref v, unsigned lane)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!lane) {
        regalloc_alias(&l->ra, v, insn->arg[0]);
        return;
    }
    unsigned from = use_vector(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, X64_PSHUFD, define_vector(l, v), 0, in_reg(from), insn->aux == LANES_32 ? lane : 0xee);
}

void lower_v_extract(struct lowering *l, ir_ref v)
{
    static const uint16_t ops[] = { X64_PEXTRB, 0, X64_PEXTRD, X64_PEXTRQ };
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t lane;
    if (!l->e.avx || !constant_of(l, insn->arg[1], &lane)) {
        lower_evaluation(l, v);
        return;
    }
    lane %= 16u >> insn->aux;
    if (type_is_float(insn->type)) {
        extract_float(l, v, (unsigned)lane);
        return;
    }
    unsigned from = use_vector(l, insn->arg[0]);
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    if (insn->aux >= LANES_32 && !lane)
        emit_op(&l->e, insn->aux == LANES_32 ? X64_MOVD_FROM_X : X64_MOVQ_FROM_X, 64, from, in_reg(d));
    else if (insn->aux == LANES_16) /* an older instruction, the other way round */
        emit_op_imm(&l->e, X64_PEXTRW, 32, d, in_reg(from), (int64_t)lane);
    else
        emit_op_imm(&l->e, ops[insn->aux], 64, from, in_reg(d), (int64_t)lane);
}

void lower_v_insert(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t lane;
    bool is_float = type_is_float(ir_result_type(insn_of(l, insn->arg[1])));
    if (!l->e.avx || !constant_of(l, insn->arg[2], &lane) || (is_float && lane)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]), b = regalloc_use(&l->ra, insn->arg[1]);
    if (is_float && b - FLOAT_REGS >= LOW_VECTORS) { /* a float's home; blending takes low registers only, as temporaries are */
        unsigned low = scratch_vector(l);
        emit_float_move(l, low, b - FLOAT_REGS);
        b = low + FLOAT_REGS;
    }
    regalloc_release(&l->ra);
    if (is_float)
        emit_op3_imm(l, insn->aux == LANES_32 ? X64_BLENDPS : X64_BLENDPD, define_vector(l, v), a, in_reg(b - FLOAT_REGS), 1);
    else
        emit_op3_imm(l, instruction_of(insn), define_vector(l, v), a, in_reg(b), (unsigned)lane % (16u >> insn->aux));
}

void lower_v_scalar(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool wide = insn->aux == LANES_64;
    if (is_folded(l, insn->arg[0])) {
        struct operand from = memory_operand(l, insn_of(l, insn->arg[0])->arg[0]);
        regalloc_release(&l->ra);
        emit_op(&l->e, wide ? X64_MOVSD_LOAD : X64_MOVSS_LOAD, 128, define_vector(l, v), from);
        return;
    }
    unsigned from = use_clean(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op(&l->e, wide ? X64_MOVQ_TO_X : X64_MOVD_TO_X, 64, define_vector(l, v), in_reg(from));
}

void lower_v_signs(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!instruction_of(insn)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_op(&l->e, instruction_of(insn), 32, regalloc_define(&l->ra, v, NO_REG), in_reg(a));
}

void lower_v_any(struct lowering *l, ir_ref v)
{
    if (!l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn_of(l, v)->arg[0]);
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    emit_op(&l->e, X64_XOR, 32, d, in_reg(d));
    emit_op(&l->e, X64_PTEST, 128, a, in_reg(a));
    emit_cc(&l->e, X64_SET, CC_NE, 8, 0, in_reg(d));
}

/* ---- memory ----------------------------------------------------------------------------------------------------------------------- */

/* Without AVX a big-endian vector is read, or written, as two halves. */
static void load_halves(struct lowering *l, ir_ref v, struct operand from)
{
    unsigned half = regalloc_scratch(&l->ra, false);
    for (unsigned i = 0; i < 2; i++) {
        struct operand at = from;
        at.disp += 8 - 8 * (int32_t)i;
        emit_op(&l->e, X64_MOV_LOAD, 64, half, at);
        emit_bswap(&l->e, 64, half);
        emit_op(&l->e, X64_MOV_STORE, 64, half, cell_at(CELL_VECTOR_A + i));
    }
    regalloc_release(&l->ra);
    emit_op(&l->e, X64_MOVUPS_LOAD, 128, define_vector(l, v), cell_at(CELL_VECTOR_A));
}

void lower_v_load(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    struct operand from = memory_operand(l, insn->arg[0]);
    if (insn->aux & ACCESS_BIG_ENDIAN && !l->e.avx) {
        load_halves(l, v, from);
        return;
    }
    regalloc_release(&l->ra);
    unsigned d = define_vector(l, v);
    emit_op(&l->e, insn->aux & ACCESS_ALIGNED ? X64_MOVAPS : X64_MOVUPS_LOAD, 128, d, from);
    if (insn->aux & ACCESS_BIG_ENDIAN)
        emit_op3(&l->e, X64_PSHUFB, 128, d, d, reverse_mask(l));
}

static void store_halves(struct lowering *l, const struct ir_insn *insn)
{
    emit_op(&l->e, X64_MOVUPS_STORE, 128, use_vector(l, insn->arg[1]), cell_at(CELL_VECTOR_A));
    regalloc_unpin(&l->ra);
    struct operand to = memory_operand(l, insn->arg[0]);
    unsigned half = regalloc_scratch(&l->ra, false);
    for (unsigned i = 0; i < 2; i++) {
        struct operand at = to;
        at.disp += 8 - 8 * (int32_t)i;
        emit_op(&l->e, X64_MOV_LOAD, 64, half, cell_at(CELL_VECTOR_A + i));
        emit_bswap(&l->e, 64, half);
        emit_op(&l->e, X64_MOV_STORE, 64, half, at);
    }
}

void lower_v_store(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->aux & ACCESS_BIG_ENDIAN && !l->e.avx) {
        store_halves(l, insn);
        return;
    }
    unsigned value = use_vector(l, insn->arg[1]);
    if (insn->aux & ACCESS_BIG_ENDIAN) {
        unsigned swapped = scratch_vector(l);
        emit_op3(&l->e, X64_PSHUFB, 128, swapped, value, reverse_mask(l));
        value = swapped;
    }
    emit_op(&l->e, insn->aux & ACCESS_ALIGNED ? X64_MOVAPS_BACK : X64_MOVUPS_STORE, 128, value, memory_operand(l, insn->arg[0]));
}
