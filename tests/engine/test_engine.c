/* The emulation manager with a guest of a few hand-made instructions, on every tier: control, faults, attention, invalidation, flush,
 * threads, fork. Exit by ecall; a0 is the answer. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/engine.h"
#include "tap.h"

enum { CODE = 0x100000, CODE_SIZE = 1 << 20, STACK = 0x400000, STACK_SIZE = 4 << 20 };

#include "harness.h"
enum { X0, RA, SP, T0 = 5, T1 = 6, A0 = 10, A1 = 11, A2 = 12, S2 = 18 };

/* ---- an assembler of a dozen instructions (RISC-V ISA manual, volume I, chapter "RV32/64G Instruction Set Listings") ---- */

static uint32_t *here;

static void word(uint32_t bits) { *here++ = bits; }
static uint64_t at(void) { return (uintptr_t)here; }
static void addi(unsigned rd, unsigned rs1, int imm) { word((uint32_t)imm << 20 | rs1 << 15 | rd << 7 | 0x13); }
static void add(unsigned rd, unsigned rs1, unsigned rs2) { word(rs2 << 20 | rs1 << 15 | rd << 7 | 0x33); }
static void sub(unsigned rd, unsigned rs1, unsigned rs2) { word(0x40000000 | rs2 << 20 | rs1 << 15 | rd << 7 | 0x33); }
static void lui(unsigned rd, uint32_t value) { word((value & 0xfffff000) | rd << 7 | 0x37); }
static void ld(unsigned rd, unsigned rs1, int imm) { word((uint32_t)imm << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 0x03); }
static void sd(unsigned rs2, unsigned rs1, int imm)
{
    word(((uint32_t)imm >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | 3 << 12 | ((uint32_t)imm & 0x1f) << 7 | 0x23);
}
static void jalr(unsigned rd, unsigned rs1) { word(rs1 << 15 | rd << 7 | 0x67); }
static void ecall(void) { word(0x73); }
static void clear_frm(void) { word(0x00201073); } /* csrw frm, x0 */
static void branch(unsigned kind, unsigned rs1, unsigned rs2, uint64_t target)
{
    uint32_t d = (uint32_t)(target - at());
    word((d >> 12 & 1) << 31 | (d >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | kind << 12 | (d >> 1 & 0xf) << 8 | (d >> 11 & 1) << 7 | 0x63);
}
static void beq(unsigned rs1, unsigned rs2, uint64_t target) { branch(0, rs1, rs2, target); }
static void bne(unsigned rs1, unsigned rs2, uint64_t target) { branch(1, rs1, rs2, target); }
static void jal(unsigned rd, uint64_t target)
{
    uint32_t d = (uint32_t)(target - at());
    word((d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 | (d >> 11 & 1) << 20 | (d >> 12 & 0xff) << 12 | rd << 7 | 0x6f);
}
static void load_constant(unsigned rd, uint32_t value) /* below 2^31 */
{
    lui(rd, value + 0x800);
    addi(rd, rd, (int)(value << 20) >> 20);
}

/* ---- the environment ---- */

static _Thread_local struct thread *current;
static _Thread_local uint64_t last_address;

static volatile sig_atomic_t alarmed;

/* The engine may want attention for itself too. */
static void on_attention(struct thread *t) { t->stop = alarmed; }

static const struct environment environment = { .code_window = code_window, .event = on_event, .attend = on_attention };

static void on_fault(int signal_number, siginfo_t *info, void *ucontext)
{
    last_address = (uintptr_t)info->si_addr;
    if (!current || engine_catch_fault(current, ucontext, last_address) == FAULT_OURS) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
    alarmed = true;
    if (current)
        engine_attention(current);
}

static void use_signal_stack(void)
{
    stack_t stack = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };
    sigaltstack(&stack, NULL);
}

/* ---- configurations ---- */

struct variant {
    const char *name;
    enum engine_tier tier;
    unsigned threshold, hot;
    size_t cache_size;
    bool chain, homes, indirect_cache, return_prediction, optimise, regions;
};

/* clang-format off */
static const struct variant variants[] = {
    { "switch",               TIER_SWITCH,   0, 0, 1 << 20, true,  true,  true,  true,  true, true },
    { "threaded",             TIER_THREADED, 0, 0, 1 << 20, true,  true,  true,  true,  true, true },
    { "ir",                   TIER_IR,       0, 0, 1 << 20, true,  true,  true,  true,  true, true },
    { "ir, no passes",        TIER_IR,       0, 0, 1 << 20, true,  true,  true,  true,  false, true },
    { "block",                TIER_BLOCK,    2, 0, 1 << 20, true,  true,  true,  true,  true, true },
    { "block, at once",       TIER_BLOCK,    0, 0, 1 << 20, true,  true,  true,  true,  true, true },
    { "block, in two steps",  TIER_BLOCK,    2, 3, 1 << 20, true,  true,  true,  true,  true, true },
    { "block, small cache",   TIER_BLOCK,    0, 0, 64 << 10, true, true,  true,  true,  true, true },
    { "block, no chain",      TIER_BLOCK,    0, 0, 1 << 20, false, true,  true,  true,  true, true },
    { "block, no homes",      TIER_BLOCK,    0, 0, 1 << 20, true,  false, true,  true,  true, true },
    { "block, no indirect",   TIER_BLOCK,    0, 0, 1 << 20, true,  true,  false, true,  true, true },
    { "block, no prediction", TIER_BLOCK,    0, 0, 1 << 20, true,  true,  true,  false, true, true },
    { "block, no passes",     TIER_BLOCK,    0, 0, 1 << 20, true,  true,  true,  true,  false, true },
    { "block, no regions",    TIER_BLOCK,    2, 3, 1 << 20, true,  true,  true,  true,  true, false },
};
/* clang-format on */

static struct engine *make_engine(const struct variant *v)
{
    return engine_new(&(struct engine_config){
        .guest = &guest_riscv64, .host = &host_x64, .environment = &environment, .tier = v->tier, .chain = v->chain,
        .optimise = v->optimise, .regions = v->regions, .threshold = v->threshold, .hot = v->hot, .cache_size = v->cache_size,
        .longest_block = MAX_BLOCK_INSNS,
        .host_config = { .features = host_x64.detect(), .homes = v->homes, .indirect_cache = v->indirect_cache,
                         .return_prediction = v->return_prediction } });
}

/* Runs from `pc` until an event and gives a0. */
static uint64_t run_on(struct thread *t, uint64_t pc)
{
    current = t;
    t->stop = false;
    t->context.pc = pc;
    t->context.slot[SP] = STACK + STACK_SIZE;
    last_event = EVENT_NONE;
    engine_run(t);
    return t->context.slot[A0];
}

/* ---- programs; each begins at `start` and answers in a0 ---- */

static uint64_t sum_loop(unsigned rounds) /* 1 + 2 + ... + rounds */
{
    uint64_t start = at();
    load_constant(T0, rounds);
    addi(A0, X0, 0);
    uint64_t loop = at();
    add(A0, A0, T0);
    addi(T0, T0, -1);
    bne(T0, X0, loop);
    ecall();
    return start;
}

/* f(n) = n == 0 ? 0 : f(n - 1) + 1, called with `depth`. */
static uint64_t recursion(unsigned depth)
{
    uint64_t function = at();
    beq(A0, X0, at() + 32);
    addi(SP, SP, -16);
    sd(RA, SP, 0);
    addi(A0, A0, -1);
    jal(RA, function);
    addi(A0, A0, 1);
    ld(RA, SP, 0);
    addi(SP, SP, 16);
    jalr(X0, RA);
    uint64_t start = at();
    load_constant(A0, depth);
    jal(RA, function);
    ecall();
    return start;
}

/* Calls through a register, alternating between two functions that add 1 and 16. */
static uint64_t indirect_calls(unsigned rounds)
{
    uint64_t one = at();
    addi(A0, A0, 1);
    jalr(X0, RA);
    uint64_t sixteen = at();
    addi(A0, A0, 16);
    jalr(X0, RA);
    uint64_t start = at();
    addi(A0, X0, 0);
    load_constant(T0, rounds);
    load_constant(A1, (uint32_t)one);
    load_constant(A2, (uint32_t)(one ^ sixteen));
    uint64_t loop = at();
    jalr(RA, A1);
    sub(A1, X0, A1); /* a1 = one + sixteen - a1 */
    load_constant(T1, (uint32_t)(one + sixteen));
    add(A1, A1, T1);
    addi(T0, T0, -1);
    bne(T0, X0, loop);
    ecall();
    return start;
}

/* Many blocks, each once round: fills small caches. */
static uint64_t many_blocks(unsigned blocks, unsigned rounds)
{
    uint64_t start = at();
    addi(A0, X0, 0);
    load_constant(S2, rounds);
    uint64_t loop = at();
    for (unsigned i = 0; i < blocks; i++) {
        addi(A0, A0, 1);
        jal(X0, at() + 8);
        ecall();
    }
    addi(S2, S2, -1);
    beq(S2, X0, at() + 8);
    jal(X0, loop);
    ecall();
    return start;
}

static void test_control(struct thread *t, const char *name)
{
    uint64_t program = sum_loop(1000);
    tap_ok(run_on(t, program) == 500500 && last_event == EVENT_SYSCALL, "%s: a loop", name);
    tap_ok(t->context.pc == program + 4 * 7, "%s: pc after the system call", name);
    program = recursion(50);
    for (int i = 0; i < 4; i++)
        run_on(t, program);
    tap_ok(run_on(t, program) == 50, "%s: recursion", name);
    program = recursion(100000);
    tap_ok(run_on(t, program) == 100000, "%s: recursion deeper than the return stack", name);
    tap_ok(run_on(t, program) == 100000, "%s: and again", name);
    program = indirect_calls(100);
    tap_ok(run_on(t, program) == 50 * 17, "%s: calls through a register", name);
    program = many_blocks(3000, 5);
    tap_ok(run_on(t, program) == 15000, "%s: many blocks", name);
    run_on(t, CODE - 4);
    tap_ok(last_event == EVENT_NO_CODE && t->context.pc == CODE - 4, "%s: no code", name);
}

static unsigned cached_branches(const struct thread *t)
{
    unsigned count = 0;
    for (unsigned i = 0; i < INDIRECT_LINES; i++)
        count += t->context.indirect[i].tpc != NULL;
    return count;
}

/* A control register written with what it holds: what is known of indirect branches stays known. */
static void test_same_mode(struct thread *t, const char *name)
{
    for (int i = 0; i < 4; i++)
        run_on(t, indirect_calls(100));
    unsigned before = cached_branches(t);
    uint64_t program = at();
    clear_frm();
    ecall();
    run_on(t, program);
    tap_ok(cached_branches(t) >= before, "%s: the mode is written and stays", name);
}

static void test_fault(struct thread *t, const char *name)
{
    uint64_t start = at();
    addi(A0, X0, 7);
    addi(S2, X0, 9);
    load_constant(T0, 0x12340); /* nothing there */
    addi(A1, X0, 1);
    uint64_t access = at();
    ld(A0, T0, 8);
    addi(A1, X0, 2);
    ecall();
    for (int i = 0; i < 4; i++) {
        uint64_t answer = run_on(t, start);
        const uint64_t *x = t->context.slot;
        tap_ok(last_event == EVENT_FAULT && t->context.pc == access && last_address == 0x12348, "%s: a fault, run %d", name, i);
        tap_ok(answer == 7 && x[S2] == 9 && x[A1] == 1 && x[T0] == 0x12340, "%s: registers at the fault, run %d", name, i);
    }
    tap_ok(engine_access_address(t, 1) == 0x12348 && t->context.pc == access, "%s: the address found by evaluation", name);
}

static void test_attention(struct thread *t, const char *name)
{
    uint64_t tight = at();
    jal(X0, at());
    uint64_t through_register = at();
    load_constant(T0, (uint32_t)at() + 8);
    jalr(X0, T0);
    uint64_t call_loop = at();
    jal(RA, at() + 8);
    jal(X0, call_loop);
    jalr(X0, RA);
    uint64_t with_choice = at();
    addi(T0, T0, 1);
    beq(T0, S2, at() + 8);
    addi(A0, A0, 1);
    addi(A1, A1, 1);
    bne(T0, S2, with_choice);
    jal(X0, with_choice);
    const uint64_t loops[] = { tight, through_register, call_loop, with_choice };
    for (unsigned i = 0; i < COUNT_OF(loops); i++) {
        alarmed = false;
        ualarm(20000, 0);
        run_on(t, loops[i]);
        alarmed = false;
        tap_ok(last_event == EVENT_NONE, "%s: out of endless loop %u", name, i);
    }
}

static void test_invalidation(struct thread *t, const char *name)
{
    uint64_t function = at();
    addi(A0, A0, 1);
    jalr(X0, RA);
    uint64_t start = at();
    addi(A0, X0, 0);
    load_constant(T0, 50);
    load_constant(A1, (uint32_t)function);
    uint64_t loop = at();
    jal(RA, function);
    jalr(RA, A1);
    addi(T0, T0, -1);
    bne(T0, X0, loop);
    ecall();
    uint64_t before = run_on(t, start);
    uint32_t *end = here;
    here = (uint32_t *)(uintptr_t)function;
    addi(A0, A0, 3);
    here = end;
    engine_invalidate(t->engine, function, function + 4);
    tap_ok(before == 100 && run_on(t, start) == 300, "%s: changed code is seen", name);
}

/* Loops within a loop, with a choice: what changes is in the middle. */
static void test_nested_loops(struct thread *t, const char *name)
{
    uint64_t start = at();
    addi(A0, X0, 0);
    addi(T0, X0, 30);
    uint64_t outer = at();
    addi(A1, X0, 20);
    uint64_t inner = at();
    addi(A1, A1, -1);
    sub(S2, A1, T0);
    beq(S2, X0, at() + 8); /* 19 of 30 times once */
    addi(A0, A0, 1);
    uint64_t after = at();
    addi(A0, A0, 2);
    bne(A1, X0, inner);
    addi(T0, T0, -1);
    bne(T0, X0, outer);
    ecall();
    uint64_t first = run_on(t, start), second = run_on(t, start);
    tap_ok(first == 30 * 20 * 3 - 19 && second == first, "%s: nested loops", name);
    uint32_t *end = here;
    here = (uint32_t *)(uintptr_t)after;
    addi(A0, A0, 5);
    here = end;
    engine_invalidate(t->engine, after, after + 4);
    tap_ok(run_on(t, start) == 30 * 20 * 6 - 19, "%s: what changes within them is seen", name);
}

/* A loop that goes on past a branch, which never is taken, to the next page: what changes there is part of what the loop's head
 * became. */
static void test_invalidation_past_branch(struct thread *t, const char *name)
{
    while ((at() & 0xfff) != 0xff0)
        addi(X0, X0, 0);
    uint64_t loop = at();
    addi(A0, A0, 1);
    addi(T0, T0, -1);
    addi(X0, X0, 0);
    beq(T0, A1, at() + 16); /* last of its page */
    uint64_t beyond = at();
    addi(A0, A0, 1);
    bne(T0, X0, loop);
    ecall();
    uint64_t start = at();
    addi(A0, X0, 0);
    load_constant(T0, 100);
    addi(A1, X0, -1);
    jal(X0, loop);
    uint64_t before = run_on(t, start);
    uint32_t *end = here;
    here = (uint32_t *)(uintptr_t)beyond;
    addi(A0, A0, 3);
    here = end;
    engine_invalidate(t->engine, beyond, beyond + 4);
    tap_ok(before == 200 && run_on(t, start) == 400, "%s: changed code past a branch is seen", name);
}

static void test_fork(struct thread *t, const char *name)
{
    uint64_t program = sum_loop(1000), another = sum_loop(2000);
    run_on(t, program);
    engine_fork_prepare(t->engine);
    pid_t child = fork();
    if (!child) {
        engine_fork_child(t->engine, t);
        bool good = run_on(t, program) == 500500 && run_on(t, another) == 2001000;
        _exit(good ? 0 : 1);
    }
    engine_fork_parent(t->engine);
    bool parent_good = run_on(t, another) == 2001000;
    int status;
    waitpid(child, &status, 0);
    tap_ok(parent_good && status == 0, "%s: fork", name);
}

struct worker {
    struct engine *engine;
    uint64_t program, expected;
    bool good;
};

static void *work(void *argument)
{
    struct worker *w = argument;
    use_signal_stack();
    struct thread *t = engine_thread_new(w->engine, NULL);
    for (int i = 0; i < 20; i++)
        w->good &= run_on(t, w->program) == w->expected;
    engine_thread_free(t);
    return NULL;
}

enum { WORKERS = 3 };

static void run_together(struct worker *workers, const char *name, const char *what)
{
    pthread_t threads[WORKERS];
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, &workers[i]);
    bool good = true;
    for (unsigned i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        good &= workers[i].good;
    }
    tap_ok(good, "%s: %s", name, what);
}

/* With a small cache the threads flush under each other's feet. In the same code they enter each other's fresh translations, which
 * leave at once by sites that lead nowhere yet. */
static void test_threads(struct engine *e, const char *name)
{
    run_together((struct worker[WORKERS]){ { e, many_blocks(2000, 2), 4000, true }, { e, sum_loop(5000), 12502500, true },
                                           { e, many_blocks(1500, 2), 3000, true } }, name, "threads in different code");
    uint64_t same = many_blocks(8000, 5);
    struct worker worker = { e, same, 40000, true };
    run_together((struct worker[WORKERS]){ worker, worker, worker }, name, "threads in the same code");
}

int main(void)
{
    void *code = mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    void *stack = mmap((void *)STACK, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (code == MAP_FAILED || stack == MAP_FAILED) {
        puts("1..0 # SKIP low addresses are not to be had");
        return 0;
    }
    use_signal_stack();
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER }, NULL);
    sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm, .sa_flags = SA_ONSTACK | SA_RESTART }, NULL);
    for (unsigned i = 0; i < COUNT_OF(variants); i++) {
        const char *name = variants[i].name;
        here = code;
        memset(code, 0, CODE_SIZE);
        struct engine *e = make_engine(&variants[i]);
        struct thread *t = engine_thread_new(e, NULL);
        test_control(t, name);
        test_same_mode(t, name);
        test_fault(t, name);
        test_attention(t, name);
        test_invalidation(t, name);
        test_invalidation_past_branch(t, name);
        test_nested_loops(t, name);
        test_fork(t, name);
        test_threads(e, name);
    }
    return tap_done();
}
