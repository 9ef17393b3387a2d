/* Random IA-32 instructions, single ones and sequences, against the processor that this runs on: registers, flags, floating point, memory, faults.
 * Arguments: how many single ones, and the seed.
 *
 * The processor is asked by single steps: a signal handler puts the state into its frame, with the code segment of 32-bit programs and the trap flag, and
 * returns into the instruction; the next signal has what came of it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include "guest/ia32/ia32.h"
#include "ir/extended.h"
#include "ir/float.h"
#include "runner.h"
#include "tap.h"

enum { SANDBOX = 0x20000000, SANDBOX_SIZE = 0x2000, MARGIN = 0x400, CODE = 0x30000000, CODE_SIZE = 0x1000, LONGEST = 15 };
enum { MXCSR_RESET = 0x1f80, MXCSR_MASKS = 0x1f80 };
enum { SEEN_FLAGS = EFLAGS_ARITHMETIC | EFLAGS_DF };

struct state {
    uint32_t general[8], eip, eflags;
    enum event event;
    uint8_t x87[EXTENDED_STATE];
    uint8_t vector[8][16];
    uint32_t mxcsr;
    uint8_t memory[SANDBOX_SIZE];
    bool only_event; /* it failed where nobody can say what the registers were */
};

/* ---- the processor ------------------------------------------------------------------------------------------------------------------- */

/* Between the handler's two calls. Order of struct state.general. */
static const int greg_of[8] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI };
static struct { struct state *state; greg_t ours[NGREG]; bool inside; } step;

static void go_in(ucontext_t *u)
{
    greg_t *r = u->uc_mcontext.gregs;
    memcpy(step.ours, r, sizeof step.ours);
    for (unsigned i = 0; i < 8; i++)
        r[greg_of[i]] = step.state->general[i];
    memcpy(u->uc_mcontext.fpregs->_xmm, step.state->vector, sizeof step.state->vector);
    u->uc_mcontext.fpregs->mxcsr = step.state->mxcsr;
    r[REG_RIP] = step.state->eip;
    r[REG_EFL] = step.state->eflags | EFLAGS_TF;
    r[REG_CSGSFS] = (r[REG_CSGSFS] & ~(greg_t)0xffff) | IA32_CODE_SELECTOR;
    step.inside = true;
}

static enum event event_of(int number, greg_t trap)
{
    switch (number) {
    case SIGTRAP: return trap == 3 ? EVENT_BREAKPOINT : EVENT_NONE;
    case SIGFPE: return EVENT_DIVIDE;
    case SIGILL: return EVENT_ILLEGAL;
    default: return trap == 14 ? EVENT_FAULT : EVENT_PROTECTION;
    }
}

static void come_out(ucontext_t *u, int number)
{
    greg_t *r = u->uc_mcontext.gregs;
    for (unsigned i = 0; i < 8; i++)
        step.state->general[i] = (uint32_t)r[greg_of[i]];
    memcpy(step.state->vector, u->uc_mcontext.fpregs->_xmm, sizeof step.state->vector);
    step.state->mxcsr = u->uc_mcontext.fpregs->mxcsr;
    u->uc_mcontext.fpregs->mxcsr = MXCSR_RESET;
    step.state->eip = (uint32_t)r[REG_RIP];
    step.state->eflags = (uint32_t)r[REG_EFL];
    step.state->event = event_of(number, r[REG_TRAPNO]);
    memcpy(r, step.ours, sizeof step.ours);
    step.inside = false;
}

static struct { sigjmp_buf out; bool inside; enum event event; } running; /* Ferry, for the handler */

static void on_signal(int number, siginfo_t *info, void *ucontext)
{
    (void)info;
    if (number == SIGUSR1) {
        go_in(ucontext);
    } else if (step.inside) {
        come_out(ucontext, number);
    } else if (running.inside) {
        running.event = event_of(number, ((ucontext_t *)ucontext)->uc_mcontext.gregs[REG_TRAPNO]);
        siglongjmp(running.out, 1);
    } else {
        signal(number, SIG_DFL);
        raise(number);
    }
}

