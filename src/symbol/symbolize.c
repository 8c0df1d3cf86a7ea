#include "symbol/symbolize.h"

#include "base/child.h"
#include "symbol/binary.h"

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

/* ---- new lines for the profile ---------------------------------------------------------------------------
 */

typedef struct new_line {
    uint32_t function;
    int64_t line, column;
} new_line;

typedef struct new_function {
    cprof_str name, file;
    int64_t start_line;
} new_function;

typedef struct work {
    cprof_profile *profile;
    const cprof_env *env;
    uint32_t *first, *count; /* a location's new lines; count CPROF_NONE: it keeps the old ones */
    CPROF_VEC(new_line) lines;
    CPROF_VEC(new_function) functions;
    cprof_index index; /* of functions */
    cprof_child_output output;
    CPROF_VEC(uint32_t) rows; /* scratch: locations of one mapping */
} work;

static bool add_function(work *w, cprof_slice name, cprof_slice file, int64_t start_line, uint32_t *row) {
    new_function f = {0, 0, start_line};
    if (!cprof_strtab_add(&w->profile->strings, name, &f.name) ||
        !cprof_strtab_add(&w->profile->strings, file, &f.file))
        return false;
    uint64_t hash = cprof_hash_u64(((uint64_t)f.name << 32 | f.file) ^ cprof_hash_u64((uint64_t)start_line));
    cprof_index_probe probe = cprof_index_start(&w->index, hash);
    while (cprof_index_next(&w->index, &probe, row)) {
        const new_function *g = &w->functions.at[*row];
        if (g->name == f.name && g->file == f.file && g->start_line == f.start_line)
            return true;
    }
    *row = (uint32_t)w->functions.count;
    return cprof_vec_push(w->env, &w->functions, f) && cprof_index_insert(&w->index, hash, *row);
}

static bool take_frames(work *w, cprof_mapping *m, uint32_t location, cprof_binary_answer *a) {
    uint32_t frames;
    cprof_binary_take(a, &frames, sizeof frames);
    if (frames == 0)
        return true;
    uint32_t first = (uint32_t)w->lines.count;
    for (uint32_t i = 0; i < frames && !a->broken; i++) {
        new_line line = {0};
        int64_t numbers[3];
        cprof_slice name = cprof_binary_take_slice(a), file = cprof_binary_take_slice(a);
        cprof_binary_take(a, numbers, sizeof numbers);
        line.line = numbers[0];
        line.column = numbers[1];
        m->has_functions |= name.len > 0;
        m->has_filenames |= file.len > 0;
        m->has_line_numbers |= line.line != 0;
        if (!add_function(w, name, file, numbers[2], &line.function) ||
            !cprof_vec_push(w->env, &w->lines, line))
            return false;
    }
    m->has_inline_frames = true;
    w->first[location] = first;
    w->count[location] = (uint32_t)w->lines.count - first;
    if (w->profile->locations.folded)
        w->profile->locations.folded[location] = false;
    return true;
}

static bool build_id_fits(cprof_slice wanted, cprof_slice found) {
    return wanted.len == 0 || found.len == 0 || cprof_slice_equal(wanted, found);
}

