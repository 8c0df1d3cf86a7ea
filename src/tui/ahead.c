#include "tui/ahead.h"

void cprof_ahead_init(cprof_ahead *a, cprof_cache *cache, const cprof_session *session) {
    *a = (cprof_ahead){.cache = cache, .session = *session};
    a->env = (cprof_env){.budget = cprof_env_budget(session->env), .stop = &a->stop};
    a->session.env = a->session.base.env = &a->env;
}

void cprof_ahead_deinit(cprof_ahead *a) {
    cprof_ahead_stop(a);
    if (a->running)
        pthread_join(a->thread, NULL);
    a->running = false;
}

static void *work(void *context) {
    static const cprof_fold_kind wanted[] = {CPROF_FOLD_TOP, CPROF_FOLD_CALLS, CPROF_FOLD_TREE};
    cprof_ahead *a = context;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !atomic_load(&a->stop); i++)
        if (!cprof_cache_make_ahead(a->cache, &a->session, wanted[i], &a->settings))
            break;
    atomic_store(&a->done, true);
    return NULL;
}

bool cprof_ahead_start(cprof_ahead *a, const cprof_settings *settings) {
    if (a->running && !atomic_load(&a->stop) && memcmp(&a->settings, settings, sizeof *settings) == 0)
        return true;
    cprof_ahead_stop(a);
    if (a->running && !atomic_load(&a->done))
        return false;
    cprof_ahead_deinit(a);
    atomic_store(&a->stop, false);
    atomic_store(&a->done, false);
    memcpy(&a->settings, settings, sizeof *settings);
    a->running = pthread_create(&a->thread, NULL, work, a) == 0;
    return true; /* without a thread it is made when it is wanted */
}

void cprof_ahead_stop(cprof_ahead *a) {
    atomic_store(&a->stop, true);
}
