/* The evaluator: what each integer operation, conversion and bit operation gives, written down by hand; and what units do to
 * state and memory. (Rounding floating-point operations: test-float.c.) */
#include <string.h>

#include "artificial.h"
#include "ir/float.h"
#include "tap.h"

#define MIN64 (UINT64_C(1) << 63)
#define ONES UINT64_MAX

/* clang-format off */

static const struct {
    enum ir_op op;
    enum ir_type type, from;
    uint64_t a, b, expected;
} cases[] = {
    { IR_add,    IR_I8,  IR_I8,  0xff, 1, 0 },
    { IR_add,    IR_I64, IR_I64, ONES, 2, 1 },
    { IR_sub,    IR_I32, IR_I32, 0, 1, 0xffffffff },
    { IR_mul,    IR_I32, IR_I32, 0x10001, 0x10001, 0x20001 },
    { IR_mulhs,  IR_I64, IR_I64, ONES, ONES, 0 },
    { IR_mulhs,  IR_I64, IR_I64, MIN64, 2, ONES },
    { IR_mulhs,  IR_I32, IR_I32, 0x80000000, 0x80000000, 0x40000000 },
    { IR_mulhu,  IR_I64, IR_I64, ONES, ONES, ONES - 1 },
    { IR_mulhu,  IR_I8,  IR_I8,  0xff, 0xff, 0xfe },
    { IR_divs,   IR_I64, IR_I64, (uint64_t)-7, 2, (uint64_t)-3 },
    { IR_divs,   IR_I32, IR_I32, 0x80000000, 0xffffffff, 0x80000000 },
    { IR_divs,   IR_I64, IR_I64, MIN64, ONES, MIN64 },
    { IR_divs,   IR_I64, IR_I64, 5, 0, 0 },
    { IR_divu,   IR_I64, IR_I64, ONES, 2, INT64_MAX },
    { IR_divu,   IR_I32, IR_I32, 5, 0, 0 },
    { IR_rems,   IR_I64, IR_I64, (uint64_t)-7, 2, ONES },
    { IR_rems,   IR_I32, IR_I32, 0x80000000, 0xffffffff, 0 },
    { IR_rems,   IR_I64, IR_I64, 5, 0, 5 },
    { IR_remu,   IR_I64, IR_I64, ONES, 10, 5 },
    { IR_remu,   IR_I32, IR_I32, 5, 0, 5 },
    { IR_and,    IR_I64, IR_I64, 0xff00, 0x0ff0, 0x0f00 },
    { IR_or,     IR_I64, IR_I64, 0xff00, 0x0ff0, 0xfff0 },
    { IR_xor,    IR_I64, IR_I64, 0xff00, 0x0ff0, 0xf0f0 },
    { IR_shl,    IR_I32, IR_I32, 1, 31, 0x80000000 },
    { IR_shl,    IR_I32, IR_I32, 1, 33, 2 },
    { IR_shr,    IR_I64, IR_I64, MIN64, 63, 1 },
    { IR_shr,    IR_I8,  IR_I8,  0x80, 9, 0x40 },
    { IR_sar,    IR_I32, IR_I32, 0x80000000, 4, 0xf8000000 },
    { IR_sar,    IR_I64, IR_I64, MIN64, 64, MIN64 },
    { IR_rotl,   IR_I32, IR_I32, 0x80000001, 4, 0x18 },
    { IR_rotl,   IR_I8,  IR_I8,  0x81, 8, 0x81 },
    { IR_rotr,   IR_I64, IR_I64, 1, 1, MIN64 },
    { IR_rotr,   IR_I16, IR_I16, 0x1234, 4, 0x4123 },
    { IR_mins,   IR_I32, IR_I32, 0xffffffff, 1, 0xffffffff },
    { IR_maxs,   IR_I32, IR_I32, 0xffffffff, 1, 1 },
    { IR_minu,   IR_I32, IR_I32, 0xffffffff, 1, 1 },
    { IR_maxu,   IR_I32, IR_I32, 0xffffffff, 1, 0xffffffff },
    { IR_neg,    IR_I8,  IR_I8,  0x80, 0, 0x80 },
    { IR_neg,    IR_I64, IR_I64, 1, 0, ONES },
    { IR_not,    IR_I16, IR_I16, 0x00ff, 0, 0xff00 },
    { IR_clz,    IR_I32, IR_I32, 0, 0, 32 },
    { IR_clz,    IR_I8,  IR_I8,  1, 0, 7 },
    { IR_clz,    IR_I64, IR_I64, MIN64, 0, 0 },
    { IR_ctz,    IR_I32, IR_I32, 0, 0, 32 },
    { IR_ctz,    IR_I64, IR_I64, MIN64, 0, 63 },
    { IR_popcnt, IR_I64, IR_I64, ONES, 0, 64 },
    { IR_popcnt, IR_I16, IR_I16, 0x8001, 0, 2 },
    { IR_bswap,  IR_I16, IR_I16, 0x1234, 0, 0x3412 },
    { IR_bswap,  IR_I32, IR_I32, 0x12345678, 0, 0x78563412 },
    { IR_bswap,  IR_I64, IR_I64, 0x0123456789abcdef, 0, 0xefcdab8967452301 },
    { IR_eq,     IR_I32, IR_I32, 5, 5, 1 },
    { IR_ne,     IR_I32, IR_I32, 5, 5, 0 },
    { IR_slt,    IR_I8,  IR_I8,  0x80, 0x7f, 1 },
    { IR_slt,    IR_I64, IR_I64, 1, 1, 0 },
    { IR_sle,    IR_I64, IR_I64, 1, 1, 1 },
    { IR_sle,    IR_I32, IR_I32, 0, 0xffffffff, 0 },
    { IR_ult,    IR_I8,  IR_I8,  0x80, 0x7f, 0 },
    { IR_ule,    IR_I32, IR_I32, 0, 0xffffffff, 1 },
    { IR_add_o,  IR_I8,  IR_I8,  0x7f, 1, 1 },
    { IR_add_o,  IR_I8,  IR_I8,  0x80, 0x7f, 0 },
    { IR_add_o,  IR_I64, IR_I64, MIN64, ONES, 1 },
    { IR_add_o,  IR_I64, IR_I64, ONES, ONES, 0 },
    { IR_add_lt, IR_I32, IR_I32, 0x7fffffff, 1, 0 },
    { IR_add_lt, IR_I32, IR_I32, 0x80000000, 0x80000000, 1 },
    { IR_add_lt, IR_I64, IR_I64, 1, ONES, 0 },
    { IR_add_le, IR_I64, IR_I64, 1, ONES, 1 },
    { IR_add_le, IR_I64, IR_I64, MIN64, MIN64, 1 },
    { IR_add_le, IR_I16, IR_I16, 0x7fff, 0x7fff, 0 },
    { IR_add_be, IR_I8,  IR_I8,  0x80, 0x7f, 0 },
    { IR_add_be, IR_I8,  IR_I8,  0x80, 0x81, 1 },
    { IR_add_be, IR_I64, IR_I64, ONES, 1, 1 },
    { IR_add_be, IR_I64, IR_I64, 0, 0, 1 },
    { IR_and_p,  IR_I8,  IR_I8,  0x83, 0xff, 0 },
    { IR_and_p,  IR_I32, IR_I32, 0x103, 0x103, 1 },
    { IR_and_p,  IR_I64, IR_I64, 3, 5, 0 },
    { IR_sub_o,  IR_I32, IR_I32, 0, 0x80000000, 1 },
    { IR_sub_o,  IR_I32, IR_I32, 0xffffffff, 0x80000000, 0 },
    { IR_sub_o,  IR_I64, IR_I64, MIN64, 1, 1 },
    { IR_mul_o,  IR_I16, IR_I16, 0x100, 0x80, 1 },
    { IR_mul_o,  IR_I16, IR_I16, 0x100, 0x7f, 0 },
    { IR_mul_o,  IR_I64, IR_I64, MIN64, ONES, 1 },
    { IR_mul_o,  IR_I64, IR_I64, MIN64, 1, 0 },
    { IR_sext,   IR_I64, IR_I32, 0x80000000, 0, 0xffffffff80000000 },
    { IR_sext,   IR_I16, IR_I8,  0x80, 0, 0xff80 },
    { IR_zext,   IR_I64, IR_I32, 0x80000000, 0, 0x80000000 },
    { IR_narrow, IR_I8,  IR_I64, 0x1234, 0, 0x34 },
    { IR_f_bits, IR_I32, IR_F32, 0x7fa00000, 0, 0x7fa00000 },
    { IR_bits_f, IR_F64, IR_I64, 0x7ff4000000000000, 0, 0x7ff4000000000000 },
    { IR_f_box,  IR_F64, IR_F32, 0x3f800000, 0, 0xffffffff3f800000 },
    { IR_f_unbox, IR_F32, IR_F64, 0xffffffff3f800000, 0, 0x3f800000 },
    { IR_f_unbox, IR_F32, IR_F64, 0xfffffffe3f800000, 0, 0x7fc00000 },
    { IR_f_canon, IR_F64, IR_F64, 0xfff4000000000001, 0, 0x7ff8000000000000 },
    { IR_f_canon, IR_F32, IR_F32, 0xff800000, 0, 0xff800000 },
    { IR_f_neg,  IR_F32, IR_F32, 0x7fa00000, 0, 0xffa00000 },
    { IR_f_abs,  IR_F64, IR_F64, 0xfff4000000000001, 0, 0x7ff4000000000001 },
    { IR_f_copysign, IR_F32, IR_F32, 0x3f800000, 0x80000000, 0xbf800000 },
    { IR_f_copysign, IR_F64, IR_F64, 0xbff0000000000000, 0, 0x3ff0000000000000 },
};

