/* Control: edges out of the unit are sites, each a branch that can be linked to a translation and until then goes to its stub.
 * Guest calls push a struct return_entry, guest returns are host returns if the newest entry is the right one. */
#include "host/x64/lower.h"

/* ---- sites ------------------------------------------------------------------------------------------------------------------------ */

static unsigned new_site(struct lowering *l, uint64_t spc)
{
    struct host_unit *r = l->result;
    if (r->site_count == MAX_SITES) {
        l->failed = true;
        return 0; /* any that exists */
    }
    l->site[r->site_count] = arena_alloc(l->u->arena, sizeof **l->site);
    *l->site[r->site_count] = (struct site){ 0 };
    r->sites[r->site_count] = (struct host_site){ .spc = spc };
    return r->site_count++;
}

static void emit_site_number(struct lowering *l, unsigned site)
{
    emit_mov_imm(&l->e, RAX, l->first_site + site);
    note_relocation(&l->e, RELOCATE_SITE, l->e.at - 4);
}

enum { JMP_OPCODE = 1, JCC_OPCODE = 2, CALL_OPCODE = 1 }; /* bytes before rel32 */

static void cold_stub(struct lowering *l, struct cold *c)
{
    unsigned site = c->data;
    l->result->sites[site].stub = l->e.at;
    emit_bind(&l->e, &l->site[site]->stub);
    emit_site_number(l, site);
    emit_jmp_to(&l->e, &l->runtime[EXIT_SITE]);
}

static unsigned new_direct_site(struct lowering *l, uint64_t spc)
{
    unsigned site = new_site(l, spc);
    new_cold(l, cold_stub)->data = site;
    return site;
}

static void emit_poll(struct lowering *l, struct label *if_wanted)
{
    emit_imm(&l->e, X64_CMP_IMM, 32, CONTEXT(attention), 0);
    emit_jcc(&l->e, CC_NE, if_wanted);
}

/* The way out along an edge with writes. */
struct writing {
    const struct ir_edge *edge;
    const struct argument *values;
};

/* The stub writes and goes on, unless the guest thread is wanted. */
static void cold_writing_stub(struct lowering *l, struct cold *c)
{
    const struct writing *w = c->more;
    struct host_site *result = &l->result->sites[c->data];
    struct site *site = l->site[c->data];
    result->stub = l->e.at;
    emit_bind(&l->e, &site->stub);
    emit_arguments(l, w->edge, w->values);
    if (goes_back(l, w->edge))
        emit_poll(l, &site->exit);
    emit_patchable(&l->e, JMP_OPCODE);
    result->stub_link = emit_jmp(&l->e, &site->exit);
    emit_bind(&l->e, &site->exit);
    result->stub_exit = l->e.at;
    emit_site_number(l, c->data);
    emit_jmp_to(&l->e, &l->runtime[EXIT_SITE]);
}

/* After everything that moves values. */
static unsigned new_edge_site(struct lowering *l, const struct ir_edge *edge)
{
    if (!edge->argument_count)
        return new_direct_site(l, edge->spc);
    unsigned number = new_site(l, edge->spc);
    for (unsigned k = 0; k < edge->argument_count; k++)
        l->result->sites[number].writes |= ir_fleeting(l->config->layout, l->u->written[edge->arguments + k]);
    struct writing *w = arena_alloc(l->u->arena, sizeof *w);
    *w = (struct writing){ edge, find_arguments(l, edge) };
    struct cold *c = new_cold(l, cold_writing_stub);
    c->data = number;
    c->more = w;
    return number;
}

static void emit_site_jmp(struct lowering *l, unsigned site)
{
    emit_patchable(&l->e, JMP_OPCODE);
    l->result->sites[site].link = emit_jmp(&l->e, &l->site[site]->stub);
}

void lower_counter(struct lowering *l, const struct landmark *counter)
{
    struct operand count = { .is_memory = true, .base = RIP_LANDMARK, .index = NO_INDEX, .landmark = counter };
    unsigned site = new_direct_site(l, l->u->spc);
    emit_op(&l->e, X64_DEC, 32, 0, count);
    emit_patchable(&l->e, JCC_OPCODE);
    l->result->sites[site].link = emit_jcc(&l->e, CC_S, &l->site[site]->stub);
}

/* ---- edges within the unit -------------------------------------------------------------------------------------------------------- */

static void cold_edge(struct lowering *l, struct cold *c)
{
    const struct ir_edge *edge = &l->u->edge[c->data];
    emit_arguments(l, edge, c->more);
    emit_jmp(&l->e, &l->block[edge->block]);
}

enum { NO_SITE = MAX_SITES };

