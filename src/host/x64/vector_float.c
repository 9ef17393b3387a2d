/* Vectors of floats. Where the host has AVX each is one instruction, which rounds, raises flags and chooses NaNs as the operation does; else the meaning is
 * called. */
#include "host/x64/lower.h"

enum { ORDER_LOW = 2 }; /* in tables by ORDER FLOAT: from the forms for whole vectors to those for the lowest lane */

static unsigned float_form(const struct ir_insn *insn) { return (insn->aux & LANES_MASK) == LANES_64; }
static bool is_low(const struct ir_insn *insn) { return insn->aux & LOW_LANE; }

/* ps, pd, ss, sd. */
static const uint16_t arithmetic[IR_OP_COUNT][4] = {
    [IR_v_fadd] = { X64_ADDPS, X64_ADDPD, X64_ADDSS, X64_ADDSD },
    [IR_v_fsub] = { X64_SUBPS, X64_SUBPD, X64_SUBSS, X64_SUBSD },
    [IR_v_fmul] = { X64_MULPS, X64_MULPD, X64_MULSS, X64_MULSD },
    [IR_v_fdiv] = { X64_DIVPS, X64_DIVPD, X64_DIVSS, X64_DIVSD },
    [IR_v_fmin] = { X64_MINPS, X64_MINPD, X64_MINSS, X64_MINSD },
    [IR_v_fmax] = { X64_MAXPS, X64_MAXPD, X64_MAXSS, X64_MAXSD },
    [IR_v_fsqrt] = { X64_SQRTPS, X64_SQRTPD, X64_SQRTSS, X64_SQRTSD },
    [IR_v_frcp] = { X64_RCPPS, 0, X64_RCPSS },
    [IR_v_frsqrt] = { X64_RSQRTPS, 0, X64_RSQRTSS },
    [IR_v_faddsub] = { X64_ADDSUBPS, X64_ADDSUBPD },
    [IR_v_fwiden] = { 0, X64_CVTPS2PD, 0, X64_CVTSS2SD },
    [IR_v_fnarrow] = { X64_CVTPD2PS, 0, X64_CVTSD2SS },
    [IR_v_ffrom] = { X64_CVTDQ2PS, X64_CVTDQ2PD },
    [IR_v_fto] = { X64_CVTPS2DQ, X64_CVTPD2DQ },
    [IR_v_ftrunc] = { X64_CVTTPS2DQ, X64_CVTTPD2DQ },
    [IR_v_fround] = { X64_ROUNDPS, X64_ROUNDPD, X64_ROUNDSS, X64_ROUNDSD },
};

static uint16_t instruction_of(const struct ir_insn *insn) { return arithmetic[insn->op][float_form(insn) + (is_low(insn) ? ORDER_LOW : 0)]; }

/* Of a scalar in memory no more is read than it has. */
static struct operand low_operand(struct lowering *l, ir_ref v)
{
    if (!is_folded(l, v))
        return vector_operand(l, v);
    return memory_operand(l, insn_of(l, insn_of(l, v)->arg[0])->arg[0]);
}

void lower_v_float(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint16_t op = instruction_of(insn);
    if (!op || !l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]);
    struct operand b = low_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3(&l->e, op, 128, define_vector(l, v), a, b);
}

/* Those of one operand, but for lanes that stay. */
void lower_v_float_unary(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint16_t op = instruction_of(insn);
    if (is_low(insn) || !op || !l->e.avx) {
        lower_v_float(l, v);
        return;
    }
    struct operand b = vector_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op(&l->e, op, 128, define_vector(l, v), b);
}

void lower_v_float_compare(struct lowering *l, ir_ref v)
{
    static const uint16_t ops[] = { X64_CMPPS, X64_CMPPD, X64_CMPSS, X64_CMPSD };
    static const uint8_t predicates[IR_OP_COUNT] = { /* SDM volume 2, CMPPD, table 3-1 */
        [IR_v_feq] = 0, [IR_v_flt] = 1, [IR_v_fle] = 2, [IR_v_fun] = 3, [IR_v_fne] = 4, [IR_v_fnlt] = 5, [IR_v_fnle] = 6, [IR_v_ford] = 7,
    };
    const struct ir_insn *insn = insn_of(l, v);
    if (!l->e.avx) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = use_vector(l, insn->arg[0]);
    struct operand b = low_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, ops[float_form(insn) + (is_low(insn) ? ORDER_LOW : 0)], define_vector(l, v), a, b, predicates[insn->op]);
}

void lower_v_fround(struct lowering *l, ir_ref v)
{
    enum { AS_SET = 4, QUIET = 8 };
    static const uint8_t modes[] = { [ROUND_NEAREST] = 0, [ROUND_DOWN] = 1, [ROUND_UP] = 2, [ROUND_ZERO] = 3, [ROUND_DYNAMIC] = AS_SET };
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t how;
    if (!l->e.avx || !constant_of(l, insn->arg[2], &how)) {
        lower_evaluation(l, v);
        return;
    }
    unsigned a = is_low(insn) ? use_vector(l, insn->arg[0]) : 0;
    struct operand b = vector_operand(l, insn->arg[1]);
    regalloc_release(&l->ra);
    emit_op3_imm(l, instruction_of(insn), define_vector(l, v), a, b, modes[how & 7] | (how & FROUND_QUIET ? QUIET : 0u));
}
