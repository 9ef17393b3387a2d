/* Structures that the kernel reads or writes, printed member by member, each with values that are the same on every machine. */
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SHOW(what) printf("%s: %lld\n", #what, (long long)(what))
#define MUST(call) ({ long long result_ = (call); if (result_ < 0) printf("%s: errno %d\n", #call, errno); result_; })

static void descriptors_with_data(void)
{
    uint64_t value = 0x0102030405060708;
    int event = eventfd(3, EFD_NONBLOCK);
    MUST(write(event, &value, 8));
    MUST(read(event, &value, 8));
    printf("eventfd %llx\n", (unsigned long long)value);
    SHOW(read(event, &value, 8));
    SHOW(errno);

    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec when = { { 1000, 7 }, { 2000, 5 } }, old;
    MUST(timerfd_settime(timer, 0, &when, NULL));
    MUST(timerfd_gettime(timer, &old));
    SHOW(old.it_interval.tv_sec);
    SHOW(old.it_interval.tv_nsec);
    SHOW(old.it_value.tv_sec);
    when = (struct itimerspec){ { 0, 0 }, { 0, 1 } };
    MUST(timerfd_settime(timer, 0, &when, &old));
    SHOW(old.it_interval.tv_sec);
    poll(&(struct pollfd){ timer, POLLIN, 0 }, 1, 1000);
    MUST(read(timer, &value, 8));
    SHOW(value);

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, 0);
    sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 4711 });
    struct signalfd_siginfo info;
    SHOW(read(signals, &info, sizeof info));
    SHOW(info.ssi_signo - SIGRTMIN);
    SHOW(info.ssi_code);
    SHOW(info.ssi_pid == getpid());
    SHOW(info.ssi_uid == getuid());
    SHOW(info.ssi_int);

    char folder[] = "/tmp/structures-XXXXXX", events[4096], name[64];
    mkdtemp(folder);
    int notify = inotify_init1(0), watch = inotify_add_watch(notify, folder, IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO), length = 0;
    snprintf(name, sizeof name, "%s/a-file", folder);
    close(open(name, O_CREAT | O_WRONLY, 0600));
    unlink(name);
    rmdir(folder);
    do
        length += read(notify, events + length, sizeof events - length);
    while (length < 80);
    for (int at = 0; at < length;) {
        struct inotify_event *e = (struct inotify_event *)(events + at);
        printf("inotify %d mask %x cookie %x len %d %s\n", e->wd == watch, e->mask, e->cookie, e->len, e->len ? e->name : "");
        at += sizeof *e + e->len;
    }
    close(event), close(timer), close(signals), close(notify);
}

static void system_v(void)
{
    int semaphores = semget(IPC_PRIVATE, 3, 0640);
    unsigned short values[3] = { 7, 8, 9 };
    union semun { int value; struct semid_ds *set; unsigned short *array; } argument = { .array = values };
    MUST(semctl(semaphores, 0, SETALL, argument));
    MUST(semctl(semaphores, 1, SETVAL, (union semun){ .value = 1234 }));
    struct sembuf operations[] = { { 0, -3, IPC_NOWAIT }, { 2, 5, 0 } };
    MUST(semop(semaphores, operations, 2));
    memset(values, 0, sizeof values);
    MUST(semctl(semaphores, 0, GETALL, argument));
    printf("semaphores %d %d %d\n", values[0], values[1], values[2]);
    struct semid_ds set;
    MUST(semctl(semaphores, 0, IPC_STAT, (union semun){ .set = &set }));
    printf("set of %ld mode %o otime %d ctime %d uid %d\n", (long)set.sem_nsems, set.sem_perm.mode, labs(time(NULL) - set.sem_otime) < 5,
           labs(time(NULL) - set.sem_ctime) < 5, set.sem_perm.uid == getuid());
    operations[0] = (struct sembuf){ 0, -100, 0 };
    SHOW(semtimedop(semaphores, operations, 1, &(struct timespec){ 0, 1000000 }));
    SHOW(errno == EAGAIN);
    SHOW(semctl(semaphores, 0, GETPID) == getpid());
    MUST(semctl(semaphores, 0, IPC_RMID));

    int queue = msgget(IPC_PRIVATE, 0600);
    struct { long kind; char text[32]; } message = { 77, "a message" };
    MUST(msgsnd(queue, &message, 10, 0));
    message.kind = 66, strcpy(message.text, "another");
    MUST(msgsnd(queue, &message, 8, 0));
    struct msqid_ds queue_state;
    MUST(msgctl(queue, IPC_STAT, &queue_state));
    printf("queue of %ld, %ld bytes, limit %d, sent by %d\n", (long)queue_state.msg_qnum, (long)queue_state.__msg_cbytes, queue_state.msg_qbytes > 0,
           queue_state.msg_lspid == getpid());
    memset(&message, 0, sizeof message);
    SHOW(msgrcv(queue, &message, 32, 66, 0));
    printf("%ld %s\n", message.kind, message.text);
    SHOW(msgrcv(queue, &message, 32, -100, 0));
    printf("%ld %s\n", message.kind, message.text);
    SHOW(msgrcv(queue, &message, 32, 0, IPC_NOWAIT));
    SHOW(errno == ENOMSG);
    MUST(msgctl(queue, IPC_RMID, NULL));

    int segment = shmget(IPC_PRIVATE, 12345, 0600);
    char *memory = shmat(segment, NULL, 0);
    strcpy(memory, "shared");
    struct shmid_ds segment_state;
    MUST(shmctl(segment, IPC_STAT, &segment_state));
    printf("segment of %ld attached %ld by %d mode %o\n", (long)segment_state.shm_segsz, (long)segment_state.shm_nattch,
           segment_state.shm_cpid == getpid(), segment_state.shm_perm.mode);
    if (!fork()) {
        strcat(memory, " by both");
        _exit(0);
    }
    wait(NULL);
    puts(memory);
    MUST(shmdt(memory));
    MUST(shmctl(segment, IPC_RMID, NULL));
}

