/* System V IPC, for guests that lay structures out differently or have one call for all of it. */
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "linux/marshal.h"

/* Says that structures are those of today (asm-generic: linux/ipc.h IPC_64); all are, on hosts without the flag. */
enum { TODAY = 0x100 };

/* A call whose command says what the argument is: the structure that goes in or comes out, or the argument itself. */
static int64_t control(struct task *task, long number, const uint64_t *arguments, unsigned at, const char *structure, bool in)
{
    uint64_t host[LARGEST_STRUCTURE / 8] = { 0 }, changed[6], address = arguments[at];
    memcpy(changed, arguments, sizeof changed);
    changed[at] = (uint64_t)host;
    if (in && !read_structure(task, structure, address, host))
        return -EFAULT;
    int64_t result = host_call(number, changed);
    return result < 0 || in || write_structure(task, structure, address, host) ? result : -EFAULT;
}

/* All values of a set, half-words: the host's kernel says how many there are. */
static int64_t control_all(struct task *task, const uint64_t *a, int command)
{
    struct semid_ds set;
    uint16_t value[32768]; /* the most a set can have, SEMMSL */
    int64_t result = HOST_CALL(SYS_semctl, a[0], 0, IPC_STAT, (uint64_t)&set);
    for (size_t i = 0; !result && command == SETALL && i < set.sem_nsems; i++)
        if (!read_structure(task, "half", a[3] + 2 * i, &value[i]))
            return -EFAULT;
    if (!result)
        result = HOST_CALL(SYS_semctl, a[0], 0, (uint64_t)command, (uint64_t)value);
    for (size_t i = 0; !result && command == GETALL && i < set.sem_nsems; i++)
        if (!write_structure(task, "half", a[3] + 2 * i, &value[i]))
            return -EFAULT;
    return result;
}

int64_t call_semctl_converted(struct task *task, const uint64_t *a)
{
    uint64_t command = a[2] & ~(uint64_t)TODAY, b[6] = { a[0], a[1], command, a[3] };
    switch (command) {
    case IPC_SET: return control(task, SYS_semctl, b, 3, "semid", true);
    case IPC_STAT: case SEM_STAT: case SEM_STAT_ANY: return control(task, SYS_semctl, b, 3, "semid", false);
    case IPC_INFO: case SEM_INFO: return control(task, SYS_semctl, b, 3, "seminfo", false);
    case GETALL: case SETALL: return control_all(task, a, (int)command);
    default: return host_call(SYS_semctl, b);
    }
}

int64_t call_shmctl_converted(struct task *task, const uint64_t *a)
{
    uint64_t command = a[1] & ~(uint64_t)TODAY, b[6] = { a[0], command, a[2] };
    switch (command) {
    case IPC_SET: return control(task, SYS_shmctl, b, 2, "shmid", true);
    case IPC_STAT: case SHM_STAT: case SHM_STAT_ANY: return control(task, SYS_shmctl, b, 2, "shmid", false);
    case IPC_INFO: return control(task, SYS_shmctl, b, 2, "shminfo", false);
    case SHM_INFO: return control(task, SYS_shmctl, b, 2, "shm_info", false);
    default: return host_call(SYS_shmctl, b);
    }
}

int64_t call_msgctl_converted(struct task *task, const uint64_t *a)
{
    uint64_t command = a[1] & ~(uint64_t)TODAY, b[6] = { a[0], command, a[2] };
    switch (command) {
    case IPC_SET: return control(task, SYS_msgctl, b, 2, "msqid", true);
    case IPC_STAT: case MSG_STAT: case MSG_STAT_ANY: return control(task, SYS_msgctl, b, 2, "msqid", false);
    case IPC_INFO: case MSG_INFO: return control(task, SYS_msgctl, b, 2, "msginfo", false);
    default: return host_call(SYS_msgctl, b);
    }
}

/* ---- messages: a long that says what kind, then the text ------------------------------------------------------------------------------ */

enum { LARGEST_MESSAGE = 1 << 16 };

int64_t call_msgsnd_converted(struct task *task, const uint64_t *a)
{
    if (a[2] > LARGEST_MESSAGE)
        return -EINVAL;
    int64_t kind, result = -EFAULT;
    struct msgbuf *message = must_alloc(sizeof kind + a[2]);
    if (read_structure(task, "long", a[1], &kind) && guest_read(message->mtext, a[1] + abi_of(task)->word_size, a[2])) {
        message->mtype = kind;
        result = BLOCKING_CALL(task, SYS_msgsnd, a[0], (uint64_t)message, a[2], a[3]);
    }
    free(message);
    return result;
}

