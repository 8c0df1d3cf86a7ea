/* Flat and cum of the nodes: one pass over the samples, one over the stacks that have any. */
#include "graph/build.h"

bool cprof_graph_weigh_stacks(cprof_graph_build *b, cprof_error *err) {
    const cprof_view *v = b->view;
    const cprof_profile *p = v->profile;
    cprof_stack_weights *w = &b->weights;
    uint32_t stacks = p->stacks.count;
    w->value = cprof_arena_calloc(&b->scratch, (size_t)stacks + 1, sizeof *w->value);
    w->touched = cprof_arena_calloc(&b->scratch, (size_t)stacks / 64 + 1, sizeof *w->touched);
    if (v->mean)
        w->divisor = cprof_arena_calloc(&b->scratch, (size_t)stacks + 1, sizeof *w->divisor);
    if (!w->value || !w->touched || (v->mean && !w->divisor))
        return cprof_error_memory(v->env, err);
    uint32_t count = cprof_view_sample_count(v);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(v, i);
        int64_t value = cprof_view_value(v, sample), divisor = cprof_view_divisor(v, sample);
        if (value == 0 && divisor == 0)
            continue;
        uint32_t stack = p->samples.stack[sample];
        cprof_bits_set(w->touched, stack);
        cprof_i64_add(&w->value[stack], value, &b->overflowed);
        if (w->divisor)
            cprof_i64_add(&w->divisor[stack], divisor, &b->overflowed);
    }
    return true;
}

enum { FRAMES_PER_THREAD = 1 << 19 }; /* below that, a thread costs more than it saves */

unsigned cprof_graph_share_stacks(const cprof_graph_build *b, unsigned each,
                                  uint32_t cuts[CPROF_TURNS_MAX + 1]) {
    const cprof_stacks *stacks = &b->view->profile->stacks;
    size_t frames = stacks->first[stacks->count];
    unsigned parts = cprof_threads_count(frames, FRAMES_PER_THREAD);
    parts *= parts > 1 ? each : 1;
    cuts[0] = 0;
    for (unsigned i = 1; i < parts; i++) { /* the stack at which i parts of the frames are behind us */
        uint32_t low = cuts[i - 1], high = stacks->count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (stacks->first[middle] < frames / parts * i)
                low = middle + 1;
            else
                high = middle;
        }
        cuts[i] = low;
    }
    cuts[parts] = stacks->count;
    return parts;
}

/* A node's sum beside the number (+ 1) of the last stack that counted in it: one cache line for both. */
typedef struct node_sum {
    int64_t cum;
    uint32_t stamp;
} node_sum;

/* One thread's share of the stacks, with sums of its own. */
typedef struct summing {
    const cprof_graph_build *build;
    uint32_t from, to; /* stacks */
    node_sum *sums;
    int64_t *flat, *flat_div, *cum_div; /* the divisors are NULL unless the view shows means */
    bool overflowed, ok;
    cprof_error error;
} summing;

static inline void count_node(summing *s, uint32_t node, uint32_t stamp, int64_t value, int64_t divisor) {
    node_sum *sum = &s->sums[node];
    if (sum->stamp == stamp)
        return;
    sum->stamp = stamp;
    cprof_i64_add(&sum->cum, value, &s->overflowed);
    if (s->cum_div)
        cprof_i64_add(&s->cum_div[node], divisor, &s->overflowed);
}

/* nodes: leaf first, count of them. */
static void sum_stack(summing *s, const uint32_t *nodes, size_t count, uint32_t stamp, int64_t value,
                      int64_t divisor) {
    for (size_t i = 0; i < count; i++)
        count_node(s, nodes[i] & CPROF_NODE_MASK, stamp, value, divisor);
    if (count == 0)
        return;
    uint32_t leaf = nodes[0] & CPROF_NODE_MASK;
    cprof_i64_add(&s->flat[leaf], value, &s->overflowed);
    if (s->flat_div)
        cprof_i64_add(&s->flat_div[leaf], divisor, &s->overflowed);
}

