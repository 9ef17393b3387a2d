/* System calls of i386 that are handed on: that their arguments arrive, those of 64 bits in two registers above all. Elsewhere they have other
 * numbers. */
#include <stdio.h>

#ifdef __i386__
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char folder[] = "/tmp/new-calls-XXXXXX";

static long tell(const char *name, long result)
{
    printf("%s: %ld %s\n", name, result, result == -1 ? strerrorname_np(errno) : "");
    return result;
}
#define CALL(...) tell(#__VA_ARGS__, syscall(__VA_ARGS__))

static char *file(const char *name)
{
    static char path[2][64];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void files(void)
{
    struct { uint64_t flags, mode, resolve; } how = { O_RDWR | O_CREAT, 0600, 0 };
    int fd = CALL(SYS_openat2, AT_FDCWD, file("a"), &how, sizeof how);
    tell("written", write(fd, "text", 4));
    how.mode = 0, how.flags = O_RDONLY, how.resolve = 8; /* RESOLVE_BENEATH */
    CALL(SYS_openat2, AT_FDCWD, file("a"), &how, sizeof how);
    CALL(SYS_openat2, AT_FDCWD, file("a"), &how, 8);
    CALL(SYS_openat2, AT_FDCWD, "/nowhere", &how, sizeof how);

    struct { uint32_t bytes; int type; char handle[128]; } handle = { 128 };
    int mount;
    if (CALL(SYS_name_to_handle_at, AT_FDCWD, file("a"), &handle, &mount, 0) >= 0) {
        char text[8] = { 0 };
        int folder_fd = open(folder, O_RDONLY), again = syscall(SYS_open_by_handle_at, folder_fd, &handle, O_RDONLY);
        tell("read by handle", again < 0 ? -1 : read(again, text, 8));
        printf("%s\n", text);
        close(folder_fd), close(again);
    }
    struct stat status;
    CALL(452 /* fchmodat2 */, AT_FDCWD, file("a"), 0604, 0);
    stat(file("a"), &status);
    printf("mode %o\n", status.st_mode);
    struct { uint64_t offset, length; } range = { 0, 0 };
    struct { uint64_t cached, dirty, writeback, evicted, recently; } pages = { 99 };
    CALL(451 /* cachestat */, fd, &range, &pages, 0);
    printf("%d page\n", (int)pages.cached);
    struct { uint64_t value; uint32_t size, flags; } attribute = { (uintptr_t)"value", 5, 0 };
    CALL(463 /* setxattrat */, AT_FDCWD, file("a"), 0, "trusted.test", &attribute, sizeof attribute);
    char value[8] = { 0 };
    attribute.value = (uintptr_t)value, attribute.size = 8;
    CALL(464 /* getxattrat */, AT_FDCWD, file("a"), 0, "trusted.test", &attribute, sizeof attribute);
    printf("%s\n", value);
    CALL(466 /* removexattrat */, AT_FDCWD, file("a"), 0, "trusted.test");
    CALL(465 /* listxattrat */, AT_FDCWD, file("nowhere"), 0, value, 8);
}

static void watching(void)
{
    struct { uint32_t length; uint8_t version, reserved; uint16_t head; uint64_t mask; int32_t fd, pid; char rest[256]; } event = { 0 };
    int fd = syscall(SYS_fanotify_init, 0x200 /* FAN_REPORT_FID */, 0);
    if (tell("fanotify_init", fd < 0 ? -1 : 0) < 0)
        return;
    CALL(SYS_fanotify_mark, fd, 1, 0x8000100, 0, AT_FDCWD, folder); /* what happens to children, creation */
    CALL(SYS_fanotify_mark, fd, 1, 0, 0, AT_FDCWD, folder);
    CALL(SYS_fanotify_mark, fd, 1, 0x100, 1, AT_FDCWD, folder); /* there is no such bit 32 */
    close(creat(file("b"), 0600));
    tell("event", read(fd, &event, sizeof event) > 0);
    printf("mask %llx\n", (long long)event.mask);
}

static void memory(void)
{
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *page = 1;
    void *pages[2] = { page, page + 4096 };
    int where[2] = { 77, 77 };
    CALL(SYS_move_pages, 0, 2, pages, NULL, where, 0);
    printf("%d %d\n", where[0], where[1]);
    uint32_t nodes[2] = { 1, 0 };
    CALL(SYS_migrate_pages, 0, 33, nodes, nodes);
    CALL(SYS_migrate_pages, 99999999, 33, nodes, nodes);
    CALL(450 /* set_mempolicy_home_node */, page, 4096, 0, 0);
    tell("memfd_secret", syscall(447, 99));
    tell("landlock version", syscall(444, NULL, 0, 1));
    tell("bpf", syscall(SYS_bpf, 99, NULL, 0));
    tell("userfaultfd", syscall(SYS_userfaultfd, 99));
}

static void mounts(void)
{
    CALL(428 /* open_tree */, AT_FDCWD, file("nowhere"), 0);
    CALL(429 /* move_mount */, -1, "", AT_FDCWD, file("nowhere"), 0);
    CALL(433 /* fspick */, AT_FDCWD, file("nowhere"), 0);
    int fd = syscall(430 /* fsopen */, "tmpfs", 0);
    tell("fsopen", fd < 0 ? -1 : 0);
    CALL(431 /* fsconfig */, fd, 1, "size", "1M", 0);
    CALL(431, fd, 1, "no such thing", "1", 0);
    CALL(431, fd, 6, NULL, NULL, 0);
    tell("fsmount", syscall(432, fd, 0, 0) < 0 ? -1 : 0);
    CALL(442 /* mount_setattr */, AT_FDCWD, file("nowhere"), 0, NULL, 0);
}
#endif

int main(void)
{
#ifdef __i386__
    setvbuf(stdout, NULL, _IONBF, 0);
    mkdtemp(folder);
    files();
    watching();
    memory();
    mounts();
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    system(command);
#endif
    puts("done");
    return 0;
}
