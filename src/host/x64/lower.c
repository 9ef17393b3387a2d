/* The driver: one unit, forwards, instruction by instruction, each by the pattern in the table below. */
#include "host/x64/lower.h"
#include "ir/flow.h"

#include <string.h>

/* ---- constants in memory ------------------------------------------------------------------------------------------------------- */

/* One of the unit's, laid down at its end. */
struct float_constant {
    struct float_constant *next;
    struct label label;
    uint64_t value;
};

static struct operand float_constant(struct lowering *l, uint64_t value)
{
    struct float_constant *c = l->float_constants;
    while (c && c->value != value)
        c = c->next;
    if (!c) {
        c = arena_alloc(l->u->arena, sizeof *c);
        *c = (struct float_constant){ .next = l->float_constants, .value = value };
        l->float_constants = c;
    }
    return (struct operand){ .is_memory = true, .base = RIP_LABEL, .index = NO_INDEX, .label = &c->label };
}

static void emit_float_constants(struct lowering *l)
{
    for (struct float_constant *c = l->float_constants; c; c = c->next) {
        emit_align(&l->e, 8);
        emit_bind(&l->e, &c->label);
        emit_data64(&l->e, c->value);
    }
}

/* ---- places --------------------------------------------------------------------------------------------------------------- */

static bool is_float_reg(unsigned reg) { return reg >= FLOAT_REGS; }

static void move_register(void *host, unsigned to, unsigned from)
{
    struct lowering *l = host;
    if (is_float_reg(to))
        emit_float_move(l, to - FLOAT_REGS, from - FLOAT_REGS);
    else
        emit_op(&l->e, X64_MOV_STORE, 64, from, in_reg(to));
}

static void load_cell(void *host, unsigned to, unsigned cell, bool is_vector)
{
    struct lowering *l = host;
    if (is_vector)
        emit_op(&l->e, X64_MOVUPS_LOAD, 128, to - FLOAT_REGS, cell_at(cell));
    else if (is_float_reg(to))
        emit_op(&l->e, X64_MOVSD_LOAD, 64, to - FLOAT_REGS, cell_at(cell));
    else
        emit_op(&l->e, X64_MOV_LOAD, 64, to, cell_at(cell));
}

static void store_cell(void *host, unsigned cell, unsigned from, bool is_vector)
{
    struct lowering *l = host;
    if (is_vector)
        emit_op(&l->e, X64_MOVUPS_STORE, 128, from - FLOAT_REGS, cell_at(cell));
    else if (is_float_reg(from))
        emit_op(&l->e, X64_MOVSD_STORE, 64, from - FLOAT_REGS, cell_at(cell));
    else
        emit_op(&l->e, X64_MOV_STORE, 64, from, cell_at(cell));
}

static void load_constant(void *host, unsigned to, uint64_t value)
{
    struct lowering *l = host;
    if (!is_float_reg(to))
        emit_mov_imm(&l->e, to, value);
    else if (!value)
        emit_op(&l->e, X64_PXOR, 32, to - FLOAT_REGS, in_reg(to - FLOAT_REGS));
    else
        emit_op(&l->e, X64_MOVSD_LOAD, 64, to - FLOAT_REGS, float_constant(l, value));
}

static const struct regalloc_emit place_emitters = { move_register, load_cell, store_cell, load_constant };

struct source source_of(struct lowering *l, ir_ref v, unsigned width)
{
    uint64_t constant;
    unsigned cell;
    if (constant_of(l, v, &constant) && (width < 64 || fits_int32(constant)))
        return (struct source){ .kind = FROM_IMM, .reg = NO_REG, .imm = sign_extend(width < 32 ? width : 32, constant) };
    if (regalloc_in_cell(&l->ra, v, &cell))
        return (struct source){ .kind = FROM_CELL, .reg = NO_REG, .rm = cell_at(cell) };
    unsigned reg = regalloc_use(&l->ra, v);
    return (struct source){ .kind = FROM_REG, .reg = reg, .rm = in_reg(reg) };
}

