/* The files of /proc that would show Ferry instead of the guest: made anew each time they are opened, as a memory file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "linux/abi.h"
#include "linux/linux.h"

enum { NAME_COLUMN = 73 }; /* of a file's name in maps */

/* Writes a file's content. `path` is the host's file of that name. */
typedef void writer(FILE *out, struct process *p, const char *path);

/* ---- maps, smaps ----------------------------------------------------------------------------------------------------------- */

struct listing {
    FILE *out;
    const struct process *p;
};

static void write_escaped(FILE *out, const char *name)
{
    for (; *name; name++)
        if (*name == '\n')
            fputs("\\012", out);
        else
            fputc(*name, out);
}

static void write_protection(FILE *out, int protection, char sharing)
{
    fprintf(out, "%c%c%c%c", protection & PROT_READ ? 'r' : '-', protection & PROT_WRITE ? 'w' : '-',
            protection & PROT_EXEC ? 'x' : '-', sharing);
}

static void write_mapping(void *listing, const struct mapping *m)
{
    const struct listing *l = listing;
    FILE *out = l->out;
    int column = fprintf(out, "%08llx-%08llx ", (unsigned long long)m->start, (unsigned long long)m->end);
    write_protection(out, m->protection, (m->flags & MAP_TYPE) == MAP_PRIVATE ? 'p' : 's');
    column += 4 + fprintf(out, " %08llx %02x:%02x %llu ", (unsigned long long)(m->inode ? m->offset : 0), major(m->device),
                          minor(m->device), (unsigned long long)m->inode);
    if (m->name) {
        fprintf(out, "%*s", column < NAME_COLUMN ? NAME_COLUMN - column : 0, "");
        write_escaped(out, path_to_guest(l->p->options, m->name));
    }
    fputc('\n', out);
}

static void write_maps(FILE *out, struct process *p, const char *path UNUSED)
{
    mm_each(p->mm, write_mapping, &(struct listing){ .out = out, .p = p });
}

/* The host counts the pages; of its list the guest's mappings are kept, with the guest's protection. */
static void write_smaps(FILE *out, struct process *p, const char *path)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    bool kept = false;
    while (in && getline(&line, &size, in) > 0) {
        unsigned long long start, end;
        char sharing;
        int rest;
        bool heading = sscanf(line, "%llx-%llx %*1c%*1c%*1c%c%n", &start, &end, &sharing, &rest) == 3;
        if (!heading) {
            if (kept)
                fputs(line, out);
            continue;
        }
        int protection = mm_protection(p->mm, start);
        kept = protection >= 0;
        if (!kept)
            continue;
        char *name = strchr(line + rest, '/');
        fprintf(out, "%08llx-%08llx ", start, end);
        write_protection(out, protection, sharing);
        fprintf(out, "%.*s%s", (int)(name ? name - line - rest : INT_MAX), line + rest,
                name ? path_to_guest(p->options, name) : "");
    }
    free(line);
    if (in)
        fclose(in);
}

/* ---- what lies in guest memory --------------------------------------------------------------------------------------------- */

/* The kernel copies, so that a range that is not there is an end, not a fault. */
static void write_memory(FILE *out, uint64_t start, uint64_t end)
{
    while (start < end) {
        ssize_t written = write(fileno(out), (const void *)(uintptr_t)start, end - start);
        if (written <= 0)
            return;
        start += written;
    }
}

static void write_cmdline(FILE *out, struct process *p, const char *path UNUSED)
{
    write_memory(out, p->arguments_start, p->arguments_end);
}

static void write_environ(FILE *out, struct process *p, const char *path UNUSED)
{
    write_memory(out, p->environment_start, p->environment_end);
}

static void write_auxv(FILE *out, struct process *p, const char *path UNUSED) { write_memory(out, p->auxv_start, p->auxv_end); }

/* ---- stat, cpuinfo --------------------------------------------------------------------------------------------------------- */

/* proc(5) numbers the fields from 1; the third follows the name in parentheses. */
static bool guest_field(const struct process *p, unsigned field, uint64_t *value)
{
    switch (field) {
    case 26: *value = p->code_start; return true;
    case 27: *value = p->code_end; return true;
    case 28: *value = p->stack_start; return true;
    case 29: case 30: *value = 0; return true; /* stack pointer and pc */
    case 45: case 46: *value = p->code_end; return true;
    case 47: *value = p->brk_start; return true;
    case 48: *value = p->arguments_start; return true;
    case 49: *value = p->arguments_end; return true;
    case 50: *value = p->environment_start; return true;
    case 51: *value = p->environment_end; return true;
    default: return false;
    }
}

static void write_stat(FILE *out, struct process *p, const char *path)
{
    char text[2048];
    FILE *in = fopen(path, "re");
    if (!in)
        return;
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    char *rest = strrchr(text, ')');
    if (!rest)
        return;
    *rest++ = 0;
    fprintf(out, "%s)", text);
    unsigned field = 3;
    for (char *save, *word = strtok_r(rest, " \n", &save); word; word = strtok_r(NULL, " \n", &save), field++) {
        uint64_t value;
        if (guest_field(p, field, &value))
            fprintf(out, " %llu", (unsigned long long)value);
        else
            fprintf(out, " %s", word);
    }
    fputc('\n', out);
}

