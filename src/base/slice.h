/* A borrowed run of bytes.  It may hold NUL, control characters and bytes that are no UTF-8. */
#ifndef CPROF_BASE_SLICE_H
#define CPROF_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct cprof_slice {
    const char *ptr; /* never NULL when len > 0 */
    size_t len;      /* bytes */
} cprof_slice;

#define CPROF_SLICE(literal) ((cprof_slice){"" literal, sizeof(literal) - 1})
#define CPROF_SLICE_ARG(s)   (int)(s).len, (s).ptr /* for "%.*s"; only for slices without NUL */

static inline cprof_slice cprof_slice_of(const char *cstr) {
    return (cprof_slice){cstr, strlen(cstr)};
}

static inline bool cprof_slice_equal(cprof_slice a, cprof_slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool cprof_slice_is(cprof_slice a, const char *cstr) {
    return cprof_slice_equal(a, cprof_slice_of(cstr));
}

/* Order of bytes, as strcmp's but for any bytes. */
int cprof_slice_compare(cprof_slice a, cprof_slice b);

bool cprof_slice_starts_with(cprof_slice s, const char *prefix);
bool cprof_slice_ends_with(cprof_slice s, const char *suffix);
cprof_slice cprof_slice_trim(cprof_slice s); /* white space of ASCII off both ends */

/* s[from..to), clamped to s. */
static inline cprof_slice cprof_slice_sub(cprof_slice s, size_t from, size_t to) {
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (cprof_slice){s.ptr ? s.ptr + from : "", to - from};
}

/* Offset of the first (last) `c` in s, or s.len where there is none. */
size_t cprof_slice_find(cprof_slice s, char c);
size_t cprof_slice_rfind(cprof_slice s, char c);
size_t cprof_slice_find_slice(cprof_slice s, cprof_slice needle);

/* What stands behind the last '/' of a path, by the rules of a path's base name: "" -> ".", "/" -> "/",
 * trailing slashes do not count.  Borrowed from path, or static. */
cprof_slice cprof_path_base(cprof_slice path);

/* Splits at the first newline: returns the line without "\n" (a "\r" before it stays), moves *rest behind
 * it; false at the end. */
bool cprof_slice_next_line(cprof_slice *rest, cprof_slice *line);

/* A number's digits; borrowed from buffer. */
enum { CPROF_DECIMAL_MAX = 21 };
cprof_slice cprof_decimal_of(uint64_t magnitude, bool minus, char buffer[CPROF_DECIMAL_MAX]);
static inline cprof_slice cprof_decimal(int64_t x, char buffer[CPROF_DECIMAL_MAX]) {
    return cprof_decimal_of(x < 0 ? 0 - (uint64_t)x : (uint64_t)x, x < 0, buffer);
}

#endif
