#include <elf.h>

#include "guest/riscv/riscv.h"

static const char *op_name(unsigned op)
{
    static const char *const names[OP_COUNT] = {
#define OP(name, ends) #name,
#include "guest/riscv/ops.inc"
#undef OP
    };
    return op < OP_COUNT ? names[op] : "?";
}

static void reset(struct context *c)
{
    c->mode = RV_MODE_HOST;
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        c->slot[i] = 0;
    c->slot[RV_RESERVED_ADDRESS] = RV_NO_RESERVATION;
}

const struct guest guest_riscv64 = {
    .name = "riscv64",
    .elf_machine = EM_RISCV,
    .elf_class = ELFCLASS64,
    .elf_data = ELFDATA2LSB,
    .layout = &riscv_layout,
    .helpers = riscv_helpers,
    .helper_count = HELPER_COUNT,
    .insn_size = sizeof(struct riscv_insn),
    .longest_insn = 4,
    .op_count = OP_COUNT,
    .decode = riscv_decode,
    .disassemble = riscv_disassemble,
    .op_name = op_name,
    .thread_code = riscv_thread_code,
    .run_threaded = riscv_run_threaded,
    .run_one = riscv_run_one,
    .lift = riscv_lift,
    .audit = riscv_audit,
    .reset = reset,
};
