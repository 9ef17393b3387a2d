#include <signal.h>

#include "guest/ia32/regs.h"
#include "linux/abi.h"
#include "linux/frame-i386.h"

static const char *const processors[] = { "i686", "max", "any", NULL };

static void print_cpu(FILE *file, unsigned processor)
{
    fprintf(file,
            "processor\t: %u\n"
            "vendor_id\t: FerryFerryFe\n"
            "cpu family\t: 6\n"
            "model\t\t: 3\n"
            "model name\t: i686\n"
            "stepping\t: 0\n"
            "fpu\t\t: yes\n"
            "flags\t\t: " IA32_FEATURE_NAMES "\n\n", processor);
}

const struct abi abi_i386 = {
    .guest = &guest_i386,
    .calls = &call_abi_i386,
    .highest_address = 0xffffe000, /* the kernel's TASK_SIZE for programs of 32 bits */
    .hardware_capabilities = IA32_FEATURES_EDX,
    .minimum_signal_stack = 2048,
    .platform = "i686",
    .illegal_code = ILL_ILLOPN,
    .breakpoint_code = SI_KERNEL,
    .vdso = &i386_vdso,
    .processors = processors,
    .print_cpu = print_cpu,
};
