/* Segments of the local and the global table (IA-32): bases, limits, what the system tells of them. Elsewhere there are none. */
#include <stdio.h>

#ifdef __i386__
#include <asm/ldt.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int data[4] = { 11, 22, 33, 44 };

static void local_table(void)
{
    struct user_desc d = { .entry_number = 3, .base_addr = (unsigned long)data, .limit = 15, .seg_32bit = 1, .useable = 1 };
    int selector = 3 * 8 + 7, second, fourth, first;
    unsigned limit;
    unsigned char found;
    printf("empty: %ld\n", syscall(SYS_modify_ldt, 0, data, 0));
    printf("written: %ld\n", syscall(SYS_modify_ldt, 1, &d, sizeof d));
    __asm__ volatile("push %%es\n mov %1,%%es\n mov %%es:4,%0\n movl $99,%%es:8\n pop %%es" : "=&r"(second) : "r"(selector) : "memory");
    __asm__ volatile("push %%ds\n mov %1,%%ds\n mov 12,%0\n pop %%ds" : "=&r"(fourth) : "r"(selector));
    __asm__ volatile("push %%fs\n mov %1,%%fs\n mov %%fs:0,%0\n pop %%fs" : "=&r"(first) : "r"(selector));
    printf("through it: %d %d %d, written %d\n", first, second, fourth, data[2]);
    __asm__ volatile("lsl %2,%0\n sete %1" : "=r"(limit), "=q"(found) : "r"(selector) : "cc");
    printf("limit %u, found %d\n", limit, found);
    unsigned long long table[8];
    long size = syscall(SYS_modify_ldt, 0, table, sizeof table);
    printf("read: %ld, type %llx\n", size, table[3] >> 40 & 0xff);
    d.entry_number = 9000;
    printf("beyond: %ld errno %d\n", syscall(SYS_modify_ldt, 1, &d, sizeof d), errno);
}

static void thread_areas(void)
{
    struct user_desc d = { .entry_number = -1, .base_addr = (unsigned long)data, .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1, .useable = 1 };
    long result = syscall(SYS_set_thread_area, &d);
    int value;
    __asm__ volatile("push %%fs\n mov %1,%%fs\n mov %%fs:4,%0\n pop %%fs" : "=&r"(value) : "r"(d.entry_number * 8 + 3));
    printf("area: %ld, number %u, through it %d\n", result, d.entry_number, value);
    struct user_desc told = { .entry_number = d.entry_number };
    result = syscall(SYS_get_thread_area, &told);
    printf("told: %ld, same %d\n", result, !memcmp(&told, &d, sizeof d));
}
#endif

int main(void)
{
#ifdef __i386__
    local_table();
    thread_areas();
#endif
    puts("done");
    return 0;
}
