#include "profile/builder.h"

#include "cmocka_all.h"

#include <stdio.h>

static cprof_str str(cprof_builder *b, const char *text) {
    cprof_str id;
    assert_true(cprof_builder_string(b, cprof_slice_of(text), &id, NULL));
    return id;
}

static cprof_builder *builder_of_type(const cprof_env *env) {
    cprof_builder *b = cprof_builder_new(env, "test", NULL);
    assert_non_null(b);
    assert_true(cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("ns"), NULL));
    return b;
}

static uint32_t frame(cprof_builder *b, const char *function, int64_t line) {
    uint32_t row;
    assert_true(cprof_builder_frame(b, cprof_slice_of(function), CPROF_SLICE("a.go"), line, &row, NULL));
    return row;
}

static uint32_t stack(cprof_builder *b, const uint32_t *frames, uint32_t count) {
    uint32_t row;
    assert_true(cprof_builder_stack(b, frames, count, &row, NULL));
    return row;
}

static void test_equal_things_are_one_row(void **state) {
    (void)state;
    cprof_builder *b = builder_of_type(NULL);
    assert_int_equal(frame(b, "f", 1), 0);
    assert_int_equal(frame(b, "f", 2), 1);
    assert_int_equal(frame(b, "g", 1), 2);
    assert_int_equal(frame(b, "f", 1), 0);
    assert_int_equal(stack(b, (uint32_t[]){0, 1}, 2), 0);
    assert_int_equal(stack(b, (uint32_t[]){1, 0}, 2), 1);
    assert_int_equal(stack(b, (uint32_t[]){0}, 1), 2);
    assert_int_equal(stack(b, NULL, 0), 3);
    assert_int_equal(stack(b, (uint32_t[]){0, 1}, 2), 0);
    assert_int_equal(stack(b, NULL, 0), 3);
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    assert_int_equal(p->functions.count, 2);
    assert_null(p->functions.id);
    assert_null(p->functions.start_line);
    assert_int_equal(p->locations.count, 3);
    assert_int_equal(cprof_location_id(p, 2), 3);
    assert_int_equal(p->locations.mapping[1], CPROF_NONE);
    assert_int_equal(p->stacks.count, 4);
    assert_int_equal(p->stacks.first[4], 5);
    cprof_profile_free(p);
}

static void test_locations_differ_in_every_part(void **state) {
    (void)state;
    cprof_builder *b = builder_of_type(NULL);
    cprof_str f = str(b, "f");
    uint32_t fn, fn2, map, row;
    assert_true(cprof_builder_function(b, f, f, 0, 0, &fn, NULL));
    assert_true(cprof_builder_function(b, f, f, 0, 7, &fn2, NULL));
    assert_int_not_equal(fn, fn2);
    assert_true(cprof_builder_function(b, f, f, 0, 0, &row, NULL));
    assert_int_equal(row, fn);
    assert_true(cprof_builder_mapping(b, &(cprof_mapping){.start = 1}, &map, NULL));
    struct {
        uint32_t mapping;
        uint64_t address;
        bool folded;
        uint32_t count;
        cprof_line lines[2];
    } cases[] = {
        {CPROF_NONE, 1, false, 1, {{fn, 1, 0}}},
        {map, 1, false, 1, {{fn, 1, 0}}},
        {CPROF_NONE, 2, false, 1, {{fn, 1, 0}}},
        {CPROF_NONE, 1, true, 1, {{fn, 1, 0}}},
        {CPROF_NONE, 1, false, 0, {{0, 0, 0}}},
        {CPROF_NONE, 1, false, 1, {{fn2, 1, 0}}},
        {CPROF_NONE, 1, false, 1, {{fn, -1, 0}}},
        {CPROF_NONE, 1, false, 1, {{fn, 1, 9}}},
        {CPROF_NONE, 1, false, 2, {{fn, 1, 0}, {fn2, 1, 0}}},
    };
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            assert_true(cprof_builder_location(b, cases[i].mapping, cases[i].address, cases[i].folded,
                                               cases[i].lines, cases[i].count, &row, NULL));
            assert_int_equal(row, i);
        }
    }
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    assert_int_equal(cprof_function_start_line(p, fn), 0);
    assert_int_equal(cprof_function_start_line(p, fn2), 7);
    assert_int_equal(p->locations.line_count, 9);
    assert_int_equal(cprof_line_column(p, 6), 9);
    assert_int_equal(cprof_line_column(p, 0), 0);
    assert_int_equal(cprof_line_column(p, 8), 0);
    assert_true(p->locations.folded[3]);
    assert_false(p->locations.folded[8]);
    cprof_profile_free(p);
}

