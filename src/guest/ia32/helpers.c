/* What operations cannot do, or hardly anybody does. */
#include <time.h>

#include "guest/ia32/ia32.h"

/* A number of w bits with the carry above it, by `count` places. The answer has CF and OF, as in EFLAGS, in its high half. */
static uint64_t rotate(struct context *c, uint64_t number, uint64_t what)
{
    (void)c;
    unsigned w = what & 0x7f, size = w + 1, count = (unsigned)(what >> 8) % size;
    bool left = what & 0x80;
    unsigned up = left ? count : (size - count) % size;
    uint64_t rotated = up ? low_bits(size, number << up | number >> (size - up)) : number;
    unsigned carry = rotated >> w & 1, top = rotated >> (w - 1) & 1, next = rotated >> (w - 2) & 1;
    unsigned overflow = left ? top ^ carry : top ^ next;
    return low_bits(w, rotated) | (uint64_t)(carry | overflow << 11) << 32;
}

/* ---- decimal (SDM volume 2, each instruction's figure) ------------------------------------------------------------------------------------ */

static uint32_t flags_of_result(unsigned al)
{
    return (al ? 0 : EFLAGS_ZF) | (al & 0x80 ? EFLAGS_SF : 0) | (__builtin_parity(al & 0xff) ? 0 : EFLAGS_PF);
}

static void set_decimal(struct context *c, unsigned ax, uint32_t flags)
{
    uint32_t eflags = ia32_read_eflags(c) & ~(uint32_t)EFLAGS_ARITHMETIC;
    c->slot[IA32_EAX] = ((uint32_t)c->slot[IA32_EAX] & 0xffff0000) | (ax & 0xffff);
    ia32_write_eflags(c, eflags | flags | flags_of_result(ax & 0xff));
}

static void adjust_packed(struct context *c, int sign, unsigned ax, uint32_t old)
{
    unsigned al = ax & 0xff, result = al;
    uint32_t flags = 0;
    if ((al & 15) > 9 || old & EFLAGS_AF) {
        bool borrows = sign < 0 ? al < 6 : al + 6 > 0xff;
        result = (unsigned)((int)result + 6 * sign);
        flags |= EFLAGS_AF | (borrows || old & EFLAGS_CF ? EFLAGS_CF : 0);
    }
    if (al > 0x99 || old & EFLAGS_CF) {
        result = (unsigned)((int)result + 0x60 * sign);
        flags |= EFLAGS_CF;
    }
    set_decimal(c, (ax & 0xff00) | (result & 0xff), flags);
}

static void adjust_unpacked(struct context *c, int sign, unsigned ax, uint32_t old)
{
    bool adjusts = (ax & 15) > 9 || old & EFLAGS_AF;
    unsigned result = adjusts ? (unsigned)((int)ax + 0x106 * sign) : ax;
    set_decimal(c, result & 0xff0f, adjusts ? EFLAGS_AF | EFLAGS_CF : 0);
}

static uint64_t decimal(struct context *c, uint64_t what, uint64_t unused)
{
    (void)unused;
    uint32_t old = (uint32_t)ia32_flags(c, 0, 0);
    unsigned ax = c->slot[IA32_EAX] & 0xffff, al = ax & 0xff, ah = ax >> 8, base = what >> 8 & 0xff;
    switch ((enum decimal_operation)(what & 0xff)) {
    case DECIMAL_DAA: adjust_packed(c, 1, ax, old); break;
    case DECIMAL_DAS: adjust_packed(c, -1, ax, old); break;
    case DECIMAL_AAA: adjust_unpacked(c, 1, ax, old); break;
    case DECIMAL_AAS: adjust_unpacked(c, -1, ax, old); break;
    case DECIMAL_AAM: set_decimal(c, al / base << 8 | al % base, 0); break;
    case DECIMAL_AAD: set_decimal(c, (al + ah * base) & 0xff, 0); break;
    }
    return 0;
}

/* ---- the processor ----------------------------------------------------------------------------------------------------------------------------- */

