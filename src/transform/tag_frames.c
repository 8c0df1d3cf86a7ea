/* Label values as frames: a profile whose stacks begin and end with what the labels say.
 *
 * What a label set adds is worked out once a set; stacks are told apart by what they were and what is
 * added. */
#include "measure/measure.h"
#include "profile/columns.h"
#include "profile/members.h"
#include "transform/derive.h"
#include "transform/edit.h"

typedef struct tag_key {
    cprof_slice text;
    cprof_str id; /* in the new profile's strings */
} tag_key;

typedef CPROF_VEC(tag_key) tag_keys;

typedef struct tag_pass {
    const cprof_view *view;
    const cprof_env *env;
    cprof_slice unit;
    cprof_profile *made;
    cprof_columns columns;
    tag_keys roots, leaves;
    bool root_matched, leaf_matched;
    cprof_index frames;                          /* locations that were made, by name and key */
    uint64_t next_location_id, next_function_id; /* 0: rows say it */
    CPROF_VEC(char) name;
    CPROF_VEC(uint32_t) sets;      /* by label set: its addition, or CPROF_NONE */
    CPROF_VEC(uint32_t) additions; /* each: locations for the leaf end, then for the root end */
    cprof_index addition_index;
    cprof_index stacks;              /* of made stacks, by what they are made of */
    CPROF_VEC(uint64_t) stack_parts; /* stack << 32 | addition */
    cprof_member_list members;
} tag_pass;

static bool split_keys(tag_pass *pass, cprof_slice list, tag_keys *keys) {
    while (list.len > 0) {
        size_t comma = cprof_slice_find(list, ',');
        tag_key key = {.text = cprof_slice_sub(list, 0, comma)};
        if (key.text.len > 0 && (!cprof_strtab_add(&pass->made->strings, key.text, &key.id) ||
                                 !cprof_vec_push(pass->env, keys, key)))
            return false;
        list = cprof_slice_sub(list, comma + 1, list.len);
    }
    return true;
}

static bool append_name(tag_pass *pass, cprof_slice text, bool *first) {
    bool ok = (*first || cprof_vec_push(pass->env, &pass->name, ',')) &&
              cprof_vec_append(pass->env, &pass->name, text.ptr, text.len);
    *first = false;
    return ok;
}

/* "value,value" of the key in pass->name: texts first, numbers in the unit that is shown (without any when
 * the key's numbers have none).  *any: the set has the key. */
static bool label_values(tag_pass *pass, uint32_t set, cprof_str key, bool *any) {
    const cprof_profile *p = pass->view->profile;
    const cprof_label *labels = p->label_sets.labels;
    bool first = true, has_unit = false;
    pass->name.count = 0;
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++)
        has_unit |= labels[i].is_number && labels[i].key == key && labels[i].unit != 0;
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        if (labels[i].key != key || !cprof_view_shows_label(pass->view, &labels[i]))
            continue;
        char buffer[CPROF_LABEL_MAX];
        cprof_slice none = CPROF_SLICE("");
        cprof_slice value = labels[i].is_number ? cprof_measure_label(labels[i].number,
                                                                      cprof_profile_string(p, labels[i].unit),
                                                                      has_unit ? pass->unit : none, buffer)
                                                : cprof_profile_string(p, labels[i].text);
        if (!append_name(pass, value, &first))
            return false;
    }
    *any = !first;
    return true;
}

static bool add_id(const cprof_env *env, cprof_u64s *ids, uint32_t row, uint64_t *next) {
    return *next == 0 || cprof_column_set_id(env, ids, row, (*next)++);
}

