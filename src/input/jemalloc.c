/* jemalloc's heap profiles, as text:
 *
 *     heap_v2/RATE
 *       t*: OBJECTS: BYTES [ALL OBJECTS: ALL BYTES]
 *       t0: …
 *     @ 0xADDRESS 0xADDRESS …
 *       t*: OBJECTS: BYTES [ALL OBJECTS: ALL BYTES]
 *       t0: …
 *
 *     MAPPED_LIBRARIES: and a memory map.  "t*" stands for all threads; only that line is of use here.
 */
#include "input/legacy.h"

static bool take_number(cprof_slice *s, int64_t *number) {
    cprof_take_spaces(s);
    return cprof_parse_i64(cprof_take_digits(s), number);
}

/* "OBJECTS: BYTES [ALL OBJECTS: ALL BYTES]" as all objects, all bytes, objects, bytes. */
static bool parse_counts(cprof_slice s, int64_t values[4]) {
    return take_number(&s, &values[2]) && cprof_take(&s, ":") && take_number(&s, &values[3]) &&
           cprof_take_spaces(&s) > 0 && cprof_take(&s, "[") && take_number(&s, &values[0]) &&
           cprof_take(&s, ":") && take_number(&s, &values[1]) && cprof_take(&s, "]");
}

/* A "t*" line's counts; *is_total false: it is another thread's. */
static cprof_parse read_counts(const cprof_text *text, int64_t values[4], bool *is_total, cprof_error *err) {
    cprof_slice line = cprof_slice_trim(text->line);
    *is_total = cprof_take(&line, "t*:");
    if (!*is_total) {
        bool thread = cprof_take(&line, "t") && cprof_take_digits(&line).len > 0 && cprof_take(&line, ":");
        return thread
                   ? CPROF_PARSE_OK
                   : cprof_text_error(text, err, "no counts: t*: OBJECTS: BYTES [OBJECTS: BYTES] expected");
    }
    if (!parse_counts(line, values))
        return cprof_text_error(text, err, "t*: OBJECTS: BYTES [OBJECTS: BYTES] expected, in 64 bits");
    if ((values[0] == 0 && values[1] != 0) || (values[2] == 0 && values[3] != 0))
        return cprof_text_error(text, err, "bytes in 0 objects");
    return CPROF_PARSE_OK;
}

static bool set_types(cprof_legacy *l, bool allocations, int64_t rate, cprof_error *err) {
    static const cprof_legacy_type both[] = {{"alloc_objects", "count"},
                                             {"alloc_space", "bytes"},
                                             {"inuse_objects", "count"},
                                             {"inuse_space", "bytes"}};
    static const cprof_legacy_type inuse[] = {{"objects", "count"}, {"space", "bytes"}};
    l->block_sizes = true;
    return cprof_legacy_types(l, allocations ? both : inuse, allocations ? 4 : 2, err) &&
           cprof_legacy_period(l, "space", "bytes", rate, err);
}

/* One stack: the addresses from `first` on, and what they hold. */
static bool add_stack(cprof_legacy *l, size_t first, int64_t values[4], int64_t rate, cprof_error *err) {
    bool allocations = cprof_builder_profile(l->builder)->type_count == 4;
    int64_t block = 0;
    for (int i = 0; i < 4; i += 2) {
        if (values[i] != 0)
            block = values[i + 1] / values[i];
        cprof_legacy_unsample(&values[i], &values[i + 1], rate);
    }
    return cprof_legacy_sample_add(l, first, allocations ? values : values + 2, block, err);
}

static cprof_parse read_stacks(cprof_legacy *l, cprof_text *text, int64_t rate, cprof_error *err) {
    size_t first = 0;
    bool open = false; /* addresses that still want their counts */
    while (cprof_text_next(text) && !cprof_maps_announced(text->line)) {
        cprof_slice line = cprof_slice_trim(text->line);
        int64_t values[4];
        bool is_total;
        if (line.len == 0)
            continue;
        if (cprof_take(&line, "@")) {
            if (open)
                return cprof_text_error(text, err, "the stack before this one has no counts");
            first = l->addresses.count;
            open = true;
            if (!cprof_legacy_addresses(l, text, line, 1, err))
                return CPROF_PARSE_MALFORMED;
            continue;
        }
        cprof_parse parse = read_counts(text, values, &is_total, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
        if (!is_total)
            continue;
        if (!open)
            return cprof_text_error(text, err, "counts without a stack");
        if (!add_stack(l, first, values, rate, err))
            return CPROF_PARSE_MALFORMED;
        open = false;
    }
    return open ? cprof_text_error(text, err, "the last stack has no counts") : CPROF_PARSE_OK;
}

cprof_parse cprof_legacy_read_jemalloc(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    cprof_text text;
    int64_t rate, totals[4] = {0};
    bool is_total = false;
    cprof_text_init(&text, all);
    cprof_text_next(&text);
    cprof_slice title = cprof_slice_trim(text.line);
    if (!cprof_take(&title, "heap_v2/"))
        return CPROF_PARSE_NOT_MINE;
    if (!cprof_parse_i64(title, &rate) || rate <= 0)
        return cprof_text_error(&text, err, "heap_v2/RATE expected, the rate in bytes");
    cprof_text ahead = text;
    if (cprof_text_next(&ahead) && cprof_slice_starts_with(cprof_slice_trim(ahead.line), "t")) {
        cprof_parse parse = read_counts(&ahead, totals, &is_total, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
        /* Totals of the threads follow; they stand in front of the first stack. */
        do
            text = ahead;
        while (cprof_text_next(&ahead) && cprof_slice_starts_with(cprof_slice_trim(ahead.line), "t"));
    }
    if (!set_types(l, totals[0] != 0 || totals[1] != 0, rate, err))
        return CPROF_PARSE_MALFORMED;
    cprof_parse parse = read_stacks(l, &text, rate, err);
    if (parse == CPROF_PARSE_OK && !cprof_legacy_map(l, &text, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
