#include "report/callgraph.h"

#include <stdio.h>

#define FILTER_SHOWN 80 /* bytes of a filter that the header shows */

static bool keep_text(cprof_report *report, cprof_slice text, cprof_slice *kept) {
    *kept = cprof_report_join(report, &text, 1);
    return kept->ptr != NULL;
}

bool cprof_report_amount(cprof_report *report, int64_t value, int64_t total, cprof_amount *amount) {
    char text[CPROF_LABEL_MAX], share[CPROF_LABEL_MAX];
    amount->value = value;
    amount->percent = total ? (double)value / (double)total * 100 : 0;
    return keep_text(report, cprof_report_value(report, value, text), &amount->text) &&
           keep_text(report, cprof_measure_percentage(value, total, share), &amount->percent_text);
}

bool cprof_report_entry(cprof_report *report, const cprof_graph *graph, uint32_t vertex, int64_t *sum,
                        cprof_entry *entry) {
    const cprof_node_info *info = cprof_graph_info(graph, vertex);
    int64_t flat = cprof_graph_flat(graph, vertex);
    *entry = (cprof_entry){
        .vertex = vertex,
        .name = cprof_node_name_copy(&graph->table, cprof_graph_node(graph, vertex), &report->arena),
        .function = cprof_graph_string(graph, info->name),
        .file = cprof_graph_string(graph, info->file),
        .objfile = cprof_graph_string(graph, info->objfile),
        .address = info->address,
        .line = info->line,
        .column = info->column,
        .inlining = cprof_graph_inlining(graph, vertex),
    };
    bool clipped = false;
    if (sum)
        cprof_i64_add(sum, flat, &clipped);
    return entry->name.ptr && cprof_report_amount(report, flat, report->total, &entry->flat) &&
           cprof_report_amount(report, cprof_graph_cum(graph, vertex), report->total, &entry->cum) &&
           (!sum || cprof_report_amount(report, *sum, report->total, &entry->sum));
}

static int64_t times_ratio(const cprof_report *report, int64_t value) {
    double ratio = report->options.ratio;
    return ratio > 0 && ratio != 1 ? cprof_i64_of((double)value * ratio) : value;
}

void cprof_report_choose_unit(cprof_report *report, int64_t least, bool hundredths) {
    static const cprof_slice minimum = {"minimum", 7};
    if (!cprof_slice_equal(report->options.unit, minimum))
        return;
    int64_t most = times_ratio(report, report->total);
    least = least ? times_ratio(report, least) : most;
    cprof_slice unit, most_unit;
    cprof_measure_scale(least, report->sample_unit, minimum, &unit);
    cprof_measure_scale(most, report->sample_unit, minimum, &most_unit);
    int64_t hundred = (int64_t)((uint64_t)least * 100);
    if (hundredths && !cprof_slice_equal(unit, most_unit) && hundred < most)
        cprof_measure_scale(hundred, report->sample_unit, minimum, &unit);
    report->unit = unit.len ? unit : report->sample_unit;
}

cprof_slice cprof_report_bytes_unit(const cprof_report *report) {
    cprof_str key;
    if (!cprof_strtab_find(&report->view->profile->strings, CPROF_SLICE("bytes"), &key))
        return CPROF_SLICE("bytes");
    cprof_slice unit = cprof_label_units_get(report->label_units, key);
    return unit.len ? unit : CPROF_SLICE("bytes");
}

cprof_graph *cprof_report_graph(cprof_report *report, cprof_graph_kind kind, cprof_error *err) {
    const cprof_report_options *o = &report->options;
    bool picture = kind == CPROF_GRAPH_PICTURE, callgrind = kind == CPROF_GRAPH_CALLGRIND;
    static const cprof_edges_wanted edges[] = {
        [CPROF_GRAPH_NODES] = CPROF_EDGES_NONE,    [CPROF_GRAPH_TOP] = CPROF_EDGES_INLINED,
        [CPROF_GRAPH_TREE] = CPROF_EDGES_ALL,      [CPROF_GRAPH_PICTURE] = CPROF_EDGES_ALL,
        [CPROF_GRAPH_CALLGRIND] = CPROF_EDGES_ALL,
    };
    cprof_graph_options options = {
        .nodes = {.keep_objfile = callgrind, .trim_path = o->trim_path, .source_path = o->source_path},
        .edges = edges[kind],
        .call_tree = o->call_tree && (picture || callgrind),
        .drop_negative = o->drop_negative,
        .cum_sort = o->cum_sort,
        .visual = picture,
        .node_fraction = callgrind ? 0 : o->node_fraction,
        .edge_fraction = callgrind ? 0 : o->edge_fraction,
        .node_count = callgrind || o->node_count <= 0 ? 0
                      : o->node_count > UINT32_MAX    ? UINT32_MAX
                                                      : (uint32_t)o->node_count,
        .match = kind == CPROF_GRAPH_TREE ? o->symbol : NULL,
        .tag_unit = picture ? cprof_report_bytes_unit(report) : CPROF_SLICE(""),
        .show_unit = o->unit,
    };
    cprof_graph *graph = cprof_graph_new(report->view, &options, err);
    if (graph && graph->unmatched_count > 0)
        cprof_report_choose_unit(report, graph->least, !callgrind);
    return graph;
}

