/* Threads: mutexes, condition variables, thread_local, robust mutexes, cancellation, many short lives, the first thread leaving first. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 20000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long total, turn;
static __thread long mine;

static void *add(void *argument)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        total++;
        pthread_mutex_unlock(&lock);
        mine += (long)argument;
    }
    return (void *)mine;
}

static void *take_turns(void *argument)
{
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&lock);
        while (turn % 2 != (long)argument)
            pthread_cond_wait(&changed, &lock);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static pthread_mutex_t robust;
static void *die_with_lock(void *argument)
{
    pthread_mutex_lock(&robust);
    return argument;
}

static void *wait_forever(void *argument)
{
    (void)argument;
    for (;;)
        pause();
}

static void *spin_forever(void *argument)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    sem_post(argument);
    for (volatile long i = 0;; i++)
        ;
}

static void *nothing(void *argument) { return argument; }

static volatile int handled;
static void note(int number) { (void)number; handled++; }
static void *send_many(void *argument)
{
    for (int i = 0; i < 200; i++) {
        int before = handled;
        pthread_kill(*(pthread_t *)argument, SIGUSR1);
        while (handled == before)
            sched_yield();
    }
    return NULL;
}

static void *last_word(void *argument)
{
    pthread_join(*(pthread_t *)argument, NULL);
    printf("the first thread is gone\n");
    fflush(stdout);
    exit(3);
}

int main(void)
{
    pthread_t threads[THREADS];
    void *result;
    long sum = 0;
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, add, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    printf("total %ld, thread locals %ld, mine %ld\n", total, sum, mine);

    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, take_turns, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("turns %ld\n", turn);

    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attributes);
    pthread_create(&threads[0], NULL, die_with_lock, NULL);
    pthread_join(threads[0], NULL);
    printf("robust: %s\n", pthread_mutex_lock(&robust) == EOWNERDEAD ? "EOWNERDEAD" : "wrong");

    pthread_create(&threads[0], NULL, wait_forever, NULL);
    pthread_cancel(threads[0]);
    pthread_join(threads[0], &result);
    printf("cancelled while waiting: %d\n", result == PTHREAD_CANCELED);
    sem_t ready;
    sem_init(&ready, 0, 0);
    pthread_create(&threads[0], NULL, spin_forever, &ready);
    sem_wait(&ready);
    pthread_cancel(threads[0]);
    pthread_join(threads[0], &result);
    printf("cancelled while spinning: %d\n", result == PTHREAD_CANCELED);

    for (int i = 0; i < 1000; i++) {
        pthread_create(&threads[0], NULL, nothing, NULL);
        pthread_join(threads[0], NULL);
    }
    printf("a thousand short lives\n");

    struct sigaction action = { .sa_handler = note };
    sigaction(SIGUSR1, &action, NULL);
    pthread_t self = pthread_self();
    pthread_create(&threads[0], NULL, send_many, &self);
    pthread_join(threads[0], NULL);
    printf("signals from a thread: %d\n", handled);
    printf("first thread's tid is the pid: %d\n", syscall(SYS_gettid) == getpid());
    fflush(stdout);
    pthread_create(&threads[0], NULL, last_word, &self);
    pthread_exit(NULL);
}
