/* Merging: the tables of each part are mapped, row by row and only as far as samples lead, to rows of one
 * builder. */
#include "profile/builder_state.h"
#include "transform/derive.h"
#include "transform/edit.h"
#include "transform/merge_head.h"
#include "transform/merge_stacks.h"
#include "transform/order.h"
#include "transform/scale.h"

/* Mappings are the same when their sizes (in pages) agree, their offsets, and their build id (else file):
 * the address may differ from process to process. */
typedef struct mapping_key {
    uint64_t pages, offset;
    cprof_str identity;
} mapping_key;

typedef struct mapping_keys {
    CPROF_VEC(mapping_key) at; /* by row */
    cprof_index index;         /* of the rows that are to be found */
} mapping_keys;

struct cprof_merger {
    const cprof_env *env; /* borrowed */
    cprof_merge_head head;
    cprof_builder *builder; /* NULL until there is a part */
    mapping_keys mappings;  /* of the builder's */
    bool clipped;
    bool for_sums; /* neither order nor unused rows matter */
    /* Scratch. */
    CPROF_VEC(uint32_t) frames;
    CPROF_VEC(cprof_line) lines;
    CPROF_VEC(cprof_label) labels;
    CPROF_VEC(int64_t) values;
    CPROF_VEC(uint32_t) columns;
    CPROF_VEC(double) ratios;
};

/* Row by row, the builder's rows of what was met of a part so far (CPROF_NONE: not met). */
typedef struct part_map {
    const cprof_profile *p;
    bool is_diff_base;
    cprof_arena arena;
    uint32_t *strings, *functions, *mappings, *locations, *stacks, *label_sets;
} part_map;

static void mapping_keys_init(mapping_keys *keys, const cprof_env *env) {
    *keys = (mapping_keys){0};
    cprof_index_init(&keys->index, cprof_env_budget(env));
}

static void mapping_keys_deinit(mapping_keys *keys, const cprof_env *env) {
    cprof_vec_free(env, &keys->at);
    cprof_index_deinit(&keys->index);
}

cprof_merger *cprof_merger_new(const cprof_env *env, cprof_error *err) {
    cprof_merger *m = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *m);
    if (!m) {
        cprof_error_memory(env, err);
        return NULL;
    }
    *m = (cprof_merger){.env = env};
    mapping_keys_init(&m->mappings, env);
    if (cprof_merge_head_init(&m->head, env))
        return m;
    cprof_error_memory(env, err);
    cprof_merger_free(m);
    return NULL;
}

void cprof_merger_free(cprof_merger *m) {
    if (!m)
        return;
    cprof_builder_free(m->builder);
    cprof_merge_head_deinit(&m->head);
    mapping_keys_deinit(&m->mappings, m->env);
    cprof_vec_free(m->env, &m->frames);
    cprof_vec_free(m->env, &m->lines);
    cprof_vec_free(m->env, &m->labels);
    cprof_vec_free(m->env, &m->values);
    cprof_vec_free(m->env, &m->columns);
    cprof_vec_free(m->env, &m->ratios);
    cprof_mem_free(cprof_env_budget(m->env), m, sizeof *m);
}

static uint32_t *new_map(cprof_arena *arena, uint32_t rows) {
    uint32_t *map = cprof_arena_alloc(arena, ((size_t)rows + 1) * sizeof *map);
    if (map)
        memset(map, 0xff, ((size_t)rows + 1) * sizeof *map); /* CPROF_NONE */
    return map;
}

static bool part_map_init(part_map *map, const cprof_profile *p, bool is_diff_base, const cprof_env *env) {
    cprof_arena_init(&map->arena, cprof_env_budget(env));
    map->p = p;
    map->is_diff_base = is_diff_base;
    map->strings = new_map(&map->arena, cprof_strtab_count(&p->strings));
    map->functions = new_map(&map->arena, p->functions.count);
    map->mappings = new_map(&map->arena, p->mapping_count);
    map->locations = new_map(&map->arena, p->locations.count);
    map->stacks = new_map(&map->arena, p->stacks.count);
    map->label_sets = new_map(&map->arena, p->label_sets.count);
    return map->strings && map->functions && map->mappings && map->locations && map->stacks &&
           map->label_sets;
}

