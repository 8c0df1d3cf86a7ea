/* A grid of cells: what the screen is to show.
 *
 * Views draw into a grid and know nothing of terminals; the screen shows it, and tests print it as text.
 * What does not fit is cut off; nothing from a profile can drive the terminal.
 */
#ifndef CPROF_TUI_GRID_H
#define CPROF_TUI_GRID_H

#include "base/sink.h"

/* What a cell is, not how it looks: that is the screen's to choose. */
typedef enum cprof_role {
    CPROF_ROLE_NORMAL,
    CPROF_ROLE_HEADER, /* titles, the lines at the top */
    CPROF_ROLE_BAR,    /* bars of weight */
    CPROF_ROLE_HOT,    /* what weighs much */
    CPROF_ROLE_GROWN,
    CPROF_ROLE_SHRUNK,
    CPROF_ROLE_MATCH,       /* of a search */
    CPROF_ROLE_KEY,         /* names of keys */
    CPROF_ROLE_DIM,         /* what matters less */
    CPROF_ROLE_BAD,         /* messages of failure */
    CPROF_ROLE_WARM,        /* what weighs something */
    CPROF_ROLE_HEADING,     /* of a part of a view */
    CPROF_ROLE_FRAME_GROWN, /* of a flame graph of a difference */
    CPROF_ROLE_FRAME_SHRUNK,
    CPROF_ROLE_FRAME_SAME,
    CPROF_ROLE_FRAME, /* of a flame graph: CPROF_FRAME_COLOURS of them, by package */
    CPROF_FRAME_COLOURS = 6,
    CPROF_ROLE_COUNT = CPROF_ROLE_FRAME + CPROF_FRAME_COLOURS
} cprof_role;

enum { CPROF_CELL_MARKS = 2 }; /* combining characters that a cell keeps */

typedef struct cprof_cell {
    uint32_t text[1 + CPROF_CELL_MARKS]; /* text[0] 0: the right half of the wide character before it */
    uint8_t role;
    bool selected; /* the cursor is on it */
} cprof_cell;

typedef struct cprof_grid {
    const cprof_env *env;
    int rows, columns;
    cprof_cell *cells;
    int cursor_row, cursor_column; /* where the terminal's cursor belongs; row -1: nowhere */
} cprof_grid;

/* A part of a grid; views draw in one.  Rows and columns count from its upper left corner. */
typedef struct cprof_area {
    cprof_grid *grid;
    int row, column, rows, columns;
} cprof_area;

void cprof_grid_init(cprof_grid *grid, const cprof_env *env);
void cprof_grid_deinit(cprof_grid *grid);
/* Empty cells, so many; false without memory (then the grid is as it was). */
bool cprof_grid_resize(cprof_grid *grid, int rows, int columns);
void cprof_grid_clear(cprof_grid *grid);

cprof_area cprof_grid_area(cprof_grid *grid);
/* What lies within both; rows and columns may be as large as one likes. */
cprof_area cprof_area_sub(cprof_area area, int row, int column, int rows, int columns);

/* Writes text from a column on, and returns the column behind it.  Control characters and what is no UTF-8
 * are shown as \xNN. */
int cprof_area_put(cprof_area area, int row, int column, cprof_role role, cprof_slice text);
int cprof_area_puts(cprof_area area, int row, int column, cprof_role role, const char *text);
/* The same; what does not fit is cut off with a mark. */
int cprof_area_put_cut(cprof_area area, int row, int column, cprof_role role, cprof_slice text);
/* Its end is at column `end` (not included). */
void cprof_area_right(cprof_area area, int row, int end, cprof_role role, cprof_slice text);
int cprof_area_printf(cprof_area area, int row, int column, cprof_role role, const char *format, ...)
    CPROF_PRINTF(5, 6);
/* The role of the cells from a column on, whatever stands in them. */
void cprof_area_paint(cprof_area area, int row, int column, int columns, cprof_role role);
void cprof_area_select(cprof_area area, int row, int column, int columns);
/* A bar of share (0 … 1) of the columns, in eighths of a column. */
void cprof_area_bar(cprof_area area, int row, int column, int columns, double share, cprof_role role);

/* The columns that text takes when it is put. */
int cprof_text_columns(cprof_slice text);

/* Characters that terminals without UTF-8 have instead: of ours one that looks alike, of names "?". */
void cprof_grid_to_ascii(cprof_grid *grid);

/* The grid as lines of text, without the spaces at their ends. */
void cprof_grid_dump(const cprof_grid *grid, cprof_sink *sink);
/* One letter a cell: '.' normal, 'a' header, 'b' bar, … in the order of the roles; capitals where the cursor
 * is. */
void cprof_grid_dump_roles(const cprof_grid *grid, cprof_sink *sink);

#endif
