/* The shared code at the start of the code cache. Machine code is emitted like that of units, so that it can be listed. */
#include "host/x64/runtime.h"

#include <string.h>

#include "host/x64/features.h"
#include "host/x64/lower.h"

const char *const x64_runtime_names[RUNTIME_ENTRIES] = {
    [EXIT_SITE] = "exit_site", [EXIT_INDIRECT] = "exit_indirect", [EXIT_RETURN] = "exit_return", [RETURN_BOTTOM] = "return_bottom", [CALL_PURE] = "call_pure",
    [CALL_STATE] = "call_state", [CALL_LOOK] = "call_look", [CALL_EVALUATE] = "call_evaluate", [FLOAT_MASKS] = "float_masks",
    [FLAG_TABLES] = "flag_tables",
};

static void give_home(struct register_plan *plan, const struct layout *layout, unsigned slot, unsigned reg)
{
    plan->home[slot] = (uint8_t)reg;
    plan->homes |= UINT64_C(1) << reg;
    if (layout->slots[slot].type == IR_V128)
        plan->vector_homes |= UINT64_C(1) << reg;
}

void x64_plan(const struct host_config *config, struct register_plan *plan)
{
    static const uint8_t integer_homes[] = { RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
    enum { LEAST_SCRATCH = 4, MORE_SCRATCH = 8 };
    const struct layout *layout = config->layout;
    uint32_t features = x64_usable_features(config->features);
    unsigned vector_count = features & FEATURE_AVX512VL ? 32 : 16;
    unsigned integers = layout->integer_home_count, floats = layout->float_home_count;
    if (integers > COUNT_OF(integer_homes))
        integers = COUNT_OF(integer_homes);
    if (floats > vector_count - LEAST_SCRATCH)
        floats = vector_count - LEAST_SCRATCH;
    /* Temporaries are low ones: not all instructions take others. */
    unsigned scratch = vector_count - floats < MORE_SCRATCH || vector_count == LOW_VECTORS ? LEAST_SCRATCH : MORE_SCRATCH;
    *plan = (struct register_plan){ .spill_cells = ALLOCATOR_SPILLS };
    memset(plan->home, NO_REG, sizeof plan->home);
    if (!config->homes)
        integers = floats = 0;
    for (unsigned i = 0; i < integers; i++)
        give_home(plan, layout, layout->integer_homes[i], integer_homes[i]);
    for (unsigned i = 0; i < floats; i++)
        give_home(plan, layout, layout->float_homes[i], FLOAT_REGS + scratch + i);
    uint64_t vectors = ((UINT64_C(1) << LOW_VECTORS) - 1) << FLOAT_REGS;
    uint64_t generals = 0xffff & ~(1u << RSP | 1u << RBP);
    plan->temporaries = (vectors | generals) & ~plan->homes;
}

struct maker {
    struct emitter e;
    struct x64_facts *facts;
    unsigned vector_count;
    const struct layout *layout;
};

static void mark(struct maker *m, unsigned entry)
{
    m->facts->at[entry] = (struct landmark){ x64_runtime_names[entry], m->e.at, RELOCATE_RUNTIME };
}

static const uint8_t callee_saved[] = { RBX, RBP, R12, R13, R14, R15 };
static const uint8_t caller_saved[] = { RAX, RCX, RDX, RSI, RDI, R8, R9, R10, R11 };

static void load(struct maker *m, unsigned reg, struct operand from) { emit_op(&m->e, X64_MOV_LOAD, 64, reg, from); }
static void store(struct maker *m, struct operand to, unsigned reg) { emit_op(&m->e, X64_MOV_STORE, 64, reg, to); }

static void move_homes(struct maker *m, enum x64_op general, enum x64_op low, enum x64_op whole)
{
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++) {
        unsigned home = m->facts->plan.home[slot];
        if (home == NO_REG)
            continue;
        bool is_vector = m->facts->plan.vector_homes >> home & 1;
        if (home >= FLOAT_REGS)
            emit_op(&m->e, is_vector ? whole : low, 64, home - FLOAT_REGS, cell_at(slot));
        else
            emit_op(&m->e, general, 64, home, cell_at(slot));
    }
}

