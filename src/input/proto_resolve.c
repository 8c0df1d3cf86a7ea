/* The end of decoding: string indices become string ids, wire ids become rows. */
#include "base/threads.h"
#include "input/proto_state.h"

#include <stdatomic.h>

/* Wire id -> row. */
typedef struct id_table {
    const cprof_env *env; /* borrowed */
    uint32_t count;       /* rows */
    uint32_t *dense;      /* by id; NULL where ids are row + 1, or sparse */
    size_t dense_size;    /* entries */
    bool sparse;
    cprof_idmap rows; /* of sparse ids */
} id_table;

static bool duplicate(uint64_t offset, const char *what, uint64_t id, cprof_error *err) {
    return cprof_proto_error(err, offset, "a second %s with the id %llu", what, (unsigned long long)id);
}

static bool fill_dense(id_table *t, const uint64_t *ids, uint64_t highest, const uint64_t *offsets,
                       const char *what, cprof_error *err) {
    t->dense_size = (size_t)highest + 1;
    t->dense = cprof_mem_resize(cprof_env_budget(t->env), NULL, 0, t->dense_size * sizeof *t->dense);
    if (!t->dense)
        return cprof_error_memory(t->env, err);
    memset(t->dense, 0xff, t->dense_size * sizeof *t->dense); /* CPROF_NONE */
    for (uint32_t row = 0; row < t->count; row++) {
        if (t->dense[ids[row]] != CPROF_NONE)
            return duplicate(offsets[row], what, ids[row], err);
        t->dense[ids[row]] = row;
    }
    return true;
}

static bool fill_sparse(id_table *t, const uint64_t *ids, const uint64_t *offsets, const char *what,
                        cprof_error *err) {
    t->sparse = true;
    for (uint32_t row = 0; row < t->count; row++) {
        if (cprof_idmap_get(&t->rows, ids[row]) != CPROF_NONE)
            return duplicate(offsets[row], what, ids[row], err);
        if (!cprof_idmap_set(&t->rows, ids[row], row))
            return cprof_error_memory(t->env, err);
    }
    return true;
}

/* ids: NULL where each is its row + 1. */
static bool id_table_fill(id_table *t, const uint64_t *ids, size_t count, const uint64_t *offsets,
                          const char *what, cprof_error *err) {
    t->count = (uint32_t)count;
    if (!ids)
        return true;
    uint64_t highest = 0;
    for (size_t row = 0; row < count; row++)
        highest = ids[row] > highest ? ids[row] : highest;
    if (highest <= 1024 + 4 * (uint64_t)count)
        return fill_dense(t, ids, highest, offsets, what, err);
    return fill_sparse(t, ids, offsets, what, err);
}

static void id_table_init(id_table *t, const cprof_env *env) {
    *t = (id_table){.env = env};
    cprof_idmap_init(&t->rows, cprof_env_budget(env));
}

static void id_table_deinit(id_table *t) {
    cprof_mem_free(cprof_env_budget(t->env), t->dense, t->dense_size * sizeof *t->dense);
    cprof_idmap_deinit(&t->rows);
}

static uint64_t wire_id(const cprof_proto *d, uint32_t reference) {
    return reference < CPROF_PROTO_WIDE ? reference : d->wide_ids.at[reference & ~CPROF_PROTO_WIDE];
}

/* CPROF_NONE for an id that there is not. */
static uint32_t id_table_get(const id_table *t, const cprof_proto *d, uint32_t reference) {
    uint64_t id = wire_id(d, reference);
    if (t->sparse)
        return cprof_idmap_get(&t->rows, id);
    if (t->dense)
        return id < t->dense_size ? t->dense[id] : CPROF_NONE;
    return id - 1 < t->count ? (uint32_t)(id - 1) : CPROF_NONE;
}

bool cprof_proto_resolve_string(const cprof_proto *d, uint32_t *string, uint64_t offset, cprof_error *err) {
    if (*string >= d->string_count)
        return cprof_proto_error(err, offset, "string index %u is out of range (there are %u strings)",
                                 *string, d->string_count);
    if (d->string_ids.count > 0)
        *string = d->string_ids.at[*string];
    return true;
}

/* The same for a number that was not looked at before. */
static bool resolve_index(const cprof_proto *d, uint64_t index, uint64_t offset, uint32_t *string,
                          cprof_error *err) {
    if (index >= d->string_count)
        return cprof_proto_error(err, offset, "string index %lld is out of range (there are %u strings)",
                                 (long long)index, d->string_count);
    *string = (uint32_t)index;
    return cprof_proto_resolve_string(d, string, offset, err);
}

