/* Summing a stack's samples while reading: the sums are those of the single samples. */
#include "input/proto.h"
#include "input/reader.h"
#include "support.h"

static cprof_profile *load(const char *path, bool sums) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = NULL;
    cprof_slice all;
    cprof_reader *reader = cprof_reader_open(path, NULL, &err);
    assert_non_null(reader);
    assert_true(cprof_reader_all(reader, &all, &err));
    cprof_proto *decoder = cprof_proto_new(NULL, &err);
    assert_non_null(decoder);
    if (sums)
        cprof_proto_sum_stacks(decoder);
    assert_true(cprof_proto_feed(decoder, all, &err));
    if (!cprof_proto_finish(decoder, &p, &err))
        fail_msg("%s: %s", path, err.message);
    cprof_reader_free(reader);
    return p;
}

/* Of each stack and type: the sum, and that of the absolute values. */
static int64_t *sums_of(const cprof_profile *p) {
    int64_t *sums = calloc((size_t)p->stacks.count * p->type_count * 2 + 1, sizeof *sums);
    assert_non_null(sums);
    for (uint32_t i = 0; i < p->samples.count; i++)
        for (uint32_t t = 0; t < p->type_count; t++) {
            int64_t v = cprof_sample_values(p, i)[t];
            int64_t *to = sums + ((size_t)p->samples.stack[i] * p->type_count + t) * 2;
            to[0] += v;
            to[1] += v < 0 ? -v : v;
        }
    return sums;
}

static void check(const char *path, bool fewer) {
    cprof_profile *each = load(path, false), *summed = load(path, true);
    assert_int_equal(each->stacks.count, summed->stacks.count);
    assert_int_equal(each->type_count, summed->type_count);
    assert_int_equal(each->locations.count, summed->locations.count);
    int64_t *a = sums_of(each), *b = sums_of(summed);
    assert_memory_equal(a, b, (size_t)each->stacks.count * each->type_count * 2 * sizeof *a);
    assert_true(fewer ? summed->samples.count < each->samples.count
                      : summed->samples.count <= each->samples.count);
    assert_null(summed->samples.label_set);
    free(a);
    free(b);
    cprof_profile_free(each);
    cprof_profile_free(summed);
}

static void sums_are_those_of_the_samples(void **state) {
    (void)state;
    check(CPROF_TESTDATA "/go/cpu.pb.gz", false);
    check(CPROF_TESTDATA "/go/heap.pb.gz", true); /* one stack with several sizes of objects */
    check(CPROF_TESTDATA "/synth/duplicates-zeros.pb.gz", true);
    check(CPROF_TESTDATA "/synth/negative.pb.gz", false);
}

/* sample_type {type 1}, two samples of no stack with the largest value, strings "" and "n". */
static const char huge[] = "\x0a\x02\x08\x01"
                           "\x12\x0b\x12\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
                           "\x12\x0b\x12\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
                           "\x32\x00\x32\x01n";

static int notes;
static void count_note(void *context, const char *message) {
    (void)context;
    assert_non_null(strstr(message, "64 bits"));
    notes++;
}

static void sums_stay_at_the_bound(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_env env = {.note = count_note};
    cprof_profile *p = NULL;
    cprof_proto *decoder = cprof_proto_new(&env, &err);
    cprof_proto_sum_stacks(decoder);
    assert_true(cprof_proto_feed(decoder, (cprof_slice){huge, sizeof huge - 1}, &err));
    if (!cprof_proto_finish(decoder, &p, &err))
        fail_msg("%s", err.message);
    assert_int_equal(p->samples.count, 1);
    assert_true(p->samples.values[0] == INT64_MAX);
    assert_int_equal(notes, 1);
    cprof_profile_free(p);
}

/* The same with one sample that has the label {key 9}, which is no string. */
static const char bad_label[] = "\x0a\x02\x08\x01\x12\x07\x12\x01\x05\x1a\x02\x08\x09\x32\x00\x32\x01n";

static void labels_are_checked_though_they_are_not_kept(void **state) {
    (void)state;
    for (int sums = 0; sums < 2; sums++) {
        cprof_error err = CPROF_ERROR_INIT;
        cprof_profile *p = NULL;
        cprof_proto *decoder = cprof_proto_new(NULL, &err);
        if (sums)
            cprof_proto_sum_stacks(decoder);
        assert_true(cprof_proto_feed(decoder, (cprof_slice){bad_label, sizeof bad_label - 1}, &err));
        assert_false(cprof_proto_finish(decoder, &p, &err));
        assert_int_equal(err.code, CPROF_ERR_FORMAT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_the_samples),
        cmocka_unit_test(sums_stay_at_the_bound),
        cmocka_unit_test(labels_are_checked_though_they_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
