/* System calls about memory: the map's. */
#include <sys/sem.h>
#include <sys/mman.h>

#include "linux/calls.h"

int64_t call_brk(struct task *task, const uint64_t *a) { return (int64_t)mm_brk(task->process->mm, a[0]); }
int64_t call_munmap(struct task *task, const uint64_t *a) { return mm_unmap(task->process->mm, a[0], a[1]); }
int64_t call_mprotect(struct task *task, const uint64_t *a) { return mm_protect(task->process->mm, a[0], a[1], (int)a[2]); }
int64_t call_madvise(struct task *task, const uint64_t *a) { return mm_advise(task->process->mm, a[0], a[1], (int)a[2]); }
int64_t call_shmat(struct task *task, const uint64_t *a) { return mm_attach(task->process->mm, (int)a[0], a[1], (int)a[2]); }
int64_t call_shmdt(struct task *task, const uint64_t *a) { return mm_detach(task->process->mm, a[0]); }

int64_t call_mmap(struct task *task, const uint64_t *a)
{
    return mm_map(task->process->mm, a[0], a[1], (int)a[2], (int)a[3], (int)a[4], a[5], NULL);
}

int64_t call_mremap(struct task *task, const uint64_t *a)
{
    return mm_remap(task->process->mm, a[0], a[1], a[2], (int)a[3], a[4]);
}

int64_t call_riscv_flush_icache(struct task *task, const uint64_t *a)
{
    enum { LOCAL = 1 };
    if (a[2] & ~(uint64_t)LOCAL)
        return -EINVAL;
    code_sync(task->process);
    return 0;
}

/* ---- semaphores, the one System V structure that differs --------------------------------------------------------------------------- */

int64_t call_semctl(struct task *task, const uint64_t *a)
{
    const struct call_abi *abi = task->process->abi->calls;
    size_t size = abi->structures[STRUCTURE_SEMID_DS].guest_size;
    uint8_t raw[LARGEST_STRUCTURE];
    struct semid_ds host;
    int command = (int)a[2];
    switch (command) {
    case IPC_SET:
        if (!guest_read(raw, a[3], size))
            return -EFAULT;
        structure_from_guest(abi, STRUCTURE_SEMID_DS, raw, &host);
        return HOST_CALL(SYS_semctl, a[0], a[1], a[2], (uint64_t)&host);
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY: {
        int64_t result = HOST_CALL(SYS_semctl, a[0], a[1], a[2], (uint64_t)&host);
        if (result < 0)
            return result;
        structure_to_guest(abi, STRUCTURE_SEMID_DS, &host, raw);
        return guest_write(a[3], raw, size) ? result : -EFAULT;
    }
    default:
        return HOST_CALL(SYS_semctl, a[0], a[1], a[2], a[3]);
    }
}
