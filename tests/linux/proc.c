/* /proc as the guest sees it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux/abi.h"
#include "linux/linux.h"
#include "tap.h"

static void ignore_change(void *argument, uint64_t start, uint64_t end)
{
    (void)argument, (void)start, (void)end;
}

static struct linux_options options = { .sysroot = "/usr" };
static struct process process = { .options = &options, .abi = &abi_riscv64, .exe = "/usr/bin/env", .exe_guest = "/bin/env" };

/* The content of a file, or "". */
static const char *content(const char *path)
{
    static char text[1 << 20];
    int fd = proc_open(&process, AT_FDCWD, path, O_RDONLY);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    text[length < 0 ? 0 : length] = 0;
    close(fd);
    return text;
}

static void test_which(void)
{
    char own[64], task[64], thread[64];
    snprintf(own, sizeof own, "/proc/%d/maps", getpid());
    snprintf(task, sizeof task, "/proc/%d/task/%d/maps", getpid(), gettid());
    snprintf(thread, sizeof thread, "/proc/self/task/%d/maps", gettid());
    const char *const guest[] = { "/proc/self/maps", "/proc/thread-self/maps", "//proc/./self//maps", "/proc/self/fd/../maps",
                                  "/proc/sys/../self/maps", own, task, thread, "/proc/cpuinfo" };
    const char *const host[] = { "/proc/1/maps", "/proc/self/status", "/proc/self/task/1/maps", "/proc/self/cwd/../maps",
                                 "/proc/maps", "/proc/self/net/stat", "/proc/self/cpuinfo", "maps", "/tmp/maps",
                                 "/proc/self/fd/maps", "" };
    for (unsigned i = 0; i < COUNT_OF(guest); i++) {
        int fd = proc_open(&process, AT_FDCWD, guest[i], O_RDONLY);
        tap_ok(fd >= 0, "%s is the guest's (%d)", guest[i], fd);
        close(fd);
    }
    for (unsigned i = 0; i < COUNT_OF(host); i++)
        tap_ok(proc_open(&process, AT_FDCWD, host[i], O_RDONLY) == INT_MIN, "%s is the host's", host[i]);
    int folder = open("/proc/self", O_RDONLY | O_DIRECTORY), fds = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    tap_ok(proc_open(&process, folder, "maps", O_RDONLY) >= 0 && proc_open(&process, fds, "../maps", O_RDONLY) >= 0,
           "relative to a descriptor");
    tap_ok(proc_exe_link(&process, folder, "exe") == process.exe && proc_exe_link(&process, fds, "../exe") == process.exe
               && proc_exe_link(&process, AT_FDCWD, "/proc/self/exe") == process.exe
               && !proc_exe_link(&process, AT_FDCWD, "/proc/1/exe"),
           "the link to the program");
    tap_ok(proc_open(&process, folder, "maps", O_RDWR) == -EACCES && proc_open(&process, folder, "maps", O_DIRECTORY) == -ENOTDIR,
           "not for writing, not a folder");
    int closing = proc_open(&process, folder, "maps", O_CLOEXEC), kept = proc_open(&process, folder, "maps", 0);
    tap_ok(fcntl(closing, F_GETFD) == FD_CLOEXEC && !fcntl(kept, F_GETFD) && write(kept, "x", 1) < 0,
           "its descriptor is as asked for");
}

static void test_maps(void)
{
    int fd = open("/usr/bin/env", O_RDONLY);
    mm_map(process.mm, 0x100000, 0x2000, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0x1000, NULL);
    mm_map(process.mm, 0x102000, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, NULL);
    mm_map(process.mm, 0x200000000000, 0x1000, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, "[stack]");
    char first[128], *lines[3] = { 0 }, *save;
    const char *text = content("/proc/self/maps");
    char *copy = strdup(text);
    unsigned count = 0;
    for (char *line = strtok_r(copy, "\n", &save); line && count < 3; line = strtok_r(NULL, "\n", &save))
        lines[count++] = line;
    snprintf(first, sizeof first, "00100000-00102000 r-xp 00001000 ");
    tap_ok(count == 3 && !strncmp(lines[0], first, strlen(first)) && !strcmp(lines[0] + 73, "/bin/env"), "a file: %s", lines[0]);
    tap_ok(count == 3 && !strcmp(lines[1], "00102000-00103000 rw-p 00000000 00:00 0 "), "without a name: '%s'", lines[1]);
    tap_ok(count == 3 && !strncmp(lines[2], "200000000000-200000001000 ---p 00000000 00:00 0", 47)
               && !strcmp(lines[2] + 73, "[stack]"),
           "named: '%s'", lines[2]);
    text = content("/proc/self/smaps");
    const char *mapping = strstr(text, "00100000-00102000 r-xp"), *anonymous = strstr(text, "00102000-00103000 rw-p");
    tap_ok(mapping && anonymous && strstr(mapping, "/bin/env\nSize: ") && !strstr(text, "7f") && strstr(anonymous, "Rss:"),
           "smaps has the guest's mappings only, with the guest's protection");
    free(copy);
}

static void test_memory(void)
{
    strcpy((char *)0x102000, "prog");
    strcpy((char *)0x102005, "-x");
    process.arguments_start = 0x102000;
    process.arguments_end = 0x102008;
    process.environment_start = 0x102005;
    process.environment_end = 0x102008;
    process.stack_start = 0x102ff0;
    tap_ok(!memcmp(content("/proc/self/cmdline"), "prog\0-x\0", 9) && !strcmp(content("/proc/self/environ"), "-x"),
           "cmdline and environ are what lies in guest memory");
    strcpy((char *)0x102000, "name");
    tap_ok(!strcmp(content("/proc/self/cmdline"), "name"), "also when the program changes it");
    process.arguments_start = 0x500000;
    process.arguments_end = 0x900000;
    tap_ok(!strcmp(content("/proc/self/cmdline"), ""), "or unmaps it");
}

static void test_stat(void)
{
    char *text = strdup(content("/proc/self/stat")), *save, *words[60] = { 0 };
    unsigned count = 0, wanted_count = 0;
    for (char *word = strtok_r(strrchr(text, ')') + 1, " \n", &save); word && count < 60; word = strtok_r(NULL, " \n", &save))
        words[count++] = word;
    char host[2048] = "";
    FILE *in = fopen("/proc/self/stat", "r");
    if (fgets(host, sizeof host, in))
        for (char *word = strtok_r(strrchr(host, ')') + 1, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
            wanted_count++;
    fclose(in);
    tap_ok(count == wanted_count && atoi(words[1]) == getppid() && strtoull(words[28 - 3], NULL, 10) == 0x102ff0,
           "stat: %u fields, the guest's stack", count + 2);
    free(text);
    tap_ok(strstr(content("/proc/cpuinfo"), "processor\t: 0\n") && strstr(content("/proc/cpuinfo"), "isa\t\t: rv64imafdc"),
           "cpuinfo");
}

int main(void)
{
    process.mm = mm_new(0x10000, 0x500000000000, 0, ignore_change, NULL);
    test_which();
    test_maps();
    test_memory();
    test_stat();
    mm_free(process.mm);
    return tap_done();
}
