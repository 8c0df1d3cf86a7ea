/* Choosing what a report shows: light nodes go first, then all but the heaviest node_count. */
#include "graph/wanted.h"

#define TAGS_SHOWN 4 /* label tags of one node that a picture has room for */

static bool is_negative(const cprof_graph *g, uint32_t v) {
    return g->flat[v] < 0 || (g->flat[v] == 0 && g->cum[v] < 0);
}

static bool list_vertices(cprof_graph_build *b, int64_t *total) {
    cprof_graph *g = b->graph;
    g->order = cprof_arena_alloc(&g->arena, ((size_t)g->vertex_count + 1) * sizeof *g->order);
    if (!g->order)
        return false;
    *total = b->light_flat;
    for (uint32_t v = 0; v < g->vertex_count; v++) {
        if ((g->cum[v] == 0 && g->flat[v] == 0) || (b->options->drop_negative && is_negative(g, v)))
            continue;
        g->order[g->count++] = v;
        cprof_i64_add(total, g->flat[v], &b->overflowed);
    }
    return true;
}

static uint64_t *bits_new(cprof_graph_build *b) {
    return cprof_arena_calloc(&b->scratch, (size_t)b->graph->vertex_count / 64 + 1, sizeof(uint64_t));
}

/* The vertices order[from .. to) as bits. */
static uint64_t *bits_of(cprof_graph_build *b, uint32_t from, uint32_t to) {
    uint64_t *bits = bits_new(b);
    for (uint32_t i = from; bits && i < to; i++)
        cprof_bits_set(bits, b->graph->order[i]);
    return bits;
}

/* Leaves only the first `count` of order[]; the others' callees are called by their callers. */
static bool keep_first(cprof_graph_build *b, uint32_t count, uint64_t **gone) {
    cprof_graph *g = b->graph;
    if (count == g->count)
        return true;
    if (b->options->call_tree) {
        if (!*gone && !(*gone = bits_new(b)))
            return false;
        for (uint32_t i = count; i < g->count; i++)
            cprof_bits_set(*gone, g->order[i]);
        cprof_graph_trim_tree(b, *gone);
    } else {
        b->kept = bits_of(b, 0, count);
        if (!b->kept)
            return false;
    }
    g->count = count;
    return true;
}

static bool drop_light_nodes(cprof_graph_build *b, int64_t cutoff, uint64_t **gone) {
    cprof_graph *g = b->graph;
    uint32_t left = 0;
    if (cutoff <= 0)
        return true;
    /* The heavy ones move to the front, the light ones behind them; all orders are total, so the order here
     * does not matter. */
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t v = g->order[i];
        if (cprof_i64_abs(g->cum[v]) < cutoff)
            continue;
        g->order[i] = g->order[left];
        g->order[left++] = v;
    }
    g->dropped_nodes += g->count - left;
    return keep_first(b, left, gone);
}

/* How many of order[] node_count lets through; a picture's label tags take room too. */
static uint32_t room_for(const cprof_graph_build *b) {
    const cprof_graph *g = b->graph;
    uint32_t most = b->options->node_count, used = 0;
    for (uint32_t i = 0; b->options->visual && i < g->count; i++) {
        uint32_t tags = cprof_graph_count_tags(g, g->order[i]);
        used += (tags < TAGS_SHOWN ? tags : TAGS_SHOWN) + 1;
        if (used >= most) {
            most = i + 1;
            break;
        }
    }
    return most < g->count ? most : g->count;
}

static bool find_edges(cprof_graph_build *b, const uint64_t *gone, const uint64_t *into,
                       const uint64_t *around, cprof_error *err) {
    return b->options->call_tree ? cprof_graph_tree_edges(b, gone, err)
                                 : cprof_graph_find_edges(b, into, around, err);
}

/* Edges of a tree are made anew from caller[]: what is dropped from it stays dropped. */
static uint32_t drop_light_calls(cprof_graph_build *b, const uint64_t *shown, int64_t cutoff) {
    cprof_graph *g = b->graph;
    uint32_t dropped = cprof_graph_drop_light_edges(g, shown, cutoff);
    for (uint32_t i = 0; b->options->call_tree && i < g->edge_count; i++)
        if (g->edges[i].removed)
            b->caller[g->edges[i].dst] = CPROF_NONE;
    return dropped;
}

/* Leaves the first `room` of order[], and the calls between them. */
static bool keep_room(cprof_graph_build *b, uint32_t room, const cprof_wanted *wanted, uint64_t **gone,
                      cprof_error *err) {
    if (!keep_first(b, room, gone))
        return cprof_error_memory(b->view->env, err);
    return (b->options->call_tree ? cprof_graph_tree_edges(b, *gone, err)
                                  : cprof_wanted_find_edges(wanted, room, b, err)) &&
           cprof_graph_sort(b, err);
}

