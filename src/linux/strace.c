/* --strace: one line a system call, "PID name(arguments) = result", driven by the table's argument words. */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "linux/calls.h"

struct name {
    uint64_t mask, value; /* the argument has it if (argument & mask) == value */
    const char *name;
};

/* clang-format off */
#define BIT(name)         { (uint64_t)name, (uint64_t)name, #name }
#define FIELD(mask, name) { mask, name, #name }
#define VALUE(name)       { UINT32_MAX, (uint32_t)name, #name }

static const struct name open_names[] = {
    FIELD(O_ACCMODE, O_RDONLY), FIELD(O_ACCMODE, O_WRONLY), FIELD(O_ACCMODE, O_RDWR),
    BIT(O_CREAT), BIT(O_EXCL), BIT(O_NOCTTY), BIT(O_TRUNC), BIT(O_APPEND), BIT(O_NONBLOCK), BIT(O_SYNC), BIT(O_DIRECT),
    BIT(O_DIRECTORY), BIT(O_NOFOLLOW), BIT(O_NOATIME), BIT(O_CLOEXEC), BIT(O_PATH), BIT(O_TMPFILE), { 0 } };
static const struct name prot_names[] = {
    FIELD(7, PROT_NONE), BIT(PROT_READ), BIT(PROT_WRITE), BIT(PROT_EXEC), BIT(PROT_GROWSDOWN), { 0 } };
static const struct name map_names[] = {
    BIT(MAP_SHARED), BIT(MAP_PRIVATE), BIT(MAP_FIXED), BIT(MAP_ANONYMOUS), BIT(MAP_GROWSDOWN), BIT(MAP_NORESERVE),
    BIT(MAP_POPULATE), BIT(MAP_STACK), BIT(MAP_HUGETLB), BIT(MAP_FIXED_NOREPLACE), { 0 } };
static const struct name at_names[] = {
    BIT(AT_SYMLINK_NOFOLLOW), BIT(AT_REMOVEDIR), BIT(AT_SYMLINK_FOLLOW), BIT(AT_NO_AUTOMOUNT), BIT(AT_EMPTY_PATH), { 0 } };
static const struct name clone_names[] = {
    BIT(CLONE_VM), BIT(CLONE_FS), BIT(CLONE_FILES), BIT(CLONE_SIGHAND), BIT(CLONE_VFORK), BIT(CLONE_PARENT), BIT(CLONE_THREAD),
    BIT(CLONE_NEWNS), BIT(CLONE_SYSVSEM), BIT(CLONE_SETTLS), BIT(CLONE_PARENT_SETTID), BIT(CLONE_CHILD_CLEARTID),
    BIT(CLONE_CHILD_SETTID), FIELD(0xff, SIGCHLD), { 0 } };
static const struct name whence_names[] = { VALUE(SEEK_SET), VALUE(SEEK_CUR), VALUE(SEEK_END), { 0 } };
static const struct name sigmask_names[] = { VALUE(SIG_BLOCK), VALUE(SIG_UNBLOCK), VALUE(SIG_SETMASK), { 0 } };
static const struct name epoll_names[] = { { 3, 1, "EPOLL_CTL_ADD" }, { 3, 2, "EPOLL_CTL_DEL" }, { 3, 3, "EPOLL_CTL_MOD" }, { 0 } };
static const struct name fcntl_names[] = {
    VALUE(F_DUPFD), VALUE(F_GETFD), VALUE(F_SETFD), VALUE(F_GETFL), VALUE(F_SETFL), VALUE(F_GETLK), VALUE(F_SETLK),
    VALUE(F_SETLKW), VALUE(F_DUPFD_CLOEXEC), { 0 } };
static const struct name futex_names[] = {
    FIELD(127, FUTEX_WAIT), FIELD(127, FUTEX_WAKE), FIELD(127, FUTEX_REQUEUE), FIELD(127, FUTEX_CMP_REQUEUE), FIELD(127, FUTEX_WAKE_OP),
    FIELD(127, FUTEX_LOCK_PI), FIELD(127, FUTEX_UNLOCK_PI), FIELD(127, FUTEX_WAIT_BITSET), FIELD(127, FUTEX_WAKE_BITSET),
    BIT(FUTEX_PRIVATE_FLAG), BIT(FUTEX_CLOCK_REALTIME), { 0 } };

