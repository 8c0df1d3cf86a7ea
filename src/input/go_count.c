/* Go's profiles that count stacks, as text: goroutine, threadcreate, and those that programs define. */
#include "input/go_formats.h"
#include "input/go_records.h"

#include <inttypes.h>
#include <stdio.h>

/* "goroutine profile: total 115" */
static bool read_header(cprof_slice line, cprof_slice *name, int64_t *total) {
    size_t space = cprof_slice_find(line, ' ');
    cprof_slice rest = cprof_slice_sub(line, space, line.len);
    *name = cprof_slice_sub(line, 0, space);
    return name->len > 0 && cprof_slice_find(*name, '\t') == name->len &&
           cprof_take(&rest, " profile: total ") && cprof_go_take_number(&rest, total) && rest.len == 0;
}

/* Leaves lines at the header; comments may stand before it. */
static bool find_header(cprof_text *lines, cprof_slice *name, int64_t *total) {
    while (cprof_text_next(lines)) {
        if (!cprof_go_is_comment(lines->line))
            return read_header(lines->line, name, total);
    }
    return false;
}

static bool read_sample(cprof_go_records *r, cprof_slice line, cprof_error *err) {
    if (!cprof_go_take_number(&line, &r->values[0]) || line.len > 0)
        return cprof_text_refuse(&r->lines, err, "no sample: not \"count @ addresses\"");
    return true;
}

static bool read_profile(cprof_go_records *r, cprof_slice name, int64_t total, cprof_error *err) {
    cprof_builder *b = r->builder;
    cprof_value_type type;
    if (!cprof_builder_type(b, name, CPROF_SLICE("count"), err) ||
        !cprof_builder_string(b, name, &type.type, err) ||
        !cprof_builder_string(b, CPROF_SLICE("count"), &type.unit, err))
        return false;
    cprof_builder_profile(b)->period_type = type;
    cprof_builder_profile(b)->period = 1;
    if (!cprof_go_records_read(r, err))
        return false;
    if (r->seen >= total)
        return true;
    char remark[80];
    int n = snprintf(remark, sizeof remark, "the header counts %" PRId64 ", the samples %" PRId64, total,
                     r->seen);
    return cprof_builder_attribute(b, CPROF_SLICE("truncated"), (cprof_slice){remark, (size_t)n}, err);
}

cprof_parse cprof_go_count_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                 cprof_error *err) {
    cprof_text lines;
    cprof_text_init(&lines, text);
    cprof_slice name;
    int64_t total;
    if (!find_header(&lines, &name, &total) || !cprof_go_has_frames(text))
        return CPROF_PARSE_NOT_MINE;
    cprof_go_records records;
    if (!cprof_go_records_init(&records, text, env, "Go count profile (text)", err))
        return cprof_go_records_finish(&records, false, profile, err);
    records.lines = lines;
    records.sample = read_sample;
    return cprof_go_records_finish(&records, read_profile(&records, name, total, err), profile, err);
}
