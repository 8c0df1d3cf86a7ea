#include "render/json.h"

#include "base/utf8.h"

#include <math.h>

void cprof_json_init(cprof_json *json, cprof_sink *sink, cprof_json_style style) {
    *json =
        (cprof_json){.sink = sink, .style = style, .flat = style == CPROF_JSON_PAGE ? 0 : CPROF_JSON_DEPTH};
}

static void new_line(cprof_json *json) {
    if (json->depth >= json->flat)
        return;
    cprof_sink_putc(json->sink, '\n');
    cprof_sink_pad(json->sink, 2L * json->depth);
}

/* What stands before a value or a key. */
static void separate(cprof_json *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    bool *filled = &json->filled[json->depth - 1];
    if (*filled)
        cprof_sink_puts(json->sink, json->depth < json->flat || json->style == CPROF_JSON_PAGE ? "," : ", ");
    *filled = true;
    new_line(json);
}

static void open_with(cprof_json *json, char first, char last) {
    separate(json);
    cprof_sink_putc(json->sink, first);
    json->close[json->depth] = last;
    json->filled[json->depth++] = false;
}

void cprof_json_object(cprof_json *json) {
    open_with(json, '{', '}');
}

void cprof_json_array(cprof_json *json) {
    open_with(json, '[', ']');
}

void cprof_json_flat(cprof_json *json) {
    if (json->flat > json->depth)
        json->flat = json->depth + 1;
}

void cprof_json_row(cprof_json *json) {
    cprof_json_flat(json);
    cprof_json_object(json);
}

void cprof_json_end(cprof_json *json) {
    json->depth--;
    bool was_flat = json->depth + 1 >= json->flat;
    if (json->filled[json->depth] && !was_flat)
        new_line(json);
    cprof_sink_putc(json->sink, json->close[json->depth]);
    if (json->style == CPROF_JSON_DATA && json->depth < json->flat)
        json->flat = CPROF_JSON_DEPTH;
    if (json->depth == 0 && json->style == CPROF_JSON_DATA)
        cprof_sink_putc(json->sink, '\n');
}

/* One character that does not stand for itself. */
static void put_escape(cprof_json *json, uint32_t c, cprof_slice bytes, bool invalid) {
    static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *named = c < 0x80 && c > 0 ? strchr(names, (int)c) : NULL;
    if (json->style == CPROF_JSON_PAGE && (invalid || cprof_utf8_is_control(c))) {
        cprof_sink_putc(json->sink, '\\'); /* of the two, one is JSON's */
        cprof_sink_escaped(json->sink, bytes, false);
    } else if (named) {
        cprof_sink_write(json->sink, (const char[]){'\\', letters[named - names]}, 2);
    } else if (invalid) {
        cprof_sink_puts(json->sink, "\\ufffd");
    } else {
        cprof_sink_printf(json->sink, "\\u%04x", (unsigned)c);
    }
}

/* True for what stands for itself wherever it is. */
static bool is_plain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void cprof_json_string(cprof_json *json, cprof_slice s) {
    separate(json);
    cprof_sink_putc(json->sink, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.len;) {
        uint32_t c;
        if (is_plain(s.ptr[i])) {
            i++;
            continue;
        }
        size_t n = cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
        bool invalid = c == 0xfffd && n == 1;
        bool markup = json->style == CPROF_JSON_PAGE && (c == '<' || c == '>' || c == '&');
        bool special = c == '"' || c == '\\' || c < 0x20 || c == 0x2028 || c == 0x2029 || c == 0xfffe ||
                       c == 0xffff || cprof_utf8_is_control(c);
        if (invalid || markup || special) {
            cprof_sink_write(json->sink, s.ptr + from, i - from);
            put_escape(json, c, cprof_slice_sub(s, i, i + n), invalid);
            from = i + n;
        }
        i += n;
    }
    if (s.len > from)
        cprof_sink_write(json->sink, s.ptr + from, s.len - from);
    cprof_sink_putc(json->sink, '"');
}

void cprof_json_key(cprof_json *json, const char *key) {
    cprof_json_string(json, cprof_slice_of(key));
    cprof_sink_puts(json->sink, json->style == CPROF_JSON_PAGE ? ":" : ": ");
    json->after_key = true;
}

void cprof_json_int(cprof_json *json, int64_t v) {
    separate(json);
    char digits[CPROF_DECIMAL_MAX];
    cprof_sink_slice(json->sink, cprof_decimal(v, digits));
}

void cprof_json_number(cprof_json *json, double v) {
    separate(json);
    if (isfinite(v))
        cprof_sink_printf(json->sink, "%.10g", v);
    else
        cprof_sink_puts(json->sink, "null");
}

void cprof_json_bool(cprof_json *json, bool v) {
    separate(json);
    cprof_sink_puts(json->sink, v ? "true" : "false");
}

void cprof_json_put_array(cprof_json *json, const char *key) {
    cprof_json_key(json, key);
    cprof_json_array(json);
}

void cprof_json_put_string(cprof_json *json, const char *key, cprof_slice s) {
    cprof_json_key(json, key);
    cprof_json_string(json, s);
}

void cprof_json_put_int(cprof_json *json, const char *key, int64_t v) {
    cprof_json_key(json, key);
    cprof_json_int(json, v);
}

void cprof_json_put_number(cprof_json *json, const char *key, double v) {
    cprof_json_key(json, key);
    cprof_json_number(json, v);
}

void cprof_json_put_bool(cprof_json *json, const char *key, bool v) {
    cprof_json_key(json, key);
    cprof_json_bool(json, v);
}
