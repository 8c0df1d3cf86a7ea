#include "tui/view.h"

#include <stdlib.h>

const char *const cprof_view_names[CPROF_VIEW_KINDS] = {"top",    "function", "tree", "flame",
                                                        "source", "disasm",   "text"};

/* --- which rows are shown --- */

static int compare_rows(const void *a, const void *b, void *context) {
    const cprof_screen_view *v = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const cprof_fold_row *r = &v->fold->rows.at[x], *s = &v->fold->rows.at[y];
    if (v->order == CPROF_ORDER_NAME) {
        int c = cprof_slice_compare(r->name, s->name);
        return c ? c : (x > y) - (x < y);
    }
    /* By size, whichever the sign: growth and shrinkage matter alike.  Then as reports do. */
    int64_t m = v->order == CPROF_ORDER_CUM ? r->cum.value : r->flat.value;
    int64_t n = v->order == CPROF_ORDER_CUM ? s->cum.value : s->flat.value;
    uint64_t p = m < 0 ? 0 - (uint64_t)m : (uint64_t)m, q = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    int c = p != q ? (p < q) - (p > q) : cprof_slice_compare(r->name, s->name);
    return c ? c : (x > y) - (x < y);
}

/* Fills `shown` anew; there is room for all rows.  The cursor stays on its row where that is still shown. */
static void show_rows(cprof_screen_view *v) {
    uint32_t at = v->cursor < v->shown.count ? v->shown.at[v->cursor] : CPROF_NONE;
    v->shown.count = 0;
    for (uint32_t i = 0; i < v->fold->rows.count;) {
        v->shown.at[v->shown.count++] = i;
        i = v->kind == CPROF_VIEW_TREE && !v->open[i] ? v->fold->rows.at[i].end : i + 1;
    }
    if (v->kind == CPROF_VIEW_TOP)
        qsort_r(v->shown.at, v->shown.count, sizeof *v->shown.at, compare_rows, v);
    v->cursor = 0;
    for (size_t i = 0; i < v->shown.count; i++)
        if (v->shown.at[i] == at)
            v->cursor = i;
}

void cprof_screen_view_sort(cprof_screen_view *v, cprof_order order) {
    v->order = order;
    if (v->kind == CPROF_VIEW_TOP)
        show_rows(v);
    v->cursor = v->first = 0;
}

/* --- listings --- */

static bool is_listing(const cprof_screen_view *v) {
    return v->kind == CPROF_VIEW_SOURCE || v->kind == CPROF_VIEW_DISASM;
}

static bool is_hot(const cprof_fold_row *row) {
    return row->part == CPROF_PART_LINE && row->heat >= CPROF_HEAT_WARM;
}

static bool is_heading(const cprof_fold_row *row) {
    return row->part == CPROF_PART_HEADING;
}

