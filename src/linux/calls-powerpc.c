/* The 32-bit PowerPC Linux ABI: system call table, registers, structures (arch/powerpc/include/uapi/asm). */
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <utime.h>

#include "guest/powerpc/regs.h"
#include "linux/calls.h"

#include "linux/frame-powerpc.h"
#include "linux/terminal-powerpc.h"

/* clang-format off */
#define PASS(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name },
#define PATH(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name, .has_paths = true },
#define WAIT(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name, .blocks = true },
#define AS(number, name, host_name, arguments)     [number] = { #name, arguments, .host = SYS_##host_name },
#define PATH_AS(number, name, host_name, arguments) [number] = { #name, arguments, .host = SYS_##host_name, .has_paths = true },
#define WAIT_AS(number, name, host_name, arguments) [number] = { #name, arguments, .host = SYS_##host_name, .blocks = true },
#define DATA(number, name, arguments)              [number] = { #name, arguments, .host = SYS_##name, .gives_data = true },
#define SAME(number, name, arguments)              [number] = { #name, arguments, .host = number },
#define PATHS(number, name, arguments)             [number] = { #name, arguments, .host = number, .has_paths = true },
#define NONE(number, name, arguments)              [number] = { #name, arguments, .host = -1 },
#define HANDLE(number, name, arguments)            [number] = { #name, arguments, .handler = call_##name },
#define BY(number, name, by, arguments)            [number] = { #name, arguments, .handler = call_##by },
/* clang-format on */

static const struct system_call calls[] = {
#include "linux/syscalls-powerpc.inc"
};

/* ---- structures: field by field, host offset and size, guest offset and size --------------------------------------------------------- */

#define HOST(type, member) offsetof(type, member)
#define SIZE(type, member) sizeof(((type *)0)->member)
#define U(type, member, at, bytes) { .host = HOST(type, member), .host_size = SIZE(type, member), .guest = at, .guest_size = bytes }
#define S(type, member, at, bytes) \
    { .host = HOST(type, member), .host_size = SIZE(type, member), .guest = at, .guest_size = bytes, .is_signed = true }
#define FIELDS(name) static const struct field name##_fields[]

/* clang-format off */
FIELDS(int) = { { .host = 0, .host_size = 4, .guest = 0, .guest_size = 4 }, { 0 } };
FIELDS(long) = { { .host = 0, .host_size = 8, .guest = 0, .guest_size = 4, .is_signed = true }, { 0 } };
FIELDS(u64) = { { .host = 0, .host_size = 8, .guest = 0, .guest_size = 8 }, { 0 } };

struct sched_attr { /* as the kernel has it; C libraries differ in whether they have it */
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};
FIELDS(sched_attr) = {
    U(struct sched_attr, size, 0, 4), U(struct sched_attr, policy, 4, 4), U(struct sched_attr, flags, 8, 8), S(struct sched_attr, nice, 16, 4),
    U(struct sched_attr, priority, 20, 4), U(struct sched_attr, runtime, 24, 8), U(struct sched_attr, deadline, 32, 8),
    U(struct sched_attr, period, 40, 8), { 0 } };
#define W(index) { .host = 8 * (index), .host_size = 8, .guest = 8 * (index), .guest_size = 8 }
FIELDS(clone_args) = { W(0), W(1), W(2), W(3), W(4), W(5), W(6), W(7), W(8), W(9), W(10), { 0 } };
#undef W
FIELDS(timespec) = { S(struct timespec, tv_sec, 0, 4), S(struct timespec, tv_nsec, 4, 4), { 0 } };
/* The upper half of the nanoseconds is padding (in_compat_syscall in the kernel's get_timespec64). */
FIELDS(timespec64) = { S(struct timespec, tv_sec, 0, 8), S(struct timespec, tv_nsec, 12, 4), { 0 } };
FIELDS(timeval) = { S(struct timeval, tv_sec, 0, 4), S(struct timeval, tv_usec, 4, 4), { 0 } };
FIELDS(timezone) = { S(struct timezone, tz_minuteswest, 0, 4), S(struct timezone, tz_dsttime, 4, 4), { 0 } };
FIELDS(itimerval) = {
    S(struct itimerval, it_interval.tv_sec, 0, 4), S(struct itimerval, it_interval.tv_usec, 4, 4),
    S(struct itimerval, it_value.tv_sec, 8, 4), S(struct itimerval, it_value.tv_usec, 12, 4), { 0 } };
