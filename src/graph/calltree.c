/* Call trees: a vertex for each node in each calling context. */
#include "graph/build.h"

typedef struct tree_building {
    cprof_graph_build *b;
    const cprof_node_table *table;
    cprof_index index; /* of vertices, by caller and node */
    CPROF_VEC(uint32_t) node;
    CPROF_VEC(uint32_t) parent;
    CPROF_VEC(bool) inlined;
    CPROF_VEC(uint32_t) path; /* vertices of the last stack, root first; a location's last vertex each */
    const uint32_t *last;     /* frames of the last stack, leaf first */
    uint32_t last_count;
} tree_building;

static bool find_or_add(tree_building *t, uint32_t parent, uint32_t node, bool inlined, uint32_t *vertex) {
    const cprof_env *env = t->b->view->env;
    uint64_t hash = cprof_hash_u64((uint64_t)parent << 32 | node);
    cprof_index_probe probe = cprof_index_start(&t->index, hash);
    while (cprof_index_next(&t->index, &probe, vertex))
        if (t->parent.at[*vertex] == parent && t->node.at[*vertex] == node) {
            t->inlined.at[*vertex] &= inlined;
            return true;
        }
    if (t->node.count >= UINT32_MAX - 2)
        return false;
    *vertex = (uint32_t)t->node.count;
    return cprof_vec_push(env, &t->node, node) && cprof_vec_push(env, &t->parent, parent) &&
           cprof_vec_push(env, &t->inlined, inlined) && cprof_index_insert(&t->index, hash, *vertex);
}

/* How many locations, from the root, this stack has in common with the last one. */
static uint32_t common_root(const tree_building *t, const uint32_t *frames, uint32_t count) {
    uint32_t same = 0;
    while (same < count && same < t->last_count &&
           frames[count - 1 - same] == t->last[t->last_count - 1 - same])
        same++;
    return same;
}

static bool add_stack(tree_building *t, const uint32_t *frames, uint32_t count, uint32_t *leaf) {
    uint32_t same = common_root(t, frames, count);
    uint32_t vertex = same ? t->path.at[same - 1] : CPROF_NONE;
    t->path.count = same;
    t->last = frames;
    t->last_count = count;
    for (uint32_t i = count - same; i-- > 0;) {
        uint32_t nodes;
        const uint32_t *node = cprof_node_table_at(t->table, frames[i], &nodes);
        for (uint32_t k = 0; k < nodes; k++)
            if (!find_or_add(t, vertex, node[k], k > 0, &vertex))
                return false;
        if (!cprof_vec_push(t->b->view->env, &t->path, vertex))
            return false;
    }
    *leaf = vertex;
    return true;
}

static bool add_stacks(tree_building *t, cprof_error *err) {
    cprof_graph_build *b = t->b;
    const cprof_view *v = b->view;
    uint32_t stacks = v->profile->stacks.count;
    for (uint32_t i = 0; i < stacks; i++) {
        b->stack_leaf[i] = CPROF_NONE;
        if (!cprof_bits_get(b->weights.touched, i))
            continue;
        uint32_t count;
        const uint32_t *frames = cprof_view_frames(v, i, &count);
        if (!add_stack(t, frames, count, &b->stack_leaf[i]))
            return cprof_error_memory(v->env, err);
        if ((i & 4095) == 0 && cprof_stopped(v->env, err))
            return false;
    }
    return true;
}

/* Callers stand before what they call, so one pass from the end sums up. */
static void sum_up(cprof_graph_build *b) {
    cprof_graph *g = b->graph;
    uint32_t stacks = b->view->profile->stacks.count;
    for (uint32_t i = 0; i < stacks; i++) {
        uint32_t leaf = b->stack_leaf[i];
        if (leaf == CPROF_NONE)
            continue;
        cprof_i64_add(&g->flat[leaf], b->weights.value[i], &b->overflowed);
        if (g->flat_div)
            cprof_i64_add(&g->flat_div[leaf], b->weights.divisor[i], &b->overflowed);
    }
    for (uint32_t i = g->vertex_count; i-- > 0;) {
        cprof_i64_add(&g->cum[i], g->flat[i], &b->overflowed);
        if (g->cum_div)
            cprof_i64_add(&g->cum_div[i], g->flat_div[i], &b->overflowed);
        if (b->parent[i] == CPROF_NONE)
            continue;
        cprof_i64_add(&g->cum[b->parent[i]], g->cum[i], &b->overflowed);
        if (g->cum_div)
            cprof_i64_add(&g->cum_div[b->parent[i]], g->cum_div[i], &b->overflowed);
    }
}

