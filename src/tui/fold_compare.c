/* All functions under two states of the filters and options: what has grown, what has shrunk. */
#include "tui/fold.h"

#include "report/stacks.h"
#include "report/tree.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHANGES_MAX = 5000 };

/* What functions of one printed name weigh. */
typedef struct weights {
    cprof_slice name, function;
    int64_t flat[2], cum[2]; /* then, now */
} weights;

typedef struct work {
    const cprof_env *env;
    cprof_arena scratch; /* names */
    CPROF_VEC(weights) all;
    cprof_index index; /* of all, by name */
    cprof_report *report;
} work;

static void deinit(work *w) {
    cprof_index_deinit(&w->index);
    cprof_vec_free(w->env, &w->all);
    cprof_arena_deinit(&w->scratch);
}

static bool find(work *w, cprof_slice name, cprof_slice function, uint32_t *row) {
    uint64_t hash = cprof_hash_bytes(name.len ? name.ptr : "", name.len);
    cprof_index_probe probe = cprof_index_start(&w->index, hash);
    while (cprof_index_next(&w->index, &probe, row))
        if (cprof_slice_equal(w->all.at[*row].name, name))
            return true;
    *row = (uint32_t)w->all.count;
    weights made = {.name = name, .function = function.len ? function : name};
    return cprof_vec_push(w->env, &w->all, made) && cprof_index_insert(&w->index, hash, *row);
}

static bool add_graph(work *w, const cprof_graph *graph, int side, cprof_error *err) {
    for (uint32_t i = 0; i < graph->count; i++) {
        uint32_t vertex = graph->order[i], row;
        cprof_slice name = cprof_node_name_copy(&graph->table, cprof_graph_node(graph, vertex), &w->scratch);
        cprof_slice function = cprof_graph_string(graph, cprof_graph_info(graph, vertex)->name);
        if (!name.ptr || !find(w, name, function, &row))
            return cprof_error_memory(w->env, err);
        weights *to = &w->all.at[row];
        to->flat[side] = cprof_sum_held(to->flat[side], cprof_graph_flat(graph, vertex));
        to->cum[side] = cprof_sum_held(to->cum[side], cprof_graph_cum(graph, vertex));
        if (i % 4096 == 0 && cprof_stopped(w->env, err))
            return false;
    }
    return true;
}

/* --- the order --- */

static int64_t change(const int64_t sides[2]) {
    return cprof_sum_held(sides[1], sides[0] == INT64_MIN ? INT64_MAX : -sides[0]);
}

