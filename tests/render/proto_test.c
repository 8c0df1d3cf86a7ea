#include "render/proto.h"

#include "input/format.h"
#include "input/proto_oracle.h"
#include "profile/builder.h"
#include "support.h"

#include <dirent.h>

static cprof_profile *load(cprof_slice bytes) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_profile *p = NULL;
    cprof_reader *reader = cprof_reader_of(bytes, "test", NULL, &err);
    assert_non_null(reader);
    if (!cprof_input_load(reader, CPROF_NEEDS_SAMPLES, NULL, &p, &err))
        fail_msg("%s", err.message);
    cprof_reader_free(reader);
    return p;
}

/* What is written of the view; free with cprof_sink_deinit. */
static void encode(const cprof_view *view, double ratio, bool gzip, cprof_sink *sink) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink_init_memory(sink, NULL);
    if (!cprof_render_proto(view, ratio, sink, gzip, &err))
        fail_msg("%s", err.message);
}

/* Decode → encode → decode is the profile that protobuf-c sees in the original; encoding that gives the same
 * bytes again. */
static void check_round_trip(const char *path) {
    cprof_slice all;
    cprof_reader *reader = cprof_reader_open(path, NULL, NULL);
    assert_non_null(reader);
    assert_true(cprof_reader_all(reader, &all, NULL));
    proto_oracle oracle;
    proto_oracle_init(&oracle, all);
    cprof_profile *p = load(all);
    cprof_view view, again;
    cprof_sink plain, packed, second;
    cprof_view_init(&view, p, NULL);
    encode(&view, 1, false, &plain);
    encode(&view, 1, true, &packed);
    cprof_profile *q = load(cprof_sink_bytes(&plain)), *r = load(cprof_sink_bytes(&packed));
    const char *what = proto_oracle_differs(&oracle, q, true);
    what = what ? what : proto_oracle_differs(&oracle, r, true);
    if (what)
        fail_msg("%s: %s differs", path, what);
    cprof_view_init(&again, q, NULL);
    encode(&again, 1, false, &second);
    assert_true(cprof_slice_equal(cprof_sink_bytes(&plain), cprof_sink_bytes(&second)));
    assert_memory_equal(cprof_sink_bytes(&packed).ptr, "\x1f\x8b", 2);
    cprof_sink_deinit(&plain);
    cprof_sink_deinit(&packed);
    cprof_sink_deinit(&second);
    cprof_view_deinit(&view);
    cprof_view_deinit(&again);
    cprof_profile_free(p);
    cprof_profile_free(q);
    cprof_profile_free(r);
    proto_oracle_deinit(&oracle);
    cprof_reader_free(reader);
}

static void test_round_trips(void **state) {
    (void)state;
    const char *folder = CPROF_TESTDATA "/proto";
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int files = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!strstr(entry->d_name, ".pb"))
            continue;
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        check_round_trip(path);
        files++;
    }
    closedir(dir);
    assert_int_equal(files, 16);
}

static cprof_str str(cprof_builder *b, const char *text) {
    cprof_str id;
    assert_true(cprof_builder_string(b, cprof_slice_of(text), &id, NULL));
    return id;
}

/* main → {inner, outer} (one location) → leaf; two samples, the second with labels. */
static cprof_profile *small_profile(void) {
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("ns"), NULL));
    uint32_t map, functions[4], locations[3], stack, leaf, set;
    static const char *const names[] = {"leaf", "inner", "outer", "main"};
    cprof_mapping mapping = {.start = 16,
                             .limit = 4096,
                             .has_functions = true,
                             .has_filenames = true,
                             .has_line_numbers = true,
                             .has_inline_frames = true};
    mapping.file = str(b, "/bin/prog");
    assert_true(cprof_builder_mapping(b, &mapping, &map, NULL));
    for (int i = 0; i < 4; i++)
        assert_true(cprof_builder_function(b, str(b, names[i]), str(b, names[i]), str(b, "file.c"), i,
                                           &functions[i], NULL));
    cprof_line leaf_line = {functions[0], 10, 3}, main_line = {functions[3], 13, 0};
    cprof_line inlined[] = {{functions[1], 11, 1}, {functions[2], 12, 2}};
    assert_true(cprof_builder_location(b, map, 0x20, false, &leaf_line, 1, &locations[0], NULL));
    assert_true(cprof_builder_location(b, map, 0x30, true, inlined, 2, &locations[1], NULL));
    assert_true(cprof_builder_location(b, CPROF_NONE, 0x40, false, &main_line, 1, &locations[2], NULL));
    assert_true(cprof_builder_stack(b, locations, 3, &stack, NULL));
    assert_true(cprof_builder_stack(b, locations, 1, &leaf, NULL));
    cprof_label labels[] = {
        {.key = str(b, "size"), .number = 8, .unit = str(b, "bytes"), .is_number = true},
        {.key = str(b, "user"), .text = str(b, "ann")},
        {.key = str(b, "size"), .text = str(b, "big")},
    };
    assert_true(cprof_builder_labels(b, labels, 3, &set, NULL));
    assert_true(cprof_builder_sample(b, stack, 0, (int64_t[]){1001}, NULL));
    assert_true(cprof_builder_sample(b, leaf, set, (int64_t[]){-7}, NULL));
    cprof_profile *header = cprof_builder_profile(b);
    header->period_type = (cprof_value_type){str(b, "cpu"), str(b, "ms")};
    header->period = 10;
    header->default_type = str(b, "cpu");
    header->doc_url = str(b, "http://doc");
    assert_true(cprof_builder_comment(b, str(b, "a comment"), NULL));
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    return p;
}

