#include "input/format.h"
#include "input/proto.h"
#include "proto_oracle.h"
#include "proto_random.h"
#include "support.h"

#include <dirent.h>

/* --- held to protobuf-c ----------------------------------------------------------------------------------
 */

static void check_against_oracle(cprof_slice bytes, size_t chunk, bool mutated) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = NULL;
    bool ok = proto_decode(bytes, chunk, NULL, &p, &err);
    proto_oracle oracle;
    proto_oracle_init(&oracle, bytes);
    if (ok && oracle.message) {
        const char *what = oracle.defect ? oracle.defect : proto_oracle_differs(&oracle, p, !mutated);
        if (what)
            fail_msg("chunks of %zu: %s differs", chunk, what);
    }
    if (!ok && !oracle.defect && !proto_oracle_excuses(&err))
        fail_msg("chunks of %zu: refused: %s", chunk, err.message);
    assert_true(mutated || ok);
    proto_oracle_deinit(&oracle);
    cprof_profile_free(p);
}

static void test_random_profiles(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 600; seed++) {
        random_source r = {seed};
        wire_buffer b = random_profile(&r);
        cprof_slice bytes = {b.bytes, b.count};
        const size_t chunks[] = {0, 1, 2, 3, 7, 64, 1000, 1 + random_below(&r, 5000)};
        for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
            check_against_oracle(bytes, chunks[i], false);
        free(b.bytes);
    }
}

static void mutate(random_source *r, wire_buffer *b) {
    for (uint32_t i = 1 + random_below(r, 4); i > 0 && b->count > 0; i--) {
        size_t at = random_next(r) % b->count;
        switch (random_below(r, 4)) {
        case 0:
            b->bytes[at] = (char)random_next(r);
            break;
        case 1:
            b->bytes[at] ^= (char)(1 << random_below(r, 8));
            break;
        case 2:
            memmove(b->bytes + at, b->bytes + at + 1, b->count - at - 1);
            b->count--;
            break;
        default:
            b->count = random_below(r, 4) ? b->count : at;
            break;
        }
    }
}

static void test_mutated_profiles(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 6000; seed++) {
        random_source r = {seed + 1000000};
        wire_buffer b = random_profile(&r);
        mutate(&r, &b);
        if (b.count > 0) {
            char *exact = malloc(b.count);
            memcpy(exact, b.bytes, b.count);
            check_against_oracle((cprof_slice){exact, b.count}, seed % 3 ? 0 : 1 + random_below(&r, 50),
                                 true);
            free(exact);
        }
        free(b.bytes);
    }
}

/* --- real profiles ---------------------------------------------------------------------------------------
 */

static bool is_profile(const char *name) {
    cprof_slice s = cprof_slice_of(name);
    return cprof_slice_ends_with(s, ".pb") || cprof_slice_ends_with(s, ".pb.gz");
}

static void test_real_profiles(void **state) {
    (void)state;
    const char *folder = CPROF_TESTDATA "/proto";
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int files = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!is_profile(entry->d_name))
            continue;
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        cprof_error err = CPROF_ERROR_INIT;
        cprof_slice all;
        cprof_reader *reader = cprof_reader_open(path, NULL, &err);
        assert_non_null(reader);
        assert_true(cprof_reader_all(reader, &all, &err));
        check_against_oracle(all, 0, false);
        check_against_oracle(all, 1, false);
        check_against_oracle(all, 61, false);
        cprof_reader_free(reader);
        files++;
    }
    closedir(dir);
    assert_int_equal(files, 16);
}

/* --- the rules, one by one -------------------------------------------------------------------------------
 */

/* A message in words: "field=number", "field[" … "]" for a message, "field'text'" for bytes, "field{" "}" for
 * a group, "xHH" for a byte as it is. */
static wire_buffer message(const char *words) {
    wire_buffer stack[8];
    uint64_t fields[8];
    int depth = 0;
    stack[0] = (wire_buffer){0};
    while (*words) {
        if (*words == ' ') {
            words++;
        } else if (*words == ']') {
            wire_message(&stack[depth - 1], fields[depth], &stack[depth]);
            depth--;
            words++;
        } else if (*words == 'x') {
            char hex[3] = {words[1], words[2], 0};
            uint8_t byte = (uint8_t)strtoul(hex, NULL, 16);
            wire_put(&stack[depth], &byte, 1);
            words += 3;
        } else {
            char *end;
            uint64_t field = strtoull(words, &end, 10);
            assert_ptr_not_equal(end, words);
            words = end + 1;
            if (*end == '=') {
                wire_number(&stack[depth], field, (uint64_t)strtoll(words, &end, 10));
                words = end;
            } else if (*end == '\'') {
                size_t size = strcspn(words, "'");
                wire_bytes(&stack[depth], field, words, size);
                words += size + 1;
            } else if (*end == '[') {
                stack[++depth] = (wire_buffer){0};
                fields[depth] = field;
            } else {
                wire_varint(&stack[depth], field << 3 | (*end == '{' ? 3 : 4));
            }
        }
    }
    assert_int_equal(depth, 0);
    return stack[0];
}

