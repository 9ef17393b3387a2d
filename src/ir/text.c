#include "ir/text.h"

/* clang-format off */

const char *const ir_type_names[IR_TYPE_COUNT] = { "void", "i8", "i16", "i32", "i64", "f32", "f64", "v128" };

const char *const ir_event_names[EVENT_COUNT] = {
    [EVENT_NONE]       = "none",
    [EVENT_SYSCALL]    = "syscall",
    [EVENT_FAST_SYSCALL] = "fast_syscall",
    [EVENT_BREAKPOINT] = "breakpoint",
    [EVENT_ILLEGAL]    = "illegal",
    [EVENT_CODE_SYNC]  = "code_sync",
    [EVENT_MODE]       = "mode",
    [EVENT_FAULT]      = "fault",
    [EVENT_MISALIGNED] = "misaligned",
    [EVENT_STALE]      = "stale",
    [EVENT_DIVIDE]     = "divide",
    [EVENT_PROTECTION] = "protection",
    [EVENT_NO_CODE]    = "no_code",
};

/* ORDER ROUNDING */
static const char *const roundings[MODE_COUNT] = {
    [ROUND_NEAREST] = "nearest", [ROUND_ZERO]        = "zero",        [ROUND_DOWN]    = "down",
    [ROUND_UP]      = "up",      [ROUND_NEAREST_MAX] = "nearest_max", [ROUND_DYNAMIC] = "dynamic",
};

/* By bit, as in enum ir_access and FENCE_*. */
static const char *const accesses[MODE_COUNT] = { "acquire", "release", "sequential", "big_endian", "aligned" };
static const char *const fences[MODE_COUNT]   = { "rr", "rw", "wr", "ww" };

static const char *const lanes[MODE_COUNT]    = { "x8", "x16", "x32", "x64" }; /* ORDER LANES */
static const char *const parts[MODE_COUNT]    = { [LANES_32] = "x32", [LANES_64] = "x64", [LANES_32 | LOW_LANE] = "low32", [LANES_64 | LOW_LANE] = "low64" };

static const struct ir_syntax others[IR_OP_COUNT] = {
    [IR_nop]       = { "" },
    [IR_const]     = { "n", .typed = true },
    [IR_param]     = { "", .typed = true },
    [IR_mark]      = { "x" },
    [IR_poll]      = { "x" },
    [IR_get]       = { "s", .typed = true },
    [IR_set]       = { "sa" },
    [IR_pick]      = { "aaa", .typed = true },
    [IR_join]      = { "aa", .typed = true },
    [IR_v_splat]   = { "a", .typed = true, lanes },
    [IR_v_extract] = { "aa", .typed = true, lanes },
    [IR_v_insert]  = { "aaa", .typed = true, lanes },
    [IR_v_scalar]  = { "a", .typed = true, lanes },
    [IR_v_blend]   = { "aaa", .typed = true, lanes },
    [IR_v_shl_all] = { "aa", .typed = true, lanes },
    [IR_v_shr_all] = { "aa", .typed = true, lanes },
    [IR_v_sar_all] = { "aa", .typed = true, lanes },
    [IR_v_signs]   = { "a", .typed = true, lanes },
    [IR_v_any]     = { "a", .typed = true },
    [IR_v_fround]  = { "aaa", .typed = true, parts },
    [IR_load]      = { "a", .typed = true, accesses, .mode_bits = true },
    [IR_store]     = { "aa", .typed = true, accesses, .mode_bits = true },
    [IR_cas]       = { "aaa", .typed = true },
    [IR_amo_swap]  = { "aa", .typed = true },
    [IR_amo_add]   = { "aa", .typed = true },
    [IR_amo_and]   = { "aa", .typed = true },
    [IR_amo_or]    = { "aa", .typed = true },
    [IR_amo_xor]   = { "aa", .typed = true },
    [IR_amo_mins]  = { "aa", .typed = true },
    [IR_amo_maxs]  = { "aa", .typed = true },
    [IR_amo_minu]  = { "aa", .typed = true },
    [IR_amo_maxu]  = { "aa", .typed = true },
    [IR_fence]     = { "", .modes = fences, .mode_bits = true },
    [IR_call]      = { "haa" },
    [IR_mend]      = { "haaa", .typed = true },
    [IR_get_flags] = { "" },
    [IR_set_flags] = { "a" },
    [IR_br]        = { "e" },
    [IR_brif]      = { "aee" },
    [IR_call_to]   = { "c" },
    [IR_jump_ind]  = { "a" },
    [IR_call_ind]  = { "ax" },
    [IR_return_to] = { "a" },
    [IR_raise]     = { "vx" },
};

/* clang-format on */

struct ir_syntax ir_syntax_of(enum ir_op op)
{
    const struct ir_op_info *info = &ir_ops[op];
    if (info->form == FORM_OTHER)
        return others[op];
    static const char *const arguments[] = { "", "a", "aa", "aaa" };
    const char *const *modes = NULL;
    switch ((enum ir_form)info->form) {
    case FORM_LANES1: case FORM_LANES2: case FORM_VECTOR: case FORM_VECTOR_BY: modes = lanes; break;
    case FORM_F_LANES2: case FORM_F_VECTOR: modes = parts; break;
    default: modes = ir_form_rounds(info->form) ? roundings : NULL;
    }
    return (struct ir_syntax){ arguments[info->arguments], true, modes };
}
