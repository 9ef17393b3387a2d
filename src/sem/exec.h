/* The exec reading: a value is its bits, a word does its work at once. Included by a guest's interpreters before the files with the meanings. */
#ifndef FERRY_SEM_EXEC_H
#define FERRY_SEM_EXEC_H

#include "guest/guest.h"
#include "ir/meaning.h"
#include "ir/memory.h"

struct value { uint64_t bits; };
typedef const struct value val;
struct vector_value { struct vector bits; };
typedef const struct vector_value vec;

/* What the words work on. By value: once they are inlined nothing of it is left but the members that are used. */
struct exec {
    struct context *context;
    const struct insn *insn; /* the instruction being executed */
    bool *left;              /* set by every word that sets context.pc */
};
typedef const struct exec sem;

/* One function a row of ops.inc. */
#define VALUE(meaning) ((struct value){ low_bits(W, (uint64_t)(meaning)) })
#define TRUTH(meaning) ((struct value){ (meaning) ? 1 : 0 })
#define WORD static inline __attribute__((always_inline, unused)) struct value

#define UNARY(name, meaning) \
    WORD name(sem s, unsigned W, val x) { uint64_t a = x.bits; (void)s; return VALUE(meaning); }
#define BINARY(name, meaning) \
    WORD name(sem s, unsigned W, val x, val y) { uint64_t a = x.bits, b = y.bits; (void)s; return VALUE(meaning); }
#define COMPARE(name, meaning) \
    WORD name(sem s, unsigned W, val x, val y) { uint64_t a = x.bits, b = y.bits; (void)s, (void)W; return TRUTH(meaning); }
#define CONVERT(name, meaning) \
    WORD name(sem s, unsigned W, unsigned FROM, val x) { uint64_t a = x.bits; (void)s, (void)FROM; return VALUE(meaning); }
#define F_UNARY(name, meaning) \
    WORD name(sem s, unsigned W, unsigned R, val x) { uint64_t a = x.bits; (void)s; return VALUE(meaning); }
#define F_BINARY(name, meaning) \
    WORD name(sem s, unsigned W, unsigned R, val x, val y) { uint64_t a = x.bits, b = y.bits; (void)s; return VALUE(meaning); }
#define F_TERNARY(name, meaning) \
    WORD name(sem s, unsigned W, unsigned R, val x, val y, val z) \
    { uint64_t a = x.bits, b = y.bits, c = z.bits; (void)s; return VALUE(meaning); }
#define F_PICK BINARY
#define F_BITS1 UNARY
#define F_BITS2 BINARY
#define F_COMPARE COMPARE
#define F_ORDER BINARY
#define F_CONVERT(name, meaning) \
    WORD name(sem s, unsigned W, unsigned FROM, unsigned R, val x) { uint64_t a = x.bits; (void)s, (void)R; return VALUE(meaning); }
