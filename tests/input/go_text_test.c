/* Numbers, positions and labels of Go's texts, as its strconv and runtime/pprof write them. */
#include "input/go_text.h"
#include "support.h"

static void numbers_end_where_63_bits_do(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
        const char *rest;
    } cases[] = {
        {"0", true, 0, ""},
        {"9223372036854775807 x", true, INT64_MAX, " x"},
        {"9223372036854775808", false, 0, "9223372036854775808"},
        {"99999999999999999999", false, 0, "99999999999999999999"},
        {"-1", false, 0, "-1"},
        {"", false, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_slice s = cprof_slice_of(cases[i].text);
        int64_t value = 0;
        assert_int_equal(cprof_go_take_number(&s, &value), cases[i].fits);
        assert_slice(s, cases[i].rest);
        assert_true(!cases[i].fits || value == cases[i].value);
    }
}

static void addresses_end_where_64_bits_do(void **state) {
    (void)state;
    uint64_t value;
    cprof_slice s = CPROF_SLICE("0xffffffffffffffff rest");
    assert_true(cprof_go_take_address(&s, &value));
    assert_true(value == UINT64_MAX);
    assert_slice(s, " rest");
    static const char *const none[] = {"0x10000000000000000", "0x", "0xg", "ff", ""};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        s = cprof_slice_of(none[i]);
        assert_false(cprof_go_take_address(&s, &value));
        assert_slice(s, none[i]);
    }
}

static void positions_are_split_at_their_line(void **state) {
    (void)state;
    static const struct {
        const char *position, *file;
        int64_t line;
    } cases[] = {
        {"/src/main.go:12", "/src/main.go", 12},
        {"C:/src/main.go:7", "C:/src/main.go", 7},
        {"main.go", "main.go", 0},
        {"main.go:", "main.go:", 0},
        {"main.go:12x", "main.go:12x", 0},
        {"m.go:99999999999999999999", "m.go:99999999999999999999", 0},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_slice file;
        int64_t line;
        cprof_go_split_position(cprof_slice_of(cases[i].position), &file, &line);
        assert_slice(file, cases[i].file);
        assert_int_equal(line, cases[i].line);
    }
}

static void floats_stay_within_64_bits(void **state) {
    (void)state;
    assert_true(cprof_go_int64(2.9) == 2 && cprof_go_int64(-2.9) == -2);
    assert_true(cprof_go_int64(1e300) == INT64_MAX && cprof_go_int64(-1e300) == INT64_MIN);
}

typedef struct labels {
    cprof_builder *builder;
    cprof_go_labels taken;
} labels;

static cprof_go_outcome take(labels *l, const char *text, cprof_slice *rest) {
    cprof_error err = CPROF_ERROR_INIT;
    *l = (labels){.builder = cprof_builder_new(NULL, "test", &err)};
    assert_non_null(l->builder);
    *rest = cprof_slice_of(text);
    cprof_go_outcome outcome = cprof_go_take_labels(rest, l->builder, NULL, &l->taken, &err);
    assert_int_equal(err.code, CPROF_OK);
    return outcome;
}

static void drop(labels *l) {
    cprof_vec_free(NULL, &l->taken.at);
    cprof_builder_free(l->builder);
}

static void assert_label(const char *text, const char *key, const char *value) {
    labels l;
    cprof_slice rest;
    if (take(&l, text, &rest) != CPROF_GO_DONE)
        fail_msg("%s", text);
    assert_int_equal(l.taken.at.count, 1);
    const cprof_profile *p = cprof_builder_profile(l.builder);
    assert_slice(cprof_profile_string(p, l.taken.at.at[0].key), key);
    assert_slice(cprof_profile_string(p, l.taken.at.at[0].text), value);
    assert_false(l.taken.at.at[0].is_number);
    assert_int_equal(rest.len, 0);
    drop(&l);
}

/* Every form of the language's interpreted strings. */
static void quoted_labels_are_unquoted(void **state) {
    (void)state;
    assert_label("{\"k\":\"v\"}", "k", "v");
    assert_label("{ \"k\" : \"v\" , }", "k", "v");
    assert_label("{\"\":\"\"}", "", "");
    assert_label("{\"k\":\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"}", "k", "\a\b\f\n\r\t\v\\\"");
    assert_label("{\"k\":\"\\101\\377\"}", "k", "A\xff");
    assert_label("{\"k\":\"\\x41\\xfF\"}", "k", "A\xff");
    assert_label("{\"k\":\"\\u00e9\\u20aC\"}", "k", "\u00e9\u20ac");
    assert_label("{\"k\":\"\\U0001f600\"}", "k", "\U0001f600");
    assert_label("{key:value}", "key", "value");
}

static void several_labels_are_kept_in_order(void **state) {
    (void)state;
    labels l;
    cprof_slice rest;
    assert_int_equal(take(&l, "{\"a\":\"1\", \"b\":\"2\"}tail", &rest), CPROF_GO_DONE);
    assert_int_equal(l.taken.at.count, 2);
    assert_slice(cprof_profile_string(cprof_builder_profile(l.builder), l.taken.at.at[1].key), "b");
    assert_slice(rest, "tail");
    drop(&l);
    assert_int_equal(take(&l, "{}", &rest), CPROF_GO_DONE);
    assert_int_equal(l.taken.at.count, 0);
    drop(&l);
}

static void what_is_no_label_is_refused(void **state) {
    (void)state;
    static const char *const broken[] = {
        "",
        "\"k\":\"v\"",
        "{",
        "{\"k\"}",
        "{\"k\":\"v\"",
        "{\"k\":\"v",
        "{\"k",
        "{\"k\":\"v\" \"l\"",
        "{\"k\":\"\\",
        "{\"k\":\"v\\\"}",
        "{\"k\":\"\\q\"}",
        "{\"k\":\"\\400\"}",
        "{\"k\":\"\\08\"}",
        "{\"k\":\"\\1\"}",
        "{\"k\":\"\\x4\"}",
        "{\"k\":\"\\xg0\"}",
        "{\"k\":\"\\u12\"}",
        "{\"k\":\"\\U00110000\"}",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        labels l;
        cprof_slice rest;
        if (take(&l, broken[i], &rest) != CPROF_GO_BROKEN)
            fail_msg("%s", broken[i]);
        drop(&l);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_end_where_63_bits_do),
        cmocka_unit_test(addresses_end_where_64_bits_do),
        cmocka_unit_test(positions_are_split_at_their_line),
        cmocka_unit_test(floats_stay_within_64_bits),
        cmocka_unit_test(quoted_labels_are_unquoted),
        cmocka_unit_test(several_labels_are_kept_in_order),
        cmocka_unit_test(what_is_no_label_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
