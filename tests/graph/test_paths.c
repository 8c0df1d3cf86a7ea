#include "support.h"

#include "graph/paths.h"

static void clean(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "."},          {"a//b", "a/b"},        {"/", "/"},         {"a/./b/", "a/b"},
        {"a/../b", "b"},    {"../../x", "../../x"}, {"/../x", "/x"},    {"a/b/../../..", ".."},
        {"./x.go", "x.go"}, {"a/../../b", "../b"},  {"/a/../..", "/"},  {"..a/b", "..a/b"},
        {"a/..", "."},      {"/a/b/..", "/a"},      {"//a///b", "/a/b"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[32];
        size_t n = cprof_path_clean(cprof_slice_of(cases[i][0]), out);
        assert_slice(((cprof_slice){out, n}), cases[i][1]);
    }
}

static void trim(void **state) {
    (void)state;
    static const char *const cases[][4] = {
        /* path, trim_path, source_path, expected */
        {"/build/x/y.c", "/build", "", "x/y.c"},
        {"/build/x/y.c", "/other:/build/x/", "", "y.c"},
        {"/builder/x.c", "/build", "", "/builder/x.c"},
        {"/remote/proj/foo/bar.c", "", "/srv/me/proj", "foo/bar.c"},
        {"/remote/proj/foo/bar.c", "/nothing", "/srv/me/proj", "/remote/proj/foo/bar.c"},
        {"/proc/self/cwd/./a.c", "", "", "a.c"},
        {"/proc/self/cwd/a.c", "/x", "", "a.c"},
        {"/remote/b/x.c", "", "/a:/b", "x.c"},
        {"a.c", "", "", "a.c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_slice(cprof_path_trim(cprof_slice_of(cases[i][0]), cprof_slice_of(cases[i][1]),
                                     cprof_slice_of(cases[i][2])),
                     cases[i][3]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(clean), cmocka_unit_test(trim)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
