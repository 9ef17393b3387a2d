/* From a file to a guest process that runs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/abi.h"
#include "linux/exec.h"
#include "linux/keep.h"
#include "linux/stack.h"
#include "linux/vdso.h"

enum { USAGE_ERROR = 1, NOT_FOUND = 127, NOT_EXECUTABLE = 126, REASON_SIZE = 512 };
enum { DEFAULT_STACK = 8 << 20, SMALLEST_STACK = 128 << 10 };

/* What a guest may have; Ferry and all that the host places by itself are above. */
static const uint64_t guest_lowest = 0x10000, guest_highest = 0x500000000000, smallest_space = UINT64_C(1) << 30;
static const uint64_t largest_stack = UINT64_C(1) << 40;
static const uint64_t brk_random_range = UINT64_C(32) << 20;

static void code_changed(void *process, uint64_t start, uint64_t end)
{
    const struct process *p = process;
    if (p->engine)
        engine_invalidate(p->engine, start, end);
}

NORETURN static void cannot_run(const char *path, int error)
{
    die(error == ENOENT || error == ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE, "%s: %s", path, strerror(error));
}

/* Finds out what the file is that the user named; a script stands for its interpreter. The guest or, with a message, not at all.
 * */
static const struct guest *resolve(const struct process *p, struct executable *e, struct arena *memory)
{
    struct stat status;
    const char *given = e->path;
    if (!stat(given, &status) && S_ISDIR(status.st_mode))
        cannot_run(given, EISDIR);
    int error = -exec_resolve(p, e, memory);
    bool script = e->path != given;
    if (error == ENOENT && e->guest)
        die(NOT_FOUND, "%s: its interpreter %s does not exist; -L names the directory below which it is looked for", e->path,
            e->interpreter);
    if (error == ENOEXEC && e->guest)
        die(NOT_EXECUTABLE, "%s: %s", e->path, e->reason);
    if (error == ENOEXEC)
        die(NOT_EXECUTABLE, "%s: a script whose first line names no interpreter", given);
    if (error && script)
        die(error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE, "%s: its interpreter %s: %s", given, e->path, strerror(error));
    if (error)
        cannot_run(given, error);
    if (!e->guest && script)
        die(NOT_EXECUTABLE, "%s: its interpreter %s: %s", given, e->path, e->reason);
    if (!e->guest)
        die(NOT_EXECUTABLE, "%s: %s", given, e->reason);
    return e->guest;
}

/* Maps the program, or its interpreter. */
static void map_image(struct process *p, const char *path, const struct guest *guest, struct elf_image *image)
{
    char reason[REASON_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC), status;
    if (fd < 0)
        cannot_run(path, errno);
    const struct guest *found = elf_identify(fd, reason, sizeof reason, &status);
    if (found && found != guest)
        die(NOT_EXECUTABLE, "%s: built for %s, unlike the program that needs it", path, found->name);
    if (!found || !elf_map(p->mm, fd, guest, image, reason, sizeof reason))
        die(NOT_EXECUTABLE, "%s: %s", path, reason);
    close(fd);
}

static void map_vdso(struct process *p, const struct abi *abi)
{
    int64_t page = mm_map(p->mm, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, "[vdso]");
    if (page < 0)
        die(NOT_EXECUTABLE, "no memory: %s", strerror((int)-page));
    uint32_t code[VDSO_MOST_FUNCTIONS] = { 0 };
    vdso_write(abi, (uint8_t *)(uintptr_t)page, code);
    p->vdso = (uint64_t)page;
    for (unsigned i = 0; i < VDSO_MOST_FUNCTIONS; i++)
        p->vdso_code[i] = p->vdso + code[i];
    mm_protect(p->mm, page, PAGE_SIZE, PROT_READ | PROT_EXEC);
}

static uint64_t stack_size(const struct linux_options *options)
{
    struct rlimit limit;
    uint64_t size = options->stack_size;
    if (!size)
        size = getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur > largest_stack ? DEFAULT_STACK : limit.rlim_cur;
    return align_up(size < SMALLEST_STACK ? SMALLEST_STACK : size > largest_stack ? largest_stack : size, PAGE_SIZE);
}

static char *absolute_path(const char *path)
{
    char *absolute = realpath(path, NULL);
    if (absolute)
        return absolute;
    char target[PATH_MAX]; /* the link of a descriptor to a file without a name */
    ssize_t length = readlink(path, target, sizeof target - 1);
    return length > 0 ? strndup(target, (size_t)length) : strdup(path);
}

static void name_process(const char *path)
{
    const char *slash = strrchr(path, '/');
    prctl(PR_SET_NAME, slash ? slash + 1 : path);
}