void emit_alu(struct lowering *l, enum x64_op op, unsigned width, unsigned reg, const struct source *s)
{
    if (s->kind == FROM_IMM)
        emit_imm(&l->e, op - X64_ADD + X64_ADD_IMM, width, in_reg(reg), s->imm);
    else if (s->kind == FROM_CELL)
        emit_op(&l->e, op - X64_ADD + X64_ADD_LOAD, width, reg, s->rm);
    else
        emit_op(&l->e, op, width, s->reg, in_reg(reg));
}

void emit_source(struct lowering *l, unsigned width, unsigned reg, const struct source *s)
{
    if (s->kind == FROM_IMM)
        emit_mov_imm(&l->e, reg, low_bits(width, (uint64_t)s->imm));
    else if (s->kind == FROM_CELL)
        emit_op(&l->e, X64_MOV_LOAD, width, reg, s->rm);
    else if (s->reg != reg)
        emit_op(&l->e, X64_MOV_STORE, width, s->reg, in_reg(reg));
}

unsigned use_clean(struct lowering *l, ir_ref v)
{
    unsigned reg = regalloc_use(&l->ra, v);
    enum ir_type type = ir_result_type(insn_of(l, v));
    if (l->ra.value[v].clean || type >= IR_I64) /* ORDER TYPE */
        return reg;
    unsigned cleaned = regalloc_scratch(&l->ra, false);
    emit_zero_extended(l, type, cleaned, in_reg(reg));
    regalloc_relocate(&l->ra, v, cleaned);
    l->ra.value[v].clean = l->ra.value[v].cell == NO_CELL; /* a copy in a cell stays as it is */
    return cleaned;
}

struct operand constant_in_memory(struct lowering *l, uint64_t value) { return float_constant(l, value); }

static bool is_in_register(const struct lowering *l, ir_ref v) { return l->ra.value[v].reg != NO_REG; }

/* An address that had to be computed on its own, for a guest register, from what still is in registers: so the load need not wait for it. */
static bool is_sum_at_hand(const struct lowering *l, ir_ref v, struct address *parts)
{
    if (is_folded(l, v) || insn_of(l, v)->op != IR_add || insn_of(l, v)->type != IR_I64)
        return false;
    *parts = sum_of(l, v);
    return is_in_register(l, parts->base) && (!parts->index || is_in_register(l, parts->index));
}

struct operand memory_operand(struct lowering *l, ir_ref v)
{
    struct address a = address_of(l, v), parts;
    if (is_sum_at_hand(l, v, &parts))
        a = parts;
    struct operand m = { .is_memory = true, .base = NO_BASE, .index = NO_INDEX, .scale = (uint8_t)(a.scale & 3), .wraps = a.wraps, .disp = a.disp };
    if (a.base)
        m.base = (uint8_t)regalloc_use(&l->ra, a.base);
    if (a.index)
        m.index = (uint8_t)regalloc_use(&l->ra, a.index);
    return m;
}

/* ---- marks and cold code --------------------------------------------------------------------------------------------------- */

uint64_t pc_of_mark(const struct lowering *l) { return l->mark ? insn_of(l, l->mark)->imm : l->u->spc; }

void note_mark(struct lowering *l, ir_ref mark)
{
    struct host_unit *r = l->result;
    struct host_mark *newest = r->mark_count ? &r->marks[r->mark_count - 1] : NULL;
    l->mark = mark;
    if (newest && newest->at == mark)
        return;
    const struct host_mark new = { l->e.at, mark, pc_of_mark(l) };
    if (newest && newest->offset == new.offset) {
        *newest = new;
        return;
    }
    if (r->mark_count == l->mark_capacity)
        r->marks = arena_grow(l->u->arena, r->marks, sizeof *r->marks, r->mark_count, &l->mark_capacity);
    r->marks[r->mark_count++] = new;
}

