/* What system calls and signals need of the x86-64 host's machine code: calls that cannot sleep over a signal, and copies that survive
 * bad addresses. A handler recognises both by the program counter. */
#include "linux/calls.h"

/* System V: rdi, rsi, rdx are the C arguments. The kernel keeps all registers but rax, rcx and r11. */
__asm__(".text\n"
        ".p2align 4\n"
        ".type host_call, @function\n"
        ".globl host_call\n"
        "host_call:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %r11\n"
        "    mov (%r11), %rdi\n"
        "    mov 8(%r11), %rsi\n"
        "    mov 16(%r11), %rdx\n"
        "    mov 24(%r11), %r10\n"
        "    mov 32(%r11), %r8\n"
        "    mov 40(%r11), %r9\n"
        "    syscall\n"
        "    ret\n"
        ".size host_call, . - host_call\n"
        "\n"
        ".p2align 4\n"
        ".type host_blocking_call, @function\n"
        ".globl host_blocking_call\n"
        "host_blocking_call:\n"
        "    mov %rdi, %rcx\n"
        "    mov %rsi, %rax\n"
        "    mov %rdx, %r11\n"
        "    mov (%r11), %rdi\n"
        "    mov 8(%r11), %rsi\n"
        "    mov 16(%r11), %rdx\n"
        "    mov 24(%r11), %r10\n"
        "    mov 32(%r11), %r8\n"
        "    mov 40(%r11), %r9\n"
        "host_blocking_call_look:\n"
        "    cmpl $0, (%rcx)\n"
        "    jne host_blocking_call_again\n"
        "    syscall\n"
        "host_blocking_call_done:\n"
        "    ret\n"
        "host_blocking_call_again:\n"
        "    mov $-513, %rax\n" /* CALL_AGAIN */
        "    ret\n"
        ".size host_blocking_call, . - host_blocking_call\n"
        "\n"
        ".p2align 4\n"
        ".type host_copy, @function\n"
        ".globl host_copy\n"
        "host_copy:\n"
        "    mov %rdx, %rcx\n"
        "host_copy_bytes:\n"
        "    rep movsb\n"
        "    mov $1, %eax\n"
        "    ret\n"
        "host_copy_failed:\n"
        "    xor %eax, %eax\n"
        "    ret\n"
        ".size host_copy, . - host_copy\n"
        "\n"
        ".p2align 4\n"
        "    nop\n" /* unwinders look at the byte before */
        ".type host_signal_return, @function\n"
        ".globl host_signal_return\n"
        "host_signal_return:\n"
        "    mov $15, %eax\n"
        "    syscall\n"
        ".size host_signal_return, . - host_signal_return\n");

static_assert(CALL_AGAIN == -513 && SYS_rt_sigreturn == 15, "the numbers in the text above");

/* Hidden: their addresses are relative to the program counter, without a table that would have to be relocated. */
#define LABEL(name) extern const char name[] __attribute__((visibility("hidden")))
LABEL(host_blocking_call_look);
LABEL(host_blocking_call_done);
LABEL(host_blocking_call_again);
LABEL(host_copy_bytes);
LABEL(host_copy_failed);

uint64_t host_pc(const ucontext_t *context) { return (uint64_t)context->uc_mcontext.gregs[REG_RIP]; }

void host_interrupt_call(ucontext_t *context)
{
    /* A program counter at the system call instruction itself may also mean that the kernel wants it restarted: the
     * guest then asked for just that by SA_RESTART. */
    uint64_t pc = host_pc(context);
    if (pc >= (uint64_t)host_blocking_call_look && pc < (uint64_t)host_blocking_call_done)
        context->uc_mcontext.gregs[REG_RIP] = (greg_t)host_blocking_call_again;
}

bool host_catch_copy(ucontext_t *context)
{
    if (host_pc(context) != (uint64_t)host_copy_bytes)
        return false;
    context->uc_mcontext.gregs[REG_RIP] = (greg_t)host_copy_failed;
    return true;
}