#define V(high, low) { { UINT64_C(low), UINT64_C(high) } }
static const struct vector_case {
    enum ir_op op;
    unsigned lanes;
    struct vector a, b, expected;
} vector_cases[] = {
    { IR_v_add, LANES_8, V(0xff01020304050607, 0x8080808080808080), V(0x0101010101010101, 0x8001800180018001), V(0x0002030405060708, 0x0081008100810081) },
    { IR_v_add, LANES_32, V(0xffffffff00000001, 1), V(0x0000000100000001, 0xffffffff), V(0x0000000000000002, 0) },
    { IR_v_sub, LANES_16, V(0, 0x0001000000008000), V(0, 0x0000000100017fff), V(0, 0x0001ffffffff0001) },
    { IR_v_mul, LANES_16, V(0, 0x0100ffff00037fff), V(0, 0x0100ffff00050002), V(0, 0x00000001000ffffe) },
    { IR_v_and, LANES_64, V(0xff00, 0x0ff0), V(0xf0f0, 0x00ff), V(0xf000, 0x00f0) },
    { IR_v_or, LANES_64, V(0xff00, 0x0ff0), V(0xf0f0, 0x00ff), V(0xfff0, 0x0fff) },
    { IR_v_xor, LANES_64, V(0xff00, 0x0ff0), V(0xf0f0, 0x00ff), V(0x0ff0, 0x0f0f) },
    { IR_v_andn, LANES_64, V(0xff00, 0x0ff0), V(0xf0f0, 0x00ff), V(0x0f00, 0x0f00) },
    { IR_v_not, LANES_64, V(0xff00, 0), V(0, 0), V(0xffffffffffff00ff, 0xffffffffffffffff) },
    { IR_v_shl, LANES_32, V(0, 0x00000001ffffffff), V(0, 0x0000001f00000021), V(0, 0x80000000fffffffe) },
    { IR_v_shr, LANES_8, V(0, 0x8080ff), V(0, 0x010907), V(0, 0x404001) },
    { IR_v_sar, LANES_16, V(0, 0x80007fff), V(0, 0x000f0011), V(0, 0xffff3fff) },
    { IR_v_rotl, LANES_8, V(0, 0x8101), V(0, 0x0109), V(0, 0x0302) },
    { IR_v_mins, LANES_8, V(0, 0x80ff), V(0, 0x7f01), V(0, 0x80ff) },
    { IR_v_maxs, LANES_8, V(0, 0x80ff), V(0, 0x7f01), V(0, 0x7f01) },
    { IR_v_minu, LANES_16, V(0, 0x8000ffff), V(0, 0x7fff0001), V(0, 0x7fff0001) },
    { IR_v_maxu, LANES_16, V(0, 0x8000ffff), V(0, 0x7fff0001), V(0, 0x8000ffff) },
    { IR_v_eq, LANES_32, V(1, 0x500000005), V(1, 0x500000006), V(0xffffffffffffffff, 0xffffffff00000000) },
    { IR_v_slt, LANES_8, V(0, 0x80ff05), V(0, 0x7f0105), V(0, 0xffff00) },
    { IR_v_ult, LANES_8, V(0, 0x80ff05), V(0, 0x7f0106), V(0, 0x0000ff) },
    { IR_v_adds, LANES_8, V(0, 0x7f8001), V(0, 0x01ff01), V(0, 0x7f8002) },
    { IR_v_addu, LANES_16, V(0, 0xffff0001), V(0, 0x00010001), V(0, 0xffff0002) },
    { IR_v_adds, LANES_32, V(0, 0x7fffffff80000000), V(0, 0x0000000180000000), V(0, 0x7fffffff80000000) },
    { IR_v_subs, LANES_16, V(0, 0x80007fff), V(0, 0x0001ffff), V(0, 0x80007fff) },
    { IR_v_subu, LANES_8, V(0, 0x0105), V(0, 0x0203), V(0, 0x0002) },
    { IR_v_avgs, LANES_8, V(0, 0xff7f), V(0, 0xfe7f), V(0, 0xff7f) },
    { IR_v_avgu, LANES_8, V(0, 0xff01), V(0, 0xff02), V(0, 0xff02) },
    { IR_v_bytes, LANES_8, V(0x0f0e0d0c0b0a0908, 0x0706050403020100), V(0x1f10000000000000, 0x0f), V(0x0f00000000000000, 0x0f) },
    { IR_v_low, LANES_16, V(0, 0x0004000300020001), V(0, 0x0014001300120011), V(0x0014000400130003, 0x0012000200110001) },
    { IR_v_high, LANES_32, V(0x0000000200000001, 0), V(0x0000001200000011, 0), V(0x0000001200000002, 0x0000001100000001) },
    { IR_v_narrow, LANES_32, V(0x1111000422220003, 0x3333000244440001), V(0x5555001400000013, 0x0000001200000011), V(0x0014001300120011, 0x0004000300020001) },
    { IR_v_mulhs, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0xc000ffff3f80c000, 0x0002fe8101fdffff) },
    { IR_v_mulhu, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x3fff0000407f3fff, 0x0002017f01fd047f) },
    { IR_v_mulrs, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x8001ffff7f018001, 0x0004fd0203fb0000) },
    { IR_v_sign, LANES_8, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x8000000180fe8100, 0x01fffe007f80ff01) },
    { IR_v_table, LANES_8, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x800000ff00ff00ff, 0xff8000ff7f00fe00) },
    { IR_v_packs, LANES_32, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x7fff80007fff7fff, 0x800080007fff7fff) },
    { IR_v_packs, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x7f8080807f807f7f, 0x8001807f7f7f7fff) },
    { IR_v_packu, LANES_32, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0xffff0000ffffffff, 0x00000000ffffffff) },
    { IR_v_packu, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0xff000000ff00ffff, 0x000100ffffffff00) },
    { IR_v_madd, LANES_32, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0xc0000001ff8100fe, 0xfe8302fe01fd7c00) },
    { IR_v_maddus, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x3f800001c0fec080, 0x01ffff0000fd847c) },
    { IR_v_sad, LANES_64, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x000000000000037d, 0x00000000000004ee) },
    { IR_v_evens, LANES_64, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x3f80017e3ffe8000, 0x01fd86bcc080fb80) },
    { IR_v_evenu, LANES_64, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x4080017d3ffe8000, 0x01fd86bcc080fb80) },
    { IR_v_hadd, LANES_32, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x0001000105018480, 0x00fe8000818002fd) },
    { IR_v_hsub, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x0002ffff7efe0081, 0x8001ff0100ff807f) },
    { IR_v_hadds, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x000080008102087f, 0x800100fd04fd7f7f) },
    { IR_v_hsubs, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x8000ffff80000081, 0x7fff7fff00ff807f) },
    { IR_v_abs, LANES_16, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x0000000000000000, 0x0000000000000000), V(0x800000017f027fff, 0x01ff02fe7f800001) },
}, float_vector_cases[] = {
    { IR_v_fadd, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffc0000040000000, 0xffc000017fe00123) },
    { IR_v_fadd, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x3ff0000000000000) },
    { IR_v_fsub, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0x7f800000c0800000, 0xffc000017fe00123) },
    { IR_v_fsub, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x4014000000000000) },
    { IR_v_fmul, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xff800000c0400000, 0xffc000017fe00123) },
    { IR_v_fmul, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xc018000000000000) },
    { IR_v_fdiv, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffc00000beaaaaab, 0xffc000017fe00123) },
    { IR_v_fdiv, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xbff8000000000000) },
    { IR_v_fmin, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xff800000bf800000, 0xffc00001c0000000) },
    { IR_v_fmin, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xc000000000000000) },
    { IR_v_fmax, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0x7f80000040400000, 0xffc00001c0000000) },
    { IR_v_fmax, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x4008000000000000) },
    { IR_v_feq, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0x0000000000000000, 0x0000000000000000) },
    { IR_v_feq, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x0000000000000000) },
    { IR_v_flt, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0x00000000ffffffff, 0x0000000000000000) },
    { IR_v_flt, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x0000000000000000) },
    { IR_v_fle, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0x00000000ffffffff, 0x0000000000000000) },
    { IR_v_fle, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x0000000000000000) },
    { IR_v_fun, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0x0000000000000000, 0xffffffffffffffff) },
    { IR_v_fun, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0x0000000000000000) },
    { IR_v_fne, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffffffffffffffff, 0xffffffffffffffff) },
    { IR_v_fne, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xffffffffffffffff) },
    { IR_v_fnlt, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffffffff00000000, 0xffffffffffffffff) },
    { IR_v_fnlt, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xffffffffffffffff) },
    { IR_v_fnle, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffffffff00000000, 0xffffffffffffffff) },
    { IR_v_fnle, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xffffffffffffffff) },
    { IR_v_ford, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffffffffffffffff, 0x0000000000000000) },
    { IR_v_ford, LANES_64 | LOW_LANE, V(0x7ff0000000000000, 0x4008000000000000), V(0xfff8000000000001, 0xc000000000000000), V(0x7ff0000000000000, 0xffffffffffffffff) },
    { IR_v_faddsub, LANES_32, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xffc00000c0800000, 0xffc000017fe00123) },
    { IR_v_fsqrt, LANES_32, V(0xff80000040400000, 0xffc00001c0000000), V(0x7f800000bf800000, 0x400000007fa00123), V(0x7f800000ffc00000, 0x3fb504f37fe00123) },
    { IR_v_fwiden, LANES_64, V(0x7f800000bf800000, 0x400000007fa00123), V(0xff80000040400000, 0xffc00001c0000000), V(0xfff8000020000000, 0xc000000000000000) },
    { IR_v_fnarrow, LANES_32 | LOW_LANE, V(0x7f800000bf800000, 0x400000007fa00123), V(0x7ff0000000000000, 0x4008000000000000), V(0x7f800000bf800000, 0x4000000040400000) },
    { IR_v_ffrom, LANES_64, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x7fff800180018000, 0x0102800003ff0480), V(0x4170280000000000, 0x418ff82400000000) },
    { IR_v_fto, LANES_32, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x4f00000040200000, 0xc02000003fc00000), V(0x8000000000000002, 0xfffffffe00000002) },
    { IR_v_ftrunc, LANES_32, V(0x8000000180fe7fff, 0x01ff02fe7f80ffff), V(0x4f00000040200000, 0xc02000003fc00000), V(0x8000000000000002, 0xfffffffe00000001) },
};
#undef V