static void catch_signals(void)
{
    static const int numbers[] = { SIGUSR1, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    stack_t stack = { .ss_sp = must_alloc(1 << 16), .ss_size = 1 << 16 };
    sigaltstack(&stack, NULL);
    for (unsigned i = 0; i < COUNT_OF(numbers); i++)
        sigaction(numbers[i], &(struct sigaction){ .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER }, NULL);
    __asm__ volatile("mov %0, %%ds\n mov %0, %%es" : : "r"(IA32_DATA_SELECTOR)); /* 64-bit programs have none */
}

/* Signals carry it along in both directions. */
static void load_x87(const struct state *s)
{
    extended_reset();
    extended_restore(s->x87);
}

static void store_x87(struct state *s)
{
    extended_save(s->x87);
    extended_reset();
}

/* A repeated instruction takes a step an element. */
static void run_processor(struct state *s)
{
    uint32_t start = s->eip;
    memcpy((void *)SANDBOX, s->memory, SANDBOX_SIZE);
    step.state = s;
    load_x87(s);
    do
        raise(SIGUSR1);
    while (s->eip == start && s->event == EVENT_NONE);
    store_x87(s);
    memcpy(s->memory, (void *)SANDBOX, SANDBOX_SIZE);
}

static void run_ferry(const struct runner *r, struct state *s, size_t length, uint32_t mode)
{
    struct context c = { .mode = mode };
    guest_i386.reset(&c);
    c.mode |= (s->mxcsr & MXCSR_MASKS) == MXCSR_MASKS ? 0 : IA32_MODE_TRAPS;
    memcpy(&c.slot[IA32_XMM0], s->vector, sizeof s->vector);
    for (unsigned i = 0; i < 8; i++)
        c.slot[IA32_EAX + i] = s->general[i];
    ia32_write_eflags(&c, s->eflags);
    c.slot[IA32_FS] = c.slot[IA32_GS] = 0;
    c.pc = s->eip;
    memcpy((void *)SANDBOX, s->memory, SANDBOX_SIZE);
    load_x87(s);
    float_set_mxcsr(s->mxcsr);
    running.inside = true;
    if (!sigsetjmp(running.out, 1)) {
        r->run(&guest_i386, &c, (const uint8_t *)CODE, length);
    } else {
        c.event = running.event;
        s->only_event = true;
    }
    running.inside = false;
    s->mxcsr = float_get_mxcsr();
    float_set_mxcsr(MXCSR_RESET);
    store_x87(s);
    memcpy(s->vector, &c.slot[IA32_XMM0], sizeof s->vector);
    memcpy(s->memory, (void *)SANDBOX, SANDBOX_SIZE);
    for (unsigned i = 0; i < 8; i++)
        s->general[i] = (uint32_t)c.slot[IA32_EAX + i];
    s->eip = (uint32_t)c.pc;
    s->eflags = ia32_read_eflags(&c);
    s->event = c.event;
}

/* ---- random instructions and states ------------------------------------------------------------------------------------------------------- */

static uint64_t seed;

static uint32_t random_number(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % below);
}
static uint32_t random_word(void) { return random_number(0x10000) | random_number(0x10000) << 16; }
static bool chance(unsigned percent) { return random_number(100) < percent; }

static uint32_t interesting(void)
{
    static const uint32_t some[] = { 0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe };
    return chance(40) ? some[random_number(COUNT_OF(some))] : chance(40) ? random_number(64) : random_word();
}

/* `modrm`: where a ModR/M byte would be. */
static void random_bytes(uint8_t *bytes, unsigned *modrm)
{
    static const uint8_t prefixes[] = { 0x66, 0x66, 0x66, 0xf2, 0xf3, 0xf0, 0x26, 0x2e, 0x36, 0x3e };
    unsigned at = 0;
    while (at < 3 && chance(25))
        bytes[at++] = prefixes[random_number(COUNT_OF(prefixes))];
    if (chance(60)) {
        bytes[at++] = 0x0f;
        if (chance(20))
            bytes[at++] = chance(60) ? 0x38 : 0x3a;
    } else if (chance(30))
        bytes[at++] = (uint8_t)(0xd8 + random_number(8));
    *modrm = at + 1 - (bytes[at ? at - 1 : 0] >= 0xd8 && bytes[at ? at - 1 : 0] <= 0xdf && at);
    while (at < LONGEST)
        bytes[at++] = (uint8_t)random_number(256);
}

