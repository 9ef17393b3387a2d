/* The passes as walks, in which each instruction meets the rules one after the other: state first, since what it uncovers feeds the
 * rest. */
#include <string.h>

#include "opt/opt.h"
#include "opt/walk.h"

enum { FORWARD = 1, COPY = 2, FOLD = 4, NUMBER = 8, MEMORY = 16, ALL = 31, RECOVER = 32 };

struct forwards {
    unsigned rules;
    struct walk walk;
    struct forwarding forwarding;
    struct memory_forwarding memory;
    struct numbering numbering;
    struct recovering recovering;
};

static ir_ref compute(struct forwards *f, struct ir_insn *insn, ir_ref at)
{
    ir_ref same = NO_REF;
    if (f->rules & COPY)
        same = copy_insn(&f->walk, insn);
    if (!same && f->rules & FOLD)
        same = fold_insn(&f->walk, insn);
    if (!same && f->rules & NUMBER && insn->op != IR_const)
        same = number_insn(&f->numbering, at);
    return same;
}

/* All rules for the instruction; the value that is to stand for it, or NO_REF. */
static ir_ref apply_rules(struct forwards *f, struct ir_insn *insn, ir_ref at)
{
    walk_operands(&f->walk, insn);
    switch (insn->op) {
    case IR_get:
    case IR_set: return f->rules & FORWARD ? forward_insn(&f->forwarding, at) : NO_REF;
    case IR_call:
    case IR_mend:
    case IR_set_flags:
        if (f->rules & FORWARD && insn->op != IR_set_flags)
            forward_insn(&f->forwarding, at);
        if (f->rules & MEMORY && insn->op == IR_call)
            memory_insn(&f->memory, insn);
        if (f->rules & NUMBER)
            numbering_note(&f->numbering, at);
        return NO_REF;
    case IR_brif:
        if (f->rules & FOLD)
            fold_branch(&f->walk, insn);
        return NO_REF;
    case IR_jump_ind:
    case IR_call_ind:
    case IR_return_to:
        if (f->rules & FOLD)
            fold_target(&f->walk, insn);
        return NO_REF;
    default: break;
    }
    ir_ref same = f->rules & MEMORY && ir_info(insn)->traits & (READS | WRITES) ? memory_insn(&f->memory, insn) : NO_REF;
    if (!same && ir_info(insn)->traits & (PURE | FLAGS))
        same = compute(f, insn, at);
    return same;
}

static bool has_rules(const struct ir_insn *insn) { return insn->op != IR_nop && !ir_is_mark(insn) && insn->op != IR_const; }

static void apply_to(struct forwards *f, ir_ref at)
{
    struct ir_unit *u = f->walk.u;
    struct ir_insn was = u->insn[at];
    ir_ref same = has_rules(&was) ? apply_rules(f, &u->insn[at], at) : NO_REF;
    if (same)
        walk_replace(&f->walk, at, same);
    if (f->rules & RECOVER)
        recovering_note(&f->recovering, at, &was);
}

static void go_forwards(struct forwards *f, struct ir_unit *u, unsigned rules, const struct failure *failure)
{
    f->rules = rules;
    f->walk = walk_begin(u);
    if (rules & RECOVER)
        recovering_begin(&f->recovering, u, &f->forwarding, failure);
    if (rules & FORWARD)
        forwarding_begin(&f->forwarding, &f->walk);
    if (rules & NUMBER)
        numbering_begin(&f->numbering, &f->walk);
    f->memory.w = &f->walk;
    for (uint32_t b = 0; b < u->block_count; b++) {
        if (rules & FORWARD)
            forwarding_enter(&f->forwarding, b);
        if (rules & RECOVER)
            recovering_enter(&f->recovering, b);
        if (rules & NUMBER)
            numbering_enter(&f->numbering, b);
        f->memory.count = 0;
        for (ir_ref i = u->block[b].first; i < u->block[b].last; i++)
            apply_to(f, i);
        if (rules & FORWARD)
            forwarding_leave(&f->forwarding, b);
        if (rules & RECOVER)
            recovering_leave(&f->recovering, b);
    }
    if (rules & RECOVER)
        recovering_finish(&f->recovering);
}

static void walk_forwards(struct ir_unit *u, unsigned rules)
{
    struct forwards f;
    go_forwards(&f, u, rules, NULL);
}

enum { DEAD_SET = 1, DEAD = 2 };

static void walk_backwards(struct ir_unit *u, unsigned rules)
{
    bool *needed = arena_alloc(u->arena, u->insn_count * sizeof *needed);
    memset(needed, 0, u->insn_count * sizeof *needed);
    struct overwriting o;
    overwriting_begin(&o, u);
    for (uint32_t b = u->block_count; b-- > 0;) {
        overwriting_enter(&o, b);
        for (ir_ref i = u->block[b].last; i-- > u->block[b].first;) {
            struct ir_insn *insn = &u->insn[i];
            if (insn->op == IR_nop)
                continue;
            if ((rules & DEAD_SET && set_is_dead(&o, insn)) || (rules & DEAD && is_dead(needed, u, i))) {
                make_nop(insn);
                continue;
            }
            note_needs(needed, u, insn);
            overwriting_note(&o, insn);
        }
        overwriting_leave(&o, b);
    }
}

void opt_forward(struct ir_unit *u) { walk_forwards(u, FORWARD); }
void opt_memory(struct ir_unit *u) { walk_forwards(u, MEMORY); }
void opt_copy(struct ir_unit *u) { walk_forwards(u, COPY); }
void opt_fold(struct ir_unit *u) { walk_forwards(u, FOLD); }
void opt_number(struct ir_unit *u) { walk_forwards(u, NUMBER); }
void opt_dead_set(struct ir_unit *u) { walk_backwards(u, DEAD_SET); }
void opt_dead(struct ir_unit *u) { walk_backwards(u, DEAD); }

const struct opt_pass opt_passes[] = {
    { "forward",  opt_forward },
    { "memory",   opt_memory },
    { "copy",     opt_copy },
    { "fold",     opt_fold },
    { "number",   opt_number },
    { "canon",    opt_canon },
    { "forgo",    opt_forgo },
    { "sink",     opt_sink },
    { "dead_set", opt_dead_set },
    { "dead",     opt_dead },
    { NULL, NULL },
};

void opt_run(struct ir_unit *u)
{
    walk_forwards(u, u->recoverable ? ALL | RECOVER : ALL);
    if (has_canon(u)) {
        walk_backwards(u, DEAD_SET); /* what is written and overwritten is told from other NaNs by nobody */
        opt_canon(u);
    }
    if (u->recovers)
        opt_forgo(u);
    opt_sink(u);
    walk_backwards(u, DEAD_SET | DEAD);
}

void opt_expect_recovery(struct ir_unit *u)
{
    u->recovers = true;
    if (!u->layout->fleeting_count)
        return;
    u->recoverable = arena_alloc(u->arena, u->insn_count * sizeof *u->recoverable);
    u->recoverable[NO_REF] = 0; /* before the first mark */
}

void opt_recover(struct ir_unit *u, ir_ref mark, struct context *c)
{
    opt_expect_recovery(u);
    if (!u->recoverable)
        return;
    struct forwards f;
    go_forwards(&f, u, ALL | RECOVER, &(struct failure){ mark, c });
}