static void test_labels_are_ordered_and_interned(void **state) {
    (void)state;
    cprof_builder *b = builder_of_type(NULL);
    cprof_str z = str(b, "z"), a = str(b, "a"), v = str(b, "v"), w = str(b, "w");
    cprof_label labels[] = {
        {.key = z, .number = 2, .is_number = true},
        {.key = z, .text = w},
        {.key = a, .number = 1, .is_number = true},
        {.key = z, .text = v},
        {.key = a, .text = w},
    };
    uint32_t set, again, empty;
    assert_true(cprof_builder_labels(b, labels, 5, &set, NULL));
    cprof_label other[] = {labels[4], labels[2], labels[1], labels[3], labels[0]};
    assert_true(cprof_builder_labels(b, other, 5, &again, NULL));
    assert_int_equal(set, again);
    assert_true(cprof_builder_labels(b, NULL, 0, &empty, NULL));
    assert_int_equal(empty, 0);
    cprof_label swapped[] = {labels[4], labels[2], labels[3], labels[1], labels[0]};
    assert_true(cprof_builder_labels(b, swapped, 5, &again, NULL));
    assert_int_not_equal(set, again);
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    const cprof_label *l = p->label_sets.labels + p->label_sets.first[set];
    assert_true(l[0].key == a && l[0].text == w && !l[0].is_number);
    assert_true(l[1].key == z && l[1].text == w);
    assert_true(l[2].key == z && l[2].text == v);
    assert_true(l[3].key == a && l[3].number == 1 && l[3].is_number);
    assert_true(l[4].key == z && l[4].number == 2);
    cprof_profile_free(p);
}

/* Long sets take another sorting path; the order must be the same stable one. */
static void test_many_labels(void **state) {
    (void)state;
    enum { COUNT = 1000, KEYS = 7 };
    cprof_builder *b = builder_of_type(NULL);
    cprof_str keys[KEYS];
    for (int i = 0; i < KEYS; i++)
        keys[i] = str(b, (char[]){(char)('g' - i), 0});
    cprof_label labels[COUNT];
    memset(labels, 0, sizeof labels);
    for (int i = 0; i < COUNT; i++)
        labels[i] = (cprof_label){.key = keys[i * 5 % KEYS], .number = i, .is_number = true};
    uint32_t set;
    assert_true(cprof_builder_labels(b, labels, COUNT, &set, NULL));
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    const cprof_label *l = p->label_sets.labels + p->label_sets.first[set];
    for (int i = 1; i < COUNT; i++) {
        int order =
            cprof_slice_compare(cprof_profile_string(p, l[i - 1].key), cprof_profile_string(p, l[i].key));
        assert_true(order < 0 || (order == 0 && l[i - 1].number < l[i].number));
    }
    cprof_profile_free(p);
}

static void count_note(void *context, const char *message) {
    assert_non_null(strstr(message, "64 bits"));
    ++*(int *)context;
}

/* Members come to the sample that was added last, or added to, and stay in that order. */
static void test_members(void **state) {
    (void)state;
    cprof_builder *b = builder_of_type(NULL);
    cprof_profile *p;
    assert_false(cprof_builder_member(b, 1, NULL));
    uint32_t f = frame(b, "f", 1), g = frame(b, "g", 1);
    uint32_t s1 = stack(b, &f, 1), s2 = stack(b, &g, 1);
    const uint32_t stacks[] = {s1, s2, s1};
    for (uint64_t id = 0; id < 3; id++) {
        assert_true(cprof_builder_sample_sum(b, stacks[id], 0, (int64_t[]){1}, NULL));
        assert_true(cprof_builder_member(b, 10 + id, NULL));
    }
    assert_true(cprof_builder_sample(b, s2, 0, (int64_t[]){1}, NULL));
    assert_true(cprof_builder_take(b, &p, NULL));
    assert_int_equal(p->samples.count, 3);
    static const uint32_t first[] = {0, 2, 3, 3};
    static const uint64_t ids[] = {10, 12, 11};
    assert_memory_equal(p->members.first, first, sizeof first);
    assert_memory_equal(p->members.id, ids, sizeof ids);
    cprof_profile_free(p);
}

