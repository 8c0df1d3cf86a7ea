#include "support.h"

#include "cprof/cprof.h"

#define PROFILE CPROF_TESTDATA "/go/heap.small.pb.gz"

static bool append(void *context, const void *bytes, size_t size) {
    char *text = context;
    size_t n = strlen(text);
    assert_true(n + size < 8192);
    memcpy(text + n, bytes, size);
    text[n + size] = 0;
    return true;
}

static bool refuse(void *context, const void *bytes, size_t size) {
    (void)context;
    (void)bytes;
    (void)size;
    return false;
}

static void reports(void **state) {
    (void)state;
    const char *sources[] = {PROFILE};
    const char *options[] = {"nodecount=1", "compact_labels=true", NULL};
    cprof_handle *handle = cprof_open(sources, 1, NULL, NULL);
    assert_non_null(handle);
    char text[8192] = "";
    assert_true(cprof_report_to(handle, "top", NULL, options, append, text, NULL));
    assert_non_null(strstr(text, "main.init"));
    assert_null(strstr(text, "File:"));
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_report_to(handle, "top", NULL, options, refuse, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
    assert_false(cprof_report_to(handle, "peek", NULL, NULL, append, text, &err));
    assert_int_equal(err.code, CPROF_ERR_USAGE);
    assert_false(cprof_report_to(handle, "help", NULL, NULL, append, text, &err));
    assert_false(cprof_report_to(handle, "peek", "(", NULL, append, text, &err));
    assert_int_equal(err.code, CPROF_ERR_REGEX);
    cprof_close(handle);
}

static void prints(void **state) {
    (void)state;
    const char *sources[] = {PROFILE, PROFILE};
    const char *options[] = {"base=" PROFILE, NULL};
    cprof_handle *handle = cprof_open(sources, 2, options, NULL);
    assert_non_null(handle);
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_true(cprof_print(handle, "top", NULL, NULL, file, NULL));
    assert_true(ftell(file) > 0);
    fclose(file);
    cprof_close(handle);
}

static void says_what_is_wrong(void **state) {
    (void)state;
    const char *missing[] = {CPROF_TESTDATA "/nonesuch"}, *sources[] = {PROFILE};
    const char *unknown[] = {"nonesuch=1", NULL}, *bad[] = {"nodecount=x", NULL};
    const char *bare[] = {"trim", NULL};
    const char *both[] = {"base=" PROFILE, "diff_base=" PROFILE, NULL};
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(cprof_open(missing, 1, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
    assert_non_null(strstr(err.message, "nonesuch: No such file"));
    assert_null(cprof_open(sources, 1, unknown, &err));
    assert_int_equal(err.code, CPROF_ERR_USAGE);
    assert_null(cprof_open(sources, 1, bad, &err));
    assert_null(cprof_open(sources, 1, both, &err));
    assert_null(cprof_open(sources, 1, bare, &err));
    assert_non_null(strstr(err.message, "\"trim\" has no value"));
    assert_null(cprof_open(sources, 0, NULL, &err));
    cprof_close(NULL);
}

static void honours_the_budget(void **state) {
    (void)state;
    const char *sources[] = {PROFILE}, *options[] = {"max_memory=4k", NULL};
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(cprof_open(sources, 1, options, &err));
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports),
        cmocka_unit_test(prints),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(honours_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