static uint64_t size_of(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* The larger of both changes. */
static uint64_t rank(const weights *w) {
    uint64_t flat = size_of(change(w->flat)), cum = size_of(change(w->cum));
    return flat > cum ? flat : cum;
}

static int compare_ranks(const void *a, const void *b) {
    const weights *x = a, *y = b;
    uint64_t p = rank(x), q = rank(y);
    return p != q ? (p < q) - (p > q) : cprof_slice_compare(x->name, y->name);
}

/* --- rows --- */

static bool keep(cprof_fold *fold, cprof_report *report, int64_t value, int64_t whole, cprof_share *share) {
    cprof_amount amount;
    if (!cprof_report_amount(report, value, whole, &amount))
        return false;
    if (whole == 0)
        amount.percent_text = CPROF_SLICE("");
    return cprof_fold_keep_amount(fold, &amount, share);
}

static bool add_row(cprof_fold *fold, work *w, const weights *from, cprof_error *err) {
    cprof_report *r = w->report;
    cprof_fold_row row = {.caller = CPROF_NONE};
    cprof_fold_change *c = cprof_arena_calloc(&fold->arena, 1, sizeof *c);
    bool ok = c && cprof_fold_keep(fold, from->name, &row.name) &&
              cprof_fold_keep(fold, from->function, &row.function) &&
              keep(fold, r, from->flat[1], r->total, &row.flat) &&
              keep(fold, r, from->cum[1], r->total, &row.cum) &&
              keep(fold, r, from->flat[0], r->total, &c->then_flat) &&
              keep(fold, r, from->cum[0], r->total, &c->then_cum) &&
              keep(fold, r, change(from->flat), from->flat[0], &c->flat) &&
              keep(fold, r, change(from->cum), from->cum[0], &c->cum);
    row.change = c;
    return ok ? cprof_fold_add(fold, row, err) : cprof_error_memory(fold->env, err);
}

static bool add_count(cprof_fold *fold, size_t count, const char *what, cprof_error *err) {
    char text[160];
    snprintf(text, sizeof text, "%zu function%s %s", count, count == 1 ? "" : "s", what);
    return count == 0 || cprof_fold_add_note(fold, cprof_slice_of(text), err);
}

static bool add_rows(cprof_fold *fold, work *w, cprof_error *err) {
    size_t changed = 0;
    if (w->all.count > 0)
        qsort(w->all.at, w->all.count, sizeof *w->all.at, compare_ranks);
    while (changed < w->all.count && rank(&w->all.at[changed]) > 0)
        changed++;
    size_t kept = changed < CHANGES_MAX ? changed : CHANGES_MAX;
    for (size_t i = 0; i < kept; i++)
        if (!add_row(fold, w, &w->all.at[i], err))
            return false;
    if (changed == 0 &&
        !cprof_fold_add_note(fold,
                             CPROF_SLICE("Nothing differs from what was marked. Change filters "
                                         "or options, and what they change stands here."),
                             err))
        return false;
    return add_count(fold, changed - kept, "with smaller changes are left out", err) &&
           add_count(fold, w->all.count - changed, "did not change", err);
}

/* --- the whole --- */

/* Numbers of different things say nothing beside one another. */
static bool fits(cprof_fold *fold, const cprof_report *now, const cprof_report *then, bool *fit,
                 cprof_error *err) {
    const cprof_granularity *a = &now->view->granularity, *b = &then->view->granularity;
    bool alike = a->function == b->function && a->filename == b->filename && a->line == b->line &&
                 a->column == b->column && a->address == b->address;
    *fit = alike && cprof_slice_equal(now->sample_unit, then->sample_unit);
    if (*fit)
        return true;
    char text[300];
    if (alike)
        snprintf(text, sizeof text, "What was marked is in %.*s (%.*s), this is in %.*s (%.*s).",
                 CPROF_SLICE_ARG(then->sample_unit), CPROF_SLICE_ARG(then->sample_type),
                 CPROF_SLICE_ARG(now->sample_unit), CPROF_SLICE_ARG(now->sample_type));
    else
        snprintf(text, sizeof text, "What was marked is of another granularity than this.");
    return cprof_fold_add_note(fold, cprof_slice_of(text), err);
}

static bool keep_words(cprof_fold *fold, const cprof_report *then, cprof_slice words) {
    char buffer[CPROF_LABEL_MAX];
    cprof_sink text;
    cprof_sink_init_memory(&text, fold->env);
    cprof_sink_slice(&text, then->sample_type);
    cprof_sink_slice(&text, words);
    cprof_sink_puts(&text, ", ");
    cprof_sink_slice(&text, cprof_report_value(then, then->total, buffer));
    bool ok = text.error.code == CPROF_OK && cprof_fold_keep(fold, cprof_sink_bytes(&text), &fold->then);
    cprof_sink_deinit(&text);
    return ok;
}

bool cprof_fold_init_compare(cprof_fold *fold, const cprof_fold *now, const cprof_fold *then,
                             cprof_slice words, const cprof_env *env, cprof_error *err) {
    const cprof_tree *now_tree = cprof_fold_tree(now), *then_tree = cprof_fold_tree(then);
    /* A copy of the report, so that its text goes when this is done.  The folds' own env may have been told
     * to stop when they were done. */
    cprof_report report = *now_tree->report;
    work w = {.env = env, .report = &report};
    *fold = (cprof_fold){.env = env, .is_difference = true};
    cprof_arena_init(&fold->arena, cprof_env_budget(fold->env));
    cprof_arena_init(&report.arena, cprof_env_budget(fold->env));
    cprof_arena_init(&w.scratch, cprof_env_budget(fold->env));
    cprof_index_init(&w.index, cprof_env_budget(fold->env));
    bool fit = false;
    bool ok = cprof_fold_keep_total(fold, &report, err) &&
              (keep_words(fold, then_tree->report, words) || cprof_error_memory(fold->env, err)) &&
              fits(fold, &report, then_tree->report, &fit, err);
    if (ok && fit)
        ok = add_graph(&w, then_tree->graph, 0, err) && add_graph(&w, now_tree->graph, 1, err) &&
             add_rows(fold, &w, err);
    deinit(&w);
    cprof_arena_deinit(&report.arena);
    return ok;
}
