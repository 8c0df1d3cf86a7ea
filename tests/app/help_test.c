#include "support.h"

#include "app/help.h"
#include "base/utf8.h"

static char *text_of(cprof_sink *sink) {
    cprof_slice bytes = cprof_sink_bytes(sink);
    char *text = strndup(bytes.len ? bytes.ptr : "", bytes.len);
    assert_non_null(text);
    cprof_sink_deinit(sink);
    return text;
}

static char *help_on(const char *topic, bool in_shell) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    assert_true(cprof_help_topic(&sink, cprof_slice_of(topic), in_shell, NULL));
    return text_of(&sink);
}

static void assert_fits(const char *text, size_t columns) {
    cprof_slice rest = cprof_slice_of(text), line;
    while (cprof_slice_next_line(&rest, &line))
        if (cprof_utf8_columns(line) > columns)
            fail_msg("too long: %.*s", CPROF_SLICE_ARG(line));
}

static void first_help_fits_a_terminal(void **state) {
    (void)state;
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_help_screen(&sink);
    char *text = text_of(&sink);
    int lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_true(lines < 24); /* the prompt takes the last one */
    assert_fits(text, 80);
    free(text);
}

static void every_row_has_help(void **state) {
    (void)state;
    char *commands = help_on("commands", false), *options = help_on("options", false);
    for (const cprof_command *c = cprof_commands; c->name; c++) {
        char line[64];
        snprintf(line, sizeof line, "\n  %s ", c->name);
        assert_true(strstr(commands, line) || strncmp(commands, line + 1, strlen(line) - 1) == 0);
        char *text = help_on(c->name, false);
        assert_non_null(strstr(text, c->usage));
        free(text);
    }
    for (const cprof_option *o = cprof_options; o->name; o++) {
        char line[64];
        snprintf(line, sizeof line, "\n  -%s ", o->name);
        assert_non_null(strstr(options, line));
        char *text = help_on(o->name, false);
        assert_non_null(strstr(text, o->brief));
        free(text);
        for (const char *const *c = cprof_option_flags(o); *c; c++) {
            text = help_on(*c, false);
            assert_non_null(strstr(text, o->brief));
            free(text);
        }
    }
    assert_fits(commands, 80);
    assert_fits(options, 80);
    assert_fits(options, 90);
    free(commands);
    free(options);
}

static void shell_help_leaves_out_the_rest(void **state) {
    (void)state;
    char *options = help_on("options", true), *commands = help_on("commands", true);
    assert_non_null(strstr(options, "\n  focus=RE "));
    assert_null(strstr(options, "max_memory"));
    assert_null(strstr(options, "diff_base"));
    assert_null(strstr(commands, "\n  info "));
    free(options);
    free(commands);
    options = help_on("-focus", false); /* with its dash, too */
    free(options);
}

static void unknown_topics_are_errors(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    assert_false(cprof_help_topic(&sink, CPROF_SLICE("nonesuch"), false, &err));
    assert_int_equal(err.code, CPROF_ERR_USAGE);
    assert_false(cprof_help_topic(&sink, CPROF_SLICE(""), false, &err));
    cprof_sink_deinit(&sink);
}

static void completion_knows_the_tables(void **state) {
    (void)state;
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < 3; i++) {
        cprof_sink sink;
        cprof_sink_init_memory(&sink, NULL);
        assert_true(cprof_completion(&sink, cprof_slice_of(shells[i]), NULL));
        char *text = text_of(&sink);
        for (const cprof_command *c = cprof_commands; c->name; c++)
            assert_non_null(strstr(text, c->name));
        for (const cprof_option *o = cprof_options; o->name; o++) {
            assert_non_null(strstr(text, o->name));
            for (const char *const *c = o->choices; c && *c; c++)
                assert_non_null(strstr(text, *c));
        }
        free(text);
    }
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    assert_false(cprof_completion(&sink, CPROF_SLICE("tcsh"), NULL));
    cprof_sink_deinit(&sink);
}

static void settings_show_what_is_set(void **state) {
    (void)state;
    cprof_settings settings = cprof_settings_default();
    settings.focus = CPROF_SLICE("a\x1b[31m");
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_help_settings(&sink, &settings, NULL);
    char *text = text_of(&sink);
    assert_non_null(strstr(text, "* focus "));
    assert_non_null(strstr(text, "\\x1b[31m"));
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "  nodecount              = -1"));
    assert_non_null(strstr(text, "[cum | flat]"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_help_fits_a_terminal),     cmocka_unit_test(every_row_has_help),
        cmocka_unit_test(shell_help_leaves_out_the_rest), cmocka_unit_test(unknown_topics_are_errors),
        cmocka_unit_test(completion_knows_the_tables),    cmocka_unit_test(settings_show_what_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
