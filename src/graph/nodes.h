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
} cprof_node_options;

/* In `head`: not a node but an offset in `lists`. */
#define CPROF_NODE_LIST UINT32_C(0x80000000)

typedef struct cprof_node_table {
    const cprof_view *view; /* borrowed */
    cprof_strtab strings;   /* the profile's, and file names that were cleaned */
    CPROF_VEC(cprof_node_info) infos;
    cprof_index index; /* of infos */
    /* Of location l: its node, or CPROF_NODE_LIST | offset of { how many, outermost node, …, innermost }.
     * Hidden locations have a list of none. */
    uint32_t *head;
    CPROF_VEC(uint32_t) lists;
    uint64_t *inlined; /* a bit a node: it is a call that was inlined, in some location */
} cprof_node_table;

bool cprof_node_table_init(cprof_node_table *table, const cprof_view *view, const cprof_node_options *options,
                           cprof_error *err);
void cprof_node_table_deinit(cprof_node_table *table);

/* The nodes of a location, outermost first; *count may be 0. */
static inline const uint32_t *cprof_node_table_at(const cprof_node_table *table, uint32_t location,
                                                  uint32_t *count) {
    uint32_t head = table->head[location];
    if (head & CPROF_NODE_LIST) {
        const uint32_t *list = table->lists.at + (head & ~CPROF_NODE_LIST);
        *count = list[0];
        return list + 1;
    }
    *count = 1;
    return table->head + location;
}

/* The name as reports print it, "[ADDRESS ][FUNCTION ][FILE[:LINE[:COLUMN]]]", "[BINARY]" or "<unknown>", in
 * pieces that are not copied. */
typedef struct cprof_name_parts {
    cprof_slice at[10]; /* some point into the buffers below: do not copy the struct */
    int count;
    char address[17], line[21], column[21];
} cprof_name_parts;

void cprof_node_name(const cprof_node_table *table, uint32_t node, cprof_name_parts *parts);
/* The same as one slice in the arena; ptr NULL without memory.  Borrowed from the profile where it can be. */
cprof_slice cprof_node_name_copy(const cprof_node_table *table, uint32_t node, cprof_arena *arena);

/* Byte order of the printed names. */
int cprof_node_name_compare(const cprof_node_table *table, uint32_t a, uint32_t b);
/* A total order of nodes: where everything else is equal. */
int cprof_node_compare(const cprof_node_table *table, uint32_t a, uint32_t b);

#endif
