/* The IA-32 Linux ABI: system call table, registers, structures (arch/x86/include/uapi/asm), thread-local storage. */
#include "guest/ia32/regs.h"
#include "linux/frame-i386.h"
#include "linux/marshal.h"
#include "linux/structures-32.inc"
#include "linux/system-call-rows.h"

static const struct system_call calls[] = {
#include "linux/syscalls-i386.inc"
};

/* ---- structures ----------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define ID(type, member, at) { .host = HOST(type, member), .host_size = 4, .guest = at, .guest_size = 2, .is_id = true }
FIELDS(id16) = { { .host = 0, .host_size = 4, .guest = 0, .guest_size = 2, .is_id = true }, { 0 } };
FIELDS(timespec64) = { S(struct timespec, tv_sec, 0, 8), S(struct timespec, tv_nsec, 8, 4), { 0 } };
FIELDS(itimerspec64) = {
    S(struct itimerspec, it_interval.tv_sec, 0, 8), S(struct itimerspec, it_interval.tv_nsec, 8, 4),
    S(struct itimerspec, it_value.tv_sec, 16, 8), S(struct itimerspec, it_value.tv_nsec, 24, 4), { 0 } };
FIELDS(old_sigaction) = {
    U(struct guest_sigaction, handler, 0, 4), U(struct guest_sigaction, mask, 4, 4), U(struct guest_sigaction, flags, 8, 4),
    U(struct guest_sigaction, restorer, 12, 4), { 0 } };
FIELDS(stat) = {
    U(struct stat, st_dev, 0, 4), U(struct stat, st_ino, 4, 4), U(struct stat, st_mode, 8, 2), U(struct stat, st_nlink, 10, 2),
    ID(struct stat, st_uid, 12), ID(struct stat, st_gid, 14), U(struct stat, st_rdev, 16, 4), S(struct stat, st_size, 20, 4),
    S(struct stat, st_blksize, 24, 4), S(struct stat, st_blocks, 28, 4),
    S(struct stat, st_atim.tv_sec, 32, 4), S(struct stat, st_atim.tv_nsec, 36, 4),
    S(struct stat, st_mtim.tv_sec, 40, 4), S(struct stat, st_mtim.tv_nsec, 44, 4),
    S(struct stat, st_ctim.tv_sec, 48, 4), S(struct stat, st_ctim.tv_nsec, 52, 4), { 0 } };
FIELDS(old_stat) = { /* struct __old_kernel_stat */
    U(struct stat, st_dev, 0, 2), U(struct stat, st_ino, 2, 2), U(struct stat, st_mode, 4, 2), U(struct stat, st_nlink, 6, 2),
    ID(struct stat, st_uid, 8), ID(struct stat, st_gid, 10), U(struct stat, st_rdev, 12, 2), S(struct stat, st_size, 16, 4),
    S(struct stat, st_atim.tv_sec, 20, 4), S(struct stat, st_mtim.tv_sec, 24, 4), S(struct stat, st_ctim.tv_sec, 28, 4), { 0 } };
FIELDS(stat64) = { /* the inode's number twice, first cut to a word */
    U(struct stat, st_dev, 0, 8), U(struct stat, st_ino, 12, 4), U(struct stat, st_mode, 16, 4), U(struct stat, st_nlink, 20, 4),
    U(struct stat, st_uid, 24, 4), U(struct stat, st_gid, 28, 4), U(struct stat, st_rdev, 32, 8), S(struct stat, st_size, 44, 8),
    S(struct stat, st_blksize, 52, 4), S(struct stat, st_blocks, 56, 8),
    S(struct stat, st_atim.tv_sec, 64, 4), S(struct stat, st_atim.tv_nsec, 68, 4),
    S(struct stat, st_mtim.tv_sec, 72, 4), S(struct stat, st_mtim.tv_nsec, 76, 4),
    S(struct stat, st_ctim.tv_sec, 80, 4), S(struct stat, st_ctim.tv_nsec, 84, 4), U(struct stat, st_ino, 88, 8), { 0 } };
