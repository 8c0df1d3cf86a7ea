/* What frames become in a graph: nodes, told apart as finely as the view says.
 *
 * Each line of each location is resolved once; walking a stack is then a matter of array look-ups.
 */
#ifndef CPROF_GRAPH_NODES_H
#define CPROF_GRAPH_NODES_H

#include "transform/view.h"

/* The identity of a node; strings are ids in the table's string table.  What the granularity leaves out is
 * 0. */
typedef struct cprof_node_info {
    cprof_str name;
    cprof_str file;    /* cleaned, and trimmed */
    cprof_str objfile; /* kept where asked for, and of nodes without a name; else 0 */
    uint64_t address;
    int64_t start_line; /* of the function; kept like objfile */
    int64_t line, column;
} cprof_node_info;

typedef struct cprof_node_options {
    bool keep_objfile; /* functions of different binaries are different */
    cprof_slice trim_path, source_path;
    bool keep_paths; /* files are cleaned, but not trimmed */
} cprof_node_options;

/* A node of a line that is not its location's outermost: a call that was inlined. */
#define CPROF_NODE_INLINED  UINT32_C(0x80000000)
/* Of a node in a chain (chain.h): nodes between it and its caller were left out. */
#define CPROF_NODE_RESIDUAL UINT32_C(0x40000000)
#define CPROF_NODE_MASK     UINT32_C(0x3fffffff)

/* The nodes of a location, innermost first, so that most take one look-up and no branch.  Each may carry
 * CPROF_NODE_INLINED. */
typedef struct cprof_location_nodes {
    uint32_t first; /* the innermost */
    /* How many there are, up to CPROF_NODES_SHORT, and above the lowest three bits where the others are in
     * `lists`; CPROF_NODES_LONG: there stand their number and all of them. */
    uint32_t more;
} cprof_location_nodes;

enum { CPROF_NODES_SHORT = 5, CPROF_NODES_LONG = 7, CPROF_NODES_SHIFT = 3 };

typedef struct cprof_node_table {
    const cprof_view *view; /* borrowed */
    cprof_strtab strings;   /* the profile's, and file names that were cleaned */
    CPROF_VEC(cprof_node_info) infos;
    cprof_index index; /* of infos */
    cprof_location_nodes *locations;
    CPROF_VEC(uint32_t) lists; /* ends with room for an entry of CPROF_NODES_SHORT - 1 */
    uint64_t *inlined;         /* a bit a node: it is a call that was inlined, in some location */
} cprof_node_table;

bool cprof_node_table_init(cprof_node_table *table, const cprof_view *view, const cprof_node_options *options,
                           cprof_error *err);
void cprof_node_table_deinit(cprof_node_table *table);
/* What it takes from the budget. */
size_t cprof_node_table_bytes(const cprof_node_table *table);

/* How many nodes a location has: 0 for a hidden one. */
static inline uint32_t cprof_node_count(const cprof_node_table *table, uint32_t location) {
    const cprof_location_nodes *l = &table->locations[location];
    uint32_t n = l->more & CPROF_NODES_LONG;
    return n > CPROF_NODES_SHORT ? table->lists.at[l->more >> CPROF_NODES_SHIFT] : n;
}
/* Node i of a location, innermost first, with CPROF_NODE_INLINED where it is. */
static inline uint32_t cprof_node_marked(const cprof_node_table *table, uint32_t location, uint32_t i) {
    const cprof_location_nodes *l = &table->locations[location];
    const uint32_t *list = table->lists.at + (l->more >> CPROF_NODES_SHIFT);
    bool is_long = (l->more & CPROF_NODES_LONG) > CPROF_NODES_SHORT;
    return i == 0 ? l->first : is_long ? list[i + 1] : list[i - 1];
}
static inline uint32_t cprof_node_at(const cprof_node_table *table, uint32_t location, uint32_t i) {
    return cprof_node_marked(table, location, i) & CPROF_NODE_MASK;
}

/* A stack as nodes: grows as needed, one for all stacks. */
typedef struct cprof_node_stack {
    const cprof_env *env;
    CPROF_VEC(uint32_t) nodes; /* leaf first; with CPROF_NODE_INLINED */
} cprof_node_stack;

bool cprof_node_stack_fill_slow(cprof_node_stack *stack, const cprof_node_table *table,
                                const uint32_t *frames, uint32_t count);

/* Fills stack->nodes with the nodes of the frames; false without memory. */
static inline bool cprof_node_stack_fill(cprof_node_stack *stack, const cprof_node_table *table,
                                         const uint32_t *frames, uint32_t count) {
    size_t room = ((size_t)count + 1) * CPROF_NODES_SHORT;
    stack->nodes.count = 0;
    if (stack->nodes.capacity < room && !cprof_vec_reserve(stack->env, &stack->nodes, room))
        return false;
    const cprof_location_nodes *locations = table->locations;
    const uint32_t *lists = table->lists.at;
    uint32_t *to = stack->nodes.at;
    for (uint32_t i = 0; i < count; i++) {
        cprof_location_nodes l = locations[frames[i]];
        uint32_t n = l.more & CPROF_NODES_LONG;
        if (__builtin_expect(n > CPROF_NODES_SHORT, 0))
            return cprof_node_stack_fill_slow(stack, table, frames, count);
        /* Copies more than there may be: what is too much is overwritten by the next. */
        to[0] = l.first;
        memcpy(to + 1, lists + (l.more >> CPROF_NODES_SHIFT), (CPROF_NODES_SHORT - 1) * sizeof *to);
        to += n;
    }
    stack->nodes.count = (size_t)(to - stack->nodes.at);
    return true;
}
static inline void cprof_node_stack_deinit(cprof_node_stack *stack) {
    cprof_vec_free(stack->env, &stack->nodes);
}

/* The name as reports print it, "[ADDRESS ][FUNCTION ][FILE[:LINE[:COLUMN]]]", "[BINARY]" or "<unknown>", in
 * pieces that are not copied. */
typedef struct cprof_name_parts {
    cprof_slice at[10]; /* some point into the buffers below: do not copy the struct */
    int count;
    char address[17], line[CPROF_DECIMAL_MAX], column[CPROF_DECIMAL_MAX];
} cprof_name_parts;

void cprof_node_name(const cprof_node_table *table, uint32_t node, cprof_name_parts *parts);
/* The same as one slice in the arena; ptr NULL without memory.  Borrowed from the profile where it can be. */
cprof_slice cprof_node_name_copy(const cprof_node_table *table, uint32_t node, cprof_arena *arena);

/* Byte order of the printed names. */
int cprof_node_name_compare(const cprof_node_table *table, uint32_t a, uint32_t b);
/* A total order of nodes: where everything else is equal. */
int cprof_node_compare(const cprof_node_table *table, uint32_t a, uint32_t b);

#endif
