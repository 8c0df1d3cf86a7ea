#include "symbol/relabel.h"

bool cprof_relabel_init(cprof_relabel *r, cprof_profile *profile, cprof_error *err) {
    cprof_budget *budget = cprof_env_budget(profile->env);
    size_t size = ((size_t)profile->locations.count + 1) * sizeof(uint32_t);
    *r = (cprof_relabel){.profile = profile};
    cprof_index_init(&r->index, budget);
    r->first = cprof_mem_resize(budget, NULL, 0, size);
    r->count = cprof_mem_resize(budget, NULL, 0, size);
    if (!r->first || !r->count)
        return cprof_error_memory(profile->env, err);
    memset(r->count, 0xff, size);
    return true;
}

void cprof_relabel_deinit(cprof_relabel *r) {
    cprof_budget *budget = cprof_env_budget(r->profile->env);
    size_t size = ((size_t)r->profile->locations.count + 1) * sizeof(uint32_t);
    cprof_mem_free(budget, r->first, r->first ? size : 0);
    cprof_mem_free(budget, r->count, r->count ? size : 0);
    cprof_vec_free(r->profile->env, &r->lines);
    cprof_vec_free(r->profile->env, &r->functions);
    cprof_index_deinit(&r->index);
}

static bool add_function(cprof_relabel *r, cprof_slice name, cprof_slice file, int64_t start_line,
                         uint32_t *row) {
    cprof_relabel_function f = {0, 0, start_line};
    if (!cprof_strtab_add(&r->profile->strings, name, &f.name) ||
        !cprof_strtab_add(&r->profile->strings, file, &f.file))
        return false;
    uint64_t hash = cprof_hash_u64(((uint64_t)f.name << 32 | f.file) ^ cprof_hash_u64((uint64_t)start_line));
    cprof_index_probe probe = cprof_index_start(&r->index, hash);
    while (cprof_index_next(&r->index, &probe, row)) {
        const cprof_relabel_function *g = &r->functions.at[*row];
        if (g->name == f.name && g->file == f.file && g->start_line == f.start_line)
            return true;
    }
    *row = (uint32_t)r->functions.count;
    return cprof_vec_push(r->profile->env, &r->functions, f) && cprof_index_insert(&r->index, hash, *row);
}

bool cprof_relabel_add(cprof_relabel *r, uint32_t location, cprof_slice function, cprof_slice file,
                       int64_t line, int64_t column, int64_t start_line) {
    cprof_relabel_line row = {0, line, column};
    if (!add_function(r, function, file, start_line, &row.function) ||
        !cprof_vec_push(r->profile->env, &r->lines, row))
        return false;
    if (r->count[location] == CPROF_NONE) {
        r->first[location] = (uint32_t)r->lines.count - 1;
        r->count[location] = 0;
    }
    r->count[location]++;
    return true;
}

bool cprof_relabel_has_lines(const cprof_relabel *r, uint32_t location) {
    const uint32_t *first = r->profile->locations.first_line;
    return r->count[location] != CPROF_NONE || first[location + 1] > first[location];
}

static bool append_functions(cprof_relabel *r) {
    cprof_profile *p = r->profile;
    cprof_functions *f = &p->functions;
    uint32_t count = f->count + (uint32_t)r->functions.count;
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
    for (uint32_t i = 0; i < r->functions.count; i++) {
        uint32_t row = f->count + i;
        n.name[row] = n.system_name[row] = r->functions.at[i].name;
        n.filename[row] = r->functions.at[i].file;
        n.start_line[row] = r->functions.at[i].start_line;
        if (n.id)
            n.id[row] = ++last_id;
    }
    *f = n;
    return true;
}

static bool replace_lines(cprof_relabel *r, uint32_t old_functions) {
    cprof_profile *p = r->profile;
    cprof_locations *l = &p->locations;
    size_t total = 0, at = 0;
    for (uint32_t i = 0; i < l->count; i++)
        total += r->count[i] != CPROF_NONE ? r->count[i] : l->first_line[i + 1] - l->first_line[i];
    uint32_t *first = cprof_profile_alloc(p, (size_t)l->count + 1, sizeof *first);
    uint32_t *function = cprof_profile_alloc(p, total + 1, sizeof *function);
    int64_t *number = cprof_profile_alloc(p, total + 1, sizeof *number);
    int64_t *column = cprof_profile_alloc(p, total + 1, sizeof *column);
    if (total > UINT32_MAX || !first || !function || !number || !column)
        return false;
    for (uint32_t i = 0; i < l->count; i++) {
        first[i] = (uint32_t)at;
        bool old = r->count[i] == CPROF_NONE;
        uint32_t from = old ? l->first_line[i] : r->first[i];
        uint32_t n = old ? l->first_line[i + 1] - from : r->count[i];
        for (uint32_t k = from; k < from + n; k++, at++) {
            function[at] = old ? l->line_function[k] : old_functions + r->lines.at[k].function;
            number[at] = old ? l->line_number[k] : r->lines.at[k].line;
            column[at] = old ? cprof_line_column(p, k) : r->lines.at[k].column;
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

bool cprof_relabel_apply(cprof_relabel *r, cprof_error *err) {
    uint32_t old_functions = r->profile->functions.count;
    return r->lines.count == 0 || (append_functions(r) && replace_lines(r, old_functions)) ||
           cprof_error_memory(r->profile->env, err);
}
