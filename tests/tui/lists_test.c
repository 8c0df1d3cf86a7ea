/* The views of tags, stacks and goroutines. */
#include "stage.h"

static const char DUMP[] = "goroutine 1 [running]:\n"
                           "main.main()\n\t/src/main.go:10 +0x1\n\n"
                           "goroutine 5 [chan receive, 12 minutes]:\n"
                           "main.wait(0x1)\n\t/src/main.go:20 +0x2\n"
                           "main.serve()\n\t/src/main.go:30 +0x3\n"
                           "created by main.main\n\t/src/main.go:11 +0x4\n\n"
                           "goroutine 6 [chan receive, 3 minutes]:\n"
                           "main.wait(0x2)\n\t/src/main.go:20 +0x2\n"
                           "main.serve()\n\t/src/main.go:30 +0x3\n"
                           "created by main.main\n\t/src/main.go:11 +0x4\n";
/* One goroutine less waits, two more run. */
static const char LATER[] = "goroutine 6 [chan receive, 9 minutes]:\n"
                            "main.wait(0x2)\n\t/src/main.go:20 +0x2\n"
                            "main.serve()\n\t/src/main.go:30 +0x3\n"
                            "created by main.main\n\t/src/main.go:11 +0x4\n\n"
                            "goroutine 7 [running]:\n"
                            "main.main()\n\t/src/main.go:10 +0x1\n\n"
                            "goroutine 8 [running]:\n"
                            "main.main()\n\t/src/main.go:10 +0x1\n\n"
                            "goroutine 9 [running]:\n"
                            "main.main()\n\t/src/main.go:10 +0x1\n";
static const char FOLDED[] = "main;a 30\nmain;a;\x1b[2Jc 50\nmain;b 20\n";
static const char LESS[] = "main;a 10\nmain;b 10\n";

static int end(void **state) {
    stage_close(state);
    stage_unload();
    return 0;
}

static void press(uint32_t key) {
    assert_true(cprof_screen_view_key(&stage.view, key));
}

/* --- tags --- */

static void tags_weigh_and_fold(void **state) {
    (void)state;
    stage_load(DUMP, NULL);
    stage.settings.tagshow = CPROF_SLICE("state|wait");
    stage_open(CPROF_VIEW_TAGS, "");
    stage_shows(8, 76,
                "    weight   total          tags and their values\n"
                "         3    100%        ▾ state  2 values\n"
                "         2  66.67% ████       chan receive\n"
                "         1  33.33% ██         running\n"
                "         2  66.67%        ▾ wait  2 values\n"
                "         1  33.33% ██         12\n"
                "         1  33.33% ██         3\n"
                "\n");
    press(CPROF_KEY_DOWN);
    stage_at("chan receive");
    assert_slice(cprof_screen_view_at(&stage.view)->place, "^state:chan\\x20receive$");
    assert_slice(cprof_screen_view_at(&stage.view)->function, "");
    press(CPROF_KEY_LEFT);
    stage_at("state");
    press(' ');
    stage_shows(5, 60,
                "    weight   total   tags and their values\n"
                "         3    100% ▸ state  2 values\n"
                "         2  66.67% ▾ wait  2 values\n"
                "         1  33.33%     12\n"
                "         1  33.33%     3\n");
    press(CPROF_KEY_END);
    assert_slice(cprof_screen_view_at(&stage.view)->place, "wait=3minutes");
    assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("12"), 1, true));
    stage_at("12");
}

/* The expression of a value leaves what the value weighs. */
static void tags_are_filtered_by_their_expressions(void **state) {
    (void)state;
    stage_load(DUMP, NULL);
    static const struct {
        const char *name, *total;
    } values[] = {{"chan receive", "2"}, {"running", "1"}, {"12", "1"}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        stage.settings = cprof_settings_default();
        stage_open(CPROF_VIEW_TAGS, "");
        assert_true(cprof_screen_view_search(&stage.view, cprof_slice_of(values[i].name), 1, true));
        stage_at(values[i].name);
        stage.settings.tagfocus = cprof_screen_view_at(&stage.view)->place;
        stage.settings.relative_percentages = true;
        cprof_screen_view all = stage.view;
        stage_open(CPROF_VIEW_TAGS, "");
        assert_slice(stage.view.fold->total, values[i].total);
        cprof_screen_view_deinit(&all);
        if (i + 1 < sizeof values / sizeof *values)
            cprof_screen_view_deinit(&stage.view);
    }
}

static void no_tags_are_said(void **state) {
    (void)state;
    stage_load(FOLDED, NULL);
    stage_open(CPROF_VIEW_TAGS, "");
    stage_shows(3, 60,
                "    weight   total   tags and their values\n"
                "  The samples have no tags (labels).\n"
                "\n");
    assert_false(cprof_screen_view_toggle(&stage.view));
}