/* What the processor cannot be asked, or answers otherwise to programs of another kind. */
static bool is_fit(const struct ia32_insn *d)
{
    if (d->segment == IA32_CS || d->segment == IA32_FS || d->segment == IA32_GS)
        return false;
    switch (d->head.op) {
    case OP_fxsave: case OP_fxrstor: case OP_illegal: case OP_int: case OP_int1: case OP_sysenter: case OP_cpuid: case OP_rdtsc: case OP_mov_to_segment: case OP_pop_segment: case OP_load_far:
    case OP_lar: case OP_lsl: case OP_verr: case OP_verw: case OP_jmp_far: case OP_call_far: case OP_ret_far: case OP_iret:
        return false;
    case OP_privileged: return !strstr(ia32_rows[d->row].text, "sys") && d->operand[0].kind != OPERAND_SYSTEM && d->operand[1].kind != OPERAND_SYSTEM;
    case OP_bsf: case OP_bsr: return !(d->prefixes & HAS_REP); /* which newer ones take for other instructions */
    case OP_loop: return !(d->prefixes & (HAS_REP | HAS_REPNE)); /* processors go another way then */
    default: return d->address_size == 32 || d->head.op == OP_lea || d->head.op == OP_jcxz || d->head.op == OP_loop;
    }
}

static uint32_t effective_address(const struct ia32_insn *d, const struct state *s)
{
    uint32_t base = d->base == IA32_ZERO ? 0 : s->general[d->base], index = d->index == IA32_ZERO ? 0 : s->general[d->index];
    return base + (index << d->scale) + d->displacement;
}

static bool is_in_sandbox(uint32_t address) { return address - SANDBOX - MARGIN < SANDBOX_SIZE - 2 * MARGIN; }
static uint32_t sandbox_address(void) { return SANDBOX + MARGIN + random_number(SANDBOX_SIZE - 2 * MARGIN); }

static bool has_memory(const struct ia32_insn *d)
{
    return d->operand[0].kind == OPERAND_MEMORY || d->operand[1].kind == OPERAND_MEMORY;
}

/* Makes the accesses lie in the sandbox. */
static bool place(const struct ia32_insn *d, struct state *s)
{
    s->general[IA32_ESP] = sandbox_address();
    switch (d->head.op) {
    case OP_movs: case OP_cmps: case OP_stos: case OP_lods: case OP_scas:
        s->general[IA32_ESI] = sandbox_address();
        s->general[IA32_EDI] = chance(30) ? s->general[IA32_ESI] + random_number(16) - 8 : sandbox_address();
        s->general[IA32_ECX] = random_number(100);
        return true;
    case OP_xlat: s->general[IA32_EBX] = sandbox_address() - 128; return true;
    case OP_leave: s->general[IA32_EBP] = sandbox_address(); return true;
    case OP_ret: return (uint16_t)value_of(d, 0) < MARGIN / 2; /* what it leaves on the stack lies there, too */
    case OP_enter: /* where the stack will end must be there, too */
        s->general[IA32_EBP] = sandbox_address();
        return (uint16_t)value_of(d, 0) < MARGIN / 2;
    case OP_bt: case OP_bts: case OP_btr: case OP_btc:
        if (d->operand[1].kind == OPERAND_REGISTER && d->operand[0].kind == OPERAND_MEMORY) {
            s->general[d->operand[1].number] = random_number(2000) - 1000;
            if (d->operand[1].number == d->base || d->operand[1].number == d->index)
                return false;
        }
        break;
    case OP_div: case OP_idiv:
        if (chance(70))
            s->general[IA32_EDX] = chance(50) ? 0 : random_number(4) - 2;
        break;
    case OP_maskmov: s->general[IA32_EDI] = sandbox_address(); return true;
    case OP_lea: return true;
    }
    uint32_t wanted = chance(70) ? sandbox_address() & ~15u : sandbox_address();
    if (!has_memory(d) || d->base == IA32_ESP)
        return !has_memory(d) || is_in_sandbox(effective_address(d, s));
    if (d->base != IA32_ZERO)
        s->general[d->base] += wanted - effective_address(d, s);
    return is_in_sandbox(effective_address(d, s));
}

static bool jumps_into_itself(const struct ia32_insn *d)
{
    for (unsigned i = 0; i < MOST_OPERANDS; i++)
        if (d->operand[i].kind == OPERAND_TARGET && value_of(d, i) - CODE < d->head.length)
            return true;
    return false;
}

