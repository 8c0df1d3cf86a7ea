#include "fixture.h"

#include "graph/graph.h"

#define TYPES "samples/count"

typedef struct fixture_graph {
    fixture f;
    cprof_graph *g;
} fixture_graph;

static const cprof_graph_options everything = {.edges = CPROF_EDGES_ALL};

static void make(fixture_graph *made, const char *types, const char *const *stacks,
                 cprof_graph_options options) {
    fixture_init(&made->f, types, stacks, NULL);
    made->g = cprof_graph_new(&made->f.view, &options, NULL);
    assert_non_null(made->g);
}

static void done(fixture_graph *made) {
    cprof_graph_free(made->g);
    fixture_deinit(&made->f);
}

/* The node called so, or CPROF_NONE. */
static uint32_t vertex(const cprof_graph *g, const char *name) {
    for (uint32_t i = 0; i < g->count; i++)
        if (cprof_slice_is(cprof_graph_string(g, cprof_graph_info(g, g->order[i])->name), name))
            return g->order[i];
    return CPROF_NONE;
}

static const cprof_edge *edge(const cprof_graph *g, const char *caller, const char *callee) {
    uint32_t src = vertex(g, caller), dst = vertex(g, callee);
    for (uint32_t i = 0; src != CPROF_NONE && i < g->edge_count; i++)
        if (g->edges[i].src == src && g->edges[i].dst == dst && !g->edges[i].removed)
            return &g->edges[i];
    return NULL;
}

#define assert_node(g, name, flat_, cum_)                                                                    \
    do {                                                                                                     \
        uint32_t v_ = vertex(g, name);                                                                       \
        assert_int_not_equal(v_, CPROF_NONE);                                                                \
        assert_int_equal(cprof_graph_flat(g, v_), flat_);                                                    \
        assert_int_equal(cprof_graph_cum(g, v_), cum_);                                                      \
    } while (0)

/* The names in order, joined by spaces. */
static void assert_order(const cprof_graph *g, const char *expected) {
    char text[512] = "";
    for (uint32_t i = 0; i < g->count; i++) {
        cprof_name_parts parts;
        cprof_node_name(&g->table, cprof_graph_node(g, g->order[i]), &parts);
        for (int k = 0; k < parts.count; k++)
            strncat(text, parts.at[k].ptr, parts.at[k].len);
        strcat(text, i + 1 < g->count ? " " : "");
    }
    assert_string_equal(text, expected);
}

static void recursion_counts_once(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;f;f;f 10", "main;f 1", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_node(m.g, "f", 11, 11);
    assert_node(m.g, "main", 0, 11);
    assert_int_equal(edge(m.g, "main", "f")->weight, 11);
    assert_null(edge(m.g, "f", "f"));
    done(&m);
}

static void mutual_recursion_counts_each_call_once(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a;b;a;b 3", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_node(m.g, "a", 0, 3);
    assert_node(m.g, "b", 3, 3);
    assert_int_equal(edge(m.g, "a", "b")->weight, 3);
    assert_int_equal(edge(m.g, "b", "a")->weight, 3);
    done(&m);
}

