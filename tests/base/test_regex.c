/* Regular expressions: what Go's regexp package accepts, matches and rejects. */
#include "support.h"

#include "base/regex.h"

#include <time.h>

static bool matches(const char *pattern, cprof_slice subject) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_regex *regex = cprof_regex_new(cprof_slice_of(pattern), "test", NULL, &err);
    if (!regex)
        print_error("%s\n", err.message);
    assert_non_null(regex);
    bool matched = cprof_regex_match(regex, subject);
    assert_false(cprof_regex_failed(regex, &err));
    cprof_regex_free(regex);
    return matched;
}

static void patterns_match_as_in_go(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *subject;
        bool matched;
    } cases[] = {
        {"", "", true},
        {"", "abc", true},
        {"main", "main.main", true},
        {"Main", "main.main", false},
        {"(?i)MAIN", "main.main", true},
        {"main\\.main", "main.main", true},
        {"main\\.main", "mainXmain", false},
        {"main.main", "mainXmain", true},
        {"^main$", "main", true},
        {"^main$", "main\n", false},
        {"main\\z", "main\n", false},
        {"\\Amain", "x\nmain", false},
        {"(?m)^main$", "x\nmain\ny", true},
        {"a.b", "a\nb", false},
        {"(?s)a.b", "a\nb", true},
        {"a|b|", "zzz", true},
        {"(?P<name>x+)y", "xxy", true},
        {"(?<name>x+)y", "xxy", true},
        {"(?P<n>x)|(?P<n>y)", "y", true},
        {"\\pN", "a7", true},
        {"\\pN", "ab", false},
        {"\\p{Greek}", "λ", true},
        {"\\P{Greek}", "λ", false},
        {"\\p{^Greek}", "a", true},
        {"[\\pL]+$", "äb", true},
        {"\\Qa.b(\\E+$", "xa.b((", true},
        {"\\Qa.b", "a.b", true},
        {"\\Qa.b", "axb", false},
        {"\\d+", "٣", false}, /* digits are ASCII's */
        {"\\w", "é", false},
        {"\\s", "\v", false}, /* no vertical tab in \s */
        {"[\\s]", "\v", false},
        {"\\S", "\v", true},
        {"[\\S]", "\v", true},
        {"\\v", "\v", true},
        {"\\v", "\n", false},
        {"[\\v]", "\n", false},
        {"\\x41\\x{42}", "AB", true},
        {"\\101\\0", "A", false},
        {"\\123", "S", true},
        {"\\07", "\a", true},
        {"[[:alpha:]]{3}", "1abc", true},
        {"[[:^alpha:]]", "abc", false},
        {"[[a]", "[", true},
        {"[[.a.]]", ".]", true},
        {"[]a]", "]", true},
        {"[^]a]", "]", false},
        {"[a\\]b]", "]", true},
        {"[a-]", "-", true},
        {"^[\\d-z]$", "-", true}, /* no range begins with a set */
        {"[\\d-z]", "a", false},
        {"^[[:digit:]-z]+$", "1-z", true},
        {"^[\\pN-\\pL]+$", "1-z", true},
        {"[\\d--/]", ".", true},   /* "-" to "/" */
        {"[:alpha:]", "z", false}, /* ":", "a", "l", "p" and "h" */
        {"^[:alpha:]+$", ":alpha:", true},
        {"^[.a.]+$", ".a", true},
        {"^[=a=]$", "=", true},
        {"^[!-.]$", "+", true},
        {"a\\ b", "a b", true},
        {"\\\x7f", "\x7f", true},
        {"[\\ ]", " ", true},
        {"a{,2}$", "a{,2}", true},
        {"a{", "a{", true},
        {"a{x}", "a{x}", true},
        {"^a{2}$", "aa", true},
        {"^a{2,}$", "a", false},
        {"^a{2,3}?$", "aaa", true},
        {"^*a", "a", true},
        {"\\b+main\\b", "main", true},
        {"\\bmain\\b", "xmain", false},
        {"x\\B", "xy", true},
        {"(?:a|b)+?c", "ababc", true},
        {"(?i:A)B", "aB", true},
        {"(?i:A)B", "ab", false},
        {"(?i-s)a.", "A\n", false},
        {"(?i)straße", "STRAßE", true},
        {"operator\\+\\+", "operator++", true},
        {"std::vector<int>", "std::vector<int>::push_back", true},
        {"#x y", "#x y", true},
        {"世", "世界", true},
        {"世+$", "世世", true},
        {"世{2}", "世世", true},
        {"foo(?=bar)", "foobar", true},
        {"foo(?!bar)", "foobar", false},
        {"(?<=foo)bar", "foobar", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (matches(cases[i].pattern, cprof_slice_of(cases[i].subject)) != cases[i].matched)
            fail_msg("`%s` on `%s`: not %d", cases[i].pattern, cases[i].subject, cases[i].matched);
    }
}

