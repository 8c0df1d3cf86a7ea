/* Where the vertices that matter stand: found once, for all that asks for them stack by stack. */
#ifndef CPROF_GRAPH_WANTED_H
#define CPROF_GRAPH_WANTED_H

#include "graph/build.h"

typedef struct cprof_wanted {
    const uint32_t *vertices; /* by row; the graph's order[], which is not to be sorted meanwhile */
    uint32_t count;
    /* The wanted vertices of stack s, leaf first, each wherever it stands: rows[first[s] .. first[s + 1]),
     * with the marks below. */
    uint32_t *first, *rows;
} cprof_wanted;

#define CPROF_WANTED_ROW     UINT32_C(0x0fffffff)
#define CPROF_WANTED_LEAF    UINT32_C(0x80000000) /* the stack ends there */
#define CPROF_WANTED_AGAIN   UINT32_C(0x40000000) /* it stands nearer to the leaf, too */
#define CPROF_WANTED_INLINED UINT32_C(0x20000000) /* as an inlined call.  Not of trees */
#define CPROF_WANTED_RESIDUAL                                                                                \
    UINT32_C(0x10000000) /* nodes between it and the next are not wanted; the same */

/* The first `count` vertices in order[].  The arrays are in the build's scratch. */
bool cprof_wanted_init(cprof_wanted *wanted, cprof_graph_build *b, uint32_t count, cprof_error *err);

/* Fills graph->edges with the calls between the first `room` of them: what cprof_graph_find_edges gives where
 * only those are kept.  Not for trees. */
bool cprof_wanted_find_edges(const cprof_wanted *wanted, uint32_t room, cprof_graph_build *b,
                             cprof_error *err);

#endif
