#include <stdio.h>
#include <stdlib.h>

#include "opt/opt.h"
#include "runner.h"

enum { LONGEST = 64 }; /* instructions in a block */

static const struct guest *const guest = &guest_riscv64;

static struct insn *record(void *records, unsigned n) { return (struct insn *)((char *)records + n * guest->insn_size); }

/* Decodes the block at context.pc; returns its length, which is followed by a record that says "go on here". */
static unsigned predecode(struct context *c, const uint8_t *code, size_t size, void *records)
{
    uint64_t pc = c->pc;
    unsigned count = 0;
    bool ended = false;
    while (count < LONGEST && !ended && pc - (uintptr_t)code < size) {
        const uint8_t *at = (const uint8_t *)(uintptr_t)pc;
        unsigned length = guest->decode(at, size - (size_t)(at - code), pc, c->mode, record(records, count));
        if (!length)
            BUG("truncated instruction in a test");
        ended = record(records, count++)->ends_block;
        pc += length;
    }
    *record(records, count) = (struct insn){ .pc = pc, .op = (uint16_t)guest->op_count, .ends_block = true };
    return count;
}

static bool goes_on(struct context *c, const uint8_t *code, size_t size)
{
    if (c->event == EVENT_MODE)
        c->event = EVENT_NONE;
    return c->event == EVENT_NONE && c->pc - (uintptr_t)code < size;
}

static void run_switch(struct context *c, const uint8_t *code, size_t size)
{
    struct insn *insn = must_alloc(guest->insn_size);
    do {
        const uint8_t *at = (const uint8_t *)(uintptr_t)c->pc;
        guest->decode(at, size - (size_t)(at - code), c->pc, c->mode, insn);
        guest->run_one(c, insn);
    } while (goes_on(c, code, size));
    free(insn);
}

static void run_threaded(struct context *c, const uint8_t *code, size_t size)
{
    void *records = must_alloc((LONGEST + 1) * guest->insn_size);
    do {
        unsigned count = predecode(c, code, size, records);
        guest->thread_code(records, count + 1);
        guest->run_threaded(c, records);
    } while (goes_on(c, code, size));
    free(records);
}

static void run_ir(struct context *c, const uint8_t *code, size_t size, bool optimise)
{
    void *records = must_alloc((LONGEST + 1) * guest->insn_size);
    struct arena arena = { 0 };
    do {
        struct ir_unit u;
        char message[200];
        unsigned count = predecode(c, code, size, records);
        ir_unit_init(&u, &arena, guest->layout, c->pc);
        ir_begin_block(&u);
        for (unsigned i = 0; i < count; i++)
            guest->lift(&u, record(records, i));
        if (!record(records, count - 1)->ends_block)
            ir_emit(&u, (struct ir_insn){ .op = IR_br, .imm = ir_edge_leaving(&u, record(records, count)->pc, 0) });
        if (!ir_verify(&u, message, sizeof(message)))
            BUG("lifted unit: %s", message);
        if (optimise) {
            opt_run(&u);
            if (!ir_verify(&u, message, sizeof(message)))
                BUG("optimised unit: %s", message);
        }
        c->event = ir_eval(&u, c);
        arena_reset(&arena);
    } while (goes_on(c, code, size));
    arena_free(&arena);
    free(records);
}

static void run_lifted(struct context *c, const uint8_t *code, size_t size) { run_ir(c, code, size, false); }
static void run_optimised(struct context *c, const uint8_t *code, size_t size) { run_ir(c, code, size, true); }

const struct runner runners[] = {
    { "switch", run_switch },
    { "threaded", run_threaded },
    { "ir", run_lifted },
    { "ir, optimised", run_optimised },
    { NULL, NULL },
};
