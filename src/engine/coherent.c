/* Self-modifying code, for guests that see what they write without a word. Code that can be written is not protected against it: what is made of it
 * compares, whenever it is entered, the code's bytes with those that it was made of. So it does not matter who writes, and how: this thread or another, a
 * system call, a second mapping. A block ends where it may have written itself. */
#include "engine/private.h"

#include <string.h>

enum { CHANCE = 4096 }; /* bytes: mappings have no smaller */

bool may_change(struct thread *t, uint64_t start, uint64_t end)
{
    const struct engine_config *config = &t->engine->config;
    return config->guest->coherent_code && config->environment->code_changes &&
           config->environment->code_changes(t, start - start % CHANCE, align_up(end, CHANCE));
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

/* Outside while it waits for the lock: who has it may be waiting for that. */
void drop_stale(struct thread *t)
{
    leave_blocks(t);
    engine_invalidate(t->engine, t->context.pc, t->context.pc + 1);
    enter_blocks(t);
    t->context.event = EVENT_NONE;
}

/* The largest power of 2 up to 8 that is not more than `size`. */
static unsigned piece(size_t size) { return size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1; }

static ir_ref binary(struct ir_unit *u, enum ir_op op, enum ir_type type, ir_ref a, ir_ref b)
{
    return ir_emit(u, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type, .arg = { a, b } });
}

/* What is not as it was, as bits. */
static ir_ref difference(struct ir_unit *u, const struct block *b, size_t at, unsigned bytes)
{
    enum ir_type type = integer_type(8 * bytes);
    uint64_t original = 0;
    memcpy(&original, b->original + at, bytes);
    ir_ref address = ir_const(u, IR_I64, b->spc + at);
    ir_ref now = ir_emit(u, (struct ir_insn){ .op = IR_load, .type = (uint8_t)type, .arg = { address } });
    return binary(u, IR_xor, type, now, ir_const(u, type, original));
}

/* All in one comparison: a branch for each piece would take longer to translate than the code, which may be changed again soon. The last piece overlaps the one
 * before it. */
void lift_checks(struct ir_unit *u, const struct block *b)
{
    size_t size = b->end - b->spc;
    unsigned bytes = piece(size);
    enum ir_type type = integer_type(8 * bytes);
    ir_emit(u, (struct ir_insn){ .op = IR_mark, .imm = b->spc });
    ir_ref changed = difference(u, b, 0, bytes);
    for (size_t at = bytes; at < size; at += bytes)
        changed = binary(u, IR_or, type, changed, difference(u, b, at + bytes <= size ? at : size - bytes, bytes));
    ir_ref stale = binary(u, IR_ne, type, changed, ir_const(u, type, 0));
    uint32_t block = u->block_count, edge = ir_edge_to_block(u, block, NULL, 0);
    ir_edge_to_block(u, block + 1, NULL, 0);
    ir_emit(u, (struct ir_insn){ .op = IR_brif, .arg = { stale }, .imm = edge });
    ir_begin_block(u);
    ir_emit(u, (struct ir_insn){ .op = IR_raise, .aux = EVENT_STALE, .imm = b->spc });
    ir_begin_block(u);
}
