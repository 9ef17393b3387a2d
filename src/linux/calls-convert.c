/* System calls whose structures depend on other arguments, for guests that lay them out differently (marshal.h does all others). */
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/socket.h>

#include "linux/marshal.h"

static const struct call_abi *abi_of(const struct task *task) { return task->process->abi->calls; }

/* One structure; false: a bad address. */
static bool read_structure(const struct task *task, const char *name, uint64_t address, void *host)
{
    const struct structure *s = structure_named(abi_of(task), name, strlen(name));
    uint8_t raw[LARGEST_STRUCTURE];
    if (!guest_read(raw, address, s->guest_size))
        return false;
    convert_from_guest(abi_of(task), s, raw, host);
    return true;
}

static bool write_structure(const struct task *task, const char *name, uint64_t address, const void *host)
{
    const struct structure *s = structure_named(abi_of(task), name, strlen(name));
    uint8_t raw[LARGEST_STRUCTURE];
    convert_to_guest(abi_of(task), s, host, raw);
    return guest_write(address, raw, s->guest_size);
}

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

/* Entries have the host's size and order of members; only bytes within these may differ. */
int64_t call_getdents64(struct task *task, const uint64_t *a)
{
    struct entry { uint64_t inode, offset; uint16_t length; } __attribute__((packed)) entry;
    int64_t result = HOST_CALL(SYS_getdents64, a[0], a[1], a[2]);
    if (!abi_of(task)->big_endian)
        return result;
    for (int64_t at = 0; at < result;) {
        if (!guest_read(&entry, a[1] + (uint64_t)at, sizeof entry))
            return -EFAULT;
        int64_t next = at + entry.length;
        entry = (struct entry){ __builtin_bswap64(entry.inode), __builtin_bswap64(entry.offset), __builtin_bswap16(entry.length) };
        if (!guest_write(a[1] + (uint64_t)at, &entry, sizeof entry))
            return -EFAULT;
        at = next;
    }
    return result;
}

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
    return -ENOTTY;
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
    abi_of(task)->siginfo(&info, raw);
    return guest_write(a[1], raw, sizeof raw) ? result : -EFAULT;
}

/* A futex is compared by the kernel: what it is compared with must lie as the guest's words do. What would make the kernel compute with
 * a futex, or put a thread's number there, is not there. */
static int64_t futex(struct task *task, const uint64_t *a, const char *timespec)
{
    bool swap = abi_of(task)->big_endian;
    uint64_t changed[6];
    struct timespec timeout;
    memcpy(changed, a, sizeof changed);
    switch (a[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        if (swap)
            changed[2] = __builtin_bswap32((uint32_t)a[2]);
        if (a[3] && !read_structure(task, timespec, a[3], &timeout))
            return -EFAULT;
        changed[3] = a[3] ? (uint64_t)&timeout : 0;
        break;
    case FUTEX_CMP_REQUEUE:
        if (swap)
            changed[5] = __builtin_bswap32((uint32_t)a[5]);
        break;
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
    case FUTEX_REQUEUE:
        break;
    default:
        return -ENOSYS;
    }
    return blocking_call(task, SYS_futex, changed);
}

int64_t call_futex_time32(struct task *task, const uint64_t *a) { return futex(task, a, "timespec"); }
int64_t call_futex_time64(struct task *task, const uint64_t *a) { return futex(task, a, "timespec64"); }

/* ---- sockets ---------------------------------------------------------------------------------------------------------------------- */

static void swap_bytes(uint8_t *at, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t byte = at[i];
        at[i] = at[size - 1 - i];
        at[size - 1 - i] = byte;
    }
}

