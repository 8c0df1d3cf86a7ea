#include "fixture.h"

#include "graph/graph.h"

#include <stdlib.h>

/* The vertex of a call tree that these calls lead to, root first and separated by ';', or CPROF_NONE. */
static uint32_t find(const cprof_graph *g, const char *calls) {
    cprof_slice rest = cprof_slice_of(calls);
    uint32_t at = CPROF_NONE;
    while (rest.len) {
        cprof_slice name = fixture_word(&rest, ';');
        uint32_t next = CPROF_NONE;
        for (uint32_t i = 0; i < g->count; i++) {
            uint32_t v = g->order[i], caller = CPROF_NONE;
            if (g->in_first[v] < g->in_first[v + 1])
                caller = g->edges[g->in[g->in_first[v]]].src;
            if (caller == at && cprof_slice_equal(cprof_graph_string(g, cprof_graph_info(g, v)->name), name))
                next = v;
        }
        if (next == CPROF_NONE)
            return CPROF_NONE;
        at = next;
    }
    return at;
}

typedef struct tree {
    fixture f;
    cprof_graph *g;
} tree;

static void make(tree *t, const char *types, const char *const *stacks, cprof_graph_options options) {
    options.call_tree = true;
    options.edges = CPROF_EDGES_ALL;
    fixture_init(&t->f, types, stacks, NULL);
    t->g = cprof_graph_new(&t->f.view, &options, NULL);
    assert_non_null(t->g);
}

static void done(tree *t) {
    cprof_graph_free(t->g);
    fixture_deinit(&t->f);
}

#define assert_vertex(t, calls, flat_, cum_)                                                                 \
    do {                                                                                                     \
        uint32_t v_ = find((t)->g, calls);                                                                   \
        assert_int_not_equal(v_, CPROF_NONE);                                                                \
        assert_int_equal(cprof_graph_flat((t)->g, v_), flat_);                                               \
        assert_int_equal(cprof_graph_cum((t)->g, v_), cum_);                                                 \
    } while (0)

static void light_contexts_are_counted_and_left_out(void **state) {
    (void)state;
    /* Of 1000: those below 10 go.  main;b;c and main;d;c are c in two contexts, main;b ends in two samples.
     */
    static const char *const stacks[] = {"main;a 900", "main;b;c 4",   "main;b 80",
                                         "main;d;c 4", "main;d;c;e 3", "lone;x;y 5",
                                         "main;a;c 3", "main;b;? 1",   NULL};
    tree t;
    make(&t, "samples/count", stacks, (cprof_graph_options){.node_fraction = 0.01});
    assert_int_equal(t.g->count, 3);
    assert_vertex(&t, "main", 0, 995);
    assert_vertex(&t, "main;a", 900, 903);
    assert_vertex(&t, "main;b", 80, 85);
    /* b;c, b;?, d, d;c, d;c;e, a;c, lone, x, y */
    assert_int_equal(t.g->dropped_nodes, 9);
    assert_int_equal(t.g->original_count, 3);
    assert_int_equal(t.g->shown_total, 980);
    assert_int_equal(t.g->edge_count, 2);
    done(&t);
}

static void fractions_are_of_all_contexts(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a 900", "main;b 85", "main;c;d 8", "main;c;e 7", NULL};
    tree t;
    /* 0.086 of 1000 are 86, of what is left in main, a and b they are 84. */
    make(&t, "samples/count", stacks, (cprof_graph_options){.node_fraction = 0.05, .edge_fraction = 0.086});
    assert_int_equal(t.g->count, 3);
    assert_int_equal(t.g->dropped_edges, 1);
    done(&t);
}

