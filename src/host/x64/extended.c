/* Floating point of 80 bits (ir/extended.h): the guest's stack is this thread's own x87 stack, also in translated code. */
#include "host/x64/lower.h"
#include "ir/extended.h"

/* SDM volume 2, appendix B.17: FCMOVcc; FUCOMI, FCOMI and those that pop. */
static bool takes_flags(unsigned encoding) { return (encoding >> 8 == 2 || encoding >> 8 == 3) && (encoding & 0xff) < 0xe0; }
static bool gives_flags(unsigned encoding)
{
    return (encoding >> 8 == 3 || encoding >> 8 == 7) && (encoding & 0xff) >= 0xe8 && (encoding & 0xff) < 0xf8;
}

bool compares_extended(const struct lowering *l, const struct ir_insn *insn)
{
    uint64_t encoding;
    if (insn->op != IR_call)
        return false;
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    return helper->extended == EXTENDED_ON_REGISTERS && constant_of(l, insn->arg[0], &encoding) && !(encoding & EXTENDED_16) &&
           gives_flags((unsigned)encoding);
}

/* Flags as SAHF has them are in bits 8 to 15 of rax. */
enum { FLAGS_AT = 8 };

static void on_registers(struct lowering *l, ir_ref v, unsigned encoding)
{
    if (takes_flags(encoding)) {
        regalloc_use_in(&l->ra, insn_of(l, v)->arg[1], RAX, true);
        emit_imm(&l->e, X64_SHL, 32, in_reg(RAX), FLAGS_AT);
        emit_sahf(&l->e);
    }
    bool gives = gives_flags(encoding) && l->ra.value[v].uses;
    if (gives)
        regalloc_vacate(&l->ra, RAX);
    emit_x87(&l->e, encoding);
    if (!gives)
        return;
    emit_order(l);
    regalloc_release(&l->ra);
    regalloc_define_in(&l->ra, v, RAX);
}

static void status(struct lowering *l, ir_ref v)
{
    enum { FNSTSW_AX = 0x7e0 };
    regalloc_vacate(&l->ra, RAX);
    emit_x87(&l->e, FNSTSW_AX);
    emit_op(&l->e, X64_MOVZX16, 32, RAX, in_reg(RAX));
    regalloc_release(&l->ra);
    regalloc_define_in(&l->ra, v, RAX);
}

static void mmx(struct lowering *l, ir_ref v, bool writes, unsigned number)
{
    if (writes) {
        emit_mmx_move(&l->e, true, number, regalloc_use(&l->ra, insn_of(l, v)->arg[1]));
        return;
    }
    regalloc_release(&l->ra);
    emit_mmx_move(&l->e, false, number, regalloc_define(&l->ra, v, NO_REG));
}

bool is_extended_access(const struct lowering *l, const struct ir_insn *call)
{
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)call->imm;
    uint64_t encoding;
    return helper->extended == EXTENDED_ON_MEMORY && constant_of(l, call->arg[0], &encoding) && !(encoding & EXTENDED_16) &&
           !extended_tells_pointers((unsigned)encoding);
}

/* ORDER X87. Its result, which nobody needs, is 0. */
static void on_memory(struct lowering *l, ir_ref v, unsigned encoding)
{
    enum x64_op op = (enum x64_op)(X64_X87_D8_0 + (encoding >> 8) * 8 + (encoding >> 3 & 7));
    emit_op(&l->e, op, 32, 0, memory_operand(l, insn_of(l, v)->arg[1]));
    regalloc_release(&l->ra);
    if (regalloc_live_after(&l->ra, v))
        emit_mov_imm(&l->e, regalloc_define(&l->ra, v, NO_REG), 0);
}

bool lower_extended(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    const struct ir_helper *helper = (const struct ir_helper *)(uintptr_t)insn->imm;
    uint64_t encoding;
    if (is_extended_access(l, insn)) {
        on_memory(l, v, (unsigned)insn_of(l, insn->arg[0])->imm);
        return true;
    }
    if (!constant_of(l, insn->arg[0], &encoding) || encoding & EXTENDED_16 || helper->extended == EXTENDED_ON_MEMORY)
        return false;
    if (helper->extended == EXTENDED_MMX_READ || (helper->extended == EXTENDED_MMX_WRITE && !regalloc_live_after(&l->ra, v))) {
        mmx(l, v, helper->extended == EXTENDED_MMX_WRITE, (unsigned)encoding);
        return true;
    }
    bool gives = helper->extended == EXTENDED_STATUS || (helper->extended == EXTENDED_ON_REGISTERS && gives_flags((unsigned)encoding));
    if (!gives && regalloc_live_after(&l->ra, v))
        return false;
    if (helper->extended == EXTENDED_STATUS)
        status(l, v);
    else
        on_registers(l, v, (unsigned)encoding);
    return true;
}