/* As an operand in memory: 80 bits. */
static void random_extended(uint8_t *at)
{
    static const uint16_t exponents[] = { 0, 1, 0x3fff, 0x3ffe, 0x4000, 0x403e, 0x7ffe, 0x7fff, 0x3c00, 0x43ff, 0x3f80 };
    static const uint64_t mantissas[] = { 0, UINT64_C(1) << 63, UINT64_C(3) << 62, UINT64_MAX, (UINT64_C(1) << 63) + 1, 1, UINT64_C(5) << 61 };
    uint64_t mantissa = chance(50) ? mantissas[random_number(COUNT_OF(mantissas))] : (uint64_t)random_word() << 32 | random_word();
    uint16_t exponent = chance(60) ? exponents[random_number(COUNT_OF(exponents))] : (uint16_t)(0x3ff0 + random_number(32));
    exponent |= chance(50) ? 0x8000 : 0;
    mantissa |= chance(90) && exponent & 0x7fff ? UINT64_C(1) << 63 : 0;
    memcpy(at, &mantissa, 8);
    memcpy(at + 8, &exponent, 2);
}

static void random_lanes(uint8_t *at)
{
    static const uint64_t doubles[] = {
        0, UINT64_C(1) << 63, UINT64_C(0x3ff0000000000000), UINT64_C(0xbff8000000000000), UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000),
        UINT64_C(0x7ff8000000000001), UINT64_C(0xfff4000000000123), 1, UINT64_C(0x7fefffffffffffff), UINT64_C(0x0010000000000000),
        UINT64_C(0x41dfffffffe00000), UINT64_C(0x41dfffffffc00000), UINT64_C(0xc1e0000000000000), UINT64_C(0xc1e0000000100000), UINT64_C(0x4004000000000000),
        UINT64_C(0x36a0000000000000), UINT64_C(0x380fffffffffffff), UINT64_C(0x47efffffefffffff),
    };
    static const uint32_t singles[] = {
        0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000, 0xff800000, 0x7fc00001, 0xffa00123, 1, 0x7f7fffff, 0x00800000, 0x4f000000, 0xcf000000, 0x40200000, 0x4effffff,
    };
    unsigned kind = random_number(4);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t lane = kind == 0 ? random_word() : kind == 1 ? singles[random_number(COUNT_OF(singles))] : 0x3f000000 + (random_word() & 0x81ffffff);
        memcpy(at + 4 * i, &lane, 4);
    }
    for (unsigned i = 0; kind == 3 && i < 2; i++) {
        uint64_t lane = chance(60) ? doubles[random_number(COUNT_OF(doubles))] : UINT64_C(0x3fe0000000000000) + ((uint64_t)random_word() << 21);
        memcpy(at + 8 * i, &lane, 8);
    }
}

static void random_vectors(struct state *s)
{
    uint32_t flags = chance(80) ? 0 : random_number(64);
    s->mxcsr = flags | (chance(85) ? MXCSR_MASKS : random_word() & MXCSR_MASKS) | (chance(60) ? 0 : random_number(4) << 13) |
               (chance(85) ? 0 : random_word() & 0x8040);
    for (unsigned i = 0; i < 8; i++)
        random_lanes(s->vector[i]);
}

/* Control word, status word, tags, and the registers from the top. */
static void random_x87(struct state *s)
{
    uint16_t control = (uint16_t)(0x40 | (chance(80) ? 0x3f : random_number(64)) | (chance(70) ? 0x300 : random_number(4) << 8) | random_number(4) << 10);
    uint16_t status = (uint16_t)(random_number(8) << 11 | (chance(50) ? 0 : random_number(16) << 8 & 0x4700) | (chance(70) ? 0 : random_number(64) & control));
    uint16_t tags = (uint16_t)(chance(40) ? 0 : random_word() & 0xaaaa) | (chance(20) ? 0xffff : 0);
    memset(s->x87, 0, sizeof s->x87);
    memcpy(s->x87, &control, 2);
    memcpy(s->x87 + 4, &status, 2);
    tags |= tags >> 1 & 0x5555; /* empty is 3, everything else is found out */
    memcpy(s->x87 + 8, &tags, 2);
    for (unsigned i = 0; i < 8; i++)
        random_extended(s->x87 + 28 + 10 * i);
    load_x87(s);
    store_x87(s);
}

static unsigned shift_count(const struct ia32_insn *d, const struct state *before)
{
    unsigned i = d->head.op == OP_shld || d->head.op == OP_shrd ? 2 : 1;
    return (d->operand[i].kind == OPERAND_IMMEDIATE ? value_of(d, i) : before->general[IA32_ECX]) & 31;
}

