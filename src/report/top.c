#include "report/top.h"

bool cprof_top_init(cprof_top *top, cprof_report *report, cprof_error *err) {
    *top = (cprof_top){.report = report};
    top->graph = cprof_report_graph(report, CPROF_GRAPH_TOP, err);
    if (!top->graph || !cprof_report_graph_lines(report, top->graph, false, &top->lines, err))
        return false;
    top->entries = cprof_arena_calloc(&report->arena, (size_t)top->graph->count + 1, sizeof *top->entries);
    if (!top->entries)
        return cprof_error_memory(report->view->env, err);
    int64_t sum = 0;
    for (uint32_t i = 0; i < top->graph->count; i++, top->count++)
        if (!cprof_report_entry(report, top->graph, top->graph->order[i], &sum, &top->entries[i]))
            return cprof_error_memory(report->view->env, err);
    return true;
}

void cprof_top_deinit(cprof_top *top) {
    cprof_vec_free(top->report->view->env, &top->lines.at);
    cprof_graph_free(top->graph);
    top->graph = NULL;
}