static bool trim_visual(cprof_graph_build *b, int64_t node_cutoff, int64_t edge_cutoff, uint64_t **gone,
                        cprof_error *err) {
    cprof_graph *g = b->graph;
    uint32_t node_count = b->options->node_count;
    cprof_wanted wanted;
    if (!find_edges(b, *gone, NULL, NULL, err) || !cprof_graph_sort(b, err) ||
        !cprof_wanted_init(&wanted, b, node_count ? node_count : UINT32_MAX, err) ||
        !cprof_graph_find_tags(b, &wanted, node_cutoff, err))
        return false;
    const uint64_t *shown = bits_of(b, 0, g->count);
    if (!shown)
        return cprof_error_memory(b->view->env, err);
    if (node_count) {
        drop_light_calls(b, shown, edge_cutoff);
        uint32_t room = room_for(b);
        if (room < g->count) {
            if (!keep_room(b, room, &wanted, gone, err))
                return false;
            shown = bits_of(b, 0, g->count);
            if (!shown)
                return cprof_error_memory(b->view->env, err);
        }
    }
    g->dropped_edges = drop_light_calls(b, shown, edge_cutoff);
    return cprof_graph_link(g, &b->scratch, err) && cprof_graph_drop_redundant_edges(b, err);
}

/* Keeps those of order[] whose printed name matches. */
static void match_names(cprof_graph_build *b) {
    cprof_graph *g = b->graph;
    uint32_t left = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        cprof_arena name_memory;
        cprof_arena_init(&name_memory, cprof_env_budget(b->view->env));
        cprof_slice name = cprof_node_name_copy(&g->table, cprof_graph_node(g, g->order[i]), &name_memory);
        if (cprof_regex_match(b->options->match, name))
            g->order[left++] = g->order[i];
        cprof_arena_deinit(&name_memory);
    }
    g->count = left;
}

static void sum_shown(cprof_graph_build *b) {
    cprof_graph *g = b->graph;
    g->unmatched_count = g->count;
    for (uint32_t i = 0; i < g->count; i++) {
        int64_t flat = cprof_graph_flat(g, g->order[i]);
        cprof_i64_add(&g->shown_total, flat, &b->overflowed);
        int64_t size = cprof_i64_abs(flat ? flat : cprof_graph_cum(g, g->order[i]));
        if (size > 0 && (g->least == 0 || size < g->least))
            g->least = size;
    }
}

/* The edges that a text report shows, or that tell whether a node is inlined. */
static bool find_shown_edges(cprof_graph_build *b, const uint64_t *gone, cprof_error *err) {
    cprof_graph *g = b->graph;
    if (b->options->edges == CPROF_EDGES_NONE)
        return true;
    uint64_t *bits = bits_of(b, 0, g->count);
    if (!bits)
        return cprof_error_memory(b->view->env, err);
    if (b->options->edges == CPROF_EDGES_INLINED && !b->options->call_tree) {
        uint64_t any = 0;
        for (uint32_t i = 0; i < g->vertex_count / 64 + 1; i++)
            any |= bits[i] &= g->table.inlined[i];
        return any == 0 || find_edges(b, gone, bits, NULL, err);
    }
    return find_edges(b, gone, NULL, b->options->match ? bits : NULL, err);
}

static bool trim_text(cprof_graph_build *b, int64_t edge_cutoff, uint64_t **gone, cprof_error *err) {
    cprof_graph *g = b->graph;
    const cprof_graph_options *o = b->options;
    /* Where all count but few are shown, only those few need an order. */
    bool sort_first = o->node_count || !o->match;
    if (sort_first && !cprof_graph_sort(b, err))
        return false;
    if (o->node_count && !keep_first(b, o->node_count < g->count ? o->node_count : g->count, gone))
        return cprof_error_memory(b->view->env, err);
    const uint64_t *shown = bits_of(b, 0, g->count);
    if (!shown)
        return cprof_error_memory(b->view->env, err);
    sum_shown(b);
    if (o->match)
        match_names(b);
    if ((!sort_first && !cprof_graph_sort(b, err)) || !find_shown_edges(b, *gone, err))
        return false;
    g->dropped_edges = drop_light_calls(b, shown, edge_cutoff);
    return true;
}

bool cprof_graph_trim(cprof_graph_build *b, cprof_error *err) {
    cprof_graph *g = b->graph;
    const cprof_graph_options *o = b->options;
    int64_t total;
    uint64_t *gone = NULL;
    if (!list_vertices(b, &total))
        return cprof_error_memory(b->view->env, err);
    int64_t node_cutoff = cprof_i64_cutoff(total, o->node_fraction);
    int64_t edge_cutoff = cprof_i64_cutoff(total, o->edge_fraction);
    if (!drop_light_nodes(b, node_cutoff, &gone))
        return cprof_error_memory(b->view->env, err);
    g->original_count = g->count;
    bool ok = o->visual ? trim_visual(b, node_cutoff, edge_cutoff, &gone, err)
                        : trim_text(b, edge_cutoff, &gone, err);
    if (ok && o->visual)
        sum_shown(b);
    return ok && (g->edges == NULL || cprof_graph_link(g, &g->arena, err));
}