static void patterns_are_rejected_as_in_go(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *wrong;
    } cases[] = {
        {"a(b", "missing closing ) at offset 3 of `a(b`"},
        {"ab)c", "unexpected ) at offset 2 of `ab)c`"},
        {"x[a", "missing closing ] `[a` at offset 1 of `x[a`"},
        {"*a", "missing argument to repetition operator `*` at offset 0 of `*a`"},
        {"(*Type).Method", "missing argument to repetition operator `*` at offset 1 of `(*Type).Method`"},
        {"a|+", "missing argument to repetition operator `+` at offset 2 of `a|+`"},
        {"{1}", "missing argument to repetition operator `{1}` at offset 0 of `{1}`"},
        {"operator++", "invalid nested repetition operator `++` at offset 8 of `operator++`"},
        {"a**", "invalid nested repetition operator `**` at offset 1 of `a**`"},
        {"a{2}{3}", "invalid nested repetition operator `{2}{3}` at offset 1 of `a{2}{3}`"},
        {"a{1001}", "invalid repeat count `{1001}` at offset 1 of `a{1001}`"},
        {"a{3,0}", "invalid repeat count `{3,0}` at offset 1 of `a{3,0}`"},
        {"a{3,2}", "invalid repeat count `{3,2}` at offset 1 of `a{3,2}`"},
        {"a{99999999999999999999}", "invalid repeat count `{99999999999999999999}` at offset 1 of "
                                    "`a{99999999999999999999}`"},
        {"[b-a]", "invalid character class range at offset 3 of `[b-a]`"},
        {"[[:foo:]]", "invalid character class range at offset 1 of `[[:foo:]]`"},
        {"\\p{Nothing}", "invalid character class range at offset 11 of `\\p{Nothing}`"},
        {"\\p{Greek", "invalid character class range `\\p{Greek` at offset 0 of `\\p{Greek`"},
        {"a\\", "trailing backslash at end of expression `\\` at offset 1 of `a\\`"},
        {"\\y", "invalid escape sequence `\\y` at offset 0 of `\\y`"},
        {"(a)\\1", "invalid escape sequence `\\1` at offset 3 of `(a)\\1`"},
        {"\\8", "invalid escape sequence `\\8` at offset 0 of `\\8`"},
        {"\\xZ1", "invalid escape sequence `\\xZ` at offset 0 of `\\xZ1`"},
        {"\\x{110000}", "invalid escape sequence `\\x{110000}` at offset 0 of `\\x{110000}`"},
        {"\\C", "invalid escape sequence `\\C` at offset 0 of `\\C`"},
        {"\\R", "invalid escape sequence `\\R` at offset 0 of `\\R`"},
        {"\\Z", "invalid escape sequence `\\Z` at offset 0 of `\\Z`"},
        {"(?x)a", "invalid or unsupported Perl syntax `(?x` at offset 0 of `(?x)a`"},
        {"(?R)", "invalid or unsupported Perl syntax `(?R` at offset 0 of `(?R)`"},
        {"(?P=n)", "invalid or unsupported Perl syntax `(?P` at offset 0 of `(?P=n)`"},
        {"(?#a)", "invalid or unsupported Perl syntax `(?#` at offset 0 of `(?#a)`"},
        {"(?", "invalid or unsupported Perl syntax `(?` at offset 0 of `(?`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_error err = CPROF_ERROR_INIT;
        assert_null(cprof_regex_new(cprof_slice_of(cases[i].pattern), "focus", NULL, &err));
        assert_int_equal(err.code, CPROF_ERR_REGEX);
        char expected[512];
        snprintf(expected, sizeof expected, "parsing focus regexp: %s", cases[i].wrong);
        assert_string_equal(err.message, expected);
    }
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(cprof_regex_new(CPROF_SLICE("a\xff"), "hide", NULL, &err));
    assert_string_equal(err.message, "parsing hide regexp: invalid UTF-8");
}

