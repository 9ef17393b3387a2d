#include <elf.h>

#include "guest/powerpc/powerpc.h"

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
    c->mode = 0;
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        c->slot[i] = 0;
    powerpc_write_cr(c, 0);
    c->slot[POWERPC_VSCR] = POWERPC_NON_JAVA;
    c->slot[POWERPC_RESERVED_ADDRESS] = POWERPC_NO_RESERVATION;
    c->slot[POWERPC_COMPARED] = POWERPC_NOT_GT_WORD | 1; /* FPRF is 0 */
}

const struct guest guest_powerpc = {
    .name = "powerpc",
    .elf_machine = EM_PPC,
    .elf_class = ELFCLASS32,
    .elf_data = ELFDATA2MSB,
    .layout = &powerpc_layout,
    .helpers = powerpc_helpers,
    .helper_count = HELPER_COUNT,
    .insn_size = sizeof(struct powerpc_insn),
    .longest_insn = 4,
    .op_count = OP_COUNT,
    .decode = powerpc_decode,
    .disassemble = powerpc_disassemble,
    .op_name = op_name,
    .thread_code = powerpc_thread_code,
    .run_threaded = powerpc_run_threaded,
    .run_one = powerpc_run_one,
    .lift = powerpc_lift,
    .audit = powerpc_audit,
    .reset = reset,
};
