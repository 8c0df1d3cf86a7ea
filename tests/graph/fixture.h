/* Small profiles written as text, for the tests of graphs and reports.
 *
 *     static const char *const stacks[] = {"main;work;leaf 10", "main;outer+inlined 5", NULL};
 *
 * Root first.  "a+b" is one location in which b was inlined into a; "f@12" is line 12 of f (in f.c); "?" is a
 * location of the mapping "/bin/tool" without lines.  Values are separated by commas, one a sample type;
 * words behind them are labels: "key=text" or "key#number".
 */
#ifndef CPROF_TESTS_GRAPH_FIXTURE_H
#define CPROF_TESTS_GRAPH_FIXTURE_H

#include "support.h"

#include "profile/builder.h"
#include "transform/view.h"

typedef struct fixture {
    cprof_profile *profile;
    cprof_view view;
} fixture;

static inline cprof_slice fixture_word(cprof_slice *rest, char separator) {
    size_t end = cprof_slice_find(*rest, separator);
    cprof_slice word = cprof_slice_sub(*rest, 0, end);
    *rest = cprof_slice_sub(*rest, end + 1, rest->len);
    return word;
}

static inline int64_t fixture_number(cprof_slice s) {
    char text[32];
    snprintf(text, sizeof text, "%.*s", CPROF_SLICE_ARG(s));
    return strtoll(text, NULL, 10);
}

static inline uint32_t fixture_location(cprof_builder *b, cprof_slice frame) {
    cprof_line lines[8];
    uint32_t count = 0, row, mapping = 0;
    if (cprof_slice_is(frame, "?")) {
        assert_true(cprof_builder_location(b, mapping, 0x1000, false, NULL, 0, &row, NULL));
        return row;
    }
    while (frame.len) {
        cprof_slice call = fixture_word(&frame, '+');
        cprof_slice name = fixture_word(&call, '@');
        char file[64];
        cprof_str name_id, file_id;
        snprintf(file, sizeof file, "src/%.*s.c", CPROF_SLICE_ARG(name));
        assert_true(cprof_builder_string(b, name, &name_id, NULL));
        assert_true(cprof_builder_string(b, cprof_slice_of(file), &file_id, NULL));
        memmove(lines + 1, lines, count * sizeof *lines);
        assert_true(cprof_builder_function(b, name_id, name_id, file_id, 0, &lines[0].function, NULL));
        lines[0].line = fixture_number(call);
        lines[0].column = 0;
        count++;
    }
    assert_true(cprof_builder_location(b, CPROF_NONE, 0, false, lines, count, &row, NULL));
    return row;
}

static inline uint32_t fixture_labels(cprof_builder *b, cprof_slice rest) {
    cprof_label labels[8];
    uint32_t count = 0, row = 0;
    while (rest.len) {
        cprof_slice word = fixture_word(&rest, ' ');
        cprof_label *l = &labels[count++];
        *l = (cprof_label){.is_number = cprof_slice_find(word, '#') < word.len};
        cprof_slice key = fixture_word(&word, l->is_number ? '#' : '=');
        assert_true(cprof_builder_string(b, key, &l->key, NULL));
        if (l->is_number)
            l->number = fixture_number(word);
        else
            assert_true(cprof_builder_string(b, word, &l->text, NULL));
    }
    if (count)
        assert_true(cprof_builder_labels(b, labels, count, &row, NULL));
    return row;
}

static inline void fixture_sample(cprof_builder *b, cprof_slice line, uint32_t types) {
    uint32_t frames[64], count = 0, stack;
    int64_t values[4] = {0};
    cprof_slice names = fixture_word(&line, ' ');
    while (names.len) {
        cprof_slice frame = fixture_word(&names, ';');
        memmove(frames + 1, frames, count * sizeof *frames);
        frames[0] = fixture_location(b, frame);
        count++;
    }
    cprof_slice numbers = fixture_word(&line, ' ');
    for (uint32_t i = 0; i < types; i++)
        values[i] = fixture_number(fixture_word(&numbers, ','));
    assert_true(cprof_builder_stack(b, frames, count, &stack, NULL));
    assert_true(cprof_builder_sample(b, stack, fixture_labels(b, line), values, NULL));
}

/* types: "samples/count cpu/nanoseconds"; the view shows the last one, told by function. */
static inline void fixture_init(fixture *f, const char *types, const char *const *stacks,
                                const cprof_env *env) {
    cprof_builder *b = cprof_builder_new(env, "test", NULL);
    assert_non_null(b);
    uint32_t type_count = 0, row;
    cprof_slice rest = cprof_slice_of(types);
    while (rest.len) {
        cprof_slice word = fixture_word(&rest, ' ');
        cprof_slice type = fixture_word(&word, '/');
        assert_true(cprof_builder_type(b, type, word, NULL));
        type_count++;
    }
    cprof_mapping mapping = {.start = 0x1000, .limit = 0x2000};
    assert_true(cprof_builder_string(b, CPROF_SLICE("/bin/tool"), &mapping.file, NULL));
    assert_true(cprof_builder_mapping(b, &mapping, &row, NULL));
    for (; *stacks; stacks++)
        fixture_sample(b, cprof_slice_of(*stacks), type_count);
    assert_true(cprof_builder_take(b, &f->profile, NULL));
    cprof_view_init(&f->view, f->profile, env);
    f->view.value_type = type_count - 1;
    f->view.granularity = (cprof_granularity){.inlines = true, .function = true};
}

static inline void fixture_deinit(fixture *f) {
    cprof_view_deinit(&f->view);
    cprof_profile_free(f->profile);
}

#endif
