/* zstd frames, written here by the format's description: one block as it is, no checksum. */
#include "input/reader.h"
#include "support.h"

#define MAGIC      "\x28\xb5\x2f\xfd"
#define HELLO      MAGIC "\x20\x05\x29\x00\x00hello" /* one segment of 5 bytes; a last block of 5 bytes */
#define FRAME_SIZE 14

static bool read_all(cprof_slice bytes, cprof_slice *all, cprof_reader **reader, cprof_error *err) {
    *reader = cprof_reader_of(bytes, "test", NULL, err);
    assert_non_null(*reader);
    return cprof_reader_all(*reader, all, err);
}

static void assert_fails(cprof_slice bytes, cprof_code code, const char *message) {
    cprof_reader *reader;
    cprof_slice all;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(read_all(bytes, &all, &reader, &err));
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.message, message));
    cprof_reader_free(reader);
}

#ifdef CPROF_HAVE_ZSTD

static void assert_unpacks(cprof_slice bytes, const char *expected) {
    cprof_reader *reader;
    cprof_slice all;
    cprof_error err = CPROF_ERROR_INIT;
    if (!read_all(bytes, &all, &reader, &err))
        fail_msg("%s", err.message);
    assert_slice(all, expected);
    cprof_reader_free(reader);
}

static void frames_are_unpacked(void **state) {
    (void)state;
    assert_unpacks(CPROF_SLICE(HELLO), "hello");
    assert_unpacks(CPROF_SLICE(HELLO HELLO), "hellohello");
    assert_unpacks(CPROF_SLICE(HELLO "trailing bytes"), "hello");
    assert_unpacks(CPROF_SLICE(HELLO "\n"), "hello");
}

static void what_is_cut_or_corrupt_is_said(void **state) {
    (void)state;
    for (size_t size = 4; size < FRAME_SIZE; size++) {
        char message[80];
        snprintf(message, sizeof message, "zstd: the file is cut off at byte %zu", size);
        assert_fails((cprof_slice){HELLO, size}, CPROF_ERR_FORMAT, message);
    }
    assert_fails(CPROF_SLICE(MAGIC "\x20\x05\x2f\x00\x00hello"), CPROF_ERR_FORMAT,
                 "zstd: corrupt data near byte");
    /* A window of 2 GiB: descriptor without a single segment, exponent 21. */
    assert_fails(CPROF_SLICE(MAGIC "\x00\xa8\x29\x00\x00hello"), CPROF_ERR_LIMIT,
                 "a window of more than 128 MiB");
}

#else

static void a_build_without_zstd_says_so(void **state) {
    (void)state;
    assert_fails(CPROF_SLICE(HELLO), CPROF_ERR_UNSUPPORTED, "-DCPROF_WITH_ZSTD=ON");
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#ifdef CPROF_HAVE_ZSTD
        cmocka_unit_test(frames_are_unpacked),
        cmocka_unit_test(what_is_cut_or_corrupt_is_said),
#else
        cmocka_unit_test(a_build_without_zstd_says_so),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
