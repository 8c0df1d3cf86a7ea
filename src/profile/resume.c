/* A finished profile as the beginning of another. */
#include "base/threads.h"
#include "profile/builder_state.h"
#include "profile/labels.h"

/* --- the indexes; false where rows are equal (*equal), or without memory --- */

static bool functions_equal(const cprof_profile *p, uint32_t a, uint32_t b) {
    const cprof_functions *f = &p->functions;
    return f->name[a] == f->name[b] && f->system_name[a] == f->system_name[b] &&
           f->filename[a] == f->filename[b] &&
           cprof_function_start_line(p, a) == cprof_function_start_line(p, b);
}

static bool locations_equal(const cprof_profile *p, uint32_t a, uint32_t b) {
    const cprof_locations *l = &p->locations;
    uint32_t at = l->first_line[a], bt = l->first_line[b], count = l->first_line[a + 1] - at;
    if (l->mapping[a] != l->mapping[b] || l->address[a] != l->address[b] ||
        l->first_line[b + 1] - bt != count || (l->folded && l->folded[a] != l->folded[b]))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (l->line_function[at + i] != l->line_function[bt + i] ||
            l->line_number[at + i] != l->line_number[bt + i] ||
            cprof_line_column(p, at + i) != cprof_line_column(p, bt + i))
            return false;
    return true;
}

static bool samples_equal(const cprof_profile *p, uint32_t a, uint32_t b) {
    return p->samples.stack[a] == p->samples.stack[b] &&
           cprof_sample_label_set(p, a) == cprof_sample_label_set(p, b);
}

typedef bool rows_equal(const cprof_profile *p, uint32_t a, uint32_t b);

static bool index_row(cprof_index *index, const cprof_profile *p, uint64_t hash, uint32_t row,
                      rows_equal *are_equal, bool *equal) {
    cprof_index_probe probe = cprof_index_start(index, hash);
    uint32_t other;
    while (cprof_index_next(index, &probe, &other)) {
        if (are_equal(p, row, other)) {
            *equal = true;
            return false;
        }
    }
    return cprof_index_insert(index, hash, row);
}

static bool index_functions(cprof_builder *b, const cprof_profile *p, bool *equal) {
    const cprof_functions *f = &p->functions;
    bool ok = cprof_index_reserve(&b->functions, f->count);
    for (uint32_t i = 0; ok && i < f->count; i++)
        ok = index_row(&b->functions, p,
                       cprof_builder_function_hash(f->name[i], f->system_name[i], f->filename[i],
                                                   cprof_function_start_line(p, i)),
                       i, functions_equal, equal);
    return ok;
}

static bool index_locations(cprof_builder *b, const cprof_profile *p, bool *equal) {
    const cprof_locations *l = &p->locations;
    CPROF_VEC(cprof_line) lines = {0};
    bool ok = cprof_index_reserve(&b->locations, l->count);
    for (uint32_t i = 0; ok && i < l->count; i++) {
        lines.count = 0;
        for (uint32_t k = l->first_line[i]; ok && k < l->first_line[i + 1]; k++)
            ok = cprof_vec_push(
                b->env, &lines,
                ((cprof_line){l->line_function[k], l->line_number[k], cprof_line_column(p, k)}));
        uint64_t hash = cprof_builder_location_hash(l->mapping[i], l->address[i], l->folded && l->folded[i],
                                                    lines.at, (uint32_t)lines.count);
        ok = ok && index_row(&b->locations, p, hash, i, locations_equal, equal);
    }
    cprof_vec_free(b->env, &lines);
    return ok;
}

/* Stacks and label sets are unlike each other in every profile. */
static bool index_stacks(cprof_builder *b, const cprof_profile *p) {
    const cprof_stacks *s = &p->stacks;
    bool ok = cprof_index_reserve(&b->stacks, s->count);
    for (uint32_t i = 0; ok && i < s->count; i++)
        ok = cprof_index_insert(
            &b->stacks, cprof_builder_stack_hash(s->frames + s->first[i], s->first[i + 1] - s->first[i]), i);
    return ok;
}

static bool index_label_sets(cprof_builder *b, const cprof_profile *p) {
    const cprof_label_sets *s = &p->label_sets;
    bool ok = cprof_index_reserve(&b->label_sets, s->count);
    for (uint32_t i = 0; ok && i < s->count; i++)
        ok = cprof_index_insert(&b->label_sets,
                                cprof_labels_hash(s->labels + s->first[i], s->first[i + 1] - s->first[i]), i);
    return ok;
}

static bool index_samples(cprof_builder *b, const cprof_profile *p, bool *equal) {
    bool ok = cprof_index_reserve(&b->samples, p->samples.count);
    for (uint32_t i = 0; ok && i < p->samples.count; i++)
        ok = index_row(&b->samples, p,
                       cprof_builder_sample_hash(p->samples.stack[i], cprof_sample_label_set(p, i)), i,
                       samples_equal, equal);
    b->samples_indexed = true;
    return ok;
}

/* Some of the indexes, for one thread. */
typedef struct index_job {
    cprof_builder *b;
    const cprof_profile *p;
    bool (*run)(cprof_builder *b, const cprof_profile *p, bool *equal);
    bool ok, equal;
} index_job;

