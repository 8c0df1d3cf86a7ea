#include "input/go_formats.h"
#include "input/parts.h"
#include "input/secrets.h"
#include "show.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new folder for each test; files are made in it by writing slices of one gzip file. */
typedef struct folder {
    char path[64];
    cprof_slice whole; /* a gzip file */
    char names[8][128];
    size_t count;
} folder;

static int make_folder(void **state) {
    folder *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->path, "/tmp/cprof-parts-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    f->whole = read_testdata("go/heap.small.pb.gz");
    *state = f;
    return 0;
}

static int remove_folder(void **state) {
    folder *f = *state;
    for (size_t i = 0; i < f->count; i++)
        unlink(f->names[i]);
    rmdir(f->path);
    free((void *)(uintptr_t)f->whole.ptr);
    free(f);
    return 0;
}

static const char *write_file(folder *f, const char *name, cprof_slice bytes) {
    char path[sizeof f->path + 64];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    fclose(file);
    return strcpy(f->names[f->count++], path);
}

static const char *write_part(folder *f, const char *name, size_t from, size_t to) {
    return write_file(f, name, cprof_slice_sub(f->whole, from, to));
}

/* Finds one whole, with exactly the bytes of the gzip file. */
static void assert_joins(const folder *f, const char *const *paths, size_t count) {
    cprof_parts parts;
    cprof_error err = CPROF_ERROR_INIT;
    if (!cprof_parts_find(&parts, paths, count, NULL, &err))
        fail_msg("%s", err.message);
    assert_int_equal(parts.at.count, 1);
    assert_null(parts.at.at[0].path);
    assert_int_equal(parts.at.at[0].bytes.len, f->whole.len);
    assert_memory_equal(parts.at.at[0].bytes.ptr, f->whole.ptr, f->whole.len);
    cprof_parts_deinit(&parts);
}

static void assert_refused(const folder *f, const char *const *paths, size_t count, const char *message) {
    cprof_parts parts;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_parts_find(&parts, paths, count, NULL, &err));
    char expected[512];
    snprintf(expected, sizeof expected, message, f->path, f->path);
    assert_string_equal(err.message, expected);
    cprof_parts_deinit(&parts);
}

static void parts_are_joined_in_the_order_given(void **state) {
    folder *f = *state;
    const char *paths[] = {write_part(f, "a", 0, 500), write_part(f, "b", 500, 1000),
                           write_part(f, "c", 1000, 9999)};
    assert_joins(f, paths, 3);
}

/* Two members with more zeros between them than are looked at at once, and zeros behind. */
static void padded_members_are_one_stream(void **state) {
    folder *f = *state;
    enum { ZEROS = 200000 };
    size_t member = f->whole.len, size = 2 * (member + ZEROS);
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    memcpy(bytes, f->whole.ptr, member);
    memcpy(bytes + member + ZEROS, f->whole.ptr, member);
    free((void *)(uintptr_t)f->whole.ptr);
    f->whole = (cprof_slice){bytes, size};
    size_t inside = member + ZEROS + 500;
    const char *paths[] = {write_part(f, "a", 0, inside), write_part(f, "b", inside, size)};
    assert_joins(f, paths, 2);
    cprof_parts parts;
    cprof_error err = CPROF_ERROR_INIT;
    const char *whole[] = {write_part(f, "whole", 0, size)};
    assert_true(cprof_parts_find(&parts, whole, 1, NULL, &err));
    assert_int_equal(parts.at.count, 1);
    assert_ptr_equal(parts.at.at[0].path, whole[0]);
    cprof_parts_deinit(&parts);
}

static void numbers_give_the_order_where_it_does_not_fit(void **state) {
    folder *f = *state;
    const char *last = write_part(f, "heap10.out", 1000, 9999), *first = write_part(f, "heap8.out", 0, 500);
    const char *paths[] = {last, first, write_part(f, "heap9.out", 500, 1000)};
    assert_joins(f, paths, 3);
}

