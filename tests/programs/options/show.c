/* Shows what the command line's options are to change. Arguments name what to show. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

extern char **environ;

static unsigned long deepest(unsigned long depth)
{
	volatile char frame[4096];
	frame[0] = (char)depth;
	return depth ? deepest(depth - 1) + (unsigned)frame[0] * 0 : (unsigned long)frame;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "name")) {
			printf("%s\n", argv[0]);
		} else if (!strcmp(argv[i], "environment")) {
			for (char **variable = environ; *variable; variable++)
				puts(*variable);
		} else if (!strcmp(argv[i], "release")) {
			struct utsname name;
			uname(&name);
			printf("%s %s\n", name.machine, name.release);
		} else if (!strcmp(argv[i], "stack")) {
			struct rlimit limit;
			getrlimit(RLIMIT_STACK, &limit);
			printf("%lu\n", (unsigned long)limit.rlim_cur);
		} else if (!strcmp(argv[i], "deep")) { /* uses 3 MiB of it */
			printf("%d\n", deepest(3 << 8) != 0);
		} else if (!strcmp(argv[i], "missing")) {
			for (int again = 0; again < 3; again++)
				printf("%ld %d\n", syscall(2000), errno == ENOSYS);
			printf("%ld %d\n", syscall(244), errno == ENOSYS); /* no call has this number on riscv64 */
		} else if (!strcmp(argv[i], "self")) { /* the options reach what is executed */
			fflush(stdout);
			execl("/proc/self/exe", "again", "environment", NULL);
		}
	}
	return 0;
}
