#include "tui/grid.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static size_t size_of(int rows, int columns) {
    return (size_t)rows * (size_t)columns * sizeof(cprof_cell);
}

void cprof_grid_init(cprof_grid *grid, const cprof_env *env) {
    *grid = (cprof_grid){.env = env, .cursor_row = -1};
}

void cprof_grid_deinit(cprof_grid *grid) {
    if (grid->cells)
        cprof_mem_free(cprof_env_budget(grid->env), grid->cells, size_of(grid->rows, grid->columns));
    cprof_grid_init(grid, grid->env);
}

bool cprof_grid_resize(cprof_grid *grid, int rows, int columns) {
    rows = rows < 1 ? 1 : rows > 4096 ? 4096 : rows;
    columns = columns < 1 ? 1 : columns > 4096 ? 4096 : columns;
    if (rows != grid->rows || columns != grid->columns) {
        cprof_cell *cells = cprof_mem_resize(cprof_env_budget(grid->env), NULL, 0, size_of(rows, columns));
        if (!cells)
            return false;
        cprof_grid_deinit(grid);
        grid->cells = cells;
        grid->rows = rows;
        grid->columns = columns;
    }
    cprof_grid_clear(grid);
    return true;
}

void cprof_grid_clear(cprof_grid *grid) {
    for (size_t i = 0; i < (size_t)grid->rows * (size_t)grid->columns; i++)
        grid->cells[i] = (cprof_cell){.text = {' '}};
    grid->cursor_row = -1;
}

cprof_area cprof_grid_area(cprof_grid *grid) {
    return (cprof_area){grid, 0, 0, grid->rows, grid->columns};
}

cprof_area cprof_area_sub(cprof_area a, int row, int column, int rows, int columns) {
    row = row < 0 ? 0 : row > a.rows ? a.rows : row;
    column = column < 0 ? 0 : column > a.columns ? a.columns : column;
    rows = rows < 0 ? 0 : rows > a.rows - row ? a.rows - row : rows;
    columns = columns < 0 ? 0 : columns > a.columns - column ? a.columns - column : columns;
    return (cprof_area){a.grid, a.row + row, a.column + column, rows, columns};
}

static cprof_cell *cell_at(cprof_area a, int row, int column) {
    if (row < 0 || row >= a.rows || column < 0 || column >= a.columns)
        return NULL;
    return &a.grid->cells[(size_t)(a.row + row) * (size_t)a.grid->columns + (size_t)(a.column + column)];
}

/* A wide character that is overwritten in part is gone. */
static void put_cell(cprof_area a, int row, int column, uint32_t c, cprof_role role) {
    cprof_cell *cell = cell_at(a, row, column), *next = cell_at(a, row, column + 1);
    if (!cell)
        return;
    if (cell->text[0] == 0 && column > 0)
        cell[-1].text[0] = ' ';
    if (next && next->text[0] == 0 && c != 0)
        next->text[0] = ' ';
    *cell = (cprof_cell){.text = {c}, .role = (uint8_t)role, .selected = cell->selected};
}

static void add_mark(cprof_area a, int row, int column, uint32_t c) {
    cprof_cell *cell = cell_at(a, row, column);
    if (cell && cell->text[0] == 0)
        cell = cell_at(a, row, column - 1);
    for (int i = 1; cell && i <= CPROF_CELL_MARKS; i++)
        if (cell->text[i] == 0) {
            cell->text[i] = c;
            return;
        }
}

/* One character at the start of s: its bytes, and how it is written where it must not be itself. */
static size_t next_character(cprof_slice s, uint32_t *c, char escaped[12]) {
    size_t n = cprof_utf8_decode(s, c);
    escaped[0] = 0;
    if (n == 1 && (*c == 0xFFFD || *c == '\t' || *c == '\n' || cprof_utf8_is_control(*c)))
        snprintf(escaped, 12, "\\x%02x", (unsigned)(unsigned char)s.ptr[0]);
    else if (cprof_utf8_is_control(*c))
        snprintf(escaped, 12, "\\u{%04x}", (unsigned)*c);
    return n;
}

int cprof_text_columns(cprof_slice text) {
    int columns = 0;
    for (size_t i = 0; i < text.len;) {
        uint32_t c;
        char escaped[12];
        i += next_character(cprof_slice_sub(text, i, text.len), &c, escaped);
        columns += escaped[0] ? (int)strlen(escaped) : cprof_utf8_width(c);
    }
    return columns;
}

int cprof_area_put(cprof_area a, int row, int column, cprof_role role, cprof_slice text) {
    for (size_t i = 0; i < text.len && column < a.columns;) {
        uint32_t c;
        char escaped[12];
        i += next_character(cprof_slice_sub(text, i, text.len), &c, escaped);
        for (const char *e = escaped; *e; e++)
            put_cell(a, row, column++, (unsigned char)*e, role);
        if (escaped[0])
            continue;
        int width = cprof_utf8_width(c);
        if (width == 0 && column > 0)
            add_mark(a, row, column - 1, c);
        if (width == 0)
            continue;
        bool fits = column + width <= a.columns;
        put_cell(a, row, column, fits ? c : ' ', role);
        if (width == 2)
            put_cell(a, row, column + 1, 0, role);
        column += width;
    }
    return column;
}

