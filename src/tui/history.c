#include "tui/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_MAX = 256 * 1024 }; /* bytes of the file's end that are read */

static bool keep(cprof_history *h, cprof_slice line) {
    cprof_slice copy = cprof_arena_copy(&h->arena, line);
    return copy.ptr && cprof_vec_push(h->env, &h->lines, copy);
}

static void read_file(cprof_history *h) {
    int fd = open(h->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    char *text = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? malloc(READ_MAX) : NULL;
    if (text) {
        off_t from = st.st_size > READ_MAX ? st.st_size - READ_MAX : 0;
        ssize_t n = pread(fd, text, READ_MAX, from);
        cprof_slice rest = {text, n > 0 ? (size_t)n : 0}, line;
        if (from > 0)
            cprof_slice_next_line(&rest, &line); /* begins in the middle */
        while (cprof_slice_next_line(&rest, &line))
            if (line.len > 0 && !keep(h, line))
                break;
    }
    free(text);
    if (fd >= 0)
        close(fd);
}

void cprof_history_init(cprof_history *h, const char *path, const cprof_env *env) {
    *h = (cprof_history){.env = env, .path = path ? strdup(path) : NULL};
    cprof_arena_init(&h->arena, cprof_env_budget(env));
    if (h->path)
        read_file(h);
}

void cprof_history_deinit(cprof_history *h) {
    cprof_vec_free(h->env, &h->lines);
    cprof_arena_deinit(&h->arena);
    free(h->path);
    h->path = NULL;
}

/* The folders that lead to the file. */
static void make_folders(const char *path) {
    char *copy = strdup(path);
    for (char *slash = copy ? strchr(copy + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(copy, 0700);
        *slash = '/';
    }
    free(copy);
}

void cprof_history_add(cprof_history *h, cprof_slice line) {
    if (line.len == 0 || memchr(line.ptr, '\n', line.len))
        return;
    if (h->lines.count && cprof_slice_equal(h->lines.at[h->lines.count - 1], line))
        return;
    if (!keep(h, line) || !h->path)
        return;
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
    int fd = open(h->path, flags, 0600);
    if (fd < 0) {
        make_folders(h->path);
        fd = open(h->path, flags, 0600);
    }
    if (fd < 0)
        return;
    char *text = malloc(line.len + 1);
    if (text) {
        memcpy(text, line.ptr, line.len);
        text[line.len] = '\n';
        (void)!write(fd, text, line.len + 1); /* in one piece, whoever else appends */
    }
    free(text);
    close(fd);
}

size_t cprof_history_find(const cprof_history *h, size_t before, cprof_slice part) {
    for (size_t i = before < h->lines.count ? before : h->lines.count; i-- > 0;)
        if (cprof_slice_find_slice(h->lines.at[i], part) < h->lines.at[i].len || part.len == 0)
            return i;
    return before;
}

char *cprof_history_path(void) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const char *folder = state && *state == '/' ? state : home && *home == '/' ? home : NULL;
    if (!folder)
        return NULL;
    const char *below = folder == state ? "/cprof/history" : "/.local/state/cprof/history";
    size_t room = strlen(folder) + strlen(below) + 1;
    char *path = malloc(room);
    if (path)
        snprintf(path, room, "%s%s", folder, below);
    return path;
}
