/* Call trees: a vertex for each node in each calling context. */
#include "graph/contexts.h"

static bool has_nodes(const cprof_graph_build *b, uint32_t stack) {
    uint32_t count;
    const uint32_t *frames = cprof_view_frames(b->view, stack, &count);
    for (uint32_t i = 0; i < count; i++)
        if (cprof_node_count(&b->graph->table, frames[i]) > 0)
            return true;
    return false;
}

/* The weight below which vertices are left out, where that can be told before they are made: what a light one
 * calls is light as well as long as all weights are above 0.  Else 0. */
static int64_t find_cutoff(cprof_graph_build *b) {
    const cprof_view *v = b->view;
    int64_t total = 0;
    if (b->options->node_fraction == 0)
        return 0;
    for (uint32_t i = 0; i < v->profile->stacks.count; i++) {
        if (!cprof_bits_get(b->weights.touched, i))
            continue;
        if (b->weights.value[i] <= 0)
            return 0;
        if (has_nodes(b, i))
            cprof_i64_add(&total, b->weights.value[i], &b->overflowed);
    }
    int64_t cutoff = cprof_i64_cutoff(total, b->options->node_fraction);
    return cutoff > 0 ? cutoff : 0;
}

static bool make_vertices(cprof_graph_build *b, uint32_t count) {
    cprof_graph *g = b->graph;
    size_t n = (size_t)count + 1;
    bool mean = b->view->mean;
    g->vertex_count = count;
    g->node = cprof_arena_alloc(&g->arena, n * sizeof *g->node);
    g->flat = cprof_arena_calloc(&g->arena, n, sizeof *g->flat);
    g->cum = cprof_arena_calloc(&g->arena, n, sizeof *g->cum);
    if (mean) {
        g->flat_div = cprof_arena_calloc(&g->arena, n, sizeof *g->flat_div);
        g->cum_div = cprof_arena_calloc(&g->arena, n, sizeof *g->cum_div);
    }
    b->parent = cprof_arena_alloc(&b->scratch, n * sizeof *b->parent);
    b->caller = cprof_arena_alloc(&b->scratch, n * sizeof *b->caller);
    b->tree_inlined = cprof_arena_alloc(&b->scratch, n * sizeof *b->tree_inlined);
    b->tree_residual = cprof_arena_calloc(&b->scratch, n, sizeof *b->tree_residual);
    return g->node && g->flat && g->cum && (!mean || (g->flat_div && g->cum_div)) && b->parent && b->caller &&
           b->tree_inlined && b->tree_residual;
}

/* The numbers that contexts get as vertices, in order of first appearance; callers come before what they
 * call.  In the arena; NULL without memory. */
static const uint32_t *number_contexts(const cprof_contexts *c, uint32_t stacks, cprof_arena *arena) {
    uint32_t *next = cprof_arena_calloc(arena, (size_t)stacks + 1, sizeof *next); /* of each stack */
    uint32_t *number = cprof_arena_alloc(arena, (c->rows.count + 1) * sizeof *number);
    if (!next || !number)
        return NULL;
    for (size_t i = 0; i < c->rows.count; i++)
        next[c->rows.at[i].stack + 1]++;
    for (uint32_t i = 0; i < stacks; i++)
        next[i + 1] += next[i];
    for (size_t i = 0; i < c->rows.count; i++)
        number[i] = next[c->rows.at[i].stack]++;
    return number;
}

static bool take_vertices(cprof_graph_build *b, const cprof_contexts *c) {
    uint32_t stacks = b->view->profile->stacks.count;
    cprof_arena memory;
    cprof_arena_init(&memory, cprof_env_budget(b->view->env));
    const uint32_t *number = number_contexts(c, stacks, &memory);
    bool ok = number && make_vertices(b, (uint32_t)c->rows.count);
    for (size_t i = 0; ok && i < c->rows.count; i++) {
        const cprof_context *from = &c->rows.at[i];
        uint32_t v = number[i];
        b->graph->node[v] = from->node & CPROF_NODE_MASK;
        b->tree_inlined[v] = from->node & CPROF_NODE_INLINED;
        b->caller[v] = b->parent[v] = from->caller == CPROF_NONE ? CPROF_NONE : number[from->caller];
    }
    for (uint32_t i = 0; ok && i < stacks; i++) {
        uint32_t *leaf = &b->stack_leaf[i];
        if (*leaf != CPROF_NONE)
            *leaf = number[*leaf & ~CPROF_LEAF_BELOW] | (*leaf & CPROF_LEAF_BELOW);
    }
    cprof_arena_deinit(&memory);
    return ok;
}

static void sum_leaves(cprof_graph_build *b) {
    cprof_graph *g = b->graph;
    const cprof_stack_weights *w = &b->weights;
    for (uint32_t i = 0; i < b->view->profile->stacks.count; i++) {
        uint32_t leaf = b->stack_leaf[i], v = leaf & ~CPROF_LEAF_BELOW;
        if (leaf == CPROF_NONE)
            continue;
        cprof_i64_add(&g->cum[v], w->value[i], &b->overflowed);
        if (g->cum_div)
            cprof_i64_add(&g->cum_div[v], w->divisor[i], &b->overflowed);
        if (leaf != v)
            continue;
        cprof_i64_add(&g->flat[v], w->value[i], &b->overflowed);
        if (g->flat_div)
            cprof_i64_add(&g->flat_div[v], w->divisor[i], &b->overflowed);
    }
}

/* Callers stand before what they call, so one pass from the end sums up. */
static void sum_up(cprof_graph_build *b) {
    cprof_graph *g = b->graph;
    sum_leaves(b);
    for (uint32_t i = g->vertex_count; i-- > 0;) {
        if (b->parent[i] == CPROF_NONE)
            continue;
        cprof_i64_add(&g->cum[b->parent[i]], g->cum[i], &b->overflowed);
        if (g->cum_div)
            cprof_i64_add(&g->cum_div[b->parent[i]], g->cum_div[i], &b->overflowed);
    }
}

bool cprof_graph_sum_tree(cprof_graph_build *b, cprof_error *err) {
    const cprof_env *env = b->view->env;
    cprof_contexts contexts = {.env = env};
    b->stack_leaf =
        cprof_arena_alloc(&b->scratch, ((size_t)b->view->profile->stacks.count + 1) * sizeof *b->stack_leaf);
    bool ok =
        b->stack_leaf ? cprof_contexts_init(&contexts, b, find_cutoff(b), err) : cprof_error_memory(env, err);
    ok = ok && (take_vertices(b, &contexts) || cprof_error_memory(env, err));
    cprof_contexts_deinit(&contexts);
    if (!ok)
        return false;
    b->light_flat = contexts.light_flat;
    b->graph->dropped_nodes = contexts.light < UINT32_MAX ? (uint32_t)contexts.light : UINT32_MAX;
    sum_up(b);
    return true;
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