static void a_missing_part_is_named(void **state) {
    folder *f = *state;
    const char *h0 = write_part(f, "heap0.out", 0, 500), *h1 = write_part(f, "heap1.out", 500, 1000);
    const char *h2 = write_part(f, "heap2.out", 1000, 9999);
    assert_refused(f, (const char *[]){h0, h2}, 2,
                   "%s/heap1.out is missing: a part of the gzip stream that %s/heap0.out is of");
    assert_refused(f, (const char *[]){h0, h1}, 2,
                   "%s/heap2.out is missing: a part of the gzip stream that %s/heap1.out is of");
    const char *dense[] = {write_part(f, "x1.out", 300, 900), write_part(f, "x2.out", 900, 9999)};
    assert_refused(f, dense, 2, "%s/x0.out is missing: a part of the gzip stream that %s/x1.out is of");
}

static void parts_that_do_not_fit_are_named(void **state) {
    folder *f = *state;
    const char *wrong[] = {write_part(f, "heap0.out", 0, 500), write_part(f, "heap1.out", 700, 9999)};
    cprof_parts parts;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_parts_find(&parts, wrong, 2, NULL, &err));
    assert_non_null(strstr(err.message, "heap1.out"));
    cprof_parts_deinit(&parts);
}

/* Whole files, texts and what is not there stay as they are, in their order. */
static void other_files_stay_as_they_are(void **state) {
    folder *f = *state;
    const char *paths[] = {write_part(f, "one.pb.gz", 0, 9999),
                           "-",
                           write_part(f, "h0", 0, 600),
                           write_part(f, "h1", 600, 9999),
                           "/no/such/file",
                           write_file(f, "text", CPROF_SLICE("goroutine profile: total 0\n"))};
    cprof_parts parts;
    cprof_error err = CPROF_ERROR_INIT;
    assert_true(cprof_parts_find(&parts, paths, 6, NULL, &err));
    assert_int_equal(parts.at.count, 5);
    assert_ptr_equal(parts.at.at[0].path, paths[0]);
    assert_ptr_equal(parts.at.at[1].path, paths[1]);
    assert_null(parts.at.at[2].path);
    assert_int_equal(parts.at.at[2].bytes.len, f->whole.len);
    assert_ptr_equal(parts.at.at[3].path, paths[4]);
    assert_ptr_equal(parts.at.at[4].path, paths[5]);
    cprof_reader *reader = cprof_whole_open(&parts.at.at[2], NULL, &err);
    assert_non_null(reader);
    cprof_profile *p = NULL;
    assert_true(cprof_input_load(reader, CPROF_NEEDS_SAMPLES, NULL, &p, &err));
    assert_true(p->samples.count > 0);
    cprof_profile_free(p);
    cprof_reader_free(reader);
    cprof_parts_deinit(&parts);
}

/* A plain file that is larger than what is read at once. */
static void a_large_file_is_had_whole(void **state) {
    folder *f = *state;
    enum { SIZE = 3000000 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)('a' + i % 23);
    const char *path = write_file(f, "large", (cprof_slice){bytes, SIZE});
    cprof_error err = CPROF_ERROR_INIT;
    cprof_reader *reader = cprof_reader_open(path, NULL, &err);
    cprof_slice all;
    assert_non_null(reader);
    assert_true(cprof_reader_all(reader, &all, &err));
    assert_int_equal(all.len, SIZE);
    assert_memory_equal(all.ptr, bytes, SIZE);
    cprof_reader_free(reader);
    free(bytes);
}

static void secrets_of_several_files_are_joined(void **state) {
    folder *f = *state;
    static const char *const names[] = {"svc-heap-2.json", "svc-heap.json", "svc-heap-0.json",
                                        "svc-heap-1.json"};
    char paths[4][512];
    const char *list[4];
    for (int i = 0; i < 4; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/go/secrets/%s", CPROF_TESTDATA, names[i]);
        list[i] = paths[i];
    }
    assert_joins(f, list, 4);
    assert_refused(f, list, 3, "secret svc-heap-1 is missing: the dump has 3 parts");
    assert_refused(f, (const char *[]){list[0], list[2]}, 2,
                   "secret svc-heap-1 is missing: the dump has 3 parts");
    assert_refused(f, (const char *[]){list[3], list[0]}, 2,
                   "secret svc-heap-0 is missing: the dump has 3 parts");
}

