/* Copies and conversions of conversions. */
#include "ir/float.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

/* The operation that made the operand, if it is `op`; else NULL. */
static const struct ir_insn *made_by(const struct ir_unit *u, const struct ir_insn *insn, enum ir_op op)
{
    const struct ir_insn *operand = &u->insn[insn->arg[0]];
    return operand->op == op ? operand : NULL;
}

static void convert_instead(struct ir_insn *insn, enum ir_op op, ir_ref from)
{
    insn->op = (uint8_t)op;
    insn->arg[0] = from;
}

/* Each of these looks at one operation. It may change it in place; it returns the value that the operation copies, or NO_REF. */

static ir_ref narrowed(const struct ir_unit *u, struct ir_insn *insn)
{
    const struct ir_insn *operand;
    if ((operand = made_by(u, insn, IR_narrow))) {
        insn->arg[0] = operand->arg[0];
    } else if ((operand = made_by(u, insn, IR_zext)) || (operand = made_by(u, insn, IR_sext))) {
        ir_ref origin = operand->arg[0];
        enum ir_type from = ir_result_type(&u->insn[origin]);
        if (from == insn->type)
            return origin;
        convert_instead(insn, from > insn->type ? IR_narrow : (enum ir_op)operand->op, origin); /* ORDER TYPE */
    }
    return NO_REF;
}

/* A zero-extended number is not negative, so sign extension does the same to it as zero extension. */
static ir_ref extended(const struct ir_unit *u, struct ir_insn *insn)
{
    const struct ir_insn *operand;
    if ((operand = made_by(u, insn, IR_zext)) || (operand = made_by(u, insn, (enum ir_op)insn->op)))
        convert_instead(insn, (enum ir_op)operand->op, operand->arg[0]);
    return NO_REF;
}

static ir_ref undone(const struct ir_unit *u, const struct ir_insn *insn, enum ir_op opposite)
{
    const struct ir_insn *operand = made_by(u, insn, opposite);
    return operand ? operand->arg[0] : NO_REF;
}

/* Only the sign differs from the operand's, so what was done to that sign before does not count. */
static ir_ref sign_replaced(const struct ir_unit *u, struct ir_insn *insn)
{
    const struct ir_insn *operand = &u->insn[insn->arg[0]];
    if (operand->op == IR_f_neg || operand->op == IR_f_abs || operand->op == IR_f_copysign)
        insn->arg[0] = operand->arg[0];
    return NO_REF;
}

static ir_ref copysigned(const struct ir_unit *u, struct ir_insn *insn)
{
    if (insn->arg[0] == insn->arg[1])
        return insn->arg[0];
    const struct ir_insn *sign = &u->insn[insn->arg[1]];
    if (sign->op == IR_f_neg && sign->arg[0] == insn->arg[0]) {
        convert_instead(insn, IR_f_neg, insn->arg[0]);
        insn->arg[1] = NO_REF;
        return NO_REF;
    }
    return sign_replaced(u, insn);
}

/* Results that are never a NaN other than the canonical one. */
static bool is_canonical(const struct ir_insn *insn)
{
    switch (insn->op) {
    case IR_f_canon:
    case IR_f_min:
    case IR_f_max:
    case IR_f_from_s:
    case IR_f_from_u: return true;
    case IR_const: return !float_is_nan(type_bits(insn->type), insn->imm);
    default: return false;
    }
}

static ir_ref copied_by(const struct ir_unit *u, struct ir_insn *insn)
{
    switch (insn->op) {
    case IR_pick: return insn->arg[1] == insn->arg[2] ? insn->arg[1] : NO_REF;
    case IR_narrow: return narrowed(u, insn);
    case IR_zext:
    case IR_sext: return extended(u, insn);
    case IR_f_bits: return undone(u, insn, IR_bits_f);
    case IR_bits_f: return undone(u, insn, IR_f_bits);
    case IR_f_unbox: return undone(u, insn, IR_f_box);
    case IR_neg:
    case IR_not:
    case IR_bswap:
    case IR_f_neg: return undone(u, insn, (enum ir_op)insn->op);
    case IR_f_abs: return sign_replaced(u, insn);
    case IR_f_copysign: return copysigned(u, insn);
    case IR_f_canon: return is_canonical(&u->insn[insn->arg[0]]) ? insn->arg[0] : NO_REF;
    default: return NO_REF;
    }
}

void opt_copy(struct ir_unit *u)
{
    struct rewrite r = rewrite_begin(u);
    for (ir_ref i = 1; i < u->insn_count; i++) {
        rewrite_operands(&r, i);
        ir_ref copied = copied_by(u, &u->insn[i]);
        if (copied)
            rewrite_replace(&r, i, copied);
    }
}
