/* From the guest's system call instruction to the host's answer: arguments out of slots, paths the guest's way, handlers, results. */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "linux/marshal.h"

bool guest_pointer(const struct call_abi *abi, uint64_t *pointer, uint64_t address)
{
    uint8_t bytes[8];
    if (!guest_read(bytes, address, abi->word_size))
        return false;
    *pointer = 0;
    for (unsigned i = 0; i < abi->word_size; i++)
        *pointer |= (uint64_t)bytes[abi->big_endian ? abi->word_size - 1 - i : i] << 8 * i;
    return true;
}

int64_t guest_string(char *to, uint64_t address, size_t size)
{
    size_t length = 0;
    while (length < size) {
        size_t piece = PAGE_SIZE - (address + length) % PAGE_SIZE;
        if (piece > size - length)
            piece = size - length;
        if (!guest_read(to + length, address + length, piece))
            return -EFAULT;
        const char *end = memchr(to + length, 0, piece);
        if (end)
            return end - to;
        length += piece;
    }
    return -ENAMETOOLONG;
}

int64_t blocking_call(struct task *task, long number, const uint64_t arguments[6])
{
    return host_blocking_call(&task->pending->deliverable, number, arguments);
}

const char *guest_path(struct task *task, int dirfd, uint64_t address, bool follow, char *buffer, char *other, int64_t *error)
{
    int64_t length = guest_string(buffer, address, PATH_MAX);
    if (length < 0) {
        *error = length;
        return NULL;
    }
    const char *target = follow && strstr(buffer, "exe") ? proc_exe_link(task->process, dirfd, buffer) : NULL;
    if (target)
        return target;
    return follow ? path_to_host(task->process, buffer, other) : path_link_to_host(task->process, buffer, other);
}

enum { PATHS_OF_A_CALL = 2 };

/* A call that is handed on, with its paths replaced by the host's. */
static int64_t pass_on(struct task *task, const struct system_call *call, const uint64_t *arguments)
{
    char buffer[PATHS_OF_A_CALL][2][PATH_MAX];
    uint64_t changed[6];
    memcpy(changed, arguments, sizeof changed);
    unsigned paths = 0;
    int dirfd = AT_FDCWD;
    const char *word = call->arguments;
    for (unsigned i = 0; i < 6 && *word; i++) {
        size_t length = strcspn(word, " ");
        bool follow = !strncmp(word, "path", length);
        if (!strncmp(word, "dirfd", length)) {
            dirfd = (int)arguments[i];
        } else if ((follow || !strncmp(word, "link", length)) && arguments[i] && paths < PATHS_OF_A_CALL) {
            int64_t error;
            const char *path = guest_path(task, dirfd, arguments[i], follow, buffer[paths][0], buffer[paths][1], &error);
            if (!path)
                return error;
            changed[i] = (uint64_t)path;
            paths++;
        }
        word += length + (word[length] == ' ');
    }
    return call->blocks ? blocking_call(task, call->host, changed) : host_call(call->host, changed);
}

/* Numbers too large to be real count as one. */
static bool named_before(struct process *process, uint64_t number)
{
    enum { NUMBERS = 8 * sizeof process->named_missing };
    unsigned bit = number < NUMBERS ? (unsigned)number : NUMBERS - 1;
    pthread_mutex_lock(&process->lock);
    uint64_t *word = &process->named_missing[bit / 64];
    bool before = *word >> bit % 64 & 1;
    *word |= UINT64_C(1) << bit % 64;
    pthread_mutex_unlock(&process->lock);
    return before;
}

static int64_t not_there(struct task *task, const struct system_call *call, uint64_t number)
{
    const struct linux_options *options = task->process->options;
    if ((options->strace || options->log_missing) && !named_before(task->process, number)) {
        fprintf(options->strace_file, "ferry: system call %" PRIu64 " (%s) is missing, the answer is ENOSYS\n", number,
                call && call->name ? call->name : "unknown");
        fflush(options->strace_file);
    }
    return -ENOSYS;
}

static int64_t perform(struct task *task, const struct system_call *call, const uint64_t *arguments)
{
    if (call->handler)
        return call->handler(task, arguments);
    if (call->has_paths)
        return pass_on(task, call, arguments);
    if (call->gives_data)
        expect_data_descriptors(task->process);
    return call->blocks ? blocking_call(task, call->host, arguments) : host_call(call->host, arguments);
}

static void give_result(const struct call_abi *abi, struct context *c, int64_t result)
{
    enum { LARGEST_ERRNO = 4095 };
    bool failed = result < 0 && result >= -LARGEST_ERRNO;
    if (abi->tell_failure) {
        abi->tell_failure(c, failed);
        result = failed ? -result : result;
    }
    c->slot[abi->result_slot] = low_bits(8 * abi->word_size, (uint64_t)result);
}

static int64_t make_call(struct task *task, const struct system_call *call, const uint64_t *registers)
{
    return abi_of(task)->converts ? marshal_call(task, call, registers, perform) : perform(task, call, registers);
}

int64_t call_by_name(struct task *task, const char *name, const uint64_t *registers)
{
    const struct call_abi *abi = abi_of(task);
    for (const struct system_call *call = abi->calls; call < abi->calls + abi->call_count; call++)
        if (call->name && !strcmp(call->name, name))
            return make_call(task, call, registers);
    return -ENOSYS;
}

