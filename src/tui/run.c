/* Lines that were typed, views that are opened, and taking both back. */
#include "tui/app.h"

#include "app/deliver.h"
#include "app/help.h"
#include "app/load.h"
#include "app/program.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* --- messages --- */

static void set_text(cprof_app *app, cprof_text *to, cprof_slice s) {
    to->count = 0;
    (void)cprof_vec_append(&app->env, to, s.ptr, s.len);
}

void cprof_app_say(cprof_app *app, bool bad, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    set_text(app, &app->message, cprof_slice_of(text));
    app->message_bad = bad;
}

void cprof_app_fail(cprof_app *app, const cprof_error *err) {
    char text[CPROF_ERROR_TEXT_MAX];
    if (err->code == CPROF_ERR_STOPPED)
        cprof_app_say(app, false, "stopped");
    else
        cprof_app_say(app, true, "%s", cprof_error_text(err, text));
}

/* --- views --- */

cprof_screen_view *cprof_app_view(cprof_app *app) {
    return app->view_count > 0 ? &app->views[app->view_count - 1] : NULL;
}

void cprof_app_back(cprof_app *app) {
    if (app->view_count < 2)
        return;
    cprof_screen_view_deinit(&app->views[--app->view_count]);
    if (memcmp(&cprof_app_view(app)->settings, &app->shell.settings, sizeof app->shell.settings) != 0)
        cprof_app_reload(app);
}

/* Takes the view. */
static void push_view(cprof_app *app, const cprof_screen_view *view, bool replace) {
    if (replace && app->view_count > 0)
        cprof_screen_view_deinit(&app->views[--app->view_count]);
    if (app->view_count == CPROF_APP_VIEWS) { /* the second is forgotten: the first is where one comes from */
        cprof_screen_view_deinit(&app->views[1]);
        memmove(app->views + 1, app->views + 2, (CPROF_APP_VIEWS - 2) * sizeof *app->views);
        app->view_count--;
    }
    app->views[app->view_count] = *view;
    memcpy(&app->views[app->view_count++].settings, &app->shell.settings, sizeof app->shell.settings);
}

typedef struct opening {
    cprof_app *app;
    cprof_screen_view view;
    cprof_view_kind kind;
    cprof_slice name;
} opening;

static bool open_step(void *context, cprof_error *err) {
    opening *o = context;
    cprof_app *app = o->app;
    return cprof_screen_view_init(&o->view, o->kind, app->cache, &app->env, &app->shell.settings, o->name,
                                  err);
}

static bool open_view(cprof_app *app, cprof_view_kind kind, cprof_slice name, bool replace,
                      cprof_error *err) {
    opening o = {.app = app, .kind = kind, .name = name};
    if (!cprof_app_do(app, open_step, &o, err))
        return false;
    push_view(app, &o.view, replace);
    return true;
}

bool cprof_app_open(cprof_app *app, cprof_view_kind kind, cprof_slice name, bool replace) {
    cprof_error err = CPROF_ERROR_INIT;
    if (open_view(app, kind, name, replace, &err))
        return true;
    cprof_app_fail(app, &err);
    return false;
}

void cprof_app_open_text(cprof_app *app, cprof_slice title, cprof_slice command, cprof_slice text) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_screen_view view, *top = cprof_app_view(app);
    if (!cprof_screen_view_init_text(&view, title, command, text, &app->env, &err)) {
        cprof_app_fail(app, &err);
        return;
    }
    push_view(app, &view, top && top->kind == CPROF_VIEW_TEXT);
}

/* --- reports --- */

typedef struct reporting {
    cprof_app *app;
    const cprof_shell_action *action;
    cprof_sink *text; /* NULL: it goes where the request says */
    int fd;
} reporting;

static bool report_step(void *context, cprof_error *err) {
    reporting *r = context;
    cprof_request request = r->action->request;
    if (r->text) {
        request.style = (cprof_text_style){.escape = true};
        return cprof_session_run(r->app->session, &request, r->text, err) && cprof_sink_finish(r->text, err);
    }
    cprof_delivery to = {.fd = r->fd, .in_shell = r->fd < 0};
    return cprof_session_deliver(r->app->session, &request, &to, err);
}

/* So that what a program has written can be read. */
static void wait_for_enter(void) {
    cprof_event event;
    char c = 0;
    (void)cprof_screen_alarm(&event); /* an interrupt was for the program */
    printf("\npress Enter to go on");
    fflush(stdout);
    while (!cprof_screen_alarm(&event) && c != '\n' && c != '\r') {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&input, 1, 1000) == 1 && read(STDIN_FILENO, &c, 1) != 1)
            break;
    }
}