/* clang-format on */

static void test_vector_case(const struct vector_case *c)
{
    const struct vector none = { { 0 } };
    struct vector got = ir_eval_vector(c->op, c->lanes, c->a, c->b, none);
    if (!tap_ok(!memcmp(&got, &c->expected, sizeof got), "%s of vectors", ir_ops[c->op].name))
        printf("# got %#llx, %#llx\n", (unsigned long long)got.half[1], (unsigned long long)got.half[0]);
}

static void test_lane(struct vector got, uint64_t high, uint64_t low, const char *what)
{
    if (!tap_ok(got.half[1] == high && got.half[0] == low, "%s", what))
        printf("# got %#llx, %#llx\n", (unsigned long long)got.half[1], (unsigned long long)got.half[0]);
}

static void test_vectors(bool *tried)
{
    const struct vector none = { { 0 } };
    for (unsigned i = 0; i < COUNT_OF(vector_cases); i++) {
        tried[vector_cases[i].op] = true;
        test_vector_case(&vector_cases[i]);
    }
    struct vector low = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } }, high = { { 0x1716151413121110, 0x1f1e1d1c1b1a1918 } };
    struct vector aligned = ir_eval_vector(IR_v_align, LANES_8, low, high, vector_of(3));
    tap_ok(aligned.half[0] == 0x0a09080706050403 && aligned.half[1] == 0x1211100f0e0d0c0b, "v_align drops the lowest bytes");
    test_lane(ir_eval_vector(IR_v_shuffle, LANES_32, low, high, vector_of(0x1e)), 0x1312111017161514, 0x0f0e0d0c0b0a0908, "v_shuffle takes the low half from the first");
    test_lane(ir_eval_vector(IR_v_shuffle, LANES_16, low, low, vector_of(0xe41b)), 0x0f0e0d0c0b0a0908, 0x0100030205040706, "v_shuffle of words");
    test_lane(ir_eval_vector(IR_v_choose, LANES_16, low, high, vector_of(0x81)), 0x1f1e0d0c0b0a0908, 0x0706050403021110, "v_choose");
    test_lane(ir_eval_vector(IR_v_blend, LANES_64, low, high, (struct vector){ { UINT64_C(1) << 63, INT64_MAX } }), 0x0f0e0d0c0b0a0908, 0x1716151413121110, "v_blend");
    test_lane(ir_eval_vector(IR_v_insert, LANES_8, low, vector_of(0xff), vector_of(17)), 0x0f0e0d0c0b0a0908, 0x070605040302ff00, "v_insert");
    test_lane(ir_eval_vector(IR_v_scalar, LANES_16, vector_of(0x12345678), none, none), 0, 0x5678, "v_scalar");
    test_lane(ir_eval_vector(IR_v_shl_all, LANES_32, low, vector_of(8), none), 0x0e0d0c000a090800, 0x0605040002010000, "v_shl_all");
    test_lane(ir_eval_vector(IR_v_shr_all, LANES_32, low, vector_of(32), none), 0, 0, "v_shr_all by all bits");
    test_lane(ir_eval_vector(IR_v_sar_all, LANES_16, (struct vector){ { 0x80007fff, 0 } }, vector_of(UINT64_MAX), none), 0, 0xffff0000, "v_sar_all by more");
    tap_ok(ir_eval_vector(IR_v_signs, LANES_8, (struct vector){ { 0x80007f0000008000, 0xff } }, none, none).half[0] == 0x182, "v_signs");
    tap_ok(!ir_eval_vector(IR_v_any, 0, none, none, none).half[0] && ir_eval_vector(IR_v_any, 0, high, none, none).half[0] == 1, "v_any");
    tap_ok(ir_eval_vector(IR_v_extract, LANES_16, low, vector_of(9), none).half[0] == 0x0302, "v_extract counts modulo the lanes");
    tap_ok(ir_eval_vector(IR_v_splat, LANES_16, vector_of(0x1234), none, none).half[1] == 0x1234123412341234, "v_splat fills all lanes");
}

