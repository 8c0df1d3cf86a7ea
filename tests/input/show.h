/* A profile as text, for comparing in tests: values, labels and frames of every sample. */
#ifndef CPROF_TESTS_INPUT_SHOW_H
#define CPROF_TESTS_INPUT_SHOW_H

#include "base/sink.h"
#include "input/format.h"
#include "support.h"

#include <inttypes.h>

static void show_labels(cprof_sink *out, const cprof_profile *p, uint32_t sample) {
    uint32_t set = cprof_sample_label_set(p, sample);
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        const cprof_label *l = &p->label_sets.labels[i];
        cprof_sink_puts(out, " ");
        cprof_sink_slice(out, cprof_profile_string(p, l->key));
        cprof_sink_puts(out, "=");
        if (l->is_number)
            cprof_sink_printf(out, "%" PRId64, l->number);
        cprof_sink_slice(out, cprof_profile_string(p, l->is_number ? l->unit : l->text));
    }
    if (!p->members.first)
        return;
    cprof_sink_puts(out, " ids");
    for (uint32_t i = p->members.first[sample]; i < p->members.first[sample + 1]; i++)
        cprof_sink_printf(out, " %" PRIu64, p->members.id[i]);
}

static void show_location(cprof_sink *out, const cprof_profile *p, uint32_t row) {
    const cprof_locations *l = &p->locations;
    if (l->address[row] != 0)
        cprof_sink_printf(out, " %#" PRIx64, l->address[row]);
    for (uint32_t i = l->first_line[row]; i < l->first_line[row + 1]; i++) {
        cprof_sink_puts(out, i > l->first_line[row] ? " < " : " ");
        cprof_sink_slice(out, cprof_profile_string(p, p->functions.name[l->line_function[i]]));
        cprof_sink_puts(out, " ");
        cprof_sink_slice(out, cprof_profile_string(p, p->functions.filename[l->line_function[i]]));
        cprof_sink_printf(out, ":%" PRId64, l->line_number[i]);
    }
    cprof_sink_puts(out, "\n");
}

static inline void show_profile(cprof_sink *out, const cprof_profile *p) {
    for (uint32_t i = 0; i < p->samples.count; i++) {
        for (uint32_t v = 0; v < p->type_count; v++)
            cprof_sink_printf(out, "%s%" PRId64, v ? " " : "", cprof_sample_values(p, i)[v]);
        show_labels(out, p, i);
        cprof_sink_puts(out, "\n");
        uint32_t stack = p->samples.stack[i];
        for (uint32_t f = p->stacks.first[stack]; f < p->stacks.first[stack + 1]; f++)
            show_location(out, p, p->stacks.frames[f]);
    }
}

/* The sum of a sample type's values. */
static inline int64_t total_of(const cprof_profile *p, uint32_t type) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < p->samples.count; i++)
        sum += cprof_sample_values(p, i)[type];
    return sum;
}

/* The value of an attribute, or "(none)". */
static inline cprof_slice attribute_of(const cprof_profile *p, const char *name) {
    for (uint32_t i = 0; i < p->attribute_count; i++)
        if (cprof_slice_is(cprof_profile_string(p, p->attributes[i].name), name))
            return cprof_profile_string(p, p->attributes[i].value);
    return cprof_slice_of("(none)");
}

typedef cprof_parse parse_function(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                   cprof_error *err);

static inline cprof_profile *parse_text(parse_function *parse, cprof_slice text) {
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_parse outcome = parse(text, NULL, &p, &err);
    if (outcome != CPROF_PARSE_OK)
        fail_msg("parse: %d %s", outcome, err.message);
    return p;
}

static inline void assert_text_shows(parse_function *parse, cprof_slice text, const char *expected) {
    cprof_profile *p = parse_text(parse, text);
    cprof_sink out;
    cprof_sink_init_memory(&out, NULL);
    show_profile(&out, p);
    assert_slice(cprof_sink_bytes(&out), expected);
    cprof_sink_deinit(&out);
    cprof_profile_free(p);
}

static inline void assert_shows(parse_function *parse, const char *text, const char *expected) {
    assert_text_shows(parse, cprof_slice_of(text), expected);
}

static inline void assert_malformed(parse_function *parse, const char *text, const char *message,
                                    int64_t offset) {
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    assert_int_equal(parse(cprof_slice_of(text), NULL, &p, &err), CPROF_PARSE_MALFORMED);
    assert_string_equal(err.message, message);
    assert_int_equal(err.offset, offset);
    assert_null(p);
}

static inline void assert_not_mine(parse_function *parse, const char *text) {
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    assert_int_equal(parse(cprof_slice_of(text), NULL, &p, &err), CPROF_PARSE_NOT_MINE);
    assert_int_equal(err.code, CPROF_OK);
    assert_null(p);
}

/* Whatever the budget, the text is read, or memory is what there is too little of; nothing is left behind. */
static inline void assert_memory_may_end(parse_function *parse, cprof_slice text) {
    bool failed = false;
    for (size_t limit = 64;; limit += limit / 16 + 1) {
        cprof_budget budget = {.limit = limit};
        cprof_env env = {.budget = &budget};
        cprof_profile *p = NULL;
        cprof_error err = CPROF_ERROR_INIT;
        cprof_parse outcome = parse(text, &env, &p, &err);
        cprof_profile_free(p);
        assert_int_equal(budget.used, 0);
        if (outcome == CPROF_PARSE_OK)
            break;
        assert_int_equal(outcome, CPROF_PARSE_MALFORMED);
        assert_int_equal(err.code, CPROF_ERR_MEMORY);
        failed = true;
    }
    assert_true(failed);
}

/* A file of tests/testdata; free with free. */
static inline cprof_slice read_testdata(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", CPROF_TESTDATA, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be opened", path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
    return (cprof_slice){bytes, size};
}

#endif
