/* Which rows of a fold a view shows, and in which order. */
#include "tui/view_parts.h"

#include <stdlib.h>

bool cprof_view_is_tree(const cprof_screen_view *v) {
    return v->kind == CPROF_VIEW_TREE || (v->kind == CPROF_VIEW_TAGS && v->fold->rows.count > 0 &&
                                          v->fold->rows.at[0].part == CPROF_PART_KEY);
}

bool cprof_view_is_listing(const cprof_screen_view *v) {
    return v->kind == CPROF_VIEW_SOURCE || v->kind == CPROF_VIEW_DISASM;
}

const cprof_fold_row *cprof_screen_view_row(const cprof_screen_view *v, size_t i) {
    uint32_t row = v->shown.at[i];
    size_t count = v->fold->rows.count;
    return row < count ? &v->fold->rows.at[row] : &v->made.at[row - count];
}

/* --- the frames of stacks, as rows --- */

/* The words about the stack, in parts, stand above its frames. */
static uint32_t note_count(cprof_slice words) {
    uint32_t count = words.len > 0;
    for (size_t i = 0; i < words.len; i++)
        count += words.ptr[i] == ';';
    return count;
}

static uint32_t made_count(const cprof_fold_row *stack) {
    return note_count(stack->place) + stack->below_count;
}

static void make_notes(cprof_screen_view *v, cprof_slice words, cprof_fold_row row) {
    row.part = CPROF_PART_NOTE;
    row.function = CPROF_SLICE("");
    for (uint32_t left = note_count(words); left > 0; left--) {
        size_t end = cprof_slice_find(words, ';');
        row.name = cprof_slice_trim(cprof_slice_sub(words, 0, end));
        v->made.at[v->made.count++] = row;
        words = cprof_slice_sub(words, end + 1, words.len);
    }
}

/* Without memory the stack stays folded. */
static bool make_frames(cprof_screen_view *v, uint32_t at) {
    const cprof_fold_row *stack = &v->fold->rows.at[at];
    size_t count = made_count(stack), all = v->fold->rows.count + v->made.count + count;
    if (v->made_from[at])
        return true;
    if (!cprof_vec_reserve(v->env, &v->made, count) ||
        !cprof_vec_reserve(v->env, &v->shown, all - v->shown.count))
        return false;
    v->made_from[at] = (uint32_t)v->made.count + 1;
    cprof_fold_row row = {.part = CPROF_PART_FRAME, .caller = at, .depth = 1};
    make_notes(v, stack->place, row);
    for (uint32_t i = 0; i < stack->below_count; i++) {
        const cprof_fold_frame *frame = &v->fold->frames.at[v->fold->stack_frames.at[stack->below + i]];
        row.name = frame->name;
        row.function = frame->function;
        row.place = frame->place;
        v->made.at[v->made.count++] = row;
    }
    return true;
}

/* --- which rows are shown --- */

static bool is_sorted(const cprof_screen_view *v) {
    /* Groups of goroutines come in the order of their report. */
    return v->kind == CPROF_VIEW_TOP || v->kind == CPROF_VIEW_COMPARE ||
           (v->kind == CPROF_VIEW_GOROUTINES && v->order != CPROF_ORDER_FLAT);
}