static void a_list_is_read_like_any_profile(void **state) {
    (void)state;
    cprof_slice list = read_testdata("go/secrets/list.json"), gzip = read_testdata("go/heap.small.pb.gz");
    cprof_error err = CPROF_ERROR_INIT;
    cprof_reader *reader = cprof_reader_of(list, "list.json", NULL, &err);
    cprof_reader *direct = cprof_reader_of(gzip, "heap", NULL, &err);
    cprof_profile *p = NULL, *q = NULL;
    assert_true(cprof_input_load(reader, CPROF_NEEDS_SAMPLES, NULL, &p, &err));
    assert_true(cprof_input_load(direct, CPROF_NEEDS_SAMPLES, NULL, &q, &err));
    assert_int_equal(p->samples.count, q->samples.count);
    for (uint32_t type = 0; type < q->type_count; type++)
        assert_int_equal(total_of(p, type), total_of(q, type));
    cprof_profile_free(p);
    cprof_profile_free(q);
    cprof_reader_free(reader);
    cprof_reader_free(direct);
    free((void *)(uintptr_t)list.ptr);
    free((void *)(uintptr_t)gzip.ptr);
}

#define SECRET(name, data)                                                                                   \
    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"" name "\"},\"data\":{" data "}}\n"

static void broken_secrets_are_named(void **state) {
    (void)state;
    assert_malformed(cprof_secrets_parse,
                     SECRET("a", "\"keyNumberOfDataSecrets\":\"Mw==\"") SECRET("a-0", "\"keyBytes\":\"H4sI\"")
                         SECRET("a-2", "\"keyBytes\":\"!!not base64!!\""),
                     "secret a-1 is missing: the dump has 3 parts", -1);
    assert_malformed(cprof_secrets_parse, SECRET("a-0", "\"keyBytes\":\"!!not base64!!\""),
                     "secret a-0: data.keyBytes is no base64", -1);
    assert_malformed(cprof_secrets_parse, SECRET("a-0", "\"keyBytes\":\"H4s\"") "{\"keyBytes\":\n\n]",
                     "line 4: no JSON that can be read", 103);
    assert_malformed(cprof_secrets_parse, SECRET("a", "\"keyNumberOfDataSecrets\":\"eA==\""),
                     "data.keyNumberOfDataSecrets is no number in base64", -1);
    assert_malformed(cprof_secrets_parse, SECRET("a", "\"keyNumberOfDataSecrets\":\"Mw==\""),
                     "secret a-0 is missing: the dump has 3 parts", -1);
    assert_malformed(cprof_secrets_parse,
                     SECRET("a-0", "\"keyBytes\":\"H4sI\"") SECRET("a-0", "\"keyBytes\":\"H4sJ\""),
                     "secret a-0 is there twice, with different bytes", -1);
    assert_malformed(cprof_secrets_parse,
                     SECRET("a-0", "\"keyBytes\":\"H4sI\"") SECRET("b-0", "\"keyBytes\":\"H4sJ\""),
                     "secrets of several dumps (a, b): they are read one at a time", -1);
}

/* The JSON reader takes far more than the text has bytes: that is on the budget. */
static void json_counts_as_memory(void **state) {
    (void)state;
    enum { ARRAYS = 1 << 17 };
    cprof_budget budget = {.limit = 16 << 20};
    cprof_env env = {.budget = &budget};
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = NULL;
    cprof_sink text;
    cprof_sink_init_memory(&text, NULL);
    cprof_sink_puts(&text, "{\"apiVersion\":\"v1\",\"keyBytes\":[");
    for (int i = 0; i < ARRAYS; i++)
        cprof_sink_puts(&text, "[],");
    cprof_sink_puts(&text, "[]]}");
    assert_int_equal(cprof_secrets_parse(cprof_sink_bytes(&text), &env, &p, &err), CPROF_PARSE_MALFORMED);
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
    assert_int_equal(budget.used, 0);
    cprof_sink_deinit(&text);
}