static void load_homes(struct maker *m) { move_homes(m, X64_MOV_LOAD, X64_MOVSD_LOAD, X64_MOVUPS_LOAD); }
static void store_homes(struct maker *m) { move_homes(m, X64_MOV_STORE, X64_MOVSD_STORE, X64_MOVUPS_STORE); }

/* uint32_t enter(struct context *, const void *tpc), in the C calling convention: leaves rsp aligned for calls. */
static void make_enter(struct maker *m)
{
    for (unsigned i = 0; i < COUNT_OF(callee_saved); i++)
        emit_push(&m->e, callee_saved[i]);
    emit_op(&m->e, X64_LEA, 64, RSP, at_base(RSP, -8));
    emit_op(&m->e, X64_LEA, 64, RBP, at_base(RDI, CONTEXT_BIAS));
    store(m, CONTEXT(native_stack), RSP);
    emit_op(&m->e, X64_MOV_STORE, 64, RSI, in_reg(RAX));
    load_homes(m);
    load(m, RSP, CONTEXT(return_top));
    emit_op(&m->e, X64_JMP_RM, 64, 0, in_reg(RAX));
}

/* eax: the result of enter. */
static void make_exit(struct maker *m)
{
    mark(m, EXIT_SITE);
    store_homes(m);
    store(m, CONTEXT(return_top), RSP);
    load(m, RSP, CONTEXT(native_stack));
    emit_op(&m->e, X64_LEA, 64, RSP, at_base(RSP, 8));
    for (unsigned i = COUNT_OF(callee_saved); i-- > 0;)
        emit_pop(&m->e, callee_saved[i]);
    emit_ret(&m->e);
}

void emit_alignment(struct emitter *e, const struct layout *layout, unsigned target)
{
    if (layout->code_alignment > 1)
        emit_imm(e, X64_AND_IMM, 64, in_reg(target), -layout->code_alignment);
}

static void make_exit_indirect(struct maker *m)
{
    mark(m, EXIT_INDIRECT);
    emit_alignment(&m->e, m->layout, RAX);
    store(m, CONTEXT(pc), RAX);
    emit_mov_imm(&m->e, RAX, LEAVE_INDIRECT);
    emit_jmp_to(&m->e, &m->facts->at[EXIT_SITE]);
}

enum { FARTHEST_RETURN = 64 }; /* calls */

/* What a landing compares with, its address in rbx, by way of rcx: cmp rax, [rip + disp32] is 7 bytes long. */
static struct operand spc_of_landing(struct maker *m)
{
    emit_op(&m->e, X64_MOVSXD, 64, RCX, at_base(RBX, 3));
    return (struct operand){ .is_memory = true, .base = RBX, .index = RCX, .disp = 7 };
}

/* A guest return to the SPC in rax, but it came out of a newer call, or of an older one. Landings of calls from which nobody will return any more (by longjmp,
 * unwinding) are dropped. If there is none for this SPC, the one it came out of goes back. */