static void hidden_stacks_are_no_contexts(void **state) {
    (void)state;
    /* The cutoff is of 100: what "secret" alone weighs is in no context. */
    static const char *const stacks[] = {"secret 900", "main;a 89", "main;secret;b 11", NULL};
    static const uint64_t hidden[] = {1};
    fixture f;
    fixture_init(&f, "samples/count", stacks, NULL);
    f.view.hidden = hidden;
    cprof_graph_options options = {.edges = CPROF_EDGES_ALL, .call_tree = true, .node_fraction = 0.1};
    tree t = {.g = cprof_graph_new(&f.view, &options, NULL)};
    assert_int_equal(t.g->count, 3);
    assert_vertex(&t, "main;b", 11, 11);
    assert_false(t.g->edges[t.g->in[t.g->in_first[find(t.g, "main;b")]]].residual);
    cprof_graph_free(t.g);
    fixture_deinit(&f);
}

static void a_context_as_heavy_as_the_cutoff_stays(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a 10", "main;b 9", "main;c 81", NULL};
    tree t;
    make(&t, "samples/count", stacks, (cprof_graph_options){.node_fraction = 0.1});
    assert_vertex(&t, "main;a", 10, 10);
    assert_int_equal(find(t.g, "main;b"), CPROF_NONE);
    assert_int_equal(t.g->dropped_nodes, 1);
    done(&t);
}

static void heavy_contexts_below_light_ones_stay(void **state) {
    (void)state;
    /* a weighs 1 of 201, as b and c below it are of opposite sign. */
    static const char *const stacks[] = {"main;a;b 100", "main;a;c -99", "main;d 200", NULL};
    tree t;
    make(&t, "samples/count", stacks, (cprof_graph_options){.node_fraction = 0.1});
    assert_vertex(&t, "main;b", 100, 100);
    assert_vertex(&t, "main;c", -99, -99);
    assert_true(t.g->edges[t.g->in[t.g->in_first[find(t.g, "main;b")]]].residual);
    assert_int_equal(t.g->dropped_nodes, 1);
    done(&t);
}

static void samples_without_a_value_are_contexts_of_means(void **state) {
    (void)state;
    /* idle has objects that weigh nothing: it takes part in main's mean, and is called. */
    static const char *const stacks[] = {"main;work 2,100", "main;idle 3,0", NULL};
    fixture f;
    fixture_init(&f, "objects/count space/bytes", stacks, NULL);
    f.view.mean = true;
    cprof_graph_options options = {.edges = CPROF_EDGES_ALL, .call_tree = true, .node_fraction = 0.01};
    tree t = {.g = cprof_graph_new(&f.view, &options, NULL)};
    assert_vertex(&t, "main", 0, 20); /* 100 / 5 */
    assert_vertex(&t, "main;work", 50, 50);
    assert_int_equal(t.g->count, 2);
    assert_int_equal(t.g->edge_count, 2);
    cprof_graph_free(t.g);
    fixture_deinit(&f);
}

static void divisors_of_light_contexts_count_above(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;work 2,100", "main;thin 3,1", NULL};
    fixture f;
    fixture_init(&f, "objects/count space/bytes", stacks, NULL);
    f.view.mean = true;
    cprof_graph_options options = {.edges = CPROF_EDGES_ALL, .call_tree = true, .node_fraction = 0.1};
    tree t = {.g = cprof_graph_new(&f.view, &options, NULL)};
    assert_vertex(&t, "main", 0, 20); /* 101 / 5 */
    assert_vertex(&t, "main;work", 50, 50);
    assert_int_equal(t.g->dropped_nodes, 1);
    cprof_graph_free(t.g);
    fixture_deinit(&f);
}

static void tags_of_light_contexts_count_above_as_cum(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a 90 user=bob", "main;a;thin 2 user=bob", "main;x 3 user=bob",
                                         NULL};
    tree t;
    make(&t, "samples/count", stacks, (cprof_graph_options){.node_fraction = 0.1, .visual = true});
    uint32_t a = find(t.g, "main;a"), main = find(t.g, "main");
    assert_int_equal(t.g->tags[t.g->tag_first[a]].flat, 90);
    assert_int_equal(t.g->tags[t.g->tag_first[a]].cum, 92);
    assert_int_equal(t.g->tags[t.g->tag_first[main]].flat, 0);
    assert_int_equal(t.g->tags[t.g->tag_first[main]].cum, 95);
    done(&t);
}

