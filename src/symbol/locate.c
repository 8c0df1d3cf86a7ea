/* Where a profile's binaries are.  The places are those that pprof, perf and gdb have made customary. */
#include "base/child.h"
#include "symbol/binary.h"
#include "symbol/symbolize.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROBE_SECONDS = 30 };

typedef struct search {
    cprof_profile *profile;
    cprof_mapping *mapping;
    const char *root; /* one folder of the search path */
    cprof_slice build_id, file, base, dir;
    bool found;
    bool failed; /* there was no memory, or it was stopped: err is set */
    cprof_error *err;
} search;

/* Takes the path as the mapping's file when it is a binary whose build id does not speak against it. */
static void try_path(search *s, const char *path) {
    const cprof_env *env = s->profile->env;
    cprof_child_output output = {0};
    cprof_error why = CPROF_ERROR_INIT;
    if (s->found || s->failed || !cprof_symbolize_is_binary(path))
        return;
    cprof_binary_job job = {.profile = s->profile, .mapping = s->mapping, .path = path};
    if (cprof_child_run(cprof_binary_read, &job, "reading a binary", cprof_binary_limits(PROBE_SECONDS, env),
                        env, &output, &why)) {
        cprof_binary_answer answer = {output.at, output.at + output.count, false};
        cprof_slice found = cprof_binary_take_slice(&answer);
        if (s->build_id.len > 0 && !cprof_slice_equal(s->build_id, found))
            cprof_note(env, "%s is passed over: its build id is %.*s, the profile's is %.*s", path,
                       CPROF_SLICE_ARG(found), CPROF_SLICE_ARG(s->build_id));
        else if (cprof_strtab_add(&s->profile->strings, cprof_slice_of(path), &s->mapping->file))
            s->found = true;
        else
            s->failed = !cprof_error_memory(env, s->err);
    } else if (why.code == CPROF_ERR_STOPPED) {
        s->failed = true;
        if (s->err)
            *s->err = why;
    }
    cprof_vec_free(env, &output);
}

/* ROOT/a/b/c, where empty parts do not count. */
static void try_parts(search *s, cprof_slice a, cprof_slice b, const char *suffix) {
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%.*s%s%.*s%s", s->root, CPROF_SLICE_ARG(a), a.len ? "/" : "",
                     CPROF_SLICE_ARG(b), suffix);
    if (n > 0 && (size_t)n < sizeof path)
        try_path(s, path);
}

static void try_build_id(search *s) {
    char pattern[PATH_MAX];
    glob_t matches;
    if (s->build_id.len == 0 || memchr(s->build_id.ptr, '/', s->build_id.len))
        return;
    try_parts(s, s->build_id, s->base, "");
    /* No pattern of a profile's making: only hexadecimal ids are looked for with a wildcard. */
    bool plain = strspn(s->build_id.ptr, "0123456789abcdefABCDEF") == s->build_id.len;
    int n = snprintf(pattern, sizeof pattern, "%s/%.*s/*", s->root, CPROF_SLICE_ARG(s->build_id));
    if (plain && n > 0 && (size_t)n < sizeof pattern && glob(pattern, 0, NULL, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc; i++)
            try_path(s, matches.gl_pathv[i]);
        globfree(&matches);
    }
    try_parts(s, s->file, s->build_id, "");
    if (s->build_id.len > 2)
        try_parts(s, cprof_slice_sub(s->build_id, 0, 2), cprof_slice_sub(s->build_id, 2, s->build_id.len),
                  ".debug");
}

static void try_name(search *s) {
    char folder[PATH_MAX];
    if (s->file.len == 0)
        return;
    try_parts(s, CPROF_SLICE(""), s->base, "");
    try_parts(s, CPROF_SLICE(""), s->file, "");
    try_parts(s, CPROF_SLICE(""), s->file, ".debug");
    if (snprintf(folder, sizeof folder, "%.*s/.debug", CPROF_SLICE_ARG(s->dir)) < (int)sizeof folder)
        try_parts(s, cprof_slice_of(folder), s->base, ".debug");
    if (snprintf(folder, sizeof folder, "usr/lib/debug/%.*s", CPROF_SLICE_ARG(s->dir)) < (int)sizeof folder)
        try_parts(s, cprof_slice_of(folder), s->base, ".debug");
}

/* A name from a profile is not trusted: it must not lead out of the search path. */
static bool is_tame(cprof_slice name) {
    if (name.len >= PATH_MAX / 2 || (name.len && memchr(name.ptr, 0, name.len)))
        return false;
    for (cprof_slice rest = name; rest.len > 0;) {
        size_t end = cprof_slice_find(rest, '/');
        if (cprof_slice_is(cprof_slice_sub(rest, 0, end), ".."))
            return false;
        rest = cprof_slice_sub(rest, end + 1, rest.len);
    }
    return true;
}

static bool locate_mapping(cprof_profile *p, cprof_mapping *m, const char *search_path, cprof_error *err) {
    search s = {.profile = p, .mapping = m, .err = err};
    char *path = strdup(search_path), *next = NULL;
    if (!path)
        return cprof_error_memory(p->env, err);
    s.build_id = cprof_profile_string(p, m->build_id);
    s.file = cprof_profile_string(p, m->file);
    if (is_tame(s.file) && is_tame(s.build_id)) {
        while (s.file.len > 0 && s.file.ptr[0] == '/')
            s.file = cprof_slice_sub(s.file, 1, s.file.len);
        s.base = s.file.len > 0 ? cprof_path_base(s.file) : CPROF_SLICE("");
        size_t slash = cprof_slice_rfind(s.file, '/');
        s.dir = cprof_slice_sub(s.file, 0, slash == s.file.len ? 0 : slash);
        for (s.root = strtok_r(path, ":", &next); s.root && !s.found && !s.failed;
             s.root = strtok_r(NULL, ":", &next)) {
            try_build_id(&s);
            try_name(&s);
        }
    }
    free(path);
    return !s.failed;
}

/* A mapping over everything, for profiles that say nothing of theirs. */
static bool add_mapping(cprof_profile *p, cprof_error *err) {
    cprof_mapping *m = cprof_profile_alloc(p, 1, sizeof *m);
    if (!m)
        return cprof_error_memory(p->env, err);
    m->id = 1;
    p->mappings = m;
    p->mapping_count = 1;
    for (uint32_t i = 0; i < p->locations.count; i++)
        p->locations.mapping[i] = 0;
    return true;
}

bool cprof_symbolize_locate(cprof_profile *p, const char *search_path, const char *binary,
                            const char *build_id, cprof_error *err) {
    char standard[PATH_MAX] = "";
    if (!search_path || !*search_path) {
        const char *home = getenv("HOME");
        if (snprintf(standard, sizeof standard, "%s/pprof/binaries", home ? home : "") >=
            (int)sizeof standard)
            standard[0] = 0;
        search_path = standard;
    }
    for (uint32_t i = 0; i < p->mapping_count; i++)
        if (!locate_mapping(p, &p->mappings[i], search_path, err))
            return false;
    if (p->mapping_count == 0 && !add_mapping(p, err))
        return false;
    cprof_mapping *first = &p->mappings[0];
    if (binary && !cprof_strtab_add(&p->strings, cprof_slice_of(binary), &first->file))
        return cprof_error_memory(p->env, err);
    if (build_id && *build_id && first->build_id == 0 &&
        !cprof_strtab_add(&p->strings, cprof_slice_of(build_id), &first->build_id))
        return cprof_error_memory(p->env, err);
    return true;
}
