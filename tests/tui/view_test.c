#include "support.h"

#include "tui/view.h"

#include <unistd.h>

/* main calls a (30 itself, 50 in its callee c) and b (20). */
static const char FOLDED[] = "main;a 30\nmain;a;c 50\nmain;b 20\n";
static char path[] = "/tmp/cprof-view-XXXXXX";
static cprof_env env;
static cprof_session *session;
static cprof_cache *cache;
static cprof_settings settings;
static cprof_grid grid;
static cprof_screen_view view;

static int start(void **state) {
    (void)state;
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, FOLDED, sizeof FOLDED - 1) != (ssize_t)sizeof FOLDED - 1)
        return -1;
    close(fd);
    const char *paths[] = {path};
    cprof_sources sources = {.paths = paths, .path_count = 1};
    settings = cprof_settings_default();
    session = cprof_session_new(&sources, &settings, &env, NULL);
    cache = session ? cprof_cache_new(session, 1 << 20) : NULL;
    cprof_grid_init(&grid, NULL);
    return cache && cprof_grid_resize(&grid, 7, 60) ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    unlink(path);
    cprof_grid_deinit(&grid);
    cprof_cache_free(cache);
    cprof_session_free(session);
    return 0;
}

static void open_view(cprof_view_kind kind, const char *name) {
    cprof_error err = CPROF_ERROR_INIT;
    if (!cprof_screen_view_init(&view, kind, cache, &env, &settings, cprof_slice_of(name), &err))
        fail_msg("%s", err.message);
}

static int close_view(void **state) {
    (void)state;
    cprof_screen_view_deinit(&view);
    return 0;
}

static void shows(const char *expected) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_grid_clear(&grid);
    cprof_screen_view_draw(&view, cprof_grid_area(&grid), CPROF_SLICE(""), true);
    cprof_grid_dump(&grid, &sink);
    assert_slice(cprof_sink_bytes(&sink), expected);
    cprof_sink_deinit(&sink);
}

static void at(const char *name) {
    assert_non_null(cprof_screen_view_at(&view));
    assert_slice(cprof_screen_view_at(&view)->name, name);
}

static void top_is_sorted(void **state) {
    (void)state;
    open_view(CPROF_VIEW_TOP, "");
    shows("    flat v   flat%       cum    cum% name\n"
          "        50  50.00%        50  50.00% c\n"
          "        30  30.00%        80  80.00% a\n"
          "        20  20.00%        20  20.00% b\n"
          "         0      0%       100    100% main\n"
          "\n\n");
    at("c");
    cprof_screen_view_sort(&view, CPROF_ORDER_CUM);
    shows("      flat   flat%     cum v    cum% name\n"
          "         0      0%       100    100% main\n"
          "        30  30.00%        80  80.00% a\n"
          "        50  50.00%        50  50.00% c\n"
          "        20  20.00%        20  20.00% b\n"
          "\n\n");
    cprof_screen_view_sort(&view, CPROF_ORDER_NAME);
    at("a");
    assert_true(cprof_screen_view_search(&view, CPROF_SLICE("ain"), 1, true));
    at("main");
    assert_false(cprof_screen_view_search(&view, CPROF_SLICE("Main"), 1, true)); /* capitals count */
    assert_true(cprof_screen_view_key(&view, CPROF_KEY_HOME));
    assert_true(cprof_screen_view_click(&view, cprof_grid_area(&grid), 2, 0));
    at("b");
    assert_false(cprof_screen_view_click(&view, cprof_grid_area(&grid), 6, 0));
    /* "flat", "flat%", "cum", "cum%" end at columns 10, 18, 28, 36. */
    static const struct {
        int column;
        cprof_order order;
    } headings[] = {{0, CPROF_ORDER_FLAT}, {17, CPROF_ORDER_FLAT}, {18, CPROF_ORDER_CUM},
                    {35, CPROF_ORDER_CUM}, {37, CPROF_ORDER_NAME}, {59, CPROF_ORDER_NAME}};
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        assert_false(cprof_screen_view_click(&view, cprof_grid_area(&grid), 0, headings[i].column));
        assert_int_equal(view.order, headings[i].order);
    }
}