#define TYPE   "1[1=1 2=2] "
#define TABLES "4[1=1 4[1=1 2=7]] 5[1=1 2=3] 6'' 6'cpu' 6'ns' 6'main' "

static cprof_profile *decode(const char *words, cprof_error *err) {
    wire_buffer b = message(words);
    cprof_profile *p = NULL, *bytewise = NULL;
    cprof_error other = CPROF_ERROR_INIT;
    cprof_slice bytes = {b.bytes, b.count};
    bool ok = proto_decode(bytes, 0, NULL, &p, err);
    assert_int_equal(ok, proto_decode(bytes, 1, NULL, &bytewise, &other));
    assert_string_equal(err->message, other.message);
    assert_int_equal(err->offset, other.offset);
    cprof_profile_free(bytewise);
    free(b.bytes);
    return p;
}

static void accepts(const char *words) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = decode(words, &err);
    if (!p)
        fail_msg("%s: %s", words, err.message);
    assert_int_equal(p->samples.count, 1);
    assert_int_equal(p->samples.values[0], 5);
    cprof_profile_free(p);
}

static void refuses(const char *words, int64_t offset, const char *message_part) {
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(decode(words, &err));
    assert_int_equal(err.code, CPROF_ERR_FORMAT);
    if (!strstr(err.message, message_part) || err.offset != offset)
        fail_msg("%s: offset %lld: %s", words, (long long)err.offset, err.message);
}

static void test_what_is_accepted(void **state) {
    (void)state;
    accepts(TYPE "2[1=1 2=5] " TABLES);
    accepts("2[1=1 2=5] " TABLES TYPE);                               /* any order */
    accepts(TYPE "2[1[x01] 2[x05]] " TABLES);                         /* packed */
    accepts(TYPE "2[1[x81x80x80x80x80x80x80x80x80x00] 2=5] " TABLES); /* the longest form of 1 */
    accepts(TYPE "2[1=1 2[x85x80x80x80x80x80x80x80x80x7e]] " TABLES); /* bits beyond the 64th are dropped */
    accepts(TYPE "2[1=1 2=5 77=3 77'abc' 77[x01]] 99'x' " TABLES);    /* unknown fields */
    accepts(TYPE "2[1=1 2=5 50{ 51=1 52{ 53'x' 52} 50}] 60{ 2=1 60} " TABLES);
    accepts("x00x07 " TYPE "2[1=1 2=5] " TABLES);                      /* field 0 is unknown as well */
    accepts(TYPE "2[1=1 2=5] 4[1=1 2=9 4[1=1]] 5[1=1] 6'' 6'a' 6'b'"); /* no such mapping: none */
    accepts(TYPE "2[1=1 2=5] 9=0 9=7 " TABLES);
}

