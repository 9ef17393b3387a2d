/* Writes on ways out: a block's exit goes straight to code that overwrites a condition field before anyone looks, through its stub, which
 * writes the field, to other code; whoever looks, whenever, finds what was compared last. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "engine/private.h"
#include "guest/powerpc/regs.h"
#include "tap.h"

enum { CODE = 0x100000, CODE_SIZE = 1 << 16, A = CODE, B = CODE + 0x100, LOOP = CODE + 0x200 };
enum { LESS = 8, EQUAL = 2 };
enum { NOP = 0x60000000, SC = 0x44000002, COMPARE_R3_5 = 0x2c030005, COMPARE_R4_7 = 0x2c040007, BEQ_B = 0x418200fc };

#include "harness.h"

static struct thread *current;
static volatile sig_atomic_t alarmed;

static void on_attention(struct thread *t) { t->stop = alarmed; }

static const struct environment environment = { .code_window = code_window, .event = on_event, .attend = on_attention };

/* How a loop is left. */
static void on_fault(int number, siginfo_t *info, void *ucontext)
{
    if (!current || engine_catch_fault(current, ucontext, (uintptr_t)info->si_addr) == FAULT_OURS)
        signal(number, SIG_DFL);
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
    alarmed = true;
    engine_attention(current);
}

static void put(uint32_t at, uint32_t bits)
{
    bits = __builtin_bswap32(bits);
    memcpy((void *)(uintptr_t)at, &bits, sizeof bits);
}

static void put_and_tell(struct engine *e, uint32_t at, uint32_t bits)
{
    put(at, bits);
    engine_invalidate(e, at, at + 4);
}

/* CR0 after a run from `pc`. */
static unsigned run(struct thread *t, uint64_t pc, uint32_t r3, uint32_t r4)
{
    current = t;
    t->stop = false;
    t->context.pc = pc;
    t->context.slot[POWERPC_R + 3] = r3;
    t->context.slot[POWERPC_R + 4] = r4;
    powerpc_write_cr(&t->context, 0x44444444);
    last_event = EVENT_NONE;
    engine_run(t);
    return powerpc_read_cr(&t->context) >> 28;
}

static bool runs(struct thread *t, uint32_t r3, uint32_t r4, unsigned want, enum event event)
{
    bool good = true;
    for (unsigned i = 0; i < 8; i++)
        good &= run(t, A, r3, r4) == want && last_event == event;
    return good;
}

static bool any_writes(const struct engine *e)
{
    for (uint32_t i = 0; i < e->site_count; i++)
        if (e->sites[i].writes)
            return true;
    return false;
}

static void test_chain(struct engine *e, struct thread *t, const char *name)
{
    put(A, COMPARE_R3_5), put(A + 4, BEQ_B), put(A + 8, SC);
    put(B, COMPARE_R4_7), put(B + 4, SC);
    for (unsigned i = 0; i < 8; i++)
        run(t, B, 0, 0);
    tap_ok(runs(t, 5, 7, EQUAL, EVENT_SYSCALL) && runs(t, 5, 3, LESS, EVENT_SYSCALL), "%s: on to a comparison", name);
    tap_ok(any_writes(e), "%s: a site has writes", name);
    tap_ok(runs(t, 4, 7, LESS, EVENT_SYSCALL), "%s: past the branch", name);
    put_and_tell(e, B, NOP);
    tap_ok(runs(t, 5, 3, EQUAL, EVENT_SYSCALL), "%s: on to code that compares nothing", name);
    put_and_tell(e, B, COMPARE_R4_7);
    tap_ok(runs(t, 5, 3, LESS, EVENT_SYSCALL), "%s: on to a comparison again", name);
    put_and_tell(e, B, 0);
    tap_ok(runs(t, 5, 3, EQUAL, EVENT_ILLEGAL), "%s: on to no instruction", name);
}

/* On a slow machine the alarm may come before the loop has begun, which says nothing. */
static void test_wanted(struct thread *t, const char *name)
{
    bool good = true;
    put(LOOP, 0x3463ffff), put(LOOP + 4, 0x4082fffc); /* addic. r3,r3,-1; bne */
    for (unsigned i = 0; i < 5; i++) {
        alarmed = false;
        setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_usec = 20000 }, NULL);
        run(t, LOOP, UINT32_MAX, 0);
        uint32_t left = (uint32_t)t->context.slot[POWERPC_R + 3];
        good &= alarmed && (left == UINT32_MAX || (t->context.slot[POWERPC_CR] == (uint64_t)(int32_t)left && t->context.slot[POWERPC_CA] == 1));
    }
    tap_ok(good, "%s: a loop that is left", name);
}

static void test_variant(const char *name, unsigned threshold, unsigned hot, bool chain)
{
    struct engine *e = engine_new(&(struct engine_config){
        .guest = &guest_powerpc, .host = &host_x64, .environment = &environment, .tier = TIER_BLOCK, .chain = chain, .optimise = true, .regions = true,
        .threshold = threshold, .hot = hot, .cache_size = 1 << 20, .longest_block = MAX_BLOCK_INSNS,
        .host_config = { .features = host_x64.detect(), .homes = true, .indirect_cache = true, .return_prediction = true } });
    struct thread *t = engine_thread_new(e, NULL);
    test_chain(e, t, name);
    test_wanted(t, name);
}

int main(void)
{
    if (mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
        return 77;
    stack_t stack = { .ss_sp = must_alloc(1 << 16), .ss_size = 1 << 16 };
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER }, NULL);
    sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm, .sa_flags = SA_ONSTACK | SA_RESTART }, NULL);
    test_variant("at once", 0, 0, true);
    test_variant("in two steps", 2, 3, true);
    test_variant("without chaining", 0, 0, false);
    return tap_done();
}
