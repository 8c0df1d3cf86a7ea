/* What is set and shown, as text: the breadcrumb, the command line that shows the same, lines that save it.
 */
#include "tui/app.h"

/* --- the breadcrumb --- */

static bool is_set(const cprof_option *o, const cprof_settings *settings) {
    return o->in_shell && !cprof_option_is_preset(o, settings);
}

static bool differs(const cprof_option *o, const cprof_settings *a, const cprof_settings *b) {
    char x[CPROF_OPTION_TEXT_MAX], y[CPROF_OPTION_TEXT_MAX];
    return !cprof_slice_equal(cprof_option_get(o, a, x), cprof_option_get(o, b, y));
}

bool cprof_app_is_set_alike(const cprof_settings *a, const cprof_settings *b) {
    for (const cprof_option *o = cprof_options; o->name; o++)
        if (o->in_shell && differs(o, a, b))
            return false;
    return true;
}

/* The change that gave the option its value, counted from 1; 0: it began so. */
static int set_by(const cprof_app *app, const cprof_option *o) {
    const cprof_settings *now = &app->shell.settings;
    int change = app->undo_count;
    while (change > 0 && !differs(o, &app->undo[change - 1], now))
        change--;
    return change;
}

void cprof_app_put_crumbs(const cprof_app *app, cprof_sink *sink, const char *before) {
    for (int change = 0; change <= app->undo_count; change++)
        for (const cprof_option *o = cprof_options; o->name; o++) {
            char buffer[CPROF_OPTION_TEXT_MAX];
            if (!is_set(o, &app->shell.settings) || strcmp(o->name, "compact_labels") == 0 ||
                set_by(app, o) != change)
                continue;
            cprof_sink_printf(sink, "%s%s=", before, o->name);
            cprof_sink_slice(sink, cprof_option_get(o, &app->shell.settings, buffer));
        }
}

/* --- the command line --- */

static void put_quoted(cprof_sink *sink, cprof_slice value) {
    cprof_sink_putc(sink, '\'');
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == '\'')
            cprof_sink_puts(sink, "'\\''");
        else
            cprof_sink_putc(sink, value.ptr[i]);
    cprof_sink_putc(sink, '\'');
}

/* What the person gave on the command line for loading counts as well. */
static void put_flags(const cprof_settings *settings, bool is_report, cprof_sink *sink) {
    for (const cprof_option *o = cprof_options; o->name; o++) {
        char buffer[CPROF_OPTION_TEXT_MAX];
        bool loads = o->group == CPROF_GROUP_SOURCES && o->kind != CPROF_OPTION_SOURCE;
        bool matters = is_report || strcmp(o->name, "compact_labels") != 0;
        if (!(is_set(o, settings) && matters) && !(loads && !cprof_option_is_preset(o, settings)))
            continue;
        cprof_sink_printf(sink, " -%s=", o->name);
        put_quoted(sink, cprof_option_get(o, settings, buffer));
    }
}

static void put_sources(const cprof_sources *sources, cprof_sink *sink) {
    for (size_t i = 0; i < sources->base_count; i++) {
        cprof_sink_puts(sink, sources->is_diff_base ? " -diff_base=" : " -base=");
        put_quoted(sink, cprof_slice_of(sources->bases[i]));
    }
    for (size_t i = 0; i < sources->path_count; i++) {
        cprof_sink_putc(sink, ' ');
        put_quoted(sink, cprof_slice_of(sources->paths[i]));
    }
}

/* Exactly this name, as a regular expression. */
static void put_pattern(const cprof_app *app, cprof_sink *sink, cprof_slice name) {
    cprof_arena arena;
    cprof_slice pattern;
    cprof_arena_init(&arena, app->env.budget);
    if (cprof_anchor_regex(&arena, name, &pattern))
        cprof_sink_slice(sink, pattern);
    cprof_arena_deinit(&arena);
}

/* A line of the shell's language says in words what a command line says in flags. */
static void put_report(cprof_app *app, cprof_slice line, cprof_sink *sink) {
    cprof_shell_action action;
    if (!cprof_shell_read(&app->shell, line, &action, NULL) || action.kind != CPROF_SHELL_RUN) {
        cprof_sink_slice(sink, line);
        put_flags(&app->shell.settings, false, sink);
        return;
    }
    cprof_sink_puts(sink, action.request.command->name);
    if (action.request.command->takes_regex) {
        cprof_sink_putc(sink, ' ');
        put_quoted(sink, action.request.argument);
    }
    put_flags(&action.request.settings, true, sink);
}