/* Reads one mapping's binary; *missing when there is none to read. */
static bool symbolize_mapping(work *w, cprof_mapping *m, bool fast, bool *missing, cprof_error *err) {
    cprof_profile *p = w->profile;
    cprof_slice file = cprof_profile_string(p, m->file), build_id = cprof_profile_string(p, m->build_id);
    cprof_slice base = cprof_path_base(file);
    cprof_binary_job j = {p, m, file.ptr, w->rows.at, (uint32_t)w->rows.count, fast};
    cprof_error why = CPROF_ERROR_INIT;
    w->output.count = 0;
    if (!cprof_child_run(cprof_binary_read, &j, "reading symbols", (cprof_child_limits){CHILD_SECONDS, 0},
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
    for (size_t i = 0; i < w->rows.count && !a.broken; i++)
        if (!take_frames(w, m, w->rows.at[i], &a))
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

/* Those that have an address: the others are names already, or nothing. */
static bool locations_of(work *w, uint32_t mapping, cprof_error *err) {
    const cprof_locations *l = &w->profile->locations;
    w->rows.count = 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (l->mapping[i] == mapping && l->address[i] != 0 && !cprof_vec_push(w->env, &w->rows, i))
            return cprof_error_memory(w->env, err);
    return true;
}

static bool symbolize_mappings(work *w, const cprof_symbolize_mode *mode, cprof_error *err) {
    bool missing = false;
    for (uint32_t i = 0; i < w->profile->mapping_count; i++) {
        cprof_mapping *m = &w->profile->mappings[i];
        cprof_slice file = cprof_profile_string(w->profile, m->file);
        if (!mode->force && (m->has_functions || m->has_filenames || m->has_line_numbers))
            continue;
        if (!locations_of(w, i, err))
            return false;
        if (w->rows.count == 0)
            continue;
        if (file.len == 0 && i == 0)
            cprof_note(w->env,
                       "the profile does not say which binary it is of: name the binary before the profile "
                       "to have symbols");
        missing |= file.len == 0 && i > 0;
        if (!is_symbolizable(file) || (m->build_id == 0 && is_url(file)))
            continue;
        if (!symbolize_mapping(w, m, mode->fast, &missing, err))
            return false;
    }
    if (missing)
        cprof_note(w->env, "some binaries were not found: PPROF_BINARY_PATH may name folders to look in");
    return true;
}

/* ---- putting the new lines in place ----------------------------------------------------------------------
 */

static bool append_functions(work *w) {
    cprof_profile *p = w->profile;
    cprof_functions *f = &p->functions;
    uint32_t count = f->count + (uint32_t)w->functions.count;
    cprof_functions n = {.count = count};
    n.name = cprof_profile_alloc(p, count, sizeof *n.name);
    n.system_name = cprof_profile_alloc(p, count, sizeof *n.system_name);
    n.filename = cprof_profile_alloc(p, count, sizeof *n.filename);
    n.start_line = cprof_profile_alloc(p, count, sizeof *n.start_line);
    if (f->id)
        n.id = cprof_profile_alloc(p, count, sizeof *n.id);
    if (!n.name || !n.system_name || !n.filename || !n.start_line || (f->id && !n.id))
        return false;
    uint64_t last_id = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        n.name[i] = f->name[i];
        n.system_name[i] = f->system_name[i];
        n.filename[i] = f->filename[i];
        n.start_line[i] = cprof_function_start_line(p, i);
        if (n.id)
            n.id[i] = f->id[i];
        last_id = n.id && n.id[i] > last_id ? n.id[i] : last_id;
    }
    for (uint32_t i = 0; i < w->functions.count; i++) {
        uint32_t row = f->count + i;
        n.name[row] = n.system_name[row] = w->functions.at[i].name;
        n.filename[row] = w->functions.at[i].file;
        n.start_line[row] = w->functions.at[i].start_line;
        if (n.id)
            n.id[row] = ++last_id;
    }
    *f = n;
    return true;
}

static bool replace_lines(work *w, uint32_t old_functions) {
    cprof_profile *p = w->profile;
    cprof_locations *l = &p->locations;
    size_t total = 0, at = 0;
    for (uint32_t i = 0; i < l->count; i++)
        total += w->count[i] != CPROF_NONE ? w->count[i] : l->first_line[i + 1] - l->first_line[i];
    uint32_t *first = cprof_profile_alloc(p, (size_t)l->count + 1, sizeof *first);
    uint32_t *function = cprof_profile_alloc(p, total + 1, sizeof *function);
    int64_t *number = cprof_profile_alloc(p, total + 1, sizeof *number);
    int64_t *column = cprof_profile_alloc(p, total + 1, sizeof *column);
    if (total > UINT32_MAX || !first || !function || !number || !column)
        return false;
    for (uint32_t i = 0; i < l->count; i++) {
        first[i] = (uint32_t)at;
        bool old = w->count[i] == CPROF_NONE;
        uint32_t from = old ? l->first_line[i] : w->first[i];
        uint32_t n = old ? l->first_line[i + 1] - from : w->count[i];
        for (uint32_t k = from; k < from + n; k++, at++) {
            function[at] = old ? l->line_function[k] : old_functions + w->lines.at[k].function;
            number[at] = old ? l->line_number[k] : w->lines.at[k].line;
            column[at] = old ? cprof_line_column(p, k) : w->lines.at[k].column;
        }
    }
    first[l->count] = (uint32_t)at;
    l->first_line = first;
    l->line_function = function;
    l->line_number = number;
    l->line_column = column;
    l->line_count = (uint32_t)at;
    return true;
}

static bool symbolize_local(cprof_profile *p, const cprof_symbolize_mode *mode, cprof_error *err) {
    cprof_budget *budget = cprof_env_budget(p->env);
    size_t size = ((size_t)p->locations.count + 1) * sizeof(uint32_t);
    work w = {.profile = p, .env = p->env};
    cprof_index_init(&w.index, budget);
    w.first = cprof_mem_resize(budget, NULL, 0, size);
    w.count = cprof_mem_resize(budget, NULL, 0, size);
    bool ok = (w.first && w.count) || cprof_error_memory(p->env, err);
    if (ok)
        memset(w.count, 0xff, size);
    ok = ok && symbolize_mappings(&w, mode, err);
    uint32_t old_functions = p->functions.count;
    if (ok && w.lines.count > 0)
        ok = (append_functions(&w) && replace_lines(&w, old_functions)) || cprof_error_memory(p->env, err);
    cprof_mem_free(budget, w.first, w.first ? size : 0);
    cprof_mem_free(budget, w.count, w.count ? size : 0);
    cprof_vec_free(p->env, &w.lines);
    cprof_vec_free(p->env, &w.functions);
    cprof_vec_free(p->env, &w.rows);
    cprof_vec_free(p->env, &w.output);
    cprof_index_deinit(&w.index);
    return ok;
}

bool cprof_symbolize(cprof_profile *p, const cprof_symbolize_mode *mode, cprof_error *err) {
    if (mode->off)
        return true;
    if (mode->local && !symbolize_local(p, mode, err))
        return false;
    return cprof_profile_demangle(p, mode->demangle, mode->force, err);
}