static bool resolve_strings(const cprof_proto *d, cprof_u32s *column, const cprof_u64s *offsets,
                            cprof_error *err) {
    for (size_t i = 0; i < column->count; i++) {
        if (!cprof_proto_resolve_string(d, &column->at[i], offsets->at[i], err))
            return false;
    }
    return true;
}

static bool resolve_header(cprof_proto *d, cprof_error *err) {
    cprof_profile *p = d->profile;
    const cprof_proto_number *h = d->header;
    const struct {
        cprof_proto_header from;
        cprof_str *to;
    } strings[] = {
        {CPROF_PROTO_DROP_FRAMES, &p->drop_frames},      {CPROF_PROTO_KEEP_FRAMES, &p->keep_frames},
        {CPROF_PROTO_PERIOD_TYPE, &p->period_type.type}, {CPROF_PROTO_PERIOD_UNIT, &p->period_type.unit},
        {CPROF_PROTO_DEFAULT_TYPE, &p->default_type},    {CPROF_PROTO_DOC_URL, &p->doc_url},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const cprof_proto_number *number = &h[strings[i].from];
        if (!resolve_index(d, number->value, number->offset, strings[i].to, err))
            return false;
    }
    p->period = (int64_t)h[CPROF_PROTO_PERIOD].value;
    p->time_nanos = (int64_t)h[CPROF_PROTO_TIME].value;
    p->duration_nanos = (int64_t)h[CPROF_PROTO_DURATION].value;
    for (size_t i = 0; i < d->columns.types.count; i++) {
        cprof_value_type *type = &d->columns.types.at[i];
        if (!cprof_proto_resolve_string(d, &type->type, d->type_at.at[i], err) ||
            !cprof_proto_resolve_string(d, &type->unit, d->type_at.at[i], err))
            return false;
    }
    return resolve_strings(d, &d->columns.comments, &d->comment_at, err);
}

static bool resolve_functions(cprof_proto *d, id_table *functions, cprof_error *err) {
    cprof_columns *c = &d->columns;
    return resolve_strings(d, &c->function_name, &d->function_at, err) &&
           resolve_strings(d, &c->function_system_name, &d->function_at, err) &&
           resolve_strings(d, &c->function_filename, &d->function_at, err) &&
           id_table_fill(functions, c->function_id.at, c->function_name.count, d->function_at.at, "function",
                         err);
}

static bool resolve_mappings(cprof_proto *d, id_table *mappings, cprof_error *err) {
    cprof_columns *c = &d->columns;
    cprof_u64s ids = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < c->mappings.count; i++) {
        cprof_mapping *m = &c->mappings.at[i];
        ok = cprof_proto_resolve_string(d, &m->file, d->mapping_at.at[i], err) &&
             cprof_proto_resolve_string(d, &m->build_id, d->mapping_at.at[i], err) &&
             (cprof_column_set_id(d->env, &ids, i, m->id) || cprof_error_memory(d->env, err));
    }
    ok = ok && id_table_fill(mappings, ids.at, c->mappings.count, d->mapping_at.at, "mapping", err);
    cprof_vec_free(d->env, &ids);
    return ok;
}

static bool resolve_lines(cprof_proto *d, uint32_t location, const id_table *functions, cprof_error *err) {
    cprof_columns *c = &d->columns;
    size_t end = location + 1 < c->location_first_line.count ? c->location_first_line.at[location + 1]
                                                             : c->line_function.count;
    for (size_t i = c->location_first_line.at[location]; i < end; i++) {
        uint32_t reference = c->line_function.at[i];
        c->line_function.at[i] = id_table_get(functions, d, reference);
        if (c->line_function.at[i] == CPROF_NONE)
            return cprof_proto_error(err, d->location_at.at[location],
                                     "a location with a line of function %llu, which is not there,",
                                     (unsigned long long)wire_id(d, reference));
    }
    return true;
}

static bool resolve_locations(cprof_proto *d, const id_table *mappings, const id_table *functions,
                              id_table *locations, cprof_error *err) {
    cprof_columns *c = &d->columns;
    uint32_t count = (uint32_t)c->location_address.count;
    for (uint32_t i = 0; i < count; i++) {
        /* A mapping that is not there is none, as in the reference. */
        c->location_mapping.at[i] = id_table_get(mappings, d, c->location_mapping.at[i]);
        if (!resolve_lines(d, i, functions, err))
            return false;
    }
    return id_table_fill(locations, c->location_id.at, count, d->location_at.at, "location", err);
}

