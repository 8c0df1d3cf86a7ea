#include "tui/view_parts.h"

const char *const cprof_view_names[CPROF_VIEW_KINDS] = {"top",        "function", "tree", "flame",
                                                        "source",     "disasm",   "tags", "traces",
                                                        "goroutines", "compare",  "text"};

/* --- made and freed --- */

static void init(cprof_screen_view *v, cprof_view_kind kind, const cprof_env *env) {
    static const cprof_fold no_fold;
    *v = (cprof_screen_view){.kind = kind, .env = env, .fold = &no_fold};
    cprof_arena_init(&v->arena, cprof_env_budget(env));
}

bool cprof_screen_view_init(cprof_screen_view *v, cprof_view_kind kind, cprof_cache *cache,
                            const cprof_env *env, const cprof_settings *settings, cprof_slice name,
                            cprof_error *err) {
    static const cprof_fold_kind folds[] = {[CPROF_VIEW_TOP] = CPROF_FOLD_TOP,
                                            [CPROF_VIEW_FUNCTION] = CPROF_FOLD_FUNCTION,
                                            [CPROF_VIEW_TREE] = CPROF_FOLD_TREE,
                                            [CPROF_VIEW_FLAME] = CPROF_FOLD_TREE,
                                            [CPROF_VIEW_SOURCE] = CPROF_FOLD_SOURCE,
                                            [CPROF_VIEW_DISASM] = CPROF_FOLD_DISASM,
                                            [CPROF_VIEW_TAGS] = CPROF_FOLD_TAGS,
                                            [CPROF_VIEW_TRACES] = CPROF_FOLD_TRACES,
                                            [CPROF_VIEW_GOROUTINES] = CPROF_FOLD_GOROUTINES,
                                            [CPROF_VIEW_COMPARE] = CPROF_FOLD_COMPARE};
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
        v->made_from = cprof_arena_calloc(&v->arena, count + 1, sizeof *v->made_from);
        v->sorted = cprof_arena_calloc(&v->arena, count + 1, sizeof *v->sorted);
        v->order = cprof_slice_is(settings->sort, "cum") && kind != CPROF_VIEW_GOROUTINES ? CPROF_ORDER_CUM
                                                                                          : CPROF_ORDER_FLAT;
        ok = (v->title.ptr && v->open && v->made_from && v->sorted &&
              cprof_vec_reserve(v->env, &v->shown, count + 1)) ||
             cprof_error_memory(v->env, err);
    }
    if (!ok) {
        cprof_screen_view_deinit(v);
        return false;
    }
    for (size_t i = 0; i < count && cprof_view_is_tree(v); i++)
        v->open[i] = v->fold->rows.at[i].depth < 2;
    cprof_screen_view_sort(v, v->order);
    for (size_t i = 0; i < v->shown.count && kind == CPROF_VIEW_FUNCTION; i++)
        if (v->fold->rows.at[i].part == CPROF_PART_SELF) {
            v->cursor = i;
            break;
        }
    if (cprof_view_is_listing(v))
        cprof_listing_start(v);
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
    cprof_vec_free(v->env, &v->made);
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
    return v->kind == CPROF_VIEW_FLAME ? &v->fold->rows.at[v->cursor] : cprof_screen_view_row(v, v->cursor);
}

