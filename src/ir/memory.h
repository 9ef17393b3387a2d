/* The words by which meanings touch guest memory, for every reading that computes. Guest memory is host memory at the same
 * address. `w` is 8 to 64 bits (32 or 64 for the atomic words but cas), values are zero-extended, `access` is as in enum ir_access. */
#ifndef FERRY_MEMORY_H
#define FERRY_MEMORY_H

#include <stdatomic.h>

#include "ir/ir.h"
#include "ir/meaning.h"

/* Any alignment. Volatile: each access is done, once, as written. */
#define GUEST_MEMORY(bits)                                                                                                   \
    struct guest_u##bits { uint##bits##_t v; } __attribute__((packed, may_alias));                                           \
    static inline uint64_t read_u##bits(uint64_t at) { return ((const volatile struct guest_u##bits *)at)->v; }              \
    static inline void write_u##bits(uint64_t at, uint64_t v) { ((volatile struct guest_u##bits *)at)->v = (uint##bits##_t)v; }
GUEST_MEMORY(8)
GUEST_MEMORY(16)
GUEST_MEMORY(32)
GUEST_MEMORY(64)
#undef GUEST_MEMORY

static inline uint64_t big_endian(unsigned w, uint64_t x) { return __builtin_bswap64(x) >> (64 - w); }

static inline uint64_t memory_load(unsigned w, unsigned access, uint64_t at)
{
    if (access & ACCESS_SEQUENTIAL)
        atomic_thread_fence(memory_order_seq_cst);
    uint64_t x = w == 8 ? read_u8(at) : w == 16 ? read_u16(at) : w == 32 ? read_u32(at) : read_u64(at);
    if (access & (ACCESS_ACQUIRE | ACCESS_SEQUENTIAL))
        atomic_thread_fence(memory_order_acquire);
    return access & ACCESS_BIG_ENDIAN ? big_endian(w, x) : x;
}

static inline void memory_store(unsigned w, unsigned access, uint64_t at, uint64_t x)
{
    if (access & ACCESS_BIG_ENDIAN)
        x = big_endian(w, x);
    if (access & (ACCESS_RELEASE | ACCESS_SEQUENTIAL))
        atomic_thread_fence(memory_order_release);
    switch (w) {
    case 8: write_u8(at, x); break;
    case 16: write_u16(at, x); break;
    case 32: write_u32(at, x); break;
    default: write_u64(at, x); break;
    }
    if (access & ACCESS_SEQUENTIAL)
        atomic_thread_fence(memory_order_seq_cst);
}

/* As the host's own access of an aligned vector does. */
static inline void fault_if_misaligned(uint64_t at)
{
#ifdef __SSE__
    __asm__ volatile("movaps (%0), %%xmm0" : : "r"(at) : "xmm0", "memory");
#else
#error "This host needs another way to fault here."
#endif
}

/* Vectors: not atomic; big-endian ones have their highest byte first. */
static inline struct vector memory_load_vector(unsigned access, uint64_t at)
{
    if (access & ACCESS_ALIGNED)
        fault_if_misaligned(at);
    unsigned low = access & ACCESS_BIG_ENDIAN ? 8 : 0;
    return (struct vector){ { memory_load(64, access, at + low), memory_load(64, access, at + 8 - low) } };
}

static inline void memory_store_vector(unsigned access, uint64_t at, struct vector x)
{
    if (access & ACCESS_ALIGNED)
        fault_if_misaligned(at);
    unsigned low = access & ACCESS_BIG_ENDIAN ? 8 : 0;
    memory_store(64, access, at + low, x.half[0]);
    memory_store(64, access, at + 8 - low, x.half[1]);
}

/* The atomic words give what was in memory before. */
#define CAS(bits)                                                                                                            \
    static inline uint64_t cas_u##bits(uint64_t at, uint64_t expected, uint64_t replacement)                                 \
    {                                                                                                                        \
        uint##bits##_t seen = (uint##bits##_t)expected, fresh = (uint##bits##_t)replacement;                                 \
        __atomic_compare_exchange_n((uint##bits##_t *)at, &seen, fresh, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);          \
        return seen;                                                                                                         \
    }
CAS(8)
CAS(16)
CAS(32)
CAS(64)
#undef CAS

static inline uint64_t memory_cas(unsigned w, uint64_t at, uint64_t expected, uint64_t replacement)
{
    switch (w) {
    case 8: return cas_u8(at, expected, replacement);
    case 16: return cas_u16(at, expected, replacement);
    case 32: return cas_u32(at, expected, replacement);
    default: return cas_u64(at, expected, replacement);
    }
}

#define AMO_BUILTIN(name, builtin)                                                                                           \
    static inline uint64_t memory_amo_##name(unsigned w, uint64_t at, uint64_t operand)                                      \
    {                                                                                                                        \
        if (w == 32)                                                                                                         \
            return builtin((uint32_t *)at, (uint32_t)operand, __ATOMIC_SEQ_CST);                                             \
        return builtin((uint64_t *)at, operand, __ATOMIC_SEQ_CST);                                                           \
    }
AMO_BUILTIN(swap, __atomic_exchange_n)
AMO_BUILTIN(add, __atomic_fetch_add)
AMO_BUILTIN(and, __atomic_fetch_and)
AMO_BUILTIN(or, __atomic_fetch_or)
AMO_BUILTIN(xor, __atomic_fetch_xor)
#undef AMO_BUILTIN

/* What no builtin does: the meaning of the plain operation, tried until nobody came between. */
#define AMO_LOOP(name)                                                                                                       \
    static inline uint64_t memory_amo_##name(unsigned w, uint64_t at, uint64_t operand)                                      \
    {                                                                                                                        \
        uint64_t before = memory_load(w, ACCESS_PLAIN, at);                                                                  \
        for (;;) {                                                                                                           \
            uint64_t now = memory_cas(w, at, before, meaning_##name(w, before, operand));                                    \
            if (now == before)                                                                                               \
                return now;                                                                                                  \
            before = now;                                                                                                    \
        }                                                                                                                    \
    }
AMO_LOOP(mins)
AMO_LOOP(maxs)
AMO_LOOP(minu)
AMO_LOOP(maxu)
#undef AMO_LOOP

/* `kinds`: bits FENCE_*. */
static inline void memory_fence(unsigned kinds)
{
    if (kinds)
        atomic_thread_fence(memory_order_seq_cst);
}

#endif