static void test_rounding(void)
{
    const struct vector numbers = { { 0xc04000003fc00000, 0x7fa0000180000001 } }, none = { { 0 } }; /* 1.5, -3, almost -0, a signalling NaN */
    test_lane(ir_eval_vector(IR_v_fround, LANES_32, none, numbers, vector_of(ROUND_UP)), 0x7fe0000180000000, 0xc040000040000000, "v_fround");
    feclearexcept(FE_ALL_EXCEPT);
    (void)ir_eval_vector(IR_v_fround, LANES_32 | LOW_LANE, none, numbers, vector_of(ROUND_ZERO | FROUND_QUIET));
    tap_ok(!fetestexcept(FE_ALL_EXCEPT), "v_fround need not raise inexact");
    (void)ir_eval_vector(IR_v_fround, LANES_32 | LOW_LANE, none, numbers, vector_of(ROUND_ZERO));
    tap_ok(fetestexcept(FE_ALL_EXCEPT) == FE_INEXACT, "v_fround raises inexact, for one lane only");
    const uint64_t almost = UINT64_C(0x41dfffffffe00000); /* 2^31 - 0.5 */
    tap_ok(ir_eval_op(IR_s_or_min_from_f, IR_I32, IR_F64, ROUND_ZERO, almost, 0, 0) == INT32_MAX, "s_or_min_from_f, the largest");
    tap_ok(ir_eval_op(IR_s_or_min_from_f, IR_I32, IR_F64, ROUND_NEAREST, almost, 0, 0) == 0x80000000, "s_or_min_from_f, more");
}

