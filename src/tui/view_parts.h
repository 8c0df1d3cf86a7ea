/* What the files that draw views share. */
#ifndef CPROF_TUI_VIEW_PARTS_H
#define CPROF_TUI_VIEW_PARTS_H

#include "tui/view.h"

enum { CPROF_VALUE_COLUMNS = 10, CPROF_PERCENT_COLUMNS = 8 };

/* Shows where `wanted` stands in text, which was put at that column. */
void cprof_view_mark(cprof_area line, int column, cprof_slice text, cprof_slice wanted);
/* The part of a text that is not rolled out on the left. */
cprof_slice cprof_view_rolled(const cprof_screen_view *view, cprof_slice text);
/* How much of the total it is, or whether it grew. */
cprof_role cprof_view_role(const cprof_screen_view *view, const cprof_share *share);
/* Its end is at column `end`; what grew has a sign. */
void cprof_view_put_value(const cprof_screen_view *view, cprof_area line, int end, const cprof_share *share,
                          cprof_role role);

/* view_code.c: source and machine code */
void cprof_listing_draw_head(const cprof_screen_view *view, cprof_area line);
void cprof_listing_draw_row(const cprof_screen_view *view, cprof_area line, const cprof_fold_row *row,
                            cprof_slice wanted);

#endif