static void make_exit_return(struct maker *m, const struct host_config *config)
{
    struct label again = { 0 }, found = { 0 }, none = { 0 }, unknown = { 0 }, bottom_spc = { 0 };
    mark(m, EXIT_RETURN);
    emit_alignment(&m->e, m->layout, RAX);
    store(m, cell_at(CELL_OPERAND_A), RBX);
    emit_op(&m->e, X64_LEA, 64, RDX, at_base(RSP, FARTHEST_RETURN * (int)sizeof(void *)));
    store(m, cell_at(CELL_OPERAND_B), RDX);
    emit_op(&m->e, X64_MOV_STORE, 64, RSP, in_reg(RDX));
    emit_bind(&m->e, &again);
    load(m, RBX, at_base(RDX, 0));
    struct operand spc = spc_of_landing(m);
    emit_imm(&m->e, X64_CMP_IMM, 64, spc, -1); /* NO_SPC: the bottom */
    emit_jcc(&m->e, CC_E, &none);
    emit_op(&m->e, X64_CMP_LOAD, 64, RAX, spc);
    emit_jcc(&m->e, CC_E, &found);
    emit_op(&m->e, X64_LEA, 64, RDX, at_base(RDX, sizeof(void *)));
    emit_op(&m->e, X64_CMP_LOAD, 64, RDX, cell_at(CELL_OPERAND_B));
    emit_jcc(&m->e, CC_B, &again);
    emit_bind(&m->e, &none);
    load(m, RBX, cell_at(CELL_OPERAND_A));
    emit_bind(&m->e, &unknown);
    emit_op(&m->e, X64_LEA, 64, RSP, at_base(RSP, -(int)sizeof(void *)));
    if (config->indirect_cache) {
        struct label miss = { 0 };
        emit_probe(&m->e, m->layout, RAX, RCX, &miss);
        emit_bind(&m->e, &miss);
    }
    emit_jmp_to(&m->e, &m->facts->at[EXIT_INDIRECT]);
    emit_bind(&m->e, &found);
    load(m, RBX, cell_at(CELL_OPERAND_A));
    emit_op(&m->e, X64_MOV_STORE, 64, RDX, in_reg(RSP));
    emit_ret(&m->e);

    mark(m, RETURN_BOTTOM);
    emit_op(&m->e, X64_CMP_LOAD, 64, RAX, (struct operand){ .is_memory = true, .base = RIP_LABEL, .index = NO_INDEX, .label = &bottom_spc });
    emit_alignment(&m->e, m->layout, RAX);
    emit_jmp(&m->e, &unknown);
    emit_align(&m->e, 8);
    emit_bind(&m->e, &bottom_spc);
    emit_data64(&m->e, NO_SPC);
}

/* Calls the C function in rax with (context, cell A, cell B) on the C stack; the result goes to cell A. The stack of
 * returns has the return address of this code on top, which is not part of context.return_top. */
static void call_c(struct maker *m)
{
    emit_op(&m->e, X64_LEA, 64, RCX, at_base(RSP, 8));
    store(m, CONTEXT(return_top), RCX);
    load(m, RSP, CONTEXT(native_stack));
    emit_op(&m->e, X64_LEA, 64, RDI, at_base(RBP, -CONTEXT_BIAS));
    load(m, RSI, cell_at(CELL_OPERAND_A));
    load(m, RDX, cell_at(CELL_OPERAND_B));
    emit_op(&m->e, X64_CALL_RM, 64, 0, in_reg(RAX));
    store(m, cell_at(CELL_OPERAND_A), RAX);
    load(m, RSP, CONTEXT(return_top));
    emit_op(&m->e, X64_LEA, 64, RSP, at_base(RSP, -8));
}

static void move_saved(struct maker *m, enum x64_op general, enum x64_op vector)
{
    for (unsigned i = 1; i < COUNT_OF(caller_saved); i++) /* all but rax */
        emit_op(&m->e, general, 64, caller_saved[i], cell_at(CELL_SAVE_GENERAL + i));
    for (unsigned i = 0; i < m->vector_count; i++)
        emit_op(&m->e, vector, 128, i, cell_at(CELL_SAVE_VECTOR + 2 * i));
}

/* Keeps every register; the one that starts with the function in rax does not keep that. */
static uint64_t evaluate(struct context *c, uint64_t a, uint64_t b)
{
    struct evaluation e;
    memcpy(&e, (uint64_t *)c + CELL_OPERATION, sizeof e);
    if (ir_is_of_vectors(e.op, e.type)) {
        struct vector operands[3];
        memcpy(operands, (uint64_t *)c + CELL_VECTOR_A, sizeof operands);
        operands[0] = ir_eval_vector(e.op, e.aux, operands[0], operands[1], operands[2]);
        memcpy((uint64_t *)c + CELL_VECTOR_A, operands, sizeof operands[0]);
        return operands[0].half[0];
    }
    return ir_eval_op(e.op, e.type, e.from, e.aux, a, b, ((uint64_t *)c)[CELL_OPERAND_C]);
}