static void test_order(void)
{
    const uint64_t one = 0x3f800000, nan = 0x7fc00000;
    tap_ok(ir_eval_op(IR_f_order, IR_F32, IR_F32, 0, one, 0, 0) == 0, "f_order, greater");
    tap_ok(ir_eval_op(IR_f_order, IR_F32, IR_F32, 0, 0, one, 0) == ORDER_LESS, "f_order, less");
    tap_ok(ir_eval_op(IR_f_order_signal, IR_F32, IR_F32, 0, one, one, 0) == ORDER_EQUAL, "f_order_signal, equal");
    feclearexcept(FE_ALL_EXCEPT);
    tap_ok(ir_eval_op(IR_f_order, IR_F32, IR_F32, 0, nan, one, 0) == (ORDER_LESS | ORDER_EQUAL | ORDER_UNORDERED), "f_order, unordered");
    tap_ok(!fetestexcept(FE_INVALID), "f_order is quiet");
    (void)ir_eval_op(IR_f_order_signal, IR_F32, IR_F32, 0, nan, one, 0);
    tap_ok(fetestexcept(FE_INVALID), "f_order_signal is not");
}

static void test_operations(void)
{
    bool tried[IR_OP_COUNT] = { false };
    feclearexcept(FE_ALL_EXCEPT);
    test_vectors(tried);
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        uint64_t got = ir_eval_op(cases[i].op, cases[i].type, cases[i].from, 0, cases[i].a, cases[i].b, 0);
        tried[cases[i].op] = true;
        if (!tap_ok(got == cases[i].expected, "%s, case %u", ir_ops[cases[i].op].name, i))
            printf("# got %#llx\n", (unsigned long long)got);
    }
    for (unsigned op = 0; op < IR_nop; op++)
        tried[op] |= ir_ops[op].form == FORM_VECTOR_BY; /* test_vectors */
    tap_ok(!fetestexcept(FE_ALL_EXCEPT), "none of these touches the floating-point flags");
    for (unsigned i = 0; i < COUNT_OF(float_vector_cases); i++)
        test_vector_case(&float_vector_cases[i]);
    test_rounding();
    test_order();
    for (unsigned op = 0; op < IR_nop; op++)
        if (ir_ops[op].traits & PURE)
            tap_ok(tried[op], "%s was tried", ir_ops[op].name);
}

