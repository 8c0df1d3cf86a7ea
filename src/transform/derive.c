#include "transform/derive.h"

#include "transform/merge_head.h"
#include "transform/order.h"
#include "transform/scale.h"

static bool same_type(const cprof_profile *a, cprof_value_type ta, const cprof_profile *b,
                      cprof_value_type tb) {
    return cprof_slice_equal(cprof_profile_string(a, ta.type), cprof_profile_string(b, tb.type)) &&
           cprof_slice_equal(cprof_profile_string(a, ta.unit), cprof_profile_string(b, tb.unit));
}

static int64_t sum_of_type(const cprof_profile *p, uint32_t type, bool *clipped) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < p->samples.count; i++)
        sum = cprof_sum(sum, cprof_sample_values(p, i)[type], clipped);
    return sum;
}

bool cprof_normalize_factors(const cprof_profile *p, const cprof_profile *base, double *factors,
                             cprof_error *err) {
    bool same = p->type_count == base->type_count && same_type(p, p->period_type, base, base->period_type);
    for (uint32_t i = 0; same && i < p->type_count; i++)
        same = same_type(p, p->types[i], base, base->types[i]);
    if (!same)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1,
                               "profiles can only be normalized when they have the same sample types");
    bool clipped = false;
    for (uint32_t i = 0; i < p->type_count; i++) {
        int64_t sum = sum_of_type(p, i, &clipped);
        factors[i] = sum == 0 ? 0 : (double)sum_of_type(base, i, &clipped) / (double)sum;
    }
    if (clipped)
        cprof_note(p->env, CPROF_CLIPPED_NOTE);
    return true;
}

/* context: the factors. */
static bool has_scaled_value(const cprof_profile *p, uint32_t sample, const void *context) {
    const double *factors = context;
    const int64_t *values = cprof_sample_values(p, sample);
    for (uint32_t k = 0; k < p->type_count; k++)
        if (factors[k] != 1 && values[k] != 0)
            return true;
    return false;
}

void cprof_scale(cprof_profile *p, const double *factors) {
    size_t types = p->type_count;
    bool clipped = false, any_factor = false;
    for (size_t k = 0; k < types; k++)
        any_factor |= factors[k] != 1;
    if (!any_factor)
        return;
    for (size_t i = 0; i < p->samples.count * types; i++)
        p->samples.values[i] = cprof_scaled(p->samples.values[i], factors[i % types], &clipped);
    cprof_sieve_samples(p, has_scaled_value, factors);
    if (clipped)
        cprof_note(p->env, CPROF_CLIPPED_NOTE);
}

/* Rows of the types that no other type shares its name with; *count of them. */
static bool single_types(const cprof_profile *p, uint32_t *rows, uint32_t *count) {
    cprof_idmap seen;
    cprof_idmap_init(&seen, cprof_env_budget(p->env));
    bool ok = true;
    for (uint32_t i = 0; ok && i < p->type_count; i++) {
        uint32_t times = cprof_idmap_get(&seen, p->types[i].type);
        ok = cprof_idmap_set(&seen, p->types[i].type, times == CPROF_NONE ? 1 : 2);
    }
    *count = 0;
    for (uint32_t i = 0; ok && i < p->type_count; i++)
        if (cprof_idmap_get(&seen, p->types[i].type) == 1)
            rows[(*count)++] = i;
    cprof_idmap_deinit(&seen);
    return ok;
}

static void keep_types(cprof_profile *p, const uint32_t *rows, uint32_t count) {
    bool default_kept = false;
    for (uint32_t i = 0; i < p->samples.count; i++)
        for (uint32_t k = 0; k < count; k++)
            p->samples.values[(size_t)i * count + k] = p->samples.values[(size_t)i * p->type_count + rows[k]];
    for (uint32_t k = 0; k < count; k++) {
        p->types[k] = p->types[rows[k]];
        default_kept |= p->types[k].type == p->default_type;
    }
    p->type_count = count;
    if (!default_kept)
        p->default_type = p->types[0].type;
}

bool cprof_drop_double_types(cprof_profile *p, cprof_error *err) {
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(p->env));
    uint32_t count = 0, *rows = cprof_arena_calloc(&scratch, (size_t)p->type_count + 1, sizeof *rows);
    bool ok = (rows && single_types(p, rows, &count)) || cprof_error_memory(p->env, err);
    if (ok && count == 0 && p->type_count > 0)
        ok = cprof_error_set(err, CPROF_ERR_VALUE, -1, "every sample type of the profile is there twice");
    if (ok && count < p->type_count)
        keep_types(p, rows, count);
    cprof_arena_deinit(&scratch);
    return ok;
}
