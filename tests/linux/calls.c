/* The riscv64 system call table against the kernel's public list, structures, traces, and calls that a signal must interrupt. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#include "linux/calls.h"
#include "tap.h"

struct kernel_call {
    int number;
    const char *function;
};

const struct kernel_call *kernel_calls(void); /* kernel-calls.c */

static void table(void)
{
    static const struct { const char *function, *name; } other_names[] = {
        { "sys_newuname", "uname" }, { "sys_newfstat", "fstat" }, { "sys_fadvise64_64", "fadvise64" }, { "sys_sendfile64", "sendfile" },
        { "sys_umount", "umount2" },
    };
    const struct call_abi *abi = &call_abi_riscv64;
    unsigned checked = 0, wrong = 0;
    for (const struct kernel_call *k = kernel_calls(); k->function; k++) {
        const char *name = k->function + strlen("sys_");
        for (size_t i = 0; i < COUNT_OF(other_names); i++)
            if (!strcmp(k->function, other_names[i].function))
                name = other_names[i].name;
        const char *ours = (unsigned)k->number < abi->call_count ? abi->calls[k->number].name : NULL;
        checked++;
        if ((!ours || strcmp(ours, name)) && strcmp(k->function, "sys_ni_syscall") && k->number != 38) {
            wrong++;
            printf("# %d is %s, the table has %s\n", k->number, name, ours ? ours : "nothing");
        }
    }
    tap_ok(checked > 280 && !wrong, "%u numbers have the kernel's names", checked);
    unsigned odd = 0;
    for (unsigned i = 0; i < abi->call_count; i++) {
        const struct system_call *c = &abi->calls[i];
        bool has_paths = c->name && (strstr(c->arguments, "path") || strstr(c->arguments, "link"));
        if (c->name && !c->handler && c->host >= 0 && has_paths != c->has_paths && strcmp(c->name, "fanotify_mark")) {
            odd++;
            printf("# %s\n", c->name);
        }
    }
    tap_ok(!odd, "a call that is handed on is marked exactly if it has paths");
}

static void structures(void)
{
    struct stat host = { 0 }, back;
    uint8_t guest[LARGEST_STRUCTURE];
    host.st_mode = 0100644, host.st_nlink = 3, host.st_size = -2, host.st_mtim.tv_nsec = 77, host.st_ino = UINT64_C(1) << 60;
    structure_to_guest(&call_abi_riscv64, STRUCTURE_STAT, &host, guest);
    uint32_t mode, links;
    int64_t size;
    memcpy(&mode, guest + 16, 4);
    memcpy(&links, guest + 20, 4);
    memcpy(&size, guest + 48, 8);
    tap_ok(mode == 0100644 && links == 3 && size == -2, "struct stat has its fields where riscv64 has them");
    structure_from_guest(&call_abi_riscv64, STRUCTURE_STAT, guest, &back);
    tap_ok(!memcmp(&host, &back, sizeof host), "struct stat there and back");
    struct call_abi big = call_abi_riscv64;
    big.big_endian = true;
    structure_to_guest(&big, STRUCTURE_STAT, &host, guest);
    tap_ok(guest[16] == 0 && guest[17] == 0 && guest[18] == 0x81 && guest[19] == 0xa4, "big-endian bytes");
    structure_from_guest(&big, STRUCTURE_STAT, guest, &back);
    tap_ok(!memcmp(&host, &back, sizeof host), "big-endian there and back");
    struct epoll_event event = { .events = 5, .data.u64 = UINT64_C(0x1122334455667788) };
    structure_to_guest(&call_abi_riscv64, STRUCTURE_EPOLL_EVENT, &event, guest);
    tap_ok(guest[0] == 5 && guest[8] == 0x88 && guest[15] == 0x11, "struct epoll_event is not packed");
}

