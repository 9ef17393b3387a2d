/* System calls whose structures depend on other arguments, for guests that lay them out differently (marshal.h does all others). */
#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "linux/marshal.h"

/* ---- files ------------------------------------------------------------------------------------------------------------------- */

/* The guest's numbers for locks with offsets of 64 bits (asm-generic/fcntl.h); on the host all offsets have as many. */
enum { GUEST_GETLK64 = 12, GUEST_SETLK64, GUEST_SETLKW64 };

static int64_t lock(struct task *task, const uint64_t *a, const char *structure, int command)
{
    struct flock host;
    if (!read_structure(task, structure, a[2], &host))
        return -EFAULT;
    int64_t result = BLOCKING_CALL(task, SYS_fcntl, a[0], (uint64_t)command, (uint64_t)&host);
    if (result < 0 || command != F_GETLK)
        return result;
    if (!strcmp(structure, "flock") && host.l_start > INT32_MAX)
        return -EOVERFLOW;
    return write_structure(task, structure, a[2], &host) ? result : -EFAULT;
}

int64_t call_fcntl(struct task *task, const uint64_t *a)
{
    switch (a[1]) {
    case F_GETLK: case F_SETLK: case F_SETLKW: return lock(task, a, "flock", (int)a[1]);
    case GUEST_GETLK64: return lock(task, a, "flock64", F_GETLK);
    case GUEST_SETLK64: return lock(task, a, "flock64", F_SETLK);
    case GUEST_SETLKW64: return lock(task, a, "flock64", F_SETLKW);
    case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW: return lock(task, a, "flock64", (int)a[1]);
    case F_GETFL: {
        int64_t result = HOST_CALL(SYS_fcntl, a[0], F_GETFL);
        return result < 0 ? result : (int64_t)flags_to_guest(abi_of(task), "open", (uint64_t)result);
    }
    case F_SETFL: return HOST_CALL(SYS_fcntl, a[0], F_SETFL, flags_from_guest(abi_of(task), "open", a[2]));
    default: return HOST_CALL(SYS_fcntl, a[0], a[1], a[2]);
    }
}

/* ---- directories ------------------------------------------------------------------------------------------------------------------ */

/* Some file systems, ext4 above all, use 64 bits for positions in directories, but with 32-bit programs the high half alone (Linux,
 * fs/ext4/dir.c, hash2pos): C libraries of these cannot do with more. Which devices do is remembered, for those who go back to a position. */
static bool is_wide(const struct process *p, uint64_t device)
{
    for (unsigned i = 0; i < COUNT_OF(p->wide_directories); i++)
        if (p->wide_directories[i] == device)
            return true;
    return false;
}

/* The newest ones are enough. */
static void note_wide(struct process *p, uint64_t fd)
{
    struct stat status;
    if (!HOST_CALL(SYS_fstat, fd, (uint64_t)&status) && !is_wide(p, status.st_dev))
        p->wide_directories[p->wide_count++ % COUNT_OF(p->wide_directories)] = status.st_dev;
}

static int64_t narrow_position(struct process *p, uint64_t fd, int64_t position)
{
    if (position <= INT32_MAX)
        return position;
    note_wide(p, fd);
    return position >> 32;
}

static int64_t seek(struct task *task, uint64_t fd, int64_t offset, uint64_t whence)
{
    struct stat status;
    if (HOST_CALL(SYS_fstat, fd, (uint64_t)&status) || !S_ISDIR(status.st_mode))
        return HOST_CALL(SYS_lseek, fd, (uint64_t)offset, whence);
    if (whence == SEEK_SET && offset > 0 && offset <= INT32_MAX && is_wide(task->process, status.st_dev))
        offset = offset == INT32_MAX ? INT64_MAX : offset << 32; /* the largest is the end */
    int64_t result = HOST_CALL(SYS_lseek, fd, (uint64_t)offset, whence);
    return result < 0 ? result : narrow_position(task->process, fd, result);
}

