/* Calls between nodes: one pass over the stacks with a hash table of (caller, callee). */
#include "graph/build.h"

/* An edge in the making; all that a repeated call touches is in one cache line. */
typedef struct slot {
    uint64_t key; /* caller << 32 | callee; 0: free (nodes do not call themselves) */
    int64_t weight, divisor;
    uint32_t stamp; /* the last stack that counted, + 1 */
    bool residual, inlined;
} slot;

typedef struct edge_table {
    cprof_budget *budget;
    slot *slots;
    size_t size, count; /* size is a power of two */
    bool overflowed;
} edge_table;

typedef struct walk {
    edge_table table;
    const uint64_t *kept, *into, *around;
    uint32_t stamp;
    int64_t weight, divisor;
    uint32_t caller;
    bool residual; /* nodes were left out since `caller` */
} walk;

static slot *find_slot(const edge_table *t, uint64_t key) {
    size_t i = cprof_hash_u64(key) & (t->size - 1);
    while (t->slots[i].key && t->slots[i].key != key)
        i = (i + 1) & (t->size - 1);
    return &t->slots[i];
}

static bool resize(edge_table *t, size_t size) {
    edge_table old = *t;
    t->slots = cprof_mem_resize(t->budget, NULL, 0, size * sizeof *t->slots);
    if (!t->slots) {
        *t = old;
        return false;
    }
    memset(t->slots, 0, size * sizeof *t->slots);
    t->size = size;
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].key)
            *find_slot(t, old.slots[i].key) = old.slots[i];
    if (old.slots)
        cprof_mem_free(t->budget, old.slots, old.size * sizeof *old.slots);
    return true;
}

static bool add_call(walk *w, uint32_t callee, bool inlined) {
    edge_table *t = &w->table;
    if (t->count >= t->size / 2 && !resize(t, t->size * 2))
        return false;
    uint64_t key = (uint64_t)w->caller << 32 | callee;
    slot *s = find_slot(t, key);
    if (s->stamp == w->stamp)
        return true;
    if (s->key == 0) {
        *s = (slot){key, w->weight, w->divisor, w->stamp, w->residual, inlined};
        t->count++;
        return true;
    }
    s->stamp = w->stamp;
    s->residual |= w->residual;
    s->inlined &= inlined;
    cprof_i64_add(&s->weight, w->weight, &t->overflowed);
    cprof_i64_add(&s->divisor, w->divisor, &t->overflowed);
    return true;
}

static inline bool wanted(const walk *w, uint32_t callee) {
    if (w->into)
        return cprof_bits_get(w->into, callee);
    return !w->around || cprof_bits_get(w->around, callee) || cprof_bits_get(w->around, w->caller);
}

static inline bool visit(walk *w, uint32_t node, bool inlined) {
    if (w->kept && !cprof_bits_get(w->kept, node)) {
        w->residual = true;
        return true;
    }
    bool ok = w->caller == CPROF_NONE || w->caller == node || !wanted(w, node) || add_call(w, node, inlined);
    w->caller = node;
    w->residual = false;
    return ok;
}

/* Root to leaf. */
static bool walk_stack(walk *w, const cprof_node_table *table, const uint32_t *frames, uint32_t count) {
    const uint32_t *heads = table->head, *lists = table->lists.at;
    w->caller = CPROF_NONE;
    w->residual = false;
    for (uint32_t i = count; i-- > 0;) {
        uint32_t head = heads[frames[i]];
        if (!(head & CPROF_NODE_LIST)) {
            if (!visit(w, head, false))
                return false;
            continue;
        }
        const uint32_t *list = lists + (head & ~CPROF_NODE_LIST);
        for (uint32_t k = 1; k <= list[0]; k++)
            if (!visit(w, list[k], k > 1))
                return false;
    }
    return true;
}

static bool take_edges(cprof_graph *g, const edge_table *t) {
    g->edge_count = 0;
    g->edges = cprof_arena_alloc(&g->arena, (t->count + 1) * sizeof *g->edges);
    if (!g->edges || t->count >= UINT32_MAX)
        return false;
    for (size_t i = 0; i < t->size; i++) {
        const slot *s = &t->slots[i];
        if (s->key)
            g->edges[g->edge_count++] = (cprof_edge){.src = (uint32_t)(s->key >> 32),
                                                     .dst = (uint32_t)s->key,
                                                     .weight = s->weight,
                                                     .divisor = s->divisor,
                                                     .residual = s->residual,
                                                     .inlined = s->inlined};
    }
    return true;
}

bool cprof_graph_find_edges(cprof_graph_build *b, const uint64_t *into, const uint64_t *around,
                            cprof_error *err) {
    const cprof_view *v = b->view;
    walk w = {.table.budget = cprof_env_budget(v->env), .kept = b->kept, .into = into, .around = around};
    bool ok = resize(&w.table, 1024), stopped = false;
    uint32_t stacks = v->profile->stacks.count;
    for (uint32_t i = 0; ok && i < stacks; i++) {
        if (!cprof_bits_get(b->weights.touched, i))
            continue;
        uint32_t count;
        const uint32_t *frames = cprof_view_frames(v, i, &count);
        w.stamp = i + 1;
        w.weight = b->weights.value[i];
        w.divisor = b->weights.divisor ? b->weights.divisor[i] : 0;
        ok = walk_stack(&w, &b->graph->table, frames, count);
        if ((i & 4095) == 0 && cprof_stopped(v->env, err)) {
            stopped = true;
            break;
        }
    }
    ok = ok && !stopped && take_edges(b->graph, &w.table);
    b->overflowed |= w.table.overflowed;
    if (w.table.slots)
        cprof_mem_free(w.table.budget, w.table.slots, w.table.size * sizeof *w.table.slots);
    return ok || stopped ? ok : cprof_error_memory(v->env, err);
}

