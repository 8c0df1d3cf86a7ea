#include "input/go_text.h"

#include "base/sink.h"
#include "base/utf8.h"

#include <stdio.h>

void cprof_go_lines_init(cprof_go_lines *lines, cprof_slice text) {
    size_t mark = cprof_slice_starts_with(text, "\xef\xbb\xbf") ? 3 : 0;
    *lines = (cprof_go_lines){.text = text, .next = mark};
}

bool cprof_go_lines_next(cprof_go_lines *lines) {
    if (lines->next >= lines->text.len)
        return false;
    const char *at = lines->text.ptr + lines->next;
    size_t left = lines->text.len - lines->next;
    const char *end = memchr(at, '\n', left);
    size_t length = end ? (size_t)(end - at) : left;
    lines->start = lines->next;
    lines->number++;
    lines->ended = end != NULL;
    lines->next += length + (end ? 1 : 0);
    if (end && length > 0 && at[length - 1] == '\r')
        length--;
    lines->line = (cprof_slice){at, length};
    return true;
}

bool cprof_go_lines_error(const cprof_go_lines *lines, cprof_error *err, const char *format, ...) {
    char what[400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)lines->start, "line %zu: %s", lines->number, what);
}

bool cprof_go_take(cprof_slice *s, const char *literal) {
    if (!cprof_slice_starts_with(*s, literal))
        return false;
    *s = cprof_slice_sub(*s, strlen(literal), s->len);
    return true;
}

