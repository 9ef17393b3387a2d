/* Instructions that trap (IA-32): which signal, which code, where. Elsewhere there are others. */
#define _GNU_SOURCE
#include <stdio.h>

#ifdef __i386__
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

static sigjmp_buf back;
static int number, code, trap;
static uintptr_t address, pc;

static void note(int n, siginfo_t *info, void *context)
{
    const ucontext_t *u = context;
    number = n;
    code = info->si_code;
    address = (uintptr_t)info->si_addr;
    pc = (uintptr_t)u->uc_mcontext.gregs[REG_EIP];
    trap = u->uc_mcontext.gregs[REG_TRAPNO];
    siglongjmp(back, 1);
}

/* Where it traps counts from the instruction's own label. */
#define TRY(name, text)                                                                                                \
    do {                                                                                                               \
        extern char name##_at[];                                                                                       \
        number = 0;                                                                                                    \
        if (!sigsetjmp(back, 1))                                                                                       \
            __asm__ volatile(#name "_at: " text : : : "eax", "ecx", "edx", "cc", "memory");                            \
        printf("%s: signal %d code %d trap %d, at %ld, address %s\n", #name, number, code, number == SIGSEGV ? 0 : trap, (long)(pc - (uintptr_t)name##_at), \
               !address ? "0" : address == (uintptr_t)name##_at ? "of the instruction" : "another");                   \
    } while (0)
#endif

int main(void)
{
#ifdef __i386__
    static const int numbers[] = { SIGTRAP, SIGILL, SIGSEGV, SIGFPE, SIGBUS };
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaction(numbers[i], &(struct sigaction){ .sa_sigaction = note, .sa_flags = SA_SIGINFO }, NULL);
    TRY(breakpoint, "int3");
    TRY(breakpoint_long, "int $3");
    TRY(undefined, "ud2");
    TRY(halt, "hlt");
    TRY(port, "inb $0x80,%%al");
    TRY(vector, "int $0x20");
    TRY(zero, "xor %%ecx,%%ecx\n xor %%edx,%%edx\n mov $1,%%eax\n div %%ecx");
    TRY(too_much, "mov $2,%%edx\n mov $1,%%ecx\n div %%ecx");
    TRY(overflow, "mov $0x7fffffff,%%eax\n add $1,%%eax\n into");
    TRY(selector, "mov $0x50,%%eax\n mov %%ax,%%es");
    TRY(nothing_there, "movl $1,0x10");
#endif
    puts("done");
    return 0;
}
