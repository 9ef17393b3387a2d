/* siginfo_t as all 32-bit ABIs have it: what follows number, errno and code depends on the signal. */
#include "linux/call-abi.h"

#define U(member, at) { .host = offsetof(siginfo_t, member), .host_size = sizeof(((siginfo_t *)0)->member), .guest = at, .guest_size = 4 }

/* clang-format off */
#define COMMON U(si_signo, 0), U(si_errno, 4), U(si_code, 8)
static const struct field sent_fields[] = { COMMON, U(si_pid, 12), U(si_uid, 16), U(si_ptr, 20), { 0 } };
static const struct field timer_fields[] = { COMMON, U(si_timerid, 12), U(si_overrun, 16), U(si_ptr, 20), { 0 } };
static const struct field child_fields[] = { COMMON, U(si_pid, 12), U(si_uid, 16), U(si_status, 20), U(si_utime, 24), U(si_stime, 28), { 0 } };
static const struct field fault_fields[] = { COMMON, U(si_addr, 12), { 0 } };
static const struct field poll_fields[] = { COMMON, U(si_band, 12), U(si_fd, 16), { 0 } };
static const struct field call_fields[] = { COMMON, U(si_call_addr, 12), U(si_syscall, 16), U(si_arch, 20), { 0 } };
/* clang-format on */

static const struct field *fields_of(const siginfo_t *info)
{
    if (info->si_code == SI_TIMER)
        return timer_fields;
    if (info->si_code <= 0 || info->si_code == SI_KERNEL)
        return sent_fields;
    switch (info->si_signo) {
    case SIGCHLD: return child_fields;
    case SIGSEGV: case SIGBUS: case SIGILL: case SIGFPE: case SIGTRAP: return fault_fields;
    case SIGPOLL: return poll_fields;
    case SIGSYS: return call_fields;
    default: return sent_fields;
    }
}

void siginfo_to_32(const struct call_abi *abi, const siginfo_t *host, uint8_t *guest)
{
    struct structure s = { sizeof(siginfo_t), 128, fields_of(host) };
    convert_to_guest(abi, &s, host, guest);
}
