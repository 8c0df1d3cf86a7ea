#include "stage.h"

static int start(void **state) {
    if (stage_start(state) != 0)
        return -1;
    stage_load(STAGE_FOLDED, NULL);
    return 0;
}

static void shows(const char *expected) {
    stage_shows(7, 60, expected);
}

static void top_is_sorted(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_TOP, "");
    shows("    flat v   flat%       cum    cum% name\n"
          "        50  50.00%        50  50.00% c\n"
          "        30  30.00%        80  80.00% a\n"
          "        20  20.00%        20  20.00% b\n"
          "         0      0%       100    100% main\n"
          "\n\n");
    stage_at("c");
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_CUM);
    shows("      flat   flat%     cum v    cum% name\n"
          "         0      0%       100    100% main\n"
          "        30  30.00%        80  80.00% a\n"
          "        50  50.00%        50  50.00% c\n"
          "        20  20.00%        20  20.00% b\n"
          "\n\n");
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_NAME);
    stage_at("a");
    assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("ain"), 1, true));
    stage_at("main");
    assert_false(cprof_screen_view_search(&stage.view, CPROF_SLICE("Main"), 1, true)); /* capitals count */
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_HOME));
    assert_true(cprof_screen_view_click(&stage.view, cprof_grid_area(&stage.grid), 2, 0));
    stage_at("b");
    assert_false(cprof_screen_view_click(&stage.view, cprof_grid_area(&stage.grid), 6, 0));
    /* "flat", "flat%", "cum", "cum%" end at columns 10, 18, 28, 36. */
    static const struct {
        int column;
        cprof_order order;
    } headings[] = {{0, CPROF_ORDER_FLAT}, {17, CPROF_ORDER_FLAT}, {18, CPROF_ORDER_CUM},
                    {35, CPROF_ORDER_CUM}, {37, CPROF_ORDER_NAME}, {59, CPROF_ORDER_NAME}};
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        assert_false(
            cprof_screen_view_click(&stage.view, cprof_grid_area(&stage.grid), 0, headings[i].column));
        assert_int_equal(stage.view.order, headings[i].order);
    }
}

static void long_names_roll_and_are_marked(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_TOP, "");
    stage_shows(5, 39,
                "    flat v   flat%       cum    cum% na\n"
                "        50  50.00%        50  50.00% c\n"
                "        30  30.00%        80  80.00% a\n"
                "        20  20.00%        20  20.00% b\n"
                "         0      0%       100    100% m…\n");
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_RIGHT));
    assert_int_equal(stage.view.left, 0); /* no name has more than four letters */
    cprof_screen_view_deinit(&stage.view);
    assert_true(cprof_screen_view_init_text(&stage.view, CPROF_SLICE("x"), CPROF_SLICE(""),
                                            CPROF_SLICE("0123456789abcdefgh\n"), &stage.env, NULL));
    stage_draw(3, 60);
    for (int i = 0; i < 9; i++)
        assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_RIGHT));
    stage_shows(3, 60, "x\ngh\n\n");
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_LEFT));
    stage_shows(3, 60, "x\n89abcdefgh\n\n");
}

static void function_has_both_sides(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_FUNCTION, "a");
    shows("       cum    part callers, the function, callees\n"
          "        80    100% ↓ main\n"
          "        80  80.00% ● a  30 (30.00%) itself\n"
          "        50  62.50%   └ c\n"
          "\n\n\n");
    stage_at("a");
}

static void tree_folds(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_TREE, "");
    shows("       cum   total  caller      flat name\n"
          "       100    100%    100%         0 ▾ root\n"
          "       100    100%    100%         0   ▾ main\n"
          "        80  80.00%  80.00%        30     ▸ a\n"
          "        20  20.00%  20.00%        20       b\n"
          "\n\n");
    cprof_screen_view_hot_path(&stage.view);
    stage_at("c");
    shows("       cum   total  caller      flat name\n"
          "       100    100%    100%         0 ▾ root\n"
          "       100    100%    100%         0   ▾ main\n"
          "        80  80.00%  80.00%        30     ▾ a\n"
          "        50  50.00%  62.50%        50         c\n"
          "        20  20.00%  20.00%        20       b\n"
          "\n");
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_LEFT));
    stage_at("a");
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_LEFT)); /* folds it */
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_DOWN));
    stage_at("b");
}

static void a_click_on_the_mark_folds(void **state) {
    (void)state;
    cprof_area area = cprof_grid_area(&stage.grid);
    stage_open(CPROF_VIEW_TREE, "");
    stage_draw(7, 60);
    /* Two values and two percentages end at column 36; a is two callers deep. */
    assert_int_equal(cprof_screen_view_click(&stage.view, area, 3, 40), CPROF_HIT_ROW);
    assert_int_equal(stage.view.shown.count, 4);
    assert_int_equal(cprof_screen_view_click(&stage.view, area, 3, 41), CPROF_HIT_MARK);
    stage_at("a");
    assert_int_equal(stage.view.shown.count, 5);
    assert_int_equal(cprof_screen_view_click(&stage.view, area, 3, 42), CPROF_HIT_MARK);
    assert_int_equal(stage.view.shown.count, 4);
    assert_int_equal(cprof_screen_view_click(&stage.view, area, 4, 41), CPROF_HIT_ROW); /* b calls nothing */
    stage_at("b");
    assert_int_equal(cprof_screen_view_click(&stage.view, area, 1, 37), CPROF_HIT_MARK);
    assert_int_equal(stage.view.shown.count, 1);
}

