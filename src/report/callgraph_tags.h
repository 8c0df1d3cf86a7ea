/* Choosing which label tags a picture shows; for callgraph_picture.c. */
#ifndef CPROF_REPORT_CALLGRAPH_TAGS_H
#define CPROF_REPORT_CALLGRAPH_TAGS_H

#include "report/callgraph_picture.h"

/* Fills the box's labels and numbers, which are in `unit`; false without memory. */
bool cprof_box_add_tags(cprof_report *report, const cprof_graph *graph, cprof_slice unit, cprof_box *box);

#endif
