/* The order of nodes and edges: numbers first, names only on ties, and total. */
#include "graph/build.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    int64_t rank; /* the higher, the earlier */
    uint32_t vertex;
    uint32_t name; /* place of the node's name, from name_places */
} ranked;

typedef struct ranking {
    const cprof_graph *g;
    const int64_t *second; /* on equal names: the higher |value|, the earlier */
} ranking;

static int compare_ranked(const void *left, const void *right, void *context) {
    const ranked *a = left, *b = right;
    const ranking *r = context;
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    uint32_t x = cprof_graph_node(r->g, a->vertex), y = cprof_graph_node(r->g, b->vertex);
    int order = cprof_node_name_compare(&r->g->table, x, y);
    if (order)
        return order;
    int64_t i = cprof_i64_abs(r->second[a->vertex]), j = cprof_i64_abs(r->second[b->vertex]);
    if (i != j)
        return i > j ? -1 : 1;
    order = cprof_node_compare(&r->g->table, x, y);
    return order ? order : a->vertex < b->vertex ? -1 : a->vertex > b->vertex;
}

static int compare_names(const void *left, const void *right, void *context) {
    return cprof_node_name_compare(context, *(const uint32_t *)left, *(const uint32_t *)right);
}

/* The place of each node's name among all names, equal ones at one place: where contexts outnumber the nodes
 * that they are of, names are compared once a node. */
static bool name_places(cprof_graph *g, cprof_arena *memory, uint32_t **places) {
    size_t count = g->table.infos.count;
    *places = NULL;
    if (g->count <= count)
        return true;
    uint32_t *nodes = cprof_arena_alloc(memory, (count + 1) * sizeof *nodes);
    *places = cprof_arena_calloc(memory, count + 1, sizeof **places);
    if (!nodes || !*places)
        return false;
    for (size_t i = 0; i < count; i++)
        nodes[i] = (uint32_t)i;
    qsort_r(nodes, count, sizeof *nodes, compare_names, &g->table);
    for (size_t i = 1; i < count; i++)
        (*places)[nodes[i]] =
            (*places)[nodes[i - 1]] + (cprof_node_name_compare(&g->table, nodes[i - 1], nodes[i]) != 0);
    return true;
}

/* How evenly the calls on one side of each vertex are spread: entropy in bits. */
static void add_entropy(const cprof_graph *g, bool outgoing, const double *total, double *score) {
    for (uint32_t i = 0; i < g->edge_count; i++) {
        const cprof_edge *e = &g->edges[i];
        uint32_t v = outgoing ? e->src : e->dst;
        if (e->removed || total[v] == 0)
            continue;
        double share = (double)cprof_i64_abs(e->weight) / total[v];
        score[v] += -share * log2(share);
    }
}

static void side_scores(const cprof_graph *g, bool outgoing, int64_t *total, double *divide, bool *any,
                        double *score) {
    memset(any, 0, g->vertex_count * sizeof *any);
    for (uint32_t v = 0; v < g->vertex_count; v++)
        total[v] = outgoing ? g->flat[v] : 0;
    for (uint32_t i = 0; i < g->edge_count; i++) {
        const cprof_edge *e = &g->edges[i];
        if (e->removed)
            continue;
        uint32_t v = outgoing ? e->src : e->dst;
        any[v] = true;
        if (e->weight > 0)
            total[v] = (int64_t)((uint64_t)total[v] + (uint64_t)e->weight);
    }
    for (uint32_t v = 0; v < g->vertex_count; v++) {
        divide[v] = (double)total[v];
        if (!any[v]) {
            score[v]++; /* entries and leaves are of interest */
        } else if (outgoing && total[v] != 0 && g->flat[v] > 0) {
            double share = (double)g->flat[v] / divide[v];
            score[v] += -share * log2(share);
        }
    }
    add_entropy(g, outgoing, divide, score);
}

/* How much there is to see at each vertex: its weight, times how its calls branch.  NULL without memory. */
static const int64_t *visual_scores(const cprof_graph_build *b, cprof_arena *memory) {
    const cprof_graph *g = b->graph;
    size_t n = (size_t)g->vertex_count + 1;
    int64_t *rank = cprof_arena_alloc(memory, n * sizeof *rank); /* a side's totals first */
    double *score = cprof_arena_calloc(memory, n, sizeof *score);
    double *divide = cprof_arena_alloc(memory, n * sizeof *divide);
    bool *any = cprof_arena_alloc(memory, n * sizeof *any);
    if (!rank || !score || !divide || !any)
        return NULL;
    side_scores(g, false, rank, divide, any, score);
    side_scores(g, true, rank, divide, any, score);
    for (uint32_t v = 0; v < g->vertex_count; v++)
        rank[v] = (int64_t)((uint64_t)cprof_i64_of(score[v] * (double)g->cum[v]) + (uint64_t)g->flat[v]);
    return rank;
}

static bool sort_rows(cprof_graph_build *b, cprof_arena *memory) {
    cprof_graph *g = b->graph;
    bool visual = b->options->visual, by_cum = visual || b->options->cum_sort;
    const int64_t *rank = by_cum ? g->cum : g->flat;
    ranked *rows = cprof_arena_alloc(memory, ((size_t)g->count + 1) * sizeof *rows);
    uint32_t *places;
    if (!rows || !name_places(g, memory, &places) || (visual && !(rank = visual_scores(b, memory))))
        return false;
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t v = g->order[i];
        rows[i] = (ranked){cprof_i64_abs(rank[v]), v, places ? places[cprof_graph_node(g, v)] : 0};
    }
    ranking context = {g, by_cum ? g->flat : g->cum};
    qsort_r(rows, g->count, sizeof *rows, compare_ranked, &context);
    for (uint32_t i = 0; i < g->count; i++)
        g->order[i] = rows[i].vertex;
    return true;
}

bool cprof_graph_sort(cprof_graph_build *b, cprof_error *err) {
    cprof_arena memory;
    if (b->options->unordered)
        return true;
    cprof_arena_init(&memory, cprof_env_budget(b->view->env));
    bool ok = sort_rows(b, &memory);
    cprof_arena_deinit(&memory);
    return ok || cprof_error_memory(b->view->env, err);
}

static int compare_edges(const void *left, const void *right, void *context) {
    const cprof_graph *g = context;
    const cprof_edge *a = &g->edges[*(const uint32_t *)left], *b = &g->edges[*(const uint32_t *)right];
    int64_t x = cprof_i64_abs(a->weight), y = cprof_i64_abs(b->weight);
    if (x != y)
        return x > y ? -1 : 1;
    uint32_t from = cprof_graph_node(g, a->src), from_b = cprof_graph_node(g, b->src);
    int order = cprof_node_name_compare(&g->table, from, from_b);
    if (order)
        return order;
    uint32_t to = cprof_graph_node(g, a->dst), to_b = cprof_graph_node(g, b->dst);
    order = cprof_node_name_compare(&g->table, to, to_b);
    if (order)
        return order;
    order = cprof_node_compare(&g->table, from, from_b);
    order = order ? order : cprof_node_compare(&g->table, to, to_b);
    if (order)
        return order;
    return a->src != b->src ? (a->src < b->src ? -1 : 1) : a->dst < b->dst ? -1 : a->dst > b->dst;
}

void cprof_graph_sort_edges(const cprof_graph *g, uint32_t *edges, size_t count) {
    /* The comparison only reads the graph. */
    union {
        const cprof_graph *in;
        void *out;
    } context = {g};
    if (count > 1)
        qsort_r(edges, count, sizeof *edges, compare_edges, context.out);
}
