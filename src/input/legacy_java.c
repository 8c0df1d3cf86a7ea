#include "input/legacy_java.h"

enum { HEAP_RATE = 524288 }; /* bytes between two samples of a Java heap */

typedef enum kind { HEAP, CONTENTION } kind;

/* ---- Names ---- */

/* "NAME (FILE:LINE)", "NAME (PATH OF A LIBRARY)", "generated stub/JIT" or just a name. */
static cprof_symbol parse_name(cprof_slice s) {
    cprof_symbol symbol = {.name = s};
    size_t open = s.len;
    while (open > 1 && !(s.ptr[open - 1] == '(' && cprof_is_space(s.ptr[open - 2])))
        open--;
    if (cprof_slice_ends_with(s, ")") && open > 1) {
        open--;
        cprof_slice inner = cprof_slice_sub(s, open + 1, s.len - 1);
        size_t colon = cprof_slice_rfind(inner, ':');
        cprof_slice digits = cprof_slice_sub(inner, colon + 1, inner.len);
        int64_t line;
        symbol.name = cprof_slice_sub(s, 0, open - 1);
        if (colon > 0 && colon < inner.len && cprof_parse_i64(digits, &line)) {
            symbol.file = cprof_slice_sub(inner, 0, colon);
            symbol.line = line > 0 ? line : 0;
        } else {
            symbol.file = cprof_path_base(inner);
        }
    } else if (cprof_slice_contains(s, "generated stub/JIT")) {
        symbol.name = CPROF_SLICE("STUB");
    }
    return symbol;
}

/* The addresses that samples have: others' names are of no use. */
static bool collect_used(const cprof_legacy *l, cprof_idmap *used) {
    for (size_t i = 0; i < l->addresses.count; i++)
        if (!cprof_idmap_set(used, l->addresses.at[i], 0))
            return false;
    return true;
}

typedef struct java_names {
    cprof_idmap used;
    cprof_strtab functions;
    CPROF_VEC(cprof_slice) files; /* by function, as its first line says */
} java_names;

static bool add_name(cprof_legacy *l, java_names *names, uint64_t address, cprof_symbol symbol) {
    cprof_str id;
    if (!cprof_strtab_add(&names->functions, symbol.name, &id))
        return false;
    while (names->files.count <= id)
        if (!cprof_vec_push(l->env, &names->files, symbol.file))
            return false;
    symbol.file = id > 0 ? names->files.at[id] : symbol.file;
    size_t first = l->symbols.at.count;
    return cprof_vec_push(l->env, &l->symbols.at, symbol) && cprof_symbols_add(&l->symbols, address, first);
}

static bool read_names(cprof_legacy *l, java_names *names, cprof_text *text, cprof_error *err) {
    while (cprof_text_next(text)) {
        cprof_slice line = cprof_slice_trim(text->line);
        uint64_t address;
        if (!cprof_take(&line, "0x"))
            continue;
        cprof_slice digits = cprof_take_hex(&line);
        if (digits.len == 0 || line.len == 0 || !cprof_is_space(line.ptr[0]))
            continue;
        if (!cprof_parse_hex(digits, &address)) {
            cprof_text_error(text, err, "the address 0x%.*s does not fit 64 bits", CPROF_SLICE_ARG(digits));
            return false;
        }
        if (cprof_idmap_get(&names->used, address) == CPROF_NONE)
            continue;
        if (!add_name(l, names, address, parse_name(cprof_slice_trim(line))))
            return cprof_error_memory(l->env, err);
    }
    return true;
}

bool cprof_java_names(cprof_legacy *l, cprof_text *text, cprof_error *err) {
    java_names names = {0};
    l->forget_named = true;
    cprof_idmap_init(&names.used, cprof_env_budget(l->env));
    bool ok = cprof_strtab_init(&names.functions, l->env);
    ok = (ok && collect_used(l, &names.used)) || cprof_error_memory(l->env, err);
    ok = ok && read_names(l, &names, text, err);
    cprof_strtab_deinit(&names.functions);
    cprof_idmap_deinit(&names.used);
    cprof_vec_free(l->env, &names.files);
    return ok;
}

/* ---- Header ---- */

typedef struct header {
    kind kind;
    cprof_slice unit; /* of space or delay */
    bool has_unit, has_period;
    int64_t period, millis;
} header;

