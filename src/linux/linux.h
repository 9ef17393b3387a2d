/* Guest processes and threads as the Linux kernel would keep them: the environment (engine.h) of the process VM. Only src/linux
 * makes system calls on the guest's behalf. */
#ifndef FERRY_LINUX_H
#define FERRY_LINUX_H

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include "base/arena.h"
#include "engine/engine.h"
#include "linux/mm.h"
#include "linux/vdso.h"

/* What the command line and the environment variables say. Lives as long as Ferry. */
struct linux_options {
    const char *sysroot;       /* -L: absolute guest paths are looked for below it first; NULL: none */
    const char *argv0;         /* -0: the guest's argv[0]; NULL: the program's path as given */
    char **guest_environment;  /* NULL-terminated, -E and -U applied */
    bool strace;
    FILE *strace_file;         /* also for log_missing */
    bool log_missing;          /* name each missing system call once */
    const char *cpu_model;     /* -cpu; NULL: the default */
    size_t reserved_size;      /* -R: size of the guest's address space; 0: all there is */
    size_t stack_size;         /* -s; 0: RLIMIT_STACK */
    bool keep;                 /* translations between runs; --no-keep: false */
    const char *uname_release; /* -r; NULL: the host's */
    char *const *own_arguments; /* options to hand on when a guest program is executed: argv[1..] before the program name */
    unsigned own_argument_count;
    const struct engine_config *engine;
};

struct guest_sigaction { /* as in struct process; addresses are the guest's */
    uint64_t handler;    /* 0: SIG_DFL, 1: SIG_IGN */
    uint64_t flags;
    uint64_t mask;
    uint64_t restorer;   /* where the handler returns to; some ABIs' flags say that it is given */
};

/* One per guest process. A vfork child has its own copy, but shares `mm` and `engine`. */
struct process {
    const struct linux_options *options;
    const struct abi *abi;      /* the guest's system call numbers, layouts and frames (abi.h) */
    struct engine *engine;
    struct mm *mm;              /* guest memory */
    struct guest_sigaction action[65]; /* by signal number; under `lock` */
    pthread_mutex_t lock;
    struct host_stack *stacks;  /* of host threads, in use or not; under `lock` */
    char *exe;                  /* absolute host path of the program */
    char *exe_guest;            /* the same as the guest sees it (/proc/self/exe): sysroot taken off */
    char **argv;                /* the guest's, NULL-terminated: /proc/self/cmdline */
    uint64_t arguments_start, arguments_end;     /* guest addresses of the strings: /proc/self/cmdline, */
    uint64_t environment_start, environment_end; /* /proc/self/environ, */
    uint64_t auxv_start, auxv_end;               /* /proc/self/auxv */
    uint64_t stack_start;       /* guest address of argc */
    uint64_t code_start, code_end;   /* of the program: /proc/self/stat */
    uint64_t brk_start;              /* guest address */
    uint64_t vdso;              /* guest address of its page, */
    uint64_t vdso_code[VDSO_MOST_FUNCTIONS]; /* and of its functions, as abi->vdso lists them */
    char *keep_file;            /* of translations; NULL: this process keeps none */
    _Atomic uint8_t data_descriptors; /* whether it may have descriptors whose data are structures: calls-data.c */
    uint64_t wide_directories[8]; /* devices whose positions in directories have 64 bits: calls-convert.c */
    unsigned wide_count;
    uint64_t named_missing[8];  /* bit set of missing system calls that were named, by number; under `lock` */
};

/* One per guest thread: thread.environment. */
struct task {
    struct thread *thread;
    struct process *process;
    pid_t tid;
    uint64_t signal_mask;       /* the guest's; the host thread's own is the same while guest code or a system call runs */
    stack_t alternate_stack;    /* the guest's, addresses guest addresses */
    uint64_t robust_list;       /* guest address of its head, if the kernel cannot do this; see robust.c */
    siginfo_t fault;            /* facts of the newest EVENT_FAULT */
    bool exiting;
    struct arena exec_memory;   /* of execve; what a vfork child that executed a program leaves there goes with its task */
    struct pending_signal *pending; /* signal.c */
    void *host_stack;           /* alternate stack for host signal handlers */
};