/* The members that are not in network order anyway: the family; netlink's port and groups; the scope of an IPv6 address. */
static void swap_address(uint8_t *address, size_t size, bool to_host)
{
    enum { NETLINK_MEMBERS = 4, NETLINK_SIZE = 12, SCOPE = 24, INET6_SIZE = 28 };
    uint16_t family;
    if (size < sizeof family)
        return;
    if (to_host)
        swap_bytes(address, sizeof family);
    memcpy(&family, address, sizeof family);
    if (!to_host)
        swap_bytes(address, sizeof family);
    if (family == AF_NETLINK && size >= NETLINK_SIZE) {
        swap_bytes(address + NETLINK_MEMBERS, 4);
        swap_bytes(address + NETLINK_MEMBERS + 4, 4);
    } else if (family == AF_INET6 && size >= INET6_SIZE) {
        swap_bytes(address + SCOPE, 4);
    }
}

/* Reads a socket address into `address`; 0 or -errno. */
static int64_t take_address(const struct task *task, uint64_t from, uint64_t size, struct sockaddr_storage *address)
{
    if (size > sizeof *address)
        return -EINVAL;
    if (!guest_read(address, from, size))
        return -EFAULT;
    if (abi_of(task)->big_endian)
        swap_address((uint8_t *)address, size, true);
    return 0;
}

/* Calls with room for an address and its length as arguments `at` and at + 1, which come back the guest's way. */
static int64_t with_address_out(struct task *task, long number, const uint64_t *a, unsigned at)
{
    struct sockaddr_storage address;
    int32_t room, length;
    uint64_t changed[6];
    memcpy(changed, a, sizeof changed);
    if (!a[at])
        return blocking_call(task, number, changed);
    if (!read_structure(task, "int", a[at + 1], &room))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    length = sizeof address;
    changed[at] = (uint64_t)&address;
    changed[at + 1] = (uint64_t)&length;
    int64_t result = blocking_call(task, number, changed);
    if (result < 0)
        return result;
    if (abi_of(task)->big_endian)
        swap_address((uint8_t *)&address, (size_t)length, false);
    bool good = guest_write(a[at], &address, (size_t)(length < room ? length : room)) && write_structure(task, "int", a[at + 1], &length);
    return good ? result : -EFAULT;
}

static int64_t with_address_in(struct task *task, long number, const uint64_t *a, unsigned at)
{
    struct sockaddr_storage address;
    uint64_t changed[6];
    memcpy(changed, a, sizeof changed);
    int64_t result = a[at] ? take_address(task, a[at], a[at + 1], &address) : 0;
    changed[at] = a[at] ? (uint64_t)&address : 0;
    return result < 0 ? result : blocking_call(task, number, changed);
}

int64_t call_bind(struct task *task, const uint64_t *a) { return with_address_in(task, SYS_bind, a, 1); }
int64_t call_connect(struct task *task, const uint64_t *a) { return with_address_in(task, SYS_connect, a, 1); }
int64_t call_sendto(struct task *task, const uint64_t *a) { return with_address_in(task, SYS_sendto, a, 4); }
int64_t call_send(struct task *task, const uint64_t *a) { return BLOCKING_CALL(task, SYS_sendto, a[0], a[1], a[2], a[3], 0, 0); }
int64_t call_recv(struct task *task, const uint64_t *a) { return BLOCKING_CALL(task, SYS_recvfrom, a[0], a[1], a[2], a[3], 0, 0); }
int64_t call_accept(struct task *task, const uint64_t *a) { return with_address_out(task, SYS_accept, a, 1); }
int64_t call_accept4(struct task *task, const uint64_t *a) { return with_address_out(task, SYS_accept4, a, 1); }
int64_t call_getsockname(struct task *task, const uint64_t *a) { return with_address_out(task, SYS_getsockname, a, 1); }
int64_t call_getpeername(struct task *task, const uint64_t *a) { return with_address_out(task, SYS_getpeername, a, 1); }
int64_t call_recvfrom(struct task *task, const uint64_t *a) { return with_address_out(task, SYS_recvfrom, a, 4); }

/* ---- messages: a structure that points to others ------------------------------------------------------------------------------------ */

/* Data of control messages are words in all but a few cases. */
static void swap_words(uint8_t *at, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i += 4)
        swap_bytes(at + i, 4);
}

