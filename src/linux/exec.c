/* execve(2) for the guest. Nothing is registered with the kernel: a guest program is executed by executing Ferry with its
 * path. */
#include "linux/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/calls.h"

enum { SCRIPT_LINE = 256, MOST_SCRIPTS = 5 }; /* BINPRM_BUF_SIZE and exec_binprm's limit in the kernel */
static const char own_program[] = "/proc/self/exe";

/* `format` is for an int and a string. */
static const char *format_in(struct arena *memory, const char *format, int fd, const char *path)
{
    size_t size = strlen(format) + strlen(path) + 16;
    char *text = arena_alloc(memory, size);
    snprintf(text, size, format, fd, path);
    return text;
}

/* ---- permissions ----------------------------------------------------------------------------------------------------------- */

static int check_permission(const struct executable *e)
{
    struct stat status;
    if (fstatat(e->dirfd, e->path, &status, e->flags) < 0)
        return -errno;
    if (S_ISLNK(status.st_mode))
        return -ELOOP;
    if (!S_ISREG(status.st_mode))
        return -EACCES;
    return faccessat(e->dirfd, e->path, X_OK, AT_EACCESS | e->flags) < 0 ? -errno : 0;
}

/* For reading; negative if it may only be executed. */
static int open_executable(const struct executable *e)
{
    char link[32];
    if (*e->path)
        return openat(e->dirfd, e->path, O_RDONLY | O_CLOEXEC);
    snprintf(link, sizeof link, "/proc/self/fd/%d", e->dirfd);
    return open(link, O_RDONLY | O_CLOEXEC);
}

/* ---- scripts --------------------------------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Cuts a #! line into the interpreter and its one argument (NULL: none), as fs/binfmt_script.c does. `line` has SCRIPT_LINE
 * bytes, zeros where the file ended. */
static bool parse_script(char *line, char **interpreter, char **argument)
{
    char *end = memchr(line, '\n', SCRIPT_LINE), *last = line + SCRIPT_LINE - 1;
    bool cut = !end && *last; /* the line goes on, so its first word must have ended */
    if (!end)
        end = cut ? last : line + strnlen(line, SCRIPT_LINE);
    while (end > line && is_blank(end[-1]))
        end--;
    *end = 0;
    char *word = line + 2;
    while (is_blank(*word))
        word++;
    char *rest = word + strcspn(word, " \t");
    if (rest == word || (cut && !*rest))
        return false;
    while (is_blank(*rest))
        *rest++ = 0;
    *interpreter = word;
    *argument = *rest ? rest : NULL;
    return true;
}

static char **script_arguments(struct arena *memory, char *interpreter, char *argument, const char *script, char **argv)
{
    size_t count = 0, n = 0;
    while (argv[count])
        count++;
    char **result = arena_alloc(memory, (count + 4) * sizeof *result);
    result[n++] = interpreter;
    if (argument)
        result[n++] = argument;
    result[n++] = strcpy(arena_alloc(memory, strlen(script) + 1), script);
    for (size_t i = 1; i < count; i++)
        result[n++] = argv[i];
    result[n] = NULL;
    return result;
}

static bool closes_on_exec(int fd) { return fd != AT_FDCWD && fcntl(fd, F_GETFD) & FD_CLOEXEC; }

/* Makes the script's interpreter what is executed. */
static int follow_script(const struct process *p, struct executable *e, const char *head, struct arena *memory)
{
    char *line = memcpy(arena_alloc(memory, SCRIPT_LINE), head, SCRIPT_LINE), *interpreter, *argument;
    if (!parse_script(line, &interpreter, &argument))
        return -ENOEXEC;
    if (closes_on_exec(e->dirfd))
        return -ENOENT; /* the interpreter could not open it */
    const char *exe = proc_exe_link(p, AT_FDCWD, interpreter);
    e->argv = script_arguments(memory, interpreter, argument, e->name, e->argv);
    e->dirfd = AT_FDCWD;
    e->path = exe ? exe : path_to_host(p, interpreter, arena_alloc(memory, PATH_MAX));
    e->flags = 0;
    e->name = interpreter;
    return 0;
}

/* Finds out the guest of the open file; a guest program must have its interpreter. */
static int identify(const struct process *p, struct executable *e, int fd)
{
    int status;
    e->guest = elf_identify(fd, e->reason, sizeof e->reason, &status);
    if (!e->guest)
        return 0;
    struct elf_image *image = must_alloc(sizeof *image);
    char path[PATH_MAX];
    int error = elf_check(fd, e->guest, image, e->reason, sizeof e->reason) ? 0 : -ENOEXEC;
    memcpy(e->interpreter, image->interpreter, sizeof e->interpreter);
    free(image);
    if (!error && *e->interpreter && access(path_to_host(p, e->interpreter, path), F_OK) < 0)
        error = -errno;
    return error;
}

