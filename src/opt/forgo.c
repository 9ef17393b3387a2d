/* State writes that only a fault would show: a slot is set and then set again, and between nobody can look but who catches a fault. Where the value can be told then,
 * from what other slots hold or in a few operations from such, it is not written; a recipe for it is laid down instead, as debuggers have them for variables
 * that were optimised away. Within a block, forwards, since what a slot holds depends on which writes before were forgone. */
#include "opt/opt.h"
#include "opt/walk.h"

#include <string.h>

enum { FEW_OPERATIONS = 4, MOST_WORDS = 24, MOST_IN_UNIT = UINT16_MAX };

struct forgoing {
    struct ir_unit *u;
    ir_ref *next;            /* by set: where the slot is set again, with nothing but faults to show what it holds until there; NO_REF: nowhere */
    bool *unseen;            /* by set: not even a fault shows it */
    uint16_t *holder;        /* by value: a slot that was set to it, or where it was got from */
    ir_ref *held_since;      /* by value; NO_REF: no slot holds it */
    ir_ref written[MAX_SLOTS]; /* newest write that is not forgone, in this block */
    const struct ir_block *block;
    ir_ref at, until;        /* the write in question, and the next one */
    union forgone recipe[MOST_WORDS];
    unsigned words, steps;
};

/* ---- what is overwritten ------------------------------------------------------------------------------------------------------------- */

static bool looks_at_state(const struct ir_insn *insn) { return insn->op == IR_call || insn->op == IR_mend; }

/* Faults are told by guest instruction: one that may fault after it set a slot has to have done so. */
static void find_next(struct forgoing *f)
{
    ir_ref next[MAX_SLOTS] = { 0 };
    ir_ref fault = NO_REF;  /* the first that may, from here on */
    bool may_fault = false; /* later in the same guest instruction */
    for (ir_ref i = f->block->last; i-- > f->block->first;) {
        const struct ir_insn *insn = &f->u->insn[i];
        if (insn->op == IR_set) {
            f->next[i] = may_fault ? NO_REF : next[insn->imm];
            f->unseen[i] = next[insn->imm] && (!fault || fault > next[insn->imm]);
            next[insn->imm] = may_fault ? NO_REF : i;
        } else if (insn->op == IR_get) {
            next[insn->imm] = NO_REF;
        } else if (looks_at_state(insn)) {
            memset(next, 0, sizeof next);
        } else if (ir_traits(insn) & FAULT) {
            fault = i;
            may_fault = !ir_is_mark(insn);
        } else if (ir_is_mark(insn)) {
            may_fault = false;
        }
    }
}

/* ---- recipes ---------------------------------------------------------------------------------------------------------------------------- */

static bool is_set_between(const struct forgoing *f, unsigned slot, ir_ref after, ir_ref before)
{
    for (ir_ref i = after + 1; i < before; i++)
        if (f->u->insn[i].op == IR_set && f->u->insn[i].imm == slot)
            return true;
    return false;
}

/* Whether the slot has the value from the write in question to the next one. */
static bool is_held(const struct forgoing *f, ir_ref v)
{
    ir_ref since = f->held_since[v];
    unsigned slot = f->holder[v];
    return since >= f->block->first && f->written[slot] <= since && !is_set_between(f, slot, f->at, f->until);
}

static bool add_step(struct forgoing *f, enum ir_op op, const struct ir_insn *like, unsigned from, unsigned a, unsigned b)
{
    if (f->words >= MOST_WORDS - 1) /* a constant takes two */
        return false;
    f->recipe[f->words++].step = (struct forgone_step){ (uint8_t)op, like->type, (uint8_t)from, like->aux, (uint16_t)a, (uint16_t)b };
    f->steps++;
    return true;
}

/* Appends how the value is found out; its step is the newest then. */
static bool describe(struct forgoing *f, ir_ref v, unsigned operations)
{
    const struct ir_insn *insn = &f->u->insn[v];
    unsigned operand[2] = { 0 };
    if (insn->op == IR_const) {
        if (!add_step(f, IR_const, insn, 0, 0, 0))
            return false;
        f->recipe[f->words++].constant = insn->imm;
        return true;
    }
    if (is_held(f, v))
        return add_step(f, IR_get, insn, 0, f->holder[v], 0);
    if (!operations || !is_computable(insn))
        return false;
    for (unsigned k = 0; k < ir_info(insn)->arguments; k++) {
        if (!describe(f, insn->arg[k], operations - 1))
            return false;
        operand[k] = f->steps - 1;
    }
    return add_step(f, (enum ir_op)insn->op, insn, ir_result_type(&f->u->insn[insn->arg[0]]), operand[0], operand[1]);
}