#define VECTOR_WORD static inline __attribute__((unused)) struct vector_value
#define LANES1(name, meaning) \
    VECTOR_WORD name(sem s, unsigned w, vec a) { (void)s; return (struct vector_value){ vector_##name(w, a.bits) }; }
#define LANES2(name, meaning) \
    VECTOR_WORD name(sem s, unsigned w, vec a, vec b) { (void)s; return (struct vector_value){ vector_##name(w, a.bits, b.bits) }; }
#define VECTOR(name) LANES2(name, )
#define VECTOR_BY(name) VECTOR_WORD name(sem s, unsigned w, vec a, vec b, val by) \
    { (void)s; return (struct vector_value){ vector_##name(w, a.bits, b.bits, by.bits) }; }
#define F_LANES2(name, meaning) VECTOR_WORD name(sem s, unsigned w, enum ir_part part, vec a, vec b) \
    { (void)s; return (struct vector_value){ vector_##name(w, part, a.bits, b.bits) }; }
#define F_VECTOR(name) F_LANES2(name, )
#include "ir/ops.inc"

VECTOR_WORD v_splat(sem s, unsigned w, val a) { (void)s; return (struct vector_value){ vector_v_splat(w, a.bits) }; }
VECTOR_WORD v_scalar(sem s, unsigned w, val a) { (void)s, (void)w; return (struct vector_value){ vector_of(a.bits) }; }
VECTOR_WORD v_insert(sem s, unsigned w, vec a, val b, val lane)
{
    (void)s;
    return (struct vector_value){ vector_v_insert(w, a.bits, b.bits, lane.bits) };
}
VECTOR_WORD v_blend(sem s, unsigned w, vec a, vec b, vec mask)
{
    (void)s;
    return (struct vector_value){ vector_v_blend(w, a.bits, b.bits, mask.bits) };
}
VECTOR_WORD v_fround(sem s, unsigned w, enum ir_part part, vec a, vec b, val how)
{
    (void)s;
    return (struct vector_value){ vector_v_fround(w, part, a.bits, b.bits, how.bits) };
}
#define SHIFT_ALL(name) VECTOR_WORD name(sem s, unsigned w, vec a, val count) \
    { (void)s; return (struct vector_value){ vector_##name(w, a.bits, count.bits) }; }
SHIFT_ALL(v_shl_all)
SHIFT_ALL(v_shr_all)
SHIFT_ALL(v_sar_all)
#undef SHIFT_ALL
WORD v_signs(sem s, unsigned w, vec a) { (void)s; return (struct value){ vector_v_signs(w, a.bits) }; }
WORD v_any(sem s, vec a) { (void)s; return (struct value){ vector_v_any(a.bits) }; }
#define v_f_extract v_extract
WORD v_extract(sem s, unsigned w, vec a, val b) { (void)s; return (struct value){ vector_v_extract(w, a.bits, b.bits) }; }

WORD imm(sem s, unsigned w, uint64_t value) { (void)s; return (struct value){ low_bits(w, value) }; }
WORD get(sem s, unsigned slot) { return (struct value){ s.context->slot[slot] }; }
static inline void set(sem s, unsigned slot, val x) { s.context->slot[slot] = x.bits; }
static inline bool known(sem s, unsigned slot, uint32_t mask, unsigned *number)
{
    *number = (uint32_t)s.context->slot[slot] & mask;
    return true;
}

WORD pick(sem s, unsigned w, val condition, val yes, val no)
{
    (void)s, (void)w;
    return condition.bits ? yes : no;
}

/* Before anything that may fault: says which instruction it is. The fences keep the compiler from moving writes of guest state
 * across the access. */
static inline void begin_access(sem s)
{
    s.context->insn = s.insn;
    atomic_signal_fence(memory_order_seq_cst);
}
static inline void end_access(void) { atomic_signal_fence(memory_order_seq_cst); }

WORD load(sem s, unsigned w, unsigned access, val address)
{
    begin_access(s);
    uint64_t bits = memory_load(w, access, address.bits);
    end_access();
    return (struct value){ bits };
}

static inline void store(sem s, unsigned w, unsigned access, val address, val x)
{
    begin_access(s);
    memory_store(w, access, address.bits, x.bits);
    end_access();
}

VECTOR_WORD v_get(sem s, unsigned slot) { return (struct vector_value){ { { s.context->slot[slot], s.context->slot[slot + 1] } } }; }
static inline void v_set(sem s, unsigned slot, vec x)
{
    s.context->slot[slot] = x.bits.half[0];
    s.context->slot[slot + 1] = x.bits.half[1];
}

VECTOR_WORD v_load(sem s, unsigned access, val address)
{
    begin_access(s);
    struct vector bits = memory_load_vector(access, address.bits);
    end_access();
    return (struct vector_value){ bits };
}

static inline void v_store(sem s, unsigned access, val address, vec x)
{
    begin_access(s);
    memory_store_vector(access, address.bits, x.bits);
    end_access();
}

WORD cas(sem s, unsigned w, val address, val expected, val replacement)
{
    begin_access(s);
    return (struct value){ memory_cas(w, address.bits, expected.bits, replacement.bits) };
}

#define AMO(name) \
    WORD amo_##name(sem s, unsigned w, val address, val operand) \
    { begin_access(s); return (struct value){ memory_amo_##name(w, address.bits, operand.bits) }; }
AMO(swap)
AMO(add)
AMO(and)
AMO(or)
AMO(xor)
AMO(mins)
AMO(maxs)
AMO(minu)
AMO(maxu)
#undef AMO

static inline void fence(sem s, unsigned kinds)
{
    (void)s;
    memory_fence(kinds);
}

WORD call(sem s, const struct ir_helper *helper, val a, val b)
{
    begin_access(s);
    return (struct value){ helper->function(s.context, a.bits, b.bits) };
}

WORD mend(sem s, unsigned w, val condition, const struct ir_helper *helper, val c, val x)
{
    (void)w;
    return condition.bits ? (struct value){ helper->function(s.context, c.bits, x.bits) } : x;
}
#define f_mend mend

WORD get_flags(sem s) { (void)s; return (struct value){ float_get_flags() }; }
static inline void set_flags(sem s, val flags) { (void)s; float_set_flags((unsigned)flags.bits); }

#define IF(s, condition) if ((condition).bits)

/* Leaves with the event if the condition holds, else goes on. To be used directly in a meaning, before it writes anything. */
#define RAISE_IF(s, condition, event, pc)  \
    do {                                   \
        if ((condition).bits) {            \
            raise_event(s, event, pc);     \
            return;                        \
        }                                  \
    } while (0)

/* Control: the next SPC goes to context.pc; an interpreter goes on from there. */
static inline void leave_for(sem s, uint64_t pc)
{
    s.context->pc = pc;
    *s.left = true;
}
static inline void jump(sem s, uint64_t target) { leave_for(s, target); }
static inline void branch(sem s, val condition, uint64_t taken, uint64_t other) { leave_for(s, condition.bits ? taken : other); }
static inline void call_to(sem s, uint64_t target, uint64_t return_spc) { (void)return_spc; leave_for(s, target); }
static inline void jump_ind(sem s, val target) { leave_for(s, target.bits); }
static inline void call_ind(sem s, val target, uint64_t return_spc) { (void)return_spc; leave_for(s, target.bits); }
static inline void return_to(sem s, val target) { leave_for(s, target.bits); }
static inline void raise_event(sem s, enum event event, uint64_t pc)
{
    s.context->event = event;
    leave_for(s, pc);
}


/* Leaves for `target` if the condition holds, else goes on. To be used directly in a meaning. */
#define JUMP_IF(s, condition, target) \
    do {                              \
        if ((condition).bits) {       \
            jump(s, target);          \
            return;                   \
        }                             \
    } while (0)

/* For the audit. */
static inline void may_repeat(sem s) { (void)s; }

#undef VALUE
#undef TRUTH
#undef WORD
#undef VECTOR_WORD

#endif