int exec_resolve(const struct process *p, struct executable *e, struct arena *memory)
{
    e->guest = NULL;
    snprintf(e->reason, sizeof e->reason, "cannot be read");
    *e->interpreter = 0;
    for (unsigned scripts = 0; scripts <= MOST_SCRIPTS; scripts++) {
        char head[SCRIPT_LINE] = { 0 };
        int error = check_permission(e);
        if (error)
            return error;
        int fd = open_executable(e);
        if (fd < 0)
            return 0; /* the kernel can execute what we cannot read */
        if (pread(fd, head, sizeof head, 0) < 0 || head[0] != '#' || head[1] != '!') {
            error = identify(p, e, fd);
            close(fd);
            return error;
        }
        close(fd);
        error = follow_script(p, e, head, memory);
        if (error)
            return error;
    }
    return -ELOOP;
}

/* ---- execve ---------------------------------------------------------------------------------------------------------------- */

/* The host's execve: on a guest thread it hands on the guest's signal mask. */
static int execute(long number, const uint64_t arguments[6])
{
    struct task *task = current_task();
    if (task)
        before_the_end(task);
    return (int)(task ? signals_execute(task, number, arguments) : host_call(number, arguments));
}

/* A path by which Ferry, newly executed, finds the file: descriptors may close by then. */
static const char *lasting_path(const struct executable *e, struct arena *memory)
{
    if (e->dirfd == AT_FDCWD || *e->path == '/')
        return e->path;
    struct stat wanted, found;
    char link[32], *path = arena_alloc(memory, PATH_MAX);
    int fd = *e->path ? openat(e->dirfd, e->path, O_PATH | O_CLOEXEC) : dup(e->dirfd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    bool reachable = length > 0 && !fstat(fd, &wanted) && !stat(path, &found) && wanted.st_dev == found.st_dev
        && wanted.st_ino == found.st_ino;
    close(fd);
    if (reachable)
        return path;
    /* No name leads to it: a memfd, or deleted. A descriptor that closes is replaced by one that does not. */
    return format_in(memory, "/proc/self/fd/%d%s", closes_on_exec(e->dirfd) ? dup(e->dirfd) : e->dirfd, "");
}

static int execute_guest(const struct process *p, const struct executable *e, char **envp, struct arena *memory)
{
    const struct linux_options *options = p->options;
    size_t count = 0, n = 0;
    while (e->argv[count])
        count++;
    const char **argv = arena_alloc(memory, (options->own_argument_count + count + 6) * sizeof *argv);
    argv[n++] = program_invocation_name;
    for (unsigned i = 0; i < options->own_argument_count; i++)
        argv[n++] = options->own_arguments[i];
    argv[n++] = "-0";
    argv[n++] = count ? e->argv[0] : "";
    argv[n++] = "--";
    argv[n++] = lasting_path(e, memory);
    for (size_t i = 1; i < count; i++)
        argv[n++] = e->argv[i];
    argv[n] = NULL;
    return execute(SYS_execve, (const uint64_t[6]){ (uint64_t)own_program, (uint64_t)argv, (uint64_t)envp });
}

int linux_exec(const struct process *p, int dirfd, const char *path, char **argv, char **envp, int flags, struct arena *memory)
{
    if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
        return -EINVAL;
    if (!*path && !(flags & AT_EMPTY_PATH))
        return -ENOENT;
    const char *exe = proc_exe_link(p, dirfd, path);
    struct executable e = { .dirfd = dirfd, .path = path, .flags = flags, .name = path, .argv = argv };
    if (exe)
        e.path = exe;
    else if (*path == '/')
        e.path = path_to_host(p, path, arena_alloc(memory, PATH_MAX));
    if (*path == '/')
        e.dirfd = AT_FDCWD;
    else if (dirfd != AT_FDCWD)
        e.name = format_in(memory, *path ? "/dev/fd/%d/%s" : "/dev/fd/%d%s", dirfd, path);

    int result = exec_resolve(p, &e, memory);
    if (result)
        return result;
    if (e.guest)
        return execute_guest(p, &e, envp, memory);
    return execute(SYS_execveat, (const uint64_t[6]){ (uint64_t)e.dirfd, (uint64_t)e.path, (uint64_t)e.argv, (uint64_t)envp,
                                                      (uint64_t)e.flags });
}
