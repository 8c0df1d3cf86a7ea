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

/* A node's sum beside the number (+ 1) of the last stack that counted in it: one cache line for both. */
typedef struct node_sum {
    int64_t cum;
    uint32_t stamp;
} node_sum;

typedef struct summing {
    const cprof_node_table *table;
    node_sum *sums;
    int64_t *flat, *flat_div, *cum_div;
    bool overflowed;
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

static bool sum_stacks(cprof_graph_build *b, summing *s, cprof_error *err) {
    const cprof_stack_weights *w = &b->weights;
    uint32_t stacks = b->view->profile->stacks.count;
    cprof_node_stack nodes = {.env = b->view->env};
    bool ok = true;
    for (uint32_t i = 0; ok && i < stacks; i++) {
        if (!cprof_bits_get(w->touched, i))
            continue;
        uint32_t count;
        const uint32_t *frames = cprof_view_frames(b->view, i, &count);
        if (!cprof_node_stack_fill(&nodes, s->table, frames, count))
            ok = cprof_error_memory(b->view->env, err);
        else
            sum_stack(s, nodes.nodes.at, nodes.nodes.count, i + 1, w->value[i],
                      w->divisor ? w->divisor[i] : 0);
        if ((i & 4095) == 0 && cprof_stopped(b->view->env, err))
            ok = false;
    }
    cprof_node_stack_deinit(&nodes);
    return ok;
}

bool cprof_graph_sum_nodes(cprof_graph_build *b, cprof_error *err) {
    cprof_graph *g = b->graph;
    size_t count = g->table.infos.count;
    bool mean = b->view->mean;
    g->vertex_count = (uint32_t)count;
    g->flat = cprof_arena_calloc(&g->arena, count + 1, sizeof *g->flat);
    g->cum = cprof_arena_calloc(&g->arena, count + 1, sizeof *g->cum);
    node_sum *sums = cprof_arena_calloc(&b->scratch, count + 1, sizeof *sums);
    if (mean) {
        g->flat_div = cprof_arena_calloc(&g->arena, count + 1, sizeof *g->flat_div);
        g->cum_div = cprof_arena_calloc(&g->arena, count + 1, sizeof *g->cum_div);
    }
    if (!g->flat || !g->cum || !sums || (mean && (!g->flat_div || !g->cum_div)))
        return cprof_error_memory(b->view->env, err);
    summing s = {&g->table, sums, g->flat, g->flat_div, g->cum_div, false};
    if (!sum_stacks(b, &s, err))
        return false;
    for (size_t i = 0; i < count; i++)
        g->cum[i] = sums[i].cum;
    b->overflowed |= s.overflowed;
    return true;
}
