/* What each key does: one table, from which the help and the line of keys are made. */
#include "tui/app.h"

#include "base/utf8.h"

#include <stdio.h>

typedef struct binding {
    uint32_t key, other;         /* other: a second key for the same; 0: none */
    const char *name;            /* as help and the line of keys call it */
    const char *brief;           /* in the line of keys; NULL: not there */
    const char *help;            /* NULL: another binding's says it */
    unsigned views;              /* a bit a kind; 0: all */
    void (*act)(cprof_app *app); /* NULL: the view's own affair, listed for the help */
} binding;

#define IN(kind)  (1u << CPROF_VIEW_##kind)
#define FUNCTIONS (IN(TOP) | IN(FUNCTION) | IN(TREE) | IN(FLAME) | IN(COMPARE))
#define LISTINGS  (IN(SOURCE) | IN(DISASM))
#define STACKS    (IN(TRACES) | IN(GOROUTINES))

static void say_line(cprof_app *app, const char *format, cprof_slice value) {
    cprof_sink line;
    cprof_sink_init_memory(&line, &app->env);
    cprof_sink_puts(&line, format);
    cprof_sink_slice(&line, value);
    cprof_app_line(app, cprof_sink_bytes(&line));
    cprof_sink_deinit(&line);
}

/* --- views --- */

static void open_kind(cprof_app *app, cprof_view_kind kind) {
    cprof_screen_view *v = cprof_app_view(app);
    app->message.count = 0;
    if (!v || v->kind != kind)
        cprof_app_open(app, kind, CPROF_SLICE(""), false);
    app->focus = CPROF_FOCUS_VIEW;
}

static void open_top(cprof_app *app) {
    open_kind(app, CPROF_VIEW_TOP);
}

static void open_tree(cprof_app *app) {
    open_kind(app, CPROF_VIEW_TREE);
}

static void open_flame(cprof_app *app) {
    open_kind(app, CPROF_VIEW_FLAME);
}

static void open_tags(cprof_app *app) {
    open_kind(app, CPROF_VIEW_TAGS);
}

static void open_traces(cprof_app *app) {
    open_kind(app, CPROF_VIEW_TRACES);
}

static void open_goroutines(cprof_app *app) {
    open_kind(app, CPROF_VIEW_GOROUTINES);
}

/* The row under the cursor, if it stands for a function; else says so. */
static const cprof_fold_row *function_row(cprof_app *app) {
    const cprof_fold_row *row = cprof_screen_view_at(cprof_app_view(app));
    if (row && row->function.len)
        return row;
    cprof_app_say(app, false, "no function is under the cursor");
    return NULL;
}

static void open_function(cprof_app *app) {
    const cprof_screen_view *v = cprof_app_view(app);
    const cprof_fold_row *row = function_row(app);
    if (!row || (row->part == CPROF_PART_SELF && v->kind == CPROF_VIEW_FUNCTION))
        return;
    app->message.count = 0;
    bool listing = v->kind == CPROF_VIEW_SOURCE || v->kind == CPROF_VIEW_DISASM;
    cprof_app_open(app, CPROF_VIEW_FUNCTION, listing ? row->function : row->name, false);
}

/* Binaries say more of a C++ function than profiles do: "void f<int>(int)" is f. */
static bool symbol_pattern(cprof_arena *arena, cprof_slice function, cprof_slice *pattern) {
    cprof_slice quoted = cprof_quote_regex(arena, function);
    char *text = quoted.ptr ? cprof_arena_alloc(arena, quoted.len + 32) : NULL;
    if (!text)
        return false;
    int n = snprintf(text, quoted.len + 32, "(^|\\s)%.*s($|[(<\\[\\s])", CPROF_SLICE_ARG(quoted));
    *pattern = (cprof_slice){text, (size_t)n};
    return true;
}

/* A frame is opened; a stack is unfolded, or folded. */
static void open_stack(cprof_app *app) {
    const cprof_fold_row *row = cprof_screen_view_at(cprof_app_view(app));
    app->message.count = 0;
    if (row && row->part == CPROF_PART_FRAME)
        open_function(app);
    else
        cprof_screen_view_toggle(cprof_app_view(app));
}

