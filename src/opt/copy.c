/* Copies and conversions of conversions. */
#include "ir/float.h"
#include "opt/walk.h"

/* The operation that made the operand, if it is `op`; else NULL. */
static const struct ir_insn *made_by(const struct walk *w, const struct ir_insn *insn, enum ir_op op)
{
    const struct ir_insn *operand = &w->u->insn[insn->arg[0]];
    return operand->op == op ? operand : NULL;
}

static void convert_instead(const struct walk *w, struct ir_insn *insn, enum ir_op op, ir_ref from)
{
    insn->op = (uint8_t)op;
    use_instead(w, insn, 0, from);
}

static ir_ref narrowed(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *operand;
    if ((operand = made_by(w, insn, IR_narrow))) {
        use_instead(w, insn, 0, operand->arg[0]);
    } else if ((operand = made_by(w, insn, IR_zext)) || (operand = made_by(w, insn, IR_sext))) {
        ir_ref origin = operand->arg[0];
        enum ir_type from = ir_result_type(&w->u->insn[origin]);
        if (from == insn->type)
            return origin;
        if (from > insn->type) /* ORDER TYPE */
            convert_instead(w, insn, IR_narrow, origin);
        else if (w->standing[insn->arg[0]].uses == 1) /* what is extended for others, too, costs nothing to narrow */
            convert_instead(w, insn, (enum ir_op)operand->op, origin);
    }
    return NO_REF;
}

/* A zero-extended number is not negative, so sign extension does the same to it as zero extension. */
static ir_ref extended(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *operand;
    if ((operand = made_by(w, insn, IR_zext)) || (operand = made_by(w, insn, (enum ir_op)insn->op)))
        convert_instead(w, insn, (enum ir_op)operand->op, operand->arg[0]);
    return NO_REF;
}

static ir_ref undone(const struct walk *w, const struct ir_insn *insn, enum ir_op opposite)
{
    const struct ir_insn *operand = made_by(w, insn, opposite);
    return operand ? operand->arg[0] : NO_REF;
}

/* Only the sign differs from the operand's, so what was done to that sign before does not count. */
static ir_ref sign_replaced(const struct walk *w, struct ir_insn *insn)
{
    const struct ir_insn *operand = &w->u->insn[insn->arg[0]];
    if (operand->op == IR_f_neg || operand->op == IR_f_abs || operand->op == IR_f_copysign)
        use_instead(w, insn, 0, operand->arg[0]);
    return NO_REF;
}

static ir_ref copysigned(const struct walk *w, struct ir_insn *insn)
{
    if (insn->arg[0] == insn->arg[1])
        return insn->arg[0];
    const struct ir_insn *sign = &w->u->insn[insn->arg[1]];
    if (sign->op == IR_f_neg && sign->arg[0] == insn->arg[0]) {
        convert_instead(w, insn, IR_f_neg, insn->arg[0]);
        use_instead(w, insn, 1, NO_REF);
        return NO_REF;
    }
    return sign_replaced(w, insn);
}

/* Arithmetic, whose NaNs are quiet. */
static bool gives_quiet(const struct ir_insn *insn)
{
    switch ((enum ir_form)ir_info(insn)->form) {
    case FORM_F_UNARY:
    case FORM_F_BINARY:
    case FORM_F_TERNARY:
    case FORM_F_PICK:
    case FORM_F_CONVERT: return true;
    default: return false;
    }
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

/* A float made wider, then as narrow as it was: the same. A signalling NaN would be so no longer; which one is left does not count, but what
 * it raises does, so that has to be ruled out, or not to count (ir.h, mend). */
static ir_ref narrow_again(const struct walk *w, const struct ir_insn *insn)
{
    const struct ir_insn *wider = &w->u->insn[insn->arg[0]];
    bool mended = wider->op == IR_mend;
    if (mended)
        wider = &w->u->insn[wider->arg[1]];
    if (wider->op != IR_f_from_f)
        return NO_REF;
    const struct ir_insn *origin = &w->u->insn[wider->arg[0]];
    bool is_narrow = insn->type == IR_F32 && wider->type == IR_F64 && ir_result_type(origin) == IR_F32;
    return is_narrow && (mended || gives_quiet(origin)) ? wider->arg[0] : NO_REF;
}

ir_ref copy_insn(const struct walk *w, struct ir_insn *insn)
{
    switch (insn->op) {
    case IR_pick: return insn->arg[1] == insn->arg[2] ? insn->arg[1] : NO_REF;
    case IR_narrow: return narrowed(w, insn);
    case IR_zext:
    case IR_sext: return extended(w, insn);
    case IR_f_bits: return undone(w, insn, IR_bits_f);
    case IR_bits_f: return undone(w, insn, IR_f_bits);
    case IR_f_unbox: return undone(w, insn, IR_f_box);
    case IR_neg:
    case IR_not:
    case IR_bswap:
    case IR_f_neg: return undone(w, insn, (enum ir_op)insn->op);
    case IR_f_from_f: return narrow_again(w, insn);
    case IR_f_abs: return sign_replaced(w, insn);
    case IR_f_copysign: return copysigned(w, insn);
    case IR_f_canon: return is_canonical(&w->u->insn[insn->arg[0]]) ? insn->arg[0] : NO_REF;
    default: return NO_REF;
    }
}