static void long_patterns_are_cut_in_the_message(void **state) {
    (void)state;
    char pattern[5000];
    memset(pattern, 'a', sizeof pattern);
    pattern[4000] = '(';
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(cprof_regex_new((cprof_slice){pattern, sizeof pattern}, "focus", NULL, &err));
    assert_non_null(strstr(err.message, "missing closing ) at offset 5000 of `aaa"));
    assert_true(strlen(err.message) < 300);
    size_t deep = 3000;
    memset(pattern, '(', deep);
    assert_null(cprof_regex_new((cprof_slice){pattern, deep}, "focus", NULL, &err));
    assert_non_null(strstr(err.message, "nests too deeply"));
}

/* With every limit that is too low it says so, and gives back what it took. */
static void memory_is_on_the_budget(void **state) {
    (void)state;
    static const char *const patterns[] = {"main", "m(a|b)*[[:alpha:]]+$"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        cprof_budget budget = {0};
        cprof_env env = {.budget = &budget};
        cprof_regex *regex = cprof_regex_new(cprof_slice_of(patterns[i]), "focus", &env, NULL);
        assert_non_null(regex);
        assert_true(cprof_regex_match(regex, CPROF_SLICE("\xff"
                                                         "main")));
        cprof_regex_free(regex);
        assert_int_equal(budget.used, 0);
        size_t enough = budget.peak, failed = 0;
        for (budget.limit = 1; budget.limit < enough; budget.limit += 64) {
            cprof_error err = CPROF_ERROR_INIT;
            regex = cprof_regex_new(cprof_slice_of(patterns[i]), "focus", &env, &err);
            failed += !regex;
            assert_int_equal(err.code, regex ? CPROF_OK : CPROF_ERR_MEMORY);
            if (regex && !cprof_regex_match(regex, CPROF_SLICE("\xff"
                                                               "main")))
                assert_true(cprof_regex_failed(regex, &err));
            cprof_regex_free(regex);
            assert_int_equal(budget.used, 0);
        }
        assert_true(failed > 0);
    }
}

static void subjects_may_hold_any_byte(void **state) {
    (void)state;
    cprof_slice nul = {"a\0b", 3};
    assert_true(matches("a.b", nul));
    assert_true(matches("b", nul));
    assert_true(matches("\\x00", nul));
    cprof_slice invalid = CPROF_SLICE("foo\xff\xfe"
                                      "bar\xc3");
    assert_true(matches("foo..bar.$", invalid));
    assert_false(matches("foo.bar", invalid));
    assert_true(matches("bar", invalid));
    assert_true(matches("\xef\xbf\xbd", invalid)); /* as Go decodes it */
    assert_true(matches("[^a-z]", invalid));
    assert_true(matches("^$", (cprof_slice){NULL, 0}));
    assert_false(matches("a", (cprof_slice){NULL, 0}));
}

