/* Translated units together: linked edges, calls and returns, indirect jumps, polls, faults. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

#include "machine.h"
#include "tap.h"

enum { FIRST_SITE = 1000, SP = R0 + 1, RA = R0 + 5 };

/* A unit at `spc`, from the body of its only block. Its sites get numbers from `first` on. */
static struct host_unit translate(struct machine *m, uint64_t spc, uint32_t first, const char *body)
{
    struct ir_unit u;
    struct ir_parse_error error;
    struct host_unit unit;
    char text[2000];
    snprintf(text, sizeof text, "unit 0x%llx\nb0:\n%s\n", (unsigned long long)spc, body);
    if (!ir_parse(&u, &m->arena, &test_layout, test_helpers, COUNT_OF(test_helpers), text, &error))
        die(99, "line %u: %s", error.line, error.message);
    if (!host_x64.translate(&m->config, &m->runtime, &u, NULL, first, &m->code, &unit))
        die(99, "not translated");
    return unit;
}

static void link_site(struct machine *m, const struct host_unit *from, unsigned site, const struct host_unit *to)
{
    host_x64.link(&m->code, from->sites[site].link, to->start);
}

static uint32_t enter(struct machine *m, const struct host_unit *unit)
{
    m->context.event = EVENT_NONE;
    return m->runtime.enter(&m->context, m->code.exec + unit->start);
}

#define COUNT_UP(slot) "v0 = get.i64 " slot "\nv1 = const.i64 1\nv2 = add.i64 v0, v1\nset " slot ", v2\n"
#define LEAVE "raise syscall, 0x9000"

static void test_links(struct machine *m)
{
    struct host_unit a = translate(m, 0x1000, FIRST_SITE, COUNT_UP("r4") "br ->0x2000");
    struct host_unit b = translate(m, 0x2000, FIRST_SITE + 10, COUNT_UP("r15") LEAVE);
    m->context.slot[R0 + 4] = m->context.slot[R0 + 15] = 0;
    tap_ok(enter(m, &a) == FIRST_SITE && m->context.slot[R0 + 4] == 1, "an edge that is not linked leaves with its site");
    link_site(m, &a, 0, &b);
    tap_ok(enter(m, &a) == LEAVE_EVENT && m->context.event == EVENT_SYSCALL && m->context.pc == 0x9000, "a linked edge goes on");
    tap_ok(m->context.slot[R0 + 4] == 2 && m->context.slot[R0 + 15] == 1, "both units did their work");
    host_x64.link(&m->code, a.sites[0].link, a.sites[0].stub);
    tap_ok(enter(m, &a) == FIRST_SITE, "an edge linked to its stub leaves again");
}

static void test_loop(struct machine *m)
{
    struct host_unit loop = translate(m, 0x1000, FIRST_SITE, COUNT_UP("r4")
                                      "v3 = const.i64 1000\nv4 = ne.i64 v2, v3\nbrif v4, ->0x1000, ->0x1010");
    link_site(m, &loop, 0, &loop);
    m->context.slot[R0 + 4] = 0;
    tap_ok(enter(m, &loop) == FIRST_SITE + 1 && m->context.slot[R0 + 4] == 1000, "a linked loop ends where it should");
}

/* caller -> callee, which returns; what is returned to counts r4 up and leaves. */
static void test_returns(struct machine *m)
{
    struct host_unit caller = translate(m, 0x1000, FIRST_SITE, "v0 = const.i64 0x1004\nset r5, v0\ncall_to ->0x2000, 0x1004");
    struct host_unit callee = translate(m, 0x2000, FIRST_SITE + 10, "v0 = get.i64 r5\nreturn_to v0");
    struct host_unit after = translate(m, 0x1004, FIRST_SITE + 20, COUNT_UP("r4") LEAVE);
    const void **bottom = m->context.return_top;
    m->context.slot[R0 + 4] = 0;
    link_site(m, &caller, 0, &callee);
    tap_ok(enter(m, &caller) == FIRST_SITE + 1 && m->context.return_top == bottom, "a return comes out after its call");
    link_site(m, &caller, 1, &after);
    tap_ok(enter(m, &caller) == LEAVE_EVENT && m->context.slot[R0 + 4] == 1 && m->context.return_top == bottom,
           "it goes on there if linked");

    struct host_unit only_call = translate(m, 0x3000, FIRST_SITE + 30, "v0 = const.i64 0x3004\nset r5, v0\ncall_to ->0x4000, 0x3004");
    tap_ok(enter(m, &only_call) == FIRST_SITE + 30 && m->context.return_top == bottom - 1, "a call leaves its landing");
    m->context.slot[RA] = 0x5555550;
    tap_ok(enter(m, &callee) == LEAVE_INDIRECT && m->context.pc == 0x5555550 && m->context.return_top == bottom - 1,
           "a return elsewhere leaves and keeps the landing");

    struct host_unit inner_call = translate(m, 0x4000, FIRST_SITE + 40, "call_to ->0x5000, 0x4004");
    for (unsigned i = 0; i < 3; i++)
        enter(m, &inner_call);
    m->context.slot[RA] = 0x3004;
    tap_ok(enter(m, &callee) == FIRST_SITE + 31 && m->context.return_top == bottom, "a return past newer calls finds the older one, and drops them");
    for (unsigned i = 0; i < 2; i++) {
        m->context.slot[RA] = 0x6660;
        tap_ok(enter(m, &callee) == LEAVE_INDIRECT && m->context.pc == 0x6660 && m->context.return_top == bottom, "a return without a call leaves");
    }
    enter(m, &only_call);
    m->context.slot[RA] = 0x3005;
    tap_ok(enter(m, &callee) == LEAVE_INDIRECT && m->context.pc == 0x3004, "bits below the alignment of a return do not count");
    machine_clear_predictions(m);
}

