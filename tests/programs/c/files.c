/* Files, directories, links, times, polling. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    char place[] = "/tmp/ferry-files-XXXXXX", text[100] = "";
    if (!mkdtemp(place) || chdir(place))
        return 1;
    FILE *f = fopen("file", "w+");
    for (int i = 0; i < 1000; i++)
        fprintf(f, "line %d\n", i);
    fseek(f, 5000, SEEK_SET);
    fgets(text, sizeof text, f);
    printf("%ld %s", ftell(f), text);
    fclose(f);
    struct stat st;
    stat("file", &st);
    printf("%ld %o %d %ld\n", (long)st.st_size, st.st_mode, (int)st.st_nlink, (long)st.st_blksize);
    struct timespec times[2] = {{1000000000, 123456789}, {1100000000, 987654321}};
    utimensat(AT_FDCWD, "file", times, 0);
    stat("file", &st);
    printf("%ld.%09ld\n", st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    symlink("file", "link"), link("file", "hard"), mkdir("sub", 0750), rename("hard", "sub/hard");
    ssize_t length = readlink("link", text, 100);
    printf("%zd %.4s %d %d\n", length, text, access("sub/hard", R_OK), unlink("missing") == -1 && errno == ENOENT);
    int fd = open("file", O_RDWR | O_CLOEXEC);
    struct iovec parts[] = {{"abc", 3}, {"defg", 4}};
    printf("%zd", pwritev(fd, parts, 2, 10));
    printf(" %ld %d\n", (long)lseek(fd, 0, SEEK_END), flock(fd, LOCK_EX));
    pread(fd, text, 12, 8);
    text[12] = 0;
    printf("%s %d %d\n", text, fcntl(fd, F_GETFL) & O_ACCMODE, fcntl(fd, F_GETFD));
    ftruncate(fd, 50), fstat(fd, &st);
    printf("%ld\n", (long)st.st_size);
    int ends[2], event = eventfd(3, 0), ep = epoll_create1(0);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    struct pollfd polled[] = {{ends[0], POLLIN}, {event, POLLIN}};
    printf("%d", poll(polled, 2, 0));
    write(ends[1], "datagram", 8);
    int n = poll(polled, 2, 0);
    printf(" %d %d\n", n, polled[0].revents);
    epoll_ctl(ep, EPOLL_CTL_ADD, event, &(struct epoll_event){EPOLLIN, {.u64 = 0x123456789abcdef}});
    struct epoll_event got[3];
    n = epoll_wait(ep, got, 3, 100);
    printf("%d %x %lx\n", n, got[0].events, (long)got[0].data.u64);
    struct msghdr message = {.msg_iov = &(struct iovec){text, 100}, .msg_iovlen = 1};
    length = recvmsg(ends[0], &message, MSG_DONTWAIT);
    printf("%zd %.8s\n", length, text);
    struct tm tm;
    time_t when = 1700000000;
    gmtime_r(&when, &tm);
    strftime(text, 100, "%F %T %j", &tm);
    struct timespec now, later;
    clock_gettime(CLOCK_MONOTONIC, &now), usleep(2000), clock_gettime(CLOCK_MONOTONIC, &later);
    printf("%s %d\n", text, (later.tv_sec - now.tv_sec) * 1000000000L + later.tv_nsec - now.tv_nsec >= 2000000);
    unlink("file"), unlink("link"), unlink("sub/hard"), rmdir("sub"), chdir("/");
    printf("%d\n", rmdir(place));
    return 0;
}
