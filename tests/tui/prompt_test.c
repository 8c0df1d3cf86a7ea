#include "support.h"

#include "tui/prompt.h"

#include <unistd.h>

static cprof_history history;
static cprof_prompt prompt;

static int start(void **state) {
    (void)state;
    cprof_history_init(&history, NULL, NULL);
    cprof_history_add(&history, CPROF_SLICE("top 5"));
    cprof_history_add(&history, CPROF_SLICE("list main"));
    cprof_prompt_init(&prompt, &history, NULL);
    return 0;
}

static int end(void **state) {
    (void)state;
    cprof_prompt_deinit(&prompt);
    cprof_history_deinit(&history);
    return 0;
}

static void type(const char *text) {
    for (; *text; text++)
        cprof_prompt_key(&prompt, (unsigned char)*text);
}

static void press(uint32_t key) {
    assert_int_equal(cprof_prompt_key(&prompt, key), CPROF_PROMPT_DONE);
}

/* The line with '|' where the cursor is. */
static void shows(const char *expected) {
    char text[256];
    cprof_slice line = cprof_prompt_line(&prompt);
    snprintf(text, sizeof text, "%.*s|%.*s", (int)prompt.at, line.ptr, (int)(line.len - prompt.at),
             line.ptr + prompt.at);
    assert_string_equal(text, expected);
}

static void edits_as_emacs_does(void **state) {
    (void)state;
    type("top -cum main");
    press(CPROF_KEY_ALT + 'b');
    shows("top -cum |main");
    press(CPROF_KEY_ALT + 'b');
    shows("top -|cum main");
    press(CPROF_KEY_ALT + 'd');
    shows("top -| main");
    press(CPROF_KEY_CTRL('Y'));
    shows("top -cum| main");
    press(CPROF_KEY_CTRL('W'));
    shows("top | main");
    press(CPROF_KEY_CTRL('K'));
    press(CPROF_KEY_CTRL('A'));
    press(CPROF_KEY_CTRL('Y'));
    shows(" main|top ");
    press(CPROF_KEY_CTRL('U'));
    shows("|top ");
    press(CPROF_KEY_CTRL('D'));
    press(CPROF_KEY_CTRL('E'));
    press(CPROF_KEY_BACKSPACE);
    shows("op|");
    press(CPROF_KEY_CTRL('B'));
    press(CPROF_KEY_ALT + 'f');
    shows("op|");
}

static void moves_over_whole_characters(void **state) {
    (void)state;
    static const uint32_t keys[] = {0x65e5, 'e', 0x301, 'x'};
    for (size_t i = 0; i < 4; i++)
        press(keys[i]);
    press(CPROF_KEY_LEFT);
    press(CPROF_KEY_LEFT);
    shows("日|e\xcc\x81x");
    press(CPROF_KEY_DELETE);
    shows("日|x");
    press(CPROF_KEY_BACKSPACE);
    shows("|x");
    press(CPROF_KEY_BACKSPACE);
    shows("|x");
}

static void walks_through_history(void **state) {
    (void)state;
    type("new");
    press(CPROF_KEY_UP);
    shows("list main|");
    press(CPROF_KEY_UP);
    press(CPROF_KEY_UP);
    shows("top 5|");
    press(CPROF_KEY_DOWN);
    press(CPROF_KEY_DOWN);
    press(CPROF_KEY_DOWN);
    shows("new|");
    assert_int_equal(cprof_prompt_key(&prompt, CPROF_KEY_ENTER), CPROF_PROMPT_ENTER);
    cprof_prompt_accept(&prompt);
    shows("|");
    press(CPROF_KEY_UP);
    shows("new|");
}

static void searches_history(void **state) {
    (void)state;
    cprof_history_add(&history, CPROF_SLICE("top 7"));
    cprof_prompt_accept(&prompt);
    press(CPROF_KEY_CTRL('R'));
    type("to");
    shows("top 7|");
    press(CPROF_KEY_CTRL('R'));
    shows("top 5|");
    press(CPROF_KEY_CTRL('R'));
    shows("top 5|");
    press(CPROF_KEY_LEFT);
    assert_false(prompt.searching);
    shows("top |5");
    press(CPROF_KEY_CTRL('C'));
    type("x");
    press(CPROF_KEY_CTRL('R'));
    type("list");
    shows("list main|");
    press(CPROF_KEY_CTRL('G'));
    shows("x|");
}

