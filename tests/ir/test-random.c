/* Random units mean the same before and after each pass: same state, memory, floating-point flags and way out; and, where an access
 * fails, the same state at that access. Random units also survive being printed and read again. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "artificial.h"
#include "opt/opt.h"
#include "tap.h"

enum { TIRE = COUNT_OF(artificial_helpers) - 1, UNITS = 1500, MEMORY = 4096, MAX_BLOCKS = 6, FIRST_MARK = 100000, MAX_VALUES = 400 };

/* xorshift64* */
static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned below(uint64_t *seed, unsigned limit) { return (unsigned)((next(seed) >> 33) % limit); }

/* ---- making a unit --------------------------------------------------------------------------------------------------------- */

struct maker {
    struct ir_unit *u;
    uint64_t seed;
    ir_ref values[MAX_VALUES]; /* those defined in blocks that dominate this one, and here */
    unsigned count;
    unsigned entry_count;      /* values of the entry, which dominates all */
    uint8_t *memory;
    ir_ref near;               /* an address in this block, or NO_REF */
};

static ir_ref keep(struct maker *m, ir_ref value)
{
    if (m->count < MAX_VALUES)
        m->values[m->count++] = value;
    return value;
}

static ir_ref random_const(struct maker *m, enum ir_type type)
{
    static const uint64_t interesting[] = {
        0, 1, 2, 3, 7, 31, 32, 63, 64, 255, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX, INT64_MAX, UINT64_C(1) << 63,
        UINT64_C(0x3ff0000000000000), UINT64_C(0x7ff4000000000000), UINT64_C(0xfff8000000001234), 0x3f800000, 0x7fa00000,
        UINT64_C(0xffffffff3f800000), UINT64_C(0xffffffff80000000), UINT64_C(0x7fefffffffffffff), UINT64_C(0x0010000000000000),
    };
    uint64_t value = below(&m->seed, 6) ? interesting[below(&m->seed, COUNT_OF(interesting))] : next(&m->seed);
    return keep(m, ir_const(m->u, type, value));
}

static enum ir_type random_integer(struct maker *m)
{
    static const enum ir_type types[] = { IR_I64, IR_I64, IR_I64, IR_I32, IR_I32, IR_I32, IR_I16, IR_I8 };
    return types[below(&m->seed, COUNT_OF(types))];
}

static enum ir_type random_float(struct maker *m) { return below(&m->seed, 2) ? IR_F32 : IR_F64; }

/* A value of that type, preferably a recent one. */
static ir_ref some(struct maker *m, enum ir_type type)
{
    for (unsigned tries = 0; tries < 12 && m->count; tries++) {
        unsigned back = below(&m->seed, tries < 6 ? 8 : m->count);
        ir_ref value = m->values[m->count - 1 - (back < m->count ? back : 0)];
        if (ir_result_type(&m->u->insn[value]) == type)
            return value;
    }
    return random_const(m, type);
}

static ir_ref emit(struct maker *m, struct ir_insn insn) { return ir_emit(m->u, insn); }

static unsigned random_rounding(struct maker *m)
{
    static const uint8_t roundings[] = { ROUND_NEAREST, ROUND_ZERO, ROUND_DOWN, ROUND_UP, ROUND_NEAREST_MAX, ROUND_DYNAMIC, ROUND_DYNAMIC };
    return roundings[below(&m->seed, COUNT_OF(roundings))];
}