/* What "list RE", shown as text, was asked for; "" where the text is of another command. */
static cprof_slice pattern_of(const cprof_screen_view *v) {
    static const char *const commands[] = {"list ", "disasm ", "peek "};
    cprof_slice line = v->kind == CPROF_VIEW_TEXT ? cprof_slice_trim(v->command) : CPROF_SLICE("");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (cprof_slice_starts_with(line, commands[i])) {
            line = cprof_slice_trim(cprof_slice_sub(line, strlen(commands[i]), line.len));
            return cprof_slice_sub(line, 0, cprof_slice_find(line, ' '));
        }
    return CPROF_SLICE("");
}

/* The listing of what the text is about, or of the function under the cursor. */
static void open_listing(cprof_app *app, cprof_view_kind kind) {
    cprof_slice asked = pattern_of(cprof_app_view(app));
    if (asked.len) {
        app->message.count = 0;
        cprof_app_open(app, kind, asked, false);
        return;
    }
    const cprof_fold_row *row = function_row(app);
    cprof_arena arena;
    cprof_slice pattern;
    if (!row || cprof_app_view(app)->kind == kind)
        return;
    app->message.count = 0;
    cprof_arena_init(&arena, app->env.budget);
    if (kind == CPROF_VIEW_DISASM ? symbol_pattern(&arena, row->function, &pattern)
                                  : cprof_anchor_regex(&arena, row->function, &pattern))
        cprof_app_open(app, kind, pattern, false);
    cprof_arena_deinit(&arena);
}

bool cprof_app_prepare(cprof_app *app) {
    const cprof_screen_view *v = cprof_app_view(app);
    const cprof_fold_row *row = v ? cprof_screen_view_at(v) : NULL;
    if (!row || row->function.len == 0 || !((FUNCTIONS | STACKS) & 1u << v->kind))
        return true;
    cprof_arena arena;
    cprof_slice pattern;
    cprof_arena_init(&arena, app->env.budget);
    bool ok =
        !cprof_anchor_regex(&arena, row->function, &pattern) || cprof_ahead_source(&app->ahead, pattern);
    cprof_arena_deinit(&arena);
    return ok;
}

static void open_source(cprof_app *app) {
    open_listing(app, CPROF_VIEW_SOURCE);
}

static void open_disasm(cprof_app *app) {
    open_listing(app, CPROF_VIEW_DISASM);
}

/* --- filters and options --- */

/* Runs BEGINNING^NAME$, NAME being the function under the cursor. */
static void about_function(cprof_app *app, const char *beginning, cprof_slice more) {
    const cprof_fold_row *row = function_row(app);
    if (!row)
        return;
    cprof_arena arena;
    cprof_sink line;
    cprof_arena_init(&arena, app->env.budget);
    cprof_sink_init_memory(&line, &app->env);
    cprof_slice quoted = cprof_quote_regex(&arena, row->function);
    cprof_sink_puts(&line, beginning);
    cprof_sink_slice(&line, more);
    cprof_sink_printf(&line, "%s^", more.len ? "|" : "");
    cprof_sink_slice(&line, quoted);
    cprof_sink_putc(&line, '$');
    if (quoted.ptr)
        cprof_app_line(app, cprof_sink_bytes(&line));
    cprof_sink_deinit(&line);
    cprof_arena_deinit(&arena);
}

static void focus_this(cprof_app *app) {
    about_function(app, "focus=", CPROF_SLICE(""));
}

static void ignore_this(cprof_app *app) {
    about_function(app, "ignore=", app->shell.settings.ignore);
}

static void hide_this(cprof_app *app) {
    about_function(app, "hide=", app->shell.settings.hide);
}

static void next_type(cprof_app *app) {
    const cprof_profile *p = app->session->profile;
    uint32_t row;
    if (!cprof_profile_find_type(p, app->shell.settings.sample_index, &row, NULL) || p->type_count < 2) {
        cprof_app_say(app, false, "the profile has one sample type only");
        return;
    }
    row = (row + 1) % p->type_count;
    say_line(app, "sample_index=", cprof_profile_string(p, p->types[row].type));
}

static void next_granularity(cprof_app *app) {
    const char *const *choices = cprof_option_find(CPROF_SLICE("granularity"))->choices;
    size_t at = 0;
    for (size_t i = 0; choices[i]; i++)
        if (cprof_slice_is(app->shell.settings.granularity, choices[i]))
            at = i + 1;
    say_line(app, "granularity=", cprof_slice_of(choices[at] ? choices[at] : choices[0]));
}

static void flat_or_cum(cprof_app *app) {
    say_line(app, "sort=", cprof_slice_of(cprof_slice_is(app->shell.settings.sort, "cum") ? "flat" : "cum"));
}

