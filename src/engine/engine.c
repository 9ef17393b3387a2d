/* Making an engine and its threads; stopping the world. */
#include "engine/private.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct engine *engine_new(const struct engine_config *config)
{
    struct engine *e = must_zalloc(sizeof *e);
    e->config = *config;
    e->config.host_config.layout = config->guest->layout;
    e->config.host_config.listing = config->log & LOG_OUT_ASM ? config->log_file : NULL;
    pthread_mutex_init(&e->lock, NULL);
    map_init(e);
    e->no_lines = indirect_new();
    keep_open(e);
    e->config.host_config.relocatable = e->kept;
    cache_init(e);
    return e;
}

static void make_return_stack(const struct engine *e, struct thread_private *p)
{
    p->return_stack = mmap(NULL, RETURN_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p->return_stack == MAP_FAILED || mprotect(p->return_stack, RETURN_GUARD, PROT_NONE) < 0)
        die(126, "cannot reserve a return stack: raise 'ulimit -v'");
    p->return_bottom = (const void **)(p->return_stack + RETURN_STACK) - 1;
    *p->return_bottom = e->runtime.return_bottom;
}

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }
static size_t thread_size(void) { return page_size() + align_up(sizeof(struct thread), page_size()); }

/* With a page before it, for polls. */
static struct thread *make_thread(void)
{
    char *at = mmap(NULL, thread_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        die(126, "no memory for a thread: raise 'ulimit -v'");
    return (struct thread *)(at + page_size());
}

struct thread *engine_thread_new(struct engine *e, void *environment)
{
    struct thread *t = make_thread();
    struct thread_private *p = must_zalloc(sizeof *p);
    t->engine = e;
    t->environment = environment;
    t->private = p;
    p->thread = t;
    p->lines = indirect_new();
    make_return_stack(e, p);
    forget_translations(t);
    t->context.mode = e->config.lazy_flags ? 0 : e->config.guest->eager_mode;
    e->config.guest->reset(&t->context);

    pthread_mutex_lock(&e->lock);
    p->next = e->threads;
    e->threads = p;
    e->thread_count++;
    pthread_mutex_unlock(&e->lock);
    return t;
}

static void free_thread(struct thread *t)
{
    munmap(t->private->return_stack, RETURN_STACK);
    indirect_free(t->private->lines);
    free(t->private);
    munmap((char *)t - page_size(), thread_size());
}

void engine_thread_free(struct thread *t)
{
    struct engine *e = t->engine;
    pthread_mutex_lock(&e->lock);
    struct thread_private **link = &e->threads;
    while (*link != t->private)
        link = &(*link)->next;
    *link = t->private->next;
    e->thread_count--;
    pthread_mutex_unlock(&e->lock);
    free_thread(t);
}

void forget_translations(struct thread *t)
{
    struct thread_private *p = t->private;
    indirect_clear(p->lines);
    t->context.return_top = p->return_bottom;
}

void enter_blocks(struct thread *t)
{
    struct thread_private *p = t->private;
    __atomic_store_n(&t->context.indirect, p->lines, __ATOMIC_SEQ_CST);
    for (;;) {
        p->phase = PHASE_MANAGER;
        if (!t->engine->stop_wanted)
            return;
        p->phase = PHASE_OUTSIDE;
        pthread_mutex_lock(&t->engine->lock); /* held by who stopped the world */
        pthread_mutex_unlock(&t->engine->lock);
    }
}

void leave_blocks(struct thread *t) { t->private->phase = PHASE_OUTSIDE; }

bool lock_engine(struct thread *t)
{
    struct engine *e = t->engine;
    t->private->locked = e->thread_count != 1; /* another may be gone by the time of unlock_engine */
    if (!t->private->locked || pthread_mutex_trylock(&e->lock) == 0)
        return true;
    uint32_t flushes = e->cache.flush_count; /* stays while this thread is inside */
    t->private->phase = PHASE_OUTSIDE;
    pthread_mutex_lock(&e->lock);
    t->private->phase = PHASE_MANAGER;
    if (t->context.attention) /* wanted while outside, where nobody makes polls fail; a translation may be entered next */
        engine_attention(t);
    return flushes == e->cache.flush_count;
}

void unlock_engine(struct thread *t)
{
    if (t->private->locked)
        pthread_mutex_unlock(&t->engine->lock);
}

void engine_attention(struct thread *t)
{
    t->context.attention = 1;
    __atomic_store_n(&t->context.indirect, t->engine->no_lines, __ATOMIC_SEQ_CST);
    if (t->private->phase != PHASE_OUTSIDE && !atomic_exchange(&t->private->polls_fail, true))
        mprotect((char *)t - page_size(), page_size(), PROT_NONE);
}

/* Whoever comes between finds attention wanted, which is looked at later. */
void let_polls_pass(struct thread *t)
{
    if (atomic_exchange(&t->private->polls_fail, false))
        mprotect((char *)t - page_size(), page_size(), PROT_READ | PROT_WRITE);
}

bool is_poll(const struct thread *t, uint64_t address) { return address == (uintptr_t)&t->context - POLL_DISTANCE; }

void stop_world(struct thread *t)
{
    struct engine *e = t->engine;
    e->stop_wanted = true;
    for (struct thread_private *p = e->threads; p; p = p->next)
        while (p != t->private && p->phase != PHASE_OUTSIDE) {
            engine_attention(p->thread); /* again and again: it may just have been handling the one before */
            sched_yield();
        }
}

void resume_world(struct engine *e) { e->stop_wanted = false; }

void engine_fork_prepare(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    cache_before_fork(e);
}

void engine_fork_parent(struct engine *e)
{
    cache_after_fork(e, false);
    pthread_mutex_unlock(&e->lock);
}

void engine_fork_child(struct engine *e, struct thread *t)
{
    struct thread_private *p = e->threads;
    while (p) { /* the other threads exist in the parent only */
        struct thread_private *next = p->next;
        if (p != t->private)
            free_thread(p->thread);
        p = next;
    }
    e->threads = t->private;
    t->private->next = NULL;
    e->thread_count = 1;
    cache_after_fork(e, true);
    pthread_mutex_init(&e->lock, NULL);
}