/* Where a conditional branch along the edge goes; *site: the site if it leaves, else NO_SITE. */
static struct label *edge_label(struct lowering *l, uint64_t index, unsigned *site)
{
    const struct ir_edge *edge = &l->u->edge[index];
    *site = NO_SITE;
    if (edge->leaves) {
        *site = new_edge_site(l, edge);
        return &l->site[*site]->stub;
    }
    if (!edge->argument_count)
        return &l->block[edge->block];
    struct cold *c = new_cold(l, cold_edge);
    c->data = (uint32_t)index;
    c->more = find_arguments(l, edge);
    return &c->entry;
}

static bool falls_through(const struct lowering *l, const struct ir_edge *edge)
{
    return !edge->leaves && !edge->argument_count && edge->block == l->current_block + 1;
}

void lower_br(struct lowering *l, ir_ref v)
{
    const struct ir_edge *edge = &l->u->edge[insn_of(l, v)->imm];
    if (edge->leaves) {
        unsigned site = new_edge_site(l, edge);
        if (goes_back(l, edge))
            emit_poll(l, &l->site[site]->stub);
        emit_site_jmp(l, site);
        return;
    }
    emit_arguments(l, edge, find_arguments(l, edge));
    if (edge->block != l->current_block + 1)
        emit_jmp(&l->e, &l->block[edge->block]);
}

/* A conditional branch with its comparison. */
struct conditional {
    struct comparison comparison;
    struct label *taken, *other;
};

/* The guest thread is wanted: decides, then leaves instead of going back. */
static void cold_conditional_poll(struct lowering *l, struct cold *c)
{
    const struct conditional *b = c->more;
    emit_comparison(l, &b->comparison);
    emit_jcc(&l->e, b->comparison.condition, b->taken);
    emit_jmp(&l->e, b->other);
}

/* Padding for the branch's link goes before the comparison, so that the CPU can fuse the two. */
static void emit_fused(struct lowering *l, const struct comparison *c, struct label *target, unsigned site)
{
    if (site != NO_SITE) {
        uint32_t start = l->e.at;
        l->e.quiet = true;
        emit_comparison(l, c);
        l->e.quiet = false;
        unsigned padding = patchable_padding(&l->e, JCC_OPCODE);
        l->e.at = start;
        emit_nops(&l->e, padding);
    }
    emit_comparison(l, c);
    uint32_t link = emit_jcc(&l->e, c->condition, target);
    if (site != NO_SITE)
        l->result->sites[site].link = link;
}

void lower_brif(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    uint64_t taken = insn->imm, other = insn->imm + 1;
    const struct ir_edge *edges = l->u->edge;
    struct comparison comparison = comparison_of(l, insn->arg[0]);
    if (falls_through(l, &edges[taken])) {
        comparison.condition ^= 1;
        taken = insn->imm + 1;
        other = insn->imm;
    }
    unsigned taken_site, other_site;
    struct label *taken_label = edge_label(l, taken, &taken_site), *other_label = edge_label(l, other, &other_site);
    if (goes_back(l, &edges[taken]) || goes_back(l, &edges[other])) {
        struct conditional *b = arena_alloc(l->u->arena, sizeof *b);
        *b = (struct conditional){ comparison, taken_label, other_label };
        struct cold *poll = new_cold(l, cold_conditional_poll);
        poll->more = b;
        emit_poll(l, &poll->entry);
    }
    emit_fused(l, &comparison, taken_label, taken_site);
    if (other_site != NO_SITE)
        emit_site_jmp(l, other_site);
    else if (!falls_through(l, &edges[other]))
        emit_jmp(&l->e, other_label);
}

/* ---- calls and returns --------------------------------------------------------------------------------------------------------------- */

static bool predicts_returns(const struct lowering *l)
{
    return l->config->return_prediction && l->config->layout->stack_pointer != NO_SLOT;
}

static void push_value(struct lowering *l, uint64_t value)
{
    if (fits_int32(value)) {
        emit_push_imm(&l->e, (int32_t)value);
    } else {
        emit_mov_imm(&l->e, RAX, value);
        emit_push(&l->e, RAX);
    }
}

/* A struct return_entry but for its landing, which the call pushes. RAX may change. */
static void push_entry(struct lowering *l, uint64_t return_spc)
{
    unsigned slot = l->config->layout->stack_pointer, home = l->plan->home[slot];
    if (home == NO_REG)
        emit_op(&l->e, X64_PUSH_RM, 64, 0, cell_at(slot));
    else
        emit_push(&l->e, home);
    push_value(l, return_spc);
}

/* Where guest returns land: the rest of the entry goes. */
static void emit_landing(struct lowering *l, uint64_t return_spc)
{
    unsigned site = new_direct_site(l, return_spc);
    emit_op(&l->e, X64_LEA, 64, RSP, at_base(RSP, sizeof(struct return_entry) - sizeof(void *)));
    emit_site_jmp(l, site);
}

