#include "graph/fixture.h"

#include "render/callgrind.h"
#include "render/list.h"
#include "report/topproto.h"

#include <unistd.h>

typedef struct shown {
    fixture f;
    cprof_report report;
    cprof_sink sink;
} shown;

static void open_report(shown *s, const char *const *stacks, cprof_report_options options) {
    int64_t total;
    options.ratio = 1;
    options.unit = CPROF_SLICE("minimum");
    fixture_init(&s->f, "cpu/count", stacks, NULL);
    s->f.view.granularity = (cprof_granularity){true, true, true, true, true, true};
    assert_true(cprof_report_total(&s->f.view, &total, NULL));
    assert_true(cprof_report_init(&s->report, &s->f.view, &options, total, NULL));
    cprof_sink_init_memory(&s->sink, NULL);
}

static void close_report(shown *s) {
    cprof_sink_deinit(&s->sink);
    cprof_report_deinit(&s->report);
    fixture_deinit(&s->f);
}

static void assert_callgrind(const char *const *stacks, bool call_tree, const char *expected) {
    shown s;
    cprof_callgrind c;
    const cprof_text_style style = {0};
    open_report(&s, stacks, (cprof_report_options){.call_tree = call_tree});
    assert_true(cprof_callgrind_init(&c, &s.report, NULL));
    assert_true(cprof_render_callgrind(&c, &style, &s.sink, NULL));
    cprof_callgrind_deinit(&c);
    assert_slice(cprof_sink_bytes(&s.sink), expected);
    close_report(&s);
}

static void names_are_written_once(void **state) {
    (void)state;
    static const char *const stacks[] = {"main@1;f@5 30", "main@2;f@5 4", NULL};
    assert_callgrind(stacks, false,
                     "positions: instr line\nevents: cpu(count)\n"
                     "\nob=\nfl=(1) src/f.c\nfn=(1) f\n0x0 5 34\n"
                     "\nob=\nfl=(2) src/main.c\nfn=(2) main\n* 1 0\n"
                     "cfl=(1)\ncfn=(1)\ncalls=0 * 5\n* * 30\n"
                     /* The same function goes on without its names. */
                     "* 2 0\ncfl=(1)\ncfn=(1)\ncalls=0 * 5\n* * 4\n");
}

static void addresses_are_relative_where_shorter(void **state) {
    (void)state;
    static const char *const stacks[] = {"f@1;? 8", NULL};
    assert_callgrind(stacks, false,
                     "positions: instr line\nevents: cpu(count)\n"
                     "\nob=(1) /bin/tool\nfl=\nfn=\n0x1000 0 8\n"
                     /* 0 - 0x1000: "-4096" is longer than "0x0". */
                     "\nob=\nfl=(1) src/f.c\nfn=(1) f\n0x0 1 0\n"
                     "cfl=\ncfn=\ncalls=0 * 0\n* * 8\n");
}

static void contexts_of_a_tree_are_told_apart(void **state) {
    (void)state;
    static const char *const stacks[] = {"a@1;f@2 7", "b@1;f@2 5", NULL};
    assert_callgrind(stacks, true,
                     "positions: instr line\nevents: cpu(count)\n"
                     "\nob=\nfl=(1) src/f.c\nfn=(1) f\n0x0 2 7\n* 2 5\n"
                     "\nob=\nfl=(2) src/a.c\nfn=(2) a\n* 1 0\n"
                     "cfl=(1)\ncfn=(3) f [1/2]\ncalls=0 * 2\n* * 7\n"
                     "\nob=\nfl=(3) src/b.c\nfn=(4) b\n* 1 0\n"
                     "cfl=(1)\ncfn=(5) f [2/2]\ncalls=0 * 2\n* * 5\n");
}

static void topproto_has_a_sample_a_node(void **state) {
    (void)state;
    static const char *const stacks[] = {"main@1;f@5 30", "main@1 4", NULL};
    shown s;
    cprof_profile *p;
    open_report(&s, stacks, (cprof_report_options){0});
    assert_true(cprof_report_topproto(&s.report, &p, NULL));
    assert_int_equal(p->samples.count, 2);
    assert_slice(cprof_profile_string(p, p->types[0].type), "cum");
    assert_slice(cprof_profile_string(p, p->types[1].type), "flat");
    assert_int_equal(cprof_sample_values(p, 0)[0], 30);
    assert_int_equal(cprof_sample_values(p, 0)[1], 30);
    assert_int_equal(cprof_sample_values(p, 1)[0], 34);
    assert_int_equal(cprof_sample_values(p, 1)[1], 4);
    cprof_profile_free(p);
    close_report(&s);
}

static void list_shows_lines_with_their_weight(void **state) {
    (void)state;
    static const char *const stacks[] = {"main@2;f@9 30", "main@3 4", "lost@1 1", NULL};
    shown s;
    cprof_list list;
    cprof_text_style style = {.escape = true};
    char folder[] = "cprof-list-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    FILE *f = fopen("main.c", "w");
    assert_non_null(f);
    fputs("int main(void) {\n\tf();\n\tx\x1b[1m\n}\n", f);
    fclose(f);
    cprof_report_options options = {.trim_path = CPROF_SLICE("src"), .source_path = CPROF_SLICE(".")};
    options.symbol = cprof_regex_new(CPROF_SLICE("main|lost"), "test", NULL, NULL);
    open_report(&s, stacks, options);
    assert_true(cprof_list_init(&list, &s.report, NULL));
    cprof_render_list(&list, &style, &s.sink);
    assert_slice(cprof_sink_bytes(&s.sink), "Total: 35\n"
                                            "ROUTINE ======================== lost in lost.c\n"
                                            "         1          1 (flat, cum)  2.86% of Total\n"
                                            " Error: could not find file lost.c on path .\n"
                                            "ROUTINE ======================== main in main.c\n"
                                            "         4         34 (flat, cum) 97.14% of Total\n"
                                            "         .          .      1:int main(void) {\n"
                                            "         .         30      2:\tf();\n"
                                            "         4          4      3:\tx\\x1b[1m\n"
                                            "         .          .      4:}\n");
    cprof_list_deinit(&list);
    close_report(&s);
    cprof_regex_free(options.symbol);
    unlink("main.c");
    assert_int_equal(chdir(".."), 0);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_written_once),
        cmocka_unit_test(addresses_are_relative_where_shorter),
        cmocka_unit_test(contexts_of_a_tree_are_told_apart),
        cmocka_unit_test(topproto_has_a_sample_a_node),
        cmocka_unit_test(list_shows_lines_with_their_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