static void next_order(cprof_app *app) {
    cprof_screen_view *v = cprof_app_view(app);
    cprof_screen_view_sort(v, (v->order + 1) % CPROF_ORDERS);
}

/* --- tags --- */

/* Expressions without a key are held against "key:value", and can be put together. */
static bool is_plain(cprof_slice expression) {
    return cprof_slice_find(expression, '=') == expression.len && expression.len > 0 &&
           !strchr("+-:0123456789", expression.ptr[0]);
}

/* Adds the value under the cursor to a filter.  All expressions of a focus must match; of what is ignored,
 * any.  Where two do not go together, the new one takes the place. */
static void filter_tag(cprof_app *app, const char *option, cprof_slice old, const char *between) {
    const cprof_fold_row *row = cprof_screen_view_at(cprof_app_view(app));
    if (!row || row->part != CPROF_PART_VALUE || row->place.len == 0) {
        cprof_app_say(app, false, "%s",
                      row && row->part == CPROF_PART_VALUE ? "no filter can tell this value from others"
                                                           : "no value of a tag is under the cursor");
        return;
    }
    bool both =
        is_plain(old) && is_plain(row->place) && (*between == ',' || cprof_slice_find(old, ',') == old.len);
    cprof_sink line, gone;
    cprof_sink_init_memory(&line, &app->env);
    cprof_sink_init_memory(&gone, &app->env);
    cprof_sink_printf(&line, "%s=", option);
    if (both) {
        cprof_sink_slice(&line, old);
        cprof_sink_puts(&line, between);
    } else if (old.len) {
        cprof_sink_printf(&gone, "in place of %s=", option);
        cprof_sink_escaped(&gone, old, false);
        cprof_sink_puts(&gone, "; u takes it back");
    }
    cprof_sink_slice(&line, row->place);
    cprof_app_line(app, cprof_sink_bytes(&line));
    if (gone.count > 0 && !app->message_bad)
        cprof_app_say(app, false, "%.*s", CPROF_SLICE_ARG(cprof_sink_bytes(&gone)));
    cprof_sink_deinit(&line);
    cprof_sink_deinit(&gone);
}

static void focus_tag(cprof_app *app) {
    filter_tag(app, "tagfocus", app->shell.settings.tagfocus, ",");
}

static void ignore_tag(cprof_app *app) {
    filter_tag(app, "tagignore", app->shell.settings.tagignore, "|");
}

static void open_tag(cprof_app *app) {
    const cprof_fold_row *row = cprof_screen_view_at(cprof_app_view(app));
    app->message.count = 0;
    if (row && row->part == CPROF_PART_KEY)
        cprof_screen_view_toggle(cprof_app_view(app));
    else
        focus_tag(app);
}

/* --- listings --- */

static void say_unless(cprof_app *app, bool found, const char *what) {
    app->message.count = 0;
    if (!found)
        cprof_app_say(app, false, "%s", what);
}

static void next_hot(cprof_app *app) {
    say_unless(app, cprof_screen_view_hot_line(cprof_app_view(app), 1), "no hot line below");
}

static void former_hot(cprof_app *app) {
    say_unless(app, cprof_screen_view_hot_line(cprof_app_view(app), -1), "no hot line above");
}

static void next_heading(cprof_app *app) {
    say_unless(app, cprof_screen_view_heading(cprof_app_view(app), 1), "no function below");
}

static void former_heading(cprof_app *app) {
    say_unless(app, cprof_screen_view_heading(cprof_app_view(app), -1), "no function above");
}

/* --- mark and compare --- */

static void mark_state(cprof_app *app) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink words;
    cprof_sink_init_memory(&words, &app->env);
    cprof_app_put_crumbs(app, &words, " › ");
    bool ok = cprof_cache_mark(app->cache, &app->shell.settings, cprof_sink_bytes(&words), &err);
    cprof_sink_deinit(&words);
    const cprof_fold_row *row = cprof_screen_view_at(cprof_app_view(app));
    app->mark.count = 0;
    if (row)
        (void)cprof_vec_append(&app->env, &app->mark, row->name.ptr, row->name.len);
    if (!ok)
        cprof_app_fail(app, &err);
    else if (cprof_app_view(app)->kind == CPROF_VIEW_COMPARE)
        cprof_app_reload(app);
    if (ok)
        cprof_app_say(app, false, "marked; change filters or options, then M (F8) compares");
}