/* A location with one line of a function of this name, whose file is the key. */
static bool make_frame(tag_pass *pass, cprof_str name, cprof_str key, uint32_t *location) {
    const cprof_env *env = pass->env;
    cprof_columns *c = &pass->columns;
    uint64_t hash = cprof_hash_u64((uint64_t)name << 32 | key);
    cprof_index_probe probe = cprof_index_start(&pass->frames, hash);
    while (cprof_index_next(&pass->frames, &probe, location)) {
        uint32_t function = c->line_function.at[c->location_first_line.at[*location]];
        if (c->function_name.at[function] == name && c->function_filename.at[function] == key)
            return true;
    }
    uint32_t function = (uint32_t)c->function_name.count;
    *location = (uint32_t)c->location_address.count;
    return cprof_vec_push(env, &c->function_name, name) && cprof_vec_push(env, &c->function_system_name, 0) &&
           cprof_vec_push(env, &c->function_filename, key) &&
           cprof_column_set_i64(env, &c->function_start_line, function, 0) &&
           add_id(env, &c->function_id, function, &pass->next_function_id) &&
           cprof_vec_push(env, &c->location_address, 0) &&
           cprof_vec_push(env, &c->location_mapping, CPROF_NONE) &&
           cprof_vec_push(env, &c->location_first_line, (uint32_t)c->line_function.count) &&
           cprof_column_set_bool(env, &c->location_folded, *location, false) &&
           add_id(env, &c->location_id, *location, &pass->next_location_id) &&
           cprof_column_set_i64(env, &c->line_column, (uint32_t)c->line_function.count, 0) &&
           cprof_vec_push(env, &c->line_function, function) && cprof_vec_push(env, &c->line_number, 0) &&
           cprof_index_insert(&pass->frames, hash, *location);
}

/* Appends a frame for each key, the last first: nearest to the leaf. */
static bool make_frames(tag_pass *pass, uint32_t set, const tag_keys *keys, bool *matched) {
    for (size_t i = keys->count; i > 0; i--) {
        const tag_key *key = &keys->at[i - 1];
        cprof_str name;
        uint32_t location;
        bool any;
        if (!label_values(pass, set, key->id, &any) ||
            !cprof_strtab_add(&pass->made->strings, (cprof_slice){pass->name.at, pass->name.count}, &name) ||
            !make_frame(pass, name, key->id, &location) ||
            !cprof_vec_push(pass->env, &pass->additions, location))
            return false;
        *matched |= any;
    }
    return true;
}

/* The row of what the label set adds, in additions. */
static bool set_addition(tag_pass *pass, uint32_t set, uint32_t *row) {
    size_t width = pass->leaves.count + pass->roots.count, start = pass->additions.count;
    *row = pass->sets.at[set];
    if (*row != CPROF_NONE)
        return true;
    if (width == 0) {
        *row = 0;
        return true;
    }
    /* Rows are numbered as the reference would: root frames are made before leaf frames. */
    if (!make_frames(pass, set, &pass->roots, &pass->root_matched) ||
        !make_frames(pass, set, &pass->leaves, &pass->leaf_matched))
        return false;
    uint32_t *frames = pass->additions.at + start;
    uint64_t hash = cprof_hash_bytes(frames, width * sizeof *frames);
    cprof_index_probe probe = cprof_index_start(&pass->addition_index, hash);
    while (cprof_index_next(&pass->addition_index, &probe, row)) {
        if (memcmp(pass->additions.at + *row * width, frames, width * sizeof *frames) == 0) {
            pass->additions.count = start;
            pass->sets.at[set] = *row;
            return true;
        }
    }
    *row = (uint32_t)(start / width);
    pass->sets.at[set] = *row;
    return cprof_index_insert(&pass->addition_index, hash, *row);
}

static bool append_stack(tag_pass *pass, uint32_t stack, uint32_t addition, cprof_error *err) {
    cprof_u32s *made = &pass->columns.stack_frames;
    uint32_t count;
    const uint32_t *frames = cprof_view_frames(pass->view, stack, &count);
    size_t width = pass->roots.count + pass->leaves.count;
    if (!cprof_columns_room(made->count, count + width, "frames of distinct stacks", err))
        return false;
    if (!cprof_vec_push(pass->env, &pass->columns.stack_first, (uint32_t)made->count) ||
        !cprof_vec_reserve(pass->env, made, count + width))
        return cprof_error_memory(pass->env, err);
    const uint32_t *roots = pass->additions.at + addition * width, *leaves = roots + pass->roots.count;
    for (size_t i = 0; i < pass->leaves.count; i++)
        made->at[made->count++] = leaves[i];
    for (uint32_t i = 0; i < count; i++)
        if (!cprof_view_hides(pass->view, frames[i]))
            made->at[made->count++] = frames[i];
    for (size_t i = 0; i < pass->roots.count; i++)
        made->at[made->count++] = roots[i];
    return true;
}

