#include "transform/filter.h"

#include "cmocka_all.h"
#include "profile_text.h"

#include <stdio.h>
#include <stdlib.h>

static cprof_regex *regex(const char *pattern) {
    if (!pattern)
        return NULL;
    cprof_regex *r = cprof_regex_new(cprof_slice_of(pattern), "test", NULL, NULL);
    assert_non_null(r);
    return r;
}

/* What is left of the profile by names; matched gets a letter for each expression that matched. */
static char *by_names(const char *profile, const char *focus, const char *ignore, const char *hide,
                      const char *show, char *matched) {
    cprof_profile *p = profile_of_text(NULL, profile);
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    cprof_name_filters f = {
        .focus = regex(focus), .ignore = regex(ignore), .hide = regex(hide), .show = regex(show)};
    assert_true(cprof_filter_names(&view, &f, NULL));
    snprintf(matched, 5, "%s%s%s%s", f.focus_matched ? "f" : "", f.ignore_matched ? "i" : "",
             f.hide_matched ? "h" : "", f.show_matched ? "s" : "");
    char *text = text_of_view(&view);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    cprof_regex_free(f.focus);
    cprof_regex_free(f.ignore);
    cprof_regex_free(f.hide);
    cprof_regex_free(f.show);
    return text;
}

#define NAMES                                                                                                \
    "types cpu/ns\n"                                                                                         \
    "1 : a~x.c b~y.c main~z.c\n"                                                                             \
    "2 : c in1~x.c+in2~q.c main~z.c\n"                                                                       \
    "3 : lost@libz.so main~z.c\n"                                                                            \
    "4 :\n"                                                                                                  \
    "5 : - main~z.c\n"

static void test_focus(void **state) {
    (void)state;
    char m[5];
    assert_text(by_names(NAMES, "^a$", NULL, NULL, NULL, m), "1 : a b main\n");
    assert_string_equal(m, "f");
    assert_text(by_names(NAMES, "x\\.c", NULL, NULL, NULL, m), "1 : a b main\n2 : c in1+in2 main\n");
    assert_text(by_names(NAMES, "libz", NULL, NULL, NULL, m), "3 : lost main\n");
    assert_text(by_names(NAMES, "nowhere", NULL, NULL, NULL, m), "");
    assert_string_equal(m, "");
}

static void test_ignore(void **state) {
    (void)state;
    char m[5];
    /* A sample without frames has none that is focused. */
    assert_text(by_names(NAMES, NULL, "in2", NULL, NULL, m), "1 : a b main\n3 : lost main\n5 : - main\n");
    assert_string_equal(m, "fi");
    assert_text(by_names(NAMES, "main", "^c$|libz", NULL, NULL, m), "1 : a b main\n5 : - main\n");
    /* What is ignored is not even asked about focus. */
    assert_text(by_names(NAMES, "^b$", "^b$", NULL, NULL, m), "");
    assert_string_equal(m, "i");
}

static void test_hide(void **state) {
    (void)state;
    char m[5];
    assert_text(by_names(NAMES, NULL, NULL, "in1|^b$", NULL, m),
                "1 : a main\n2 : c in2 main\n3 : lost main\n5 : - main\n");
    assert_string_equal(m, "fh");
    /* A stack of which nothing is left goes. */
    assert_text(by_names(NAMES, NULL, NULL, "lost|main|libz", NULL, m), "1 : a b\n2 : c in1+in2\n5 : -\n");
    assert_text(by_names("types cpu/ns\n7 : a@lib a@lib\n8 : b\n", NULL, NULL, "lib", NULL, m), "8 : b\n");
    /* Nothing is hidden: samples stay as they are. */
    assert_text(by_names(NAMES, "c", NULL, "nowhere", NULL, m),
                "1 : a b main\n2 : c in1+in2 main\n3 : lost main\n5 : - main\n");
    assert_string_equal(m, "f");
}

