#include "graph/fixture.h"

#include "render/dot.h"
#include "render/text.h"

typedef struct shown {
    fixture f;
    cprof_report report;
    cprof_sink sink;
} shown;

static const cprof_report_options plain = {.ratio = 1, .unit = {"minimum", 7}};

static void open_report(shown *s, const char *types, const char *const *stacks,
                        cprof_report_options options) {
    int64_t total;
    fixture_init(&s->f, types, stacks, NULL);
    assert_true(cprof_report_total(&s->f.view, &total, NULL));
    assert_true(cprof_report_init(&s->report, &s->f.view, &options, total, NULL));
    cprof_sink_init_memory(&s->sink, NULL);
}

static void close_report(shown *s) {
    cprof_sink_deinit(&s->sink);
    cprof_report_deinit(&s->report);
    fixture_deinit(&s->f);
}

/* The report's text; of the sink. */
static cprof_slice dot(shown *s, bool escape) {
    cprof_picture picture;
    cprof_text_style style = {.escape = escape};
    assert_true(cprof_picture_init(&picture, &s->report, NULL));
    cprof_render_dot(&picture, &style, &s->sink);
    cprof_picture_deinit(&picture);
    assert_true(cprof_sink_finish(&s->sink, NULL));
    return cprof_sink_bytes(&s->sink);
}

#define assert_contains(text, expected)                                                                      \
    assert_true(cprof_slice_find_slice((text), cprof_slice_of(expected)) < (text).len)

static void a_small_graph(void **state) {
    (void)state;
    /* main branches: (1 + 0.81) * 4 + 1 = 8; work.Do is a plain leaf: 1 * 3 + 3 = 6. */
    static const char *const stacks[] = {"main;work.Do 3", "main 1", NULL};
    shown s;
    open_report(&s, "cpu/count", stacks, plain);
    assert_slice(
        dot(&s, false),
        "digraph \"tool\" {\n"
        "node [style=filled fillcolor=\"#f8f8f8\"]\n"
        "subgraph cluster_L { \"File: tool\" [shape=box fontsize=16 label=\"File: tool\\lType: cpu\\l"
        "Showing nodes accounting for 4, 100% of 4 total\\l\\lSee https://git.io/JfYMW for how to read the "
        "graph\\l\" tooltip=\"tool\"] }\n"
        "N1 [label=\"main\\n1 (25.00%)\\nof 4 (100%)\" id=\"node1\" fontsize=18 shape=box tooltip=\"main (4)\" "
        "color=\"#b20000\" fillcolor=\"#edd5d5\"]\n"
        "N2 [label=\"work\\nDo\\n3 (75.00%)\" id=\"node2\" fontsize=24 shape=box tooltip=\"work.Do (3)\" "
        "color=\"#b20e00\" fillcolor=\"#edd7d5\"]\n"
        "N1 -> N2 [label=\" 3\" weight=76 penwidth=4 color=\"#b20e00\" tooltip=\"main -> work.Do (3)\" "
        "labeltooltip=\"main -> work.Do (3)\"]\n"
        "}\n");
    close_report(&s);
}

static void names_cannot_break_out(void **state) {
    (void)state;
    static const char *const stacks[] = {"ma\"in;a\\;es\x1b[2Jc 3 k\"=v\\", NULL};
    shown s;
    open_report(&s, "cpu/count", stacks, plain);
    cprof_slice text = dot(&s, true);
    assert_contains(text, "tooltip=\"ma\\\"in (3)\"");
    assert_contains(text, "tooltip=\"a\\\\ (3)\"");
    assert_contains(text, "es\\\\x1b[2Jc");
    assert_contains(text, "[label = \"k\\\":v\\\\\" id=");
    close_report(&s);
    /* A file takes the bytes as they are. */
    open_report(&s, "cpu/count", stacks, plain);
    assert_contains(dot(&s, false), "es\x1b[2Jc");
    close_report(&s);
}

static void nul_is_shown(void **state) {
    (void)state;
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    uint32_t row, stack;
    int64_t value = 1;
    shown s;
    int64_t total;
    assert_true(cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("count"), NULL));
    assert_true(cprof_builder_frame(b, CPROF_SLICE("a\0b"), CPROF_SLICE(""), 0, &row, NULL));
    assert_true(cprof_builder_stack(b, &row, 1, &stack, NULL));
    assert_true(cprof_builder_sample(b, stack, 0, &value, NULL));
    assert_true(cprof_builder_take(b, &s.f.profile, NULL));
    cprof_view_init(&s.f.view, s.f.profile, NULL);
    assert_true(cprof_report_total(&s.f.view, &total, NULL));
    assert_true(cprof_report_init(&s.report, &s.f.view, &plain, total, NULL));
    cprof_sink_init_memory(&s.sink, NULL);
    cprof_slice text = dot(&s, false);
    assert_int_equal(cprof_slice_find(text, 0), text.len);
    assert_contains(text, "a\\\\x00b");
    close_report(&s);
}