static bool sum_stacks(summing *s, cprof_node_stack *nodes) {
    const cprof_graph_build *b = s->build;
    const cprof_stack_weights *w = &b->weights;
    for (uint32_t i = s->from; i < s->to; i++) {
        if (!cprof_bits_get(w->touched, i))
            continue;
        uint32_t count;
        const uint32_t *frames = cprof_view_frames(b->view, i, &count);
        if (!cprof_node_stack_fill(nodes, &b->graph->table, frames, count))
            return cprof_error_memory(b->view->env, &s->error);
        sum_stack(s, nodes->nodes.at, nodes->nodes.count, i + 1, w->value[i], w->divisor ? w->divisor[i] : 0);
        if ((i & 4095) == 0 && cprof_stopped(b->view->env, &s->error))
            return false;
    }
    return true;
}

static void sum_share(void *part) {
    summing *s = part;
    cprof_node_stack nodes = {.env = s->build->view->env};
    s->ok = sum_stacks(s, &nodes);
    cprof_node_stack_deinit(&nodes);
}

static bool make_share(cprof_graph_build *b, summing *s, bool first, cprof_error *err) {
    cprof_graph *g = b->graph;
    size_t count = g->table.infos.count + 1;
    bool mean = b->view->mean;
    cprof_arena *arena = first ? &g->arena : &b->scratch;
    *s = (summing){.build = b, .error = CPROF_ERROR_INIT};
    s->sums = cprof_arena_calloc(&b->scratch, count, sizeof *s->sums);
    s->flat = cprof_arena_calloc(arena, count, sizeof *s->flat);
    if (mean) {
        s->flat_div = cprof_arena_calloc(arena, count, sizeof *s->flat_div);
        s->cum_div = cprof_arena_calloc(arena, count, sizeof *s->cum_div);
    }
    return (s->sums && s->flat && (!mean || (s->flat_div && s->cum_div))) ||
           cprof_error_memory(b->view->env, err);
}

/* Adds one share's sums to the first's, whose arrays are the graph's. */
static void add_share(cprof_graph_build *b, summing *first, const summing *s) {
    size_t count = b->graph->table.infos.count;
    for (size_t i = 0; i < count; i++) {
        cprof_i64_add(&first->sums[i].cum, s->sums[i].cum, &b->overflowed);
        cprof_i64_add(&first->flat[i], s->flat[i], &b->overflowed);
        if (s->flat_div) {
            cprof_i64_add(&first->flat_div[i], s->flat_div[i], &b->overflowed);
            cprof_i64_add(&first->cum_div[i], s->cum_div[i], &b->overflowed);
        }
    }
}

bool cprof_graph_sum_nodes(cprof_graph_build *b, cprof_error *err) {
    cprof_graph *g = b->graph;
    uint32_t cuts[CPROF_TURNS_MAX + 1];
    summing shares[CPROF_THREADS_MAX];
    unsigned threads = cprof_graph_share_stacks(b, 1, cuts);
    size_t count = g->table.infos.count;
    g->vertex_count = (uint32_t)count;
    g->cum = cprof_arena_calloc(&g->arena, count + 1, sizeof *g->cum);
    if (!g->cum)
        return cprof_error_memory(b->view->env, err);
    for (unsigned i = 0; i < threads; i++) {
        if (!make_share(b, &shares[i], i == 0, err))
            return false;
        shares[i].from = cuts[i];
        shares[i].to = cuts[i + 1];
    }
    cprof_threads_run(sum_share, shares, sizeof *shares, threads);
    for (unsigned i = 0; i < threads; i++) {
        b->overflowed |= shares[i].overflowed;
        if (!shares[i].ok) {
            if (err)
                *err = shares[i].error;
            return false;
        }
        if (i > 0)
            add_share(b, &shares[0], &shares[i]);
    }
    for (size_t i = 0; i < count; i++)
        g->cum[i] = shares[0].sums[i].cum;
    g->flat = shares[0].flat;
    g->flat_div = shares[0].flat_div;
    g->cum_div = shares[0].cum_div;
    return true;
}
