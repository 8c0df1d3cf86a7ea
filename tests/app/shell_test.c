#include "support.h"

#include "app/shell.h"

#define PROFILE CPROF_TESTDATA "/go/heap.small.pb.gz"

static cprof_env env;
static cprof_session *session;
static cprof_shell shell;

static int start(void **state) {
    (void)state;
    static const char *const paths[] = {PROFILE};
    cprof_sources sources = {.paths = paths, .path_count = 1};
    cprof_settings settings = cprof_settings_default();
    session = cprof_session_new(&sources, &settings, &env, NULL);
    return session && cprof_shell_init(&shell, session, &settings, NULL) ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    cprof_shell_deinit(&shell);
    cprof_session_free(session);
    return 0;
}

static cprof_shell_action read_line(const char *line) {
    cprof_shell_action action;
    cprof_error err = CPROF_ERROR_INIT;
    if (!cprof_shell_read(&shell, cprof_slice_of(line), &action, &err))
        fail_msg("%s: %s", line, err.message);
    return action;
}

/* The line is refused, with these words in the message. */
static void refuse(const char *line, const char *words) {
    cprof_shell_action action;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_shell_read(&shell, cprof_slice_of(line), &action, &err));
    if (!strstr(err.message, words))
        fail_msg("%s: %s", line, err.message);
}

