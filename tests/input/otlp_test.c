/* OTLP profiles, written here field by field with the published numbers. */
#include "input/producers.h"
#include "show.h"

typedef struct bytes {
    char at[2048];
    size_t count;
} bytes;

static void put(bytes *b, const void *from, size_t size) {
    assert_true(size <= sizeof b->at - b->count);
    memcpy(b->at + b->count, from, size);
    b->count += size;
}

static void put_varint(bytes *b, uint64_t value) {
    for (; value > 127; value >>= 7)
        put(b, &(char){(char)(value | 128)}, 1);
    put(b, &(char){(char)value}, 1);
}

static void put_number(bytes *b, unsigned field, uint64_t value) {
    put_varint(b, field << 3);
    put_varint(b, value);
}

static void put_bytes(bytes *b, unsigned field, const void *from, size_t size) {
    put_varint(b, field << 3 | 2);
    put_varint(b, size);
    put(b, from, size);
}

static void put_text(bytes *b, unsigned field, const char *text) {
    put_bytes(b, field, text, strlen(text));
}

static void put_message(bytes *b, unsigned field, const bytes *message) {
    put_bytes(b, field, message->at, message->count);
}

static void put_fixed64(bytes *b, unsigned field, uint64_t value) {
    put_varint(b, field << 3 | 1);
    for (int i = 0; i < 64; i += 8)
        put(b, &(char){(char)(value >> i)}, 1);
}

/* Messages of one number, or two. */
static bytes pair(unsigned first, uint64_t a, unsigned second, uint64_t b) {
    bytes message = {.count = 0};
    put_number(&message, first, a);
    if (second)
        put_number(&message, second, b);
    return message;
}

enum { EMPTY, CPU, NANOSECONDS, MAIN, WORK, INNER, FILE_C, BIN, THREAD, SIZE, BUILD, SAMPLES, COUNT, UNIT };

static void put_dictionary(bytes *data) {
    static const char *const strings[] = {"",
                                          "cpu",
                                          "nanoseconds",
                                          "main",
                                          "work",
                                          "inner",
                                          "/a.c",
                                          "/bin/app",
                                          "thread",
                                          "size",
                                          "process.executable.build_id.gnu",
                                          "samples",
                                          "count",
                                          "By"};
    static const bytes none;
    bytes d = {.count = 0}, m, line;
    put_message(&d, 1, &none);
    m = pair(1, 0x400000, 2, 0x500000);
    put_number(&m, 4, BIN);
    put_bytes(&m, 5, "\x03", 1); /* attribute 3, packed */
    put_message(&d, 1, &m);
    put_message(&d, 2, &none);
    m = pair(1, 1, 2, 0x401000); /* main:12 */
    line = pair(1, 1, 2, 12);
    put_message(&m, 3, &line);
    put_message(&d, 2, &m);
    m = pair(1, 1, 2, 0x402000); /* inner:31 in work:21 */
    line = pair(1, 3, 2, 31);
    put_message(&m, 3, &line);
    line = pair(1, 2, 2, 21);
    put_message(&m, 3, &line);
    put_message(&d, 2, &m);
    put_message(&d, 3, &none);
    for (unsigned name = MAIN; name <= INNER; name++) {
        m = pair(1, name, 3, FILE_C);
        put_message(&d, 3, &m);
    }
    put_message(&d, 4, &none);
    m = (bytes){.count = 0};
    put_bytes(&m, 1, "\x01\xab", 2);
    put_bytes(&m, 2, "\xff", 1);
    put_message(&d, 4, &m);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        put_text(&d, 5, strings[i]);
    put_message(&d, 6, &none);
    m = pair(1, THREAD, 0, 0);
    put_bytes(&m, 2, "\x0a\x02w1", 4); /* a text */
    put_message(&d, 6, &m);
    m = pair(1, SIZE, 3, UNIT);
    put_bytes(&m, 2, "\x18\x7f", 2); /* a number: 127 */
    put_message(&d, 6, &m);
    m = pair(1, BUILD, 0, 0);
    put_bytes(&m, 2,
              "\x0a\x03"
              "abc",
              5);
    put_message(&d, 6, &m);
    put_message(&d, 7, &none);
    m = (bytes){.count = 0};
    put_bytes(&m, 1, "\x02\x01", 2); /* leaf first, packed */
    put_message(&d, 7, &m);
    m = pair(1, 1, 0, 0); /* not packed */
    put_message(&d, 7, &m);
    put_message(data, 2, &d);
}