/* So many that what looks at all of them for each would not end in time. */
static void many_dumps_are_joined_in_linear_time(void **state) {
    (void)state;
    enum { DUMPS = 600000 };
    cprof_error err = CPROF_ERROR_INIT;
    cprof_secrets secrets;
    cprof_slice name, dump;
    cprof_sink text;
    cprof_sink_init_memory(&text, NULL);
    for (int i = 0; i < DUMPS; i++)
        cprof_sink_printf(&text, SECRET("a%d", "\"keyBytes\":\"AAAA\""), i);
    assert_true(cprof_secrets_init(&secrets, NULL, &err));
    assert_int_equal(cprof_secrets_add(&secrets, cprof_sink_bytes(&text), &err), CPROF_PARSE_OK);
    int joined = 0;
    for (bool found = true; found; joined += found)
        assert_true(cprof_secrets_join(&secrets, &found, &name, &dump, &err));
    assert_int_equal(joined, DUMPS);
    assert_slice(name, "a599999");
    cprof_secrets_deinit(&secrets);
    cprof_sink_deinit(&text);
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    cprof_slice list = read_testdata("go/secrets/list.json");
    assert_memory_may_end(cprof_secrets_parse, list);
    free((void *)(uintptr_t)list.ptr);
}

static void other_json_is_not_mine(void **state) {
    (void)state;
    assert_not_mine(cprof_secrets_parse, "{\"nodes\":[]}");
    assert_not_mine(cprof_secrets_parse, SECRET("a", "\"token\":\"eA==\""));
    assert_not_mine(cprof_secrets_parse, "");
}

/* "goroutine profile: total 0" without padding, with one and with two signs of padding. */
static void base64_is_decoded(void **state) {
    (void)state;
    static const char *const texts[] = {"YWJj", "YWJjZA==", "YWJjZGU=", "YWJjZGU"}, *const bytes[] = {
                                                                                        "abc", "abcd",
                                                                                        "abcde", "abcde"};
    for (int i = 0; i < 4; i++) {
        char json[300];
        snprintf(json, sizeof json, SECRET("a-0", "\"keyBytes\":\"%s\""), texts[i]);
        cprof_secrets secrets;
        assert_true(cprof_secrets_init(&secrets, NULL, NULL));
        cprof_error err = CPROF_ERROR_INIT;
        bool found;
        cprof_slice name, dump;
        assert_int_equal(cprof_secrets_add(&secrets, cprof_slice_of(json), &err), CPROF_PARSE_OK);
        assert_true(cprof_secrets_join(&secrets, &found, &name, &dump, &err) && found);
        assert_slice(name, "a");
        assert_slice(dump, bytes[i]);
        assert_true(cprof_secrets_join(&secrets, &found, &name, &dump, &err) && !found);
        cprof_secrets_deinit(&secrets);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_are_joined_in_the_order_given, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(padded_members_are_one_stream, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(numbers_give_the_order_where_it_does_not_fit, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_missing_part_is_named, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(parts_that_do_not_fit_are_named, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(other_files_stay_as_they_are, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_large_file_is_had_whole, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(secrets_of_several_files_are_joined, make_folder, remove_folder),
        cmocka_unit_test(a_list_is_read_like_any_profile),
        cmocka_unit_test(broken_secrets_are_named),
        cmocka_unit_test(json_counts_as_memory),
        cmocka_unit_test(many_dumps_are_joined_in_linear_time),
        cmocka_unit_test(other_json_is_not_mine),
        cmocka_unit_test(base64_is_decoded),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
