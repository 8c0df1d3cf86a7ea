#include "report/tags.h"

#include "transform/scale.h"

#include <stdlib.h>

/* A value of a key, and what its samples sum up to. */
typedef struct tag_sum {
    cprof_str key, name; /* ids in the pass's strings */
    int64_t sum;
    bool is_text, is_number;
    int64_t low, high; /* of the numbers */
} tag_sum;

typedef struct tags_pass {
    cprof_report *report;
    const cprof_view *view;
    cprof_arena scratch;
    cprof_strtab strings; /* the profile's, and numbers as they are shown */
    int64_t *set_sums;    /* by label set */
    uint64_t *set_met;    /* a bit a label set */
    CPROF_VEC(tag_sum) sums;
    cprof_index index;
    bool clipped;
} tags_pass;

static bool sum_sets(tags_pass *pass, cprof_error *err) {
    const cprof_view *view = pass->view;
    uint32_t sets = view->profile->label_sets.count, count = cprof_view_sample_count(view);
    pass->set_sums = cprof_arena_calloc(&pass->scratch, (size_t)sets + 1, sizeof *pass->set_sums);
    pass->set_met = cprof_arena_calloc(&pass->scratch, (size_t)sets / 64 + 1, sizeof *pass->set_met);
    if (!pass->set_sums || !pass->set_met)
        return cprof_error_memory(view->env, err);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(view, i), set = cprof_sample_label_set(view->profile, sample);
        if (i % 65536 == 0 && cprof_stopped(view->env, err))
            return false;
        pass->set_sums[set] = cprof_sum(pass->set_sums[set], cprof_view_value(view, sample), &pass->clipped);
        pass->set_met[set >> 6] |= UINT64_C(1) << (set & 63);
    }
    return true;
}

static void note_form(tag_sum *sum, const cprof_label *label) {
    if (label->is_number) {
        sum->low = !sum->is_number || label->number < sum->low ? label->number : sum->low;
        sum->high = !sum->is_number || label->number > sum->high ? label->number : sum->high;
    }
    sum->is_text |= !label->is_number;
    sum->is_number |= label->is_number;
}

static bool add_value(tags_pass *pass, const cprof_label *label, cprof_str name, int64_t value) {
    cprof_str key = label->key;
    uint64_t hash = cprof_hash_u64((uint64_t)key << 32 | name);
    cprof_index_probe probe = cprof_index_start(&pass->index, hash);
    uint32_t row;
    while (cprof_index_next(&pass->index, &probe, &row)) {
        tag_sum *sum = &pass->sums.at[row];
        if (sum->key == key && sum->name == name) {
            sum->sum = cprof_sum(sum->sum, value, &pass->clipped);
            note_form(sum, label);
            return true;
        }
    }
    row = (uint32_t)pass->sums.count;
    tag_sum made = {.key = key, .name = name, .sum = value};
    note_form(&made, label);
    return cprof_vec_push(pass->view->env, &pass->sums, made) && cprof_index_insert(&pass->index, hash, row);
}

static bool add_set(tags_pass *pass, uint32_t set) {
    const cprof_profile *p = pass->view->profile;
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        const cprof_label *label = &p->label_sets.labels[i];
        cprof_str name = label->text;
        if (!cprof_view_shows_label(pass->view, label))
            continue;
        if (label->is_number) {
            char buffer[CPROF_LABEL_MAX];
            cprof_slice unit = cprof_label_units_get(pass->report->label_units, label->key);
            cprof_slice text = cprof_measure_label(label->number, unit, pass->report->unit, buffer);
            if (!cprof_strtab_add(&pass->strings, text, &name))
                return false;
        }
        if (!add_value(pass, label, name, pass->set_sums[set]))
            return false;
    }
    return true;
}

