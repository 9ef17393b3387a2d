/* The 32-bit PowerPC Linux ABI: system call table, registers, structures (arch/powerpc/include/uapi/asm). */
#include "guest/powerpc/regs.h"
#include "linux/frame-powerpc.h"
#include "linux/structures-32.inc"
#include "linux/system-call-rows.h"
#include "linux/terminal-powerpc.h"

static const struct system_call calls[] = {
#include "linux/syscalls-powerpc.inc"
};

/* ---- structures --------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
/* The upper half of the nanoseconds is padding (in_compat_syscall in the kernel's get_timespec64). */
FIELDS(timespec64) = { S(struct timespec, tv_sec, 0, 8), S(struct timespec, tv_nsec, 12, 4), { 0 } };
FIELDS(itimerspec64) = {
    S(struct itimerspec, it_interval.tv_sec, 0, 8), S(struct itimerspec, it_interval.tv_nsec, 12, 4),
    S(struct itimerspec, it_value.tv_sec, 16, 8), S(struct itimerspec, it_value.tv_nsec, 28, 4), { 0 } };
FIELDS(stat) = {
    U(struct stat, st_dev, 0, 4), U(struct stat, st_ino, 4, 4), U(struct stat, st_mode, 8, 4), U(struct stat, st_nlink, 12, 2),
    U(struct stat, st_uid, 16, 4), U(struct stat, st_gid, 20, 4), U(struct stat, st_rdev, 24, 4), S(struct stat, st_size, 28, 4),
    S(struct stat, st_blksize, 32, 4), S(struct stat, st_blocks, 36, 4),
    S(struct stat, st_atim.tv_sec, 40, 4), S(struct stat, st_atim.tv_nsec, 44, 4),
    S(struct stat, st_mtim.tv_sec, 48, 4), S(struct stat, st_mtim.tv_nsec, 52, 4),
    S(struct stat, st_ctim.tv_sec, 56, 4), S(struct stat, st_ctim.tv_nsec, 60, 4), { 0 } };
FIELDS(stat64) = {
    U(struct stat, st_dev, 0, 8), U(struct stat, st_ino, 8, 8), U(struct stat, st_mode, 16, 4), U(struct stat, st_nlink, 20, 4),
    U(struct stat, st_uid, 24, 4), U(struct stat, st_gid, 28, 4), U(struct stat, st_rdev, 32, 8), S(struct stat, st_size, 48, 8),
    S(struct stat, st_blksize, 56, 4), S(struct stat, st_blocks, 64, 8),
    S(struct stat, st_atim.tv_sec, 72, 4), S(struct stat, st_atim.tv_nsec, 76, 4),
    S(struct stat, st_mtim.tv_sec, 80, 4), S(struct stat, st_mtim.tv_nsec, 84, 4),
    S(struct stat, st_ctim.tv_sec, 88, 4), S(struct stat, st_ctim.tv_nsec, 92, 4), { 0 } };
FIELDS(epoll_event) = { U(struct epoll_event, events, 0, 4), U(struct epoll_event, data, 8, 8), { 0 } };
FIELDS(flock64) = {
    U(struct flock, l_type, 0, 2), U(struct flock, l_whence, 2, 2), S(struct flock, l_start, 8, 8), S(struct flock, l_len, 16, 8),
    S(struct flock, l_pid, 24, 4), { 0 } };
#define BYTE(from, to) { .host = from, .host_size = 1, .guest = to, .guest_size = 1 }
FIELDS(termios) = { /* four words of flags; the line discipline behind the control characters, not before */
    { .host = 0, .host_size = 4, .guest = 0, .guest_size = 4 }, { .host = 4, .host_size = 4, .guest = 4, .guest_size = 4 },
    { .host = 8, .host_size = 4, .guest = 8, .guest_size = 4 }, { .host = 12, .host_size = 4, .guest = 12, .guest_size = 4 },
    BYTE(16, 35), BYTE(17, 16), BYTE(18, 17), BYTE(19, 18), BYTE(20, 19), BYTE(21, 20), BYTE(22, 21), BYTE(23, 22), BYTE(24, 23),
    BYTE(25, 24), BYTE(26, 25), BYTE(27, 26), BYTE(28, 27), BYTE(29, 28), BYTE(30, 29), BYTE(31, 30), BYTE(32, 31), BYTE(33, 32),
    BYTE(34, 33), BYTE(35, 34), { 0 } };

