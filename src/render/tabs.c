#include "render/tabs.h"

#include "base/utf8.h"
#include "base/vec.h"

typedef struct tab_cell {
    cprof_slice text;
    size_t width;  /* characters */
    size_t column; /* row of columns */
} tab_cell;

typedef struct tab_layout {
    const cprof_env *env;
    bool tinted;
    CPROF_VEC(tab_cell) cells;   /* of all lines */
    CPROF_VEC(size_t) line_ends; /* a line's cells end here; its last one is no cell of a column */
    CPROF_VEC(size_t) columns;   /* width of each */
} tab_layout;

static bool ends_cell(char c) {
    return c == '\t' || c == '\v' || c == '\n' || c == '\f';
}

/* Bytes of the sequences "ESC [ … m" in s. */
static size_t tint_size(cprof_slice s) {
    size_t size = 0;
    for (size_t at = cprof_slice_find(s, '\x1b'); at < s.len; at = cprof_slice_find(s, '\x1b')) {
        s = cprof_slice_sub(s, at, s.len);
        size_t end = cprof_slice_find(s, 'm') + 1;
        size += end < s.len ? end : s.len;
        s = cprof_slice_sub(s, end, s.len);
    }
    return size;
}

/* The cells of the next line; *breaks: it ends every column. */
static bool read_line(tab_layout *layout, cprof_slice *rest, bool *breaks) {
    size_t first = layout->cells.count;
    for (char end = '\t'; end == '\t' || end == '\v';) {
        size_t len = 0;
        while (len < rest->len && !ends_cell(rest->ptr[len]))
            len++;
        tab_cell cell = {.text = cprof_slice_sub(*rest, 0, len)};
        cell.width = cprof_utf8_count(cell.text) - (layout->tinted ? tint_size(cell.text) : 0);
        if (!cprof_vec_push(layout->env, &layout->cells, cell))
            return false;
        end = len < rest->len ? rest->ptr[len] : '\n';
        *rest = cprof_slice_sub(*rest, len + 1, rest->len);
        *breaks = end == '\f';
    }
    *breaks |= layout->cells.count == first + 1;
    return cprof_vec_push(layout->env, &layout->line_ends, layout->cells.count);
}

/* Cell k of a line continues the column of cell k of the line above, where that has one. */
static bool join_columns(tab_layout *layout, size_t above, size_t above_count, size_t first, size_t count) {
    tab_cell *cells = layout->cells.at;
    for (size_t k = 0; k < count; k++) {
        size_t column = layout->columns.count;
        if (k < above_count)
            column = cells[above + k].column;
        else if (!cprof_vec_push(layout->env, &layout->columns, (size_t)0))
            return false;
        cells[first + k].column = column;
        if (layout->columns.at[column] < cells[first + k].width)
            layout->columns.at[column] = cells[first + k].width;
    }
    return true;
}

static bool read_text(tab_layout *layout, cprof_slice text) {
    size_t above = 0, above_count = 0;
    while (text.len > 0) {
        size_t first = layout->cells.count;
        bool breaks;
        if (!read_line(layout, &text, &breaks))
            return false;
        size_t count = layout->cells.count - first - 1;
        if (!join_columns(layout, above, above_count, first, count))
            return false;
        above = first;
        above_count = breaks ? 0 : count;
    }
    return true;
}

bool cprof_tabs_write(cprof_slice text, int padding, bool tinted, const cprof_env *env, cprof_sink *sink) {
    tab_layout layout = {.env = env, .tinted = tinted};
    bool ok = read_text(&layout, text);
    size_t k = 0;
    for (size_t line = 0; ok && line < layout.line_ends.count; line++) {
        for (; k + 1 < layout.line_ends.at[line]; k++) {
            const tab_cell *cell = &layout.cells.at[k];
            cprof_sink_pad(sink, (long)(layout.columns.at[cell->column] - cell->width) + padding);
            cprof_sink_slice(sink, cell->text);
        }
        cprof_sink_slice(sink, layout.cells.at[k++].text);
        cprof_sink_putc(sink, '\n');
    }
    cprof_vec_free(env, &layout.cells);
    cprof_vec_free(env, &layout.line_ends);
    cprof_vec_free(env, &layout.columns);
    return ok;
}