int cprof_area_puts(cprof_area a, int row, int column, cprof_role role, const char *text) {
    return cprof_area_put(a, row, column, role, cprof_slice_of(text));
}

int cprof_area_put_cut(cprof_area a, int row, int column, cprof_role role, cprof_slice text) {
    int end = cprof_area_put(a, row, column, role, text);
    if (end >= a.columns && column + cprof_text_columns(text) > a.columns)
        cprof_area_puts(a, row, a.columns - 1, role, "…");
    return end;
}

void cprof_area_right(cprof_area a, int row, int end, cprof_role role, cprof_slice text) {
    cprof_area_put(a, row, end - cprof_text_columns(text), role, text);
}

int cprof_area_printf(cprof_area a, int row, int column, cprof_role role, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cprof_area_puts(a, row, column, role, text);
}

void cprof_area_paint(cprof_area a, int row, int column, int columns, cprof_role role) {
    for (int i = 0; i < columns; i++) {
        cprof_cell *cell = cell_at(a, row, column + i);
        if (cell)
            cell->role = (uint8_t)role;
    }
}

void cprof_area_select(cprof_area a, int row, int column, int columns) {
    for (int i = 0; i < columns; i++) {
        cprof_cell *cell = cell_at(a, row, column + i);
        if (cell)
            cell->selected = true;
    }
}

void cprof_area_bar(cprof_area a, int row, int column, int columns, double share, cprof_role role) {
    if (!(share > 0) || columns <= 0)
        return;
    int eighths = (int)((share > 1 ? 1 : share) * columns * 8 + 0.5);
    for (int i = 0; i < columns && eighths > 0; i++, eighths -= 8)
        put_cell(a, row, column + i, eighths >= 8 ? 0x2588 : 0x2590 - (uint32_t)eighths, role);
}

/* --- ASCII --- */

static uint32_t ascii_of(uint32_t c) {
    static const struct {
        uint32_t from, to;
        char ascii;
    } looks[] = {{0x2588, 0x258C, '#'}, /* blocks, at least half of a column */
                 {0x258D, 0x258F, '|'}, /* less; the edge of a frame */
                 {0x2591, 0x2591, ':'}, /* the shade of what callees take */
                 {0x25B8, 0x25B8, '>'}, /* folded */
                 {0x25BE, 0x25BE, 'v'}, /* unfolded */
                 {0x25CF, 0x25CF, '*'}, /* the function itself */
                 {0x2193, 0x2193, 'v'}, /* its caller */
                 {0x2514, 0x2514, '`'}, /* its callee */
                 {0x203A, 0x203A, '>'}, /* between filters */
                 {0x2039, 0x2039, '<'}, /* between frames */
                 {0x2026, 0x2026, '*'}, /* cut off */
                 {0x2013, 0x2013, '-'}, {0x00D7, 0x00D7, 'x'}, {0x00B5, 0x00B5, 'u'}};
    if (c < 0x80)
        return c;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (c >= looks[i].from && c <= looks[i].to)
            return (unsigned char)looks[i].ascii;
    return '?';
}

void cprof_grid_to_ascii(cprof_grid *grid) {
    for (size_t i = 0; i < (size_t)grid->rows * (size_t)grid->columns; i++) {
        cprof_cell *cell = &grid->cells[i];
        uint32_t c = cell->text[0];
        memset(cell->text, 0, sizeof cell->text);
        cell->text[0] = c ? ascii_of(c) : '?'; /* 0: the half of a wide one, which is "??" */
    }
}

/* --- as text --- */

void cprof_grid_dump(const cprof_grid *grid, cprof_sink *sink) {
    for (int row = 0; row < grid->rows; row++) {
        const cprof_cell *cells = grid->cells + (size_t)row * (size_t)grid->columns;
        int end = grid->columns;
        while (end > 0 && cells[end - 1].text[0] == ' ')
            end--;
        for (int i = 0; i < end; i++)
            for (int k = 0; k <= CPROF_CELL_MARKS && cells[i].text[k]; k++) {
                char bytes[4];
                cprof_sink_write(sink, bytes, cprof_utf8_encode(cells[i].text[k], bytes));
            }
        cprof_sink_putc(sink, '\n');
    }
}

void cprof_grid_dump_roles(const cprof_grid *grid, cprof_sink *sink) {
    for (int row = 0; row < grid->rows; row++) {
        const cprof_cell *cells = grid->cells + (size_t)row * (size_t)grid->columns;
        for (int i = 0; i < grid->columns; i++) {
            char letter = (char)((cells[i].selected ? 'A' : 'a') + cells[i].role - 1);
            cprof_sink_putc(sink, cells[i].role ? letter : cells[i].selected ? '#' : '.');
        }
        cprof_sink_putc(sink, '\n');
    }
}
