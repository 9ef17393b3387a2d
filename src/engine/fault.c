/* From a host fault back to precise guest state. The side tables say which guest instruction a host address belongs to; the slots are in
 * their homes or in the context block, and no later than that instruction's own (ir.h, the order rule). */
#include "engine/private.h"

#include <stdlib.h>

/* Continues a caught fault on a C stack: in engine_run, or wherever `resume` was set. */
static void resume_after_fault(void *argument)
{
    struct thread *t = argument;
    longjmp(t->private->resume, 1);
}

static const struct block_mark *mark_of(const struct engine *e, const struct translation *of, const void *tpc)
{
    uint32_t offset = (uint32_t)((const uint8_t *)tpc - e->cache.buffer.exec) - of->code_start;
    unsigned low = 0, high = of->mark_count;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (of->marks[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return &of->marks[low];
}

static bool in_return_guard(const struct thread_private *p, uint64_t address)
{
    return address - (uintptr_t)p->return_stack < RETURN_GUARD;
}

static void note_faulted(struct thread *t, const struct translation *of, const struct block_mark *mark)
{
    t->private->faulted = of->piece_count || of->forgone_count ? of : NULL;
    t->private->faulted_at = mark->at;
}

/* In translated code, or in a helper that it called. */
static enum fault_source catch_translated(struct thread *t, void *ucontext, uint64_t address)
{
    const struct engine *e = t->engine;
    const struct host *host = e->config.host;
    const void *tpc = (const void *)(uintptr_t)host->signal_pc(ucontext);
    if (!cache_contains(e, tpc)) {
        if (!t->context.in_helper)
            return FAULT_OURS;
        t->context.in_helper = 0;
        const uint8_t *call = (const uint8_t *)(uintptr_t)host->helper_pc(&t->context) - 1;
        const struct translation *calls = cache_find(e, call);
        if (calls)
            note_faulted(t, calls, mark_of(e, calls, call));
        host->redirect(ucontext, resume_after_fault, t, t->context.native_stack);
        return FAULT_GUEST;
    }
    if (in_return_guard(t->private, address)) {
        host->reset_returns(ucontext, t->private->return_bottom);
        return FAULT_RETURN_STACK;
    }
    const struct translation *found = cache_find(e, tpc);
    if (!found || !found->mark_count)
        return FAULT_OURS;
    host->save_homes(&e->runtime, ucontext, &t->context);
    const struct block_mark *mark = mark_of(e, found, tpc);
    t->context.pc = found->block->spc + mark->spc;
    host->redirect(ucontext, resume_after_fault, t, t->context.native_stack);
    t->private->polled = is_poll(t, address);
    note_faulted(t, found, mark);
    return t->private->polled ? FAULT_POLL : FAULT_GUEST;
}

enum fault_source engine_catch_fault(struct thread *t, void *ucontext, uint64_t address)
{
    switch ((enum phase)t->private->phase) {
    case PHASE_TRANSLATED:
        return catch_translated(t, ucontext, address);
    case PHASE_INTERPRET:
        t->context.pc = ((const struct insn *)t->context.insn)->pc;
        break;
    case PHASE_EVALUATE: /* the marks keep context.pc */
    case PHASE_DISCOVER: /* fetching the block at context.pc */
        break;
    default:
        return FAULT_OURS;
    }
    t->engine->config.host->redirect(ucontext, resume_after_fault, t, NULL);
    return FAULT_GUEST;
}

uint64_t engine_access_address(struct thread *t, uint64_t otherwise)
{
    struct engine *e = t->engine;
    const struct guest *guest = e->config.guest;
    uint64_t pc = t->context.pc;
    size_t window = e->config.environment->code_window(t, pc);
    struct insn *insn = must_alloc(guest->insn_size);
    if (!window || !guest->decode((const uint8_t *)(uintptr_t)pc, window, pc, t->context.mode, insn)) {
        free(insn);
        return otherwise;
    }
    struct arena arena = { 0 };
    struct ir_unit u;
    ir_unit_init(&u, &arena, guest->layout, pc);
    ir_begin_block(&u);
    guest->lift(&u, insn);
    if (!insn->ends_block)
        ir_emit(&u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_leaving(&u, pc, 0) });
    free(insn);

    t->context.access = otherwise;
    if (!setjmp(t->private->resume)) {
        t->private->phase = PHASE_EVALUATE;
        ir_eval(&u, &t->context); /* it faults again where it did before, before it changes anything */
    }
    t->private->phase = PHASE_OUTSIDE;
    t->context.pc = pc;
    arena_free(&arena);
    return t->context.access;
}