static void fill_line(struct machine *m, const struct host_unit *unit, uint64_t spc)
{
    struct indirect_line *line = &m->lines[spc / test_layout.code_alignment % INDIRECT_LINES];
    line->tpc = m->code.exec + unit->start;
    line->spc = spc;
}

static void test_indirect_jump(struct machine *m)
{
    struct host_unit jump = translate(m, 0x1000, FIRST_SITE, "v0 = get.i64 r5\njump_ind v0");
    struct host_unit first = translate(m, 0x2000, FIRST_SITE + 10, "v0 = const.i64 1\nset r4, v0\n" LEAVE);
    struct host_unit second = translate(m, 0x3002, FIRST_SITE + 20, "v0 = const.i64 2\nset r4, v0\n" LEAVE);
    fill_line(m, &second, 0x3002);
    m->context.slot[RA] = 0x2000;
    tap_ok(enter(m, &jump) == FIRST_SITE && m->context.pc == 0x2000, "an indirect jump never predicted leaves with its site");
    link_site(m, &jump, 0, &first);
    host_x64.predict(&m->code, jump.sites[0].guess, 0x2000);
    m->context.slot[R0 + 4] = 0;
    tap_ok(enter(m, &jump) == LEAVE_EVENT && m->context.slot[R0 + 4] == 1, "a predicted target is jumped to");
    m->context.slot[RA] = 0x3002;
    tap_ok(enter(m, &jump) == LEAVE_EVENT && m->context.slot[R0 + 4] == 2, "another is found in the indirect-branch cache");
    m->context.slot[RA] = 0x4000;
    tap_ok(enter(m, &jump) == LEAVE_INDIRECT && m->context.pc == 0x4000, "or is not");
    m->context.slot[RA] = 0x2001;
    tap_ok(enter(m, &jump) == LEAVE_INDIRECT && m->context.pc == 0x2000, "bits below the alignment do not count");
    m->context.slot[RA] = 0x2000;
    host_x64.predict(&m->code, jump.sites[0].guess, NO_SPC);
    host_x64.link(&m->code, jump.sites[0].link, jump.sites[0].stub);
    tap_ok(enter(m, &jump) == LEAVE_INDIRECT && m->context.pc == 0x2000, "a prediction taken back leaves the lookup");
    machine_clear_predictions(m);
}

static void test_indirect_call(struct machine *m)
{
    struct host_unit call = translate(m, 0x1000, FIRST_SITE, "v0 = get.i64 r4\nv1 = const.i64 0x1004\nset r5, v1\ncall_ind v0, 0x1004");
    struct host_unit callee = translate(m, 0x2000, FIRST_SITE + 10, "v0 = get.i64 r5\nreturn_to v0");
    const void **bottom = m->context.return_top;
    m->context.slot[R0 + 4] = 0x2000;
    unsigned landing = call.sites[0].spc == NO_SPC ? 1 : 0;
    tap_ok(enter(m, &call) == FIRST_SITE + !landing && m->context.return_top == bottom - 1, "an indirect call leaves its landing");
    machine_clear_predictions(m);
    link_site(m, &call, !landing, &callee);
    host_x64.predict(&m->code, call.sites[!landing].guess, 0x2000);
    tap_ok(enter(m, &call) == FIRST_SITE + landing && m->context.return_top == bottom, "a predicted one calls, and the return comes back");
    m->context.slot[R0 + 4] = 0x2222;
    fill_line(m, &callee, 0x2222);
    tap_ok(enter(m, &call) == FIRST_SITE + landing && m->context.return_top == bottom, "one found in the cache, too");
    machine_clear_predictions(m);
}

/* ---- faults ------------------------------------------------------------------------------------------------------------------- */

/* Signal handlers get no argument. */
static struct machine *faulting;
static const struct host_unit *faulting_unit;
static uint64_t fault_pc;
static jmp_buf after_fault;

