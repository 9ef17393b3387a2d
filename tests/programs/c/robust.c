/* Locks whose owner ends: a thread, a process; by return, by exit. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t *locks;

static void *take_and_end(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&locks[0]);
    pthread_mutex_lock(&locks[1]);
    pthread_mutex_unlock(&locks[0]);
    pthread_mutex_lock(&locks[2]);
    return NULL;
}

static void *wait_for(void *lock)
{
    long result = pthread_mutex_lock(lock);
    if (result == EOWNERDEAD)
        pthread_mutex_consistent(lock);
    pthread_mutex_unlock(lock);
    return (void *)result;
}

int main(void)
{
    pthread_mutexattr_t attributes;
    pthread_t thread, waiter;
    locks = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < 4; i++)
        pthread_mutex_init(&locks[i], &attributes);

    pthread_create(&thread, NULL, take_and_end, NULL);
    pthread_join(thread, NULL);
    for (int i = 0; i < 3; i++) {
        int result = pthread_mutex_lock(&locks[i]);
        printf("%d: %s\n", i, result == EOWNERDEAD ? "owner died" : result ? "another error" : "locked");
        if (result == EOWNERDEAD)
            pthread_mutex_consistent(&locks[i]);
        pthread_mutex_unlock(&locks[i]);
    }
    fflush(stdout);

    int ready[2];
    char byte = 0;
    pipe(ready);
    if (!fork()) {
        pthread_mutex_lock(&locks[3]);
        write(ready[1], &byte, 1);
        usleep(50000);
        exit(0);
    }
    read(ready[0], &byte, 1);
    void *result;
    pthread_create(&waiter, NULL, wait_for, &locks[3]);
    pthread_join(waiter, &result);
    printf("of a process: %s\n", (long)result == EOWNERDEAD ? "owner died" : "no");
    wait(NULL);
    printf("again: %d\n", pthread_mutex_trylock(&locks[3]));
}
