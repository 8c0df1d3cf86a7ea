/* What a function's name says about where it belongs. */
#include "report/stacks.h"

/* Where the name proper ends: at parameters, type arguments, receivers. */
static cprof_slice name_head(cprof_slice name) {
    size_t start = 0;
    while (start < name.len && (name.ptr[start] == '<' || name.ptr[start] == '&' || name.ptr[start] == '*'))
        start++; /* Rust's "<T as Trait>::method" belongs to T */
    size_t end = start;
    while (end < name.len && !memchr("(<[{ ", name.ptr[end], 5))
        end++;
    return cprof_slice_sub(name, start, end);
}

static cprof_slice go_package(cprof_slice head) {
    size_t slash = cprof_slice_rfind(head, '/');
    size_t from = slash == head.len ? 0 : slash + 1;
    size_t dot = cprof_slice_find(cprof_slice_sub(head, from, head.len), '.');
    return cprof_slice_sub(head, 0, from + dot);
}

/* "java.util.HashMap.put" -> "java.util". */
static cprof_slice dotted_package(cprof_slice head) {
    cprof_slice class_name = cprof_slice_sub(head, 0, cprof_slice_rfind(head, '.'));
    size_t dot = cprof_slice_rfind(class_name, '.');
    return dot == class_name.len ? class_name : cprof_slice_sub(class_name, 0, dot);
}

/* ".../node_modules/@scope/name/x.js" -> "@scope/name". */
static bool node_package(cprof_slice file, cprof_slice *package) {
    size_t at = cprof_slice_find_slice(file, CPROF_SLICE("node_modules/"));
    if (at == file.len)
        return false;
    cprof_slice rest = cprof_slice_sub(file, at + 13, file.len);
    size_t end = cprof_slice_find(rest, '/');
    if (rest.len > 0 && rest.ptr[0] == '@' && end < rest.len)
        end += 1 + cprof_slice_find(cprof_slice_sub(rest, end + 1, rest.len), '/');
    *package = cprof_slice_sub(rest, 0, end);
    return true;
}

cprof_slice cprof_package_of(cprof_slice function, cprof_slice file, cprof_slice mapping) {
    cprof_slice head = name_head(function), package;
    size_t scope = cprof_slice_find_slice(head, CPROF_SLICE("::"));
    if (scope > 0 && scope < head.len)
        return cprof_slice_sub(head, 0, scope);
    if (node_package(file, &package))
        return package;
    if (cprof_slice_starts_with(file, "node:"))
        return CPROF_SLICE("node");
    bool has_slash = cprof_slice_find(head, '/') < head.len;
    bool has_dot = cprof_slice_find(head, '.') < head.len;
    if (has_dot && (has_slash || cprof_slice_ends_with(file, ".go") || head.ptr[head.len - 1] == '.'))
        return go_package(head);
    bool is_c = cprof_slice_ends_with(file, ".c") || cprof_slice_ends_with(file, ".h");
    if (has_dot && head.ptr[0] != '.' && !is_c && !has_slash)
        return dotted_package(head);
    if (mapping.len > 0)
        return cprof_path_base(mapping);
    size_t slash = cprof_slice_rfind(file, '/');
    return slash < file.len ? cprof_slice_sub(file, 0, slash) : CPROF_SLICE("");
}

uint32_t cprof_package_colour(cprof_slice package, uint32_t colours) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < package.len; i++)
        hash = (hash ^ (unsigned char)package.ptr[i]) * 16777619u;
    return hash % colours;
}