static void patterns_may_hold_nul(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        cprof_slice pattern = i ? (cprof_slice){"a\0.", 3} : (cprof_slice){"a[\0]", 4};
        cprof_regex *regex = cprof_regex_new(pattern, "focus", NULL, NULL);
        assert_non_null(regex);
        assert_true(cprof_regex_match(regex, (cprof_slice){"a\0c", 3}));
        assert_false(cprof_regex_match(regex, CPROF_SLICE("abc")));
        assert_int_equal(cprof_regex_pattern(regex).len, pattern.len);
        cprof_regex_free(regex);
    }
}

static void find_gives_bounds(void **state) {
    (void)state;
    cprof_regex *regex = cprof_regex_new(CPROF_SLICE("(a+)(b)?(c)"), "test", NULL, NULL);
    assert_non_null(regex);
    size_t bounds[5][2];
    assert_true(cprof_regex_find(regex, CPROF_SLICE("xxaacab"), 0, bounds, 5));
    assert_int_equal(bounds[0][0], 2);
    assert_int_equal(bounds[0][1], 5);
    assert_int_equal(bounds[1][0], 2);
    assert_int_equal(bounds[1][1], 4);
    assert_int_equal(bounds[2][0], SIZE_MAX);
    assert_int_equal(bounds[3][0], 4);
    assert_int_equal(bounds[4][1], SIZE_MAX);
    assert_false(cprof_regex_find(regex, CPROF_SLICE("xxaacab"), 5, bounds, 1));
    assert_false(cprof_regex_find(regex, CPROF_SLICE("ac"), 3, bounds, 1));
    /* Bytes of the subject, not of what the matcher sees. */
    assert_true(cprof_regex_find(regex,
                                 CPROF_SLICE("\xff\xff"
                                             "ac\xff"),
                                 0, bounds, 1));
    assert_int_equal(bounds[0][0], 2);
    assert_int_equal(bounds[0][1], 4);
    cprof_regex_free(regex);

    regex = cprof_regex_new(CPROF_SLICE("ab"), "test", NULL, NULL);
    assert_non_null(regex);
    assert_true(cprof_regex_find(regex, CPROF_SLICE("abab"), 1, bounds, 2));
    assert_int_equal(bounds[0][0], 2);
    assert_int_equal(bounds[0][1], 4);
    assert_int_equal(bounds[1][0], SIZE_MAX);
    assert_false(cprof_regex_find(regex, CPROF_SLICE("abab"), 3, bounds, 2));
    cprof_regex_free(regex);

    regex = cprof_regex_new(CPROF_SLICE("(?U)a+"), "test", NULL, NULL);
    assert_non_null(regex);
    assert_true(cprof_regex_find(regex, CPROF_SLICE("aaa"), 0, bounds, 1));
    assert_int_equal(bounds[0][1], 1);
    cprof_regex_free(regex);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Patterns that backtracking takes ages for still get their answer. */
static void explosive_patterns_are_answered(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        bool matched;
    } cases[] = {
        {"(a+)+$", false},
        {"(a*)*$", true},
        {"(a|aa)+$", false},
        {"(.*a){12}$", false},
        {"^(([a-z])+.)+[A-Z]$", false},
    };
    char subject[202];
    memset(subject, 'a', 200);
    subject[200] = '!';
    subject[201] = '\0';
    double start = seconds();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_error err = CPROF_ERROR_INIT;
        cprof_regex *regex = cprof_regex_new(cprof_slice_of(cases[i].pattern), "focus", NULL, &err);
        assert_non_null(regex);
        assert_int_equal(cprof_regex_match(regex, cprof_slice_of(subject)), cases[i].matched);
        assert_false(cprof_regex_failed(regex, &err));
        cprof_regex_free(regex);
    }
    assert_true(seconds() - start < 20);
}

