#include "report/callgrind.h"

#include <stdio.h>

/* Functions that share a file and a name, which viewers would take for one. */
typedef struct same_name {
    cprof_str file, name;
    uint32_t functions;
} same_name;

typedef struct function_id {
    uint32_t group;  /* row of same_name */
    uint32_t caller; /* of a tree: the caller's vertex */
    cprof_str objfile;
    int64_t start_line;
    int64_t column;  /* of a node with neither address nor line, which is a function of its own; else 0 */
    uint32_t number; /* within the group, from 1 */
} function_id;

typedef struct naming {
    const cprof_graph *graph;
    const cprof_env *env;
    CPROF_VEC(same_name) groups;
    CPROF_VEC(function_id) functions;
    cprof_index group_index, function_index;
    uint32_t *of; /* function of each vertex; CPROF_NONE: not shown */
} naming;

static bool find_group(naming *n, const cprof_node_info *info, uint32_t *row) {
    uint64_t hash = cprof_hash_u64((uint64_t)info->file << 32 | info->name);
    cprof_index_probe probe = cprof_index_start(&n->group_index, hash);
    while (cprof_index_next(&n->group_index, &probe, row))
        if (n->groups.at[*row].file == info->file && n->groups.at[*row].name == info->name)
            return true;
    same_name group = {info->file, info->name, 0};
    *row = (uint32_t)n->groups.count;
    return cprof_vec_push(n->env, &n->groups, group) && cprof_index_insert(&n->group_index, hash, *row);
}

static bool find_function(naming *n, const function_id *wanted, uint32_t *row) {
    uint64_t hash = cprof_hash_u64((uint64_t)wanted->group << 32 | wanted->caller);
    hash = cprof_hash_u64(hash + wanted->objfile + ((uint64_t)wanted->start_line << 32));
    hash = cprof_hash_u64(hash ^ (uint64_t)wanted->column);
    cprof_index_probe probe = cprof_index_start(&n->function_index, hash);
    while (cprof_index_next(&n->function_index, &probe, row)) {
        const function_id *f = &n->functions.at[*row];
        if (f->group == wanted->group && f->caller == wanted->caller && f->objfile == wanted->objfile &&
            f->start_line == wanted->start_line && f->column == wanted->column)
            return true;
    }
    function_id f = *wanted;
    f.number = ++n->groups.at[f.group].functions;
    *row = (uint32_t)n->functions.count;
    return cprof_vec_push(n->env, &n->functions, f) && cprof_index_insert(&n->function_index, hash, *row);
}

static bool name_functions(naming *n, cprof_arena *arena) {
    const cprof_graph *g = n->graph;
    n->of = cprof_arena_alloc(arena, ((size_t)g->vertex_count + 1) * sizeof *n->of);
    if (!n->of)
        return false;
    memset(n->of, 0xff, g->vertex_count * sizeof *n->of);
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t v = g->order[i];
        const cprof_node_info *info = cprof_graph_info(g, v);
        function_id f = {.caller = CPROF_NONE, .objfile = info->objfile, .start_line = info->start_line};
        if (info->address == 0 && info->line == 0)
            f.column = info->column;
        if (g->node && g->in_first[v] < g->in_first[v + 1])
            f.caller = g->edges[g->in[g->in_first[v]]].src;
        if (!find_group(n, info, &f.group) || !find_function(n, &f, &n->of[v]))
            return false;
    }
    return true;
}

/* The name of a callee; "" where it is not shown itself. */
static bool callee_name(const naming *n, cprof_report *report, uint32_t v, cprof_slice *name) {
    char suffix[48];
    *name = CPROF_SLICE("");
    if (n->of[v] == CPROF_NONE)
        return true;
    const function_id *f = &n->functions.at[n->of[v]];
    const same_name *group = &n->groups.at[f->group];
    *name = cprof_graph_string(n->graph, group->name);
    if (group->functions <= 1)
        return true;
    int length = snprintf(suffix, sizeof suffix, " [%u/%u]", (unsigned)f->number, (unsigned)group->functions);
    const cprof_slice parts[] = {*name, {suffix, (size_t)length}};
    *name = cprof_report_join(report, parts, 2);
    return name->ptr != NULL;
}

static int64_t cost_of(const cprof_report *report, int64_t value) {
    cprof_slice unit;
    return cprof_i64_of(cprof_measure_scale(value, report->sample_unit, report->unit, &unit));
}

static cprof_callgrind_place place_of(const cprof_callgrind *c, uint32_t v, int64_t value) {
    const cprof_node_info *info = cprof_graph_info(c->graph, v);
    return (cprof_callgrind_place){
        .objfile = cprof_graph_string(c->graph, info->objfile),
        .file = cprof_graph_string(c->graph, info->file),
        .name = cprof_graph_string(c->graph, info->name),
        .address = info->address,
        .line = info->line,
        .cost = cost_of(c->report, value),
    };
}

static bool add_node(cprof_callgrind *c, const naming *n, uint32_t v) {
    const cprof_graph *g = c->graph;
    cprof_callgrind_node *node = &c->nodes[c->count++];
    uint32_t *rows = g->out + g->out_first[v], count = g->out_first[v + 1] - g->out_first[v];
    node->self = place_of(c, v, cprof_graph_flat(g, v));
    node->calls = cprof_arena_calloc(&c->report->arena, (size_t)count + 1, sizeof *node->calls);
    if (!node->calls)
        return false;
    cprof_graph_sort_edges(g, rows, count);
    for (; node->call_count < count; node->call_count++) {
        const cprof_edge *e = &g->edges[rows[node->call_count]];
        cprof_callgrind_place *call = &node->calls[node->call_count];
        *call = place_of(c, e->dst, e->weight);
        if (!callee_name(n, c->report, e->dst, &call->name))
            return false;
    }
    return true;
}

bool cprof_callgrind_init(cprof_callgrind *c, cprof_report *report, cprof_error *err) {
    const cprof_env *env = report->view->env;
    *c = (cprof_callgrind){.report = report};
    const cprof_graph *g = c->graph = cprof_report_graph(report, CPROF_GRAPH_CALLGRIND, err);
    if (!g)
        return false;
    naming n = {.graph = g, .env = env};
    cprof_index_init(&n.group_index, cprof_env_budget(env));
    cprof_index_init(&n.function_index, cprof_env_budget(env));
    c->nodes = cprof_arena_calloc(&report->arena, (size_t)g->count + 1, sizeof *c->nodes);
    bool ok = c->nodes && name_functions(&n, &report->arena);
    for (uint32_t i = 0; ok && i < g->count; i++)
        ok = add_node(c, &n, g->order[i]);
    cprof_vec_free(env, &n.groups);
    cprof_vec_free(env, &n.functions);
    cprof_index_deinit(&n.group_index);
    cprof_index_deinit(&n.function_index);
    return ok || cprof_error_memory(env, err);
}

void cprof_callgrind_deinit(cprof_callgrind *c) {
    cprof_graph_free(c->graph);
    c->graph = NULL;
}
