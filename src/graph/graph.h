/* The call graph (or call tree) of a view: what each node and each call between nodes weighs.
 *
 *     cprof_graph_options options = {.node_fraction = 0.005, …};
 *     cprof_graph *graph = cprof_graph_new(view, &options, err);
 *     for (uint32_t i = 0; i < graph->count; i++) {
 *         uint32_t v = graph->order[i];                     // a vertex, heaviest first
 *         … cprof_graph_flat(graph, v), cprof_graph_name(graph, v, &parts) …
 *     }
 *     cprof_graph_free(graph);
 *
 * A vertex is a node of the node table; in a call tree it is one node in one calling context.  Every vertex
 * that was seen has values; only those in `order` are shown.  A node counts once for a sample however often
 * it stands in its stack, and so does a call.
 */
#ifndef CPROF_GRAPH_GRAPH_H
#define CPROF_GRAPH_GRAPH_H

#include "base/regex.h"
#include "graph/arith.h"
#include "graph/nodes.h"

typedef enum cprof_edges_wanted {
    CPROF_EDGES_NONE,
    CPROF_EDGES_INLINED, /* only into nodes that stand somewhere as an inlined call */
    CPROF_EDGES_ALL      /* of the nodes that are shown */
} cprof_edges_wanted;

typedef struct cprof_graph_options {
    cprof_node_options nodes;
    cprof_edges_wanted edges;
    bool call_tree;
    bool drop_negative; /* leave out nodes that shrank */
    bool cum_sort;      /* else by flat */
    bool unordered;     /* order[] may be in any order */
    bool visual;        /* for pictures: chosen by how much a node's calls branch; with label tags */
    double node_fraction, edge_fraction; /* of the graph's total; 0: nothing is left out */
    uint32_t node_count;                 /* 0: all */
    cprof_regex
        *match; /* show (and keep the edges of) nodes with such a printed name only; NULL: all.  Borrowed */
    cprof_slice tag_unit;  /* visual: unit of the numeric label "bytes" */
    cprof_slice show_unit; /* visual: unit that it is shown in */
} cprof_graph_options;

typedef struct cprof_edge {
    uint32_t src, dst; /* vertices: caller, callee */
    int64_t weight, divisor;
    bool residual; /* nodes in between were left out */
    bool inlined;  /* always inlined into the caller */
    bool removed;  /* left out: too light, or redundant */
} cprof_edge;

/* Label values of a vertex's samples, joined ("key:value\nkey:value"), or a numeric label of those samples.
 */
typedef struct cprof_tag {
    uint32_t vertex;
    uint32_t labels; /* row of label_names; 0: samples without text labels */
    bool is_number;
    cprof_slice name; /* of a number: as it is shown; else the labels' joined text. Of the graph's arena */
    int64_t number;   /* in tag_unit */
    int64_t flat, flat_div, cum, cum_div;
} cprof_tag;

typedef struct cprof_graph {
    const cprof_view *view; /* borrowed */
    cprof_arena arena;      /* holds the arrays below */
    /* What making a picture's graph took.  Giving memory back takes time, which there is more of when the
     * graph is freed: while the picture is drawn.  Else empty. */
    cprof_arena scratch;
    cprof_node_table table;

    uint32_t vertex_count;
    uint32_t *node; /* of each vertex; NULL: the vertex's own number */
    /* Sums of each vertex; the divisors are NULL unless the view shows means. */
    int64_t *flat, *cum, *flat_div, *cum_div;

    uint32_t count;  /* vertices that are shown */
    uint32_t *order; /* in the order of the report */
    /* With options.match: how many would be shown without it, and their flat sum; else count, … */
    uint32_t unmatched_count;
    int64_t shown_total; /* sum of cprof_graph_flat of those */
    int64_t least; /* the smallest absolute value among them: of flat, or of cum where flat is 0; 0: none */

    uint32_t original_count; /* that were left when the light ones were gone, before node_count */
    uint32_t dropped_nodes, dropped_edges;

    uint32_t edge_count;
    cprof_edge *edges;
    /* Edges into (out of) vertex v: edges[in[in_first[v] .. in_first[v + 1])], the removed ones not among
     * them. NULL while there are no edges.  Unordered: see cprof_graph_sort_edges. */
    uint32_t *in_first, *in, *out_first, *out;

    uint32_t tag_count; /* visual only; grouped by vertex */
    cprof_tag *tags;
    uint32_t *tag_first; /* of vertex v: tags[tag_first[v] .. tag_first[v + 1]) */
} cprof_graph;

/* NULL (and err) without memory or when it was stopped; free with cprof_graph_free.  options and what they
 * point to are not kept; the view is borrowed. */
cprof_graph *cprof_graph_new(const cprof_view *view, const cprof_graph_options *options, cprof_error *err);
void cprof_graph_free(cprof_graph *graph); /* NULL is fine */
/* What it takes from the budget. */
size_t cprof_graph_bytes(const cprof_graph *graph);

static inline uint32_t cprof_graph_node(const cprof_graph *g, uint32_t vertex) {
    return g->node ? g->node[vertex] : vertex;
}
static inline const cprof_node_info *cprof_graph_info(const cprof_graph *g, uint32_t vertex) {
    return &g->table.infos.at[cprof_graph_node(g, vertex)];
}
static inline cprof_slice cprof_graph_string(const cprof_graph *g, cprof_str id) {
    return cprof_strtab_get(&g->table.strings, id);
}

/* The values as they are shown: divided, for means. */
static inline int64_t cprof_graph_flat(const cprof_graph *g, uint32_t vertex) {
    return cprof_i64_mean(g->flat[vertex], g->flat_div ? g->flat_div[vertex] : 0);
}
static inline int64_t cprof_graph_cum(const cprof_graph *g, uint32_t vertex) {
    return cprof_i64_mean(g->cum[vertex], g->cum_div ? g->cum_div[vertex] : 0);
}

/* Brings edges (rows of graph->edges) into the order in which they are shown: heaviest first, then by name.
 */
void cprof_graph_sort_edges(const cprof_graph *graph, uint32_t *edges, size_t count);

typedef enum cprof_inlining {
    CPROF_INLINED_NEVER,
    CPROF_INLINED_PARTLY, /* by some callers */
    CPROF_INLINED_ALWAYS
} cprof_inlining;
/* What the edges into the vertex say. */
cprof_inlining cprof_graph_inlining(const cprof_graph *graph, uint32_t vertex);

#endif