static void make_conversion(struct maker *m, enum ir_op op)
{
    enum ir_type to, from, narrow = (enum ir_type)(IR_I8 + below(&m->seed, 3));
    enum ir_type wide = (enum ir_type)(narrow + 1 + below(&m->seed, IR_I64 - narrow));
    enum ir_type real = random_float(m), word = below(&m->seed, 2) ? IR_I32 : IR_I64;
    switch (op) {
    case IR_sext:
    case IR_zext: to = wide, from = narrow; break;
    case IR_narrow: to = narrow, from = wide; break;
    case IR_f_bits: to = integer_type(type_bits(real)), from = real; break;
    case IR_bits_f: to = real, from = integer_type(type_bits(real)); break;
    case IR_f_box: to = IR_F64, from = IR_F32; break;
    case IR_f_unbox: to = IR_F32, from = IR_F64; break;
    case IR_f_from_f: to = real, from = real == IR_F32 ? IR_F64 : IR_F32; break;
    case IR_f_from_s:
    case IR_f_from_u: to = real, from = word; break;
    default: to = word, from = real; break;
    }
    uint8_t aux = ir_form_rounds(ir_ops[op].form) ? (uint8_t)random_rounding(m) : 0;
    keep(m, emit(m, (struct ir_insn){ .op = op, .type = to, .aux = aux, .arg = { some(m, from) } }));
}

/* Which NaN a rounding operation gives is not specified, so its result is made canonical before anything can tell. */
static void make_arithmetic(struct maker *m, enum ir_op op)
{
    enum ir_type type = random_float(m);
    struct ir_insn insn = { .op = op, .type = type };
    if (ir_form_rounds(ir_ops[op].form))
        insn.aux = (uint8_t)random_rounding(m);
    for (unsigned i = 0; i < ir_ops[op].arguments; i++)
        insn.arg[i] = some(m, type);
    ir_ref result = emit(m, insn);
    if (ir_ops[op].form == FORM_F_UNARY || ir_ops[op].form == FORM_F_BINARY || ir_ops[op].form == FORM_F_TERNARY)
        result = emit(m, (struct ir_insn){ .op = IR_f_canon, .type = type, .arg = { result } });
    keep(m, result);
}

static void make_function(struct maker *m)
{
    enum ir_op op = (enum ir_op)below(&m->seed, IR_v_add); /* vectors: tests/code */
    enum ir_form form = (enum ir_form)ir_ops[op].form;
    if (form == FORM_CONVERT || (form == FORM_F_CONVERT && op != IR_f_from_f)) {
        make_conversion(m, op);
    } else if (op == IR_f_from_f) {
        make_conversion(m, op);
        ir_ref *last = &m->values[m->count - 1];
        *last = emit(m, (struct ir_insn){ .op = IR_f_canon, .type = (uint8_t)ir_result_type(&m->u->insn[*last]), .arg = { *last } });
    } else if (form == FORM_UNARY || form == FORM_BINARY || form == FORM_COMPARE) {
        enum ir_type type = op == IR_bswap ? IR_I32 : random_integer(m);
        ir_ref a = some(m, type), b = ir_ops[op].arguments > 1 ? some(m, type) : NO_REF;
        keep(m, emit(m, (struct ir_insn){ .op = op, .type = type, .arg = { a, b } }));
    } else {
        make_arithmetic(m, op);
    }
}

/* Often near the one before, which is within the memory with room behind it. */
static ir_ref random_address(struct maker *m)
{
    if (m->near && below(&m->seed, 3)) {
        ir_ref offset = ir_const(m->u, IR_I64, below(&m->seed, 3) * 4);
        return emit(m, (struct ir_insn){ .op = IR_add, .type = IR_I64, .arg = { m->near, offset } });
    }
    if (!below(&m->seed, 40))
        return ir_const(m->u, IR_I64, 0x123); /* fails */
    ir_ref base = ir_const(m->u, IR_I64, (uintptr_t)m->memory);
    ir_ref mask = ir_const(m->u, IR_I64, MEMORY - 32);
    ir_ref offset = emit(m, (struct ir_insn){ .op = IR_and, .type = IR_I64, .arg = { some(m, IR_I64), mask } });
    return m->near = emit(m, (struct ir_insn){ .op = IR_add, .type = IR_I64, .arg = { base, offset } });
}