int64_t call_msgrcv_converted(struct task *task, const uint64_t *a)
{
    size_t room = a[2] < LARGEST_MESSAGE ? a[2] : LARGEST_MESSAGE;
    if ((int32_t)a[2] < 0)
        return -EINVAL;
    struct msgbuf *message = must_alloc(sizeof message->mtype + room);
    int64_t result = BLOCKING_CALL(task, SYS_msgrcv, a[0], (uint64_t)message, room, a[3], a[4]);
    if (result >= 0 && (!write_structure(task, "long", a[1], &message->mtype) ||
                        !guest_write(a[1] + abi_of(task)->word_size, message->mtext, (size_t)result)))
        result = -EFAULT;
    free(message);
    return result;
}

/* ---- one call for all (the kernel's ipc/syscall.c) --------------------------------------------------------------------------------------- */

enum { SEMOP = 1, SEMGET, SEMCTL, SEMTIMEDOP, MSGSND = 11, MSGRCV, MSGGET, MSGCTL, SHMAT = 21, SHMDT, SHMGET, SHMCTL };

static int64_t operate(struct task *task, uint64_t set, uint64_t address, uint64_t count, uint64_t timeout)
{
    enum { MOST = 500 }; /* SEMOPM */
    struct sembuf operations[MOST];
    struct timespec time;
    if (count > MOST)
        return -E2BIG;
    for (size_t i = 0; i < count; i++)
        if (!read_structure(task, "sembuf", address + i * structure_named(abi_of(task), "sembuf", 6)->guest_size, &operations[i]))
            return -EFAULT;
    if (timeout && !read_structure(task, "timespec", timeout, &time))
        return -EFAULT;
    return BLOCKING_CALL(task, SYS_semtimedop, set, (uint64_t)operations, count, timeout ? (uint64_t)&time : 0);
}

static int64_t attach(struct task *task, uint64_t segment, uint64_t address, uint64_t flags, uint64_t result_to)
{
    int64_t result = call_shmat(task, (const uint64_t[6]){ segment, address, flags });
    return result < 0 ? result : write_structure(task, "long", result_to, &result) ? 0 : -EFAULT;
}

/* The old way to receive: address and kind in a pair of words. */
static int64_t receive_by_pair(struct task *task, uint64_t queue, uint64_t pair, uint64_t size, uint64_t flags)
{
    int64_t address, kind;
    if (!read_structure(task, "long", pair, &address) || !read_structure(task, "long", pair + abi_of(task)->word_size, &kind))
        return -EFAULT;
    return call_msgrcv_converted(task, (const uint64_t[6]){ queue, (uint32_t)address, size, (uint64_t)kind, flags });
}

int64_t call_ipc(struct task *task, const uint64_t *a)
{
    uint64_t first = a[1], second = a[2], third = a[3], pointer = a[4], fifth = a[5], version = a[0] >> 16, value;
    switch (a[0] & UINT16_MAX) {
    case SEMOP: return operate(task, first, pointer, second, 0);
    case SEMTIMEDOP: return operate(task, first, pointer, second, fifth);
    case SEMGET: return HOST_CALL(SYS_semget, first, second, third);
    case SEMCTL:
        if (!pointer)
            return -EINVAL;
        if (!guest_pointer(abi_of(task), &value, pointer))
            return -EFAULT;
        return call_semctl_converted(task, (const uint64_t[6]){ first, second, third, value });
    case MSGSND: return call_msgsnd_converted(task, (const uint64_t[6]){ first, pointer, second, third });
    case MSGRCV:
        if (version == 0)
            return pointer ? receive_by_pair(task, first, pointer, second, third) : -EINVAL;
        return call_msgrcv_converted(task, (const uint64_t[6]){ first, pointer, second, (uint64_t)sign_extend(32, fifth), third });
    case MSGGET: return HOST_CALL(SYS_msgget, first, second);
    case MSGCTL: return call_msgctl_converted(task, (const uint64_t[6]){ first, second, pointer });
    case SHMAT: return version == 1 ? -EINVAL : attach(task, first, pointer, second, third);
    case SHMDT: return call_shmdt(task, &pointer);
    case SHMGET: return HOST_CALL(SYS_shmget, first, second, third);
    case SHMCTL: return call_shmctl_converted(task, (const uint64_t[6]){ first, second, pointer });
    default: return -ENOSYS;
    }
}
