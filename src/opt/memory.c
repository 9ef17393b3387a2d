/* Store-to-load forwarding: a load of what the unit has just stored is that value. Two halves stored one by one and loaded as one, which
 * compilers for processors without moves between register files do for every conversion, is worst for a host, whose store buffer cannot
 * put them together.
 *
 * Another thread may have written between: then it is as if it had come before the store. An address is a base, a value of the unit, and a
 * constant offset. Stores with another base may be to the same place, also by way of a second mapping of the same memory; with the same
 * base and offsets less than a page apart they are to places as far apart. */
#include "opt/walk.h"

enum { NEAR = 4096 - 16 };

static struct place place_of(const struct memory_forwarding *f, const struct ir_insn *access)
{
    const struct ir_unit *u = f->w->u;
    struct place p = { .base = access->arg[0], .size = type_bits(access->type) / 8 };
    const struct ir_insn *address = &u->insn[p.base];
    if (address->op == IR_zext && ir_result_type(&u->insn[address->arg[0]]) == IR_I32) {
        p.is_extended = true;
        p.base = address->arg[0];
        address = &u->insn[p.base];
    }
    if (address->op == IR_add && u->insn[address->arg[1]].op == IR_const) {
        p.offset = sign_extend(type_bits(address->type), u->insn[address->arg[1]].imm);
        p.base = address->arg[0];
    }
    return p;
}

static bool is_near(const struct place *a, const struct place *b)
{
    int64_t distance = a->offset - b->offset;
    return a->base == b->base && a->is_extended == b->is_extended && distance > -NEAR && distance < NEAR;
}

static bool is_integer(unsigned type) { return type <= IR_I64; }

static bool overlap(const struct place *a, const struct place *b)
{
    return a->offset < b->offset + (int64_t)b->size && b->offset < a->offset + (int64_t)a->size;
}

static bool is_plain(const struct ir_insn *access) { return !(access->aux & ~(unsigned)ACCESS_BIG_ENDIAN); }

static void note_store(struct memory_forwarding *f, const struct ir_insn *store)
{
    struct place p = place_of(f, store);
    unsigned kept = 0;
    for (unsigned i = 0; i < f->count; i++)
        if (is_near(&f->stored[i].place, &p) && !overlap(&f->stored[i].place, &p))
            f->stored[kept++] = f->stored[i];
    if (kept == COUNT_OF(f->stored))
        f->stored[0] = f->stored[--kept];
    f->stored[kept++] = (struct stored){ p, store->arg[1], store->type, store->aux };
    f->count = kept;
}

/* What was stored at exactly that place in that order of bytes; NULL: nothing known. */
static const struct stored *find(const struct memory_forwarding *f, const struct place *p, unsigned aux)
{
    for (const struct stored *s = f->stored; s < f->stored + f->count; s++)
        if (is_near(&s->place, p) && s->place.offset == p->offset && s->place.size == p->size && s->aux == aux)
            return s;
    return NULL;
}

/* The load of the low part of what was stored. */
static bool become_narrow(const struct memory_forwarding *f, struct ir_insn *load, const struct place *p)
{
    for (const struct stored *s = f->stored; s < f->stored + f->count; s++) {
        int64_t low = s->aux & ACCESS_BIG_ENDIAN ? (int64_t)s->place.size - (int64_t)p->size : 0;
        if (!is_near(&s->place, p) || s->aux != load->aux || !is_integer(s->type) || s->place.size <= p->size ||
            s->place.offset + low != p->offset)
            continue;
        load->op = IR_narrow;
        load->aux = 0;
        use_instead(f->w, load, 0, s->value);
        return true;
    }
    return false;
}

static void become_join(const struct memory_forwarding *f, struct ir_insn *load, const struct place *p)
{
    struct place first = *p, second = *p;
    first.size = second.size = p->size / 2;
    second.offset += (int64_t)second.size;
    const struct stored *a = find(f, &first, load->aux), *b = find(f, &second, load->aux);
    if (!a || !b || a->type != IR_I32 || b->type != IR_I32)
        return;
    bool high_first = load->aux & ACCESS_BIG_ENDIAN;
    load->op = IR_join;
    load->aux = 0;
    use_instead(f->w, load, 0, high_first ? a->value : b->value);
    load->arg[1] = high_first ? b->value : a->value;
    f->w->standing[load->arg[1]].uses++;
}

static ir_ref forward_load(const struct memory_forwarding *f, struct ir_insn *load)
{
    if (!f->count || !is_plain(load))
        return NO_REF;
    const struct place p = place_of(f, load);
    const struct stored *s = find(f, &p, load->aux);
    if (s && s->type == load->type)
        return s->value;
    if (!is_integer(load->type))
        return NO_REF;
    if (!become_narrow(f, load, &p) && load->type == IR_I64)
        become_join(f, load, &p);
    return NO_REF;
}

ir_ref memory_insn(struct memory_forwarding *f, struct ir_insn *insn)
{
    if (insn->op == IR_load)
        return forward_load(f, insn);
    if (insn->op == IR_store && is_plain(insn))
        note_store(f, insn);
    else if (ir_traits(insn) & WRITES)
        f->count = 0;
    return NO_REF;
}