static Cprof__Wire__Profile *written(const cprof_view *view, double ratio) {
    cprof_sink sink;
    encode(view, ratio, false, &sink);
    cprof_slice bytes = cprof_sink_bytes(&sink);
    Cprof__Wire__Profile *m = cprof__wire__profile__unpack(NULL, bytes.len, (const uint8_t *)bytes.ptr);
    assert_non_null(m);
    cprof_sink_deinit(&sink);
    return m;
}

/* Sample types, labels (text first), mappings, functions, then the header's: in order of first use. */
static void test_order_of_strings(void **state) {
    (void)state;
    static const char *const expected[] = {"",      "cpu",   "ns",        "size",      "big",       "user",
                                           "ann",   "bytes", "/bin/prog", "leaf",      "file.c",    "inner",
                                           "outer", "main",  "ms",        "a comment", "http://doc"};
    cprof_profile *p = small_profile();
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    Cprof__Wire__Profile *m = written(&view, 1);
    assert_int_equal(m->n_string_table, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < m->n_string_table; i++)
        assert_slice(((cprof_slice){(const char *)m->string_table[i].data, m->string_table[i].len}),
                     expected[i]);
    assert_int_equal(m->sample[1]->n_label, 3);
    assert_int_equal(m->sample[1]->label[0]->str, 4);
    assert_int_equal(m->sample[1]->label[2]->num, 8);
    assert_int_equal(m->period_type->unit, 14);
    assert_int_equal(m->comment[0], 15);
    assert_int_equal(m->default_sample_type, 1);
    assert_int_equal(m->location[2]->mapping_id, 0);
    assert_true(m->location[1]->is_folded);
    cprof__wire__profile__free_unpacked(m, NULL);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void test_views(void **state) {
    (void)state;
    cprof_profile *p = small_profile();
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    uint64_t hidden = 1 << 1, user = UINT64_C(1) << p->label_sets.labels[1].key;
    uint32_t first = 0;
    assert_true(p->strings.slices.count <= 64);
    view.hidden = &hidden;
    view.hidden_text_keys = &user;
    Cprof__Wire__Profile *m = written(&view, 0.5);
    assert_int_equal(m->sample[0]->n_location_id, 2);
    assert_int_equal(m->sample[0]->location_id[1], 3);
    assert_int_equal(m->sample[0]->value[0], 500); /* cut, not rounded */
    assert_int_equal(m->sample[1]->value[0], -3);
    assert_int_equal(m->sample[1]->n_label, 2);
    assert_int_equal(m->n_location, 3);
    cprof__wire__profile__free_unpacked(m, NULL);

    view.samples = &first;
    view.sample_count = 1;
    view.granularity = (cprof_granularity){.function = true, .line = true};
    m = written(&view, 1);
    assert_int_equal(m->n_sample, 1);
    assert_int_equal(m->location[1]->n_line, 1);
    assert_int_equal(m->location[1]->line[0]->function_id, 3);
    assert_int_equal(m->location[1]->line[0]->line, 12);
    assert_int_equal(m->location[1]->line[0]->column, 0);
    assert_int_equal(m->location[1]->address, 0);
    assert_int_equal(m->function[0]->filename, 0);
    assert_int_not_equal(m->function[0]->name, 0);
    assert_true(m->mapping[0]->has_functions && m->mapping[0]->has_line_numbers);
    assert_true(!m->mapping[0]->has_filenames && !m->mapping[0]->has_inline_frames);
    cprof__wire__profile__free_unpacked(m, NULL);
    view.hidden = view.hidden_text_keys = NULL;
    view.samples = NULL;
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

/* More rows, and longer ones, than a part holds. */
static void test_many_rows(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    assert_true(cprof_builder_type(b, CPROF_SLICE("n"), CPROF_SLICE("count"), NULL));
    uint32_t frames[COUNT * 20], stack;
    for (uint32_t i = 0; i < COUNT; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%u", i);
        assert_true(cprof_builder_frame(b, cprof_slice_of(name), CPROF_SLICE("f.c"), i, &frames[i], NULL));
    }
    for (uint32_t i = COUNT; i < COUNT * 20; i++)
        frames[i] = frames[i % COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(cprof_builder_stack(b, frames + i, i == 1500 ? COUNT * 15 : i % 50, &stack, NULL));
        assert_true(cprof_builder_sample(b, stack, 0, (int64_t[]){i}, NULL));
    }
    cprof_profile *p;
    assert_true(cprof_builder_take(b, &p, NULL));
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    Cprof__Wire__Profile *m = written(&view, 1);
    proto_oracle oracle = {.message = m};
    assert_int_equal(m->n_sample, COUNT);
    const char *what = proto_oracle_differs(&oracle, p, true);
    if (what)
        fail_msg("%s differs", what);
    cprof__wire__profile__free_unpacked(m, NULL);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

static void test_memory_may_end_anywhere(void **state) {
    (void)state;
    cprof_profile *p = small_profile();
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    bool done = false;
    for (size_t limit = 64; !done && limit < ((size_t)1 << 24); limit += limit / 4) {
        cprof_budget budget = {.limit = limit};
        cprof_env env = {.budget = &budget};
        cprof_error err = CPROF_ERROR_INIT;
        cprof_sink sink;
        view.env = &env;
        cprof_sink_init_memory(&sink, NULL);
        done = cprof_render_proto(&view, 1, &sink, limit % 3 == 0, &err);
        assert_true(done || err.code == CPROF_ERR_MEMORY);
        cprof_sink_deinit(&sink);
        assert_int_equal(budget.used, 0);
    }
    assert_true(done);
    view.env = NULL;
    cprof_view_deinit(&view);
    cprof_profile_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_order_of_strings),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
