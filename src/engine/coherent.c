/* Self-modifying code, for guests that see what they write without a word. Code that can be written is not protected against it: what is made of it
 * compares, whenever it is entered, the code's bytes with those that it was made of. So it does not matter who writes, and how: this thread or another, a
 * system call, a second mapping. A block ends where it may have written itself. */
#include "engine/private.h"

#include <string.h>

enum { CHANCE = 4096 }; /* bytes: mappings have no smaller */

bool may_change(struct thread *t, uint64_t pc)
{
    const struct engine_config *config = &t->engine->config;
    uint64_t start = pc - pc % CHANCE;
    return config->guest->coherent_code && config->environment->code_changes && config->environment->code_changes(t, start, start + CHANCE);
}

bool may_write(const struct guest *guest, const struct insn *insn)
{
    struct insn_effects effects;
    guest->audit(insn, &effects);
    return effects.stores || effects.calls;
}

void begin_checks(struct engine *e, struct block *b)
{
    size_t size = b->end - b->spc;
    b->checked = true;
    b->original = memcpy(arena_alloc(&e->blocks, size), (const void *)(uintptr_t)b->spc, size);
}

bool is_stale(const struct block *b)
{
    return b->checked && memcmp(b->original, (const void *)(uintptr_t)b->spc, b->end - b->spc);
}

void drop_stale(struct thread *t)
{
    engine_invalidate(t->engine, t->context.pc, t->context.pc + 1);
    t->context.event = EVENT_NONE;
}

/* The largest power of 2 up to 8 that is not more than `size`. */
static unsigned piece(size_t size) { return size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1; }

static ir_ref differs(struct ir_unit *u, const struct block *b, size_t at, unsigned bytes)
{
    enum ir_type type = integer_type(8 * bytes);
    uint64_t original = 0;
    memcpy(&original, b->original + at, bytes);
    ir_ref address = ir_const(u, IR_I64, b->spc + at);
    ir_ref now = ir_emit(u, (struct ir_insn){ .op = IR_load, .type = (uint8_t)type, .arg = { address } });
    ir_ref expected = ir_const(u, type, original);
    return ir_emit(u, (struct ir_insn){ .op = IR_ne, .type = (uint8_t)type, .arg = { now, expected } });
}

void lift_checks(struct ir_unit *u, const struct block *b)
{
    size_t size = b->end - b->spc;
    ir_emit(u, (struct ir_insn){ .op = IR_mark, .imm = b->spc });
    for (size_t at = 0, bytes; at < size; at += bytes) {
        bytes = piece(size - at);
        ir_ref stale = differs(u, b, at, (unsigned)bytes);
        uint32_t block = u->block_count, edge = ir_edge_to_block(u, block, NULL, 0);
        ir_edge_to_block(u, block + 1, NULL, 0);
        ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { stale }, .imm = edge });
        ir_begin_block(u);
        ir_emit(u, (struct ir_insn){ .op = IR_raise, .aux = EVENT_STALE, .imm = b->spc });
        ir_begin_block(u);
    }
}
