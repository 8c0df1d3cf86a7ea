/* pprof's symbolized form: names for the addresses, then a profile of another format.
 *
 *     --- symbol
 *     binary=PATH
 *     0xADDRESS CALLER--INLINED--INLINED IN THAT
 *     ---
 *     --- profile
 *     …
 */
#include "input/legacy.h"

/* "main<0000000000401727>": the function's own address tells namesakes apart; it is no part of the name. */
static cprof_slice without_address(cprof_slice name) {
    enum { DIGITS = 16 };
    if (name.len < DIGITS + 3 || !cprof_slice_ends_with(name, ">"))
        return name;
    size_t open = name.len - DIGITS - 2;
    cprof_slice digits = cprof_slice_sub(name, open + 1, name.len - 1);
    bool address = name.ptr[open] == '<' && cprof_take_hex(&digits).len == DIGITS;
    return address ? cprof_slice_sub(name, 0, open) : name;
}

/* Where the last "--" of names[0..end) starts that is not part of "operator--"; names.len: nowhere. */
static size_t last_separator(cprof_slice names, size_t end) {
    for (size_t i = end; i >= 2; i--) {
        cprof_slice before = cprof_slice_sub(names, 0, i - 2);
        if (names.ptr[i - 1] == '-' && names.ptr[i - 2] == '-' && !cprof_slice_ends_with(before, "operator"))
            return i - 2;
    }
    return names.len;
}

/* The frames of one address, innermost first. */
static bool add_names(cprof_legacy *l, uint64_t address, cprof_slice names) {
    size_t first = l->symbols.at.count, end = names.len;
    for (;;) {
        size_t at = end > 0 ? last_separator(names, end) : names.len;
        bool more = at < names.len;
        cprof_symbol symbol = {.name = without_address(cprof_slice_sub(names, more ? at + 2 : 0, end))};
        if (symbol.name.len > 0 && !cprof_vec_push(l->env, &l->symbols.at, symbol))
            return false;
        if (!more)
            break;
        end = at;
    }
    return l->symbols.at.count == first || cprof_symbols_add(&l->symbols, address, first);
}

static cprof_parse read_symbols(cprof_legacy *l, cprof_text *text, cprof_error *err) {
    while (cprof_text_next(text)) {
        cprof_slice line = text->line;
        uint64_t address;
        if (cprof_slice_is(line, "---"))
            return CPROF_PARSE_OK;
        if (cprof_take(&line, "binary=")) {
            l->binary = line;
            continue;
        }
        if (cprof_slice_trim(line).len == 0)
            continue;
        cprof_slice digits = CPROF_SLICE("");
        if (cprof_take(&line, "0x"))
            digits = cprof_take_hex(&line);
        if (!cprof_parse_hex(digits, &address) || !(line.len == 0 || cprof_take(&line, " ")))
            return cprof_text_error(text, err, "no symbol: 0xADDRESS NAME expected");
        /* An address without a name has itself for a name. */
        if (!cprof_slice_starts_with(line, "0x") && !add_names(l, address, line)) {
            cprof_error_memory(l->env, err);
            return CPROF_PARSE_MALFORMED;
        }
    }
    return cprof_text_error(text, err, "the symbols end without \"---\"");
}

/* The profile behind "--- profile", "--- heap" or the like. */
static cprof_parse read_profile(cprof_legacy *l, cprof_text *text, cprof_error *err) {
    static cprof_legacy_reader *const readers[] = {
        cprof_legacy_read_cpu,        cprof_legacy_read_heap,  cprof_legacy_read_jemalloc,
        cprof_legacy_read_contention, cprof_legacy_read_count, cprof_legacy_read_thread,
    };
    if (!cprof_text_next(text) || !cprof_slice_starts_with(text->line, "--- "))
        return cprof_text_error(text, err, "the symbols are not followed by a profile (\"--- profile\")");
    cprof_slice profile = cprof_slice_sub(text->all, text->next, text->all.len);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        cprof_parse parse = readers[i](profile, l, err);
        if (parse == CPROF_PARSE_MALFORMED)
            cprof_error_prefix(err, "in the profile behind line %zu", text->number);
        if (parse != CPROF_PARSE_NOT_MINE)
            return parse;
    }
    return cprof_text_error(text, err, "what follows the symbols is no profile");
}

cprof_parse cprof_legacy_read_symbolized(cprof_slice all, cprof_legacy *l, cprof_error *err) {
    cprof_text text;
    cprof_text_init(&text, all);
    if (!cprof_text_next(&text) || !cprof_slice_is(text.line, "--- symbol"))
        return CPROF_PARSE_NOT_MINE;
    l->symbolized = true;
    cprof_parse parse = read_symbols(l, &text, err);
    if (parse == CPROF_PARSE_OK)
        parse = read_profile(l, &text, err);
    if (parse == CPROF_PARSE_OK && l->maps.at.count == 0 && l->binary.len > 0) {
        cprof_map whole = {.limit = UINT64_MAX, .file = l->binary};
        if (!cprof_vec_push(l->env, &l->maps.at, whole)) {
            cprof_error_memory(l->env, err);
            parse = CPROF_PARSE_MALFORMED;
        }
    }
    return parse;
}
