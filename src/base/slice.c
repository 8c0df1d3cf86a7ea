#include "base/slice.h"

int cprof_slice_compare(cprof_slice a, cprof_slice b) {
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool cprof_slice_starts_with(cprof_slice s, const char *prefix) {
    size_t n = strlen(prefix);
    return s.len >= n && memcmp(s.ptr, prefix, n) == 0;
}

bool cprof_slice_ends_with(cprof_slice s, const char *suffix) {
    size_t n = strlen(suffix);
    return s.len >= n && (n == 0 || memcmp(s.ptr + s.len - n, suffix, n) == 0);
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

cprof_slice cprof_slice_trim(cprof_slice s) {
    while (s.len > 0 && is_space(s.ptr[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    return s;
}

size_t cprof_slice_find(cprof_slice s, char c) {
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : s.len;
}

size_t cprof_slice_rfind(cprof_slice s, char c) {
    const char *at = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : s.len;
}

size_t cprof_slice_find_slice(cprof_slice s, cprof_slice needle) {
    if (needle.len == 0)
        return 0;
    const char *at = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
    return at ? (size_t)(at - s.ptr) : s.len;
}

cprof_slice cprof_path_base(cprof_slice path) {
    if (path.len == 0)
        return CPROF_SLICE(".");
    while (path.len > 0 && path.ptr[path.len - 1] == '/')
        path.len--;
    if (path.len == 0)
        return CPROF_SLICE("/");
    size_t slash = cprof_slice_rfind(path, '/');
    return slash == path.len ? path : cprof_slice_sub(path, slash + 1, path.len);
}

bool cprof_slice_next_line(cprof_slice *rest, cprof_slice *line) {
    if (rest->len == 0)
        return false;
    size_t end = cprof_slice_find(*rest, '\n');
    *line = cprof_slice_sub(*rest, 0, end);
    *rest = cprof_slice_sub(*rest, end < rest->len ? end + 1 : end, rest->len);
    return true;
}

cprof_slice cprof_decimal_of(uint64_t magnitude, bool minus, char buffer[CPROF_DECIMAL_MAX]) {
    int at = CPROF_DECIMAL_MAX;
    do
        buffer[--at] = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (minus)
        buffer[--at] = '-';
    return (cprof_slice){buffer + at, (size_t)(CPROF_DECIMAL_MAX - at)};
}