FIELDS(itimerspec) = {
    S(struct itimerspec, it_interval.tv_sec, 0, 4), S(struct itimerspec, it_interval.tv_nsec, 4, 4),
    S(struct itimerspec, it_value.tv_sec, 8, 4), S(struct itimerspec, it_value.tv_nsec, 12, 4), { 0 } };
FIELDS(itimerspec64) = {
    S(struct itimerspec, it_interval.tv_sec, 0, 8), S(struct itimerspec, it_interval.tv_nsec, 12, 4),
    S(struct itimerspec, it_value.tv_sec, 16, 8), S(struct itimerspec, it_value.tv_nsec, 28, 4), { 0 } };
FIELDS(utimbuf) = { S(struct utimbuf, actime, 0, 4), S(struct utimbuf, modtime, 4, 4), { 0 } };
FIELDS(tms) = {
    S(struct tms, tms_utime, 0, 4), S(struct tms, tms_stime, 4, 4), S(struct tms, tms_cutime, 8, 4), S(struct tms, tms_cstime, 12, 4), { 0 } };
FIELDS(rlimit) = { U(struct rlimit, rlim_cur, 0, 4), U(struct rlimit, rlim_max, 4, 4), { 0 } };
FIELDS(rlimit64) = { U(struct rlimit, rlim_cur, 0, 8), U(struct rlimit, rlim_max, 8, 8), { 0 } };
FIELDS(rusage) = {
    S(struct rusage, ru_utime.tv_sec, 0, 4), S(struct rusage, ru_utime.tv_usec, 4, 4),
    S(struct rusage, ru_stime.tv_sec, 8, 4), S(struct rusage, ru_stime.tv_usec, 12, 4),
    S(struct rusage, ru_maxrss, 16, 4), S(struct rusage, ru_ixrss, 20, 4), S(struct rusage, ru_idrss, 24, 4), S(struct rusage, ru_isrss, 28, 4),
    S(struct rusage, ru_minflt, 32, 4), S(struct rusage, ru_majflt, 36, 4), S(struct rusage, ru_nswap, 40, 4),
    S(struct rusage, ru_inblock, 44, 4), S(struct rusage, ru_oublock, 48, 4), S(struct rusage, ru_msgsnd, 52, 4),
    S(struct rusage, ru_msgrcv, 56, 4), S(struct rusage, ru_nsignals, 60, 4), S(struct rusage, ru_nvcsw, 64, 4),
    S(struct rusage, ru_nivcsw, 68, 4), { 0 } };
FIELDS(sysinfo) = {
    S(struct sysinfo, uptime, 0, 4), U(struct sysinfo, loads[0], 4, 4), U(struct sysinfo, loads[1], 8, 4), U(struct sysinfo, loads[2], 12, 4),
    U(struct sysinfo, totalram, 16, 4), U(struct sysinfo, freeram, 20, 4), U(struct sysinfo, sharedram, 24, 4),
    U(struct sysinfo, bufferram, 28, 4), U(struct sysinfo, totalswap, 32, 4), U(struct sysinfo, freeswap, 36, 4),
    U(struct sysinfo, procs, 40, 2), U(struct sysinfo, totalhigh, 44, 4), U(struct sysinfo, freehigh, 48, 4),
    U(struct sysinfo, mem_unit, 52, 4), { 0 } };

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
FIELDS(statx) = {
    U(struct statx, stx_mask, 0, 4), U(struct statx, stx_blksize, 4, 4), U(struct statx, stx_attributes, 8, 8), U(struct statx, stx_nlink, 16, 4),
    U(struct statx, stx_uid, 20, 4), U(struct statx, stx_gid, 24, 4), U(struct statx, stx_mode, 28, 2), U(struct statx, stx_ino, 32, 8),
    U(struct statx, stx_size, 40, 8), U(struct statx, stx_blocks, 48, 8), U(struct statx, stx_attributes_mask, 56, 8),
    S(struct statx, stx_atime.tv_sec, 64, 8), U(struct statx, stx_atime.tv_nsec, 72, 4),
    S(struct statx, stx_btime.tv_sec, 80, 8), U(struct statx, stx_btime.tv_nsec, 88, 4),
    S(struct statx, stx_ctime.tv_sec, 96, 8), U(struct statx, stx_ctime.tv_nsec, 104, 4),
    S(struct statx, stx_mtime.tv_sec, 112, 8), U(struct statx, stx_mtime.tv_nsec, 120, 4),
    U(struct statx, stx_rdev_major, 128, 4), U(struct statx, stx_rdev_minor, 132, 4), U(struct statx, stx_dev_major, 136, 4),
    U(struct statx, stx_dev_minor, 140, 4), { .host = 144, .host_size = 8, .guest = 144, .guest_size = 8 },
    { .host = 152, .host_size = 4, .guest = 152, .guest_size = 4 }, { .host = 156, .host_size = 4, .guest = 156, .guest_size = 4 }, { 0 } };
