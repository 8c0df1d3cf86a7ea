#include "report/goroutines.h"

#include "input/go_formats.h"
#include "input/show.h"
#include "render/goroutines.h"
#include "transform/derive.h"
#include "transform/profile_text.h"

/* Waits of the first stack: 4, 2, 1 and less than 1 minute. */
static const char left_dump[] = "goroutine 1 [select, 4 minutes]:\n"
                                "main.wait()\n\t/src/main.go:7 +0x1\n"
                                "created by main.start in goroutine 9\n\t/src/main.go:3 +0x1\n\n"
                                "goroutine 2 [select, 1 minutes]:\n"
                                "main.wait()\n\t/src/main.go:7 +0x1\n"
                                "created by main.start\n\t/src/main.go:3 +0x1\n\n"
                                "goroutine 3 [select, 2 minutes, locked to thread]:\n"
                                "main.wait()\n\t/src/main.go:7 +0x1\n"
                                "created by main.other\n\t/src/main.go:3 +0x1\n\n"
                                "goroutine 4 [select]:\n"
                                "main.wait()\n\t/src/main.go:7 +0x1\n"
                                "created by main.start\n\t/src/main.go:3 +0x1\n\n"
                                "goroutine 5 [chan receive]:\n"
                                "main.wait()\n\t/src/main.go:7 +0x1\n\n"
                                "goroutine 6 [sleep, 30 minutes]:\n"
                                "time.Sleep(...)\n\truntime/time.go:1\n"
                                "main.tick()\n\t/src/main.go:9 +0x1\n";

static const char right_dump[] = "goroutine 2 [select, 5 minutes]:\n"
                                 "main.wait()\n\t/src/main.go:7 +0x9\n"
                                 "created by main.start\n\t/src/main.go:3 +0x1\n\n"
                                 "goroutine 8 [IO wait]:\n"
                                 "main.read()\n\t/src/main.go:11 +0x1\n";

