/* Integer patterns. Registers hold i8 and i16 values with any bits above; i32 results are zero-extended unless said otherwise
 * (value.clean). */
#include "host/x64/lower.h"

static bool is_narrow(const struct ir_insn *insn) { return insn->type < IR_I32; }

/* The result of 32-bit arithmetic on i8 and i16 has bits above its type. */
static unsigned define(struct lowering *l, ir_ref v, unsigned prefer)
{
    unsigned d = regalloc_define(&l->ra, v, prefer);
    l->ra.value[v].clean = !is_narrow(insn_of(l, v));
    return d;
}

/* ---- add, sub, logic -------------------------------------------------------------------------------------------------------- */

static bool is_commutative(enum x64_op op) { return op != X64_SUB; }

/* `s` to a register that neither `other` nor anything else is in. */
static void move_aside(struct lowering *l, struct source *s, const struct source *other)
{
    regalloc_pin(&l->ra, s->reg);
    if (other->kind == FROM_REG)
        regalloc_pin(&l->ra, other->reg);
    unsigned reg = regalloc_scratch(&l->ra, false);
    emit_op(&l->e, X64_MOV_STORE, 64, s->reg, in_reg(reg));
    s->reg = reg;
    s->rm = in_reg(reg);
}

/* d = a op b where the host has d op= b. */
static void two_operand(struct lowering *l, ir_ref v, enum x64_op op)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    struct source a = source_of(l, insn->arg[0], width), b = source_of(l, insn->arg[1], width);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a.kind == FROM_REG ? a.reg : b.reg);
    bool over_second = b.kind == FROM_REG && b.reg == d && a.reg != d;
    if (over_second && is_commutative(op)) {
        emit_alu(l, op, width, d, &a);
    } else if (over_second && !leaves_flags(l, v)) { /* a - b = -b + a */
        emit_op(&l->e, X64_NEG, width, 0, in_reg(d));
        emit_alu(l, X64_ADD, width, d, &a);
    } else {
        if (over_second)
            move_aside(l, &b, &a);
        emit_source(l, width, d, &a);
        emit_alu(l, op, width, d, &b);
    }
}

/* Adds one register, or a constant, to another; by lea if the flags are not to change. */
static void emit_add(struct lowering *l, unsigned width, unsigned d, const struct operand *sum)
{
    bool has_index = sum->index != NO_INDEX;
    bool in_place = d == sum->base || (has_index && d == sum->index);
    if (keeps_flags(l) || !in_place || (has_index && (sum->disp || sum->scale)))
        emit_op(&l->e, X64_LEA, width, d, *sum);
    else if (has_index)
        emit_op(&l->e, X64_ADD, width, d == sum->base ? sum->index : sum->base, in_reg(d));
    else
        emit_imm(&l->e, X64_ADD_IMM, width, in_reg(d), sum->disp);
}

static bool is_constant(const struct lowering *l, ir_ref v) { return insn_of(l, v)->op == IR_const; }

/* Whether adding this number is better done by subtracting the opposite: where the flags are looked at, the borrow is what is asked for. */
bool is_subtracted(const struct lowering *l, const struct ir_insn *add)
{
    uint64_t number;
    if (!constant_of(l, add->arg[1], &number))
        return false;
    int64_t addend = sign_extend(type_bits(add->type), number);
    return addend < 0 && (add->type == IR_I32 || fits_int32(-(uint64_t)addend));
}

static void lower_add_for_flags(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!is_subtracted(l, insn)) {
        two_operand(l, v, X64_ADD);
        return;
    }
    unsigned width = register_width(insn->type);
    struct source a = source_of(l, insn->arg[0], width);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a.reg);
    emit_source(l, width, d, &a);
    emit_imm(&l->e, X64_SUB_IMM, width, in_reg(d), (int32_t)-insn_of(l, insn->arg[1])->imm);
}

/* base + (index << scale) + disp in one lea, unless it is the addition of two things of which one is not in a register. */
void lower_add(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned cell;
    if (leaves_flags(l, v)) {
        lower_add_for_flags(l, v);
        return;
    }
    struct address sum = sum_of(l, v);
    bool in_registers = !regalloc_in_cell(&l->ra, sum.base, &cell) && !is_constant(l, sum.base) &&
                        !(sum.index && (regalloc_in_cell(&l->ra, sum.index, &cell) || is_constant(l, sum.index)));
    if (!in_registers && !is_folded(l, insn->arg[0]) && !is_folded(l, insn->arg[1]) && !keeps_flags(l)) {
        two_operand(l, v, X64_ADD);
        return;
    }
    struct operand m = at_base(regalloc_use(&l->ra, sum.base), sum.disp);
    if (sum.index) {
        m.index = (uint8_t)regalloc_use(&l->ra, sum.index);
        m.scale = (uint8_t)sum.scale;
    }
    regalloc_release(&l->ra);
    emit_add(l, register_width(insn->type), define(l, v, m.base), &m);
}

