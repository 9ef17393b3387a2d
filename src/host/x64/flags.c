/* The sticky floating-point flags, which live in MXCSR: read and written in place. */
#include "host/x64/lower.h"
#include "ir/float.h"

/* MXCSR's status bits (Intel SDM, volume 1, 10.2.3). Bit 1, an operand that is not normal, is no flag of IR's. */
enum { STATUS = 0x3f, STATUS_DENORMAL = 0x02 };

static struct operand flag_table(struct lowering *l, int32_t at)
{
    return (struct operand){ .is_memory = true, .base = RIP_LANDMARK, .index = NO_INDEX, .disp = at,
                             .landmark = &l->runtime[FLAG_TABLES] };
}

static struct operand mxcsr_cell(int32_t word)
{
    struct operand cell = cell_at(CELL_MXCSR);
    cell.disp += 4 * word;
    return cell;
}

static struct operand indexed(unsigned base, unsigned index)
{
    return (struct operand){ .is_memory = true, .base = (uint8_t)base, .index = (uint8_t)index };
}

void lower_get_flags(struct lowering *l, ir_ref v)
{
    unsigned status = regalloc_scratch(&l->ra, false), table = regalloc_scratch(&l->ra, false);
    emit_op(&l->e, X64_STMXCSR, 32, 0, mxcsr_cell(0));
    emit_op(&l->e, X64_MOV_LOAD, 32, status, mxcsr_cell(0));
    emit_imm(&l->e, X64_AND_IMM, 32, in_reg(status), STATUS);
    emit_op(&l->e, X64_LEA, 64, table, flag_table(l, 0));
    unsigned d = regalloc_define(&l->ra, v, NO_REG);
    emit_op(&l->e, X64_MOVZX8, 32, d, indexed(table, status));
    l->ra.value[v].clean = true;
}

/* Mostly the flags are as wanted already, which is much cheaper to see than to do. */
void lower_set_flags(struct lowering *l, ir_ref v)
{
    unsigned flags = regalloc_use(&l->ra, insn_of(l, v)->arg[0]);
    unsigned table = regalloc_scratch(&l->ra, false), wanted = regalloc_scratch(&l->ra, false);
    emit_op(&l->e, X64_MOV_STORE, 32, flags, in_reg(wanted));
    emit_imm(&l->e, X64_AND_IMM, 32, in_reg(wanted), FLOAT_FLAGS);
    emit_op(&l->e, X64_LEA, 64, table, flag_table(l, STATUS + 1));
    emit_op(&l->e, X64_MOVZX8, 32, wanted, indexed(table, wanted));
    emit_op(&l->e, X64_STMXCSR, 32, 0, mxcsr_cell(0));
    emit_op(&l->e, X64_MOV_LOAD, 32, table, mxcsr_cell(0));
    emit_imm(&l->e, X64_AND_IMM, 32, in_reg(table), (int32_t)~(uint32_t)(STATUS & ~STATUS_DENORMAL));
    emit_op(&l->e, X64_OR, 32, table, in_reg(wanted)); /* wanted = the rest, and these */
    emit_op(&l->e, X64_CMP, 32, wanted, mxcsr_cell(0));
    struct label same = { 0 };
    emit_jcc(&l->e, CC_E, &same);
    emit_op(&l->e, X64_MOV_STORE, 32, wanted, mxcsr_cell(1));
    emit_op(&l->e, X64_LDMXCSR, 32, 0, mxcsr_cell(1));
    emit_bind(&l->e, &same);
}

/* Both directions as tables of bytes: from the status bits, then from FLOAT_ bits. */
uint8_t x64_flag_table_entry(unsigned at)
{
    static const struct { uint8_t status, flag; } pairs[] = {
        { 0x01, FLOAT_INVALID }, { 0x04, FLOAT_DIVIDE_BY_ZERO }, { 0x08, FLOAT_OVERFLOW }, { 0x10, FLOAT_UNDERFLOW }, { 0x20, FLOAT_INEXACT },
    };
    uint8_t entry = 0;
    for (unsigned i = 0; i < COUNT_OF(pairs); i++) {
        bool to_flags = at <= STATUS;
        if (to_flags ? at & pairs[i].status : (at - STATUS - 1) & pairs[i].flag)
            entry |= to_flags ? pairs[i].flag : pairs[i].status;
    }
    return entry;
}
