/* Listings: source and machine code, with heat. */
#include "tui/view_parts.h"

#include <stdio.h>

enum { NARROW = 70, WIDE = 120 };

/* Where the columns are. */
typedef struct layout {
    int bar, bar_columns, number_end, text;
} layout;

static layout layout_of(const cprof_screen_view *v, const cprof_area *line) {
    layout l = {.bar = 2 * cprof_view_value_columns(v) + 1};
    l.bar_columns = line->columns >= WIDE ? 12 : line->columns >= NARROW ? 6 : 2;
    l.number_end = l.bar + l.bar_columns + 1 + (v->fold->number_columns > 4 ? v->fold->number_columns : 4);
    l.text = l.number_end + 2;
    return l;
}

static cprof_role role_of(const cprof_screen_view *v, const cprof_fold_row *row, const cprof_share *share) {
    static const cprof_role roles[] = {[CPROF_HEAT_NONE] = CPROF_ROLE_DIM,
                                       [CPROF_HEAT_LOW] = CPROF_ROLE_NORMAL,
                                       [CPROF_HEAT_WARM] = CPROF_ROLE_WARM,
                                       [CPROF_HEAT_HOT] = CPROF_ROLE_HOT};
    if (share->value == 0)
        return CPROF_ROLE_DIM;
    return v->fold->is_difference ? cprof_view_role(v, share) : roles[row->heat];
}

/* What the callees take is shaded, what the line takes itself is full. */
static void draw_bar(const cprof_screen_view *v, cprof_area line, const layout *l,
                     const cprof_fold_row *row) {
    cprof_role role = role_of(v, row, &row->cum);
    int cum = (int)((double)row->cum_share * l->bar_columns + 0.999);
    for (int i = 0; i < cum && row->cum_share > 0; i++)
        cprof_area_puts(line, 0, l->bar + i, role, "░");
    cprof_area_bar(line, 0, l->bar, l->bar_columns, (double)row->flat_share, role_of(v, row, &row->flat));
}

/* The heading that row i of `shown` stands under; NULL: none. */
static const cprof_fold_row *heading_of(const cprof_screen_view *v, size_t i) {
    for (i = i < v->shown.count ? i + 1 : v->shown.count; i-- > 0;) {
        const cprof_fold_row *row = cprof_screen_view_row(v, i);
        if (row->part == CPROF_PART_HEADING)
            return row;
    }
    return NULL;
}

/* The end of a path says more than its start. */
static void put_name_and_place(cprof_area line, int column, cprof_role role, const cprof_fold_row *row) {
    column = cprof_area_put(line, 0, column, role, row->name) + 2;
    cprof_slice place = row->place;
    if (column + 8 > line.columns)
        return;
    if (column + cprof_text_columns(place) > line.columns) {
        size_t enough = (size_t)line.columns * 4; /* bytes; a stranger's path may have millions */
        place = cprof_slice_sub(place, place.len > enough ? place.len - enough : 0, place.len);
        while (place.len && column + 1 + cprof_text_columns(place) > line.columns)
            do
                place = cprof_slice_sub(place, 1, place.len);
            while (place.len && ((unsigned char)place.ptr[0] & 0xC0) == 0x80);
        column = cprof_area_puts(line, 0, column, CPROF_ROLE_DIM, "…");
    }
    cprof_area_put(line, 0, column, CPROF_ROLE_DIM, place);
}

/* Names the function that the first line belongs to: its heading may have been rolled away. */
void cprof_listing_draw_head(const cprof_screen_view *v, cprof_area line) {
    layout l = layout_of(v, &line);
    cprof_area_right(line, 0, cprof_view_value_columns(v), CPROF_ROLE_KEY, CPROF_SLICE("flat"));
    cprof_area_right(line, 0, 2 * cprof_view_value_columns(v), CPROF_ROLE_KEY, CPROF_SLICE("cum"));
    cprof_area_right(line, 0, l.number_end, CPROF_ROLE_KEY,
                     v->kind == CPROF_VIEW_DISASM ? CPROF_SLICE("address") : CPROF_SLICE("line"));
    const cprof_fold_row *heading = heading_of(v, v->first);
    if (heading && heading != cprof_screen_view_row(v, v->first))
        put_name_and_place(line, l.text, CPROF_ROLE_KEY, heading);
}

