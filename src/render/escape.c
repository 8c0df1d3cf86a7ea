#include "render/escape.h"

#include "base/utf8.h"

/* What is written for a character instead of itself; NULL: itself. */
static const char *xml_entity(uint32_t c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case 0xfffe:
    case 0xffff:
        return "\xef\xbf\xbd"; /* U+FFFD: XML has no others */
    default:
        return NULL;
    }
}

void cprof_sink_xml(cprof_sink *sink, cprof_slice s) {
    size_t from = 0;
    for (size_t i = 0; i < s.len;) {
        uint32_t c;
        size_t n = cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
        const char *entity = xml_entity(c);
        if (entity) {
            cprof_sink_escaped(sink, cprof_slice_sub(s, from, i), false);
            cprof_sink_puts(sink, entity);
            from = i + n;
        }
        i += n;
    }
    cprof_sink_escaped(sink, cprof_slice_sub(s, from, s.len), false);
}

cprof_slice cprof_utf8_cut(cprof_slice s, size_t limit) {
    size_t i = 0;
    if (s.len <= limit) /* a character has a byte at least */
        return s;
    for (uint32_t c; i < s.len && limit > 0; limit--)
        i += cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
    return cprof_slice_sub(s, 0, i);
}

void cprof_sink_xml_cut(cprof_sink *sink, cprof_slice s, size_t limit) {
    cprof_slice head = cprof_utf8_cut(s, limit);
    cprof_sink_xml(sink, head);
    if (head.len < s.len)
        cprof_sink_puts(sink, "\xe2\x80\xa6");
}

static size_t digits_at(cprof_slice s, size_t i) {
    size_t n = 0;
    while (i + n < s.len && s.ptr[i + n] >= '0' && s.ptr[i + n] <= '9')
        n++;
    return n;
}

/* A sign and one number, as "-12.5e3%": to a spreadsheet that is no more than it says.  "-1+2" is a formula.
 */
static bool is_signed_number(cprof_slice s) {
    if (s.len < 2 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
        return false;
    size_t i = 1, whole = digits_at(s, i), part = 0;
    i += whole;
    if (i < s.len && s.ptr[i] == '.') {
        part = digits_at(s, i + 1);
        i += 1 + part;
    }
    if (whole + part > 0 && i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i += i + 1 < s.len && (s.ptr[i + 1] == '+' || s.ptr[i + 1] == '-') ? 2 : 1;
        if (digits_at(s, i) == 0)
            return false;
        i += digits_at(s, i);
    }
    if (i < s.len && s.ptr[i] == '%')
        i++;
    return whole + part > 0 && i == s.len;
}

void cprof_sink_csv(cprof_sink *sink, cprof_slice s, char separator) {
    bool formula = s.len > 0 && memchr("=+-@", s.ptr[0], 4) && !is_signed_number(s);
    bool quoted = formula || cprof_slice_find(s, separator) < s.len || cprof_slice_find(s, '"') < s.len ||
                  (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' '));
    if (!quoted) {
        cprof_sink_escaped(sink, s, false);
        return;
    }
    cprof_sink_puts(sink, formula ? "\"'" : "\"");
    for (cprof_slice rest = s; rest.len > 0;) {
        size_t at = cprof_slice_find(rest, '"');
        cprof_sink_escaped(sink, cprof_slice_sub(rest, 0, at), false);
        if (at < rest.len)
            cprof_sink_puts(sink, "\"\"");
        rest = cprof_slice_sub(rest, at + 1, rest.len);
    }
    cprof_sink_putc(sink, '"');
}

void cprof_sink_markdown(cprof_sink *sink, cprof_slice s) {
    static const char special[] = "\\`*_{}[]()#!|~$:@";
    size_t from = 0;
    for (size_t i = 0; i <= s.len; i++) {
        char c = i < s.len ? s.ptr[i] : '\0';
        const char *html = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : NULL;
        if (i < s.len && !html && (c == '\0' || !memchr(special, c, sizeof special - 1)))
            continue;
        cprof_sink_escaped(sink, cprof_slice_sub(s, from, i), false);
        from = i + 1;
        if (html)
            cprof_sink_puts(sink, html);
        else if (i < s.len)
            cprof_sink_write(sink, (const char[]){'\\', c}, 2);
    }
}