static uint64_t cpuid(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)unused, (void)unused_too;
    /* Family 6, model 3: the first whose SEP means what it says (SDM volume 2, SYSENTER). */
    enum { HIGHEST = 1, SIGNATURE = 0x630 };
    static const struct leaf { uint32_t eax, ebx, ecx, edx; } leaves[] = {
        { HIGHEST, 0x72726546, 0x65467972, 0x72654679 }, /* "FerryFerryFe" in EBX, EDX, ECX: nobody else's name */
        { SIGNATURE, IA32_CLFLUSH_LINE / 8 << 8, IA32_FEATURES_ECX, IA32_FEATURES_EDX },
    };
    uint32_t number = (uint32_t)c->slot[IA32_EAX];
    struct leaf leaf = number <= HIGHEST ? leaves[number] : number == 0x80000000 ? (struct leaf){ 0x80000000 } : (struct leaf){ 0 };
    c->slot[IA32_EAX] = leaf.eax;
    c->slot[IA32_EBX] = leaf.ebx;
    c->slot[IA32_ECX] = leaf.ecx;
    c->slot[IA32_EDX] = leaf.edx;
    return 0;
}

/* In nanoseconds. */
static uint64_t timestamp(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)c, (void)unused, (void)unused_too;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#define FLAG_SLOTS .lowest = IA32_KIND, .highest = IA32_ROTATED
#define FLOAT_SLOTS .lowest = IA32_XMM0, .highest = IA32_XMM0 + 15
#define OPERAND_SLOTS .lowest = IA32_FIRST, .highest = IA32_SECOND + 1
#define SEGMENT_SLOTS .lowest = IA32_ES, .highest = IA32_LOCAL

const struct ir_helper ia32_helpers[HELPER_COUNT] = {
    [HELPER_flags] = { "flags", ia32_flags, READS, FLAG_SLOTS },
    [HELPER_condition] = { "condition", ia32_condition, READS, FLAG_SLOTS },
    [HELPER_string] = { "string", ia32_string, READS | WRITES | FAULT },
    [HELPER_load_segment] = { "load_segment", ia32_load_segment, READS | WRITES, SEGMENT_SLOTS },
    [HELPER_refuses_segment] = { "refuses_segment", ia32_refuses_segment, READS, SEGMENT_SLOTS },
    [HELPER_describe] = { "describe", ia32_describe, READS, SEGMENT_SLOTS },
    [HELPER_x87] = { "x87", ia32_x87, FAULT | FLAGS, .extended = EXTENDED_ON_REGISTERS },
    [HELPER_x87_access] = { "x87_access", ia32_x87_access, FAULT | FLAGS, .extended = EXTENDED_ON_MEMORY },
    [HELPER_x87_status] = { "x87_status", ia32_x87_status, READS | FLAGS, .extended = EXTENDED_STATUS },
    [HELPER_mmx_read] = { "mmx_read", ia32_mmx_read, FAULT | FLAGS, .extended = EXTENDED_MMX_READ },
    [HELPER_mmx_write] = { "mmx_write", ia32_mmx_write, FAULT | FLAGS, .extended = EXTENDED_MMX_WRITE },
    [HELPER_mmx_empty] = { "mmx_empty", ia32_mmx_empty, FAULT | FLAGS },
    [HELPER_get_mxcsr] = { "get_mxcsr", ia32_get_mxcsr, READS | FLAGS, FLOAT_SLOTS },
    [HELPER_set_mxcsr] = { "set_mxcsr", ia32_set_mxcsr, READS | FLAGS, FLOAT_SLOTS },
    [HELPER_save_float] = { "save_float", ia32_save_float, READS | FAULT | FLAGS, FLOAT_SLOTS },
    [HELPER_restore_float] = { "restore_float", ia32_restore_float, READS | WRITES | FAULT | FLAGS, FLOAT_SLOTS },
    [HELPER_trapping] = { "trapping", ia32_trapping, READS | WRITES | FAULT | FLAGS },
    [HELPER_vector] = { "vector", ia32_vector, READS | WRITES, OPERAND_SLOTS },
    [HELPER_compare_strings] = { "compare_strings", ia32_compare_strings, READS | WRITES, OPERAND_SLOTS },
    [HELPER_mask_store] = { "mask_store", ia32_mask_store, READS | FAULT | FLAGS, FLOAT_SLOTS },
    [HELPER_crc32] = { "crc32", ia32_crc32, PURE },
    [HELPER_rotate] = { "rotate", rotate, PURE },
    [HELPER_decimal] = { "decimal", decimal, READS | WRITES },
    [HELPER_cpuid] = { "cpuid", cpuid, READS | WRITES },
    [HELPER_timestamp] = { "timestamp", timestamp, READS }, /* two readings are not one */
};
