/* Heap profiles of gperftools and their kin, as text:
 *
 *     heap profile: OBJECTS: BYTES [ ALL OBJECTS: ALL BYTES] @ KIND/RATE
 *       OBJECTS: BYTES [ ALL OBJECTS: ALL BYTES] @ 0xADDRESS 0xADDRESS …
 *
 * Kinds: heapprofile (everything counted), heap_v2 and heap (sampled), growth, fragmentation.
 */
#include "input/legacy.h"

typedef struct counts {
    cprof_slice objects, bytes, all_objects, all_bytes;
} counts;

typedef struct header {
    int64_t rate;
    bool sampled, allocations;
} header;

static cprof_slice take_after_spaces(cprof_slice *s) {
    cprof_take_spaces(s);
    return cprof_take_digits(s);
}

/* "1: 2 [ 3: 4 ] " with any number of spaces; a minus is allowed on the first two of a sample. */
static bool take_counts(cprof_slice *s, bool sample, counts *c) {
    cprof_slice t = *s, *numbers[] = {&c->objects, &c->bytes};
    for (int i = 0; i < 2; i++) {
        cprof_take_spaces(&t);
        cprof_slice from = t;
        if (sample)
            cprof_take(&t, "-");
        if (cprof_take_digits(&t).len == 0 || (i == 0 && !cprof_take(&t, ":")))
            return false;
        *numbers[i] = (cprof_slice){from.ptr, from.len - t.len - (i == 0 ? 1 : 0)};
    }
    cprof_take_spaces(&t);
    if (!cprof_take(&t, "["))
        return false;
    c->all_objects = take_after_spaces(&t);
    if (c->all_objects.len == 0 || !cprof_take(&t, ":"))
        return false;
    c->all_bytes = take_after_spaces(&t);
    cprof_take_spaces(&t);
    if (c->all_bytes.len == 0 || !cprof_take(&t, "]"))
        return false;
    *s = t;
    return true;
}

/* What stands behind the "@": NAME or NAME/RATE. */
static bool take_kind(cprof_slice s, header *h) {
    bool one_space = cprof_slice_starts_with(s, " @ ");
    cprof_take_spaces(&s);
    if (!cprof_take(&s, "@"))
        return false;
    cprof_take_spaces(&s);
    size_t n = 0;
    while (n < s.len && (s.ptr[n] == '_' || cprof_is_digit(s.ptr[n]) || (s.ptr[n] >= 'a' && s.ptr[n] <= 'z')))
        n++;
    cprof_slice kind = cprof_slice_sub(s, 0, n), rate;
    s = cprof_slice_sub(s, n, s.len);
    cprof_take(&s, "/");
    rate = cprof_take_digits(&s);
    h->rate = 0;
    if (one_space &&
        (cprof_slice_starts_with(kind, "growth") || cprof_slice_starts_with(kind, "fragmentation"))) {
        h->allocations = false;
        h->rate = 1;
        return true;
    }
    if (rate.len > 0 && !cprof_parse_i64(rate, &h->rate))
        return false;
    h->sampled = !cprof_slice_is(kind, "heapprofile");
    if (cprof_slice_is(kind, "heap"))
        h->rate /= 2; /* Go writes twice its rate */
    else if (!h->sampled)
        h->rate = 1;
    else
        return cprof_slice_is(kind, "heap_v2") || cprof_slice_is(kind, "heapz_v2");
    return true;
}

static bool differs(cprof_slice all, cprof_slice some) {
    return !cprof_slice_equal(all, some) && !cprof_slice_is(all, "0");
}

static cprof_parse read_header(const cprof_text *text, header *h, cprof_error *err) {
    static const char title[] = "heap profile:";
    size_t at = cprof_slice_find_slice(text->line, cprof_slice_of(title));
    counts c;
    if (at == text->line.len)
        return CPROF_PARSE_NOT_MINE;
    cprof_slice s = cprof_slice_sub(text->line, at + strlen(title), text->line.len);
    if (!take_counts(&s, false, &c))
        return cprof_text_error(
            text, err, "no heap profile's first line: OBJECTS: BYTES [ OBJECTS: BYTES] @ KIND expected");
    h->allocations = differs(c.all_objects, c.objects) || differs(c.all_bytes, c.bytes);
    if (!take_kind(s, h))
        return cprof_text_error(text, err, "a heap profile of an unknown kind");
    return CPROF_PARSE_OK;
}