static enum event run(const char *text, struct context *c)
{
    struct arena arena = { 0 };
    struct ir_unit u;
    struct ir_parse_error error;
    enum event event = EVENT_NO_CODE;
    if (ir_parse(&u, &arena, &artificial_layout, artificial_helpers, COUNT_OF(artificial_helpers), text, &error))
        event = ir_eval(&u, c);
    else
        printf("# line %u: %s\n", error.line, error.message);
    arena_free(&arena);
    return event;
}

static void test_memory(void)
{
    uint8_t memory[32] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 };
    struct context c = { .slot = { (uintptr_t)memory, 0x0102030405060708 } };
    run("unit 0\nb0:\n  v0 = get.i64 r0\n  v1 = load.i32 v0\n  set w0, v1\n  v2 = load.i32.big_endian v0\n  set w1, v2\n"
        "  v3 = const.i64 9\n  v4 = add.i64 v0, v3\n  v5 = get.i64 r1\n  store.i64.big_endian.sequential v4, v5\n"
        "  v6 = load.i16.acquire v4\n  v7 = zext.i64 v6\n  set r2, v7\n  br ->0x44\n", &c);
    tap_ok(c.slot[W0] == 0x44332211, "load, zero-extended");
    tap_ok(c.slot[W0 + 1] == 0x11223344, "big-endian load");
    tap_ok(!memcmp(memory + 9, "\1\2\3\4\5\6\7\10", 8), "big-endian store, misaligned");
    tap_ok(c.slot[2] == 0x0201, "acquiring load of a half");
    tap_ok(c.pc == 0x44 && c.access == (uintptr_t)memory + 9, "context.pc and context.access");
}

