#include "report/report.h"

#include "support.h"
#include "transform/filter.h"
#include "transform/profile_text.h"

static int64_t total_of(const char *text, bool mean, const char *type) {
    cprof_profile *p = profile_of_text(NULL, text);
    cprof_view view;
    int64_t total;
    cprof_view_init(&view, p, NULL);
    view.mean = mean;
    assert_true(cprof_profile_find_type(p, cprof_slice_of(type), &view.value_type, NULL));
    assert_true(cprof_report_total(&view, &total, NULL));
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    return total;
}

static void test_totals(void **state) {
    (void)state;
    assert_int_equal(total_of("types n/count t/ns\n1 10 : a\n2 -20 : b\n", false, ""), 30);
    assert_int_equal(total_of("types n/count t/ns\n1 10 : a\n2 -20 : b\n", false, "n"), 3);
    assert_int_equal(total_of("types n/count t/ns\n1 10 : a\n2 -25 : b\n", true, "t"), 11);
    assert_int_equal(total_of("types n/count t/ns\n0 10 : a\n", true, "t"), 10);
    /* The base, where there is one that weighs anything. */
    assert_int_equal(total_of("types t/ns\n10 : a\n-7 : a : pprof::base=true\n", false, ""), 7);
    assert_int_equal(total_of("types t/ns\n10 : a\n-7 : a : pprof::base=no\n", false, ""), 17);
    assert_int_equal(total_of("types t/ns\n10 : a\n0 : a : pprof::base=true\n", false, ""), 10);
    assert_int_equal(total_of("types n/count t/ns\n1 10 : a\n-2 -8 : a : pprof::base=true\n", true, "t"), -4);
    assert_int_equal(total_of("types t/ns\n", false, ""), 0);
}

static void test_totals_stay_at_the_bound(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p =
        profile_of_text(&noted.env, "types t/ns\n9223372036854775807 : a\n-9223372036854775808 : b\n1 : c\n");
    cprof_view view;
    int64_t total;
    cprof_view_init(&view, p, &noted.env);
    assert_true(cprof_report_total(&view, &total, NULL));
    assert_true(total == INT64_MAX);
    assert_non_null(strstr(noted.notes, "64 bits"));
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void expect_lines(const char *text, const cprof_report_options *options, bool mean,
                         const char *expected) {
    cprof_profile *p = profile_of_text(NULL, text);
    cprof_view view;
    cprof_report report;
    cprof_lines lines = {0};
    int64_t total;
    char joined[1024] = "";
    cprof_view_init(&view, p, NULL);
    view.mean = mean;
    assert_true(cprof_report_total(&view, &total, NULL));
    assert_true(cprof_report_init(&report, &view, options, total, NULL));
    assert_true(cprof_report_profile_lines(&report, &lines, NULL));
    for (size_t i = 0; i < lines.at.count; i++)
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%.*s|",
                 CPROF_SLICE_ARG(lines.at.at[i]));
    assert_string_equal(joined, expected);
    cprof_vec_free(NULL, &lines.at);
    cprof_report_deinit(&report);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void test_profile_lines(void **state) {
    (void)state;
    cprof_report_options options = {.ratio = 1, .unit = {"minimum", 7}};
    expect_lines("types n/count\n1 : a\n", &options, false, "Type: n|");
    expect_lines("types n/count\n2 : a\n", &options, true, "Type: mean_n|");
    expect_lines(
        "types n/count t/ms\ncomment one\ncomment #two\ndoc http://x\ntime -1\nduration 30000000000\n"
        "1 1500 : a@dir/bin=id\n",
        &options, false,
        "File: bin|Build ID: id|one|Type: t|Doc: http://x|Time: 1970-01-01 05:29:59 IST|"
        "Duration: 30s, Total samples = 1.50s ( 5.00%)|");
    /* What is no time has no share of the duration. */
    expect_lines("types n/count\nduration 1500000\n8 : a\n", &options, false,
                 "Type: n|Duration: 1.50ms, Total samples = 8 |");
    options.ratio = 0.5;
    expect_lines("types n/count\nduration 1500000\n9 : a\n", &options, false,
                 "Type: n|Duration: 1.50ms, Total samples = 4 |");
}

int main(void) {
    setenv("TZ", "IST-5:30", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_totals_stay_at_the_bound),
        cmocka_unit_test(test_profile_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
