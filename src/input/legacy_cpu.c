/* gperftools' CPU profiles: words of 4 or 8 bytes in the machine's order.
 *
 * Header: 0, 3, 0 (1: Java), period in microseconds, 0.  Then samples: count, depth, addresses leaf first;
 * the last is 0, 1, 0.  Then, as text, the memory map (Java: names for the addresses).
 */
#include "input/legacy.h"
#include "input/legacy_java.h"

enum { HEADER_WORDS = 5, DEPTH_MAX = 1 << 16 };

typedef struct words {
    cprof_slice bytes;
    size_t at;   /* offset of the next word */
    size_t size; /* of a word: 4 or 8 */
    bool big;    /* most significant byte first */
} words;

static bool next_word(words *w, uint64_t *value) {
    if (w->bytes.len - w->at < w->size)
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < w->size; i++) {
        size_t byte = w->big ? i : w->size - 1 - i;
        sum = sum << 8 | (unsigned char)w->bytes.ptr[w->at + byte];
    }
    w->at += w->size;
    *value = sum;
    return true;
}

static cprof_parse malformed(cprof_error *err, size_t at, const char *what) {
    cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)at, "CPU profile: %s at byte %zu", what, at);
    return CPROF_PARSE_MALFORMED;
}

/* NOT_MINE: the words read this way are no header. */
static cprof_parse read_header(words *w, int64_t *period, bool *java, cprof_error *err) {
    uint64_t header[HEADER_WORDS];
    for (size_t i = 0; i < HEADER_WORDS; i++) {
        if (!next_word(w, &header[i]))
            return i > 2 && header[0] == 0 && header[1] == 3 && header[2] <= 1
                       ? malformed(err, w->at, "the header is cut off")
                       : CPROF_PARSE_NOT_MINE;
    }
    if (header[0] != 0 || header[1] != 3 || header[2] > 1 || header[3] == 0 || header[4] != 0)
        return CPROF_PARSE_NOT_MINE;
    if (header[3] > INT64_MAX / 1000)
        return malformed(err, 3 * w->size, "a sampling period beyond all sense");
    *java = header[2] == 1;
    *period = (int64_t)header[3];
    return CPROF_PARSE_OK;
}

static cprof_parse find_layout(cprof_slice text, words *w, int64_t *period, bool *java, cprof_error *err) {
    static const struct {
        size_t size;
        bool big;
    } layouts[] = {{4, false}, {4, true}, {8, false}, {8, true}};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        *w = (words){.bytes = text, .size = layouts[i].size, .big = layouts[i].big};
        cprof_parse parse = read_header(w, period, java, err);
        if (parse != CPROF_PARSE_NOT_MINE)
            return parse;
    }
    return CPROF_PARSE_NOT_MINE;
}

typedef enum step { SAMPLE, LAST, CUT, FAILED } step;

/* One sample's addresses, appended; return addresses are moved onto the call when `adjust`. */
static step read_stack(cprof_legacy *l, words *w, bool adjust, uint64_t *count, cprof_error *err) {
    uint64_t depth;
    size_t start = w->at;
    if (!next_word(w, count) || !next_word(w, &depth))
        return CUT;
    if (depth > DEPTH_MAX) {
        malformed(err, start, "a stack deeper than 65536 frames");
        return FAILED;
    }
    if (depth > (w->bytes.len - w->at) / w->size)
        return CUT;
    for (uint64_t i = 0; i < depth; i++) {
        uint64_t address = 0;
        next_word(w, &address); /* it is there: see above */
        if (*count == 0 && depth == 1 && address == 0)
            return LAST;
        if (!cprof_legacy_address(l, adjust && i > 0 ? address - 1 : address, err))
            return FAILED;
    }
    return SAMPLE;
}

/* Up to the last sample, or to where the file was cut off: a program that crashes leaves such files. */
static bool read_samples(cprof_legacy *l, words *w, int64_t period, bool adjust, cprof_error *err) {
    for (;;) {
        size_t start = w->at, first = l->addresses.count;
        uint64_t count;
        step what = start < w->bytes.len ? read_stack(l, w, adjust, &count, err) : LAST;
        if (what == LAST)
            return true;
        if (what == FAILED)
            return false;
        if (what == CUT) {
            if (l->samples.count == 0)
                return malformed(err, start, "the first sample is cut off"), false;
            cprof_note(l->env, "the CPU profile is cut off at byte %zu", start);
            w->at = w->bytes.len;
            return cprof_builder_attribute(l->builder, CPROF_SLICE("completeness"),
                                           CPROF_SLICE("cut off in a sample"), err);
        }
        int64_t values[2];
        if (count > INT64_MAX || __builtin_mul_overflow((int64_t)count, period, &values[1]))
            return malformed(err, start, "a count beyond all sense"), false;
        values[0] = (int64_t)count;
        if (!cprof_legacy_sample_add(l, first, values, 0, err))
            return false;
    }
}

/* The second frame's address that nearly all samples share (all but one in 32): the signal handler's. */
static bool find_handler(const cprof_legacy *l, uint64_t *address) {
    size_t samples = l->samples.count, votes = 0, count = 0;
    for (size_t i = 0; i < samples; i++) {
        if (l->samples.at[i].count < 2)
            continue;
        uint64_t second = l->addresses.at[l->samples.at[i].first + 1];
        if (votes == 0)
            *address = second;
        votes = second == *address ? votes + 1 : votes - 1;
    }
    for (size_t i = 0; i < samples; i++)
        count += l->samples.at[i].count > 1 && l->addresses.at[l->samples.at[i].first + 1] == *address;
    return count > 0 && count >= samples - samples / 32;
}

/* Takes the frames of the profiler's own signal handler out: two at most. */
static void drop_handler(cprof_legacy *l) {
    uint64_t address = 0;
    for (int frame = 0; frame < 2 && find_handler(l, &address); frame++) {
        for (size_t i = 0; i < l->samples.count; i++) {
            cprof_legacy_sample *sample = &l->samples.at[i];
            if (sample->count < 2)
                continue;
            uint64_t *stack = l->addresses.at + sample->first;
            if (stack[1] != address)
                continue;
            stack[1] = stack[0];
            sample->first++;
            sample->count--;
        }
    }
}

static bool set_types(cprof_legacy *l, int64_t period, bool counts_only, cprof_error *err) {
    static const cprof_legacy_type types[] = {{"samples", "count"}, {"cpu", "nanoseconds"}};
    if (counts_only)
        return cprof_legacy_types(l, types, 1, err);
    return cprof_legacy_types(l, types, 2, err) && cprof_legacy_period(l, "cpu", "nanoseconds", period, err);
}

cprof_parse cprof_legacy_read_cpu(cprof_slice text, cprof_legacy *l, cprof_error *err) {
    words w;
    int64_t micros;
    bool java;
    cprof_parse parse = find_layout(text, &w, &micros, &java, err);
    if (parse != CPROF_PARSE_OK)
        return parse;
    /* pprof's own symbolized form: the period is lost, and the work below done already. */
    bool processed = l->symbolized && micros == 1 && !java;
    if (!set_types(l, micros * 1000, processed, err) ||
        !read_samples(l, &w, micros * 1000, !java && !processed, err))
        return CPROF_PARSE_MALFORMED;
    cprof_text rest;
    cprof_text_init(&rest, text);
    rest.next = w.at;
    if (java)
        return cprof_java_names(l, &rest, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
    if (!processed) {
        drop_handler(l);
        l->drop_doubled_leaf = true;
    }
    return cprof_maps_read(&l->maps, &rest, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
}
