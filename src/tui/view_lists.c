/* Lists whose rows unfold: tags with their values, stacks, goroutines. */
#include "tui/view_parts.h"

enum { PERCENT = CPROF_PERCENT_COLUMNS, COUNT = 8, WAIT = 10, STATE = 20, WIDE_STATE = 26 };

static int put_fold_mark(const cprof_screen_view *v, cprof_area line, int column, size_t i) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    bool below = row->part == CPROF_PART_STACK ? row->below_count > 0 : row->part == CPROF_PART_KEY;
    return cprof_area_puts(line, 0, column, CPROF_ROLE_KEY,
                           !below                    ? "  "
                           : v->open[v->shown.at[i]] ? "▾ "
                                                     : "▸ ");
}

/* A stack in one line: the leaf, and who called it, as far as there is room. */
static void put_stack(const cprof_screen_view *v, cprof_area line, int column, size_t i, cprof_slice wanted) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    if (row->below_count == 0)
        cprof_area_put(line, 0, column, CPROF_ROLE_DIM, row->name);
    for (uint32_t k = 0; k < row->below_count && column < line.columns; k++) {
        cprof_slice name = v->fold->frames.at[v->fold->stack_frames.at[row->below + k]].brief;
        int end = cprof_area_put_cut(line, 0, column, k ? CPROF_ROLE_DIM : CPROF_ROLE_NORMAL, name);
        cprof_view_mark(line, column, name, wanted);
        column = end;
        if (v->open[v->shown.at[i]]) { /* the frames stand below */
            cprof_area_printf(line, 0, column + 2, CPROF_ROLE_DIM, "%u frame%s", row->below_count,
                              row->below_count == 1 ? "" : "s");
            return;
        }
        if (k + 1 < row->below_count)
            column = cprof_area_puts(line, 0, column, CPROF_ROLE_KEY, " ‹ ");
    }
}

static void put_frame(const cprof_screen_view *v, cprof_area line, int column, const cprof_fold_row *row,
                      cprof_slice wanted) {
    (void)v;
    int end = cprof_area_put(line, 0, column,
                             row->part == CPROF_PART_NOTE ? CPROF_ROLE_DIM : CPROF_ROLE_NORMAL, row->name);
    cprof_view_mark(line, column, row->name, wanted);
    cprof_area_put(line, 0, end + 2, CPROF_ROLE_DIM, row->place);
}

/* --- tags and stacks --- */

/* Behind the weight, its part of the total and the bar. */
static int weight_end(const cprof_screen_view *v, const cprof_area *line) {
    int bar = cprof_view_bar_columns(line);
    return cprof_view_value_columns(v) + PERCENT + 1 + bar + (bar > 0);
}

static void draw_weight_head(const cprof_screen_view *v, cprof_area line) {
    int column = weight_end(v, &line);
    cprof_area_right(line, 0, cprof_view_value_columns(v), CPROF_ROLE_KEY, CPROF_SLICE("weight"));
    cprof_area_right(line, 0, cprof_view_value_columns(v) + PERCENT, CPROF_ROLE_KEY, CPROF_SLICE("total"));
    cprof_area_puts(line, 0, column + 2, CPROF_ROLE_KEY,
                    v->kind == CPROF_VIEW_TAGS ? "tags and their values" : "stacks, the leaf first");
}

static void draw_weight_row(const cprof_screen_view *v, cprof_area line, size_t i, cprof_slice wanted) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    int bar = cprof_view_bar_columns(&line), column = weight_end(v, &line);
    if (row->part == CPROF_PART_NOTE && row->depth == 0) {
        cprof_area_put(line, 0, 2, CPROF_ROLE_NORMAL, row->name);
        return;
    }
    if (row->cum.text.len)
        cprof_view_put_share(v, line, 0, &row->cum, PERCENT);
    if (bar && row->part != CPROF_PART_KEY && row->cum.text.len)
        cprof_view_put_bar(v, line, column - bar - 1, bar, &row->cum);
    if (row->part == CPROF_PART_STACK) {
        put_stack(v, line, put_fold_mark(v, line, column, i), i, wanted);
    } else if (row->part == CPROF_PART_KEY) {
        column = put_fold_mark(v, line, column, i);
        int end = cprof_area_put(line, 0, column, CPROF_ROLE_HEADING, row->name);
        cprof_view_mark(line, column, row->name, wanted);
        uint32_t values = row->end - v->shown.at[i] - 1;
        cprof_area_printf(line, 0, end + 2, CPROF_ROLE_DIM, "%u value%s", values, values == 1 ? "" : "s");
    } else {
        column += 4;
        if (row->part == CPROF_PART_VALUE) {
            cprof_area_put_cut(line, 0, column, CPROF_ROLE_NORMAL, row->name);
            cprof_view_mark(line, column, row->name, wanted);
        } else {
            put_frame(v, line, column, row, wanted);
        }
    }
}