static bool resolve_stack(cprof_proto *d, const id_table *locations, size_t stack, cprof_error *err) {
    cprof_columns *c = &d->columns;
    uint32_t *frames = c->stack_frames.at;
    size_t end = stack + 1 < c->stack_first.count ? c->stack_first.at[stack + 1] : c->stack_frames.count;
    for (size_t i = c->stack_first.at[stack]; i < end; i++) {
        uint32_t row = id_table_get(locations, d, frames[i]);
        if (row == CPROF_NONE)
            return cprof_proto_error(err, d->stack_at.at[stack],
                                     "a sample with location %llu, which is not there,",
                                     (unsigned long long)wire_id(d, frames[i]));
        frames[i] = row;
    }
    return true;
}

/* What one thread resolves: the labels, perhaps, then stacks as long as there are some. */
typedef struct resolving {
    cprof_proto *d;
    const id_table *locations;
    atomic_size_t *next; /* stack that nobody has taken yet */
    bool labels, labels_ok;
    size_t failed; /* the stack that is wrong; SIZE_MAX: none */
    cprof_error error, label_error;
} resolving;

static void resolve_stacks(resolving *r) {
    enum { CHUNK = 1 << 12 };
    size_t count = r->d->columns.stack_first.count;
    for (size_t from; (from = atomic_fetch_add(r->next, CHUNK)) < count;) {
        size_t to = count - from < CHUNK ? count : from + CHUNK;
        for (size_t stack = from; stack < to; stack++) {
            if (resolve_stack(r->d, r->locations, stack, &r->error))
                continue;
            r->failed = stack;
            return;
        }
        if (cprof_stopped(r->d->env, &r->error)) {
            r->failed = to;
            return;
        }
    }
}

static void run_resolving(void *part) {
    resolving *r = part;
    if (r->labels)
        r->labels_ok = cprof_proto_resolve_label_sets(r->d, &r->label_error);
    resolve_stacks(r);
}

enum { FRAMES_PER_THREAD = 1 << 19 }; /* below that, a thread costs more than it saves */

/* Stacks and label sets have nothing in common. */
static bool resolve_samples(cprof_proto *d, const id_table *locations, cprof_error *err) {
    atomic_size_t next = 0;
    resolving parts[2];
    unsigned count = cprof_threads_count(d->columns.stack_frames.count, FRAMES_PER_THREAD) > 1 ? 2 : 1;
    for (unsigned i = 0; i < count; i++)
        parts[i] = (resolving){.d = d,
                               .locations = locations,
                               .next = &next,
                               .labels = i + 1 == count,
                               .failed = SIZE_MAX,
                               .error = CPROF_ERROR_INIT,
                               .label_error = CPROF_ERROR_INIT};
    cprof_threads_run(run_resolving, parts, sizeof *parts, count);
    /* Chunks are taken in order: the first wrong stack of all is one of those that stopped a thread. */
    const resolving *last = &parts[count - 1];
    const resolving *first = parts[0].failed < last->failed ? &parts[0] : last;
    const cprof_error *failed = first->failed < SIZE_MAX ? &first->error
                                : !last->labels_ok       ? &last->label_error
                                                         : NULL;
    if (failed && err)
        *err = *failed;
    return !failed;
}

static bool check_samples(const cprof_proto *d, cprof_error *err) {
    size_t types = d->columns.types.count;
    if (d->sample_count == 0 || (types > 0 && d->value_count == types))
        return true;
    if (d->second_at > 0)
        return cprof_proto_second_error(d->second_at, err);
    if (types == 0)
        return cprof_proto_error(err, d->sample_at, "there are samples, but no sample types: the first");
    return cprof_proto_error(err, d->sample_at, "a sample with %u values where there are %zu sample types",
                             d->value_count, types);
}

bool cprof_proto_resolve(cprof_proto *d, cprof_error *err) {
    if (d->string_count == 0)
        return cprof_proto_error(err, d->position, "there is no string table: the end");
    cprof_index_deinit(&d->stacks);
    cprof_vec_free(d->env, &d->stack_sum);
    d->profile->labels_dropped = d->label_string.value > 0;
    if (d->sums_overflowed)
        cprof_note(d->env, "a sum of sample values does not fit 64 bits: it is kept at the bound");
    id_table mappings, functions, locations;
    id_table_init(&mappings, d->env);
    id_table_init(&functions, d->env);
    id_table_init(&locations, d->env);
    bool ok = check_samples(d, err) && resolve_header(d, err) && resolve_mappings(d, &mappings, err) &&
              resolve_functions(d, &functions, err) &&
              resolve_locations(d, &mappings, &functions, &locations, err) &&
              resolve_samples(d, &locations, err) && cprof_columns_move(&d->columns, d->profile, err);
    id_table_deinit(&mappings);
    id_table_deinit(&functions);
    id_table_deinit(&locations);
    return ok;
}