static void system_call(struct task *task)
{
    const struct call_abi *abi = task->process->abi->calls;
    struct context *c = &task->thread->context;
    uint64_t number = c->slot[abi->number_slot], arguments[6];
    for (unsigned i = 0; i < 6; i++)
        arguments[i] = c->slot[abi->argument_slots[i]];
    const struct system_call *call = number < abi->call_count ? &abi->calls[number] : NULL;
    int64_t result;
    if (!call || !call->name || (!call->handler && call->host < 0)) {
        result = not_there(task, call, number);
    } else {
        if (task->process->options->strace)
            strace_call(task, call, arguments);
        result = make_call(task, call, arguments);
        if (task->process->options->strace)
            strace_result(task, call, result);
    }
    if (result == CALL_AGAIN)
        c->pc -= abi->call_length;
    else if (result != CALL_SILENT)
        give_result(abi, c, result);
}

/* By an instruction that keeps nothing of where it is. */
static void fast_system_call(struct task *task)
{
    const struct call_abi *abi = task->process->abi->calls;
    if (abi->enter_fast(task))
        system_call(task);
    else
        give_result(abi, &task->thread->context, -EFAULT);
}

/* ---- the environment -------------------------------------------------------------------------------------------------------- */

struct ranges {
    struct range { uint64_t start, end; } *list;
    size_t count;
};

static void note_code(void *argument, const struct mapping *m)
{
    struct ranges *r = argument;
    bool constant = !(m->protection & PROT_WRITE) && (m->flags & MAP_PRIVATE);
    if (!(m->protection & PROT_EXEC) || constant)
        return;
    r->list = must_realloc(r->list, (r->count + 1) * sizeof *r->list);
    r->list[r->count++] = (struct range){ m->start, m->end };
}

void code_sync(struct process *p)
{
    struct ranges ranges = { 0 };
    mm_each(p->mm, note_code, &ranges);
    for (size_t i = 0; i < ranges.count; i++)
        engine_invalidate(p->engine, ranges.list[i].start, ranges.list[i].end);
    free(ranges.list);
}

static void raise_signal(struct task *task, int number, int code, uint64_t address)
{
    siginfo_t info = { .si_signo = number, .si_code = code };
    info.si_addr = (void *)address;
    signals_force(task, &info);
}

/* The host tells no address where it could have no memory in any case. If it could, the access was one that has to be aligned (ACCESS_ALIGNED), of a guest for
 * which the same is reported. */
static bool host_may_map(uint64_t address)
{
    enum { CANONICAL_BITS = 48 };
    return (uint64_t)sign_extend(CANONICAL_BITS, address) == address;
}

static void memory_fault(struct task *task)
{
    siginfo_t info = task->fault;
    if (info.si_signo == SIGFPE) /* of the host's floating point: it was one of Ferry's instructions */
        info.si_addr = (void *)task->thread->context.pc;
    if (info.si_signo == SIGSEGV) {
        uint64_t address = info.si_code == SI_KERNEL ? engine_access_address(task->thread, 0) : (uint64_t)info.si_addr;
        if (info.si_code != SI_KERNEL || !host_may_map(address)) {
            info.si_addr = (void *)address;
            info.si_code = mm_protection(task->process->mm, address) < 0 ? SEGV_MAPERR : SEGV_ACCERR;
        }
    }
    signals_force(task, &info);
}

static size_t code_window(struct thread *t, uint64_t pc)
{
    struct task *task = t->environment;
    return mm_code_window(task->process->mm, pc);
}

static bool code_lasts(struct thread *t, uint64_t start, uint64_t end)
{
    struct task *task = t->environment;
    return mm_is_constant(task->process->mm, start, end);
}

static bool code_changes(struct thread *t, uint64_t start, uint64_t end)
{
    struct task *task = t->environment;
    return mm_may_be_written(task->process->mm, start, end);
}

static void handle_event(struct thread *t, enum event event)
{
    struct task *task = t->environment;
    const struct abi *abi = task->process->abi;
    uint64_t pc = t->context.pc;
    switch (event) {
    case EVENT_SYSCALL:
        system_call(task);
        break;
    case EVENT_FAST_SYSCALL:
        fast_system_call(task);
        break;
    case EVENT_BREAKPOINT:
        raise_signal(task, SIGTRAP, abi->breakpoint_code ? abi->breakpoint_code : TRAP_BRKPT, abi->breakpoint_code == SI_KERNEL ? 0 : pc);
        break;
    case EVENT_ILLEGAL:
        raise_signal(task, SIGILL, abi->illegal_code ? abi->illegal_code : ILL_ILLOPC, pc);
        break;
    case EVENT_MISALIGNED: /* the kernel reports the instruction, not the datum */
        raise_signal(task, SIGBUS, BUS_ADRALN, pc);
        break;
    case EVENT_DIVIDE:
        raise_signal(task, SIGFPE, FPE_INTDIV, pc);
        break;
    case EVENT_PROTECTION:
        raise_signal(task, SIGSEGV, SI_KERNEL, 0);
        break;
    case EVENT_CODE_SYNC:
        code_sync(task->process);
        break;
    case EVENT_FAULT:
        memory_fault(task);
        break;
    case EVENT_NO_CODE:
        raise_signal(task, SIGSEGV, mm_protection(task->process->mm, pc) < 0 ? SEGV_MAPERR : SEGV_ACCERR, pc);
        break;
    case EVENT_NONE:
    case EVENT_MODE:
    case EVENT_STALE:
        BUG("event %d is not for the environment", (int)event);
    }
    signals_deliver(task);
}

static void attend(struct thread *t) { signals_deliver(t->environment); }

const struct environment linux_environment = {
    .code_window = code_window,
    .code_lasts = code_lasts,
    .code_changes = code_changes,
    .event = handle_event,
    .attend = attend,
};