/* What cannot be answered within bounds is given up, and said. */
static void given_up_matches_are_remembered(void **state) {
    (void)state;
    char subject[3002];
    memset(subject, 'a', 3000);
    subject[3000] = '!';
    subject[3001] = '\0';
    cprof_regex *regex =
        cprof_regex_new(CPROF_SLICE("(?:(?=(a+))a)+(?:(?:a+)+b|(?=(a+a+)+c)x)$"), "focus", NULL, NULL);
    assert_non_null(regex);
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_regex_failed(regex, &err));
    double start = seconds();
    for (int i = 0; i < 10000; i++)
        assert_false(cprof_regex_match(regex, cprof_slice_of(subject)));
    assert_true(seconds() - start < 30);
    assert_true(cprof_regex_failed(regex, &err));
    assert_int_equal(err.code, CPROF_ERR_LIMIT);
    assert_memory_equal(err.message, "matching focus regexp: gave up, it takes too ", 45);
    cprof_regex_free(regex);
}

/* The effort of each of these grows with a power of the subject, of which machine code would not tell. */
static void long_subjects_are_bounded(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *subject = malloc(SIZE);
    assert_non_null(subject);
    memset(subject, 'a', SIZE);
    static const struct {
        const char *pattern;
        size_t len;
        bool failed;
    } cases[] = {
        {"a.*[bx].*[cx].*[dx]", 300, false},
        {"a.*[bx].*[cx].*[dx]", SIZE, true},
        {"a[^b]*[xy]", SIZE, true},
        {"(?:a*)*[xy]", 5000, true},
        {"a+", SIZE, false},
        {"a{1,100}[xy]", SIZE, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_regex *regex = cprof_regex_new(cprof_slice_of(cases[i].pattern), "focus", NULL, NULL);
        assert_non_null(regex);
        double start = seconds();
        bool matched = cprof_regex_match(regex, (cprof_slice){subject, cases[i].len});
        assert_int_equal(matched, strcmp(cases[i].pattern, "a+") == 0);
        assert_int_equal(cprof_regex_failed(regex, NULL), cases[i].failed);
        assert_true(seconds() - start < 15);
        cprof_regex_free(regex);
    }
    free(subject);
}

/* A long subject is looked at window by window, in whole characters. */
static void long_subjects_match_at_their_end(void **state) {
    (void)state;
    enum { COUNT = 30000 };
    char *subject = malloc(COUNT * 2 + 3);
    assert_non_null(subject);
    for (size_t i = 0; i < COUNT; i++)
        memcpy(subject + 2 * i, "é", 2);
    memcpy(subject + 2 * COUNT, "xé", 3);
    cprof_regex *regex = cprof_regex_new(CPROF_SLICE("x.?$"), "focus", NULL, NULL);
    assert_non_null(regex);
    size_t bounds[1][2];
    assert_true(cprof_regex_find(regex, (cprof_slice){subject, COUNT * 2 + 3}, 1, bounds, 1));
    assert_int_equal(bounds[0][0], COUNT * 2);
    assert_int_equal(bounds[0][1], COUNT * 2 + 3);
    assert_false(cprof_regex_match(regex, (cprof_slice){subject, COUNT * 2}));
    assert_false(cprof_regex_failed(regex, NULL));
    cprof_regex_free(regex);
    free(subject);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_in_go),
        cmocka_unit_test(patterns_are_rejected_as_in_go),
        cmocka_unit_test(long_patterns_are_cut_in_the_message),
        cmocka_unit_test(memory_is_on_the_budget),
        cmocka_unit_test(subjects_may_hold_any_byte),
        cmocka_unit_test(patterns_may_hold_nul),
        cmocka_unit_test(find_gives_bounds),
        cmocka_unit_test(explosive_patterns_are_answered),
        cmocka_unit_test(given_up_matches_are_remembered),
        cmocka_unit_test(long_subjects_are_bounded),
        cmocka_unit_test(long_subjects_match_at_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