static void make_access(struct maker *m)
{
    enum ir_type type = random_integer(m), word = below(&m->seed, 2) ? IR_I32 : IR_I64;
    enum ir_op op = (enum ir_op)(IR_load + (below(&m->seed, 3) ? below(&m->seed, 2) : below(&m->seed, IR_amo_maxu - IR_load + 1)));
    uint8_t access = (uint8_t)below(&m->seed, below(&m->seed, 2) ? 2 : 16);
    ir_ref at = random_address(m);
    if (op == IR_load)
        keep(m, emit(m, (struct ir_insn){ .op = op, .type = type, .aux = access, .arg = { at } }));
    else if (op == IR_store)
        emit(m, (struct ir_insn){ .op = op, .type = type, .aux = access, .arg = { at, some(m, type) } });
    else if (op == IR_cas)
        keep(m, emit(m, (struct ir_insn){ .op = op, .type = word, .arg = { at, some(m, word), some(m, word) } }));
    else
        keep(m, emit(m, (struct ir_insn){ .op = op, .type = word, .arg = { at, some(m, word) } }));
}

static void make_insn(struct maker *m)
{
    unsigned slot = below(&m->seed, below(&m->seed, 3) ? 3 : HASH); /* few, so that they meet again */
    enum ir_type type = artificial_slots[slot].type, picked = random_integer(m);
    switch (below(&m->seed, 16)) {
    case 0:
    case 1: keep(m, emit(m, (struct ir_insn){ .op = IR_get, .type = type, .imm = slot })); break;
    case 2:
    case 3:
    case 4: emit(m, (struct ir_insn){ .op = IR_set, .type = type, .arg = { some(m, type) }, .imm = slot }); break;
    case 5:
        for (unsigned i = 1 + below(&m->seed, 3); i-- > 0;)
            make_access(m);
        break;
    case 6: random_const(m, random_integer(m)); break;
    case 7:
        keep(m, emit(m, (struct ir_insn){ .op = IR_pick, .type = picked, .arg = { some(m, IR_I32), some(m, picked), some(m, picked) } }));
        keep(m, emit(m, (struct ir_insn){ .op = IR_join, .type = IR_I64, .arg = { some(m, IR_I32), some(m, IR_I32) } }));
        break;
    case 8:
        if (!below(&m->seed, 3))
            keep(m, emit(m, (struct ir_insn){ .op = IR_call, .arg = { some(m, IR_I64), some(m, IR_I64) },
                                              .imm = (uintptr_t)&artificial_helpers[below(&m->seed, RAISE)] }));
        else
            keep(m, emit(m, (struct ir_insn){ .op = IR_mend, .type = picked, .arg = { some(m, IR_I32), some(m, picked), some(m, IR_I64) },
                                              .imm = (uintptr_t)&artificial_helpers[below(&m->seed, 2) ? RAISE : PEEK] }));
        break;
    case 9: emit(m, (struct ir_insn){ .op = IR_mark, .imm = m->u->insn_count }); break;
    default: make_function(m); break;
    }
}

/* Every block but the entry has two parameters, i64 and i32. */
static void make_edge(struct maker *m, unsigned blocks, ir_ref a, ir_ref b)
{
    unsigned target = blocks == 1 || !below(&m->seed, 3) ? 0 : 1 + below(&m->seed, blocks - 1);
    if (target == 0)
        ir_edge_leaving(m->u, next(&m->seed), 0);
    else
        ir_edge_to_block(m->u, target, (ir_ref[]){ a, b }, 2);
    if (target && target < m->u->block_count) {
        ir_ref zero = ir_const(m->u, IR_I64, 0);
        emit(m, (struct ir_insn){ .op = IR_call, .arg = { zero, zero }, .imm = (uintptr_t)&artificial_helpers[TIRE] });
    }
}

static void make_end(struct maker *m, unsigned blocks)
{
    ir_ref condition = some(m, IR_I32), a = some(m, IR_I64), b = some(m, IR_I32);
    uint32_t edge = m->u->edge_count;
    switch (below(&m->seed, 6)) {
    case 0: emit(m, (struct ir_insn){ .op = IR_jump_ind, .arg = { a } }); break;
    case 1: emit(m, (struct ir_insn){ .op = IR_raise, .aux = EVENT_SYSCALL, .imm = next(&m->seed) }); break;
    case 2:
        make_edge(m, blocks, a, b);
        emit(m, (struct ir_insn){ .op = IR_br, .imm = edge });
        break;
    default:
        make_edge(m, blocks, a, b);
        make_edge(m, blocks, some(m, IR_I64), b);
        emit(m, (struct ir_insn){ .op = IR_brif, .arg = { condition }, .imm = edge });
        break;
    }
}

