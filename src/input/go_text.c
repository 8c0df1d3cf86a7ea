#include "input/go_text.h"

#include "base/sink.h"
#include "base/utf8.h"

bool cprof_go_take_number(cprof_slice *s, int64_t *value) {
    cprof_slice rest = *s;
    if (!cprof_parse_i64(cprof_take_digits(&rest), value))
        return false;
    *s = rest;
    return true;
}

bool cprof_go_take_address(cprof_slice *s, uint64_t *value) {
    cprof_slice rest = *s;
    if (!cprof_take(&rest, "0x") || !cprof_parse_hex(cprof_take_hex(&rest), value))
        return false;
    *s = rest;
    return true;
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
        int digit = cprof_hex_digit(s.ptr[from + i]);
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
    cprof_take_blanks(s);
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
    if (!cprof_take(s, "{"))
        return CPROF_GO_BROKEN;
    cprof_take_blanks(s);
    while (!cprof_take(s, "}")) {
        cprof_label label = {0};
        cprof_go_outcome outcome = take_string(s, b, env, &label.key, err);
        if (outcome != CPROF_GO_DONE)
            return outcome;
        cprof_take_blanks(s);
        if (!cprof_take(s, ":"))
            return CPROF_GO_BROKEN;
        outcome = take_string(s, b, env, &label.text, err);
        if (outcome != CPROF_GO_DONE)
            return outcome;
        if (!cprof_vec_push(env, &labels->at, label)) {
            cprof_error_memory(env, err);
            return CPROF_GO_FAILED;
        }
        cprof_take_blanks(s);
        if (!cprof_take(s, ",") && !(s->len > 0 && s->ptr[0] == '}'))
            return CPROF_GO_BROKEN;
        cprof_take_blanks(s);
    }
    return CPROF_GO_DONE;
}
