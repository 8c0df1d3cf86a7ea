/* What the files that draw views share. */
#ifndef CPROF_TUI_VIEW_PARTS_H
#define CPROF_TUI_VIEW_PARTS_H

#include "tui/view.h"

enum { CPROF_VALUE_COLUMNS = 10, CPROF_PERCENT_COLUMNS = 8 };

/* Of a difference, values have a sign. */
int cprof_view_value_columns(const cprof_screen_view *view);
/* Shows where `wanted` stands in text, which was put at that column. */
void cprof_view_mark(cprof_area line, int column, cprof_slice text, cprof_slice wanted);
/* The part of a text that is not rolled out on the left. */
cprof_slice cprof_view_rolled(const cprof_screen_view *view, cprof_slice text);
/* How much of the total it is, or whether it grew. */
cprof_role cprof_view_role(const cprof_screen_view *view, const cprof_share *share);
/* Its end is at column `end`; what grew has a sign. */
void cprof_view_put_value(const cprof_screen_view *view, cprof_area line, int end, const cprof_share *share,
                          cprof_role role);

/* A value and its percentage, right-aligned; returns the column behind them. */
int cprof_view_put_share(const cprof_screen_view *view, cprof_area line, int column, const cprof_share *share,
                         int percent_columns);
/* Of the total; returns the column behind it. */
int cprof_view_put_bar(const cprof_screen_view *view, cprof_area line, int column, int columns,
                       const cprof_share *share);
int cprof_view_bar_columns(const cprof_area *area); /* 0: there is no room */
/* Where row i of `shown` has the mark that folds it; -1: nowhere. */
int cprof_view_mark_column(const cprof_screen_view *view, const cprof_area *line, size_t i);
/* Top: the order that the heading at this column stands for. */
cprof_order cprof_view_order_at(const cprof_screen_view *view, cprof_area area, int column);

/* view_rows.c */
bool cprof_view_has_below(const cprof_screen_view *view, uint32_t row); /* of the fold */
bool cprof_view_is_tree(const cprof_screen_view *view);                 /* rows have others below them */
bool cprof_view_is_listing(const cprof_screen_view *view);
void cprof_view_show_rows(cprof_screen_view *view);
/* Keys that fold and unfold. */
bool cprof_view_fold_key(cprof_screen_view *view, uint32_t key);
/* view.c */
void cprof_view_move(cprof_screen_view *view, long by);

/* view_code.c: source and machine code */
void cprof_listing_draw_head(const cprof_screen_view *view, cprof_area line);
void cprof_listing_start(cprof_screen_view *view); /* puts the cursor where one wants to begin */
void cprof_listing_draw_row(const cprof_screen_view *view, cprof_area line, size_t i, cprof_slice wanted);

/* view_lists.c: tags, stacks, goroutines */
int cprof_list_mark_column(const cprof_screen_view *view, const cprof_area *line);
void cprof_list_draw_head(const cprof_screen_view *view, cprof_area line);
void cprof_list_draw_row(const cprof_screen_view *view, cprof_area line, size_t i, cprof_slice wanted);

/* view_compare.c */
void cprof_compare_draw_head(const cprof_screen_view *view, cprof_area line);
void cprof_compare_draw_row(const cprof_screen_view *view, cprof_area line, size_t i, cprof_slice wanted);

#endif
