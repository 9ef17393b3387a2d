/* Code that is written in many ways: at once, by read(2), through a second mapping, by another thread, by an instruction just before it. Machines that want to
 * be told are told. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 4096, ROUNDS = 300, WRITERS = 8 };

typedef int function(void);

/* A function that returns a number from 0 to 2000; its bytes. */
static size_t make(uint8_t *code, int number)
{
#if defined __i386__ || defined __x86_64__
    uint8_t bytes[] = { 0xb8, (uint8_t)number, (uint8_t)(number >> 8), 0, 0, 0xc3 };
#elif defined __riscv
    uint32_t bytes[] = { 0x00000513 | (uint32_t)number << 20, 0x00008067 };
#elif defined __powerpc__
    uint32_t bytes[] = { 0x38600000 | (uint32_t)number, 0x4e800020 };
#endif
    memcpy(code, bytes, sizeof bytes);
    return sizeof bytes;
}

static void tell(void *code)
{
#ifdef __powerpc__ /* where GCC's function does nothing */
    __asm__ volatile("dcbst 0,%0\n sync\n icbi 0,%0\n sync\n isync" : : "r"(code) : "memory");
#else
    __builtin___clear_cache(code, (char *)code + SIZE);
#endif
}

static uint8_t *volatile shared;
static volatile int wanted, done;

static void *other_thread(void *unused)
{
    (void)unused;
    for (int i = 1; i <= ROUNDS; i++) {
        while (wanted != i)
            usleep(1);
        make(shared, i);
        tell(shared);
        done = i;
    }
    return NULL;
}

/* Each with code of its own, so much of it that what is translated does not fit where translations are kept. */
static void *writer(void *unused)
{
    (void)unused;
    uint8_t *code = mmap(NULL, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    intptr_t right = 0;
    for (int i = 0; i < 10 * ROUNDS; i++) {
        make(code, i % ROUNDS);
        tell(code);
        right += ((function *)(uintptr_t)code)() == i % ROUNDS;
    }
    munmap(code, SIZE);
    return (void *)right;
}

static int many_writers(void)
{
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, writer, NULL);
    int right = 0;
    for (int i = 0; i < WRITERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        right += (int)(intptr_t)result;
    }
    return right;
}

/* The second instruction's operand is written by the first. */
static int next_instruction(uint8_t *code, int number)
{
#if defined __i386__
    uint8_t bytes[] = { 0xc6, 0x05, 0, 0, 0, 0, (uint8_t)number, 0xb8, 1, 0, 0, 0, 0xc3 };
    uint32_t at = (uint32_t)(uintptr_t)code + 8;
    memcpy(bytes + 2, &at, 4);
    memcpy(code, bytes, sizeof bytes);
    return ((function *)(uintptr_t)code)();
#else
    (void)code;
    return number;
#endif
}

int main(void)
{
    uint8_t *code = mmap(NULL, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        make(code, i);
        tell(code);
        sum += ((function *)(uintptr_t)code)();
    }
    printf("written: %d\n", sum);

    int ends[2];
    sum = pipe(ends);
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t bytes[SIZE];
        size_t size = make(bytes, i);
        write(ends[1], bytes, size);
        sum += read(ends[0], code, SIZE) == (ssize_t)size;
        tell(code);
        sum += ((function *)(uintptr_t)code)();
    }
    printf("read: %d\n", sum);

    int fd = memfd_create("code", 0);
    ftruncate(fd, SIZE);
    uint8_t *to = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *from = mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        make(to, i);
        tell(from);
        sum += ((function *)(uintptr_t)from)();
    }
    printf("second mapping: %d\n", sum);

    pthread_t thread;
    shared = code;
    pthread_create(&thread, NULL, other_thread, NULL);
    sum = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        wanted = i;
        while (done != i)
            usleep(1);
        tell(code);
        sum += ((function *)(uintptr_t)code)();
    }
    pthread_join(thread, NULL);
    printf("another thread: %d\n", sum);

    sum = 0;
    for (int i = 0; i < 100; i++)
        sum += next_instruction(code, i);
    printf("the instruction before: %d\n", sum);
    printf("many threads: %d\n", many_writers());
    return 0;
}
