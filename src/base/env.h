/* What an operation may use of its surroundings: memory, a place for remarks, a wish to stop.
 *
 * There is no global state; an env is made by whoever starts the work (the command line, the shell, a
 * test) and passed down.  A NULL env stands for "no budget, no remarks, never stopped".
 */
#ifndef CPROF_BASE_ENV_H
#define CPROF_BASE_ENV_H

#include "cprof/error.h"

#include <stdatomic.h>
#include <stddef.h>

/* Bytes that arenas and vectors may hold together.  Shared by threads. */
typedef struct cprof_budget {
    size_t limit;        /* bytes; 0: none */
    atomic_size_t used;  /* bytes */
    atomic_size_t peak;  /* bytes */
    atomic_bool refused; /* the limit turned a request down */
} cprof_budget;

typedef struct cprof_env {
    cprof_budget *budget;                             /* borrowed; may be NULL */
    void (*note)(void *context, const char *message); /* one line, no newline, escaped; may be NULL */
    void *note_context;
    /* part of total is done (total 0: unknown); stage is a few static words.  May be NULL.  Any thread. */
    void (*progress)(void *context, const char *stage, uint64_t part, uint64_t total);
    void *progress_context;
    const atomic_bool *stop; /* borrowed; set from a signal handler or another thread; may be NULL */
} cprof_env;

/* Takes size bytes off the budget; false when it is used up (cprof_error_memory then names the limit).
 * budget may be NULL. */
bool cprof_budget_take(cprof_budget *budget, size_t size);
void cprof_budget_give(cprof_budget *budget, size_t size);

/* Sets err to "out of memory", naming the budget when that was the bound; returns false. */
bool cprof_error_memory(const cprof_env *env, cprof_error *err);

void cprof_note(const cprof_env *env, const char *format, ...) CPROF_PRINTF(2, 3);
void cprof_progress(const cprof_env *env, const char *stage, uint64_t part, uint64_t total);

/* True when the person wants it stopped; sets err to CPROF_ERR_STOPPED.  Cheap: ask every few thousand steps.
 */
bool cprof_stopped(const cprof_env *env, cprof_error *err);

static inline cprof_budget *cprof_env_budget(const cprof_env *env) {
    return env ? env->budget : NULL;
}

#endif