/* asm/ipcbuf.h, sembuf.h, msgbuf.h, shmbuf.h: a time is two words, the high one first, as 64 bits are. */
#define PERMISSION(type, member) \
    U(type, member.__key, 0, 4), U(type, member.uid, 4, 4), U(type, member.gid, 8, 4), U(type, member.cuid, 12, 4), U(type, member.cgid, 16, 4), \
        U(type, member.mode, 20, 4), U(type, member.__seq, 24, 4)
FIELDS(semid) = {
    PERMISSION(struct semid_ds, sem_perm), S(struct semid_ds, sem_otime, 48, 8), S(struct semid_ds, sem_ctime, 56, 8),
    U(struct semid_ds, sem_nsems, 64, 4), { 0 } };
FIELDS(msqid) = {
    PERMISSION(struct msqid_ds, msg_perm), S(struct msqid_ds, msg_stime, 48, 8), S(struct msqid_ds, msg_rtime, 56, 8),
    S(struct msqid_ds, msg_ctime, 64, 8), U(struct msqid_ds, __msg_cbytes, 72, 4), U(struct msqid_ds, msg_qnum, 76, 4),
    U(struct msqid_ds, msg_qbytes, 80, 4), S(struct msqid_ds, msg_lspid, 84, 4), S(struct msqid_ds, msg_lrpid, 88, 4), { 0 } };
FIELDS(shmid) = {
    PERMISSION(struct shmid_ds, shm_perm), S(struct shmid_ds, shm_atime, 48, 8), S(struct shmid_ds, shm_dtime, 56, 8),
    S(struct shmid_ds, shm_ctime, 64, 8), U(struct shmid_ds, shm_segsz, 76, 4), S(struct shmid_ds, shm_cpid, 80, 4),
    S(struct shmid_ds, shm_lpid, 84, 4), U(struct shmid_ds, shm_nattch, 88, 4), { 0 } };

static const struct named_structure named_structures[] = {
    COMMON_STRUCTURES
    NAMED(timespec64, struct timespec, 16), NAMED(itimerspec64, struct itimerspec, 32), NAMED(stat, struct stat, 72),
    NAMED(stat64, struct stat, 104), NAMED(statfs64, struct statfs, 88), NAMED(epoll_event, struct epoll_event, 16),
    { "termios", { 36, 44, termios_fields } }, NAMED(flock64, struct flock, 32), NAMED(semid, struct semid_ds, 80),
    NAMED(msqid, struct msqid_ds, 104), NAMED(shmid, struct shmid_ds, 104), { NULL, { 0 } },
};

static const struct structure structures[STRUCTURE_COUNT] = {
    [STRUCTURE_STAT] = { sizeof(struct stat), 104, stat64_fields },
    [STRUCTURE_EPOLL_EVENT] = { sizeof(struct epoll_event), 16, epoll_event_fields },
    [STRUCTURE_SIGACTION] = { sizeof(struct guest_sigaction), 20, sigaction_fields },
};

/* asm/fcntl.h, asm/mman.h */
static const struct flag open_flags[] = { { 040000, 0200000 }, { 0100000, 0400000 }, { 0200000, 0100000 }, { 0400000, 040000 }, { 0 } };
static const struct flag memory_flags[] = { { 0x40, 0x4000 }, { 0x80, 0x2000 }, { 0 } };
static const struct flag_map flag_maps[] = { { "open", open_flags }, { "map", memory_flags }, { NULL, NULL } };

/* asm/socket.h: SO_RCVLOWAT, SO_SNDLOWAT, SO_RCVTIMEO, SO_SNDTIMEO, SO_PASSCRED, SO_PEERCRED */
static const struct flag socket_options[] = { { 16, 18 }, { 17, 19 }, { 18, 20 }, { 19, 21 }, { 20, 16 }, { 21, 17 }, { 0 } };
/* clang-format on */

const struct call_abi call_abi_powerpc = {
    .machine = "ppc",
    .big_endian = true,
    .calls = calls,
    .call_count = COUNT_OF(calls),
    .call_length = 4,
    .number_slot = POWERPC_R,
    .result_slot = POWERPC_R + 3,
    .tell_failure = powerpc_set_cr0_summary,
    .stack_slot = POWERPC_SP,
    .thread_slot = POWERPC_TP,
    .argument_slots = { POWERPC_R + 3, POWERPC_R + 4, POWERPC_R + 5, POWERPC_R + 6, POWERPC_R + 7, POWERPC_R + 8 },
    .word_size = 4,
    .structures = structures,
    .converts = true,
    .named_structures = named_structures,
    .flag_maps = flag_maps,
    .requests = powerpc_requests,
    .socket_options = socket_options,
    .push_frame = powerpc_push_frame,
    .pop_frame = powerpc_pop_frame,
    .frame_size = sizeof(struct powerpc_frame),
};
