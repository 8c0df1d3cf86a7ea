/* Functions, files, lines and inlined calls of a small program, built in each of the ways programs are, held
 * to what its source says.  usage: test_object FOLDER-OF-SAMPLES SOURCE */
#include "symbol/object.h"

#include "elf_sample.h"
#include "support.h"

#include <string.h>
#include <unistd.h>

static const char *folder, *source;

typedef struct build {
    const char *name;
    const char *symbols; /* the file that has the symbol table, for the test's own use */
    uint64_t base;       /* where the loader puts it */
} build;

static const build builds[] = {
    {"sample_fixed", "sample_fixed", 0},
    {"sample_pie", "sample_pie", UINT64_C(0x555555554000)},
    {"sample_shared.so", "sample_shared.so", UINT64_C(0x7f1234560000)},
    {"sample_stripped", "sample_pie", UINT64_C(0x560000000000)},  /* with .gnu_debuglink */
    {"sample_pie.debug", "sample_pie", UINT64_C(0x555555554000)}, /* the debug file by itself */
    {"sample_packed", "sample_pie", UINT64_C(0x555555554000)},    /* with compressed debug sections */
    {"sample_packed_stripped", "sample_pie", UINT64_C(0x560000000000)},
};

static bool path_of(const char *name, char path[4096]) {
    snprintf(path, 4096, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

static elf_sample read_sample(const char *name) {
    char path[4096];
    assert_true(path_of(name, path));
    return elf_sample_read(path);
}

static cprof_object *open_sample(const char *name, const cprof_object_mapping *mapping) {
    char path[4096];
    cprof_error err = CPROF_ERROR_INIT;
    assert_true(path_of(name, path));
    cprof_object *object = cprof_object_open(path, mapping, NULL, &err);
    if (!object)
        fail_msg("%s: %s", name, err.message);
    return object;
}

static void assert_frame(const cprof_object_frame *frame, const char *function, const char *file,
                         int64_t line) {
    assert_slice(frame->function, function);
    assert_slice(frame->file, file);
    assert_int_equal(frame->line, line);
}

static void finds_lines_and_inlined_calls(void **state) {
    char path[4096];
    (void)state;
    for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
        const build *b = &builds[i];
        if (!path_of(b->name, path))
            continue; /* there is no objcopy */
        elf_sample sample = read_sample(b->symbols);
        cprof_object_mapping mapping = elf_sample_mapping(&sample, b->base);
        cprof_object *object = open_sample(b->name, &mapping);
        cprof_object_frames frames = {0};
        cprof_error err = CPROF_ERROR_INIT;
        uint64_t xi = elf_sample_symbol(&sample, "xi"), xo = elf_sample_symbol(&sample, "xo"), at;
        if (!cprof_object_address(object, b->base + xi, &at, &err))
            fail_msg("%s: %s", b->name, err.message);
        assert_int_equal(at, xi);
        assert_true(cprof_object_find(object, b->base + xi, false, &frames, &err));
        assert_int_equal(frames.count, 3);
        assert_frame(&frames.at[0], "inner", source, 3);
        assert_frame(&frames.at[1], "middle", source, 7);
        assert_frame(&frames.at[2], "outer", source, 12);
        frames.count = 0;
        assert_true(cprof_object_find(object, b->base + xo, false, &frames, &err));
        assert_int_equal(frames.count, 1);
        assert_frame(&frames.at[0], "outer", source, 13);
        cprof_vec_free(NULL, &frames);
        cprof_object_close(object);
        free(sample.bytes);
    }
}

static void finds_names_alone_when_fast(void **state) {
    elf_sample sample = read_sample("sample_pie");
    cprof_object_mapping mapping = elf_sample_mapping(&sample, 0x10000);
    cprof_object *object = open_sample("sample_pie", &mapping);
    cprof_object_frames frames = {0};
    (void)state;
    assert_true(cprof_object_find(object, 0x10000 + elf_sample_symbol(&sample, "main"), true, &frames, NULL));
    assert_int_equal(frames.count, 1);
    assert_frame(&frames.at[0], "main", "", 0);
    cprof_vec_free(NULL, &frames);
    cprof_object_close(object);
    free(sample.bytes);
}

static void assert_at(cprof_object *object, uint64_t address, const char *function, const char *file,
                      int64_t line) {
    cprof_object_frames frames = {0};
    assert_true(cprof_object_find(object, address, false, &frames, NULL));
    assert_int_equal(frames.count, 1);
    assert_frame(&frames.at[0], function, file, line);
    cprof_vec_free(NULL, &frames);
}

/* As addr2line has it: rows that come before any that names a file are the unit's own file's. */
static void gives_unnamed_lines_to_the_units_file(void **state) {
    elf_sample sample = read_sample("sample_parts");
    const cprof_object_mapping whole = {0};
    cprof_object *object = open_sample("sample_parts", &whole);
    char own[4096], header[4096];
    int length = (int)(strrchr(source, '/') - source);
    (void)state;
    snprintf(own, sizeof own, "%.*s/sample_parts.c", length, source);
    snprintf(header, sizeof header, "%.*s/sample_parts.h", length, source);
    assert_at(object, elf_sample_symbol(&sample, "xe"), "early", own, 4);
    assert_at(object, elf_sample_symbol(&sample, "xb"), "between", own, 7);
    assert_at(object, elf_sample_symbol(&sample, "xl"), "late", header, 8);
    cprof_object_close(object);
    free(sample.bytes);
}

static void finds_functions_inside_others(void **state) {
    elf_sample sample = read_sample("sample_parts");
    const cprof_object_mapping whole = {0};
    cprof_object *object = open_sample("sample_parts", &whole);
    cprof_object_frames frames = {0};
    (void)state;
    assert_true(cprof_object_find(object, elf_sample_symbol(&sample, "xn"), false, &frames, NULL));
    assert_int_equal(frames.count, 2);
    assert_slice(frames.at[0].function, "deeper");
    assert_int_equal(frames.at[0].line, 13);
    assert_int_equal(frames.at[1].line, 25);
    cprof_vec_free(NULL, &frames);
    cprof_object_close(object);
    free(sample.bytes);
}

/* They have lines, but no function. */
static void names_the_bytes_between_functions(void **state) {
    elf_sample sample = read_sample("sample_parts");
    const cprof_object_mapping whole = {0};
    cprof_object *object = open_sample("sample_parts", &whole);
    cprof_object_frames frames = {0};
    uint64_t before = elf_sample_symbol(&sample, "between") - 1;
    (void)state;
    assert_true(before - elf_sample_symbol(&sample, "early") < 64);
    assert_true(cprof_object_find(object, before, false, &frames, NULL));
    assert_int_equal(frames.count, 1);
    assert_slice(frames.at[0].function, "early");
    cprof_vec_free(NULL, &frames);
    cprof_object_close(object);
    free(sample.bytes);
}

/* The symbol table has the files of local symbols only. */
static void names_files_by_the_symbol_table(void **state) {
    elf_sample sample = read_sample("sample_parts");
    const cprof_object_mapping whole = {0};
    cprof_object *object = open_sample("sample_parts", &whole);
    (void)state;
    assert_at(object, elf_sample_symbol(&sample, "hidden"), "hidden", "sample_bare.c:?", 0);
    assert_at(object, elf_sample_symbol(&sample, "seen"), "seen", "??:?", 0);
    cprof_object_close(object);
    free(sample.bytes);
}

static void lists_functions(void **state) {
    elf_sample sample = read_sample("sample_fixed");
    cprof_object_mapping mapping = elf_sample_mapping(&sample, 0);
    cprof_object *object = open_sample("sample_fixed", &mapping);
    const cprof_object_symbol *symbols;
    size_t count, found = 0;
    (void)state;
    assert_true(cprof_object_symbols(object, &symbols, &count, NULL));
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || symbols[i].start >= symbols[i - 1].start);
        if (cprof_slice_is(symbols[i].name, "outer")) {
            assert_int_equal(symbols[i].start, elf_sample_symbol(&sample, "outer"));
            assert_int_equal(symbols[i].end, elf_sample_symbol(&sample, "xi")); /* the next symbol */
            found++;
        }
    }
    assert_int_equal(found, 1);
    cprof_object_close(object);
    free(sample.bytes);
}

