/* What of a stack takes part in a graph: its nodes, those that were left out passed over. */
#ifndef CPROF_GRAPH_CHAIN_H
#define CPROF_GRAPH_CHAIN_H

#include "graph/build.h"

/* Which nodes take part; shared by threads.  All but the table is NULL where all do.  Where only some do,
 * most frames are passed over by a bit of their location, and what the others need is kept close together:
 * location l has the rank r = rank[l / 64] + the bits of locations[l / 64] below l, and what of it takes part
 * is nodes[links[r] .. links[r + 1]), outermost first, CPROF_LINK_SHORT taken off. */
typedef struct cprof_chain_choice {
    const cprof_node_table *table;
    const uint64_t *locations; /* a bit a location: it has nodes that take part */
    const uint32_t *rank;      /* of every 64 locations: how many have, before them */
    const uint32_t *links;
    const uint32_t *nodes; /* with the marks of CPROF_NODE_*; some more may be read behind the last */
    const uint64_t *empty; /* a bit a location: it has no nodes at all.  NULL: there are none such */
} cprof_chain_choice;

#define CPROF_LINK_SHORT UINT32_C(0x80000000) /* the location's innermost node is not among them */

/* kept: a bit a node, or NULL for all.  within: a choice that more nodes took part in, which saves looking at
 * every location; or NULL.  What the choice needs is in the build's scratch.  False without memory. */
bool cprof_chain_choose(cprof_graph_build *b, const uint64_t *kept, const cprof_chain_choice *within,
                        cprof_chain_choice *choice);

/* One stack's nodes: grows as needed, one for all stacks of a thread. */
typedef struct cprof_chain {
    const cprof_env *env;
    const cprof_chain_choice *choice;
    CPROF_VEC(uint32_t) nodes; /* root first, with the marks of CPROF_NODE_* */
    bool has_leaf;             /* the last one is where the stack ends */
    cprof_node_stack stack;
    CPROF_VEC(uint32_t) hits; /* frames whose location has nodes that take part */
} cprof_chain;

/* frames: leaf first, as the profile has them.  False without memory. */
bool cprof_chain_fill(cprof_chain *chain, const uint32_t *frames, uint32_t count);
void cprof_chain_deinit(cprof_chain *chain);

#endif
