/* From a file to a guest process that runs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/linux.h"
#include "linux/abi.h"
#include "linux/stack.h"

enum { NOT_FOUND = 127, NOT_EXECUTABLE = 126, REASON_SIZE = 512 };
enum { DEFAULT_STACK = 8 << 20, SMALLEST_STACK = 128 << 10 };

/* What a guest may have; Ferry and all that the host places by itself are above. */
static const uint64_t guest_lowest = 0x10000, guest_highest = 0x500000000000;
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

/* Opens a file that is to be executed. */
static int open_program(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        cannot_run(path, errno);
    if (S_ISDIR(status.st_mode))
        cannot_run(path, EISDIR);
    if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
        cannot_run(path, EACCES);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        cannot_run(path, errno);
    return fd;
}

static const struct guest *identify(const char *path, int fd)
{
    char reason[REASON_SIZE];
    int status;
    const struct guest *guest = elf_identify(fd, reason, sizeof reason, &status);
    if (!guest)
        die(status, "%s: %s", path, reason);
    return guest;
}

static void map_program(struct process *p, const char *path, int fd, const struct guest *guest, struct elf_image *image)
{
    char reason[REASON_SIZE];
    if (!elf_map(p->mm, fd, guest, image, reason, sizeof reason))
        die(NOT_EXECUTABLE, "%s: %s", path, reason);
}

/* Maps the interpreter of the program at `path`. */
static void map_interpreter(struct process *p, const char *path, const struct elf_image *program, struct elf_image *interpreter)
{
    char buffer[PATH_MAX], reason[REASON_SIZE];
    const char *host_path = path_to_host(p, program->interpreter, buffer);
    int fd = open(host_path, O_RDONLY | O_CLOEXEC), status;
    if (fd < 0 && errno == ENOENT)
        die(NOT_FOUND, "%s: its interpreter %s does not exist; give the directory that has it by -L", path, program->interpreter);
    if (fd < 0)
        die(NOT_EXECUTABLE, "%s: interpreter %s: %s", path, host_path, strerror(errno));
    const struct guest *guest = elf_identify(fd, reason, sizeof reason, &status);
    if (guest && guest != program->guest)
        die(NOT_EXECUTABLE, "%s: its interpreter %s is built for %s", path, host_path, guest->name);
    if (!guest || !elf_map(p->mm, fd, guest, interpreter, reason, sizeof reason))
        die(NOT_EXECUTABLE, "%s: interpreter %s: %s", path, host_path, reason);
    close(fd);
}

/* The kernel gives these out as part of its vDSO. */
static void map_signal_return(struct process *p, const struct abi *abi)
{
    int64_t page = mm_map(p->mm, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, "[vdso]");
    if (page < 0)
        die(NOT_EXECUTABLE, "no memory: %s", strerror((int)-page));
    memcpy((void *)(uintptr_t)page, abi->signal_return, abi->signal_return_size);
    mm_protect(p->mm, page, PAGE_SIZE, PROT_READ | PROT_EXEC);
    p->signal_return = page;
}

static uint64_t stack_size(const struct linux_options *options)
{
    struct rlimit limit;
    uint64_t size = options->stack_size;
    if (!size)
        size = getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur > largest_stack ? DEFAULT_STACK : limit.rlim_cur;
    return align_up(size < SMALLEST_STACK ? SMALLEST_STACK : size > largest_stack ? largest_stack : size, PAGE_SIZE);
}

static char *absolute_path(const char *path, int fd)
{
    char link[32], target[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length <= 0)
        return strdup(path);
    target[length] = 0;
    return strdup(target);
}

static void name_process(const char *path)
{
    const char *slash = strrchr(path, '/');
    prctl(PR_SET_NAME, slash ? slash + 1 : path);
}

/* Fills guest memory and the process; gives where the first thread begins. */
static void load(struct process *p, const char *path, int fd, const struct guest *guest, uint64_t *entry, uint64_t *stack_pointer)
{
    const struct abi *abi = abi_for(guest);
    struct elf_image image = { 0 }, interpreter = { 0 };
    uint64_t size = stack_size(p->options), top = mm_map_stack(p->mm, size);
    if (!top)
        die(NOT_EXECUTABLE, "%s: no memory for a stack of %llu bytes", path, (unsigned long long)size);
    map_program(p, path, fd, guest, &image);
    if (image.interpreter[0])
        map_interpreter(p, path, &image, &interpreter);
    if (image.executable_stack)
        mm_protect(p->mm, top - size, size, PROT_READ | PROT_WRITE | PROT_EXEC);
    map_signal_return(p, abi);
    p->brk_start = image.brk + mm_random(p->mm, brk_random_range);
    mm_set_brk(p->mm, p->brk_start);

    struct stack_content content = { .abi = abi, .image = &image, .interpreter_base = interpreter.bias, .argv = p->argv,
                                     .file_name = path_to_guest(p->options, path), .envp = p->options->guest_environment };
    *stack_pointer = stack_build(p, &content, top - size, top);
    if (!*stack_pointer)
        die(NOT_EXECUTABLE, "%s: arguments and environment do not fit on the stack of %llu bytes", path, (unsigned long long)size);
    p->code_start = image.code_start;
    p->code_end = image.code_end;
    *entry = image.interpreter[0] ? interpreter.entry : image.entry;
}

/* Runs the process's first thread; its end is not the process's if there are others. */
static int run(struct process *p, const struct guest *guest, uint64_t entry, uint64_t stack_pointer)
{
    struct thread *thread = engine_thread_new(p->engine, NULL);
    struct task *task = task_new(p, thread);
    thread->environment = task;
    thread->context.pc = entry;
    thread->context.slot[guest->layout->stack_pointer] = stack_pointer;
    signals_init(p);
    signals_thread_init(task);
    engine_run(thread);
    syscall(SYS_exit, 0);
    return 0;
}

int linux_run(const struct linux_options *options, const char *path, char **argv)
{
    int fd = open_program(path);
    const struct guest *guest = identify(path, fd);
    struct process *p = must_zalloc(sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    p->options = options;
    p->abi = abi_for(guest);
    p->mm = mm_new(guest_lowest, guest_highest, code_changed, p);
    p->exe = absolute_path(path, fd);
    p->exe_guest = strdup(path_to_guest(options, p->exe));
    p->argv = argv;
    if (options->argv0)
        p->argv[0] = strdup(options->argv0);

    uint64_t entry, stack_pointer;
    load(p, path, fd, guest, &entry, &stack_pointer);
    close(fd);
    name_process(path);

    struct engine_config config = *options->engine;
    config.guest = guest;
    config.environment = &linux_environment;
    p->engine = engine_new(&config);
    return run(p, guest, entry, stack_pointer);
}