/* For nothing but the flags: a comparison. */
void lower_sub(struct lowering *l, ir_ref v)
{
    if (l->ra.value[v].uses)
        two_operand(l, v, X64_SUB);
    else
        emit_difference(l, insn_of(l, v));
}

void lower_xor(struct lowering *l, ir_ref v) { two_operand(l, v, X64_XOR); }

struct operand operand_of(struct lowering *l, ir_ref v)
{
    unsigned cell;
    return regalloc_in_cell(&l->ra, v, &cell) ? cell_at(cell) : in_reg(regalloc_use(&l->ra, v));
}

void emit_copy(struct lowering *l, unsigned width, unsigned d, struct operand from)
{
    if (from.is_memory)
        emit_op(&l->e, X64_MOV_LOAD, width, d, from);
    else if (from.reg != d)
        emit_op(&l->e, X64_MOV_STORE, width, from.reg, in_reg(d));
}

/* A write to the low part of a register leaves the rest as it is. */
static void lower_insertion(struct lowering *l, ir_ref v, ir_ref old, ir_ref part, unsigned width)
{
    unsigned low = regalloc_use(&l->ra, part), whole = regalloc_use(&l->ra, old);
    bool clean = l->ra.value[old].clean;
    unsigned d = low == whole ? regalloc_define(&l->ra, v, NO_REG) : regalloc_define_over(&l->ra, v, old);
    emit_copy(l, 32, d, in_reg(whole));
    emit_op(&l->e, X64_MOV_STORE, width, low, in_reg(d));
    l->ra.value[v].clean = clean || d != whole;
}

void lower_or(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (!is_folded(l, insn->arg[0])) {
        two_operand(l, v, X64_OR);
        return;
    }
    ir_ref kept = insn_of(l, insn->arg[0])->arg[0], part = insn->arg[1];
    if (!is_folded(l, part)) { /* a truth */
        lower_insertion(l, v, kept, part, 8);
        return;
    }
    part = insn_of(l, part)->arg[0];
    lower_insertion(l, v, kept, part, type_bits(ir_result_type(insn_of(l, part))));
}

/* d = ~a & b */
static void lower_andn(struct lowering *l, ir_ref v, ir_ref inverted, ir_ref other)
{
    unsigned width = register_width(insn_of(l, v)->type);
    unsigned a = regalloc_use(&l->ra, insn_of(l, inverted)->arg[0]);
    struct operand b = operand_of(l, other);
    regalloc_release(&l->ra);
    emit_op3(&l->e, X64_ANDN, width, define(l, v, a), a, b);
}

static enum ir_type type_of_mask(uint64_t mask)
{
    return mask == 0xff ? IR_I8 : mask == 0xffff ? IR_I16 : mask == UINT32_MAX ? IR_I32 : IR_VOID;
}

/* 64-bit and with a mask whose upper half is zero: 32 bits do, the rest is zeroed for free. */
static void lower_and_mask(struct lowering *l, ir_ref v, uint64_t mask)
{
    const struct ir_insn *insn = insn_of(l, v);
    struct operand from = operand_of(l, insn->arg[0]);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, from.is_memory ? NO_REG : from.reg);
    if (type_of_mask(mask)) {
        emit_zero_extended(l, type_of_mask(mask), d, from);
        return;
    }
    emit_copy(l, 32, d, from);
    emit_imm(&l->e, X64_AND_IMM, 32, in_reg(d), (int32_t)mask);
}

void lower_and(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t mask;
    if (!l->ra.value[v].uses) {
        emit_bit_test(l, insn);
        return;
    }
    for (unsigned k = 0; k < 2; k++) {
        if (is_folded(l, insn->arg[k])) {
            lower_andn(l, v, insn->arg[k], insn->arg[!k]);
            return;
        }
    }
    if (insn->type >= IR_I32 && constant_of(l, insn->arg[1], &mask) && mask <= UINT32_MAX && !leaves_flags(l, v))
        lower_and_mask(l, v, mask);
    else
        two_operand(l, v, X64_AND);
}