static volatile int ticks;
static void tick(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    ticks += info->si_code == SI_TIMER ? info->si_value.sival_int : 1000;
}

static void timers_and_waits(void)
{
    struct sigaction action = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR2, &action, NULL);
    timer_t timer;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value.sival_int = 5 };
    struct itimerspec when = { { 0, 0 }, { 500, 0 } }, left;
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    MUST(timer_settime(timer, 0, &when, NULL));
    MUST(timer_gettime(timer, &left));
    SHOW(left.it_value.tv_sec == 499 || left.it_value.tv_sec == 500);
    when.it_value = (struct timespec){ 0, 1000000 };
    MUST(timer_settime(timer, 0, &when, NULL));
    while (!ticks)
        usleep(1000);
    SHOW(ticks);
    SHOW(timer_getoverrun(timer));
    MUST(timer_delete(timer));

    int ends[2];
    pipe(ends);
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(ends[0], &readable);
    struct timespec moment = { 0, 2000000 };
    sigset_t none;
    sigemptyset(&none);
    SHOW(pselect(ends[0] + 1, &readable, NULL, NULL, &moment, &none));
    SHOW(FD_ISSET(ends[0], &readable));
    write(ends[1], "x", 1);
    FD_SET(ends[0], &readable);
    SHOW(pselect(ends[0] + 1, &readable, NULL, NULL, NULL, &none));
    SHOW(FD_ISSET(ends[0], &readable));
    struct timeval second = { 1, 0 };
    SHOW(select(ends[0] + 1, &readable, NULL, NULL, &second));
    struct pollfd one = { ends[0], POLLIN | POLLOUT, 0 };
    SHOW(ppoll(&one, 1, &moment, NULL));
    SHOW(one.revents);

    int poller = epoll_create1(0);
    struct epoll_event wish = { EPOLLIN, { .u64 = 0x1122334455667788 } }, got[4];
    MUST(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &wish));
    SHOW(epoll_wait(poller, got, 4, 100));
    printf("%x %llx\n", got[0].events, (unsigned long long)got[0].data.u64);
    memset(got, 0, sizeof got);
    SHOW(epoll_pwait(poller, got, 4, 100, &none));
    printf("%x %llx\n", got[0].events, (unsigned long long)got[0].data.u64);
    close(ends[0]), close(ends[1]), close(poller);
}