/* Numbers that stand for count and bytes, unsampled; *block becomes the bytes a block. */
static cprof_parse read_values(const cprof_text *text, const header *h, cprof_slice objects,
                               cprof_slice bytes, int64_t values[2], int64_t *block, cprof_error *err) {
    if (!cprof_parse_i64(objects, &values[0]) || !cprof_parse_i64(bytes, &values[1]))
        return cprof_text_error(text, err, "a number that does not fit 64 bits");
    if (values[0] == 0 && values[1] != 0)
        return cprof_text_error(text, err, "%lld bytes in 0 objects", (long long)values[1]);
    if (values[0] == -1 && values[1] == INT64_MIN)
        return cprof_text_error(text, err, "a number that does not fit 64 bits");
    if (values[0] != 0) {
        *block = values[1] / values[0];
        if (h->sampled)
            cprof_legacy_unsample(&values[0], &values[1], h->rate);
    }
    return CPROF_PARSE_OK;
}

/* A sample may stand anywhere in its line: behind a logging prefix, for one. */
static bool find_counts(cprof_slice line, counts *c, cprof_slice *rest) {
    for (size_t i = 0; i < line.len; i++) {
        if ((i > 0 && cprof_is_digit(line.ptr[i - 1])) ||
            !(cprof_is_digit(line.ptr[i]) || line.ptr[i] == '-'))
            continue;
        cprof_slice s = cprof_slice_sub(line, i, line.len);
        if (take_counts(&s, true, c) && cprof_take(&s, " @")) {
            *rest = cprof_legacy_address_part(s);
            return true;
        }
    }
    return false;
}

static cprof_parse read_sample(cprof_legacy *l, const cprof_text *text, cprof_slice line, const header *h,
                               cprof_error *err) {
    counts c;
    cprof_slice addresses;
    int64_t values[4], block = 0, *inuse = values + (h->allocations ? 2 : 0);
    if (!find_counts(line, &c, &addresses))
        return cprof_text_error(text, err,
                                "no sample: OBJECTS: BYTES [ OBJECTS: BYTES] @ ADDRESSES expected");
    cprof_parse parse = CPROF_PARSE_OK;
    if (h->allocations)
        parse = read_values(text, h, c.all_objects, c.all_bytes, values, &block, err);
    if (parse == CPROF_PARSE_OK)
        parse = read_values(text, h, c.objects, c.bytes, inuse, &block, err);
    if (parse != CPROF_PARSE_OK)
        return parse;
    size_t first = l->addresses.count;
    return cprof_legacy_addresses(l, text, addresses, 1, err) &&
                   cprof_legacy_sample_add(l, first, values, block, err)
               ? CPROF_PARSE_OK
               : CPROF_PARSE_MALFORMED;
}

cprof_parse cprof_legacy_read_heap(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    static const cprof_legacy_type with_allocations[] = {{"alloc_objects", "count"},
                                                         {"alloc_space", "bytes"},
                                                         {"inuse_objects", "count"},
                                                         {"inuse_space", "bytes"}};
    static const cprof_legacy_type without[] = {{"objects", "count"}, {"space", "bytes"}};
    cprof_text text;
    header h = {0};
    cprof_text_init(&text, all);
    cprof_text_next(&text);
    cprof_parse parse = read_header(&text, &h, err);
    if (parse != CPROF_PARSE_OK)
        return parse;
    l->block_sizes = true;
    if (!cprof_legacy_types(l, h.allocations ? with_allocations : without, h.allocations ? 4 : 2, err) ||
        !cprof_legacy_period(l, "space", "bytes", h.rate, err))
        return CPROF_PARSE_MALFORMED;
    while (cprof_text_next(&text) && !cprof_maps_announced(text.line)) {
        cprof_slice line = cprof_slice_trim(text.line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        parse = read_sample(l, &text, line, &h, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
    }
    return cprof_legacy_map(l, &text, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
}
