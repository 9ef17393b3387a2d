/* The older signal calls and both kinds of signal frame (IA-32): what is in the frame, what the handler finds in registers, where it returns
 * to. Elsewhere there is one kind. */
#include <stdio.h>

#ifdef __i386__
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

struct old_action {
    uintptr_t handler;
    uint32_t mask, flags;
    uintptr_t restorer;
};

struct action {
    uintptr_t handler;
    uint32_t flags;
    uintptr_t restorer;
    uint32_t mask[2];
};

enum { RESTORER = 0x04000000 };

struct old_frame {
    uint8_t *return_address;
    int number;
    struct sigcontext registers;
    uint8_t unused[624];
    uint32_t high_mask;
    uint8_t return_code[8];
};

struct frame {
    uint8_t *return_address;
    int number;
    siginfo_t *info_at;
    struct kernel_context {
        uint32_t flags, link;
        stack_t stack;
        struct sigcontext registers;
        uint32_t mask[2];
    } *context_at;
    siginfo_t info;
    struct kernel_context context;
    uint8_t return_code[8];
};

/* Tells that it has been there, then does what the vDSO's code does. The counter is found from where this runs. */
#define RESTORE(name, code) \
    extern char name[]; \
    __asm__(".text\n" #name ": call 1f\n1: pop %ecx\n incl restored-1b(%ecx)\n " code "\n int $0x80\n")
__attribute__((used)) static volatile int restored __asm__("restored");
RESTORE(restore_old, "pop %eax\n mov $119,%eax");
RESTORE(restore_new, "mov $173,%eax");

static void hex(const char *name, const uint8_t *bytes, unsigned count)
{
    printf("%s", name);
    for (unsigned i = 0; i < count; i++)
        printf(" %02x", bytes[i]);
    puts("");
}

static void tell_registers(const struct sigcontext *r)
{
    printf("  in the frame: ebx %s esi %lx edi %lx, ecx %lx, old mask %lx, floating point %s, stack %s\n", r->ebx == (uint32_t)getpid() ? "right" : "wrong", r->esi, r->edi, r->ecx, r->oldmask,
           r->fpstate ? "there" : "missing", r->esp == r->esp_at_signal ? "twice" : "different");
}

static volatile int handled;

/* Takes the registers in which it would be handed arguments. */
static __attribute__((regparm(3))) void old_handler(int a, int d, int c)
{
    struct old_frame *frame = (struct old_frame *)((uintptr_t *)__builtin_frame_address(0) + 1);
    handled++;
    printf("old frame: eax %d edx %d ecx %d, number %d, aligned %d\n", a, d, c, frame->number, (int)((uintptr_t)&frame->number % 16));
    tell_registers(&frame->registers);
    printf("  high mask %x\n", frame->high_mask);
    hex("  return code", frame->return_code, 8);
    if (frame->return_address == (uint8_t *)restore_old)
        puts("  returns to the restorer");
    else
        hex("  returns to", frame->return_address, 8);
    ((volatile struct old_frame *)frame)->registers.edi = 0x77777777; /* what the interrupted code will find */
}

static __attribute__((regparm(3))) void new_handler(int a, siginfo_t *d, struct kernel_context *c)
{
    struct frame *frame = (struct frame *)((uintptr_t *)__builtin_frame_address(0) + 1);
    handled++;
    printf("new frame: eax %d edx %d ecx %d, arguments %d %d, number %d, aligned %d\n", a, d == &frame->info, c == &frame->context,
           frame->info_at == d, frame->context_at == c, frame->number, (int)((uintptr_t)&frame->number % 16));
    tell_registers(&frame->context.registers);
    printf("  mask %x %x, sent by kill %d\n", frame->context.mask[0], frame->context.mask[1], d->si_code == SI_USER);
    hex("  return code", frame->return_code, 7);
    if (frame->return_address == (uint8_t *)restore_new)
        puts("  returns to the restorer");
    else
        hex("  returns to", frame->return_address, 7);
    ((volatile struct frame *)frame)->context.registers.edi = 0x66666666;
}

/* kill(2) from registers that are known; the floating-point stack is to survive, too. */
static void send(int number)
{
    uint32_t b = (uint32_t)getpid(), s = 0x51515151, d = 0xd1d1d1d1, result;
    double kept;
    __asm__ volatile("fldpi\n int $0x80\n fstpl %4" : "=a"(result), "+b"(b), "+S"(s), "+D"(d), "=m"(kept) : "a"(SYS_kill), "c"(number) : "memory", "edx");
    printf("  sent: %d, esi %x edi %x, pi %.6f, restored %d\n", (int)result, s, d, kept, restored);
}

static void tell(const char *name, long result) { printf("%s: %ld %s\n", name, result, result < 0 ? strerror(errno) : ""); }

static void frames(void)
{
    uint32_t high[2] = { 1 << 20, 1 << 5 };
    struct old_action old = { .handler = (uintptr_t)old_handler };
    struct action new = { .handler = (uintptr_t)new_handler, .flags = SA_SIGINFO };
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, high, NULL, 8);
    tell("sigaction", syscall(SYS_sigaction, SIGUSR1, &old, NULL));
    send(SIGUSR1);
    old.flags = RESTORER;
    old.restorer = (uintptr_t)restore_old;
    syscall(SYS_sigaction, SIGUSR1, &old, NULL);
    send(SIGUSR1);
    tell("rt_sigaction", syscall(SYS_rt_sigaction, SIGUSR1, &new, NULL, 8));
    send(SIGUSR1);
    new.flags |= RESTORER;
    new.restorer = (uintptr_t)restore_new;
    syscall(SYS_rt_sigaction, SIGUSR1, &new, NULL, 8);
    send(SIGUSR1);
    new.flags = RESTORER;
    new.handler = (uintptr_t)old_handler;
    new.restorer = (uintptr_t)restore_old;
    syscall(SYS_rt_sigaction, SIGUSR1, &new, NULL, 8);
    send(SIGUSR1);
    uint32_t now[2];
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, now, 8);
    printf("mask afterwards: %x %x\n", now[0], now[1]);
}