static bool make_stack(tag_pass *pass, uint32_t stack, uint32_t addition, uint32_t *row, cprof_error *err) {
    uint64_t parts = (uint64_t)stack << 32 | addition, hash = cprof_hash_u64(parts);
    cprof_index_probe probe = cprof_index_start(&pass->stacks, hash);
    while (cprof_index_next(&pass->stacks, &probe, row))
        if (pass->stack_parts.at[*row] == parts)
            return true;
    *row = (uint32_t)pass->stack_parts.count;
    if (!append_stack(pass, stack, addition, err))
        return false;
    return (cprof_vec_push(pass->env, &pass->stack_parts, parts) &&
            cprof_index_insert(&pass->stacks, hash, *row)) ||
           cprof_error_memory(pass->env, err);
}

static bool copy_members(tag_pass *pass, uint32_t from, uint32_t to) {
    const cprof_members *m = &pass->view->profile->members;
    for (uint32_t i = m->first ? m->first[from] : 0; m->first && i < m->first[from + 1]; i++)
        if (!cprof_vec_push(pass->env, &pass->members, ((cprof_member){to, m->id[i]})))
            return false;
    return true;
}

static bool make_samples(tag_pass *pass, cprof_error *err) {
    const cprof_profile *p = pass->view->profile;
    cprof_columns *c = &pass->columns;
    uint32_t count = cprof_view_sample_count(pass->view);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(pass->view, i), addition, stack;
        uint32_t set = cprof_sample_label_set(p, sample);
        if (i % 16384 == 0 && cprof_stopped(pass->env, err))
            return false;
        if (!set_addition(pass, set, &addition))
            return cprof_error_memory(pass->env, err);
        if (!make_stack(pass, p->samples.stack[sample], addition, &stack, err))
            return false;
        if (!cprof_vec_push(pass->env, &c->sample_stack, stack) ||
            !cprof_column_set_u32(pass->env, &c->sample_label_set, i, set) ||
            !cprof_vec_append(pass->env, &c->sample_values, cprof_sample_values(p, sample), p->type_count) ||
            !copy_members(pass, sample, i))
            return cprof_error_memory(pass->env, err);
    }
    return true;
}

/* 0: there are none, or none is free above; then rows are the ids. */
static uint64_t next_id(const uint64_t *ids, uint32_t count) {
    uint64_t highest = 0;
    for (uint32_t i = 0; ids && i < count; i++)
        highest = ids[i] > highest ? ids[i] : highest;
    return ids && highest < UINT64_MAX ? highest + 1 : 0;
}

static bool copy_functions(tag_pass *pass) {
    const cprof_functions *f = &pass->view->profile->functions;
    cprof_columns *c = &pass->columns;
    pass->next_function_id = next_id(f->id, f->count);
    return cprof_vec_append(pass->env, &c->function_name, f->name, f->count) &&
           cprof_vec_append(pass->env, &c->function_system_name, f->system_name, f->count) &&
           cprof_vec_append(pass->env, &c->function_filename, f->filename, f->count) &&
           (!f->start_line ||
            cprof_vec_append(pass->env, &c->function_start_line, f->start_line, f->count)) &&
           (!pass->next_function_id || cprof_vec_append(pass->env, &c->function_id, f->id, f->count));
}

/* With the lines that the view has left of them. */
static bool copy_locations(tag_pass *pass) {
    const cprof_env *env = pass->env;
    const cprof_locations *l = &pass->view->profile->locations;
    cprof_columns *c = &pass->columns;
    pass->next_location_id = next_id(l->id, l->count);
    if (!cprof_vec_append(env, &c->location_address, l->address, l->count) ||
        !cprof_vec_append(env, &c->location_mapping, l->mapping, l->count) ||
        (l->folded && !cprof_vec_append(env, &c->location_folded, l->folded, l->count)) ||
        (pass->next_location_id && !cprof_vec_append(env, &c->location_id, l->id, l->count)))
        return false;
    for (uint32_t i = 0; i < l->count; i++) {
        uint32_t lines = cprof_edit_line_count(pass->view, i);
        if (!cprof_vec_push(env, &c->location_first_line, (uint32_t)c->line_function.count))
            return false;
        for (uint32_t k = 0; k < lines; k++) {
            uint32_t from = cprof_edit_line(pass->view, i, k), to = (uint32_t)c->line_function.count;
            if (!cprof_vec_push(env, &c->line_function, l->line_function[from]) ||
                !cprof_vec_push(env, &c->line_number, l->line_number[from]) ||
                !cprof_column_set_i64(env, &c->line_column, to, cprof_line_column(pass->view->profile, from)))
                return false;
        }
    }
    return true;
}

