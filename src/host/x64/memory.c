/* Loads, stores, atomic operations. Guest addresses are host addresses. The host orders everything but a store before a later
 * load (total store order), so acquire and release cost nothing. */
#include "host/x64/lower.h"

/* ---- loads --------------------------------------------------------------------------------------------------------------------- */

static void load_integer(struct lowering *l, enum ir_type type, unsigned d, struct operand from)
{
    if (type == IR_I64)
        emit_op(&l->e, X64_MOV_LOAD, 64, d, from);
    else
        emit_zero_extended(l, type, d, from);
}

static void swap_bytes(struct lowering *l, enum ir_type type, unsigned reg)
{
    if (type == IR_I16)
        emit_imm(&l->e, X64_ROL, 16, in_reg(reg), 8);
    else if (type != IR_I8)
        emit_bswap(&l->e, type_bits(type), reg);
}

static void load_big_endian(struct lowering *l, enum ir_type type, unsigned d, struct operand from)
{
    if (has(l, FEATURE_MOVBE) && type >= IR_I32) {
        emit_op(&l->e, X64_MOVBE_LOAD, type_bits(type), d, from);
    } else {
        load_integer(l, type, d, from);
        swap_bytes(l, type, d);
    }
}

static struct operand reverse_mask(struct lowering *l, unsigned width) { return float_mask(l, width == 32 ? MASK_REVERSE_32 : MASK_REVERSE_64); }

/* The result of `v`. `big`: only with AVX. */
static void load_float(struct lowering *l, enum ir_type type, bool big, ir_ref v, struct operand from)
{
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG) - FLOAT_REGS;
    emit_op(&l->e, type == IR_F32 ? X64_MOVSS_LOAD : X64_MOVSD_LOAD, 32, d, from);
    if (big)
        emit_op3(&l->e, X64_PSHUFB, 128, d, d, reverse_mask(l, type_bits(type)));
}

void lower_load(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->type == IR_V128) {
        lower_v_load(l, v);
        return;
    }
    bool big = insn->aux & ACCESS_BIG_ENDIAN;
    struct operand from = memory_operand(l, insn->arg[0]);
    if (type_is_float(insn->type) && (!big || has(l, FEATURE_AVX))) {
        load_float(l, insn->type, big, v, from);
        return;
    }
    if (type_is_float(insn->type)) {
        unsigned bits = regalloc_scratch(&l->ra, false);
        load_big_endian(l, integer_type(type_bits(insn->type)), bits, from);
        regalloc_release(&l->ra);
        emit_bits_to_float(l, insn->type, regalloc_define(&l->ra, v, NO_REG) - FLOAT_REGS, bits);
        return;
    }
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    if (big)
        load_big_endian(l, insn->type, d, from);
    else
        load_integer(l, insn->type, d, from);
}

/* A load and the extension that alone uses it. */
void lower_extended_load(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v), *load = insn_of(l, insn->arg[0]);
    struct operand from = memory_operand(l, load->arg[0]);
    if (insn->op == IR_bits_f) {
        load_float(l, insn->type, load->aux & ACCESS_BIG_ENDIAN, v, from);
        return;
    }
    regalloc_release(&l->ra);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    if (insn->op == IR_zext)
        emit_zero_extended(l, load->type, d, from);
    else
        emit_sign_extended(l, load->type, register_width(insn->type), d, from);
    l->ra.value[v].clean = insn->op == IR_zext || insn->type >= IR_I32; /* ORDER TYPE */
}

/* ---- stores -------------------------------------------------------------------------------------------------------------------- */

/* `big`: only with AVX. */
static void store_float(struct lowering *l, unsigned width, bool big, struct operand to, ir_ref value)
{
    unsigned reg = regalloc_use(&l->ra, value) - FLOAT_REGS;
    if (big) {
        unsigned swapped = regalloc_scratch(&l->ra, true) - FLOAT_REGS;
        emit_op3(&l->e, X64_PSHUFB, 128, swapped, reg, reverse_mask(l, width));
        reg = swapped;
    }
    emit_op(&l->e, width == 32 ? X64_MOVSS_STORE : X64_MOVSD_STORE, 32, reg, to);
}