void cprof_view_move(cprof_screen_view *v, long by) {
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

/* Text, listings and names that are longer than the row: the longest that is shown does not roll away. */
static void roll(cprof_screen_view *v, int by) {
    int longest = 0;
    for (size_t i = v->first; i < row_count(v) && i < v->first + (size_t)(v->height > 0 ? v->height : 0);
         i++) {
        int columns = cprof_text_columns(v->kind == CPROF_VIEW_TEXT ? v->lines.at[i]
                                                                    : cprof_screen_view_row(v, i)->name);
        longest = columns > longest ? columns : longest;
    }
    int left = v->left + by;
    if (left < longest || by < 0)
        v->left = left > 0 ? left : 0;
}

/* --- keys --- */

bool cprof_screen_view_key(cprof_screen_view *v, uint32_t key) {
    if (v->kind == CPROF_VIEW_FLAME)
        return cprof_flame_view_key(v, key);
    if (cprof_view_fold_key(v, key))
        return true;
    long page = v->height > 1 ? v->height - 1 : 1;
    switch (key) {
    case CPROF_KEY_UP:
    case 'k':
        cprof_view_move(v, -1);
        return true;
    case CPROF_KEY_DOWN:
    case 'j':
        cprof_view_move(v, 1);
        return true;
    case CPROF_KEY_PAGE_UP:
        cprof_view_move(v, -page);
        return true;
    case CPROF_KEY_PAGE_DOWN:
    case ' ':
        cprof_view_move(v, page);
        return true;
    case CPROF_KEY_HOME:
    case '<':
        cprof_view_move(v, -(long)row_count(v));
        return true;
    case CPROF_KEY_END:
    case '>':
        cprof_view_move(v, (long)row_count(v));
        return true;
    case CPROF_KEY_LEFT:
    case CPROF_KEY_RIGHT:
        roll(v, key == CPROF_KEY_RIGHT ? 8 : -8);
        return true;
    }
    return false;
}

cprof_hit cprof_screen_view_click(cprof_screen_view *v, cprof_area area, int row, int column) {
    if (v->kind == CPROF_VIEW_FLAME)
        return cprof_flame_view_click(v, area, row, column) ? CPROF_HIT_ROW : CPROF_HIT_NOTHING;
    size_t at = v->first + (size_t)(row - 1);
    if (row == 0 && v->kind == CPROF_VIEW_TOP)
        cprof_screen_view_sort(v, cprof_view_order_at(v, area, column));
    if (row < 1 || v->kind == CPROF_VIEW_TEXT || at >= v->shown.count)
        return CPROF_HIT_NOTHING;
    v->cursor = at;
    int mark = cprof_view_mark_column(v, &area, at);
    if (mark < 0 || (column != mark && column != mark + 1)) /* narrow as it is, the space behind it counts */
        return CPROF_HIT_ROW;
    cprof_screen_view_toggle(v);
    return CPROF_HIT_MARK;
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

static bool has(cprof_slice text, cprof_slice wanted) {
    return cprof_find_text(text, wanted) < text.len;
}

/* A stack that is not unfolded has what any of its frames has. */
static bool row_has(const cprof_screen_view *v, size_t i, const bool *frames, cprof_slice wanted) {
    if (v->kind == CPROF_VIEW_TEXT)
        return has(v->lines.at[i], wanted);
    const cprof_fold_row *row =
        v->kind == CPROF_VIEW_FLAME ? &v->fold->rows.at[i] : cprof_screen_view_row(v, i);
    if (has(row->name, wanted))
        return true;
    if (row->part != CPROF_PART_STACK || v->open[v->shown.at[i]] || !frames)
        return false;
    for (uint32_t k = 0; k < row->below_count; k++)
        if (frames[v->fold->stack_frames.at[row->below + k]])
            return true;
    return false;
}

static bool search(cprof_screen_view *v, cprof_slice wanted, const bool *frames, int step, bool here) {
    size_t count = v->kind == CPROF_VIEW_FLAME ? v->fold->rows.count : row_count(v);
    size_t from = v->kind == CPROF_VIEW_TEXT ? v->first : v->cursor;
    for (size_t i = here ? 0 : 1; i <= count && count > 0; i++) {
        size_t row = step > 0 ? (from + i) % count : (from + count - i % count) % count;
        if (!row_has(v, row, frames, wanted))
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

bool cprof_screen_view_search(cprof_screen_view *v, cprof_slice wanted, int step, bool here) {
    size_t size = v->fold->frames.count * sizeof(bool);
    bool *frames = size ? cprof_mem_resize(cprof_env_budget(v->env), NULL, 0, size) : NULL;
    for (size_t i = 0; frames && i < v->fold->frames.count; i++)
        frames[i] = has(v->fold->frames.at[i].name, wanted);
    bool found = search(v, wanted, frames, step, here);
    if (frames)
        cprof_mem_free(cprof_env_budget(v->env), frames, size);
    return found;
}
