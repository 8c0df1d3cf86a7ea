#include "support.h"

#include "tui/grid.h"

static cprof_grid grid;

static int start(void **state) {
    (void)state;
    cprof_grid_init(&grid, NULL);
    return cprof_grid_resize(&grid, 3, 12) ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    cprof_grid_deinit(&grid);
    return 0;
}

static void shows(const char *expected) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_grid_dump(&grid, &sink);
    assert_slice(cprof_sink_bytes(&sink), expected);
    cprof_sink_deinit(&sink);
}

static void cuts_off_what_does_not_fit(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&grid);
    assert_int_equal(cprof_area_puts(area, 0, 8, CPROF_ROLE_NORMAL, "abcdef"), 12);
    cprof_area_puts(area, 3, 0, CPROF_ROLE_NORMAL, "below");
    cprof_area_puts(area, -1, 0, CPROF_ROLE_NORMAL, "above");
    cprof_area_right(area, 1, 3, CPROF_ROLE_NORMAL, CPROF_SLICE("12345"));
    cprof_area_right(area, 2, 9, CPROF_ROLE_NORMAL, CPROF_SLICE("12345"));
    shows("        abcd\n345\n    12345\n");
}

static void marks_what_is_cut_off(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&grid);
    assert_int_equal(cprof_area_put_cut(area, 0, 2, CPROF_ROLE_NORMAL, CPROF_SLICE("0123456789")), 12);
    assert_int_equal(cprof_area_put_cut(area, 1, 2, CPROF_ROLE_NORMAL, CPROF_SLICE("0123456789a")), 12);
    assert_int_equal(cprof_area_put_cut(area, 2, 8, CPROF_ROLE_NORMAL, CPROF_SLICE("日本語")), 12);
    shows("  0123456789\n  012345678…\n        日 …\n");
}

static void counts_columns(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&grid);
    assert_int_equal(cprof_text_columns(CPROF_SLICE("a日e\xcc\x81")), 4);
    assert_int_equal(cprof_area_puts(area, 0, 0, CPROF_ROLE_NORMAL, "a日e\xcc\x81|"), 5);
    cprof_area_puts(area, 1, 11, CPROF_ROLE_NORMAL, "日"); /* half of it would be outside */
    cprof_area_puts(area, 2, 0, CPROF_ROLE_NORMAL, "日本");
    cprof_area_puts(area, 2, 1, CPROF_ROLE_NORMAL, "x"); /* over the half of one */
    shows("a日e\xcc\x81|\n\n x本\n");
}

static void lets_nothing_drive_the_terminal(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&grid);
    cprof_area_puts(area, 0, 0, CPROF_ROLE_NORMAL, "a\x1b[2J");
    cprof_area_puts(area, 1, 0, CPROF_ROLE_NORMAL, "\xff\t");
    cprof_area_puts(area, 2, 0, CPROF_ROLE_NORMAL, "\xe2\x80\xae");
    shows("a\\x1b[2J\n\\xff\\x09\n\\u{202e}\n");
    assert_int_equal(cprof_text_columns(CPROF_SLICE("\xe2\x80\xae\x1b")), 12);
}

static void draws_bars_in_eighths(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&grid);
    cprof_area_bar(area, 0, 0, 4, 0.5, CPROF_ROLE_BAR);
    cprof_area_bar(area, 1, 0, 4, 0.28125, CPROF_ROLE_BAR); /* 9 of 32 eighths */
    cprof_area_bar(area, 2, 0, 4, 7, CPROF_ROLE_BAR);
    shows("██\n█▏\n████\n");
}

static void keeps_roles(void **state) {
    (void)state;
    cprof_area area = cprof_area_sub(cprof_grid_area(&grid), 1, 2, 9, 99);
    assert_int_equal(area.rows, 2);
    assert_int_equal(area.columns, 10);
    cprof_area_puts(area, 0, 0, CPROF_ROLE_HEADER, "ab");
    cprof_area_paint(area, 1, 8, 5, CPROF_ROLE_BAR);
    cprof_area_select(area, 0, 1, 2);
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_grid_dump_roles(&grid, &sink);
    assert_slice(cprof_sink_bytes(&sink), "............\n..aA#.......\n..........bb\n");
    cprof_sink_deinit(&sink);
}

static void shows_ascii_where_nothing_else_is_taken(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&grid);
    cprof_area_puts(area, 0, 0, CPROF_ROLE_NORMAL, "▸▾●↓└›‹…×░▏~");
    cprof_area_puts(area, 1, 0, CPROF_ROLE_NORMAL, "日e\xcc\x81|é|");
    cprof_area_bar(area, 2, 0, 8, 0.328125, CPROF_ROLE_BAR); /* 21 of 64 eighths */
    cprof_grid_to_ascii(&grid);
    shows(">v*v`><*x:|~\n??e|?|\n###\n");
    assert_int_equal(grid.cells[14].text[1], 0); /* no mark is left on the e */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cuts_off_what_does_not_fit, start, end),
        cmocka_unit_test_setup_teardown(marks_what_is_cut_off, start, end),
        cmocka_unit_test_setup_teardown(counts_columns, start, end),
        cmocka_unit_test_setup_teardown(lets_nothing_drive_the_terminal, start, end),
        cmocka_unit_test_setup_teardown(draws_bars_in_eighths, start, end),
        cmocka_unit_test_setup_teardown(keeps_roles, start, end),
        cmocka_unit_test_setup_teardown(shows_ascii_where_nothing_else_is_taken, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
