#include "report/traces.h"

#include "base/utf8.h"
#include "graph/arith.h"

#include <stdlib.h>

enum { KEY_WIDTH = 10 }; /* characters */

/* The values of labels[0 .. count), all of one key, one behind the other in `values`. */
static bool join_values(cprof_report *report, const cprof_label *labels, uint32_t count, cprof_sink *values) {
    const cprof_profile *p = report->view->profile;
    for (uint32_t i = 0; i < count; i++) {
        char buffer[CPROF_LABEL_MAX];
        cprof_slice value = cprof_profile_string(p, labels[i].text);
        if (labels[i].is_number)
            value = cprof_measure_label(labels[i].number,
                                        cprof_label_units_get(&report->label_units, labels[i].key),
                                        CPROF_SLICE("auto"), buffer);
        if (i > 0)
            cprof_sink_putc(values, ' ');
        cprof_sink_slice(values, value);
    }
    return values->error.code == CPROF_OK;
}

static bool make_label(cprof_report *report, const cprof_label *labels, uint32_t count, cprof_sink *scratch,
                       cprof_trace_label *made) {
    cprof_slice key = cprof_profile_string(report->view->profile, labels[0].key);
    size_t from = scratch->count, characters = cprof_utf8_count(key);
    cprof_sink_pad(scratch, characters < KEY_WIDTH ? KEY_WIDTH - (long)characters : 0);
    size_t key_at = scratch->count - from;
    cprof_sink_slice(scratch, key);
    cprof_sink_puts(scratch, ":  ");
    size_t values_at = scratch->count - from;
    if (!join_values(report, labels, count, scratch))
        return false;
    cprof_slice text = cprof_slice_sub(cprof_sink_bytes(scratch), from, scratch->count);
    made->line = cprof_report_join(report, &text, 1);
    scratch->count = from;
    if (!made->line.ptr)
        return false;
    made->key = cprof_slice_sub(made->line, key_at, key_at + key.len);
    made->values = cprof_slice_sub(made->line, values_at, made->line.len);
    return true;
}

static int compare_labels(const void *a, const void *b) {
    return cprof_slice_compare(((const cprof_trace_label *)a)->line, ((const cprof_trace_label *)b)->line);
}

/* Texts first, then numbers, each in byte order of their lines. */
static bool make_labels(cprof_traces *traces, uint32_t set, cprof_sink *scratch) {
    cprof_report *report = traces->report;
    const cprof_label_sets *sets = &report->view->profile->label_sets;
    const cprof_label *labels = sets->labels + sets->first[set];
    uint32_t count = sets->first[set + 1] - sets->first[set], texts = 0;
    cprof_trace_labels *made = &traces->labels[set];
    made->at = cprof_arena_calloc(&report->arena, (size_t)count + 1, sizeof *made->at);
    if (!made->at)
        return false;
    for (uint32_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && labels[next].key == labels[i].key &&
                           labels[next].is_number == labels[i].is_number;)
            next++;
        if (!cprof_view_shows_label(report->view, &labels[i]))
            continue;
        if (!make_label(report, labels + i, next - i, scratch, &made->at[made->count]))
            return false;
        made->count++;
        texts += !labels[i].is_number;
    }
    qsort(made->at, texts, sizeof *made->at, compare_labels);
    qsort(made->at + texts, made->count - texts, sizeof *made->at, compare_labels);
    return true;
}

static bool make_all_labels(cprof_traces *traces) {
    const cprof_view *view = traces->report->view;
    uint32_t samples = cprof_view_sample_count(view);
    traces->labels = cprof_arena_calloc(&traces->report->arena, (size_t)view->profile->label_sets.count + 1,
                                        sizeof *traces->labels);
    if (!traces->labels)
        return false;
    cprof_sink scratch;
    cprof_sink_init_memory(&scratch, view->env);
    bool ok = true;
    for (uint32_t i = 0; ok && i < samples; i++) {
        uint32_t set = cprof_sample_label_set(view->profile, cprof_view_sample(view, i));
        if (!traces->labels[set].at)
            ok = make_labels(traces, set, &scratch);
    }
    cprof_sink_deinit(&scratch);
    return ok;
}

static bool make_names(cprof_traces *traces) {
    size_t count = traces->nodes.infos.count;
    traces->names = cprof_arena_calloc(&traces->report->arena, count + 1, sizeof *traces->names);
    for (size_t i = 0; traces->names && i < count; i++) {
        traces->names[i] = cprof_node_name_copy(&traces->nodes, (uint32_t)i, &traces->report->arena);
        if (!traces->names[i].ptr)
            return false;
    }
    return traces->names != NULL;
}

bool cprof_traces_init(cprof_traces *traces, cprof_report *report, cprof_error *err) {
    cprof_node_options options = {.trim_path = CPROF_SLICE(""), .source_path = CPROF_SLICE("")};
    *traces = (cprof_traces){.report = report};
    if (!cprof_node_table_init(&traces->nodes, report->view, &options, err) ||
        !cprof_report_profile_lines(report, &traces->lines, err))
        return false;
    return (make_names(traces) && make_all_labels(traces)) || cprof_error_memory(report->view->env, err);
}

void cprof_traces_deinit(cprof_traces *traces) {
    cprof_node_table_deinit(&traces->nodes);
    cprof_vec_free(traces->report->view->env, &traces->lines.at);
}

bool cprof_traces_get(const cprof_traces *traces, uint32_t i, cprof_trace *trace) {
    const cprof_view *view = traces->report->view;
    uint32_t sample = cprof_view_sample(view, i), shown = 0;
    trace->sample = sample;
    trace->frames = cprof_view_frames(view, view->profile->samples.stack[sample], &trace->frame_count);
    while (shown < trace->frame_count && cprof_view_hides(view, trace->frames[shown]))
        shown++;
    if (shown == trace->frame_count)
        return false;
    trace->value = cprof_i64_mean(cprof_view_value(view, sample), cprof_view_divisor(view, sample));
    trace->labels = &traces->labels[cprof_sample_label_set(view->profile, sample)];
    return true;
}
