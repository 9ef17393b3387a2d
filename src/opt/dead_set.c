/* Dead state writes: a set goes away if the slot is set again before anything that may fault, a call that reads or may fault,
 * a get of it, or a way out of the unit. Backwards; ways to earlier blocks (loops) count as ways out, since that is where the
 * host polls for attention. */
#include "ir/flow.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

struct slot_set { uint64_t word[2]; }; /* slots that are overwritten before anyone can look */
_Static_assert(MAX_SLOTS <= 128, "slot_set is too small");

static bool holds(const struct slot_set *set, uint64_t slot) { return set->word[slot / 64] >> slot % 64 & 1; }
static void add(struct slot_set *set, uint64_t slot) { set->word[slot / 64] |= UINT64_C(1) << slot % 64; }
static void remove_slot(struct slot_set *set, uint64_t slot) { set->word[slot / 64] &= ~(UINT64_C(1) << slot % 64); }

static struct slot_set overwritten_after(const struct ir_unit *u, uint32_t block, const struct slot_set *at_head)
{
    const struct ir_insn *end = ir_block_end(u, &u->block[block]);
    struct slot_set all = { 0 };
    for (unsigned i = 0; i < ir_edge_count(end); i++) {
        const struct ir_edge *edge = &u->edge[end->imm + i];
        if (edge->leaves || edge->block <= block)
            return (struct slot_set){ 0 };
        const struct slot_set *one = &at_head[edge->block];
        all.word[0] = i ? all.word[0] & one->word[0] : one->word[0];
        all.word[1] = i ? all.word[1] & one->word[1] : one->word[1];
    }
    return all;
}

void opt_dead_set(struct ir_unit *u)
{
    struct slot_set *at_head = arena_alloc(u->arena, u->block_count * sizeof *at_head);
    for (uint32_t b = u->block_count; b-- > 0;) {
        struct slot_set overwritten = overwritten_after(u, b, at_head);
        for (ir_ref i = u->block[b].last; i-- > u->block[b].first;) {
            struct ir_insn *insn = &u->insn[i];
            if (insn->op == IR_get)
                remove_slot(&overwritten, insn->imm);
            else if (insn->op != IR_set) {
                if (ir_traits(insn) & (FAULT | READS))
                    overwritten = (struct slot_set){ 0 };
            } else if (holds(&overwritten, insn->imm))
                make_nop(insn);
            else
                add(&overwritten, insn->imm);
        }
        at_head[b] = overwritten;
    }
}