/* By size, whichever the sign: growth and shrinkage matter alike.  Goroutines by how long they wait. */
static uint64_t size_by(const cprof_fold_row *row, cprof_order order) {
    if (row->part == CPROF_PART_STACK)
        return row->number;
    const cprof_fold_change *c = row->change;
    int64_t value = order == CPROF_ORDER_CUM ? (c ? c->cum.value : row->cum.value)
                                             : (c ? c->flat.value : row->flat.value);
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static int compare_rows(const void *a, const void *b, void *context) {
    const cprof_screen_view *v = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const cprof_fold_row *r = &v->fold->rows.at[x], *s = &v->fold->rows.at[y];
    bool r_note = r->part == CPROF_PART_NOTE, s_note = s->part == CPROF_PART_NOTE;
    int c = r_note - s_note; /* words stand at the end, as they came */
    if (c == 0 && v->order != CPROF_ORDER_NAME && !r_note) {
        uint64_t p = size_by(r, v->order), q = size_by(s, v->order);
        c = (p < q) - (p > q);
    }
    if (c == 0 && !r_note && (v->order == CPROF_ORDER_NAME || r->part != CPROF_PART_STACK))
        c = cprof_slice_compare(r->name, s->name); /* as reports do */
    return c ? c : (x > y) - (x < y);
}

static void show_made(cprof_screen_view *v, uint32_t row) {
    uint32_t first = (uint32_t)v->fold->rows.count + v->made_from[row] - 1;
    uint32_t count = made_count(&v->fold->rows.at[row]);
    for (uint32_t i = 0; i < count; i++)
        v->shown.at[v->shown.count++] = first + i;
}

/* Fills `shown` anew; there is room for all rows.  The cursor stays on its row where that is still shown. */
void cprof_view_show_rows(cprof_screen_view *v) {
    uint32_t at = v->cursor < v->shown.count ? v->shown.at[v->cursor] : CPROF_NONE;
    v->shown.count = 0;
    for (uint32_t i = 0; i < v->fold->rows.count;) {
        uint32_t row = v->sorted[i];
        v->shown.at[v->shown.count++] = row;
        if (v->open[row] && v->made_from[row])
            show_made(v, row);
        i = cprof_view_is_tree(v) && !v->open[i] ? v->fold->rows.at[i].end : i + 1;
    }
    v->cursor = 0;
    for (size_t i = 0; i < v->shown.count; i++)
        if (v->shown.at[i] == at)
            v->cursor = i;
}

void cprof_screen_view_sort(cprof_screen_view *v, cprof_order order) {
    v->order = order;
    for (uint32_t i = 0; i < v->fold->rows.count; i++)
        v->sorted[i] = i;
    if (is_sorted(v))
        qsort_r(v->sorted, v->fold->rows.count, sizeof *v->sorted, compare_rows, v);
    cprof_view_show_rows(v);
    v->cursor = v->first = 0;
}

/* --- what is below a row --- */

bool cprof_view_has_below(const cprof_screen_view *v, uint32_t at) {
    if (at >= v->fold->rows.count)
        return false;
    const cprof_fold_row *row = &v->fold->rows.at[at];
    return row->part == CPROF_PART_STACK ? made_count(row) > 0 : cprof_view_is_tree(v) && row->end > at + 1;
}

static void set_open(cprof_screen_view *v, uint32_t at, bool open) {
    if (v->fold->rows.at[at].part != CPROF_PART_STACK || make_frames(v, at))
        v->open[at] = open;
    cprof_view_show_rows(v);
}

bool cprof_screen_view_toggle(cprof_screen_view *v) {
    uint32_t at = v->cursor < v->shown.count ? v->shown.at[v->cursor] : CPROF_NONE;
    if (at == CPROF_NONE || !cprof_view_has_below(v, at))
        return false;
    set_open(v, at, !v->open[at]);
    return true;
}

static void to_caller(cprof_screen_view *v, uint32_t caller) {
    for (size_t i = 0; i < v->cursor; i++)
        if (v->shown.at[i] == caller)
            v->cursor = i;
}

/* All below the row; of stacks, only the one is unfolded, and all are folded. */
static void set_all(cprof_screen_view *v, uint32_t at, bool open) {
    const cprof_fold_row *row = cprof_screen_view_row(v, v->cursor);
    if (cprof_view_is_tree(v)) {
        for (uint32_t i = at; i < row->end; i++)
            v->open[i] = open;
    } else if (!open) {
        if (row->part == CPROF_PART_FRAME || row->part == CPROF_PART_NOTE)
            to_caller(v, row->caller);
        for (size_t i = 0; i < v->fold->rows.count; i++)
            v->open[i] = false;
    } else if (cprof_view_has_below(v, at)) {
        set_open(v, at, true);
    }
    cprof_view_show_rows(v);
}

bool cprof_view_fold_key(cprof_screen_view *v, uint32_t key) {
    bool stacks = v->kind == CPROF_VIEW_TRACES || v->kind == CPROF_VIEW_GOROUTINES;
    uint32_t at = v->cursor < v->shown.count ? v->shown.at[v->cursor] : CPROF_NONE;
    if (at == CPROF_NONE || !(stacks || cprof_view_is_tree(v)))
        return false;
    bool below = cprof_view_has_below(v, at), open = below && v->open[at];
    switch (key) {
    case ' ':
        cprof_screen_view_toggle(v);
        return true;
    case CPROF_KEY_RIGHT:
        if (open)
            cprof_view_move(v, 1);
        else if (below)
            set_open(v, at, true);
        return true;
    case CPROF_KEY_LEFT:
        if (open)
            set_open(v, at, false);
        else
            to_caller(v, cprof_screen_view_row(v, v->cursor)->caller);
        return true;
    case '*':
    case '_':
        set_all(v, at, key == '*');
        return true;
    }
    return false;
}

void cprof_screen_view_hot_path(cprof_screen_view *v) {
    if (v->kind != CPROF_VIEW_TREE || v->cursor >= v->shown.count)
        return;
    uint32_t at = v->shown.at[v->cursor];
    while (v->fold->rows.at[at].end > at + 1)
        v->open[at++] = true; /* the heaviest callee stands first */
    cprof_view_show_rows(v);
    for (size_t i = 0; i < v->shown.count; i++)
        if (v->shown.at[i] == at)
            v->cursor = i;
}