bool cprof_go_take_number(cprof_slice *s, int64_t *value) {
    uint64_t sum = 0;
    size_t i = 0;
    for (; i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(s->ptr[i] - '0');
        if (sum > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (i == 0)
        return false;
    *value = (int64_t)sum;
    *s = cprof_slice_sub(*s, i, s->len);
    return true;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool cprof_go_take_address(cprof_slice *s, uint64_t *value) {
    if (!cprof_slice_starts_with(*s, "0x"))
        return false;
    uint64_t sum = 0;
    size_t i = 2;
    for (; i < s->len && hex_digit(s->ptr[i]) >= 0; i++) {
        if (sum >> 60)
            return false;
        sum = sum << 4 | (uint64_t)hex_digit(s->ptr[i]);
    }
    if (i == 2)
        return false;
    *value = sum;
    *s = cprof_slice_sub(*s, i, s->len);
    return true;
}

size_t cprof_go_take_blanks(cprof_slice *s) {
    size_t n = 0;
    while (n < s->len && (s->ptr[n] == ' ' || s->ptr[n] == '\t'))
        n++;
    *s = cprof_slice_sub(*s, n, s->len);
    return n;
}

int64_t cprof_go_int64(double value) {
    return value >= 0x1p63 ? INT64_MAX : value <= -0x1p63 ? INT64_MIN : (int64_t)value;
}

void cprof_go_split_position(cprof_slice position, cprof_slice *file, int64_t *line) {
    size_t colon = cprof_slice_rfind(position, ':');
    cprof_slice digits = cprof_slice_sub(position, colon + 1, position.len);
    *file = position;
    *line = 0;
    if (cprof_go_take_number(&digits, line)) {
        if (digits.len == 0)
            *file = cprof_slice_sub(position, 0, colon);
        else
            *line = 0;
    }
}

/* The code point of `digits` hexadecimal digits at s[from..]; false when they are not there. */
static bool hex_code(cprof_slice s, size_t from, size_t digits, uint32_t *code) {
    *code = 0;
    if (s.len - from < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(s.ptr[from + i]);
        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

static bool octal_code(cprof_slice s, size_t from, uint32_t *code) {
    *code = 0;
    if (s.len - from < 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        char c = s.ptr[from + i];
        if (c < '0' || c > '7')
            return false;
        *code = *code << 3 | (uint32_t)(c - '0');
    }
    return *code <= 0xff;
}

/* Takes one escape, s[*at] being what follows the backslash; writes its bytes. */
static bool take_escape(cprof_slice s, size_t *at, cprof_sink *out) {
    static const char names[] = "abfnrtv\\\"'", bytes[] = "\a\b\f\n\r\t\v\\\"'";
    if (*at >= s.len)
        return false;
    char c = s.ptr[(*at)];
    const char *simple = c ? strchr(names, c) : NULL;
    if (simple) {
        (*at)++;
        cprof_sink_putc(out, bytes[simple - names]);
        return true;
    }
    uint32_t code;
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits > 0 ? !hex_code(s, *at + 1, digits, &code) : !octal_code(s, *at, &code))
        return false;
    *at += digits > 0 ? 1 + digits : 3;
    if (digits <= 2) {
        cprof_sink_putc(out, (char)code);
        return true;
    }
    if (code > 0x10ffff)
        return false;
    char encoded[4];
    cprof_sink_write(out, encoded, cprof_utf8_encode(code, encoded));
    return true;
}

/* *s starts with a quote. */
static bool take_quoted(cprof_slice *s, cprof_sink *out) {
    size_t at = 1;
    while (at < s->len && s->ptr[at] != '"') {
        size_t run = at;
        while (run < s->len && s->ptr[run] != '"' && s->ptr[run] != '\\')
            run++;
        cprof_sink_write(out, s->ptr + at, run - at);
        at = run;
        if (at < s->len && s->ptr[at] == '\\') {
            at++;
            if (!take_escape(*s, &at, out))
                return false;
        }
    }
    if (at >= s->len)
        return false;
    *s = cprof_slice_sub(*s, at + 1, s->len);
    return true;
}

/* A quoted string, or what stands before the next delimiter. */
static bool take_word(cprof_slice *s, cprof_sink *out) {
    cprof_go_take_blanks(s);
    if (s->len > 0 && s->ptr[0] == '"')
        return take_quoted(s, out);
    size_t n = 0;
    while (n < s->len && !memchr(":,{}\" ", s->ptr[n], 6))
        n++;
    cprof_sink_write(out, s->ptr, n);
    *s = cprof_slice_sub(*s, n, s->len);
    return true;
}

static cprof_go_outcome take_string(cprof_slice *s, cprof_builder *b, const cprof_env *env, cprof_str *id,
                                    cprof_error *err) {
    cprof_sink word;
    cprof_sink_init_memory(&word, env);
    cprof_go_outcome outcome = CPROF_GO_BROKEN;
    if (take_word(s, &word)) {
        bool done =
            cprof_sink_finish(&word, err) && cprof_builder_string(b, cprof_sink_bytes(&word), id, err);
        outcome = done ? CPROF_GO_DONE : CPROF_GO_FAILED;
    }
    cprof_sink_deinit(&word);
    return outcome;
}

cprof_go_outcome cprof_go_take_labels(cprof_slice *s, cprof_builder *b, const cprof_env *env,
                                      cprof_go_labels *labels, cprof_error *err) {
    if (!cprof_go_take(s, "{"))
        return CPROF_GO_BROKEN;
    cprof_go_take_blanks(s);
    while (!cprof_go_take(s, "}")) {
        cprof_label label = {0};
        cprof_go_outcome outcome = take_string(s, b, env, &label.key, err);
        if (outcome != CPROF_GO_DONE)
            return outcome;
        cprof_go_take_blanks(s);
        if (!cprof_go_take(s, ":"))
            return CPROF_GO_BROKEN;
        outcome = take_string(s, b, env, &label.text, err);
        if (outcome != CPROF_GO_DONE)
            return outcome;
        if (!cprof_vec_push(env, &labels->at, label)) {
            cprof_error_memory(env, err);
            return CPROF_GO_FAILED;
        }
        cprof_go_take_blanks(s);
        if (!cprof_go_take(s, ",") && !(s->len > 0 && s->ptr[0] == '}'))
            return CPROF_GO_BROKEN;
        cprof_go_take_blanks(s);
    }
    return CPROF_GO_DONE;
}
