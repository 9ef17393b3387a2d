/* What fleeting slots hold need not be written where an access may fault, if whoever catches the fault can find it out: it is a constant, or some other slot,
 * which then is as it was before the instruction, holds the same value, or it is a few operations away from such. Both sides ask here: translation, what it
 * may leave out, and the one who catches a fault, what that was, having lifted the same instructions again. */
#include "opt/opt.h"
#include "opt/walk.h"

enum { FEW_OPERATIONS = 3 };

void recovering_begin(struct recovering *r, struct ir_unit *u, const struct forwarding *forwarding, struct context *context)
{
    *r = (struct recovering){ .u = u, .forwarding = forwarding, .context = context };
    r->holder = arena_alloc(u->arena, u->insn_count * sizeof *r->holder);
}

static bool is_computable(const struct ir_insn *insn)
{
    unsigned form = ir_info(insn)->form;
    return form == FORM_UNARY || form == FORM_BINARY || form == FORM_COMPARE || form == FORM_CONVERT;
}

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

enum { OF_CONST = IR_OP_COUNT, OF_SLOT };

/* Whether the value can be found out here. `value` becomes it if there is a context, else a number that stands for how it is found. */
static bool find(const struct recovering *r, ir_ref v, unsigned operations, const struct context *c, uint64_t *value)
{
    const struct ir_insn *insn = &r->u->insn[v];
    uint64_t operand[2] = { 0 };
    unsigned slot = r->holder[v];
    if (insn->op == IR_const) {
        *value = c ? insn->imm : mix(OF_CONST, insn->imm);
        return true;
    }
    if (r->forwarding->known->slot[slot] == v && !ir_fleeting(r->u->layout, slot)) {
        *value = c ? c->slot[slot] : mix(OF_SLOT, slot);
        return true;
    }
    if (!operations || !is_computable(insn))
        return false;
    for (unsigned k = 0; k < ir_info(insn)->arguments; k++)
        if (!find(r, insn->arg[k], operations - 1, c, &operand[k]))
            return false;
    enum ir_type from = ir_result_type(&r->u->insn[insn->arg[0]]);
    *value = c ? ir_eval_op(insn->op, insn->type, from, insn->aux, operand[0], operand[1], 0)
               : mix(mix(mix(insn->op, (uint64_t)insn->type << 8 | from), operand[0]), operand[1]);
    return true;
}

static uint32_t find_slots(const struct recovering *r, const struct context *c, uint64_t *values)
{
    uint32_t found = 0;
    for (unsigned k = 0; k < r->u->layout->fleeting_count; k++) {
        ir_ref v = r->forwarding->known->slot[r->u->layout->first_fleeting + k];
        if (v && find(r, v, FEW_OPERATIONS, c, &values[k]))
            found |= UINT32_C(1) << k;
    }
    return found;
}

static void keep_only(const struct recovering *r, ir_ref mark, uint32_t slots)
{
    r->u->recoverable[mark] &= slots;
    for (ir_ref i = mark + 1; i < r->u->insn_count && !ir_is_mark(&r->u->insn[i]); i++)
        r->u->recoverable[i] &= slots;
}

static void note_holder(struct recovering *r, ir_ref at, const struct ir_insn *was)
{
    const struct layout *layout = r->u->layout;
    ir_ref value = was->op == IR_get || was->op == IR_set ? r->forwarding->known->slot[was->imm] : NO_REF;
    r->holder[at] = layout->first_fleeting; /* none */
    if (value && !ir_fleeting(layout, was->imm))
        r->holder[value] = (uint16_t)was->imm;
}

static void note_mark(struct recovering *r, ir_ref at, const struct ir_insn *was)
{
    struct marked *m = arena_alloc(r->u->arena, sizeof *m);
    m->previous = r->newest;
    m->at = at;
    r->newest = m;
    r->here = find_slots(r, NULL, m->source);
    if (r->context && was->imm == r->context->pc) {
        r->failed = at;
        (void)find_slots(r, r->context, r->found);
    }
}

void recovering_note(struct recovering *r, ir_ref at, const struct ir_insn *was)
{
    unsigned traits = ir_traits(was);
    bool changes = was->op == IR_set || ((was->op == IR_call || was->op == IR_mend) && traits & WRITES);
    note_holder(r, at, was);
    if (ir_is_mark(was)) {
        note_mark(r, at, was);
        r->has_changed = false;
    } else if (traits & FAULT && r->newest && (r->has_changed || changes)) { /* what held at the mark may not hold any more */
        keep_only(r, r->newest->at, 0);
        r->here = 0;
    }
    r->has_changed |= changes;
    r->u->recoverable[at] = r->here;
}

static uint32_t agreeing(const struct recovering *r, const struct marked *a, const struct marked *b)
{
    uint32_t both = r->u->recoverable[a->at] & r->u->recoverable[b->at];
    for (uint32_t rest = both; rest; rest &= rest - 1)
        if (a->source[__builtin_ctz(rest)] != b->source[__builtin_ctz(rest)])
            both &= ~(rest & -rest);
    return both;
}

/* Of an instruction that is there twice, in blocks that overlap, nobody knows which one failed. */
static void reconcile_doubles(const struct recovering *r)
{
    for (const struct marked *a = r->newest; a; a = a->previous)
        for (const struct marked *b = a->previous; b; b = b->previous)
            if (r->u->insn[a->at].imm == r->u->insn[b->at].imm) {
                uint32_t slots = agreeing(r, a, b);
                keep_only(r, a->at, slots);
                keep_only(r, b->at, slots);
            }
}

/* A poll may stand at any mark of its block: best where most is found out. */
static void move_poll(const struct ir_unit *u, const struct ir_block *block, ir_ref poll)
{
    ir_ref best = poll;
    for (ir_ref i = poll; i-- > block->first;)
        if (u->insn[i].op == IR_mark && __builtin_popcount(u->recoverable[i]) > __builtin_popcount(u->recoverable[best]))
            best = i;
    u->insn[poll].op = IR_mark;
    u->insn[best].op = IR_poll;
}

static void move_polls(const struct ir_unit *u)
{
    for (uint32_t b = 0; b < u->block_count; b++)
        for (ir_ref i = u->block[b].last; i-- > u->block[b].first;)
            if (u->insn[i].op == IR_poll) {
                move_poll(u, &u->block[b], i);
                break;
            }
}

void recovering_finish(const struct recovering *r)
{
    reconcile_doubles(r);
    if (!r->context)
        move_polls(r->u);
    for (uint32_t found = r->failed ? r->u->recoverable[r->failed] : 0; found; found &= found - 1)
        r->context->slot[r->u->layout->first_fleeting + __builtin_ctz(found)] = r->found[__builtin_ctz(found)];
}
