/* Counted stacks, as Go writes them: "NAME profile: total N", then lines "COUNT @ 0x1 0x2". */
#include "input/legacy.h"

static bool is_comment(cprof_slice line) {
    line = cprof_slice_trim(line);
    return line.len == 0 || line.ptr[0] == '#';
}

static bool parse_title(cprof_slice line, cprof_slice *name) {
    *name = cprof_take_word(&line);
    cprof_slice digits = line;
    return name->len > 0 && cprof_take(&digits, " profile: total ") && cprof_take_digits(&digits).len > 0 &&
           digits.len == 0;
}

/* True when s holds nothing but " 0x…" again and again. */
static bool only_addresses(cprof_slice s) {
    while (s.len > 0) {
        if (!cprof_take(&s, " 0x"))
            return false;
        if (cprof_take_hex(&s).len == 0)
            return false;
    }
    return true;
}

static cprof_parse read_sample(cprof_legacy *l, const cprof_text *text, cprof_error *err) {
    cprof_slice line = text->line, digits = cprof_take_digits(&line);
    size_t first = l->addresses.count;
    int64_t count;
    if (digits.len == 0 || !cprof_take(&line, " @") || !only_addresses(line))
        return cprof_text_error(text, err, "no sample: COUNT @ ADDRESSES expected");
    if (!cprof_parse_i64(digits, &count))
        return cprof_text_error(text, err, "a number that does not fit 64 bits");
    return cprof_legacy_addresses(l, text, line, 1, err) && cprof_legacy_sample_add(l, first, &count, 0, err)
               ? CPROF_PARSE_OK
               : CPROF_PARSE_MALFORMED;
}

static bool set_types(cprof_legacy *l, cprof_slice name, cprof_error *err) {
    cprof_profile *p = cprof_builder_profile(l->builder);
    return cprof_builder_type(l->builder, name, CPROF_SLICE("count"), err) &&
           cprof_legacy_period(l, "", "count", 1, err) &&
           cprof_builder_string(l->builder, name, &p->period_type.type, err);
}

cprof_parse cprof_legacy_read_count(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    cprof_text text;
    cprof_slice name;
    cprof_text_init(&text, all);
    while (cprof_text_next(&text) && is_comment(text.line))
        ;
    if (!parse_title(text.line, &name))
        return CPROF_PARSE_NOT_MINE;
    if (!set_types(l, name, err))
        return CPROF_PARSE_MALFORMED;
    while (cprof_text_next(&text) && !cprof_slice_starts_with(text.line, "---")) {
        if (is_comment(text.line))
            continue;
        cprof_parse parse = read_sample(l, &text, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
    }
    return cprof_legacy_map(l, &text, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
}
