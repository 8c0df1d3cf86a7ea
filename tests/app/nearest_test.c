#include "support.h"

#include "app/nearest.h"

static void counts_slips(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } cases[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"top", "top", 0},
        {"top", "tops", 1},
        {"top", "op", 1},
        {"top", "tip", 1},
        {"top", "tpo", 1}, /* neighbours swapped */
        {"kitten", "sitting", 3},
        {"ab", "ba", 1},
        {"abc", "cab", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_slice a = cprof_slice_of(cases[i].a), b = cprof_slice_of(cases[i].b);
        assert_int_equal(cprof_edit_distance(a, b), cases[i].distance);
        assert_int_equal(cprof_edit_distance(b, a), cases[i].distance);
    }
}

static void takes_long_words_for_far(void **state) {
    (void)state;
    char word[200];
    memset(word, 'a', sizeof word);
    assert_int_equal(cprof_edit_distance((cprof_slice){word, 64}, CPROF_SLICE("a")), 64);
    assert_int_equal(cprof_edit_distance(CPROF_SLICE("a"), (cprof_slice){word, sizeof word}), 200);
    assert_int_equal(cprof_edit_distance((cprof_slice){word, 63}, (cprof_slice){word, 62}), 1);
}

static const char *nearest_of(const char *word, const char *const *names) {
    cprof_nearest nearest = cprof_nearest_start(cprof_slice_of(word));
    for (; *names; names++)
        cprof_nearest_try(&nearest, *names);
    return cprof_nearest_name(&nearest);
}

static void finds_what_was_meant(void **state) {
    (void)state;
    static const char *const names[] = {"top", "tree", "nodecount", "nodefraction", NULL};
    assert_string_equal(nearest_of("nodecuont", names), "nodecount");
    assert_string_equal(nearest_of("nodcount", names), "nodecount");
    assert_string_equal(nearest_of("tre", names), "tree");
    assert_string_equal(nearest_of("tpo", names), "top");
    assert_null(nearest_of("t", names));
    assert_string_equal(nearest_of("nodef", names), "nodefraction");
    assert_null(nearest_of("node", names));
    assert_null(nearest_of("zzz", names));
    assert_null(nearest_of("x", names));
    assert_null(nearest_of("", names));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_slips),
        cmocka_unit_test(takes_long_words_for_far),
        cmocka_unit_test(finds_what_was_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
