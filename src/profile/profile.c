#include "profile/profile.h"

#include "base/sink.h"
#include "base/utf8.h"

#include <stdlib.h>

void *cprof_profile_alloc(cprof_profile *p, size_t count, size_t size) {
    if (p->block_count == CPROF_PROFILE_BLOCKS || (size > 0 && count > SIZE_MAX / size))
        return NULL;
    size_t bytes = count * size > 0 ? count * size : 1;
    void *at = cprof_mem_resize(cprof_env_budget(p->env), NULL, 0, bytes);
    if (at) {
        memset(at, 0, bytes);
        p->blocks[p->block_count++] = (cprof_block){at, bytes};
    }
    return at;
}

void cprof_profile_free(cprof_profile *p) {
    if (!p)
        return;
    cprof_budget *budget = cprof_env_budget(p->env);
    for (uint32_t i = 0; i < p->block_count; i++)
        cprof_mem_free(budget, p->blocks[i].at, p->blocks[i].size);
    cprof_strtab_deinit(&p->strings);
    cprof_mem_free(budget, p, sizeof *p);
}

static void free_block(cprof_profile *p, const void *at) {
    for (uint32_t i = 0; at && i < p->block_count; i++) {
        if (p->blocks[i].at != at)
            continue;
        cprof_mem_free(cprof_env_budget(p->env), p->blocks[i].at, p->blocks[i].size);
        p->blocks[i] = p->blocks[--p->block_count];
        return;
    }
}

void cprof_profile_forget_samples(cprof_profile *p) {
    const void *const tables[] = {
        p->functions.id,          p->functions.name,   p->functions.system_name,   p->functions.filename,
        p->functions.start_line,  p->locations.id,     p->locations.address,       p->locations.mapping,
        p->locations.first_line,  p->locations.folded, p->locations.line_function, p->locations.line_number,
        p->locations.line_column, p->stacks.first,     p->stacks.frames,           p->label_sets.first,
        p->label_sets.labels,     p->samples.stack,    p->samples.label_set,       p->samples.values,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        free_block(p, tables[i]);
    p->functions = (cprof_functions){0};
    p->locations = (cprof_locations){0};
    p->stacks = (cprof_stacks){0};
    p->label_sets = (cprof_label_sets){0};
    p->samples = (cprof_samples){0};
}

/* A decimal number with an optional sign that fits; else it is taken for a name. */
static bool parse_index(cprof_slice s, int64_t *index) {
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = s.len > 0 && (negative || s.ptr[0] == '+');
    if (i == s.len)
        return false;
    int64_t n = 0;
    for (; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, s.ptr[i] - '0', &n))
            return false;
    }
    *index = negative ? -n : n;
    return true;
}

static bool unknown_type(const cprof_profile *p, cprof_slice wanted, cprof_error *err) {
    cprof_sink text;
    cprof_sink_init_memory(&text, p->env);
    cprof_sink_puts(&text, "sample_index \"");
    cprof_sink_escaped(&text, wanted, false);
    cprof_sink_puts(&text, "\" must be one of: [");
    for (uint32_t i = 0; i < p->type_count; i++) {
        if (i > 0)
            cprof_sink_putc(&text, ' ');
        cprof_sink_escaped(&text, cprof_profile_string(p, p->types[i].type), false);
    }
    cprof_sink_putc(&text, ']');
    cprof_slice s = cprof_sink_bytes(&text);
    cprof_error_set(err, CPROF_ERR_USAGE, -1, "%.*s", CPROF_SLICE_ARG(s));
    cprof_sink_deinit(&text);
    return false;
}

