#include "linux/abi.h"
#include "linux/vdso.h"

enum { EF_RISCV_RVE = 8 }; /* RISC-V ELF psABI, "File header": 16 registers only */

#define EXTENSION(letter) (UINT64_C(1) << ((letter) - 'A')) /* Linux, arch/riscv/include/uapi/asm/hwcap.h */

/* As the kernel's vDSO has it, which unwinders and debuggers recognise by its bytes. */
static const uint8_t signal_return[] = {
    0x93, 0x08, 0xb0, 0x08, /* li a7, 139 (rt_sigreturn) */
    0x73, 0x00, 0x00, 0x00, /* ecall */
};

static const struct vdso_function functions[] = {
    { "__vdso_rt_sigreturn", NULL, signal_return, sizeof signal_return },
    { NULL },
};
static const struct vdso vdso = { .functions = functions };

static const char *const processors[] = { "rv64", "max", "any", NULL };

static void print_cpu(FILE *file, unsigned processor)
{
    fprintf(file,
            "processor\t: %u\n"
            "hart\t\t: %u\n"
            "isa\t\t: rv64imafdc_zicsr_zifencei_zba_zbb_zbs\n"
            "mmu\t\t: sv48\n"
            "mvendorid\t: 0x0\n"
            "marchid\t\t: 0x0\n"
            "mimpid\t\t: 0x0\n\n", processor, processor);
}

const struct abi abi_riscv64 = {
    .guest = &guest_riscv64,
    .calls = &call_abi_riscv64,
    .hardware_capabilities = EXTENSION('I') | EXTENSION('M') | EXTENSION('A') | EXTENSION('F') | EXTENSION('D') | EXTENSION('C'),
    .minimum_signal_stack = 2048,
    .refused_elf_flags = EF_RISCV_RVE,
    .refused_elf_flags_name = "the RVE base (16 registers)",
    .vdso = &vdso,
    .processors = processors,
    .print_cpu = print_cpu,
};
