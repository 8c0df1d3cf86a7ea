#include "profile/builder.h"

#include "profile/builder_state.h"
#include "profile/labels.h"

#include <stdlib.h>

cprof_builder *cprof_builder_bare(const cprof_env *env) {
    cprof_budget *budget = cprof_env_budget(env);
    cprof_builder *b = cprof_mem_resize(budget, NULL, 0, sizeof *b);
    if (!b)
        return NULL;
    memset(b, 0, sizeof *b);
    b->env = env;
    cprof_columns_init(&b->columns, env);
    cprof_index *indexes[] = {&b->functions, &b->locations, &b->stacks, &b->label_sets, &b->samples};
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        cprof_index_init(indexes[i], budget);
    return b;
}

cprof_builder *cprof_builder_new(const cprof_env *env, const char *format, cprof_error *err) {
    cprof_builder *b = cprof_builder_bare(env);
    if (!b) {
        cprof_error_memory(env, err);
        return NULL;
    }
    uint32_t empty_set;
    b->profile = cprof_profile_new(env, format, err);
    if (b->profile && cprof_builder_labels(b, NULL, 0, &empty_set, err))
        return b;
    cprof_builder_free(b);
    return NULL;
}

void cprof_builder_free(cprof_builder *b) {
    if (!b)
        return;
    cprof_columns_deinit(&b->columns);
    cprof_index_deinit(&b->functions);
    cprof_index_deinit(&b->locations);
    cprof_index_deinit(&b->stacks);
    cprof_index_deinit(&b->label_sets);
    cprof_index_deinit(&b->samples);
    cprof_vec_free(b->env, &b->members);
    cprof_vec_free(b->env, &b->sorted);
    cprof_profile_free(b->profile);
    cprof_mem_free(cprof_env_budget(b->env), b, sizeof *b);
}

cprof_profile *cprof_builder_profile(cprof_builder *b) {
    return b->profile;
}

static bool check(cprof_builder *b, cprof_error *err) {
    const cprof_columns *c = &b->columns;
    if (c->types.count == 0 && c->sample_stack.count > 0)
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "there are samples, but no sample types");
    cprof_idmap ids;
    cprof_idmap_init(&ids, cprof_env_budget(b->env));
    bool ok = true;
    for (uint32_t i = 0; ok && i < c->mappings.count; i++) {
        uint64_t id = c->mappings.at[i].id;
        if (cprof_idmap_get(&ids, id) != CPROF_NONE)
            ok = cprof_error_set(err, CPROF_ERR_FORMAT, -1, "two mappings have the id %llu",
                                 (unsigned long long)id);
        else if (!cprof_idmap_set(&ids, id, i))
            ok = cprof_error_memory(b->env, err);
    }
    cprof_idmap_deinit(&ids);
    return ok;
}

bool cprof_builder_take(cprof_builder *b, cprof_profile **profile, cprof_error *err) {
    bool ok = check(b, err) && cprof_columns_move(&b->columns, b->profile, err) &&
              cprof_members_put(b->profile, &b->members, err);
    if (ok) {
        *profile = b->profile;
        b->profile = NULL;
    }
    cprof_builder_free(b);
    return ok;
}

bool cprof_builder_string(cprof_builder *b, cprof_slice bytes, cprof_str *id, cprof_error *err) {
    return cprof_strtab_add(&b->profile->strings, bytes, id) || cprof_error_memory(b->env, err);
}

bool cprof_builder_type(cprof_builder *b, cprof_slice type, cprof_slice unit, cprof_error *err) {
    cprof_columns *c = &b->columns;
    cprof_value_type row;
    if (c->sample_stack.count > 0)
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "a sample type after the first sample");
    if (!cprof_builder_string(b, type, &row.type, err) || !cprof_builder_string(b, unit, &row.unit, err))
        return false;
    if (!cprof_vec_push(b->env, &c->types, row))
        return cprof_error_memory(b->env, err);
    b->profile->types = c->types.at;
    b->profile->type_count = (uint32_t)c->types.count;
    return true;
}

bool cprof_builder_comment(cprof_builder *b, cprof_str comment, cprof_error *err) {
    if (!cprof_vec_push(b->env, &b->columns.comments, comment))
        return cprof_error_memory(b->env, err);
    b->profile->comments = b->columns.comments.at;
    b->profile->comment_count = (uint32_t)b->columns.comments.count;
    return true;
}

