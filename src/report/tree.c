#include "report/tree.h"

/* The calls into (or out of) an item's node. */
static bool add_calls(cprof_tree *tree, const cprof_tree_item *item, bool callers, cprof_call **calls,
                      uint32_t *call_count) {
    const cprof_graph *g = tree->graph;
    cprof_report *report = tree->report;
    uint32_t v = item->node.vertex;
    const uint32_t *first = callers ? g->in_first : g->out_first;
    uint32_t *rows = (callers ? g->in : g->out) + first[v], count = first[v + 1] - first[v];
    cprof_graph_sort_edges(g, rows, count);
    *calls = cprof_arena_calloc(&report->arena, (size_t)count + 1, sizeof **calls);
    if (!*calls)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const cprof_edge *e = &g->edges[rows[i]];
        cprof_call *call = &(*calls)[i];
        call->vertex = callers ? e->src : e->dst;
        call->name = cprof_node_name_copy(&g->table, cprof_graph_node(g, call->vertex), &report->arena);
        call->inlined = e->inlined;
        call->residual = e->residual;
        if (!call->name.ptr || !cprof_report_amount(report, e->weight, item->node.cum.value, &call->cost))
            return false;
    }
    *call_count = count;
    return true;
}

static bool add_item(cprof_tree *tree, uint32_t vertex, int64_t *sum) {
    cprof_tree_item *item = &tree->items[tree->count++];
    return cprof_report_entry(tree->report, tree->graph, vertex, sum, &item->node) &&
           add_calls(tree, item, true, &item->callers, &item->caller_count) &&
           add_calls(tree, item, false, &item->callees, &item->callee_count);
}

bool cprof_tree_init_lazily(cprof_tree *tree, cprof_report *report, cprof_error *err) {
    *tree = (cprof_tree){.report = report};
    tree->graph = cprof_report_graph(report, CPROF_GRAPH_TREE, err);
    return tree->graph != NULL;
}

bool cprof_tree_init(cprof_tree *tree, cprof_report *report, cprof_error *err) {
    if (!cprof_tree_init_lazily(tree, report, err) ||
        !cprof_report_graph_lines(report, tree->graph, false, &tree->lines, err))
        return false;
    const cprof_graph *g = tree->graph;
    if (report->options.symbol && g->count == 0) {
        cprof_slice pattern = cprof_regex_pattern(report->options.symbol);
        return cprof_error_set(err, CPROF_ERR_NO_MATCH, -1, "no matches found for regexp: %.*s",
                               CPROF_SLICE_ARG(pattern));
    }
    int64_t sum = 0;
    tree->items = cprof_arena_calloc(&report->arena, (size_t)g->count + 1, sizeof *tree->items);
    bool ok = tree->items != NULL;
    for (uint32_t i = 0; ok && i < g->count; i++)
        ok = add_item(tree, g->order[i], &sum);
    return ok || cprof_error_memory(report->view->env, err);
}

static bool has_name(const cprof_graph *g, uint32_t vertex, cprof_slice name) {
    cprof_name_parts parts;
    cprof_node_name(&g->table, cprof_graph_node(g, vertex), &parts);
    for (int i = 0; i < parts.count; i++) {
        cprof_slice part = parts.at[i];
        if (part.len > name.len || !cprof_slice_equal(cprof_slice_sub(name, 0, part.len), part))
            return false;
        name = cprof_slice_sub(name, part.len, name.len);
    }
    return name.len == 0;
}

bool cprof_tree_find(cprof_tree *tree, cprof_slice name, cprof_error *err) {
    const cprof_graph *g = tree->graph;
    const cprof_env *env = tree->report->view->env;
    CPROF_VEC(uint32_t) found = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < g->count; i++)
        if (has_name(g, g->order[i], name))
            ok = cprof_vec_push(env, &found, g->order[i]);
    tree->items = cprof_arena_calloc(&tree->report->arena, found.count + 1, sizeof *tree->items);
    tree->count = 0;
    int64_t sum = 0;
    for (size_t i = 0; ok && i < found.count; i++)
        ok = tree->items && add_item(tree, found.at[i], &sum);
    cprof_vec_free(env, &found);
    if (ok && tree->count == 0)
        return cprof_error_set(err, CPROF_ERR_NO_MATCH, -1, "no matches found for %.*s",
                               CPROF_SLICE_ARG(name));
    return ok || cprof_error_memory(env, err);
}

void cprof_tree_deinit(cprof_tree *tree) {
    cprof_vec_free(tree->report->view->env, &tree->lines.at);
    cprof_graph_free(tree->graph);
    tree->graph = NULL;
}