static bool copy_label_sets(tag_pass *pass) {
    const cprof_label_sets *s = &pass->view->profile->label_sets;
    cprof_columns *c = &pass->columns;
    for (uint32_t set = 0; set < s->count; set++) {
        if (!cprof_vec_push(pass->env, &c->label_set_first, (uint32_t)c->labels.count))
            return false;
        for (uint32_t i = s->first[set]; i < s->first[set + 1]; i++)
            if (cprof_view_shows_label(pass->view, &s->labels[i]) &&
                !cprof_vec_push(pass->env, &c->labels, s->labels[i]))
                return false;
    }
    return true;
}

static bool copy_head(tag_pass *pass) {
    const cprof_profile *p = pass->view->profile;
    cprof_profile *made = pass->made;
    cprof_columns *c = &pass->columns;
    made->default_type = p->default_type;
    made->period_type = p->period_type;
    made->period = p->period;
    made->time_nanos = p->time_nanos;
    made->duration_nanos = p->duration_nanos;
    made->drop_frames = p->drop_frames;
    made->keep_frames = p->keep_frames;
    made->doc_url = p->doc_url;
    return cprof_vec_append(pass->env, &c->types, p->types, p->type_count) &&
           cprof_vec_append(pass->env, &c->comments, p->comments, p->comment_count) &&
           cprof_vec_append(pass->env, &c->attributes, p->attributes, p->attribute_count) &&
           cprof_vec_append(pass->env, &c->mappings, p->mappings, p->mapping_count);
}

static bool tag_pass_prepare(tag_pass *pass, cprof_slice root_keys, cprof_slice leaf_keys) {
    uint32_t sets = pass->view->profile->label_sets.count;
    if (!split_keys(pass, root_keys, &pass->roots) || !split_keys(pass, leaf_keys, &pass->leaves) ||
        !cprof_vec_reserve(pass->env, &pass->sets, (size_t)sets + 1))
        return false;
    for (uint32_t i = 0; i < sets; i++)
        pass->sets.at[i] = CPROF_NONE;
    return copy_head(pass) && copy_functions(pass) && copy_locations(pass) && copy_label_sets(pass);
}

static void tag_pass_deinit(tag_pass *pass) {
    cprof_columns_deinit(&pass->columns);
    cprof_index_deinit(&pass->frames);
    cprof_index_deinit(&pass->addition_index);
    cprof_index_deinit(&pass->stacks);
    cprof_vec_free(pass->env, &pass->roots);
    cprof_vec_free(pass->env, &pass->leaves);
    cprof_vec_free(pass->env, &pass->name);
    cprof_vec_free(pass->env, &pass->sets);
    cprof_vec_free(pass->env, &pass->additions);
    cprof_vec_free(pass->env, &pass->stack_parts);
    cprof_vec_free(pass->env, &pass->members);
}

/* An empty profile whose strings stand on the other's. */
static cprof_profile *new_on(const cprof_profile *p, const cprof_env *env, cprof_error *err) {
    cprof_profile *made = cprof_profile_new(env, p->format, err);
    if (!made)
        return NULL;
    cprof_strtab_deinit(&made->strings);
    if (cprof_strtab_init_child(&made->strings, &p->strings, env))
        return made;
    cprof_profile_free(made);
    cprof_error_memory(env, err);
    return NULL;
}

bool cprof_tag_frames(const cprof_view *view, cprof_slice root_keys, cprof_slice leaf_keys, cprof_slice unit,
                      cprof_profile **with_frames, bool *root_matched, bool *leaf_matched, cprof_error *err) {
    tag_pass pass = {.view = view, .env = view->env, .unit = unit};
    pass.made = new_on(view->profile, view->env, err);
    if (!pass.made)
        return false;
    cprof_columns_init(&pass.columns, view->env);
    cprof_index_init(&pass.frames, cprof_env_budget(view->env));
    cprof_index_init(&pass.addition_index, cprof_env_budget(view->env));
    cprof_index_init(&pass.stacks, cprof_env_budget(view->env));
    bool ok = tag_pass_prepare(&pass, root_keys, leaf_keys) || cprof_error_memory(view->env, err);
    ok = ok && make_samples(&pass, err) && cprof_columns_move(&pass.columns, pass.made, err) &&
         cprof_members_put(pass.made, &pass.members, err);
    tag_pass_deinit(&pass);
    *root_matched = pass.root_matched;
    *leaf_matched = pass.leaf_matched;
    if (ok)
        *with_frames = pass.made;
    else
        cprof_profile_free(pass.made);
    return ok;
}