bool cprof_builder_attribute(cprof_builder *b, cprof_slice name, cprof_slice value, cprof_error *err) {
    cprof_attribute row;
    if (!cprof_builder_string(b, name, &row.name, err) || !cprof_builder_string(b, value, &row.value, err))
        return false;
    if (!cprof_vec_push(b->env, &b->columns.attributes, row))
        return cprof_error_memory(b->env, err);
    b->profile->attributes = b->columns.attributes.at;
    b->profile->attribute_count = (uint32_t)b->columns.attributes.count;
    return true;
}

bool cprof_builder_mapping(cprof_builder *b, const cprof_mapping *mapping, uint32_t *row, cprof_error *err) {
    cprof_columns *c = &b->columns;
    cprof_mapping m = *mapping;
    if (m.id == 0) {
        if (b->last_mapping_id == UINT64_MAX)
            return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "no mapping id is free");
        m.id = b->last_mapping_id + 1;
    }
    if (!cprof_columns_room(c->mappings.count, 1, "mappings", err))
        return false;
    if (!cprof_vec_push(b->env, &c->mappings, m))
        return cprof_error_memory(b->env, err);
    if (m.id > b->last_mapping_id)
        b->last_mapping_id = m.id;
    *row = (uint32_t)c->mappings.count - 1;
    b->profile->mappings = c->mappings.at;
    b->profile->mapping_count = (uint32_t)c->mappings.count;
    return true;
}

/* A handle that a caller made up: never the input's fault alone, but the profile must not be left broken. */
static bool bad_row(const char *what, uint32_t row, cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "row %u of the %s is not there", row, what);
}

static bool function_equals(const cprof_columns *c, uint32_t row, cprof_str name, cprof_str system_name,
                            cprof_str filename, int64_t start_line) {
    int64_t start = row < c->function_start_line.count ? c->function_start_line.at[row] : 0;
    return c->function_name.at[row] == name && c->function_system_name.at[row] == system_name &&
           c->function_filename.at[row] == filename && start == start_line;
}

static bool find_function(const cprof_builder *b, uint64_t hash, cprof_str name, cprof_str system_name,
                          cprof_str filename, int64_t start_line, uint32_t *row) {
    cprof_index_probe probe = cprof_index_start(&b->functions, hash);
    while (cprof_index_next(&b->functions, &probe, row))
        if (function_equals(&b->columns, *row, name, system_name, filename, start_line))
            return true;
    return false;
}

bool cprof_builder_function(cprof_builder *b, cprof_str name, cprof_str system_name, cprof_str filename,
                            int64_t start_line, uint32_t *row, cprof_error *err) {
    cprof_columns *c = &b->columns;
    *row = b->next_function;
    if (*row < c->function_name.count && function_equals(c, *row, name, system_name, filename, start_line)) {
        b->next_function++;
        return true;
    }
    uint64_t hash = cprof_builder_function_hash(name, system_name, filename, start_line);
    if (find_function(b, hash, name, system_name, filename, start_line, row)) {
        b->next_function = *row + 1;
        return true;
    }
    uint32_t strings = cprof_strtab_count(&b->profile->strings);
    if (name >= strings || system_name >= strings || filename >= strings)
        return bad_row("strings", name > filename ? name : filename, err);
    if (!cprof_columns_room(c->function_name.count, 1, "functions", err))
        return false;
    *row = (uint32_t)c->function_name.count;
    if (!cprof_vec_push(b->env, &c->function_name, name) ||
        !cprof_vec_push(b->env, &c->function_system_name, system_name) ||
        !cprof_vec_push(b->env, &c->function_filename, filename) ||
        !cprof_column_set_i64(b->env, &c->function_start_line, *row, start_line) ||
        !cprof_index_insert(&b->functions, hash, *row))
        return cprof_error_memory(b->env, err);
    return true;
}

static bool location_equals(const cprof_columns *c, uint32_t row, uint32_t mapping, uint64_t address,
                            bool folded, const cprof_line *lines, uint32_t line_count) {
    size_t first = c->location_first_line.at[row];
    size_t end =
        row + 1 < c->location_first_line.count ? c->location_first_line.at[row + 1] : c->line_function.count;
    bool row_folded = row < c->location_folded.count && c->location_folded.at[row];
    if (c->location_mapping.at[row] != mapping || c->location_address.at[row] != address ||
        row_folded != folded || end - first != line_count)
        return false;
    for (uint32_t i = 0; i < line_count; i++) {
        size_t k = first + i;
        int64_t column = k < c->line_column.count ? c->line_column.at[k] : 0;
        if (c->line_function.at[k] != lines[i].function || c->line_number.at[k] != lines[i].line ||
            column != lines[i].column)
            return false;
    }
    return true;
}