/* The cursor is on what it was on when the mark was made. */
static void open_compare(cprof_app *app) {
    if (!cprof_cache_has_mark(app->cache)) {
        cprof_app_say(app, false, "nothing is marked: m marks what is shown now");
        return;
    }
    bool there = cprof_app_view(app)->kind == CPROF_VIEW_COMPARE;
    open_kind(app, CPROF_VIEW_COMPARE);
    if (!there && cprof_app_view(app)->kind == CPROF_VIEW_COMPARE && app->mark.count > 0)
        (void)cprof_screen_view_stand_on(cprof_app_view(app), (cprof_slice){app->mark.at, app->mark.count});
}

/* --- the rest --- */

static void hot_path(cprof_app *app) {
    cprof_screen_view_hot_path(cprof_app_view(app));
}

static void start_search(cprof_app *app) {
    app->focus = CPROF_FOCUS_SEARCH;
    app->wanted[0] = 0;
}

static void search(cprof_app *app, int step, bool here) {
    cprof_slice wanted = cprof_slice_of(app->wanted);
    app->message.count = 0;
    if (wanted.len && !cprof_screen_view_search(cprof_app_view(app), wanted, step, here))
        cprof_app_say(app, true, "no %s", app->wanted);
}

static void next_match(cprof_app *app) {
    search(app, 1, false);
}

static void former_match(cprof_app *app) {
    search(app, -1, false);
}

static void tell_command(cprof_app *app) {
    cprof_sink line;
    cprof_sink_init_memory(&line, &app->env);
    cprof_app_command_line(app, &line);
    cprof_slice text = cprof_sink_bytes(&line);
    cprof_app_say(app, false, "%.*s", CPROF_SLICE_ARG(text));
    cprof_screen_copy(app->screen, text);
    cprof_sink_deinit(&line);
}

static void to_prompt(cprof_app *app) {
    app->focus = CPROF_FOCUS_PROMPT;
}

static void quit(cprof_app *app) {
    app->quit = true;
}

static void show_keys(cprof_app *app);

