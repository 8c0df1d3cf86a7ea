/* Go's block and mutex profiles as text. */
#include "input/go_formats.h"
#include "input/go_records.h"

static bool is_header(cprof_slice line) {
    return cprof_slice_starts_with(line, "--- contention:") || cprof_slice_starts_with(line, "--- mutex:");
}

/* "cycles/second=2499999082" */
static bool read_attribute(cprof_go_records *r, size_t equal, int64_t *duration, cprof_error *err) {
    cprof_slice key = cprof_slice_trim(cprof_slice_sub(r->lines.line, 0, equal)), text, unread;
    text = unread = cprof_slice_trim(cprof_slice_sub(r->lines.line, equal + 1, r->lines.line.len));
    int64_t value;
    if (!cprof_go_take_number(&unread, &value) || unread.len > 0)
        return cprof_text_refuse(&r->lines, err, "a value that is no number of 63 bits");
    if (cprof_slice_is(key, "cycles/second"))
        r->cycles = value;
    else if (cprof_slice_is(key, "sampling period"))
        r->rate = value;
    else if (cprof_slice_is(key, "ms since reset") && value <= INT64_MAX / 1000000)
        *duration = value * 1000000;
    else if (!cprof_slice_is(key, "discarded samples"))
        return cprof_text_refuse(&r->lines, err, "a line of the header that is not known");
    return cprof_builder_attribute(r->builder, key, text, err);
}

/* The lines "name = value" behind the first; leaves lines before the first of another kind. */
static bool read_attributes(cprof_go_records *r, cprof_error *err) {
    int64_t duration = 0;
    for (;;) {
        cprof_text before = r->lines;
        if (!cprof_text_next(&r->lines))
            break;
        if (cprof_go_is_comment(r->lines.line))
            continue;
        size_t equal = cprof_slice_find(r->lines.line, '=');
        if (equal == r->lines.line.len) {
            r->lines = before;
            break;
        }
        if (!read_attribute(r, equal, &duration, err))
            return false;
    }
    cprof_builder_profile(r->builder)->duration_nanos = duration;
    cprof_builder_profile(r->builder)->period = r->rate;
    return true;
}

/* "768002432 270": cycles that were waited, contentions.  Of `rate` contentions one is in the profile. */
static bool read_sample(cprof_go_records *r, cprof_slice line, cprof_error *err) {
    int64_t cycles, contentions;
    if (!cprof_go_take_number(&line, &cycles) || cprof_take_blanks(&line) == 0 ||
        !cprof_go_take_number(&line, &contentions) || line.len > 0)
        return cprof_text_refuse(&r->lines, err, "no sample: not \"cycles contentions @ addresses\"");
    if (r->rate > 0) {
        if (r->cycles > 0)
            cycles = cprof_go_int64((double)cycles * (double)r->rate / ((double)r->cycles / 1e9));
        if (contentions > INT64_MAX / r->rate)
            return cprof_text_refuse(&r->lines, err, "contentions times the sampling period leave 64 bits");
        contentions *= r->rate;
    }
    r->values[0] = contentions;
    r->values[1] = cycles;
    return true;
}

static bool read_profile(cprof_go_records *r, cprof_error *err) {
    cprof_builder *b = r->builder;
    cprof_value_type period;
    if (!cprof_builder_type(b, CPROF_SLICE("contentions"), CPROF_SLICE("count"), err) ||
        !cprof_builder_type(b, CPROF_SLICE("delay"), CPROF_SLICE("nanoseconds"), err) ||
        !cprof_builder_string(b, CPROF_SLICE("contentions"), &period.type, err) ||
        !cprof_builder_string(b, CPROF_SLICE("count"), &period.unit, err))
        return false;
    cprof_builder_profile(b)->period_type = period;
    return read_attributes(r, err) && cprof_go_records_read(r, err);
}

cprof_parse cprof_go_contention_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                      cprof_error *err) {
    cprof_text lines;
    cprof_text_init(&lines, text);
    if (!cprof_text_next(&lines) || !is_header(lines.line) || !cprof_go_has_frames(text))
        return CPROF_PARSE_NOT_MINE;
    cprof_go_records records;
    const char *format = cprof_slice_starts_with(lines.line, "--- mutex:") ? "Go mutex profile (text)"
                                                                           : "Go block profile (text)";
    if (!cprof_go_records_init(&records, text, env, format, err))
        return cprof_go_records_finish(&records, false, profile, err);
    records.lines = lines;
    records.rate = 1;
    records.sample = read_sample;
    return cprof_go_records_finish(&records, read_profile(&records, err), profile, err);
}
