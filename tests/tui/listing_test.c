/* The views of source and of machine code. */
#include "stage.h"

/* 10 times f is on line 4 and g on line 9; 2 times f is on line 5; 1 time g is on line 9 by itself. */
static const char DUMP[] = "goroutine profile: total 13\n"
                           "10 @ 0x100 0x200\n"
                           "#\t0xff\tmain.g+0x1\twork.c:9\n"
                           "#\t0x1ff\tmain.f+0x1\twork.c:4\n"
                           "\n"
                           "2 @ 0x210\n"
                           "#\t0x20f\tmain.f+0x2\twork.c:5\n"
                           "\n"
                           "1 @ 0x100\n"
                           "#\t0xff\tmain.g+0x1\twork.c:9\n";
/* Tabs, a wide character, an escape sequence, a byte that is no UTF-8. */
static const char SOURCE[] =
    "one\n\ttwo\nthree \xe6\x97\xa5!\nfour \x1b[31m\nfive \xff\nsix\nseventy seven\neight\n"
    "nine\nten\n";
static const char *source; /* the path of SOURCE */

static int start(void **state) {
    if (stage_start(state) != 0)
        return -1;
    source = stage_file("work.c", SOURCE);
    stage_load(DUMP, NULL);
    stage.settings.source_path = cprof_slice_of(stage.folder);
    return 0;
}

static void is_on(uint64_t number) {
    assert_non_null(cprof_screen_view_at(&stage.view));
    assert_int_equal(cprof_screen_view_at(&stage.view)->number, number);
}

/* f: 2 itself on line 5, 10 in its callee on line 4. */
static void source_has_heat(void **state) {
    (void)state;
    char expected[1024];
    stage_open(CPROF_VIEW_SOURCE, "^main\\.f$");
    snprintf(expected, sizeof expected,
             "      flat       cum        line\n"
             "         2        12 92.31%% main.f  %s\n"
             "         .         .           1  one\n"
             "         .         .           2      two\n"
             "         .         .           3  three 日!\n"
             "         .        10 ░░░░░░    4  four \\x1b[31m\n"
             "         2         2 █▎        5  five \\xff\n"
             "         .         .           6  six\n"
             "         .         .           7  seventy seven\n"
             "         .         .           8  eight\n"
             "         .         .           9  nine\n"
             "         .         .          10  ten\n",
             source);
    stage_shows(12, 76, expected);
    is_on(4);
    assert_slice(cprof_screen_view_at(&stage.view)->function, "main.f");
}

static void source_goes_from_hot_line_to_hot_line(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_SOURCE, "main");
    stage_draw(8, 76);
    is_on(9);
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_HOME));
    assert_true(cprof_screen_view_hot_line(&stage.view, 1));
    is_on(4);
    assert_true(cprof_screen_view_hot_line(&stage.view, 1));
    is_on(5);
    assert_true(cprof_screen_view_hot_line(&stage.view, 1));
    is_on(9); /* of g */
    assert_slice(cprof_screen_view_at(&stage.view)->function, "main.g");
    assert_false(cprof_screen_view_hot_line(&stage.view, 1));
    is_on(9);
    assert_true(cprof_screen_view_hot_line(&stage.view, -1));
    is_on(5);
    assert_true(cprof_screen_view_heading(&stage.view, 1));
    assert_slice(cprof_screen_view_at(&stage.view)->name, "main.g");
    assert_false(cprof_screen_view_heading(&stage.view, 1));
    assert_true(cprof_screen_view_heading(&stage.view, -1));
    assert_slice(cprof_screen_view_at(&stage.view)->name, "main.f");
    assert_true(cprof_screen_view_search(&stage.view, CPROF_SLICE("nine"), 1, true));
    is_on(9);
}

