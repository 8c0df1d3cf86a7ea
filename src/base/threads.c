#include "base/threads.h"

#include <signal.h>
#include <stdbool.h>
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

typedef struct job {
    void (*run)(void *part);
    void *part;
    pthread_t thread;
    bool started;
} job;

static void *run_job(void *context) {
    job *j = context;
    j->run(j->part);
    return NULL;
}

void cprof_threads_run(void (*run)(void *part), void *parts, size_t size, unsigned count) {
    job jobs[CPROF_THREADS_MAX];
    unsigned threads = count < CPROF_THREADS_MAX ? count : CPROF_THREADS_MAX;
    for (unsigned i = 1; i < threads; i++) {
        jobs[i] = (job){.run = run, .part = (char *)parts + i * size};
        jobs[i].started = cprof_thread_start(&jobs[i].thread, run_job, &jobs[i]) == 0;
    }
    run(parts);
    for (unsigned i = threads; i < count; i++)
        run((char *)parts + i * size);
    for (unsigned i = 1; i < threads; i++)
        if (jobs[i].started)
            pthread_join(jobs[i].thread, NULL);
        else
            run(jobs[i].part);
}
