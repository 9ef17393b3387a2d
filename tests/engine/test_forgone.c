/* Random code that faults somewhere: what registers hold then is the same with translations, which do not write all of it, as interpreted. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/private.h"
#include "guest/riscv/regs.h"
#include "tap.h"

enum { CODE = 0x100000, CODE_SIZE = 1 << 20, DATA = 0x300000, DATA_SIZE = 4096, LONGEST = 40, PROGRAMS = 4000 };

#include "harness.h"
enum { ECALL = 0x73, NOWHERE = 29, HERE = 30, REGISTERS = 8 }; /* registers that hold addresses, and how many others are used, from 8 on */

static struct thread *current;

static const struct environment environment = { .code_window = code_window, .event = on_event };

static void on_fault(int number, siginfo_t *info, void *ucontext)
{
    if (engine_catch_fault(current, ucontext, (uintptr_t)info->si_addr) == FAULT_OURS)
        signal(number, SIG_DFL);
}

static unsigned below(unsigned end) { return (unsigned)rand() % end; }
static uint32_t some_register(void) { return 8 + below(REGISTERS); }

/* The unprivileged manual, chapter "RV32/64G Instruction Set Listings". */
static uint32_t immediate_form(uint32_t opcode, uint32_t funct, uint32_t rd, uint32_t rs, uint32_t immediate)
{
    return opcode | rd << 7 | funct << 12 | rs << 15 | immediate << 20;
}

static uint32_t register_form(uint32_t opcode, uint32_t high, uint32_t funct)
{
    return opcode | some_register() << 7 | funct << 12 | some_register() << 15 | some_register() << 20 | high << 25;
}

static uint32_t random_instruction(void)
{
    enum { LOAD = 0x03, STORE = 0x23, IMMEDIATE = 0x13, IMMEDIATE_32 = 0x1b, OPERATION = 0x33, OPERATION_32 = 0x3b, LUI = 0x37, AUIPC = 0x17 };
    uint32_t offset = 8 * below(DATA_SIZE / 16);
    switch (below(12)) {
    case 0: return immediate_form(LOAD, 3, some_register(), HERE, offset);                                      /* ld */
    case 1: return immediate_form(LOAD, 2, some_register(), HERE, offset);                                      /* lw */
    case 2: return STORE | (offset & 31) << 7 | 3 << 12 | HERE << 15 | some_register() << 20 | offset >> 5 << 25; /* sd */
    case 3: return (below(2) ? LUI : AUIPC) | some_register() << 7 | (uint32_t)rand() << 12;
    case 4: return immediate_form(IMMEDIATE_32, 0, some_register(), some_register(), below(4096));               /* addiw */
    case 5: return immediate_form(IMMEDIATE, 1 + 4 * below(2), some_register(), some_register(), below(64));     /* slli, srli */
    case 6: return immediate_form(IMMEDIATE, below(2) ? 7 : 3, some_register(), some_register(), below(4096));   /* andi, sltiu */
    case 7: return register_form(OPERATION, 0x20 * below(2), 0);                                                 /* add, sub */
    case 8: return register_form(OPERATION, 0, 4);                                                               /* xor */
    case 9: return register_form(OPERATION_32, 1, 0);                                                            /* mulw */
    default: return immediate_form(IMMEDIATE, 0, some_register(), below(4) ? some_register() : 0, below(4096));  /* addi, li */
    }
}

static void make_program(uint32_t at)
{
    uint32_t *code = (uint32_t *)(uintptr_t)at, length = 2 + below(LONGEST - 2), fault = below(length);
    for (uint32_t i = 0; i < length; i++)
        code[i] = i == fault ? immediate_form(0x03, 3, some_register(), NOWHERE, 0) : random_instruction();
    code[length] = ECALL;
}

struct engine_and_thread { struct engine *engine; struct thread *thread; };

static struct engine_and_thread make(enum engine_tier tier)
{
    struct engine *e = engine_new(&(struct engine_config){
        .guest = &guest_riscv64, .host = &host_x64, .environment = &environment, .tier = tier, .chain = true, .optimise = true, .regions = true,
        .cache_size = 1 << 24, .longest_block = MAX_BLOCK_INSNS,
        .host_config = { .features = host_x64.detect(), .homes = true, .indirect_cache = true, .return_prediction = true } });
    return (struct engine_and_thread){ e, engine_thread_new(e, NULL) };
}

static void run(struct thread *t, uint32_t pc, const uint64_t *start)
{
    memset((void *)DATA, 0x5a, DATA_SIZE);
    memcpy(t->context.slot, start, 32 * sizeof *start);
    t->context.pc = pc;
    t->stop = false;
    last_event = EVENT_NONE;
    current = t;
    engine_run(t);
}

static bool is_same(struct thread *a, struct thread *b, uint32_t pc)
{
    uint64_t start[32] = { 0 };
    for (unsigned i = 0; i < REGISTERS; i++)
        start[8 + i] = (uint64_t)rand() << below(33);
    start[HERE] = DATA;
    start[NOWHERE] = 8;
    run(a, pc, start);
    run(b, pc, start);
    return last_event == EVENT_FAULT && a->context.pc == b->context.pc && !memcmp(a->context.slot, b->context.slot, sizeof start);
}

int main(void)
{
    static uint8_t stack[1 << 16];
    int protection = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    if (mmap((void *)CODE, CODE_SIZE, protection, flags, -1, 0) == MAP_FAILED || mmap((void *)DATA, DATA_SIZE, protection, flags, -1, 0) == MAP_FAILED) {
        puts("1..0 # SKIP low addresses are not to be had");
        return 0;
    }
    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER }, NULL);
    struct engine_and_thread interpreter = make(TIER_SWITCH), translator = make(TIER_BLOCK);
    srand(1);
    unsigned same = 0, forgone = 0;
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        uint32_t pc = CODE + i * (LONGEST + 1) * 4;
        make_program(pc);
        same += is_same(interpreter.thread, translator.thread, pc);
    }
    for (uint32_t i = 0; i < translator.engine->cache.translation_count; i++)
        forgone += translator.engine->cache.translations[i].forgone_count > 0;
    tap_ok(same == PROGRAMS, "%u of %d programs have the same registers at the fault", same, PROGRAMS);
    tap_ok(forgone > PROGRAMS / 2, "in %u of them something was forgone", forgone);
    return tap_done();
}
