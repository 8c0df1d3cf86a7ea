#include "report/source_file.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

bool cprof_source_looks_like(cprof_slice name) {
    static const char *const endings[] = {
        "asm",   "bas", "c",      "c++", "cc",  "cgo", "cjs",   "clj", "cljs", "cpp", "cs",  "cu",  "cuh",
        "cxx",   "d",   "dart",   "def", "erl", "ex",  "exs",   "f",   "f03",  "f77", "f90", "f95", "for",
        "fs",    "go",  "groovy", "h",   "h++", "hh",  "hpp",   "hs",  "hxx",  "inc", "inl", "ipp", "jl",
        "java",  "js",  "jsx",    "kt",  "kts", "l",   "ll",    "lua", "m",    "mjs", "ml",  "mli", "mm",
        "nim",   "p",   "pas",    "php", "pl",  "pm",  "proto", "py",  "pyx",  "r",   "rb",  "rs",  "s",
        "scala", "sx",  "swift",  "tcc", "tpp", "ts",  "tsx",   "v",   "vala", "vue", "y",   "yy",  "zig"};
    size_t dot = cprof_slice_rfind(name, '.');
    size_t slash = cprof_slice_rfind(name, '/');
    if (dot == name.len || (slash < name.len && slash > dot))
        return false;
    cprof_slice ending = cprof_slice_sub(name, dot + 1, name.len);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i]) == ending.len && strncasecmp(endings[i], ending.ptr, ending.len) == 0)
            return true;
    return false;
}

static bool read_all(int fd, char *to, size_t size, size_t *count) {
    *count = 0;
    while (*count < size) {
        ssize_t n = read(fd, to + *count, size - *count);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        *count += (size_t)n;
    }
    return true;
}

static cprof_source_result read_open(int fd, cprof_arena *arena, cprof_slice *bytes, const char **why) {
    struct stat st;
    if (fstat(fd, &st) != 0)
        return CPROF_SOURCE_ABSENT;
    *why = !S_ISREG(st.st_mode)            ? "not a regular file"
           : st.st_size > CPROF_SOURCE_MAX ? "too big for a source file"
                                           : NULL;
    if (*why)
        return CPROF_SOURCE_REFUSED;
    char *text = cprof_arena_alloc(arena, (size_t)st.st_size + 1);
    size_t count;
    if (!text)
        return CPROF_SOURCE_NO_MEMORY;
    if (!read_all(fd, text, (size_t)st.st_size, &count))
        return CPROF_SOURCE_ABSENT;
    *bytes = (cprof_slice){text, count};
    if (count > 0 && memchr(text, 0, count)) {
        *why = "not a text file";
        return CPROF_SOURCE_REFUSED;
    }
    return CPROF_SOURCE_READ;
}

cprof_source_result cprof_source_read(const char *path, cprof_arena *arena, cprof_slice *bytes,
                                      const char **why) {
    /* A FIFO must not block, a terminal must not become ours. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return CPROF_SOURCE_ABSENT;
    cprof_source_result result = read_open(fd, arena, bytes, why);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}
