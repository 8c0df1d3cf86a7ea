#include "transform/derive.h"

#include "cmocka_all.h"
#include "profile/builder.h"
#include "profile_text.h"

#include <stdio.h>
#include <stdlib.h>

static cprof_profile *merge(noted_env *noted, const char *const *texts, size_t count, cprof_error *err) {
    cprof_merge_part parts[8];
    for (size_t i = 0; i < count; i++)
        parts[i] = (cprof_merge_part){.profile = profile_of_text(&noted->env, texts[i]), .scale = 1};
    cprof_profile *merged;
    return cprof_merge(parts, count, &noted->env, &merged, err) ? merged : NULL;
}

static char *merged_text(const char *a, const char *b) {
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p = merge(&noted, (const char *const[]){a, b}, 2, NULL);
    assert_non_null(p);
    assert_string_equal(noted.notes, "");
    return text_of_profile_take(p);
}

static char *types_of(const cprof_profile *p) {
    char *text = calloc(1, 1024);
    for (uint32_t i = 0; i < p->type_count; i++) {
        cprof_slice type = cprof_profile_string(p, p->types[i].type);
        cprof_slice unit = cprof_profile_string(p, p->types[i].unit);
        snprintf(text + strlen(text), 100, "%.*s/%.*s%s ", CPROF_SLICE_ARG(type), CPROF_SLICE_ARG(unit),
                 p->types[i].type == p->default_type ? "*" : "");
    }
    return text;
}

static void test_equal_samples_are_summed(void **state) {
    (void)state;
    assert_text(merged_text("types n/count t/ns\n1 10 : a b\n2 20 : b\n1 5 : a b : k=v\n0 0 : zero\n",
                            "types n/count t/ns\n4 40 : b\n3 30 : a b : k=v\n5 50 : c b\n7 70 :\n"),
                "1 10 : a b\n6 60 : b\n4 35 : a b : k=v\n5 50 : c b\n7 70 :\n");
    /* Within one profile too. */
    assert_text(merged_text("types t/ns\n1 : a\n2 : a\n", "types t/ns\n3 : b\n"), "3 : a\n3 : b\n");
}

static void test_labels_keep_samples_apart(void **state) {
    (void)state;
    assert_text(merged_text("types t/ns\n1 : a : k=v\n1 : a : k#5\n1 : a : k#5b\n1 : a : k=v j=w\n",
                            "types t/ns\n2 : a : k=w\n2 : a : j=w k=v\n2 : a : k#5b\n2 : a\n"),
                "1 : a : k=v\n1 : a : k#5\n3 : a : k#5b\n3 : a : j=w k=v\n2 : a : k=w\n2 : a\n");
}

static void test_what_becomes_zero_goes(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p = merge(
        &noted,
        (const char *const[]){"types t/ns\n1 : gone1@libgone gone2\n2 : stays1@libx main\n5 : x main : l=x\n",
                              "types t/ns\n-1 : gone1@libgone gone2\n3 : x\n"},
        2, NULL);
    assert_non_null(p);
    assert_int_equal(p->locations.count, 3);
    assert_int_equal(p->functions.count, 3);
    /* The first mapping is the main program, used or not. */
    assert_int_equal(p->mapping_count, 2);
    assert_text(text_of_profile_take(p), "2 : stays1 main\n5 : x main : l=x\n3 : x\n");
}

static void test_tables_are_in_order_of_use(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p =
        merge(&noted, (const char *const[]){"types t/ns\n0 : z y\n1 : a c\n1 : b\n", "types t/ns\n1 : d a\n"},
              2, NULL);
    assert_non_null(p);
    static const char *const names[] = {"a", "c", "b", "d"};
    assert_int_equal(p->locations.count, 4);
    for (uint32_t l = 0; l < 4; l++) {
        uint32_t f = p->locations.line_function[p->locations.first_line[l]];
        assert_true(cprof_slice_is(cprof_profile_string(p, p->functions.name[f]), names[l]));
    }
    cprof_profile_free(p);
}