static bool is_word_or_space(char c) {
    return c == ' ' || c == '_' || cprof_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "NAME = VALUE", of letters, digits and blanks, anywhere in the line. */
static bool find_attribute(cprof_slice line, cprof_slice *name, cprof_slice *value) {
    for (size_t i = 1; i + 1 < line.len; i++) {
        if (line.ptr[i] != '=' || !is_word_or_space(line.ptr[i - 1]) || !is_word_or_space(line.ptr[i + 1]))
            continue;
        size_t from = i, to = i + 1;
        while (from > 0 && is_word_or_space(line.ptr[from - 1]))
            from--;
        while (to < line.len && is_word_or_space(line.ptr[to]))
            to++;
        *name = cprof_slice_trim(cprof_slice_sub(line, from, i));
        *value = cprof_slice_trim(cprof_slice_sub(line, i + 1, to));
        return true;
    }
    return false;
}

static cprof_parse set_attribute(header *h, const cprof_text *text, cprof_slice name, cprof_slice value,
                                 cprof_error *err) {
    bool number = true;
    if (cprof_slice_is(name, "format")) {
        if (!cprof_slice_is(value, "java"))
            return cprof_text_error(text, err, "a Java profile of the unknown format \"%.*s\"",
                                    CPROF_SLICE_ARG(value));
    } else if (cprof_slice_is(name, "resolution")) {
        h->unit = value;
        h->has_unit = true;
    } else if (h->kind == CONTENTION && cprof_slice_is(name, "sampling period")) {
        number = cprof_parse_any_base(value, &h->period);
        h->has_period = true;
    } else if (h->kind == CONTENTION && cprof_slice_is(name, "ms since reset")) {
        number = cprof_parse_any_base(value, &h->millis) && h->millis <= INT64_MAX / 1000000 &&
                 h->millis >= INT64_MIN / 1000000;
    } else {
        return cprof_text_error(text, err, "unknown attribute \"%.*s\"", CPROF_SLICE_ARG(name));
    }
    return number ? CPROF_PARSE_OK
                  : cprof_text_error(text, err, "\"%.*s\" is no number that fits", CPROF_SLICE_ARG(value));
}

/* Reads attributes; afterwards text stands on the first line that is none. */
static cprof_parse read_header(header *h, cprof_text *text, cprof_error *err) {
    while (cprof_text_next(text)) {
        cprof_slice line = cprof_slice_trim(text->line), name, value;
        if (line.len == 0)
            continue;
        if (!find_attribute(line, &name, &value))
            break;
        cprof_parse parse = set_attribute(h, text, name, value, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
    }
    return h->has_unit ? CPROF_PARSE_OK
                       : cprof_text_error(text, err, "the profile does not say its resolution");
}

static bool set_header(cprof_legacy *l, const header *h, cprof_error *err) {
    const char *first = h->kind == HEAP ? "inuse_objects" : "contentions";
    const char *second = h->kind == HEAP ? "inuse_space" : "delay";
    cprof_builder_profile(l->builder)->duration_nanos = h->millis * 1000000;
    return cprof_builder_type(l->builder, cprof_slice_of(first), CPROF_SLICE("count"), err) &&
           cprof_builder_type(l->builder, cprof_slice_of(second), h->unit, err) &&
           (!h->has_period || cprof_legacy_period(l, "contentions", "count", h->period, err));
}

/* ---- Samples ---- */

/* "BYTES OBJECTS @ 0x1 0x2" (or "DELAY CONTENTIONS @ …"); false when the line is none. */
static bool take_sample(cprof_slice *line, cprof_slice *space, cprof_slice *count) {
    cprof_slice s = *line;
    while (s.len > 0 && !cprof_is_digit(s.ptr[0]))
        s = cprof_slice_sub(s, 1, s.len);
    *space = cprof_take_digits(&s);
    bool apart = cprof_take_spaces(&s) > 0;
    *count = cprof_take_digits(&s);
    if (!apart || count->len == 0 || cprof_take_spaces(&s) == 0 || !cprof_take(&s, "@") ||
        cprof_take_spaces(&s) == 0)
        return false;
    *line = cprof_legacy_address_part(s);
    return true;
}

static cprof_parse scale(const header *h, const cprof_text *text, int64_t values[2], int64_t *block,
                         cprof_error *err) {
    if (h->kind == HEAP) {
        if (values[0] == 0)
            return cprof_text_error(text, err, "a sample of no objects");
        *block = values[1] / values[0];
        cprof_legacy_unsample(&values[0], &values[1], HEAP_RATE);
    } else if (h->period != 0 && (__builtin_mul_overflow(values[0], h->period, &values[0]) ||
                                  __builtin_mul_overflow(values[1], h->period, &values[1]))) {
        return cprof_text_error(text, err, "the sample times its period does not fit 64 bits");
    }
    return CPROF_PARSE_OK;
}

/* text stands on the first line to read, and afterwards in front of the first that is no sample. */
static cprof_parse read_samples(cprof_legacy *l, const header *h, cprof_text *text, cprof_error *err) {
    for (bool more = true; more; more = cprof_text_next(text)) {
        cprof_slice line = cprof_slice_trim(text->line), space, count;
        size_t first = l->addresses.count;
        int64_t values[2], block = 0;
        if (line.len == 0)
            continue;
        if (!take_sample(&line, &space, &count)) {
            text->next = text->start;
            text->number--;
            break;
        }
        if (!cprof_parse_any_base(count, &values[0]) || !cprof_parse_any_base(space, &values[1]))
            return cprof_text_error(text, err, "a number that does not fit 64 bits");
        cprof_parse parse = scale(h, text, values, &block, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
        if (!cprof_legacy_addresses(l, text, line, 0, err) ||
            !cprof_legacy_sample_add(l, first, values, block, err))
            return CPROF_PARSE_MALFORMED;
    }
    return CPROF_PARSE_OK;
}

cprof_parse cprof_legacy_read_java(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    cprof_text text;
    cprof_text_init(&text, all);
    if (!cprof_text_next(&text))
        return CPROF_PARSE_NOT_MINE;
    cprof_slice title = cprof_slice_trim(text.line);
    header h = {.kind = HEAP};
    if (cprof_slice_is(title, "--- contentionz 1 ---"))
        h.kind = CONTENTION;
    else if (!cprof_slice_is(title, "--- heapz 1 ---"))
        return CPROF_PARSE_NOT_MINE;
    l->block_sizes = h.kind == HEAP;
    cprof_parse parse = read_header(&h, &text, err);
    if (parse == CPROF_PARSE_OK && !set_header(l, &h, err))
        parse = CPROF_PARSE_MALFORMED;
    if (parse == CPROF_PARSE_OK)
        parse = read_samples(l, &h, &text, err);
    if (parse == CPROF_PARSE_OK && !cprof_java_names(l, &text, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
