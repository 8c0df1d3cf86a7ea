#include "graph/tags.h"

#include <stdlib.h>

static bool resolve_nodes(cprof_graph_build *b, cprof_error *err) {
    return cprof_node_table_init(&b->graph->table, b->view, &b->options->nodes, err) &&
           cprof_graph_weigh_stacks(b, err);
}

static bool tag_labels(cprof_graph_build *b, cprof_error *err) {
    return cprof_label_tags_init(b->labels, b, err);
}

/* A step that stands by itself: frames on one side, labels on the other. */
typedef struct side {
    cprof_graph_build *build;
    bool (*run)(cprof_graph_build *b, cprof_error *err);
    bool ok;
    cprof_error error;
} side;

static void run_side(void *part) {
    side *s = part;
    s->ok = s->run(s->build, &s->error);
}

static bool prepare(cprof_graph_build *b, cprof_error *err) {
    enum { SETS_PER_THREAD = 1 << 12 }; /* fewer are not worth a thread */
    side sides[] = {{b, resolve_nodes, false, CPROF_ERROR_INIT}, {b, tag_labels, false, CPROF_ERROR_INIT}};
    if (!b->options->visual)
        return resolve_nodes(b, err);
    if (cprof_threads_count(b->view->profile->label_sets.count, SETS_PER_THREAD) > 1) {
        cprof_threads_run(run_side, sides, sizeof *sides, 2);
    } else {
        run_side(&sides[0]);
        run_side(&sides[1]);
    }
    const side *failed = !sides[0].ok ? &sides[0] : &sides[1];
    if (!failed->ok && err)
        *err = failed->error;
    return failed->ok;
}

static bool build(cprof_graph_build *b, cprof_error *err) {
    return prepare(b, err) &&
           (b->options->call_tree ? cprof_graph_sum_tree(b, err) : cprof_graph_sum_nodes(b, err)) &&
           cprof_graph_trim(b, err);
}

cprof_graph *cprof_graph_new(const cprof_view *view, const cprof_graph_options *options, cprof_error *err) {
    cprof_graph *g = cprof_mem_resize(cprof_env_budget(view->env), NULL, 0, sizeof *g);
    if (!g) {
        cprof_error_memory(view->env, err);
        return NULL;
    }
    *g = (cprof_graph){.view = view, .table.view = view};
    cprof_arena_init(&g->arena, cprof_env_budget(view->env));
    cprof_label_tags labels = {0};
    cprof_graph_build b = {.graph = g, .options = options, .view = view, .labels = &labels};
    cprof_arena_init(&b.scratch, cprof_env_budget(view->env));
    bool ok = build(&b, err);
    cprof_label_tags_deinit(&labels, view->env);
    if (options->visual)
        g->scratch = b.scratch;
    else
        cprof_arena_deinit(&b.scratch);
    if (ok && b.overflowed)
        cprof_note(view->env,
                   "sums leave the range of 64 bits: they are shown as the largest number there is");
    if (!ok) {
        cprof_graph_free(g);
        return NULL;
    }
    return g;
}

void cprof_graph_free(cprof_graph *g) {
    if (!g)
        return;
    cprof_budget *budget = cprof_env_budget(g->view->env);
    cprof_node_table_deinit(&g->table);
    cprof_arena_deinit(&g->scratch);
    cprof_arena_deinit(&g->arena);
    cprof_mem_free(budget, g, sizeof *g);
}

size_t cprof_graph_bytes(const cprof_graph *g) {
    const cprof_node_table *t = &g->table;
    return sizeof *g + cprof_arena_bytes(&g->arena) + cprof_arena_bytes(&g->scratch) +
           cprof_node_table_bytes(t);
}
