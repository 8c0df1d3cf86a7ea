#include "base/utf8.h"

enum { REPLACEMENT = 0xfffd };

/* By the first byte's top bits: how long the sequence is, and the first code point that needs that length
 * (a smaller one is overlong). */
static size_t sequence(unsigned char first, uint32_t *bits, uint32_t *least) {
    if (first >= 0xc2 && first <= 0xdf)
        return *bits = first & 0x1f, *least = 0x80, 2;
    if (first >= 0xe0 && first <= 0xef)
        return *bits = first & 0x0f, *least = 0x800, 3;
    if (first >= 0xf0 && first <= 0xf4)
        return *bits = first & 0x07, *least = 0x10000, 4;
    return 0;
}

size_t cprof_utf8_decode(cprof_slice s, uint32_t *code_point) {
    unsigned char first = (unsigned char)s.ptr[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    uint32_t c = 0, least = 0;
    size_t n = sequence(first, &c, &least);
    *code_point = REPLACEMENT;
    if (n == 0 || n > s.len)
        return 1;
    for (size_t i = 1; i < n; i++) {
        unsigned char byte = (unsigned char)s.ptr[i];
        if ((byte & 0xc0) != 0x80)
            return 1;
        c = c << 6 | (byte & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 1;
    *code_point = c;
    return n;
}

size_t cprof_utf8_encode(uint32_t c, char out[4]) {
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = REPLACEMENT;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

/* How many bytes at the start of s are plain ASCII, in steps of eight. */
static size_t ascii_run(cprof_slice s) {
    size_t i = 0;
    for (uint64_t word; s.len - i >= sizeof word; i += sizeof word) {
        memcpy(&word, s.ptr + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return i;
}

size_t cprof_utf8_count(cprof_slice s) {
    size_t i = ascii_run(s), count = i;
    for (uint32_t c; i < s.len; count++)
        i += cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
    return count;
}

size_t cprof_utf8_columns(cprof_slice s) {
    size_t columns = 0;
    for (size_t i = 0; i < s.len;) {
        uint32_t c;
        i += cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
        columns += (size_t)cprof_utf8_width(c);
    }
    return columns;
}

bool cprof_utf8_valid(cprof_slice s) {
    for (size_t i = ascii_run(s); i < s.len;) {
        uint32_t c;
        size_t n = cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
        if (n == 1 && c == REPLACEMENT)
            return false;
        i += n;
        i += ascii_run(cprof_slice_sub(s, i, s.len));
    }
    return true;
}

bool cprof_utf8_is_control(uint32_t c) {
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

void cprof_sink_escaped(cprof_sink *sink, cprof_slice s, bool keep_newline) {
    size_t from = 0; /* what stands before i from here on is plain and not yet written */
    for (size_t i = 0; i < s.len;) {
        uint32_t c;
        size_t n = cprof_utf8_decode(cprof_slice_sub(s, i, s.len), &c);
        bool invalid = n == 1 && c == REPLACEMENT;
        bool space = c == '\t' || (c == '\n' && !keep_newline);
        if (invalid || space || cprof_utf8_is_control(c)) {
            cprof_sink_write(sink, s.ptr + from, i - from);
            if (n == 1)
                cprof_sink_printf(sink, "\\x%02x", (unsigned)(unsigned char)s.ptr[i]);
            else
                cprof_sink_printf(sink, "\\u{%04x}", (unsigned)c);
            from = i + n;
        }
        i += n;
    }
    if (s.len > from)
        cprof_sink_write(sink, s.ptr + from, s.len - from);
}
