/* What is translated together: loops in i386 code, their heads, blocks that begin within others, and what is known of flags from block to block. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/private.h"
#include "guest/ia32/regs.h"
#include "tap.h"

enum { CODE = 0x100000, CODE_SIZE = 1 << 12 };

#include "harness.h"

static const struct environment environment = { .code_window = code_window, .event = on_event };

/* Runs the code until it raises something, and forms the loop through CODE + `head`. */
static bool loop_of(struct engine **e, const char *code, size_t size, uint64_t ecx, uint64_t ebx, unsigned head, struct region *region)
{
    memcpy((void *)CODE, code, size);
    *e = engine_new(&(struct engine_config){
        .guest = &guest_i386, .host = &host_x64, .environment = &environment, .tier = TIER_BLOCK, .chain = true, .optimise = true, .lazy_flags = true,
        .threshold = 2, .hot = 1000, .cache_size = 1 << 20, .longest_block = MAX_BLOCK_INSNS,
        .host_config = { .features = host_x64.detect(), .homes = true, .indirect_cache = true, .return_prediction = true } });
    struct thread *t = engine_thread_new(*e, NULL);
    t->context.pc = CODE;
    t->context.slot[IA32_ECX] = ecx;
    t->context.slot[IA32_EBX] = ebx;
    t->context.slot[IA32_ESP] = CODE + CODE_SIZE;
    engine_run(t);
    struct block *b = map_find(*e, CODE + head, 0);
    return b && form_loop(*e, b, region);
}
#define LOOP_OF(code, ...) loop_of(&e, code, sizeof(code) - 1, __VA_ARGS__)

struct counts { unsigned calls, polls; };

static struct counts count_lifted(struct engine *e, struct region *region)
{
    struct ir_unit u;
    struct arena arena = { 0 };
    struct counts counts = { 0 };
    ir_unit_init(&u, &arena, e->config.guest->layout, region->block[0]->spc);
    lift_region(e, region, &u);
    for (ir_ref i = 0; i < u.insn_count; i++) {
        counts.calls += u.insn[i].op == IR_call;
        counts.polls += u.insn[i].op == IR_poll;
    }
    arena_free(&arena);
    return counts;
}

static void test_known_flags(void)
{
    static const char code[] = "\x39\xc8" /* 0: cmp eax,ecx */ "\x74\x03" /* je 7 */ "\x40" /* inc eax */ "\x72\xf9" /* jb 0 */ "\xcd\x80";
    struct engine *e;
    struct region region;
    bool found = LOOP_OF(code, 50, 0, 0, &region);
    tap_ok(found && region.count == 2 && region.is_head[0] && !region.is_head[1], "a loop of two blocks");
    struct counts counts = count_lifted(e, &region);
    tap_ok(counts.calls == 0, "flags are known from the only block before");
    tap_ok(counts.polls == 1, "one way back, one poll");
    form_trace(e, map_find(e, CODE, 0), &region);
    tap_ok(region.count == 2 && count_lifted(e, &region).calls == 0, "likewise in a trace");
}

static unsigned count_polls_out(const char *code, size_t size)
{
    struct engine *e;
    struct region region;
    loop_of(&e, code, size, CODE + 4, 0, 0, &region);
    form_trace(e, map_find(e, CODE, 0), &region);
    return count_lifted(e, &region).polls;
}
#define POLLS_OUT(code) count_polls_out(code, sizeof(code) - 1)

static void test_polls_on_ways_out(void)
{
    tap_ok(POLLS_OUT("\x49\x75\xfd\xcd\x80") == 1, "a way back polls"); /* 0: dec ecx; jne 0 */
    tap_ok(POLLS_OUT("\x75\x01\x90\xcd\x80") == 0, "a way forwards does not"); /* jne 3; nop; 3: */
    tap_ok(POLLS_OUT("\xff\xe1\x90\x90\xcd\x80") == 1, "an indirect jump does"); /* jmp ecx */
    tap_ok(POLLS_OUT("\xff\xd1\x90\x90\xcd\x80") == 1, "an indirect call, too"); /* call ecx */
}

static void test_separated(void)
{
    static const char code[] = "\x89\xc2" /* 0: mov edx,eax */ "\x83\xc0\x01" /* 2: add eax,1 */ "\xa8\x03" /* test al,3 */
                               "\x75\xf9" /* jne 2 */ "\x39\xc8" /* 9: cmp eax,ecx */ "\x75\xf3" /* jne 0 */ "\xcd\x80";
    struct engine *e;
    struct region region;
    bool found = LOOP_OF(code, 64, 0, 0, &region);
    tap_ok(found && region.count == 3, "a loop in a loop");
    tap_ok(region.insn_count[0] == 1 && region.insn_count[1] == 3, "a block ends where another begins");
    tap_ok(region.is_head[0] && region.is_head[1] && !region.is_head[2], "both have heads");
    tap_ok(count_lifted(e, &region).polls == 2, "both poll");
}

