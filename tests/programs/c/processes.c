/* fork, exec, wait, pipes, descriptors, environment, vfork, posix_spawn. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc > 1) {
        printf("%s %s %s\n", argv[1], argc > 2 ? argv[2] : "-", getenv("GIVEN") ?: "none");
        return argc + 20;
    }
    int status, ends[2];
    for (int i = 0; i < 20; i++)
        if (fork() == 0)
            _exit(i);
    int sum = 0;
    while (wait(&status) > 0)
        sum += WEXITSTATUS(status);
    printf("%d %d\n", sum, errno == ECHILD);
    pipe(ends);
    if (fork() == 0) {
        dup2(ends[1], 1);
        execl("/proc/self/exe", "self", "through a pipe", NULL);
        _exit(99);
    }
    close(ends[1]);
    char text[100] = "";
    read(ends[0], text, sizeof text);
    wait(&status);
    printf("%s%d\n", text, WEXITSTATUS(status));
    pid_t child = vfork();
    if (child == 0) {
        execle("/proc/self/exe", "self", "environment", "given", NULL, (char *[]){"GIVEN=value", NULL});
        _exit(98);
    }
    waitpid(child, &status, 0);
    printf("%d\n", WEXITSTATUS(status));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn(&child, "/proc/self/exe", &actions, NULL, (char *[]){"self", "spawned", NULL}, environ);
    waitpid(child, &status, 0);
    printf("%d\n", WEXITSTATUS(status));
    if ((child = vfork()) == 0) {
        execl("/no/such/program", "x", NULL);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    printf("%d %d\n", WEXITSTATUS(status) == ENOENT, posix_spawn(&child, "/dev/null", NULL, NULL, argv, environ) == EACCES);
    if (fork() == 0)
        execl("/bin/sh", "sh", "-c", "echo from a shell; exit 5", NULL);
    wait(&status);
    printf("%d %d\n", WEXITSTATUS(status), WEXITSTATUS(system("exit 6")));
    return 3;
}
