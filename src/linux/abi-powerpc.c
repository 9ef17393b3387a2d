#include "linux/abi.h"
#include "linux/frame-powerpc.h"

/* Linux, arch/powerpc/include/uapi/asm/cputable.h */
enum { FEATURE_HAS_ALTIVEC = 0x10000000, FEATURE_HAS_FPU = 0x08000000, FEATURE_HAS_MMU = 0x04000000 };
#define FEATURE_32 UINT64_C(0x80000000)

static const char *const processors[] = { "7400", "max", "any", NULL };

static void print_cpu(FILE *file, unsigned processor)
{
    fprintf(file,
            "processor\t: %u\n"
            "cpu\t\t: 7400, altivec supported\n"
            "clock\t\t: 1000.000000MHz\n"
            "revision\t: 2.9 (pvr 000c 0209)\n"
            "timebase\t: 1000000000\n\n", processor);
}

const struct abi abi_powerpc = {
    .guest = &guest_powerpc,
    .calls = &call_abi_powerpc,
    .highest_address = 0xc0000000, /* the kernel's TASK_SIZE */
    .hardware_capabilities = FEATURE_32 | FEATURE_HAS_ALTIVEC | FEATURE_HAS_FPU | FEATURE_HAS_MMU,
    .minimum_signal_stack = 4096,
    .platform = "ppc7400",
    .cache_block = 32,
    .vdso = &powerpc_vdso,
    .processors = processors,
    .print_cpu = print_cpu,
};
