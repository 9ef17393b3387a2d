/* The code that the kernel gives every program (IA-32): found as C libraries and unwinders find it, and called. Elsewhere there is less of it. */
#include <stdio.h>

#ifdef __i386__
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

static const uint8_t *base;
static const char *strings;
static const Elf32_Sym *symbols;
static const uint32_t *hash_table;
static const Elf32_Half *symbol_versions;
static const uint8_t *versions;
static unsigned version_count;

static void open_it(void)
{
    const Elf32_Ehdr *header = (const void *)base;
    const Elf32_Phdr *segment = (const void *)(base + header->e_phoff);
    printf("type %d machine %d, entry is AT_SYSINFO %d\n", header->e_type, header->e_machine, (unsigned long)base + header->e_entry == getauxval(AT_SYSINFO));
    const Elf32_Dyn *dynamic = NULL;
    uint32_t soname = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD || segment[i].p_type == PT_DYNAMIC || segment[i].p_type == PT_GNU_EH_FRAME)
            printf("segment %x flags %x\n", segment[i].p_type, segment[i].p_flags);
        if (segment[i].p_type == PT_DYNAMIC)
            dynamic = (const void *)(base + segment[i].p_offset);
    }
    for (; dynamic->d_tag; dynamic++) {
        const void *at = base + dynamic->d_un.d_ptr;
        switch (dynamic->d_tag) {
        case DT_STRTAB: strings = at; break;
        case DT_SYMTAB: symbols = at; break;
        case DT_HASH: hash_table = at; break;
        case DT_VERSYM: symbol_versions = at; break;
        case DT_VERDEF: versions = at; break;
        case DT_VERDEFNUM: version_count = dynamic->d_un.d_val; break;
        case DT_SONAME: soname = dynamic->d_un.d_val; break;
        }
    }
    printf("soname %s, %d versions\n", strings + soname, version_count);
}

static uint32_t hash(const char *name)
{
    uint32_t h = 0;
    for (; *name; name++) {
        h = (h << 4) + (uint8_t)*name;
        h = (h ^ (h >> 28 << 4)) & 0xfffffff;
    }
    return h;
}

static const char *version_name(unsigned index)
{
    const uint8_t *at = versions;
    for (unsigned i = 0; i < version_count; i++) {
        const Elf32_Verdef *v = (const void *)at;
        const char *name = strings + ((const Elf32_Verdaux *)(at + v->vd_aux))->vda_name;
        if ((v->vd_ndx & 0x7fff) == index)
            return v->vd_hash == hash(name) ? name : "of a wrong hash";
        at += v->vd_next;
    }
    return "none";
}

static void *find(const char *name)
{
    unsigned buckets = hash_table[0];
    for (uint32_t i = hash_table[2 + hash(name) % buckets]; i; i = hash_table[2 + buckets + i])
        if (!strcmp(strings + symbols[i].st_name, name)) {
            printf("%s: version %s, type %d, has code %d\n", name, version_name(symbol_versions[i]), symbols[i].st_info, symbols[i].st_size > 0);
            return (void *)(base + symbols[i].st_value);
        }
    printf("%s: missing\n", name);
    return NULL;
}

/* ---- calls ------------------------------------------------------------------------------------------------------------------------------ */

/* The arguments are those of the system call, in the order of their registers. */
long call(void *entry, long number, long b, long c, long d, long s, long t, long p) __attribute__((visibility("hidden")));
__asm__(".text\ncall:\n .cfi_startproc\n"
        " push %ebp\n .cfi_adjust_cfa_offset 4\n .cfi_rel_offset %ebp,0\n push %ebx\n .cfi_adjust_cfa_offset 4\n .cfi_rel_offset %ebx,0\n"
        " push %esi\n .cfi_adjust_cfa_offset 4\n .cfi_rel_offset %esi,0\n push %edi\n .cfi_adjust_cfa_offset 4\n .cfi_rel_offset %edi,0\n"
        " mov 24(%esp),%eax\n mov 28(%esp),%ebx\n mov 32(%esp),%ecx\n mov 36(%esp),%edx\n mov 40(%esp),%esi\n mov 44(%esp),%edi\n"
        " mov 48(%esp),%ebp\n call *20(%esp)\n"
        " pop %edi\n .cfi_adjust_cfa_offset -4\n .cfi_restore %edi\n pop %esi\n .cfi_adjust_cfa_offset -4\n .cfi_restore %esi\n"
        " pop %ebx\n .cfi_adjust_cfa_offset -4\n .cfi_restore %ebx\n pop %ebp\n .cfi_adjust_cfa_offset -4\n .cfi_restore %ebp\n"
        " ret\n .cfi_endproc\n");