static void says_nothing_of_what_it_does_not_know(void **state) {
    elf_sample sample = read_sample("sample_pie");
    cprof_object_mapping mapping = elf_sample_mapping(&sample, 0x10000);
    cprof_object *object = open_sample("sample_pie", &mapping);
    cprof_object_frames frames = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_false(cprof_object_find(object, mapping.limit, false, &frames, &err));
    assert_int_equal(err.code, CPROF_ERR_VALUE);
    assert_int_equal(frames.count, 0);
    cprof_object_close(object);
    free(sample.bytes);
}

/* The GNU note, as the linker was told to write it. */
static void reads_the_build_id(void **state) {
    static const char *const names[] = {"sample_pie", "sample_stripped"};
    char path[4096];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const cprof_object_mapping whole = {0};
        if (!path_of(names[i], path))
            continue;
        cprof_object *object = open_sample(names[i], &whole);
        assert_slice(cprof_object_build_id(object), "c0ffee00112233445566778899aabbccddeeff01");
        cprof_object_close(object);
    }
}

static void reads_code(void **state) {
    elf_sample sample = read_sample("sample_fixed");
    const cprof_object_mapping whole = {0};
    cprof_object *object = open_sample("sample_fixed", &whole);
    uint64_t xi = elf_sample_symbol(&sample, "xi");
    uint32_t machine;
    cprof_slice code;
    (void)state;
    assert_true(cprof_object_code(object, xi, xi + 1, &machine, &code, NULL));
    assert_int_equal(code.len, 1);
    cprof_object_mapping mapping = elf_sample_mapping(&sample, 0);
    assert_memory_equal(code.ptr, sample.bytes + (xi - mapping.start + mapping.offset), 1);
    assert_true(cprof_object_code(object, xi, UINT64_MAX, &machine, &code, NULL));
    assert_true(code.len < sample.size);
    assert_false(cprof_object_code(object, 16, 32, &machine, &code, NULL));
    cprof_object_close(object);
    free(sample.bytes);
}

static void refuses_what_is_no_object(void **state) {
    const cprof_object_mapping whole = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_null(cprof_object_open(source, &whole, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_UNKNOWN);
    err = (cprof_error)CPROF_ERROR_INIT;
    assert_null(cprof_object_open(folder, &whole, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_UNKNOWN);
    err = (cprof_error)CPROF_ERROR_INIT;
    assert_null(cprof_object_open("/dev/zero", &whole, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_UNKNOWN);
    assert_null(cprof_object_open("/does/not/exist", &whole, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines_and_inlined_calls),
        cmocka_unit_test(finds_names_alone_when_fast),
        cmocka_unit_test(gives_unnamed_lines_to_the_units_file),
        cmocka_unit_test(finds_functions_inside_others),
        cmocka_unit_test(names_the_bytes_between_functions),
        cmocka_unit_test(names_files_by_the_symbol_table),
        cmocka_unit_test(lists_functions),
        cmocka_unit_test(says_nothing_of_what_it_does_not_know),
        cmocka_unit_test(reads_the_build_id),
        cmocka_unit_test(reads_code),
        cmocka_unit_test(refuses_what_is_no_object),
    };
    if (argc < 3)
        return 2;
    folder = argv[1];
    source = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