void lower_neg_not(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    struct source a = source_of(l, insn->arg[0], width);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a.reg);
    emit_source(l, width, d, &a);
    emit_op(&l->e, insn->op == IR_neg ? X64_NEG : X64_NOT, width, 0, in_reg(d));
}

/* ---- shifts --------------------------------------------------------------------------------------------------------------------- */

static void shift_by_constant(struct lowering *l, ir_ref v, enum x64_op op, unsigned count)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    struct source a = source_of(l, insn->arg[0], width);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a.reg);
    emit_source(l, width, d, &a);
    if (count)
        emit_imm(&l->e, op, width, in_reg(d), count);
    else
        l->ra.value[v].clean = width == 64; /* perhaps nothing was emitted at all */
}

/* Without BMI2 the count must be in cl. */
static void shift_by_cl(struct lowering *l, ir_ref v, enum x64_op op)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    regalloc_use_in(&l->ra, insn->arg[1], RCX, false);
    struct source a = source_of(l, insn->arg[0], width);
    if (a.kind == FROM_REG && a.reg == RCX) {
        unsigned copy = regalloc_scratch(&l->ra, false);
        emit_source(l, width, copy, &a);
        a = (struct source){ .kind = FROM_REG, .reg = copy };
    }
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    l->ra.value[v].clean = !is_narrow(insn);
    emit_source(l, width, d, &a);
    emit_op(&l->e, op, width, 0, in_reg(d));
}

static void shift_by_register(struct lowering *l, ir_ref v, enum x64_op op)
{
    const struct ir_insn *insn = insn_of(l, v);
    struct operand a = operand_of(l, insn->arg[0]);
    unsigned count = regalloc_use(&l->ra, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3(&l->e, op, register_width(insn->type), define(l, v, a.is_memory ? NO_REG : a.reg), count, a);
}

/* x << up >> down with up >= down: the low 64 - up bits of x, extended, up - down places to the left. */
static void lower_shift_pair(struct lowering *l, ir_ref v)
{
    const struct ir_insn *right = insn_of(l, v), *left = insn_of(l, right->arg[0]);
    unsigned up = (unsigned)insn_of(l, left->arg[1])->imm, down = (unsigned)insn_of(l, right->arg[1])->imm;
    struct operand from = operand_of(l, left->arg[0]);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, from.is_memory ? NO_REG : from.reg);
    if (right->op == IR_shr)
        emit_zero_extended(l, integer_type(64 - up), d, from);
    else
        emit_sign_extended(l, integer_type(64 - up), 64, d, from);
    if (up != down)
        emit_imm(&l->e, X64_SHL, 64, in_reg(d), up - down);
}

void lower_shift(struct lowering *l, ir_ref v)
{
    static const struct { uint16_t by_imm, by_cl, by_register; } ops[] = {
        [IR_shl - IR_shl] = { X64_SHL, X64_SHL_CL, X64_SHLX },
        [IR_shr - IR_shl] = { X64_SHR, X64_SHR_CL, X64_SHRX },
        [IR_sar - IR_shl] = { X64_SAR, X64_SAR_CL, X64_SARX },
    };
    const struct ir_insn *insn = insn_of(l, v);
    unsigned which = insn->op - IR_shl;
    uint64_t count;
    if (is_narrow(insn))
        lower_evaluation(l, v);
    else if (is_folded(l, insn->arg[0]))
        lower_shift_pair(l, v);
    else if (constant_of(l, insn->arg[1], &count))
        shift_by_constant(l, v, ops[which].by_imm, count & (register_width(insn->type) - 1));
    else if (has(l, FEATURE_BMI2))
        shift_by_register(l, v, ops[which].by_register);
    else
        shift_by_cl(l, v, ops[which].by_cl);
}

void lower_rotate(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    uint64_t count;
    if (is_narrow(insn)) {
        lower_evaluation(l, v);
    } else if (!constant_of(l, insn->arg[1], &count)) {
        shift_by_cl(l, v, insn->op == IR_rotl ? X64_ROL_CL : X64_ROR_CL);
    } else if (has(l, FEATURE_BMI2)) {
        struct operand a = operand_of(l, insn->arg[0]);
        unsigned right = (unsigned)(insn->op == IR_rotr ? count : -count) & (width - 1);
        regalloc_release(&l->ra);
        emit_op_imm(&l->e, X64_RORX, width, define(l, v, a.is_memory ? NO_REG : a.reg), a, right);
    } else {
        shift_by_constant(l, v, insn->op == IR_rotl ? X64_ROL : X64_ROR, count & (width - 1));
    }
}

