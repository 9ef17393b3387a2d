/* Guest paths and the sysroot. The kernel resolves what is below the sysroot as if that were the root directory, so that absolute
 * symbolic links and ".." stay inside. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/linux.h"

static int open_below(int root, const char *path, unsigned flags, unsigned resolve)
{
    struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags, .resolve = resolve };
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static bool is_missing(int error) { return error == ENOENT || error == ENOTDIR; }

/* Path of an open file, in `buffer` of PATH_MAX bytes; NULL if it has none. */
static const char *path_of(int fd, char *buffer)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    if (length <= 0)
        return NULL;
    buffer[length] = 0;
    return buffer;
}

/* The kernel's own trees, and the place where programs hand each other files, are the host's whatever the sysroot has there. */
static bool is_shared(const char *path)
{
    static const char *const shared[] = { "/proc", "/sys", "/dev", "/tmp" };
    for (unsigned i = 0; i < COUNT_OF(shared); i++) {
        size_t length = strlen(shared[i]);
        if (!strncmp(path, shared[i], length) && (!path[length] || path[length] == '/'))
            return true;
    }
    return false;
}

/* `flags`: O_NOFOLLOW or 0. */
static const char *translate(const char *sysroot, const char *path, unsigned flags, char *buffer)
{
    const char *relative = path + strspn(path, "/");
    if (!*relative)
        relative = ".";
    int length = snprintf(buffer, PATH_MAX, "%s/%s", sysroot, relative);
    int root = open(sysroot, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (length >= PATH_MAX || root < 0) {
        if (root >= 0)
            close(root);
        return path;
    }
    const char *result = buffer;
    int found = open_below(root, relative, flags, RESOLVE_BENEATH);
    if (found < 0 && errno == EXDEV) { /* a link or ".." leads out */
        found = open_below(root, relative, flags, RESOLVE_IN_ROOT);
        if (found >= 0)
            result = path_of(found, buffer);
    } else if (found < 0 && errno == ENOSYS) {
        errno = faccessat(AT_FDCWD, buffer, F_OK, flags ? AT_SYMLINK_NOFOLLOW : 0) < 0 ? errno : 0;
    }
    if (found >= 0)
        close(found);
    else if (is_missing(errno))
        result = path;
    close(root);
    return result ? result : path;
}

static bool is_below(const struct process *p, const char *path)
{
    return p->options->sysroot && *path == '/' && !is_shared(path);
}

const char *path_to_host(const struct process *p, const char *path, char *buffer)
{
    return is_below(p, path) ? translate(p->options->sysroot, path, 0, buffer) : path;
}

const char *path_link_to_host(const struct process *p, const char *path, char *buffer)
{
    return is_below(p, path) ? translate(p->options->sysroot, path, O_NOFOLLOW, buffer) : path;
}

const char *path_to_guest(const struct linux_options *options, const char *path)
{
    if (!options->sysroot)
        return path;
    size_t length = strlen(options->sysroot);
    while (length && options->sysroot[length - 1] == '/')
        length--;
    if (strncmp(path, options->sysroot, length) || (path[length] && path[length] != '/'))
        return path;
    const char *inside = path[length] ? path + length : "/";
    return is_shared(inside) ? path : inside; /* there the guest would find the host's file */
}
