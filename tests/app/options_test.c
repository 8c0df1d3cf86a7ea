#include "support.h"

#include "app/commands.h"

static const cprof_option *option(const char *name) {
    const cprof_option *o = cprof_option_find(cprof_slice_of(name));
    assert_non_null(o);
    return o;
}

static bool set(const char *name, const char *value, cprof_settings *settings) {
    return cprof_option_set(option(name), settings, cprof_slice_of(value), NULL);
}

static void starts_with_the_presets(void **state) {
    (void)state;
    cprof_settings s = cprof_settings_default();
    assert_slice(s.unit, "minimum");
    assert_slice(s.sort, "flat");
    assert_slice(s.granularity, "");
    assert_slice(s.focus, "");
    assert_int_equal(s.nodecount, -1);
    assert_true(s.nodefraction == 0.005 && s.edgefraction == 0.001 && s.divide_by == 1);
    assert_true(s.trim);
    assert_false(s.call_tree || s.mean || s.compact_labels);
    assert_int_equal(s.seconds, -1);
    for (const cprof_option *o = cprof_options; o->name; o++)
        assert_true(cprof_option_is_preset(o, &s));
}

static void reads_bools(void **state) {
    (void)state;
    static const char *const yes[] = {"true", "t", "yes", "y", "1", "", "TRUE", "Yes"};
    static const char *const no[] = {"false", "f", "no", "n", "0", "False", "NO"};
    cprof_settings s = cprof_settings_default();
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        s.call_tree = false;
        assert_true(set("call_tree", yes[i], &s) && s.call_tree);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        s.call_tree = true;
        assert_true(set("call_tree", no[i], &s) && !s.call_tree);
    }
    s.call_tree = true;
    assert_false(set("call_tree", "maybe", &s));
    assert_true(s.call_tree); /* as it was */
}

static void reads_numbers(void **state) {
    (void)state;
    cprof_settings s = cprof_settings_default();
    assert_true(set("nodecount", "20", &s) && s.nodecount == 20);
    assert_true(set("nodecount", "-1", &s) && s.nodecount == -1);
    assert_true(set("nodecount", "0x10", &s) && s.nodecount == 16);
    static const char *const bad_ints[] = {"", "x", "2x", " 2", "2 ", "1.5", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad_ints / sizeof *bad_ints; i++)
        assert_false(set("nodecount", bad_ints[i], &s));
    assert_int_equal(s.nodecount, 16);
    assert_true(set("nodefraction", "0.25", &s) && s.nodefraction == 0.25);
    assert_true(set("divide_by", "1e3", &s) && s.divide_by == 1000);
    static const char *const bad_floats[] = {"", "x", "1,5", "inf", "nan", "1e999", " 1"};
    for (size_t i = 0; i < sizeof bad_floats / sizeof *bad_floats; i++)
        assert_false(set("divide_by", bad_floats[i], &s));
    assert_false(cprof_option_set(option("nodecount"), &s, (cprof_slice){"1\0002", 3}, NULL));
}

static void reads_sizes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {{"0", 0},
                 {"4096", 4096},
                 {"1k", 1024},
                 {"512MB", 512 << 20},
                 {"8GiB", UINT64_C(8) << 30},
                 {"1.5g", UINT64_C(3) << 29},
                 {"100B", 100},
                 {"2TB", UINT64_C(2) << 40}};
    cprof_settings s = cprof_settings_default();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(set("max_memory", cases[i].text, &s));
        assert_int_equal(s.max_memory, cases[i].bytes);
    }
    static const char *const bad[] = {"", "MB", "-1", "1x", "1e30", "B"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(set("max_memory", bad[i], &s));
}

static void reads_choices(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_settings s = cprof_settings_default();
    assert_true(set("granularity", "lines", &s));
    assert_slice(s.granularity, "lines");
    assert_false(cprof_option_set(option("granularity"), &s, CPROF_SLICE("line"), &err));
    assert_int_equal(err.code, CPROF_ERR_USAGE);
    assert_non_null(strstr(err.message, "functions, filefunctions, files, lines, addresses"));
    const char *choice = NULL;
    assert_ptr_equal(cprof_option_find_choice(CPROF_SLICE("cum"), &choice), option("sort"));
    assert_string_equal(choice, "cum");
    assert_null(cprof_option_find_choice(CPROF_SLICE("sort"), &choice));
}

