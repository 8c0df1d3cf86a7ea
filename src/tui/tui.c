#include "tui/tui.h"

#include "tui/app.h"
#include "tui/complete.h"

#include <signal.h>
#include <stdlib.h>

enum { CACHE_BYTES = 192 << 20 };

/* --- loading --- */

typedef struct loading {
    cprof_app *app;
    const cprof_settings *settings;
    void (*loaded)(cprof_session *session);
    cprof_session *session; /* the result: the other thread looks at the application meanwhile */
} loading;

static bool load_step(void *context, cprof_error *err) {
    loading *l = context;
    l->session = cprof_session_new(l->app->sources, l->settings, &l->app->env, err);
    if (l->session && l->loaded)
        l->loaded(l->session);
    return l->session != NULL;
}

static bool start(cprof_app *app, const cprof_settings *settings, void (*loaded)(cprof_session *session),
                  cprof_error *err) {
    loading l = {app, settings, loaded, NULL};
    if (!cprof_app_do(app, load_step, &l, err))
        return false;
    app->session = l.session;
    if (cprof_stopped(&app->env, err)) /* in the last moment */
        return false;
    app->cache = cprof_cache_new(app->session, CACHE_BYTES);
    if (!app->cache)
        return cprof_error_memory(&app->env, err);
    cprof_ahead_init(&app->ahead, app->cache, app->session);
    return cprof_shell_init(&app->shell, app->session, settings, err) && cprof_app_begin(app, err);
}

/* --- keys --- */

static void run_prompt(cprof_app *app) {
    cprof_sink line;
    cprof_sink_init_memory(&line, &app->env);
    cprof_sink_slice(&line, cprof_prompt_line(&app->prompt));
    cprof_prompt_accept(&app->prompt);
    cprof_app_line(app, cprof_sink_bytes(&line));
    cprof_sink_deinit(&line);
}

/* Keys that the prompt does not know: those that no character stands for are the view's. */
static void pass_on(cprof_app *app, const cprof_event *event) {
    if (event->key == CPROF_KEY_ESCAPE)
        app->focus = CPROF_FOCUS_VIEW;
    else if (event->key > CPROF_KEY_NONE && event->key < CPROF_KEY_ALT)
        cprof_app_key(app, event);
}

static void take_event(cprof_app *app, const cprof_event *event) {
    if (event->key == CPROF_KEY_QUIT) {
        app->quit = true;
    } else if (event->key == CPROF_KEY_RESIZE) {
        return; /* it is drawn anew in any case */
    } else if (event->key == CPROF_KEY_CTRL('L')) {
        cprof_screen_return(app->screen);
    } else if (app->focus != CPROF_FOCUS_PROMPT) {
        if (event->key == CPROF_KEY_PASTE) {
            app->focus = CPROF_FOCUS_PROMPT;
            cprof_prompt_key(&app->prompt, event->key);
        } else {
            cprof_app_key(app, event);
        }
    } else {
        switch (cprof_prompt_key(&app->prompt, event->key)) {
        case CPROF_PROMPT_ENTER:
            run_prompt(app);
            break;
        case CPROF_PROMPT_COMPLETE:
            cprof_complete(&app->prompt, app->session);
            break;
        case CPROF_PROMPT_END:
            app->quit = true;
            break;
        case CPROF_PROMPT_OTHER:
            pass_on(app, event);
            break;
        case CPROF_PROMPT_DONE:
            break;
        }
    }
}

/* Keys that have come already are taken before the screen is drawn, so that a flood of them, or a long text
 * that is pasted, does not lag behind; what is shown is never older than MOMENT. */
static void talk(cprof_app *app) {
    enum { MOMENT = 40 };
    uint64_t drawn = 0;
    while (!app->quit) {
        cprof_event event;
        if (cprof_screen_now() - drawn >= MOMENT || !cprof_app_next_at_once(app, &event)) {
            cprof_app_draw(app);
            drawn = cprof_screen_now();
            cprof_app_next(app, &event);
        }
        take_event(app, &event);
    }
}

/* --- the whole --- */

static void init(cprof_app *app, const cprof_sources *sources, cprof_budget *budget) {
    *app = (cprof_app){.env = {.budget = budget}, .sources = sources, .focus = CPROF_FOCUS_PROMPT};
    cprof_grid_init(&app->grid, &app->env);
    char *path = cprof_history_path();
    cprof_history_init(&app->history, path, &app->env);
    free(path);
    cprof_prompt_init(&app->prompt, &app->history, &app->env);
}

static void deinit(cprof_app *app) {
    while (app->view_count > 0)
        cprof_screen_view_deinit(&app->views[--app->view_count]);
    cprof_ahead_deinit(&app->ahead);
    cprof_cache_free(app->cache);
    if (app->shell.session)
        cprof_shell_deinit(&app->shell);
    cprof_session_free(app->session);
    cprof_prompt_deinit(&app->prompt);
    cprof_history_deinit(&app->history);
    cprof_vec_free(&app->env, &app->queue);
    cprof_vec_free(&app->env, &app->mark);
    cprof_vec_free(&app->env, &app->head);
    cprof_vec_free(&app->env, &app->message);
    cprof_grid_deinit(&app->grid);
}

bool cprof_tui_run(const cprof_sources *sources, const cprof_settings *settings, cprof_budget *budget,
                   void (*loaded)(cprof_session *session), int *status, cprof_error *err) {
    cprof_app *app = cprof_mem_resize(budget, NULL, 0, sizeof *app);
    if (!app)
        return cprof_error_memory(&(cprof_env){.budget = budget}, err);
    init(app, sources, budget);
    bool ok = cprof_screen_start(&app->screen, err);
    if (ok) {
        if (cprof_app_work_init(app)) {
            ok = start(app, settings, loaded, err);
            if (ok)
                talk(app);
            cprof_app_work_deinit(app);
        } else {
            ok = cprof_error_memory(&app->env, err);
        }
        cprof_screen_end(app->screen);
    }
    bool stopped = !ok && err && err->code == CPROF_ERR_STOPPED;
    *status = cprof_screen_signal() ? 128 + cprof_screen_signal() : stopped ? 128 + SIGINT : 0;
    deinit(app);
    cprof_mem_free(budget, app, sizeof *app);
    return ok || *status;
}
