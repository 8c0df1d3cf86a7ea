/* How the views that are lists look. */
#include "tui/view_parts.h"

#include "base/utf8.h"

enum { PERCENT = CPROF_PERCENT_COLUMNS, BAR_MIN = 6 };

void cprof_view_mark(cprof_area line, int column, cprof_slice text, cprof_slice wanted) {
    size_t at = cprof_find_text(text, wanted);
    if (at < text.len)
        cprof_area_paint(line, 0, column + cprof_text_columns(cprof_slice_sub(text, 0, at)),
                         cprof_text_columns(cprof_slice_sub(text, at, at + wanted.len)), CPROF_ROLE_MATCH);
}

int cprof_view_value_columns(const cprof_screen_view *v) {
    return CPROF_VALUE_COLUMNS + v->fold->is_difference;
}

cprof_slice cprof_view_rolled(const cprof_screen_view *v, cprof_slice text) {
    size_t at = 0;
    for (int left = v->left; left > 0 && at < text.len; left--) {
        uint32_t c;
        at += cprof_utf8_decode(cprof_slice_sub(text, at, text.len), &c);
    }
    return cprof_slice_sub(text, at, text.len);
}

cprof_role cprof_view_role(const cprof_screen_view *v, const cprof_share *share) {
    if (v->fold->is_difference)
        return share->value > 0 ? CPROF_ROLE_GROWN : share->value < 0 ? CPROF_ROLE_SHRUNK : CPROF_ROLE_DIM;
    return share->percent >= 10 ? CPROF_ROLE_HOT : share->value == 0 ? CPROF_ROLE_DIM : CPROF_ROLE_NORMAL;
}

void cprof_view_put_value(const cprof_screen_view *v, cprof_area line, int end, const cprof_share *share,
                          cprof_role role) {
    cprof_area_right(line, 0, end, role, share->text);
    /* Where there are no colours, too, growth is told from shrinkage. */
    if (v->fold->is_difference && share->value > 0)
        cprof_area_puts(line, 0, end - cprof_text_columns(share->text) - 1, role, "+");
}

int cprof_view_put_share(const cprof_screen_view *v, cprof_area line, int column, const cprof_share *share,
                         int percent_columns) {
    cprof_role role = cprof_view_role(v, share);
    cprof_view_put_value(v, line, column + cprof_view_value_columns(v), share, role);
    cprof_area_right(line, 0, column + cprof_view_value_columns(v) + percent_columns, role,
                     share->percent_text);
    return column + cprof_view_value_columns(v) + percent_columns;
}

int cprof_view_put_bar(const cprof_screen_view *v, cprof_area line, int column, int columns,
                       const cprof_share *share) {
    cprof_role role = v->fold->is_difference ? cprof_view_role(v, share) : CPROF_ROLE_BAR;
    double part = share->percent < 0 ? -share->percent : share->percent;
    cprof_area_bar(line, 0, column, columns, part / 100, role);
    return column + columns;
}

int cprof_view_bar_columns(const cprof_area *area) {
    return area->columns >= 120 ? 20 : area->columns >= 76 ? BAR_MIN : 0;
}

/* --- top --- */

static void draw_top_head(const cprof_screen_view *v, cprof_area line) {
    static const char *const marks[] = {"flat v", "cum v", "name v"};
    const char *flat = v->order == CPROF_ORDER_FLAT ? marks[0] : "flat";
    const char *cum = v->order == CPROF_ORDER_CUM ? marks[1] : "cum";
    int bar = cprof_view_bar_columns(&line), column = cprof_view_value_columns(v);
    cprof_area_right(line, 0, column, CPROF_ROLE_KEY, cprof_slice_of(flat));
    cprof_area_right(line, 0, column += PERCENT, CPROF_ROLE_KEY, CPROF_SLICE("flat%"));
    if (line.columns >= 100)
        cprof_area_right(line, 0, column += PERCENT, CPROF_ROLE_KEY, CPROF_SLICE("sum%"));
    cprof_area_right(line, 0, column += cprof_view_value_columns(v), CPROF_ROLE_KEY, cprof_slice_of(cum));
    cprof_area_right(line, 0, column += PERCENT, CPROF_ROLE_KEY, CPROF_SLICE("cum%"));
    cprof_area_puts(line, 0, column + 1 + bar + (bar > 0), CPROF_ROLE_KEY,
                    v->order == CPROF_ORDER_NAME ? marks[2] : "name");
}

cprof_order cprof_view_order_at(const cprof_screen_view *v, cprof_area area, int column) {
    int share = cprof_view_value_columns(v) + PERCENT;
    int flat = share + (area.columns >= 100 ? PERCENT : 0), cum = flat + share;
    return column < flat ? CPROF_ORDER_FLAT : column < cum ? CPROF_ORDER_CUM : CPROF_ORDER_NAME;
}