uint32_t cprof_graph_drop_light_edges(cprof_graph *g, const uint64_t *shown, int64_t cutoff) {
    uint32_t dropped = 0;
    for (uint32_t i = 0; i < g->edge_count; i++) {
        cprof_edge *e = &g->edges[i];
        if (e->removed || cprof_i64_abs(e->weight) >= cutoff || !cprof_bits_get(shown, e->dst))
            continue;
        e->removed = true;
        dropped++;
    }
    return dropped;
}

/* Rows of the edges that are left, grouped by the vertex at one end. */
static bool group(const cprof_graph *g, cprof_arena *arena, bool by_src, uint32_t **first, uint32_t **rows) {
    uint32_t *at = cprof_arena_calloc(arena, (size_t)g->vertex_count + 2, sizeof *at);
    *rows = cprof_arena_alloc(arena, ((size_t)g->edge_count + 1) * sizeof **rows);
    *first = at;
    if (!at || !*rows)
        return false;
    for (uint32_t i = 0; i < g->edge_count; i++)
        if (!g->edges[i].removed)
            at[(by_src ? g->edges[i].src : g->edges[i].dst) + 2]++;
    for (uint32_t v = 0; v < g->vertex_count; v++)
        at[v + 2] += at[v + 1];
    /* at[v + 1] runs from v's start to its end: afterwards at[v] is where v starts. */
    for (uint32_t i = 0; i < g->edge_count; i++)
        if (!g->edges[i].removed)
            (*rows)[at[(by_src ? g->edges[i].src : g->edges[i].dst) + 1]++] = i;
    return true;
}

bool cprof_graph_link(cprof_graph *g, cprof_arena *arena, cprof_error *err) {
    return (group(g, arena, false, &g->in_first, &g->in) && group(g, arena, true, &g->out_first, &g->out)) ||
           cprof_error_memory(g->view->env, err);
}

cprof_inlining cprof_graph_inlining(const cprof_graph *g, uint32_t vertex) {
    bool inlined = false, called = false;
    if (!g->in_first)
        return CPROF_INLINED_NEVER;
    for (uint32_t i = g->in_first[vertex]; i < g->in_first[vertex + 1]; i++) {
        if (g->edges[g->in[i]].inlined)
            inlined = true;
        else
            called = true;
    }
    return !inlined ? CPROF_INLINED_NEVER : called ? CPROF_INLINED_PARTLY : CPROF_INLINED_ALWAYS;
}

typedef struct search {
    cprof_graph *g;
    uint32_t *seen; /* stamp of the search that met the vertex */
    uint32_t *queue;
    uint32_t stamp;
} search;

/* Whether the callee of an edge can be reached from its caller without the edge. */
static bool is_redundant(search *s, uint32_t edge) {
    const cprof_graph *g = s->g;
    uint32_t src = g->edges[edge].src, head = 0, tail = 0;
    s->stamp++;
    s->seen[g->edges[edge].dst] = s->stamp;
    s->queue[tail++] = g->edges[edge].dst;
    while (head < tail) {
        uint32_t v = s->queue[head++];
        for (uint32_t i = g->in_first[v]; i < g->in_first[v + 1]; i++) {
            const cprof_edge *e = &g->edges[g->in[i]];
            if (g->in[i] == edge || e->removed || s->seen[e->src] == s->stamp)
                continue;
            if (e->src == src)
                return true;
            s->seen[e->src] = s->stamp;
            s->queue[tail++] = e->src;
        }
    }
    return false;
}

bool cprof_graph_drop_redundant_edges(cprof_graph_build *b, cprof_error *err) {
    cprof_graph *g = b->graph;
    search s = {.g = g};
    s.seen = cprof_arena_calloc(&b->scratch, (size_t)g->vertex_count + 1, sizeof *s.seen);
    s.queue = cprof_arena_alloc(&b->scratch, ((size_t)g->vertex_count + 1) * sizeof *s.queue);
    if (!s.seen || !s.queue)
        return cprof_error_memory(b->view->env, err);
    for (uint32_t i = g->count; i-- > 0;) {
        uint32_t v = g->order[i], *in = g->in + g->in_first[v];
        uint32_t count = g->in_first[v + 1] - g->in_first[v];
        cprof_graph_sort_edges(g, in, count);
        /* From the lightest on, up to the first that is a call of its own: none heavier than that goes. */
        while (count > 0 && g->edges[in[count - 1]].residual) {
            count--;
            if (is_redundant(&s, in[count]))
                g->edges[in[count]].removed = true;
        }
        if (cprof_stopped(b->view->env, err))
            return false;
    }
    return true;
}