/* --- goroutines --- */

/* Where the columns of a goroutine list are. */
typedef struct goroutine_columns {
    int before, count, change, bar, bar_columns, wait, state, stack;
} goroutine_columns;

static goroutine_columns columns_of(const cprof_screen_view *v, const cprof_area *line) {
    goroutine_columns c = {.bar_columns = cprof_view_bar_columns(line)};
    c.before = v->fold->has_two ? COUNT : 0;
    c.count = c.before + COUNT;
    c.change = c.count + (v->fold->has_two ? COUNT + 1 : 0);
    c.bar = c.change + 1;
    c.wait = c.bar + c.bar_columns + WAIT;
    c.state = c.wait + 2;
    c.stack = c.state + (line->columns >= 100 ? WIDE_STATE : line->columns >= 76 ? STATE : STATE / 2);
    return c;
}

static void draw_goroutines_head(const cprof_screen_view *v, cprof_area line) {
    goroutine_columns c = columns_of(v, &line);
    if (v->fold->has_two) {
        cprof_area_right(line, 0, c.before, CPROF_ROLE_KEY, CPROF_SLICE("before"));
        cprof_area_right(line, 0, c.change, CPROF_ROLE_KEY,
                         v->order == CPROF_ORDER_FLAT ? CPROF_SLICE("change v") : CPROF_SLICE("change"));
    }
    cprof_area_right(line, 0, c.count, CPROF_ROLE_KEY,
                     v->fold->has_two               ? CPROF_SLICE("now")
                     : v->order == CPROF_ORDER_FLAT ? CPROF_SLICE("count v")
                                                    : CPROF_SLICE("count"));
    cprof_area_right(line, 0, c.wait, CPROF_ROLE_KEY,
                     v->order == CPROF_ORDER_CUM ? CPROF_SLICE("wait v") : CPROF_SLICE("wait"));
    cprof_area_puts(line, 0, c.state, CPROF_ROLE_KEY, v->order == CPROF_ORDER_NAME ? "state v" : "state");
    cprof_area_puts(line, 0, c.stack, CPROF_ROLE_KEY, "  stack, the leaf first");
}

static void draw_goroutines_row(const cprof_screen_view *v, cprof_area line, size_t i, cprof_slice wanted) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    goroutine_columns c = columns_of(v, &line);
    if (row->part != CPROF_PART_STACK) {
        if (row->depth == 0)
            cprof_area_put(line, 0, 2, CPROF_ROLE_NORMAL, row->name);
        else
            put_frame(v, line, c.change + 1, row, wanted);
        return;
    }
    cprof_role role = row->cum.percent >= 10 ? CPROF_ROLE_HOT : CPROF_ROLE_NORMAL;
    if (v->fold->has_two) {
        role = row->sum.value > 0   ? CPROF_ROLE_GROWN
               : row->sum.value < 0 ? CPROF_ROLE_SHRUNK
                                    : CPROF_ROLE_DIM;
        cprof_area_right(line, 0, c.before, CPROF_ROLE_NORMAL, row->flat.text);
        cprof_area_right(line, 0, c.change, role, row->sum.text);
    }
    cprof_area_right(line, 0, c.count, v->fold->has_two ? CPROF_ROLE_NORMAL : role, row->cum.text);
    cprof_area_bar(line, 0, c.bar, c.bar_columns, row->cum.percent / 100,
                   v->fold->has_two ? role : CPROF_ROLE_BAR);
    cprof_area_right(line, 0, c.wait, CPROF_ROLE_NORMAL, row->of_caller);
    cprof_area state = cprof_area_sub(line, 0, c.state, 1, c.stack - c.state - 1);
    cprof_area_put_cut(state, 0, 0, CPROF_ROLE_KEY, row->name);
    cprof_view_mark(state, 0, row->name, wanted);
    put_stack(v, line, put_fold_mark(v, line, c.stack, i), i, wanted);
}

/* --- all --- */

int cprof_list_mark_column(const cprof_screen_view *v, const cprof_area *line) {
    return v->kind == CPROF_VIEW_GOROUTINES ? columns_of(v, line).stack : weight_end(v, line);
}

void cprof_list_draw_head(const cprof_screen_view *v, cprof_area line) {
    if (v->kind == CPROF_VIEW_GOROUTINES)
        draw_goroutines_head(v, line);
    else
        draw_weight_head(v, line);
}

void cprof_list_draw_row(const cprof_screen_view *v, cprof_area line, size_t i, cprof_slice wanted) {
    if (v->kind == CPROF_VIEW_GOROUTINES)
        draw_goroutines_row(v, line, i, wanted);
    else
        draw_weight_row(v, line, i, wanted);
}