static void draw_heading(const cprof_screen_view *v, cprof_area line, const cprof_fold_row *row) {
    cprof_view_put_value(v, line, cprof_view_value_columns(v), &row->flat, cprof_view_role(v, &row->flat));
    cprof_view_put_value(v, line, 2 * cprof_view_value_columns(v), &row->cum, cprof_view_role(v, &row->cum));
    int column = 2 * cprof_view_value_columns(v) + 1;
    if (row->cum.percent_text.len)
        column = cprof_area_printf(line, 0, column, CPROF_ROLE_DIM, "%.*s ",
                                   CPROF_SLICE_ARG(cprof_slice_trim(row->cum.percent_text)));
    put_name_and_place(line, column, CPROF_ROLE_HEADING, row);
}

static void draw_line(const cprof_screen_view *v, cprof_area line, const cprof_fold_row *row,
                      cprof_slice wanted) {
    layout l = layout_of(v, &line);
    cprof_view_put_value(v, line, cprof_view_value_columns(v), &row->flat, role_of(v, row, &row->flat));
    cprof_view_put_value(v, line, 2 * cprof_view_value_columns(v), &row->cum, role_of(v, row, &row->cum));
    draw_bar(v, line, &l, row);
    char number[24];
    snprintf(number, sizeof number, v->kind == CPROF_VIEW_DISASM ? CPROF_ADDRESS_FORMAT : CPROF_LINE_FORMAT,
             row->number);
    bool hot = row->heat == CPROF_HEAT_HOT && !v->fold->is_difference;
    cprof_area_right(line, 0, l.number_end, hot ? CPROF_ROLE_HOT : CPROF_ROLE_DIM, cprof_slice_of(number));
    cprof_slice text = cprof_view_rolled(v, row->name);
    cprof_area_put(line, 0, l.text, hot ? CPROF_ROLE_HOT : CPROF_ROLE_NORMAL, text);
    cprof_view_mark(line, l.text, text, wanted);
}

/* The source of the instructions below stands over all columns. */
static void draw_place(cprof_area line, int end, const cprof_fold_row *row, cprof_slice wanted) {
    int column = row->place.len ? end - 2 - cprof_text_columns(row->name) : end;
    column = cprof_area_put(line, 0, column < 2 ? 2 : column, CPROF_ROLE_KEY, row->name) + 2;
    cprof_area_put(line, 0, column, CPROF_ROLE_DIM, row->place);
    cprof_view_mark(line, column, row->place, wanted);
}

void cprof_listing_draw_row(const cprof_screen_view *v, cprof_area line, size_t i, cprof_slice wanted) {
    const cprof_fold_row *row = cprof_screen_view_row(v, i);
    layout l = layout_of(v, &line);
    if (row->part == CPROF_PART_HEADING)
        draw_heading(v, line, row);
    else if (row->part == CPROF_PART_LINE)
        draw_line(v, line, row, wanted);
    else if (row->part == CPROF_PART_PLACE)
        draw_place(line, l.text, row, wanted);
    else
        cprof_area_put(line, 0, 2, CPROF_ROLE_NORMAL, row->name);
}

/* --- the cursor --- */

static bool is_hot(const cprof_fold_row *row) {
    return row->part == CPROF_PART_LINE && row->heat >= CPROF_HEAT_WARM;
}

static bool is_heading(const cprof_fold_row *row) {
    return row->part == CPROF_PART_HEADING;
}

static bool go_to(cprof_screen_view *v, int step, bool (*is_wanted)(const cprof_fold_row *row)) {
    for (size_t i = v->cursor + (size_t)step; i < v->shown.count; i += (size_t)step)
        if (is_wanted(cprof_screen_view_row(v, i))) {
            v->cursor = i;
            return true;
        }
    return false;
}

bool cprof_screen_view_hot_line(cprof_screen_view *v, int step) {
    return go_to(v, step, is_hot);
}

bool cprof_screen_view_heading(cprof_screen_view *v, int step) {
    if (!go_to(v, step, is_heading))
        return false;
    v->first = v->cursor; /* its lines are what one wants to see */
    return true;
}

static double weight_of(const cprof_fold_row *row) {
    double flat = (double)row->flat.value, cum = (double)row->cum.value;
    return row->part == CPROF_PART_LINE ? (flat < 0 ? -flat : flat) + (cum < 0 ? -cum : cum) : 0;
}

/* The cursor begins on the heaviest line. */
void cprof_listing_start(cprof_screen_view *v) {
    size_t best = 0;
    for (size_t i = 0; i < v->shown.count; i++)
        if (weight_of(&v->fold->rows.at[i]) > weight_of(&v->fold->rows.at[best]))
            best = i;
    v->cursor = best;
    v->first = best > 8 ? best - 8 : 0; /* and some of what stands before it */
}
