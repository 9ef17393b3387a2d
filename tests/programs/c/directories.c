/* Directories for a C library with offsets of one word: all entries come, and positions in between can be gone back to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 300 };

static long position[FILES + 3];
static char name[FILES + 3][32];

static void show_types(const char *folder)
{
    char path[100];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/sub", folder);
    mkdir(path, 0700);
    symlink("nowhere", strcat(path, "/link"));
    path[strlen(path) - strlen("/link")] = 0;
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++)
        printf("%s:%d ", entries[i]->d_name, entries[i]->d_type);
    printf("of %d\n", n);
    unlink(strcat(path, "/link"));
    path[strlen(path) - strlen("/link")] = 0;
    rmdir(path);
}

int main(void)
{
    char folder[] = "/tmp/directories-XXXXXX", path[100];
    if (!mkdtemp(folder))
        return 1;
    show_types(folder);
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/file-%d", folder, i);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    DIR *d = opendir(folder);
    int count = 0, same = 0, sum = 0;
    errno = 0;
    for (;;) {
        position[count] = telldir(d);
        struct dirent *entry = readdir(d);
        if (!entry)
            break;
        snprintf(name[count++], sizeof name[0], "%s", entry->d_name);
        sum += entry->d_name[0] == 'f' ? atoi(entry->d_name + 5) : 0;
    }
    printf("%d entries, sum %d, errno %d\n", count, sum, errno);
    for (int i = count - 1; i >= 0; i -= 7) {
        seekdir(d, position[i]);
        struct dirent *entry = readdir(d);
        same += entry && !strcmp(entry->d_name, name[i]);
    }
    seekdir(d, position[count]);
    printf("%d found again, then %s\n", same, readdir(d) ? "more" : "the end");
    rewinddir(d);
    printf("from the start: %d\n", !strcmp(readdir(d)->d_name, name[0]));
    closedir(d);
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/file-%d", folder, i);
        unlink(path);
    }
    return rmdir(folder);
}
