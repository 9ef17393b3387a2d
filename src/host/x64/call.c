/* Calls of helpers: in line, and in cold code for what hardly ever happens. */
#include "host/x64/lower.h"

static void load_cell_of(struct lowering *l, unsigned reg, unsigned cell) { l->ra.emit->load(l, reg, cell, false); }

/* A fault in the helper finds everything in the context block, the SPC too. */
void lower_call(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    if (helper->extended && lower_extended(l, v))
        return;
    bool sees_state = helper->traits & (READS | WRITES | FAULT);
    store_operand(l, insn->arg[0], CELL_OPERAND_A);
    store_operand(l, insn->arg[1], CELL_OPERAND_B);
    if (sees_state)
        regalloc_before_call(&l->ra);
    else
        regalloc_vacate(&l->ra, RAX);
    if (helper->traits & FAULT) {
        store_pc(l, pc_of_mark(l));
        emit_imm(&l->e, X64_MOV_IMM, 32, CONTEXT(in_helper), 1);
    }
    emit_mov_function(&l->e, (const void *)(uintptr_t)helper->function, helper->name);
    emit_call_to(&l->e, &l->runtime[sees_state ? CALL_STATE : CALL_PURE]);
    if (helper->traits & FAULT)
        emit_imm(&l->e, X64_MOV_IMM, 32, CONTEXT(in_helper), 0);
    regalloc_release(&l->ra);
    if (regalloc_live_after(&l->ra, v))
        load_cell_of(l, regalloc_define(&l->ra, v, RAX), CELL_OPERAND_A);
}

/* reg[0]: the third operand, or NO_REG for a constant; reg[3]: the value, to be replaced. */
static void cold_mend(struct lowering *l, struct cold *c)
{
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)c->insn->imm;
    uint64_t constant;
    emit_op(&l->e, X64_MOV_STORE, 64, RAX, cell_at(CELL_SAVE_GENERAL));
    if (c->reg[3] >= FLOAT_REGS)
        store_vector(l, CELL_OPERAND_B, c->reg[3] - FLOAT_REGS, c->insn->type);
    else
        emit_op(&l->e, X64_MOV_STORE, 64, c->reg[3], cell_at(CELL_OPERAND_B));
    if (c->reg[0] != NO_REG) {
        emit_op(&l->e, X64_MOV_STORE, 64, c->reg[0], cell_at(CELL_OPERAND_A));
    } else {
        constant_of(l, c->insn->arg[2], &constant);
        emit_mov_imm(&l->e, RAX, constant);
        emit_op(&l->e, X64_MOV_STORE, 64, RAX, cell_at(CELL_OPERAND_A));
    }
    emit_mov_function(&l->e, (const void *)(uintptr_t)helper->function, helper->name);
    emit_call_to(&l->e, &l->runtime[CALL_LOOK]);
    load_cell_of(l, c->reg[3], CELL_OPERAND_A);
    emit_jmp(&l->e, &c->back);
}

/* What stands between comparison and branch only moves. */
void lower_mend(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    bool is_float = type_is_float(insn->type);
    uint64_t constant;
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    if (helper->changes)
        regalloc_abandon_slot(&l->ra, helper->changes - 1u);
    struct comparison c = comparison_of(l, insn->arg[0]);
    emit_comparison(l, &c);
    regalloc_unpin(&l->ra);
    unsigned third = constant_of(l, insn->arg[2], &constant) ? NO_REG : regalloc_use(&l->ra, insn->arg[2]);
    unsigned from = is_float ? regalloc_use(&l->ra, insn->arg[1]) : use_clean(l, insn->arg[1]);
    unsigned to = regalloc_define_over(&l->ra, v, insn->arg[1]);
    struct cold *cold = new_cold(l, cold_mend);
    cold->reg[0] = (uint8_t)third;
    cold->reg[3] = (uint8_t)to;
    if (is_float)
        emit_float_move(l, to - FLOAT_REGS, from - FLOAT_REGS);
    else if (to != from)
        emit_op(&l->e, X64_MOV_STORE, 64, from, in_reg(to));
    emit_jcc(&l->e, c.condition, &cold->entry);
    emit_bind(&l->e, &cold->back);
}