/* clang-format off */
static const binding bindings[] = {
    {':', CPROF_KEY_TAB, ": Tab", "prompt", "back to the prompt; Esc leaves it", 0, to_prompt},
    {'?', CPROF_KEY_F + 1, "?", "keys", "this list (F1)", 0, show_keys},
    {'q', CPROF_KEY_F + 10, "q", "quit", "leave cprof (F10; Ctrl-D at the prompt)", 0, quit},
    {CPROF_KEY_ENTER, 0, "Enter", "open", "open the function under the cursor: its callers and callees",
     FUNCTIONS | LISTINGS, open_function},
    {'s', 'l', "s", "source", "its source, line by line, with what each weighs (l)", FUNCTIONS | IN(DISASM) | STACKS | IN(TEXT), open_source},
    {'d', 0, "d", "asm", "its machine code", FUNCTIONS | IN(SOURCE) | STACKS | IN(TEXT), open_disasm},
    {'.', 0, ". ,", "hot line", "the next hot line, the one before", LISTINGS, next_hot},
    {',', 0, ",", NULL, NULL, LISTINGS, former_hot},
    {']', 0, "] [", "function", "the next function or file, the one before", LISTINGS, next_heading},
    {'[', 0, "[", NULL, NULL, LISTINGS, former_heading},
    {CPROF_KEY_BACKSPACE, 'b', "b", "back", "the view before this one (Backspace, too)", 0, cprof_app_back},
    {'t', CPROF_KEY_F + 2, "t", "top", "the heaviest functions (F2)", 0, open_top},
    {'r', CPROF_KEY_F + 3, "r", "tree", "the tree of calls (F3)", 0, open_tree},
    {'f', CPROF_KEY_F + 4, "f", "flame", "the flame graph (F4)", 0, open_flame},
    {CPROF_KEY_ENTER, 0, "Enter", "unfold", "unfold the stack; of a frame, open the function", STACKS, open_stack},
    {CPROF_KEY_ENTER, '+', "Enter", "focus", "only samples with this value of the tag (+)", IN(TAGS), open_tag},
    {'-', 0, "-", "ignore", "no samples with this value", IN(TAGS), ignore_tag},
    {'p', CPROF_KEY_F + 5, "p", "traces", "the stacks, heaviest first (F5)", 0, open_traces},
    {'a', CPROF_KEY_F + 6, "a", "tags", "the tags, and what their values weigh (F6)", 0, open_tags},
    {'G', CPROF_KEY_F + 7, "G", "goroutines", "the goroutines of a dump, by state and stack (F7)", 0, open_goroutines},
    {'o', 0, "o", "order", "sort by flat, by cum, by name; differences by their size", IN(TOP) | IN(COMPARE), next_order},
    {'o', 0, "o", "order", "sort by count, by wait, by state", IN(GOROUTINES), next_order},
    {'h', 0, "h", "hot path", "open the heaviest callees down to the last", IN(TREE), hot_path},
    {' ', 0, "Space", "fold", "fold or unfold (Right, Left); * _ with all below", IN(TREE) | IN(TAGS) | STACKS, NULL},
    {'z', 0, "z Z", "zoom", "zoom in to the frame; Z zooms out, Home shows all", IN(FLAME), NULL},
    {'m', 0, "m", "mark", "remember the filters and options, to compare others with", 0, mark_state},
    {'M', CPROF_KEY_F + 8, "M", "compare", "what differs from what was marked, function by function (F8)", 0, open_compare},
    {'/', 0, "/", "search", "search for names as you type; n N the next, the former", 0, start_search},
    {'n', 0, "n", NULL, "the next match", 0, next_match},
    {'N', 0, "N", NULL, "the match before", 0, former_match},
    {'+', '=', "+", "focus", "only stacks with the function under the cursor", FUNCTIONS | LISTINGS | STACKS, focus_this},
    {'-', 0, "-", "ignore", "no stacks with it", FUNCTIONS | LISTINGS | STACKS, ignore_this},
    {'x', 0, "x", "hide", "take it out of the stacks", FUNCTIONS | LISTINGS | STACKS, hide_this},
    {'u', 0, "u", "undo", "take the last filter or option back", 0, cprof_app_undo},
    {'T', 0, "T", "type", "the next sample type", 0, next_type},
    {'g', 0, "g", "lines", "the next granularity: functions, files, lines, addresses", 0, next_granularity},
    {'c', 0, "c", "cum", "reports by cum, or by flat", 0, flat_or_cum},
    {'e', 0, "e", "command", "copy the command line that shows the same", 0, tell_command},
    {'w', 0, "w", "save", "save the view; Tab: as text, svg, folded or proto", 0, cprof_app_save},
    {CPROF_KEY_NONE, 0, "arrows, PgUp, PgDn, Home, End", NULL, "move, Left and Right what is long; the mouse chooses, twice opens, rolls", 0, NULL},
    {CPROF_KEY_NONE, 0, "Ctrl-C", NULL, "stop a running report; at the prompt, an empty line", 0, NULL},
    {CPROF_KEY_NONE, 0, "Ctrl-L, Ctrl-Z", NULL, "draw the screen anew; stop the program until fg", 0, NULL},
    {CPROF_KEY_NONE, 0, "at the prompt", NULL, "Tab completes, Up and Ctrl-R bring back lines, Ctrl-A E B F K U W Y edit", 0, NULL},
};
/* clang-format on */
enum { BINDINGS = sizeof bindings / sizeof *bindings };

/* The bindings of the same views as bindings[first], if it is the first of them. */
static void put_keys(cprof_sink *text, int first) {
    unsigned views = bindings[first].views;
    for (int i = 0; i < first; i++)
        if (bindings[i].views == views)
            return;
    const char *before = "\nIn ";
    for (int kind = 0; kind < CPROF_VIEW_KINDS && views; kind++)
        if (views & 1u << kind) {
            cprof_sink_printf(text, "%s%s", before, cprof_view_names[kind]);
            before = ", ";
        }
    cprof_sink_puts(text, views ? ":\n" : "\nEverywhere:\n");
    for (int i = first; i < BINDINGS; i++)
        if (bindings[i].views == views && bindings[i].help)
            cprof_sink_printf(text, "  %-14s %s\n", bindings[i].name, bindings[i].help);
}

static void show_keys(cprof_app *app) {
    cprof_sink text;
    cprof_sink_init_memory(&text, &app->env);
    cprof_sink_puts(&text, "Keys while the view has the focus (Esc gives it to it); commands: help\n");
    for (int i = 0; i < BINDINGS; i++)
        put_keys(&text, i);
    cprof_app_open_text(app, CPROF_SLICE("keys"), CPROF_SLICE(""), cprof_sink_bytes(&text));
    cprof_sink_deinit(&text);
}