/* Without MOVBE, for floats without AVX: a swapped copy, made before the address needs registers. */
static void store_swapped(struct lowering *l, const struct ir_insn *insn)
{
    unsigned width = type_bits(insn->type);
    unsigned value = regalloc_use(&l->ra, insn->arg[1]), swapped = regalloc_scratch(&l->ra, false);
    if (type_is_float(insn->type))
        emit_op(&l->e, width == 32 ? X64_MOVD_FROM_X : X64_MOVQ_FROM_X, width, value - FLOAT_REGS, in_reg(swapped));
    else
        emit_op(&l->e, X64_MOV_STORE, 64, value, in_reg(swapped));
    swap_bytes(l, integer_type(width), swapped);
    regalloc_unpin(&l->ra);
    regalloc_pin(&l->ra, swapped);
    emit_op(&l->e, X64_MOV_STORE, width, swapped, memory_operand(l, insn->arg[0]));
}

static void emit_full_fence(struct lowering *l)
{
    /* Cheaper than mfence, and the newest return entry is always there. */
    emit_imm(&l->e, X64_LOCK_OR_IMM, 32, at_base(RSP, 0), 0);
}

/* The float whose bits are stored, if select_unit folded that. */
static ir_ref stored_float(const struct lowering *l, ir_ref v)
{
    if (is_folded(l, v) && insn_of(l, v)->op == IR_narrow)
        v = insn_of(l, v)->arg[0];
    return is_folded(l, v) ? insn_of(l, v)->arg[0] : NO_REF;
}

/* Whether an instruction can hold what is stored, as it lies in memory. */
static bool is_immediate(const struct lowering *l, const struct ir_insn *store, int64_t *immediate)
{
    uint64_t constant;
    unsigned width = type_bits(store->type);
    if (store->type > IR_I64 || !constant_of(l, store->arg[1], &constant)) /* ORDER TYPE */
        return false;
    if (store->aux & ACCESS_BIG_ENDIAN)
        constant = __builtin_bswap64(constant) >> (64 - width);
    *immediate = sign_extend(width, constant);
    return width < 64 || fits_int32(constant);
}

void lower_store(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = type_bits(insn->type);
    bool big = insn->aux & ACCESS_BIG_ENDIAN && insn->type != IR_I8;
    ir_ref value = insn->arg[1], folded = stored_float(l, value);
    int64_t immediate;
    if (insn->type == IR_V128) {
        lower_v_store(l, v);
    } else if (!folded && is_immediate(l, insn, &immediate)) {
        emit_imm(&l->e, X64_MOV_IMM, width, memory_operand(l, insn->arg[0]), immediate);
    } else if (big && (type_is_float(insn->type) ? !has(l, FEATURE_AVX) : !folded && !has(l, FEATURE_MOVBE))) {
        store_swapped(l, insn);
    } else {
        struct operand to = memory_operand(l, insn->arg[0]);
        if (folded || type_is_float(insn->type))
            store_float(l, width, big, to, folded ? folded : value);
        else
            emit_op(&l->e, big ? X64_MOVBE_STORE : X64_MOV_STORE, width, regalloc_use(&l->ra, value), to);
    }
    if (insn->aux & ACCESS_SEQUENTIAL)
        emit_full_fence(l);
}

/* ---- atomic operations ------------------------------------------------------------------------------------------------------------ */

void lower_fence(struct lowering *l, ir_ref v)
{
    if (insn_of(l, v)->aux & FENCE_WRITE_READ)
        emit_full_fence(l);
}

static struct operand atomic_operand(struct lowering *l, ir_ref address) { return at_base(regalloc_use(&l->ra, address), 0); }

