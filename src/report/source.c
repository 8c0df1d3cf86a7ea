#include "report/source.h"

#include "base/sink.h"
#include "base/utf8.h"
#include "graph/paths.h"
#include "report/source_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cprof_source_search {
    const cprof_env *env;
    cprof_arena arena; /* holds texts and paths */
    cprof_slice source_path, trim_path;
    cprof_slice go_root;               /* "" where there is none */
    CPROF_VEC(cprof_slice) go_modules; /* directories of module caches */
    CPROF_VEC(cprof_source_text *) texts;
    cprof_index index; /* of texts, by name */
    uint32_t missing;
};

/* Joins at most three parts; ptr NULL without memory.  The text is followed by a NUL. */
static cprof_slice join(cprof_source_search *s, cprof_slice a, cprof_slice b, cprof_slice c) {
    char *text = cprof_arena_alloc(&s->arena, a.len + b.len + c.len + 1);
    if (!text)
        return (cprof_slice){NULL, 0};
    const cprof_slice parts[] = {a, b, c};
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len)
            memcpy(text + n, parts[i].ptr, parts[i].len);
        n += parts[i].len;
    }
    text[n] = 0;
    return (cprof_slice){text, n};
}

static cprof_slice environment(const char *name) {
    const char *value = getenv(name);
    return value ? cprof_slice_of(value) : CPROF_SLICE("");
}

static bool add_module_cache(cprof_source_search *s, cprof_slice directory, const char *below) {
    if (directory.len == 0 || directory.ptr[0] != '/')
        return true;
    cprof_slice path = join(s, directory, cprof_slice_of(below), CPROF_SLICE(""));
    return path.ptr && cprof_vec_push(s->env, &s->go_modules, path);
}

static bool find_go(cprof_source_search *s) {
    cprof_slice go_path = environment("GOPATH"), entry;
    cprof_slice root = environment("GOROOT");
    if (root.len == 0)
        root = CPROF_SLICE("/usr/local/go");
    s->go_root = join(s, root, CPROF_SLICE("/src"), CPROF_SLICE(""));
    bool ok = s->go_root.ptr && add_module_cache(s, environment("GOMODCACHE"), "");
    while (ok && cprof_path_list_next(&go_path, &entry))
        ok = add_module_cache(s, entry, "/pkg/mod");
    return ok && add_module_cache(s, environment("HOME"), "/go/pkg/mod");
}

static bool set_paths(cprof_source_search *s, cprof_slice source_path, cprof_slice trim_path) {
    char *here = source_path.len ? NULL : getcwd(NULL, 0);
    if (!here && source_path.len == 0 && errno == ENOMEM)
        return false;
    if (here)
        source_path = cprof_slice_of(here);
    s->source_path = cprof_arena_copy(&s->arena, source_path);
    s->trim_path = cprof_arena_copy(&s->arena, trim_path);
    free(here);
    return s->source_path.ptr && s->trim_path.ptr;
}

cprof_source_search *cprof_source_search_new(cprof_slice source_path, cprof_slice trim_path,
                                             const cprof_env *env, cprof_error *err) {
    cprof_source_search *s = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *s);
    if (!s) {
        cprof_error_memory(env, err);
        return NULL;
    }
    *s = (cprof_source_search){.env = env};
    cprof_arena_init(&s->arena, cprof_env_budget(env));
    cprof_index_init(&s->index, cprof_env_budget(env));
    if (set_paths(s, source_path, trim_path) && find_go(s))
        return s;
    cprof_source_search_free(s);
    cprof_error_memory(env, err);
    return NULL;
}

static void note_missing(const cprof_source_search *s) {
    cprof_sink text;
    cprof_sink_init_memory(&text, NULL);
    cprof_sink_printf(&text, "no source for %u file%s; looked in ", (unsigned)s->missing,
                      s->missing == 1 ? "" : "s");
    cprof_sink_escaped(&text, s->source_path, false);
    cprof_sink_puts(&text, " and above, ");
    cprof_sink_escaped(&text, s->go_root, false);
    for (size_t i = 0; i < s->go_modules.count; i++) {
        cprof_sink_puts(&text, ", ");
        cprof_sink_escaped(&text, s->go_modules.at[i], false);
    }
    cprof_sink_puts(&text, " (set -source_path, -trim_path or $GOROOT)");
    cprof_sink_putc(&text, 0);
    if (cprof_sink_finish(&text, NULL))
        cprof_note(s->env, "%s", cprof_sink_bytes(&text).ptr);
    cprof_sink_deinit(&text);
}

