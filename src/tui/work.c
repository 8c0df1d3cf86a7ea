#include "tui/app.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds: until work is shown; between two looks at it; until work ahead is tried again; until a row is
 * looked at and not only passed by. */
enum { PATIENCE = 40, LOOK = 40, AHEAD_AGAIN = 50, REST = 250 };
/* Events that are kept while something is at work; that are taken in at one look. */
enum { KEPT = 1 << 16, AT_ONCE = 1000 };

typedef struct job {
    cprof_app *app;
    bool (*step)(void *context, cprof_error *err);
    void *context;
    cprof_error *err;
} job;

/* --- what the work says; any thread --- */

static void on_note(void *context, const char *message) {
    cprof_app_work *w = &((cprof_app *)context)->work;
    pthread_mutex_lock(&w->lock);
    snprintf(w->note, sizeof w->note, "%s", message);
    pthread_mutex_unlock(&w->lock);
}

static void on_progress(void *context, const char *stage, uint64_t part, uint64_t total) {
    cprof_app_work *w = &((cprof_app *)context)->work;
    if (pthread_mutex_trylock(&w->lock) != 0)
        return; /* the next one will do */
    w->stage = stage;
    w->part = part;
    w->total = total;
    pthread_mutex_unlock(&w->lock);
}

bool cprof_app_work_init(cprof_app *app) {
    app->env.note = on_note;
    app->env.progress = on_progress;
    app->env.note_context = app->env.progress_context = app;
    app->env.stop = &app->stop;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    bool ok = pthread_mutex_init(&app->work.lock, NULL) == 0 &&
              pthread_cond_init(&app->work.changed, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

void cprof_app_work_deinit(cprof_app *app) {
    pthread_cond_destroy(&app->work.changed);
    pthread_mutex_destroy(&app->work.lock);
}

static void *work(void *context) {
    job *j = context;
    cprof_app_work *w = &j->app->work;
    bool ok = j->step(j->context, j->err);
    pthread_mutex_lock(&w->lock);
    w->ok = ok;
    w->done = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* --- what the screen does meanwhile --- */

/* False: so many milliseconds went by, and it is not done. */
static bool wait_done(cprof_app_work *w, long milliseconds) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += milliseconds * 1000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    pthread_mutex_lock(&w->lock);
    while (!w->done && pthread_cond_timedwait(&w->changed, &w->lock, &end) == 0)
        continue;
    bool done = w->done;
    pthread_mutex_unlock(&w->lock);
    return done;
}

static void show_progress(cprof_app *app) {
    cprof_app_work *w = &app->work;
    pthread_mutex_lock(&w->lock);
    const char *stage = atomic_load(&app->stop) ? "stopping" : w->stage ? w->stage : "working";
    uint64_t part = w->part, total = w->total;
    pthread_mutex_unlock(&w->lock);
    cprof_app_draw_progress(app, stage, part, total);
}

/* Work that does not see that it is to stop (it waits for somebody else's bytes) is left behind with the
 * process. */
static void leave(cprof_app *app) {
    if (wait_done(&app->work, 900) || wait_done(&app->work, 900))
        return;
    cprof_screen_end(app->screen);
    _exit(128 + (cprof_screen_signal() ? cprof_screen_signal() : SIGINT));
}

static void keep_event(cprof_app *app, const cprof_event *event) {
    bool again = atomic_load(&app->stop), loading = !app->session;
    if (event->key == CPROF_KEY_CTRL('C') || event->key == CPROF_KEY_QUIT)
        atomic_store(&app->stop, true);
    /* Without a profile there is nothing to stay for; else Ctrl-C never ends the program. */
    if (event->key == CPROF_KEY_QUIT || (event->key == CPROF_KEY_CTRL('C') && again && loading))
        leave(app);
    if (event->key == CPROF_KEY_QUIT)
        app->quit = true;
    else if (event->key != CPROF_KEY_CTRL('C') && app->queue.count < KEPT)
        (void)cprof_vec_push(&app->env, &app->queue, *event); /* without memory it is lost */
}

/* Takes in what has come, after a moment at the most. */
static void keep_events(cprof_app *app) {
    cprof_event event = {.key = CPROF_KEY_NONE};
    for (int i = 0; i < AT_ONCE && event.key != CPROF_KEY_QUIT; i++) {
        bool came = app->away ? cprof_screen_alarm(&event)
                              : cprof_screen_wait(app->screen, i == 0 ? LOOK : 0, &event);
        if (!came)
            return;
        keep_event(app, &event);
    }
}

bool cprof_app_do(cprof_app *app, bool (*step)(void *context, cprof_error *err), void *context,
                  cprof_error *err) {
    cprof_app_work *w = &app->work;
    job j = {app, step, context, err};
    pthread_t thread;
    if (cprof_stopped(&app->env, err))
        return false;
    w->done = w->ok = false;
    w->stage = NULL;
    w->part = w->total = 0;
    w->note[0] = 0;
    if (pthread_create(&thread, NULL, work, &j) != 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "no thread can be started");
    bool done = wait_done(w, PATIENCE);
    while (!done) {
        if (!app->away)
            show_progress(app);
        keep_events(app);
        done = wait_done(w, app->away ? LOOK : 0);
    }
    pthread_join(thread, NULL);
    if (w->note[0])
        cprof_app_say(app, false, "%s", w->note);
    return w->ok;
}

static bool take_kept(cprof_app *app, cprof_event *event) {
    atomic_store(&app->stop, false); /* what was to be stopped has been */
    if (app->queue.count == 0)
        return false;
    *event = app->queue.at[app->queue_first++];
    if (app->queue_first == app->queue.count)
        app->queue.count = app->queue_first = 0;
    return true;
}

bool cprof_app_next_at_once(cprof_app *app, cprof_event *event) {
    return take_kept(app, event) || cprof_screen_wait(app->screen, 0, event);
}

void cprof_app_next(cprof_app *app, cprof_event *event) {
    if (take_kept(app, event))
        return;
    bool prepared = false;
    for (;;) {
        bool begun = cprof_ahead_start(&app->ahead, &app->shell.settings);
        if (cprof_screen_wait(app->screen, !begun ? AHEAD_AGAIN : prepared ? -1 : REST, event))
            return;
        prepared = prepared || (begun && cprof_app_prepare(app));
    }
}