static const char *const commands[CPROF_VIEW_KINDS] = {
    [CPROF_VIEW_TOP] = "top",     [CPROF_VIEW_FUNCTION] = "peek", [CPROF_VIEW_TREE] = "tree -call_tree",
    [CPROF_VIEW_FLAME] = "flame", [CPROF_VIEW_SOURCE] = "list",   [CPROF_VIEW_DISASM] = "disasm",
    [CPROF_VIEW_TAGS] = "tags",   [CPROF_VIEW_TRACES] = "traces", [CPROF_VIEW_GOROUTINES] = "goroutines",
    [CPROF_VIEW_COMPARE] = "top",
};

/* The pattern that the view's command takes; "": none. */
static void put_argument(const cprof_app *app, const cprof_screen_view *v, cprof_sink *sink) {
    if (v->kind == CPROF_VIEW_FUNCTION)
        put_pattern(app, sink, v->title);
    else
        cprof_sink_slice(sink, v->title);
}

void cprof_app_command_line(cprof_app *app, cprof_sink *sink) {
    const cprof_screen_view *v = cprof_app_view(app);
    cprof_sink argument;
    cprof_sink_puts(sink, "cprof ");
    if (v->kind == CPROF_VIEW_TEXT) {
        put_report(app, v->command.len ? v->command : v->title, sink);
    } else {
        cprof_sink_init_memory(&argument, &app->env);
        put_argument(app, v, &argument);
        cprof_sink_puts(sink, commands[v->kind]);
        if (cprof_sink_bytes(&argument).len) {
            cprof_sink_putc(sink, ' ');
            put_quoted(sink, cprof_sink_bytes(&argument));
        }
        cprof_sink_deinit(&argument);
        put_flags(&app->shell.settings, false, sink);
    }
    put_sources(app->sources, sink);
}

/* --- saving --- */

/* The line that saves what the view shows.  The name of the file can be changed before it is run. */
static void put_saving_line(const cprof_app *app, const cprof_screen_view *v, cprof_sink *sink) {
    static const char *const lines[CPROF_VIEW_KINDS] = {
        [CPROF_VIEW_TOP] = "top 0 >top.txt",        [CPROF_VIEW_TREE] = "folded >stacks.folded",
        [CPROF_VIEW_FLAME] = "flame >flame.svg",    [CPROF_VIEW_TAGS] = "tags >tags.txt",
        [CPROF_VIEW_TRACES] = "traces >traces.txt", [CPROF_VIEW_GOROUTINES] = "goroutines >goroutines.txt",
        [CPROF_VIEW_COMPARE] = "top 0 >top.txt",
    };
    if (lines[v->kind]) {
        cprof_sink_puts(sink, lines[v->kind]);
    } else if (v->kind == CPROF_VIEW_TEXT) {
        cprof_sink_slice(sink, v->command);
        cprof_sink_puts(sink, " >report.txt");
    } else {
        cprof_sink_printf(sink, "%s ", commands[v->kind]);
        put_argument(app, v, sink);
        cprof_sink_printf(sink, " >%s.txt", cprof_view_names[v->kind]);
    }
}

void cprof_app_save(cprof_app *app) {
    static const char *const others[] = {"top 0 >top.txt", "flame >flame.svg", "svg >graph.svg",
                                         "folded >stacks.folded", "proto >profile.pb.gz"};
    enum { OTHERS = sizeof others / sizeof *others };
    cprof_screen_view *v = cprof_app_view(app);
    cprof_slice lines[OTHERS + 1];
    size_t count = 0;
    cprof_sink own;
    cprof_sink_init_memory(&own, &app->env);
    if (v->kind != CPROF_VIEW_TEXT || v->command.len) {
        put_saving_line(app, v, &own);
        lines[count++] = cprof_sink_bytes(&own);
    }
    for (int i = 0; i < OTHERS; i++)
        if (count == 0 || !cprof_slice_is(lines[0], others[i]))
            lines[count++] = cprof_slice_of(others[i]);
    cprof_prompt_set(&app->prompt, lines[0]);
    cprof_prompt_offer(&app->prompt, 0, lines, count);
    cprof_sink_deinit(&own);
    app->focus = CPROF_FOCUS_PROMPT;
    cprof_app_say(app, false, "Enter saves it so; Tab: in other forms");
}