static void messages(void)
{
    int pair[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    char text[3][16] = { "first", "second one", "third" }, back[3][16] = { { 0 } };
    struct iovec out[3], in[3];
    struct mmsghdr sent[3] = { 0 }, received[3] = { 0 };
    for (int i = 0; i < 3; i++) {
        out[i] = (struct iovec){ text[i], strlen(text[i]) };
        in[i] = (struct iovec){ back[i], sizeof back[i] };
        sent[i].msg_hdr.msg_iov = &out[i], sent[i].msg_hdr.msg_iovlen = 1;
        received[i].msg_hdr.msg_iov = &in[i], received[i].msg_hdr.msg_iovlen = 1;
    }
    SHOW(sendmmsg(pair[0], sent, 3, 0));
    SHOW(sent[1].msg_len);
    SHOW(recvmmsg(pair[1], received, 2, 0, NULL));
    SHOW(recvmmsg(pair[1], received + 2, 1, MSG_WAITFORONE, &(struct timespec){ 1, 0 }));
    for (int i = 0; i < 3; i++)
        printf("%d %.16s\n", received[i].msg_len, back[i]);

    int on = 1, kind = 0;
    socklen_t size = sizeof kind;
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    SHOW(getsockopt(pair[1], SOL_SOCKET, SO_TYPE, &kind, &size));
    SHOW(kind);
    struct timeval limit = { 3, 250000 }, read_back;
    size = sizeof read_back;
    setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    getsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &read_back, &size);
    printf("timeout %lld %lld\n", (long long)read_back.tv_sec, (long long)read_back.tv_usec);
    char control[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))], byte[4];
    struct msghdr passed = { .msg_iov = &(struct iovec){ "fd", 2 }, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int)) };
    struct cmsghdr *head = CMSG_FIRSTHDR(&passed);
    *head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(head), &pair[0], sizeof(int));
    SHOW(sendmsg(pair[0], &passed, 0));
    struct msghdr taken = { .msg_iov = &(struct iovec){ byte, 4 }, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    SHOW(recvmsg(pair[1], &taken, 0));
    for (head = CMSG_FIRSTHDR(&taken); head; head = CMSG_NXTHDR(&taken, head)) {
        struct ucred credentials;
        memcpy(&credentials, CMSG_DATA(head), sizeof credentials);
        printf("control %d %d", head->cmsg_level, head->cmsg_type);
        if (head->cmsg_type == SCM_CREDENTIALS)
            printf(" %d %d", credentials.pid == getpid(), credentials.uid == getuid());
        puts("");
    }

    int server = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT }, own = { 0 };
    if (!bind(server, (struct sockaddr *)&address, sizeof address)) {
        size = sizeof own;
        getsockname(server, (struct sockaddr *)&own, &size);
        printf("own address %d %d %d %d\n", own.sin6_family, own.sin6_port != 0, own.sin6_addr.s6_addr[15], (int)size);
    }
    close(server), close(pair[0]), close(pair[1]);
}

