/* Which functions of the profile's binaries a pattern means, and the nodes that fell into each. */
#ifndef CPROF_REPORT_SYMBOLS_H
#define CPROF_REPORT_SYMBOLS_H

#include "report/callgraph.h"

typedef struct cprof_symbol_match {
    const char *path;         /* of the binary */
    uint64_t start, end;      /* addresses in the file */
    uint64_t base;            /* address in the process - address in the file */
    const cprof_slice *names; /* the matched one, or all that stand at the address that was asked for */
    uint32_t name_count;
    uint32_t *nodes; /* vertices of the graph, by address */
    uint32_t node_count;
} cprof_symbol_match;

typedef struct cprof_symbol_set {
    const cprof_env *env;
    CPROF_VEC(cprof_symbol_match) matches; /* those with nodes, by name; their memory is the report's arena */
    bool by_address;                       /* the pattern is an address */
    uint64_t address;
    bool address_found;
} cprof_symbol_set;

/* Binaries that cannot be read are noted.  Deinit it whether or not it succeeds. */
bool cprof_symbol_set_init(cprof_symbol_set *set, cprof_report *report, const cprof_graph *graph,
                           cprof_error *err);
void cprof_symbol_set_deinit(cprof_symbol_set *set);

#endif