static bool map_string(cprof_merger *m, part_map *map, cprof_str from, cprof_str *to, cprof_error *err) {
    uint32_t *known = &map->strings[from];
    if (*known == CPROF_NONE &&
        !cprof_builder_string(m->builder, cprof_profile_string(map->p, from), known, err))
        return false;
    *to = *known;
    return true;
}

static bool map_function(cprof_merger *m, part_map *map, uint32_t from, uint32_t *to, cprof_error *err) {
    const cprof_functions *f = &map->p->functions;
    uint32_t *known = &map->functions[from];
    cprof_str name, system_name, filename;
    if (*known == CPROF_NONE &&
        (!map_string(m, map, f->name[from], &name, err) ||
         !map_string(m, map, f->system_name[from], &system_name, err) ||
         !map_string(m, map, f->filename[from], &filename, err) ||
         !cprof_builder_function(m->builder, name, system_name, filename,
                                 cprof_function_start_line(map->p, from), known, err)))
        return false;
    *to = *known;
    return true;
}

static mapping_key key_of(const cprof_mapping *mapping) {
    return (mapping_key){
        .pages = (mapping->limit - mapping->start + 0xfff) >> 12,
        .offset = mapping->offset,
        .identity = mapping->build_id ? mapping->build_id : mapping->file,
    };
}

static uint64_t mapping_hash(const mapping_key *key) {
    return cprof_hash_u64(cprof_hash_u64(key->pages ^ key->offset << 20) + key->identity);
}

static bool find_mapping(const mapping_keys *keys, const mapping_key *key, uint32_t *row) {
    cprof_index_probe probe = cprof_index_start(&keys->index, mapping_hash(key));
    while (cprof_index_next(&keys->index, &probe, row)) {
        const mapping_key *other = &keys->at.at[*row];
        if (other->pages == key->pages && other->offset == key->offset && other->identity == key->identity)
            return true;
    }
    return false;
}

/* The key of the next row; is_found: by others of this key, from now on. */
static bool add_mapping_key(mapping_keys *keys, const mapping_key *key, bool is_found, const cprof_env *env) {
    uint32_t row = (uint32_t)keys->at.count;
    return cprof_vec_push(env, &keys->at, *key) &&
           (!is_found || cprof_index_insert(&keys->index, mapping_hash(key), row));
}

static bool map_mapping(cprof_merger *m, part_map *map, uint32_t from, uint32_t *to, cprof_error *err) {
    uint32_t *known = &map->mappings[from];
    *to = *known;
    if (*known != CPROF_NONE)
        return true;
    cprof_mapping mapping = map->p->mappings[from];
    if (!map_string(m, map, mapping.file, &mapping.file, err) ||
        !map_string(m, map, mapping.build_id, &mapping.build_id, err))
        return false;
    mapping_key key = key_of(&mapping);
    if (find_mapping(&m->mappings, &key, to)) {
        *known = *to;
        return true;
    }
    mapping.id = 0;
    if (!cprof_builder_mapping(m->builder, &mapping, to, err))
        return false;
    if (!add_mapping_key(&m->mappings, &key, true, m->env))
        return cprof_error_memory(m->env, err);
    *known = *to;
    return true;
}

static bool map_location(cprof_merger *m, part_map *map, uint32_t from, uint32_t *to, cprof_error *err) {
    const cprof_locations *l = &map->p->locations;
    uint32_t mapping = CPROF_NONE;
    uint64_t address = l->address[from];
    if (l->mapping[from] != CPROF_NONE) {
        if (!map_mapping(m, map, l->mapping[from], &mapping, err))
            return false;
        address += cprof_builder_profile(m->builder)->mappings[mapping].start -
                   map->p->mappings[l->mapping[from]].start;
    }
    uint32_t first = l->first_line[from], count = l->first_line[from + 1] - first;
    m->lines.count = 0;
    if (!cprof_vec_reserve(m->env, &m->lines, count))
        return cprof_error_memory(m->env, err);
    for (uint32_t i = first; i < first + count; i++) {
        cprof_line *line = &m->lines.at[m->lines.count++];
        line->line = l->line_number[i];
        line->column = cprof_line_column(map->p, i);
        if (!map_function(m, map, l->line_function[i], &line->function, err))
            return false;
    }
    return cprof_builder_location(m->builder, mapping, address, l->folded && l->folded[from], m->lines.at,
                                  count, to, err);
}

