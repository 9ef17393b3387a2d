/* The audit reading: a value is nothing, a word records what it may do. Included by a guest's auditor before the files with the meanings. It
 * enforces the rule that makes faults precise: nothing that can fault comes after a write of guest state or memory. */
#ifndef FERRY_SEM_AUDIT_H
#define FERRY_SEM_AUDIT_H

#include "guest/guest.h"
#include "ir/float.h"

struct audit {
    const struct layout *layout;
    struct insn_effects *effects;
    const char *written; /* what was written first; NULL: nothing yet */
    bool repeats;
};

struct value { char nothing; };
typedef const struct value val;
struct vector_value { char nothing; };
typedef const struct vector_value vec;
typedef struct audit *sem;

static inline void audit_may_fault(sem s)
{
    if (s->written && !s->repeats && !s->effects->violation)
        s->effects->violation = s->written;
}

static inline void audit_writes(sem s, const char *rule)
{
    if (!s->written)
        s->written = rule;
    if (s->effects->leaves && !s->effects->violation)
        s->effects->violation = "writes after it left";
}

#define NOTHING ((struct value){ 0 })
#define WORD static inline __attribute__((unused)) struct value

#define WORD1(name, meaning) WORD name(sem s, unsigned w, val a) { (void)s, (void)w, (void)a; return NOTHING; }
#define WORD2(name, meaning) WORD name(sem s, unsigned w, val a, val b) { (void)s, (void)w, (void)a, (void)b; return NOTHING; }
#define UNARY WORD1
#define BINARY WORD2
#define COMPARE WORD2
#define F_PICK WORD2
#define F_BITS1 WORD1
#define F_BITS2 WORD2
#define F_COMPARE WORD2
#define F_ORDER WORD2
#define CONVERT(name, meaning) WORD name(sem s, unsigned w, unsigned from, val a) \
    { (void)s, (void)w, (void)from, (void)a; return NOTHING; }
#define F_UNARY(name, meaning) WORD name(sem s, unsigned w, unsigned rounding, val a) \
    { (void)s, (void)w, (void)rounding, (void)a; return NOTHING; }
#define F_BINARY(name, meaning) WORD name(sem s, unsigned w, unsigned rounding, val a, val b) \
    { (void)s, (void)w, (void)rounding, (void)a, (void)b; return NOTHING; }
#define F_TERNARY(name, meaning) WORD name(sem s, unsigned w, unsigned rounding, val a, val b, val c) \
    { (void)s, (void)w, (void)rounding, (void)a, (void)b, (void)c; return NOTHING; }
#define F_CONVERT(name, meaning) WORD name(sem s, unsigned w, unsigned from, unsigned rounding, val a) \
    { (void)s, (void)w, (void)from, (void)rounding, (void)a; return NOTHING; }
#define NO_VECTOR ((struct vector_value){ 0 })
#define VECTOR_WORD static inline __attribute__((unused)) struct vector_value
#define LANES1(name, meaning) VECTOR_WORD name(sem s, unsigned w, vec a) { (void)s, (void)w, (void)a; return NO_VECTOR; }
#define LANES2(name, meaning) VECTOR_WORD name(sem s, unsigned w, vec a, vec b) { (void)s, (void)w, (void)a, (void)b; return NO_VECTOR; }
#define VECTOR(name) LANES2(name, )
#define VECTOR_BY(name) VECTOR_WORD name(sem s, unsigned w, vec a, vec b, val by) \
    { (void)s, (void)w, (void)a, (void)b, (void)by; return NO_VECTOR; }
#define F_LANES2(name, meaning) VECTOR_WORD name(sem s, unsigned w, enum ir_part part, vec a, vec b) \
    { (void)s, (void)w, (void)part, (void)a, (void)b; return NO_VECTOR; }
#define F_VECTOR(name) F_LANES2(name, )
#include "ir/ops.inc"

VECTOR_WORD v_splat(sem s, unsigned w, val a) { (void)s, (void)w, (void)a; return NO_VECTOR; }
VECTOR_WORD v_scalar(sem s, unsigned w, val a) { (void)s, (void)w, (void)a; return NO_VECTOR; }
VECTOR_WORD v_insert(sem s, unsigned w, vec a, val b, val lane) { (void)s, (void)w, (void)a, (void)b, (void)lane; return NO_VECTOR; }
VECTOR_WORD v_blend(sem s, unsigned w, vec a, vec b, vec mask) { (void)s, (void)w, (void)a, (void)b, (void)mask; return NO_VECTOR; }
VECTOR_WORD v_fround(sem s, unsigned w, enum ir_part part, vec a, vec b, val how)
{
    (void)s, (void)w, (void)part, (void)a, (void)b, (void)how;
    return NO_VECTOR;
}
#define SHIFT_ALL(name) VECTOR_WORD name(sem s, unsigned w, vec a, val count) { (void)s, (void)w, (void)a, (void)count; return NO_VECTOR; }
SHIFT_ALL(v_shl_all)
SHIFT_ALL(v_shr_all)
SHIFT_ALL(v_sar_all)
#undef SHIFT_ALL
WORD v_signs(sem s, unsigned w, vec a) { (void)s, (void)w, (void)a; return NOTHING; }
WORD v_any(sem s, vec a) { (void)s, (void)a; return NOTHING; }
#define v_f_extract v_extract
WORD v_extract(sem s, unsigned w, vec a, val b) { (void)s, (void)w, (void)a, (void)b; return NOTHING; }
#undef WORD1
#undef WORD2