FIELDS(epoll_event) = { U(struct epoll_event, events, 0, 4), U(struct epoll_event, data, 4, 8), { 0 } };
FIELDS(flock64) = {
    U(struct flock, l_type, 0, 2), U(struct flock, l_whence, 2, 2), S(struct flock, l_start, 4, 8), S(struct flock, l_len, 12, 8),
    S(struct flock, l_pid, 20, 4), { 0 } };

/* asm/ipcbuf.h, sembuf.h, msgbuf.h, shmbuf.h: a time is two words, the low one first, as 64 bits are. */
#define PERMISSION(type, member) \
    U(type, member.__key, 0, 4), U(type, member.uid, 4, 4), U(type, member.gid, 8, 4), U(type, member.cuid, 12, 4), U(type, member.cgid, 16, 4), \
        U(type, member.mode, 20, 2), U(type, member.__seq, 24, 2)
FIELDS(semid) = {
    PERMISSION(struct semid_ds, sem_perm), S(struct semid_ds, sem_otime, 36, 8), S(struct semid_ds, sem_ctime, 44, 8),
    U(struct semid_ds, sem_nsems, 52, 4), { 0 } };
FIELDS(msqid) = {
    PERMISSION(struct msqid_ds, msg_perm), S(struct msqid_ds, msg_stime, 36, 8), S(struct msqid_ds, msg_rtime, 44, 8),
    S(struct msqid_ds, msg_ctime, 52, 8), U(struct msqid_ds, __msg_cbytes, 60, 4), U(struct msqid_ds, msg_qnum, 64, 4),
    U(struct msqid_ds, msg_qbytes, 68, 4), S(struct msqid_ds, msg_lspid, 72, 4), S(struct msqid_ds, msg_lrpid, 76, 4), { 0 } };
FIELDS(shmid) = {
    PERMISSION(struct shmid_ds, shm_perm), U(struct shmid_ds, shm_segsz, 36, 4), S(struct shmid_ds, shm_atime, 40, 8),
    S(struct shmid_ds, shm_dtime, 48, 8), S(struct shmid_ds, shm_ctime, 56, 8), S(struct shmid_ds, shm_cpid, 64, 4),
    S(struct shmid_ds, shm_lpid, 68, 4), U(struct shmid_ds, shm_nattch, 72, 4), { 0 } };

static const struct named_structure named_structures[] = {
    COMMON_STRUCTURES
    NAMED(id16, uint32_t, 2), NAMED(old_sigaction, struct guest_sigaction, 16), NAMED(timespec64, struct timespec, 16), NAMED(itimerspec64, struct itimerspec, 32), NAMED(stat, struct stat, 64),
    NAMED(old_stat, struct stat, 32), NAMED(stat64, struct stat, 96), NAMED(statfs64, struct statfs, 84), NAMED(epoll_event, struct epoll_event, 12),
    NAMED(flock64, struct flock, 24), NAMED(semid, struct semid_ds, 64), NAMED(msqid, struct msqid_ds, 88), NAMED(shmid, struct shmid_ds, 84),
    { NULL, { 0 } },
};

static const struct structure structures[STRUCTURE_COUNT] = {
    [STRUCTURE_STAT] = { sizeof(struct stat), 96, stat64_fields },
    [STRUCTURE_EPOLL_EVENT] = { sizeof(struct epoll_event), 12, epoll_event_fields },
    [STRUCTURE_SIGACTION] = { sizeof(struct guest_sigaction), 20, sigaction_fields },
};

static const struct device_request requests[] = { { 0 } };
/* clang-format on */

/* ---- thread-local storage: three descriptors of the global table are the thread's own ------------------------------------------------------- */

/* asm/ldt.h, struct user_desc */
struct area {
    uint32_t number, base, limit, flags;
};

enum { AREA_32 = 1, AREA_CONTENTS = 6, AREA_READ_ONLY = 8, AREA_IN_PAGES = 16, AREA_NOT_PRESENT = 32, AREA_USEABLE = 64 };
enum { AREA_EMPTY = AREA_READ_ONLY | AREA_NOT_PRESENT };