static void test_atomics(void)
{
    static const struct { const char *op; uint32_t expected; } amos[] = {
        { "amo_swap", 3 }, { "amo_add", 0x80000003 }, { "amo_and", 0 }, { "amo_or", 0x80000003 }, { "amo_xor", 0x80000003 },
        { "amo_mins", 0x80000000 }, { "amo_maxs", 3 }, { "amo_minu", 3 }, { "amo_maxu", 0x80000000 },
    };
    for (unsigned wide = 0; wide < 2; wide++)
        for (unsigned i = 0; i < COUNT_OF(amos); i++) {
            uint64_t memory = wide ? MIN64 : 0x5555555580000000, before = memory;
            struct context c = { .slot = { (uintptr_t)&memory } };
            char text[200];
            snprintf(text, sizeof text, "unit 0\nb0:\n  v0 = get.i64 r0\n  v1 = const.%s 3\n  v2 = %s.%s v0, v1\n  set %s, v2\n  br ->0\n",
                     wide ? "i64" : "i32", amos[i].op, wide ? "i64" : "i32", wide ? "r1" : "w0");
            run(text, &c);
            uint64_t expected = wide ? (uint64_t)(amos[i].expected >> 31) << 63 | (amos[i].expected & 3)
                                     : 0x5555555500000000 | amos[i].expected;
            tap_ok(memory == expected && c.slot[wide ? 1 : W0] == (wide ? before : 0x80000000), "%s.%s", amos[i].op, wide ? "i64" : "i32");
        }
    uint64_t memory = 7;
    struct context c = { .slot = { (uintptr_t)&memory } };
    run("unit 0\nb0:\n  v0 = get.i64 r0\n  v1 = const.i64 7\n  v2 = const.i64 8\n  v3 = cas.i64 v0, v1, v2\n  set r1, v3\n"
        "  v4 = cas.i64 v0, v1, v1\n  set r2, v4\n  br ->0\n", &c);
    tap_ok(memory == 8 && c.slot[1] == 7 && c.slot[2] == 8, "cas that succeeds, cas that fails");
}

