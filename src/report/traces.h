/* traces: every sample with its labels, its value and its whole stack.
 *
 * Names of nodes are made once.  What is of one sample alone is made when it is asked for, by any thread.
 */
#ifndef CPROF_REPORT_TRACES_H
#define CPROF_REPORT_TRACES_H

#include "base/sink.h"
#include "graph/nodes.h"
#include "report/report.h"

/* The labels of one sample as lines, in the order in which they are shown; one for many samples. */
typedef struct cprof_trace_labels {
    const cprof_env *env;
    uint32_t set;              /* whose they are; CPROF_NONE: nobody's yet */
    CPROF_VEC(cprof_slice) at; /* "       key:  value value"; borrowed from text until the next sample */
    cprof_sink text;
} cprof_trace_labels;

typedef struct cprof_traces {
    cprof_report *report; /* borrowed; owns the text */
    cprof_lines lines;    /* the header */
    cprof_node_table nodes;
    cprof_slice *names; /* of each node, as text reports print it */
} cprof_traces;

typedef struct cprof_trace {
    uint32_t sample;
    int64_t value;          /* in the sample unit; divided, for means */
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

void cprof_trace_labels_init(cprof_trace_labels *labels, const cprof_env *env);
void cprof_trace_labels_deinit(cprof_trace_labels *labels);
/* Fills labels with those of the sample; false without memory. */
bool cprof_traces_label(const cprof_traces *traces, uint32_t sample, cprof_trace_labels *labels);

#endif
