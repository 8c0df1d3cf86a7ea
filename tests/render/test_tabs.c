#include "render/tabs.h"

#include "support.h"

/* Expectations were written by text/tabwriter (AlignRight, padding 1). */
static void expect_written(const char *text, bool tinted, const char *expected) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    assert_true(cprof_tabs_write(cprof_slice_of(text), 1, tinted, NULL, &sink));
    assert_slice(cprof_sink_bytes(&sink), expected);
    cprof_sink_deinit(&sink);
}

static void expect(const char *text, const char *expected) {
    expect_written(text, false, expected);
}

static void test_columns_are_as_wide_as_their_widest_cell(void **state) {
    (void)state;
    expect("k:\t Total\n \tvalue:\t x\n \tv:\t long name\n\nkey:\t Total\n\n",
           " k: Total\n    value: x\n        v: long name\n\n key: Total\n\n");
}

static void test_columns_end_with_the_last_line_that_has_them(void **state) {
    (void)state;
    expect("a\tb\tc\naaa\tb\nbbbbb\n\tb\tc\tdd\n", "   a bc\n aaab\nbbbbb\n  b cdd\n");
}

static void test_other_separators(void **state) {
    (void)state;
    expect("x\fy\tz\nyy\tzz\n\u00e9\u00e9\u00e9\tz\n", "x\n   yz\n  yyzz\n \u00e9\u00e9\u00e9z\n");
    expect("a\vb\tc\nno\n", " a bc\nno\n");
    expect("", "");
}

static void test_colours_take_no_room(void **state) {
    (void)state;
    const char *text = "k\t1\n\x1b[1mkk\x1b[0m\t2\n";
    expect_written(text, true, "  k1\n \x1b[1mkk\x1b[0m2\n");
    expect_written(text, false, "          k1\n \x1b[1mkk\x1b[0m2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(test_columns_end_with_the_last_line_that_has_them),
        cmocka_unit_test(test_other_separators),
        cmocka_unit_test(test_colours_take_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