/* As the manual has it; processors of different makers differ. */
static bool has_undefined_result(const struct ia32_insn *d, const struct state *before)
{
    return (d->head.op == OP_shld || d->head.op == OP_shrd) && shift_count(d, before) > d->operand[0].width;
}

/* One instruction at CODE and a state for it. */
static void make_test(struct ia32_insn *d, struct state *s)
{
    uint8_t bytes[LONGEST];
    unsigned modrm;
    for (;;) {
        random_bytes(bytes, &modrm);
        ia32_decode(bytes, sizeof bytes, CODE, 0, &d->head);
        for (unsigned i = 0; i < 8; i++)
            s->general[i] = interesting();
        if (is_fit(d) && place(d, s) && !jumps_into_itself(d) && !has_undefined_result(d, s))
            break;
    }
    memcpy((void *)CODE, bytes, sizeof bytes);
    for (unsigned i = 0; i < SANDBOX_SIZE; i++)
        s->memory[i] = (uint8_t)(chance(30) ? 0 : random_number(256));
    if (d->head.op == OP_popf)
        s->memory[s->general[IA32_ESP] - SANDBOX + 1] &= 0x0e, s->memory[s->general[IA32_ESP] - SANDBOX + 2] = 0;
    if (chance(50) && has_memory(d))
        random_extended(s->memory + (effective_address(d, s) - SANDBOX) % (SANDBOX_SIZE - 16));
    else if (has_memory(d))
        random_lanes(s->memory + (effective_address(d, s) - SANDBOX) % (SANDBOX_SIZE - 16));
    random_x87(s);
    random_vectors(s);
    s->eip = CODE;
    s->eflags = EFLAGS_ALWAYS | (random_word() & SEEN_FLAGS);
    s->event = EVENT_NONE;
}

static uint32_t undefined_flags(const struct ia32_insn *d, const struct state *before)
{
    unsigned w = d->operand[0].width, count = shift_count(d, before);
    uint32_t by_count = (count == 1 ? 0 : EFLAGS_OF) | (count > w || (count == w && w < 32) ? EFLAGS_CF : 0);
    switch (d->head.op) {
    case OP_mul: case OP_imul: case OP_imul1: return EFLAGS_SF | EFLAGS_ZF | EFLAGS_AF | EFLAGS_PF;
    case OP_div: case OP_idiv: return EFLAGS_ARITHMETIC;
    case OP_and: case OP_or: case OP_xor: case OP_test: return EFLAGS_AF;
    case OP_shl: case OP_shr: case OP_sar: return count ? EFLAGS_AF | by_count : 0;
    case OP_shld: case OP_shrd: return !count ? 0 : count > w ? EFLAGS_ARITHMETIC : EFLAGS_AF | by_count;
    case OP_rol: case OP_ror: case OP_rcl: case OP_rcr: return count > 1 ? EFLAGS_OF : 0;
    case OP_bt: case OP_bts: case OP_btr: case OP_btc: return EFLAGS_OF | EFLAGS_SF | EFLAGS_AF | EFLAGS_PF;
    case OP_bsf: case OP_bsr: return EFLAGS_ARITHMETIC & ~EFLAGS_ZF;
    case OP_daa: case OP_das: return EFLAGS_OF;
    case OP_aaa: case OP_aas: return EFLAGS_OF | EFLAGS_SF | EFLAGS_ZF | EFLAGS_PF;
    case OP_aam: case OP_aad: return EFLAGS_OF | EFLAGS_AF | EFLAGS_CF;
    default: return 0;
    }
}

/* ---- sequences: what comes next is chosen by what the processor has made of the ones before ------------------------------------------------------- */

static bool uses_stack(const struct ia32_insn *d)
{
    switch (d->head.op) {
    case OP_push: case OP_pop: case OP_pusha: case OP_popa: case OP_pushf: case OP_popf: case OP_push_segment: case OP_leave: case OP_enter: return true;
    default: return false;
    }
}

