#include "input/text.h"

#include <stdio.h>

void cprof_text_init(cprof_text *text, cprof_slice all) {
    *text = (cprof_text){.all = all, .next = cprof_slice_starts_with(all, "\xef\xbb\xbf") ? 3 : 0};
}

bool cprof_text_next(cprof_text *text) {
    text->line = CPROF_SLICE("");
    if (text->next >= text->all.len)
        return false;
    const char *at = text->all.ptr + text->next;
    size_t left = text->all.len - text->next;
    const char *end = memchr(at, '\n', left);
    size_t length = end ? (size_t)(end - at) : left;
    text->start = text->next;
    text->number++;
    text->ended = end != NULL;
    text->next += length + (end ? 1 : 0);
    if (length > 0 && at[length - 1] == '\r')
        length--;
    text->line = (cprof_slice){at, length};
    return true;
}

static void set_error(const cprof_text *text, cprof_error *err, const char *format, va_list args) {
    char what[400];
    vsnprintf(what, sizeof what, format, args);
    cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)text->start, "line %zu: %s", text->number, what);
}

cprof_parse cprof_text_error(const cprof_text *text, cprof_error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set_error(text, err, format, args);
    va_end(args);
    return CPROF_PARSE_MALFORMED;
}

bool cprof_text_refuse(const cprof_text *text, cprof_error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set_error(text, err, format, args);
    va_end(args);
    return false;
}

int cprof_hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool cprof_take(cprof_slice *s, const char *literal) {
    if (!cprof_slice_starts_with(*s, literal))
        return false;
    *s = cprof_slice_sub(*s, strlen(literal), s->len);
    return true;
}

/* Takes the first n bytes off *s. */
static cprof_slice take_front(cprof_slice *s, size_t n) {
    cprof_slice front = cprof_slice_sub(*s, 0, n);
    *s = cprof_slice_sub(*s, n, s->len);
    return front;
}

size_t cprof_take_spaces(cprof_slice *s) {
    size_t n = 0;
    while (n < s->len && s->ptr[n] == ' ')
        n++;
    return take_front(s, n).len;
}

size_t cprof_take_blanks(cprof_slice *s) {
    size_t n = 0;
    while (n < s->len && cprof_is_blank(s->ptr[n]))
        n++;
    return take_front(s, n).len;
}

cprof_slice cprof_take_digits(cprof_slice *s) {
    size_t n = 0;
    while (n < s->len && cprof_is_digit(s->ptr[n]))
        n++;
    return take_front(s, n);
}

cprof_slice cprof_take_hex(cprof_slice *s) {
    size_t n = 0;
    while (n < s->len && cprof_hex_digit(s->ptr[n]) >= 0)
        n++;
    return take_front(s, n);
}

cprof_slice cprof_take_word(cprof_slice *s) {
    cprof_take_blanks(s);
    size_t n = 0;
    while (n < s->len && !cprof_is_space(s->ptr[n]))
        n++;
    return take_front(s, n);
}

static bool parse_base(cprof_slice s, unsigned base, uint64_t *value) {
    const uint64_t most = UINT64_MAX / base;
    uint64_t sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = cprof_hex_digit(s.ptr[i]);
        if (digit < 0 || (unsigned)digit >= base || sum > most || sum * base > UINT64_MAX - (unsigned)digit)
            return false;
        sum = sum * base + (unsigned)digit;
    }
    *value = sum;
    return s.len > 0;
}

bool cprof_parse_u64(cprof_slice s, uint64_t *value) {
    return parse_base(s, 10, value);
}

bool cprof_parse_hex(cprof_slice s, uint64_t *value) {
    return parse_base(s, 16, value);
}

static bool with_sign(cprof_slice s, unsigned base, bool minus, int64_t *value) {
    uint64_t sum;
    if (!parse_base(s, base, &sum) || sum > (uint64_t)INT64_MAX + minus)
        return false;
    *value = minus ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

bool cprof_parse_i64(cprof_slice s, int64_t *value) {
    bool minus = cprof_take(&s, "-");
    return with_sign(s, 10, minus, value);
}

bool cprof_parse_any_base(cprof_slice s, int64_t *value) {
    bool minus = cprof_take(&s, "-");
    unsigned base = 10;
    if (cprof_take(&s, "0x") || cprof_take(&s, "0X"))
        base = 16;
    else if (cprof_take(&s, "0b") || cprof_take(&s, "0B"))
        base = 2;
    else if (cprof_take(&s, "0o") || cprof_take(&s, "0O"))
        base = 8;
    else if (s.len > 1 && s.ptr[0] == '0')
        base = 8;
    return with_sign(s, base, minus, value);
}

bool cprof_slice_contains(cprof_slice s, const char *needle) {
    return cprof_slice_find_slice(s, cprof_slice_of(needle)) < s.len;
}
