/* Sockets, for guests that lay structures out differently: addresses, options, messages. */
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "linux/marshal.h"

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

/* Netlink's messages are words in the sender's byte order, inside data that nothing else looks at: a guest of another order finds none. */
int64_t call_socket(struct task *task, const uint64_t *a)
{
    if (a[0] == AF_NETLINK && abi_of(task)->big_endian)
        return -EAFNOSUPPORT;
    return HOST_CALL(SYS_socket, a[0], a[1], a[2]);
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

/* ---- messages: a structure that points to others -------------------------------------------------------------------------------------- */

/* Data of control messages are words in all but a few cases. */
static void swap_words(uint8_t *at, size_t size, size_t word)
{
    for (size_t i = 0; i + word <= size; i += word)
        swap_bytes(at + i, word);
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
            swap_words(CMSG_DATA(to), size, 4);
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
            swap_words(CMSG_DATA(c), size, 4);
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

static int64_t send_message(struct task *task, uint64_t fd, uint64_t address, uint64_t flags)
{
    struct message m;
    int64_t result = take_message(task, address, &m);
    if (!result && m.guest.msg_name) {
        result = take_address(task, (uint64_t)m.guest.msg_name, m.guest.msg_namelen, &m.name);
        m.host.msg_name = &m.name;
    }
    if (!result)
        result = take_control(task, &m);
    return result ? result : BLOCKING_CALL(task, SYS_sendmsg, fd, (uint64_t)&m.host, flags);
}

static int64_t receive_message(struct task *task, uint64_t fd, uint64_t address, uint64_t flags)
{
    struct message m;
    int64_t result = take_message(task, address, &m);
    if (result)
        return result;
    m.host.msg_name = m.guest.msg_name ? &m.name : NULL;
    m.host.msg_namelen = sizeof m.name;
    m.host.msg_control = m.guest.msg_control ? m.control : NULL;
    m.host.msg_controllen = m.guest.msg_control ? sizeof m.control : 0;
    if (m.host.msg_control)
        expect_data_descriptors(task->process);
    result = BLOCKING_CALL(task, SYS_recvmsg, fd, (uint64_t)&m.host, flags);
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
    return write_structure(task, "msghdr", address, &m.guest) ? result : -EFAULT;
}

int64_t call_sendmsg(struct task *task, const uint64_t *a) { return send_message(task, a[0], a[1], a[2]); }
int64_t call_recvmsg(struct task *task, const uint64_t *a) { return receive_message(task, a[0], a[1], a[2]); }

/* A vector of messages, each followed by how much of it went; what happened to the first ones counts, an error only before any. */
enum { MOST_MESSAGES = 1024 };

static size_t vector_stride(const struct task *task)
{
    return (size_t)structure_named(abi_of(task), "msghdr", 6)->guest_size + structure_named(abi_of(task), "int", 3)->guest_size;
}

static bool give_length(const struct task *task, uint64_t entry, int64_t length)
{
    int32_t word = (int32_t)length;
    return write_structure(task, "int", entry + structure_named(abi_of(task), "msghdr", 6)->guest_size, &word);
}

int64_t call_sendmmsg(struct task *task, const uint64_t *a)
{
    int64_t done = 0, count = a[2] < MOST_MESSAGES ? (int64_t)a[2] : MOST_MESSAGES;
    for (; done < count; done++) {
        uint64_t entry = a[1] + (uint64_t)done * vector_stride(task);
        int64_t result = send_message(task, a[0], entry, a[3]);
        if (result >= 0 && !give_length(task, entry, result))
            result = -EFAULT;
        if (result < 0)
            return done ? done : result;
    }
    return done;
}

/* The time is looked at only when a message has come (recvmmsg(2), BUGS). */
int64_t call_recvmmsg(struct task *task, const uint64_t *a)
{
    int64_t done = 0, count = a[2] < MOST_MESSAGES ? (int64_t)a[2] : MOST_MESSAGES;
    uint64_t flags = a[3] & ~(uint64_t)MSG_WAITFORONE;
    struct timespec start, now, limit = { 0 };
    if (a[4])
        memcpy(&limit, (const void *)a[4], sizeof limit); /* by now as on the host */
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (done < count) {
        uint64_t entry = a[1] + (uint64_t)done * vector_stride(task);
        int64_t result = receive_message(task, a[0], entry, flags);
        if (result >= 0 && !give_length(task, entry, result))
            result = -EFAULT;
        if (result < 0)
            return done ? done : result;
        done++;
        if (a[3] & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (a[4] && (now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec >= limit.tv_sec * 1000000000 + limit.tv_nsec)
            break;
    }
    return done;
}

/* Options whose values are words, or times. */
static uint64_t socket_option(const struct task *task, uint64_t level, uint64_t option)
{
    for (const struct flag *f = abi_of(task)->socket_options; level == SOL_SOCKET && f && f->guest; f++)
        if (f->guest == option)
            return f->host;
    return option;
}

/* SO_RCVTIMEO_NEW and SO_SNDTIMEO_NEW, whose times are two words of 64 bits on all machines, have the same numbers on all. */
static size_t word_of_option(uint64_t level, uint64_t option)
{
    enum { RECEIVE = 66, SEND };
    return level == SOL_SOCKET && (option == RECEIVE || option == SEND) ? 8 : 4;
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
        swap_words(value, a[4], word_of_option(a[1], option));
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
        swap_words(value, (size_t)length, word_of_option(a[1], option));
    length = length < room ? length : room;
    return guest_write(a[3], value, (size_t)length) && write_structure(task, "int", a[4], &length) ? 0 : -EFAULT;
}

/* The old way into all calls about sockets: a number, and the arguments as words in memory. Not every ABI has the simpler calls as such: they are the
 * others with zeros. */
int64_t call_socketcall(struct task *task, const uint64_t *a)
{
    static const struct { const char *name; uint8_t arguments; } by_number[] = {
        [1] = { "socket", 3 },      [2] = { "bind", 3 },        [3] = { "connect", 3 },   [4] = { "listen", 2 },   [5] = { "accept4", 3 },
        [6] = { "getsockname", 3 }, [7] = { "getpeername", 3 }, [8] = { "socketpair", 4 }, [9] = { "sendto", 4 },  [10] = { "recvfrom", 4 },
        [11] = { "sendto", 6 },     [12] = { "recvfrom", 6 },   [13] = { "shutdown", 2 }, [14] = { "setsockopt", 5 },
        [15] = { "getsockopt", 5 }, [16] = { "sendmsg", 3 },    [17] = { "recvmsg", 3 },  [18] = { "accept4", 4 }, [19] = { "recvmmsg", 5 },
        [20] = { "sendmmsg", 4 },
    };
    uint64_t arguments[6] = { 0 };
    if (a[0] == 0 || a[0] >= sizeof by_number / sizeof by_number[0])
        return -EINVAL;
    for (unsigned i = 0; i < by_number[a[0]].arguments; i++)
        if (!guest_pointer(abi_of(task), &arguments[i], a[1] + abi_of(task)->word_size * i))
            return -EFAULT;
    return call_by_name(task, by_number[a[0]].name, arguments);
}