/* --- stacks --- */

static void stacks_unfold(void **state) {
    (void)state;
    stage_load(FOLDED, NULL);
    stage_open(CPROF_VIEW_TRACES, "");
    stage_shows(5, 60,
                "    weight   total   stacks, the leaf first\n"
                "        50  50.00% ▸ \\x1b[2Jc ‹ a ‹ main\n"
                "        30  30.00% ▸ a ‹ main\n"
                "        20  20.00% ▸ b ‹ main\n"
                "\n");
    press(CPROF_KEY_DOWN);
    assert_true(cprof_screen_view_toggle(&stage.view));
    stage_shows(7, 60,
                "    weight   total   stacks, the leaf first\n"
                "        50  50.00% ▸ \\x1b[2Jc ‹ a ‹ main\n"
                "        30  30.00% ▾ a  2 frames\n"
                "                       a\n"
                "                       main\n"
                "        20  20.00% ▸ b ‹ main\n"
                "\n");
    assert_int_equal(stage.view.made.count, 2); /* those of the others are not laid out */
    press(CPROF_KEY_RIGHT);
    press(CPROF_KEY_DOWN);
    stage_at("main");
    assert_int_equal(cprof_screen_view_at(&stage.view)->part, CPROF_PART_FRAME);
    press(CPROF_KEY_LEFT);
    stage_at("a");
    assert_int_equal(cprof_screen_view_at(&stage.view)->part, CPROF_PART_STACK);
    press(CPROF_KEY_LEFT);
    assert_int_equal(stage.view.shown.count, 3);
    press(CPROF_KEY_RIGHT); /* again: they are there already */
    assert_int_equal(stage.view.shown.count, 5);
    assert_int_equal(stage.view.made.count, 2);
    press(CPROF_KEY_END);
    press('*');
    press(CPROF_KEY_END);
    press('_');
    stage_at("b");
    assert_int_equal(stage.view.shown.count, 3);
}

static void folded_stacks_are_searched(void **state) {
    (void)state;
    stage_load(FOLDED, NULL);
    stage_open(CPROF_VIEW_TRACES, "");
    press(CPROF_KEY_DOWN);
    assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("a"), 1, false)); /* a caller of b: main */
    stage_at("b");
    assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("2J"), 1, false));
    assert_int_equal(stage.view.cursor, 0);
    assert_false(cprof_screen_view_search(&stage.view, CPROF_SLICE("d"), 1, false));
}

static void stacks_of_a_difference_have_signs(void **state) {
    (void)state;
    stage_load(LATER, DUMP);
    stage_open(CPROF_VIEW_TRACES, "");
    stage_shows(3, 60,
                "     weight   total   stacks, the leaf first\n"
                "         +2  66.67% ▸ main.main\n"
                "         -1  33.33% ▸ main.wait ‹ main.serve\n");
    assert_int_equal(stage.grid.cells[60 + 10].role, CPROF_ROLE_GROWN);
    assert_int_equal(stage.grid.cells[120 + 10].role, CPROF_ROLE_SHRUNK);
}

/* Nothing has shrunk, and it is a difference all the same: a 10 to 30, b 10 to 20, c 0 to 50. */
static void growth_has_signs_in_all_views(void **state) {
    (void)state;
    stage_load(FOLDED, LESS);
    stage_open(CPROF_VIEW_TOP, "");
    stage_shows(5, 60,
                "     flat v   flat%        cum    cum% name\n"
                "        +50 250.00%        +50 250.00% \\x1b[2Jc\n"
                "        +20    100%        +70 350.00% a\n"
                "        +10  50.00%        +10  50.00% b\n"
                "          0      0%        +80 400.00% main\n");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(stage.grid.cells[(i + 1) * 60 + 10].role, CPROF_ROLE_GROWN);
    cprof_screen_view_deinit(&stage.view);
    stage_open(CPROF_VIEW_TREE, "");
    stage_shows(3, 60,
                "        cum   total  caller       flat name\n"
                "        +80 400.00%    100%          0 ▾ root\n"
                "        +80 400.00%    100%          0   ▾ main\n");
    cprof_screen_view_deinit(&stage.view);
    stage_open(CPROF_VIEW_FLAME, "");
    stage_shows(4, 60,
                "root  80, 400.00% of the total, 100% of its caller, 0 itself\n"
                "▏+root\n"
                "▏+main\n"
                "▏+a                                             ▏+b\n");
    assert_int_equal(stage.grid.cells[60].role, CPROF_ROLE_FRAME_GROWN);
}