static void inlined_calls_are_told_from_real_ones(void **state) {
    (void)state;
    static const char *const stacks[] = {"main+a+b 4", "main;a 2", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_node(m.g, "a", 2, 6);
    assert_node(m.g, "b", 4, 4);
    assert_true(edge(m.g, "a", "b")->inlined);
    assert_false(edge(m.g, "main", "a")->inlined);
    assert_int_equal(cprof_graph_inlining(m.g, vertex(m.g, "b")), CPROF_INLINED_ALWAYS);
    assert_int_equal(cprof_graph_inlining(m.g, vertex(m.g, "a")), CPROF_INLINED_NEVER);
    done(&m);
}

static void long_inlined_chains_are_whole(void **state) {
    (void)state;
    /* More calls in one location than have a short form, beside one that has it and one alone. */
    static const char *const stacks[] = {"main;a+b+c+d+e+f+g;h+i;j 4", "main;a+b+c+d+e 1", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    static const char *const chain[] = {"main", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    for (size_t i = 0; i < 11; i++)
        assert_node(m.g, chain[i], i == 10 ? 4 : i == 5 ? 1 : 0, i <= 5 ? 5 : 4);
    for (size_t i = 1; i < 11; i++) {
        const cprof_edge *e = edge(m.g, chain[i - 1], chain[i]);
        assert_non_null(e);
        assert_int_equal(e->inlined, (i > 1 && i < 8) || i == 9);
    }
    done(&m);
}

static void inlining_needs_only_some_edges(void **state) {
    (void)state;
    static const char *const stacks[] = {"main+a 4", "other;a 2", "other;leaf 3", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, (cprof_graph_options){.edges = CPROF_EDGES_INLINED});
    assert_int_equal(cprof_graph_inlining(m.g, vertex(m.g, "a")), CPROF_INLINED_PARTLY);
    assert_null(edge(m.g, "other", "leaf"));
    done(&m);
}

static void outermost_line_only_without_inlines(void **state) {
    (void)state;
    static const char *const stacks[] = {"main+a+b 4", NULL};
    fixture f;
    fixture_init(&f, TYPES, stacks, NULL);
    f.view.granularity.inlines = false;
    cprof_graph *g = cprof_graph_new(&f.view, &everything, NULL);
    assert_order(g, "main");
    assert_node(g, "main", 4, 4);
    cprof_graph_free(g);
    fixture_deinit(&f);
}

static void ties_are_broken_by_name(void **state) {
    (void)state;
    static const char *const stacks[] = {"z 5", "m 5", "a 5", "big 9", "z;b -5", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_order(m.g, "big a b m z");
    done(&m);
    make(&m, TYPES, stacks, (cprof_graph_options){.cum_sort = true});
    /* z: 5 - 5 = 0 */
    assert_order(m.g, "big a b m z");
    done(&m);
}

static void light_nodes_and_edges_are_dropped(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;big 990", "main;mid;big 9", "main;tiny 1", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks,
         (cprof_graph_options){.edges = CPROF_EDGES_ALL, .node_fraction = 0.002, .edge_fraction = 0.01});
    /* Of 1000: nodes below 2 and edges below 10 go. */
    assert_order(m.g, "big main mid");
    assert_int_equal(m.g->dropped_nodes, 1);
    assert_int_equal(m.g->original_count, 3);
    assert_int_equal(m.g->dropped_edges, 2);
    assert_non_null(edge(m.g, "main", "big"));
    assert_null(edge(m.g, "mid", "big"));
    done(&m);
    /* A node that weighs just as much as the cutoff stays. */
    make(&m, TYPES, stacks, (cprof_graph_options){.node_fraction = 0.001});
    assert_int_equal(m.g->dropped_nodes, 0);
    done(&m);
}

static void node_count_keeps_the_heaviest(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a 5", "main;b 3", "main;c 2", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, (cprof_graph_options){.node_count = 2});
    assert_order(m.g, "a b");
    assert_int_equal(m.g->original_count, 4);
    assert_int_equal(m.g->shown_total, 8);
    done(&m);
}

static void edges_over_dropped_nodes_are_residual(void **state) {
    (void)state;
    static const char *const stacks[] = {"a;x;b 100", "a;b 50", "c;x;y;d 200", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, (cprof_graph_options){.edges = CPROF_EDGES_ALL, .node_count = 2});
    /* d 200, b 150: neither calls the other. */
    assert_order(m.g, "d b");
    assert_int_equal(m.g->edge_count, 0);
    done(&m);
    make(&m, TYPES, stacks,
         (cprof_graph_options){.edges = CPROF_EDGES_ALL, .node_fraction = 0.5, .cum_sort = true});
    /* x: 300 of 350, and those of 200. */
    assert_order(m.g, "x c d y");
    assert_false(edge(m.g, "c", "x")->residual);
    done(&m);
    static const char *const gap[] = {"a;x;b 100", "a;b 50", "q;x 1", NULL};
    make(&m, TYPES, gap, (cprof_graph_options){.edges = CPROF_EDGES_ALL, .node_count = 2, .cum_sort = true});
    assert_order(m.g, "a b");
    assert_int_equal(edge(m.g, "a", "b")->weight, 150);
    assert_true(edge(m.g, "a", "b")->residual);
    done(&m);
}

static void a_dropped_leaf_takes_its_flat_along(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;tiny 1", "main 999", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, (cprof_graph_options){.node_fraction = 0.01});
    assert_node(m.g, "main", 999, 1000);
    assert_int_equal(m.g->shown_total, 999);
    done(&m);
}

static void redundant_residual_edges_go(void **state) {
    (void)state;
    /* Without x there is a residual edge a -> c besides a -> b -> c. */
    static const char *const stacks[] = {"a;b;c 500", "a;x;c 5", "a 300", "b 200", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks,
         (cprof_graph_options){.edges = CPROF_EDGES_ALL, .visual = true, .node_fraction = 0.01});
    assert_int_equal(vertex(m.g, "x"), CPROF_NONE);
    assert_non_null(edge(m.g, "b", "c"));
    assert_null(edge(m.g, "a", "c"));
    done(&m);
    /* In text reports it stays. */
    make(&m, TYPES, stacks, (cprof_graph_options){.edges = CPROF_EDGES_ALL, .node_fraction = 0.01});
    assert_true(edge(m.g, "a", "c")->residual);
    done(&m);
}

static void call_trees_keep_contexts_apart(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a;f 3", "main;b;f 4", "main;a;f;f 1", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, (cprof_graph_options){.edges = CPROF_EDGES_ALL, .call_tree = true});
    assert_order(m.g, "f f f a b main");
    assert_int_equal(cprof_graph_flat(m.g, m.g->order[0]), 4);
    assert_int_equal(cprof_graph_flat(m.g, m.g->order[1]), 3);
    assert_int_equal(cprof_graph_cum(m.g, m.g->order[1]), 4);
    assert_int_equal(cprof_graph_cum(m.g, m.g->order[2]), 1);
    assert_int_equal(m.g->edge_count, 5);
    done(&m);
}

static void trimmed_trees_hang_together(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;thin;f 30", "main;f 40", "lone;thin;g 50", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks,
         (cprof_graph_options){
             .edges = CPROF_EDGES_ALL, .call_tree = true, .cum_sort = true, .node_count = 5});
    /* main 70; f, g, lone, thin: the second thin (30) and its f (30) do not fit. */
    assert_order(m.g, "main g lone thin f");
    assert_non_null(edge(m.g, "lone", "thin"));
    done(&m);
    make(&m, TYPES, stacks,
         (cprof_graph_options){.edges = CPROF_EDGES_ALL, .call_tree = true, .node_count = 3});
    /* By flat: g 50, f 40, f 30; their callers are gone. */
    assert_order(m.g, "g f f");
    assert_int_equal(m.g->edge_count, 0);
    done(&m);
}

static void means_divide_by_the_first_type(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a 4,100", "main;b 2,10", NULL};
    fixture f;
    fixture_init(&f, "objects/count space/bytes", stacks, NULL);
    f.view.mean = true;
    cprof_graph *g = cprof_graph_new(&f.view, &everything, NULL);
    assert_node(g, "a", 25, 25);
    assert_node(g, "main", 0, 18); /* 110 / 6 */
    cprof_graph_free(g);
    fixture_deinit(&f);
}

static void negative_nodes_can_be_dropped(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;shrank -8", "main;grew 5", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_order(m.g, "shrank grew main");
    assert_node(m.g, "main", 0, -3);
    done(&m);
    make(&m, TYPES, stacks, (cprof_graph_options){.drop_negative = true});
    assert_order(m.g, "grew");
    done(&m);
}

static void samples_that_cancel_out_still_call(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a;b 5", "main;a;b -5", "main;c 1", "main;d 0", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_order(m.g, "c main");
    uint32_t main = vertex(m.g, "main");
    /* a is not shown but is called; d was never there. */
    assert_int_equal(m.g->out_first[main + 1] - m.g->out_first[main], 2);
    done(&m);
}

static void note(void *context, const char *message) {
    (void)message;
    ++*(int *)context;
}

static void sums_stay_in_range_and_say_so_once(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a 9223372036854775807", "main;b 9223372036854775807",
                                         "main;c 9223372036854775807", NULL};
    int notes = 0;
    cprof_env env = {.note = note, .note_context = &notes};
    fixture f;
    fixture_init(&f, TYPES, stacks, &env);
    cprof_graph *g = cprof_graph_new(&f.view, &everything, NULL);
    assert_node(g, "main", 0, INT64_MAX);
    assert_int_equal(notes, 1);
    cprof_graph_free(g);
    fixture_deinit(&f);
}

static void locations_without_lines_show_their_binary(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;? 2", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks, everything);
    assert_order(m.g, "[tool] main");
    done(&m);
}

static void finer_granularity_splits_nodes(void **state) {
    (void)state;
    static const char *const stacks[] = {"f@3 1", "f@4 2", NULL};
    fixture f;
    fixture_init(&f, TYPES, stacks, NULL);
    f.view.granularity.filename = f.view.granularity.line = true;
    cprof_graph *g = cprof_graph_new(&f.view, &everything, NULL);
    assert_order(g, "f src/f.c:4 f src/f.c:3");
    cprof_graph_free(g);
    fixture_deinit(&f);
}

static void only_matching_nodes_with_their_edges(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a;b 3", "main;c 4", NULL};
    cprof_regex *regex = cprof_regex_new(CPROF_SLICE("^a$"), "test", NULL, NULL);
    fixture_graph m;
    make(&m, TYPES, stacks, (cprof_graph_options){.edges = CPROF_EDGES_ALL, .match = regex});
    assert_order(m.g, "a");
    assert_int_equal(m.g->unmatched_count, 4);
    assert_int_equal(m.g->shown_total, 7);
    uint32_t a = vertex(m.g, "a");
    assert_int_equal(m.g->in_first[a + 1] - m.g->in_first[a], 1);
    assert_int_equal(m.g->out_first[a + 1] - m.g->out_first[a], 1);
    assert_int_equal(m.g->edge_count, 2);
    done(&m);
    cprof_regex_free(regex);
}

static void tags_belong_to_nodes_once_a_sample(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;f;f 3 user=bob bytes#64", "main;f 4 user=bob bytes#128",
                                         "main 5 user=eve other#1", NULL};
    fixture_graph m;
    make(&m, TYPES, stacks,
         (cprof_graph_options){.edges = CPROF_EDGES_ALL,
                               .visual = true,
                               .tag_unit = CPROF_SLICE("bytes"),
                               .show_unit = CPROF_SLICE("minimum")});
    uint32_t f = vertex(m.g, "f");
    assert_int_equal(m.g->tag_first[f + 1] - m.g->tag_first[f], 3);
    const cprof_tag *tag = &m.g->tags[m.g->tag_first[f]];
    assert_slice(tag[0].name, "user:bob");
    assert_int_equal(tag[0].cum, 7);
    assert_int_equal(tag[0].flat, 7);
    assert_slice(tag[1].name, "64B");
    assert_int_equal(tag[1].cum, 3);
    assert_slice(tag[2].name, "128B");
    done(&m);
}

