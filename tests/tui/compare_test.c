/* The view that compares with what was marked. */
#include "support.h"

#include "tui/view.h"

#include <unistd.h>

/* main calls a (30 itself, 50 in its callee c) and b (20). */
static const char FOLDED[] = "main;a 30\nmain;a;c 50\nmain;b 20\n";
static char path[] = "/tmp/cprof-compare-XXXXXX";
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
    return cache ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    unlink(path);
    cprof_grid_deinit(&grid);
    cprof_cache_free(cache);
    cprof_session_free(session);
    return 0;
}

static void mark(cprof_settings marked) {
    assert_true(cprof_cache_mark(cache, &marked, CPROF_SLICE(" words"), NULL));
    assert_true(cprof_cache_has_mark(cache));
}

static void compare(cprof_settings with) {
    cprof_error err = CPROF_ERROR_INIT;
    if (!cprof_screen_view_init(&view, CPROF_VIEW_COMPARE, cache, &env, &with, CPROF_SLICE(""), &err))
        fail_msg("%s", err.message);
}

static int close_view(void **state) {
    (void)state;
    cprof_screen_view_deinit(&view);
    return 0;
}

static void shows(int rows, int columns, const char *expected) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    assert_true(cprof_grid_resize(&grid, rows, columns));
    cprof_screen_view_draw(&view, cprof_grid_area(&grid), CPROF_SLICE(""), true);
    cprof_grid_dump(&grid, &sink);
    assert_slice(cprof_sink_bytes(&sink), expected);
    cprof_sink_deinit(&sink);
}

/* With focus=c only 50 is left: main 100 to 50, a 80 (30 itself) to 50 (0), b 20 to nothing, c the same. */
static void changes_are_sorted_by_size(void **state) {
    (void)state;
    cprof_settings focused = settings;
    focused.focus = CPROF_SLICE("^c$");
    mark(settings);
    compare(focused);
    shows(6, 80,
          "  flat then   flat now    change v  of then name  then: samples words, 100\n"
          "         30          0         -30     gone a\n"
          "         20          0         -20     gone b\n"
          "          0          0           0          main\n"
          "  1 function did not change\n"
          "\n");
    assert_int_equal(grid.cells[80 + 33].role, CPROF_ROLE_SHRUNK);
    cprof_screen_view_sort(&view, CPROF_ORDER_CUM);
    shows(5, 80,
          "   cum then    cum now    change v  of then name  then: samples words, 100\n"
          "        100         50         -50  -50.00% main\n"
          "         80         50         -30  -37.50% a\n"
          "         20          0         -20     gone b\n"
          "  1 function did not change\n");
    cprof_screen_view_sort(&view, CPROF_ORDER_NAME);
    assert_slice(cprof_screen_view_at(&view)->name, "a");
    assert_slice(cprof_screen_view_at(&view)->function, "a");
}

static void growth_has_a_sign_and_what_is_new_is_named(void **state) {
    (void)state;
    cprof_settings focused = settings;
    focused.focus = CPROF_SLICE("^c$");
    mark(focused);
    compare(settings);
    cprof_screen_view_sort(&view, CPROF_ORDER_CUM);
    shows(
        5, 130,
        "  flat then   flat now      change  of then   cum then    cum now    change v  of then name  then: "
        "samples words, 100\n"
        "          0          0           0                  50        100         +50    +100% main\n"
        "          0         30         +30      new         50         80         +30  +60.00% a\n"
        "          0         20         +20      new          0         20         +20      new b\n"
        "  1 function did not change\n");
    assert_int_equal(grid.cells[2 * 130 + 33].role, CPROF_ROLE_GROWN);
}

static void the_same_is_said_to_be_the_same(void **state) {
    (void)state;
    mark(settings);
    compare(settings);
    shows(4, 80,
          "  flat then   flat now    change v  of then name  then: samples words, 100\n"
          "  Nothing differs from what was marked. Change filters or options, and what\n"
          "  they change stands here.\n"
          "  4 functions did not change\n");
    assert_non_null(cprof_screen_view_at(&view));
    assert_slice(cprof_screen_view_at(&view)->function, "");
}

static void different_granularities_are_not_compared(void **state) {
    (void)state;
    cprof_settings lines = settings;
    lines.granularity = CPROF_SLICE("lines");
    mark(settings);
    compare(lines);
    shows(2, 80,
          "  flat then   flat now    change v  of then name  then: samples words, 100\n"
          "  What was marked is of another granularity than this.\n");
}

/* A new mark is looked at, though the view is asked for with the settings of before. */
static void the_last_mark_counts(void **state) {
    (void)state;
    cprof_settings focused = settings;
    focused.focus = CPROF_SLICE("^b$");
    mark(settings);
    compare(settings);
    assert_null(view.fold->rows.at[0].change);
    cprof_screen_view_deinit(&view);
    mark(focused);
    compare(settings);
    assert_non_null(view.fold->rows.at[0].change);
    assert_slice(view.fold->rows.at[0].name, "a"); /* 0 to 80 */
    assert_int_equal(view.fold->rows.at[0].change->cum.value, 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(changes_are_sorted_by_size, close_view),
        cmocka_unit_test_teardown(growth_has_a_sign_and_what_is_new_is_named, close_view),
        cmocka_unit_test_teardown(the_same_is_said_to_be_the_same, close_view),
        cmocka_unit_test_teardown(different_granularities_are_not_compared, close_view),
        cmocka_unit_test_teardown(the_last_mark_counts, close_view),
    };
    return cmocka_run_group_tests(tests, start, end);
}