/* Whether it is one for the middle of a sequence; if it accesses memory its displacement, at `modrm` + 1 or 2, is made such that it may. */
static bool fits_in(struct ia32_insn *d, uint8_t *bytes, unsigned modrm, const struct state *now)
{
    uint64_t pc = d->head.pc;
    if (!is_fit(d) || d->head.ends_block || d->head.op == OP_push_segment || d->head.op == OP_leave || d->head.op == OP_popf || d->head.op == OP_enter || d->head.op == OP_xlat)
        return false;
    if (d->head.op == OP_x87_memory && !d->operand[0].width) /* they tell where the newest instruction was */
        return false;
    if (uses_stack(d) && !is_in_sandbox(now->general[IA32_ESP]))
        return false;
    if (!has_memory(d) || d->head.op == OP_lea)
        return true;
    bool by_register = d->head.op >= OP_bt && d->head.op <= OP_btc && d->operand[1].kind == OPERAND_REGISTER;
    bytes[modrm] = (uint8_t)((bytes[modrm] & 0x3f) | 0x80);
    ia32_decode(bytes, LONGEST, pc, 0, &d->head);
    uint32_t wanted = d->displacement + sandbox_address() - effective_address(d, now);
    memcpy(bytes + modrm + ((bytes[modrm] & 7) == 4 ? 2 : 1), &wanted, sizeof wanted);
    ia32_decode(bytes, LONGEST, pc, 0, &d->head);
    return !by_register && is_fit(d) && has_memory(d) && is_in_sandbox(effective_address(d, now));
}

/* Makes up to `most` instructions at CODE and executes them; returns their length. */
static size_t make_sequence(struct state *now, unsigned most, struct ia32_insn *newest)
{
    static struct state next;
    size_t length = 0;
    for (unsigned count = 0; count < most;) {
        uint8_t bytes[LONGEST];
        unsigned modrm;
        random_bytes(bytes, &modrm);
        ia32_decode(bytes, sizeof bytes, CODE + length, 0, &newest->head);
        if (!fits_in(newest, bytes, modrm, now))
            continue;
        memcpy((void *)(CODE + length), bytes, newest->head.length);
        next = *now;
        run_processor(&next);
        uint32_t undefined = undefined_flags(newest, now);
        if (next.event != EVENT_NONE || undefined || newest->head.op == OP_pushf)
            continue;
        *now = next;
        length += newest->head.length;
        count++;
    }
    return length;
}

/* ---- comparing ---------------------------------------------------------------------------------------------------------------------------------- */

/* Bits of the byte at `address` that nobody can rely on. Of 32 bits in which a segment register is pushed some processors write 16. */
static uint8_t ignored_bits(const struct ia32_insn *d, uint32_t address, uint32_t esp)
{
    if (d->head.op == OP_pushf && address == esp + 1)
        return EFLAGS_TF >> 8;
    return d->head.op == OP_push_segment && d->size == 32 && (address == esp + 2 || address == esp + 3) ? 0xff : 0;
}