struct cold *new_cold(struct lowering *l, void (*emit_cold)(struct lowering *, struct cold *))
{
    struct cold *c = arena_alloc(l->u->arena, sizeof *c);
    *c = (struct cold){ .emit = emit_cold, .mark = l->mark, .insn = insn_of(l, l->at) };
    *l->cold_end = c;
    l->cold_end = &c->next;
    return c;
}

static void emit_cold_code(struct lowering *l)
{
    for (struct cold *c = l->cold; c; c = c->next) {
        note_mark(l, c->mark);
        if (c->entry.newest)
            emit_bind(&l->e, &c->entry);
        c->emit(l, c);
    }
}

/* ---- what has no pattern of its own --------------------------------------------------------------------------------------------- */

void store_operand(struct lowering *l, ir_ref v, unsigned cell)
{
    uint64_t constant;
    enum ir_type type = ir_result_type(insn_of(l, v));
    if (constant_of(l, v, &constant) && fits_int32(constant)) {
        emit_imm(&l->e, X64_MOV_IMM, 64, cell_at(cell), (int64_t)constant);
    } else if (type == IR_F32) {
        unsigned reg = use_float(l, v);
        emit_imm(&l->e, X64_MOV_IMM, 64, cell_at(cell), 0);
        emit_op(&l->e, X64_MOVSS_STORE, 32, reg, cell_at(cell));
    } else {
        store_cell(l, cell, use_clean(l, v), type == IR_V128);
    }
    regalloc_unpin(&l->ra);
}

void emit_evaluation(struct lowering *l, const struct ir_insn *insn)
{
    struct evaluation evaluation = { insn->op, insn->type, (uint8_t)ir_result_type(insn_of(l, insn->arg[0])), insn->aux, 0 };
    int32_t packed;
    memcpy(&packed, &evaluation, 4);
    emit_imm(&l->e, X64_MOV_IMM, 32, cell_at(CELL_OPERATION), packed);
    emit_call_to(&l->e, &l->runtime[CALL_EVALUATE]);
}

void lower_evaluation(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool of_vectors = ir_is_of_vectors(insn->op, insn->type), gives_vector = insn->type == IR_V128;
    for (unsigned k = 0; k < ir_ops[insn->op].arguments; k++)
        store_operand(l, insn->arg[k], of_vectors ? CELL_VECTOR_A + 2 * k : CELL_OPERAND_A + k);
    regalloc_release(&l->ra);
    emit_evaluation(l, insn);
    load_cell(l, regalloc_define(&l->ra, v, NO_REG), gives_vector ? CELL_VECTOR_A : CELL_OPERAND_A, gives_vector);
}

static void lower_get(struct lowering *l, ir_ref v) { regalloc_get(&l->ra, v, (unsigned)insn_of(l, v)->imm); }

static void lower_set(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    unsigned slot = (unsigned)insn->imm;
    uint64_t constant;
    if (!constant_of(l, insn->arg[0], &constant)) {
        if (insn->type < IR_I64)
            use_clean(l, insn->arg[0]);
    } else if (l->plan->home[slot] == NO_REG && fits_int32(constant)) {
        regalloc_abandon_slot(&l->ra, slot);
        emit_imm(&l->e, X64_MOV_IMM, 64, cell_at(slot), (int64_t)constant);
        return;
    }
    regalloc_set(&l->ra, slot, insn->arg[0]);
}

void store_pc(struct lowering *l, uint64_t pc)
{
    if (fits_int32(pc)) {
        emit_imm(&l->e, X64_MOV_IMM, 64, CONTEXT(pc), (int64_t)pc);
    } else {
        emit_mov_imm(&l->e, RAX, pc);
        emit_op(&l->e, X64_MOV_STORE, 64, RAX, CONTEXT(pc));
    }
}

/* Fails if the guest thread is wanted. Condition codes stay. */
static void lower_poll(struct lowering *l, ir_ref v)
{
    note_mark(l, v);
    emit_op(&l->e, X64_MOV_LOAD, 32, regalloc_scratch(&l->ra, false), context_at((size_t)-POLL_DISTANCE));
}

/* ---- the driver -------------------------------------------------------------------------------------------------------------------- */

