#include "transform/derive.h"
#include "transform/filter.h"

#include "cmocka_all.h"
#include "profile/builder.h"
#include "profile_text.h"

#include <stdlib.h>

#define TAGGED                                                                                               \
    "types t/ns\n"                                                                                           \
    "1 : a main : k=v1 k=v2 size#2048bytes\n"                                                                \
    "2 : a main : j=w size#3072bytes size#7\n"                                                               \
    "3 : b main : plain#2048\n"                                                                              \
    "4 : : k=v1\n"                                                                                           \
    "5 : a main\n"

static char *framed(const char *root, const char *leaf, const char *unit, bool *root_matched,
                    bool *leaf_matched) {
    cprof_profile *p = profile_of_text(NULL, TAGGED), *made;
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    assert_true(cprof_tag_frames(&view, cprof_slice_of(root), cprof_slice_of(leaf), cprof_slice_of(unit),
                                 &made, root_matched, leaf_matched, NULL));
    char *text = text_of_profile_take(made);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    return text;
}

static void test_values_become_frames(void **state) {
    (void)state;
    bool root, leaf;
    assert_text(framed("k", "", "minimum", &root, &leaf), "1 : a main v1,v2 : k=v1 k=v2 size#2048bytes\n"
                                                          "2 : a main  : j=w size#3072bytes size#7\n"
                                                          "3 : b main  : plain#2048\n"
                                                          "4 : v1 : k=v1\n"
                                                          "5 : a main \n");
    assert_true(root);
    assert_false(leaf);
    /* The first key is the root, the last key the leaf; a key whose numbers have no unit at all stays plain.
     */
    assert_text(framed("j,k,", ",size,plain", "kb", &root, &leaf),
                "1 :  2kB a main v1,v2  : k=v1 k=v2 size#2048bytes\n"
                "2 :  3kB,7kb a main  w : j=w size#3072bytes size#7\n"
                "3 : 2048  b main   : plain#2048\n"
                "4 :   v1  : k=v1\n"
                "5 :   a main  \n");
    assert_true(root && leaf);
    assert_text(framed("nokey", "", "minimum", &root, &leaf), "1 : a main  : k=v1 k=v2 size#2048bytes\n"
                                                              "2 : a main  : j=w size#3072bytes size#7\n"
                                                              "3 : b main  : plain#2048\n"
                                                              "4 :  : k=v1\n"
                                                              "5 : a main \n");
    assert_false(root || leaf);
    assert_text(framed(",", "", "minimum", &root, &leaf), "1 : a main : k=v1 k=v2 size#2048bytes\n"
                                                          "2 : a main : j=w size#3072bytes size#7\n"
                                                          "3 : b main : plain#2048\n"
                                                          "4 : : k=v1\n"
                                                          "5 : a main\n");
}

static void test_made_frames_are_shared(void **state) {
    (void)state;
    cprof_profile *p =
        profile_of_text(NULL, "types t/ns\n1 : a : k=v\n2 : a : k=v j=w\n3 : b : k=v\n4 : a : k=w\n");
    cprof_profile *made;
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    bool root, leaf;
    assert_true(cprof_tag_frames(&view, CPROF_SLICE("k"), CPROF_SLICE(""), CPROF_SLICE("auto"), &made, &root,
                                 &leaf, NULL));
    assert_int_equal(made->locations.count, p->locations.count + 2);
    assert_int_equal(made->functions.count, p->functions.count + 2);
    assert_int_equal(made->stacks.count, 3); /* a k=v twice */
    uint32_t function = p->functions.count;
    assert_true(cprof_slice_is(cprof_profile_string(made, made->functions.name[function]), "v"));
    assert_true(cprof_slice_is(cprof_profile_string(made, made->functions.filename[function]), "k"));
    cprof_profile_free(made);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void test_what_the_view_leaves_is_taken(void **state) {
    (void)state;
    cprof_profile *p = profile_of_text(
                      NULL, "types t/ns\ndrop drop\n1 : a drop b main : k=v\n2 : x+drop+y b main\n"),
                  *made;
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    assert_true(cprof_filter_uninteresting(&view, NULL));
    bool root, leaf;
    assert_true(cprof_tag_frames(&view, CPROF_SLICE(""), CPROF_SLICE("k"), CPROF_SLICE("auto"), &made, &root,
                                 &leaf, NULL));
    assert_text(text_of_profile_take(made), "1 : v b main : k=v\n2 :  y b main\n");
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void test_sparse_ids_go_on(void **state) {
    (void)state;
    cprof_profile *p = profile_of_text(NULL, "types t/ns\n1 : a b : k=v\n"), *made;
    uint64_t location_ids[] = {70, 12}, function_ids[] = {5, 9};
    p->locations.id = location_ids;
    p->functions.id = function_ids;
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    bool root, leaf;
    assert_true(cprof_tag_frames(&view, CPROF_SLICE("k"), CPROF_SLICE("k"), CPROF_SLICE("auto"), &made, &root,
                                 &leaf, NULL));
    assert_int_equal(cprof_location_id(made, 1), 12);
    assert_int_equal(cprof_location_id(made, 2), 71);
    assert_int_equal(cprof_function_id(made, 2), 10);
    cprof_profile_free(made);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_become_frames),
        cmocka_unit_test(test_made_frames_are_shared),
        cmocka_unit_test(test_what_the_view_leaves_is_taken),
        cmocka_unit_test(test_sparse_ids_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