static void test_what_is_refused(void **state) {
    (void)state;
    refuses(TYPE "2[1=2 2=5] " TABLES, 6, "location 2, which is not there");
    refuses(TYPE "2[1=0 2=5] " TABLES, 6, "location id 0");
    refuses(TYPE "2[1=1] " TABLES, 6, "0 values where there are 1 sample types");
    refuses(TYPE "2[1=1 2=5] 2[1=1 2=5 2=6] " TABLES, 12, "2 values where others have 1");
    refuses("2[1=1 2=5] " TABLES, 0, "no sample types");
    refuses(TYPE "2[1=1 2=5] 4[1=0] " TABLES, 12, "location with the reserved id 0");
    refuses(TYPE "2[1=1 2=5] 4[1=1] " TABLES, 16, "second location with the id 1");
    refuses(TYPE "2[1=1 2=5] 5[1=1] " TABLES, 26, "second function with the id 1");
    refuses(TYPE "2[1=1 2=5] 5[2=1] " TABLES, 12, "function with the reserved id 0");
    refuses(TYPE "3[1=5] 3[1=5] " TABLES, 10, "second mapping with the id 5");
    refuses(TYPE "3[2=5] " TABLES, 6, "mapping with the reserved id 0");
    refuses(TYPE "4[1=9 4[1=2]] " TABLES, 6, "function 2, which is not there");
    refuses(TYPE "4[1=9 4[2=2]] " TABLES, 6, "line of no function");
    refuses(TYPE "5[1=9 2=4] " TABLES, 6, "string index 4 is out of range (there are 4 strings)");
    refuses(TYPE "5[1=9 2=-1] " TABLES, 6, "string index -1 is out of range");
    refuses("1[1=7] " TABLES, 0, "string index 7 is out of range");
    refuses("13=44 " TABLES, 0, "string index 44 is out of range");
    refuses("14=44 " TABLES, 0, "string index 44 is out of range");
    refuses(TYPE "2[1=1 2=5 3[1=4]] " TABLES, 6, "string index 4");
    refuses(TYPE "2[1=1 2=5 3[1=1 2=4]] " TABLES, 6, "string index 4");
    refuses(TYPE "2[1=1 2=5 3[1=1 4=4]] " TABLES, 6, "string index 4");
    refuses(TYPE "6'x'", 6, "first string is not empty");
    refuses(TYPE, 6, "no string table");
    refuses(TYPE "9=1 9=2 " TABLES, 8, "concatenated");
    refuses(TYPE "2[1=1 2=5] " TABLES TYPE "1[1=1] 2[2=1 2=2] " TABLES, 45, "concatenated");
    refuses(TYPE "2=1", 6, "wrong wire type of field 2 of the profile");
    refuses(TYPE "9'x'", 6, "wrong wire type of field 9 of the profile");
    refuses(TYPE "3[1'x']", 8, "wrong wire type of field 1 of a mapping");
    refuses(TYPE "4[4=1]", 8, "wrong wire type of field 4 of a location");
    refuses(TYPE "2[3=1]", 8, "wrong wire type of field 3 of a sample");
    refuses(TYPE "4[1=1 4[1=1 2[x01]]]", 14, "wrong wire type of field 2 of a line");
    refuses(TYPE "2[x0a x05 x01]", 8, "goes past its end in a sample");
    refuses(TYPE "2[1[x01 x80] 2=5]" TABLES, 11, "goes past its end in a sample");
    refuses(TYPE "2[1[x80x80x80x80x80x80x80x80x80x80x01] 2=5]" TABLES, 10, "number of more than 10 bytes");
    refuses(TYPE "x32x05x01", 9, "the data ends inside of the field that starts at byte 6");
    refuses(TYPE "x08", 7, "the data ends inside of the field that starts at byte 6");
    refuses(TYPE "x9ax06x05x01", 10, "the data ends inside");
    refuses(TYPE "x32xffxffxffxffxffxffxffxffxffx01", 6, "a field of 18446744073709551615 bytes");
    refuses(TYPE "x0e", 6, "unknown wire type");
    refuses(TYPE "70{ 71}", 8, "groups that do not fit together");
    refuses(TYPE "70{ 71=1", 11, "group without an end");
    refuses(TYPE "2[70{ ] 70}", 8, "groups that do not fit together");
}

static void test_deep_groups(void **state) {
    (void)state;
    wire_buffer b = {0};
    for (int i = 0; i < 100000; i++)
        wire_varint(&b, 70 << 3 | 3);
    cprof_profile *p;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(proto_decode((cprof_slice){b.bytes, b.count}, 0, NULL, &p, &err));
    assert_non_null(strstr(err.message, "groups"));
    free(b.bytes);
}

static void test_labels(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p =
        decode(TYPE "2[2=1 3[1=3 3=8] 3[1=3] 3[1=2 4=1] 3[1=3 2=1 3=9] 3[1=1 2=4] 3[1=1 2=0 3=2 4=2]]"
                    "2[2=1] 2[2=1 3[1=3]]" TABLES "6''",
               &err);
    assert_non_null(p);
    uint32_t set = cprof_sample_label_set(p, 0);
    const cprof_label *l = p->label_sets.labels + p->label_sets.first[set];
    assert_int_equal(p->label_sets.first[set + 1] - p->label_sets.first[set], 5);
    /* cpu: an empty text that is not string 0 is a text */
    assert_slice(cprof_profile_string(p, l[0].key), "cpu");
    assert_true(!l[0].is_number && l[0].text == 0);
    assert_slice(cprof_profile_string(p, l[1].key), "main");
    assert_slice(cprof_profile_string(p, l[1].text), "cpu");
    assert_true(!l[1].is_number && l[1].number == 0);
    assert_slice(cprof_profile_string(p, l[2].key), "cpu");
    assert_true(l[2].is_number && l[2].number == 2);
    assert_slice(cprof_profile_string(p, l[2].unit), "ns");
    assert_slice(cprof_profile_string(p, l[3].key), "main");
    assert_true(l[3].is_number && l[3].number == 8 && l[3].unit == 0);
    assert_slice(cprof_profile_string(p, l[4].key), "ns");
    assert_true(l[4].is_number && l[4].number == 0);
    /* No labels, and labels that say nothing: the empty set. */
    assert_int_equal(cprof_sample_label_set(p, 1), 0);
    assert_int_equal(cprof_sample_label_set(p, 2), 0);
    cprof_profile_free(p);
}

