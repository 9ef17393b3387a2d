/* Linux Standard Base, ".eh_frame" and ".eh_frame_hdr"; DWARF 5, 6.4. */
#include "linux/call-frames.h"

#include <string.h>

enum { /* DWARF 5, 7.7.1; LSB, DWARF exception header encoding */
    OP_DEREF = 0x06, OP_BREG0 = 0x70, RELATIVE_TO_PLACE = 0x1b, RELATIVE_TO_HEADER = 0x3b, UNSIGNED_WORD = 0x03,
};

struct frames {
    const struct abi *abi;
    uint8_t *page, *at;
    struct frames_index *index;
    uint32_t index_at;
    const uint32_t *code;
};

static uint32_t offset_of(const struct frames *f, const uint8_t *at) { return (uint32_t)(at - f->page); }

static void put_byte(struct frames *f, unsigned value) { *f->at++ = (uint8_t)value; }

static void put_bytes(struct frames *f, const uint8_t *bytes, size_t size)
{
    memcpy(f->at, bytes, size);
    f->at += size;
}

/* SLEB128; `offset` is below 8192. */
static void put_offset(struct frames *f, unsigned offset)
{
    put_byte(f, (offset & 0x7f) | 0x80);
    put_byte(f, offset >> 7);
}

static void put_word(struct frames *f, uint32_t value)
{
    value = abi_word(f->abi, value);
    put_bytes(f, (const uint8_t *)&value, sizeof value);
}

/* An entry: its length, which the end knows, and what it is. */
static uint8_t *begin_entry(struct frames *f, uint32_t what)
{
    uint8_t *start = f->at;
    put_word(f, 0);
    put_word(f, what);
    return start;
}

static void end_entry(struct frames *f, uint8_t *start)
{
    while ((f->at - start) % 4)
        put_byte(f, 0); /* DW_CFA_nop */
    uint32_t length = abi_word(f->abi, (uint32_t)(f->at - start - 4));
    memcpy(start, &length, sizeof length);
}

static uint8_t *put_common(struct frames *f, bool signals)
{
    const struct vdso *v = f->abi->vdso;
    const uint8_t numbers[] = { /* code, data alignment: */ 1, 0x7c, v->return_address, /* of augmentation data: */ 1, RELATIVE_TO_PLACE };
    const char *augmentation = signals ? "zRS" : "zR";
    uint8_t *start = begin_entry(f, 0);
    put_byte(f, 1); /* version */
    put_bytes(f, (const uint8_t *)augmentation, strlen(augmentation) + 1);
    put_bytes(f, numbers, sizeof numbers);
    if (!signals)
        put_bytes(f, v->entry_rules, v->entry_rules_size);
    end_entry(f, start);
    return start;
}

/* Every register is found from the stack pointer, `popped` bytes above where it was. */
static void put_saved(struct frames *f, const struct signal_unwind *u, unsigned popped)
{
    unsigned base = OP_BREG0 + f->abi->vdso->stack_pointer;
    const uint8_t frame_address[] = { CFA_DEF_CFA_EXPRESSION, 4, (uint8_t)base };
    put_bytes(f, frame_address, sizeof frame_address);
    put_offset(f, u->stack_pointer_offset - popped);
    put_byte(f, OP_DEREF);
    for (const struct saved_registers *s = u->saved; s->count; s++)
        for (unsigned i = 0; i < s->count; i++) {
            const uint8_t saved[] = { CFA_EXPRESSION, (uint8_t)(s->first + i), 3, (uint8_t)base };
            put_bytes(f, saved, sizeof saved);
            put_offset(f, (unsigned)(s->offset + s->stride * (int)i) - popped);
        }
}

static void put_rules(struct frames *f, const struct vdso_function *function)
{
    const struct signal_unwind *u = function->frame;
    if (!u) {
        put_bytes(f, function->moves, function->moves_size);
        return;
    }
    put_saved(f, u, 0);
    if (u->popped) {
        put_byte(f, CFA_ADVANCE(CODE_GAP + u->popped_at));
        put_saved(f, u, u->popped);
    }
}

/* The description of function `i`, and what the index says of it. */
static void put_function(struct frames *f, const uint8_t *common, unsigned i)
{
    const struct vdso_function *function = &f->abi->vdso->functions[i];
    uint32_t gap = function->frame ? CODE_GAP : 0, code = f->code[i] - gap;
    uint8_t *start = begin_entry(f, (uint32_t)(f->at + 4 - common));
    put_word(f, code - offset_of(f, f->at));
    put_word(f, gap + function->size);
    put_byte(f, 0); /* no augmentation data */
    put_rules(f, function);
    end_entry(f, start);
    f->index->entry[i].code = abi_word(f->abi, code - f->index_at);
    f->index->entry[i].description = abi_word(f->abi, offset_of(f, start) - f->index_at);
    f->index->count++;
}

/* All functions that return from signal handlers, or all others. */
static void put_kind(struct frames *f, bool signals)
{
    const uint8_t *common = NULL;
    for (unsigned i = 0; f->abi->vdso->functions[i].name; i++) {
        if (signals != !!f->abi->vdso->functions[i].frame)
            continue;
        if (!common)
            common = put_common(f, signals);
        put_function(f, common, i);
    }
}

uint32_t call_frames_write(const struct abi *abi, uint8_t *page, uint32_t offset, uint32_t index, const uint32_t *code)
{
    struct frames f = { abi, page, page + offset, (struct frames_index *)(page + index), index, code };
    f.index->version = 1;
    memcpy(f.index->encodings, (uint8_t[]){ RELATIVE_TO_PLACE, UNSIGNED_WORD, RELATIVE_TO_HEADER }, 3);
    f.index->frames = abi_word(abi, offset - (index + (uint32_t)offsetof(struct frames_index, frames)));
    put_kind(&f, false);
    put_kind(&f, true);
    put_word(&f, 0);
    f.index->count = abi_word(abi, f.index->count);
    return offset_of(&f, f.at);
}