/* Whether this processor makes system calls of 32 bits by SYSENTER: AMD's do not in long mode (APM volume 3, SYSENTER). */
static int has_sysenter(void)
{
    uint32_t a = 0, b, c, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    int is_amd = b == 0x68747541 || b == 0x6f677948;
    a = 1;
    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    return !is_amd && d >> 11 & 1;
}

/* As the kernel's own code does it; returns to behind INT there. The stack pointer is in EBP alone. */
__asm__(".text\nby_sysenter: push %ecx\n push %edx\n push %ebp\n mov %esp,%ebp\n xor %esp,%esp\n sysenter\n hlt\n"
        "by_interrupt: int $0x80\n ret\n");
extern char by_sysenter[], by_interrupt[];

static volatile int ticks;
static void tick(int number) { ticks++; }

static void calls(const char *name, void *entry)
{
    int pipes[2];
    char byte = 0;
    printf("%s: getpid %d\n", name, call(entry, SYS_getpid, 0, 0, 0, 0, 0, 0) == getpid());
    FILE *file = tmpfile();
    fseek(file, 4096, SEEK_SET);
    fputs("second page", file);
    fflush(file);
    char *mapped = (char *)call(entry, SYS_mmap2, 0, 4096, PROT_READ, MAP_PRIVATE, fileno(file), 1);
    printf("  six arguments: %s\n", mapped);
    fclose(file);
    printf("  failure: %ld\n", call(entry, SYS_close, -1, 0, 0, 0, 0, 0));
    signal(SIGALRM, tick);
    ticks = 0;
    struct itimerval soon = { { 0, 0 }, { 0, 50000 } };
    setitimer(ITIMER_REAL, &soon, NULL);
    printf("  interrupted: %ld\n", call(entry, SYS_pause, 0, 0, 0, 0, 0, 0));
    pipe(pipes);
    setitimer(ITIMER_REAL, &soon, NULL);
    pid_t child = fork(); /* has no timers */
    if (!child) {
        usleep(150000);
        write(pipes[1], "x", 1);
        _exit(0);
    }
    long got = call(entry, SYS_read, pipes[0], (long)&byte, 1, 0, 0, 0);
    printf("  restarted: %ld '%c', %d ticks\n", got, byte, ticks);
    close(pipes[0]), close(pipes[1]);
}

/* ---- clocks ---------------------------------------------------------------------------------------------------------------------------- */

static void clocks(int (*gettime)(clockid_t, struct timespec *), int (*gettimeofday_)(struct timeval *, void *), time_t (*time_)(time_t *),
                   int (*gettime64)(clockid_t, int64_t *), int (*getres)(clockid_t, struct timespec *))
{
    struct timespec t = { 0 }, r = { 0 };
    struct timeval v = { 0 };
    int64_t wide[2] = { 0 };
    time_t stored = 0, before = time(NULL);
    int result = gettime(CLOCK_REALTIME, &t);
    printf("clock_gettime %d, now %d\n", result, t.tv_sec - before < 10u && t.tv_nsec < 1000000000);
    result = gettimeofday_(&v, NULL);
    printf("gettimeofday %d, now %d\n", result, v.tv_sec - before < 10u && v.tv_usec < 1000000);
    printf("time now %d", time_(NULL) - before < 10u);
    time_(&stored);
    printf(", stored %d\n", stored - before < 10u);
    result = gettime64(CLOCK_REALTIME, wide);
    printf("clock_gettime64 %d, now %d\n", result, wide[0] - before < 10u && (wide[1] & UINT32_MAX) < 1000000000);
    result = getres(CLOCK_PROCESS_CPUTIME_ID, &r);
    printf("clock_getres %d, %ld %ld\n", result, (long)r.tv_sec, r.tv_nsec);
    printf("clock that is none: %d\n", gettime(12345, &t));
}

/* ---- unwinding -------------------------------------------------------------------------------------------------------------------------- */

