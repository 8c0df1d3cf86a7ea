#include "profile/builder.h"

#include "cmocka_all.h"

static cprof_profile *profile_of_types(const char *const *types, const char *default_type) {
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_non_null(b);
    for (; *types; types++)
        assert_true(cprof_builder_type(b, cprof_slice_of(*types), CPROF_SLICE("count"), NULL));
    assert_true(
        cprof_builder_string(b, cprof_slice_of(default_type), &cprof_builder_profile(b)->default_type, NULL));
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    return p;
}

static void expect_type(const cprof_profile *p, const char *wanted, uint32_t expected) {
    uint32_t type = 99;
    assert_true(cprof_profile_find_type(p, cprof_slice_of(wanted), &type, NULL));
    assert_int_equal(type, expected);
}

static void expect_no_type(const cprof_profile *p, const char *wanted, const char *message) {
    cprof_error err = CPROF_ERROR_INIT;
    uint32_t type;
    assert_false(cprof_profile_find_type(p, cprof_slice_of(wanted), &type, &err));
    assert_string_equal(err.message, message);
}

static void test_find_type(void **state) {
    (void)state;
    cprof_profile *p =
        profile_of_types((const char *[]){"objects", "space", "x", "7", "x", "cpu", NULL}, "x");
    expect_type(p, "", 2);
    expect_type(p, "x", 2);
    expect_type(p, "5", 5);
    expect_type(p, "+1", 1);
    expect_type(p, "space", 1);
    expect_type(p, "inuse_space", 1);
    expect_type(p, "inuse_objects", 0);
    expect_no_type(p, "7", "sample_index 7 is outside the range [0..5]");
    expect_no_type(p, "-1", "sample_index -1 is outside the range [0..5]");
    expect_no_type(p, "spac\n", "sample_index \"spac\\x0a\" must be one of: [objects space x 7 x cpu]");
    expect_no_type(p, "99999999999999999999",
                   "sample_index \"99999999999999999999\" must be one of: [objects space x 7 x cpu]");
    cprof_profile_free(p);
    p = profile_of_types((const char *[]){"a", "b", NULL}, "gone");
    expect_type(p, "", 1);
    expect_no_type(p, "-", "sample_index \"-\" must be one of: [a b]");
    cprof_profile_free(p);
    p = profile_of_types((const char *[]){NULL}, "");
    expect_no_type(p, "", "profile has no samples");
    cprof_profile_free(p);
}

typedef struct number_label {
    const char *key, *unit;
} number_label;

static void add_sample(cprof_builder *b, const number_label *labels, uint32_t count) {
    cprof_label rows[8];
    memset(rows, 0, sizeof rows);
    for (uint32_t i = 0; i < count; i++) {
        rows[i].is_number = true;
        rows[i].number = i;
        assert_true(cprof_builder_string(b, cprof_slice_of(labels[i].key), &rows[i].key, NULL));
        assert_true(cprof_builder_string(b, cprof_slice_of(labels[i].unit), &rows[i].unit, NULL));
    }
    uint32_t set, stack;
    assert_true(cprof_builder_labels(b, rows, count, &set, NULL));
    assert_true(cprof_builder_stack(b, NULL, 0, &stack, NULL));
    assert_true(cprof_builder_sample(b, stack, set, (int64_t[]){1}, NULL));
}

static void note(void *context, const char *message) {
    char *all = context;
    strcat(strcat(all, message), "\n");
}

static void test_label_units(void **state) {
    (void)state;
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("ns"), NULL));
    /* A set that no sample has must not count. */
    cprof_label unused = {.is_number = true};
    uint32_t row;
    assert_true(cprof_builder_string(b, CPROF_SLICE("unused"), &unused.key, NULL));
    assert_true(cprof_builder_labels(b, &unused, 1, &row, NULL));
    add_sample(b, (number_label[]){{"size", ""}, {"request", ""}, {"alignment", "kb"}}, 3);
    add_sample(b, (number_label[]){{"size", "mb"}, {"size", "kb"}, {"n", ""}}, 3);
    add_sample(b, (number_label[]){{"size", "gb"}, {"size", "kb"}, {"alignment", "kb"}}, 3);
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));

    cprof_label_units units;
    assert_true(cprof_label_units_init(&units, p, NULL));
    struct {
        const char *key, *unit;
    } expected[] = {{"size", "mb"}, {"request", "bytes"}, {"alignment", "kb"}, {"n", "n"}, {"unused", ""}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        cprof_str key;
        assert_true(cprof_strtab_find(&p->strings, cprof_slice_of(expected[i].key), &key));
        assert_true(cprof_slice_is(cprof_label_units_get(&units, key), expected[i].unit));
    }
    char notes[512] = "";
    cprof_env env = {.note = note, .note_context = notes};
    assert_true(cprof_label_units_note(&units, p, &env, NULL));
    assert_string_equal(notes, "For tag size used unit mb, also encountered unit(s) gb, kb\n");
    cprof_label_units_deinit(&units, p);
    cprof_profile_free(p);
}

static void test_forget_samples(void **state) {
    (void)state;
    enum { SAMPLES = 1000 };
    cprof_budget budget = {.limit = 1 << 30};
    const cprof_env env = {.budget = &budget};
    cprof_builder *b = cprof_builder_new(&env, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("count"), NULL));
    uint32_t location, stack;
    assert_true(cprof_builder_location(b, CPROF_NONE, 64, false, NULL, 0, &location, NULL));
    for (uint32_t i = 1; i <= SAMPLES; i++) {
        uint32_t frames[SAMPLES];
        for (uint32_t k = 0; k < i; k++)
            frames[k] = location;
        assert_true(cprof_builder_stack(b, frames, i, &stack, NULL));
        assert_true(cprof_builder_sample(b, stack, 0, &(int64_t){1}, NULL));
    }
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    assert_int_equal(p->samples.count, SAMPLES);
    size_t before = budget.used;
    cprof_profile_forget_samples(p);
    assert_true(before - budget.used > SAMPLES * SAMPLES / 2 * sizeof(uint32_t));
    assert_int_equal(p->samples.count + p->stacks.count + p->locations.count + p->label_sets.count, 0);
    expect_type(p, "cpu", 0);
    cprof_profile_forget_samples(p);
    cprof_profile_free(p);
    assert_int_equal(budget.used, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_type),
        cmocka_unit_test(test_label_units),
        cmocka_unit_test(test_forget_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