/* ---- bits ------------------------------------------------------------------------------------------------------------------------- */

/* Without LZCNT and TZCNT: bsr and bsf leave zero undefined, so a pick follows. */
static void count_by_scan(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    bool leading = insn->op == IR_clz;
    struct operand a = operand_of(l, insn->arg[0]);
    unsigned if_zero = regalloc_scratch(&l->ra, false);
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    emit_mov_imm(&l->e, if_zero, leading ? 2 * width - 1 : width);
    emit_op(&l->e, leading ? X64_BSR : X64_BSF, width, d, a);
    emit_cc(&l->e, X64_CMOV, CC_E, width, d, in_reg(if_zero));
    if (leading)
        emit_imm(&l->e, X64_XOR_IMM, 32, in_reg(d), width - 1);
}

void lower_count(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint32_t needed = insn->op == IR_clz ? FEATURE_LZCNT : insn->op == IR_ctz ? FEATURE_BMI1 : FEATURE_POPCNT;
    if (is_narrow(insn) || (insn->op == IR_popcnt && !has(l, needed))) {
        lower_evaluation(l, v);
    } else if (!has(l, needed)) {
        count_by_scan(l, v);
    } else {
        struct operand a = operand_of(l, insn->arg[0]);
        regalloc_release(&l->ra);
        unsigned d = define(l, v, a.is_memory ? NO_REG : a.reg);
        enum x64_op op = insn->op == IR_clz ? X64_LZCNT : insn->op == IR_ctz ? X64_TZCNT : X64_POPCNT;
        emit_op(&l->e, op, register_width(insn->type), d, a);
    }
}

void lower_bswap(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    struct source a = source_of(l, insn->arg[0], width);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a.reg);
    emit_source(l, width, d, &a);
    if (is_narrow(insn))
        emit_imm(&l->e, X64_ROL, 16, in_reg(d), 8);
    else
        emit_bswap(&l->e, width, d);
}

/* ---- multiplication and division ----------------------------------------------------------------------------------------------------- */

void lower_mul(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    uint64_t factor;
    if (constant_of(l, insn->arg[1], &factor) && (width == 32 || fits_int32(factor))) {
        struct operand a = operand_of(l, insn->arg[0]);
        regalloc_release(&l->ra);
        emit_op_imm(&l->e, X64_IMUL_IMM, width, define(l, v, a.is_memory ? NO_REG : a.reg), a, (int32_t)factor);
        return;
    }
    struct operand a = operand_of(l, insn->arg[0]), b = operand_of(l, insn->arg[1]);
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a.is_memory ? b.is_memory ? NO_REG : b.reg : a.reg);
    if (!b.is_memory && b.reg == d) {
        emit_op(&l->e, X64_IMUL, width, d, a);
        return;
    }
    emit_copy(l, width, d, a);
    emit_op(&l->e, X64_IMUL, width, d, b);
}

/* Of words: the product of both, extended, has it. */
static void word_mul_high(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    struct operand a = operand_of(l, insn->arg[0]), b = operand_of(l, insn->arg[1]);
    unsigned extended = regalloc_scratch(&l->ra, false);
    if (insn->op == IR_mulhu)
        emit_zero_extended(l, IR_I32, extended, b);
    else
        emit_sign_extended(l, IR_I32, 64, extended, b);
    regalloc_release(&l->ra);
    regalloc_pin(&l->ra, extended);
    unsigned d = define(l, v, a.is_memory ? NO_REG : a.reg);
    if (insn->op == IR_mulhu)
        emit_zero_extended(l, IR_I32, d, a);
    else
        emit_sign_extended(l, IR_I32, 64, d, a);
    emit_op(&l->e, X64_IMUL, 64, d, in_reg(extended));
    emit_imm(&l->e, X64_SHR, 64, in_reg(d), 32);
}