static void assert_report(const char *left, const char *right, const cprof_goroutines_options *options,
                          bool json, const char *expected) {
    cprof_profile *p = parse_text(cprof_go_dump_parse, cprof_slice_of(left));
    cprof_error err = CPROF_ERROR_INIT;
    if (right) {
        cprof_merge_part parts[] = {
            {.profile = parse_text(cprof_go_dump_parse, cprof_slice_of(right)), .scale = 1},
            {.profile = p, .scale = -1, .is_diff_base = true}};
        assert_true(cprof_merge(parts, 2, NULL, &p, &err));
    }
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    cprof_goroutines g;
    assert_true(cprof_goroutines_init(&g, &view, options, &err));
    cprof_sink out;
    cprof_sink_init_memory(&out, NULL);
    if (json) {
        cprof_json writer;
        cprof_json_init(&writer, &out, CPROF_JSON_DATA);
        cprof_json_object(&writer);
        cprof_json_goroutines(&g, &writer);
        cprof_json_end(&writer);
    } else {
        cprof_render_goroutines(&g, &(cprof_text_style){.escape = true}, &out);
    }
    assert_slice(cprof_sink_bytes(&out), expected);
    cprof_sink_deinit(&out);
    cprof_goroutines_deinit(&g);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void groups_have_counts_and_waits(void **state) {
    (void)state;
    assert_report(left_dump, NULL, &(cprof_goroutines_options){0}, false,
                  "6 goroutines in 3 groups\n"
                  "\n"
                  "    4  select, waiting up to 4 min, median 1.5 min, 1 locked to thread\n"
                  "       created by main.start and 1 more\n"
                  "       goroutines 1, 3, 2, 4\n"
                  "        main.wait  /src/main.go:7\n"
                  "\n"
                  "    1  sleep, waiting up to 30 min, median 30 min\n"
                  "       goroutine 6\n"
                  "        time.Sleep (inline)  runtime/time.go:1\n"
                  "        main.tick            /src/main.go:9\n"
                  "\n"
                  "    1  chan receive\n"
                  "       goroutine 5\n"
                  "        main.wait  /src/main.go:7\n");
}

static void short_waits_and_other_states_are_left_out(void **state) {
    (void)state;
    assert_report(left_dump, NULL, &(cprof_goroutines_options){.min_wait = 2, .limit = 1}, false,
                  "3 of 6 goroutines in 2 groups\n"
                  "\n"
                  "    2  select, waiting up to 4 min, median 3 min, 1 locked to thread\n"
                  "       created by main.start and 1 more\n"
                  "       goroutines 1, 3\n"
                  "        main.wait  /src/main.go:7\n"
                  "\n"
                  "… and 1 more group\n");
    cprof_error err = CPROF_ERROR_INIT;
    cprof_regex *regex = cprof_regex_new(CPROF_SLICE("^chan"), "state", NULL, &err);
    assert_report(left_dump, NULL, &(cprof_goroutines_options){.state = regex}, false,
                  "1 of 6 goroutines in 1 group\n"
                  "\n"
                  "    1  chan receive\n"
                  "       goroutine 5\n"
                  "        main.wait  /src/main.go:7\n");
    cprof_regex_free(regex);
}

static void two_dumps_are_compared(void **state) {
    (void)state;
    assert_report(left_dump, right_dump, &(cprof_goroutines_options){0}, false,
                  "Left:  6 goroutines\n"
                  "Right: 2 goroutines\n"
                  "\n"
                  "Only left: 2 goroutines in 2 groups\n"
                  "\n"
                  "    1  sleep, waiting up to 30 min, median 30 min\n"
                  "       goroutine 6\n"
                  "        time.Sleep (inline)  runtime/time.go:1\n"
                  "        main.tick            /src/main.go:9\n"
                  "\n"
                  "    1  chan receive\n"
                  "       goroutine 5\n"
                  "        main.wait  /src/main.go:7\n"
                  "\n"
                  "In both: 4 → 1 goroutine in 1 group\n"
                  "\n"
                  "4 → 1 (-3)  select, waiting up to 4 → 5 min, median 1.5 → 5 min, 1 locked to thread\n"
                  "       created by main.start and 1 more\n"
                  "       goroutines, left: 1, 3, 2, 4\n"
                  "       goroutine, right: 2\n"
                  "        main.wait  /src/main.go:7\n"
                  "\n"
                  "Only right: 1 goroutine in 1 group\n"
                  "\n"
                  "    1  IO wait\n"
                  "       goroutine 8\n"
                  "        main.read  /src/main.go:11\n");
}

static void json_says_the_same(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_regex *regex = cprof_regex_new(CPROF_SLICE("select"), "state", NULL, &err);
    assert_report(
        left_dump, right_dump, &(cprof_goroutines_options){.state = regex}, true,
        "{\n"
        "  \"dumps\": [\n"
        "    {\"goroutines\": 6},\n"
        "    {\"goroutines\": 2}\n"
        "  ],\n"
        "  \"groups\": [\n"
        "    {\n"
        "      \"in\": \"both\",\n"
        "      \"state\": \"select\",\n"
        "      \"created_by\": \"main.start\",\n"
        "      \"creators\": 2,\n"
        "      \"dumps\": [\n"
        "        {\"count\": 4, \"longest_wait_minutes\": 4, \"median_wait_minutes\": 1.5, \"locked\": 1, "
        "\"goroutines\": [1, 3, 2, 4]},\n"
        "        {\"count\": 1, \"longest_wait_minutes\": 5, \"median_wait_minutes\": 5, \"locked\": 0, "
        "\"goroutines\": [2]}\n"
        "      ],\n"
        "      \"stack\": [\n"
        "        {\"function\": \"main.wait\", \"file\": \"/src/main.go\", \"line\": 7, \"inlined\": false}\n"
        "      ]\n"
        "    }\n"
        "  ]\n"
        "}\n");
    cprof_regex_free(regex);
}

static void counts_stay_at_the_bound(void **state) {
    cprof_profile *p = profile_of_text(NULL, "types goroutine/count\n"
                                             "9223372036854775807 : f : locked=x created_by=g\n"
                                             "9223372036854775807 : f : locked=x created_by=h\n");
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    cprof_goroutines g;
    assert_true(cprof_goroutines_init(&g, &view, &(cprof_goroutines_options){0}, NULL));
    assert_int_equal(g.groups.count, 1);
    assert_true(g.groups.at[0].side[0].count == INT64_MAX);
    assert_true(g.groups.at[0].side[0].locked == INT64_MAX);
    cprof_goroutines_deinit(&g);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    (void)state;
}

static void times_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t minutes;
    } times[] = {{"10m", 10}, {"2h", 120}, {"90s", 2}, {"60s", 1}, {"15", 15}, {"1d", 1440}, {" 5 min ", 5}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t minutes;
        assert_true(cprof_goroutines_minutes(cprof_slice_of(times[i].text), &minutes, NULL));
        assert_int_equal(minutes, times[i].minutes);
    }
    static const char *const wrong[] = {"", "m", "10x", "-5m", "99999999999999999999m"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t minutes;
        assert_false(cprof_goroutines_minutes(cprof_slice_of(wrong[i]), &minutes, NULL));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_have_counts_and_waits),
        cmocka_unit_test(short_waits_and_other_states_are_left_out),
        cmocka_unit_test(two_dumps_are_compared),
        cmocka_unit_test(json_says_the_same),
        cmocka_unit_test(counts_stay_at_the_bound),
        cmocka_unit_test(times_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
