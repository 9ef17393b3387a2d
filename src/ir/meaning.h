/* Words that the meanings in ops.inc use. Included by every reading that computes: exec, constant folder, IR evaluator. */
#ifndef FERRY_MEANING_H
#define FERRY_MEANING_H

#include "base/base.h"
#include "ir/float.h"

#define SIGNED(x) sign_extend(W, x)
#define EXACT(x) ((__int128)SIGNED(x))

static inline uint64_t divide_signed(unsigned w, uint64_t a, uint64_t b)
{
    int64_t dividend = sign_extend(w, a), divisor = sign_extend(w, b);
    if (divisor == 0)
        return 0;
    return divisor == -1 ? -a : (uint64_t)(dividend / divisor);
}

static inline uint64_t remainder_signed(unsigned w, uint64_t a, uint64_t b)
{
    int64_t dividend = sign_extend(w, a), divisor = sign_extend(w, b);
    if (divisor == 0)
        return a;
    return divisor == -1 ? 0 : (uint64_t)(dividend % divisor);
}

static inline uint64_t rotate_left(unsigned w, uint64_t a, unsigned count)
{
    return count ? a << count | a >> (w - count) : a;
}

static inline uint64_t count_leading_zeros(unsigned w, uint64_t a)
{
    return a ? (uint64_t)__builtin_clzll(a) - (64 - w) : w;
}

/* Each BINARY row as a function, for meanings made from meanings. */
#define BINARY(name, meaning) \
    static inline uint64_t meaning_##name(unsigned W, uint64_t a, uint64_t b) { return low_bits(W, (uint64_t)(meaning)); }
#include "ir/ops.inc"

#endif