/* No entry: by evaluation. */
static void (*const patterns[IR_OP_COUNT])(struct lowering *, ir_ref) = {
    [IR_poll] = lower_poll, [IR_get] = lower_get, [IR_set] = lower_set, [IR_call] = lower_call, [IR_mend] = lower_mend,
    [IR_get_flags] = lower_get_flags, [IR_set_flags] = lower_set_flags,

    [IR_add] = lower_add, [IR_sub] = lower_sub, [IR_and] = lower_and, [IR_or] = lower_or, [IR_xor] = lower_xor,
    [IR_shl] = lower_shift, [IR_shr] = lower_shift, [IR_sar] = lower_shift, [IR_rotl] = lower_rotate, [IR_rotr] = lower_rotate,
    [IR_mul] = lower_mul, [IR_mulhs] = lower_mul_high, [IR_mulhu] = lower_mul_high,
    [IR_divs] = lower_division, [IR_divu] = lower_division, [IR_rems] = lower_division, [IR_remu] = lower_division,
    [IR_mins] = lower_min_max, [IR_maxs] = lower_min_max, [IR_minu] = lower_min_max, [IR_maxu] = lower_min_max,
    [IR_neg] = lower_neg_not, [IR_not] = lower_neg_not, [IR_clz] = lower_count, [IR_ctz] = lower_count, [IR_popcnt] = lower_count,
    [IR_bswap] = lower_bswap,
    [IR_eq] = lower_compare, [IR_ne] = lower_compare, [IR_slt] = lower_compare, [IR_sle] = lower_compare,
    [IR_ult] = lower_compare, [IR_ule] = lower_compare, [IR_add_o] = lower_compare, [IR_add_lt] = lower_compare,
    [IR_add_le] = lower_compare, [IR_add_be] = lower_compare, [IR_and_p] = lower_compare, [IR_sub_o] = lower_compare, [IR_mul_o] = lower_compare,
    [IR_pick] = lower_pick, [IR_join] = lower_join,
    [IR_sext] = lower_sext, [IR_zext] = lower_zext, [IR_narrow] = lower_narrow,

    [IR_load] = lower_load, [IR_store] = lower_store, [IR_cas] = lower_cas, [IR_fence] = lower_fence,
    [IR_amo_swap] = lower_amo, [IR_amo_add] = lower_amo, [IR_amo_and] = lower_amo, [IR_amo_or] = lower_amo, [IR_amo_xor] = lower_amo,
    [IR_amo_mins] = lower_amo, [IR_amo_maxs] = lower_amo, [IR_amo_minu] = lower_amo, [IR_amo_maxu] = lower_amo,

    [IR_f_bits] = lower_f_bits, [IR_bits_f] = lower_bits_f, [IR_f_box] = lower_f_box, [IR_f_unbox] = lower_f_unbox,
    [IR_f_add] = lower_f_arithmetic, [IR_f_sub] = lower_f_arithmetic, [IR_f_mul] = lower_f_arithmetic, [IR_f_div] = lower_f_arithmetic,
    [IR_f_sqrt] = lower_f_sqrt, [IR_f_muladd] = lower_f_muladd, [IR_f_min] = lower_f_min_max, [IR_f_max] = lower_f_min_max,
    [IR_f_canon] = lower_f_canon, [IR_f_neg] = lower_f_sign, [IR_f_abs] = lower_f_sign, [IR_f_copysign] = lower_f_copysign,
    [IR_f_eq] = lower_f_compare, [IR_f_lt] = lower_f_compare, [IR_f_le] = lower_f_compare, [IR_f_un] = lower_f_compare,
    [IR_f_from_f] = lower_f_from_f, [IR_f_from_s] = lower_f_from_s, [IR_f_from_u] = lower_f_from_u,
    [IR_s_from_f] = lower_integer_from_f, [IR_u_from_f] = lower_integer_from_f,

    [IR_v_add] = lower_v_binary, [IR_v_sub] = lower_v_binary, [IR_v_mul] = lower_v_binary, [IR_v_and] = lower_v_binary,
    [IR_v_or] = lower_v_binary, [IR_v_xor] = lower_v_binary, [IR_v_mins] = lower_v_binary, [IR_v_maxs] = lower_v_binary,
    [IR_v_minu] = lower_v_binary, [IR_v_maxu] = lower_v_binary, [IR_v_eq] = lower_v_binary, [IR_v_adds] = lower_v_binary,
    [IR_v_addu] = lower_v_binary, [IR_v_subs] = lower_v_binary, [IR_v_subu] = lower_v_binary, [IR_v_avgu] = lower_v_binary,
    [IR_v_low] = lower_v_binary, [IR_v_high] = lower_v_binary, [IR_v_andn] = lower_v_reversed, [IR_v_slt] = lower_v_reversed,
    [IR_v_ult] = lower_v_ult, [IR_v_not] = lower_v_not, [IR_v_shl] = lower_v_shift, [IR_v_shr] = lower_v_shift, [IR_v_sar] = lower_v_shift,
    [IR_v_bytes] = lower_v_bytes, [IR_v_narrow] = lower_v_narrow, [IR_v_splat] = lower_v_splat, [IR_v_extract] = lower_v_extract,
    [IR_v_align] = lower_v_align,
    [IR_v_mulhs] = lower_v_binary, [IR_v_mulhu] = lower_v_binary, [IR_v_mulrs] = lower_v_binary, [IR_v_sign] = lower_v_binary,
    [IR_v_table] = lower_v_binary, [IR_v_packs] = lower_v_binary, [IR_v_packu] = lower_v_binary, [IR_v_madd] = lower_v_binary,
    [IR_v_maddus] = lower_v_binary, [IR_v_sad] = lower_v_binary, [IR_v_evens] = lower_v_binary, [IR_v_evenu] = lower_v_binary,
    [IR_v_hadd] = lower_v_binary, [IR_v_hsub] = lower_v_binary, [IR_v_hadds] = lower_v_binary, [IR_v_hsubs] = lower_v_binary,
    [IR_v_abs] = lower_v_abs, [IR_v_shl_all] = lower_v_shift_all, [IR_v_shr_all] = lower_v_shift_all,
    [IR_v_sar_all] = lower_v_shift_all, [IR_v_shuffle] = lower_v_shuffle, [IR_v_choose] = lower_v_choose,
    [IR_v_blend] = lower_v_blend, [IR_v_insert] = lower_v_insert, [IR_v_scalar] = lower_v_scalar, [IR_v_signs] = lower_v_signs,
    [IR_v_any] = lower_v_any, [IR_v_fround] = lower_v_fround, [IR_v_fadd] = lower_v_float, [IR_v_fsub] = lower_v_float,
    [IR_v_fmul] = lower_v_float, [IR_v_fdiv] = lower_v_float, [IR_v_fmin] = lower_v_float, [IR_v_fmax] = lower_v_float,
    [IR_v_faddsub] = lower_v_float, [IR_v_fsqrt] = lower_v_float_unary, [IR_v_frcp] = lower_v_float_unary,
    [IR_v_frsqrt] = lower_v_float_unary, [IR_v_fwiden] = lower_v_float_unary, [IR_v_fnarrow] = lower_v_float_unary,
    [IR_v_ffrom] = lower_v_float_unary, [IR_v_fto] = lower_v_float_unary, [IR_v_ftrunc] = lower_v_float_unary,
    [IR_v_feq] = lower_v_float_compare, [IR_v_flt] = lower_v_float_compare, [IR_v_fle] = lower_v_float_compare,
    [IR_v_fun] = lower_v_float_compare, [IR_v_fne] = lower_v_float_compare, [IR_v_fnlt] = lower_v_float_compare,
    [IR_v_fnle] = lower_v_float_compare, [IR_v_ford] = lower_v_float_compare, [IR_f_order] = lower_f_order,
    [IR_f_order_signal] = lower_f_order, [IR_s_or_min_from_f] = lower_s_or_min_from_f,

    [IR_br] = lower_br, [IR_brif] = lower_brif, [IR_call_to] = lower_call_to, [IR_jump_ind] = lower_jump_ind,
    [IR_call_ind] = lower_call_ind, [IR_return_to] = lower_return_to, [IR_raise] = lower_raise,
};