void lower_mul_high(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->type == IR_I32) {
        word_mul_high(l, v);
    } else if (insn->type != IR_I64) {
        lower_evaluation(l, v);
    } else if (insn->op == IR_mulhu && has(l, FEATURE_BMI2)) {
        regalloc_use_in(&l->ra, insn->arg[0], RDX, false);
        struct operand b = operand_of(l, insn->arg[1]);
        regalloc_release(&l->ra);
        unsigned d = define(l, v, NO_REG);
        emit_op3(&l->e, X64_MULX, 64, d, d, b); /* both halves to one register: the high half stays */
    } else {
        regalloc_use_in(&l->ra, insn->arg[0], RAX, true);
        regalloc_vacate(&l->ra, RDX);
        struct operand b = operand_of(l, insn->arg[1]);
        emit_op(&l->e, insn->op == IR_mulhu ? X64_MUL : X64_IMUL_WIDE, 64, 0, b);
        regalloc_release(&l->ra);
        regalloc_define_in(&l->ra, v, RDX);
    }
}

/* x / 0 = 0 and x % 0 = x. */
static void cold_division_by_zero(struct lowering *l, struct cold *c)
{
    emit_op(&l->e, X64_MOV_STORE, register_width(c->insn->type), RAX, in_reg(RDX));
    emit_mov_imm(&l->e, RAX, 0);
    emit_jmp(&l->e, &c->back);
}

/* x / -1 = -x without the overflow trap, x % -1 = 0. */
static void cold_division_by_minus_one(struct lowering *l, struct cold *c)
{
    emit_op(&l->e, X64_NEG, register_width(c->insn->type), 0, in_reg(RAX));
    emit_mov_imm(&l->e, RDX, 0);
    emit_jmp(&l->e, &c->back);
}

static enum ir_op other_half(enum ir_op op)
{
    return op == IR_divs ? IR_rems : op == IR_rems ? IR_divs : op == IR_divu ? IR_remu : IR_divu;
}

/* The instruction after the division that asks for the other half of what it gives; NO_REF: none. */
static ir_ref find_other_half(const struct lowering *l, ir_ref v)
{
    const struct ir_insn *division = insn_of(l, v);
    for (ir_ref w = v + 1; w < l->u->block[l->current_block].last; w++) {
        const struct ir_insn *insn = insn_of(l, w);
        if (insn->op == other_half(division->op) && insn->type == division->type && insn->extra == LIVE && insn->arg[0] == division->arg[0] &&
            insn->arg[1] == division->arg[1])
            return w;
    }
    return NO_REF;
}

static void define_halves(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool quotient = insn->op == IR_divs || insn->op == IR_divu;
    ir_ref other = find_other_half(l, v);
    regalloc_define_in(&l->ra, v, quotient ? RAX : RDX);
    if (!other)
        return;
    regalloc_define_in(&l->ra, other, quotient ? RDX : RAX);
    regalloc_export(&l->ra, other);
    l->u->insn[other].extra = DEAD; /* done */
}

void lower_division(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    bool is_signed = insn->op == IR_divs || insn->op == IR_rems;
    if (is_narrow(insn)) {
        lower_evaluation(l, v);
        return;
    }
    regalloc_use_in(&l->ra, insn->arg[0], RAX, true);
    regalloc_vacate(&l->ra, RDX);
    unsigned divisor = regalloc_use(&l->ra, insn->arg[1]);
    uint64_t constant;
    bool known = constant_of(l, insn->arg[1], &constant);
    struct cold *zero = NULL, *minus_one = NULL;
    if (!known || !constant) {
        zero = new_cold(l, cold_division_by_zero);
        emit_op(&l->e, X64_TEST, width, divisor, in_reg(divisor));
        emit_jcc(&l->e, CC_E, &zero->entry);
    }
    if (is_signed && (!known || constant == low_bits(width, UINT64_MAX))) {
        minus_one = new_cold(l, cold_division_by_minus_one);
        emit_imm(&l->e, X64_CMP_IMM, width, in_reg(divisor), -1);
        emit_jcc(&l->e, CC_E, &minus_one->entry);
    }
    if (is_signed)
        emit_sign_to_rdx(&l->e, width);
    else
        emit_op(&l->e, X64_XOR, 32, RDX, in_reg(RDX));
    emit_op(&l->e, is_signed ? X64_IDIV : X64_DIV, width, 0, in_reg(divisor));
    if (zero)
        emit_bind(&l->e, &zero->back);
    if (minus_one)
        emit_bind(&l->e, &minus_one->back);
    regalloc_release(&l->ra);
    define_halves(l, v);
}

/* ---- two values in one, one of two ---------------------------------------------------------------------------------------------------- */