static uint64_t descriptor_of(const struct area *a)
{
    bool is_empty = !a->base && !a->limit && (!a->flags || a->flags == AREA_EMPTY);
    struct ia32_segment s = {
        .base = a->base, .limit = a->limit, .is_32 = a->flags & AREA_32, .is_code = a->flags & 4, .conforming_or_down = a->flags & 2,
        .readable_or_writable = !(a->flags & AREA_READ_ONLY), .in_pages = a->flags & AREA_IN_PAGES, .present = !(a->flags & AREA_NOT_PRESENT),
        .available = a->flags & AREA_USEABLE,
    };
    return is_empty ? 0 : ia32_describe_segment(&s);
}

static void describe_area(uint64_t descriptor, struct area *a)
{
    struct ia32_segment s;
    ia32_read_descriptor(descriptor, &s);
    a->base = s.base;
    a->limit = s.limit;
    a->flags = !descriptor ? AREA_EMPTY
                           : (s.is_32 ? AREA_32 : 0) | (s.is_code ? 4u : 0) | (s.conforming_or_down ? 2u : 0) |
                                 (s.readable_or_writable ? 0 : AREA_READ_ONLY) | (s.in_pages ? AREA_IN_PAGES : 0) |
                                 (s.present ? 0 : AREA_NOT_PRESENT) | (s.available ? AREA_USEABLE : 0);
}

static bool is_area_number(uint32_t number) { return number - IA32_FIRST_TLS < IA32_TLS_COUNT; }

static int64_t set_area(struct context *c, uint64_t address, bool may_choose)
{
    struct area a;
    if (!guest_read(&a, address, sizeof a))
        return -EFAULT;
    bool chooses = may_choose && a.number == UINT32_MAX;
    if (chooses)
        for (a.number = IA32_FIRST_TLS; is_area_number(a.number) && c->slot[IA32_TLS + a.number - IA32_FIRST_TLS];)
            a.number++;
    if (!is_area_number(a.number))
        return chooses ? -ESRCH : -EINVAL;
    if (chooses && !guest_write(address, &a.number, sizeof a.number))
        return -EFAULT;
    c->slot[IA32_TLS + a.number - IA32_FIRST_TLS] = descriptor_of(&a);
    ia32_reload_segments(c);
    return 0;
}

int64_t call_set_thread_area(struct task *task, const uint64_t *a) { return set_area(&task->thread->context, a[0], true); }

int64_t call_get_thread_area(struct task *task, const uint64_t *a)
{
    struct area area;
    if (!guest_read(&area, a[0], sizeof area))
        return -EFAULT;
    if (!is_area_number(area.number))
        return -EINVAL;
    describe_area(task->thread->context.slot[IA32_TLS + area.number - IA32_FIRST_TLS], &area);
    return guest_write(a[0], &area, sizeof area) ? 0 : -EFAULT;
}

static void set_thread(struct context *c, uint64_t tls) { set_area(c, tls, false); }

/* ---- the local table of descriptors ------------------------------------------------------------------------------------------------------------------- */

static void begin(struct context *c) { c->slot[IA32_LOCAL] = (uintptr_t)must_zalloc(sizeof(struct ia32_local_table)); }

static int64_t write_local(struct context *c, uint64_t address, uint64_t size, bool old)
{
    struct ia32_local_table *table = (struct ia32_local_table *)(uintptr_t)c->slot[IA32_LOCAL];
    struct area a;
    if (size != sizeof a)
        return -EINVAL;
    if (!guest_read(&a, address, sizeof a))
        return -EFAULT;
    bool is_odd_code = (a.flags & AREA_CONTENTS) == AREA_CONTENTS;
    if (a.number >= COUNT_OF(table->descriptor) || (is_odd_code && (old || !(a.flags & AREA_NOT_PRESENT))))
        return -EINVAL;
    if (old)
        a.flags &= ~(uint32_t)AREA_USEABLE;
    table->descriptor[a.number] = old && !a.base && !a.limit ? 0 : descriptor_of(&a);
    if (table->count <= a.number)
        table->count = a.number + 1;
    ia32_reload_segments(c);
    return 0;
}