/* Enough frames for two threads: STACKS stacks of the nodes n0 … n99, with recursion, and a sample or two
 * each, with labels.  Everything is summed up here once more, the slow way. */
enum { STACKS = 24000, DEPTH = 50, NODES = 100, USERS = 7 };

typedef struct big_sums {
    int64_t flat[NODES], cum[NODES], call[NODES][NODES], user_flat[NODES][USERS], user_cum[NODES][USERS];
} big_sums;

static uint32_t big_node(uint32_t stack, uint32_t frame) {
    uint32_t mixed = (stack * DEPTH + frame) * UINT32_C(2654435761);
    return (mixed ^ mixed >> 15) * UINT32_C(2246822519) % NODES;
}

static void big_sample(cprof_builder *b, const uint32_t *locations, uint32_t stack, uint32_t user) {
    uint32_t frames[DEPTH], row, set;
    char name[32];
    cprof_label label = {0};
    for (uint32_t i = 0; i < DEPTH; i++)
        frames[i] = locations[big_node(stack, i)];
    snprintf(name, sizeof name, "u%u", (unsigned)user);
    assert_true(cprof_builder_stack(b, frames, DEPTH, &row, NULL));
    assert_true(cprof_builder_string(b, CPROF_SLICE("user"), &label.key, NULL));
    assert_true(cprof_builder_string(b, cprof_slice_of(name), &label.text, NULL));
    assert_true(cprof_builder_labels(b, &label, 1, &set, NULL));
    assert_true(cprof_builder_sample(b, row, set, (const int64_t[]){1 + stack % 3}, NULL));
}

