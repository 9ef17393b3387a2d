/* What execve makes of files: permissions, scripts, programs of the guest, of the host and of neither. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "linux/exec.h"
#include "program-file.h"
#include "tap.h"

static struct linux_options options;
static struct process process = { .options = &options };

static void put(const char *name, mode_t mode, const void *bytes, size_t size)
{
    int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (write(fd, bytes, size) != (ssize_t)size)
        perror(name);
    fchmod(fd, mode);
    close(fd);
}

static void put_text(const char *name, const char *text) { put(name, 0755, text, strlen(text)); }

/* Resolves `path`; compares the error, or the program and its arguments joined by '|'. */
static void check(const char *what, const char *path, int error, const char *wanted)
{
    char *argv[] = { "zero", "one", NULL }, found[8192] = "";
    struct arena memory = { 0 };
    struct executable e = { .dirfd = AT_FDCWD, .path = path, .name = path, .argv = argv };
    int result = exec_resolve(&process, &e, &memory);
    if (!result) {
        snprintf(found, sizeof found, "%s:%s", e.guest ? e.guest->name : "host", e.path);
        for (char **argument = e.argv; *argument; argument++)
            strcat(strcat(found, "|"), *argument);
    }
    tap_ok(result == -error && (error || !strcmp(found, wanted)), "%s (%d %s)", what, result, found);
    arena_free(&memory);
}

static void test_scripts(void)
{
    char text[400], wanted[1000];
    put_text("script", "#!./guest\nrest\n");
    check("a script", "script", 0, "riscv64:./guest|./guest|script|one");
    put_text("script", "#! \t./guest \t a b  \t\n");
    check("one argument, blanks around it cut", "script", 0, "riscv64:./guest|./guest|a b|script|one");
    put_text("script", "#!./guest");
    check("a script without an end of line", "script", 0, "riscv64:./guest|./guest|script|one");
    put_text("script", "#!/bin/sh -e\n");
    check("an interpreter of the host", "script", 0, "host:/bin/sh|/bin/sh|-e|script|one");
    put_text("script", "#! \t\n");
    check("no interpreter", "script", ENOEXEC, NULL);
    put_text("script", "#!./none\n");
    check("an interpreter that does not exist", "script", ENOENT, NULL);
    put_text("s1", "#!./script x\n");
    put_text("script", "#!./guest y\n");
    check("a script's script", "s1", 0, "riscv64:./guest|./guest|y|./script|x|s1|one");
    put_text("loop", "#!./loop\n");
    check("a script of itself", "loop", ELOOP, NULL);

    memset(text, 'a', sizeof text);
    memcpy(text, "#!./guest ", 10);
    put("script", 0755, text, sizeof text);
    snprintf(wanted, sizeof wanted, "riscv64:./guest|./guest|%.245s|script|one", text + 10);
    check("an argument too long for the line is cut", "script", 0, wanted);
    memcpy(text, "#!./guesta", 10);
    put("script", 0755, text, sizeof text);
    check("an interpreter too long for the line", "script", ENOEXEC, NULL);
}

static void test_programs(void)
{
    struct program_file f = program_file(ET_EXEC, 0x10000);
    put("guest", 0755, &f, sizeof f);
    check("a guest program", "guest", 0, "riscv64:guest|zero|one");
    check("a host program", "/bin/sh", 0, "host:/bin/sh|zero|one");
    put_text("text", "just text\n");
    check("neither: left to the host", "text", 0, "host:text|zero|one");
    check("no file", "none", ENOENT, NULL);
    check("a file as a folder", "text/none", ENOTDIR, NULL);
    check("a folder", ".", EACCES, NULL);
    put("plain", 0644, &f, sizeof f);
    check("not executable", "plain", EACCES, NULL);
    check("a device", "/dev/null", EACCES, NULL);
    put("broken", 0755, &f, 0x1100);
    check("a truncated guest program", "broken", ENOEXEC, NULL);
    f.interpreter.p_type = PT_INTERP;
    put("dynamic", 0755, &f, sizeof f);
    check("a guest program without its interpreter", "dynamic", ENOENT, NULL);
    if (symlink("l2", "l1") < 0 || symlink("l1", "l2") < 0)
        perror("symlink");
    check("links in a circle", "l1", ELOOP, NULL);
}