/* One sample at `address` of a mapping. */
static cprof_profile *mapped(uint64_t start, uint64_t limit, uint64_t offset, const char *file,
                             const char *build_id, uint64_t address) {
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    cprof_str ids[2];
    uint32_t row, stack;
    const char *const names[] = {file, build_id};
    for (int i = 0; i < 2; i++)
        assert_true(cprof_builder_string(b, cprof_slice_of(names[i]), &ids[i], NULL));
    assert_true(cprof_builder_type(b, CPROF_SLICE("t"), CPROF_SLICE("ns"), NULL));
    cprof_mapping m = {.start = start, .limit = limit, .offset = offset, .file = ids[0], .build_id = ids[1]};
    assert_true(cprof_builder_mapping(b, &m, &row, NULL));
    assert_true(cprof_builder_location(b, row, address, false, NULL, 0, &row, NULL));
    assert_true(cprof_builder_stack(b, &row, 1, &stack, NULL));
    assert_true(cprof_builder_sample(b, stack, 0, (int64_t[]){1}, NULL));
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    return p;
}

/* How many mappings and locations are left of two. */
static void merge_mapped(cprof_profile *a, cprof_profile *b, uint32_t mappings, uint32_t locations) {
    cprof_merge_part parts[] = {{a, 1, false}, {b, 1, false}};
    cprof_profile *p;
    assert_true(cprof_merge(parts, 2, NULL, &p, NULL));
    assert_int_equal(p->mapping_count, mappings);
    assert_int_equal(p->locations.count, locations);
    assert_int_equal(p->locations.address[0], 0x1010);
    cprof_profile_free(p);
}

static void test_mappings_move_from_process_to_process(void **state) {
    (void)state;
    cprof_profile *(*m)(uint64_t, uint64_t, uint64_t, const char *, const char *, uint64_t) = mapped;
    merge_mapped(m(0x1000, 0x2000, 0, "f", "id", 0x1010), m(0x7000, 0x8000, 0, "g", "id", 0x7010), 1, 1);
    /* Sizes count in pages. */
    merge_mapped(m(0x1000, 0x1800, 0, "f", "", 0x1010), m(0x7000, 0x8000, 0, "f", "", 0x7010), 1, 1);
    merge_mapped(m(0x1000, 0x2000, 0, "f", "", 0x1010), m(0x7000, 0x8000, 0, "f", "", 0x7011), 1, 2);
    merge_mapped(m(0x1000, 0x2000, 0, "f", "", 0x1010), m(0x7000, 0x9000, 0, "f", "", 0x7010), 2, 2);
    merge_mapped(m(0x1000, 0x2000, 0, "f", "", 0x1010), m(0x7000, 0x8000, 1, "f", "", 0x7010), 2, 2);
    merge_mapped(m(0x1000, 0x2000, 0, "f", "", 0x1010), m(0x7000, 0x8000, 0, "g", "", 0x7010), 2, 2);
    merge_mapped(m(0x1000, 0x2000, 0, "", "", 0x1010), m(0x7000, 0x8000, 0, "", "", 0x7010), 1, 1);
}

static void test_headers(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p =
        merge(&noted,
              (const char *const[]){"types t/ns\nperiod cpu/ms 5\ntime 70\nduration 10\n"
                                    "comment a\ncomment b\ncomment a\ndrop d\nkeep k\n1 : x\n",
                                    "types t/ns\nperiod cpu/us 7000\ntime 60\nduration 5\n"
                                    "comment c\ncomment b\ndoc http://x\ndrop e\n1 : x\n",
                                    "types t/ns\nperiod cpu/ms 6\ntime 80\ndoc http://y\n1 : x\n"},
              3, NULL);
    assert_non_null(p);
    assert_int_equal(p->time_nanos, 60);
    assert_int_equal(p->duration_nanos, 15);
    assert_int_equal(p->period, 7000);
    assert_true(cprof_slice_is(cprof_profile_string(p, p->period_type.unit), "us"));
    assert_int_equal(p->comment_count, 3);
    assert_true(cprof_slice_is(cprof_profile_string(p, p->comments[2]), "c"));
    assert_true(cprof_slice_is(cprof_profile_string(p, p->doc_url), "http://x"));
    assert_true(cprof_slice_is(cprof_profile_string(p, p->drop_frames), "d"));
    assert_true(cprof_slice_is(cprof_profile_string(p, p->keep_frames), "k"));
    assert_int_equal(p->default_type, 0);
    cprof_profile_free(p);
}

