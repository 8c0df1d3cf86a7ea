/* Where one stands in a view, kept while it is made anew of other settings. */
#include "tui/view_parts.h"

static const cprof_fold_row *row_above(const cprof_screen_view *v, const cprof_fold_row *row) {
    bool tree = v->kind == CPROF_VIEW_TREE || v->kind == CPROF_VIEW_FLAME || v->kind == CPROF_VIEW_TAGS;
    return tree && row->caller != CPROF_NONE ? &v->fold->rows.at[row->caller] : NULL;
}

bool cprof_view_place_init(cprof_view_place *place, const cprof_screen_view *v) {
    *place = (cprof_view_place){.cursor = v->cursor, .first = v->first, .order = v->order};
    cprof_arena_init(&place->arena, cprof_env_budget(v->env));
    place->sort = cprof_arena_copy(&place->arena, v->settings.sort);
    const cprof_fold_row *at = cprof_screen_view_at(v);
    for (const cprof_fold_row *row = at; row; row = row_above(v, row))
        place->count++;
    place->path = cprof_arena_calloc(&place->arena, place->count + 1, sizeof *place->path);
    if (!place->path || !place->sort.ptr)
        return false;
    size_t i = place->count;
    for (const cprof_fold_row *row = at; row; row = row_above(v, row))
        if (!(place->path[--i] = cprof_arena_copy(&place->arena, row->name)).ptr)
            return false;
    if (v->kind == CPROF_VIEW_FLAME && v->fold->rows.count > 0)
        place->zoom = v->fold->rows.at[v->zoom].depth;
    return true;
}

void cprof_view_place_deinit(cprof_view_place *place) {
    cprof_arena_deinit(&place->arena);
}

bool cprof_screen_view_stand_on(cprof_screen_view *v, cprof_slice name) {
    for (size_t i = 0; i < v->shown.count; i++)
        if (cprof_slice_equal(cprof_screen_view_row(v, i)->name, name)) {
            v->cursor = i;
            return true;
        }
    return false;
}

/* The row below `from` (CPROF_NONE: at the top) with that name; CPROF_NONE: there is none. */
static uint32_t below(const cprof_screen_view *v, uint32_t from, cprof_slice name) {
    const cprof_fold_row *rows = v->fold->rows.at;
    uint32_t end = from == CPROF_NONE ? (uint32_t)v->fold->rows.count : rows[from].end;
    for (uint32_t i = from == CPROF_NONE ? 0 : from + 1; i<end; i = rows[i].end> i ? rows[i].end : i + 1)
        if (cprof_slice_equal(rows[i].name, name))
            return i;
    return CPROF_NONE;
}

/* Down the path as far as it goes. */
static void walk(cprof_screen_view *v, const cprof_view_place *place) {
    uint32_t at = CPROF_NONE, next;
    for (size_t i = 0; i < place->count && (next = below(v, at, place->path[i])) != CPROF_NONE; i++) {
        if (at != CPROF_NONE)
            v->open[at] = true;
        at = next;
        if (v->kind == CPROF_VIEW_FLAME && i == place->zoom)
            v->zoom = at;
    }
    if (at == CPROF_NONE)
        return;
    if (v->kind == CPROF_VIEW_FLAME) {
        v->cursor = at;
        return;
    }
    cprof_view_show_rows(v);
    for (size_t i = 0; i < v->shown.count; i++)
        if (v->shown.at[i] == at)
            v->cursor = i;
}

void cprof_screen_view_stand(cprof_screen_view *v, const cprof_view_place *place) {
    bool listing = cprof_view_is_listing(v) || v->kind == CPROF_VIEW_FUNCTION;
    if (v->order != place->order && cprof_slice_equal(v->settings.sort, place->sort))
        cprof_screen_view_sort(v, place->order);
    if (listing || v->shown.count == 0)
        return; /* these know themselves where one wants to begin */
    v->first = place->first;
    if (v->kind == CPROF_VIEW_FLAME || cprof_view_is_tree(v)) {
        walk(v, place);
        return;
    }
    /* What has gone leaves its place to what stood behind it. */
    bool by_name = v->kind == CPROF_VIEW_TOP || v->kind == CPROF_VIEW_COMPARE;
    if (!(by_name && place->count > 0 && cprof_screen_view_stand_on(v, place->path[0])))
        v->cursor = place->cursor < v->shown.count ? place->cursor : v->shown.count - 1;
}