static void lower_insn(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    if (insn->extra != LIVE)
        return;
    if (insn->op == IR_mark) {
        note_mark(l, v);
        return;
    }
    l->at = v;
    if (l->unsettled_count && (leaves_flags(l, v) || !can_wait_for_nans(l, v)))
        settle_nans(l);
    regalloc_begin(&l->ra, v);
    if (patterns[insn->op])
        patterns[insn->op](l, v);
    else
        lower_evaluation(l, v);
    if (leaves_flags(l, v)) {
        l->flags_left = l->e.flag_changes;
        l->flags_until = l->flags[v].until;
    }
    if (ir_ops[insn->op].traits & RESULT)
        regalloc_export(&l->ra, v);
}

static void lower_blocks(struct lowering *l)
{
    note_mark(l, NO_REF);
    for (uint32_t b = 0; b < l->u->block_count; b++) {
        const struct ir_block *block = &l->u->block[b];
        l->current_block = b;
        if (!l->goes_on[b])
            regalloc_begin_stretch(&l->ra, block->first);
        if (b)
            emit_bind(&l->e, &l->block[b]);
        for (ir_ref v = block->first; v < block->last; v++)
            lower_insn(l, v);
    }
    emit_cold_code(l);
    emit_float_constants(l);
    emit_guesses(l);
}

