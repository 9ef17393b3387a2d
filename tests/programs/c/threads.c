/* Threads, mutexes, conditions, thread-local data, barriers, once, keys. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 3000 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static _Thread_local long own = 5;
static long total, turn, destroyed, initialised;

static void destroy(void *p) { __atomic_add_fetch(&destroyed, (long)p, __ATOMIC_SEQ_CST); }
static void initialise(void) { initialised++; }

static void *work(void *argument)
{
    long id = (long)argument;
    pthread_once(&once, initialise);
    pthread_setspecific(key, (void *)(id + 1));
    for (int i = 0; i < ROUNDS; i++) {
        own += id;
        pthread_mutex_lock(&lock);
        total += i;
        pthread_mutex_unlock(&lock);
        if (i % 100 == 0) {
            pthread_rwlock_rdlock(&rwlock);
            pthread_rwlock_unlock(&rwlock);
        }
    }
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&lock);
        while (turn % THREADS != id)
            pthread_cond_wait(&changed, &lock);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    sem_post(&semaphore);
    return (void *)own;
}

static void *cancelled(void *argument)
{
    for (;;)
        pthread_testcancel();
}

int main(void)
{
    pthread_t threads[THREADS], c;
    pthread_barrier_init(&barrier, NULL, THREADS);
    pthread_key_create(&key, destroy);
    sem_init(&semaphore, 0, 0);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        sem_wait(&semaphore);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        printf("%ld ", (long)result);
    }
    printf("%ld %ld %ld %ld %ld\n", total, turn, destroyed, initialised, own);
    pthread_create(&c, NULL, cancelled, NULL);
    pthread_cancel(c);
    void *result;
    pthread_join(c, &result);
    printf("%d\n", result == PTHREAD_CANCELED);
    for (int i = 0; i < 300; i++) {
        pthread_create(&c, NULL, (void *(*)(void *))labs, (void *)(long)-i);
        pthread_join(c, &result);
        total += (long)result;
    }
    printf("%ld\n", total);
    pthread_exit(NULL);
}