static void actions(void)
{
    struct old_action set = { .handler = (uintptr_t)old_handler, .mask = 0x12345678, .flags = SA_RESTART | RESTORER, .restorer = 0x1234 }, old;
    struct action now;
    tell("set", syscall(SYS_sigaction, SIGUSR2, &set, NULL));
    tell("asked", syscall(SYS_sigaction, SIGUSR2, NULL, &old));
    printf("  handler %d mask %x flags %x restorer %lx\n", old.handler == set.handler, old.mask, old.flags, (unsigned long)old.restorer);
    syscall(SYS_rt_sigaction, SIGUSR2, NULL, &now, 8);
    printf("  mask %x %x flags %x restorer %lx\n", now.mask[0], now.mask[1], now.flags, (unsigned long)now.restorer);
    tell("of SIGKILL", syscall(SYS_sigaction, SIGKILL, &set, NULL));
    tell("asked of SIGKILL", syscall(SYS_sigaction, SIGKILL, NULL, &old));
    tell("of none", syscall(SYS_sigaction, 65, NULL, &old));
    tell("from nowhere", syscall(SYS_sigaction, 65, 16, NULL));
    tell("to nowhere", syscall(SYS_sigaction, SIGUSR2, NULL, 16));
}

static void note(int number) { handled += number; }

static void once(void)
{
    struct action now;
    syscall(SYS_signal, SIGUSR2, SIG_IGN);
    printf("signal: ignored before %d\n", syscall(SYS_signal, SIGUSR2, note) == (long)SIG_IGN);
    syscall(SYS_rt_sigaction, SIGUSR2, NULL, &now, 8);
    printf("  flags %x mask %x %x\n", now.flags, now.mask[0], now.mask[1]);
    handled = 0;
    raise(SIGUSR2);
    syscall(SYS_rt_sigaction, SIGUSR2, NULL, &now, 8);
    printf("  handled %d, now the default %d\n", handled == SIGUSR2, !now.handler);
    tell("signal of SIGSTOP", syscall(SYS_signal, SIGSTOP, note));
    tell("signal of none", syscall(SYS_signal, 0, note));
}

static void masks(void)
{
    uint32_t mask[2] = { 0, 1 << 10 }, set = 1 << (SIGUSR1 - 1), old = 99, pending[2];
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, NULL, 8);
    tell("block", syscall(SYS_sigprocmask, SIG_BLOCK, &set, &old));
    printf("  before %x\n", old);
    signal(SIGUSR1, note);
    handled = 0;
    raise(SIGUSR1);
    tell("pending", syscall(SYS_sigpending, pending));
    printf("  pending %x, handled %d\n", pending[0], handled);
    printf("mask: %lx\n", syscall(SYS_sgetmask));
    tell("suspended", syscall(SYS_sigsuspend, 0, 0, 1 << (SIGUSR2 - 1)));
    printf("  handled %d\n", handled == SIGUSR1);
    printf("mask: %lx\n", syscall(SYS_sgetmask));
    set = 1 << (SIGUSR2 - 1);
    tell("set", syscall(SYS_sigprocmask, SIG_SETMASK, &set, &old));
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, mask, 8);
    printf("  before %x, now %x %x\n", old, mask[0], mask[1]);
    tell("unblock", syscall(SYS_sigprocmask, SIG_UNBLOCK, &set, NULL));
    tell("how", syscall(SYS_sigprocmask, 7, &set, NULL));
    tell("nowhere", syscall(SYS_sigprocmask, 0, 16, NULL));
    printf("ssetmask: %lx\n", syscall(SYS_ssetmask, 0x40000300));
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, mask, 8);
    printf("  now %x %x\n", mask[0], mask[1]);
    printf("ssetmask: %lx\n", syscall(SYS_ssetmask, 0));
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, mask, 8);
    printf("  now %x %x\n", mask[0], mask[1]);
}
#endif

int main(void)
{
#ifdef __i386__
    setvbuf(stdout, NULL, _IONBF, 0);
    frames();
    actions();
    once();
    masks();
#endif
    puts("done");
    return 0;
}
