/* What fleeting slots hold need not be written where an access may fault, if whoever catches the fault can find it out: it is a constant, or some other slot,
 * which then is as it was before the instruction, holds the same value, or it is a few operations away from such. Both sides ask here: translation, what it
 * may leave out, and the one who catches a fault, what that was, having lifted the same instructions again. */
#include "ir/flow.h"
#include "opt/opt.h"
#include "opt/walk.h"

enum { FEW_OPERATIONS = 3 };

void recovering_begin(struct recovering *r, struct ir_unit *u, const struct forwarding *forwarding, const struct failure *failure)
{
    *r = (struct recovering){ .u = u, .forwarding = forwarding, .failure = failure };
    r->holder = arena_alloc(u->arena, u->insn_count * sizeof *r->holder);
    r->same = arena_alloc(u->arena, u->insn_count * sizeof *r->same);
    r->at_head = arena_alloc(u->arena, u->block_count * sizeof *r->at_head);
    r->seen = arena_alloc(u->arena, u->block_count * sizeof *r->seen);
    begin_loops(u, r->at_head, r->seen);
}

void recovering_enter(struct recovering *r, uint32_t block)
{
    r->known = &r->at_head[block];
    if (!r->seen[block])
        *r->known = (struct known){ 0 };
}

void recovering_leave(struct recovering *r, uint32_t block) { tell_blocks(r->u, block, r->known, r->at_head, r->seen); }

static ir_ref oldest(const struct recovering *r, ir_ref v) { return r->same[v] ? r->same[v] : v; }

/* Whether the value can be found out here. If there is a context, it is. */
static bool find(const struct recovering *r, ir_ref v, unsigned operations, const struct context *c, uint64_t *value)
{
    const struct ir_insn *insn = &r->u->insn[v = oldest(r, v)];
    uint64_t operand[2] = { 0 };
    unsigned slot = r->holder[v];
    if (insn->op == IR_const) {
        *value = insn->imm;
        return true;
    }
    if (r->known->slot[slot] == v && !ir_fleeting(r->u->layout, slot)) {
        *value = c ? c->slot[slot] : 0;
        return true;
    }
    if (!operations || !is_computable(insn))
        return false;
    for (unsigned k = 0; k < ir_info(insn)->arguments; k++)
        if (!find(r, insn->arg[k], operations - 1, c, &operand[k]))
            return false;
    if (c)
        *value = ir_eval_op(insn->op, insn->type, ir_result_type(&r->u->insn[insn->arg[0]]), insn->aux, operand[0], operand[1], 0);
    return true;
}

static uint32_t find_slots(const struct recovering *r, const struct context *c, uint64_t *values)
{
    uint32_t found = 0;
    for (unsigned k = 0; k < r->u->layout->fleeting_count; k++) {
        ir_ref v = r->known->slot[r->u->layout->first_fleeting + k];
        if (v && find(r, v, FEW_OPERATIONS, c, &values[k]))
            found |= UINT32_C(1) << k;
    }
    return found;
}

static void forget_since_mark(struct recovering *r, ir_ref at)
{
    r->here = 0;
    for (ir_ref i = r->mark; i < at; i++)
        r->u->recoverable[i] = 0;
}

/* What forwarding knows now, if it has just got to know it. */
static void note_slot(struct recovering *r, ir_ref at, const struct ir_insn *was)
{
    ir_ref *known = &r->known->slot[was->imm], value = r->forwarding->known->slot[was->imm];
    if (was->op == IR_get && *known && value == at)
        r->same[at] = *known; /* it was not in a register any more */
    *known = oldest(r, value);
    if (!ir_fleeting(r->u->layout, was->imm))
        r->holder[*known] = (uint16_t)was->imm;
}

static void forget_unknown(struct recovering *r)
{
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++)
        if (!r->forwarding->known->slot[slot])
            r->known->slot[slot] = NO_REF;
}

static void note_mark(struct recovering *r, ir_ref at)
{
    uint64_t unused[MAX_FLEETING];
    bool failed = r->failure && r->failure->mark == at;
    r->mark = at;
    r->has_changed = false;
    r->here = failed ? find_slots(r, r->failure->context, r->found) : find_slots(r, NULL, unused);
}

void recovering_note(struct recovering *r, ir_ref at, const struct ir_insn *was)
{
    unsigned traits = ir_traits(was);
    bool changes = was->op == IR_set || ((was->op == IR_call || was->op == IR_mend) && traits & WRITES);
    r->holder[at] = r->u->layout->first_fleeting; /* none */
    r->same[at] = NO_REF;
    if (was->op == IR_get || was->op == IR_set)
        note_slot(r, at, was);
    else if (changes)
        forget_unknown(r);
    if (ir_is_mark(was)) {
        note_mark(r, at);
    } else if (traits & FAULT && (r->has_changed || changes)) { /* what held at the mark may not hold any more */
        forget_since_mark(r, at);
    }
    r->has_changed |= changes;
    r->u->recoverable[at] = r->here;
}

/* A poll may stand at any mark of its block: best where fewest of the slots set so far have to be written. `set`: those set before the block. */
static void move_poll(const struct ir_unit *u, const struct ir_block *block, ir_ref poll, uint32_t set)
{
    ir_ref best = NO_REF;
    int fewest = MAX_FLEETING + 1;
    for (ir_ref i = block->first; i <= poll; i++) {
        const struct ir_insn *insn = &u->insn[i];
        int written = __builtin_popcount(set & ~u->recoverable[i]);
        if (ir_is_mark(insn) && written <= fewest) {
            best = i;
            fewest = written;
        }
        if (insn->op == IR_set)
            set |= ir_fleeting(u->layout, insn->imm);
    }
    u->insn[poll].op = IR_mark;
    u->insn[best].op = IR_poll;
}

static ir_ref find_poll(const struct ir_unit *u, const struct ir_block *block)
{
    ir_ref i = block->last;
    while (--i >= block->first)
        if (u->insn[i].op == IR_poll)
            return i;
    return NO_REF;
}

static void move_polls(const struct ir_unit *u)
{
    uint32_t set = ir_has_loops(u) ? ir_all_fleeting(u->layout) : 0; /* around a loop any may be set */
    for (uint32_t b = 0; b < u->block_count; b++) {
        ir_ref poll = find_poll(u, &u->block[b]);
        if (poll)
            move_poll(u, &u->block[b], poll, set);
        for (ir_ref i = u->block[b].first; i < u->block[b].last; i++)
            if (u->insn[i].op == IR_set)
                set |= ir_fleeting(u->layout, u->insn[i].imm);
    }
}

void recovering_finish(const struct recovering *r)
{
    if (!r->failure) {
        move_polls(r->u);
        return;
    }
    for (uint32_t found = r->u->recoverable[r->failure->mark]; found; found &= found - 1)
        r->failure->context->slot[r->u->layout->first_fleeting + __builtin_ctz(found)] = r->found[__builtin_ctz(found)];
}
