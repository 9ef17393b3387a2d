/* Instructions that are too much for an operation and access memory all the same: they fault like any other, also where they have been translated. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

static sigjmp_buf back;
static uintptr_t fault;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    fault = (uintptr_t)info->si_addr;
    siglongjmp(back, 1);
}

/* Eight bytes as a string, of which the first four come back. */
static uint32_t load(const char *from)
{
#ifdef __powerpc__
    uint32_t first;
    __asm__ volatile("mtxer %2\n lswx 5,0,%1\n mr %0,5" : "=r"(first) : "r"(from), "r"(8) : "r5", "r6", "memory");
    return first;
#else
    volatile uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = ((const volatile uint8_t *)from)[i];
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
#endif
}

static void store(char *to, uint32_t word)
{
#ifdef __powerpc__
    __asm__ volatile("mr 5,%0\n mr 6,%0\n mtxer %2\n stswx 5,0,%1" : : "r"(word), "r"(to), "r"(8) : "r5", "r6", "memory");
#else
    for (int i = 0; i < 8; i++)
        ((volatile char *)to)[i] = (char)(word >> (24 - i % 4 * 8));
#endif
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &action, NULL);
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + PAGE, PAGE);
    volatile uint32_t sum = 0;
    for (int i = 0; i < 100000; i++) {
        store(page + i % 1000, (uint32_t)i * 0x01010101);
        sum += load(page + i % 999);
    }
    printf("sum %u\n", (unsigned)sum);
    for (int round = 0; round < 3; round++) {
        volatile int at = PAGE - 300;
        if (!sigsetjmp(back, 1))
            for (;; at++)
                sum += load(page + at);
        printf("load at %d: page %d\n", at, fault / PAGE == (uintptr_t)(page + PAGE) / PAGE);
        at = PAGE - 300;
        if (!sigsetjmp(back, 1))
            for (;; at++)
                store(page + at, 0x41424344);
        printf("store at %d: page %d\n", at, fault / PAGE == (uintptr_t)(page + PAGE) / PAGE);
    }
    printf("sum %u, %.8s\n", (unsigned)sum, page + PAGE - 8);
    return 0;
}