static bool go_to(cprof_screen_view *v, int step, bool (*is_wanted)(const cprof_fold_row *row)) {
    for (size_t i = v->cursor + (size_t)step; i < v->shown.count; i += (size_t)step)
        if (is_wanted(&v->fold->rows.at[v->shown.at[i]])) {
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
static void start_listing(cprof_screen_view *v) {
    size_t best = 0;
    for (size_t i = 0; i < v->shown.count; i++)
        if (weight_of(&v->fold->rows.at[i]) > weight_of(&v->fold->rows.at[best]))
            best = i;
    v->cursor = best;
    v->first = best > 8 ? best - 8 : 0; /* and some of what stands before it */
}

/* --- made and freed --- */

static void init(cprof_screen_view *v, cprof_view_kind kind, const cprof_env *env) {
    static const cprof_fold no_fold;
    *v = (cprof_screen_view){.kind = kind, .env = env, .fold = &no_fold};
    cprof_arena_init(&v->arena, cprof_env_budget(env));
}

bool cprof_screen_view_init(cprof_screen_view *v, cprof_view_kind kind, cprof_cache *cache,
                            const cprof_env *env, const cprof_settings *settings, cprof_slice name,
                            cprof_error *err) {
    static const cprof_fold_kind folds[] = {
        [CPROF_VIEW_TOP] = CPROF_FOLD_TOP,       [CPROF_VIEW_FUNCTION] = CPROF_FOLD_FUNCTION,
        [CPROF_VIEW_TREE] = CPROF_FOLD_TREE,     [CPROF_VIEW_FLAME] = CPROF_FOLD_TREE,
        [CPROF_VIEW_SOURCE] = CPROF_FOLD_SOURCE, [CPROF_VIEW_DISASM] = CPROF_FOLD_DISASM};
    const cprof_fold *fold = cprof_cache_get(cache, folds[kind], settings, name, err);
    size_t count = fold ? fold->rows.count : 0;
    init(v, kind, env);
    bool ok = fold != NULL;
    if (ok) {
        v->cache = cache;
        v->fold = fold;
        v->title = cprof_arena_copy(&v->arena, name);
        v->command = (cprof_slice){"", 0};
        v->open = cprof_arena_calloc(&v->arena, count + 1, sizeof *v->open);
        v->order = cprof_slice_is(settings->sort, "cum") ? CPROF_ORDER_CUM : CPROF_ORDER_FLAT;
        ok = (v->title.ptr && v->open && cprof_vec_reserve(v->env, &v->shown, count + 1)) ||
             cprof_error_memory(v->env, err);
    }
    if (!ok) {
        cprof_screen_view_deinit(v);
        return false;
    }
    for (size_t i = 0; i < count && kind == CPROF_VIEW_TREE; i++)
        v->open[i] = v->fold->rows.at[i].depth < 2;
    show_rows(v);
    for (size_t i = 0; i < v->shown.count && kind == CPROF_VIEW_FUNCTION; i++)
        if (v->fold->rows.at[i].part == CPROF_PART_SELF) {
            v->cursor = i;
            break;
        }
    if (is_listing(v))
        start_listing(v);
    return true;
}

/* Tabs to the next eighth column. */
static bool add_line(cprof_screen_view *v, cprof_slice line) {
    size_t tabs = 0, n = 0;
    for (size_t i = 0; i < line.len; i++)
        tabs += line.ptr[i] == '\t';
    char *out = cprof_arena_alloc(&v->arena, line.len + tabs * 7 + 1);
    if (!out)
        return false;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '\t')
            do
                out[n++] = ' ';
            while (n % 8);
        else
            out[n++] = line.ptr[i];
    return cprof_vec_push(v->env, &v->lines, ((cprof_slice){out, n}));
}

bool cprof_screen_view_init_text(cprof_screen_view *v, cprof_slice title, cprof_slice command,
                                 cprof_slice text, const cprof_env *env, cprof_error *err) {
    init(v, CPROF_VIEW_TEXT, env);
    v->title = cprof_arena_copy(&v->arena, title);
    v->command = cprof_arena_copy(&v->arena, command);
    bool ok = v->title.ptr && v->command.ptr;
    cprof_slice line;
    while (ok && cprof_slice_next_line(&text, &line))
        ok = add_line(v, line);
    if (ok)
        return true;
    cprof_screen_view_deinit(v);
    return cprof_error_memory(env, err);
}

void cprof_screen_view_deinit(cprof_screen_view *v) {
    cprof_vec_free(v->env, &v->shown);
    cprof_vec_free(v->env, &v->lines);
    cprof_arena_deinit(&v->arena);
    if (v->cache)
        cprof_cache_release(v->cache, v->fold);
}

/* --- the cursor --- */

static size_t row_count(const cprof_screen_view *v) {
    return v->kind == CPROF_VIEW_TEXT ? v->lines.count : v->shown.count;
}

const cprof_fold_row *cprof_screen_view_at(const cprof_screen_view *v) {
    if (v->kind == CPROF_VIEW_TEXT || v->cursor >= v->shown.count)
        return NULL;
    return &v->fold->rows.at[v->kind == CPROF_VIEW_FLAME ? v->cursor : v->shown.at[v->cursor]];
}

static void move(cprof_screen_view *v, long by) {
    size_t count = row_count(v);
    if (v->kind == CPROF_VIEW_TEXT) {
        /* Text has no cursor: it is rolled. */
        long last = (long)count - v->height, to = (long)v->first + by;
        v->first = (size_t)(to > last ? (last > 0 ? last : 0) : to < 0 ? 0 : to);
        return;
    }
    long to = (long)v->cursor + by;
    v->cursor = count == 0 || to < 0 ? 0 : to >= (long)count ? count - 1 : (size_t)to;
}

/* --- the tree --- */

static void set_open(cprof_screen_view *v, uint32_t row, bool open) {
    v->open[row] = open;
    show_rows(v);
}

void cprof_screen_view_hot_path(cprof_screen_view *v) {
    if (v->kind != CPROF_VIEW_TREE || v->cursor >= v->shown.count)
        return;
    uint32_t at = v->shown.at[v->cursor];
    while (v->fold->rows.at[at].end > at + 1)
        v->open[at++] = true; /* the heaviest callee stands first */
    show_rows(v);
    for (size_t i = 0; i < v->shown.count; i++)
        if (v->shown.at[i] == at)
            v->cursor = i;
}

static bool tree_key(cprof_screen_view *v, uint32_t key) {
    uint32_t at = v->cursor < v->shown.count ? v->shown.at[v->cursor] : CPROF_NONE;
    if (at == CPROF_NONE)
        return false;
    const cprof_fold_row *row = &v->fold->rows.at[at];
    bool leaf = row->end == at + 1;
    if (key == ' ') {
        set_open(v, at, !v->open[at]);
    } else if (key == CPROF_KEY_RIGHT) {
        if (!leaf && v->open[at])
            move(v, 1);
        else
            set_open(v, at, true);
    } else if (key == CPROF_KEY_LEFT) {
        if (!leaf && v->open[at])
            set_open(v, at, false);
        else
            for (size_t i = 0; i < v->cursor; i++)
                if (v->shown.at[i] == row->caller)
                    v->cursor = i;
    } else if (key == '*' || key == '_') {
        for (uint32_t i = at; i < row->end; i++)
            v->open[i] = key == '*';
        show_rows(v);
    } else {
        return false;
    }
    return true;
}

/* --- keys --- */

bool cprof_screen_view_key(cprof_screen_view *v, uint32_t key) {
    if (v->kind == CPROF_VIEW_FLAME)
        return cprof_flame_view_key(v, key);
    if (v->kind == CPROF_VIEW_TREE && tree_key(v, key))
        return true;
    long page = v->height > 1 ? v->height - 1 : 1;
    switch (key) {
    case CPROF_KEY_UP:
    case 'k':
        move(v, -1);
        return true;
    case CPROF_KEY_DOWN:
    case 'j':
        move(v, 1);
        return true;
    case CPROF_KEY_PAGE_UP:
        move(v, -page);
        return true;
    case CPROF_KEY_PAGE_DOWN:
    case ' ':
        move(v, page);
        return true;
    case CPROF_KEY_HOME:
    case '<':
        move(v, -(long)row_count(v));
        return true;
    case CPROF_KEY_END:
    case '>':
        move(v, (long)row_count(v));
        return true;
    case CPROF_KEY_LEFT:
    case CPROF_KEY_RIGHT:
        v->left += key == CPROF_KEY_RIGHT ? 8 : v->left >= 8 ? -8 : 0;
        return v->kind == CPROF_VIEW_TEXT || is_listing(v);
    }
    return false;
}

bool cprof_screen_view_click(cprof_screen_view *v, cprof_area area, int row, int column) {
    if (v->kind == CPROF_VIEW_FLAME)
        return cprof_flame_view_click(v, area, row, column);
    size_t at = v->first + (size_t)(row - 1);
    if (row < 1 || v->kind == CPROF_VIEW_TEXT || at >= v->shown.count)
        return false;
    v->cursor = at;
    return true;
}

/* --- searching --- */

static bool has_capital(cprof_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
            return true;
    return false;
}

static char small(char c, bool exact) {
    return !exact && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

size_t cprof_find_text(cprof_slice text, cprof_slice wanted) {
    bool exact = has_capital(wanted);
    for (size_t i = 0; wanted.len && i + wanted.len <= text.len; i++) {
        size_t k = 0;
        while (k < wanted.len && small(text.ptr[i + k], exact) == wanted.ptr[k])
            k++;
        if (k == wanted.len)
            return i;
    }
    return text.len;
}

static cprof_slice text_of(const cprof_screen_view *v, size_t row) {
    if (v->kind == CPROF_VIEW_TEXT)
        return v->lines.at[row];
    return v->fold->rows.at[v->kind == CPROF_VIEW_FLAME ? row : v->shown.at[row]].name;
}

bool cprof_screen_view_search(cprof_screen_view *v, cprof_slice wanted, int step, bool here) {
    size_t count = v->kind == CPROF_VIEW_FLAME ? v->fold->rows.count : row_count(v);
    size_t from = v->kind == CPROF_VIEW_TEXT ? v->first : v->cursor;
    for (size_t i = here ? 0 : 1; i <= count && count > 0; i++) {
        size_t row = step > 0 ? (from + i) % count : (from + count - i % count) % count;
        cprof_slice text = text_of(v, row);
        if (cprof_find_text(text, wanted) == text.len)
            continue;
        if (v->kind == CPROF_VIEW_TEXT) {
            v->first = row;
        } else {
            v->cursor = row;
        }
        if (v->kind == CPROF_VIEW_FLAME && (row < v->zoom || row >= v->fold->rows.at[v->zoom].end))
            v->zoom = 0;
        return true;
    }
    return false;
}