/* A Profile of CPU time, and one of sample counts by times alone; resource: what its message begins with. */
static void put_profiles_of(bytes *data, bytes resource) {
    bytes scope = {.count = 0}, p = {.count = 0}, m, attribute = {.count = 0};
    put_text(&attribute, 1, "service.name");
    put_bytes(&attribute, 2, "\x0a\x04shop", 6);
    put_message(&resource, 1, &attribute);
    m = pair(1, CPU, 2, NANOSECONDS);
    put_message(&p, 1, &m);
    m = pair(1, 1, 3, 1);
    put_bytes(&m, 2, "\x01\x02", 2);
    put_bytes(&m, 4, "\x64\xc8\x01", 3); /* 100, 200 */
    put_message(&p, 2, &m);
    put_fixed64(&p, 3, 1700000000000000000);
    put_number(&p, 4, 5000000000);
    m = pair(1, CPU, 2, NANOSECONDS);
    put_message(&p, 5, &m);
    put_number(&p, 6, 10000000);
    put_message(&scope, 2, &p);
    p.count = 0;
    m = pair(1, SAMPLES, 2, COUNT);
    put_message(&p, 1, &m);
    m = pair(1, 2, 0, 0);
    put_fixed64(&m, 5, 1);
    put_fixed64(&m, 5, 2);
    put_message(&p, 2, &m);
    put_message(&scope, 2, &p);
    m = (bytes){.count = 0};
    put_message(&m, 1, &resource);
    put_message(&m, 2, &scope);
    put_message(data, 1, &m);
}

static void put_profiles(bytes *data) {
    put_profiles_of(data, (bytes){.count = 0});
}

static cprof_slice slice_of(const bytes *b) {
    return (cprof_slice){b->at, b->count};
}

static void assert_otlp(const bytes *data, const char *expected) {
    assert_text_shows(cprof_parse_otlp, slice_of(data), expected);
}

static void samples_refer_to_the_dictionary(void **state) {
    (void)state;
    static const char expected[] = "300 0 span_id=ff thread=w1 trace_id=01ab size=127By\n"
                                   " 0x402000 inner /a.c:31 < work /a.c:21\n 0x401000 main /a.c:12\n"
                                   "0 2\n 0x401000 main /a.c:12\n";
    bytes data = {.count = 0}, other = {.count = 0};
    put_profiles(&data);
    put_dictionary(&data);
    assert_otlp(&data, expected);
    put_dictionary(&other); /* in the other order */
    put_profiles(&other);
    assert_otlp(&other, expected);
}

static void headers_are_kept(void **state) {
    (void)state;
    bytes data = {.count = 0};
    put_profiles(&data);
    put_dictionary(&data);
    cprof_profile *p = parse_text(cprof_parse_otlp, slice_of(&data));
    assert_int_equal(p->type_count, 2);
    assert_slice(cprof_profile_string(p, p->types[0].type), "cpu");
    assert_slice(cprof_profile_string(p, p->types[1].unit), "count");
    assert_slice(cprof_profile_string(p, p->default_type), "cpu");
    assert_int_equal(p->time_nanos, 1700000000000000000);
    assert_int_equal(p->duration_nanos, 5000000000);
    assert_int_equal(p->period, 10000000);
    assert_slice(cprof_profile_string(p, p->period_type.unit), "nanoseconds");
    assert_slice(attribute_of(p, "service.name"), "shop");
    assert_int_equal(p->mapping_count, 1);
    assert_slice(cprof_profile_string(p, p->mappings[0].file), "/bin/app");
    assert_slice(cprof_profile_string(p, p->mappings[0].build_id), "abc");
    assert_true(p->mappings[0].has_functions);
    cprof_profile_free(p);
}