/* Ids of any size, in any order, keep their values. */
static void test_ids(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = decode(TYPE "2[1=4294967296 1=2147483648 1=3 2=5] 4[1=2147483648 2=-2] 4[1=3 4[1=9]] "
                                   "4[1=4294967296] 3[1=-2] 5[1=9] 6'' 6'a' 6'b'",
                              &err);
    assert_non_null(p);
    assert_memory_equal(p->stacks.frames, ((uint32_t[]){2, 0, 1}), 12);
    assert_true(cprof_location_id(p, 0) == 2147483648 && cprof_location_id(p, 1) == 3);
    assert_true(cprof_location_id(p, 2) == 4294967296);
    assert_int_equal(p->locations.mapping[0], 0);
    assert_int_equal(p->locations.mapping[1], CPROF_NONE);
    assert_true(p->mappings[0].id == UINT64_MAX - 1);
    assert_int_equal(cprof_function_id(p, 0), 9);
    cprof_profile_free(p);
}

/* Whatever the limit is, from `least` bytes on by steps of an n-th: it suffices, or memory is what is
 * missing. */
static void memory_may_end(const wire_buffer *b, size_t chunk, size_t least, size_t n) {
    bool done = false;
    for (size_t limit = least; !done && limit < ((size_t)1 << 26); limit += limit / n + 16) {
        cprof_budget budget = {.limit = limit};
        cprof_env env = {.budget = &budget};
        cprof_error err = CPROF_ERROR_INIT;
        cprof_profile *p = NULL;
        done = proto_decode((cprof_slice){b->bytes, b->count}, chunk, &env, &p, &err);
        assert_true(done || err.code == CPROF_ERR_MEMORY);
        cprof_profile_free(p);
        assert_int_equal(budget.used, 0);
    }
    assert_true(done);
}

static void test_memory_may_end_anywhere(void **state) {
    (void)state;
    random_source r = {42};
    wire_buffer b = random_profile(&r);
    memory_may_end(&b, 100, 64, 32);
    free(b.bytes);
}

enum { SAMPLES = 60000, NUMBERS = 7001 };

/* So many samples with labels that a thread looks them up; a third has none.  `tail`: what stands behind. */
static wire_buffer many_labels(const char *tail) {
    wire_buffer b = message(TYPE), end = message(tail);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        wire_buffer sample = {0}, label = {0}, second = {0};
        wire_number(&sample, 1, 1);
        wire_number(&sample, 2, 5);
        if (i % 3) {
            wire_number(&label, 1, 1);
            wire_number(&label, 3, i * i % NUMBERS);
            wire_message(&sample, 3, &label);
            wire_number(&second, 1, 3);
            wire_number(&second, 2, 1 + i % 2);
            wire_message(&sample, 3, &second);
        }
        wire_message(&b, 2, &sample);
    }
    wire_put(&b, end.bytes, end.count);
    free(end.bytes);
    return b;
}

static void test_many_labels(void **state) {
    (void)state;
    wire_buffer b = many_labels(TABLES), without_last = many_labels("2[1=1 2=5] " TABLES);
    check_against_oracle((cprof_slice){b.bytes, b.count}, 0, false);
    check_against_oracle((cprof_slice){b.bytes, b.count}, 4096, false);
    check_against_oracle((cprof_slice){without_last.bytes, without_last.count}, 0, false);
    bool seen[NUMBERS][2] = {{false}};
    uint32_t sets = 1; /* the empty one */
    for (uint64_t i = 0; i < SAMPLES; i++) {
        bool *known = &seen[i * i % NUMBERS][i % 2];
        sets += i % 3 && !*known;
        *known |= i % 3 != 0;
    }
    cprof_profile *p = NULL;
    assert_true(proto_decode((cprof_slice){b.bytes, b.count}, 0, NULL, &p, NULL));
    assert_int_equal(p->label_sets.count, sets);
    cprof_profile_free(p);
    free(b.bytes);
    free(without_last.bytes);
}