/* The low half's register is clean: where the high half is, or in a free register. */
static void join_in_registers(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t constant;
    unsigned low = regalloc_use(&l->ra, insn->arg[1]), d;
    if (constant_of(l, insn->arg[0], &constant)) {
        d = regalloc_define(&l->ra, v, NO_REG);
        emit_mov_imm(&l->e, d, constant << 32);
    } else {
        unsigned high = regalloc_use(&l->ra, insn->arg[0]);
        d = high == low ? regalloc_define(&l->ra, v, NO_REG) : regalloc_define_over(&l->ra, v, insn->arg[0]);
        emit_copy(l, 64, d, in_reg(high));
        emit_imm(&l->e, X64_SHL, 64, in_reg(d), 32);
    }
    emit_op(&l->e, X64_OR, 64, low, in_reg(d));
}

/* What is not clean would need one more register than there may be, so it goes by way of memory, as in the guest's program. */
void lower_join(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (l->ra.value[insn->arg[1]].clean && insn->arg[0] != insn->arg[1]) {
        join_in_registers(l, v);
        return;
    }
    struct operand low = cell_at(CELL_OPERAND_A), high = low;
    high.disp += 4;
    emit_op(&l->e, X64_MOV_STORE, 32, regalloc_use(&l->ra, insn->arg[1]), low);
    emit_op(&l->e, X64_MOV_STORE, 32, regalloc_use(&l->ra, insn->arg[0]), high);
    regalloc_release(&l->ra);
    emit_op(&l->e, X64_MOV_LOAD, 64, regalloc_define(&l->ra, v, NO_REG), low);
}

void lower_min_max(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned width = register_width(insn->type);
    if (is_narrow(insn)) {
        lower_evaluation(l, v);
        return;
    }
    enum condition take_b = insn->op == IR_mins ? CC_G : insn->op == IR_maxs ? CC_L : insn->op == IR_minu ? CC_A : CC_B;
    unsigned a = regalloc_use(&l->ra, insn->arg[0]), b = regalloc_use(&l->ra, insn->arg[1]);
    emit_op(&l->e, X64_CMP, width, b, in_reg(a));
    regalloc_release(&l->ra);
    unsigned d = define(l, v, a);
    if (d == b && d != a) {
        emit_cc(&l->e, X64_CMOV, take_b ^ 1, width, d, in_reg(a));
        return;
    }
    if (d != a)
        emit_op(&l->e, X64_MOV_STORE, width, a, in_reg(d));
    emit_cc(&l->e, X64_CMOV, take_b, width, d, in_reg(b));
}

/* ---- widths -------------------------------------------------------------------------------------------------------------------------------- */

void emit_zero_extended(struct lowering *l, enum ir_type type, unsigned reg, struct operand from)
{
    if (type == IR_I8)
        emit_op(&l->e, X64_MOVZX8, 32, reg, from);
    else if (type == IR_I16)
        emit_op(&l->e, X64_MOVZX16, 32, reg, from);
    else if (from.is_memory)
        emit_op(&l->e, X64_MOV_LOAD, 32, reg, from);
    else
        emit_op(&l->e, X64_MOV_STORE, 32, from.reg, in_reg(reg));
}

void emit_sign_extended(struct lowering *l, enum ir_type type, unsigned width, unsigned reg, struct operand from)
{
    enum x64_op op = type == IR_I8 ? X64_MOVSX8 : type == IR_I16 ? X64_MOVSX16 : X64_MOVSXD;
    emit_op(&l->e, op, width, reg, from);
}

void lower_sext(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    if (is_folded(l, insn->arg[0])) {
        lower_extended_load(l, v);
        return;
    }
    struct operand a = operand_of(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_sign_extended(l, from, register_width(insn->type), define(l, v, a.is_memory ? NO_REG : a.reg), a);
}

void lower_zext(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    enum ir_type from = ir_result_type(insn_of(l, insn->arg[0]));
    if (is_folded(l, insn->arg[0])) {
        lower_extended_load(l, v);
        return;
    }
    unsigned cell;
    bool in_memory = regalloc_in_cell(&l->ra, insn->arg[0], &cell);
    if (!in_memory && l->ra.value[insn->arg[0]].clean) {
        regalloc_alias(&l->ra, v, insn->arg[0]);
        return;
    }
    struct operand a = operand_of(l, insn->arg[0]);
    regalloc_release(&l->ra);
    emit_zero_extended(l, from, regalloc_define(&l->ra, v, a.is_memory ? NO_REG : a.reg), a);
}

void lower_narrow(struct lowering *l, ir_ref v)
{
    regalloc_alias(&l->ra, v, insn_of(l, v)->arg[0]);
    l->ra.value[v].clean = false;
}