static void test_common_types_are_kept(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    static const char *const texts[] = {
        "types a/count b/ns c/count\ndefault c\n1 10 100 : x\n0 0 5 : only_c\n",
        "types b/us d/count a/count\n2 7 20 : x\n0 9 0 : only_d\n",
        "types a/count b/ms e/count\n3 1 1 : x\n",
    };
    cprof_profile *p = merge(&noted, texts, 3, NULL);
    assert_non_null(p);
    /* "c" is gone, so the first profile's word for it counts no more. */
    assert_text(types_of(p), "a/count* b/ns ");
    assert_text(text_of_profile_take(p), "24 1002010 : x\n");
    assert_null(
        merge(&noted, (const char *const[]){"types a/count\n1 : x\n", "types b/count\n1 : x\n"}, 2, NULL));
}

static void test_default_type_of_the_first_that_has_one(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p = merge(&noted,
                             (const char *const[]){"types a/count b/count\n1 1 : x\n",
                                                   "types a/count b/count\ndefault b\n1 1 : x\n",
                                                   "types a/count b/count\ndefault a\n1 1 : x\n"},
                             3, NULL);
    assert_non_null(p);
    assert_text(types_of(p), "a/count b/count* ");
    cprof_profile_free(p);
    /* Types had to be brought into order: then the second says something, too. */
    p = merge(&noted,
              (const char *const[]){"types a/count b/count\n1 1 : x\n", "types b/count a/count\n1 1 : x\n",
                                    "types a/count b/count\ndefault b\n1 1 : x\n"},
              3, NULL);
    assert_non_null(p);
    assert_text(types_of(p), "a/count* b/count ");
    cprof_profile_free(p);
}

static void test_units_that_do_not_fit(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(
        merge(&noted, (const char *const[]){"types a/ns\n1 : x\n", "types a/bytes\n1 : x\n"}, 2, &err));
    assert_int_equal(err.code, CPROF_ERR_VALUE);
    assert_null(merge(&noted,
                      (const char *const[]){"types a/ns\nperiod cpu/ns 1\n1 : x\n",
                                            "types a/ns\nperiod wall/ns 1\n1 : x\n"},
                      2, &err));
    assert_int_equal(err.code, CPROF_ERR_VALUE);
    /* One unit in two spellings. */
    cprof_profile *p =
        merge(&noted, (const char *const[]){"types a/ns\n1 : x\n", "types a/nanoseconds\n2 : x\n"}, 2, &err);
    assert_non_null(p);
    assert_text(types_of(p), "a/ns ");
    assert_text(text_of_profile_take(p), "3 : x\n");
}

static void test_one_part_is_returned_as_it_is(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    static const char *const same[] = {"types a/count\n1 : x\n2 : x\n0 : y\n"};
    cprof_profile *p = merge(&noted, same, 1, NULL);
    assert_text(text_of_profile_take(p), "1 : x\n2 : x\n0 : y\n");
    static const char *const twice[] = {
        "types a/count b/ns a/count c/ns\ndefault a\n1 2 3 4 : x\n5 6 7 8 : y\n"};
    p = merge(&noted, twice, 1, NULL);
    assert_text(types_of(p), "b/ns* c/ns ");
    assert_text(text_of_profile_take(p), "2 4 : x\n6 8 : y\n");
    static const char *const none[] = {"types a/count a/count\n1 2 : x\n"};
    assert_null(merge(&noted, none, 1, NULL));
}

static void test_diff_base(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    cprof_merge_part parts[] = {
        {profile_of_text(&noted.env, "types t/ns\n5 : x\n3 : y : k=v\n"), 1, false},
        {profile_of_text(&noted.env, "types t/ns\n5 : x\n4 : y : pprof::base=no k=v\n"), -1, true},
    };
    cprof_profile *p;
    assert_true(cprof_merge(parts, 2, &noted.env, &p, NULL));
    assert_text(text_of_profile_take(p),
                "5 : x\n3 : y : k=v\n-5 : x : pprof::base=true\n-4 : y : k=v pprof::base=true\n");
    /* A base without the label is taken away. */
    cprof_merge_part plain[] = {
        {profile_of_text(&noted.env, "types t/ns\n5 : x\n3 : y\n"), 1, false},
        {profile_of_text(&noted.env, "types t/ns\n5 : x\n4 : y\n"), -1, false},
    };
    assert_true(cprof_merge(plain, 2, &noted.env, &p, NULL));
    assert_text(text_of_profile_take(p), "-1 : y\n");
}