/* A program that reads the report has the terminal to itself. */
static bool run_piped(cprof_app *app, const cprof_shell_action *action, cprof_error *err) {
    cprof_program program;
    cprof_screen_leave(app->screen);
    app->away = true;
    bool ok = cprof_program_start(&program, action->pipe, err);
    if (ok) {
        reporting r = {app, action, NULL, program.fd};
        ok = cprof_app_do(app, report_step, &r, err);
        cprof_program_finish(&program);
        ok = ok || strncmp(err->message, "write: ", 7) == 0; /* it has seen enough */
        wait_for_enter();
    }
    app->away = false;
    cprof_screen_return(app->screen);
    return ok;
}

static bool run_report(cprof_app *app, const cprof_shell_action *action, cprof_slice line, cprof_error *err) {
    const cprof_request *request = &action->request;
    bool is_text = !request->settings.output.len && !request->command->suffix && !request->command->viewers;
    cprof_ahead_stop(&app->ahead);
    if (action->pipe)
        return run_piped(app, action, err);
    cprof_sink text;
    cprof_sink_init_memory(&text, &app->env);
    reporting r = {app, action, is_text ? &text : NULL, -1};
    bool ok = cprof_app_do(app, report_step, &r, err);
    if (ok && is_text)
        cprof_app_open_text(app, line, line, cprof_sink_bytes(&text));
    cprof_sink_deinit(&text);
    return ok;
}

/* Commands that have a view of their own show it, unless they were given more than it can show. */
static bool has_view(const cprof_app *app, const cprof_shell_action *action, cprof_view_kind *kind) {
    static const struct {
        const char *command;
        cprof_view_kind kind;
    } views[] = {{"list", CPROF_VIEW_SOURCE},
                 {"disasm", CPROF_VIEW_DISASM},
                 {"tags", CPROF_VIEW_TAGS},
                 {"traces", CPROF_VIEW_TRACES},
                 {"goroutines", CPROF_VIEW_GOROUTINES}};
    const cprof_settings *set = &app->shell.settings, *wanted = &action->request.settings;
    if (action->pipe || wanted->output.len || !cprof_app_is_set_alike(set, wanted))
        return false;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(action->request.command->name, views[i].command) == 0) {
            *kind = views[i].kind;
            return true;
        }
    return false;
}

static void show_report(cprof_app *app, const cprof_shell_action *action, cprof_slice line) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_view_kind kind;
    if (has_view(app, action, &kind))
        cprof_app_open(app, kind, action->request.argument, false);
    else if (!run_report(app, action, line, &err))
        cprof_app_fail(app, &err);
}

static void show_help(cprof_app *app, const cprof_shell_action *action, cprof_slice line) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink text;
    bool ok = true;
    cprof_sink_init_memory(&text, &app->env);
    if (action->kind == CPROF_SHELL_OPTIONS)
        cprof_help_settings(&text, &app->shell.settings, app->session->profile);
    else if (action->topic.len)
        ok = cprof_help_topic(&text, action->topic, true, &err);
    else
        cprof_help_shell(&text);
    if (ok)
        cprof_app_open_text(app, line, CPROF_SLICE(""), cprof_sink_bytes(&text));
    else
        cprof_app_fail(app, &err);
    cprof_sink_deinit(&text);
}

/* --- lines --- */

static void remember(cprof_app *app, const cprof_settings *before) {
    if (memcmp(before, &app->shell.settings, sizeof *before) == 0)
        return;
    if (app->undo_count == CPROF_APP_UNDO)
        memmove(app->undo, app->undo + 1, --app->undo_count * sizeof *app->undo);
    memcpy(&app->undo[app->undo_count++], before, sizeof *before);
}

/* The view that is shown, made anew of what is set now.  name: of the view, which goes away meanwhile. */
static bool reload_view(cprof_app *app, cprof_slice name, cprof_error *err) {
    cprof_screen_view *v = cprof_app_view(app);
    cprof_shell_action action;
    if (v->kind == CPROF_VIEW_TEXT)
        return name.len == 0 || (cprof_shell_read(&app->shell, name, &action, err) &&
                                 (action.kind != CPROF_SHELL_RUN || run_report(app, &action, name, err)));
    cprof_view_place place;
    bool ok = (cprof_view_place_init(&place, v) || cprof_error_memory(&app->env, err)) &&
              open_view(app, v->kind, name, true, err);
    if (ok)
        cprof_screen_view_stand(cprof_app_view(app), &place);
    cprof_view_place_deinit(&place);
    return ok;
}

static bool reload(cprof_app *app, cprof_error *err) {
    cprof_screen_view *v = cprof_app_view(app);
    cprof_ahead_stop(&app->ahead);
    if (!cprof_app_greet(app, err))
        return false;
    if (!v)
        return true;
    cprof_sink name;
    cprof_sink_init_memory(&name, &app->env);
    cprof_sink_slice(&name, v->kind == CPROF_VIEW_TEXT ? v->command : v->title);
    bool ok = cprof_sink_finish(&name, err) && reload_view(app, cprof_sink_bytes(&name), err);
    cprof_sink_deinit(&name);
    return ok;
}