static void contexts_are_inlined_when_all_their_calls_are(void **state) {
    (void)state;
    static const char *const stacks[] = {"main+a+b;c 4", "main;a+b;d 2", "main;q+a+b 1", "main;q;a;b 1",
                                         NULL};
    tree t;
    make(&t, "samples/count", stacks, (cprof_graph_options){0});
    static const struct {
        const char *calls;
        cprof_inlining inlining;
    } expected[] = {{"main;a", CPROF_INLINED_NEVER},     {"main;a;b", CPROF_INLINED_ALWAYS},
                    {"main;a;b;c", CPROF_INLINED_NEVER}, {"main;q", CPROF_INLINED_NEVER},
                    {"main;q;a", CPROF_INLINED_NEVER},   {"main;q;a;b", CPROF_INLINED_NEVER}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(cprof_graph_inlining(t.g, find(t.g, expected[i].calls)), expected[i].inlining);
    done(&t);
}

static void equal_contexts_stand_in_the_order_of_the_samples(void **state) {
    (void)state;
    static const char *const stacks[] = {"m;q 1", "z;f 5", "a;f 5", "m;f 5", "m;a;f 5", "a;q;f 5", NULL};
    static const char *const calls[] = {"z;f", "a;f", "m;f", "m;a;f", "a;q;f"};
    tree t;
    make(&t, "samples/count", stacks, (cprof_graph_options){0});
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(t.g->order[i], find(t.g, calls[i]));
    done(&t);
}

/* --- enough frames for several threads --- */

enum { STACKS = 36000, DEPTH = 50, NODES = 300 };

typedef struct big {
    fixture f;
    uint32_t (*stacks)[DEPTH]; /* numbers of the nodes, root first */
    int64_t *values;
} big;

/* Near the root few nodes, so that stacks have much in common; a third of the stacks share all but the end.
 */
static uint32_t big_node(uint32_t stack, uint32_t depth) {
    uint32_t alike = depth < 6 ? stack % (2u << depth) : stack % 3 ? stack : stack % 30;
    uint32_t mixed = (alike * DEPTH + depth) * UINT32_C(2654435761);
    return (mixed ^ mixed >> 15) * UINT32_C(2246822519) % (depth < 6 ? 8 : NODES);
}

static void big_init(big *t) {
    uint32_t locations[NODES], frames[DEPTH], row;
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    t->stacks = calloc(STACKS, sizeof *t->stacks);
    t->values = calloc(STACKS, sizeof *t->values);
    assert_true(t->stacks && t->values);
    assert_true(cprof_builder_type(b, CPROF_SLICE("samples"), CPROF_SLICE("count"), NULL));
    for (uint32_t i = 0; i < NODES; i++) {
        char name[32];
        snprintf(name, sizeof name, "n%u", (unsigned)i);
        assert_true(cprof_builder_frame(b, cprof_slice_of(name), CPROF_SLICE(""), 0, &locations[i], NULL));
    }
    for (uint32_t s = 0; s < STACKS; s++) {
        t->values[s] = 1 + s % 3;
        for (uint32_t d = 0; d < DEPTH; d++) {
            t->stacks[s][d] = big_node(s, d);
            frames[DEPTH - 1 - d] = locations[t->stacks[s][d]];
        }
        assert_true(cprof_builder_stack(b, frames, DEPTH, &row, NULL));
        assert_true(cprof_builder_sample(b, row, 0, &t->values[s], NULL));
    }
    assert_true(cprof_builder_take(b, &t->f.profile, NULL));
    cprof_view_init(&t->f.view, t->f.profile, NULL);
    t->f.view.granularity = (cprof_granularity){.inlines = true, .function = true};
}

static void big_deinit(big *t) {
    fixture_deinit(&t->f);
    free(t->stacks);
    free(t->values);
}

/* What a tree has: how many contexts, and a sum over all that says which. */
typedef struct summary {
    uint64_t contexts, kept, sum;
} summary;

static void add_context(summary *s, uint64_t caller, uint64_t node, uint64_t flat, uint64_t cum) {
    s->sum += cprof_hash_u64(cprof_hash_u64(cprof_hash_u64(caller << 32 | node) + flat) + cum);
    s->kept++;
}

static int compare_stacks(const void *left, const void *right, void *context) {
    const big *t = context;
    return memcmp(t->stacks[*(const uint32_t *)left], t->stacks[*(const uint32_t *)right], sizeof *t->stacks);
}

/* The slow way: a context is a run of sorted stacks that begin alike. */
static summary expect(big *t, int64_t cutoff) {
    static uint32_t rows[STACKS];
    summary s = {0};
    for (uint32_t i = 0; i < STACKS; i++)
        rows[i] = i;
    qsort_r(rows, STACKS, sizeof *rows, compare_stacks, t);
    for (uint32_t d = 0; d < DEPTH; d++)
        for (uint32_t from = 0, to; from < STACKS; from = to) {
            const uint32_t *stack = t->stacks[rows[from]];
            int64_t cum = 0;
            for (to = from; to < STACKS && !memcmp(t->stacks[rows[to]], stack, (d + 1) * sizeof *stack); to++)
                cum += t->values[rows[to]];
            s.contexts++;
            if (cum >= cutoff)
                add_context(&s, d ? stack[d - 1] : NODES, stack[d], d + 1 == DEPTH ? (uint64_t)cum : 0,
                            (uint64_t)cum);
        }
    return s;
}

static uint32_t number_of(const cprof_graph *g, uint32_t vertex) {
    cprof_slice name = cprof_graph_string(g, cprof_graph_info(g, vertex)->name);
    return (uint32_t)fixture_number(cprof_slice_sub(name, 1, name.len));
}

static summary summarize(const cprof_graph *g) {
    summary s = {.contexts = g->count + g->dropped_nodes};
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t v = g->order[i], caller = NODES;
        if (g->in_first[v] < g->in_first[v + 1])
            caller = number_of(g, g->edges[g->in[g->in_first[v]]].src);
        add_context(&s, caller, number_of(g, v), (uint64_t)cprof_graph_flat(g, v),
                    (uint64_t)cprof_graph_cum(g, v));
    }
    return s;
}