bool cprof_profile_find_type(const cprof_profile *p, cprof_slice wanted, uint32_t *type, cprof_error *err) {
    if (p->type_count == 0)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "profile has no samples");
    if (wanted.len == 0) {
        *type = p->type_count - 1;
        for (uint32_t i = p->type_count; p->default_type != 0 && i-- > 0;) {
            if (p->types[i].type == p->default_type)
                *type = i; /* the first of equal names */
        }
        return true;
    }
    int64_t index;
    if (parse_index(wanted, &index)) {
        if (index < 0 || index >= (int64_t)p->type_count)
            return cprof_error_set(err, CPROF_ERR_USAGE, -1, "sample_index %.*s is outside the range [0..%u]",
                                   CPROF_SLICE_ARG(wanted), p->type_count - 1);
        *type = (uint32_t)index;
        return true;
    }
    /* "inuse_space" is what old dumps simply call "space". */
    cprof_slice plain =
        cprof_slice_starts_with(wanted, "inuse_") ? cprof_slice_sub(wanted, 6, wanted.len) : wanted;
    for (uint32_t i = 0; i < p->type_count; i++) {
        cprof_slice name = cprof_profile_string(p, p->types[i].type);
        if (cprof_slice_equal(name, wanted) || cprof_slice_equal(name, plain)) {
            *type = i;
            return true;
        }
    }
    return unknown_type(p, wanted, err);
}

bool cprof_profile_has_negative(const cprof_profile *p) {
    size_t count = (size_t)p->samples.count * p->type_count;
    for (size_t i = 0; i < count; i++)
        if (p->samples.values[i] < 0)
            return true;
    return false;
}

/* Calls visit for each numeric label of each label set that a sample has, sets in order of first use. */
static bool each_number(const cprof_profile *p, bool (*visit)(void *context, const cprof_label *label),
                        void *context, cprof_error *err) {
    if (!p->samples.label_set)
        return true;
    cprof_budget *budget = cprof_env_budget(p->env);
    size_t size = p->label_sets.count;
    bool *seen = cprof_mem_resize(budget, NULL, 0, size);
    if (!seen)
        return cprof_error_memory(p->env, err);
    memset(seen, 0, size);
    bool ok = true;
    for (uint32_t i = 0; ok && i < p->samples.count; i++) {
        uint32_t set = p->samples.label_set[i];
        if (seen[set])
            continue;
        seen[set] = true;
        for (uint32_t k = p->label_sets.first[set]; ok && k < p->label_sets.first[set + 1]; k++) {
            if (p->label_sets.labels[k].is_number)
                ok = visit(context, &p->label_sets.labels[k]);
        }
    }
    cprof_mem_free(budget, seen, size);
    return ok || cprof_error_memory(p->env, err);
}

typedef struct unit_search {
    const cprof_profile *profile;
    cprof_label_units *units;
    /* Keys with the unit that they were seen with last: there is nothing to learn from those.  By the key's
     * last bits. */
    struct {
        cprof_str key, unit;
    } seen[16];
} unit_search;

static bool add_unit(void *context, const cprof_label *label) {
    unit_search *search = context;
    cprof_label_units *units = search->units;
    size_t at = label->key % (sizeof search->seen / sizeof *search->seen);
    if (search->seen[at].key == label->key && search->seen[at].unit == label->unit)
        return true;
    search->seen[at].key = label->key;
    search->seen[at].unit = label->unit;
    uint32_t row = cprof_idmap_get(&units->by_key, label->key);
    if (row == CPROF_NONE) {
        row = (uint32_t)units->rows.count;
        if (!cprof_vec_push(search->profile->env, &units->rows, ((cprof_label_unit){.key = label->key})) ||
            !cprof_idmap_set(&units->by_key, label->key, row))
            return false;
    }
    if (label->unit != 0) {
        cprof_slice unit = cprof_profile_string(search->profile, label->unit);
        cprof_label_unit *entry = &units->rows.at[row];
        if (entry->unit.len == 0)
            entry->unit = unit;
        else if (!cprof_slice_equal(entry->unit, unit))
            entry->mixed = true;
    }
    return true;
}