static void test_sums_stay_at_the_bound(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    static const char *const texts[] = {
        "types t/ns\n9223372036854775807 : x\n-9223372036854775808 : y\n9223372036854775800 : z\n",
        "types t/ns\n1 : x\n-1 : y\n7 : z\n",
    };
    cprof_profile *p = merge(&noted, texts, 2, NULL);
    assert_text(text_of_profile_take(p),
                "9223372036854775807 : x\n-9223372036854775808 : y\n9223372036854775807 : z\n");
    const char *first = strstr(noted.notes, "64 bits");
    assert_non_null(first);
    assert_null(strstr(first + 1, "64 bits"));
    /* Turning the sign of the lowest number. */
    noted_env_init(&noted);
    cprof_merge_part part = {profile_of_text(&noted.env, "types t/ns\n-9223372036854775808 : y\n"), -1,
                             false};
    assert_true(cprof_merge(&part, 1, &noted.env, &p, NULL));
    assert_text(text_of_profile_take(p), "9223372036854775807 : y\n");
    assert_non_null(strstr(noted.notes, "64 bits"));
}

static void test_base_of_itself_is_nothing(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    /* Numbers that no double holds. */
    static const char text[] = "types t/ns\n9007199254740993 : x\n9223372036854775807 : y\n";
    cprof_merge_part parts[] = {{profile_of_text(&noted.env, text), 1, false},
                                {profile_of_text(&noted.env, text), -1, false}};
    cprof_profile *p;
    assert_true(cprof_merge(parts, 2, &noted.env, &p, NULL));
    assert_string_equal(noted.notes, "");
    assert_text(text_of_profile_take(p), "");
}

static void test_normalize(void **state) {
    (void)state;
    cprof_profile *p = profile_of_text(NULL, "types n/count t/ns z/ns\n1 10 0 : x\n3 30 0 : y\n0 1 0 : w\n");
    cprof_profile *base = profile_of_text(NULL, "types n/count t/ns z/ns\n8 41 5 : x\n");
    double factors[3];
    assert_true(cprof_normalize_factors(p, base, factors, NULL));
    assert_true(factors[0] == 2 && factors[1] == 1 && factors[2] == 0);
    cprof_scale(p, factors);
    /* Values with factor 1 do not keep a sample. */
    assert_text(text_of_profile_take(p), "2 10 0 : x\n6 30 0 : y\n");
    cprof_profile *other = profile_of_text(NULL, "types n/count t/us z/ns\n1 1 1 : x\n");
    assert_false(cprof_normalize_factors(other, base, factors, NULL));
    cprof_profile_free(other);
    cprof_profile_free(base);
}