static bool index_what_stacks_hold(cprof_builder *b, const cprof_profile *p, bool *equal) {
    return index_functions(b, p, equal) && index_locations(b, p, equal);
}

static bool index_what_holds_stacks(cprof_builder *b, const cprof_profile *p, bool *equal) {
    return index_samples(b, p, equal) && index_stacks(b, p) && index_label_sets(b, p);
}

static void run_job(void *part) {
    index_job *job = part;
    job->ok = job->run(job->b, job->p, &job->equal);
}

enum { FRAMES_PER_THREAD = 1 << 19 }; /* below that, a thread costs more than it saves */

static bool index_all(cprof_builder *b, const cprof_profile *p, bool *equal) {
    index_job jobs[] = {{.b = b, .p = p, .run = index_what_stacks_hold},
                        {.b = b, .p = p, .run = index_what_holds_stacks}};
    if (cprof_threads_count(p->stacks.first[p->stacks.count], FRAMES_PER_THREAD) > 1) {
        cprof_threads_run(run_job, jobs, sizeof *jobs, 2);
    } else {
        run_job(&jobs[0]);
        if (jobs[0].ok)
            run_job(&jobs[1]);
    }
    *equal = jobs[0].equal || jobs[1].equal;
    return jobs[0].ok && jobs[1].ok;
}

/* --- the tables --- */

/* The block that begins there is no longer the profile's; returns its size. */
static size_t release(cprof_profile *p, const void *at) {
    for (uint32_t i = 0; at && i < p->block_count; i++) {
        if (p->blocks[i].at == at) {
            size_t size = p->blocks[i].size;
            p->blocks[i] = p->blocks[--p->block_count];
            return size;
        }
    }
    return 0;
}

#define ADOPT(vec, table, rows)                                                                              \
    ((vec)->at = (table), (vec)->count = (table) ? (rows) : 0,                                               \
     (vec)->capacity = release(p, (table)) / sizeof *(vec)->at, (table) = NULL)

static void adopt_tables(cprof_columns *c, cprof_profile *p) {
    size_t functions = p->functions.count, locations = p->locations.count, lines = p->locations.line_count;
    ADOPT(&c->types, p->types, p->type_count);
    ADOPT(&c->mappings, p->mappings, p->mapping_count);
    ADOPT(&c->function_name, p->functions.name, functions);
    ADOPT(&c->function_system_name, p->functions.system_name, functions);
    ADOPT(&c->function_filename, p->functions.filename, functions);
    ADOPT(&c->function_start_line, p->functions.start_line, functions);
    ADOPT(&c->location_address, p->locations.address, locations);
    ADOPT(&c->location_mapping, p->locations.mapping, locations);
    ADOPT(&c->location_first_line, p->locations.first_line, locations);
    ADOPT(&c->location_folded, p->locations.folded, locations);
    ADOPT(&c->line_function, p->locations.line_function, lines);
    ADOPT(&c->line_number, p->locations.line_number, lines);
    ADOPT(&c->line_column, p->locations.line_column, lines);
    ADOPT(&c->stack_frames, p->stacks.frames, p->stacks.first[p->stacks.count]);
    ADOPT(&c->stack_first, p->stacks.first, p->stacks.count);
    ADOPT(&c->labels, p->label_sets.labels, p->label_sets.first[p->label_sets.count]);
    ADOPT(&c->label_set_first, p->label_sets.first, p->label_sets.count);
    ADOPT(&c->sample_stack, p->samples.stack, p->samples.count);
    ADOPT(&c->sample_label_set, p->samples.label_set, p->samples.count);
    ADOPT(&c->sample_values, p->samples.values, (size_t)p->samples.count * p->type_count);
}

/* What the tables leave behind: ids, comments, tables that were replaced. */
static void forget_rest(cprof_profile *p) {
    for (uint32_t i = 0; i < p->block_count; i++)
        cprof_mem_free(cprof_env_budget(p->env), p->blocks[i].at, p->blocks[i].size);
    p->block_count = 0;
    p->comment_count = p->attribute_count = 0;
    p->comments = NULL;
    p->attributes = NULL;
    p->functions.id = p->locations.id = NULL;
}

static void adopt(cprof_builder *b, cprof_profile *p) {
    cprof_columns *c = &b->columns;
    adopt_tables(c, p);
    forget_rest(p);
    for (size_t i = 0; i < c->mappings.count; i++)
        c->mappings.at[i].id = i + 1;
    b->last_mapping_id = c->mappings.count;
    b->profile = p;
    p->types = c->types.at;
    p->mappings = c->mappings.at;
}

bool cprof_builder_resume(cprof_profile *p, cprof_builder **made, cprof_error *err) {
    bool equal = p->strings.parent || p->members.first;
    *made = NULL;
    if (equal)
        return true;
    cprof_builder *b = cprof_builder_bare(p->env);
    if (!b)
        return cprof_error_memory(p->env, err);
    if (index_all(b, p, &equal)) {
        adopt(b, p);
        *made = b;
        return true;
    }
    cprof_builder_free(b);
    return equal || cprof_error_memory(p->env, err);
}