static unsigned difference(const struct ia32_insn *d, uint32_t undefined, const struct state *a, const struct state *b, char *text, size_t size)
{
    static const char *const names[] = { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" };
    if (b->only_event)
        return a->event == b->event ? 0 : (unsigned)snprintf(text, size, "event %d, not %d", (int)b->event, (int)a->event);
    for (unsigned i = 0; i < 8; i++)
        if (a->general[i] != b->general[i])
            return (unsigned)snprintf(text, size, "%s is %#x, not %#x", names[i], b->general[i], a->general[i]);
    if (a->event != b->event || a->eip != b->eip)
        return (unsigned)snprintf(text, size, "event %d at %#x, not %d at %#x", (int)b->event, b->eip, (int)a->event, a->eip);
    if ((a->eflags ^ b->eflags) & SEEN_FLAGS & ~undefined)
        return (unsigned)snprintf(text, size, "flags are %#x, not %#x", b->eflags & SEEN_FLAGS, a->eflags & SEEN_FLAGS);
    for (unsigned i = 0; i < EXTENDED_STATE; i++)
        if (a->x87[i] != b->x87[i])
            return (unsigned)snprintf(text, size, "x87 state: byte %u is %#x, not %#x", i, b->x87[i], a->x87[i]);
    for (unsigned i = 0; i < 8; i++)
        if (memcmp(a->vector[i], b->vector[i], 16)) {
            const uint32_t *x = (const uint32_t *)b->vector[i], *y = (const uint32_t *)a->vector[i];
            return (unsigned)snprintf(text, size, "xmm%u is %08x %08x %08x %08x, not %08x %08x %08x %08x", i, x[3], x[2], x[1], x[0], y[3], y[2], y[1], y[0]);
        }
    if (a->mxcsr != b->mxcsr)
        return (unsigned)snprintf(text, size, "mxcsr is %#x, not %#x", b->mxcsr, a->mxcsr);
    for (unsigned i = 0; i < SANDBOX_SIZE; i++) {
        uint8_t ignored = ignored_bits(d, SANDBOX + i, a->general[IA32_ESP]);
        if ((a->memory[i] ^ b->memory[i]) & ~ignored)
            return (unsigned)snprintf(text, size, "memory at %#x is %#x, not %#x", SANDBOX + i, b->memory[i], a->memory[i]);
    }
    return 0;
}

static unsigned test_one(uint32_t mode, unsigned *reported)
{
    static struct state before, processor, ferry;
    struct ia32_insn d;
    char text[100], what[200];
    unsigned failures = 0;
    make_test(&d, &before);
    processor = before;
    run_processor(&processor);
    for (const struct runner *r = runners; r->name; r++) {
        ferry = before;
        run_ferry(r, &ferry, d.head.length, mode);
        if (!difference(&d, undefined_flags(&d, &before), &processor, &ferry, what, sizeof what))
            continue;
        failures++;
        if (++*reported > 40)
            continue;
        ia32_disassemble(&d.head, text, sizeof text);
        printf("# %s: %s: %s\n#  ", r->name, text, what);
        for (unsigned i = 0; i < d.head.length; i++)
            printf(" %02x", ((const uint8_t *)CODE)[i]);
        printf(" eax %#x ecx %#x edx %#x ebx %#x esp %#x ebp %#x esi %#x edi %#x flags %#x\n", before.general[0], before.general[1],
               before.general[2], before.general[3], before.general[4], before.general[5], before.general[6], before.general[7],
               before.eflags & SEEN_FLAGS);
    }
    return failures;
}

static unsigned test_sequence(uint32_t mode, unsigned *reported)
{
    enum { MOST = 12 };
    static struct state before, processor, ferry;
    struct ia32_insn d;
    char what[200];
    unsigned failures = 0;
    make_test(&d, &before);
    before.general[IA32_ESP] = sandbox_address();
    processor = before;
    size_t length = make_sequence(&processor, 2 + random_number(MOST - 1), &d);
    for (const struct runner *r = runners; r->name; r++) {
        ferry = before;
        run_ferry(r, &ferry, length, mode);
        if (!difference(&d, 0, &processor, &ferry, what, sizeof what))
            continue;
        failures++;
        if (++*reported > 40)
            continue;
        printf("# %s: sequence: %s\n", r->name, what);
        for (size_t at = 0; at < length; at += d.head.length) {
            char text[100];
            ia32_decode((const uint8_t *)CODE + at, LONGEST, CODE + at, 0, &d.head);
            ia32_disassemble(&d.head, text, sizeof text);
            printf("#   %s\n", text);
        }
    }
    return failures;
}

/* Not where the kernel was told to do without programs of 32 bits. */
static bool has_32_bits(void)
{
    static struct state s = { .eip = CODE, .eflags = EFLAGS_ALWAYS };
    load_x87(&s);
    store_x87(&s);
    *(volatile uint8_t *)CODE = 0x90; /* nop */
    run_processor(&s);
    return s.event == EVENT_NONE && s.eip == CODE + 1;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 1000, failures[2] = { 0 }, reported = 0;
    seed = argc > 2 ? (uint64_t)atoll(argv[2]) : 1;
    if (mmap((void *)SANDBOX, SANDBOX_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ||
        mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        die(1, "no memory: %s", strerror(errno));
    catch_signals();
    if (!has_32_bits()) {
        printf("1..0 # SKIP this host runs no 32-bit code\n");
        return 0;
    }
    for (unsigned i = 0; i < count; i++)
        failures[i & 1] += test_one(i & 1 ? IA32_MODE_EAGER : 0, &reported);
    tap_ok(!failures[0], "%u instructions as on this processor", count / 2);
    tap_ok(!failures[1], "and as many with flags computed at once");
    failures[0] = failures[1] = 0;
    for (unsigned i = 0; i < count / 4; i++)
        failures[i & 1] += test_sequence(i & 1 ? IA32_MODE_EAGER : 0, &reported);
    tap_ok(!failures[0], "%u sequences", count / 8);
    tap_ok(!failures[1], "and as many with flags computed at once");
    return tap_done();
}
