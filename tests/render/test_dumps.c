/* traces, tags, comments and raw as text. */
#include "render/comments.h"
#include "render/raw.h"
#include "render/tags.h"
#include "render/traces.h"
#include "transform/filter.h"

#include "support.h"
#include "transform/profile_text.h"

typedef struct shown {
    cprof_profile *profile;
    cprof_view view;
    cprof_report report;
    cprof_sink sink;
} shown;

static const cprof_report_options plain_options = {.ratio = 1, .unit = {"minimum", 7}};

static void show(shown *s, const char *text, const cprof_report_options *options) {
    s->profile = profile_of_text(NULL, text);
    cprof_view_init(&s->view, s->profile, NULL);
    s->view.granularity.column = s->view.granularity.address = false;
    int64_t total;
    assert_true(cprof_report_total(&s->view, &total, NULL));
    assert_true(cprof_report_init(&s->report, &s->view, options, total, NULL));
    cprof_sink_init_memory(&s->sink, NULL);
}

static void expect(shown *s, const char *expected) {
    assert_slice(cprof_sink_bytes(&s->sink), expected);
    cprof_sink_deinit(&s->sink);
    cprof_report_deinit(&s->report);
    cprof_view_deinit(&s->view);
    cprof_profile_free(s->profile);
}

static const cprof_text_style raw_style = {.escape = false}, terminal_style = {.escape = true};

static void expect_tags_in(const char *text, const cprof_report_options *options,
                           const cprof_text_style *style, const char *expected) {
    shown s;
    cprof_tags tags;
    show(&s, text, options);
    assert_true(cprof_tags_init(&tags, &s.report, NULL));
    cprof_render_tags(&tags, style, &s.sink);
    expect(&s, expected);
}

static void expect_tags(const char *text, const char *expected) {
    expect_tags_in(text, &plain_options, &raw_style, expected);
}

static void test_tags_are_summed_and_sorted(void **state) {
    (void)state;
    expect_tags("types t/count\n30 : a : k=x size#2048bytes\n50 : a : k=y size#2048bytes\n"
                "20 : b : k=x b=z\n50 : b : k=w\n",
                " b: Total 20 of 150 (13.33%)\n"
                "    20 (13.33%): z\n"
                "\n"
                " k: Total 150 of 150 (  100%)\n"
                "    50 (33.33%): w\n" /* equal weights: by name */
                "    50 (33.33%): x\n"
                "    50 (33.33%): y\n"
                "\n"
                " size: Total 80 of 150 (53.33%)\n"
                "       80 (53.33%): 2kB\n"
                "\n");
}

static void test_tags_of_texts_and_numbers_share_a_key(void **state) {
    (void)state;
    /* Two values of one key in one sample count each; a number without a unit shows none. */
    expect_tags("types t/count\n3 : a : k=5 k=6\n4 : a : k#5\n", " k: Total 10 of 7 (142.86%)\n"
                                                                 "    7 (  100%): 5\n"
                                                                 "    3 (42.86%): 6\n"
                                                                 "\n");
}

static void test_tags_of_a_diff(void **state) {
    (void)state;
    /* The base is the whole; values sort by their size without sign. */
    expect_tags("types t/count\n3 : a : k=x\n-9 : a : k=y pprof::base=true\n5 : a : k=z\n",
                " k: Total -1 of 9 (11.11%)\n"
                "    -9 (  100%): y\n"
                "     5 (55.56%): z\n"
                "     3 (33.33%): x\n"
                "\n"
                " pprof::base: Total -9 of 9 (  100%)\n"
                "              -9 (  100%): true\n"
                "\n");
}

static void test_tags_without_a_total_have_no_percentages(void **state) {
    (void)state;
    expect_tags("types t/count\n0 : a : k=x\n", " k: Total 0 of 0\n    0: x\n\n");
    expect_tags("types t/count\n1 : a\n", "");
}

static void test_names_drive_no_terminal(void **state) {
    (void)state;
    expect_tags_in("types t/count\n1 : a : k\033[1m=x\ty\n", &plain_options, &terminal_style,
                   " k\\x1b[1m: Total 1 of 1 (  100%)\n           1 (  100%): x\\x09y\n\n");
}

/* hide: a regular expression of names, or "". */
static void expect_traces(const char *text, const cprof_report_options *options, bool mean, const char *hide,
                          const char *expected) {
    shown s;
    cprof_traces traces;
    show(&s, text, options);
    s.view.mean = mean;
    cprof_name_filters filters = {.hide = *hide ? cprof_regex_new(cprof_slice_of(hide), "hide", NULL, NULL)
                                                : NULL};
    assert_true(cprof_filter_names(&s.view, &filters, NULL));
    cprof_regex_free(filters.hide);
    assert_true(cprof_traces_init(&traces, &s.report, NULL));
    cprof_render_traces(&traces, &raw_style, &s.sink);
    cprof_traces_deinit(&traces);
    expect(&s, expected);
}

#define LINE "-----------+-------------------------------------------------------\n"

static void test_traces(void **state) {
    (void)state;
    expect_traces("types n/count t/ns\n"
                  "1 1500 : in~i.c,3+out~o.c,4 main~./m//m.c,5 : k=v k=w longer_than_ten=x n#3 b#2048bytes\n"
                  "2 20 :\n"
                  "3 30 : -@dir/lib.so main~m/m.c,5\n"
                  "4 0 : nofile,7 -\n",
                  &plain_options, false, "",
                  "File: lib.so\nType: t\n" LINE "         k:  v w\n"
                  "longer_than_ten:  x\n"
                  "         b:  2kB\n"
                  "         n:  3\n"
                  "    1.50us   in i.c:3 (inline)\n"
                  "             out o.c:4\n"
                  "             main m/m.c:5\n" LINE "      30ns   [lib.so]\n"
                  "             main m/m.c:5\n" LINE "         0   nofile :7\n"
                  "             <unknown>\n" LINE);
}

