/* What flags a handler sees where an access to memory fails in the middle of code that sets them again at once (IA-32). */
#define _GNU_SOURCE
#include <stdio.h>

#ifdef __i386__
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf back;
static unsigned flags;

static void note(int n, siginfo_t *info, void *context)
{
    const ucontext_t *u = context;
    (void)n, (void)info;
    flags = (unsigned)u->uc_mcontext.gregs[REG_EFL];
    siglongjmp(back, 1);
}

/* `text` has (%esi) in it, and is followed by what makes its flags dead; often before the access fails. AF is left out after logic and shifts, which leave
 * it undefined. */
#define TRY(name, seen, text)                                                                                                     \
    static void name(unsigned a, unsigned b, const void *at)                                                                      \
    {                                                                                                                             \
        __asm__ volatile("xor %%edi,%%edi\n" text "\n cmp %%eax,%%ebx\n jne 1f\n nop\n 1: test %%edi,%%edi"                       \
                         : "+a"(a), "+b"(b), "+S"(at) : : "ecx", "edx", "edi", "cc", "memory");                                   \
    }                                                                                                                             \
    enum { name##_seen = seen };

enum { ALL = 0x8d5, NOT_AF = 0x8c5, NOT_OF = 0x0c5 };

TRY(sum, ALL, "add %%ebx,%%eax\n mov (%%esi),%%ecx")
TRY(sum_gone, ALL, "add %%ebx,%%eax\n mov $5,%%eax\n mov (%%esi),%%ecx")
TRY(sum_in_memory, ALL, "mov %%eax,%%ecx\n lea 4(%%ebx),%%edx\n add %%edx,%%ecx\n addl $3,(%%esi)")
TRY(difference, ALL, "sub %%ebx,%%eax\n mov %%eax,(%%esi)")
TRY(comparison, ALL, "cmp %%ebx,%%eax\n mov (%%esi),%%ecx")
TRY(comparison_gone, ALL, "cmp %%ebx,%%eax\n mov %%ebx,%%eax\n mov $1,%%ebx\n mov (%%esi),%%ecx")
TRY(comparison_of_bytes, ALL, "cmp %%bl,%%al\n movb $1,(%%esi)")
TRY(comparison_of_high_bytes, ALL, "cmp %%bh,%%al\n mov %%edi,%%edx\n movw $1,(%%esi)")
TRY(logic, NOT_AF, "and %%ebx,%%eax\n mov (%%esi),%%ecx")
TRY(test, NOT_AF, "test %%ebx,%%eax\n mov (%%esi),%%ecx")
TRY(increment, ALL, "cmp %%ebx,%%eax\n inc %%eax\n mov (%%esi),%%ecx")
TRY(decrement, ALL, "add %%ebx,%%eax\n dec %%eax\n mov (%%esi),%%ecx")
TRY(negation, ALL, "neg %%eax\n mov (%%esi),%%ecx")
TRY(shift, NOT_OF, "shl $3,%%eax\n mov (%%esi),%%ecx")
TRY(with_carry, ALL, "add %%ebx,%%eax\n adc %%eax,%%ebx\n mov (%%esi),%%ecx")
TRY(carry_alone, ALL, "cmp %%ebx,%%eax\n stc\n mov (%%esi),%%ecx")
TRY(past_a_branch, ALL, "cmp %%ebx,%%eax\n jz 2f\n mov (%%esi),%%ecx\n 2: lea 1(%%eax),%%ecx\n mov (%%esi),%%ecx")
TRY(second_access, ALL, "mov %%esp,%%ecx\n sub $64,%%ecx\n sub %%ebx,%%eax\n mov (%%esp),%%edx\n mov %%edx,(%%ecx)\n mov (%%esi),%%ecx")
TRY(x87, ALL, "add %%ebx,%%eax\n fld1\n fadd %%st(0),%%st(0)\n fadds (%%esi)\n fstp %%st(0)")
TRY(repeated, ALL, "mov $8,%%ecx\n mov %%eax,%%edx\n sub $2,%%esi\n cmp %%ebx,%%ecx\n rep lodsb")
TRY(vector, ALL, "add $8,%%eax\n xorps %%xmm0,%%xmm0\n movaps (%%esi),%%xmm0")

/* Loops over words from (%esi) up to %edi. */
#define WALK(name, text)                                                                                                          \
    static void name(unsigned a, unsigned b, const void *at, const void *end)                                                     \
    {                                                                                                                             \
        __asm__ volatile("cmp %%ebx,%%eax\n" text "\n test %%edi,%%edi"                                                           \
                         : "+a"(a), "+b"(b), "+S"(at), "+D"(end) : : "ecx", "edx", "cc", "memory");                               \
    }

WALK(reads_first, "1: mov (%%esi),%%ecx\n add %%ecx,%%edx\n add $4,%%esi\n cmp %%edi,%%esi\n jne 1b")
WALK(reads_twice, "1: mov (%%esi),%%ecx\n mov %%ecx,%%edx\n mov %%edx,(%%esi)\n add $4,%%esi\n cmp %%esi,%%edi\n jne 1b")
WALK(two_ways_back, "1: mov (%%esi),%%ecx\n lea 4(%%esi),%%esi\n test %%ecx,%%ecx\n jns 1b\n cmp %%edi,%%esi\n jb 1b")
WALK(counts_down, "mov $8,%%edx\n cmp %%ebx,%%eax\n 1: mov (%%esi),%%ecx\n lea 4(%%esi),%%esi\n dec %%edx\n jne 1b")
WALK(loop_in_loop, "2: xor %%edx,%%edx\n 1: mov (%%esi),%%ecx\n add $4,%%esi\n inc %%edx\n cmp $2,%%edx\n jne 1b\n cmp %%edi,%%esi\n jne 2b")
WALK(loop_then_read, "2: xor %%edx,%%edx\n 1: inc %%edx\n cmp $3,%%edx\n jne 1b\n mov (%%esi),%%ecx\n lea 4(%%esi),%%esi\n cmp %%edi,%%esi\n jne 2b")
WALK(passes_carry, "1: mov (%%esi),%%ecx\n lea 4(%%esi),%%esi\n adc %%ecx,%%edx\n cmp %%edi,%%esi\n jne 1b")

/* Conditions where the code does not tell what set the flags: an indirect jump led there. `looks` leaves in edx what it saw. */
#define FAR(name, text, looks)                                                                                                    \
    static unsigned name(unsigned a, unsigned b)                                                                                  \
    {                                                                                                                             \
        unsigned ecx, edx = 0;                                                                                                    \
        __asm__("call 1f\n 1: pop %%ecx\n add $(2f-1b),%%ecx\n " text "\n jmp *%%ecx\n 2: " looks                                 \
                : "+a"(a), "+d"(edx), "=&c"(ecx) : "b"(b) : "cc", "memory");                                                      \
        return edx;                                                                                                               \
    }

#define SETS "setb %%dl\n setbe %%dh\n sete %%cl\n setl %%ch\n shl $8,%%edx\n shr $8,%%edx\n" \
             "rcl $1,%%edx\n movzx %%cx,%%ecx\n shl $2,%%ecx\n or %%ecx,%%edx"
#define BRANCHES "jle 3f\n lea 1(%%edx),%%edx\n 3: jae 4f\n lea 2(%%edx),%%edx\n 4: jge 5f\n lea 4(%%edx),%%edx\n" \
                 "5: ja 6f\n lea 8(%%edx),%%edx\n 6: jne 7f\n lea 16(%%edx),%%edx\n 7: nop"

FAR(far_words, "cmp %%ebx,%%eax", SETS)
FAR(far_halves, "cmp %%bx,%%ax", SETS)
FAR(far_bytes, "cmp %%bl,%%al", SETS)
FAR(far_sum, "add %%ebx,%%eax", SETS)
FAR(far_logic, "test %%ebx,%%eax", SETS)
FAR(branch_words, "cmp %%ebx,%%eax", BRANCHES)
FAR(branch_halves, "cmp %%bx,%%ax", BRANCHES)
FAR(branch_bytes, "cmp %%bl,%%al", BRANCHES)
FAR(branch_difference, "sub %%ebx,%%eax", BRANCHES)

static void show_far(const char *name, unsigned (*function)(unsigned, unsigned))
{
    static const unsigned numbers[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x1234ff00, 0x7fffffff, 0x80000000, 0xffffffff };
    enum { COUNT = sizeof numbers / sizeof *numbers };
    unsigned sum = 0;
    for (int i = 0; i < 41 * COUNT * COUNT; i++)
        sum = sum * 31 + function(numbers[i % COUNT], numbers[i / COUNT % COUNT]);
    printf("%s: %08x\n", name, sum);
}
#define SHOW_FAR(name) show_far(#name, name)

static void show_walk(const char *name, void (*function)(unsigned, unsigned, const void *, const void *), char *good, char *bad)
{
    enum { WORDS = 8 };
    printf("%s:", name);
    memset(good, 0xff, 4096);
    for (int i = 0; i < 6000; i++)
        function(1, 2, good, good + 4 * WORDS);
    for (int i = 0; i < WORDS; i++) {
        flags = 0;
        if (!sigsetjmp(back, 1))
            function(2, 1, bad - 4 * i, bad - 4 * i + 4 * WORDS);
        printf(" %03x", flags & ALL);
    }
    puts("");
}
#define SHOW_WALK(name) show_walk(#name, name, good, bad)

static void show(const char *name, void (*function)(unsigned, unsigned, const void *), unsigned seen, char *good, const char *bad)
{
    static const unsigned numbers[][2] = { { 0, 0 }, { 1, 2 }, { 2, 1 }, { 0x7fffffff, 1 }, { 0x80000000, 0x80000000 }, { 0xffffffff, 1 }, { 0x12f, 0x5f81 } };
    printf("%s:", name);
    for (int i = 0; i < 4000; i++)
        function(numbers[i % 7][0], numbers[i % 7][1], good);
    for (int i = 0; i < 7; i++) {
        flags = 0;
        if (!sigsetjmp(back, 1))
            function(numbers[i][0], numbers[i][1], bad);
        printf(" %03x", flags & seen);
    }
    puts("");
}
#define SHOW(name) show(#name, name, name##_seen, good, bad)
#endif

int main(void)
{
#ifdef __i386__
    char *good = (char *)mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 4096, *bad = good + 4096;
    mprotect(bad, 4096, PROT_NONE);
    sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = note, .sa_flags = SA_SIGINFO }, NULL);
    SHOW(sum);
    SHOW(sum_gone);
    SHOW(sum_in_memory);
    SHOW(difference);
    SHOW(comparison);
    SHOW(comparison_gone);
    SHOW(comparison_of_bytes);
    SHOW(comparison_of_high_bytes);
    SHOW(logic);
    SHOW(test);
    SHOW(increment);
    SHOW(decrement);
    SHOW(negation);
    SHOW(shift);
    SHOW(with_carry);
    SHOW(carry_alone);
    SHOW(past_a_branch);
    SHOW(second_access);
    SHOW(x87);
    SHOW(repeated);
    SHOW(vector);
    SHOW_WALK(reads_first);
    SHOW_WALK(reads_twice);
    SHOW_WALK(two_ways_back);
    SHOW_WALK(counts_down);
    SHOW_WALK(loop_in_loop);
    SHOW_WALK(loop_then_read);
    SHOW_WALK(passes_carry);
    SHOW_FAR(far_words);
    SHOW_FAR(far_halves);
    SHOW_FAR(far_bytes);
    SHOW_FAR(far_sum);
    SHOW_FAR(far_logic);
    SHOW_FAR(branch_words);
    SHOW_FAR(branch_halves);
    SHOW_FAR(branch_bytes);
    SHOW_FAR(branch_difference);
#endif
    puts("done");
    return 0;
}
