/* Now and then: what has grown, what has shrunk, under other filters and options. */
#include "tui/view_parts.h"

#include <stdio.h>

enum {
    VALUE = CPROF_VALUE_COLUMNS + 1, /* sums of subtracted bases have signs, too */
    PERCENT = CPROF_PERCENT_COLUMNS,
    CHANGE = VALUE + 1,
    SET = 2 * VALUE + CHANGE + PERCENT + 1,
    WIDE = 120
};

static bool is_wide(const cprof_area *line) {
    return line->columns >= WIDE;
}

static void put_head(const cprof_screen_view *v, cprof_area line, int column, cprof_order order) {
    const char *what = order == CPROF_ORDER_CUM ? "cum" : "flat";
    int end = column;
    char text[16];
    static const char *const titles[] = {" then", " now"};
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%s%s", what, titles[i]);
        cprof_area_right(line, 0, end += VALUE, CPROF_ROLE_KEY, cprof_slice_of(text));
    }
    cprof_area_right(line, 0, end += CHANGE, CPROF_ROLE_KEY,
                     v->order == order ? CPROF_SLICE("change v") : CPROF_SLICE("change"));
    cprof_area_right(line, 0, end + PERCENT + 1, CPROF_ROLE_KEY, CPROF_SLICE("of then"));
}

void cprof_compare_draw_head(const cprof_screen_view *v, cprof_area line) {
    int column = 0;
    if (is_wide(&line) || v->order != CPROF_ORDER_CUM) {
        put_head(v, line, column, CPROF_ORDER_FLAT);
        column += SET;
    }
    if (is_wide(&line) || v->order == CPROF_ORDER_CUM) {
        put_head(v, line, column, CPROF_ORDER_CUM);
        column += SET;
    }
    column = cprof_area_puts(line, 0, column + 1, CPROF_ROLE_KEY,
                             v->order == CPROF_ORDER_NAME ? "name v" : "name");
    column = cprof_area_puts(line, 0, column + 2, CPROF_ROLE_DIM, "then: ");
    cprof_area_put(line, 0, column, CPROF_ROLE_MATCH, v->fold->then);
}

/* "+50.00%"; "×19" of what has grown many times. */
static void put_part(cprof_area line, int end, cprof_role role, const cprof_share *change) {
    char text[32];
    cprof_slice part = cprof_slice_trim(change->percent_text);
    if (change->percent >= 1000)
        snprintf(text, sizeof text, "×%.0f", 1 + change->percent / 100);
    else
        snprintf(text, sizeof text, "%c%.*s", change->value > 0 ? '+' : '-', CPROF_SLICE_ARG(part));
    cprof_area_right(line, 0, end, role, cprof_slice_of(text));
}

/* What was nothing is new, what is nothing has gone; the rest is told in percent. */
static void put_set(const cprof_screen_view *v, cprof_area line, int column, const cprof_share *then,
                    const cprof_share *now, const cprof_share *change) {
    cprof_role role = cprof_view_role(v, change);
    int end = column + VALUE;
    cprof_area_right(line, 0, end, then->value ? CPROF_ROLE_NORMAL : CPROF_ROLE_DIM, then->text);
    cprof_area_right(line, 0, end += VALUE, now->value ? CPROF_ROLE_NORMAL : CPROF_ROLE_DIM, now->text);
    cprof_view_put_value(v, line, end += CHANGE, change, role);
    end += PERCENT + 1;
    if (change->value == 0)
        return;
    if (then->value == 0 || now->value == 0)
        cprof_area_right(line, 0, end, role, then->value ? CPROF_SLICE("gone") : CPROF_SLICE("new"));
    else
        put_part(line, end, role, change);
}

void cprof_compare_draw_row(const cprof_screen_view *v, cprof_area line, size_t i, cprof_slice wanted) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    const cprof_fold_change *c = row->change;
    int column = 0;
    if (!c) {
        cprof_area_put(line, 0, 2, CPROF_ROLE_DIM, row->name);
        return;
    }
    if (is_wide(&line) || v->order != CPROF_ORDER_CUM) {
        put_set(v, line, column, &c->then_flat, &row->flat, &c->flat);
        column += SET;
    }
    if (is_wide(&line) || v->order == CPROF_ORDER_CUM) {
        put_set(v, line, column, &c->then_cum, &row->cum, &c->cum);
        column += SET;
    }
    cprof_slice name = cprof_view_rolled(v, row->name);
    cprof_area_put_cut(line, 0, column + 1, CPROF_ROLE_NORMAL, name);
    cprof_view_mark(line, column + 1, name, wanted);
}
