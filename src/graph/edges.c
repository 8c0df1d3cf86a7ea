/* Calls between nodes: one pass over the stacks with a hash table of (caller, callee). */
#include "graph/chain.h"
#include "graph/pairs.h"
#include "graph/wanted.h"

/* One call of a stack, on its way into the table. */
typedef struct call {
    uint64_t key;
    uint32_t home; /* in the table, fetched ahead */
    uint32_t flags;
} call;

_Static_assert(CPROF_PAIR_RESIDUAL == CPROF_NODE_RESIDUAL && CPROF_PAIR_INLINED == CPROF_NODE_INLINED,
               "a node's marks are its call's flags");
enum { WANTED_TO_NODE = 2 }; /* left shift that makes marks of a node of those of a wanted vertex */
_Static_assert(CPROF_WANTED_RESIDUAL << WANTED_TO_NODE == CPROF_NODE_RESIDUAL &&
                   CPROF_WANTED_INLINED << WANTED_TO_NODE == CPROF_NODE_INLINED,
               "the marks lie alike");

typedef struct walk {
    const cprof_env *env;
    const cprof_graph_build *build;
    uint32_t from, to; /* stacks: one thread's share */
    bool ok;
    cprof_error error;
    cprof_pairs pairs;
    const uint64_t *into, *around;
    const cprof_wanted *wanted; /* NULL: chains are made of the frames, not of its rows */
    uint32_t room;              /* rows of wanted that take part; else 0 */
    cprof_chain chain;
    CPROF_VEC(call) calls;
} walk;

/* Fills the chain with rows of wanted; room for it was made. */
static void take_wanted(walk *w, uint32_t stack) {
    const cprof_wanted *wanted = w->wanted;
    uint32_t *to = w->chain.nodes.at, residual = 0, room = w->room;
    /* Always written, counted only where it is one: no branch on what no processor can foresee. */
    for (uint32_t i = wanted->first[stack + 1]; i-- > wanted->first[stack];) {
        uint32_t entry = wanted->rows[i], row = entry & CPROF_WANTED_ROW;
        uint32_t marks = (entry & (CPROF_WANTED_RESIDUAL | CPROF_WANTED_INLINED)) << WANTED_TO_NODE;
        *to = row | marks | residual;
        to += row < room;
        /* What is passed over leaves its own mark to the next, too. */
        residual = row < room ? 0 : CPROF_NODE_RESIDUAL;
    }
    w->chain.nodes.count = (size_t)(to - w->chain.nodes.at);
}

static bool fill_chain(walk *w, uint32_t stack) {
    uint32_t count;
    if (!w->wanted) {
        const uint32_t *frames = cprof_view_frames(w->build->view, stack, &count);
        return cprof_chain_fill(&w->chain, frames, count);
    }
    count = w->wanted->first[stack + 1] - w->wanted->first[stack];
    w->chain.nodes.count = 0;
    if (!cprof_vec_reserve(w->env, &w->chain.nodes, (size_t)count + 1))
        return false;
    take_wanted(w, stack);
    return true;
}

static inline bool is_wanted(const uint64_t *into, const uint64_t *around, uint32_t caller, uint32_t callee) {
    if (into)
        return cprof_bits_get(into, callee);
    return !around || cprof_bits_get(around, callee) || cprof_bits_get(around, caller);
}

/* Fills calls with those of the chain that are wanted. */
static void find_calls(walk *w) {
    const uint64_t *into = w->into, *around = w->around;
    const cprof_pairs pairs = w->pairs; /* a copy of what is looked at each time */
    const uint32_t *chain = w->chain.nodes.at;
    call *to = w->calls.at;
    size_t count = w->chain.nodes.count, found = 0;
    for (size_t i = 1; i < count; i++) {
        uint32_t caller = chain[i - 1] & CPROF_NODE_MASK, callee = chain[i] & CPROF_NODE_MASK;
        uint64_t key = cprof_pair_key(caller, callee);
        size_t home = cprof_pairs_home(&pairs, key);
        __builtin_prefetch(&pairs.slots[home]);
        to[found] = (call){key, (uint32_t)home, chain[i] & ~CPROF_NODE_MASK};
        found += caller != callee && is_wanted(into, around, caller, callee);
    }
    w->calls.count = found;
}

static bool walk_stack(walk *w, uint32_t stack) {
    const cprof_stack_weights *weights = &w->build->weights;
    int64_t weight = weights->value[stack], divisor = weights->divisor ? weights->divisor[stack] : 0;
    w->calls.count = 0;
    if (!fill_chain(w, stack))
        return false;
    size_t nodes = w->chain.nodes.count;
    if (!cprof_vec_reserve(w->env, &w->calls, nodes + 1) || !cprof_pairs_reserve(&w->pairs, nodes))
        return false;
    find_calls(w);
    for (size_t i = 0; i < w->calls.count; i++) {
        const call *c = &w->calls.at[i];
        cprof_pairs_count(&w->pairs, c->key, c->home, stack + 1, weight, divisor, c->flags);
    }
    return true;
}