bool cprof_label_units_init(cprof_label_units *units, const cprof_profile *p, cprof_error *err) {
    memset(units, 0, sizeof *units);
    cprof_idmap_init(&units->by_key, cprof_env_budget(p->env));
    unit_search search = {.profile = p, .units = units};
    memset(search.seen, 0xff, sizeof search.seen); /* CPROF_NONE: no key */
    if (!each_number(p, add_unit, &search, err)) {
        cprof_label_units_deinit(units, p);
        return false;
    }
    for (size_t i = 0; i < units->rows.count; i++) {
        cprof_label_unit *entry = &units->rows.at[i];
        cprof_slice key = cprof_profile_string(p, entry->key);
        if (entry->unit.len == 0)
            entry->unit = cprof_slice_is(key, "alignment") || cprof_slice_is(key, "request")
                              ? CPROF_SLICE("bytes")
                              : key;
    }
    return true;
}

void cprof_label_units_deinit(cprof_label_units *units, const cprof_profile *p) {
    cprof_vec_free(p->env, &units->rows);
    cprof_idmap_deinit(&units->by_key);
}

cprof_slice cprof_label_units_get(const cprof_label_units *units, cprof_str key) {
    uint32_t row = cprof_idmap_get(&units->by_key, key);
    return row == CPROF_NONE ? CPROF_SLICE("") : units->rows.at[row].unit;
}

/* A unit other than the first that a key was seen with. */
typedef struct other_unit {
    uint32_t row; /* of the units */
    cprof_slice unit;
} other_unit;

typedef struct other_units {
    const cprof_profile *profile;
    const cprof_label_units *units;
    CPROF_VEC(other_unit) found;
} other_units;

static bool add_other_unit(void *context, const cprof_label *label) {
    other_units *others = context;
    const cprof_label_units *units = others->units;
    if (label->unit == 0)
        return true;
    uint32_t row = cprof_idmap_get(&units->by_key, label->key);
    cprof_slice unit = cprof_profile_string(others->profile, label->unit);
    if (cprof_slice_equal(units->rows.at[row].unit, unit))
        return true;
    return cprof_vec_push(others->profile->env, &others->found, ((other_unit){row, unit}));
}

static int compare_other(const void *a, const void *b) {
    const other_unit *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return cprof_slice_compare(x->unit, y->unit);
}

static void note_others(const other_units *others, size_t from, size_t to, const cprof_env *env) {
    const cprof_profile *p = others->profile;
    const cprof_label_unit *entry = &others->units->rows.at[others->found.at[from].row];
    cprof_sink text;
    cprof_sink_init_memory(&text, env);
    cprof_sink_puts(&text, "For tag ");
    cprof_sink_escaped(&text, cprof_profile_string(p, entry->key), false);
    cprof_sink_puts(&text, " used unit ");
    cprof_sink_escaped(&text, entry->unit, false);
    cprof_sink_puts(&text, ", also encountered unit(s) ");
    for (size_t i = from; i < to; i++) {
        cprof_slice unit = others->found.at[i].unit;
        if (i > from && cprof_slice_equal(unit, others->found.at[i - 1].unit))
            continue;
        if (i > from)
            cprof_sink_puts(&text, ", ");
        cprof_sink_escaped(&text, unit, false);
    }
    cprof_slice s = cprof_sink_bytes(&text);
    cprof_note(env, "%.*s", CPROF_SLICE_ARG(s));
    cprof_sink_deinit(&text);
}

bool cprof_label_units_note(const cprof_label_units *units, const cprof_profile *p, const cprof_env *env,
                            cprof_error *err) {
    bool mixed = false;
    for (size_t i = 0; i < units->rows.count; i++)
        mixed |= units->rows.at[i].mixed;
    if (!mixed)
        return true;
    other_units others = {.profile = p, .units = units};
    bool ok = each_number(p, add_other_unit, &others, err);
    if (ok && others.found.count > 0)
        qsort(others.found.at, others.found.count, sizeof *others.found.at, compare_other);
    for (size_t from = 0, to; ok && from < others.found.count; from = to) {
        for (to = from + 1; to < others.found.count && others.found.at[to].row == others.found.at[from].row;)
            to++;
        note_others(&others, from, to, env);
    }
    cprof_vec_free(p->env, &others.found);
    return ok;
}