static bool map_stack(cprof_merger *m, part_map *map, uint32_t from, cprof_error *err) {
    const cprof_stacks *s = &map->p->stacks;
    uint32_t count = s->first[from + 1] - s->first[from];
    const uint32_t *frames = s->frames + s->first[from];
    m->frames.count = 0;
    if (!cprof_vec_reserve(m->env, &m->frames, (size_t)count + 1))
        return cprof_error_memory(m->env, err);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *known = &map->locations[frames[i]];
        if (*known == CPROF_NONE && !map_location(m, map, frames[i], known, err))
            return false;
        m->frames.at[i] = *known;
    }
    return cprof_builder_stack(m->builder, m->frames.at, count, &map->stacks[from], err);
}

static bool push_diff_base(cprof_merger *m, cprof_error *err) {
    cprof_label label = {0};
    if (!cprof_builder_string(m->builder, CPROF_SLICE("pprof::base"), &label.key, err) ||
        !cprof_builder_string(m->builder, CPROF_SLICE("true"), &label.text, err))
        return false;
    return cprof_vec_push(m->env, &m->labels, label) || cprof_error_memory(m->env, err);
}

static bool map_labels(cprof_merger *m, part_map *map, uint32_t from, cprof_error *err) {
    const cprof_label_sets *sets = &map->p->label_sets;
    m->labels.count = 0;
    for (uint32_t i = sets->first[from]; i < sets->first[from + 1]; i++) {
        cprof_label label = sets->labels[i];
        if (map->is_diff_base && !label.is_number &&
            cprof_slice_is(cprof_profile_string(map->p, label.key), "pprof::base"))
            continue;
        if (!map_string(m, map, label.key, &label.key, err) ||
            !map_string(m, map, label.text, &label.text, err) ||
            !map_string(m, map, label.unit, &label.unit, err))
            return false;
        if (!cprof_vec_push(m->env, &m->labels, label))
            return cprof_error_memory(m->env, err);
    }
    if (map->is_diff_base && !push_diff_base(m, err))
        return false;
    return cprof_builder_labels(m->builder, m->labels.at, (uint32_t)m->labels.count, &map->label_sets[from],
                                err);
}

/* The sample's values as they count in the result; false where the sample is to be left out.  A change of
 * unit leaves out what is 0 in the types that it concerns, as in the reference. */
static bool sample_values(cprof_merger *m, const cprof_profile *p, uint32_t sample, double scale) {
    const int64_t *from = cprof_sample_values(p, sample);
    bool any = false, converts = false, any_converted = false;
    for (size_t i = 0; i < m->values.count; i++) {
        double ratio = m->ratios.at[i];
        int64_t value = cprof_scaled(from[m->columns.at[i]], scale, &m->clipped);
        value = cprof_scaled(value, ratio, &m->clipped);
        m->values.at[i] = value;
        any |= value != 0;
        converts |= ratio != 1;
        any_converted |= ratio != 1 && value != 0;
    }
    return converts ? any_converted : any;
}

