/* The calling contexts of a view's stacks, for call trees.
 *
 * Stacks that have their first nodes in common, counted from the root, are kept together and split where they
 * part: no context is ever looked up, and what lies below a context that is too light is only counted. */
#ifndef CPROF_GRAPH_CONTEXTS_H
#define CPROF_GRAPH_CONTEXTS_H

#include "graph/build.h"

/* A node called by the nodes above it. */
typedef struct cprof_context {
    uint32_t node;   /* with CPROF_NODE_INLINED where it is always inlined */
    uint32_t caller; /* row of contexts, before this one; or CPROF_NONE */
    uint32_t stack;  /* the first that has it */
} cprof_context;

typedef struct cprof_contexts {
    const cprof_env *env;
    CPROF_VEC(cprof_context) rows;
    uint64_t light;     /* contexts that were left out */
    int64_t light_flat; /* sum of the stacks that end in those */
} cprof_contexts;

/* Fills stack_leaf of the build with rows.  Those that weigh less than the cutoff are left out; 0: none is,
 * as it has to be where weights are not all above 0.  deinit is needed either way. */
bool cprof_contexts_init(cprof_contexts *contexts, cprof_graph_build *b, int64_t cutoff, cprof_error *err);
void cprof_contexts_deinit(cprof_contexts *contexts);

#endif