static int draw_top_row(const cprof_screen_view *v, cprof_area line, const cprof_fold_row *row) {
    int bar = cprof_view_bar_columns(&line), column = cprof_view_put_share(v, line, 0, &row->flat, PERCENT);
    if (line.columns >= 100) {
        column += PERCENT;
        if (v->order == CPROF_ORDER_FLAT && !v->fold->is_difference) /* in another order it means nothing */
            cprof_area_right(line, 0, column, CPROF_ROLE_DIM, row->sum.percent_text);
    }
    column = cprof_view_put_share(v, line, column, &row->cum, PERCENT) + 1;
    if (bar)
        column =
            cprof_view_put_bar(v, line, column, bar, v->order == CPROF_ORDER_CUM ? &row->cum : &row->flat) +
            1;
    return column;
}

/* --- a function --- */

static void draw_function_head(const cprof_screen_view *v, cprof_area line) {
    cprof_area_right(line, 0, cprof_view_value_columns(v), CPROF_ROLE_KEY, CPROF_SLICE("cum"));
    cprof_area_right(line, 0, cprof_view_value_columns(v) + PERCENT, CPROF_ROLE_KEY, CPROF_SLICE("part"));
    cprof_area_puts(line, 0, cprof_view_value_columns(v) + PERCENT + 1, CPROF_ROLE_KEY,
                    "callers, the function, callees");
}

static int draw_function_row(const cprof_screen_view *v, cprof_area line, const cprof_fold_row *row) {
    int column = cprof_view_put_share(v, line, 0, &row->cum, PERCENT) + 1;
    if (row->part == CPROF_PART_SELF) {
        column = cprof_area_puts(line, 0, column, CPROF_ROLE_KEY, "● ");
    } else {
        int bar = cprof_view_bar_columns(&line);
        if (bar)
            column = cprof_view_put_bar(v, line, column, bar, &row->cum) + 1;
        column =
            cprof_area_puts(line, 0, column, CPROF_ROLE_DIM, row->part == CPROF_PART_CALLER ? "↓ " : "  └ ");
    }
    return column;
}

/* Behind the name of the function itself, what it weighs without its callees. */
static void draw_function_self(cprof_area line, int column, const cprof_fold_row *row) {
    cprof_area_printf(line, 0, column + 2, CPROF_ROLE_DIM, "%.*s (%.*s) itself",
                      CPROF_SLICE_ARG(row->flat.text),
                      CPROF_SLICE_ARG(cprof_slice_trim(row->flat.percent_text)));
}

/* --- the tree --- */

static void draw_tree_head(const cprof_screen_view *v, cprof_area line) {
    cprof_area_right(line, 0, cprof_view_value_columns(v), CPROF_ROLE_KEY, CPROF_SLICE("cum"));
    cprof_area_right(line, 0, cprof_view_value_columns(v) + PERCENT, CPROF_ROLE_KEY, CPROF_SLICE("total"));
    cprof_area_right(line, 0, cprof_view_value_columns(v) + 2 * PERCENT, CPROF_ROLE_KEY,
                     CPROF_SLICE("caller"));
    cprof_area_right(line, 0, 2 * cprof_view_value_columns(v) + 2 * PERCENT, CPROF_ROLE_KEY,
                     CPROF_SLICE("flat"));
    cprof_area_puts(line, 0, 2 * cprof_view_value_columns(v) + 2 * PERCENT + 1, CPROF_ROLE_KEY, "name");
}

static int tree_mark_column(const cprof_screen_view *v, const cprof_area *line, const cprof_fold_row *row) {
    int depth = row->depth > 60 ? 60 : (int)row->depth; /* deeper ones are not pushed out of the screen */
    int indent = depth * 2 > line->columns / 2 ? line->columns / 2 : depth * 2;
    return 2 * cprof_view_value_columns(v) + 2 * PERCENT + 1 + indent;
}

static int draw_tree_row(const cprof_screen_view *v, cprof_area line, uint32_t at) {
    const cprof_fold_row *row = &v->fold->rows.at[at];
    int column = cprof_view_put_share(v, line, 0, &row->cum, PERCENT) + PERCENT;
    cprof_area_right(line, 0, column, CPROF_ROLE_DIM, row->of_caller);
    column += cprof_view_value_columns(v);
    cprof_view_put_value(v, line, column, &row->flat, cprof_view_role(v, &row->flat));
    bool leaf = row->end == at + 1;
    return cprof_area_puts(line, 0, tree_mark_column(v, &line, row), CPROF_ROLE_KEY,
                           leaf          ? "  "
                           : v->open[at] ? "▾ "
                                         : "▸ ");
}

