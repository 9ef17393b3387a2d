/* The emulation manager: takes the guest from block to block, each by the tier that is due, until something happens that is not the
 * guest's own business. What has been seen before does not come here: chained code jumps on by itself. */
#include "engine/private.h"

/* How control came out of a block. */
struct departure {
    uint32_t site;      /* number of the site to chain, or NO_SITE */
    bool indirect;      /* the indirect-branch cache did not know context.pc */
    bool hot;           /* a translation has been entered often enough to be made again */
    struct block *from; /* the interpreted block before, or NULL */
};
static const struct departure from_nowhere = { .site = NO_SITE };

/* Among the inside phases only the thread's own signal handlers look, so no order is needed between processors. */
static void set_phase(struct thread *t, enum phase phase)
{
    atomic_store_explicit(&t->private->phase, phase, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
}

static bool wanted_elsewhere(const struct thread *t)
{
    return t->context.attention || t->engine->stop_wanted;
}

/* The block at context.pc, found or made; NULL with EVENT_NO_CODE if there is none. *flushed: older block pointers and site
 * numbers are void. */
static struct block *find_or_discover(struct thread *t, bool *flushed)
{
    struct engine *e = t->engine;
    uint32_t count = e->block_count;
    struct block *b = map_find(e, t->context.pc, t->context.mode);
    if (b)
        return b;
    *flushed = !lock_engine(t);
    if (e->block_count >= MAX_BLOCKS) {
        cache_flush(t);
        *flushed = true;
    }
    if (e->block_count != count) /* somebody else may have made it */
        b = map_find(e, t->context.pc, t->context.mode);
    if (!b) {
        set_phase(t, PHASE_DISCOVER);
        b = discover_block(t, t->context.pc, t->context.mode);
        set_phase(t, PHASE_MANAGER);
    }
    unlock_engine(t);
    if (!b)
        t->context.event = EVENT_NO_CODE;
    return b;
}

/* The block that followed last time. */
static struct block *followed_last(const struct thread *t, const struct departure *d)
{
    if (d->from)
        return atomic_load_explicit(&d->from->successor[t->context.pc == d->from->end], memory_order_acquire);
    if (d->site != NO_SITE && !d->indirect)
        return atomic_load_explicit(&t->engine->sites[d->site].target, memory_order_acquire);
    return NULL;
}

static struct block *next_block(struct thread *t, struct departure *d)
{
    struct block *guess = followed_last(t, d);
    if (guess && guess->spc == t->context.pc && guess->mode == t->context.mode)
        return guess;
    bool flushed = false;
    struct block *b = find_or_discover(t, &flushed);
    if (flushed)
        *d = from_nowhere;
    else if (b && d->from)
        atomic_store_explicit(&d->from->successor[b->spc == d->from->end], b, memory_order_release);
    return b;
}

static void interpret(struct thread *t, struct block *b)
{
    set_phase(t, PHASE_INTERPRET);
    t->engine->config.guest->run_threaded(&t->context, b->records);
    set_phase(t, PHASE_MANAGER);
}

static void log_execution(const struct thread *t, const struct block *b)
{
    if (t->engine->config.log & LOG_EXEC)
        fprintf(t->engine->config.log_file, "Trace 0x%" PRIx64 " [%s]\n", b->spc, b->tpc ? "translated" : "interpreted");
}

static void run_threaded_tier(struct thread *t)
{
    struct departure d = from_nowhere;
    while (!wanted_elsewhere(t)) {
        struct block *b = next_block(t, &d);
        if (!b)
            return;
        if (is_stale(b)) {
            drop_stale(t);
            d = from_nowhere;
            continue;
        }
        log_execution(t, b);
        interpret(t, b);
        if (t->context.event)
            return;
        d.from = b;
    }
}

/* Decode-and-dispatch: nothing is remembered but how far the code reaches. */
static void run_switch_tier(struct thread *t)
{
    const struct engine_config *config = &t->engine->config;
    const struct guest *guest = config->guest;
    uint64_t record[MAX_INSN_SIZE / sizeof(uint64_t)];
    struct insn *insn = (struct insn *)record;
    uint64_t window_start = 0, window_size = 0;
    t->context.insn = insn;
    while (!wanted_elsewhere(t)) {
        uint64_t pc = t->context.pc;
        if (pc - window_start >= window_size || window_size - (pc - window_start) < guest->longest_insn) {
            window_start = pc;
            window_size = pc % guest->layout->code_alignment ? 0 : config->environment->code_window(t, pc);
        }
        set_phase(t, PHASE_DISCOVER);
        uint64_t available = window_size - (pc - window_start);
        if (!available || !guest->decode((const uint8_t *)(uintptr_t)pc, available, pc, t->context.mode, insn)) {
            set_phase(t, PHASE_MANAGER);
            t->context.event = EVENT_NO_CODE;
            return;
        }
        set_phase(t, PHASE_INTERPRET);
        guest->run_one(&t->context, insn);
        set_phase(t, PHASE_MANAGER);
        if (t->context.event)
            return;
    }
}

static void run_ir_tier(struct thread *t)
{
    struct departure d = from_nowhere;
    while (!wanted_elsewhere(t)) {
        struct block *b = next_block(t, &d);
        if (!b)
            return;
        if (!b->unit) {
            bool flushed = !lock_engine(t);
            if (!flushed && !b->unit)
                b->unit = translate_to_ir(t->engine, &(struct region){ .block = { b }, .insn_count = { b->insn_count }, .count = 1 }, t->engine->config.optimise, &t->engine->blocks);
            unlock_engine(t);
            if (flushed) {
                d = from_nowhere;
                continue;
            }
        }
        log_execution(t, b);
        set_phase(t, PHASE_EVALUATE);
        enum event event = ir_eval(b->unit, &t->context);
        set_phase(t, PHASE_MANAGER);
        d.from = b;
        if (event == EVENT_STALE) {
            drop_stale(t);
            d = from_nowhere;
        } else if (event) {
            t->context.event = event;
            return;
        }
    }
}

/* Whether a translation is due: the first one, or one that is better than the one in a hurry. */
static bool is_due(const struct block *b, bool hot) { return !b->tpc || (hot && b->translation->warm); }

/* Where a kept translation went on past branches the interpreter has not been: a better one is to do so, too. Under the lock. */
static void find_trace_again(struct thread *t, struct block *head)
{
    set_phase(t, PHASE_DISCOVER);
    for (struct block *b = head; b && b->end < head->reach && !b->successor[1]; b = b->successor[1]) {
        struct block *next = map_find(t->engine, b->end, b->mode);
        b->successor[1] = next ? next : discover_block(t, b->end, b->mode);
    }
    set_phase(t, PHASE_MANAGER);
}

/* Whether `b` is translated now: it was, or it was due and could be. *gone: a flush or an invalidation came between, `b` is void. */
static bool translated(struct thread *t, struct block *b, bool hot, bool *gone)
{
    struct engine *e = t->engine;
    if (!is_due(b, hot))
        return true;
    if (!b->tpc) {
        /* Not exact if threads meet here, which does not matter. */
        uint32_t executions = atomic_load_explicit(&b->executions, memory_order_relaxed);
        atomic_store_explicit(&b->executions, executions + 1, memory_order_relaxed);
        if (executions < e->config.threshold)
            return false;
    }
    *gone = !lock_engine(t) || b->mode == NO_MODE; /* of a block that is in the map no more, the code may be gone */
    if (!*gone && is_due(b, hot) && hot)
        find_trace_again(t, b);
    if (!*gone && is_due(b, hot) && !translate_block(e, b)) {
        cache_flush(t);
        *gone = true;
    }
    unlock_engine(t);
    return !*gone;
}

/* Lets whatever led here lead to `b` directly next time. False: a flush came between, `b` is void. */
static bool remember(struct thread *t, const struct departure *d, struct block *b)
{
    struct engine *e = t->engine;
    if (d->indirect && b->tpc) {
        struct indirect_line *line = indirect_line(t, b->spc);
        line->spc = NO_SPC;
        line->tpc = b->tpc;
        line->spc = b->spc;
    }
    if (d->site == NO_SITE)
        return true;
    struct site *s = &e->sites[d->site];
    if (s->linked || s->retired || s->target == b || s->mode != b->mode || (s->guess && !b->tpc))
        return true;
    bool valid = lock_engine(t);
    if (valid && s->guess && !s->target)
        s->spc = b->spc;
    if (valid && s->spc == b->spc)
        chain_site(e, d->site, b);
    unlock_engine(t);
    return valid;
}

/* Runs translated code from `b` on until it leaves. */
static struct departure run_translated(struct thread *t, const struct block *b)
{
    struct engine *e = t->engine;
    set_phase(t, PHASE_TRANSLATED);
    uint32_t left = e->runtime.enter(&t->context, b->tpc);
    set_phase(t, PHASE_MANAGER);
    if (left >= LEAVE_INDIRECT)
        return (struct departure){ .site = NO_SITE, .indirect = left == LEAVE_INDIRECT };
    const struct site *s = &e->sites[left];
    if (!s->guess)
        t->context.pc = s->spc;
    return (struct departure){ .site = left, .indirect = s->guess != 0, .hot = s->counter };
}

static void run_block_tier(struct thread *t)
{
    struct departure d = from_nowhere;
    while (!wanted_elsewhere(t)) {
        struct block *b = next_block(t, &d);
        if (!b)
            return;
        log_execution(t, b);
        bool gone = false, warm = translated(t, b, d.hot, &gone);
        if (gone || !remember(t, &d, b)) {
            d = from_nowhere;
        } else if (!warm && is_stale(b)) {
            t->context.event = EVENT_STALE;
        } else if (!warm) {
            interpret(t, b);
            d = (struct departure){ .site = NO_SITE, .from = b };
        } else {
            d = b->mode == NO_MODE ? from_nowhere : run_translated(t, b);
        }
        if (t->context.event == EVENT_STALE) {
            drop_stale(t);
            d = from_nowhere;
        }
        if (t->context.event)
            return;
    }
}

static void run_tier(struct thread *t)
{
    switch (t->engine->config.tier) {
    case TIER_SWITCH: run_switch_tier(t); break;
    case TIER_THREADED: run_threaded_tier(t); break;
    case TIER_IR: run_ir_tier(t); break;
    case TIER_BLOCK: run_block_tier(t); break;
    }
}

/* Guest code until an event, or until the thread is wanted elsewhere. */
static enum event run_guest(struct thread *t)
{
    t->context.event = EVENT_NONE;
    if (setjmp(t->private->resume)) {
        if (t->private->phase == PHASE_DISCOVER && t->engine->config.tier != TIER_SWITCH) {
            arena_reset(&t->engine->scratch);
            unlock_engine(t);
        }
        if (t->private->faulted)
            recover_state(t);
        t->private->faulted = NULL;
        bool polled = t->private->polled;
        t->private->polled = false;
        return polled ? EVENT_NONE : EVENT_FAULT;
    }
    let_polls_pass(t);
    run_tier(t);
    return t->context.event;
}

void engine_run(struct thread *t)
{
    const struct environment *environment = t->engine->config.environment;
    while (!t->stop) {
        enter_blocks(t);
        if (atomic_exchange(&t->context.attention, 0)) {
            leave_blocks(t);
            environment->attend(t);
            continue;
        }
        uint32_t mode = t->context.mode;
        enum event event = run_guest(t);
        leave_blocks(t);
        if (event != EVENT_NONE && event != EVENT_MODE)
            environment->event(t, event);
        if (t->context.mode != mode) /* blocks that the cache and the return stack know are another mode's */
            forget_translations(t);
    }
}