FIELDS(statfs) = {
    S(struct statfs, f_type, 0, 4), S(struct statfs, f_bsize, 4, 4), U(struct statfs, f_blocks, 8, 4), U(struct statfs, f_bfree, 12, 4),
    U(struct statfs, f_bavail, 16, 4), U(struct statfs, f_files, 20, 4), U(struct statfs, f_ffree, 24, 4),
    U(struct statfs, f_fsid.__val[0], 28, 4), U(struct statfs, f_fsid.__val[1], 32, 4), S(struct statfs, f_namelen, 36, 4),
    S(struct statfs, f_frsize, 40, 4), S(struct statfs, f_flags, 44, 4), { 0 } };
FIELDS(statfs64) = {
    S(struct statfs, f_type, 0, 4), S(struct statfs, f_bsize, 4, 4), U(struct statfs, f_blocks, 8, 8), U(struct statfs, f_bfree, 16, 8),
    U(struct statfs, f_bavail, 24, 8), U(struct statfs, f_files, 32, 8), U(struct statfs, f_ffree, 40, 8),
    U(struct statfs, f_fsid.__val[0], 48, 4), U(struct statfs, f_fsid.__val[1], 52, 4), S(struct statfs, f_namelen, 56, 4),
    S(struct statfs, f_frsize, 60, 4), S(struct statfs, f_flags, 64, 4), { 0 } };

FIELDS(iovec) = { U(struct iovec, iov_base, 0, 4), U(struct iovec, iov_len, 4, 4), { 0 } };
FIELDS(pollfd) = { S(struct pollfd, fd, 0, 4), U(struct pollfd, events, 4, 2), U(struct pollfd, revents, 6, 2), { 0 } };
FIELDS(epoll_event) = { U(struct epoll_event, events, 0, 4), U(struct epoll_event, data, 8, 8), { 0 } };
FIELDS(msghdr) = {
    U(struct msghdr, msg_name, 0, 4), U(struct msghdr, msg_namelen, 4, 4), U(struct msghdr, msg_iov, 8, 4), U(struct msghdr, msg_iovlen, 12, 4),
    U(struct msghdr, msg_control, 16, 4), U(struct msghdr, msg_controllen, 20, 4), S(struct msghdr, msg_flags, 24, 4), { 0 } };
FIELDS(cmsghdr) = { U(struct cmsghdr, cmsg_len, 0, 4), S(struct cmsghdr, cmsg_level, 4, 4), S(struct cmsghdr, cmsg_type, 8, 4), { 0 } };
FIELDS(flock) = {
    U(struct flock, l_type, 0, 2), U(struct flock, l_whence, 2, 2), S(struct flock, l_start, 4, 4), S(struct flock, l_len, 8, 4),
    S(struct flock, l_pid, 12, 4), { 0 } };
FIELDS(flock64) = {
    U(struct flock, l_type, 0, 2), U(struct flock, l_whence, 2, 2), S(struct flock, l_start, 8, 8), S(struct flock, l_len, 16, 8),
    S(struct flock, l_pid, 24, 4), { 0 } };
FIELDS(winsize) = { { .host = 0, .host_size = 2, .guest = 0, .guest_size = 2 }, { .host = 2, .host_size = 2, .guest = 2, .guest_size = 2 },
                    { .host = 4, .host_size = 2, .guest = 4, .guest_size = 2 }, { .host = 6, .host_size = 2, .guest = 6, .guest_size = 2 }, { 0 } };

#define BYTE(from, to) { .host = from, .host_size = 1, .guest = to, .guest_size = 1 }
FIELDS(termios) = { /* four words of flags; the line discipline behind the control characters, not before */
    { .host = 0, .host_size = 4, .guest = 0, .guest_size = 4 }, { .host = 4, .host_size = 4, .guest = 4, .guest_size = 4 },
    { .host = 8, .host_size = 4, .guest = 8, .guest_size = 4 }, { .host = 12, .host_size = 4, .guest = 12, .guest_size = 4 },
    BYTE(16, 35), BYTE(17, 16), BYTE(18, 17), BYTE(19, 18), BYTE(20, 19), BYTE(21, 20), BYTE(22, 21), BYTE(23, 22), BYTE(24, 23),
    BYTE(25, 24), BYTE(26, 25), BYTE(27, 26), BYTE(28, 27), BYTE(29, 28), BYTE(30, 29), BYTE(31, 30), BYTE(32, 31), BYTE(33, 32),
    BYTE(34, 33), BYTE(35, 34), { 0 } };

