/* The steps that make a graph; for the files of this directory. */
#ifndef CPROF_GRAPH_BUILD_H
#define CPROF_GRAPH_BUILD_H

#include "base/threads.h"
#include "graph/graph.h"

/* What the samples of each stack sum up to. */
typedef struct cprof_stack_weights {
    int64_t *value;    /* of each stack */
    int64_t *divisor;  /* NULL unless the view shows means */
    uint64_t *touched; /* a bit a stack: it has a sample with a value (or divisor) other than 0 */
} cprof_stack_weights;

typedef struct cprof_label_tags cprof_label_tags; /* see tags.h */
typedef struct cprof_wanted cprof_wanted;         /* see wanted.h */
struct cprof_chain_choice;                        /* see chain.h */

typedef struct cprof_graph_build {
    cprof_graph *graph;
    const cprof_graph_options *options;
    const cprof_view *view;
    cprof_arena scratch; /* gone when the graph is done */
    cprof_stack_weights weights;
    bool overflowed;
    cprof_label_tags *labels; /* visual only */
    const uint64_t *kept;     /* a bit a node: nodes that take part; NULL: all.  Not for trees */
    const struct cprof_chain_choice *chosen; /* what took part in the edges; NULL: none were found yet */
    /* Of a tree: the vertex where each stack ends, or CPROF_NONE.  With CPROF_LEAF_BELOW: the last on its way
     * that was not left out. */
    uint32_t *stack_leaf;
    uint32_t *parent;    /* of a tree: each vertex's caller in the samples, or CPROF_NONE */
    uint32_t *caller;    /* the same, as vertices are left out */
    bool *tree_inlined;  /* of a tree: the vertex is always inlined into its caller */
    bool *tree_residual; /* of a tree: vertices between it and its caller were left out */
    int64_t light_flat;  /* of a tree: sum of the light vertices that were not made */
} cprof_graph_build;

#define CPROF_LEAF_BELOW UINT32_C(0x80000000)

static inline bool cprof_bits_get(const uint64_t *bits, uint32_t i) {
    return bits[i >> 6] >> (i & 63) & 1;
}
static inline void cprof_bits_set(uint64_t *bits, uint32_t i) {
    bits[i >> 6] |= UINT64_C(1) << (i & 63);
}

bool cprof_graph_weigh_stacks(cprof_graph_build *b, cprof_error *err);
/* Shares the stacks out among threads, about the same number of frames for each: part i has the stacks
 * [cuts[i], cuts[i + 1]).  each: parts for each thread, 1 or CPROF_TURNS.  Returns how many parts there are
 * to be. */
unsigned cprof_graph_share_stacks(const cprof_graph_build *b, unsigned each,
                                  uint32_t cuts[CPROF_TURNS_MAX + 1]);
/* Flat and cum of every vertex; for a tree, makes the vertices. */
bool cprof_graph_sum_nodes(cprof_graph_build *b, cprof_error *err);
bool cprof_graph_sum_tree(cprof_graph_build *b, cprof_error *err);

/* Fills graph->edges with the calls between kept nodes.  into, around: bits of the nodes whose incoming
 * (whose incoming and outgoing) edges are wanted; both NULL: all edges. */
bool cprof_graph_find_edges(cprof_graph_build *b, const uint64_t *into, const uint64_t *around,
                            cprof_error *err);
/* The same for a tree, from caller[]; not into the vertices that are gone (NULL: none). */
bool cprof_graph_tree_edges(cprof_graph_build *b, const uint64_t *gone, cprof_error *err);
/* Hangs what the vertices that are gone called under their callers. */
void cprof_graph_trim_tree(cprof_graph_build *b, const uint64_t *gone);
/* Marks edges into the vertices of `shown` that weigh less than cutoff; returns how many. */
uint32_t cprof_graph_drop_light_edges(cprof_graph *g, const uint64_t *shown, int64_t cutoff);
/* Makes in[] and out[] of the edges that are left. */
bool cprof_graph_link(cprof_graph *g, cprof_arena *arena, cprof_error *err);
/* Removes residual edges that another path makes needless. */
bool cprof_graph_drop_redundant_edges(cprof_graph_build *b, cprof_error *err);

/* Sorts order[]: by flat or cum; for pictures by score. */
bool cprof_graph_sort(cprof_graph_build *b, cprof_error *err);

/* Label tags of the wanted vertices; those lighter than cutoff are left out. */
bool cprof_graph_find_tags(cprof_graph_build *b, const cprof_wanted *wanted, int64_t cutoff,
                           cprof_error *err);
/* How many tags of the vertex have a flat value. */
uint32_t cprof_graph_count_tags(const cprof_graph *g, uint32_t vertex);

/* Chooses what is shown. */
bool cprof_graph_trim(cprof_graph_build *b, cprof_error *err);

#endif
