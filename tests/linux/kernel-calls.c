/* The kernel's list of asm-generic system calls, as the host's header gives it to whoever defines __SYSCALL. */
#define __BITS_PER_LONG 64
#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SET_GET_RLIMIT
#define __ARCH_WANT_SYS_CLONE3
#define __ARCH_WANT_MEMFD_SECRET

#include <stddef.h>

struct kernel_call {
    int number;
    const char *function;
};

const struct kernel_call *kernel_calls(void);

#define __SYSCALL(number, function) { number, #function },
static const struct kernel_call list[] = {
#include <asm-generic/unistd.h>
    { 0, NULL }
};

const struct kernel_call *kernel_calls(void) { return list; }