void lower_call_to(struct lowering *l, ir_ref v)
{
    const struct ir_edge *edge = &l->u->edge[insn_of(l, v)->imm];
    unsigned site = new_direct_site(l, edge->spc);
    if (goes_back(l, edge))
        emit_poll(l, &l->site[site]->stub);
    if (!predicts_returns(l)) {
        emit_site_jmp(l, site);
        return;
    }
    push_entry(l, edge->return_spc);
    emit_patchable(&l->e, CALL_OPCODE);
    l->result->sites[site].link = emit_call(&l->e, &l->site[site]->stub);
    emit_landing(l, edge->return_spc);
}

static void cold_unpredicted_return(struct lowering *l, struct cold *c)
{
    if (c->reg[0] != RAX)
        emit_op(&l->e, X64_MOV_STORE, 64, c->reg[0], in_reg(RAX));
    emit_jmp_to(&l->e, &l->runtime[EXIT_RETURN]);
}

void lower_return_to(struct lowering *l, ir_ref v)
{
    if (!predicts_returns(l)) {
        lower_jump_ind(l, v);
        return;
    }
    unsigned target = regalloc_use(&l->ra, insn_of(l, v)->arg[0]);
    struct cold *c = new_cold(l, cold_unpredicted_return);
    c->reg[0] = (uint8_t)target;
    emit_op(&l->e, X64_CMP_LOAD, 64, target, at_base(RSP, offsetof(struct return_entry, spc)));
    emit_jcc(&l->e, CC_NE, &c->entry);
    emit_ret(&l->e);
}

/* ---- indirect jumps --------------------------------------------------------------------------------------------------------------------- */

/* An indirect site: a comparison with the predicted SPC and, if it is that, a linked branch. If not, the branch in
 * `branch` goes to the stub, which leaves for the prediction to be made, and once it is made to the probe of the
 * indirect-branch cache (x64_predict). */
struct indirect {
    unsigned site;
    unsigned target, scratch; /* registers */
    struct label probe, landing;
};

static void leave_indirect(struct lowering *l, unsigned target)
{
    if (target != RAX)
        emit_op(&l->e, X64_MOV_STORE, 64, target, in_reg(RAX));
    emit_jmp_to(&l->e, &l->runtime[EXIT_INDIRECT]);
}

static void cold_indirect_stub(struct lowering *l, struct cold *c)
{
    const struct indirect *i = c->more;
    l->result->sites[i->site].stub = l->e.at;
    emit_bind(&l->e, &l->site[i->site]->stub);
    emit_op(&l->e, X64_MOV_STORE, 64, i->target, CONTEXT(pc));
    emit_site_number(l, i->site);
    emit_jmp_to(&l->e, &l->runtime[EXIT_SITE]);
}

/* Line number spc / code_alignment % INDIRECT_LINES, 16 bytes each. */
void emit_probe(struct emitter *e, const struct layout *layout, unsigned target, unsigned scratch, struct label *miss)
{
    unsigned shift = 4 - (unsigned)__builtin_ctz(layout->code_alignment);
    emit_op(e, X64_MOV_STORE, 32, target, in_reg(scratch));
    if (shift)
        emit_imm(e, X64_SHL, 32, in_reg(scratch), shift);
    emit_imm(e, X64_AND_IMM, 32, in_reg(scratch), (INDIRECT_LINES - 1) * (int)sizeof(struct indirect_line));
    emit_op(e, X64_ADD_LOAD, 64, scratch, CONTEXT(indirect));
    emit_op(e, X64_CMP, 64, target, at_base(scratch, offsetof(struct indirect_line, spc)));
    emit_jcc(e, CC_NE, miss);
    emit_op(e, X64_JMP_RM, 64, 0, at_base(scratch, offsetof(struct indirect_line, tpc)));
}

static void cold_probe(struct lowering *l, struct cold *c)
{
    struct indirect *i = c->more;
    struct label miss = { 0 };
    l->site[i->site]->probe = l->e.at;
    emit_bind(&l->e, &i->probe);
    emit_probe(&l->e, l->config->layout, i->target, i->scratch, &miss);
    emit_bind(&l->e, &miss);
    leave_indirect(l, i->target);
}

static struct indirect *new_indirect(struct lowering *l, ir_ref v)
{
    struct indirect *i = arena_alloc(l->u->arena, sizeof *i);
    *i = (struct indirect){ .site = new_site(l, NO_SPC) };
    i->target = regalloc_use(&l->ra, insn_of(l, v)->arg[0]);
    i->scratch = regalloc_scratch(&l->ra, false);
    new_cold(l, cold_indirect_stub)->more = i;
    new_cold(l, cold_probe)->more = i;
    return i;
}

