/* Dead state writes: a set goes away if the slot is set again, or does not count any more, before anything that may fault, a call that reads or may fault,
 * a get of it, or a way out of the unit. Backwards; nothing is known of what comes after a way back. */
#include "ir/flow.h"
#include "opt/walk.h"

static bool holds(const struct slot_set *set, uint64_t slot) { return set->word[slot / 64] >> slot % 64 & 1; }
static void add(struct slot_set *set, uint64_t slot) { set->word[slot / 64] |= UINT64_C(1) << slot % 64; }
static void remove_slot(struct slot_set *set, uint64_t slot) { set->word[slot / 64] &= ~(UINT64_C(1) << slot % 64); }

void overwriting_begin(struct overwriting *o, struct ir_unit *u)
{
    *o = (struct overwriting){ .u = u, .at_head = arena_alloc(u->arena, u->block_count * sizeof *o->at_head) };
}

void overwriting_enter(struct overwriting *o, uint32_t block)
{
    const struct ir_insn *end = ir_block_end(o->u, &o->u->block[block]);
    o->here = (struct slot_set){ 0 };
    for (unsigned i = 0; i < ir_edge_count(end); i++) {
        const struct ir_edge *edge = &o->u->edge[end->imm + i];
        if (edge->leaves || edge->block <= block) {
            o->here = (struct slot_set){ 0 };
            return;
        }
        const struct slot_set *one = &o->at_head[edge->block];
        for (unsigned word = 0; word < SLOT_WORDS; word++)
            o->here.word[word] = i ? o->here.word[word] & one->word[word] : one->word[word];
    }
}

/* Of slots from `lowest` on, as many as the helper says. */
static void remove_range(struct slot_set *set, unsigned lowest, unsigned highest)
{
    for (unsigned word = 0; word < COUNT_OF(set->word); word++) {
        unsigned first = 64 * word, last = first + 63;
        if (highest < first || lowest > last)
            continue;
        unsigned from = lowest > first ? lowest - first : 0, to = highest < last ? highest - first : 63;
        set->word[word] &= ~(UINT64_MAX << from & UINT64_MAX >> (63 - to));
    }
}

static const struct ir_helper *helper_of(const struct ir_insn *insn)
{
    return insn->op == IR_call || insn->op == IR_mend ? (const struct ir_helper *)(uintptr_t)insn->imm : NULL;
}

static void note_helper(struct overwriting *o, const struct ir_insn *insn, const struct ir_helper *helper)
{
    if (helper->traits & FAULT || (helper->traits & READS && !helper->highest))
        o->here = (struct slot_set){ 0 };
    else if (helper->traits & READS)
        remove_range(&o->here, helper->lowest, helper->highest);
    if (insn->op == IR_mend && helper->changes)
        remove_slot(&o->here, helper->changes - 1u);
}

bool set_is_dead(const struct overwriting *o, const struct ir_insn *insn)
{
    return insn->op == IR_set && holds(&o->here, insn->imm);
}

static void note_set(struct overwriting *o, const struct ir_insn *insn)
{
    add(&o->here, insn->imm);
    for (uint32_t idle = ir_idle_after(o->u, insn); idle; idle &= idle - 1)
        add(&o->here, o->u->layout->first_fleeting + (unsigned)__builtin_ctz(idle));
}

void overwriting_note(struct overwriting *o, const struct ir_insn *insn)
{
    if (insn->op == IR_get)
        remove_slot(&o->here, insn->imm);
    else if (insn->op == IR_set)
        note_set(o, insn);
    else if (helper_of(insn))
        note_helper(o, insn, helper_of(insn));
    else if (ir_traits(insn) & (FAULT | READS))
        o->here = (struct slot_set){ 0 };
}

void overwriting_leave(struct overwriting *o, uint32_t block)
{
    o->at_head[block] = o->here;
}
