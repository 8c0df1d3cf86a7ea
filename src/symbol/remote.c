#include "symbol/remote.h"

#include <string.h>

/* ---- where to ask ----------------------------------------------------------------------------------------
 */

static bool is_known_handler(cprof_slice path) {
    static const char *const ends[] = {"/pprof/heap", "/pprof/growth", "/pprof/profile", "/pprof/pmuprofile",
                                       "/pprof/contention"};
    if (cprof_slice_find_slice(path, CPROF_SLICE("/debug/pprof/")) < path.len)
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (cprof_slice_ends_with(path, ends[i]))
            return true;
    return false;
}

bool cprof_remote_symbols_url(const char *url, cprof_arena *arena, const char **symbols, cprof_error *err) {
    const char *scheme = strstr(url, "://");
    *symbols = NULL;
    if (!scheme || scheme[3] == '/' || scheme[3] == 0)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "%s names no server", url);
    const char *path = scheme + 3 + strcspn(scheme + 3, "/?#");
    cprof_slice handler = {path, strcspn(path, "?#")};
    const char *name = is_known_handler(handler) ? "/symbol" : "/symbolz";
    while (handler.len > 0 && handler.ptr[handler.len - 1] == '/')
        handler.len--;
    size_t slash = cprof_slice_rfind(handler, '/');
    size_t keep = (size_t)(path - url) + (slash < handler.len ? slash : 0);
    char *text = cprof_arena_alloc(arena, keep + strlen(name) + 1);
    if (!text)
        return cprof_error_set(err, CPROF_ERR_MEMORY, -1, "out of memory");
    memcpy(text, url, keep);
    memcpy(text + keep, name, strlen(name) + 1);
    *symbols = text;
    return true;
}

/* ---- asking ----------------------------------------------------------------------------------------------
 */

/* The locations that are asked for, found by their address in the answer. */
typedef struct question {
    cprof_relabel *relabel;
    cprof_idmap wanted;       /* by address: the last location */
    CPROF_VEC(uint32_t) same; /* by location: the one before it with the same address, or CPROF_NONE */
    cprof_sink body;
} question;

static bool want_location(question *q, uint32_t location) {
    uint64_t address = q->relabel->profile->locations.address[location];
    const char *plus = cprof_sink_bytes(&q->body).len > 0 ? "+" : "";
    q->same.at[location] = cprof_idmap_get(&q->wanted, address);
    if (q->same.at[location] == CPROF_NONE)
        cprof_sink_printf(&q->body, "%s0x%llx", plus, (unsigned long long)address);
    return cprof_idmap_set(&q->wanted, address, location);
}

static bool want_all(question *q, bool force) {
    const cprof_profile *p = q->relabel->profile;
    const cprof_locations *l = &p->locations;
    if (!cprof_vec_reserve(p->env, &q->same, l->count))
        return false;
    for (uint32_t i = 0; i < l->count; i++) {
        uint32_t mapping = l->mapping[i];
        bool wanted = mapping != CPROF_NONE && (force || !p->mappings[mapping].has_functions);
        if (wanted && l->address[i] != 0 && !cprof_relabel_has_lines(q->relabel, i) && !want_location(q, i))
            return false;
    }
    return q->body.error.code == CPROF_OK;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "0x4004d0  main.run": false for lines of other kinds. */
static bool read_line(cprof_slice line, uint64_t *address, cprof_slice *name) {
    size_t at = cprof_slice_find_slice(line, CPROF_SLICE("0x")) + 2, first = at;
    for (*address = 0; at < line.len && digit(line.ptr[at]) >= 0; at++)
        *address = *address << 4 | (uint64_t)digit(line.ptr[at]);
    if (at >= line.len || at == first || at - first > 16 || (line.ptr[at] != ' ' && line.ptr[at] != '\t'))
        return false;
    *name = cprof_slice_trim(cprof_slice_sub(line, at, line.len));
    return name->len > 0;
}

static bool take_answer(question *q, cprof_slice answer) {
    cprof_profile *p = q->relabel->profile;
    const cprof_locations *l = &p->locations;
    cprof_slice line, name;
    uint64_t address;
    while (cprof_slice_next_line(&answer, &line)) {
        if (!read_line(line, &address, &name))
            continue;
        uint32_t i = cprof_idmap_get(&q->wanted, address);
        for (; i != CPROF_NONE && !cprof_relabel_has_lines(q->relabel, i); i = q->same.at[i]) {
            p->mappings[l->mapping[i]].has_functions = true;
            if (!cprof_relabel_add(q->relabel, i, name, CPROF_SLICE(""), 0, 0, 0))
                return false;
        }
    }
    return true;
}

static bool ask(const cprof_remote *remote, question *q, cprof_error *err) {
    const cprof_env *env = q->relabel->profile->env;
    cprof_error why = CPROF_ERROR_INIT;
    cprof_arena arena;
    cprof_sink answer;
    const char *url;
    cprof_arena_init(&arena, cprof_env_budget(env));
    cprof_sink_init_memory(&answer, env);
    bool ok = cprof_remote_symbols_url(remote->url, &arena, &url, &why) &&
              remote->post(remote->context, url, cprof_sink_bytes(&q->body), &answer, &why);
    if (!ok && why.code != CPROF_ERR_MEMORY && why.code != CPROF_ERR_STOPPED) {
        cprof_note(env, "no names from the server: %s", why.message);
        ok = true;
    } else if (ok) {
        ok = take_answer(q, cprof_sink_bytes(&answer)) || cprof_error_memory(env, err);
    } else if (err) {
        *err = why;
    }
    cprof_sink_deinit(&answer);
    cprof_arena_deinit(&arena);
    return ok;
}

bool cprof_remote_ask(const cprof_remote *remote, cprof_relabel *relabel, bool force, cprof_error *err) {
    const cprof_env *env = relabel->profile->env;
    question q = {.relabel = relabel};
    cprof_idmap_init(&q.wanted, cprof_env_budget(env));
    cprof_sink_init_memory(&q.body, env);
    bool ok = want_all(&q, force) || cprof_error_memory(env, err);
    ok = ok && (cprof_sink_bytes(&q.body).len == 0 || ask(remote, &q, err));
    cprof_sink_deinit(&q.body);
    cprof_idmap_deinit(&q.wanted);
    cprof_vec_free(env, &q.same);
    return ok;
}