static bool walk_stacks(walk *w) {
    const cprof_graph_build *b = w->build;
    for (uint32_t i = w->from; i < w->to; i++) {
        if (!cprof_bits_get(b->weights.touched, i))
            continue;
        if (!walk_stack(w, i))
            return cprof_error_memory(w->env, &w->error);
        if ((i & 4095) == 0 && cprof_stopped(w->env, &w->error))
            return false;
    }
    return true;
}

static void walk_share(void *part) {
    walk *w = part;
    w->ok = walk_stacks(w);
}

/* Adds what another share counted to w's pairs, behind those that w had first. */
static bool add_share(cprof_graph_build *b, walk *w, walk *other, uint32_t stamp) {
    uint32_t count;
    const cprof_pair *pairs = cprof_pairs_take(&other->pairs, &b->scratch, &count);
    if (!pairs || !cprof_pairs_reserve(&w->pairs, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        cprof_pairs_count(&w->pairs, pairs[i].key, cprof_pairs_home(&w->pairs, pairs[i].key), stamp,
                          pairs[i].weight, pairs[i].divisor, pairs[i].serial & ~CPROF_PAIR_SERIAL);
    return true;
}

static bool take_edges(cprof_graph_build *b, walk *w) {
    cprof_graph *g = b->graph;
    const cprof_pair *pairs = cprof_pairs_take(&w->pairs, &b->scratch, &g->edge_count);
    g->edges = cprof_arena_alloc(&g->arena, ((size_t)g->edge_count + 1) * sizeof *g->edges);
    if (!pairs || !g->edges)
        return false;
    const uint32_t *vertices = w->wanted ? w->wanted->vertices : NULL;
    for (uint32_t i = 0; i < g->edge_count; i++) {
        uint32_t src = (uint32_t)(pairs[i].key >> 32), dst = (uint32_t)pairs[i].key;
        g->edges[i] = (cprof_edge){.src = vertices ? vertices[src] : src,
                                   .dst = vertices ? vertices[dst] : dst,
                                   .weight = pairs[i].weight,
                                   .divisor = pairs[i].divisor,
                                   .residual = (pairs[i].serial & CPROF_PAIR_RESIDUAL) != 0,
                                   .inlined = (pairs[i].serial & CPROF_PAIR_INLINED) != 0};
    }
    return true;
}

/* Puts the shares' pairs together; false (and err) when one of them failed. */
static bool combine(cprof_graph_build *b, walk *shares, unsigned count, cprof_error *err) {
    uint32_t stamp = b->view->profile->stacks.count; /* each share gets one that no stack had */
    for (unsigned i = 0; i < count; i++) {
        if (!shares[i].ok) {
            if (err)
                *err = shares[i].error;
            return false;
        }
        if (i > 0 && !add_share(b, &shares[0], &shares[i], stamp + 1 + i))
            return cprof_error_memory(b->view->env, err);
        b->overflowed |= shares[i].pairs.overflowed;
    }
    b->overflowed |= shares[0].pairs.overflowed;
    return take_edges(b, &shares[0]) || cprof_error_memory(b->view->env, err);
}

/* Walks all stacks, in shares like `like`. */
static bool walk_all(cprof_graph_build *b, const walk *like, cprof_error *err) {
    const cprof_env *env = b->view->env;
    uint32_t cuts[CPROF_TURNS_MAX + 1];
    walk shares[CPROF_TURNS_MAX];
    /* Where calls are few, putting shares together costs nothing. */
    unsigned count = cprof_graph_share_stacks(b, like->room ? CPROF_TURNS : 1, cuts);
    bool ok = true;
    for (unsigned i = 0; i < count; i++) {
        shares[i] = *like;
        shares[i].from = cuts[i];
        shares[i].to = cuts[i + 1];
        ok = cprof_pairs_init(&shares[i].pairs, cprof_env_budget(env), like->room, like->room) && ok;
    }
    if (ok)
        cprof_threads_take_turns(walk_share, shares, sizeof *shares, count);
    else
        cprof_error_memory(env, err);
    ok = ok && combine(b, shares, count, err);
    for (unsigned i = 0; i < count; i++) {
        cprof_pairs_deinit(&shares[i].pairs);
        cprof_chain_deinit(&shares[i].chain);
        cprof_vec_free(env, &shares[i].calls);
    }
    return ok;
}

bool cprof_graph_find_edges(cprof_graph_build *b, const uint64_t *into, const uint64_t *around,
                            cprof_error *err) {
    const cprof_env *env = b->view->env;
    cprof_chain_choice *choice = cprof_arena_alloc(&b->scratch, sizeof *choice);
    if (!choice || !cprof_chain_choose(b, b->kept, NULL, choice))
        return cprof_error_memory(env, err);
    b->chosen = choice;
    walk like = {.env = env,
                 .build = b,
                 .error = CPROF_ERROR_INIT,
                 .into = into,
                 .around = around,
                 .chain = {.env = env, .choice = choice}};
    return walk_all(b, &like, err);
}

bool cprof_wanted_find_edges(const cprof_wanted *wanted, uint32_t room, cprof_graph_build *b,
                             cprof_error *err) {
    const cprof_env *env = b->view->env;
    walk like = {.env = env,
                 .build = b,
                 .error = CPROF_ERROR_INIT,
                 .wanted = wanted,
                 .room = room,
                 .chain = {.env = env}};
    return walk_all(b, &like, err);
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