static void test_control(void)
{
    struct context c = { .slot = { 10 } };
    enum event event = run("unit 0\nb0:\n  v0 = get.i64 r0\n  v1 = const.i64 0\n  v2 = const.i64 1\n  br b1(v0, v2, v1)\n"
                           "b1(v3.i64, v5.i64, v4.i64):\n  v6 = add.i64 v4, v5\n  v7 = sub.i64 v3, v2\n  v8 = ne.i64 v7, v1\n"
                           "  brif v8, b1(v7, v6, v5), b2\nb2:\n  set r1, v6\n  raise syscall, 0x1234\n", &c);
    tap_ok(c.slot[1] == 89, "a loop whose parameters depend on each other: the tenth Fibonacci number");
    tap_ok(event == EVENT_SYSCALL && c.pc == 0x1234, "raise");
    event = run("unit 0\nb0:\n  v0 = get.i64 r0\n  call_ind v0, 0x77\n", &c);
    tap_ok(event == EVENT_NONE && c.pc == 10, "call_ind");
    run("unit 0\nb0:\n  call_to ->0x2000, 0x77\n", &c);
    tap_ok(c.pc == 0x2000, "call_to");
    run("unit 0\nb0:\n  v0 = get.i64 r0\n  return_to v0\n", &c);
    tap_ok(c.pc == 10, "return_to");
    run("unit 0\nb0:\n  v0 = const.i64 5\n  v1 = call mix, v0, v0\n  set r3, v1\n  jump_ind v1\n", &c);
    tap_ok(c.slot[3] == 20 && c.pc == 20, "call and jump_ind");
}

int main(void)
{
    test_operations();
    test_memory();
    test_atomics();
    test_control();
    return tap_done();
}