void cprof_app_reload(cprof_app *app) {
    cprof_error err = CPROF_ERROR_INIT;
    if (!reload(app, &err))
        cprof_app_fail(app, &err);
}

/* After settings have changed.  False: what was stopped, or cannot be read, is not set; what is shown and
 * what is set stay the same. */
static bool take_settings(cprof_app *app, const cprof_settings *before) {
    cprof_error err = CPROF_ERROR_INIT;
    if (reload(app, &err))
        return true;
    bool taken = err.code != CPROF_ERR_STOPPED && err.code != CPROF_ERR_REGEX && err.code != CPROF_ERR_USAGE;
    if (!taken) {
        memcpy(&app->shell.settings, before, sizeof *before);
        atomic_store(&app->stop, false); /* the header is to be as it was */
        (void)cprof_app_greet(app, NULL);
    }
    cprof_app_fail(app, &err);
    return taken;
}

void cprof_app_line(cprof_app *app, cprof_slice line) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_shell_action action;
    cprof_settings before;
    memcpy(&before, &app->shell.settings, sizeof before);
    app->message.count = 0;
    app->message_bad = false;
    if (!cprof_shell_read(&app->shell, line, &action, &err)) {
        cprof_app_fail(app, &err);
        return;
    }
    if (action.kind == CPROF_SHELL_QUIT)
        app->quit = true;
    else if (action.kind == CPROF_SHELL_RUN)
        show_report(app, &action, line);
    else if (action.kind != CPROF_SHELL_NOTHING)
        show_help(app, &action, line);
    else if (memcmp(&before, &app->shell.settings, sizeof before) != 0) {
        remember(app, &before);
        app->undo_count -= !take_settings(app, &before);
    }
}

void cprof_app_undo(cprof_app *app) {
    if (app->undo_count == 0) {
        cprof_app_say(app, false, "nothing has been changed");
        return;
    }
    cprof_settings now;
    memcpy(&now, &app->shell.settings, sizeof now);
    memcpy(&app->shell.settings, &app->undo[--app->undo_count], sizeof now);
    app->message.count = 0;
    app->undo_count += !take_settings(app, &now);
}

/* --- the header --- */

/* The lines that tell one build from another are long, and come last. */
static void add_head(cprof_app *app, cprof_slice text, bool build) {
    cprof_slice rest = cprof_slice_trim(text), line;
    while (cprof_slice_next_line(&rest, &line))
        if (cprof_slice_starts_with(line, "Build ID:") == build) {
            (void)cprof_vec_append(&app->env, &app->head, line.ptr, line.len);
            (void)cprof_vec_append(&app->env, &app->head, "  ", 2);
        }
}

typedef struct greeting {
    cprof_app *app;
    cprof_sink text;
    bool is_empty;
} greeting;

static bool greet_step(void *context, cprof_error *err) {
    greeting *g = context;
    return cprof_session_greet(g->app->session, &g->app->shell.settings, &g->text, &g->is_empty, err);
}

/* "File: …", "Type: …" behind one another. */
bool cprof_app_greet(cprof_app *app, cprof_error *err) {
    const cprof_settings *s = &app->shell.settings;
    if (app->head.count > 0 && app->head_mean == s->mean &&
        cprof_slice_equal(app->head_type, s->sample_index))
        return true;
    greeting g = {.app = app};
    cprof_sink_init_memory(&g.text, &app->env);
    bool ok = cprof_app_do(app, greet_step, &g, err);
    if (ok) {
        app->head.count = 0;
        app->head_type = s->sample_index; /* the shell keeps its texts */
        app->head_mean = s->mean;
        add_head(app, cprof_sink_bytes(&g.text), false);
        add_head(app, cprof_sink_bytes(&g.text), true);
    }
    if (g.is_empty)
        cprof_app_say(app, false, "no sample has a value of this type; T shows the next type");
    cprof_sink_deinit(&g.text);
    return ok;
}

bool cprof_app_begin(cprof_app *app, cprof_error *err) {
    cprof_error why = CPROF_ERROR_INIT;
    bool ok = cprof_app_greet(app, &why);
    if (ok && app->message.count == 0)
        cprof_app_say(app, false,
                      "Entering interactive mode (type \"help\" for commands, \"o\" for options)");
    ok = ok && open_view(app, CPROF_VIEW_TOP, CPROF_SLICE(""), false, &why);
    if (!ok && why.code == CPROF_ERR_STOPPED) { /* the report is, not the program */
        cprof_app_fail(app, &why);
        cprof_app_open_text(app, CPROF_SLICE("stopped"), CPROF_SLICE(""),
                            CPROF_SLICE("F2 (t) shows the heaviest functions, F1 (?) all keys.\n"));
        ok = app->view_count > 0;
    }
    if (!ok && err)
        *err = why;
    return ok;
}