static void writes_what_it_reads(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"nodecount", "20"}, {"nodefraction", "0.005"}, {"divide_by", "1"}, {"divide_by", "0.1"},
        {"trim", "false"},   {"sort", "cum"},           {"focus", "a|b"},   {"max_memory", "1048576"}};
    cprof_settings s = cprof_settings_default();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[CPROF_OPTION_TEXT_MAX];
        assert_true(set(cases[i][0], cases[i][1], &s));
        assert_slice(cprof_option_get(option(cases[i][0]), &s, buffer), cases[i][1]);
    }
    assert_false(cprof_option_is_preset(option("trim"), &s));
}

/* Names share one space: -NAME must mean one thing. */
static void names_are_distinct(void **state) {
    (void)state;
    const char *choice;
    for (const cprof_option *o = cprof_options; o->name; o++) {
        assert_ptr_equal(option(o->name), o);
        assert_null(cprof_command_find(cprof_slice_of(o->name)));
        assert_null(cprof_option_find_choice(cprof_slice_of(o->name), &choice));
        for (const char *const *c = cprof_option_flags(o); *c; c++) {
            assert_null(cprof_command_find(cprof_slice_of(*c)));
            assert_ptr_equal(cprof_option_find_choice(cprof_slice_of(*c), &choice), o);
        }
    }
    for (const cprof_command *c = cprof_commands; c->name; c++)
        assert_ptr_equal(cprof_command_find(cprof_slice_of(c->name)), c);
}

/* What only bools may leave out is there for all others. */
static void rows_are_whole(void **state) {
    (void)state;
    for (const cprof_option *o = cprof_options; o->name; o++) {
        assert_non_null(o->brief);
        assert_int_equal(o->value != NULL, o->kind != CPROF_OPTION_BOOL);
        assert_int_equal(o->choices != NULL, o->kind == CPROF_OPTION_CHOICE || o->kind == CPROF_OPTION_WORD);
    }
    for (const cprof_command *c = cprof_commands; c->name; c++) {
        assert_true(c->usage && c->brief);
        assert_int_equal(c->run != NULL, c->kind == CPROF_COMMAND_REPORT);
        assert_int_equal(strncmp(c->usage, c->name, strlen(c->name)), 0);
        assert_true(!c->granularity || cprof_option_set(option("granularity"), &(cprof_settings){0},
                                                        cprof_slice_of(c->granularity), NULL));
    }
}

static cprof_settings settings_for(const char *command, const char *name, const char *value) {
    cprof_settings s = cprof_settings_default();
    if (name)
        assert_true(set(name, value, &s));
    return cprof_command_settings(cprof_command_find(cprof_slice_of(command)), s);
}

static void commands_change_settings(void **state) {
    (void)state;
    assert_int_equal(settings_for("top", NULL, NULL).nodecount, 0);
    assert_true(settings_for("top", NULL, NULL).nodefraction == 0.005);
    assert_int_equal(settings_for("top", "nodecount", "7").nodecount, 7);
    assert_int_equal(settings_for("tree", NULL, NULL).nodecount, 80);
    assert_int_equal(settings_for("tree", "nodecount", "7").nodecount, 7);
    assert_true(settings_for("tree", "trim", "false").nodefraction == 0);
    assert_int_equal(settings_for("tree", "trim", "false").nodecount, 0);
    assert_true(settings_for("peek", NULL, NULL).edgefraction == 0);
    assert_slice(settings_for("raw", "granularity", "files").granularity, "addresses");
    assert_slice(settings_for("top", "granularity", "files").granularity, "files");
    assert_true(settings_for("disasm", NULL, NULL).noinlines);
    assert_false(settings_for("top", NULL, NULL).noinlines);
    assert_true(settings_for("top", "noinlines", "true").noinlines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_the_presets),
        cmocka_unit_test(reads_bools),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(reads_choices),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(names_are_distinct),
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(commands_change_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