/* Fills guest memory and the process; gives where the first thread begins. */
static void load(struct process *p, const char *path, uint64_t *entry, uint64_t *stack_pointer)
{
    const struct abi *abi = p->abi;
    char buffer[PATH_MAX];
    struct elf_image image = { 0 }, interpreter = { 0 };
    uint64_t size = stack_size(p->options), top = mm_map_stack(p->mm, size);
    if (!top)
        die(NOT_EXECUTABLE, "%s: no memory for a stack of %llu bytes", path, (unsigned long long)size);
    map_image(p, path, abi->guest, &image);
    if (image.interpreter[0])
        map_image(p, path_to_host(p, image.interpreter, buffer), abi->guest, &interpreter);
    if (image.executable_stack)
        mm_protect(p->mm, top - size, size, PROT_READ | PROT_WRITE | PROT_EXEC);
    map_vdso(p, abi);
    p->brk_start = image.brk + mm_random(p->mm, brk_random_range);
    mm_set_brk(p->mm, p->brk_start);

    struct stack_content content = { .abi = abi, .image = &image, .interpreter_base = interpreter.bias, .argv = p->argv,
                                     .file_name = path_to_guest(p->options, path), .envp = p->options->guest_environment };
    *stack_pointer = stack_build(p, &content, top - size, top);
    if (!*stack_pointer)
        die(NOT_EXECUTABLE, "%s: arguments and environment do not fit on the stack of %llu bytes", path,
            (unsigned long long)size);
    p->code_start = image.code_start;
    p->code_end = image.code_end;
    *entry = image.interpreter[0] ? interpreter.entry : image.entry;
}

/* The -cpu option. */
static void choose_processor(const struct abi *abi, const char *model)
{
    if (model && !strcmp(model, "help")) {
        puts("Guest processors:");
        for (unsigned i = 0; abi->processors[i]; i++)
            printf("  %s\n", abi->processors[i]);
        exit(0);
    }
    bool known = !model;
    for (unsigned i = 0; abi->processors[i] && !known; i++)
        known = !strcmp(abi->processors[i], model);
    if (!known)
        die(USAGE_ERROR, "-cpu: there is no processor '%s'; '-cpu help' lists them", model);
}

static uint64_t highest_address(const struct abi *abi, const struct linux_options *options)
{
    uint64_t highest = abi->highest_address ? abi->highest_address : guest_highest;
    if (!options->reserved_size || options->reserved_size > highest)
        return highest;
    if (options->reserved_size < smallest_space)
        die(USAGE_ERROR, "-R: the guest's address space cannot be smaller than %llu bytes", (unsigned long long)smallest_space);
    return align_down(options->reserved_size, PAGE_SIZE);
}

/* Runs the process's first thread. When that ends the process goes on with its others. */
static int run(struct process *p, uint64_t entry, uint64_t stack_pointer)
{
    struct thread *thread = engine_thread_new(p->engine, NULL);
    struct task *task = task_new(p, thread);
    if (p->abi->calls->begin)
        p->abi->calls->begin(&thread->context);
    thread->environment = task;
    thread->context.pc = entry;
    thread->context.slot[p->abi->guest->layout->stack_pointer] = stack_pointer;
    signals_init(p);
    signals_thread_init(task);
    engine_run(thread);
    return (int)syscall(SYS_exit, 0);
}

int linux_run(const struct linux_options *options, const char *path, char **argv)
{
    struct process *p = must_zalloc(sizeof *p);
    struct arena memory = { 0 }; /* what is in it lives as long as the process */
    pthread_mutex_init(&p->lock, NULL);
    p->options = options;
    struct executable program = { .dirfd = AT_FDCWD, .path = path, .name = path, .argv = argv };
    if (options->argv0)
        argv[0] = strdup(options->argv0);
    p->abi = abi_for(resolve(p, &program, &memory));
    choose_processor(p->abi, options->cpu_model);
    p->exe = absolute_path(program.path);
    struct keep keep = options->keep ? keep_for(p->exe, p->abi->guest->name) : (struct keep){ 0 };
    p->keep_file = keep.file;
    p->mm = mm_new(guest_lowest, highest_address(p->abi, options), keep.seed, code_changed, p);
    p->exe_guest = strdup(path_to_guest(options, p->exe));
    p->argv = program.argv;

    uint64_t entry, stack_pointer;
    load(p, program.path, &entry, &stack_pointer);
    name_process(path);

    struct engine_config config = *options->engine;
    config.guest = p->abi->guest;
    config.environment = &linux_environment;
    config.keep = keep.file;
    config.keep_key = keep.key;
    p->engine = engine_new(&config);
    return run(p, entry, stack_pointer);
}