static void make_unit(struct ir_unit *u, struct arena *arena, uint64_t seed, uint8_t *memory)
{
    struct maker m = { .u = u, .seed = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .memory = memory };
    ir_unit_init(u, arena, &artificial_layout, 0x1000);
    unsigned blocks = 1 + below(&m.seed, 2) * below(&m.seed, MAX_BLOCKS);
    for (unsigned b = 0; b < blocks; b++) {
        ir_begin_block(u);
        m.count = b ? m.entry_count : 0;
        m.near = NO_REF;
        if (b) {
            keep(&m, ir_emit(u, (struct ir_insn){ .op = IR_param, .type = IR_I64 }));
            keep(&m, ir_emit(u, (struct ir_insn){ .op = IR_param, .type = IR_I32 }));
        }
        emit(&m, (struct ir_insn){ .op = IR_mark, .imm = FIRST_MARK + b });
        for (unsigned i = below(&m.seed, 40); i-- > 0;)
            make_insn(&m);
        make_end(&m, blocks);
        if (b == 0)
            m.entry_count = m.count;
    }
}

/* ---- running it ---------------------------------------------------------------------------------------------------------------- */

struct outcome {
    uint64_t slot[ARTIFICIAL_SLOTS], pc, access, flags;
    enum event event;
    bool endless;
    uint8_t memory[MEMORY];
};

static struct run {
    sigjmp_buf out;
    int why;
} run; /* for the handler */

static void leave(int number)
{
    run.why = number;
    siglongjmp(run.out, 1);
}

static ir_ref mark_at(const struct ir_unit *u, uint64_t pc)
{
    ir_ref mark = NO_REF;
    for (ir_ref i = 1; i < u->insn_count; i++)
        if (ir_is_mark(&u->insn[i]) && u->insn[i].imm == pc)
            mark = i;
    return mark;
}

static void recover(struct context *c, uint64_t seed, uint8_t *memory)
{
    struct arena arena = { 0 };
    struct ir_unit u;
    make_unit(&u, &arena, seed, memory);
    opt_recover(&u, mark_at(&u, c->pc), c);
    arena_free(&arena);
}

static void evaluate(const struct ir_unit *u, uint8_t *memory, uint64_t seed, struct outcome *outcome)
{
    bool recovers = u->recoverable;
    uint64_t made_from = seed;
    struct context *c = must_zalloc(sizeof *c);
    memset(outcome, 0, sizeof *outcome);
    for (unsigned i = 0; i < HASH; i++)
        c->slot[i] = low_bits(type_bits(artificial_slots[i].type), next(&seed) >> below(&seed, 60));
    for (unsigned i = 0; i < MEMORY; i++)
        memory[i] = (uint8_t)next(&seed);
    static const int modes[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };
    fesetround(modes[below(&seed, 4)]);
    feclearexcept(FE_ALL_EXCEPT);
    run.why = 0;
    if (sigsetjmp(run.out, 1) == 0)
        outcome->event = ir_eval(u, c);
    outcome->flags = (uint64_t)fetestexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    outcome->endless = run.why == SIGALRM;
    if (run.why)
        outcome->event = EVENT_FAULT;
    if (run.why == SIGSEGV)
        opt_make_up(u->forgone, u->forgone_count, mark_at(u, c->pc), c);
    if (run.why == SIGSEGV && recovers)
        recover(c, made_from, memory);
    memcpy(outcome->slot, c->slot, sizeof outcome->slot);
    outcome->pc = c->pc;
    outcome->access = run.why ? c->access : 0; /* one that a pass saved was perhaps the newest */
    memcpy(outcome->memory, memory, MEMORY);
    free(c);
}