static void resume(void *argument)
{
    fault_pc = *(uint64_t *)argument;
    longjmp(after_fault, 1);
}

static void on_fault(int number, siginfo_t *info, void *ucontext)
{
    static uint64_t pc;
    (void)number, (void)info;
    struct machine *m = faulting;
    uint64_t offset = host_x64.signal_pc(ucontext) - (uintptr_t)m->code.exec;
    for (unsigned i = 0; i < faulting_unit->mark_count; i++)
        if (faulting_unit->marks[i].offset <= offset)
            pc = faulting_unit->marks[i].pc;
    host_x64.save_homes(&m->runtime, ucontext, &m->context);
    host_x64.redirect(ucontext, resume, &pc, m->context.native_stack);
}

static void test_fault(struct machine *m, const char *name)
{
    static uint8_t stack[65536];
    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER }, NULL);
    struct host_unit unit = translate(m, 0x1000, FIRST_SITE,
        "mark 0x1000\nv0 = get.i64 r4\nv1 = const.i64 5\nv2 = add.i64 v0, v1\nset r4, v2\nset r16, v2\nv8 = get.f64 f3\nset f4, v8\nset f15, v8\n"
        "mark 0x1004\nv3 = get.i64 r3\nv4 = load.i64 v3\nv5 = add.i64 v4, v2\nset r4, v5\nset r3, v5\nset r16, v5\n"
        "mark 0x1008\nbr ->0x100c");
    faulting = m;
    faulting_unit = &unit;
    m->context.slot[R0 + 3] = 8; /* nothing is there */
    m->context.slot[R0 + 4] = 100;
    m->context.slot[F0 + 3] = UINT64_C(0x4008000000000000);
    const void *const *top = m->context.return_top;
    if (!setjmp(after_fault)) {
        enter(m, &unit);
        fault_pc = 0;
    }
    const uint64_t *slot = m->context.slot;
    tap_ok(fault_pc == 0x1004, "%s: a fault belongs to its instruction", name);
    tap_ok(slot[R0 + 4] == 105 && slot[R0 + 16] == 105 && slot[R0 + 3] == 8, "%s: what was set before it is done, what is after is not", name);
    tap_ok(slot[F0 + 4] == slot[F0 + 3] && slot[F0 + 15] == slot[F0 + 3], "%s: floats too", name);
    tap_ok(m->context.return_top == top, "%s: the stack of returns is where it was", name);
}

static void test_helper(struct machine *m)
{
    struct host_unit unit = translate(m, 0x1000, FIRST_SITE, "v0 = get.i64 r4\nv1 = get.i64 r15\nv2 = call stir, v0, v1\nset r4, v2\n" LEAVE);
    struct context *copy = must_alloc(sizeof *copy);
    m->context.slot[R0 + 4] = 77;
    *copy = m->context;
    uint64_t want = helper_stir(copy, 77, copy->slot[R0 + 15]);
    const void *const *top = m->context.return_top;
    enter(m, &unit);
    tap_ok(m->context.slot[R0 + 4] == want && m->context.slot[R0 + 3] == copy->slot[R0 + 3], "a helper sees and changes state");
    tap_ok(m->context.return_top == top, "and leaves the stack of returns alone");
    free(copy);
}

static void test_overflow(struct machine *m)
{
    size_t used = m->code.used, capacity = m->code.capacity;
    unsigned fits = 0;
    bool kept = true;
    for (size_t more = 0; more < 200; more++) {
        struct arena arena = { 0 };
        struct ir_unit u;
        struct host_unit unit;
        ir_unit_init(&u, &arena, &test_layout, 0x1000);
        ir_begin_block(&u);
        ir_emit(&u, (struct ir_insn){ .op = IR_call_ind, .arg = { ir_const(&u, IR_I64, 0x123456789a) }, .imm = 0x4000000000 });
        m->code.capacity = used + more;
        m->code.overflow = false;
        bool translated = host_x64.translate(&m->config, &m->runtime, &u, NULL, FIRST_SITE, &m->code, &unit);
        kept &= translated ? m->code.used <= m->code.capacity : m->code.overflow && m->code.used == used;
        fits += translated;
        m->code.used = used;
        arena_free(&arena);
    }
    tap_ok(kept, "a unit fits, or nothing is appended and overflow says so");
    tap_ok(fits < 200, "some buffer is too small");
    m->code.capacity = capacity;
    m->code.overflow = false;
}

int main(void)
{
    struct machine *m = machine_new(host_x64.detect());
    test_links(m);
    test_loop(m);
    test_returns(m);
    test_indirect_jump(m);
    test_indirect_call(m);
    test_helper(m);
    test_fault(m, "all features");
    test_overflow(m);
    m->config.features = 0;
    machine_make_runtime(m);
    test_fault(m, "no features");
    m->config.homes = false;
    machine_make_runtime(m);
    test_returns(m);
    test_fault(m, "no homes");
    return tap_done();
}
