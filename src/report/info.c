#include "report/info.h"

#include "transform/scale.h"

static bool sum_types(cprof_info *info) {
    const cprof_profile *p = info->profile;
    info->totals = cprof_arena_calloc(&info->arena, (size_t)p->type_count + 1, sizeof *info->totals);
    info->clipped = cprof_arena_calloc(&info->arena, (size_t)p->type_count + 1, sizeof *info->clipped);
    if (!info->totals || !info->clipped)
        return false;
    for (uint32_t i = 0; i < p->samples.count; i++)
        for (uint32_t t = 0; t < p->type_count; t++)
            info->totals[t] = cprof_sum(info->totals[t], cprof_sample_values(p, i)[t], &info->clipped[t]);
    return true;
}

static void count_stacks(cprof_info *info) {
    const cprof_profile *p = info->profile;
    for (uint32_t s = 0; s < p->stacks.count; s++) {
        uint32_t depth = p->stacks.first[s + 1] - p->stacks.first[s];
        info->deepest = depth > info->deepest ? depth : info->deepest;
    }
    for (uint32_t l = 0; l < p->locations.count; l++) {
        bool named = false;
        for (uint32_t i = p->locations.first_line[l]; i < p->locations.first_line[l + 1]; i++)
            named |= p->functions.name[p->locations.line_function[i]] != 0;
        info->named += named;
    }
}

/* --- labels --- */

typedef struct label_counts {
    cprof_info *info;
    const cprof_env *env;
    cprof_index seen, keys;
    CPROF_VEC(cprof_label) values; /* distinct ones */
    CPROF_VEC(cprof_info_label) rows;
} label_counts;

static bool count_value(label_counts *c, const cprof_label *label) {
    uint64_t hash = cprof_hash_u64(((uint64_t)label->key << 33 | (uint64_t)label->is_number << 32) ^
                                   cprof_hash_u64(label->is_number ? (uint64_t)label->number : label->text));
    uint32_t row;
    cprof_index_probe probe = cprof_index_start(&c->seen, hash);
    while (cprof_index_next(&c->seen, &probe, &row)) {
        const cprof_label *other = &c->values.at[row];
        if (other->key == label->key && other->is_number == label->is_number && other->text == label->text &&
            other->number == label->number)
            return true;
    }
    row = (uint32_t)c->values.count;
    if (!cprof_vec_push(c->env, &c->values, *label) || !cprof_index_insert(&c->seen, hash, row))
        return false;
    hash = cprof_hash_u64((uint64_t)label->key << 1 | label->is_number);
    probe = cprof_index_start(&c->keys, hash);
    while (cprof_index_next(&c->keys, &probe, &row))
        if (c->rows.at[row].key == label->key && c->rows.at[row].is_number == label->is_number) {
            c->rows.at[row].values++;
            return true;
        }
    cprof_info_label first = {.key = label->key, .is_number = label->is_number, .values = 1};
    row = (uint32_t)c->rows.count;
    return cprof_vec_push(c->env, &c->rows, first) && cprof_index_insert(&c->keys, hash, row);
}

static bool count_labels(cprof_info *info) {
    const cprof_profile *p = info->profile;
    label_counts c = {.info = info, .env = p->env};
    cprof_index_init(&c.seen, cprof_env_budget(p->env));
    cprof_index_init(&c.keys, cprof_env_budget(p->env));
    uint32_t count = p->label_sets.count ? p->label_sets.first[p->label_sets.count] : 0;
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = count_value(&c, &p->label_sets.labels[i]);
    size_t size = c.rows.count * sizeof *info->labels;
    if (ok && size > 0) {
        info->labels = cprof_arena_alloc(&info->arena, size);
        ok = info->labels != NULL;
        if (ok)
            memcpy(info->labels, c.rows.at, size);
        info->label_count = ok ? (uint32_t)c.rows.count : 0;
    }
    cprof_index_deinit(&c.seen);
    cprof_index_deinit(&c.keys);
    cprof_vec_free(p->env, &c.values);
    cprof_vec_free(p->env, &c.rows);
    return ok;
}

/* --- producer --- */

static bool any_function(const cprof_profile *p, const char *name_prefix, const char *file_suffix) {
    for (uint32_t f = 0; f < p->functions.count; f++)
        if (cprof_slice_starts_with(cprof_profile_string(p, p->functions.name[f]), name_prefix) &&
            cprof_slice_ends_with(cprof_profile_string(p, p->functions.filename[f]), file_suffix))
            return true;
    return false;
}

/* Each run-time has frames that no other has. */
static const char *guess_producer(const cprof_profile *p) {
    static const struct {
        const char *name_prefix, *file_suffix, *producer;
    } signs[] = {
        {"runtime.", ".go", "Go"}, {"runtime/", ".go", "Go"}, {"", ".js", "JavaScript"},
        {"", ".ts", "JavaScript"}, {"java.", "", "Java"},     {"", ".py", "Python"},
        {"", ".rs", "Rust"},       {"", ".go", "Go"},         {"", ".cc", "C++"},
        {"", ".cpp", "C++"},       {"", ".c", "C"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (any_function(p, signs[i].name_prefix, signs[i].file_suffix))
            return signs[i].producer;
    return NULL;
}

bool cprof_info_init(cprof_info *info, const cprof_profile *profile, cprof_error *err) {
    *info = (cprof_info){.profile = profile, .default_type = CPROF_NONE};
    cprof_arena_init(&info->arena, cprof_env_budget(profile->env));
    if (!sum_types(info) || !count_labels(info))
        return cprof_error_memory(profile->env, err);
    count_stacks(info);
    info->producer = guess_producer(profile);
    return profile->type_count == 0 ||
           cprof_profile_find_type(profile, CPROF_SLICE(""), &info->default_type, err);
}

void cprof_info_deinit(cprof_info *info) {
    cprof_arena_deinit(&info->arena);
}
