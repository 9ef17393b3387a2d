/* The riscv64 Linux ABI: system call table, registers, structures. */
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/stat.h>

#include "guest/riscv/regs.h"
#include "linux/system-call-rows.h"
#include "linux/frame-riscv64.h"


static const struct system_call calls[] = {
#include "linux/syscalls-riscv64.inc"
};

/* clang-format off */
#define HOST(type, member) .host = offsetof(type, member), .host_size = sizeof(((type *)0)->member)

static const struct field stat_fields[] = { /* asm-generic/stat.h */
    { HOST(struct stat, st_dev),          .guest = 0,   .guest_size = 8 },
    { HOST(struct stat, st_ino),          .guest = 8,   .guest_size = 8 },
    { HOST(struct stat, st_mode),         .guest = 16,  .guest_size = 4 },
    { HOST(struct stat, st_nlink),        .guest = 20,  .guest_size = 4 },
    { HOST(struct stat, st_uid),          .guest = 24,  .guest_size = 4 },
    { HOST(struct stat, st_gid),          .guest = 28,  .guest_size = 4 },
    { HOST(struct stat, st_rdev),         .guest = 32,  .guest_size = 8 },
    { HOST(struct stat, st_size),         .guest = 48,  .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_blksize),      .guest = 56,  .guest_size = 4, .is_signed = true },
    { HOST(struct stat, st_blocks),       .guest = 64,  .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_atim.tv_sec),  .guest = 72,  .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_atim.tv_nsec), .guest = 80,  .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_mtim.tv_sec),  .guest = 88,  .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_mtim.tv_nsec), .guest = 96,  .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_ctim.tv_sec),  .guest = 104, .guest_size = 8, .is_signed = true },
    { HOST(struct stat, st_ctim.tv_nsec), .guest = 112, .guest_size = 8, .is_signed = true },
    { 0 }
};

static const struct field epoll_event_fields[] = { /* aligned here, packed on x86-64 */
    { HOST(struct epoll_event, events),   .guest = 0,   .guest_size = 4 },
    { HOST(struct epoll_event, data),     .guest = 8,   .guest_size = 8 },
    { 0 }
};

static const struct field semid_ds_fields[] = { /* asm-generic/sembuf.h: no word after each time */
    { HOST(struct semid_ds, sem_perm.__key), .guest = 0,  .guest_size = 4, .is_signed = true },
    { HOST(struct semid_ds, sem_perm.uid),   .guest = 4,  .guest_size = 4 },
    { HOST(struct semid_ds, sem_perm.gid),   .guest = 8,  .guest_size = 4 },
    { HOST(struct semid_ds, sem_perm.cuid),  .guest = 12, .guest_size = 4 },
    { HOST(struct semid_ds, sem_perm.cgid),  .guest = 16, .guest_size = 4 },
    { HOST(struct semid_ds, sem_perm.mode),  .guest = 20, .guest_size = 4 },
    { HOST(struct semid_ds, sem_perm.__seq), .guest = 24, .guest_size = 2 },
    { HOST(struct semid_ds, sem_otime),      .guest = 48, .guest_size = 8, .is_signed = true },
    { HOST(struct semid_ds, sem_ctime),      .guest = 56, .guest_size = 8, .is_signed = true },
    { HOST(struct semid_ds, sem_nsems),      .guest = 64, .guest_size = 8 },
    { 0 }
};

static const struct field sigaction_fields[] = { /* asm-generic/signal.h: no restorer */
    { HOST(struct guest_sigaction, handler), .guest = 0,  .guest_size = 8 },
    { HOST(struct guest_sigaction, flags),   .guest = 8,  .guest_size = 8 },
    { HOST(struct guest_sigaction, mask),    .guest = 16, .guest_size = 8 },
    { 0 }
};
/* clang-format on */

static const struct structure structures[STRUCTURE_COUNT] = {
    [STRUCTURE_STAT] = { sizeof(struct stat), 128, stat_fields },
    [STRUCTURE_EPOLL_EVENT] = { sizeof(struct epoll_event), 16, epoll_event_fields },
    [STRUCTURE_SEMID_DS] = { sizeof(struct semid_ds), 88, semid_ds_fields },
    [STRUCTURE_SIGACTION] = { sizeof(struct guest_sigaction), 24, sigaction_fields },
};

const struct call_abi call_abi_riscv64 = {
    .machine = "riscv64",
    .calls = calls,
    .call_count = COUNT_OF(calls),
    .call_length = 4,
    .number_slot = RV_A0 + 7,
    .result_slot = RV_A0,
    .stack_slot = RV_SP,
    .thread_slot = RV_TP,
    .argument_slots = { RV_A0, RV_A0 + 1, RV_A0 + 2, RV_A0 + 3, RV_A0 + 4, RV_A0 + 5 },
    .structures = structures,
    .word_size = 8,
    .push_frame = riscv64_push_frame,
    .pop_frame = riscv64_pop_frame,
    .frame_size = sizeof(struct riscv64_frame),
};