/* The function whose lines are shown is named where its heading is rolled away. */
static void source_rolls(void **state) {
    (void)state;
    stage.settings.source_path = CPROF_SLICE("/nowhere");
    stage_open(CPROF_VIEW_SOURCE, "^main\\.f$");
    stage.settings.source_path = cprof_slice_of(stage.folder);
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_END));
    stage_shows(4, 60,
                "      flat       cum    line  main.f  work.c\n"
                "  samples:\n"
                "         .        10 ░░    4\n"
                "         2         2 ▍     5\n");
    is_on(5);
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_HOME));
    stage_shows(3, 78,
                "      flat       cum        line\n"
                "         2        12 92.31% main.f  work.c\n"
                "  could not find file work.c on path /nowhere\n");
}

static void source_is_pushed_aside(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_SOURCE, "^main\\.g$");
    is_on(9);
    stage_draw(20, 46);
    stage.view.first = 0;
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_RIGHT));
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_UP));
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_UP));
    stage_shows(3, 46,
                "      flat       cum    line  main.g  …/work.c\n"
                "         .         .       6\n"
                "         .         .       7  seven\n");
}

static void functions_without_samples_are_no_view(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_screen_view_init(&stage.view, CPROF_VIEW_SOURCE, stage.cache, &stage.env,
                                        &stage.settings, CPROF_SLICE("nothing"), &err));
    assert_string_equal(err.message, "no matches found for regexp: nothing");
}

static void code_is_missed_in_words(void **state) {
    (void)state;
    stage_open(CPROF_VIEW_DISASM, "main");
    stage_draw(5, 78);
    assert_slice(stage.view.fold->rows.at[0].name,
                 "no function of the profile's binaries matches main, or they were not");
    assert_int_equal(stage.view.fold->rows.at[0].part, CPROF_PART_NOTE);
    assert_false(cprof_screen_view_hot_line(&stage.view, 1));
}

/* --- machine code: rows made by hand, as no binary is at hand --- */

static cprof_fold code;

static void add(cprof_fold_part part, uint64_t address, const char *name, int64_t flat, float share,
                cprof_heat heat) {
    static char texts[8][8];
    char *text = texts[code.rows.count % 8];
    snprintf(text, sizeof texts[0], flat ? "%d" : ".", (int)flat);
    cprof_share weight = {.value = flat, .text = cprof_slice_of(text), .percent_text = CPROF_SLICE("")};
    cprof_fold_row row = {.part = part,
                          .number = address,
                          .name = cprof_slice_of(name),
                          .function = CPROF_SLICE("spin"),
                          .place = CPROF_SLICE(""),
                          .flat = weight,
                          .cum = weight,
                          .flat_share = share,
                          .cum_share = share,
                          .heat = heat};
    uint32_t at = (uint32_t)code.rows.count;
    assert_true(cprof_vec_push(&stage.env, &code.rows, row));
    assert_true(cprof_vec_push(&stage.env, &stage.view.shown, at));
}

static void make_code(void) {
    code = (cprof_fold){.env = &stage.env, .number_columns = 6};
    stage.view = (cprof_screen_view){.kind = CPROF_VIEW_DISASM, .env = &stage.env, .fold = &code};
    add(CPROF_PART_HEADING, 0, "spin", 10, 0, CPROF_HEAT_NONE);
    add(CPROF_PART_PLACE, 0, "work.c:3", 0, 0, CPROF_HEAT_NONE);
    add(CPROF_PART_LINE, 0x401136, "push   %rbp", 0, 0, CPROF_HEAT_NONE);
    add(CPROF_PART_PLACE, 0, "work.c:4", 0, 0, CPROF_HEAT_NONE);
    add(CPROF_PART_LINE, 0x401139, "imul   %eax,%eax", 8, 1, CPROF_HEAT_HOT);
    add(CPROF_PART_LINE, 0x40113c, "ret", 2, 0.25F, CPROF_HEAT_WARM);
}

static int unmake_code(void **state) {
    (void)state;
    cprof_vec_free(&stage.env, &stage.view.shown);
    cprof_vec_free(&stage.env, &code.rows);
    return 0;
}