static uint64_t magnitude(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* By key; the heaviest first; by name. */
static int compare_sums(const void *a, const void *b, void *context) {
    const tag_sum *x = a, *y = b;
    const cprof_strtab *strings = context;
    if (x->key != y->key)
        return cprof_slice_compare(cprof_strtab_get(strings, x->key), cprof_strtab_get(strings, y->key));
    if (magnitude(x->sum) != magnitude(y->sum))
        return magnitude(x->sum) > magnitude(y->sum) ? -1 : 1;
    return cprof_slice_compare(cprof_strtab_get(strings, x->name), cprof_strtab_get(strings, y->name));
}

static bool copy_string(tags_pass *pass, cprof_str id, cprof_slice *copy) {
    cprof_slice text = cprof_strtab_get(&pass->strings, id);
    *copy = cprof_report_join(pass->report, &text, 1);
    return copy->ptr != NULL;
}

static bool make_key(tags_pass *pass, const tag_sum *sums, uint32_t count, cprof_tags_key *key) {
    cprof_report *report = pass->report;
    int64_t total = 0;
    key->values = cprof_arena_calloc(&report->arena, count, sizeof *key->values);
    key->value_count = count;
    if (!key->values || !copy_string(pass, sums[0].key, &key->name))
        return false;
    key->unit = cprof_label_units_get(report->label_units, sums[0].key);
    for (uint32_t i = 0; i < count; i++) {
        key->values[i].is_text = sums[i].is_text;
        key->values[i].is_number = sums[i].is_number;
        key->values[i].low = sums[i].low;
        key->values[i].high = sums[i].high;
        total = cprof_sum(total, sums[i].sum, &pass->clipped);
        if (!copy_string(pass, sums[i].name, &key->values[i].name) ||
            !cprof_report_amount(report, sums[i].sum, report->total, &key->values[i].amount))
            return false;
    }
    return cprof_report_amount(report, total, report->total, &key->amount);
}

static bool make_keys(tags_pass *pass, cprof_tags *tags) {
    const tag_sum *sums = pass->sums.at;
    size_t count = pass->sums.count, keys = 0;
    if (count > 0)
        qsort_r(pass->sums.at, count, sizeof *sums, compare_sums, &pass->strings);
    for (size_t i = 0; i < count; i++)
        keys += i == 0 || sums[i].key != sums[i - 1].key;
    tags->keys = cprof_arena_calloc(&pass->report->arena, keys + 1, sizeof *tags->keys);
    if (!tags->keys)
        return false;
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && sums[next].key == sums[i].key;)
            next++;
        if (!make_key(pass, sums + i, (uint32_t)(next - i), &tags->keys[tags->key_count++]))
            return false;
    }
    return true;
}

static bool make_tags(tags_pass *pass, cprof_tags *tags, cprof_error *err) {
    uint32_t sets = pass->view->profile->label_sets.count;
    if (!sum_sets(pass, err))
        return false;
    for (uint32_t set = 0; set < sets; set++)
        if (cprof_bit(pass->set_met, set) && !add_set(pass, set))
            return cprof_error_memory(pass->view->env, err);
    return make_keys(pass, tags) || cprof_error_memory(pass->view->env, err);
}

bool cprof_tags_init(cprof_tags *tags, cprof_report *report, cprof_error *err) {
    const cprof_env *env = report->view->env;
    *tags = (cprof_tags){.report = report, .has_percent = report->total > 0};
    tags_pass pass = {.report = report, .view = report->view};
    if (!cprof_strtab_init_child(&pass.strings, &report->view->profile->strings, env))
        return cprof_error_memory(env, err);
    cprof_arena_init(&pass.scratch, cprof_env_budget(env));
    cprof_index_init(&pass.index, cprof_env_budget(env));
    bool ok = cprof_report_amount(report, report->total, report->total, &tags->total) ||
              cprof_error_memory(env, err);
    ok = ok && make_tags(&pass, tags, err);
    if (pass.clipped)
        cprof_note(env, CPROF_CLIPPED_NOTE);
    cprof_vec_free(env, &pass.sums);
    cprof_index_deinit(&pass.index);
    cprof_arena_deinit(&pass.scratch);
    cprof_strtab_deinit(&pass.strings);
    return ok;
}
