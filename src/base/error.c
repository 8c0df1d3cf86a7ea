#include "cprof/error.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the message as it is formatted, before control characters are escaped. */
enum { ROOM = 1024 };

static const char HEX[] = "0123456789abcdef";

/* The escaped form of one code point (or invalid byte) at the start of s; returns how much of s it takes. */
static size_t escape_one(cprof_slice s, char *out, size_t *out_len) {
    uint32_t c;
    size_t n = cprof_utf8_decode(s, &c);
    unsigned char byte = (unsigned char)s.ptr[0];
    if (n == 1 && (byte < 0x20 || byte >= 0x7f)) {
        memcpy(out, "\\x", 2);
        out[2] = HEX[byte >> 4];
        out[3] = HEX[byte & 15];
        *out_len = 4;
    } else if (cprof_utf8_is_control(c)) {
        *out_len = (size_t)snprintf(out, 16, "\\u{%04x}", (unsigned)c);
    } else {
        memcpy(out, s.ptr, n);
        *out_len = n;
    }
    return n;
}

/* Never cuts a code point or an escape in half. */
static void copy_escaped(char *to, size_t room, cprof_slice from) {
    size_t used = 0;
    for (size_t i = 0; i < from.len;) {
        char piece[16];
        size_t len;
        i += escape_one(cprof_slice_sub(from, i, from.len), piece, &len);
        if (used + len >= room)
            break;
        memcpy(to + used, piece, len);
        used += len;
    }
    to[used] = '\0';
}

static cprof_slice format_into(char buffer[ROOM], const char *format, va_list args) {
    int n = vsnprintf(buffer, ROOM, format, args);
    size_t len = n < 0 ? 0 : (size_t)n;
    return (cprof_slice){buffer, len < ROOM ? len : ROOM - 1};
}

bool cprof_error_setv(cprof_error *err, cprof_code code, int64_t offset, const char *format, va_list args) {
    if (!err)
        return false;
    char buffer[ROOM];
    cprof_slice text = format_into(buffer, format, args);
    err->code = code;
    err->offset = offset;
    copy_escaped(err->message, sizeof err->message, text);
    return false;
}

bool cprof_error_set(cprof_error *err, cprof_code code, int64_t offset, const char *format, ...) {
    va_list args;
    va_start(args, format);
    cprof_error_setv(err, code, offset, format, args);
    va_end(args);
    return false;
}

bool cprof_error_prefix(cprof_error *err, const char *format, ...) {
    if (!err)
        return false;
    char buffer[ROOM], old[sizeof err->message];
    va_list args;
    va_start(args, format);
    cprof_slice prefix = format_into(buffer, format, args);
    va_end(args);
    memcpy(old, err->message, sizeof old);
    copy_escaped(err->message, sizeof err->message, prefix);
    size_t used = strlen(err->message);
    if (used + 2 < sizeof err->message) {
        memcpy(err->message + used, ": ", 3);
        used += 2;
        copy_escaped(err->message + used, sizeof err->message - used, cprof_slice_of(old));
    }
    return false;
}