bool cprof_builder_location_append(cprof_builder *b, uint32_t mapping, uint64_t address, bool folded,
                                   const cprof_line *lines, uint32_t line_count, uint32_t *row,
                                   cprof_error *err) {
    cprof_columns *c = &b->columns;
    if (mapping != CPROF_NONE && mapping >= c->mappings.count)
        return bad_row("mappings", mapping, err);
    for (uint32_t i = 0; i < line_count; i++) {
        if (lines[i].function >= c->function_name.count)
            return bad_row("functions", lines[i].function, err);
    }
    if (!cprof_columns_room(c->location_address.count, 1, "locations", err) ||
        !cprof_columns_room(c->line_function.count, line_count, "lines", err))
        return false;
    *row = (uint32_t)c->location_address.count;
    bool ok = cprof_vec_push(b->env, &c->location_first_line, (uint32_t)c->line_function.count) &&
              cprof_vec_push(b->env, &c->location_mapping, mapping) &&
              cprof_vec_push(b->env, &c->location_address, address) &&
              cprof_column_set_bool(b->env, &c->location_folded, *row, folded);
    for (uint32_t i = 0; ok && i < line_count; i++) {
        uint32_t line_row = (uint32_t)c->line_function.count;
        ok = cprof_vec_push(b->env, &c->line_function, lines[i].function) &&
             cprof_vec_push(b->env, &c->line_number, lines[i].line) &&
             cprof_column_set_i64(b->env, &c->line_column, line_row, lines[i].column);
    }
    return ok || cprof_error_memory(b->env, err);
}

bool cprof_builder_location(cprof_builder *b, uint32_t mapping, uint64_t address, bool folded,
                            const cprof_line *lines, uint32_t line_count, uint32_t *row, cprof_error *err) {
    const cprof_columns *c = &b->columns;
    bool all_indexed = b->locations.count == c->location_address.count;
    *row = b->next_location;
    if (all_indexed && *row < c->location_address.count &&
        location_equals(c, *row, mapping, address, folded, lines, line_count)) {
        b->next_location++;
        return true;
    }
    uint64_t hash = cprof_builder_location_hash(mapping, address, folded, lines, line_count);
    cprof_index_probe probe = cprof_index_start(&b->locations, hash);
    while (cprof_index_next(&b->locations, &probe, row)) {
        if (location_equals(c, *row, mapping, address, folded, lines, line_count)) {
            b->next_location = *row + 1;
            return true;
        }
    }
    if (!cprof_builder_location_append(b, mapping, address, folded, lines, line_count, row, err))
        return false;
    return cprof_index_insert(&b->locations, hash, *row) || cprof_error_memory(b->env, err);
}

bool cprof_builder_stack(cprof_builder *b, const uint32_t *frames, uint32_t count, uint32_t *row,
                         cprof_error *err) {
    cprof_columns *c = &b->columns;
    uint64_t hash = cprof_builder_stack_hash(frames, count);
    cprof_index_probe probe = cprof_index_start(&b->stacks, hash);
    while (cprof_index_next(&b->stacks, &probe, row))
        if (cprof_builder_stack_equals(b, *row, frames, count))
            return true;
    for (uint32_t i = 0; i < count; i++) {
        if (frames[i] >= c->location_address.count)
            return bad_row("locations", frames[i], err);
    }
    if (!cprof_columns_room(c->stack_first.count, 1, "stacks", err) ||
        !cprof_columns_room(c->stack_frames.count, count, "frames of distinct stacks", err))
        return false;
    *row = (uint32_t)c->stack_first.count;
    if (!cprof_vec_push(b->env, &c->stack_first, (uint32_t)c->stack_frames.count) ||
        !cprof_vec_append(b->env, &c->stack_frames, frames, count) ||
        !cprof_index_insert(&b->stacks, hash, *row))
        return cprof_error_memory(b->env, err);
    return true;
}