static void test_scale_rounds_half_away_from_zero(void **state) {
    (void)state;
    cprof_profile *p = profile_of_text(NULL, "types n/count\n1 : a\n3 : b\n-1 : c\n-3 : d : k=v\n4 : e\n");
    cprof_scale(p, (double[]){0.5});
    assert_text(text_of_profile_take(p), "1 : a\n2 : b\n-1 : c\n-2 : d : k=v\n2 : e\n");
    p = profile_of_text(NULL, "types n/count\n1 : a : k=v\n3 : b\n4 : c : k=w\n");
    cprof_scale(p, (double[]){0.25});
    assert_text(text_of_profile_take(p), "1 : b\n1 : c : k=w\n");
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static void random_profile(char *text, size_t room, uint32_t seed, int factor) {
    size_t used = (size_t)snprintf(text, room, "types n/count t/ns\n");
    for (int s = 0; s < 40; s++) {
        /* Each stack once, or summing and doubling would not be the same text. */
        used += (size_t)snprintf(text + used, room - used,
                                 "%d %d :", factor * ((int)(next_random(&seed) % 9) + 1),
                                 factor * ((int)(next_random(&seed) % 9) - 4));
        for (uint32_t d = next_random(&seed) % 6; d > 0; d--)
            used += (size_t)snprintf(text + used, room - used, " f%u,%u", next_random(&seed) % 5,
                                     next_random(&seed) % 3);
        used += (size_t)snprintf(text + used, room - used, " root : s=%d\n", s);
    }
}

static void test_merging_a_profile_with_itself_doubles_it(void **state) {
    (void)state;
    static char once[8192], doubled[8192];
    for (uint32_t seed = 1; seed <= 20; seed++) {
        random_profile(once, sizeof once, seed, 1);
        random_profile(doubled, sizeof doubled, seed, 2);
        char *expected = text_of_profile_take(profile_of_text(NULL, doubled));
        assert_text(merged_text(once, once), expected);
        free(expected);
    }
}

/* A merger that learns of types late has to convert what it has. */
static void test_merging_one_by_one_is_merging_at_once(void **state) {
    (void)state;
    noted_env noted;
    noted_env_init(&noted);
    static const char *const texts[] = {
        "types a/count b/ms c/count\n1 10 100 : x\n0 0 5 : only_c\n4 4 4 : y\n",
        "types b/us d/count a/count\n2 7 20 : x\n0 9 0 : only_d\n",
        "types a/count b/ns\n3 1 : x\n-4 -4000000 : y\n",
    };
    cprof_profile *p = merge(&noted, texts, 3, NULL);
    assert_non_null(p);
    char *types = types_of(p), *expected = text_of_profile_take(p);
    assert_string_equal(expected, "24 10002001 : x\n");
    cprof_merger *m = cprof_merger_new(&noted.env, NULL);
    assert_non_null(m);
    for (int i = 0; i < 3; i++) {
        cprof_merge_part part = {profile_of_text(&noted.env, texts[i]), 1, false};
        assert_true(cprof_merger_add(m, &part, NULL));
    }
    assert_true(cprof_merger_finish(m, &p, NULL));
    assert_text(types_of(p), types);
    assert_text(text_of_profile_take(p), expected);
    free(types);
    free(expected);
}

/* Names of locations' lines and of mappings, row by row, and the frames of stacks. */
static char *tables_of(const cprof_profile *p) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (uint32_t f = 0; f < p->functions.count; f++) {
        cprof_slice name = cprof_profile_string(p, p->functions.name[f]);
        fprintf(out, "%.*s ", CPROF_SLICE_ARG(name));
    }
    for (uint32_t l = 0; l < p->locations.count; l++) {
        fprintf(out, "| %d %d", (int)p->locations.mapping[l], (int)p->locations.address[l]);
        for (uint32_t i = p->locations.first_line[l]; i < p->locations.first_line[l + 1]; i++)
            fprintf(out, " %u,%d", p->locations.line_function[i], (int)p->locations.line_number[i]);
    }
    for (uint32_t s = 0; s < p->stacks.count; s++) {
        fprintf(out, "/");
        for (uint32_t i = p->stacks.first[s]; i < p->stacks.first[s + 1]; i++)
            fprintf(out, " %u", p->stacks.frames[i]);
    }
    for (uint32_t m = 0; m < p->mapping_count; m++)
        fprintf(out, "; %d %x", (int)p->mappings[m].id, (unsigned)p->mappings[m].start);
    fclose(out);
    return text;
}

static void expect_same_merge(const char *const *a, size_t a_count, const char *const *b, size_t b_count) {
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *one = merge(&noted, a, a_count, NULL), *other = merge(&noted, b, b_count, NULL);
    assert_non_null(one);
    assert_non_null(other);
    char *expected = tables_of(one);
    assert_text(tables_of(other), expected);
    free(expected);
    expected = text_of_profile_take(one);
    assert_text(text_of_profile_take(other), expected);
    free(expected);
}