/* ---- the pass --------------------------------------------------------------------------------------------------------------------------- */

static bool lay_down(struct forgoing *f, unsigned slot)
{
    struct ir_unit *u = f->u;
    size_t count = u->forgone_count + f->words;
    if (count > MOST_IN_UNIT)
        return false;
    while (u->forgone_capacity < count)
        u->forgone = arena_grow(u->arena, u->forgone, sizeof *u->forgone, u->forgone_capacity, &u->forgone_capacity);
    f->recipe[0].set = (struct forgone_set){ (uint16_t)f->at, (uint16_t)f->until, (uint16_t)slot, (uint16_t)f->words };
    memcpy(u->forgone + u->forgone_count, f->recipe, f->words * sizeof *f->recipe);
    u->forgone_count = (uint32_t)count;
    return true;
}

static bool can_forgo(struct forgoing *f, ir_ref at)
{
    const struct ir_insn *set = &f->u->insn[at];
    f->at = at;
    f->until = f->next[at];
    f->words = 1;
    f->steps = 0;
    if (f->unseen[at])
        return true;
    bool is_suitable = !ir_fleeting(f->u->layout, set->imm) && set->type != IR_V128;
    return f->until && is_suitable && describe(f, set->arg[0], FEW_OPERATIONS) && lay_down(f, (unsigned)set->imm);
}

static void note_held(struct forgoing *f, ir_ref v, uint64_t slot, ir_ref since)
{
    f->holder[v] = (uint16_t)slot;
    f->held_since[v] = since;
}

static void note_changes(struct forgoing *f, ir_ref at)
{
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++)
        f->written[slot] = at;
}

static void forgo_in_block(struct forgoing *f)
{
    note_changes(f, NO_REF);
    for (ir_ref i = f->block->first; i < f->block->last; i++) {
        struct ir_insn *insn = &f->u->insn[i];
        if (insn->op == IR_get) {
            note_held(f, i, insn->imm, i);
        } else if (insn->op == IR_set && can_forgo(f, i)) {
            make_nop(insn);
        } else if (insn->op == IR_set) {
            f->written[insn->imm] = i;
            note_held(f, insn->arg[0], insn->imm, i);
        } else if (looks_at_state(insn) && ir_traits(insn) & WRITES) {
            note_changes(f, i);
        }
    }
}

void opt_forgo(struct ir_unit *u)
{
    struct forgoing *f = arena_alloc(u->arena, sizeof *f);
    f->u = u;
    f->next = arena_alloc(u->arena, u->insn_count * sizeof *f->next);
    f->unseen = arena_alloc(u->arena, u->insn_count * sizeof *f->unseen);
    f->holder = arena_alloc(u->arena, u->insn_count * sizeof *f->holder);
    f->held_since = arena_alloc(u->arena, u->insn_count * sizeof *f->held_since);
    memset(f->held_since, 0, u->insn_count * sizeof *f->held_since);
    for (uint32_t b = 0; b < u->block_count && u->insn_count <= UINT16_MAX; b++) {
        f->block = &u->block[b];
        find_next(f);
        forgo_in_block(f);
    }
}

/* ---- afterwards ------------------------------------------------------------------------------------------------------------------------- */

static uint64_t follow(const union forgone *recipe, const struct context *c)
{
    uint64_t value[MOST_WORDS];
    unsigned steps = 0;
    for (unsigned word = 1; word < recipe->set.words; word++) {
        const struct forgone_step *s = &recipe[word].step;
        uint64_t result;
        if (s->op == IR_const)
            result = recipe[++word].constant;
        else if (s->op == IR_get)
            result = c->slot[s->a];
        else
            result = ir_eval_op(s->op, s->type, s->from, s->aux, value[s->a], value[s->b], 0);
        value[steps++] = result;
    }
    return value[steps - 1];
}

/* Recipes speak of what was written: so all are followed before anything is set. */
void opt_make_up(const union forgone *forgone, uint32_t count, ir_ref mark, struct context *c)
{
    uint64_t value[MAX_SLOTS];
    bool is_wrong[MAX_SLOTS] = { false };
    for (const union forgone *f = forgone; f < forgone + count; f += f->set.words) {
        if (f->set.at > mark || f->set.until < mark)
            continue;
        is_wrong[f->set.slot] = true;
        value[f->set.slot] = follow(f, c);
    }
    for (unsigned slot = 0; slot < MAX_SLOTS; slot++)
        if (is_wrong[slot])
            c->slot[slot] = value[slot];
}