static void test_sample_sum(void **state) {
    (void)state;
    int notes = 0;
    cprof_env env = {.note = count_note, .note_context = &notes};
    cprof_builder *b = builder_of_type(&env);
    uint32_t f = frame(b, "f", 1), g = frame(b, "g", 1), set;
    uint32_t s1 = stack(b, &f, 1), s2 = stack(b, &g, 1);
    cprof_label label = {.key = str(b, "k"), .text = str(b, "v")};
    assert_true(cprof_builder_labels(b, &label, 1, &set, NULL));
    assert_true(cprof_builder_sample(b, s1, 0, (int64_t[]){5}, NULL));
    assert_true(cprof_builder_sample_sum(b, s2, 0, (int64_t[]){INT64_MIN}, NULL));
    assert_true(cprof_builder_sample_sum(b, s1, 0, (int64_t[]){INT64_MAX - 5}, NULL));
    assert_true(cprof_builder_sample_sum(b, s1, set, (int64_t[]){7}, NULL));
    assert_int_equal(notes, 0);
    assert_true(cprof_builder_sample_sum(b, s1, 0, (int64_t[]){1}, NULL));
    assert_true(cprof_builder_sample_sum(b, s2, 0, (int64_t[]){-1}, NULL));
    assert_int_equal(notes, 1);
    assert_true(cprof_builder_sample(b, s1, set, (int64_t[]){8}, NULL));
    assert_true(cprof_builder_sample_sum(b, s1, set, (int64_t[]){1}, NULL));
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    assert_int_equal(p->samples.count, 4);
    assert_true(p->samples.values[0] == INT64_MAX);
    assert_true(p->samples.values[1] == INT64_MIN);
    assert_int_equal(p->samples.values[2] + p->samples.values[3], 16);
    assert_int_equal(cprof_sample_label_set(p, 0), 0);
    assert_int_equal(cprof_sample_label_set(p, 2), set);
    cprof_profile_free(p);
}

static void test_take_checks(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p;
    uint32_t row;
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_sample(b, stack(b, NULL, 0), 0, NULL, NULL));
    assert_false(cprof_builder_take(b, &p, &err));
    assert_int_equal(err.code, CPROF_ERR_FORMAT);
    assert_non_null(strstr(err.message, "no sample types"));

    b = builder_of_type(NULL);
    assert_true(cprof_builder_mapping(b, &(cprof_mapping){.id = 2}, &row, NULL));
    assert_true(cprof_builder_mapping(b, &(cprof_mapping){.id = 0}, &row, NULL));
    assert_int_equal(cprof_builder_profile(b)->mappings[row].id, 3);
    assert_true(cprof_builder_mapping(b, &(cprof_mapping){.id = 3}, &row, NULL));
    assert_false(cprof_builder_take(b, &p, &err));
    assert_int_equal(err.code, CPROF_ERR_FORMAT);
    assert_non_null(strstr(err.message, "id 3"));
}

static void test_rows_that_are_not_there(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_builder *b = builder_of_type(NULL);
    uint32_t row, missing = 5;
    cprof_label label = {.key = 99};
    cprof_line line = {.function = 3};
    assert_false(cprof_builder_function(b, 9, 0, 0, 0, &row, &err));
    assert_false(cprof_builder_location(b, CPROF_NONE, 0, false, &line, 1, &row, &err));
    assert_false(cprof_builder_location(b, 0, 0, false, NULL, 0, &row, &err));
    assert_false(cprof_builder_stack(b, &missing, 1, &row, &err));
    assert_false(cprof_builder_labels(b, &label, 1, &row, &err));
    assert_false(cprof_builder_sample(b, 0, 0, (int64_t[]){1}, &err));
    assert_int_equal(err.code, CPROF_ERR_FORMAT);
    cprof_builder_free(b);
}

