/* Go's heap and allocs profiles as text, with the names of the frames. */
#include "input/go_formats.h"
#include "input/go_records.h"

#include <math.h>

/* "655: 30734808 [108354: 217450704]": objects and bytes in use, objects and bytes allocated. */
static bool read_counts(cprof_slice s, int64_t counts[4]) {
    static const char *const before[] = {"", ":", "[", ":"};
    for (int i = 0; i < 4; i++) {
        cprof_take_blanks(&s);
        if (!cprof_take(&s, before[i]))
            return false;
        cprof_take_blanks(&s);
        bool negative = cprof_take(&s, "-");
        if (!cprof_go_take_number(&s, &counts[i]))
            return false;
        if (negative)
            counts[i] = -counts[i];
    }
    cprof_take_blanks(&s);
    return cprof_take(&s, "]") && s.len == 0;
}

/* "heap profile: COUNTS @ heap/1048576" -> the average number of bytes from sample to sample. */
static bool read_header(cprof_slice line, int64_t *rate) {
    size_t at = cprof_slice_find(line, '@');
    cprof_slice counts = cprof_slice_sub(line, 0, at), rest = cprof_slice_sub(line, at + 1, line.len);
    int64_t unused[4], doubled;
    cprof_take_blanks(&rest);
    if (!cprof_take(&counts, "heap profile:") || !read_counts(cprof_slice_trim(counts), unused) ||
        !cprof_take(&rest, "heap/") || !cprof_go_take_number(&rest, &doubled) ||
        cprof_slice_trim(rest).len > 0)
        return false;
    *rate = doubled / 2;
    return true;
}

/* An allocation of size bytes is sampled with probability 1 - exp(-size/rate): divides by that. */
static void unsample(int64_t *objects, int64_t *bytes, int64_t rate) {
    if (*objects == 0 || *bytes == 0) {
        *objects = *bytes = 0;
        return;
    }
    if (rate <= 1) /* all were sampled */
        return;
    double size = (double)*bytes / (double)*objects;
    double scale = 1 / (1 - exp(-size / (double)rate));
    *objects = cprof_go_int64((double)*objects * scale);
    *bytes = cprof_go_int64((double)*bytes * scale);
}

static bool read_sample(cprof_go_records *r, cprof_slice line, cprof_error *err) {
    int64_t counts[4];
    if (!read_counts(line, counts))
        return cprof_text_refuse(&r->lines, err,
                                 "no heap sample: not \"objects: bytes [objects: bytes] @ addresses\"");
    cprof_label size = {.key = r->bytes, .unit = r->bytes, .is_number = true};
    for (int i = 2; i >= 0; i -= 2) {
        if (counts[i] == 0 && counts[i + 1] != 0)
            return cprof_text_refuse(&r->lines, err, "no objects and yet %lld bytes",
                                     (long long)counts[i + 1]);
        if (counts[i] != 0)
            size.number = counts[i + 1] / counts[i];
        unsample(&counts[i], &counts[i + 1], r->rate);
    }
    memcpy(r->values, counts + 2, 2 * sizeof counts[0]);
    memcpy(r->values + 2, counts, 2 * sizeof counts[0]);
    if (size.number != 0 && !cprof_vec_push(r->env, &r->labels.at, size))
        return cprof_error_memory(r->env, err);
    return true;
}

static bool read_profile(cprof_go_records *r, cprof_error *err) {
    cprof_builder *b = r->builder;
    cprof_value_type period;
    if (!cprof_builder_type(b, CPROF_SLICE("alloc_objects"), CPROF_SLICE("count"), err) ||
        !cprof_builder_type(b, CPROF_SLICE("alloc_space"), CPROF_SLICE("bytes"), err) ||
        !cprof_builder_type(b, CPROF_SLICE("inuse_objects"), CPROF_SLICE("count"), err) ||
        !cprof_builder_type(b, CPROF_SLICE("inuse_space"), CPROF_SLICE("bytes"), err) ||
        !cprof_builder_string(b, CPROF_SLICE("space"), &period.type, err) ||
        !cprof_builder_string(b, CPROF_SLICE("bytes"), &period.unit, err))
        return false;
    r->bytes = period.unit;
    cprof_builder_profile(b)->period_type = period;
    cprof_builder_profile(b)->period = r->rate;
    return cprof_go_records_read(r, err);
}

/* Other heap profiles have the same header, but neither names nor the runtime's statistics. */
static bool is_go(cprof_slice text) {
    return cprof_go_has_frames(text) ||
           cprof_slice_find_slice(text, CPROF_SLICE("\n# runtime.MemStats")) < text.len;
}

cprof_parse cprof_go_heap_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                cprof_error *err) {
    cprof_text lines;
    cprof_text_init(&lines, text);
    int64_t rate;
    if (!cprof_text_next(&lines) || !read_header(lines.line, &rate) || !is_go(text))
        return CPROF_PARSE_NOT_MINE;
    cprof_go_records records;
    if (!cprof_go_records_init(&records, text, env, "Go heap profile (text)", err))
        return cprof_go_records_finish(&records, false, profile, err);
    records.lines = lines;
    records.rate = rate;
    records.sample = read_sample;
    return cprof_go_records_finish(&records, read_profile(&records, err), profile, err);
}
