/* What a program finds at its start: arguments, environment, auxiliary vector, constructors, exit handlers. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int constructed;
__attribute__((constructor)) static void construct(void) { constructed = 1; }
__attribute__((destructor)) static void destruct(void) { puts("destructor"); }
static void at_exit(void) { puts("exit handler"); }
static int initialised = 7, zero[5000];
static const char *const relocated[] = {"a", "b", "c"};

int main(int argc, char **argv, char **envp)
{
    int count = 0, null = 0;
    for (char **e = envp; *e; e++)
        count++;
    for (int i = 0; i < 5000; i++)
        null |= zero[i];
    printf("%d %d %d %d %d %s\n", argc, constructed, initialised, null, count, relocated[2]);
    printf("%s %s\n", getenv("LC_ALL"), getenv("missing") ?: "(none)");
    printf("%lu %d %d %d %lu\n", getauxval(AT_PAGESZ), getauxval(AT_PHDR) != 0, getauxval(AT_ENTRY) != 0, getauxval(AT_RANDOM) != 0, getauxval(AT_CLKTCK));
    printf("%d %d %lu\n", getauxval(AT_UID) == getuid(), getauxval(AT_SECURE) == 0, getauxval(AT_PHENT));
    printf("%d\n", !strcmp((char *)getauxval(AT_EXECFN), argv[0]));
    printf("%d %d %d\n", ((unsigned long)__builtin_frame_address(0) & 15) == 0, isatty(0), stdout != NULL);
    atexit(at_exit);
    exit(300);
}
