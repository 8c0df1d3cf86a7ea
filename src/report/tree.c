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

bool cprof_tree_init(cprof_tree *tree, cprof_report *report, cprof_error *err) {
    *tree = (cprof_tree){.report = report};
    cprof_graph *g = tree->graph = cprof_report_graph(report, CPROF_GRAPH_TREE, err);
    if (!g || !cprof_report_graph_lines(report, g, false, &tree->lines, err))
        return false;
    if (report->options.symbol && g->count == 0) {
        cprof_slice pattern = cprof_regex_pattern(report->options.symbol);
        return cprof_error_set(err, CPROF_ERR_NO_MATCH, -1, "no matches found for regexp: %.*s",
                               CPROF_SLICE_ARG(pattern));
    }
    tree->items = cprof_arena_calloc(&report->arena, (size_t)g->count + 1, sizeof *tree->items);
    if (!tree->items)
        return cprof_error_memory(report->view->env, err);
    int64_t sum = 0;
    for (uint32_t i = 0; i < g->count; i++, tree->count++) {
        cprof_tree_item *item = &tree->items[i];
        if (!cprof_report_entry(report, g, g->order[i], &sum, &item->node) ||
            !add_calls(tree, item, true, &item->callers, &item->caller_count) ||
            !add_calls(tree, item, false, &item->callees, &item->callee_count))
            return cprof_error_memory(report->view->env, err);
    }
    return true;
}

void cprof_tree_deinit(cprof_tree *tree) {
    cprof_vec_free(tree->report->view->env, &tree->lines.at);
    cprof_graph_free(tree->graph);
    tree->graph = NULL;
}
