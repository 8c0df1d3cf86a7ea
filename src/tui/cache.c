#include "tui/cache.h"

#include <pthread.h>

typedef enum state { MAKING, READY, FAILED } state;

typedef struct entry {
    cprof_fold fold; /* first: a pointer to it is one to the whole */
    cprof_fold_kind kind;
    cprof_slice key;
    state state;
    unsigned users; /* who makes it and who waits for it among them */
    size_t bytes;
    struct entry *older, *newer;
} entry;

struct cprof_cache {
    cprof_session *session;
    size_t limit;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    entry *newest, *oldest;
    /* Only the thread that opens views touches the mark. */
    cprof_settings marked;
    cprof_sink mark_key; /* empty: there is none */
    cprof_sink mark_words;
    size_t bytes, count;
};

cprof_cache *cprof_cache_new(cprof_session *session, size_t limit) {
    cprof_cache *c = cprof_mem_resize(cprof_env_budget(session->env), NULL, 0, sizeof *c);
    if (!c)
        return NULL;
    *c = (cprof_cache){.session = session, .limit = limit};
    cprof_sink_init_memory(&c->mark_key, session->env);
    cprof_sink_init_memory(&c->mark_words, session->env);
    if (pthread_mutex_init(&c->lock, NULL) == 0) {
        if (pthread_cond_init(&c->changed, NULL) == 0)
            return c;
        pthread_mutex_destroy(&c->lock);
    }
    cprof_mem_free(cprof_env_budget(session->env), c, sizeof *c);
    return NULL;
}

/* --- the list --- */