static void write_cpuinfo(FILE *out, struct process *p, const char *path UNUSED)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    for (long i = 0; i < count; i++)
        p->abi->print_cpu(out, (unsigned)i);
}

/* ---- which file ------------------------------------------------------------------------------------------------------------ */

static const struct proc_file {
    const char *name;
    bool of_process;   /* in the process's folder, not in /proc itself */
    writer *write;     /* NULL: the link to the program */
} proc_files[] = {
    { "exe",     true,  NULL          },
    { "maps",    true,  write_maps    },
    { "smaps",   true,  write_smaps   },
    { "cmdline", true,  write_cmdline },
    { "environ", true,  write_environ },
    { "auxv",    true,  write_auxv    },
    { "stat",    true,  write_stat    },
    { "cpuinfo", false, write_cpuinfo },
};

static const struct proc_file *file_named(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    for (unsigned i = 0; i < COUNT_OF(proc_files); i++)
        if (!strcmp(proc_files[i].name, name))
            return &proc_files[i];
    return NULL;
}

/* Makes an absolute path of it without "." and "..", in `out` of PATH_MAX bytes. False if it is too long, or goes up from one of
 * the links to directories that /proc has. */
static bool normalise(int dirfd, const char *path, char *out)
{
    char whole[PATH_MAX] = "", link[40] = "/proc/self/cwd";
    if (*path != '/') {
        if (dirfd != AT_FDCWD)
            snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
        ssize_t length = readlink(link, whole, sizeof whole - 2);
        if (length <= 0)
            return false;
        whole[length] = '/';
    }
    size_t used = strlen(whole), length = 0;
    if (used + strlen(path) >= sizeof whole)
        return false;
    strcpy(whole + used, path);
    for (char *save, *part = strtok_r(whole, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
        if (!strcmp(part, "."))
            continue;
        if (strcmp(part, "..")) {
            length += snprintf(out + length, PATH_MAX - length, "/%s", part);
            continue;
        }
        while (length && out[--length] != '/')
            ;
        if (!strncmp(out + length, "/cwd", 4) || !strncmp(out + length, "/root", 5))
            return false;
        out[length] = 0;
    }
    out[length] = 0;
    return true;
}

/* If `path` goes on with the number `wanted` (0: any number), the rest. */
static const char *after_number(const char *path, unsigned long wanted)
{
    char *rest;
    if (*path < '0' || *path > '9')
        return NULL;
    unsigned long number = strtoul(path, &rest, 10);
    return !wanted || number == wanted ? rest : NULL;
}

static const char *after_word(const char *path, const char *word)
{
    size_t length = strlen(word);
    return strncmp(path, word, length) ? NULL : path + length;
}

/* The guest's version of the file, or NULL if the host's is right. `normal` of PATH_MAX bytes is set to its path. */
static const struct proc_file *find_file(int dirfd, const char *path, char *normal)
{
    const struct proc_file *file = file_named(path);
    if (!file || !normalise(dirfd, path, normal))
        return NULL;
    const char *rest = after_word(normal, "/proc/"), *next;
    if (!rest)
        return NULL;
    if (!file->of_process)
        return strcmp(rest, file->name) ? NULL : file;
    if ((next = after_word(rest, "self/")) || (next = after_word(rest, "thread-self/")))
        rest = next;
    else if ((next = after_number(rest, (unsigned long)getpid())) && *next == '/')
        rest = next + 1;
    else
        return NULL;
    if ((next = after_word(rest, "task/"))) {
        next = after_number(next, 0);
        if (!next || *next != '/' || access(normal, F_OK) < 0)
            return NULL;
        rest = next + 1;
    }
    return strcmp(rest, file->name) ? NULL : file;
}

static int make_file(struct process *p, const struct proc_file *file, const char *path, int flags)
{
    char link[32];
    int memory = memfd_create(file->name, MFD_CLOEXEC);
    FILE *out = memory < 0 ? NULL : fdopen(memory, "w");
    if (!out) {
        if (memory >= 0)
            close(memory);
        return -ENOMEM;
    }
    file->write(out, p, path);
    fflush(out);
    snprintf(link, sizeof link, "/proc/self/fd/%d", memory);
    int fd = open(link, O_RDONLY | (flags & (O_CLOEXEC | O_NONBLOCK)));
    int error = fd < 0 ? -errno : 0;
    fclose(out);
    return error ? error : fd;
}

int proc_open(struct process *p, int dirfd, const char *path, int flags)
{
    char normal[PATH_MAX];
    const struct proc_file *file = find_file(dirfd, path, normal);
    if (!file)
        return INT_MIN;
    if (flags & O_DIRECTORY)
        return -ENOTDIR;
    if (!file->write) {
        if (flags & O_NOFOLLOW && !(flags & O_PATH))
            return -ELOOP;
        int fd = open(p->exe, flags & ~(O_CREAT | O_EXCL));
        return fd < 0 ? -errno : fd;
    }
    if ((flags & O_ACCMODE) != O_RDONLY)
        return -EACCES;
    return make_file(p, file, normal, flags);
}

const char *proc_exe_link(const struct process *p, int dirfd, const char *path)
{
    char normal[PATH_MAX];
    const struct proc_file *file = find_file(dirfd, path, normal);
    return file && !file->write ? p->exe : NULL;
}
