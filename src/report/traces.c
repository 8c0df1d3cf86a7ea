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
                                        cprof_label_units_get(report->label_units, labels[i].key),
                                        CPROF_SLICE("auto"), buffer);
        if (i > 0)
            cprof_sink_putc(values, ' ');
        cprof_sink_slice(values, value);
    }
    return values->error.code == CPROF_OK;
}

/* One line; false where it does not fit into memory. */
static bool make_label(cprof_report *report, const cprof_label *labels, uint32_t count, cprof_sink *text) {
    cprof_slice key = cprof_profile_string(report->view->profile, labels[0].key);
    size_t characters = cprof_utf8_count(key);
    cprof_sink_pad(text, characters < KEY_WIDTH ? KEY_WIDTH - (long)characters : 0);
    cprof_sink_slice(text, key);
    cprof_sink_puts(text, ":  ");
    return join_values(report, labels, count, text);
}

static int compare_lines(const void *a, const void *b) {
    return cprof_slice_compare(*(const cprof_slice *)a, *(const cprof_slice *)b);
}

static void sort_lines(cprof_slice *lines, size_t count) {
    if (count > 1)
        qsort(lines, count, sizeof *lines, compare_lines);
}

/* Fills labels->text with the set's lines, texts first, and labels->at with their lengths. */
static bool make_lines(const cprof_traces *traces, cprof_trace_labels *labels, size_t *texts) {
    cprof_report *report = traces->report;
    const cprof_label_sets *sets = &report->view->profile->label_sets;
    uint32_t from = sets->first[labels->set], to = sets->first[labels->set + 1];
    *texts = 0;
    for (uint32_t i = from, next; i < to; i = next) {
        const cprof_label *label = &sets->labels[i];
        for (next = i + 1; next < to && sets->labels[next].key == label->key &&
                           sets->labels[next].is_number == label->is_number;)
            next++;
        if (!cprof_view_shows_label(report->view, label))
            continue;
        size_t start = labels->text.count;
        if (!make_label(report, label, next - i, &labels->text) ||
            !cprof_vec_push(labels->env, &labels->at, ((cprof_slice){NULL, labels->text.count - start})))
            return false;
        *texts += !label->is_number;
    }
    return true;
}

void cprof_trace_labels_init(cprof_trace_labels *labels, const cprof_env *env) {
    *labels = (cprof_trace_labels){.env = env, .set = CPROF_NONE};
    cprof_sink_init_memory(&labels->text, env);
}

void cprof_trace_labels_deinit(cprof_trace_labels *labels) {
    cprof_vec_free(labels->env, &labels->at);
    cprof_sink_deinit(&labels->text);
}

/* Texts first, then numbers, each in byte order of their lines. */
bool cprof_traces_label(const cprof_traces *traces, uint32_t sample, cprof_trace_labels *labels) {
    uint32_t set = cprof_sample_label_set(traces->report->view->profile, sample);
    size_t texts, used = 0;
    if (set == labels->set)
        return true;
    labels->set = set;
    labels->at.count = labels->text.count = 0;
    if (!make_lines(traces, labels, &texts))
        return false;
    for (size_t i = 0; i < labels->at.count; i++) {
        labels->at.at[i].ptr = labels->text.buffer + used;
        used += labels->at.at[i].len;
    }
    sort_lines(labels->at.at, texts);
    sort_lines(labels->at.at + texts, labels->at.count - texts);
    return true;
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
    cprof_node_options options = {.keep_paths = true};
    *traces = (cprof_traces){.report = report};
    if (!cprof_node_table_init(&traces->nodes, report->view, &options, err) ||
        !cprof_report_profile_lines(report, &traces->lines, err))
        return false;
    return make_names(traces) || cprof_error_memory(report->view->env, err);
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
    return true;
}