static void unlink_entry(cprof_cache *c, entry *e) {
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void put_first(cprof_cache *c, entry *e) {
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void drop(cprof_cache *c, entry *e) {
    cprof_budget *budget = cprof_env_budget(c->session->env);
    unlink_entry(c, e);
    c->bytes -= e->bytes;
    c->count--;
    cprof_fold_deinit(&e->fold);
    cprof_mem_free(budget, e, sizeof *e + e->key.len);
}

/* Drops those that nobody uses, the oldest first, until so many bytes are held; false: it dropped none. */
static bool shrink(cprof_cache *c, size_t most) {
    bool dropped = false;
    for (entry *e = c->oldest, *newer; e && c->bytes > most; e = newer) {
        newer = e->newer;
        if (e->users > 0)
            continue;
        drop(c, e);
        dropped = true;
    }
    return dropped;
}

void cprof_cache_free(cprof_cache *c) {
    if (!c)
        return;
    while (c->oldest)
        drop(c, c->oldest);
    cprof_sink_deinit(&c->mark_key);
    cprof_sink_deinit(&c->mark_words);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    cprof_mem_free(cprof_env_budget(c->session->env), c, sizeof *c);
}

/* --- keys --- */

/* The name, and every setting that the fold may depend on. */
static void put_key(cprof_sink *sink, const cprof_settings *settings, cprof_slice name) {
    cprof_settings s = *settings;
    if (s.nodecount <= 0)
        s.sort = CPROF_SLICE("flat"); /* of rows that are all there, the order is the view's affair */
    s.output = s.format = CPROF_SLICE("");
    s.compact_labels = false;
    cprof_sink_printf(sink, "%zu ", name.len);
    cprof_sink_slice(sink, name);
    for (const cprof_option *o = cprof_options; o->name; o++) {
        char buffer[CPROF_OPTION_TEXT_MAX];
        if (!o->in_shell || cprof_option_is_preset(o, &s))
            continue;
        cprof_slice value = cprof_option_get(o, &s, buffer);
        cprof_sink_printf(sink, " %s %zu ", o->name, value.len);
        cprof_sink_slice(sink, value);
    }
}

static entry *find(const cprof_cache *c, cprof_fold_kind kind, cprof_slice key) {
    for (entry *e = c->newest; e; e = e->older)
        if (e->kind == kind && e->state != FAILED && cprof_slice_equal(e->key, key))
            return e;
    return NULL;
}

static entry *add(cprof_cache *c, cprof_fold_kind kind, cprof_slice key) {
    entry *e = cprof_mem_resize(cprof_env_budget(c->session->env), NULL, 0, sizeof *e + key.len);
    if (!e)
        return NULL;
    char *text = (char *)(e + 1);
    memcpy(text, key.ptr, key.len);
    *e = (entry){.kind = kind, .key = {text, key.len}, .state = MAKING, .users = 1};
    put_first(c, e);
    c->count++;
    return e;
}

/* --- getting and giving back --- */

/* Who wants a fold. */
typedef struct wish {
    cprof_session *session;
    cprof_fold_kind kind;
    const cprof_settings *settings;
    cprof_slice name;
} wish;

/* Comparing costs two folds, of which often none has to be made. */
static bool compare(cprof_cache *c, entry *e, const wish *w, cprof_error *err) {
    const cprof_slice nothing = CPROF_SLICE("");
    const cprof_fold *then = cprof_cache_get(c, CPROF_FOLD_CALLS, &c->marked, nothing, err);
    const cprof_fold *now = then ? cprof_cache_get(c, CPROF_FOLD_CALLS, w->settings, nothing, err) : NULL;
    bool ok = now && cprof_fold_init_compare(&e->fold, now, then, cprof_sink_bytes(&c->mark_words),
                                             w->session->env, err);
    cprof_cache_release(c, now);
    cprof_cache_release(c, then);
    return ok;
}

static bool make(cprof_cache *c, entry *e, const wish *w, cprof_error *err) {
    if (w->kind == CPROF_FOLD_COMPARE)
        return compare(c, e, w, err);
    if (w->kind != CPROF_FOLD_FUNCTION)
        return cprof_fold_init(&e->fold, w->kind, w->session, w->settings, w->name, err);
    const cprof_fold *calls = cprof_cache_get(c, CPROF_FOLD_CALLS, w->settings, CPROF_SLICE(""), err);
    bool ok = calls && cprof_fold_init_function(&e->fold, calls, w->name, err);
    cprof_cache_release(c, calls);
    return ok;
}

/* Without memory once more, when unused folds have gone. */
static bool make_room_and_make(cprof_cache *c, entry *e, const wish *w, cprof_error *err) {
    cprof_error why = CPROF_ERROR_INIT;
    bool ok = make(c, e, w, &why);
    if (!ok && why.code == CPROF_ERR_MEMORY && w->session == c->session) {
        pthread_mutex_lock(&c->lock);
        bool room = shrink(c, 0);
        pthread_mutex_unlock(&c->lock);
        if (room) {
            cprof_fold_deinit(&e->fold);
            ok = make(c, e, w, &why);
        }
    }
    if (!ok) {
        cprof_fold_deinit(&e->fold);
        if (err)
            *err = why;
    }
    return ok;
}

static const cprof_fold *fill(cprof_cache *c, entry *e, const wish *w, cprof_error *err) {
    bool ok = make_room_and_make(c, e, w, err);
    pthread_mutex_lock(&c->lock);
    e->state = ok ? READY : FAILED;
    if (ok) {
        e->bytes = cprof_fold_bytes(&e->fold) + sizeof *e + e->key.len;
        c->bytes += e->bytes;
        shrink(c, c->limit);
    } else if (--e->users == 0) {
        drop(c, e);
    }
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    return ok ? &e->fold : NULL;
}

/* Waits for the entry while somebody else makes it; NULL when that failed (*failed), or when this one is
 * stopped. */
static const cprof_fold *wait_for(cprof_cache *c, entry *e, bool *failed, cprof_error *err) {
    bool stopped = false;
    e->users++;
    while (e->state == MAKING && !stopped) {
        struct timespec end;
        clock_gettime(CLOCK_REALTIME, &end);
        end.tv_nsec += 50 * 1000000;
        end.tv_sec += end.tv_nsec / 1000000000;
        end.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&c->changed, &c->lock, &end);
        stopped = e->state == MAKING && cprof_stopped(c->session->env, err);
    }
    if (e->state == READY)
        return &e->fold;
    *failed = !stopped;
    if (--e->users == 0 && e->state == FAILED)
        drop(c, e);
    return NULL;
}

/* The fold that is there or being made; *mine: an entry that is to be filled, as there is none. */
static const cprof_fold *take(cprof_cache *c, const wish *w, cprof_slice key, entry **mine,
                              cprof_error *err) {
    const cprof_fold *fold = NULL;
    bool again = true;
    *mine = NULL;
    pthread_mutex_lock(&c->lock);
    while (again) {
        again = false;
        entry *e = find(c, w->kind, key);
        if (e) {
            unlink_entry(c, e);
            put_first(c, e);
            fold = wait_for(c, e, &again, err);
        } else if (!(*mine = add(c, w->kind, key))) {
            cprof_error_memory(c->session->env, err);
        }
    }
    pthread_mutex_unlock(&c->lock);
    return fold;
}

bool cprof_cache_mark(cprof_cache *c, const cprof_settings *settings, cprof_slice words, cprof_error *err) {
    memcpy(&c->marked, settings, sizeof c->marked);
    cprof_sink_deinit(&c->mark_key);
    cprof_sink_deinit(&c->mark_words);
    cprof_sink_init_memory(&c->mark_key, c->session->env);
    cprof_sink_init_memory(&c->mark_words, c->session->env);
    put_key(&c->mark_key, settings, CPROF_SLICE(""));
    cprof_sink_slice(&c->mark_words, words);
    return cprof_sink_finish(&c->mark_key, err) && cprof_sink_finish(&c->mark_words, err);
}

bool cprof_cache_has_mark(const cprof_cache *c) {
    return c->mark_key.count > 0;
}

const cprof_fold *cprof_cache_get(cprof_cache *c, cprof_fold_kind kind, const cprof_settings *settings,
                                  cprof_slice name, cprof_error *err) {
    if (kind == CPROF_FOLD_COMPARE)
        name = cprof_sink_bytes(&c->mark_key);
    wish w = {c->session, kind, settings, name};
    const cprof_fold *fold = NULL;
    entry *mine = NULL;
    cprof_sink key;
    cprof_sink_init_memory(&key, c->session->env);
    put_key(&key, settings, name);
    if (cprof_sink_finish(&key, err))
        fold = take(c, &w, cprof_sink_bytes(&key), &mine, err);
    cprof_sink_deinit(&key);
    return mine ? fill(c, mine, &w, err) : fold;
}

bool cprof_cache_make_ahead(cprof_cache *c, cprof_session *session, cprof_fold_kind kind,
                            const cprof_settings *settings, cprof_slice name) {
    wish w = {session, kind, settings, name};
    entry *mine = NULL;
    cprof_sink key;
    cprof_sink_init_memory(&key, session->env);
    put_key(&key, settings, w.name);
    bool ok = cprof_sink_finish(&key, NULL);
    if (ok) {
        pthread_mutex_lock(&c->lock);
        if (!find(c, kind, cprof_sink_bytes(&key)))
            ok = (mine = add(c, kind, cprof_sink_bytes(&key))) != NULL;
        pthread_mutex_unlock(&c->lock);
    }
    cprof_sink_deinit(&key);
    if (!mine)
        return ok;
    const cprof_fold *fold = fill(c, mine, &w, NULL);
    cprof_cache_release(c, fold);
    return fold != NULL;
}

void cprof_cache_release(cprof_cache *c, const cprof_fold *fold) {
    if (!fold)
        return;
    pthread_mutex_lock(&c->lock);
    for (entry *e = c->newest; e; e = e->older)
        if (&e->fold == fold) {
            e->users--;
            break;
        }
    shrink(c, c->limit);
    pthread_mutex_unlock(&c->lock);
}

size_t cprof_cache_count(cprof_cache *c) {
    pthread_mutex_lock(&c->lock);
    size_t count = c->count;
    pthread_mutex_unlock(&c->lock);
    return count;
}

size_t cprof_cache_bytes(cprof_cache *c) {
    pthread_mutex_lock(&c->lock);
    size_t bytes = c->bytes;
    pthread_mutex_unlock(&c->lock);
    return bytes;
}