void cprof_source_search_free(cprof_source_search *s) {
    if (!s)
        return;
    if (s->missing)
        note_missing(s);
    for (size_t i = 0; i < s->texts.count; i++)
        cprof_vec_free(s->env, &s->texts.at[i]->lines);
    cprof_vec_free(s->env, &s->texts);
    cprof_vec_free(s->env, &s->go_modules);
    cprof_index_deinit(&s->index);
    cprof_arena_deinit(&s->arena);
    cprof_mem_free(cprof_env_budget(s->env), s, sizeof *s);
}

/* Tries one path; true when the search ends here: it was read, or *ok is false. */
static bool try_path(cprof_source_search *s, cprof_source_text *text, cprof_slice path, bool *ok) {
    cprof_slice bytes, line;
    const char *why = NULL;
    *ok = path.ptr != NULL;
    if (!*ok)
        return true;
    cprof_source_result result = cprof_source_read(path.ptr, &s->arena, &bytes, &why);
    if (result == CPROF_SOURCE_NO_MEMORY)
        *ok = false;
    if (result == CPROF_SOURCE_REFUSED && !text->error.ptr)
        text->error = join(s, path, CPROF_SLICE(": "), cprof_slice_of(why));
    if (result != CPROF_SOURCE_READ)
        return !*ok;
    text->path = path;
    while (*ok && cprof_slice_next_line(&bytes, &line)) {
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        *ok = cprof_vec_push(s->env, &text->lines, line);
    }
    return true;
}

/* "/a/b" -> "/a" -> "/" -> false; "a/b" -> "a" -> "." -> false. */
static bool to_parent(cprof_slice *dir) {
    while (dir->len > 1 && dir->ptr[dir->len - 1] == '/')
        dir->len--;
    size_t slash = cprof_slice_rfind(*dir, '/');
    if (slash == dir->len || (dir->len == 1 && slash == 0)) {
        bool was_name = slash == dir->len && dir->len > 0 && !cprof_slice_is(*dir, ".");
        *dir = CPROF_SLICE(".");
        return was_name;
    }
    *dir = cprof_slice_sub(*dir, 0, slash ? slash : 1);
    return true;
}

/* A relative name below the search directories and their parents. */
static bool search_directories(cprof_source_search *s, cprof_source_text *text, cprof_slice name, bool *ok) {
    cprof_slice rest = s->source_path, dir;
    bool is_source = cprof_source_looks_like(name);
    while (cprof_path_list_next(&rest, &dir)) {
        bool given = true;
        do {
            if (dir.len == 0)
                dir = CPROF_SLICE(".");
            bool slash = dir.ptr[dir.len - 1] == '/';
            if ((given || is_source) &&
                try_path(s, text, join(s, dir, slash ? CPROF_SLICE("") : CPROF_SLICE("/"), name), ok))
                return true;
            given = false;
        } while (to_parent(&dir));
    }
    return false;
}

/* The cache keeps capitals of a module's path as "!x"; what stands behind "@version/" is as it is. */
static cprof_slice escape_module(cprof_source_search *s, cprof_slice name) {
    size_t end = cprof_slice_find(name, '@');
    while (end < name.len && name.ptr[end] != '/')
        end++;
    char *escaped = cprof_arena_alloc(&s->arena, 2 * name.len + 1);
    size_t n = 0;
    if (!escaped)
        return (cprof_slice){NULL, 0};
    for (size_t i = 0; i < name.len; i++) {
        bool capital = i < end && name.ptr[i] >= 'A' && name.ptr[i] <= 'Z';
        if (capital)
            escaped[n++] = '!';
        escaped[n++] = capital ? (char)(name.ptr[i] + ('a' - 'A')) : name.ptr[i];
    }
    return (cprof_slice){escaped, n};
}

static bool search_modules(cprof_source_search *s, cprof_source_text *text, cprof_slice name, bool *ok) {
    if (cprof_slice_find(name, '@') == name.len)
        return false;
    cprof_slice escaped = escape_module(s, name);
    *ok = escaped.ptr != NULL;
    for (size_t i = 0; *ok && i < s->go_modules.count; i++)
        if (try_path(s, text, join(s, s->go_modules.at[i], CPROF_SLICE("/"), escaped), ok))
            return true;
    return !*ok;
}