/* As when a filter is set: b has gone, the rest is as before. */
static void one_stands_where_one_stood(void **state) {
    (void)state;
    static const cprof_view_kind kinds[] = {CPROF_VIEW_TREE, CPROF_VIEW_FLAME};
    cprof_settings all = stage.settings;
    for (int i = 0; i < 2; i++) {
        cprof_view_place place;
        stage_open(kinds[i], "");
        assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("a"), 1, true)); /* main */
        assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("a"), 1, false));
        stage_at("a");
        assert_true(kinds[i] == CPROF_VIEW_FLAME
                        ? cprof_screen_view_key(&stage.view, 'z')
                        : cprof_screen_view_key(&stage.view, CPROF_KEY_RIGHT)); /* zooms, or unfolds it */
        assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_DOWN));
        stage_at("c");
        assert_true(cprof_view_place_init(&place, &stage.view));
        cprof_screen_view_deinit(&stage.view);
        stage.settings.ignore = CPROF_SLICE("^b$");
        stage_open(kinds[i], "");
        cprof_screen_view_stand(&stage.view, &place);
        stage_at("c");
        if (kinds[i] == CPROF_VIEW_FLAME)
            assert_slice(stage.view.fold->rows.at[stage.view.zoom].name, "a");
        cprof_screen_view_deinit(&stage.view);
        stage.settings.ignore = CPROF_SLICE("^c$"); /* its stack has gone, and with it a as its caller */
        stage_open(kinds[i], "");
        cprof_screen_view_stand(&stage.view, &place);
        stage_at("a");
        cprof_screen_view_deinit(&stage.view);
        cprof_view_place_deinit(&place);
        stage.settings = all;
    }
    stage_open(CPROF_VIEW_TOP, "");
    cprof_view_place place;
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_NAME);
    assert_true(cprof_screen_view_stand_on(&stage.view, CPROF_SLICE("b")));
    assert_true(cprof_view_place_init(&place, &stage.view));
    cprof_screen_view_deinit(&stage.view);
    stage.settings.ignore = CPROF_SLICE("^c$");
    stage_open(CPROF_VIEW_TOP, "");
    cprof_screen_view_stand(&stage.view, &place); /* second of three by name; the first by flat */
    assert_int_equal(stage.view.order, CPROF_ORDER_NAME);
    stage_at("b");
    assert_int_equal(stage.view.cursor, 1);
    cprof_screen_view_deinit(&stage.view);
    stage.settings.ignore = CPROF_SLICE("^b$");
    stage_open(CPROF_VIEW_TOP, "");
    cprof_screen_view_stand(&stage.view, &place);
    stage_at("c"); /* what stood behind it */
    cprof_view_place_deinit(&place);
    stage.settings = all;
}

static void flame_is_as_wide_as_it_weighs(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_FLAME, "");
    shows("root  100, 100% of the total, 100% of its caller, 0 itself\n"
          "▏root\n"
          "▏main\n"
          "▏a                                              ▏b\n"
          "▏c\n"
          "\n\n");
    for (int i = 0; i < 2; i++)
        assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_DOWN));
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_RIGHT));
    stage_at("b");
    assert_true(cprof_screen_view_key(&stage.view, 'z'));
    shows("b  20, 20.00% of the total, 20.00% of its caller, 20 itself\n"
          "▏b\n"
          "\n\n\n\n\n");
    assert_true(cprof_screen_view_key(&stage.view, 'Z'));
    assert_true(
        cprof_screen_view_click(&stage.view, cprof_grid_area(&stage.grid), 3, 29)); /* c: columns 0 to 37 */
    stage_at("c");
    assert_true(
        cprof_screen_view_click(&stage.view, cprof_grid_area(&stage.grid), 2, 48)); /* b: from column 48 on */
    stage_at("b");
    assert_false(cprof_screen_view_click(&stage.view, cprof_grid_area(&stage.grid), 3,
                                         48)); /* below it there is nothing */
}

static void text_is_rolled(void **state) {
    (void)state;
    cprof_slice text = CPROF_SLICE("1\n2\n\tx\n4\n5\n6\n7\n8\n");
    assert_true(cprof_screen_view_init_text(&stage.view, CPROF_SLICE("digits"), CPROF_SLICE(""), text,
                                            &stage.env, NULL));
    shows("digits  lines 1-6 of 8\n1\n2\n        x\n4\n5\n6\n");
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_END));
    shows("digits  lines 3-8 of 8\n        x\n4\n5\n6\n7\n8\n");
}

static void quotes_what_a_pattern_would_take(void **state) {
    (void)state;
    cprof_arena arena;
    cprof_arena_init(&arena, NULL);
    assert_slice(cprof_quote_regex(&arena, CPROF_SLICE("a.(*B) c")), "a\\.\\(\\*B\\)\\sc");
    cprof_arena_deinit(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(top_is_sorted, stage_close),
        cmocka_unit_test_teardown(long_names_roll_and_are_marked, stage_close),
        cmocka_unit_test_teardown(function_has_both_sides, stage_close),
        cmocka_unit_test_teardown(tree_folds, stage_close),
        cmocka_unit_test_teardown(a_click_on_the_mark_folds, stage_close),
        cmocka_unit_test_teardown(one_stands_where_one_stood, stage_close),
        cmocka_unit_test_teardown(flame_is_as_wide_as_it_weighs, stage_close),
        cmocka_unit_test_teardown(text_is_rolled, stage_close),
        cmocka_unit_test(quotes_what_a_pattern_would_take),
    };
    return cmocka_run_group_tests(tests, start, stage_end);
}