static void test_traces_scale_and_divide(void **state) {
    (void)state;
    cprof_report_options options = {.ratio = 0.5, .unit = {"us", 2}};
    expect_traces("types t/ns\n3001 : a,1\n", &options, false, "",
                  "Type: t\n" LINE "    1.50us   a :1\n" LINE);
    expect_traces("types n/count t/ns\n4 30 : a,1\n0 7 : b,2\n", &plain_options, true, "",
                  "Type: t\n" LINE "       7ns   a :1\n" LINE "       7ns   b :2\n" LINE);
}

static void test_hidden_frames_are_no_traces(void **state) {
    (void)state;
    expect_traces("types t/count\n1 : a b+c\n2 : a\n", &plain_options, false, "a|c",
                  "Type: t\n" LINE "         1   b\n" LINE);
}

static void test_comments(void **state) {
    (void)state;
    shown s;
    show(&s, "types t/count\ncomment one\ncomment #two\n1 : a\n", &plain_options);
    cprof_render_comments(&s.view, &raw_style, &s.sink);
    expect(&s, "one\n#two\n");
}

static void test_raw(void **state) {
    (void)state;
    shown s;
    show(&s,
         "types n/count t/ns\nperiod cpu/ns 100\ntime 1700000000123456000\nduration 5012345678\ndefault t\n"
         "comment hello\ndoc http://x\n"
         "1 1500 : in~i.c,3+out~o.c,4@bin=id*0x1010 main~m.c,5@bin=id*0x1020 : k=v j=w k=u n#3 n#4b m#5\n"
         "-2 12345678901 : -@lib\n"
         "3 3 :\n",
         &plain_options);
    s.view.granularity.address = s.view.granularity.column = true;
    cprof_render_raw(&s.view, &raw_style, &s.sink);
    expect(&s, "Comment: hello\n"
               "Doc: http://x\n"
               "PeriodType: cpu ns\n"
               "Period: 100\n"
               "Time: 2023-11-15 03:43:20.123456 +0530 IST\n"
               "Duration: 5.01\n"
               "Samples:\n"
               "n/count t/ns[dflt]\n"
               "          1       1500: 1 2 \n"
               "                j:[w] k:[v u]\n"
               "                m:[5] n:[3  4 b]\n"
               "         -2 12345678901: 3 \n"
               "          3          3: \n"
               "Locations\n"
               "     1: 0x1010 M=1 in i.c:3:0 s=0\n"
               "             out o.c:4:0 s=0\n"
               "     2: 0x1020 M=1 main m.c:5:0 s=0\n"
               "     3: 0x0 M=2 \n"
               "Mappings\n"
               "1: 0x1000/0x2000/0x0 bin id \n"
               "2: 0x2000/0x3000/0x0 lib  \n");
}

static void assert_raw_line(const char *key, const char *value, const char *heading, const char *expected,
                            const char *zone) {
    char text[128], all[160];
    shown s;
    snprintf(text, sizeof text, "types t/ns\n%s %s\n", key, value);
    snprintf(all, sizeof all, "PeriodType:  \nPeriod: 0\n%s: %s%s\nSamples:\nt/ns\nLocations\nMappings\n",
             heading, expected, zone);
    show(&s, text, &plain_options);
    cprof_render_raw(&s.view, &raw_style, &s.sink);
    expect(&s, all);
}

static void test_raw_durations(void **state) {
    (void)state;
    /* The first four characters of what time.Duration says. */
    static const struct {
        const char *nanos, *shown;
    } cases[] = {
        {"1", "1ns"},
        {"999", "999n"},
        {"1500", "1.5\u00b5"},
        {"1000000", "1ms"},
        {"1234567", "1.23"},
        {"999999999", "999."},
        {"1000000000", "1s"},
        {"30000000000", "30s"},
        {"60000000000", "1m0s"},
        {"61500000000", "1m1."},
        {"3600000000000", "1h0m"},
        {"-1500000000", "-1.5"},
        {"-9223372036854775808", "-256"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_raw_line("duration", cases[i].nanos, "Duration", cases[i].shown, "");
    }
}

static void test_raw_times(void **state) {
    (void)state;
    static const struct {
        const char *nanos, *shown;
    } cases[] = {
        {"1", "1970-01-01 05:30:00.000000001"},
        {"1700000000000000000", "2023-11-15 03:43:20"},
        {"-1", "1970-01-01 05:29:59.999999999"},
        {"-1500000000", "1970-01-01 05:29:58.5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_raw_line("time", cases[i].nanos, "Time", cases[i].shown, " +0530 IST");
    }
}

int main(void) {
    setenv("TZ", "IST-5:30", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_are_summed_and_sorted),
        cmocka_unit_test(test_tags_of_texts_and_numbers_share_a_key),
        cmocka_unit_test(test_tags_of_a_diff),
        cmocka_unit_test(test_tags_without_a_total_have_no_percentages),
        cmocka_unit_test(test_names_drive_no_terminal),
        cmocka_unit_test(test_traces),
        cmocka_unit_test(test_traces_scale_and_divide),
        cmocka_unit_test(test_hidden_frames_are_no_traces),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_raw_durations),
        cmocka_unit_test(test_raw_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