static bool add_line(cprof_report *report, cprof_lines *lines, const cprof_slice *parts, size_t count) {
    cprof_slice line = cprof_report_join(report, parts, count);
    return line.ptr && cprof_vec_push(report->view->env, &lines->at, line);
}

static bool add_filters(cprof_report *report, cprof_lines *lines) {
    const cprof_report_options *o = &report->options;
    const cprof_slice title = CPROF_SLICE("Active filters:");
    if (o->active_filter_count && !add_line(report, lines, &title, 1))
        return false;
    for (uint32_t i = 0; i < o->active_filter_count; i++) {
        cprof_slice filter = o->active_filters[i];
        const cprof_slice parts[] = {CPROF_SLICE("   "), cprof_slice_sub(filter, 0, FILTER_SHOWN),
                                     filter.len > FILTER_SHOWN ? CPROF_SLICE("…") : CPROF_SLICE("")};
        if (!add_line(report, lines, parts, 3))
            return false;
    }
    return true;
}

/* "Showing nodes accounting for 1.20s, 98.36% of 1.22s total" */
static bool add_shown(cprof_report *report, const cprof_graph *graph, cprof_lines *lines) {
    char shown[CPROF_LABEL_MAX], share[CPROF_LABEL_MAX], total[CPROF_LABEL_MAX];
    const cprof_slice parts[] = {
        CPROF_SLICE("Showing nodes accounting for "),
        cprof_report_value(report, graph->shown_total, shown),
        CPROF_SLICE(", "),
        cprof_slice_trim(cprof_measure_percentage(graph->shown_total, report->total, share)),
        CPROF_SLICE(" of "),
        cprof_report_value(report, report->total, total),
        CPROF_SLICE(" total"),
    };
    return add_line(report, lines, parts, sizeof parts / sizeof *parts);
}

/* "Dropped 12 nodes (cum <= 0.01s)" */
static bool add_dropped(cprof_report *report, cprof_lines *lines, uint32_t count, const char *what,
                        const char *value, double fraction) {
    char number[40], cutoff[CPROF_LABEL_MAX];
    if (count == 0)
        return true;
    int length = snprintf(number, sizeof number, "Dropped %u ", (unsigned)count);
    const cprof_slice parts[] = {
        {number, (size_t)length},
        cprof_slice_of(what),
        count > 1 ? CPROF_SLICE("s (") : CPROF_SLICE(" ("),
        cprof_slice_of(value),
        CPROF_SLICE(" <= "),
        cprof_report_value(report, cprof_i64_cutoff(report->total, fraction), cutoff),
        CPROF_SLICE(")"),
    };
    return add_line(report, lines, parts, sizeof parts / sizeof *parts);
}

static bool add_top_count(cprof_report *report, const cprof_graph *graph, cprof_lines *lines) {
    char text[80];
    uint32_t count = graph->unmatched_count;
    if (count == 0 || count >= graph->original_count)
        return true;
    int length = snprintf(text, sizeof text, "Showing top %u nodes out of %u", (unsigned)count,
                          (unsigned)graph->original_count);
    const cprof_slice line = {text, (size_t)length};
    return add_line(report, lines, &line, 1);
}

bool cprof_report_graph_lines(cprof_report *report, const cprof_graph *graph, bool full, cprof_lines *lines,
                              cprof_error *err) {
    const cprof_report_options *o = &report->options;
    if ((full || !o->compact_labels) && !cprof_report_profile_lines(report, lines, err))
        return false;
    bool ok = add_filters(report, lines) && add_shown(report, graph, lines);
    if (report->total != 0)
        ok = ok && add_dropped(report, lines, graph->dropped_nodes, "node", "cum", o->node_fraction) &&
             add_dropped(report, lines, full ? graph->dropped_edges : 0, "edge", "freq", o->edge_fraction) &&
             add_top_count(report, graph, lines);
    return ok || cprof_error_memory(report->view->env, err);
}