static void reads_commands(void **state) {
    (void)state;
    static const struct {
        const char *line, *command, *argument, *focus, *ignore, *sort, *output;
        long rows;
    } cases[] = {
        {"top", "top", "", "", "", "flat", "", 10},
        {"text\n", "text", "", "", "", "flat", "", 10},
        {"  top 5 \n", "top", "", "", "", "flat", "", 5},
        {"top20", "top", "", "", "", "flat", "", 20},
        {"top20 -cum main -runtime", "top", "", "main", "runtime", "cum", "", 20},
        {"top --cum a b -c -d", "top", "", "a|b", "c|d", "cum", "", 10},
        {"top >file", "top", "", "", "", "flat", "file", 10},
        {"top > file 3", "top", "", "", "", "flat", "file", 3},
        {"top >the\\ file 3", "top", "", "", "", "flat", "the file", 3},
        {"top > \"the file\" 3", "top", "", "", "", "flat", "the file", 3},
        {"top >'a \"b\\ c' main", "top", "", "main", "", "flat", "a \"b\\ c", 10},
        {"top >\"the file", "top", "", "file", "", "flat", "\"the", 10}, /* it is never closed */
        {"top >a\\b", "top", "", "", "", "flat", "a\\b", 10},
        {"tree", "tree", "", "", "", "flat", "", -1},
        {"peek main.main", "peek", "main.main", "", "", "flat", "", -1},
        {"peek a b", "peek", "a", "b", "", "flat", "", -1},
        {"top 2  // a comment", "top", "", "//|a|comment", "", "flat", "", 2},
        {"top a=b", "top", "", "a=b", "", "flat", "", 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_shell_action action = read_line(cases[i].line);
        const cprof_request *r = &action.request;
        assert_int_equal(action.kind, CPROF_SHELL_RUN);
        assert_string_equal(r->command->name, cases[i].command);
        assert_slice(r->argument, cases[i].argument);
        assert_slice(r->settings.focus, cases[i].focus);
        assert_slice(r->settings.ignore, cases[i].ignore);
        assert_slice(r->settings.sort, cases[i].sort);
        assert_slice(r->settings.output, cases[i].output);
        assert_int_equal(r->settings.nodecount, cases[i].rows);
        assert_null(action.pipe);
    }
    /* What a line sets ends with the line. */
    assert_slice(shell.settings.focus, "");
    assert_slice(shell.settings.sort, "flat");
    assert_int_equal(shell.settings.nodecount, -1);
    assert_true(shell.settings.compact_labels);
}

static void reads_programs(void **state) {
    (void)state;
    assert_string_equal(read_line("top 3 main | grep -v x | wc -l").pipe, "grep -v x | wc -l");
    assert_string_equal(read_line("top |less").pipe, "less");
    assert_slice(read_line("top a|b").request.settings.focus, "a|b");
    refuse("top |", "missing after |");
    refuse("top >", "missing after >");
}

static void words_of_tags_are_about_tags(void **state) {
    (void)state;
    cprof_settings s = read_line("tags a -b").request.settings;
    assert_slice(s.tagfocus, "a");
    assert_slice(s.tagignore, "b");
    assert_slice(s.focus, "");
}

static void sets_options(void **state) {
    (void)state;
    assert_int_equal(read_line("nodecount=4").kind, CPROF_SHELL_NOTHING);
    assert_int_equal(shell.settings.nodecount, 4);
    assert_int_equal(read_line("top").request.settings.nodecount, 4);
    read_line("cum=true");
    assert_slice(shell.settings.sort, "cum");
    read_line("granularity=lines");
    assert_slice(shell.settings.granularity, "lines");
    read_line(" focus = main //: a remark");
    assert_slice(shell.settings.focus, "main");
    read_line("focus=");
    assert_slice(shell.settings.focus, "");
    read_line("call_tree");
    assert_true(shell.settings.call_tree);
    read_line("call_tree=f");
    assert_false(shell.settings.call_tree);
    refuse("nodecount=abc", "whole number");
    refuse("sort=up", "cum, flat");
    refuse("functions", "granularity=functions");
    refuse("cum=false", "sort=cum");
    refuse("focus", "focus=RE");
    assert_int_equal(shell.settings.nodecount, 4);
}

static void chooses_sample_types(void **state) {
    (void)state;
    read_line("alloc_space");
    assert_slice(shell.settings.sample_index, "alloc_space");
    assert_false(shell.settings.mean);
    read_line("mean_inuse_space");
    assert_slice(shell.settings.sample_index, "inuse_space");
    assert_true(shell.settings.mean);
    read_line("total_alloc_objects");
    assert_slice(shell.settings.sample_index, "alloc_objects");
    assert_false(shell.settings.mean);
    read_line("sample_index=1");
    assert_slice(shell.settings.sample_index, "alloc_space");
    refuse("sample_index=cpu", "inuse_space");
    refuse("sample_index=9", "9");
    assert_slice(shell.settings.sample_index, "alloc_space");
}

static void clears_filters(void **state) {
    (void)state;
    static const char *const lines[] = {"focus=a",    "ignore=b",    "hide=c",
                                        "tagfocus=d", "tagignore=e", "show=f"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        read_line(lines[i]);
    read_line(":");
    const cprof_settings *s = &shell.settings;
    assert_int_equal(s->focus.len + s->ignore.len + s->hide.len + s->tagfocus.len + s->tagignore.len, 0);
    assert_slice(s->show, "f");
}

static void knows_its_own_words(void **state) {
    (void)state;
    assert_int_equal(read_line("").kind, CPROF_SHELL_NOTHING);
    assert_int_equal(read_line(" \t\n").kind, CPROF_SHELL_NOTHING);
    assert_int_equal(read_line("o").kind, CPROF_SHELL_OPTIONS);
    assert_int_equal(read_line("options").kind, CPROF_SHELL_OPTIONS);
    assert_int_equal(read_line("help").kind, CPROF_SHELL_HELP);
    assert_slice(read_line("help top").topic, "top");
    assert_int_equal(read_line("q").kind, CPROF_SHELL_QUIT);
    assert_int_equal(read_line("quit").kind, CPROF_SHELL_QUIT);
    assert_int_equal(read_line("exit").kind, CPROF_SHELL_QUIT);
}

static void says_what_was_meant(void **state) {
    (void)state;
    refuse("tpo", "did you mean top?");
    refuse("nonesuch", "unknown command \"nonesuch\"");
    refuse("nodecount 3", "nodecount=3");
    refuse("normalize=true", "normalize can be given on the command line only");
    refuse("symbolize=none", "symbolize can be given on the command line only");
    refuse("base=x", "base can be given on the command line only");
    refuse("# nothing", "\"#\"");
    refuse(": 1", "\":\"");
    refuse("peek", "requires an argument");
    refuse("info", "unknown command");
    refuse("\x1b[2Jx", "\\x1b[2Jx");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_commands),      TEST(reads_programs),       TEST(words_of_tags_are_about_tags),
        TEST(sets_options),        TEST(chooses_sample_types), TEST(clears_filters),
        TEST(says_what_was_meant), TEST(knows_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
