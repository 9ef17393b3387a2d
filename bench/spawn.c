/* spawn COUNT PROGRAM [ARGUMENT...]: start-up of processes; runs the program COUNT times, one after the other, by fork and exec. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    int good = 0;
    for (int i = atoi(argv[1]); i > 0; i--) {
        pid_t child = fork();
        if (child == 0) {
            execv(argv[2], argv + 2);
            _exit(127);
        }
        int status;
        if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
            good++;
    }
    printf("%d\n", good);
}