static void code_has_heat(void **state) {
    (void)state;
    make_code();
    stage_shows(7, 72,
                "      flat       cum       address\n"
                "        10        10 spin\n"
                "                                    work.c:3\n"
                "         .         .        401136  push   %rbp\n"
                "                                    work.c:4\n"
                "         8         8 ██████ 401139  imul   %eax,%eax\n"
                "         2         2 █▌     40113c  ret\n");
    assert_true(cprof_screen_view_hot_line(&stage.view, 1));
    is_on(0x401139);
    assert_true(cprof_screen_view_hot_line(&stage.view, 1));
    is_on(0x40113c);
    /* The source stands above its code, where it is known. */
    code.rows.at[1].place = CPROF_SLICE("void spin(unsigned n) {");
    code.rows.at[3].name = CPROF_SLICE("a_function_with_a_long_name work.c:4");
    code.rows.at[3].place = CPROF_SLICE("sum += n * n;");
    assert_true(cprof_screen_view_key(&stage.view, CPROF_KEY_HOME));
    stage_shows(5, 72,
                "      flat       cum       address\n"
                "        10        10 spin\n"
                "                          work.c:3  void spin(unsigned n) {\n"
                "         .         .        401136  push   %rbp\n"
                "  a_function_with_a_long_name work.c:4  sum += n * n;\n");
}

/* Of a path of many megabytes the end is shown, at once. */
static void endless_paths_are_cut(void **state) {
    (void)state;
    enum { SIZE = 8 << 20 };
    char *path = malloc(SIZE);
    assert_non_null(path);
    memset(path, 'x', SIZE);
    memcpy(path + SIZE - 5, "/\xc3\xa4.c", 5);
    make_code();
    code.rows.at[0].place = (cprof_slice){path, SIZE};
    stage_shows(2, 40,
                "      flat       cum   address\n"
                "        10        10 spin  …xxxxxxxx/ä.c\n");
    free(path);
}

/* Heat is told by roles, and growth from shrinkage by signs too. */
static void roles_are_those_of_heat(void **state) {
    (void)state;
    make_code();
    stage_draw(7, 72);
    const cprof_cell *hot = &stage.grid.cells[(size_t)5 * 72], *warm = hot + 72;
    assert_int_equal(hot[9].role, CPROF_ROLE_HOT);
    assert_int_equal(hot[21].role, CPROF_ROLE_HOT); /* the bar */
    assert_int_equal(hot[36].role, CPROF_ROLE_HOT); /* the code */
    assert_int_equal(warm[9].role, CPROF_ROLE_WARM);
    assert_int_equal(warm[36].role, CPROF_ROLE_NORMAL);
    code.is_difference = true;
    code.rows.at[5].flat.value = code.rows.at[5].cum.value = -2;
    stage_draw(7, 72);
    assert_int_equal(hot[9].text[0], '+'); /* signs have a column of their own */
    assert_int_equal(hot[10].role, CPROF_ROLE_GROWN);
    assert_int_equal(warm[10].role, CPROF_ROLE_SHRUNK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(source_has_heat, stage_close),
        cmocka_unit_test_teardown(source_goes_from_hot_line_to_hot_line, stage_close),
        cmocka_unit_test_teardown(source_rolls, stage_close),
        cmocka_unit_test_teardown(source_is_pushed_aside, stage_close),
        cmocka_unit_test(functions_without_samples_are_no_view),
        cmocka_unit_test_teardown(code_is_missed_in_words, stage_close),
        cmocka_unit_test_teardown(code_has_heat, unmake_code),
        cmocka_unit_test_teardown(endless_paths_are_cut, unmake_code),
        cmocka_unit_test_teardown(roles_are_those_of_heat, unmake_code),
    };
    return cmocka_run_group_tests(tests, start, stage_end);
}