static void compare_with_guess(struct lowering *l, const struct indirect *i)
{
    struct operand guess = { .is_memory = true, .base = RIP_LABEL, .index = NO_INDEX, .label = &l->site[i->site]->guess };
    emit_op(&l->e, X64_CMP_LOAD, 64, i->target, guess);
}

void lower_jump_ind(struct lowering *l, ir_ref v)
{
    if (!l->config->indirect_cache) {
        leave_indirect(l, regalloc_use(&l->ra, insn_of(l, v)->arg[0]));
        return;
    }
    struct indirect *i = new_indirect(l, v);
    compare_with_guess(l, i);
    emit_patchable(&l->e, JCC_OPCODE);
    l->site[i->site]->branch = emit_jcc(&l->e, CC_NE, &l->site[i->site]->stub);
    emit_poll(l, &i->probe);
    emit_site_jmp(l, i->site);
}

/* The landing of a call that was not predicted goes on to the other's. */
static void cold_unpredicted_call(struct lowering *l, struct cold *c)
{
    struct indirect *i = c->more;
    emit_patchable(&l->e, CALL_OPCODE);
    l->site[i->site]->branch = emit_call(&l->e, &l->site[i->site]->stub);
    emit_jmp(&l->e, &i->landing);
}

static void cold_leaving_call(struct lowering *l, struct cold *c)
{
    struct indirect *i = c->more;
    emit_call(&l->e, &i->probe);
    emit_jmp(&l->e, &i->landing);
}

/* Without the cache: the call is made to code that leaves. */
static void cold_leave(struct lowering *l, struct cold *c) { leave_indirect(l, c->reg[0]); }

static void call_and_leave(struct lowering *l, ir_ref v)
{
    struct cold *c = new_cold(l, cold_leave);
    c->reg[0] = (uint8_t)regalloc_use(&l->ra, insn_of(l, v)->arg[0]);
    emit_call(&l->e, &c->entry);
}

void lower_call_ind(struct lowering *l, ir_ref v)
{
    uint64_t return_spc = insn_of(l, v)->imm;
    if (!predicts_returns(l)) {
        lower_jump_ind(l, v);
        return;
    }
    regalloc_vacate(&l->ra, RAX); /* push_entry's */
    regalloc_use(&l->ra, insn_of(l, v)->arg[0]);
    push_entry(l, return_spc);
    if (!l->config->indirect_cache) {
        call_and_leave(l, v);
        emit_landing(l, return_spc);
        return;
    }
    struct indirect *i = new_indirect(l, v);
    struct cold *unpredicted = new_cold(l, cold_unpredicted_call), *leaving = new_cold(l, cold_leaving_call);
    unpredicted->more = leaving->more = i;
    compare_with_guess(l, i);
    emit_jcc(&l->e, CC_NE, &unpredicted->entry);
    emit_poll(l, &leaving->entry);
    emit_patchable(&l->e, CALL_OPCODE);
    l->result->sites[i->site].link = emit_call(&l->e, &l->site[i->site]->stub);
    emit_bind(&l->e, &i->landing);
    emit_landing(l, return_spc);
}

void emit_guesses(struct lowering *l)
{
    for (unsigned site = 0; site < l->result->site_count; site++) {
        if (l->result->sites[site].spc != NO_SPC)
            continue;
        emit_align(&l->e, 8);
        emit_bind(&l->e, &l->site[site]->guess);
        l->result->sites[site].guess = l->e.at;
        emit_data64(&l->e, NO_SPC);
        emit_data64(&l->e, (uint64_t)l->site[site]->probe << 32 | l->site[site]->branch);
    }
}

/* ---- linking ------------------------------------------------------------------------------------------------------------------------------- */

/* The field lies within an aligned quadword, so that this store is atomic (SDM volume 3, 9.1.1). */
void x64_link(struct code_buffer *b, uint32_t link, uint32_t target)
{
    struct field { uint32_t distance; } __attribute__((packed, may_alias));
    ((volatile struct field *)(b->write + link))->distance = target - (link + 4);
}

void x64_predict(struct code_buffer *b, uint32_t offset, uint64_t spc)
{
    struct guess *guess = (struct guess *)(b->write + offset);
    atomic_store_explicit(&guess->spc, spc, memory_order_release);
    x64_link(b, guess->branch, guess->probe);
}

/* ---- events ---------------------------------------------------------------------------------------------------------------------------------- */

void lower_raise(struct lowering *l, ir_ref v)
{
    const struct ir_insn *insn = insn_of(l, v);
    emit_imm(&l->e, X64_MOV_IMM, 32, CONTEXT(event), insn->aux);
    store_pc(l, insn->imm);
    emit_mov_imm(&l->e, RAX, LEAVE_EVENT);
    emit_jmp_to(&l->e, &l->runtime[EXIT_SITE]);
}