static void *zeroed(struct arena *arena, size_t size) { return memset(arena_alloc(arena, size), 0, size); }

/* Bytes. What stays for long begins with a cache line; what is made in a hurry wastes less. */
enum { ALIGNMENT = 64, HURRIED_ALIGNMENT = 16 };

bool x64_translate(const struct host_config *config, const struct host_runtime *runtime, struct ir_unit *u,
                   uint32_t *counter, uint32_t first_site, struct code_buffer *out, struct host_unit *result)
{
    struct lowering *l = arena_alloc(u->arena, sizeof *l);
    memset(l, 0, offsetof(struct lowering, ra));
    size_t used = out->used;
    out->used = align_up(out->used, counter ? HURRIED_ALIGNMENT : ALIGNMENT);
    result->start = (uint32_t)out->used;
    result->site_count = result->mark_count = 0;
    result->marks = NULL;
    l->config = config;
    const struct x64_facts *facts = runtime->facts;
    l->features = facts->features;
    l->runtime = facts->at;
    l->plan = &facts->plan;
    l->u = u;
    l->result = result;
    l->first_site = first_site;
    l->cold_end = &l->cold;
    l->address_uses = arena_alloc(u->arena, u->insn_count * sizeof *l->address_uses);
    l->flags = zeroed(u->arena, u->insn_count * sizeof *l->flags);
    l->goes_on = arena_alloc(u->arena, u->block_count * sizeof *l->goes_on);
    l->block = zeroed(u->arena, u->block_count * sizeof *l->block);
    emitter_init(&l->e, out, has(l, FEATURE_AVX), config->listing);
    l->e.start = result->start;
    l->e.atomic = has(l, FEATURE_ATOMIC_LINES) ? 64 : 8;
    l->e.relocations_in = config->relocatable ? u->arena : NULL;
    regalloc_init(&l->ra, u, l->plan, &place_emitters, l);
    select_unit(l);
    if (counter)
        lower_counter(l, &(struct landmark){ "counter", (uint32_t)((const uint8_t *)counter - out->exec), RELOCATE_COUNTER });
    lower_blocks(l);
    out->used = used;
    if (out->overflow || l->failed || l->ra.failed)
        return false;
    result->size = l->e.at - result->start;
    result->relocations = l->e.relocations;
    result->relocation_count = l->e.relocation_count;
    out->used = l->e.at;
    return true;
}