int cprof_view_mark_column(const cprof_screen_view *v, const cprof_area *line, size_t i) {
    if (!cprof_view_has_below(v, v->shown.at[i]))
        return -1;
    return v->kind == CPROF_VIEW_TREE ? tree_mark_column(v, line, cprof_screen_view_row(v, i))
                                      : cprof_list_mark_column(v, line);
}

/* --- all --- */

static void draw_row(const cprof_screen_view *v, cprof_area line, size_t i, cprof_slice wanted) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    int column = v->kind == CPROF_VIEW_TOP        ? draw_top_row(v, line, row)
                 : v->kind == CPROF_VIEW_FUNCTION ? draw_function_row(v, line, row)
                                                  : draw_tree_row(v, line, v->shown.at[i]);
    cprof_slice name = v->kind == CPROF_VIEW_TREE ? row->name : cprof_view_rolled(v, row->name);
    int end = cprof_area_put_cut(line, 0, column, CPROF_ROLE_NORMAL, name);
    cprof_view_mark(line, column, name, wanted);
    if (v->kind == CPROF_VIEW_FUNCTION && row->part == CPROF_PART_SELF)
        draw_function_self(line, end, row);
}

typedef struct painter {
    void (*head)(const cprof_screen_view *view, cprof_area line);
    void (*row)(const cprof_screen_view *view, cprof_area line, size_t i, cprof_slice wanted);
} painter;

static const painter painters[CPROF_VIEW_KINDS] = {
    [CPROF_VIEW_TOP] = {draw_top_head, draw_row},
    [CPROF_VIEW_FUNCTION] = {draw_function_head, draw_row},
    [CPROF_VIEW_TREE] = {draw_tree_head, draw_row},
    [CPROF_VIEW_SOURCE] = {cprof_listing_draw_head, cprof_listing_draw_row},
    [CPROF_VIEW_DISASM] = {cprof_listing_draw_head, cprof_listing_draw_row},
    [CPROF_VIEW_TAGS] = {cprof_list_draw_head, cprof_list_draw_row},
    [CPROF_VIEW_TRACES] = {cprof_list_draw_head, cprof_list_draw_row},
    [CPROF_VIEW_GOROUTINES] = {cprof_list_draw_head, cprof_list_draw_row},
    [CPROF_VIEW_COMPARE] = {cprof_compare_draw_head, cprof_compare_draw_row},
};

static void draw_text(cprof_screen_view *v, cprof_area area, cprof_slice wanted) {
    int from = cprof_area_put(area, 0, 0, CPROF_ROLE_KEY, v->title);
    if (v->lines.count > (size_t)v->height)
        cprof_area_printf(area, 0, from + 2, CPROF_ROLE_DIM, "lines %zu-%zu of %zu", v->first + 1,
                          v->first + (size_t)v->height, v->lines.count);
    for (int i = 0; i < v->height && v->first + (size_t)i < v->lines.count; i++) {
        cprof_slice text = cprof_view_rolled(v, v->lines.at[v->first + (size_t)i]);
        cprof_area line = cprof_area_sub(area, i + 1, 0, 1, area.columns);
        cprof_area_put(line, 0, 0, CPROF_ROLE_NORMAL, text);
        cprof_view_mark(line, 0, text, wanted);
    }
}

void cprof_screen_view_draw(cprof_screen_view *v, cprof_area area, cprof_slice wanted, bool focus) {
    if (v->kind == CPROF_VIEW_FLAME) {
        cprof_flame_view_draw(v, area, wanted, focus);
        return;
    }
    int height = area.rows - 1;
    size_t count = v->kind == CPROF_VIEW_TEXT ? v->lines.count : v->shown.count;
    v->height = height;
    if (v->kind != CPROF_VIEW_TEXT) {
        if (v->cursor < v->first)
            v->first = v->cursor;
        if (height > 0 && v->cursor >= v->first + (size_t)height)
            v->first = v->cursor - (size_t)height + 1;
    }
    if (height > 0 && v->first + (size_t)height > count)
        v->first = count > (size_t)height ? count - (size_t)height : 0;
    if (v->kind == CPROF_VIEW_TEXT) {
        draw_text(v, area, wanted);
        return;
    }
    painters[v->kind].head(v, area);
    for (int i = 0; i < height && v->first + (size_t)i < count; i++) {
        cprof_area line = cprof_area_sub(area, i + 1, 0, 1, area.columns);
        painters[v->kind].row(v, line, v->first + (size_t)i, wanted);
        if (v->first + (size_t)i == v->cursor && focus)
            cprof_area_select(line, 0, 0, line.columns);
    }
    if (count == 0)
        cprof_area_puts(area, 1, 2, CPROF_ROLE_DIM, "nothing is left: u takes the last filter back");
}
