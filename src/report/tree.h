/* tree and peek: nodes with their callers and callees. */
#ifndef CPROF_REPORT_TREE_H
#define CPROF_REPORT_TREE_H

#include "report/callgraph.h"

typedef struct cprof_tree_item {
    cprof_entry node;
    cprof_call *callers, *callees; /* heaviest first */
    uint32_t caller_count, callee_count;
} cprof_tree_item;

typedef struct cprof_tree {
    cprof_report *report; /* borrowed; owns the text */
    cprof_graph *graph;
    cprof_lines lines;      /* the header */
    cprof_tree_item *items; /* in the report's arena */
    uint32_t count;
} cprof_tree;

/* With options.symbol only the nodes whose printed name matches.  Whether or not it succeeds,
 * cprof_tree_deinit is to be called. */
bool cprof_tree_init(cprof_tree *tree, cprof_report *report, cprof_error *err);

/* The nodes alone, without items; cprof_tree_find makes those that are asked for. */
bool cprof_tree_init_lazily(cprof_tree *tree, cprof_report *report, cprof_error *err);
/* tree->items become the nodes with this printed name.  A copy of the tree on a copy of the report with an
 * arena of its own will do: then what was found goes with that arena. */
bool cprof_tree_find(cprof_tree *tree, cprof_slice name, cprof_error *err);

void cprof_tree_deinit(cprof_tree *tree);

#endif