/* A bit a mapping: a stack leads to it.  *all: to each that a location is in. */
static uint64_t *used_mappings(const cprof_profile *p, cprof_arena *scratch, bool *all) {
    const uint32_t *mapping = p->locations.mapping;
    uint64_t *named = cprof_bits_copy(scratch, NULL, p->mapping_count);
    uint64_t *used = cprof_bits_copy(scratch, NULL, p->mapping_count);
    uint32_t missing = 0, frames = p->stacks.first[p->stacks.count];
    if (!named || !used)
        return NULL;
    for (uint32_t i = 0; i < p->locations.count; i++)
        if (mapping[i] != CPROF_NONE && !cprof_bit(named, mapping[i])) {
            cprof_bit_set(named, mapping[i]);
            missing++;
        }
    for (uint32_t i = 0; i < frames && missing > 0; i++) {
        uint32_t m = mapping[p->stacks.frames[i]];
        if (m != CPROF_NONE && !cprof_bit(used, m)) {
            cprof_bit_set(used, m);
            missing--;
        }
    }
    *all = missing == 0;
    return used;
}

/* Adds the keys of those of p's mappings that are used, and of the first; *twins: two of them are the same.
 */
static bool add_mapping_keys(mapping_keys *keys, const cprof_profile *p, const uint64_t *used, bool *twins,
                             const cprof_env *env) {
    bool ok = true;
    *twins = false;
    for (uint32_t i = 0; ok && !*twins && i < p->mapping_count; i++) {
        mapping_key key = key_of(&p->mappings[i]);
        bool is_found = i == 0 || cprof_bit(used, i);
        uint32_t row;
        *twins = is_found && find_mapping(keys, &key, &row);
        ok = *twins || add_mapping_key(keys, &key, is_found, env);
    }
    return ok;
}

/* Whether the tables can be mapped row by row.  Of mappings that count as the same, the one that a sample
 * leads to first stands for all, and none that no sample leads to: then only samples may lead to mappings. */
static bool is_free_of_order(const cprof_profile *p, bool *is_free, const cprof_env *env) {
    cprof_arena scratch;
    mapping_keys keys;
    bool all = false, twins = false;
    cprof_arena_init(&scratch, cprof_env_budget(env));
    mapping_keys_init(&keys, env);
    const uint64_t *used = used_mappings(p, &scratch, &all);
    bool ok = used && add_mapping_keys(&keys, p, used, &twins, env);
    *is_free = all && !twins;
    mapping_keys_deinit(&keys, env);
    cprof_arena_deinit(&scratch);
    return ok;
}

/* Row by row, which is the order that memory likes; cprof_merger_finish brings them into order of use. */
static bool map_rows(cprof_merger *m, part_map *map, cprof_error *err) {
    const cprof_profile *p = map->p;
    uint32_t function;
    for (uint32_t i = 0; i < p->functions.count; i++)
        if (!map_function(m, map, i, &function, err))
            return false;
    for (uint32_t i = 0; i < p->locations.count; i++)
        if (!map_location(m, map, i, &map->locations[i], err))
            return false;
    return true;
}

/* Maps what is better mapped before the samples are. */
static bool map_tables(cprof_merger *m, part_map *map, cprof_error *err) {
    bool is_free;
    if (!is_free_of_order(map->p, &is_free, m->env))
        return cprof_error_memory(m->env, err);
    return !is_free || (map_rows(m, map, err) &&
                        cprof_merge_find_stacks(m->builder, map->p, map->locations, map->stacks, err));
}

static bool add_members(cprof_merger *m, const cprof_profile *p, uint32_t sample, cprof_error *err) {
    for (uint32_t i = p->members.first[sample]; i < p->members.first[sample + 1]; i++)
        if (!cprof_builder_member(m->builder, p->members.id[i], err))
            return false;
    return true;
}

/* Fetches what adding the sample will look up first, as far as that is known. */
static void prefetch_sample(const cprof_merger *m, const part_map *map, uint32_t sample) {
    const cprof_profile *p = map->p;
    if (sample >= p->samples.count)
        return;
    uint32_t stack = map->stacks[p->samples.stack[sample]];
    uint32_t labels = map->label_sets[cprof_sample_label_set(p, sample)];
    if (stack != CPROF_NONE && labels != CPROF_NONE)
        cprof_builder_prefetch_sample(m->builder, stack, labels);
}

