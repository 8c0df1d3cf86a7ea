/* Work shared out among the machine's processors: parts of one kind, each with its own memory. */
#ifndef CPROF_BASE_THREADS_H
#define CPROF_BASE_THREADS_H

#include <pthread.h>
#include <stddef.h>

enum {
    CPROF_THREADS_MAX = 16,
    CPROF_TURNS = 4, /* parts for each thread where they are to take turns: one that is slow does fewer */
    CPROF_TURNS_MAX = CPROF_THREADS_MAX * CPROF_TURNS
};

/* How many parts are worth it: one for each `grain` of the work, up to the number of processors; at least 1.
 */
unsigned cprof_threads_count(size_t work, size_t grain);

/* Runs run(part) for each of `count` parts of `size` bytes that stand in a row, all at the same time as far
 * as threads can be had (no more than CPROF_THREADS_MAX); returns when all are done.  The caller's thread
 * runs the first. */
void cprof_threads_run(void (*run)(void *part), void *parts, size_t size, unsigned count);

/* The same with a thread for each processor; each takes the next part when it is done with one.  For parts
 * that nobody knows beforehand how long they take. */
void cprof_threads_take_turns(void (*run)(void *part), void *parts, size_t size, unsigned count);

/* A thread that takes no signals: those are for the person's thread.  Returns what pthread_create does. */
int cprof_thread_start(pthread_t *thread, void *(*run)(void *), void *context);

#endif
