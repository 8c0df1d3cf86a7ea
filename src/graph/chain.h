/* What of a stack takes part in a graph: its nodes, those that were left out passed over. */
#ifndef CPROF_GRAPH_CHAIN_H
#define CPROF_GRAPH_CHAIN_H

#include "graph/build.h"

typedef struct cprof_chain_node {
    uint32_t node; /* with CPROF_NODE_INLINED */
    bool residual; /* nodes between it and its caller were left out */
} cprof_chain_node;

/* What of a location takes part. */
typedef struct cprof_chain_link {
    uint32_t first; /* in choice.nodes */
    uint32_t count : 31;
    uint32_t ends : 1; /* the innermost of its nodes is among them */
} cprof_chain_link;

/* Which nodes take part; shared by threads.  All but the table is NULL where all do.  Where only some do,
 * most frames are passed over by a bit of their location, and what the others need is kept close together:
 * location l is links[rank[l / 64] + the bits of locations[l / 64] below l]. */
typedef struct cprof_chain_choice {
    const cprof_node_table *table;
    const uint64_t *locations; /* a bit a location: it has nodes that take part */
    const uint32_t *rank;      /* of every 64 locations: how many have, before them */
    const cprof_chain_link *links;
    const cprof_chain_node *nodes; /* of the links, outermost first */
    const uint64_t *empty;         /* a bit a location: it has no nodes at all.  NULL: there are none such */
} cprof_chain_choice;

/* kept: a bit a node, or NULL for all.  What the choice needs is in the build's scratch.  False without
 * memory. */
bool cprof_chain_choose(cprof_graph_build *b, const uint64_t *kept, cprof_chain_choice *choice);

/* One stack's nodes: grows as needed, one for all stacks of a thread. */
typedef struct cprof_chain {
    const cprof_env *env;
    const cprof_chain_choice *choice;
    CPROF_VEC(cprof_chain_node) nodes; /* root first */
    bool has_leaf;                     /* the last one is where the stack ends */
    cprof_node_stack stack;
    CPROF_VEC(uint32_t) hits; /* frames whose location has nodes that take part */
} cprof_chain;

/* frames: leaf first, as the profile has them.  False without memory. */
bool cprof_chain_fill(cprof_chain *chain, const uint32_t *frames, uint32_t count);
void cprof_chain_deinit(cprof_chain *chain);

#endif
