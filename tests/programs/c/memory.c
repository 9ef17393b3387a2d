/* Memory maps: protections, files, holes, growth, overlap, alignment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
    char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 0xab, 1 << 20);
    munmap(p + 4096, 8192);
    printf("%d\n", mmap(p + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + 4096);
    printf("%d %d\n", p[4096], (unsigned char)p[4095]);
    void *refused = mmap(p, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    printf("%d %d\n", refused == MAP_FAILED, errno == EEXIST);
    int fd = memfd_create("file", 0);
    ftruncate(fd, 20000);
    char *shared = mmap(NULL, 20000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *private = mmap(NULL, 20000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    strcpy(shared + 5000, "shared text");
    printf("%s\n", private + 5000);
    private[5000] = 'S';
    pwrite(fd, "written", 8, 9000);
    printf("%s %s\n", shared + 5000, shared + 9000);
    char *moved = mremap(shared, 20000, 200000, MREMAP_MAYMOVE);
    printf("%s %d\n", moved + 9000, moved != MAP_FAILED);
    void *big = mmap(NULL, 1UL << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    printf("%d %d\n", big != MAP_FAILED, mprotect((char *)big + (1UL << 39), 4096, PROT_READ | PROT_WRITE));
    ((char *)big)[1UL << 39] = 1;
    printf("%d\n", munmap(big, 1UL << 40));
    char *before = sbrk(0);
    printf("%d", sbrk(100000) == before);
    printf(" %d\n", sbrk(0) == before + 100000);
    memset(before, 1, 100000);
    sbrk(-100000);
    for (int i = 1; i < 3000; i++) {
        char *q = malloc(i * 37 % 5000 + 1), *r = calloc(i % 50 + 1, 16);
        q[0] = 1;
        r = realloc(r, 10000);
        if (i % 3)
            free(q);
        free(r);
    }
    volatile char buffer[32];
    for (int i = 0; i < 16; i++) {
        *(volatile unsigned long *)(buffer + i) = 0x0102030405060708UL * (i + 1);
        *(volatile unsigned short *)(buffer + i + 3) = 0xbeef;
        printf("%lx %x ", *(volatile unsigned long *)(buffer + i), *(volatile unsigned *)(buffer + i + 1));
    }
    printf("\n%d %d\n", mprotect((void *)123, 4096, PROT_READ) == -1 ? errno == EINVAL : 0, munmap((void *)4096, 0) == -1 ? errno == EINVAL : 0);
    printf("%d\n", madvise(p, 4096, MADV_DONTNEED) || p[0]);
    return 0;
}
