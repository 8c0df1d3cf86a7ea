/* What the reports of a call graph share: the graph with its header lines, and how a node, a value and a call
 * are shown.
 *
 * The models below (and those of top, tree and the picture) hold everything that a renderer needs; their text
 * is the report's arena's or the profile's, and lives as long as the report and the graph.
 */
#ifndef CPROF_REPORT_CALLGRAPH_H
#define CPROF_REPORT_CALLGRAPH_H

#include "graph/graph.h"
#include "report/report.h"

/* A value in three forms. */
typedef struct cprof_amount {
    int64_t value;            /* in the sample unit, not yet times the report's ratio */
    double percent;           /* with its sign; 0 where there is no total */
    cprof_slice text;         /* "1.50MB" */
    cprof_slice percent_text; /* "12.34%", at least six characters; without a sign */
} cprof_amount;

/* value as the report shows it, as a part of `total`; false without memory. */
bool cprof_report_amount(cprof_report *report, int64_t value, int64_t total, cprof_amount *amount);

/* A node as it is shown. */
typedef struct cprof_entry {
    uint32_t vertex;  /* of the graph */
    cprof_slice name; /* as text reports print it: what follows, as far as the granularity has it */
    cprof_slice function, file, objfile;
    uint64_t address; /* 0: not told apart by it; so are the next two */
    int64_t line, column;
    cprof_inlining inlining; /* top only: by all, by some or by none of its callers */
    cprof_amount flat, cum;  /* of the report's total */
    cprof_amount sum;        /* text reports: flat of this and of all entries above it */
} cprof_entry;

/* A call, seen from one of its ends. */
typedef struct cprof_call {
    uint32_t vertex;   /* at the other end */
    cprof_slice name;  /* of the other end */
    cprof_amount cost; /* of this end's cum */
    bool inlined, residual;
} cprof_call;

/* Values and description of a vertex.  sum, when not NULL, holds the flat values so far and is added to. */
bool cprof_report_entry(cprof_report *report, const cprof_graph *graph, uint32_t vertex, int64_t *sum,
                        cprof_entry *entry);

typedef enum cprof_graph_kind {
    CPROF_GRAPH_NODES,    /* nodes alone */
    CPROF_GRAPH_TOP,      /* and whether they are inlined */
    CPROF_GRAPH_TREE,     /* nodes with their callers and callees; honours options.symbol */
    CPROF_GRAPH_PICTURE,  /* chosen to be drawn */
    CPROF_GRAPH_CALLGRIND /* all nodes and calls, by binary */
} cprof_graph_kind;

/* The graph that the report's options ask for; also settles report->unit.  NULL (and err) without memory,
 * or when it was stopped; free with cprof_graph_free, after the models made from it. */
cprof_graph *cprof_report_graph(cprof_report *report, cprof_graph_kind kind, cprof_error *err);

/* report->unit for values from `least` up to the report's total, where options.unit leaves the choice.
 * hundredths: small values may be shown as 0.01 of a bigger unit. */
void cprof_report_choose_unit(cprof_report *report, int64_t least, bool hundredths);

/* The unit of the numeric label "bytes", which pictures show. */
cprof_slice cprof_report_bytes_unit(const cprof_report *report);

/* The lines above a graph's report: the profile's (full: even with compact_labels), the filters, what is
 * shown and what was left out. */
bool cprof_report_graph_lines(cprof_report *report, const cprof_graph *graph, bool full, cprof_lines *lines,
                              cprof_error *err);

#endif
