/* Paths below a sysroot. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/linux.h"
#include "tap.h"

static void make_file(const char *root, const char *path)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    close(open(whole, O_CREAT | O_WRONLY, 0644));
}

static void make_link(const char *root, const char *target, const char *path)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    if (symlink(target, whole) < 0)
        perror(whole);
}

static void make_folder(const char *root, const char *path)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    mkdir(whole, 0755);
}

/* `wanted` is below the sysroot if it begins with '+'. */
static void check(const struct process *p, const char *path, const char *wanted, bool follow)
{
    char buffer[PATH_MAX], expected[PATH_MAX];
    const char *found = follow ? path_to_host(p, path, buffer) : path_link_to_host(p, path, buffer);
    snprintf(expected, sizeof expected, "%s%s", *wanted == '+' ? p->options->sysroot : "", *wanted == '+' ? wanted + 1 : wanted);
    tap_ok(!strcmp(found, expected), "%s%s is %s (%s)", path, follow ? "" : " itself", wanted, found);
}

int main(void)
{
    char root[] = "/var/tmp/ferry-path-XXXXXX";
    if (!mkdtemp(root))
        return tap_ok(false, "a folder to work in"), tap_done();
    make_folder(root, "/usr");
    make_folder(root, "/usr/lib");
    make_folder(root, "/etc");
    make_folder(root, "/proc");
    make_file(root, "/usr/lib/libc.so.6");
    make_link(root, "usr/lib", "/lib");
    make_link(root, "/usr/lib", "/lib64");
    make_link(root, "/usr/lib/libc.so.6", "/etc/libc");
    make_link(root, "/nowhere", "/etc/dangling");
    make_link(root, "loop", "/etc/loop");

    struct linux_options options = { .sysroot = root };
    struct process p = { .options = &options };
    check(&p, "/usr/lib/libc.so.6", "+/usr/lib/libc.so.6", true);
    check(&p, "/lib/libc.so.6", "+/lib/libc.so.6", true);
    check(&p, "/lib64/libc.so.6", "+/usr/lib/libc.so.6", true);
    check(&p, "/etc/libc", "+/usr/lib/libc.so.6", true);
    check(&p, "/etc/libc", "+/etc/libc", false);
    check(&p, "/lib64", "+/lib64", false);
    check(&p, "/etc/dangling", "/etc/dangling", true);
    check(&p, "/etc/dangling", "+/etc/dangling", false);
    check(&p, "/etc/loop", "+/etc/loop", true);
    check(&p, "/usr/../../../etc/libc", "+/usr/lib/libc.so.6", true);
    check(&p, "/usr/lib/none", "/usr/lib/none", true);
    check(&p, "/usr/lib/libc.so.6/none", "/usr/lib/libc.so.6/none", true);
    check(&p, "//usr///lib", "+/usr///lib", true);
    check(&p, "/", "+/.", true);
    check(&p, "/proc", "/proc", true);
    check(&p, "/process", "/process", true);
    check(&p, "usr/lib", "usr/lib", true);
    check(&p, "", "", true);

    char inside[PATH_MAX];
    snprintf(inside, sizeof inside, "%s/usr/lib", root);
    tap_ok(!strcmp(path_to_guest(&options, inside), "/usr/lib") && !strcmp(path_to_guest(&options, root), "/")
               && !strcmp(path_to_guest(&options, "/var/tmp"), "/var/tmp"), "back to the guest's view");
    snprintf(inside, sizeof inside, "%s/tmp/x", root);
    tap_ok(!strcmp(path_to_guest(&options, inside), inside), "not into a tree that is the host's");
    snprintf(inside, sizeof inside, "%s/usr/lib", root);
    strcat(inside, "x");
    options.sysroot = inside;
    check(&p, "/usr", "/usr", true);
    options.sysroot = NULL;
    check(&p, "/usr/lib/libc.so.6", "/usr/lib/libc.so.6", true);

    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command) ? 1 : tap_done();
}
