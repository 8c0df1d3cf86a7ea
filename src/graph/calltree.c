/* Call trees: a vertex for each node in each calling context. */
#include "graph/build.h"

/* Small, as there may be millions. */
typedef struct tree_slot {
    uint64_t key;    /* caller << 32 | node */
    uint32_t vertex; /* CPROF_NONE: free */
} tree_slot;

typedef struct tree_building {
    cprof_graph_build *b;
    const cprof_node_table *table;
    const cprof_env *env;
    tree_slot *slots; /* of vertices, by caller and node */
    size_t mask;      /* slots - 1 */
    CPROF_VEC(uint32_t) node;
    CPROF_VEC(uint32_t) parent;
    CPROF_VEC(bool) inlined;
    CPROF_VEC(uint32_t) path;     /* vertices of the last stack, root first */
    cprof_node_stack stack, last; /* nodes of this stack, of the last one */
} tree_building;

static tree_slot *find_slot(const tree_building *t, uint64_t key) {
    size_t i = (size_t)cprof_hash_u64(key) & t->mask;
    while (t->slots[i].vertex != CPROF_NONE && t->slots[i].key != key)
        i = (i + 1) & t->mask;
    return &t->slots[i];
}

/* Room for `extra` more vertices at no more than two thirds of the slots. */
static bool reserve_slots(tree_building *t, size_t extra) {
    cprof_budget *budget = cprof_env_budget(t->env);
    tree_building old = *t;
    size_t size = t->slots ? t->mask + 1 : 1024, old_size = t->slots ? t->mask + 1 : 0;
    if (t->node.count + extra >= UINT32_MAX / 2)
        return false;
    while ((t->node.count + extra) * 3 > size * 2)
        size *= 2;
    if (size == old_size)
        return true;
    t->slots = cprof_mem_resize(budget, NULL, 0, size * sizeof *t->slots);
    if (!t->slots) {
        t->slots = old.slots;
        return false;
    }
    t->mask = size - 1;
    memset(t->slots, 0xff, size * sizeof *t->slots);
    for (size_t i = 0; i < old_size; i++)
        if (old.slots[i].vertex != CPROF_NONE)
            *find_slot(t, old.slots[i].key) = old.slots[i];
    if (old.slots)
        cprof_mem_free(budget, old.slots, old_size * sizeof *old.slots);
    return true;
}

/* The vertex of a node that `parent` calls.  There is room for it. */
static uint32_t find_or_add(tree_building *t, uint32_t parent, uint32_t node) {
    uint64_t key = (uint64_t)parent << 32 | (node & CPROF_NODE_MASK);
    tree_slot *slot = find_slot(t, key);
    bool inlined = node & CPROF_NODE_INLINED;
    if (slot->vertex != CPROF_NONE) {
        if (!inlined)
            t->inlined.at[slot->vertex] = false;
        return slot->vertex;
    }
    *slot = (tree_slot){key, (uint32_t)t->node.count};
    t->node.at[t->node.count++] = node & CPROF_NODE_MASK;
    t->parent.at[t->parent.count++] = parent;
    t->inlined.at[t->inlined.count++] = inlined;
    return slot->vertex;
}

/* How many nodes, from the root, this stack has in common with the last one. */
static size_t common_root(const tree_building *t) {
    const uint32_t *a = t->stack.nodes.at, *b = t->last.nodes.at;
    size_t n = t->stack.nodes.count, m = t->last.nodes.count, same = 0;
    while (same < n && same < m && a[n - 1 - same] == b[m - 1 - same])
        same++;
    return same;
}

static bool add_stack(tree_building *t, const uint32_t *frames, uint32_t count, uint32_t *leaf) {
    if (!cprof_node_stack_fill(&t->stack, t->table, frames, count))
        return false;
    size_t nodes = t->stack.nodes.count, same = common_root(t);
    t->path.count = same;
    if (!cprof_vec_reserve(t->env, &t->path, nodes - same) || !cprof_vec_reserve(t->env, &t->node, nodes) ||
        !cprof_vec_reserve(t->env, &t->parent, nodes) || !cprof_vec_reserve(t->env, &t->inlined, nodes) ||
        !reserve_slots(t, nodes))
        return false;
    uint32_t vertex = same ? t->path.at[same - 1] : CPROF_NONE;
    for (size_t i = nodes - same; i-- > 0;) {
        vertex = find_or_add(t, vertex, t->stack.nodes.at[i]);
        t->path.at[t->path.count++] = vertex;
    }
    *leaf = vertex;
    cprof_node_stack swap = t->last;
    t->last = t->stack;
    t->stack = swap;
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
    tree_building t = {.b = b, .table = &b->graph->table, .env = env, .stack.env = env, .last.env = env};
    b->stack_leaf =
        cprof_arena_alloc(&b->scratch, ((size_t)b->view->profile->stacks.count + 1) * sizeof *b->stack_leaf);
    bool ok = b->stack_leaf ? add_stacks(&t, err) : cprof_error_memory(env, err);
    if (ok)
        ok = take_vertices(&t) || cprof_error_memory(env, err);
    if (t.slots)
        cprof_mem_free(cprof_env_budget(env), t.slots, (t.mask + 1) * sizeof *t.slots);
    cprof_node_stack_deinit(&t.stack);
    cprof_node_stack_deinit(&t.last);
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