static void test_show(void **state) {
    (void)state;
    char m[5];
    assert_text(by_names(NAMES, NULL, NULL, NULL, "in|^b$", m),
                "1 : b main\n2 : in1+in2 main\n3 : main\n5 : main\n");
    assert_string_equal(m, "fs");
    assert_text(by_names(NAMES, NULL, NULL, NULL, "libz|in2", m), "2 : in2\n3 : lost\n");
    /* The mapping alone does not show a location that has no lines. */
    assert_text(by_names("types cpu/ns\n1 : -@lib b@lib\n", NULL, NULL, NULL, "lib", m), "1 : b\n");
    assert_text(by_names(NAMES, NULL, NULL, NULL, "nowhere", m), "");
    assert_string_equal(m, "f");
    /* show works on what hide leaves; both look at the names of before. */
    assert_text(by_names(NAMES, "in1", NULL, "in1", "in|main", m), "2 : in2 main\n");
    assert_string_equal(m, "fhs");
}

static void test_later_filters_see_earlier_edits(void **state) {
    (void)state;
    cprof_profile *p = profile_of_text(NULL, NAMES);
    cprof_view base, view;
    cprof_view_init(&base, p, NULL);
    cprof_name_filters hide = {.hide = regex("in1|^a$")};
    assert_true(cprof_filter_names(&base, &hide, NULL));
    cprof_view_init_on(&view, &base);
    cprof_name_filters focus = {.focus = regex("in1|^a$|libz")};
    assert_true(cprof_filter_names(&view, &focus, NULL));
    assert_text(text_of_view(&view), "3 : lost main\n");
    /* The view below is as it was. */
    assert_text(text_of_view(&base), "1 : b main\n2 : c in2 main\n3 : lost main\n5 : - main\n");
    /* A frame that is hidden cannot be ignored. */
    cprof_view other;
    cprof_view_init_on(&other, &base);
    cprof_name_filters ignore = {.ignore = regex("^a$")};
    assert_true(cprof_filter_names(&other, &ignore, NULL));
    assert_text(text_of_view(&other), "1 : b main\n2 : c in2 main\n3 : lost main\n5 : - main\n");
    cprof_regex_free(hide.hide);
    cprof_regex_free(focus.focus);
    cprof_regex_free(ignore.ignore);
    cprof_view_deinit(&other);
    cprof_view_deinit(&view);
    cprof_view_deinit(&base);
    cprof_profile_free(p);
}

static char *with_view(const char *profile, const char *pattern, bool (*apply)(cprof_view *, cprof_regex *)) {
    cprof_profile *p = profile_of_text(NULL, profile);
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    cprof_regex *r = regex(pattern);
    assert_true(apply(&view, r));
    char *text = text_of_view(&view);
    cprof_regex_free(r);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    return text;
}

static bool found;

static bool apply_show_from(cprof_view *view, cprof_regex *r) {
    return cprof_filter_show_from(view, r, &found, NULL);
}

static void test_show_from(void **state) {
    (void)state;
    static const char stack[] = "types cpu/ns\n1 : B C B A\n2 : x@lib A\n3 : in1+in2+in3 A\n";
    assert_text(with_view(stack, "^A$", apply_show_from), "1 : B C B A\n2 : x A\n3 : in1+in2+in3 A\n");
    assert_true(found);
    assert_text(with_view(stack, "B", apply_show_from), "1 : B C B\n");
    assert_text(with_view(stack, "C", apply_show_from), "1 : B C\n");
    assert_text(with_view(stack, "lib", apply_show_from), "2 : x\n");
    assert_text(with_view(stack, "in2|in1", apply_show_from), "3 : in1+in2\n");
    assert_text(with_view(stack, "D", apply_show_from), "");
    assert_false(found);
    assert_text(with_view(stack, NULL, apply_show_from), "1 : B C B A\n2 : x A\n3 : in1+in2+in3 A\n");
}

static bool apply_prune_from(cprof_view *view, cprof_regex *r) {
    return cprof_filter_prune_from(view, r, NULL);
}