static void add_big_sums(big_sums *sums, uint32_t stack, uint32_t user) {
    static bool seen[NODES], called[NODES][NODES];
    int64_t value = 1 + stack % 3;
    memset(seen, 0, sizeof seen);
    memset(called, 0, sizeof called);
    sums->flat[big_node(stack, 0)] += value;
    sums->user_flat[big_node(stack, 0)][user] += value;
    for (uint32_t i = 0; i < DEPTH; i++) {
        uint32_t node = big_node(stack, i), caller = i + 1 < DEPTH ? big_node(stack, i + 1) : node;
        sums->cum[node] += seen[node] ? 0 : value;
        sums->user_cum[node][user] += seen[node] ? 0 : value;
        sums->call[caller][node] += caller == node || called[caller][node] ? 0 : value;
        seen[node] = called[caller][node] = true;
    }
}

/* The number of node n<number>. */
static uint32_t big_number(const cprof_graph *g, uint32_t vertex) {
    cprof_slice name = cprof_graph_string(g, cprof_graph_info(g, vertex)->name);
    return (uint32_t)fixture_number(cprof_slice_sub(name, 1, name.len));
}

static void check_big_graph(const cprof_graph *g, const big_sums *sums) {
    uint32_t calls = 0;
    for (uint32_t v = 0; v < g->vertex_count; v++) {
        uint32_t n = big_number(g, v), users = 0;
        assert_int_equal(cprof_graph_flat(g, v), sums->flat[n]);
        assert_int_equal(cprof_graph_cum(g, v), sums->cum[n]);
        for (uint32_t i = g->tag_first[v]; i < g->tag_first[v + 1]; i++) {
            uint32_t user = (uint32_t)(g->tags[i].name.ptr[strlen("user:u")] - '0');
            assert_int_equal(g->tags[i].flat, sums->user_flat[n][user]);
            assert_int_equal(g->tags[i].cum, sums->user_cum[n][user]);
        }
        for (uint32_t u = 0; u < USERS; u++)
            users += sums->user_cum[n][u] != 0;
        assert_int_equal(g->tag_first[v + 1] - g->tag_first[v], users);
    }
    for (uint32_t i = 0; i < g->edge_count; i++)
        assert_int_equal(g->edges[i].weight,
                         sums->call[big_number(g, g->edges[i].src)][big_number(g, g->edges[i].dst)]);
    for (uint32_t i = 0; i < NODES * NODES; i++)
        calls += sums->call[i / NODES][i % NODES] != 0;
    assert_int_equal(g->edge_count, calls);
}