static bool take_vertices(tree_building *t) {
    cprof_graph_build *b = t->b;
    cprof_graph *g = b->graph;
    size_t n = t->node.count;
    bool mean = b->view->mean;
    g->vertex_count = (uint32_t)n;
    g->node = cprof_arena_calloc(&g->arena, n + 1, sizeof *g->node);
    g->flat = cprof_arena_calloc(&g->arena, n + 1, sizeof *g->flat);
    g->cum = cprof_arena_calloc(&g->arena, n + 1, sizeof *g->cum);
    if (mean) {
        g->flat_div = cprof_arena_calloc(&g->arena, n + 1, sizeof *g->flat_div);
        g->cum_div = cprof_arena_calloc(&g->arena, n + 1, sizeof *g->cum_div);
    }
    b->parent = cprof_arena_calloc(&b->scratch, n + 1, sizeof *b->parent);
    b->caller = cprof_arena_calloc(&b->scratch, n + 1, sizeof *b->caller);
    b->tree_inlined = cprof_arena_calloc(&b->scratch, n + 1, sizeof *b->tree_inlined);
    b->tree_residual = cprof_arena_calloc(&b->scratch, n + 1, sizeof *b->tree_residual);
    if (!g->node || !g->flat || !g->cum || !b->parent || !b->caller || !b->tree_inlined ||
        !b->tree_residual || (mean && (!g->flat_div || !g->cum_div)))
        return false;
    cprof_vec_copy(g->node, t->node.at, n * sizeof *g->node);
    cprof_vec_copy(b->parent, t->parent.at, n * sizeof *b->parent);
    cprof_vec_copy(b->caller, t->parent.at, n * sizeof *b->caller);
    cprof_vec_copy(b->tree_inlined, t->inlined.at, n * sizeof *b->tree_inlined);
    return true;
}

bool cprof_graph_sum_tree(cprof_graph_build *b, cprof_error *err) {
    const cprof_env *env = b->view->env;
    tree_building t = {.b = b, .table = &b->graph->table};
    cprof_index_init(&t.index, cprof_env_budget(env));
    b->stack_leaf =
        cprof_arena_alloc(&b->scratch, ((size_t)b->view->profile->stacks.count + 1) * sizeof *b->stack_leaf);
    bool ok = b->stack_leaf ? add_stacks(&t, err) : cprof_error_memory(env, err);
    if (ok)
        ok = take_vertices(&t) || cprof_error_memory(env, err);
    cprof_index_deinit(&t.index);
    cprof_vec_free(env, &t.node);
    cprof_vec_free(env, &t.parent);
    cprof_vec_free(env, &t.inlined);
    cprof_vec_free(env, &t.path);
    if (ok)
        sum_up(b);
    return ok;
}

void cprof_graph_trim_tree(cprof_graph_build *b, const uint64_t *gone) {
    for (uint32_t i = 0; i < b->graph->vertex_count; i++) {
        uint32_t caller = b->caller[i];
        if (caller == CPROF_NONE || !cprof_bits_get(gone, caller))
            continue;
        /* The caller stands before i: its own caller has been settled. */
        b->caller[i] = b->caller[caller];
        b->tree_residual[i] = true;
        b->tree_inlined[i] &= b->tree_inlined[caller];
    }
}

bool cprof_graph_tree_edges(cprof_graph_build *b, const uint64_t *gone, cprof_error *err) {
    cprof_graph *g = b->graph;
    size_t count = 0;
    for (uint32_t i = 0; i < g->vertex_count; i++)
        count += b->caller[i] != CPROF_NONE && !(gone && cprof_bits_get(gone, i));
    g->edge_count = 0;
    g->edges = cprof_arena_calloc(&g->arena, count + 1, sizeof *g->edges);
    if (!g->edges)
        return cprof_error_memory(b->view->env, err);
    for (uint32_t i = 0; i < g->vertex_count; i++)
        if (b->caller[i] != CPROF_NONE && !(gone && cprof_bits_get(gone, i)))
            g->edges[g->edge_count++] = (cprof_edge){.src = b->caller[i],
                                                     .dst = i,
                                                     .weight = g->cum[i],
                                                     .divisor = g->cum_div ? g->cum_div[i] : 0,
                                                     .residual = b->tree_residual[i],
                                                     .inlined = b->tree_inlined[i]};
    return true;
}
