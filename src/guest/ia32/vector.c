/* What instructions on vectors ask of helpers: their operands are in the slots IA32_FIRST and IA32_SECOND. */
#include <string.h>

#include "guest/ia32/ia32.h"
#include "ir/memory.h"
#include "ir/vector.h"

static struct vector first(const struct context *c) { return (struct vector){ { c->slot[IA32_FIRST], c->slot[IA32_FIRST + 1] } }; }
static struct vector second(const struct context *c) { return (struct vector){ { c->slot[IA32_SECOND], c->slot[IA32_SECOND + 1] } }; }

static void answer(struct context *c, struct vector x)
{
    c->slot[IA32_FIRST] = x.half[0];
    c->slot[IA32_FIRST + 1] = x.half[1];
}

/* The least word, and where it is first. */
static struct vector least_word(struct vector x)
{
    unsigned at = 0;
    for (unsigned i = 1; i < 8; i++)
        if (vector_lane(x, 16, i) < vector_lane(x, 16, at))
            at = i;
    return vector_of(vector_lane(x, 16, at) | (uint64_t)at << 16);
}

/* Of four bytes of the second operand, from the one that bits 0 and 1 of `by` say, and four of the first one, at eight places from the one that bit 2 says. */
static struct vector sums_of_differences(struct vector x, struct vector y, unsigned by)
{
    struct vector result = { { 0 } };
    for (unsigned i = 0; i < 8; i++) {
        uint64_t sum = 0;
        for (unsigned k = 0; k < 4; k++) {
            uint64_t a = vector_lane(x, 8, (by & 4) + i + k), b = vector_lane(y, 8, 4 * (by & 3) + k);
            sum += a > b ? a - b : b - a;
        }
        vector_set_lane(&result, 16, i, sum);
    }
    return result;
}

uint64_t ia32_vector(struct context *c, uint64_t operation, uint64_t by)
{
    answer(c, operation == VECTOR_LEAST_WORD ? least_word(second(c)) : sums_of_differences(first(c), second(c), (unsigned)by));
    return 0;
}

static struct vector register_of(const struct context *c, unsigned number, bool is_mmx)
{
    return is_mmx ? vector_of(extended_mmx_read(number)) : (struct vector){ { c->slot[number], c->slot[number + 1] } };
}

/* Byte by byte, as other threads may see. */
uint64_t ia32_mask_store(struct context *c, uint64_t address, uint64_t what)
{
    bool is_mmx = what >> 16;
    struct vector x = register_of(c, what & 0xff, is_mmx), mask = register_of(c, what >> 8 & 0xff, is_mmx);
    for (unsigned i = 0; i < (is_mmx ? 8 : 16); i++)
        if (vector_lane(mask, 8, i) & 0x80)
            memory_store(8, ACCESS_RELEASE, address + i, vector_lane(x, 8, i));
    return 0;
}

/* Of the polynomial 0x11edc6f41 (SDM volume 2, CRC32); the operand is in the low bits, its width above. */
uint64_t ia32_crc32(struct context *c, uint64_t sum, uint64_t operand)
{
    enum { REFLECTED = 0x82f63b78 };
    (void)c;
    sum ^= (uint32_t)operand;
    for (uint64_t i = operand >> 32; i > 0; i--)
        sum = sum >> 1 ^ (sum & 1 ? REFLECTED : 0);
    return sum;
}

/* ---- strings (SDM volume 2, 4.1) ---------------------------------------------------------------------------------------------------------------- */

enum { EQUAL_ANY, RANGES, EQUAL_EACH, EQUAL_ORDERED };

struct strings {
    struct vector x, y;
    unsigned w, count, x_length, y_length;
    bool is_signed;
};

static int64_t element(const struct strings *t, struct vector from, unsigned i)
{
    uint64_t lane = vector_lane(from, t->w, i);
    return t->is_signed ? sign_extend(t->w, lane) : (int64_t)lane;
}