static void values_of_every_kind_become_text(void **state) {
    (void)state;
    static const struct {
        const char *name, *value, *shown; /* value: an AnyValue; shown NULL: it is left out */
        size_t size;
    } cases[] = {
        {"yes", "\x10\x01", "true", 2},
        {"no", "\x10\x00", "false", 2},
        {"quarter", "\x21\0\0\0\0\0\0\xd0\x3f", "0.25", 9},
        {"bytes", "\x3a\x02\xab\x01", "ab01", 4},
        {"indexed", "\x40\x07", "/bin/app", 2},
        {"list", "\x2a\x00", NULL, 2},
    };
    bytes data = {.count = 0}, resource = {.count = 0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes attribute = {.count = 0};
        put_text(&attribute, 1, cases[i].name);
        put_bytes(&attribute, 2, cases[i].value, cases[i].size);
        put_message(&resource, 1, &attribute);
    }
    put_profiles_of(&data, resource);
    put_dictionary(&data);
    cprof_profile *p = parse_text(cprof_parse_otlp, slice_of(&data));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_slice(attribute_of(p, cases[i].name), cases[i].shown ? cases[i].shown : "(none)");
    cprof_profile_free(p);
}

/* Where there are several resources, samples say which they are of. */
static void resources_are_labels(void **state) {
    (void)state;
    bytes data = {.count = 0};
    put_profiles(&data);
    put_profiles(&data);
    put_dictionary(&data);
    assert_otlp(&data, "600 0 service.name=shop span_id=ff thread=w1 trace_id=01ab size=127By\n"
                       " 0x402000 inner /a.c:31 < work /a.c:21\n 0x401000 main /a.c:12\n"
                       "0 4 service.name=shop\n 0x401000 main /a.c:12\n");
}

static void assert_bad(const bytes *data, const char *message) {
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    assert_int_equal(cprof_parse_otlp(slice_of(data), NULL, &p, &err), CPROF_PARSE_MALFORMED);
    assert_non_null(strstr(err.message, message));
}

static void other_drafts_are_refused(void **state) {
    (void)state;
    bytes data = {.count = 0}, m = {.count = 0}, scope = {.count = 0}, p = {.count = 0};
    put_profiles(&data);
    assert_bad(&data, "no dictionary");
    data.count = 0;
    put_bytes(&p, 3, "\x01\x02", 2); /* location_indices, once */
    put_message(&scope, 2, &p);
    put_message(&m, 2, &scope);
    put_message(&data, 1, &m);
    put_dictionary(&data);
    assert_bad(&data, "field 3 of Profile is of another kind");
    cprof_profile *profile = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    assert_int_equal(cprof_parse_otlp(CPROF_SLICE("{\"resourceProfiles\":[]}"), NULL, &profile, &err),
                     CPROF_PARSE_MALFORMED);
    assert_int_equal(err.code, CPROF_ERR_UNSUPPORTED);
}

static void indices_out_of_range_are_refused(void **state) {
    (void)state;
    bytes data = {.count = 0}, m = {.count = 0}, scope = {.count = 0}, p = {.count = 0}, s;
    s = pair(1, CPU, 2, NANOSECONDS);
    put_message(&p, 1, &s);
    s = pair(1, 77, 4, 5);
    put_message(&p, 2, &s);
    put_message(&scope, 2, &p);
    put_message(&m, 2, &scope);
    put_message(&data, 1, &m);
    put_dictionary(&data);
    assert_bad(&data, "stack 77 of a table of 3");
}