static void offers_completions(void **state) {
    (void)state;
    const cprof_slice types[] = {CPROF_SLICE("inuse_objects"), CPROF_SLICE("inuse_space")};
    type("top in");
    assert_int_equal(cprof_prompt_key(&prompt, CPROF_KEY_TAB), CPROF_PROMPT_COMPLETE);
    cprof_prompt_offer(&prompt, 4, types, 2);
    shows("top inuse_|");
    press(CPROF_KEY_TAB);
    shows("top inuse_objects|");
    press(CPROF_KEY_TAB);
    shows("top inuse_space|");
    press(CPROF_KEY_BACKTAB);
    press(CPROF_KEY_ENTER); /* chosen, not yet run */
    shows("top inuse_objects|");
    assert_int_equal(prompt.menu.count, 0);
    assert_int_equal(cprof_prompt_key(&prompt, CPROF_KEY_ENTER), CPROF_PROMPT_ENTER);
    cprof_prompt_set(&prompt, CPROF_SLICE("tr"));
    cprof_prompt_offer(&prompt, 0, (cprof_slice[]){CPROF_SLICE("tree")}, 1);
    shows("tree |");
    cprof_prompt_set(&prompt, CPROF_SLICE("foc"));
    cprof_prompt_offer(&prompt, 0, (cprof_slice[]){CPROF_SLICE("focus=")}, 1);
    shows("focus=|");
}

static void ends_on_an_empty_line_only(void **state) {
    (void)state;
    type("a");
    press(CPROF_KEY_CTRL('D'));
    press(CPROF_KEY_BACKSPACE);
    assert_int_equal(cprof_prompt_key(&prompt, CPROF_KEY_CTRL('D')), CPROF_PROMPT_END);
    assert_int_equal(cprof_prompt_key(&prompt, CPROF_KEY_F + 1), CPROF_PROMPT_OTHER);
}

static void keeps_the_cursor_in_sight(void **state) {
    (void)state;
    cprof_grid grid;
    cprof_sink sink;
    cprof_grid_init(&grid, NULL);
    assert_true(cprof_grid_resize(&grid, 1, 16));
    type("0123456789");
    cprof_prompt_draw(&prompt, cprof_grid_area(&grid), true);
    cprof_sink_init_memory(&sink, NULL);
    cprof_grid_dump(&grid, &sink);
    assert_slice(cprof_sink_bytes(&sink), "(cprof) 3456789\n");
    assert_int_equal(grid.cursor_column, 15);
    cprof_sink_deinit(&sink);
    cprof_grid_deinit(&grid);
}

static void keeps_history_in_a_file(void **state) {
    (void)state;
    char folder[] = "/tmp/cprof-history-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a/b", folder);
    for (int run = 0; run < 2; run++) {
        cprof_history kept;
        cprof_history_init(&kept, path, NULL);
        assert_int_equal(kept.lines.count, run);
        cprof_history_add(&kept, CPROF_SLICE("tree"));
        cprof_history_add(&kept, CPROF_SLICE(""));
        assert_int_equal(kept.lines.count, 1); /* neither empty nor twice */
        cprof_history_deinit(&kept);
    }
    unlink(path);
    path[strlen(path) - 2] = 0;
    rmdir(path);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(edits_as_emacs_does, start, end),
        cmocka_unit_test_setup_teardown(moves_over_whole_characters, start, end),
        cmocka_unit_test_setup_teardown(walks_through_history, start, end),
        cmocka_unit_test_setup_teardown(searches_history, start, end),
        cmocka_unit_test_setup_teardown(offers_completions, start, end),
        cmocka_unit_test_setup_teardown(ends_on_an_empty_line_only, start, end),
        cmocka_unit_test_setup_teardown(keeps_the_cursor_in_sight, start, end),
        cmocka_unit_test_setup_teardown(keeps_history_in_a_file, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