/* The first argument: 0 reads the table, 1 and 0x11 write an entry, 2 reads the one that new processes have, which is empty. */
int64_t call_modify_ldt(struct task *task, const uint64_t *a)
{
    struct context *c = &task->thread->context;
    const struct ia32_local_table *table = (const struct ia32_local_table *)(uintptr_t)c->slot[IA32_LOCAL];
    uint64_t size = a[2] < sizeof table->descriptor ? a[2] : sizeof table->descriptor;
    switch ((uint32_t)a[0]) {
    case 0: /* beyond its end there are zeros */
        if (!table->count)
            return 0;
        return guest_write(a[1], table->descriptor, size) ? (int64_t)size : -EFAULT;
    case 1: return write_local(c, a[1], a[2], true);
    case 2: return 0;
    case 0x11: return write_local(c, a[1], a[2], false);
    default: return -ENOSYS;
    }
}

/* ---- what of the processor is a program's to choose -------------------------------------------------------------------------------------- */

/* CPUID works, and cannot be taken away; all else is for 64 bits. */
int64_t call_arch_prctl(struct task *task, const uint64_t *a)
{
    enum { GET_CPUID = 0x1011, SET_CPUID = 0x1012 }; /* asm/prctl.h */
    (void)task;
    return (uint32_t)a[0] == GET_CPUID ? 1 : (uint32_t)a[0] == SET_CPUID ? -ENODEV : -EINVAL;
}

/* ---- calls whose arguments are in memory ------------------------------------------------------------------------------------------------------- */

static bool read_arguments(const struct task *task, uint64_t address, unsigned count, uint64_t *arguments)
{
    for (unsigned i = 0; i < count; i++)
        if (!guest_pointer(abi_of(task), &arguments[i], address + 4 * i))
            return false;
    return true;
}

int64_t call_mmap_by_structure(struct task *task, const uint64_t *a)
{
    uint64_t arguments[6];
    return read_arguments(task, a[0], 6, arguments) ? call_mmap(task, arguments) : -EFAULT;
}

int64_t call_select_by_structure(struct task *task, const uint64_t *a)
{
    uint64_t arguments[6] = { 0 };
    return read_arguments(task, a[0], 5, arguments) ? call_by_name(task, "_newselect", arguments) : -EFAULT;
}

/* SYSENTER's caller keeps its stack pointer in EBP, and there the sixth argument. It goes on in the vDSO, behind the INT that would have made the
 * call; so what is done once more is that (Linux, arch/x86/entry/syscall_32.c, do_SYSENTER_32). */
static bool enter_fast(struct task *task)
{
    struct context *c = &task->thread->context;
    c->slot[IA32_ESP] = c->slot[IA32_EBP];
    c->pc = task->process->vdso_code[I386_VDSO_CALL] + I386_VDSO_BEHIND_INT;
    return guest_pointer(abi_of(task), &c->slot[IA32_EBP], c->slot[IA32_ESP]);
}

const struct call_abi call_abi_i386 = {
    .machine = "i686",
    .calls = calls,
    .call_count = COUNT_OF(calls),
    .call_length = 2,
    .number_slot = IA32_EAX,
    .result_slot = IA32_EAX,
    .stack_slot = IA32_ESP,
    .begin = begin,
    .set_thread = set_thread,
    .enter_fast = enter_fast,
    .argument_slots = { IA32_EBX, IA32_ECX, IA32_EDX, IA32_ESI, IA32_EDI, IA32_EBP },
    .word_size = 4,
    .structures = structures,
    .converts = true,
    .named_structures = named_structures,
    .requests = requests,
    .same_requests = true,
    .push_frame = i386_push_frame,
    .pop_frame = i386_pop_frame,
    .pop_old_frame = i386_pop_old_frame,
    .frame_size = I386_LARGEST_FRAME,
};