/* What of an absolute name lies below a Go installation or a module cache elsewhere. */
static bool search_go(cprof_source_search *s, cprof_source_text *text, cprof_slice name, bool *ok) {
    static const struct {
        const char *behind;
        bool modules;
    } places[] = {{"/pkg/mod/", true}, {"/go/src/", false}, {"/src/", false}};
    bool absolute = name.ptr[0] == '/';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        cprof_slice behind = cprof_slice_of(places[i].behind), below = name;
        if (absolute) {
            size_t at = cprof_slice_find_slice(name, behind);
            if (at == name.len)
                continue;
            below = cprof_slice_sub(name, at + behind.len, name.len);
        }
        if (places[i].modules ? search_modules(s, text, below, ok)
                              : try_path(s, text, join(s, s->go_root, CPROF_SLICE("/"), below), ok))
            return true;
    }
    return false;
}

static bool leads_out(cprof_slice name) {
    return cprof_slice_is(name, "..") || cprof_slice_starts_with(name, "../") ||
           cprof_slice_find(name, 0) < name.len;
}

/* "open NAME: not a directory": the reference words reasons without a capital. */
static cprof_slice cannot_open(cprof_source_search *s, cprof_slice name, int reason) {
    char why[128];
    snprintf(why, sizeof why, ": %s", strerror(reason));
    why[2] = (char)tolower((unsigned char)why[2]);
    return join(s, CPROF_SLICE("open "), name, cprof_slice_of(why));
}

/* False without memory. */
static bool find(cprof_source_search *s, cprof_source_text *text) {
    cprof_slice name = cprof_path_trim(text->name, s->trim_path, s->source_path);
    char *clean = cprof_arena_alloc(&s->arena, name.len + 2);
    bool ok = clean != NULL;
    if (!ok)
        return false;
    size_t length = cprof_path_clean(name, clean);
    clean[length] = 0;
    cprof_slice path = {clean, length};
    bool absolute = clean[0] == '/';
    if (absolute && !cprof_source_looks_like(path)) {
        text->error =
            join(s, CPROF_SLICE("not opened, as it does not look like source: "), name, CPROF_SLICE(""));
        return text->error.ptr != NULL;
    }
    if (leads_out(path)) {
        text->error =
            join(s, CPROF_SLICE("not opened, as it leads out of the search path: "), name, CPROF_SLICE(""));
        return text->error.ptr != NULL;
    }
    int reason = ENOENT;
    if (absolute) {
        errno = ENOENT;
        if (try_path(s, text, path, &ok))
            return ok;
        reason = errno;
    } else if (search_directories(s, text, path, &ok)) {
        return ok;
    }
    if (search_go(s, text, path, &ok) || text->error.ptr)
        return ok;
    s->missing++;
    if (absolute) {
        text->error = cannot_open(s, name, reason);
    } else {
        cprof_slice start = join(s, CPROF_SLICE("could not find file "), name, CPROF_SLICE(" on path "));
        if (start.ptr)
            text->error = join(s, start, s->source_path, CPROF_SLICE(""));
    }
    return text->error.ptr != NULL;
}

static uint64_t name_hash(cprof_slice name) {
    return cprof_hash_bytes(name.len ? name.ptr : "", name.len);
}

const cprof_source_text *cprof_source_search_known(const cprof_source_search *s, cprof_slice name) {
    cprof_index_probe probe = cprof_index_start(&s->index, name_hash(name));
    uint32_t row;
    while (cprof_index_next(&s->index, &probe, &row))
        if (cprof_slice_equal(s->texts.at[row]->name, name))
            return s->texts.at[row];
    return NULL;
}

const cprof_source_text *cprof_source_search_get(cprof_source_search *s, cprof_slice name, cprof_error *err) {
    const cprof_source_text *known = cprof_source_search_known(s, name);
    if (known)
        return known;
    cprof_source_text *text = cprof_arena_calloc(&s->arena, 1, sizeof *text);
    if (text)
        text->name = cprof_arena_copy(&s->arena, name);
    uint32_t row = (uint32_t)s->texts.count;
    if (!text || !text->name.ptr || !cprof_vec_push(s->env, &s->texts, text) ||
        !cprof_index_insert(&s->index, name_hash(name), row) || !find(s, text)) {
        cprof_error_memory(s->env, err);
        return NULL;
    }
    return text;
}

bool cprof_source_line(const cprof_source_text *text, int64_t number, cprof_slice *line) {
    if (number < 1 || (uint64_t)number > text->lines.count)
        return false;
    *line = text->lines.at[number - 1];
    return true;
}