enum { MOST_CONTROL = 4096, MOST_PIECES = 1024 };

struct message {
    struct msghdr host, guest;   /* the latter's pointers are the guest's */
    struct iovec pieces[MOST_PIECES];
    struct sockaddr_storage name;
    _Alignas(8) uint8_t control[MOST_CONTROL];
};

/* The guest aligns control messages by words of its own. */
static size_t control_align(const struct task *task, size_t size) { return align_up(size, abi_of(task)->word_size); }

static int64_t take_control(const struct task *task, struct message *m)
{
    size_t header = structure_named(abi_of(task), "cmsghdr", 7)->guest_size, used = 0;
    uint64_t from = (uint64_t)m->guest.msg_control, end = from + m->guest.msg_controllen;
    while (from + header <= end) {
        struct cmsghdr head;
        if (!read_structure(task, "cmsghdr", from, &head))
            return -EFAULT;
        if (head.cmsg_len < header || head.cmsg_len > end - from)
            return -EINVAL;
        size_t size = head.cmsg_len - header;
        if (used + CMSG_SPACE(size) > sizeof m->control)
            return -ENOBUFS;
        struct cmsghdr *to = (struct cmsghdr *)(m->control + used);
        *to = (struct cmsghdr){ .cmsg_len = CMSG_LEN(size), .cmsg_level = head.cmsg_level, .cmsg_type = head.cmsg_type };
        if (!guest_read(CMSG_DATA(to), from + header, size))
            return -EFAULT;
        if (abi_of(task)->big_endian)
            swap_words(CMSG_DATA(to), size);
        used += CMSG_SPACE(size);
        from += control_align(task, head.cmsg_len);
    }
    m->host.msg_control = used ? m->control : NULL;
    m->host.msg_controllen = used;
    return 0;
}

/* Gives back what came; what does not fit is cut off, which *flags then says. */
static bool give_control(const struct task *task, struct message *m, uint64_t *length, int *flags)
{
    size_t header = structure_named(abi_of(task), "cmsghdr", 7)->guest_size;
    uint64_t to = (uint64_t)m->guest.msg_control, room = m->guest.msg_controllen;
    *length = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m->host); c; c = CMSG_NXTHDR(&m->host, c)) {
        size_t size = c->cmsg_len - CMSG_LEN(0);
        if (*length + header + size > room) {
            *flags |= MSG_CTRUNC;
            break;
        }
        struct cmsghdr head = { .cmsg_len = header + size, .cmsg_level = c->cmsg_level, .cmsg_type = c->cmsg_type };
        if (abi_of(task)->big_endian)
            swap_words(CMSG_DATA(c), size);
        if (!write_structure(task, "cmsghdr", to + *length, &head) || !guest_write(to + *length + header, CMSG_DATA(c), size))
            return false;
        *length += control_align(task, header + size);
    }
    return true;
}

static int64_t take_message(const struct task *task, uint64_t address, struct message *m)
{
    size_t size = structure_named(abi_of(task), "iovec", 5)->guest_size;
    if (!read_structure(task, "msghdr", address, &m->guest))
        return -EFAULT;
    if (m->guest.msg_iovlen > MOST_PIECES)
        return -EMSGSIZE;
    m->host = m->guest;
    for (size_t i = 0; i < m->guest.msg_iovlen; i++)
        if (!read_structure(task, "iovec", (uint64_t)m->guest.msg_iov + i * size, &m->pieces[i]))
            return -EFAULT;
    m->host.msg_iov = m->pieces;
    return 0;
}

int64_t call_sendmsg(struct task *task, const uint64_t *a)
{
    struct message m;
    int64_t result = take_message(task, a[1], &m);
    if (!result && m.guest.msg_name) {
        result = take_address(task, (uint64_t)m.guest.msg_name, m.guest.msg_namelen, &m.name);
        m.host.msg_name = &m.name;
    }
    if (!result)
        result = take_control(task, &m);
    return result ? result : BLOCKING_CALL(task, SYS_sendmsg, a[0], (uint64_t)&m.host, a[2]);
}

