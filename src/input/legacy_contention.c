/* Contention profiles, as text: "--- contention:" (or "--- contentionz N ---", "--- mutex:"), attributes
 * "NAME = VALUE", then lines "DELAY COUNT @ 0x1 0x2". */
#include "input/legacy.h"

typedef struct header {
    int64_t period; /* contentions a sample stands for */
    int64_t hertz;  /* of the clock that delays are counted in; 0: nanoseconds */
    int64_t millis; /* how long it was collected */
} header;

/* Where an attribute is left, what kind of a line the text stands on. */
static cprof_parse set_attribute(header *h, const cprof_text *text, cprof_slice name, cprof_slice value,
                                 cprof_error *err) {
    int64_t *number = NULL;
    if (cprof_slice_is(name, "cycles/second"))
        number = &h->hertz;
    else if (cprof_slice_is(name, "sampling period"))
        number = &h->period;
    else if (cprof_slice_is(name, "ms since reset"))
        number = &h->millis;
    else if (cprof_slice_is(name, "format") || cprof_slice_is(name, "resolution"))
        return CPROF_PARSE_NOT_MINE; /* Java's */
    else if (!cprof_slice_is(name, "discarded samples"))
        return cprof_text_error(text, err, "unknown attribute \"%.*s\"", CPROF_SLICE_ARG(name));
    if (number && !cprof_parse_any_base(value, number))
        return cprof_text_error(text, err, "\"%.*s\" is no number that fits", CPROF_SLICE_ARG(value));
    return CPROF_PARSE_OK;
}

/* Reads attributes; afterwards text stands on the first line that is none. */
static cprof_parse read_header(header *h, cprof_text *text, cprof_error *err) {
    while (cprof_text_next(text)) {
        cprof_slice line = cprof_slice_trim(text->line);
        size_t equals = cprof_slice_find(line, '=');
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (cprof_slice_starts_with(line, "---") || equals == line.len)
            break;
        cprof_parse parse = set_attribute(h, text, cprof_slice_trim(cprof_slice_sub(line, 0, equals)),
                                          cprof_slice_trim(cprof_slice_sub(line, equals + 1, line.len)), err);
        if (parse != CPROF_PARSE_OK)
            return parse;
    }
    if (h->millis > INT64_MAX / 1000000 || h->millis < INT64_MIN / 1000000)
        return cprof_text_error(text, err, "a duration beyond all sense");
    return CPROF_PARSE_OK;
}

/* "DELAY COUNT @", anywhere in the line: behind a logging prefix, for one. */
static bool find_numbers(cprof_slice line, cprof_slice *delay, cprof_slice *count, cprof_slice *rest) {
    for (size_t i = 0; i < line.len; i++) {
        if (!cprof_is_digit(line.ptr[i]) || (i > 0 && cprof_is_digit(line.ptr[i - 1])))
            continue;
        cprof_slice s = cprof_slice_sub(line, i, line.len);
        *delay = cprof_take_digits(&s);
        cprof_take_spaces(&s);
        *count = cprof_take_digits(&s);
        if (count->len > 0 && cprof_take(&s, " @")) {
            *rest = cprof_legacy_address_part(s);
            return true;
        }
    }
    return false;
}

static cprof_parse read_sample(cprof_legacy *l, const cprof_text *text, cprof_slice line, const header *h,
                               cprof_error *err) {
    cprof_slice delay, count, addresses;
    int64_t values[2];
    if (!find_numbers(line, &delay, &count, &addresses))
        return cprof_text_error(text, err, "no sample: DELAY COUNT @ ADDRESSES expected");
    if (!cprof_parse_i64(count, &values[0]) || !cprof_parse_i64(delay, &values[1]))
        return cprof_text_error(text, err, "a number that does not fit 64 bits");
    if (h->period > 0) {
        if (h->hertz > 0)
            values[1] =
                cprof_legacy_round_down((double)values[1] * (double)h->period / ((double)h->hertz / 1e9));
        if (__builtin_mul_overflow(values[0], h->period, &values[0]))
            return cprof_text_error(text, err, "the count times its period does not fit 64 bits");
    }
    size_t first = l->addresses.count;
    return cprof_legacy_addresses(l, text, addresses, 1, err) &&
                   cprof_legacy_sample_add(l, first, values, 0, err)
               ? CPROF_PARSE_OK
               : CPROF_PARSE_MALFORMED;
}

static cprof_parse read_samples(cprof_legacy *l, cprof_text *text, const header *h, cprof_error *err) {
    do {
        cprof_slice line = cprof_slice_trim(text->line);
        if (cprof_slice_starts_with(line, "---"))
            break;
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        cprof_parse parse = read_sample(l, text, line, h, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
    } while (cprof_text_next(text));
    return CPROF_PARSE_OK;
}

cprof_parse cprof_legacy_read_contention(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    static const cprof_legacy_type types[] = {{"contentions", "count"}, {"delay", "nanoseconds"}};
    cprof_text text;
    header h = {.period = 1};
    cprof_text_init(&text, all);
    cprof_text_next(&text);
    if (!cprof_slice_starts_with(text.line, "--- contentionz ") &&
        !cprof_slice_starts_with(text.line, "--- mutex:") &&
        !cprof_slice_starts_with(text.line, "--- contention:"))
        return CPROF_PARSE_NOT_MINE;
    cprof_parse parse = read_header(&h, &text, err);
    if (parse != CPROF_PARSE_OK)
        return parse;
    if (!cprof_legacy_types(l, types, 2, err) ||
        !cprof_legacy_period(l, "contentions", "count", h.period, err))
        return CPROF_PARSE_MALFORMED;
    cprof_builder_profile(l->builder)->duration_nanos = h.millis * 1000000;
    parse = read_samples(l, &text, &h, err);
    if (parse == CPROF_PARSE_OK && !cprof_legacy_map(l, &text, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