static void big_graphs_are_summed_by_several_threads(void **state) {
    (void)state;
    static big_sums sums;
    uint32_t locations[NODES];
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("samples"), CPROF_SLICE("count"), NULL));
    for (uint32_t i = 0; i < NODES; i++) {
        char name[32];
        snprintf(name, sizeof name, "n%u", (unsigned)i);
        assert_true(cprof_builder_frame(b, cprof_slice_of(name), CPROF_SLICE(""), 0, &locations[i], NULL));
    }
    for (uint32_t stack = 0; stack < STACKS; stack++)
        for (uint32_t user = stack % USERS; user <= stack % USERS + stack % 2 && user < USERS; user++) {
            big_sample(b, locations, stack, user);
            add_big_sums(&sums, stack, user);
        }
    fixture f = {0};
    assert_true(cprof_builder_take(b, &f.profile, NULL));
    cprof_view_init(&f.view, f.profile, NULL);
    f.view.granularity = (cprof_granularity){.inlines = true, .function = true};
    cprof_graph_options options = {.edges = CPROF_EDGES_ALL, .visual = true};
    cprof_graph *g = cprof_graph_new(&f.view, &options, NULL);
    assert_non_null(g);
    check_big_graph(g, &sums);
    cprof_graph_free(g);
    cprof_view_deinit(&f.view);
    cprof_profile_free(f.profile);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recursion_counts_once),
        cmocka_unit_test(mutual_recursion_counts_each_call_once),
        cmocka_unit_test(inlined_calls_are_told_from_real_ones),
        cmocka_unit_test(long_inlined_chains_are_whole),
        cmocka_unit_test(inlining_needs_only_some_edges),
        cmocka_unit_test(outermost_line_only_without_inlines),
        cmocka_unit_test(ties_are_broken_by_name),
        cmocka_unit_test(light_nodes_and_edges_are_dropped),
        cmocka_unit_test(node_count_keeps_the_heaviest),
        cmocka_unit_test(edges_over_dropped_nodes_are_residual),
        cmocka_unit_test(a_dropped_leaf_takes_its_flat_along),
        cmocka_unit_test(redundant_residual_edges_go),
        cmocka_unit_test(call_trees_keep_contexts_apart),
        cmocka_unit_test(trimmed_trees_hang_together),
        cmocka_unit_test(means_divide_by_the_first_type),
        cmocka_unit_test(negative_nodes_can_be_dropped),
        cmocka_unit_test(samples_that_cancel_out_still_call),
        cmocka_unit_test(sums_stay_in_range_and_say_so_once),
        cmocka_unit_test(locations_without_lines_show_their_binary),
        cmocka_unit_test(finer_granularity_splits_nodes),
        cmocka_unit_test(only_matching_nodes_with_their_edges),
        cmocka_unit_test(tags_belong_to_nodes_once_a_sample),
        cmocka_unit_test(big_graphs_are_summed_by_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
