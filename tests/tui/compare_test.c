/* The view that compares with what was marked. */
#include "stage.h"

static int start(void **state) {
    if (stage_start(state) != 0)
        return -1;
    stage_load(STAGE_FOLDED, NULL);
    return 0;
}

static void mark(cprof_settings marked) {
    assert_true(cprof_cache_mark(stage.cache, &marked, CPROF_SLICE(" words"), NULL));
    assert_true(cprof_cache_has_mark(stage.cache));
}

static void compare(cprof_settings with) {
    cprof_error err = CPROF_ERROR_INIT;
    if (!cprof_screen_view_init(&stage.view, CPROF_VIEW_COMPARE, stage.cache, &stage.env, &with,
                                CPROF_SLICE(""), &err))
        fail_msg("%s", err.message);
}

/* With focus=c only 50 is left: main 100 to 50, a 80 (30 itself) to 50 (0), b 20 to nothing, c the same. */
static void changes_are_sorted_by_size(void **state) {
    (void)state;
    cprof_settings focused = stage.settings;
    focused.focus = CPROF_SLICE("^c$");
    mark(stage.settings);
    compare(focused);
    stage_shows(6, 80,
                "  flat then   flat now    change v  of then name  then: samples words, 100\n"
                "         30          0         -30     gone a\n"
                "         20          0         -20     gone b\n"
                "          0          0           0          main\n"
                "  1 function did not change\n"
                "\n");
    assert_int_equal(stage.grid.cells[80 + 33].role, CPROF_ROLE_SHRUNK);
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_CUM);
    stage_shows(5, 80,
                "   cum then    cum now    change v  of then name  then: samples words, 100\n"
                "        100         50         -50  -50.00% main\n"
                "         80         50         -30  -37.50% a\n"
                "         20          0         -20     gone b\n"
                "  1 function did not change\n");
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_NAME);
    assert_slice(cprof_screen_view_at(&stage.view)->name, "a");
    assert_slice(cprof_screen_view_at(&stage.view)->function, "a");
}

static void growth_has_a_sign_and_what_is_new_is_named(void **state) {
    (void)state;
    cprof_settings focused = stage.settings;
    focused.focus = CPROF_SLICE("^c$");
    mark(focused);
    compare(stage.settings);
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_CUM);
    stage_shows(
        5, 130,
        "  flat then   flat now      change  of then   cum then    cum now    change v  of then name  then: "
        "samples words, 100\n"
        "          0          0           0                  50        100         +50    +100% main\n"
        "          0         30         +30      new         50         80         +30  +60.00% a\n"
        "          0         20         +20      new          0         20         +20      new b\n"
        "  1 function did not change\n");
    assert_int_equal(stage.grid.cells[2 * 130 + 33].role, CPROF_ROLE_GROWN);
}

static void the_same_is_said_to_be_the_same(void **state) {
    (void)state;
    mark(stage.settings);
    compare(stage.settings);
    stage_shows(4, 80,
                "  flat then   flat now    change v  of then name  then: samples words, 100\n"
                "  Nothing differs from what was marked. Change filters or options, and what\n"
                "  they change stands here.\n"
                "  4 functions did not change\n");
    assert_non_null(cprof_screen_view_at(&stage.view));
    assert_slice(cprof_screen_view_at(&stage.view)->function, "");
}

static void different_granularities_are_not_compared(void **state) {
    (void)state;
    cprof_settings lines = stage.settings;
    lines.granularity = CPROF_SLICE("lines");
    mark(stage.settings);
    compare(lines);
    stage_shows(2, 80,
                "  flat then   flat now    change v  of then name  then: samples words, 100\n"
                "  What was marked is of another granularity than this.\n");
}

/* A new mark is looked at, though the view is asked for with the settings of before. */
static void the_last_mark_counts(void **state) {
    (void)state;
    cprof_settings focused = stage.settings;
    focused.focus = CPROF_SLICE("^b$");
    mark(stage.settings);
    compare(stage.settings);
    assert_null(stage.view.fold->rows.at[0].change);
    cprof_screen_view_deinit(&stage.view);
    mark(focused);
    compare(stage.settings);
    assert_non_null(stage.view.fold->rows.at[0].change);
    assert_slice(stage.view.fold->rows.at[0].name, "a"); /* 0 to 80 */
    assert_int_equal(stage.view.fold->rows.at[0].change->cum.value, 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(changes_are_sorted_by_size, stage_close),
        cmocka_unit_test_teardown(growth_has_a_sign_and_what_is_new_is_named, stage_close),
        cmocka_unit_test_teardown(the_same_is_said_to_be_the_same, stage_close),
        cmocka_unit_test_teardown(different_granularities_are_not_compared, stage_close),
        cmocka_unit_test_teardown(the_last_mark_counts, stage_close),
    };
    return cmocka_run_group_tests(tests, start, stage_end);
}
