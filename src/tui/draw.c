#include "tui/app.h"

#include "measure/measure.h"

/* Two lines of header, the view, the message, the prompt, the keys. */
enum { HEAD = 2, FOOT = 3 };
#define CRUMB " › "

cprof_area cprof_app_view_area(cprof_app *app) {
    cprof_area all = cprof_grid_area(&app->grid);
    return cprof_area_sub(all, HEAD, 0, all.rows - HEAD - FOOT, all.columns);
}

static cprof_slice text_of(const cprof_text *text) {
    return (cprof_slice){text->at ? text->at : "", text->count};
}

/* What is being read, while nothing is known of it. */
static void draw_sources(const cprof_app *app, cprof_area area) {
    int column = cprof_area_puts(area, 0, 1, CPROF_ROLE_HEADER, "cprof ");
    for (size_t i = 0; i < app->sources->path_count && column < area.columns; i++)
        column = cprof_area_puts(area, 0, column + 1, CPROF_ROLE_HEADER, app->sources->paths[i]);
}

/* Of more settings than there is room for the last ones. */
static void draw_crumbs(const cprof_app *app, cprof_area area) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, &app->env);
    cprof_app_put_crumbs(app, &sink, CRUMB);
    cprof_slice text = cprof_sink_bytes(&sink);
    bool cut = false;
    while (cprof_text_columns(text) > area.columns - cut) {
        cprof_slice rest = cprof_slice_sub(text, 1, text.len);
        size_t next = cprof_slice_find_slice(rest, CPROF_SLICE(CRUMB));
        if (next == rest.len)
            break;
        text = cprof_slice_sub(rest, next, rest.len);
        cut = true;
    }
    int column = cut ? cprof_area_puts(area, 0, 0, CPROF_ROLE_DIM, "…") : 0;
    cprof_area_put(area, 0, column, CPROF_ROLE_MATCH, text);
    cprof_sink_deinit(&sink);
}

static void draw_head(cprof_app *app, cprof_area area) {
    cprof_area_paint(area, 0, 0, area.columns, CPROF_ROLE_HEADER);
    cprof_area_put_cut(area, 0, 1, CPROF_ROLE_HEADER, cprof_slice_trim(text_of(&app->head)));
    cprof_screen_view *v = cprof_app_view(app);
    if (!app->session)
        draw_sources(app, area);
    if (!v)
        return;
    int column = cprof_area_printf(area, 1, 1, CPROF_ROLE_KEY, "%s", cprof_view_names[v->kind]);
    if (v->kind == CPROF_VIEW_FUNCTION) {
        column = cprof_area_puts(area, 1, column, CPROF_ROLE_NORMAL, " ");
        cprof_area name = cprof_area_sub(area, 1, column, 1, area.columns / 2 - column);
        column += cprof_area_put_cut(name, 0, 0, CPROF_ROLE_NORMAL, v->title);
    }
    if (v->fold->total.len)
        column = cprof_area_printf(area, 1, column, CPROF_ROLE_NORMAL, "  of %.*s total",
                                   CPROF_SLICE_ARG(v->fold->total));
    draw_crumbs(app, cprof_area_sub(area, 1, column + 1, 1, area.columns));
}

static void draw_foot(cprof_app *app, cprof_area area) {
    cprof_role role = app->message_bad ? CPROF_ROLE_BAD : CPROF_ROLE_DIM;
    if (app->focus == CPROF_FOCUS_SEARCH) {
        int column = cprof_area_puts(area, 0, 0, CPROF_ROLE_KEY, "search: ");
        column = cprof_area_puts(area, 0, column, CPROF_ROLE_NORMAL, app->wanted);
        app->grid.cursor_row = area.row;
        app->grid.cursor_column = area.column + (column < area.columns ? column : area.columns - 1);
    } else {
        cprof_area_put_cut(area, 0, 0, role, text_of(&app->message));
    }
    if (app->session)
        cprof_prompt_draw(&app->prompt, cprof_area_sub(area, 1, 0, 1, area.columns),
                          app->focus == CPROF_FOCUS_PROMPT);
    if (app->session)
        cprof_app_draw_keys(app, cprof_area_sub(area, 2, 0, 1, area.columns));
}

static bool start_drawing(cprof_app *app) {
    int rows, columns;
    cprof_screen_size(app->screen, &rows, &columns);
    return cprof_grid_resize(&app->grid, rows, columns);
}

static void draw(cprof_app *app) {
    cprof_area all = cprof_grid_area(&app->grid), view = cprof_app_view_area(app);
    cprof_screen_view *v = cprof_app_view(app);
    draw_head(app, all);
    if (v)
        cprof_screen_view_draw(v, view, cprof_slice_of(app->wanted), app->focus != CPROF_FOCUS_PROMPT);
    draw_foot(app, cprof_area_sub(all, all.rows - FOOT, 0, FOOT, all.columns));
    if (app->session)
        cprof_prompt_draw_menu(&app->prompt, view);
}

static void show(cprof_app *app) {
    if (cprof_screen_is_ascii(app->screen))
        cprof_grid_to_ascii(&app->grid);
    cprof_screen_show(app->screen, &app->grid);
}

void cprof_app_draw(cprof_app *app) {
    if (!start_drawing(app))
        return;
    draw(app);
    show(app);
}

void cprof_app_draw_progress(cprof_app *app, const char *stage, uint64_t part, uint64_t total) {
    if (!start_drawing(app))
        return;
    draw(app);
    cprof_area all = cprof_grid_area(&app->grid);
    cprof_area line = cprof_area_sub(all, all.rows - FOOT, 0, 1, all.columns);
    for (int i = 0; i < line.columns; i++)
        cprof_area_puts(line, 0, i, CPROF_ROLE_NORMAL, " ");
    int column = cprof_area_printf(line, 0, 0, CPROF_ROLE_KEY, "%s…", stage);
    if (total > 0) {
        char buffer[CPROF_LABEL_MAX];
        int64_t most = (int64_t)(total >> 1), now = (int64_t)((part < total ? part : total) >> 1);
        cprof_slice percent = cprof_measure_percentage(now, most, buffer);
        column = cprof_area_put(line, 0, column + 1, CPROF_ROLE_NORMAL, cprof_slice_trim(percent));
        cprof_area_bar(line, 0, column + 1, line.columns / 3, (double)part / (double)total, CPROF_ROLE_BAR);
        column += line.columns / 3 + 1;
    }
    if (!atomic_load(&app->stop))
        cprof_area_puts(line, 0, column + 2, CPROF_ROLE_DIM, "Ctrl-C stops it");
    app->grid.cursor_row = -1;
    show(app);
}