static void test_inseparable(void)
{
    static const char code[] = "\x39\xc8" /* 0: cmp eax,ecx */ "\x74\x09" /* 2: je 13 */ "\x40" /* inc eax */ "\xa8\x03" /* test al,3 */
                               "\x75\xf9" /* jne 2 */ "\x39\xd9" /* 9: cmp ecx,ebx */ "\x75\xf3" /* jne 0 */ "\xcd\x80";
    struct engine *e;
    struct region region;
    bool found = LOOP_OF(code, 64, 0, 0, &region);
    tap_ok(found && region.count == 4 && region.block[1]->spc == CODE + 2, "a loop with a jump to a branch");
    tap_ok(region.insn_count[0] == 2, "what sets flags stays with what looks at them");
}

/* In the optimised unit, so that they are written each time round; those on ways out are not instructions. */
static unsigned count_flag_writes(struct engine *e, struct region *region)
{
    struct arena arena = { 0 };
    const struct ir_unit *u = translate_to_ir(e, region, true, &arena);
    unsigned count = 0;
    for (ir_ref i = 1; i < u->insn_count; i++)
        count += u->insn[i].op == IR_set && ir_fleeting(u->layout, u->insn[i].imm);
    arena_free(&arena);
    return count;
}

static void test_rotated(void)
{
    static const char code[] = "\xbe\x00\x08\x10\x00" /* 0: mov esi,data */ "\x8b\x06" /* 5: mov eax,[esi] */ "\x01\xc2" /* 7: add edx,eax */
                               "\x83\xc6\x04" /* 9: add esi,4 */ "\x39\xce" /* 12: cmp esi,ecx */ "\x75\xf5" /* jne 5 */ "\xcd\x80";
    struct engine *e;
    struct region region;
    bool found = LOOP_OF(code, CODE + 0x900, 0, 5, &region);
    tap_ok(found && region.count == 1 && region.rotated[0] == 1, "what is before the flags is at the end of the way back");
    tap_ok(count_lifted(e, &region).polls == 1, "there it polls");
    tap_ok(count_flag_writes(e, &region) == 0, "so nothing need be written for faults");
}

static void test_not_rotated(void)
{
    static const char code[] = "\xbe\x00\x08\x10\x00" /* 0: mov esi,data */ "\x83\xc6\x04" /* 5: add esi,4 */ "\x8b\x06" /* mov eax,[esi] */
                               "\x39\xce" /* cmp esi,ecx */ "\x75\xf7" /* jne 5 */ "\xcd\x80";
    struct engine *e;
    struct region region;
    bool found = LOOP_OF(code, CODE + 0x900, 0, 5, &region);
    tap_ok(found && region.count == 1 && region.rotated[0] == 0, "flags before anything else: nothing to rotate");
    tap_ok(count_flag_writes(e, &region) == 0, "nothing is written then, either");
}

static struct thread *wanted;

static void on_fault(int number, siginfo_t *info, void *ucontext)
{
    if (!wanted || engine_catch_fault(wanted, ucontext, (uintptr_t)info->si_addr) == FAULT_OURS)
        signal(number, SIG_DFL);
}

static void stop_attending(struct thread *t) { t->stop = true; }

static void *run_thread(void *t)
{
    engine_run(t);
    return NULL;
}

/* A thread waits for the engine's lock to translate an endless loop; meanwhile it is wanted. */
static void test_wanted_while_waiting(void)
{
    static const struct environment attending = { .code_window = code_window, .event = on_event, .attend = stop_attending };
    enum { THRESHOLD = 2000000, PATIENCE = 5000 }; /* executions: long enough to take the lock; milliseconds */
    memcpy((void *)CODE, "\x40\xeb\xfd" /* inc eax; jmp 0 */, 3);
    struct engine *e = engine_new(&(struct engine_config){
        .guest = &guest_i386, .host = &host_x64, .environment = &attending, .tier = TIER_BLOCK, .chain = true, .optimise = true, .lazy_flags = true,
        .regions = true, .threshold = THRESHOLD, .cache_size = 1 << 20, .longest_block = MAX_BLOCK_INSNS,
        .host_config = { .features = host_x64.detect(), .homes = true, .indirect_cache = true, .return_prediction = true } });
    struct thread *t = wanted = engine_thread_new(e, NULL);
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, NULL);
    engine_thread_new(e, NULL); /* for one alone there are no locks */
    t->context.pc = CODE;
    pthread_t thread;
    struct block *b = NULL;
    pthread_create(&thread, NULL, run_thread, t);
    while (!b)
        b = map_find(e, CODE, 0);
    pthread_mutex_lock(&e->lock);
    while (b->executions <= THRESHOLD || t->private->phase != PHASE_OUTSIDE)
        ;
    engine_attention(t);
    pthread_mutex_unlock(&e->lock);
    for (int i = 0; i < PATIENCE && !t->stop; i++)
        usleep(1000);
    tap_ok(t->stop, "who is wanted while it waits to translate a loop comes back from it");
    if (t->stop)
        pthread_join(thread, NULL);
}

int main(void)
{
    if (mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
        return 77;
    test_known_flags();
    test_polls_on_ways_out();
    test_separated();
    test_inseparable();
    test_rotated();
    test_not_rotated();
    test_wanted_while_waiting();
    return tap_done();
}
