#include "graph/shorten.h"

static int at(cprof_slice s, size_t i) {
    return i < s.len ? (unsigned char)s.ptr[i] : -1;
}

static bool is_lower(int c) {
    return c >= 'a' && c <= 'z';
}
static bool is_upper(int c) {
    return c >= 'A' && c <= 'Z';
}
static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}
static bool is_word(int c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_';
}
static bool starts_identifier(int c) {
    return is_lower(c) || is_upper(c) || c == '_';
}
static bool is_package(int c) {
    return is_word(c) || c == '-' || c == '.';
}
static bool is_java_word(int c) {
    return is_word(c) || c == '$';
}

/* Where the run of bytes of one kind that starts at i ends. */
static size_t run(cprof_slice s, size_t i, bool (*kind)(int)) {
    while (kind(at(s, i)))
        i++;
    return i;
}

/* "…/v2/…" and "…/v2.…": the end of "/v2" at i, or 0 where there is no major version from 2 on. */
static size_t version_end(cprof_slice s, size_t i) {
    if (at(s, i) != '/' || at(s, i + 1) != 'v')
        return 0;
    size_t end = run(s, i + 2, is_digit);
    size_t digits = end - (i + 2);
    int first = at(s, i + 2);
    if (digits == 0 || first == '0' || (digits == 1 && first == '1'))
        return 0;
    return at(s, end) == '.' || at(s, end) == '/' ? end : 0;
}

static cprof_slice drop_version(cprof_slice s, char *buffer) {
    if (cprof_slice_find(s, '\n') < s.len)
        return s;
    for (size_t i = 0; i < s.len; i++) {
        size_t end = version_end(s, i);
        if (end == 0)
            continue;
        memcpy(buffer, s.ptr, i);
        memcpy(buffer + i, s.ptr + end, s.len - end);
        return (cprof_slice){buffer, s.len - (end - i)};
    }
    return s;
}

/* "example.com/mod/pkg.(*T).F" -> "pkg.(*T).F": the longest path that leaves a package and a name. */
static bool shorten_go(cprof_slice s, cprof_slice *shorter) {
    size_t last = 0; /* behind the last usable slash */
    for (size_t i = 0;;) {
        size_t end = run(s, i, is_package);
        if (end == i || at(s, end) != '/')
            break;
        i = end + 1;
        cprof_slice rest = cprof_slice_sub(s, i, s.len);
        size_t dot = cprof_slice_find(rest, '.');
        if (dot > 0 && dot + 1 < rest.len && rest.ptr[dot + 1] != '\n')
            last = i;
    }
    if (last == 0)
        return false;
    cprof_slice rest = cprof_slice_sub(s, last, s.len);
    size_t dot = cprof_slice_find(rest, '.');
    size_t line = cprof_slice_find(cprof_slice_sub(rest, dot, rest.len), '\n');
    *shorter = cprof_slice_sub(rest, 0, dot + line);
    return true;
}

/* "com.example.Class.method(args)" -> "Class.method" */
static bool shorten_java(cprof_slice s, cprof_slice *shorter) {
    size_t i = 0;
    while (is_lower(at(s, i))) {
        size_t end = run(s, i, is_word);
        if (at(s, end) != '.')
            return false;
        i = end + 1;
    }
    size_t start = i;
    if (!is_upper(at(s, i)))
        return false;
    i = run(s, i, is_java_word);
    if (at(s, i) != '.')
        return false;
    i++;
    if (is_lower(at(s, i)))
        i = run(s, i, is_java_word);
    else if (cprof_slice_starts_with(cprof_slice_sub(s, i, s.len), "<init>"))
        i += strlen("<init>");
    else
        return false;
    if (i < s.len && s.ptr[i] != '(')
        return false;
    *shorter = cprof_slice_sub(s, start, i);
    return true;
}

static bool is_underscore(int c) {
    return c == '_';
}

/* "Class::~method<…>" at the start of s: its length, or 0. */
static size_t method_length(cprof_slice s) {
    if (!is_upper(at(s, run(s, 0, is_underscore))))
        return 0;
    size_t i = run(s, 0, is_word);
    if (at(s, i) != ':' || at(s, i + 1) != ':')
        return 0;
    i += 2;
    i += at(s, i) == '~';
    if (!starts_identifier(at(s, i)))
        return 0;
    i = run(s, i, is_word);
    if (at(s, i) != '<')
        return i;
    cprof_slice rest = cprof_slice_sub(s, i, s.len);
    rest = cprof_slice_sub(rest, 0, cprof_slice_find(rest, '\n'));
    size_t close = cprof_slice_rfind(rest, '>');
    return close < rest.len ? i + close + 1 : i;
}

/* "ns::inner::Class::method" -> "Class::method": the longest namespace that leaves a class and a method. */
static bool shorten_cpp(cprof_slice s, cprof_slice *shorter) {
    bool found = false;
    for (size_t i = 0; starts_identifier(at(s, i));) {
        i = run(s, i, is_word);
        if (at(s, i) != ':' || at(s, i + 1) != ':')
            break;
        i += 2;
        cprof_slice rest = cprof_slice_sub(s, i, s.len);
        size_t length = method_length(rest);
        if (length) {
            *shorter = cprof_slice_sub(rest, 0, length);
            found = true;
        }
    }
    return found;
}

cprof_slice cprof_name_shorten(cprof_slice name, char *buffer) {
    static const char anonymous[] = "(anonymous namespace)::";
    if (cprof_slice_starts_with(name, anonymous))
        name = cprof_slice_sub(name, sizeof anonymous - 1, name.len);
    name = drop_version(name, buffer);
    cprof_slice shorter;
    return shorten_go(name, &shorter) || shorten_java(name, &shorter) || shorten_cpp(name, &shorter) ? shorter
                                                                                                     : name;
}