static void test_prune_from(void **state) {
    (void)state;
    /* Leaf first: D B C B A.  Below the first B from the leaf nothing is left. */
    static const char stack[] = "types cpu/ns\n1 : D B C B A\n2 : x in1+in2+in3 A\n3 : f(int) A\n4 :\n";
    assert_text(with_view(stack, "^A$", apply_prune_from), "1 : A\n2 : A\n3 : A\n4 :\n");
    assert_text(with_view(stack, "B", apply_prune_from),
                "1 : B C B A\n2 : x in1+in2+in3 A\n3 : f(int) A\n4 :\n");
    assert_text(with_view(stack, "in2", apply_prune_from),
                "1 : D B C B A\n2 : in2+in3 A\n3 : f(int) A\n4 :\n");
    /* Names are matched without their arguments. */
    assert_text(with_view(stack, "int", apply_prune_from),
                "1 : D B C B A\n2 : x in1+in2+in3 A\n3 : f(int) A\n4 :\n");
    assert_text(with_view(stack, "^f$", apply_prune_from),
                "1 : D B C B A\n2 : x in1+in2+in3 A\n3 : f(int) A\n4 :\n");
}

static bool apply_uninteresting(cprof_view *view, cprof_regex *r) {
    (void)r;
    return cprof_filter_uninteresting(view, NULL);
}

static void test_drop_frames(void **state) {
    (void)state;
    static const char stack[] =
        "types cpu/ns\n1 : a drop b main\n2 : drop\n3 : a drop drop\n4 : a x+drop+y main\n"
        "5 : a drop b drop main\n6 : a drop(int) main\n7 : a .drop main\n8 : dropped b\n";
    char profile[1024];
    snprintf(profile, sizeof profile, "drop drop\n%s", stack);
    assert_text(with_view(profile, NULL, apply_uninteresting),
                "1 : b main\n"
                "2 : drop\n"           /* nothing above it: it stays */
                "3 : a drop drop\n"    /* the same */
                "4 : y main\n"         /* only what is inside of it goes */
                "5 : main\n"           /* the outermost counts */
                "6 : main\n7 : main\n" /* arguments and a leading dot do not count */
                "8 : dropped b\n");    /* the whole name has to match */
    snprintf(profile, sizeof profile, "drop drop.*|a\nkeep .*d\n%s", stack);
    assert_text(with_view(profile, NULL, apply_uninteresting),
                "1 : b main\n2 : drop\n3 : a drop drop\n4 : y main\n5 : main\n6 : main\n7 : main\n"
                "8 : dropped b\n");
}

static void test_reserved_names_keep_their_brackets(void **state) {
    (void)state;
    assert_text(with_view("drop \\(anonymous namespace\\)::f|x::operator\\(\\)\n"
                          "types cpu/ns\n"
                          "1 : a (anonymous%namespace)::f(int) main\n"
                          "2 : a x::operator()(int) main\n"
                          "3 : a (anonymous%namespace)::g main\n",
                          NULL, apply_uninteresting),
                "1 : main\n2 : main\n3 : a (anonymous namespace)::g main\n");
}

