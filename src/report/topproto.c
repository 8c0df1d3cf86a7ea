#include "report/topproto.h"

#include "profile/builder.h"

static bool copy_string(cprof_builder *b, const cprof_profile *from, cprof_str id, cprof_str *copy,
                        cprof_error *err) {
    return cprof_builder_string(b, cprof_profile_string(from, id), copy, err);
}

static bool copy_head(cprof_builder *b, const cprof_report *report, cprof_error *err) {
    const cprof_profile *from = report->view->profile;
    cprof_profile *to = cprof_builder_profile(b);
    to->time_nanos = from->time_nanos;
    to->duration_nanos = from->duration_nanos;
    to->period = from->period;
    return cprof_builder_type(b, CPROF_SLICE("cum"), report->unit, err) &&
           cprof_builder_type(b, CPROF_SLICE("flat"), report->unit, err) &&
           copy_string(b, from, from->period_type.type, &to->period_type.type, err) &&
           copy_string(b, from, from->period_type.unit, &to->period_type.unit, err);
}

static int64_t in_unit(const cprof_report *report, int64_t value) {
    cprof_slice unit;
    return cprof_i64_of(cprof_measure_scale(value, report->sample_unit, report->unit, &unit));
}

static bool add_node(cprof_builder *b, const cprof_report *report, const cprof_graph *g, uint32_t v,
                     cprof_error *err) {
    const cprof_node_info *info = cprof_graph_info(g, v);
    cprof_str name, file;
    cprof_line line = {.line = info->line, .column = info->column};
    uint32_t location, stack;
    const int64_t values[] = {in_unit(report, cprof_graph_cum(g, v)),
                              in_unit(report, cprof_graph_flat(g, v))};
    return cprof_builder_string(b, cprof_graph_string(g, info->name), &name, err) &&
           cprof_builder_string(b, cprof_graph_string(g, info->file), &file, err) &&
           cprof_builder_function(b, name, 0, file, info->start_line, &line.function, err) &&
           cprof_builder_location_append(b, CPROF_NONE, info->address, false, &line, 1, &location, err) &&
           cprof_builder_stack(b, &location, 1, &stack, err) &&
           cprof_builder_sample(b, stack, 0, values, err);
}

bool cprof_report_topproto(cprof_report *report, cprof_profile **profile, cprof_error *err) {
    cprof_graph *g = cprof_report_graph(report, CPROF_GRAPH_NODES, err);
    cprof_builder *b = g ? cprof_builder_new(report->view->env, "profile.proto", err) : NULL;
    bool ok = b && copy_head(b, report, err);
    for (uint32_t i = 0; ok && i < g->count; i++)
        ok = add_node(b, report, g, g->order[i], err);
    cprof_graph_free(g);
    if (!ok) {
        cprof_builder_free(b);
        return false;
    }
    return cprof_builder_take(b, profile, err);
}