static void big_trees_are_grown_by_several_threads(void **state) {
    (void)state;
    big t = {0};
    big_init(&t);
    int64_t total = 0;
    for (uint32_t s = 0; s < STACKS; s++)
        total += t.values[s];
    for (int i = 0; i < 3; i++) {
        double fraction = (const double[]){0, 0.0005, 0.02}[i];
        summary expected = expect(&t, (int64_t)((double)total * fraction));
        cprof_graph_options options = {
            .edges = CPROF_EDGES_ALL, .call_tree = true, .node_fraction = fraction, .unordered = true};
        cprof_graph *g = cprof_graph_new(&t.f.view, &options, NULL);
        summary got = summarize(g);
        assert_true(expected.kept > 10);
        assert_int_equal(got.contexts, expected.contexts);
        assert_int_equal(got.kept, expected.kept);
        assert_int_equal(got.sum, expected.sum);
        cprof_graph_free(g);
    }
    big_deinit(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_contexts_are_counted_and_left_out),
        cmocka_unit_test(fractions_are_of_all_contexts),
        cmocka_unit_test(hidden_stacks_are_no_contexts),
        cmocka_unit_test(a_context_as_heavy_as_the_cutoff_stays),
        cmocka_unit_test(heavy_contexts_below_light_ones_stay),
        cmocka_unit_test(samples_without_a_value_are_contexts_of_means),
        cmocka_unit_test(divisors_of_light_contexts_count_above),
        cmocka_unit_test(tags_of_light_contexts_count_above_as_cum),
        cmocka_unit_test(contexts_are_inlined_when_all_their_calls_are),
        cmocka_unit_test(equal_contexts_stand_in_the_order_of_the_samples),
        cmocka_unit_test(big_trees_are_grown_by_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
