/* The graph as callgrind's viewers want it: nodes by file and function, with what they call. */
#ifndef CPROF_REPORT_CALLGRIND_H
#define CPROF_REPORT_CALLGRIND_H

#include "report/callgraph.h"

typedef struct cprof_callgrind_place {
    cprof_slice objfile, file;
    cprof_slice name; /* of a callee: told apart from others of its file and name ("f [2/3]") */
    uint64_t address;
    int64_t line;
    int64_t cost; /* in report->unit */
} cprof_callgrind_place;

typedef struct cprof_callgrind_node {
    cprof_callgrind_place self;
    cprof_callgrind_place *calls; /* heaviest first */
    uint32_t call_count;
} cprof_callgrind_node;

typedef struct cprof_callgrind {
    cprof_report *report; /* borrowed; owns the text */
    cprof_graph *graph;
    cprof_callgrind_node *nodes;
    uint32_t count;
} cprof_callgrind;

/* Whether or not it succeeds, cprof_callgrind_deinit is to be called. */
bool cprof_callgrind_init(cprof_callgrind *callgrind, cprof_report *report, cprof_error *err);
void cprof_callgrind_deinit(cprof_callgrind *callgrind);

#endif