static void traces(void)
{
    static const char text[] = "some\n\"text\" that is longer than what is shown";
    static const struct { const char *word; uint64_t value, next; const char *expected; } cases[] = {
        { "fd", (uint32_t)-1, 0, "-1" },
        { "dirfd", (uint32_t)AT_FDCWD, 0, "AT_FDCWD" },
        { "octal", 0644, 0, "0644" },
        { "pointer", 0, 0, "NULL" },
        { "hex", 0, 0, "0" },
        { "pointer", 0x1000, 0, "0x1000" },
        { "open", O_RDWR | O_CREAT | O_CLOEXEC, 0, "O_RDWR|O_CREAT|O_CLOEXEC" },
        { "open", 0, 0, "O_RDONLY" },
        { "prot", 0, 0, "PROT_NONE" },
        { "prot", PROT_READ | PROT_EXEC, 0, "PROT_READ|PROT_EXEC" },
        { "map", MAP_PRIVATE | MAP_ANONYMOUS | 0x1000000, 0, "MAP_PRIVATE|MAP_ANONYMOUS|0x1000000" },
        { "signal", SIGSEGV, 0, "SIGSEGV" },
        { "signal", 40, 0, "40" },
        { "path", (uint64_t)"/a\tb", 0, "\"/a\\011b\"" },
        { "path", 8, 0, "0x8" },
        { "in", (uint64_t)text, sizeof text, "\"some\\n\\\"text\\\" that is longer than \"..." },
        { "whence", SEEK_END, 0, "SEEK_END" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char got[256];
        uint64_t arguments[6] = { cases[i].value, cases[i].next };
        strace_argument(NULL, cases[i].word, strlen(cases[i].word), arguments, 0, got, sizeof got);
        if (!tap_ok(!strcmp(got, cases[i].expected), "%s shows as %s", cases[i].word, cases[i].expected))
            printf("# got %s\n", got);
    }
}

/* ---- host calls: a stand-in for the handler in signal.c ------------------------------------------------------------------------------ */

static _Atomic uint32_t pending;
static void note(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    if (!host_catch_copy(context)) {
        pending = 1;
        host_interrupt_call(context);
    }
}

static void host_calls(void)
{
    tap_ok(HOST_CALL(SYS_getpid, 0) == getpid(), "a raw call");
    tap_ok(HOST_CALL(SYS_close, (uint64_t)-1) == -EBADF, "a raw error");
    uint64_t word = 5;
    tap_ok(guest_write((uint64_t)&word, &(uint64_t){ 7 }, 8) && word == 7, "a copy");
    tap_ok(!guest_read(&word, 8, 8), "a copy from nowhere");
    tap_ok(!guest_write(8, &word, 8), "a copy to nowhere");
    char *pages = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), string[32];
    munmap(pages + PAGE_SIZE, PAGE_SIZE);
    memcpy(pages + PAGE_SIZE - 4, "abc", 4);
    tap_ok(guest_string(string, (uint64_t)pages + PAGE_SIZE - 4, sizeof string) == 3, "a string that ends with its page");
    pages[PAGE_SIZE - 1] = 'd';
    tap_ok(guest_string(string, (uint64_t)pages + PAGE_SIZE - 4, sizeof string) == -EFAULT, "a string that does not end");
    tap_ok(guest_string(string, (uint64_t)"0123456789abcdef0123456789abcdef", sizeof string) == -ENAMETOOLONG, "a long string");

    pending = 1;
    struct timespec hour = { 3600, 0 };
    tap_ok(host_blocking_call(&pending, SYS_nanosleep, (const uint64_t[6]){ (uint64_t)&hour }) == CALL_AGAIN, "a signal before the call");
    pending = 0;
    struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
    setitimer(ITIMER_REAL, &soon, NULL);
    tap_ok(host_blocking_call(&pending, SYS_nanosleep, (const uint64_t[6]){ (uint64_t)&hour }) == -EINTR, "a signal during the call");

    /* Between the look and the call no signal can be aimed at, so the places are asked for one by one. */
    const uint8_t *code = (const uint8_t *)host_blocking_call;
    unsigned call = 0, first = 0, count = 0;
    while (code[call] != 0x0f || code[call + 1] != 0x05) /* syscall */
        call++;
    for (unsigned at = 0; at < call + 8; at++) {
        ucontext_t context = { 0 };
        context.uc_mcontext.gregs[REG_RIP] = (greg_t)(code + at);
        host_interrupt_call(&context);
        if (host_pc(&context) == (uint64_t)(code + at))
            continue;
        first = count++ ? first : at;
    }
    tap_ok(count && first < call && first + count == call + 2, "from the look to the call, a signal keeps it from being made");
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    table();
    structures();
    traces();
    host_calls();
    return tap_done();
}