static const struct { const char *word; const struct name *names; } name_lists[] = {
    { "open",    open_names },
    { "prot",    prot_names },
    { "map",     map_names },
    { "at",      at_names },
    { "clone",   clone_names },
    { "whence",  whence_names },
    { "sigmask", sigmask_names },
    { "epoll",   epoll_names },
    { "fcntl",   fcntl_names },
    { "futex",   futex_names },
};
/* clang-format on */

static int print_names(const struct name *names, uint64_t value, char *text, size_t size)
{
    size_t used = 0;
    uint64_t rest = value;
    text[0] = 0;
    for (const struct name *n = names; n->name && used < size; n++) {
        if ((value & n->mask) != n->value)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "|" : "", n->name);
        rest &= ~n->mask;
    }
    if ((rest || !used) && used < size)
        used += (size_t)snprintf(text + used, size - used, "%s%s%" PRIx64, used ? "|" : "", rest ? "0x" : "", rest);
    return (int)used;
}

/* Bytes in quotes, as C would write them. */
static int print_bytes(const char *bytes, size_t count, bool cut, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "\"");
    for (size_t i = 0; i < count && used + 8 < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '\n')
            used += (size_t)snprintf(text + used, size - used, "\\n");
        else if (byte == '"' || byte == '\\')
            used += (size_t)snprintf(text + used, size - used, "\\%c", byte);
        else if (byte >= ' ' && byte < 127)
            text[used++] = (char)byte;
        else
            used += (size_t)snprintf(text + used, size - used, "\\%03o", byte);
    }
    return (int)(used + (size_t)snprintf(text + used, size - used, "\"%s", cut ? "..." : ""));
}

static int print_string(uint64_t address, char *text, size_t size)
{
    char bytes[PATH_MAX];
    if (!address)
        return snprintf(text, size, "NULL");
    int64_t length = guest_string(bytes, address, sizeof bytes);
    if (length == -EFAULT)
        return snprintf(text, size, "%#" PRIx64, address);
    return print_bytes(bytes, length < 0 ? sizeof bytes : (size_t)length, length < 0, text, size);
}

static int print_strings(const struct call_abi *abi, uint64_t address, char *text, size_t size)
{
    enum { ENOUGH = 8 };
    size_t used = (size_t)snprintf(text, size, "[");
    for (unsigned i = 0; used + 8 < size; i++) {
        uint64_t string;
        if (!guest_pointer(abi, &string, address + i * abi->word_size) || !string)
            break;
        used += (size_t)snprintf(text + used, size - used, i ? ", " : "");
        if (i == ENOUGH) {
            used += (size_t)snprintf(text + used, size - used, "...");
            break;
        }
        used += (size_t)print_string(string, text + used, size - used);
    }
    return (int)used + snprintf(text + used, size - used, "]");
}