static void tags_hang_on_nodes(void **state) {
    (void)state;
    static const char *const stacks[] = {"f 30 zone=eu bytes#64", "f 20 zone=eu bytes#4096", "f 5 bytes#1",
                                         NULL};
    shown s;
    open_report(&s, "cpu/count", stacks, plain);
    cprof_slice text = dot(&s, false);
    assert_contains(text, "N1_0 [label = \"zone:eu\" id=\"N1_0\" fontsize=8 shape=box3d tooltip=\"50\"]\n"
                          "N1 -> N1_0 [label=\" 50\" weight=100 tooltip=\"50\" labeltooltip=\"50\"]\n"
                          "NN1_0_0 [label = \"64B\" id=\"NN1_0_0\" fontsize=8 shape=box3d tooltip=\"30\"]\n"
                          "N1_0 -> NN1_0_0 [label=\" 30\" weight=100 tooltip=\"30\" labeltooltip=\"30\"]\n"
                          "NN1_0_1 [label = \"4kB\" id=\"NN1_0_1\" fontsize=8 shape=box3d tooltip=\"20\"]\n");
    assert_contains(text, "NN1_0 [label = \"1B\" id=\"NN1_0\" fontsize=8 shape=box3d tooltip=\"5\"]\n");
    close_report(&s);
}

static void many_numbers_become_ranges(void **state) {
    (void)state;
    /* Four stay as centres (100, 90, 80, 70); 1 joins 2, 900 joins 1000. */
    static const char *const stacks[] = {"f 100 bytes#2",
                                         "f 90 bytes#1000",
                                         "f 80 bytes#50",
                                         "f 70 bytes#300",
                                         "f 3 bytes#1",
                                         "f 4 bytes#900",
                                         NULL};
    shown s;
    open_report(&s, "cpu/count", stacks, plain);
    cprof_slice text = dot(&s, false);
    assert_contains(text, "[label = \"1B..2B\" id=\"NN1_0\" fontsize=8 shape=box3d tooltip=\"103\"]");
    assert_contains(text, "[label = \"900B..1000B\" id=\"NN1_1\" fontsize=8 shape=box3d tooltip=\"94\"]");
    assert_contains(text, "[label = \"300B\"");
    close_report(&s);
}

static void top_escapes_for_terminals(void **state) {
    (void)state;
    static const char *const stacks[] = {"e\x1b[31m 3", NULL};
    shown s;
    cprof_top top;
    cprof_text_style style = {.escape = true};
    open_report(&s, "cpu/count", stacks, plain);
    assert_true(cprof_top_init(&top, &s.report, NULL));
    cprof_render_top(&top, &style, &s.sink);
    cprof_top_deinit(&top);
    assert_slice(cprof_sink_bytes(&s.sink), "File: tool\nType: cpu\n"
                                            "Showing nodes accounting for 3, 100% of 3 total\n"
                                            "      flat  flat%   sum%        cum   cum%\n"
                                            "         3   100%   100%          3   100%  e\\x1b[31m\n");
    close_report(&s);
}

static void tree_shows_callers_and_callees(void **state) {
    (void)state;
    static const char *const stacks[] = {"main;a+b 30", "main;a 10", NULL};
    shown s;
    cprof_tree tree;
    cprof_text_style style = {0};
    cprof_report_options options = plain;
    options.compact_labels = true;
    options.symbol = cprof_regex_new(CPROF_SLICE("^a$"), "test", NULL, NULL);
    open_report(&s, "cpu/count", stacks, options);
    assert_true(cprof_tree_init(&tree, &s.report, NULL));
    cprof_render_tree(&tree, &style, &s.sink);
    cprof_tree_deinit(&tree);
    assert_slice(cprof_sink_bytes(&s.sink),
                 "Showing nodes accounting for 40, 100% of 40 total\n"
                 "----------------------------------------------------------+-------------\n"
                 "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"
                 "----------------------------------------------------------+-------------\n"
                 "                                                40   100% |   main\n"
                 "        10 25.00% 25.00%         40   100%                | a\n"
                 "                                                30 75.00% |   b (inline)\n"
                 "----------------------------------------------------------+-------------\n");
    close_report(&s);
    cprof_regex_free(options.symbol);
}

static void peek_without_a_match_fails(void **state) {
    (void)state;
    static const char *const stacks[] = {"main 1", NULL};
    shown s;
    cprof_tree tree;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_report_options options = plain;
    options.symbol = cprof_regex_new(CPROF_SLICE("nothing"), "test", NULL, NULL);
    open_report(&s, "cpu/count", stacks, options);
    assert_false(cprof_tree_init(&tree, &s.report, &err));
    assert_int_equal(err.code, CPROF_ERR_NO_MATCH);
    assert_string_equal(err.message, "no matches found for regexp: nothing");
    cprof_tree_deinit(&tree);
    close_report(&s);
    cprof_regex_free(options.symbol);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_graph),
        cmocka_unit_test(names_cannot_break_out),
        cmocka_unit_test(nul_is_shown),
        cmocka_unit_test(tags_hang_on_nodes),
        cmocka_unit_test(many_numbers_become_ranges),
        cmocka_unit_test(top_escapes_for_terminals),
        cmocka_unit_test(tree_shows_callers_and_callees),
        cmocka_unit_test(peek_without_a_match_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