int64_t call_seek(struct task *task, const uint64_t *a) { return seek(task, a[0], (int64_t)a[1], a[2]); }

/* The offset in two halves, the new position to memory. */
int64_t call__llseek(struct task *task, const uint64_t *a)
{
    int64_t result = seek(task, a[0], (int64_t)(a[1] << 32 | (uint32_t)a[2]), a[4]);
    if (result < 0)
        return result;
    return guest_write(a[3], &result, sizeof result) ? 0 : -EFAULT;
}

/* Entries have the host's size and order of members. */
int64_t call_getdents64(struct task *task, const uint64_t *a)
{
    struct entry { uint64_t inode; int64_t offset; uint16_t length; } __attribute__((packed)) entry;
    const struct call_abi *abi = abi_of(task);
    int64_t result = HOST_CALL(SYS_getdents64, a[0], a[1], a[2]);
    if (!abi->converts)
        return result;
    for (int64_t at = 0; at < result;) {
        if (!guest_read(&entry, a[1] + (uint64_t)at, sizeof entry))
            return -EFAULT;
        int64_t next = at + entry.length;
        entry.offset = narrow_position(task->process, a[0], entry.offset);
        if (abi->big_endian)
            entry = (struct entry){ __builtin_bswap64(entry.inode), (int64_t)__builtin_bswap64((uint64_t)entry.offset), __builtin_bswap16(entry.length) };
        if (!guest_write(a[1] + (uint64_t)at, &entry, sizeof entry))
            return -EFAULT;
        at = next;
    }
    return result;
}

struct old_entry {
    uint64_t inode, offset;
    uint16_t length;
};

/* The old kind of entry: words for inode and offset, the type behind the name. Never longer than the new. */
int64_t call_getdents(struct task *task, const uint64_t *a)
{
    enum { HEAD = 10, MOST = 1 << 16 };
    uint8_t buffer[MOST];
    uint64_t to = a[1];
    int64_t result = HOST_CALL(SYS_getdents64, a[0], (uint64_t)buffer, a[2] < MOST ? a[2] : MOST);
    for (int64_t at = 0; at < result;) {
        const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
        size_t name = strlen(entry->d_name) + 1, length = align_up(HEAD + name + 1, abi_of(task)->word_size);
        struct old_entry old = { entry->d_ino, (uint64_t)narrow_position(task->process, a[0], entry->d_off), (uint16_t)length };
        if (entry->d_ino > UINT32_MAX)
            return -EOVERFLOW;
        if (!write_structure(task, "dirent", to, &old) || !guest_write(to + HEAD, entry->d_name, name) ||
            !guest_write(to + length - 1, &entry->d_type, 1))
            return -EFAULT;
        at += entry->d_reclen;
        to += length;
    }
    return result < 0 ? result : (int64_t)(to - a[1]);
}

/* One entry, of the same form but with the name's length; the next call goes on behind it. */
int64_t call_readdir(struct task *task, const uint64_t *a)
{
    enum { HEAD = 10, ENTRY = 280 /* with the longest name */ };
    uint8_t buffer[ENTRY];
    const struct dirent64 *entry = (const struct dirent64 *)buffer;
    int64_t position = HOST_CALL(SYS_lseek, a[0], 0, SEEK_CUR), result = HOST_CALL(SYS_getdents64, a[0], (uint64_t)buffer, sizeof buffer);
    if (result <= 0)
        return result;
    HOST_CALL(SYS_lseek, a[0], (uint64_t)entry->d_off, SEEK_SET);
    size_t length = strlen(entry->d_name);
    struct old_entry old = { entry->d_ino, (uint64_t)narrow_position(task->process, a[0], position), (uint16_t)length };
    if (entry->d_ino > UINT32_MAX)
        return -EOVERFLOW;
    return write_structure(task, "dirent", a[1], &old) && guest_write(a[1] + HEAD, entry->d_name, length + 1) ? 1 : -EFAULT;
}

