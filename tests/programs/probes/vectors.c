/* SSE where the kernel has to do with it: signal frames, exceptions that are not masked, new threads and processes. 32-bit x86 alone. */
#define _GNU_SOURCE
#if !defined __i386__
int main(void) { return 0; }
#else
#pragma GCC target("sse2")
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MASKED = 0x1f80, VECTORS_AT = 112 + 160, MXCSR_AT = 112 + 24 };

static uint32_t get_mxcsr(void)
{
    uint32_t x;
    __asm__ volatile("stmxcsr %0" : "=m"(x));
    return x;
}
static void set_mxcsr(uint32_t x) { __asm__ volatile("ldmxcsr %0" : : "m"(x)); }

static volatile unsigned signals;
static sigjmp_buf out;

/* Looks at the interrupted xmm3, and changes it and MXCSR. */
static void on_user(int number, siginfo_t *info, void *context)
{
    uint8_t *state = (uint8_t *)((ucontext_t *)context)->uc_mcontext.fpregs;
    uint32_t xmm3[4], mxcsr;
    (void)info;
    memcpy(xmm3, state + VECTORS_AT + 3 * 16, sizeof xmm3);
    memcpy(&mxcsr, state + MXCSR_AT, sizeof mxcsr);
    printf("signal %d: xmm3 %x %x %x %x, mxcsr %x, here %x, address %% 64: %u\n", number, xmm3[0], xmm3[1], xmm3[2], xmm3[3], mxcsr, get_mxcsr(),
           (unsigned)((uintptr_t)(state + 112) % 64));
    xmm3[2] ^= 0xffff;
    memcpy(state + VECTORS_AT + 3 * 16, xmm3, sizeof xmm3);
    mxcsr = MASKED | 0x6000;
    memcpy(state + MXCSR_AT, &mxcsr, sizeof mxcsr);
    __asm__ volatile("pcmpeqd %%xmm3, %%xmm3" : : : "xmm3");
    signals++;
}

static void test_frame(void)
{
    uint32_t before[4] = { 0x11111111, 0x22222222, 0x33333333, 0x44444444 }, after[4];
    sigaction(SIGUSR1, &(struct sigaction){ .sa_sigaction = on_user, .sa_flags = SA_SIGINFO }, NULL);
    set_mxcsr(MASKED | 0x8040);
    pid_t self = getpid();
    int result;
    __asm__ volatile("movups %2, %%xmm3\n int $0x80\n movups %%xmm3, %1"
                     : "=a"(result), "=m"(after) : "m"(before), "a"(37), "b"(self), "c"(SIGUSR1) : "xmm3", "memory");
    printf("after it: %d, %x %x %x %x, mxcsr %x\n", result, after[0], after[1], after[2], after[3], get_mxcsr());
    set_mxcsr(MASKED);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    const greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    printf("  signal %d, code %d, trap %d, address %s\n", number, info->si_code, r[REG_TRAPNO], number == SIGSEGV && !info->si_addr ? "0" : "of it");
    siglongjmp(out, 1);
}

static double divide(double a, double b)
{
    __asm__ volatile("divsd %1, %0" : "+x"(a) : "x"(b));
    return a;
}

static void test_exceptions(void)
{
    static const struct { const char *what; uint32_t unmasked; double a, b; } tests[] = {
        { "zero divide", 1 << 9, 1, 0 }, { "invalid", 1 << 7, 0, 0 }, { "overflow", 1 << 10, 1e308, 1e-10 }, { "underflow", 1 << 11, 1e-308, 1e10 },
        { "inexact", 1 << 12, 1, 3 }, { "denormal", 1 << 8, 5e-324, 1 }, { "none", 1 << 9, 1, 3 },
    };
    sigaction(SIGFPE, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, NULL);
    for (unsigned i = 0; i < sizeof tests / sizeof *tests; i++) {
        volatile double a = tests[i].a, b = tests[i].b, result = 7;
        printf("%s:\n", tests[i].what);
        fflush(stdout);
        if (!sigsetjmp(out, 1)) {
            double x = a, y = b;
            set_mxcsr(MASKED & ~tests[i].unmasked);
            x = divide(x, y);
            set_mxcsr(MASKED);
            result = x;
        }
        printf("  mxcsr %x, result %g\n", get_mxcsr(), result);
        set_mxcsr(MASKED);
    }
}

static void test_faults(void)
{
    static char bytes[64] __attribute__((aligned(16)));
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, NULL);
    puts("misaligned load:");
    if (!sigsetjmp(out, 1))
        __asm__ volatile("movaps %0, %%xmm0" : : "m"(bytes[1]) : "xmm0");
    puts("misaligned operand:");
    if (!sigsetjmp(out, 1))
        __asm__ volatile("addps %0, %%xmm0" : : "m"(bytes[4]) : "xmm0");
    puts("misaligned store:");
    if (!sigsetjmp(out, 1))
        __asm__ volatile("movdqa %%xmm0, %0" : "=m"(bytes[8]));
    puts("no memory:");
    if (!sigsetjmp(out, 1))
        __asm__ volatile("movups (%0), %%xmm0" : : "r"(16) : "xmm0");
    puts("bits of mxcsr that do not exist:");
    if (!sigsetjmp(out, 1))
        set_mxcsr(0x10000);
    printf("mxcsr %x\n", get_mxcsr());
}

/* MMX registers are the x87 unit's. */
static void test_state(void)
{
    static uint8_t state[512] __attribute__((aligned(16))), again[512] __attribute__((aligned(16)));
    uint64_t value = 0x0123456789abcdef, got;
    uint32_t four[4] = { 1, 2, 3, 4 }, read[4];
    __asm__ volatile("fninit\n movq %1, %%mm2\n movups %2, %%xmm5\n fxsave %0" : "=m"(state) : "m"(value), "m"(four) : "xmm5", "memory");
    printf("fxsave: control %02x%02x, tags %x, mm2 %02x..%02x exponent %02x%02x, xmm5 %d %d\n", state[1], state[0], state[4], state[64], state[71], state[73], state[72],
           state[240], state[252]);
    __asm__ volatile("emms\n fld1\n xorps %%xmm5, %%xmm5\n fxrstor %2\n movq %%mm2, %0\n movups %%xmm5, %1\n fxsave %3\n emms"
                     : "=m"(got), "=m"(read) : "m"(state), "m"(again) : "xmm5", "memory");
    printf("fxrstor: %llx, %d %d, the same: %d\n", (unsigned long long)got, read[0], read[3], !memcmp(state, again, 288));
}

static void *in_thread(void *unused)
{
    printf("new thread: mxcsr %x\n", get_mxcsr());
    set_mxcsr(MASKED | 0x2000);
    return unused;
}

static void test_heirs(void)
{
    pthread_t thread;
    set_mxcsr(MASKED | 0x4000);
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    printf("old thread: mxcsr %x\n", get_mxcsr());
    fflush(stdout);
    if (!fork()) {
        printf("child: mxcsr %x\n", get_mxcsr());
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    set_mxcsr(MASKED);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("mxcsr %x\n", get_mxcsr());
    test_frame();
    test_exceptions();
    test_faults();
    test_state();
    test_heirs();
    return 0;
}
#endif
