#include "guest/ia32/ia32.h"

/* clang-format off */
static const struct slot slots[IA32_SLOT_COUNT] = {
    [IA32_EAX] = { "eax", IR_I32 }, [IA32_ECX] = { "ecx", IR_I32 }, [IA32_EDX] = { "edx", IR_I32 }, [IA32_EBX] = { "ebx", IR_I32 },
    [IA32_ESP] = { "esp", IR_I32 }, [IA32_EBP] = { "ebp", IR_I32 }, [IA32_ESI] = { "esi", IR_I32 }, [IA32_EDI] = { "edi", IR_I32 },
    [IA32_KIND] = { "kind", IR_I32 }, [IA32_X] = { "x", IR_I32 }, [IA32_Y] = { "y", IR_I32 }, [IA32_Z] = { "z", IR_I32 },
    [IA32_CARRY] = { "carry", IR_I32 }, [IA32_ROTATED] = { "rotated", IR_I32 },
    [IA32_DIRECTION] = { "direction", IR_I32 }, [IA32_OTHER_FLAGS] = { "other_flags", IR_I32 },
    [IA32_ES] = { "es", IR_I32 }, [IA32_CS] = { "cs", IR_I32 }, [IA32_SS] = { "ss", IR_I32 },
    [IA32_DS] = { "ds", IR_I32 }, [IA32_FS] = { "fs", IR_I32 }, [IA32_GS] = { "gs", IR_I32 },
    [IA32_ES_BASE] = { "es_base", IR_I32 }, [IA32_CS_BASE] = { "cs_base", IR_I32 }, [IA32_SS_BASE] = { "ss_base", IR_I32 },
    [IA32_DS_BASE] = { "ds_base", IR_I32 }, [IA32_FS_BASE] = { "fs_base", IR_I32 }, [IA32_GS_BASE] = { "gs_base", IR_I32 },
    [IA32_TLS] = { "tls0", IR_I64 }, [IA32_TLS + 1] = { "tls1", IR_I64 }, [IA32_TLS + 2] = { "tls2", IR_I64 },
    [IA32_LOCAL] = { "local_table", IR_I64 },
    [IA32_XMM0] = { "xmm0", IR_V128 }, [IA32_XMM0 + 2] = { "xmm1", IR_V128 }, [IA32_XMM0 + 4] = { "xmm2", IR_V128 }, [IA32_XMM0 + 6] = { "xmm3", IR_V128 },
    [IA32_XMM0 + 8] = { "xmm4", IR_V128 }, [IA32_XMM0 + 10] = { "xmm5", IR_V128 }, [IA32_XMM0 + 12] = { "xmm6", IR_V128 }, [IA32_XMM0 + 14] = { "xmm7", IR_V128 },
    [IA32_FIRST] = { "first", IR_V128 }, [IA32_SECOND] = { "second", IR_V128 },
    [IA32_ZERO] = { NULL, IR_I32 },
};

static const uint16_t integer_homes[] = { IA32_EAX, IA32_ECX, IA32_EDX, IA32_EBX, IA32_ESP, IA32_EBP, IA32_ESI, IA32_EDI };
static const uint16_t float_homes[] = { IA32_XMM0, IA32_XMM0 + 2, IA32_XMM0 + 4, IA32_XMM0 + 6, IA32_XMM0 + 8, IA32_XMM0 + 10, IA32_XMM0 + 12, IA32_XMM0 + 14 };
/* clang-format on */

const struct layout ia32_layout = {
    .slots = slots,
    .slot_count = IA32_SLOT_COUNT,
    .integer_homes = integer_homes,
    .integer_home_count = COUNT_OF(integer_homes),
    .float_homes = float_homes,
    .float_home_count = COUNT_OF(float_homes),
    .first_fleeting = IA32_KIND,
    .fleeting_count = IA32_ROTATED + 1 - IA32_KIND,
    .idle_fleeting = ia32_idle_flags,
    .stack_pointer = IA32_ESP,
    .code_alignment = 1,
};