static void make_call_pure(struct maker *m)
{
    mark(m, CALL_EVALUATE);
    store(m, cell_at(CELL_SAVE_GENERAL), RAX);
    emit_mov_imm(&m->e, RAX, (uintptr_t)evaluate);
    mark(m, CALL_PURE);
    move_saved(m, X64_MOV_STORE, X64_MOVUPS_STORE);
    call_c(m);
    move_saved(m, X64_MOV_LOAD, X64_MOVUPS_LOAD);
    load(m, RAX, cell_at(CELL_SAVE_GENERAL));
    emit_ret(&m->e);
}

static void make_call_state(struct maker *m)
{
    mark(m, CALL_STATE);
    store_homes(m);
    call_c(m);
    load_homes(m);
    emit_ret(&m->e);
}

/* For a helper that looks at state and changes none that has a home: keeps every register but rax, which the caller has saved. */
static void make_call_look(struct maker *m)
{
    mark(m, CALL_LOOK);
    store_homes(m);
    emit_jmp_to(&m->e, &m->facts->at[CALL_PURE]);
}

static void make_float_masks(struct maker *m)
{
    static const uint64_t masks[FLOAT_MASK_COUNT] = {
        [MASK_BOX] = UINT64_C(0xffffffff00000000),
        [MASK_SIGN] = UINT64_C(0x80000000), [MASK_SIGN_64] = UINT64_C(1) << 63,
        [MASK_ABS] = UINT64_C(0xffffffff7fffffff), [MASK_ABS_64] = INT64_MAX,
        [MASK_NAN] = UINT64_C(0xffffffff7fc00000), [MASK_NAN_64] = UINT64_C(0x7ff8000000000000),
        [LIMIT_U32] = UINT64_C(0x4f800000), [LIMIT_U32_64] = UINT64_C(0x41efffffffe00000),
        [LIMIT_S64] = UINT64_C(0x5f000000), [LIMIT_S64_64] = UINT64_C(0x43e0000000000000),
        [MASK_REVERSE] = UINT64_C(0x08090a0b0c0d0e0f),
        [MASK_REVERSE_32] = UINT64_C(0x8080808000010203), [MASK_REVERSE_64] = UINT64_C(0x0001020304050607),
    };
    emit_align(&m->e, 16);
    mark(m, FLOAT_MASKS);
    for (unsigned i = 0; i < FLOAT_MASK_COUNT; i++) {
        emit_data64(&m->e, masks[i]);
        emit_data64(&m->e, i < MASK_REVERSE ? 0 : i == MASK_REVERSE ? UINT64_C(0x0001020304050607) : UINT64_C(0x8080808080808080));
    }
}

static void make_flag_tables(struct maker *m)
{
    mark(m, FLAG_TABLES);
    for (unsigned at = 0; at < X64_FLAG_TABLE_SIZE; at += 8) {
        uint64_t bytes = 0;
        for (unsigned i = 0; i < 8; i++)
            bytes |= (uint64_t)x64_flag_table_entry(at + i) << 8 * i;
        emit_data64(&m->e, bytes);
    }
}

void x64_make_runtime(const struct host_config *config, struct code_buffer *out, struct host_runtime *runtime)
{
    struct maker m = { .layout = config->layout, .facts = must_zalloc(sizeof *m.facts) };
    uint32_t features = m.facts->features = x64_usable_features(config->features);
    m.facts->high_vector_offset = x64_high_vector_offset();
    runtime->facts = m.facts;
    m.vector_count = features & FEATURE_AVX512VL ? 32 : 16;
    x64_plan(config, &m.facts->plan);
    emitter_init(&m.e, out, features & FEATURE_AVX, config->listing);
    uint32_t enter = m.e.at;
    make_enter(&m);
    make_exit(&m);
    make_exit_indirect(&m);
    make_exit_return(&m, config);
    make_call_pure(&m);
    make_call_state(&m);
    make_call_look(&m);
    make_float_masks(&m);
    make_flag_tables(&m);
    if (out->overflow)
        return;
    out->used = runtime->size = m.e.at;
    runtime->return_bottom = out->exec + m.facts->at[RETURN_BOTTOM].at;
    memcpy(&runtime->enter, &(const uint8_t *){ out->exec + enter }, sizeof runtime->enter);
}