/* Whole, or not at all: then column is where nothing more fits. */
static int put_hint(cprof_area area, int column, const char *key, const char *does) {
    int columns = cprof_text_columns(cprof_slice_of(key)) + 1 + cprof_text_columns(cprof_slice_of(does));
    if (column + columns > area.columns)
        return area.columns;
    column = cprof_area_puts(area, 0, column, CPROF_ROLE_KEY, key) + 1;
    return cprof_area_puts(area, 0, column, CPROF_ROLE_DIM, does) + 1;
}

void cprof_app_draw_keys(cprof_app *app, cprof_area area) {
    cprof_screen_view *v = cprof_app_view(app);
    int column = 0;
    if (app->focus == CPROF_FOCUS_PROMPT) {
        static const char *const keys[][2] = {
            {"Enter", "run"},   {"Tab", "complete"}, {"Ctrl-R", "search history"},
            {"Esc", "to view"}, {"F1", "keys"},      {"F2", "top"},
            {"F3", "tree"},     {"F4", "flame"},     {"Ctrl-D", "quit"}};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            column = put_hint(area, column, keys[i][0], keys[i][1]);
        return;
    }
    /* The help first, then what only this view knows, then the rest. */
    for (int pass = 0; pass < 3; pass++)
        for (int i = 0; i < BINDINGS && v; i++) {
            const binding *b = &bindings[i];
            bool here = !b->views || (b->views & 1u << v->kind);
            if (b->brief && here && (b->act == show_keys ? 0 : b->views ? 1 : 2) == pass)
                column = put_hint(area, column, b->name, b->brief);
        }
}

/* --- events --- */

static void search_key(cprof_app *app, uint32_t key) {
    size_t n = strlen(app->wanted);
    char bytes[4];
    if (key == CPROF_KEY_ENTER || key == CPROF_KEY_ESCAPE || key == CPROF_KEY_CTRL('C')) {
        if (key != CPROF_KEY_ENTER)
            app->wanted[0] = 0;
        app->focus = CPROF_FOCUS_VIEW;
        return;
    }
    if (key == CPROF_KEY_BACKSPACE) {
        while (n > 0 && ((unsigned char)app->wanted[--n] & 0xC0) == 0x80)
            continue;
        app->wanted[n] = 0;
    } else if (key >= 32 && key < CPROF_KEY_NONE) {
        size_t more = cprof_utf8_encode(key, bytes);
        if (n + more >= sizeof app->wanted)
            return;
        memcpy(app->wanted + n, bytes, more);
        app->wanted[n + more] = 0;
    }
    search(app, 1, true);
}

/* The key's binding in the view that is shown, or what the view itself makes of it. */
static void press(cprof_app *app, uint32_t key) {
    cprof_screen_view *v = cprof_app_view(app);
    for (int i = 0; i < BINDINGS; i++) {
        const binding *b = &bindings[i];
        bool here = b->act && (!b->views || (b->views & 1u << v->kind));
        if (here && (b->key == key || (b->other && b->other == key))) {
            b->act(app);
            return;
        }
    }
    cprof_screen_view_key(v, key);
}

static void mouse(cprof_app *app, const cprof_event *event) {
    cprof_screen_view *v = cprof_app_view(app);
    cprof_area area = cprof_app_view_area(app);
    int row = event->row - area.row;
    cprof_hit hit;
    if (event->click == CPROF_WHEEL_UP || event->click == CPROF_WHEEL_DOWN) {
        for (int i = 0; i < 3; i++)
            cprof_screen_view_key(v, event->click == CPROF_WHEEL_UP ? CPROF_KEY_UP : CPROF_KEY_DOWN);
    } else if (row >= area.rows) {
        app->focus = CPROF_FOCUS_PROMPT;
    } else if ((hit = cprof_screen_view_click(v, area, row, event->column - area.column))) {
        app->focus = CPROF_FOCUS_VIEW;
        if (event->click == CPROF_CLICK_TWICE && hit == CPROF_HIT_ROW)
            press(app, CPROF_KEY_ENTER);
    }
}

void cprof_app_key(cprof_app *app, const cprof_event *event) {
    if (event->key == CPROF_KEY_MOUSE) {
        mouse(app, event);
        return;
    }
    if (app->focus == CPROF_FOCUS_SEARCH) {
        search_key(app, event->key);
        return;
    }
    press(app, event->key);
}
