/* Stacks of all threads, as text: "--- threadz N ---", then for each thread
 * "--- Thread HEX (name: NAME/ID) stack: ---" and lines of addresses, or "[same as previous thread]". */
#include "input/legacy.h"

static bool contains_digits_between(cprof_slice line, const char *before, const char *behind) {
    size_t at = cprof_slice_find_slice(line, cprof_slice_of(before));
    if (at == line.len)
        return false;
    line = cprof_slice_sub(line, at + strlen(before), line.len);
    return cprof_take_digits(&line).len > 0 && cprof_slice_starts_with(line, behind);
}

static bool is_title(cprof_slice line) {
    return contains_digits_between(line, "--- threadz ", " ---");
}

/* "--- Thread 7f00 (name: worker/12) stack: ---" */
static bool is_thread(cprof_slice line) {
    static const char start[] = "--- Thread ", end[] = ") stack: ---";
    size_t at = cprof_slice_find_slice(line, CPROF_SLICE("--- Thread "));
    if (at == line.len)
        return false;
    line = cprof_slice_sub(line, at + strlen(start), line.len);
    if (cprof_take_hex(&line).len == 0 || !cprof_take(&line, " (name: "))
        return false;
    size_t stop = cprof_slice_find_slice(line, cprof_slice_of(end));
    cprof_slice name = cprof_slice_sub(line, 0, stop);
    size_t slash = cprof_slice_rfind(name, '/');
    cprof_slice id = cprof_slice_sub(name, slash + 1, name.len);
    return stop < line.len && slash < name.len && cprof_take_digits(&id).len > 0 && id.len == 0;
}

/* A stack's lines, up to the next "---" or the end. *same: it is the previous thread's. */
static cprof_parse read_stack(cprof_legacy *l, cprof_text *text, bool *same, cprof_error *err) {
    *same = false;
    while (cprof_text_next(text)) {
        cprof_slice line = cprof_slice_trim(text->line);
        if (cprof_slice_starts_with(line, "---"))
            break;
        if (cprof_slice_contains(line, "same as previous thread")) {
            *same = true;
            continue;
        }
        if (!cprof_legacy_addresses(l, text, line, 0, err))
            return CPROF_PARSE_MALFORMED;
    }
    return CPROF_PARSE_OK;
}

/* The addresses from `first` on as one more thread. */
static bool add_thread(cprof_legacy *l, size_t first, bool same, cprof_error *err) {
    int64_t one = 1;
    if (!same && l->addresses.count > first) {
        /* Callers' addresses are those to return to: one less lies in the call. */
        for (size_t i = first + 1; i < l->addresses.count; i++)
            l->addresses.at[i]--;
        return cprof_legacy_sample_add(l, first, &one, 0, err);
    }
    l->addresses.count = first;
    if (l->samples.count > 0)
        l->samples.at[l->samples.count - 1].values[0]++;
    return true;
}

static cprof_parse read_threads(cprof_legacy *l, cprof_text *text, cprof_error *err) {
    while (!cprof_maps_announced(text->line) &&
           !cprof_slice_starts_with(text->line, "---- no stack trace for")) {
        bool same;
        size_t first = l->addresses.count;
        if (text->line.len == 0 && text->next >= text->all.len)
            break;
        if (!is_thread(text->line))
            return cprof_text_error(text, err,
                                    "no thread: \"--- Thread ID (name: NAME/ID) stack: ---\" expected");
        cprof_parse parse = read_stack(l, text, &same, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
        if (!add_thread(l, first, same, err))
            return CPROF_PARSE_MALFORMED;
    }
    return CPROF_PARSE_OK;
}

cprof_parse cprof_legacy_read_thread(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    static const cprof_legacy_type types[] = {{"thread", "count"}};
    cprof_text text;
    cprof_text_init(&text, all);
    while (cprof_text_next(&text)) {
        cprof_slice line = cprof_slice_trim(text.line);
        if (line.len > 0 && line.ptr[0] != '#')
            break;
    }
    if (is_title(text.line)) {
        while (cprof_text_next(&text))
            if (cprof_maps_announced(text.line) || cprof_slice_starts_with(text.line, "-"))
                break;
    } else if (!is_thread(text.line)) {
        return CPROF_PARSE_NOT_MINE;
    }
    if (!cprof_legacy_types(l, types, 1, err) || !cprof_legacy_period(l, "thread", "count", 1, err))
        return CPROF_PARSE_MALFORMED;
    l->drop_doubled_leaf = true;
    cprof_parse parse = read_threads(l, &text, err);
    if (parse == CPROF_PARSE_OK && !cprof_legacy_map(l, &text, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
