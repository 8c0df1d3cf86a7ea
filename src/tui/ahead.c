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

static bool make(cprof_ahead *a, cprof_fold_kind kind, const char *name) {
    return !atomic_load(&a->stop) &&
           cprof_cache_make_ahead(a->cache, &a->session, kind, &a->settings, cprof_slice_of(name));
}

static void *work(void *context) {
    static const cprof_fold_kind wanted[] = {CPROF_FOLD_TOP, CPROF_FOLD_CALLS, CPROF_FOLD_TREE,
                                             CPROF_FOLD_TRACES, CPROF_FOLD_TAGS};
    cprof_ahead *a = context;
    bool ok = true;
    if (a->is_source)
        (void)make(a, CPROF_FOLD_SOURCE, a->pattern);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && ok && !a->is_source; i++)
        ok = make(a, wanted[i], "");
    atomic_store(&a->done, true);
    return NULL;
}

/* Once the thread before has done its work. */
static void begin(cprof_ahead *a, bool is_source) {
    if (a->running)
        pthread_join(a->thread, NULL);
    a->is_source = is_source;
    atomic_store(&a->stop, false);
    atomic_store(&a->done, false);
    a->running = pthread_create(&a->thread, NULL, work, a) == 0;
}

bool cprof_ahead_start(cprof_ahead *a, const cprof_settings *settings) {
    if (a->running && !atomic_load(&a->stop) && memcmp(&a->settings, settings, sizeof *settings) == 0)
        return true;
    cprof_ahead_stop(a);
    if (a->running && !atomic_load(&a->done))
        return false;
    memcpy(&a->settings, settings, sizeof *settings);
    a->pattern[0] = 0;
    begin(a, false);
    return true; /* without a thread it is made when it is wanted */
}

bool cprof_ahead_source(cprof_ahead *a, cprof_slice pattern) {
    if (!a->running || atomic_load(&a->stop) || pattern.len == 0 || pattern.len >= sizeof a->pattern ||
        cprof_slice_is(pattern, a->pattern))
        return true;
    if (!atomic_load(&a->done))
        return false;
    memcpy(a->pattern, pattern.ptr, pattern.len);
    a->pattern[pattern.len] = 0;
    begin(a, true);
    return true;
}

void cprof_ahead_stop(cprof_ahead *a) {
    atomic_store(&a->stop, true);
}