/* ---- devices ---------------------------------------------------------------------------------------------------------------------- */

int64_t call_ioctl(struct task *task, const uint64_t *a)
{
    const struct call_abi *abi = abi_of(task);
    for (const struct device_request *r = abi->requests; r->guest; r++) {
        if (r->guest != (uint32_t)a[1])
            continue;
        uint64_t host[LARGEST_STRUCTURE / 8];
        if (!r->structure)
            return BLOCKING_CALL(task, SYS_ioctl, a[0], r->host, a[2]);
        if (r->in && !read_structure(task, r->structure, a[2], host))
            return -EFAULT;
        if (r->in && r->adapt)
            r->adapt(host, true);
        int64_t result = BLOCKING_CALL(task, SYS_ioctl, a[0], r->host, (uint64_t)host);
        if (result < 0 || !r->out)
            return result;
        if (r->adapt)
            r->adapt(host, false);
        return write_structure(task, r->structure, a[2], host) ? result : -EFAULT;
    }
    return abi->same_requests ? BLOCKING_CALL(task, SYS_ioctl, a[0], a[1], a[2]) : -ENOTTY;
}

/* ---- waiting ------------------------------------------------------------------------------------------------------------------ */

/* The last argument is the address of a pair, by now as on the host: address and size of a mask, which is still the guest's. */
int64_t call_pselect6_pair(struct task *task, const uint64_t *a)
{
    uint64_t pair[2] = { 0 }, mask, changed[6];
    memcpy(changed, a, sizeof changed);
    if (a[5] && !guest_read(pair, a[5], sizeof pair))
        return -EFAULT;
    if (pair[0] && !read_structure(task, "sigset", pair[0], &mask))
        return -EFAULT;
    if (pair[0])
        pair[0] = (uint64_t)&mask;
    changed[5] = a[5] ? (uint64_t)pair : 0;
    return call_pselect6(task, changed);
}

int64_t call_timed_wait_for_signal(struct task *task, const uint64_t *a)
{
    siginfo_t info = { 0 };
    uint8_t raw[sizeof info];
    int64_t result = call_rt_sigtimedwait(task, (const uint64_t[6]){ a[0], (uint64_t)&info, a[2], a[3] });
    if (result < 0 || !a[1])
        return result;
    siginfo_to_32(abi_of(task), &info, raw);
    return guest_write(a[1], raw, sizeof raw) ? result : -EFAULT;
}

/* What happened is written to a siginfo, of which only the ABI knows how it lies. */
int64_t call_waitid(struct task *task, const uint64_t *a)
{
    siginfo_t info = { 0 };
    uint8_t raw[sizeof info];
    int64_t result = BLOCKING_CALL(task, SYS_waitid, a[0], a[1], (uint64_t)&info, a[3], a[4]);
    if (result < 0 || !a[2])
        return result;
    siginfo_to_32(abi_of(task), &info, raw);
    return guest_write(a[2], raw, sizeof raw) ? result : -EFAULT;
}