static bool add_samples(cprof_merger *m, part_map *map, double scale, cprof_error *err) {
    enum { AHEAD = 16 }; /* samples */
    const cprof_profile *p = map->p;
    for (uint32_t i = 0; i < p->samples.count; i++) {
        if (i % 16384 == 0 && cprof_stopped(m->env, err))
            return false;
        prefetch_sample(m, map, i + AHEAD);
        if (!sample_values(m, p, i, scale))
            continue;
        uint32_t stack = p->samples.stack[i], labels = cprof_sample_label_set(p, i);
        if (map->stacks[stack] == CPROF_NONE && !map_stack(m, map, stack, err))
            return false;
        if (map->label_sets[labels] == CPROF_NONE && !map_labels(m, map, labels, err))
            return false;
        if (!cprof_builder_sample_sum(m->builder, map->stacks[stack], map->label_sets[labels], m->values.at,
                                      err) ||
            (p->members.first && !add_members(m, p, i, err)))
            return false;
    }
    return true;
}

static bool add_tables(cprof_merger *m, const cprof_profile *p, double scale, bool is_diff_base,
                       cprof_error *err) {
    size_t types = m->head.types.count;
    m->values.count = m->columns.count = m->ratios.count = 0;
    if (!cprof_vec_reserve(m->env, &m->values, types) || !cprof_vec_reserve(m->env, &m->columns, types) ||
        !cprof_vec_reserve(m->env, &m->ratios, types))
        return cprof_error_memory(m->env, err);
    m->values.count = m->columns.count = m->ratios.count = types;
    if (!cprof_merge_head_columns(&m->head, p, m->columns.at, m->ratios.at))
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "a profile lacks a sample type of the others");
    part_map map;
    uint32_t main;
    bool ok = part_map_init(&map, p, is_diff_base, m->env) || cprof_error_memory(m->env, err);
    /* The first mapping is the program itself, used or not. */
    if (ok && m->mappings.at.count == 0 && p->mapping_count > 0)
        ok = map_mapping(m, &map, 0, &main, err);
    ok = ok && map_tables(m, &map, err) && add_samples(m, &map, scale, err);
    cprof_arena_deinit(&map.arena);
    return ok;
}

static void forget_mappings(cprof_merger *m) {
    mapping_keys_deinit(&m->mappings, m->env);
    mapping_keys_init(&m->mappings, m->env);
}

static bool begin_tables(cprof_merger *m, cprof_error *err) {
    forget_mappings(m);
    m->builder = cprof_builder_new(m->env, "profile.proto", err);
    return m->builder && cprof_merge_head_write_types(&m->head, m->builder, err);
}

/* True when p's tables are what adding p to no tables would give, but for order and equal rows. */
static bool is_fit_to_begin(cprof_merger *m, const cprof_merge_part *part) {
    const cprof_profile *p = part->profile;
    if (part->scale != 1 || part->is_diff_base || p->env != m->env ||
        !cprof_merge_head_has_types_of(&m->head, p))
        return false;
    for (uint32_t i = 0; i < p->samples.count; i++)
        if (cprof_sample_is_zero(p, i))
            return false;
    return true;
}

/* The keys of p's mappings, whose rows become the builder's.  *fits: no two are the same. */
static bool begin_mappings(cprof_merger *m, const cprof_profile *p, bool *fits) {
    cprof_arena scratch;
    bool all, twins = false;
    cprof_arena_init(&scratch, cprof_env_budget(m->env));
    const uint64_t *used = used_mappings(p, &scratch, &all);
    bool ok = used && add_mapping_keys(&m->mappings, p, used, &twins, m->env);
    *fits = !twins;
    cprof_arena_deinit(&scratch);
    return ok;
}

/* The first part's tables become the merger's, where they can (m->builder is NULL where not). */
static bool begin_with(cprof_merger *m, const cprof_merge_part *part, cprof_error *err) {
    bool fits = is_fit_to_begin(m, part);
    if (fits && !begin_mappings(m, part->profile, &fits))
        return cprof_error_memory(m->env, err);
    if (fits && !cprof_builder_resume(part->profile, &m->builder, err))
        return false;
    if (!m->builder)
        forget_mappings(m);
    return true;
}

