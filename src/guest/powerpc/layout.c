#include "guest/powerpc/powerpc.h"

/* clang-format off */
static const struct slot slots[POWERPC_SLOT_COUNT] = {
#define R(n) [POWERPC_R + n] = { "r" #n, IR_I32 }
#define F(n) [POWERPC_F + n] = { "f" #n, IR_F64 }
#define V(n) [POWERPC_V + 2 * n] = { "v" #n, IR_V128 }, [POWERPC_V + 2 * n + 1] = { NULL, IR_I64 }
#define CR(n) [POWERPC_CR + n] = { "cr" #n, IR_I64 }
    R(0),  R(1),  R(2),  R(3),  R(4),  R(5),  R(6),  R(7),  R(8),  R(9),  R(10), R(11), R(12), R(13), R(14), R(15),
    R(16), R(17), R(18), R(19), R(20), R(21), R(22), R(23), R(24), R(25), R(26), R(27), R(28), R(29), R(30), R(31),
    F(0),  F(1),  F(2),  F(3),  F(4),  F(5),  F(6),  F(7),  F(8),  F(9),  F(10), F(11), F(12), F(13), F(14), F(15),
    F(16), F(17), F(18), F(19), F(20), F(21), F(22), F(23), F(24), F(25), F(26), F(27), F(28), F(29), F(30), F(31),
    V(0),  V(1),  V(2),  V(3),  V(4),  V(5),  V(6),  V(7),  V(8),  V(9),  V(10), V(11), V(12), V(13), V(14), V(15),
    V(16), V(17), V(18), V(19), V(20), V(21), V(22), V(23), V(24), V(25), V(26), V(27), V(28), V(29), V(30), V(31),
    CR(0), CR(1), CR(2), CR(3), CR(4), CR(5), CR(6), CR(7),
#undef R
#undef F
#undef V
#undef CR
    [POWERPC_LR]     = { "lr", IR_I32 },
    [POWERPC_CTR]    = { "ctr", IR_I32 },
    [POWERPC_SO]     = { "so", IR_I32 },
    [POWERPC_OV]     = { "ov", IR_I32 },
    [POWERPC_CA]     = { "ca", IR_I32 },
    [POWERPC_COUNT]  = { "xer_count", IR_I32 },
    [POWERPC_RESERVED_ADDRESS] = { "reserved_address", IR_I32 },
    [POWERPC_RESERVED_VALUE]   = { "reserved_value", IR_I32 },
    [POWERPC_VRSAVE] = { "vrsave", IR_I32 },
    [POWERPC_FPSCR]  = { "fpscr", IR_I32 },
    [POWERPC_RESULT] = { "result", IR_F64 },
    [POWERPC_COMPARED] = { "compared", IR_I64 },
    [POWERPC_SATURATED] = { "saturated", IR_V128 }, [POWERPC_SATURATED + 1] = { NULL, IR_I64 },
    [POWERPC_VSCR]   = { "vscr", IR_I32 },
    [POWERPC_ZERO]   = { NULL, IR_I32 },
};

/* GCC hands out r9, r10, r8... first, after the arguments; saved registers from r31 down; r0 is its scratch register. */
static const uint16_t integer_homes[] = { 9, 3, 10, 31, 1, POWERPC_CTR, 4, 30, 29, 8, 5, 0, 28, 7, 6, 27, 26, 11, 25, 24, 12, 23, 22, 21, 20 };

static const uint16_t float_homes[] = {
    POWERPC_F + 0,  POWERPC_F + 1,  POWERPC_F + 12, POWERPC_F + 13, POWERPC_F + 11, POWERPC_F + 10, POWERPC_F + 2,  POWERPC_F + 9,
    POWERPC_F + 31, POWERPC_F + 30, POWERPC_F + 8,  POWERPC_F + 29, POWERPC_F + 3,  POWERPC_F + 7,  POWERPC_F + 28, POWERPC_F + 6,
    POWERPC_F + 4,  POWERPC_F + 5,  POWERPC_F + 27, POWERPC_F + 26, POWERPC_F + 25, POWERPC_F + 24, POWERPC_F + 23, POWERPC_F + 22,
};
/* clang-format on */

const struct layout powerpc_layout = {
    .slots = slots,
    .slot_count = POWERPC_SLOT_COUNT,
    .integer_homes = integer_homes,
    .integer_home_count = COUNT_OF(integer_homes),
    .float_homes = float_homes,
    .float_home_count = COUNT_OF(float_homes),
    .first_fleeting = POWERPC_CR,
    .fleeting_count = POWERPC_COMPARED + 1 - POWERPC_CR,
    .stack_pointer = POWERPC_SP,
    .code_alignment = 4,
};
