/* Code made at run time, changed and flushed, at the same address; library code mapped over. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __riscv
static const unsigned template[] = {0x00000513 /* li a0, N */, 0x00008067 /* ret */};
static void emit(void *to, int n) { unsigned code[2] = {template[0] | n << 20, template[1]}; memcpy(to, code, 8); __builtin___clear_cache(to, (char *)to + 8); }
#else
static void emit(void *to, int n) { unsigned char code[] = {0xb8, n, n >> 8, 0, 0, 0xc3}; memcpy(to, code, sizeof code); __builtin___clear_cache(to, (char *)to + 8); }
#endif

int main(void)
{
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int (*made)(void) = (int (*)(void))page;
    long sum = 0;
    for (int i = 0; i < 2000; i++) {
        emit(page, i);
        sum += made();
    }
    printf("%ld\n", sum);
    for (int i = 0; i < 100; i++) {
        mprotect(page, 4096, PROT_READ | PROT_WRITE);
        emit(page, i + 1000);
        mprotect(page, 4096, PROT_READ | PROT_EXEC);
        for (int j = 0; j < 20; j++)
            sum += made();
    }
    printf("%ld\n", sum);
    for (int i = 0; i < 100; i++) {
        munmap(page, 4096);
        mmap(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        emit(page, i);
        sum += made() + made();
    }
    printf("%ld\n", sum);
    return 0;
}
