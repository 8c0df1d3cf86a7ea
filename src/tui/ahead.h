/* Work ahead of the person: what the next keys are likely to want is made while nothing else is to be done.
 */
#ifndef CPROF_TUI_AHEAD_H
#define CPROF_TUI_AHEAD_H

#include "tui/cache.h"

#include <pthread.h>

typedef struct cprof_ahead {
    cprof_cache *cache; /* borrowed */
    cprof_env env;      /* says nothing, and stops by itself */
    cprof_session session;
    atomic_bool stop;
    pthread_t thread;
    atomic_bool done; /* the thread has nothing more to do */
    bool running;     /* there is a thread to be joined */
    cprof_settings settings;
    char pattern[512]; /* of the function whose source was made last; "": none */
    bool is_source;    /* the thread makes that */
} cprof_ahead;

/* cache and session are borrowed; the struct must not move. */
void cprof_ahead_init(cprof_ahead *ahead, cprof_cache *cache, const cprof_session *session);
void cprof_ahead_deinit(cprof_ahead *ahead);

/* Begins to make what views of these settings want, unless that has been begun already; their texts are
 * borrowed.  False when what was begun before has not stopped yet: to be tried again. */
bool cprof_ahead_start(cprof_ahead *ahead, const cprof_settings *settings);
/* Begins to make the source of what the pattern names, with the settings that were started last; nothing
 * while they are still at work: false, to be tried again. */
bool cprof_ahead_source(cprof_ahead *ahead, cprof_slice pattern);
/* It is to stop soon: something else is wanted now.  Does not wait. */
void cprof_ahead_stop(cprof_ahead *ahead);

#endif