WORD imm(sem s, unsigned w, uint64_t value) { (void)s, (void)w, (void)value; return NOTHING; }

WORD get(sem s, unsigned slot)
{
    if (s->layout->slots[slot].name)
        s->effects->reads[slot / 64] |= UINT64_C(1) << slot % 64;
    return NOTHING;
}

static inline void set(sem s, unsigned slot, val x)
{
    (void)x;
    if (!s->layout->slots[slot].name)
        return;
    s->effects->writes[slot / 64] |= UINT64_C(1) << slot % 64;
    audit_writes(s, "may fault after it wrote guest state");
}

static inline bool known(sem s, unsigned slot, uint32_t mask, unsigned *number)
{
    (void)get(s, slot);
    (void)mask;
    *number = 0;
    return false;
}

VECTOR_WORD v_get(sem s, unsigned slot) { (void)get(s, slot); return NO_VECTOR; }
static inline void v_set(sem s, unsigned slot, vec x) { (void)x; set(s, slot, NOTHING); }

WORD pick(sem s, unsigned w, val condition, val yes, val no)
{
    (void)s, (void)w, (void)condition, (void)yes, (void)no;
    return NOTHING;
}

WORD load(sem s, unsigned w, unsigned access, val address)
{
    (void)w, (void)access, (void)address;
    audit_may_fault(s);
    s->effects->loads = true;
    return NOTHING;
}

static inline void store(sem s, unsigned w, unsigned access, val address, val x)
{
    (void)w, (void)access, (void)address, (void)x;
    audit_may_fault(s);
    audit_writes(s, "may fault after it wrote memory");
    s->effects->stores = true;
}

VECTOR_WORD v_load(sem s, unsigned access, val address) { (void)load(s, 64, access, address); return NO_VECTOR; }
static inline void v_store(sem s, unsigned access, val address, vec x) { (void)x; store(s, 64, access, address, NOTHING); }

WORD cas(sem s, unsigned w, val address, val expected, val replacement)
{
    (void)expected;
    s->effects->loads = true;
    store(s, w, ACCESS_SEQUENTIAL, address, replacement);
    return NOTHING;
}

#define AMO(name) WORD name(sem s, unsigned w, val address, val operand) { return cas(s, w, address, operand, operand); }
AMO(amo_swap)
AMO(amo_add)
AMO(amo_and)
AMO(amo_or)
AMO(amo_xor)
AMO(amo_mins)
AMO(amo_maxs)
AMO(amo_minu)
AMO(amo_maxu)
#undef AMO

static inline void fence(sem s, unsigned kinds) { (void)s, (void)kinds; }

WORD get_flags(sem s) { (void)s; return NOTHING; }
static inline void set_flags(sem s, val flags) { (void)flags; audit_writes(s, "may fault after it changed floating-point flags"); }

WORD call(sem s, const struct ir_helper *helper, val a, val b)
{
    (void)a, (void)b;
    if (helper->traits & FAULT)
        audit_may_fault(s);
    if (helper->traits & WRITES)
        audit_writes(s, "may fault after its helper wrote guest state");
    s->effects->calls = true;
    return NOTHING;
}

WORD mend(sem s, unsigned w, val condition, const struct ir_helper *helper, val c, val x)
{
    (void)w, (void)condition, (void)helper, (void)c, (void)x;
    s->effects->calls = true;
    return NOTHING;
}
#define f_mend mend

/* Both ways are one way here: an IF's body counts as done. */
#define IF(s, condition) if (((void)(s), (void)(condition), true))

#define RAISE_IF(s, condition, event, pc) ((void)(condition), (void)(event), (void)(pc), audit_may_fault(s))

static inline void leave(sem s)
{
    if (s->effects->leaves && !s->effects->violation)
        s->effects->violation = "leaves twice";
    s->effects->leaves = true;
}
static inline void jump(sem s, uint64_t target) { (void)target; leave(s); }
static inline void branch(sem s, val condition, uint64_t taken, uint64_t other)
{
    (void)condition, (void)taken, (void)other;
    leave(s);
}
static inline void call_to(sem s, uint64_t target, uint64_t return_spc) { (void)target, (void)return_spc; leave(s); }
static inline void jump_ind(sem s, val target) { (void)target; leave(s); }
static inline void call_ind(sem s, val target, uint64_t return_spc) { (void)target, (void)return_spc; leave(s); }
static inline void return_to(sem s, val target) { (void)target; leave(s); }
static inline void raise_event(sem s, enum event event, uint64_t pc) { (void)event, (void)pc; leave(s); }

#define JUMP_IF(s, condition, target) ((void)(s), (void)(condition), (void)(target))

/* The instruction makes several accesses, some after it wrote; it is correct to do it again from its start after a fault. */
static inline void may_repeat(sem s) { s->repeats = true; }

#undef WORD
#undef VECTOR_WORD
#undef NOTHING
#undef NO_VECTOR

#endif