/* A merge begins with the tables of its first part, where nothing is equal in them: that shows nowhere. */
static void test_the_first_part_is_a_part_like_others(void **state) {
    (void)state;
    static char a[8192], b[8192];
    static const char nothing[] = "types n/count t/ns\n";
    for (uint32_t seed = 1; seed <= 10; seed++) {
        random_profile(a, sizeof a, seed, 1);
        random_profile(b, sizeof b, seed + 100, -1);
        expect_same_merge((const char *const[]){a, b}, 2, (const char *const[]){nothing, a, b}, 3);
    }
    /* Rows that no sample uses, or only one that becomes zero, and an order that is not of use. */
    static const char odd[] =
        "types n/count t/ns\n1 1 : a@lib1 b+c@lib2 : x=y\n2 2 : d@lib3\n3 3 : b@lib4\n4 4 :\n";
    static const char minus[] =
        "types n/count t/ns\n-1 -1 : a@lib1 b+c@lib2 : x=y\n0 0 : d@lib3\n5 5 : e b@lib4\n";
    expect_same_merge((const char *const[]){odd, odd}, 2, (const char *const[]){nothing, odd, odd}, 3);
    /* What becomes zero takes its rows along. */
    noted_env noted;
    noted_env_init(&noted);
    cprof_profile *p = merge(&noted, (const char *const[]){odd, minus}, 2, NULL);
    assert_non_null(p);
    assert_text(tables_of(p), "d b e | 1 0 0,0| 2 0 1,0| -1 0 2,0/ 0/ 1// 2 1; 1 1000; 2 3000; 3 4000");
    assert_text(text_of_profile_take(p), "2 2 : d\n3 3 : b\n4 4 :\n5 5 : e b\n");
    /* Equal rows within the first part. */
    static const char twice[] = "types n/count t/ns\n1 1 : a\n0 0 : z\n2 2 : b\n3 3 : a\n";
    expect_same_merge((const char *const[]){twice, odd}, 2, (const char *const[]){nothing, twice, odd}, 3);
}

/* Samples that count the things 10, 11, 12; 20; 30, 31. */
static cprof_profile *with_members(const int64_t values[3]) {
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("n"), CPROF_SLICE("count"), NULL));
    static const uint32_t counts[] = {3, 1, 2};
    for (uint32_t i = 0; i < 3; i++) {
        char name[] = {(char)('a' + i)};
        uint32_t frame, stack;
        assert_true(cprof_builder_frame(b, (cprof_slice){name, 1}, CPROF_SLICE("f"), 1, &frame, NULL));
        assert_true(cprof_builder_stack(b, &frame, 1, &stack, NULL));
        assert_true(cprof_builder_sample(b, stack, 0, &values[i], NULL));
        for (uint32_t k = 0; k < counts[i]; k++)
            assert_true(cprof_builder_member(b, 10 * (i + 1) + k, NULL));
    }
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    return p;
}

/* "10 11 12 | 20 | …"; frees the profile. */
static char *members_take(cprof_profile *p) {
    char *text = calloc(1, 256);
    assert_non_null(p->members.first);
    for (uint32_t s = 0; s < p->samples.count; s++) {
        for (uint32_t i = p->members.first[s]; i < p->members.first[s + 1]; i++)
            snprintf(text + strlen(text), 16, "%d ", (int)p->members.id[i]);
        strcat(text, "|");
    }
    cprof_profile_free(p);
    return text;
}

static void test_members_stay_with_their_samples(void **state) {
    (void)state;
    static const int64_t values[] = {3, 1, 2}, minus[] = {0, -1, 0}, first[] = {-3, 0, 0};
    cprof_profile *p = with_members(values);
    cprof_scale(p, (double[]){0.4}); /* the sample in the middle becomes 0 */
    assert_text(members_take(p), "10 11 12 |30 31 |");
    cprof_merge_part middle[] = {{with_members(values), 1, false}, {with_members(minus), 1, false}};
    assert_true(cprof_merge(middle, 2, NULL, &p, NULL));
    assert_text(members_take(p), "10 11 12 |30 31 |");
    cprof_merge_part front[] = {{with_members(values), 1, false}, {with_members(first), 1, false}};
    assert_true(cprof_merge(front, 2, NULL, &p, NULL));
    assert_text(members_take(p), "20 |30 31 |");
}

static void test_a_budget_that_is_used_up(void **state) {
    (void)state;
    static char text[8192];
    random_profile(text, sizeof text, 7, 1);
    bool failed = false, succeeded = false;
    for (size_t limit = 20000; limit < 400000; limit += 5000) {
        cprof_budget budget = {0};
        noted_env noted;
        noted_env_init(&noted);
        noted.env.budget = &budget;
        cprof_merge_part parts[] = {{profile_of_text(&noted.env, text), 1, false},
                                    {profile_of_text(&noted.env, text), -1, true}};
        budget.limit = limit > budget.used ? limit : budget.used + 1;
        cprof_error err = CPROF_ERROR_INIT;
        cprof_profile *p;
        bool ok = cprof_merge(parts, 2, &noted.env, &p, &err);
        if (ok)
            cprof_profile_free(p);
        else
            assert_int_equal(err.code, CPROF_ERR_MEMORY);
        failed |= !ok;
        succeeded |= ok;
        assert_int_equal(budget.used, 0);
    }
    assert_true(failed && succeeded);
}

