#include "graph/paths.h"

bool cprof_path_list_next(cprof_slice *rest, cprof_slice *entry) {
    if (!rest->ptr || rest->len == 0)
        return false;
    size_t end = cprof_slice_find(*rest, ':');
    *entry = cprof_slice_sub(*rest, 0, end);
    *rest = cprof_slice_sub(*rest, end + 1, rest->len);
    return true;
}

/* Offset behind "/NAME/" in path, or 0. */
static size_t behind_directory(cprof_slice path, cprof_slice name) {
    for (size_t i = 0; i + name.len + 2 <= path.len; i++)
        if (path.ptr[i] == '/' && path.ptr[i + 1 + name.len] == '/' &&
            memcmp(path.ptr + i + 1, name.ptr, name.len) == 0)
            return i + name.len + 2;
    return 0;
}

/* Length of `prefix`, made to end in a slash, where path starts with it; else 0. */
static size_t directory_prefix(cprof_slice path, cprof_slice prefix) {
    if (path.len < prefix.len || (prefix.len && memcmp(path.ptr, prefix.ptr, prefix.len) != 0))
        return 0;
    if (prefix.len && prefix.ptr[prefix.len - 1] == '/')
        return prefix.len;
    return path.len > prefix.len && path.ptr[prefix.len] == '/' ? prefix.len + 1 : 0;
}

cprof_slice cprof_path_trim(cprof_slice path, cprof_slice trim_path, cprof_slice source_path) {
    static const char *const sandbox[] = {"/proc/self/cwd/./", "/proc/self/cwd/"};
    cprof_slice entry;
    if (trim_path.len == 0) {
        while (cprof_path_list_next(&source_path, &entry)) {
            size_t at = behind_directory(path, cprof_path_base(entry));
            if (at)
                return cprof_slice_sub(path, at, path.len);
        }
    }
    while (cprof_path_list_next(&trim_path, &entry)) {
        size_t at = directory_prefix(path, entry);
        if (at)
            return cprof_slice_sub(path, at, path.len);
    }
    for (size_t i = 0; i < sizeof sandbox / sizeof *sandbox; i++) {
        size_t at = directory_prefix(path, cprof_slice_of(sandbox[i]));
        if (at)
            return cprof_slice_sub(path, at, path.len);
    }
    return path;
}

size_t cprof_path_clean(cprof_slice path, char *out) {
    bool rooted = path.len > 0 && path.ptr[0] == '/';
    size_t n = 0, keep = rooted; /* bytes that ".." may not take back */
    if (rooted)
        out[n++] = '/';
    for (size_t i = 0; i < path.len;) {
        size_t end = i;
        while (end < path.len && path.ptr[end] != '/')
            end++;
        size_t len = end - i;
        bool dot = len == 1 && path.ptr[i] == '.';
        bool up = len == 2 && path.ptr[i] == '.' && path.ptr[i + 1] == '.';
        if (up && n > keep) {
            while (n > keep && out[n - 1] != '/')
                n--;
            if (n > keep)
                n--; /* the slash in front of what was taken back */
        } else if (len > 0 && !dot && !(up && rooted)) {
            if (n > (size_t)rooted)
                out[n++] = '/';
            memmove(out + n, path.ptr + i, len);
            n += len;
            if (up)
                keep = n;
        }
        i = end + 1;
    }
    if (n == 0)
        out[n++] = '.';
    return n;
}