static void files(void)
{
    char folder[] = "/tmp/structures-XXXXXX", name[64];
    mkdtemp(folder);
    snprintf(name, sizeof name, "%s/file", folder);
    int fd = open(name, O_CREAT | O_RDWR, 0604);
    struct iovec parts[2] = { { "0123456789", 10 }, { "abcdef", 6 } };
    SHOW(pwritev(fd, parts, 2, 5000000000));
    char text[17] = { 0 };
    struct iovec back[2] = { { text, 3 }, { text + 3, 13 } };
    SHOW(preadv2(fd, back, 2, 5000000000, 0));
    puts(text);
    SHOW(posix_fadvise(fd, 4096, 5000000000, POSIX_FADV_DONTNEED));
    SHOW(posix_fallocate(fd, 0, 4096));
    SHOW(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
    struct stat status;
    fstat(fd, &status);
    printf("size %lld mode %o links %d blocks %d\n", (long long)status.st_size, status.st_mode, (int)status.st_nlink, status.st_blocks >= 8);
    struct timespec times[2] = { { 123456789, 1000 }, { 987654321, 2000 } };
    futimens(fd, times);
    stat(name, &status);
    printf("times %lld.%ld %lld.%ld\n", (long long)status.st_atim.tv_sec, status.st_atim.tv_nsec, (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    struct statx extended;
    statx(AT_FDCWD, name, 0, STATX_ALL, &extended);
    printf("statx size %lld mode %o mtime %lld.%u\n", (long long)extended.stx_size, extended.stx_mode, (long long)extended.stx_mtime.tv_sec, extended.stx_mtime.tv_nsec);
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 50 };
    SHOW(fcntl(fd, F_SETLK, &lock));
    if (!fork()) {
        struct flock seen = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
        fcntl(fd, F_GETLK, &seen);
        printf("lock %d at %lld for %lld by the parent %d\n", seen.l_type, (long long)seen.l_start, (long long)seen.l_len, seen.l_pid == getppid());
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    struct statfs system;
    SHOW(fstatfs(fd, &system));
    SHOW(system.f_bsize > 0 && system.f_namelen == 255);
    DIR *directory = opendir(folder);
    for (struct dirent *e; (e = readdir(directory));)
        if (e->d_name[0] != '.')
            printf("entry %s type %d inode %d\n", e->d_name, e->d_type, e->d_ino == status.st_ino);
    closedir(directory);
    close(fd);
    unlink(name);
    rmdir(folder);
}

static void processes(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    SHOW(sched_getaffinity(0, sizeof cpus, &cpus));
    SHOW(CPU_COUNT(&cpus) >= 1);
    int first = 0;
    while (!CPU_ISSET(first, &cpus))
        first++;
    CPU_ZERO(&cpus);
    CPU_SET(first, &cpus);
    SHOW(sched_setaffinity(0, sizeof cpus, &cpus));
    SHOW(sched_getcpu() == first);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 77;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    SHOW(limit.rlim_cur);
    struct rlimit64 wide;
    getrlimit64(RLIMIT_CORE, &wide);
    SHOW(wide.rlim_cur <= wide.rlim_max);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    SHOW(usage.ru_maxrss > 0 && usage.ru_utime.tv_usec < 1000000);
    struct tms clock;
    SHOW(times(&clock) != -1);
    int secret = 123, found = 0;
    struct iovec here = { &found, sizeof found }, there = { &secret, sizeof secret };
    SHOW(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
    SHOW(found);
    SHOW(nice(3));
    SHOW(getpriority(PRIO_PROCESS, 0));
    struct sched_param priority = { 99 };
    SHOW(sched_getparam(0, &priority));
    SHOW(priority.sched_priority);
    pid_t child = fork();
    if (!child)
        _exit(33);
    siginfo_t info;
    memset(&info, 0, sizeof info);
    SHOW(waitid(P_PID, child, &info, WEXITED));
    printf("waitid %d %d %d %d\n", info.si_signo, info.si_code, info.si_status, info.si_pid == child);
}

static int receive_descriptor(int socket)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct msghdr message = { .msg_iov = &(struct iovec){ &byte, 1 }, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    MUST(recvmsg(socket, &message, 0));
    int fd = -1;
    if (CMSG_FIRSTHDR(&message))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static void send_descriptor(int socket, int fd)
{
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))] = { 0 };
    struct msghdr message = { .msg_iov = &(struct iovec){ "x", 1 }, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    *CMSG_FIRSTHDR(&message) = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof fd);
    MUST(sendmsg(socket, &message, 0));
}

static void show_counter(const char *whose, int fd)
{
    uint64_t value = 0;
    MUST(read(fd, &value, sizeof value));
    printf("%s eventfd %llx\n", whose, (unsigned long long)value);
}

/* A program that makes no such descriptors itself, but has one from its parent, or is sent one after it has read from others. */
static void given_descriptors(const char *how, int fd)
{
    if (!strcmp(how, "inherited")) {
        show_counter(how, fd);
    } else {
        MUST(read(fd, (char[8]){ 0 }, 8));
        show_counter(how, receive_descriptor(fd));
    }
}

static void give_descriptors(const char *how)
{
    int event = eventfd(0x01020304, 0), sockets[2];
    char number[12];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    snprintf(number, sizeof number, "%d", *how == 'i' ? event : sockets[1]);
    pid_t child = fork();
    if (!child) {
        if (*how != 'i')
            close(event);
        execl("/proc/self/exe", "self", how, number, NULL);
        _exit(1);
    }
    if (*how != 'i') {
        MUST(write(sockets[0], "12345678", 8));
        send_descriptor(sockets[0], event);
    }
    MUST(waitpid(child, NULL, 0));
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3) {
        given_descriptors(argv[1], atoi(argv[2]));
        return 0;
    }
    give_descriptors("inherited");
    give_descriptors("sent");
    descriptors_with_data();
    system_v();
    timers_and_waits();
    messages();
    files();
    processes();
    return 0;
}
