#include "symbol/symbolize.h"

#include "base/child.h"
#include "symbol/binary.h"
#include "symbol/relabel.h"

#include <fcntl.h>
#include <unistd.h>

enum { CHILD_SECONDS = 120 }; /* for one binary */

/* ---- modes --------------------------------------------------------------------------------------------- */

static bool mode_word(cprof_slice word, cprof_symbolize_mode *mode) {
    static const struct {
        const char *word;
        bool local, remote, fast;
    } places[] = {{"none", false, false, false},
                  {"no", false, false, false},
                  {"local", true, false, false},
                  {"fastlocal", true, false, true},
                  {"remote", false, true, false}};
    static const struct {
        const char *word;
        cprof_demangle_mode demangle;
    } styles[] = {{"demangle=full", CPROF_DEMANGLE_FULL},
                  {"demangle=none", CPROF_DEMANGLE_NONE},
                  {"demangle=templates", CPROF_DEMANGLE_TEMPLATES}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (cprof_slice_is(word, places[i].word)) {
            mode->local = places[i].local;
            mode->remote = places[i].remote;
            mode->fast = places[i].fast;
            mode->off = !mode->local && !mode->remote;
            return true;
        }
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (cprof_slice_is(word, styles[i].word)) {
            mode->demangle = styles[i].demangle;
            mode->force = true;
            return true;
        }
    if (cprof_slice_is(word, "force"))
        mode->force = true;
    return word.len == 0 || cprof_slice_is(word, "force") || cprof_slice_is(word, "demangle=default");
}

void cprof_symbolize_mode_parse(cprof_slice text, const cprof_env *env, cprof_symbolize_mode *mode) {
    *mode = (cprof_symbolize_mode){.local = true, .remote = true, .demangle = CPROF_DEMANGLE_SIMPLE};
    for (size_t from = 0; from <= text.len && !mode->off;) {
        cprof_slice rest = cprof_slice_sub(text, from, text.len);
        cprof_slice word = cprof_slice_sub(rest, 0, cprof_slice_find(rest, ':'));
        char lower[32] = "";
        for (size_t i = 0; i < word.len && i + 1 < sizeof lower; i++)
            lower[i] = word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? (char)(word.ptr[i] + 32) : word.ptr[i];
        if (!mode_word((cprof_slice){lower, word.len < sizeof lower ? word.len : sizeof lower - 1}, mode))
            cprof_note(
                env,
                "-symbolize: \"%.*s\" is passed over; known are none, local, fastlocal, remote, force and "
                "demangle=none|full|templates|default, joined by ':'",
                CPROF_SLICE_ARG(word));
        from += word.len + 1;
    }
}

bool cprof_symbolize_is_binary(const char *path) {
    char magic[4];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t n = pread(fd, magic, sizeof magic, 0);
    close(fd);
    return n == (ssize_t)sizeof magic && memcmp(magic, "\177ELF", 4) == 0;
}

/* ---- from files ------------------------------------------------------------------------------------------
 */

typedef struct work {
    cprof_profile *profile;
    const cprof_env *env;
    cprof_relabel *relabel;
    bool has_remote; /* what is not found here, a server may know */
    cprof_child_output output;
    cprof_arena arena;      /* holds what follows */
    uint32_t *first, *rows; /* locations of mapping m that have an address: rows[first[m] .. first[m + 1]) */
} work;

static bool take_frames(work *w, cprof_mapping *m, uint32_t location, cprof_binary_answer *a) {
    uint32_t frames;
    cprof_binary_take(a, &frames, sizeof frames);
    if (frames == 0)
        return true;
    for (uint32_t i = 0; i < frames; i++) {
        int64_t numbers[3]; /* line, column, start line */
        cprof_slice name = cprof_binary_take_slice(a), file = cprof_binary_take_slice(a);
        cprof_binary_take(a, numbers, sizeof numbers);
        if (a->broken)
            break;
        m->has_functions |= name.len > 0;
        m->has_filenames |= file.len > 0;
        m->has_line_numbers |= numbers[0] != 0;
        if (!cprof_relabel_add(w->relabel, location, name, file, numbers[0], numbers[1], numbers[2]))
            return false;
    }
    m->has_inline_frames = true;
    if (w->profile->locations.folded)
        w->profile->locations.folded[location] = false;
    return true;
}

static bool build_id_fits(cprof_slice wanted, cprof_slice found) {
    return wanted.len == 0 || found.len == 0 || cprof_slice_equal(wanted, found);
}

/* Reads one mapping's binary; *missing when there is none to read. */
static bool symbolize_mapping(work *w, uint32_t row, bool fast, bool *missing, cprof_error *err) {
    cprof_profile *p = w->profile;
    cprof_mapping *m = &p->mappings[row];
    const uint32_t *locations = w->rows + w->first[row];
    uint32_t count = w->first[row + 1] - w->first[row];
    cprof_slice file = cprof_profile_string(p, m->file), build_id = cprof_profile_string(p, m->build_id);
    cprof_slice base = cprof_path_base(file);
    cprof_binary_job j = {p, m, file.ptr, locations, count, fast};
    cprof_error why = CPROF_ERROR_INIT;
    w->output.count = 0;
    if (!cprof_child_run(cprof_binary_read, &j, "reading symbols", cprof_binary_limits(CHILD_SECONDS, w->env),
                         w->env, &w->output, &why)) {
        if (why.code == CPROF_ERR_MEMORY || why.code == CPROF_ERR_STOPPED) {
            if (err)
                *err = why;
            return false;
        }
        cprof_note(w->env, "no symbols for %.*s: %s", CPROF_SLICE_ARG(base), why.message);
        *missing = true;
        return true;
    }
    cprof_binary_answer a = {w->output.at, w->output.at + w->output.count, false};
    if (!build_id_fits(build_id, cprof_binary_take_slice(&a))) {
        cprof_note(w->env, "no symbols for %.*s: the file here has another build id", CPROF_SLICE_ARG(base));
        return true;
    }
    for (uint32_t i = 0; i < count && !a.broken; i++)
        if (!take_frames(w, m, locations[i], &a))
            return cprof_error_memory(w->env, err);
    return true;
}

static bool is_url(cprof_slice file) {
    return cprof_slice_starts_with(file, "http://") || cprof_slice_starts_with(file, "https://");
}

/* Mappings that no file stands behind. */
static bool is_symbolizable(cprof_slice file) {
    cprof_slice base = cprof_path_base(file);
    return file.len > 0 && !cprof_slice_starts_with(base, "[") &&
           !cprof_slice_starts_with(base, "linux-vdso") && !cprof_slice_starts_with(file, "/dev/dri/") &&
           !cprof_slice_is(file, "//anon") && !cprof_slice_starts_with(file, "/memfd:") &&
           !memchr(file.ptr, 0, file.len);
}

static bool is_to_be_read(const cprof_locations *l, uint32_t i) {
    return l->mapping[i] != CPROF_NONE && l->address[i] != 0; /* without, it is a name already, or nothing */
}

static bool group_locations(work *w) {
    const cprof_locations *l = &w->profile->locations;
    uint32_t mappings = w->profile->mapping_count;
    w->first = cprof_arena_calloc(&w->arena, (size_t)mappings + 2, sizeof *w->first);
    w->rows = cprof_arena_calloc(&w->arena, (size_t)l->count + 1, sizeof *w->rows);
    if (!w->first || !w->rows)
        return false;
    uint32_t *next =
        w->first + 1; /* of each mapping: where its next location goes; in the end, where it ends */
    for (uint32_t i = 0; i < l->count; i++)
        if (is_to_be_read(l, i))
            next[l->mapping[i] + 1]++;
    for (uint32_t m = 0; m < mappings; m++)
        next[m + 1] += next[m];
    for (uint32_t i = 0; i < l->count; i++)
        if (is_to_be_read(l, i))
            w->rows[next[l->mapping[i]]++] = i;
    return true;
}

static bool symbolize_mappings(work *w, const cprof_symbolize_mode *mode, cprof_error *err) {
    bool missing = false;
    for (uint32_t i = 0; i < w->profile->mapping_count; i++) {
        cprof_mapping *m = &w->profile->mappings[i];
        cprof_slice file = cprof_profile_string(w->profile, m->file);
        if (!mode->force && (m->has_functions || m->has_filenames || m->has_line_numbers))
            continue;
        if (w->first[i] == w->first[i + 1])
            continue;
        if (file.len == 0 && i == 0 && !w->has_remote)
            cprof_note(w->env,
                       "the profile does not say which binary it is of: name the binary before the profile "
                       "to have symbols");
        missing |= file.len == 0 && i > 0;
        if (!is_symbolizable(file) || (m->build_id == 0 && is_url(file)))
            continue;
        if (!symbolize_mapping(w, i, mode->fast, &missing, err))
            return false;
    }
    if (missing)
        cprof_note(w->env, "some binaries were not found: PPROF_BINARY_PATH may name folders to look in");
    return true;
}

static bool symbolize_local(work *w, const cprof_symbolize_mode *mode, cprof_error *err) {
    cprof_arena_init(&w->arena, cprof_env_budget(w->env));
    bool ok = (group_locations(w) || cprof_error_memory(w->env, err)) && symbolize_mappings(w, mode, err);
    cprof_arena_deinit(&w->arena);
    cprof_vec_free(w->env, &w->output);
    return ok;
}

bool cprof_symbolize(cprof_profile *p, const cprof_symbolize_mode *mode, const cprof_remote *remote,
                     cprof_error *err) {
    if (mode->off)
        return true;
    cprof_relabel relabel;
    work w = {.profile = p, .env = p->env, .relabel = &relabel, .has_remote = mode->remote && remote};
    bool ok = cprof_relabel_init(&relabel, p, err) && (!mode->local || symbolize_local(&w, mode, err)) &&
              (!w.has_remote || cprof_remote_ask(remote, &relabel, mode->force, err)) &&
              cprof_relabel_apply(&relabel, err);
    cprof_relabel_deinit(&relabel);
    return ok && cprof_profile_demangle(p, mode->demangle, mode->force, err);
}