static void a_profile_proto_is_not_taken_for_one(void **state) {
    (void)state;
    bytes data = {.count = 0}, type = pair(1, 1, 2, 2);
    put_message(&data, 1, &type);
    assert_false(cprof_otlp_looks_like(slice_of(&data)));
    data.count = 0;
    put_bytes(&type, 2, "", 0);
    type.count = 0;
    put_bytes(&type, 1, "\x01\x02", 2);
    put_message(&data, 2, &type); /* a Sample */
    assert_false(cprof_otlp_looks_like(slice_of(&data)));
    assert_not_mine(cprof_parse_otlp, "text");
    data.count = 0;
    put_profiles(&data);
    assert_true(cprof_otlp_looks_like(slice_of(&data)));
}

/* The header of a field of `size` bytes. */
static void put_head(cprof_sink *out, unsigned field, size_t size) {
    bytes head = {.count = 0};
    put_varint(&head, field << 3 | 2);
    put_varint(&head, size);
    cprof_sink_write(out, head.at, head.count);
}

/* A megabyte of a name, which 4000 samples refer to 1000 times each: 4 TB, if it were read for each. */
static void long_names_are_looked_at_once(void **state) {
    (void)state;
    enum { NAME = 1 << 20, REFERENCES = 1000, TIMES = 4000 };
    static const bytes none;
    bytes references = {.count = REFERENCES}, front = {.count = 0}, back = {.count = 0}, value, attribute;
    bytes type = pair(1, 0, 2, 0), sample = {.count = 0};
    memset(references.at, 1, REFERENCES);
    put_message(&sample, 2, &references);
    put_bytes(&sample, 4, "\x01", 1);
    for (unsigned table = 1; table <= 4; table++)
        put_message(&front, table, &none);
    put_text(&front, 5, "");
    put_varint(&front, 5 << 3 | 2);
    put_varint(&front, NAME);
    value = pair(8, 1, 0, 0);
    attribute = pair(1, 1, 0, 0);
    put_message(&attribute, 2, &value);
    put_message(&back, 6, &none);
    put_message(&back, 6, &attribute);
    put_message(&back, 7, &none);
    cprof_sink profile, scope, resource, data;
    cprof_sink *const sinks[] = {&profile, &scope, &resource, &data};
    for (int i = 0; i < 4; i++)
        cprof_sink_init_memory(sinks[i], NULL);
    put_head(&profile, 1, type.count);
    cprof_sink_write(&profile, type.at, type.count);
    for (int i = 0; i < TIMES; i++) {
        put_head(&profile, 2, sample.count);
        cprof_sink_write(&profile, sample.at, sample.count);
    }
    put_head(&data, 2, front.count + NAME + back.count);
    cprof_sink_write(&data, front.at, front.count);
    for (int i = 0; i < NAME; i++)
        cprof_sink_putc(&data, 'x');
    cprof_sink_write(&data, back.at, back.count);
    for (int i = 0; i < 3; i++) {
        cprof_slice inner = cprof_sink_bytes(sinks[i]);
        put_head(sinks[i + 1], i < 2 ? 2 : 1, inner.len);
        cprof_sink_slice(sinks[i + 1], inner);
    }
    cprof_profile *p = parse_text(cprof_parse_otlp, cprof_sink_bytes(&data));
    assert_int_equal(total_of(p, 0), TIMES);
    assert_int_equal(p->label_sets.count, 2);
    assert_int_equal(p->label_sets.first[2], REFERENCES);
    cprof_profile_free(p);
    for (int i = 0; i < 4; i++)
        cprof_sink_deinit(sinks[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_refer_to_the_dictionary),
        cmocka_unit_test(headers_are_kept),
        cmocka_unit_test(values_of_every_kind_become_text),
        cmocka_unit_test(resources_are_labels),
        cmocka_unit_test(other_drafts_are_refused),
        cmocka_unit_test(indices_out_of_range_are_refused),
        cmocka_unit_test(a_profile_proto_is_not_taken_for_one),
        cmocka_unit_test(long_names_are_looked_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