/* The status of a child that executes. */
static int run(int dirfd, const char *path, char **argv, char **envp, int flags)
{
    struct arena memory = { 0 };
    pid_t child = fork();
    if (!child)
        _exit(-linux_exec(&process, dirfd, path, argv, envp, flags, &memory));
    int status;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void test_execution(void)
{
    char *argv[] = { "sh", "-c", "test $# = 1 -a \"$X\" = y -a -z \"$HOME\" && exit 42", "sh", "one", NULL };
    char *envp[] = { "X=y", NULL };
    tap_ok(run(AT_FDCWD, "/bin/sh", argv, envp, 0) == 42, "a host program with just the environment given");
    put_text("script", "#!/bin/sh\ntest $# = 1 -a \"$1\" = -c -a \"$0\" = ./script && exit 43\n");
    char *two[] = { "zero", "-c", NULL };
    tap_ok(run(AT_FDCWD, "./script", two, envp, 0) == 43, "a script for the host");
    int kept = open("script", O_RDONLY), closing = open("script", O_RDONLY | O_CLOEXEC);
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    put_text("shown", "#!/bin/sh\ncase $0 in /dev/fd/*) exit 44;; esac\n");
    int shown = open("shown", O_RDONLY);
    tap_ok(run(shown, "", two, envp, AT_EMPTY_PATH) == 44, "a script by descriptor is called /dev/fd/N");
    tap_ok(run(closing, "", two, envp, AT_EMPTY_PATH) == ENOENT, "not if the descriptor closes");
    tap_ok(run(folder, "shown", two, envp, 0) == 44, "a script in a folder by descriptor is called /dev/fd/N/...");
    tap_ok(run(kept, "", two, envp, 0) == ENOENT && run(kept, "", two, envp, 1) == EINVAL, "no path; no such flag");
    if (symlink("/bin/sh", "link") < 0)
        perror("symlink");
    tap_ok(run(AT_FDCWD, "link", argv, envp, AT_SYMLINK_NOFOLLOW) == ELOOP && run(AT_FDCWD, "link", argv, envp, 0) == 42,
           "AT_SYMLINK_NOFOLLOW");
    put_text("text", "just text\n");
    tap_ok(run(AT_FDCWD, "./text", argv, envp, 0) == ENOEXEC, "a text without #!: ENOEXEC");
}

/* This program stands for Ferry when a guest program is executed: it shows what it was given. */
static int as_ferry(char **argv)
{
    static const char *const wanted[] = { "-L", "/", "-0", "zero", "--" };
    for (unsigned i = 0; i < COUNT_OF(wanted); i++)
        if (!argv[1 + i] || strcmp(argv[1 + i], wanted[i]))
            return 100 + i;
    char **rest = argv + 1 + COUNT_OF(wanted);
    struct stat status;
    return stat(rest[0], &status) || !status.st_size || strcmp(rest[1], "one") || rest[2] ? 120 : 45;
}

static void test_reentry(void)
{
    char *own[] = { "-L", "/" }, *argv[] = { "zero", "one", NULL }, *envp[] = { "AS_FERRY=1", NULL };
    options.own_arguments = own;
    options.own_argument_count = 2;
    tap_ok(run(AT_FDCWD, "./guest", argv, envp, 0) == 45, "a guest program re-enters with the options handed on");
    int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), program = open("guest", O_RDONLY | O_CLOEXEC);
    tap_ok(run(folder, "guest", argv, envp, 0) == 45, "relative to a descriptor that closes");
    tap_ok(run(program, "", argv, envp, AT_EMPTY_PATH) == 45, "by a descriptor that closes");
    struct program_file f = program_file(ET_EXEC, 0x10000);
    int nameless = file_of(&f, sizeof f);
    fchmod(nameless, 0755);
    tap_ok(run(nameless, "", argv, envp, AT_EMPTY_PATH) == 45, "a memory file");
    process.exe = realpath("guest", NULL);
    tap_ok(run(AT_FDCWD, "/proc/self/exe", argv, envp, 0) == 45, "/proc/self/exe is the guest's program");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (getenv("AS_FERRY"))
        return as_ferry(argv);
    char root[] = "/var/tmp/ferry-exec-XXXXXX";
    if (!mkdtemp(root) || chdir(root))
        return tap_ok(false, "a folder to work in"), tap_done();
    test_programs();
    test_scripts();
    fflush(stdout);
    test_execution();
    test_reentry();
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command) ? 1 : tap_done();
}