/* What is wrong behind them is told, and nothing is left of the thread. */
static void test_many_labels_and_an_error(void **state) {
    (void)state;
    static const struct {
        const char *tail, *said;
    } tails[] = {{"2[1=1 2=5 3[1=1 2=4]] " TABLES, "string index 4"},
                 {"2[1=0 2=5 3[1=1 2=1]] " TABLES, "location id 0"},
                 {"2[1=2 2=5 3[1=1 2=1]] " TABLES, "location 2, which is not there"},
                 {"x32x05x01", "the data ends inside"}};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        wire_buffer b = many_labels(tails[i].tail);
        cprof_budget budget = {.limit = 1 << 30};
        cprof_env env = {.budget = &budget};
        cprof_error err = CPROF_ERROR_INIT;
        cprof_profile *p = NULL;
        assert_false(proto_decode((cprof_slice){b.bytes, b.count}, 0, &env, &p, &err));
        assert_int_equal(err.code, CPROF_ERR_FORMAT);
        assert_non_null(strstr(err.message, tails[i].said));
        assert_int_equal(budget.used, 0);
        free(b.bytes);
    }
}

static void test_memory_may_end_in_the_thread(void **state) {
    (void)state;
    wire_buffer b = many_labels(TABLES);
    memory_may_end(&b, 0, 1 << 16, 8);
    free(b.bytes);
}

/* --- sniffing --------------------------------------------------------------------------------------------
 */

static cprof_proto_likeness sniff(const char *words) {
    wire_buffer b = message(words);
    cprof_proto_likeness likeness = cprof_proto_sniff((cprof_slice){b.bytes, b.count}, true);
    free(b.bytes);
    return likeness;
}

static void test_sniff(void **state) {
    (void)state;
    assert_int_equal(sniff(TYPE TABLES), CPROF_PROTO_SURELY);
    assert_int_equal(sniff(TYPE TABLES "x07"), CPROF_PROTO_SURELY);
    assert_int_equal(sniff(TYPE "x07"), CPROF_PROTO_MAYBE);
    assert_int_equal(sniff("9=1"), CPROF_PROTO_MAYBE);
    assert_int_equal(sniff("x00x00"), CPROF_PROTO_NOT);
    static const char *const texts[] = {
        "heap profile: 1: 2 [3: 4] @ heap/1\n",
        "goroutine profile: total 3\n",
        "--- contentionz 1 ---\n",
        "main;foo;bar 12\n",
        "{\"nodes\":[]}",
        "[1,2]",
        "<html>",
        "\n\n\nhello world\n",
        "2 a\n",
        "*** x\n",
        "python 12 cycles:\n",
        "# a comment\n",
        "x",
        "Hello, world\n",
        "\"a\",\"b\"\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (cprof_proto_sniff(cprof_slice_of(texts[i]), true) != CPROF_PROTO_NOT)
            fail_msg("\"%s\" is taken for a profile", texts[i]);
    }
}

static void expect_load(const char *bytes, size_t size, const char *message_part) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = NULL;
    cprof_reader *reader = cprof_reader_of((cprof_slice){bytes, size}, "test", NULL, &err);
    assert_non_null(reader);
    assert_false(cprof_input_load(reader, CPROF_NEEDS_SAMPLES, NULL, &p, &err));
    if (!strstr(err.message, message_part))
        fail_msg("\"%s\" is not in: %s", message_part, err.message);
    cprof_reader_free(reader);
}

static void test_what_no_format_knows(void **state) {
    (void)state;
    static const char zeros[100000];
    expect_load("", 0, "empty");
    expect_load("<!DOCTYPE html><p>", 18, "an HTML page");
    expect_load(" <HTML>", 7, "an HTML page");
    expect_load("{\"error\": 1}", 12, "JSON");
    expect_load("\xff\xfeh\0e\0", 6, "UTF-16");
    expect_load("Unknown profile\n", 16, "starts with \"Unknown profile\"");
    expect_load("\x01\x02\x00\xff", 4, "not a profile of any known format");
    expect_load(zeros, sizeof zeros, "not a profile of any known format");
    expect_load("\x0a\x04\x08\x01\x10\x02\x07", 7, "malformed profile: an unknown wire type at byte 6");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_profiles),
        cmocka_unit_test(test_mutated_profiles),
        cmocka_unit_test(test_real_profiles),
        cmocka_unit_test(test_what_is_accepted),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_deep_groups),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_memory_may_end_anywhere),
        cmocka_unit_test(test_many_labels),
        cmocka_unit_test(test_many_labels_and_an_error),
        cmocka_unit_test(test_memory_may_end_in_the_thread),
        cmocka_unit_test(test_sniff),
        cmocka_unit_test(test_what_no_format_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