/* The task of the calling host thread, NULL outside guest threads. */
struct task *current_task(void);

/* ---- elf.c, load.c: from a file to a process ready to run ------------------------------------------------------------------ */

struct elf_image {
    const struct guest *guest;
    uint64_t entry;            /* program's own entry, biased */
    uint64_t bias;
    uint64_t phdr;             /* guest address of the program headers */
    unsigned phdr_count, phdr_size;
    uint64_t brk;              /* first address after the image, page aligned */
    char interpreter[4096];    /* PT_INTERP or "" */
    uint64_t code_start, code_end; /* of its executable segments */
    bool executable_stack;
};

/* Reads the ELF header of an open file. Returns the guest it is for, or NULL with a one-line reason (never the name) in `reason`
 * of `size` bytes; *status is then the exit status a shell would give (126). Every field is checked. */
const struct guest *elf_identify(int fd, char *reason, size_t size, int *status);

/* Maps the file's segments into guest memory. False with a reason as above; what was mapped by then stays. */
bool elf_map(struct mm *mm, int fd, const struct guest *guest, struct elf_image *image, char *reason, size_t size);

/* The checks of elf_map without the mapping; of `image` only the interpreter is filled in. */
bool elf_check(int fd, const struct guest *guest, struct elf_image *image, char *reason, size_t size);

/* Runs the program at `path` (host path, no PATH search) with these arguments as a guest process in this host process.
 * Returns the exit status, or does not return if the guest dies by a signal (Ferry then dies by it too); errors die(). */
int linux_run(const struct linux_options *options, const char *path, char **argv);

/* ---- path.c: guest paths --------------------------------------------------------------------------------------------------- */

/* Host path of a guest path: itself, or its counterpart below the sysroot if the path is absolute and exists there
 * (nothing, if it does not). `buffer` has PATH_MAX bytes; the result is `path` or `buffer`. */
const char *path_to_host(const struct process *p, const char *path, char *buffer);

/* The same for calls that act on a symbolic link at the end of the path, not on what it points to. */
const char *path_link_to_host(const struct process *p, const char *path, char *buffer);

/* The guest's view of a host path: without the sysroot. Points into `path`, or to "/". */
const char *path_to_guest(const struct linux_options *options, const char *path);

/* ---- proc.c: /proc as the guest should see it ------------------------------------------------------------------------------ */

/* If the path (after path_to_host, relative to `dirfd`) names a file of /proc that must show the guest's view (maps, smaps,
 * cmdline, auxv, comm, cpuinfo... of self, thread-self, or the process's own number), opens a file with the right content and
 * returns its descriptor; -errno on failure; INT_MIN if it is not such a file. */
int proc_open(struct process *p, int dirfd, const char *path, int flags);

/* For readlink-like calls and execve: the target if the path is the process's exe link, else NULL. */
const char *proc_exe_link(const struct process *p, int dirfd, const char *path);

/* ---- exec.c ---------------------------------------------------------------------------------------------------------------- */

/* execve(2) and execveat(2) for the guest: guest programs re-enter Ferry with the same options (no registration needed), scripts
 * by their #! line, host programs natively. Strings are host memory. What it needs itself is in the arena. Returns -errno, or
 * does not return. */
int linux_exec(const struct process *p, int dirfd, const char *path, char **argv, char **envp, int flags, struct arena *memory);

/* ---- signal.c, syscall.c, thread.c: see there ------------------------------------------------------------------------------ */

extern const struct environment linux_environment;

void signals_init(struct process *p);             /* host handlers for everything a guest may get */
void signals_thread_init(struct task *task);      /* alternate stack; on the thread itself */
NORETURN void die_by_signal(int signal_number);   /* as the guest would: default action restored, then raised */
struct task *task_new(struct process *p, struct thread *t);
void task_free(struct task *task);

#endif