/* Words of 32 bits, the low one first. */
FIELDS(sigset) = { { .host = 0, .host_size = 4, .guest = 0, .guest_size = 4 }, { .host = 4, .host_size = 4, .guest = 4, .guest_size = 4 }, { 0 } };
FIELDS(sigset_pair) = { { .host = 0, .host_size = 8, .guest = 0, .guest_size = 4 }, { .host = 8, .host_size = 8, .guest = 4, .guest_size = 4 }, { 0 } };
FIELDS(stack) = { U(stack_t, ss_sp, 0, 4), S(stack_t, ss_flags, 4, 4), U(stack_t, ss_size, 8, 4), { 0 } };
FIELDS(siginfo_sent) = {
    S(siginfo_t, si_signo, 0, 4), S(siginfo_t, si_errno, 4, 4), S(siginfo_t, si_code, 8, 4), S(siginfo_t, si_pid, 12, 4), U(siginfo_t, si_uid, 16, 4),
    U(siginfo_t, si_ptr, 20, 4), { 0 } };
FIELDS(sigaction) = {
    U(struct guest_sigaction, handler, 0, 4), U(struct guest_sigaction, flags, 4, 4),
    { .host = HOST(struct guest_sigaction, mask), .host_size = 4, .guest = 12, .guest_size = 4 },
    { .host = HOST(struct guest_sigaction, mask) + 4, .host_size = 4, .guest = 16, .guest_size = 4 }, { 0 } };

FIELDS(half) = { { .host = 0, .host_size = 2, .guest = 0, .guest_size = 2 }, { 0 } };
FIELDS(sigevent) = {
    U(struct sigevent, sigev_value.sival_ptr, 0, 4), S(struct sigevent, sigev_signo, 4, 4), S(struct sigevent, sigev_notify, 8, 4),
    S(struct sigevent, _sigev_un._tid, 12, 4), { 0 } };
FIELDS(mq_attr) = {
    S(struct mq_attr, mq_flags, 0, 4), S(struct mq_attr, mq_maxmsg, 4, 4), S(struct mq_attr, mq_msgsize, 8, 4), S(struct mq_attr, mq_curmsgs, 12, 4),
    { 0 } };
FIELDS(sembuf) = { U(struct sembuf, sem_num, 0, 2), S(struct sembuf, sem_op, 2, 2), S(struct sembuf, sem_flg, 4, 2), { 0 } };
FIELDS(inotify_event) = {
    S(struct inotify_event, wd, 0, 4), U(struct inotify_event, mask, 4, 4), U(struct inotify_event, cookie, 8, 4),
    U(struct inotify_event, len, 12, 4), { 0 } };
FIELDS(dirent) = { /* of getdents(2), from struct old_entry */
    { .host = 0, .host_size = 8, .guest = 0, .guest_size = 4 }, { .host = 8, .host_size = 8, .guest = 4, .guest_size = 4 },
    { .host = 16, .host_size = 2, .guest = 8, .guest_size = 2 }, { 0 } };
#define SENT(member, at) U(struct signalfd_siginfo, member, at, SIZE(struct signalfd_siginfo, member))
FIELDS(signalfd_siginfo) = {
    SENT(ssi_signo, 0), SENT(ssi_errno, 4), SENT(ssi_code, 8), SENT(ssi_pid, 12), SENT(ssi_uid, 16), SENT(ssi_fd, 20), SENT(ssi_tid, 24),
    SENT(ssi_band, 28), SENT(ssi_overrun, 32), SENT(ssi_trapno, 36), SENT(ssi_status, 40), SENT(ssi_int, 44), SENT(ssi_ptr, 48),
    SENT(ssi_utime, 56), SENT(ssi_stime, 64), SENT(ssi_addr, 72), SENT(ssi_addr_lsb, 80), { 0 } };

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
FIELDS(shminfo) = {
    U(struct shminfo, shmmax, 0, 4), U(struct shminfo, shmmin, 4, 4), U(struct shminfo, shmmni, 8, 4), U(struct shminfo, shmseg, 12, 4),
    U(struct shminfo, shmall, 16, 4), { 0 } };