/* Stacks [from, to), each with a leaf of its own (address 1 + number) and DEPTH frames that are in all
 * profiles; one sample each.  Enough frames for two threads. */
enum { STACKS = 24000, SHARED = 8000, DEPTH = 50, COMMON = 300 };

static cprof_profile *big_profile(uint32_t from, uint32_t to, bool backwards) {
    uint32_t common[COMMON], frames[DEPTH + 1], row;
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("n"), CPROF_SLICE("count"), NULL));
    for (uint32_t i = 0; i < COMMON; i++) {
        uint32_t at = backwards ? COMMON - 1 - i : i;
        assert_true(
            cprof_builder_location(b, CPROF_NONE, UINT64_C(1) << 32 | at, false, NULL, 0, &common[at], NULL));
    }
    for (uint32_t i = from; i < to; i++) {
        uint32_t stack = backwards ? to - 1 - (i - from) : i;
        assert_true(cprof_builder_location(b, CPROF_NONE, stack + 1, false, NULL, 0, &frames[0], NULL));
        for (uint32_t k = 0; k < DEPTH; k++)
            frames[k + 1] = common[(stack * 7 + k * 13) % COMMON];
        assert_true(cprof_builder_stack(b, frames, DEPTH + 1, &row, NULL));
        assert_true(cprof_builder_sample(b, row, 0, (const int64_t[]){1}, NULL));
    }
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    return p;
}

static void check_big(const cprof_profile *p) {
    assert_int_equal(p->samples.count, 2 * STACKS - SHARED);
    for (uint32_t i = 0; i < p->samples.count; i++) {
        const uint32_t *frames = p->stacks.frames + p->stacks.first[p->samples.stack[i]];
        uint32_t stack = (uint32_t)p->locations.address[frames[0]] - 1;
        bool shared = stack >= STACKS - SHARED && stack < STACKS;
        assert_int_equal(*cprof_sample_values(p, i), shared ? 2 : 1);
        for (uint32_t k = 0; k < DEPTH; k++)
            assert_int_equal(p->locations.address[frames[k + 1]],
                             UINT64_C(1) << 32 | (stack * 7 + k * 13) % COMMON);
    }
}

static void test_big_parts_are_merged_by_several_threads(void **state) {
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        cprof_merge_part parts[] = {{big_profile(0, STACKS, false), 1, false},
                                    {big_profile(STACKS - SHARED, 2 * STACKS - SHARED, backwards), 1, false}};
        cprof_profile *p;
        assert_true((backwards ? cprof_merge : cprof_merge_for_sums)(parts, 2, NULL, &p, NULL));
        assert_int_equal(p->stacks.count, 2 * STACKS - SHARED);
        assert_int_equal(p->locations.count, 2 * STACKS - SHARED + COMMON);
        check_big(p);
        cprof_profile_free(p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_samples_are_summed),
        cmocka_unit_test(test_labels_keep_samples_apart),
        cmocka_unit_test(test_what_becomes_zero_goes),
        cmocka_unit_test(test_tables_are_in_order_of_use),
        cmocka_unit_test(test_mappings_move_from_process_to_process),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_common_types_are_kept),
        cmocka_unit_test(test_default_type_of_the_first_that_has_one),
        cmocka_unit_test(test_units_that_do_not_fit),
        cmocka_unit_test(test_one_part_is_returned_as_it_is),
        cmocka_unit_test(test_diff_base),
        cmocka_unit_test(test_sums_stay_at_the_bound),
        cmocka_unit_test(test_base_of_itself_is_nothing),
        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_scale_rounds_half_away_from_zero),
        cmocka_unit_test(test_merging_a_profile_with_itself_doubles_it),
        cmocka_unit_test(test_merging_one_by_one_is_merging_at_once),
        cmocka_unit_test(test_the_first_part_is_a_part_like_others),
        cmocka_unit_test(test_members_stay_with_their_samples),
        cmocka_unit_test(test_a_budget_that_is_used_up),
        cmocka_unit_test(test_big_parts_are_merged_by_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