static void test_broken_drop_frames_are_noted(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p = profile_of_text(&noted.env, "drop (a\ntypes cpu/ns\n1 : a main\n");
    cprof_view view;
    cprof_view_init(&view, p, &noted.env);
    assert_true(cprof_filter_uninteresting(&view, NULL));
    assert_text(text_of_view(&view), "1 : a main\n");
    assert_non_null(strstr(noted.notes, "drop_frames"));
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

#define TAGS                                                                                                 \
    "types cpu/ns\n"                                                                                         \
    "1 : a : k=v1 bytes#16bytes\n"                                                                           \
    "2 : a : k=v2 k=w2 bytes#4096bytes\n"                                                                    \
    "3 : a : j=v1 req#5\n"                                                                                   \
    "4 : a\n"                                                                                                \
    "5 : a : bytes#70000bytes t#90seconds\n"

static char *by_tags(const char *focus, const char *ignore, char *matched, char *notes) {
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p = profile_of_text(&noted.env, TAGS);
    cprof_view view;
    cprof_view_init(&view, p, &noted.env);
    cprof_label_units units;
    assert_true(cprof_label_units_init(&units, p, NULL));
    cprof_tag_filter *f = NULL, *i = NULL;
    if (focus)
        assert_non_null(
            f = cprof_tag_filter_new("tagfocus", cprof_slice_of(focus), &units, p, &noted.env, NULL));
    if (ignore)
        assert_non_null(
            i = cprof_tag_filter_new("tagignore", cprof_slice_of(ignore), &units, p, &noted.env, NULL));
    bool fm, im;
    assert_true(cprof_filter_tags(&view, f, i, &fm, &im, NULL));
    if (matched)
        snprintf(matched, 3, "%s%s", fm ? "f" : "", im ? "i" : "");
    if (notes)
        strcpy(notes, noted.notes);
    char *text = text_of_view(&view);
    cprof_tag_filter_free(f);
    cprof_tag_filter_free(i);
    cprof_label_units_deinit(&units, p);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    /* The values tell which samples are left. */
    char *out = text;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        *out++ = *line;
    *out = '\0';
    return text;
}

static void test_tag_regexes(void **state) {
    (void)state;
    char m[3], notes[1024];
    assert_text(by_tags("v1", NULL, m, notes), "13");
    assert_string_equal(m, "f");
    assert_string_equal(notes, "");
    assert_text(by_tags("k:v", NULL, m, NULL), "12");  /* "key:value" */
    assert_text(by_tags("v2,w2", NULL, m, NULL), "2"); /* each of them */
    assert_text(by_tags("v1,v2", NULL, m, NULL), "");
    assert_string_equal(m, "");
    assert_text(by_tags("k=v1,v2", NULL, m, NULL), "12"); /* any of them */
    assert_text(by_tags("k=k:v1", NULL, m, NULL), "");    /* the value alone */
    assert_text(by_tags("none=v1", NULL, m, NULL), "");
    assert_text(by_tags("=v1", NULL, m, NULL), "13");
    assert_text(by_tags("k=", NULL, m, NULL), "12");
    assert_text(by_tags(NULL, "v1", m, NULL), "245");
    assert_string_equal(m, "fi");
    assert_text(by_tags("k:", "w2", m, NULL), "1");
}

static void test_tag_ranges(void **state) {
    (void)state;
    char notes[1024];
    assert_text(by_tags("16b", NULL, NULL, notes), "1");
    assert_string_equal(notes, "tagfocus:Interpreted '16b' as range, not regexp\n");
    assert_text(by_tags("4kb", NULL, NULL, NULL), "2");
    assert_text(by_tags("4096bytes", NULL, NULL, NULL), "2");
    assert_text(by_tags(":4kb", NULL, NULL, NULL), "12");
    assert_text(by_tags("4kb:", NULL, NULL, NULL), "235");
    assert_text(by_tags("17b:64kb", NULL, NULL, NULL), "2");
    assert_text(by_tags("16b:4kb", NULL, NULL, NULL), "12"); /* both ends are in */
    assert_text(by_tags("bytes=16b:", NULL, NULL, NULL), "125");
    assert_text(by_tags("t=1minute", NULL, NULL, notes), ""); /* not a unit of time here: of its own kind */
    assert_text(by_tags("t=90s", NULL, NULL, NULL), "5");
    assert_text(by_tags("90000ms", NULL, NULL, NULL), "5");
    assert_text(by_tags("+90s:", NULL, NULL, NULL), "5");
    assert_text(by_tags("-1s:", NULL, NULL, NULL), "35");
    /* "req" has no unit, so its own name stands for one; what has no known unit counts in any. */
    assert_text(by_tags("5req", NULL, NULL, NULL), "3");
    assert_text(by_tags("req=5", NULL, NULL, NULL), "3");
    assert_text(by_tags("5b", NULL, NULL, NULL), "3");
}

static void test_what_is_no_range_is_a_regex(void **state) {
    (void)state;
    char notes[1024];
    static const char *const values[] = {"v1:", "1-2", ":1:2", "1::", "1kb:2s", "1:2:", "1kb2"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        free(by_tags(values[i], NULL, NULL, notes));
        assert_string_equal(notes, "");
    }
    cprof_profile *p = profile_of_text(NULL, TAGS);
    cprof_label_units units;
    assert_true(cprof_label_units_init(&units, p, NULL));
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(cprof_tag_filter_new("tagfocus", CPROF_SLICE("9223372036854775808:"), &units, p, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_USAGE);
    assert_null(cprof_tag_filter_new("tagfocus", CPROF_SLICE("a,(b"), &units, p, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_REGEX);
    cprof_tag_filter *f =
        cprof_tag_filter_new("tagfocus", CPROF_SLICE("-9223372036854775808:"), &units, p, NULL, &err);
    assert_non_null(f);
    cprof_tag_filter_free(f);
    cprof_label_units_deinit(&units, p);
    cprof_profile_free(p);
}

static char *by_tag_names(const char *show, const char *hide, char *matched) {
    cprof_profile *p = profile_of_text(NULL, TAGS);
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    cprof_regex *s = regex(show), *h = regex(hide);
    bool sm, hm;
    assert_true(cprof_filter_tag_names(&view, s, h, &sm, &hm, NULL));
    snprintf(matched, 3, "%s%s", sm ? "s" : "", hm ? "h" : "");
    char *text = text_of_view(&view);
    cprof_regex_free(s);
    cprof_regex_free(h);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    return text;
}

static void test_tag_names(void **state) {
    (void)state;
    char m[3];
    assert_text(by_tag_names("^k|t", NULL, m),
                "1 : a : k=v1 bytes#16bytes\n2 : a : k=v2 k=w2 bytes#4096bytes\n3 : a\n4 : a\n"
                "5 : a : bytes#70000bytes t#90seconds\n");
    assert_string_equal(m, "s");
    assert_text(by_tag_names(NULL, "^k|t", m), "1 : a\n2 : a\n3 : a : j=v1 req#5\n4 : a\n5 : a\n");
    assert_string_equal(m, "sh");
    assert_text(by_tag_names("^k|t", "k|^t", m),
                "1 : a : bytes#16bytes\n2 : a : bytes#4096bytes\n3 : a\n4 : a\n5 : a : bytes#70000bytes\n");
    assert_string_equal(m, "sh");
    assert_text(by_tag_names("x", NULL, m), "1 : a\n2 : a\n3 : a\n4 : a\n5 : a\n");
    assert_string_equal(m, "");
}

static void test_hidden_tags_cannot_be_focused(void **state) {
    (void)state;
    cprof_profile *p = profile_of_text(NULL, TAGS);
    cprof_view base, view;
    cprof_view_init(&base, p, NULL);
    cprof_regex *hide = regex("^k$");
    bool fm, im;
    assert_true(cprof_filter_tag_names(&base, NULL, hide, &fm, &im, NULL));
    cprof_view_init_on(&view, &base);
    cprof_tag_filter *focus = cprof_tag_filter_new("tagfocus", CPROF_SLICE("v1"), NULL, p, NULL, NULL);
    assert_true(cprof_filter_tags(&view, focus, NULL, &fm, &im, NULL));
    assert_text(text_of_view(&view), "3 : a : j=v1 req#5\n");
    cprof_tag_filter_free(focus);
    cprof_regex_free(hide);
    cprof_view_deinit(&view);
    cprof_view_deinit(&base);
    cprof_profile_free(p);
}

static void test_matching_without_end_is_an_error(void **state) {
    (void)state;
    char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "types cpu/ns\n1 : ");
    memset(text + used, 'a', 3000);
    strcpy(text + used + 3000, "!\n");
    cprof_profile *p = profile_of_text(NULL, text);
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    cprof_error err = CPROF_ERROR_INIT;
    cprof_name_filters f = {.focus = regex("(?:(?=(a+))a)+(?:(?:a+)+b|(?=(a+a+)+c)x)$")};
    assert_false(cprof_filter_names(&view, &f, &err));
    assert_int_equal(err.code, CPROF_ERR_LIMIT);
    cprof_regex_free(f.focus);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_focus),
        cmocka_unit_test(test_ignore),
        cmocka_unit_test(test_hide),
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_later_filters_see_earlier_edits),
        cmocka_unit_test(test_show_from),
        cmocka_unit_test(test_prune_from),
        cmocka_unit_test(test_drop_frames),
        cmocka_unit_test(test_reserved_names_keep_their_brackets),
        cmocka_unit_test(test_broken_drop_frames_are_noted),
        cmocka_unit_test(test_tag_regexes),
        cmocka_unit_test(test_tag_ranges),
        cmocka_unit_test(test_what_is_no_range_is_a_regex),
        cmocka_unit_test(test_tag_names),
        cmocka_unit_test(test_hidden_tags_cannot_be_focused),
        cmocka_unit_test(test_matching_without_end_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