/* Builds something of everything on a budget; false when that was too small. */
static bool build_all(const cprof_env *env, cprof_error *err) {
    cprof_builder *b = cprof_builder_new(env, "test", err);
    if (!b)
        return false;
    cprof_str key;
    uint32_t set = 0, frames[3], map, stack_row;
    bool ok = cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("ns"), err) &&
              cprof_builder_string(b, CPROF_SLICE("key"), &key, err) && cprof_builder_comment(b, key, err) &&
              cprof_builder_attribute(b, CPROF_SLICE("a"), CPROF_SLICE("b"), err) &&
              cprof_builder_mapping(b, &(cprof_mapping){.start = 1}, &map, err);
    cprof_label labels[40];
    memset(labels, 0, sizeof labels);
    for (int i = 0; ok && i < 40; i++)
        labels[i] = (cprof_label){.key = key, .text = key, .number = i};
    ok = ok && cprof_builder_labels(b, labels, 40, &set, err);
    for (int i = 0; ok && i < 200; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        ok = cprof_builder_frame(b, cprof_slice_of(name), CPROF_SLICE("f.c"), i, &frames[i % 3], err);
        frames[1] = frames[2] = frames[0];
        ok = ok && cprof_builder_stack(b, frames, 3, &stack_row, err) &&
             cprof_builder_sample_sum(b, stack_row, i % 2 ? set : 0, (int64_t[]){i}, err);
    }
    cprof_profile *p = NULL;
    if (!ok) {
        cprof_builder_free(b);
        return false;
    }
    if (!cprof_builder_take(b, &p, err))
        return false;
    cprof_profile_free(p);
    return true;
}

static void test_memory_may_end_anywhere(void **state) {
    (void)state;
    bool done = false;
    for (size_t limit = 64; !done && limit < ((size_t)1 << 24); limit += limit / 16 + 64) {
        cprof_budget budget = {.limit = limit};
        cprof_env env = {.budget = &budget};
        cprof_error err = CPROF_ERROR_INIT;
        done = build_all(&env, &err);
        assert_true(done || err.code == CPROF_ERR_MEMORY);
        assert_int_equal(budget.used, 0);
    }
    assert_true(done);
}

static void test_a_builder_goes_on_from_a_profile(void **state) {
    (void)state;
    cprof_builder *b = builder_of_type(NULL);
    uint32_t frames[] = {frame(b, "f", 1), frame(b, "g", 2)}, row;
    uint32_t both = stack(b, frames, 2);
    assert_true(cprof_builder_sample(b, both, 0, (int64_t[]){5}, NULL));
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    const cprof_profile *before = p;
    assert_true(cprof_builder_resume(p, &b, NULL));
    assert_non_null(b);
    /* What was there is found again. */
    assert_int_equal(frame(b, "g", 2), 1);
    assert_int_equal(frame(b, "g", 3), 2);
    assert_int_equal(stack(b, frames, 2), both);
    assert_int_equal(stack(b, frames, 1), 1);
    assert_true(cprof_builder_labels(b, NULL, 0, &row, NULL));
    assert_int_equal(row, 0);
    assert_true(cprof_builder_sample_sum(b, both, 0, (int64_t[]){2}, NULL));
    assert_true(cprof_builder_sample_sum(b, 1, 0, (int64_t[]){3}, NULL));
    assert_true(cprof_builder_take(b, &p, NULL));
    assert_ptr_equal(p, before);
    assert_int_equal(p->samples.count, 2);
    assert_int_equal(cprof_sample_values(p, 0)[0], 7);
    assert_int_equal(p->locations.count, 3);
    assert_int_equal(p->functions.count, 2);
    cprof_profile_free(p);
}

static void test_no_builder_goes_on_from_equal_rows(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        cprof_builder *b = builder_of_type(NULL);
        uint32_t frames[] = {frame(b, "f", 1), frame(b, "g", 1)};
        uint32_t one = stack(b, frames, 1);
        assert_true(cprof_builder_sample(b, one, 0, (int64_t[]){5}, NULL));
        if (kind == 0)
            assert_true(cprof_builder_sample(b, one, 0, (int64_t[]){5}, NULL));
        cprof_profile *p;
        assert_true(cprof_builder_take(b, &p, NULL));
        if (kind == 1)
            p->locations.line_function[1] = p->locations.line_function[0];
        if (kind == 2)
            p->functions.name[1] = p->functions.system_name[1] = p->functions.name[0];
        assert_true(cprof_builder_resume(p, &b, NULL));
        assert_null(b);
        assert_int_equal(p->samples.count, kind == 0 ? 2 : 1);
        cprof_profile_free(p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_things_are_one_row),
        cmocka_unit_test(test_locations_differ_in_every_part),
        cmocka_unit_test(test_labels_are_ordered_and_interned),
        cmocka_unit_test(test_many_labels),
        cmocka_unit_test(test_sample_sum),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_take_checks),
        cmocka_unit_test(test_rows_that_are_not_there),
        cmocka_unit_test(test_memory_may_end_anywhere),
        cmocka_unit_test(test_a_builder_goes_on_from_a_profile),
        cmocka_unit_test(test_no_builder_goes_on_from_equal_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