FIELDS(shm_info) = {
    S(struct shm_info, used_ids, 0, 4), U(struct shm_info, shm_tot, 4, 4), U(struct shm_info, shm_rss, 8, 4), U(struct shm_info, shm_swp, 12, 4),
    U(struct shm_info, swap_attempts, 16, 4), U(struct shm_info, swap_successes, 20, 4), { 0 } };
FIELDS(seminfo) = {
    S(struct seminfo, semmap, 0, 4), S(struct seminfo, semmni, 4, 4), S(struct seminfo, semmns, 8, 4), S(struct seminfo, semmnu, 12, 4),
    S(struct seminfo, semmsl, 16, 4), S(struct seminfo, semopm, 20, 4), S(struct seminfo, semume, 24, 4), S(struct seminfo, semusz, 28, 4),
    S(struct seminfo, semvmx, 32, 4), S(struct seminfo, semaem, 36, 4), { 0 } };
FIELDS(msginfo) = {
    S(struct msginfo, msgpool, 0, 4), S(struct msginfo, msgmap, 4, 4), S(struct msginfo, msgmax, 8, 4), S(struct msginfo, msgmnb, 12, 4),
    S(struct msginfo, msgmni, 16, 4), S(struct msginfo, msgssz, 20, 4), S(struct msginfo, msgtql, 24, 4), U(struct msginfo, msgseg, 28, 2), { 0 } };

#define NAMED(name, type, size) { #name, { sizeof(type), size, name##_fields } }
static const struct named_structure named_structures[] = {
    NAMED(int, int32_t, 4), { "word", { 4, 4, int_fields } }, NAMED(long, int64_t, 4), NAMED(u64, uint64_t, 8),
    NAMED(sched_attr, struct sched_attr, 48), { "clone_args", { 88, 88, clone_args_fields } },
    NAMED(timespec, struct timespec, 8), NAMED(timespec64, struct timespec, 16), NAMED(timeval, struct timeval, 8),
    NAMED(timezone, struct timezone, 8), NAMED(itimerval, struct itimerval, 16), NAMED(itimerspec, struct itimerspec, 16),
    NAMED(itimerspec64, struct itimerspec, 32), NAMED(utimbuf, struct utimbuf, 8), NAMED(tms, struct tms, 16),
    NAMED(rlimit, struct rlimit, 8), NAMED(rlimit64, struct rlimit, 16), NAMED(rusage, struct rusage, 72), NAMED(sysinfo, struct sysinfo, 64),
    NAMED(stat, struct stat, 72), NAMED(stat64, struct stat, 104), NAMED(statx, struct statx, 256),
    NAMED(statfs, struct statfs, 64), NAMED(statfs64, struct statfs, 88),
    NAMED(iovec, struct iovec, 8), NAMED(pollfd, struct pollfd, 8), NAMED(epoll_event, struct epoll_event, 16),
    NAMED(msghdr, struct msghdr, 28), NAMED(cmsghdr, struct cmsghdr, 12), { "siginfo_sent", { sizeof(siginfo_t), 128, siginfo_sent_fields } },
    { "termios", { 36, 44, termios_fields } },
    NAMED(flock, struct flock, 16), NAMED(flock64, struct flock, 32), { "winsize", { 8, 8, winsize_fields } },
    NAMED(sigset, uint64_t, 8), { "sigset_pair", { 16, 8, sigset_pair_fields } }, NAMED(stack, stack_t, 12),
    { "half", { 2, 2, half_fields } }, NAMED(sigevent, struct sigevent, 64), NAMED(mq_attr, struct mq_attr, 32), NAMED(sembuf, struct sembuf, 6),
    { "dirent", { 24, 10, dirent_fields } }, NAMED(inotify_event, struct inotify_event, 16), NAMED(signalfd_siginfo, struct signalfd_siginfo, 128),
    NAMED(semid, struct semid_ds, 80), NAMED(msqid, struct msqid_ds, 104), NAMED(shmid, struct shmid_ds, 104),
    NAMED(shminfo, struct shminfo, 36), NAMED(shm_info, struct shm_info, 24), NAMED(seminfo, struct seminfo, 40), NAMED(msginfo, struct msginfo, 32),
    { NULL, { 0 } },
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
    .siginfo = powerpc_siginfo,
    .push_frame = powerpc_push_frame,
    .pop_frame = powerpc_pop_frame,
    .frame_size = sizeof(struct powerpc_frame),
};