static void function_has_both_sides(void **state) {
    (void)state;
    open_view(CPROF_VIEW_FUNCTION, "a");
    shows("       cum    part callers, the function, callees\n"
          "        80    100% ↓ main\n"
          "        80  80.00% ● a  30 (30.00%) itself\n"
          "        50  62.50%   └ c\n"
          "\n\n\n");
    at("a");
}

static void tree_folds(void **state) {
    (void)state;
    open_view(CPROF_VIEW_TREE, "");
    shows("       cum   total  caller      flat name\n"
          "       100    100%    100%         0 ▾ root\n"
          "       100    100%    100%         0   ▾ main\n"
          "        80  80.00%  80.00%        30     ▸ a\n"
          "        20  20.00%  20.00%        20       b\n"
          "\n\n");
    cprof_screen_view_hot_path(&view);
    at("c");
    shows("       cum   total  caller      flat name\n"
          "       100    100%    100%         0 ▾ root\n"
          "       100    100%    100%         0   ▾ main\n"
          "        80  80.00%  80.00%        30     ▾ a\n"
          "        50  50.00%  62.50%        50         c\n"
          "        20  20.00%  20.00%        20       b\n"
          "\n");
    assert_true(cprof_screen_view_key(&view, CPROF_KEY_LEFT));
    at("a");
    assert_true(cprof_screen_view_key(&view, CPROF_KEY_LEFT)); /* folds it */
    assert_true(cprof_screen_view_key(&view, CPROF_KEY_DOWN));
    at("b");
}

static void flame_is_as_wide_as_it_weighs(void **state) {
    (void)state;
    open_view(CPROF_VIEW_FLAME, "");
    shows("root  100, 100% of the total, 100% of its caller, 0 itself\n"
          "▏root\n"
          "▏main\n"
          "▏a                                              ▏b\n"
          "▏c\n"
          "\n\n");
    for (int i = 0; i < 2; i++)
        assert_true(cprof_screen_view_key(&view, CPROF_KEY_DOWN));
    assert_true(cprof_screen_view_key(&view, CPROF_KEY_RIGHT));
    at("b");
    assert_true(cprof_screen_view_key(&view, 'z'));
    shows("b  20, 20.00% of the total, 20.00% of its caller, 20 itself\n"
          "▏b\n"
          "\n\n\n\n\n");
    assert_true(cprof_screen_view_key(&view, 'Z'));
    assert_true(cprof_screen_view_click(&view, cprof_grid_area(&grid), 3, 29)); /* c: columns 0 to 37 */
    at("c");
    assert_true(cprof_screen_view_click(&view, cprof_grid_area(&grid), 2, 48)); /* b: from column 48 on */
    at("b");
    assert_false(
        cprof_screen_view_click(&view, cprof_grid_area(&grid), 3, 48)); /* below it there is nothing */
}

static void text_is_rolled(void **state) {
    (void)state;
    cprof_slice text = CPROF_SLICE("1\n2\n\tx\n4\n5\n6\n7\n8\n");
    assert_true(cprof_screen_view_init_text(&view, CPROF_SLICE("digits"), CPROF_SLICE(""), text, &env, NULL));
    shows("digits  lines 1-6 of 8\n1\n2\n        x\n4\n5\n6\n");
    assert_true(cprof_screen_view_key(&view, CPROF_KEY_END));
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
        cmocka_unit_test_teardown(top_is_sorted, close_view),
        cmocka_unit_test_teardown(function_has_both_sides, close_view),
        cmocka_unit_test_teardown(tree_folds, close_view),
        cmocka_unit_test_teardown(flame_is_as_wide_as_it_weighs, close_view),
        cmocka_unit_test_teardown(text_is_rolled, close_view),
        cmocka_unit_test(quotes_what_a_pattern_would_take),
    };
    return cmocka_run_group_tests(tests, start, end);
}