int strace_argument(struct task *task, const char *word, size_t length, const uint64_t *arguments, unsigned index, char *text, size_t size)
{
    enum { SHOWN = 32 }; /* bytes of a buffer */
    uint64_t value = arguments[index];
#define IS(name) (length == sizeof name - 1 && !memcmp(word, name, length))
    for (unsigned i = 0; i < COUNT_OF(name_lists); i++)
        if (strlen(name_lists[i].word) == length && !memcmp(word, name_lists[i].word, length))
            return print_names(name_lists[i].names, value, text, size);
    if (IS("dirfd") && (int)value == AT_FDCWD)
        return snprintf(text, size, "AT_FDCWD");
    if (IS("fd") || IS("dirfd"))
        return snprintf(text, size, "%d", (int)value);
    if (IS("int"))
        return snprintf(text, size, "%d", (int)value);
    if (IS("long"))
        return snprintf(text, size, "%" PRId64, sign_extend(8 * task->process->abi->calls->word_size, value));
    if (IS("uint") || IS("size"))
        return snprintf(text, size, "%" PRIu64, value);
    if (IS("octal"))
        return snprintf(text, size, "0%" PRIo64, value);
    if (IS("path") || IS("link") || IS("string"))
        return print_string(value, text, size);
    if (IS("strings"))
        return print_strings(task->process->abi->calls, value, text, size);
    if (IS("signal")) {
        const char *name = value < SIGNAL_COUNT ? sigabbrev_np((int)value) : NULL;
        return name ? snprintf(text, size, "SIG%s", name) : snprintf(text, size, "%d", (int)value);
    }
    if (IS("in")) {
        char bytes[SHOWN];
        size_t count = arguments[index + 1] < SHOWN ? (size_t)arguments[index + 1] : SHOWN;
        if (guest_read(bytes, value, count))
            return print_bytes(bytes, count, count < arguments[index + 1], text, size);
    }
    if (IS("timespec")) {
        struct timespec time;
        if (value && guest_read(&time, value, sizeof time))
            return snprintf(text, size, "{%jd, %ld}", (intmax_t)time.tv_sec, time.tv_nsec);
    }
    if (IS("sigset")) {
        uint64_t mask;
        if (value && guest_read(&mask, value, sizeof mask))
            return snprintf(text, size, "[%#" PRIx64 "]", mask);
    }
#undef IS
    return value ? snprintf(text, size, "%#" PRIx64, value) : snprintf(text, size, word[0] == 'h' ? "0" : "NULL");
}

void strace_call(struct task *task, const struct system_call *call, const uint64_t *arguments)
{
    char text[4 * PATH_MAX];
    size_t used = (size_t)snprintf(text, sizeof text, "%d %s(", (int)task->tid, call->name);
    const char *word = call->arguments;
    const struct call_abi *abi = task->process->abi->calls;
    for (unsigned i = 0; i < 6 && *word && *word != '=';) {
        size_t length = strcspn(word, " ");
        bool is_pair = length == 4 && !memcmp(word, "pair", 4), is_wide = is_pair || (length == 4 && !memcmp(word, "lohi", 4));
        i += is_pair && i % 2; /* see marshal.h */
        if (i && used < sizeof text && *word != '0')
            used += (size_t)snprintf(text + used, sizeof text - used, ",");
        if (used < sizeof text && is_wide && i < 5) {
            bool first_high = is_pair && abi->big_endian;
            used += (size_t)snprintf(text + used, sizeof text - used, "%" PRId64,
                                     (int64_t)(arguments[i + !first_high] << 32 | arguments[i + first_high]));
        } else if (used < sizeof text && *word != '0') {
            used += (size_t)strace_argument(task, word, length, arguments, i, text + used, sizeof text - used);
        }
        i += is_wide ? 2 : *word != '0';
        word += length + (word[length] == ' ');
    }
    fprintf(task->process->options->strace_file, "%s)", text);
    if (!strncmp(call->name, "exec", 4) || !strncmp(call->name, "exit", 4) || call->blocks)
        fflush(task->process->options->strace_file);
}

void strace_result(struct task *task, const struct system_call *call, int64_t result)
{
    FILE *file = task->process->options->strace_file;
    if (result == CALL_AGAIN)
        fprintf(file, " = ? (a signal first)\n");
    else if (result == CALL_SILENT)
        fprintf(file, " = ?\n");
    else if (result < 0 && result > -4096)
        fprintf(file, " = -1 errno=%d (%s)\n", (int)-result, strerror((int)-result));
    else if (strstr(call->arguments, "=address"))
        fprintf(file, " = %#" PRIx64 "\n", (uint64_t)result);
    else
        fprintf(file, " = %" PRId64 "\n", result);
    fflush(file);
}

void strace_signal(struct task *task, const siginfo_t *info)
{
    const char *name = sigabbrev_np(info->si_signo);
    FILE *file = task->process->options->strace_file;
    fprintf(file, "--- SIG%s {si_signo=%d, si_code=%d, ", name ? name : "RT", info->si_signo, info->si_code);
    if (info->si_code > 0)
        fprintf(file, "si_addr=%p} ---\n", info->si_addr);
    else
        fprintf(file, "si_pid=%d, si_uid=%u} ---\n", (int)info->si_pid, (unsigned)info->si_uid);
    fflush(file);
}
