/* The flame graph, as characters: the root on top, callees below, each as wide as it weighs. */
#include "tui/view.h"

static const cprof_fold_row *row_of(const cprof_screen_view *v, size_t row) {
    return &v->fold->rows.at[row];
}

/* The columns [*from, *to) of a row. */
static bool place(const cprof_screen_view *v, size_t row, int columns, int *from, int *to) {
    const cprof_fold_row *r = row_of(v, row), *zoom = row_of(v, v->zoom);
    if (zoom->width <= 0)
        return false;
    double unit = (double)columns / (double)zoom->width, start = (double)(r->start - zoom->start);
    *from = (int)(start * unit + 0.5);
    *to = (int)((start + (double)r->width) * unit + 0.5);
    return *to > *from;
}

static void draw_frame(cprof_screen_view *v, cprof_area line, size_t row, int from, int to,
                       cprof_slice wanted, bool focus) {
    const cprof_fold_row *r = row_of(v, row);
    cprof_role role = CPROF_ROLE_FRAME + r->colour % CPROF_FRAME_COLOURS;
    if (v->fold->is_difference)
        role = r->cum.value > 0   ? CPROF_ROLE_FRAME_GROWN
               : r->cum.value < 0 ? CPROF_ROLE_FRAME_SHRUNK
                                  : CPROF_ROLE_FRAME_SAME;
    if (cprof_find_text(r->name, wanted) < r->name.len)
        role = CPROF_ROLE_MATCH;
    cprof_area frame = cprof_area_sub(line, 0, from, 1, to - from);
    cprof_area_paint(frame, 0, 0, frame.columns, role);
    cprof_area_puts(frame, 0, 0, role, "▏");
    if (frame.columns > 2) {
        cprof_area text = cprof_area_sub(frame, 0, 1, 1, frame.columns - 1);
        const char *sign = !v->fold->is_difference || r->cum.value == 0 ? "" : r->cum.value > 0 ? "+" : "-";
        cprof_area_put(text, 0, cprof_area_puts(text, 0, 0, role, sign), role, r->name);
    }
    if (row == v->cursor && focus)
        cprof_area_select(frame, 0, 0, frame.columns);
}

void cprof_flame_view_draw(cprof_screen_view *v, cprof_area area, cprof_slice wanted, bool focus) {
    cprof_area head = cprof_area_sub(area, 0, 0, 1, area.columns);
    cprof_area body = cprof_area_sub(area, 1, 0, area.rows, area.columns);
    v->height = body.rows;
    if (v->fold->rows.count == 0)
        return;
    const cprof_fold_row *at = row_of(v, v->cursor), *zoom = row_of(v, v->zoom);
    int column = cprof_area_put(head, 0, 0, CPROF_ROLE_KEY, at->name);
    cprof_area_printf(head, 0, column, CPROF_ROLE_NORMAL,
                      "  %.*s, %.*s of the total, %.*s of its caller, %.*s itself",
                      CPROF_SLICE_ARG(at->cum.text), CPROF_SLICE_ARG(cprof_slice_trim(at->cum.percent_text)),
                      CPROF_SLICE_ARG(cprof_slice_trim(at->of_caller)), CPROF_SLICE_ARG(at->flat.text));
    /* Deep graphs move up until the cursor shows. */
    uint32_t below = at->depth - zoom->depth, shift = 0;
    if (body.rows > 0 && below >= (uint32_t)body.rows)
        shift = below - (uint32_t)body.rows + 1;
    for (uint32_t i = v->zoom; i < zoom->end; i++) {
        int from, to;
        uint32_t depth = row_of(v, i)->depth - zoom->depth;
        if (depth < shift || depth - shift >= (uint32_t)body.rows || !place(v, i, body.columns, &from, &to))
            continue;
        draw_frame(v, cprof_area_sub(body, (int)(depth - shift), 0, 1, body.columns), i, from, to, wanted,
                   focus);
    }
}

/* The callee beside row `row` under the same caller; the row itself when there is none. */
static size_t beside(const cprof_screen_view *v, size_t row, int step) {
    uint32_t caller = row_of(v, row)->caller;
    if (caller == CPROF_NONE)
        return row;
    if (step > 0) {
        size_t next = row_of(v, row)->end;
        return next < row_of(v, caller)->end ? next : row;
    }
    size_t at = (size_t)caller + 1, last = row;
    for (; at < row; at = row_of(v, at)->end)
        last = at;
    return last;
}

bool cprof_flame_view_key(cprof_screen_view *v, uint32_t key) {
    const cprof_fold_row *at = v->fold->rows.count ? row_of(v, v->cursor) : NULL;
    if (!at)
        return false;
    switch (key) {
    case CPROF_KEY_UP:
        if (v->cursor != v->zoom)
            v->cursor = at->caller;
        return true;
    case CPROF_KEY_DOWN:
        if (at->end > v->cursor + 1)
            v->cursor++;
        return true;
    case CPROF_KEY_LEFT:
    case CPROF_KEY_RIGHT:
        if (v->cursor != v->zoom)
            v->cursor = beside(v, v->cursor, key == CPROF_KEY_LEFT ? -1 : 1);
        return true;
    case CPROF_KEY_HOME:
        v->cursor = v->zoom = 0;
        return true;
    case 'z':
    case '+' + CPROF_KEY_ALT:
        v->zoom = (uint32_t)v->cursor;
        return true;
    case 'Z':
        if (row_of(v, v->zoom)->caller != CPROF_NONE)
            v->zoom = row_of(v, v->zoom)->caller;
        return true;
    }
    return false;
}

bool cprof_flame_view_click(cprof_screen_view *v, cprof_area area, int row, int column) {
    if (v->fold->rows.count == 0 || row < 1)
        return false;
    const cprof_fold_row *zoom = row_of(v, v->zoom), *at = row_of(v, v->cursor);
    int body = area.rows - 1, below = (int)(at->depth - zoom->depth),
        shift = below >= body ? below - body + 1 : 0;
    for (uint32_t i = v->zoom; i < zoom->end; i++) {
        int from, to;
        if ((int)(row_of(v, i)->depth - zoom->depth) == row - 1 + shift &&
            place(v, i, area.columns, &from, &to) && column >= from && column < to) {
            v->cursor = i;
            return true;
        }
    }
    return false;
}