/* Takes what is merged so far as the only part of new tables: brings it to the types of now. */
static bool begin_anew(cprof_merger *m, cprof_profile *so_far, cprof_error *err) {
    bool ok = begin_tables(m, err) && add_tables(m, so_far, 1, false, err);
    cprof_profile_free(so_far);
    return ok;
}

static bool take_tables(cprof_merger *m, cprof_profile **profile, cprof_error *err) {
    cprof_builder *b = m->builder;
    m->builder = NULL;
    return cprof_builder_take(b, profile, err);
}

bool cprof_merger_expect(cprof_merger *m, const cprof_profile *part, cprof_error *err) {
    bool changed;
    cprof_profile *so_far;
    if (!cprof_merge_head_expect(&m->head, part, &changed, err))
        return false;
    if (!changed || !m->builder)
        return true;
    return take_tables(m, &so_far, err) && begin_anew(m, so_far, err);
}

static bool add_part(cprof_merger *m, const cprof_merge_part *part, bool *taken, cprof_error *err) {
    if (!cprof_merger_expect(m, part->profile, err) || !cprof_merge_head_add(&m->head, part->profile, err))
        return false;
    if (!m->builder && !begin_with(m, part, err))
        return false;
    *taken = m->builder && cprof_builder_profile(m->builder) == part->profile;
    return *taken || ((m->builder || begin_tables(m, err)) &&
                      add_tables(m, part->profile, part->scale, part->is_diff_base, err));
}

bool cprof_merger_add(cprof_merger *m, const cprof_merge_part *part, cprof_error *err) {
    bool taken = false;
    bool ok = add_part(m, part, &taken, err);
    if (!taken)
        cprof_profile_free(part->profile);
    return ok;
}

static bool finish(cprof_merger *m, cprof_profile **merged, cprof_error *err) {
    if (!cprof_merge_head_write(&m->head, m->builder, err) || !take_tables(m, merged, err))
        return false;
    if (m->for_sums || cprof_order_tables(*merged, err))
        return true;
    cprof_profile_free(*merged);
    *merged = NULL;
    return false;
}

bool cprof_merger_finish(cprof_merger *m, cprof_profile **merged, cprof_error *err) {
    bool ok = finish(m, merged, err);
    if (ok && (m->clipped || m->head.clipped))
        cprof_note(m->env, CPROF_CLIPPED_NOTE);
    cprof_merger_free(m);
    return ok;
}

static bool merge(cprof_merge_part *parts, size_t count, bool for_sums, const cprof_env *env,
                  cprof_profile **merged, cprof_error *err) {
    if (count == 1 && parts[0].scale == 1 && !parts[0].is_diff_base) {
        bool done = cprof_drop_double_types(parts[0].profile, err);
        if (done)
            *merged = parts[0].profile;
        else
            cprof_profile_free(parts[0].profile);
        return done;
    }
    cprof_merger *m = cprof_merger_new(env, err);
    bool ok = m != NULL;
    size_t added = 0;
    if (ok)
        m->for_sums = for_sums;
    for (size_t i = 0; ok && i < count; i++)
        ok = cprof_merger_expect(m, parts[i].profile, err);
    while (ok && added < count) {
        ok = cprof_merger_add(m, &parts[added++], err);
        cprof_progress(env, "merging", added, count);
    }
    while (added < count)
        cprof_profile_free(parts[added++].profile);
    if (ok)
        return cprof_merger_finish(m, merged, err);
    cprof_merger_free(m);
    return false;
}

bool cprof_merge(cprof_merge_part *parts, size_t count, const cprof_env *env, cprof_profile **merged,
                 cprof_error *err) {
    return merge(parts, count, false, env, merged, err);
}

bool cprof_merge_for_sums(cprof_merge_part *parts, size_t count, const cprof_env *env, cprof_profile **merged,
                          cprof_error *err) {
    return merge(parts, count, true, env, merged, err);
}