static char *printed(const struct ir_unit *u)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ir_print(u, out);
    fclose(out);
    return text;
}

static bool verified(const struct ir_unit *u)
{
    char message[160];
    bool good = ir_verify(u, message, sizeof message);
    if (!good)
        printf("# %s\n", message);
    return good;
}

static bool same(const struct ir_unit *u, uint8_t *memory, uint64_t seed, const struct outcome *expected)
{
    struct outcome got;
    evaluate(u, memory, seed, &got);
    return !memcmp(&got, expected, sizeof got);
}

/* Whether the unit, printed and read again, is the same text and means the same. */
static bool survives_text(const struct ir_unit *u, uint8_t *memory, uint64_t seed, const struct outcome *expected)
{
    struct arena arena = { 0 };
    struct ir_unit again;
    struct ir_parse_error error;
    char *text = printed(u);
    bool good = ir_parse(&again, &arena, &artificial_layout, artificial_helpers, COUNT_OF(artificial_helpers), text, &error);
    if (!good)
        printf("# line %u: %s\n", error.line, error.message);
    if (good) {
        char *twice = printed(&again);
        good = !strcmp(text, twice) && same(&again, memory, seed, expected);
        free(twice);
    }
    free(text);
    arena_free(&arena);
    return good;
}

/* Tells which unit and shows it. */
static void show(const char *what, uint64_t seed, const char *before, const struct ir_unit *after)
{
    char *text = printed(after);
    printf("# %s: seed %llu\n%s# becomes\n%s", what, (unsigned long long)seed, before, text);
    free(text);
}

static bool check_pass(const struct opt_pass *pass, uint8_t *memory)
{
    for (uint64_t seed = 1; seed <= UNITS; seed++) {
        struct arena arena = { 0 };
        struct ir_unit u;
        struct outcome expected;
        make_unit(&u, &arena, seed, memory);
        bool good = verified(&u);
        evaluate(&u, memory, seed, &expected);
        if (!expected.endless && good) {
            char *before = printed(&u);
            pass->run(&u);
            good = verified(&u) && same(&u, memory, seed, &expected);
            if (!good)
                show(pass->name, seed, before, &u);
            free(before);
        }
        arena_free(&arena);
        if (!good)
            return false;
    }
    return true;
}

static bool check_recovery(uint8_t *memory)
{
    enum { MANY = 10 * UNITS };
    bool good = true;
    for (uint64_t seed = 1; seed <= MANY && good; seed++) {
        struct arena arena = { 0 };
        struct ir_unit u;
        struct outcome expected;
        make_unit(&u, &arena, seed, memory);
        evaluate(&u, memory, seed, &expected);
        char *before = printed(&u);
        opt_expect_recovery(&u);
        opt_run(&u);
        good = verified(&u) && (expected.endless || same(&u, memory, seed, &expected));
        if (!good)
            show("recovery", seed, before, &u);
        free(before);
        arena_free(&arena);
    }
    return good;
}

static bool check_text(uint8_t *memory)
{
    for (uint64_t seed = 1; seed <= UNITS; seed++) {
        struct arena arena = { 0 };
        struct ir_unit u;
        struct outcome expected;
        make_unit(&u, &arena, seed, memory);
        evaluate(&u, memory, seed, &expected);
        bool good = expected.endless || survives_text(&u, memory, seed, &expected);
        if (!good)
            show("text", seed, "", &u);
        arena_free(&arena);
        if (!good)
            return false;
    }
    return true;
}

int main(void)
{
    uint8_t *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = { .sa_handler = leave };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    for (const struct opt_pass *pass = opt_passes; pass->name; pass++)
        tap_ok(check_pass(pass, memory), "%s keeps the meaning of %d random units", pass->name, UNITS);
    tap_ok(check_pass(&(struct opt_pass){ "all", opt_run }, memory), "all passes keep the meaning of %d random units", UNITS);
    tap_ok(check_recovery(memory), "what faults leave open is found out afterwards");
    tap_ok(check_text(memory), "%d random units survive their text", UNITS);
    return tap_done();
}