bool cprof_builder_labels(cprof_builder *b, const cprof_label *labels, uint32_t count, uint32_t *row,
                          cprof_error *err) {
    b->sorted.count = 0;
    if (!cprof_vec_append(b->env, &b->sorted, labels, count))
        return cprof_error_memory(b->env, err);
    uint32_t strings = cprof_strtab_count(&b->profile->strings);
    for (uint32_t i = 0; i < count; i++) {
        if (labels[i].key >= strings || labels[i].text >= strings || labels[i].unit >= strings)
            return bad_row("strings", labels[i].key, err);
    }
    if (!cprof_labels_sort(b->env, &b->profile->strings, b->sorted.at, count, err))
        return false;
    return cprof_labels_intern(&b->columns, &b->label_sets, b->sorted.at, count, row, err);
}

static uint32_t sample_label_set(const cprof_columns *c, uint32_t sample) {
    return sample < c->sample_label_set.count ? c->sample_label_set.at[sample] : 0;
}

bool cprof_builder_sample(cprof_builder *b, uint32_t stack, uint32_t label_set, const int64_t *values,
                          cprof_error *err) {
    cprof_columns *c = &b->columns;
    if (stack >= c->stack_first.count)
        return bad_row("stacks", stack, err);
    if (label_set >= c->label_set_first.count)
        return bad_row("label sets", label_set, err);
    if (!cprof_columns_room(c->sample_stack.count, 1, "samples", err))
        return false;
    uint32_t row = (uint32_t)c->sample_stack.count;
    if (!cprof_vec_push(b->env, &c->sample_stack, stack) ||
        !cprof_column_set_u32(b->env, &c->sample_label_set, row, label_set) ||
        !cprof_vec_append(b->env, &c->sample_values, values, c->types.count) ||
        (b->samples_indexed &&
         !cprof_index_insert(&b->samples, cprof_builder_sample_hash(stack, label_set), row)))
        return cprof_error_memory(b->env, err);
    b->last_sample = row;
    return true;
}

static bool index_samples(cprof_builder *b, cprof_error *err) {
    const cprof_columns *c = &b->columns;
    for (uint32_t i = 0; i < c->sample_stack.count; i++) {
        if (!cprof_index_insert(&b->samples,
                                cprof_builder_sample_hash(c->sample_stack.at[i], sample_label_set(c, i)), i))
            return cprof_error_memory(b->env, err);
    }
    b->samples_indexed = true;
    return true;
}

static void add_values(cprof_builder *b, uint32_t sample, const int64_t *values) {
    cprof_columns *c = &b->columns;
    int64_t *sums = c->sample_values.at + (size_t)sample * c->types.count;
    for (size_t i = 0; i < c->types.count; i++) {
        int64_t sum;
        if (__builtin_add_overflow(sums[i], values[i], &sum)) {
            sum = values[i] < 0 ? INT64_MIN : INT64_MAX;
            if (!b->overflow_noted)
                cprof_note(b->env, "a sum of sample values does not fit 64 bits: it is kept at the bound");
            b->overflow_noted = true;
        }
        sums[i] = sum;
    }
}

bool cprof_builder_sample_sum(cprof_builder *b, uint32_t stack, uint32_t label_set, const int64_t *values,
                              cprof_error *err) {
    const cprof_columns *c = &b->columns;
    if (!b->samples_indexed && !index_samples(b, err))
        return false;
    cprof_index_probe probe = cprof_index_start(&b->samples, cprof_builder_sample_hash(stack, label_set));
    uint32_t row;
    while (cprof_index_next(&b->samples, &probe, &row)) {
        if (c->sample_stack.at[row] == stack && sample_label_set(c, row) == label_set) {
            add_values(b, row, values);
            b->last_sample = row;
            return true;
        }
    }
    return cprof_builder_sample(b, stack, label_set, values, err);
}

bool cprof_builder_member(cprof_builder *b, uint64_t id, cprof_error *err) {
    if (b->last_sample >= b->columns.sample_stack.count)
        return bad_row("samples", b->last_sample, err);
    cprof_member member = {b->last_sample, id};
    return cprof_vec_push(b->env, &b->members, member) || cprof_error_memory(b->env, err);
}

bool cprof_builder_frame(cprof_builder *b, cprof_slice function, cprof_slice file, int64_t line,
                         uint32_t *row, cprof_error *err) {
    cprof_str name, filename;
    uint32_t function_row;
    if (!cprof_builder_string(b, function, &name, err) || !cprof_builder_string(b, file, &filename, err) ||
        !cprof_builder_function(b, name, name, filename, 0, &function_row, err))
        return false;
    cprof_line only = {.function = function_row, .line = line};
    return cprof_builder_location(b, CPROF_NONE, 0, false, &only, 1, row, err);
}