/* Changes the word as FUTEX_WAKE_OP's last argument says (futex(2)); *matches: what it was compares as asked. False: a bad address. */
static bool change_futex(const struct task *task, uint64_t address, uint32_t operation, bool *matches)
{
    enum { SET, ADD, OR, AND_NOT, XOR, SHIFTED = 8, EQUAL = 0, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };
    bool swap = abi_of(task)->big_endian;
    unsigned what = operation >> 28, how = operation >> 24 & 15;
    int32_t argument = (int32_t)sign_extend(12, operation >> 12 & 0xfff), compared = (int32_t)sign_extend(12, operation & 0xfff), old;
    uint32_t raw, fresh;
    if (what & SHIFTED)
        argument = (int32_t)(UINT32_C(1) << (argument & 31));
    if (!(mm_protection(task->process->mm, address) & PROT_WRITE) || !guest_read(&raw, address, sizeof raw))
        return false;
    _Atomic uint32_t *word = (_Atomic uint32_t *)address;
    do {
        old = (int32_t)(swap ? __builtin_bswap32(raw) : raw);
        switch (what & ~(unsigned)SHIFTED) {
        case SET: fresh = (uint32_t)argument; break;
        case ADD: fresh = (uint32_t)old + (uint32_t)argument; break;
        case OR: fresh = (uint32_t)(old | argument); break;
        case AND_NOT: fresh = (uint32_t)(old & ~argument); break;
        default: fresh = (uint32_t)(old ^ argument); break;
        }
    } while (!atomic_compare_exchange_weak(word, &raw, swap ? __builtin_bswap32(fresh) : fresh));
    *matches = how == EQUAL ? old == compared : how == NOT_EQUAL ? old != compared : how == LESS ? old < compared :
        how == LESS_EQUAL ? old <= compared : how == GREATER ? old > compared : old >= compared;
    return true;
}

static int64_t wake_and_change(struct task *task, const uint64_t *a)
{
    bool matches;
    uint64_t wake = FUTEX_WAKE | (a[1] & FUTEX_PRIVATE_FLAG);
    if ((a[5] >> 28 & 7) > 4 || (a[5] >> 24 & 15) > 5 || a[4] % 4)
        return a[4] % 4 ? -EINVAL : -ENOSYS;
    if (!change_futex(task, a[4], (uint32_t)a[5], &matches))
        return -EFAULT;
    int64_t first = HOST_CALL(SYS_futex, a[0], wake, a[2]);
    int64_t second = first >= 0 && matches ? HOST_CALL(SYS_futex, a[4], wake, a[3]) : 0;
    return first < 0 ? first : second < 0 ? second : first + second;
}

enum { LOCK_PI2 = 13 }; /* FUTEX_LOCK_PI2, too new for some headers */

/* The kernel puts a thread's number into the futex, as the host's words are. */
static bool holds_thread(unsigned operation)
{
    return operation == FUTEX_LOCK_PI || operation == LOCK_PI2 || operation == FUTEX_TRYLOCK_PI || operation == FUTEX_UNLOCK_PI ||
           operation == FUTEX_WAIT_REQUEUE_PI || operation == FUTEX_CMP_REQUEUE_PI;
}

static bool has_timeout(unsigned operation)
{
    return operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET || operation == FUTEX_LOCK_PI || operation == LOCK_PI2 ||
           operation == FUTEX_WAIT_REQUEUE_PI;
}

/* A futex is compared by the kernel: what it is compared with must lie as the guest's words do. */
static int64_t futex(struct task *task, const uint64_t *a, const char *timespec)
{
    bool swap = abi_of(task)->big_endian;
    unsigned operation = a[1] & FUTEX_CMD_MASK;
    uint64_t changed[6];
    struct timespec timeout;
    memcpy(changed, a, sizeof changed);
    if (operation == FUTEX_WAKE_OP)
        return wake_and_change(task, a);
    if (swap && holds_thread(operation))
        return -ENOSYS;
    if (a[3] && has_timeout(operation)) {
        if (!read_structure(task, timespec, a[3], &timeout))
            return -EFAULT;
        changed[3] = (uint64_t)&timeout;
    }
    if (swap && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET))
        changed[2] = __builtin_bswap32((uint32_t)a[2]);
    if (swap && operation == FUTEX_CMP_REQUEUE)
        changed[5] = __builtin_bswap32((uint32_t)a[5]);
    return blocking_call(task, SYS_futex, changed);
}

int64_t call_futex_time32(struct task *task, const uint64_t *a) { return futex(task, a, "timespec"); }
int64_t call_futex_time64(struct task *task, const uint64_t *a) { return futex(task, a, "timespec64"); }