int64_t call_recvmsg(struct task *task, const uint64_t *a)
{
    struct message m;
    int64_t result = take_message(task, a[1], &m);
    if (result)
        return result;
    m.host.msg_name = m.guest.msg_name ? &m.name : NULL;
    m.host.msg_namelen = sizeof m.name;
    m.host.msg_control = m.guest.msg_control ? m.control : NULL;
    m.host.msg_controllen = m.guest.msg_control ? sizeof m.control : 0;
    result = BLOCKING_CALL(task, SYS_recvmsg, a[0], (uint64_t)&m.host, a[2]);
    if (result < 0)
        return result;
    uint64_t length = 0;
    if (m.host.msg_control && !give_control(task, &m, &length, &m.host.msg_flags))
        return -EFAULT;
    if (m.guest.msg_name) {
        size_t size = m.host.msg_namelen < m.guest.msg_namelen ? m.host.msg_namelen : m.guest.msg_namelen;
        if (abi_of(task)->big_endian)
            swap_address((uint8_t *)&m.name, m.host.msg_namelen, false);
        if (!guest_write((uint64_t)m.guest.msg_name, &m.name, size))
            return -EFAULT;
    }
    m.guest.msg_namelen = m.host.msg_namelen;
    m.guest.msg_controllen = length;
    m.guest.msg_flags = m.host.msg_flags;
    return write_structure(task, "msghdr", a[1], &m.guest) ? result : -EFAULT;
}

/* Options whose values are words, or times. */
static uint64_t socket_option(const struct task *task, uint64_t level, uint64_t option)
{
    for (const struct flag *f = abi_of(task)->socket_options; level == SOL_SOCKET && f && f->guest; f++)
        if (f->guest == option)
            return f->host;
    return option;
}

static bool is_time(uint64_t level, uint64_t option) { return level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO); }

int64_t call_setsockopt(struct task *task, const uint64_t *a)
{
    uint8_t value[256];
    struct timeval time;
    uint64_t option = socket_option(task, a[1], a[2]);
    if (is_time(a[1], option))
        return read_structure(task, "timeval", a[3], &time) ? HOST_CALL(SYS_setsockopt, a[0], a[1], option, (uint64_t)&time, sizeof time) : -EFAULT;
    if (a[4] > sizeof value)
        return -EINVAL;
    if (!guest_read(value, a[3], a[4]))
        return -EFAULT;
    if (abi_of(task)->big_endian)
        swap_words(value, a[4]);
    return HOST_CALL(SYS_setsockopt, a[0], a[1], option, (uint64_t)value, a[4]);
}

int64_t call_getsockopt(struct task *task, const uint64_t *a)
{
    uint8_t value[256] = { 0 };
    uint64_t option = socket_option(task, a[1], a[2]);
    int32_t room, length = sizeof value;
    if (!read_structure(task, "int", a[4], &room))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    int64_t result = HOST_CALL(SYS_getsockopt, a[0], a[1], option, (uint64_t)value, (uint64_t)&length);
    if (result < 0)
        return result;
    if (is_time(a[1], option)) {
        length = 8;
        return write_structure(task, "timeval", a[3], value) && write_structure(task, "int", a[4], &length) ? 0 : -EFAULT;
    }
    if (abi_of(task)->big_endian)
        swap_words(value, (size_t)length);
    length = length < room ? length : room;
    return guest_write(a[3], value, (size_t)length) && write_structure(task, "int", a[4], &length) ? 0 : -EFAULT;
}

/* ---- signals with data ---------------------------------------------------------------------------------------------------------------- */

int64_t call_rt_sigqueueinfo(struct task *task, const uint64_t *a)
{
    siginfo_t info;
    if (!read_structure(task, "siginfo_sent", a[2], &info))
        return -EFAULT;
    return HOST_CALL(SYS_rt_sigqueueinfo, a[0], a[1], (uint64_t)&info);
}
