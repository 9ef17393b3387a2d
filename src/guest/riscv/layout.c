#include "guest/riscv/riscv.h"

/* clang-format off */
static const struct slot slots[RV_SLOT_COUNT] = {
#define X(n, name) [n] = { name, IR_I64 }
#define F(n, name) [RV_F + n] = { name, IR_F64 }
    [RV_ZERO] = { NULL, IR_I64 },
    X(1, "ra"),   X(2, "sp"),   X(3, "gp"),   X(4, "tp"),   X(5, "t0"),   X(6, "t1"),   X(7, "t2"),   X(8, "s0"),
    X(9, "s1"),   X(10, "a0"),  X(11, "a1"),  X(12, "a2"),  X(13, "a3"),  X(14, "a4"),  X(15, "a5"),  X(16, "a6"),
    X(17, "a7"),  X(18, "s2"),  X(19, "s3"),  X(20, "s4"),  X(21, "s5"),  X(22, "s6"),  X(23, "s7"),  X(24, "s8"),
    X(25, "s9"),  X(26, "s10"), X(27, "s11"), X(28, "t3"),  X(29, "t4"),  X(30, "t5"),  X(31, "t6"),
    F(0, "ft0"),  F(1, "ft1"),  F(2, "ft2"),  F(3, "ft3"),  F(4, "ft4"),  F(5, "ft5"),  F(6, "ft6"),  F(7, "ft7"),
    F(8, "fs0"),  F(9, "fs1"),  F(10, "fa0"), F(11, "fa1"), F(12, "fa2"), F(13, "fa3"), F(14, "fa4"), F(15, "fa5"),
    F(16, "fa6"), F(17, "fa7"), F(18, "fs2"), F(19, "fs3"), F(20, "fs4"), F(21, "fs5"), F(22, "fs6"), F(23, "fs7"),
    F(24, "fs8"), F(25, "fs9"), F(26, "fs10"), F(27, "fs11"), F(28, "ft8"), F(29, "ft9"), F(30, "ft10"), F(31, "ft11"),
#undef X
#undef F
    [RV_FRM]              = { "frm", IR_I64 },
    [RV_RESERVED_ADDRESS] = { "reserved_address", IR_I64 },
    [RV_RESERVED_VALUE]   = { "reserved_value", IR_I64 },
};

/* GCC hands out a5, a4, a3... first, so these carry most of compiled code; then arguments, the stack pointer and the first saved
 * registers; ra for calls and returns. */
static const uint16_t integer_homes[] = { 15, 14, 13, 10, 8, 2, 11, 12, 9, 1, 18, 16, 17, 19, 20, 21, 6, 28, 7, 29, 22, 23, 5, 24, 25, 30 };

static const uint16_t float_homes[] = {
    RV_F + 15, RV_F + 14, RV_F + 10, RV_F + 11, RV_F + 13, RV_F + 12, RV_F + 0, RV_F + 8, RV_F + 1, RV_F + 2, RV_F + 9,
    RV_F + 16, RV_F + 17, RV_F + 3,  RV_F + 4,  RV_F + 5,  RV_F + 6,  RV_F + 7, RV_F + 18, RV_F + 19, RV_F + 20, RV_F + 21,
    RV_F + 22, RV_F + 23, RV_F + 28, RV_F + 29, RV_F + 30, RV_F + 31,
};
/* clang-format on */

const struct layout riscv_layout = {
    .slots = slots,
    .slot_count = RV_SLOT_COUNT,
    .integer_homes = integer_homes,
    .integer_home_count = COUNT_OF(integer_homes),
    .float_homes = float_homes,
    .float_home_count = COUNT_OF(float_homes),
    .stack_pointer = RV_SP,
    .code_alignment = 2,
};
