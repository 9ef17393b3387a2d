/* Control: edges out of the unit are sites, each a branch that can be linked to a translation and until then goes to its stub.
 * Guest calls are host calls, guest returns host returns: they come out where the newest call was, which mostly is where they are to go. */
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

/* The way out along an edge with writes. */
struct writing {
    const struct ir_edge *edge;
    const struct argument *values;
};

/* The stub writes and goes on. */
static void cold_writing_stub(struct lowering *l, struct cold *c)
{
    const struct writing *w = c->more;
    struct host_site *result = &l->result->sites[c->data];
    struct site *site = l->site[c->data];
    result->stub = l->e.at;
    emit_bind(&l->e, &site->stub);
    emit_arguments(l, w->edge, w->values);
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
        emit_site_jmp(l, new_edge_site(l, edge));
        return;
    }
    emit_arguments(l, edge, find_arguments(l, edge));
    if (edge->block != l->current_block + 1)
        emit_jmp(&l->e, &l->block[edge->block]);
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
    emit_fused(l, &comparison, taken_label, taken_site);
    if (other_site != NO_SITE)
        emit_site_jmp(l, other_site);
    else if (!falls_through(l, &edges[other]))
        emit_jmp(&l->e, other_label);
}

/* ---- calls and returns --------------------------------------------------------------------------------------------------------------- */

static bool predicts_returns(const struct lowering *l)
{
    return l->config->return_prediction;
}

/* A landing, where guest returns come out of a call, the SPC they go to in rax: most likely it is the one after the call. Each return address on the
 * stack of returns begins so: EXIT_RETURN looks there what its SPC is. */
static void emit_landing_check(struct lowering *l, uint64_t return_spc)
{
    emit_op(&l->e, X64_CMP_LOAD, 64, RAX, constant_in_memory(l, return_spc));
    emit_jcc_to(&l->e, CC_NE, &l->runtime[EXIT_RETURN]);
}

static void emit_landing(struct lowering *l, uint64_t return_spc)
{
    unsigned site = new_direct_site(l, return_spc);
    emit_landing_check(l, return_spc);
    emit_site_jmp(l, site);
}

void lower_call_to(struct lowering *l, ir_ref v)
{
    const struct ir_edge *edge = &l->u->edge[insn_of(l, v)->imm];
    unsigned site = new_direct_site(l, edge->spc);
    if (!predicts_returns(l)) {
        emit_site_jmp(l, site);
        return;
    }
    emit_patchable(&l->e, CALL_OPCODE);
    l->result->sites[site].link = emit_call(&l->e, &l->site[site]->stub);
    emit_landing(l, edge->return_spc);
}

void lower_return_to(struct lowering *l, ir_ref v)
{
    if (!predicts_returns(l)) {
        lower_jump_ind(l, v);
        return;
    }
    unsigned target = regalloc_use(&l->ra, insn_of(l, v)->arg[0]);
    if (target != RAX)
        emit_op(&l->e, X64_MOV_STORE, 64, target, in_reg(RAX));
    emit_ret(&l->e);
}

/* ---- indirect jumps --------------------------------------------------------------------------------------------------------------------- */

/* An indirect site: a comparison with the predicted SPC and, if it is that, a linked branch. If not, the branch in
 * `branch` goes to the stub, which leaves for the prediction to be made, and once it is made to the probe of the
 * indirect-branch cache (x64_predict). */
struct indirect {
    unsigned site;
    unsigned target, scratch; /* registers */
    uint64_t return_spc;      /* of a call */
    struct label probe, landed;
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
    if (i->target != RAX)
        emit_op(&l->e, X64_MOV_STORE, 64, i->target, in_reg(RAX));
    emit_alignment(&l->e, l->config->layout, RAX);
    emit_op(&l->e, X64_MOV_STORE, 64, RAX, CONTEXT(pc));
    emit_site_number(l, i->site);
    emit_jmp_to(&l->e, &l->runtime[EXIT_SITE]);
}

/* A target that is not aligned is not found; EXIT_INDIRECT aligns it. Line number spc / code_alignment % INDIRECT_LINES, 16 bytes each. */
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
    emit_site_jmp(l, i->site);
}

/* What returns from a call that was not predicted goes on where the others do. */
static void cold_unpredicted_call(struct lowering *l, struct cold *c)
{
    struct indirect *i = c->more;
    emit_patchable(&l->e, CALL_OPCODE);
    l->site[i->site]->branch = emit_call(&l->e, &l->site[i->site]->stub);
    emit_landing_check(l, i->return_spc);
    emit_jmp(&l->e, &i->landed);
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
    if (!l->config->indirect_cache) {
        call_and_leave(l, v);
        emit_landing(l, return_spc);
        return;
    }
    struct indirect *i = new_indirect(l, v);
    i->return_spc = return_spc;
    struct cold *unpredicted = new_cold(l, cold_unpredicted_call);
    unpredicted->more = i;
    compare_with_guess(l, i);
    emit_jcc(&l->e, CC_NE, &unpredicted->entry);
    emit_patchable(&l->e, CALL_OPCODE);
    l->result->sites[i->site].link = emit_call(&l->e, &l->site[i->site]->stub);
    unsigned landing = new_direct_site(l, return_spc);
    emit_landing_check(l, return_spc);
    emit_bind(&l->e, &i->landed);
    emit_site_jmp(l, landing);
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

/* The field lies so that this store is atomic (struct emitter; SDM volume 3, 9.1.1). */
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