void lower_cas(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = type_bits(insn->type);
    regalloc_use_in(&l->ra, insn->arg[1], RAX, true);
    struct operand m = atomic_operand(l, insn->arg[0]);
    unsigned replacement = regalloc_use(&l->ra, insn->arg[2]);
    emit_op(&l->e, X64_LOCK_CMPXCHG, width, replacement, m);
    regalloc_release(&l->ra);
    regalloc_define_in(&l->ra, v, RAX);
    l->ra.value[v].clean = insn->type == IR_I64; /* where it succeeds rax is left as it was */
}

/* xchg and lock xadd leave the old content in the operand's register, which is thus a copy. */
static void exchange(struct lowering *l, ir_ref v, enum x64_op op)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = type_bits(insn->type);
    struct operand m = atomic_operand(l, insn->arg[0]);
    struct source operand = source_of(l, insn->arg[1], width);
    unsigned d = regalloc_scratch(&l->ra, false);
    emit_source(l, width, d, &operand);
    emit_op(&l->e, op, width, d, m);
    regalloc_release(&l->ra);
    regalloc_define_in(&l->ra, v, d);
}

static void combine(struct lowering *l, const struct ir_insn *insn, unsigned d, const struct source *operand)
{
    unsigned width = type_bits(insn->type);
    switch (insn->op) {
    case IR_amo_and: emit_alu(l, X64_AND, width, d, operand); return;
    case IR_amo_or: emit_alu(l, X64_OR, width, d, operand); return;
    case IR_amo_xor: emit_alu(l, X64_XOR, width, d, operand); return;
    default: break;
    }
    enum condition take = insn->op == IR_amo_mins ? CC_G : insn->op == IR_amo_maxs ? CC_L : insn->op == IR_amo_minu ? CC_A : CC_B;
    emit_alu(l, X64_CMP, width, d, operand);
    emit_cc(&l->e, X64_CMOV, take, width, d, operand->rm);
}

/* The operand of a loop, out of the temporaries, which are all needed. */
static struct source loop_operand(struct lowering *l, ir_ref v, unsigned width)
{
    unsigned reg = regalloc_use(&l->ra, v);
    if (l->plan->homes >> reg & 1)
        return (struct source){ .kind = FROM_REG, .reg = reg, .rm = in_reg(reg) };
    emit_op(&l->e, X64_MOV_STORE, width, reg, cell_at(CELL_OPERAND_B));
    regalloc_unpin(&l->ra);
    return (struct source){ .kind = FROM_CELL, .reg = NO_REG, .rm = cell_at(CELL_OPERAND_B) };
}

/* Until nobody came between: rax = old, d = old op operand, lock cmpxchg. */
static void compare_and_swap_loop(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = type_bits(insn->type);
    struct source operand = loop_operand(l, insn->arg[1], width);
    regalloc_vacate(&l->ra, RAX);
    struct operand m = atomic_operand(l, insn->arg[0]);
    unsigned d = regalloc_scratch(&l->ra, false);
    struct label again = { 0 };
    emit_op(&l->e, X64_MOV_LOAD, width, RAX, m);
    emit_bind(&l->e, &again);
    emit_op(&l->e, X64_MOV_STORE, width, RAX, in_reg(d));
    combine(l, insn, d, &operand);
    emit_op(&l->e, X64_LOCK_CMPXCHG, width, d, m);
    emit_jcc(&l->e, CC_NE, &again);
    regalloc_release(&l->ra);
    regalloc_define_in(&l->ra, v, RAX);
}

void lower_amo(struct lowering *l, ir_ref v)
{
    switch (insn_of(l, v)->op) {
    case IR_amo_swap: exchange(l, v, X64_XCHG); break;
    case IR_amo_add: exchange(l, v, X64_LOCK_XADD); break;
    default: compare_and_swap_loop(l, v); break;
    }
}
