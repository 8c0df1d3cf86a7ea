/* top (or text): the heaviest nodes, one a line. */
#ifndef CPROF_REPORT_TOP_H
#define CPROF_REPORT_TOP_H

#include "report/callgraph.h"

typedef struct cprof_top {
    cprof_report *report; /* borrowed; owns the text */
    cprof_graph *graph;
    cprof_lines lines;    /* the header */
    cprof_entry *entries; /* in the report's arena */
    uint32_t count;
} cprof_top;

/* Whether or not it succeeds, cprof_top_deinit is to be called. */
bool cprof_top_init(cprof_top *top, cprof_report *report, cprof_error *err);
void cprof_top_deinit(cprof_top *top);

#endif