static unsigned implicit_length(const struct strings *t, struct vector from)
{
    unsigned i = 0;
    while (i < t->count && vector_lane(from, t->w, i))
        i++;
    return i;
}

static unsigned explicit_length(const struct strings *t, uint32_t given)
{
    uint32_t length = (int32_t)given < 0 ? -given : given;
    return length < t->count ? length : t->count;
}

static bool is_among(const struct strings *t, int64_t y)
{
    for (unsigned i = 0; i < t->x_length; i++)
        if (element(t, t->x, i) == y)
            return true;
    return false;
}

static bool is_in_a_range(const struct strings *t, int64_t y)
{
    for (unsigned i = 0; i + 1 < t->x_length; i += 2)
        if (element(t, t->x, i) <= y && y <= element(t, t->x, i + 1))
            return true;
    return false;
}

static bool begins_at(const struct strings *t, unsigned at)
{
    for (unsigned i = 0; at + i < t->count && i < t->x_length; i++)
        if (at + i >= t->y_length || element(t, t->x, i) != element(t, t->y, at + i))
            return false;
    return true;
}

static bool is_equal_at(const struct strings *t, unsigned at)
{
    bool x_is_there = at < t->x_length, y_is_there = at < t->y_length;
    return x_is_there && y_is_there ? element(t, t->x, at) == element(t, t->y, at) : x_is_there == y_is_there;
}

static bool holds(const struct strings *t, unsigned aggregation, unsigned at)
{
    bool is_there = at < t->y_length;
    switch (aggregation) {
    case EQUAL_ANY: return is_there && is_among(t, element(t, t->y, at));
    case RANGES: return is_there && is_in_a_range(t, element(t, t->y, at));
    case EQUAL_EACH: return is_equal_at(t, at);
    default: return begins_at(t, at);
    }
}

static uint32_t compare(const struct strings *t, unsigned what)
{
    bool negates = what & 0x10, only_those_there = what & 0x20;
    uint32_t result = 0;
    for (unsigned i = 0; i < t->count; i++)
        result |= (uint32_t)holds(t, what >> 2 & 3, i) << i;
    return negates ? result ^ (only_those_there ? (1u << t->y_length) - 1 : (1u << t->count) - 1) : result;
}

static struct vector mask_of(const struct strings *t, uint32_t result, bool wide)
{
    struct vector mask = { { 0 } };
    if (!wide)
        return vector_of(result);
    for (unsigned i = 0; i < t->count; i++)
        vector_set_lane(&mask, t->w, i, result >> i & 1 ? UINT64_MAX : 0);
    return mask;
}

/* `lengths`: EAX, and EDX above. Gives the index, and above it the flags; IA32_FIRST becomes the mask. */
uint64_t ia32_compare_strings(struct context *c, uint64_t what, uint64_t lengths)
{
    struct strings t = { .x = first(c), .y = second(c), .w = what & 1 ? 16 : 8, .count = what & 1 ? 8 : 16, .is_signed = what & 2 };
    bool has_lengths = what & STRINGS_HAVE_LENGTHS;
    t.x_length = has_lengths ? explicit_length(&t, (uint32_t)lengths) : implicit_length(&t, t.x);
    t.y_length = has_lengths ? explicit_length(&t, (uint32_t)(lengths >> 32)) : implicit_length(&t, t.y);
    uint32_t result = compare(&t, (unsigned)what);
    uint32_t flags = (result ? EFLAGS_CF : 0) | (t.y_length < t.count ? EFLAGS_ZF : 0) | (t.x_length < t.count ? EFLAGS_SF : 0) |
                     (result & 1 ? EFLAGS_OF : 0);
    unsigned index = !result ? t.count : what & 0x40 ? 31u - (unsigned)__builtin_clz(result) : (unsigned)__builtin_ctz(result);
    answer(c, mask_of(&t, result, what & 0x40));
    return index | (uint64_t)flags << 32;
}
