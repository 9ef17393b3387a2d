/* Robust futexes (the kernel's Documentation/locking/robust-futex-ABI.rst) of guests whose words the host's kernel cannot read: what it
 * would do when a thread ends is done when the guest's thread asks to end. Whoever is killed leaves its locks as they are. */
#include <linux/futex.h>
#include <sys/mman.h>

#include "linux/marshal.h"

/* The head of the list: the first entry, how far the futex lies behind an entry, an entry that is just being added or taken away. */
enum { FIRST, OFFSET, PENDING, WORDS };

int64_t call_set_robust_list(struct task *task, const uint64_t *a)
{
    if (a[1] != (uint64_t)WORDS * abi_of(task)->word_size)
        return -EINVAL;
    task->robust_list = a[0];
    return 0;
}

/* Of the calling thread alone. */
int64_t call_get_robust_list(struct task *task, const uint64_t *a)
{
    if (a[0] && (pid_t)a[0] != task->tid)
        return HOST_CALL(SYS_kill, a[0], 0) < 0 ? -ESRCH : -EPERM;
    if (!a[1] || !a[2])
        return -EFAULT;
    *(uint64_t *)a[1] = task->robust_list;
    *(uint64_t *)a[2] = (uint64_t)WORDS * abi_of(task)->word_size;
    return 0;
}

static uint32_t guest_word(const struct task *task, uint32_t word) { return abi_of(task)->big_endian ? __builtin_bswap32(word) : word; }

/* If the thread holds the futex, it becomes one whose owner died, and one that waits is woken. */
static void release_futex(const struct task *task, uint64_t address)
{
    uint32_t raw;
    if (address % sizeof raw || !(mm_protection(task->process->mm, address) & PROT_WRITE) || !guest_read(&raw, address, sizeof raw))
        return;
    _Atomic uint32_t *futex = (_Atomic uint32_t *)address;
    uint32_t value;
    do {
        value = guest_word(task, raw);
        if ((value & FUTEX_TID_MASK) != (uint32_t)task->tid)
            return;
    } while (!atomic_compare_exchange_weak(futex, &raw, guest_word(task, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED)));
    if (value & FUTEX_WAITERS)
        HOST_CALL(SYS_futex, address, FUTEX_WAKE, 1);
}

/* Bit 0 of an entry's address says that its futex hands priority on. */
static bool read_entry(const struct task *task, uint64_t address, uint64_t *entry)
{
    bool good = guest_pointer(abi_of(task), entry, address);
    *entry &= ~UINT64_C(1);
    return good;
}

void robust_list_release(struct task *task)
{
    const uint64_t head = task->robust_list, size = abi_of(task)->word_size;
    uint64_t entry, next, pending;
    int64_t offset;
    task->robust_list = 0;
    if (!head || !read_entry(task, head, &entry) || !read_structure(task, "long", head + OFFSET * size, &offset) ||
        !read_entry(task, head + PENDING * size, &pending))
        return;
    for (unsigned left = ROBUST_LIST_LIMIT; entry != head && left > 0; left--) {
        bool good = read_entry(task, entry, &next); /* before the lock can be another's */
        if (entry != pending)
            release_futex(task, entry + (uint64_t)offset);
        if (!good)
            return;
        entry = next;
    }
    if (pending)
        release_futex(task, pending + (uint64_t)offset);
}
