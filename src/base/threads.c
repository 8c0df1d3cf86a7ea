#include "base/threads.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

unsigned cprof_threads_count(size_t work, size_t grain) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = processors < 1                   ? 1
                  : processors > CPROF_THREADS_MAX ? CPROF_THREADS_MAX
                                                   : (size_t)processors;
    size_t parts = grain > 0 ? work / grain : work;
    return (unsigned)(parts < 1 ? 1 : parts < most ? parts : most);
}

int cprof_thread_start(pthread_t *thread, void *(*run)(void *), void *context) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int result = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

typedef struct turns {
    void (*run)(void *part);
    char *parts;
    size_t size;
    unsigned count;
    atomic_uint next; /* part that nobody has taken */
} turns;

static void *take_turns(void *context) {
    turns *t = context;
    for (unsigned i; (i = atomic_fetch_add(&t->next, 1)) < t->count;)
        t->run(t->parts + i * t->size);
    return NULL;
}

/* With that many threads, the caller's among them. */
static void run_on(unsigned threads, turns *t) {
    pthread_t started[CPROF_THREADS_MAX];
    unsigned count = 0;
    atomic_init(&t->next, 1);
    for (unsigned i = 1; i < threads; i++)
        count += cprof_thread_start(&started[count], take_turns, t) == 0;
    t->run(t->parts);
    take_turns(t);
    for (unsigned i = 0; i < count; i++)
        pthread_join(started[i], NULL);
}

void cprof_threads_run(void (*run)(void *part), void *parts, size_t size, unsigned count) {
    turns t = {.run = run, .parts = parts, .size = size, .count = count};
    run_on(count < CPROF_THREADS_MAX ? count : CPROF_THREADS_MAX, &t);
}

void cprof_threads_take_turns(void (*run)(void *part), void *parts, size_t size, unsigned count) {
    turns t = {.run = run, .parts = parts, .size = size, .count = count};
    run_on(cprof_threads_count(count, 1), &t);
}