/* c 0 - 50, a 10 - 30, b 10 - 20: what changed most stands first, whichever way. */
static void shrinkage_is_sorted_by_its_size(void **state) {
    (void)state;
    stage_load(LESS, FOLDED);
    stage_open(CPROF_VIEW_TOP, "");
    stage_shows(5, 60,
                "     flat v   flat%        cum    cum% name\n"
                "        -50  50.00%        -50  50.00% \\x1b[2Jc\n"
                "        -20  20.00%        -70  70.00% a\n"
                "        -10  10.00%        -10  10.00% b\n"
                "          0      0%        -80  80.00% main\n");
    assert_int_equal(stage.grid.cells[60 + 10].role, CPROF_ROLE_SHRUNK);
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_CUM);
    stage_at("main");
}

/* --- goroutines --- */

static void goroutines_are_grouped(void **state) {
    (void)state;
    stage_load(DUMP, NULL);
    stage_open(CPROF_VIEW_GOROUTINES, "");
    assert_slice(stage.view.fold->total, "3 goroutines");
    stage_shows(4, 80,
                " count v             wait  state                 stack, the leaf first\n"
                "       2 ████      12 min  chan receive        ▸ main.wait ‹ main.serve\n"
                "       1 ██                running             ▸ main.main\n"
                "\n");
    assert_true(cprof_screen_view_toggle(&stage.view));
    stage_shows(8, 80,
                " count v             wait  state                 stack, the leaf first\n"
                "       2 ████      12 min  chan receive        ▾ main.wait  2 frames\n"
                "         created by main.main\n"
                "         median wait 7.5 min\n"
                "         goroutines 5, 6\n"
                "         main.wait  /src/main.go:20\n"
                "         main.serve  /src/main.go:30\n"
                "       1 ██                running             ▸ main.main\n");
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_NAME); /* what is unfolded goes with its group */
    assert_slice(cprof_screen_view_row(&stage.view, 0)->name, "chan receive");
    assert_slice(cprof_screen_view_row(&stage.view, 6)->name, "running");
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_CUM);
    assert_slice(cprof_screen_view_row(&stage.view, 0)->name, "chan receive");
    for (int i = 0; i < 5; i++)
        press(CPROF_KEY_DOWN);
    stage_at("main.serve");
    assert_slice(cprof_screen_view_at(&stage.view)->function, "main.serve");
}

static void goroutines_of_two_dumps_are_compared(void **state) {
    (void)state;
    stage_load(LATER, DUMP);
    stage_open(CPROF_VIEW_GOROUTINES, "");
    stage_shows(4, 80,
                "  before     now change v             wait  state                 stack, the lea\n"
                "       1       3       +2 ████▌             running             ▸ main.main\n"
                "       2       1       -1 █▌        12 min  chan receive        ▸ main.wait ‹ m…\n"
                "\n");
    assert_int_equal(stage.grid.cells[80 + 24].role, CPROF_ROLE_GROWN);
    assert_int_equal(stage.grid.cells[160 + 24].role, CPROF_ROLE_SHRUNK);
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_CUM); /* 12 minutes; not known */
    stage_at("chan receive");
    cprof_screen_view_sort(&stage.view, CPROF_ORDER_FLAT);
    stage_at("running");
}

static void profiles_without_goroutines_say_so(void **state) {
    (void)state;
    stage_load(FOLDED, NULL);
    stage_open(CPROF_VIEW_GOROUTINES, "");
    stage_shows(4, 80,
                " count v             wait  state                 stack, the leaf first\n"
                "  the profile counts samples, not goroutines\n"
                "  This view groups the goroutines of a dump, such as\n"
                "  …/debug/pprof/goroutine?debug=2 gives, by state and stack.\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(tags_weigh_and_fold, end),
        cmocka_unit_test_teardown(tags_are_filtered_by_their_expressions, end),
        cmocka_unit_test_teardown(no_tags_are_said, end),
        cmocka_unit_test_teardown(stacks_unfold, end),
        cmocka_unit_test_teardown(folded_stacks_are_searched, end),
        cmocka_unit_test_teardown(stacks_of_a_difference_have_signs, end),
        cmocka_unit_test_teardown(growth_has_signs_in_all_views, end),
        cmocka_unit_test_teardown(shrinkage_is_sorted_by_its_size, end),
        cmocka_unit_test_teardown(goroutines_are_grouped, end),
        cmocka_unit_test_teardown(goroutines_of_two_dumps_are_compared, end),
        cmocka_unit_test_teardown(profiles_without_goroutines_say_so, end),
    };
    return cmocka_run_group_tests(tests, stage_start, stage_end);
}
