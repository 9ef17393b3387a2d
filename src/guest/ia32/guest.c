#include <elf.h>

#include "guest/ia32/ia32.h"

static const char *op_name(unsigned op)
{
    static const char *const names[OP_COUNT] = {
#define OP(name, ends) #name,
#include GUEST_OPS
#undef OP
    };
    return op < OP_COUNT ? names[op] : "?";
}

static void reset(struct context *c)
{
    c->mode &= IA32_MODE_EAGER;
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        c->slot[i] = 0;
    ia32_reset_float_state(c);
    c->slot[IA32_CS] = IA32_CODE_SELECTOR;
    c->slot[IA32_ES] = c->slot[IA32_SS] = c->slot[IA32_DS] = IA32_DATA_SELECTOR;
}

const struct guest guest_i386 = {
    .name = "i386",
    .elf_machine = EM_386,
    .elf_class = ELFCLASS32,
    .elf_data = ELFDATA2LSB,
    .layout = &ia32_layout,
    .helpers = ia32_helpers,
    .helper_count = HELPER_COUNT,
    .coherent_code = true,
    .eager_mode = IA32_MODE_EAGER,
    .insn_size = sizeof(struct ia32_insn),
    .longest_insn = 15,
    .op_count = OP_COUNT,
    .decode = ia32_decode,
    .disassemble = ia32_disassemble,
    .op_name = op_name,
    .thread_code = ia32_thread_code,
    .run_threaded = ia32_run_threaded,
    .run_one = ia32_run_one,
    .lift = ia32_lift,
    .audit = ia32_audit,
    .reset = reset,
};