struct bases {
    void *text, *data, *function;
};
extern const void *_Unwind_Find_FDE(void *, struct bases *);

static int is_described(const void *code)
{
    struct bases bases;
    return _Unwind_Find_FDE((void *)code, &bases) && (char *)bases.function <= (char *)code && (char *)code - (char *)bases.function < 16;
}

struct search {
    int callers;
    uintptr_t ebp, edi; /* of the system call, which are in the signal frame and behind it on the stack */
};

static void waiting(void *entry);
static void asking(int (*gettime)(clockid_t, struct timespec *));
static struct search result;

static _Unwind_Reason_Code look(struct _Unwind_Context *frame, void *argument)
{
    struct search *s = argument;
    uintptr_t function = _Unwind_GetRegionStart(frame);
    s->callers += function == (uintptr_t)waiting || function == (uintptr_t)asking;
    if (function == (uintptr_t)call)
        s->ebp = _Unwind_GetGR(frame, 5), s->edi = _Unwind_GetGR(frame, 7);
    return _URC_NO_REASON;
}

static void backtrace(int number)
{
    result = (struct search){ 0 };
    _Unwind_Backtrace(look, &result);
}

static void backtrace_informed(int number, siginfo_t *info, void *context) { backtrace(number); }

__attribute__((noinline)) static void waiting(void *entry)
{
    call(entry, SYS_pause, 0, 0, 0, 0, 0x0d0d0d0d, 0x0b0b0b0b);
    __asm__ volatile(""); /* not a tail call */
}

struct action {
    void *handler;
    uint32_t flags;
    void *restorer;
    uint32_t mask[2];
};

static void unwinding(void *entry)
{
    struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
    for (int informed = 0; informed < 2; informed++) {
        struct action action = { informed ? (void *)backtrace_informed : backtrace, informed ? SA_SIGINFO : 0 };
        syscall(SYS_rt_sigaction, SIGALRM, &action, NULL, 8);
        setitimer(ITIMER_REAL, &soon, NULL);
        waiting(entry);
        printf("through the handler and the call: callers %d, ebp %lx, edi %lx\n", result.callers, (unsigned long)result.ebp, (unsigned long)result.edi);
    }
}

static volatile int lost;

static void backtrace_often(int number)
{
    backtrace(number);
    ticks++;
    lost += result.callers != 1;
}

__attribute__((noinline)) static void asking(int (*gettime)(clockid_t, struct timespec *))
{
    struct timespec t;
    for (ticks = 0; ticks < 50;)
        gettime(CLOCK_REALTIME, &t);
}

/* Some kernels do not describe their clocks. */
static void unwinding_clocks(int (*gettime)(clockid_t, struct timespec *))
{
    struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
    if (is_described(gettime)) {
        signal(SIGALRM, backtrace_often);
        setitimer(ITIMER_REAL, &often, NULL);
        asking(gettime);
        setitimer(ITIMER_REAL, &never, NULL);
    }
    printf("from clocks: %d lost\n", lost);
}
#endif

int main(void)
{
#ifdef __i386__
    setvbuf(stdout, NULL, _IONBF, 0);
    base = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
    open_it();
    void *vsyscall = find("__kernel_vsyscall"), *old_return = find("__kernel_sigreturn"), *new_return = find("__kernel_rt_sigreturn");
    void *gettime = find("__vdso_clock_gettime"), *gettimeofday_ = find("__vdso_gettimeofday"), *time_ = find("__vdso_time");
    void *gettime64 = find("__vdso_clock_gettime64"), *getres = find("__vdso_clock_getres");
    printf("nothing else: %d\n", find("__vdso_nothing") == NULL);
    printf("AT_SYSINFO: %d\n", getauxval(AT_SYSINFO) == (unsigned long)vsyscall);
    calls("__kernel_vsyscall", vsyscall);
    calls("sysenter", has_sysenter() ? by_sysenter : by_interrupt);
    clocks(gettime, gettimeofday_, time_, gettime64, getres);
    printf("described: %d %d %d\n", is_described(vsyscall), is_described((char *)old_return - 1), is_described((char *)new_return - 1));
    unwinding(vsyscall);
    unwinding_clocks(gettime);
#endif
    puts("done");
    return 0;
}
