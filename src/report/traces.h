/* traces: every sample with its labels, its value and its whole stack.
 *
 * What repeats is made once: the names of nodes, the labels of a label set.
 */
#ifndef CPROF_REPORT_TRACES_H
#define CPROF_REPORT_TRACES_H

#include "graph/nodes.h"
#include "report/report.h"

typedef struct cprof_trace_label {
    cprof_slice line; /* "       key:  value value" */
    cprof_slice key, values;
} cprof_trace_label;

typedef struct cprof_trace_labels {
    cprof_trace_label *at; /* in the order in which they are shown */
    uint32_t count;
} cprof_trace_labels;

typedef struct cprof_traces {
    cprof_report *report; /* borrowed; owns the text */
    cprof_lines lines;    /* the header */
    cprof_node_table nodes;
    cprof_slice *names;         /* of each node, as text reports print it */
    cprof_trace_labels *labels; /* of each label set that the view's samples have */
} cprof_traces;

typedef struct cprof_trace {
    uint32_t sample;
    int64_t value; /* in the sample unit; divided, for means */
    const cprof_trace_labels *labels;
    const uint32_t *frames; /* locations, leaf first; see cprof_node_at for their nodes */
    uint32_t frame_count;
} cprof_trace;

/* Whether or not it succeeds, cprof_traces_deinit is to be called. */
bool cprof_traces_init(cprof_traces *traces, cprof_report *report, cprof_error *err);
void cprof_traces_deinit(cprof_traces *traces);

static inline uint32_t cprof_traces_count(const cprof_traces *traces) {
    return cprof_view_sample_count(traces->report->view);
}
/* Trace i; false where no frame of it is shown. */
bool cprof_traces_get(const cprof_traces *traces, uint32_t i, cprof_trace *trace);

#endif
