#include "transform/merge_head.h"

#include "measure/measure.h"
#include "transform/scale.h"

enum { TYPES_MAX = 4096 };

bool cprof_merge_head_init(cprof_merge_head *head, const cprof_env *env) {
    *head = (cprof_merge_head){.env = env};
    cprof_idmap_init(&head->comments_met, cprof_env_budget(env));
    return cprof_strtab_init(&head->names, env);
}

void cprof_merge_head_deinit(cprof_merge_head *head) {
    cprof_vec_free(head->env, &head->types);
    cprof_vec_free(head->env, &head->comments);
    cprof_idmap_deinit(&head->comments_met);
    cprof_vec_free(head->env, &head->attributes);
    cprof_vec_free(head->env, &head->defaults);
    cprof_strtab_deinit(&head->names);
}

static cprof_slice head_name(const cprof_merge_head *head, cprof_str id) {
    return cprof_strtab_get(&head->names, id);
}

/* The head's id of a string of p. */
static bool head_add(cprof_merge_head *head, const cprof_profile *p, cprof_str string, cprof_str *id) {
    return cprof_strtab_add(&head->names, cprof_profile_string(p, string), id);
}

uint32_t cprof_merge_find_type(const cprof_profile *p, cprof_slice name) {
    uint32_t found = CPROF_NONE;
    for (uint32_t i = 0; i < p->type_count; i++) {
        if (!cprof_slice_equal(cprof_profile_string(p, p->types[i].type), name))
            continue;
        if (found != CPROF_NONE)
            return CPROF_NONE;
        found = i;
    }
    return found;
}

static double unit_ratio(cprof_slice from, cprof_slice to) {
    cprof_slice unit;
    return cprof_measure_scale(1, from, to, &unit);
}

/* A period in the head's unit. */
static int64_t convert(cprof_merge_head *head, int64_t period, cprof_slice unit) {
    cprof_slice to = head_name(head, head->period_type.unit);
    if (cprof_slice_equal(unit, to))
        return period;
    return cprof_clip(cprof_measure_scale(period, unit, to, &unit), &head->clipped);
}

/* The finer of two units of one family. */
static bool finer_unit(cprof_merge_head *head, const char *what, cprof_slice name, cprof_str *unit,
                       cprof_slice other, bool *changed, cprof_error *err) {
    cprof_slice mine = head_name(head, *unit);
    if (cprof_slice_equal(mine, other))
        return true;
    if (!cprof_measure_same_family(mine, other))
        return cprof_error_set(err, CPROF_ERR_VALUE, -1,
                               "profiles do not fit together: %s %.*s is in %.*s here and in %.*s there",
                               what, CPROF_SLICE_ARG(name), CPROF_SLICE_ARG(mine), CPROF_SLICE_ARG(other));
    if (unit_ratio(other, mine) >= 1)
        return true;
    *changed = true;
    return cprof_strtab_add(&head->names, other, unit) || cprof_error_memory(head->env, err);
}

static bool begin(cprof_merge_head *head, const cprof_profile *part, cprof_error *err) {
    head->begun = true;
    if (!head_add(head, part, part->period_type.type, &head->period_type.type) ||
        !head_add(head, part, part->period_type.unit, &head->period_type.unit))
        return cprof_error_memory(head->env, err);
    for (uint32_t i = 0; i < part->type_count; i++) {
        cprof_value_type type;
        if (cprof_merge_find_type(part, cprof_profile_string(part, part->types[i].type)) == CPROF_NONE)
            continue;
        if (!head_add(head, part, part->types[i].type, &type.type) ||
            !head_add(head, part, part->types[i].unit, &type.unit) ||
            !cprof_vec_push(head->env, &head->types, type))
            return cprof_error_memory(head->env, err);
    }
    return true;
}

static bool join_types(cprof_merge_head *head, const cprof_profile *part, bool *changed, cprof_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < head->types.count; i++) {
        cprof_value_type type = head->types.at[i];
        cprof_slice name = head_name(head, type.type);
        uint32_t row = cprof_merge_find_type(part, name);
        if (row == CPROF_NONE) {
            *changed = true;
            continue;
        }
        cprof_slice unit = cprof_profile_string(part, part->types[row].unit);
        if (!finer_unit(head, "sample type", name, &type.unit, unit, changed, err))
            return false;
        head->types.at[kept++] = type;
    }
    head->types.count = kept;
    return true;
}

bool cprof_merge_head_expect(cprof_merge_head *head, const cprof_profile *part, bool *changed,
                             cprof_error *err) {
    *changed = false;
    if (part->type_count > TYPES_MAX)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%u sample types are too many to merge",
                               part->type_count);
    if (!head->begun && !begin(head, part, err))
        return false;
    cprof_slice period = cprof_profile_string(part, part->period_type.type);
    cprof_slice mine = head_name(head, head->period_type.type);
    if (!cprof_slice_equal(period, mine))
        return cprof_error_set(
            err, CPROF_ERR_VALUE, -1,
            "profiles do not fit together: the period type is '%.*s' here and '%.*s' there",
            CPROF_SLICE_ARG(mine), CPROF_SLICE_ARG(period));
    bool finer_period = false;
    cprof_str period_unit = head->period_type.unit;
    if (!finer_unit(head, "period type", mine, &head->period_type.unit,
                    cprof_profile_string(part, part->period_type.unit), &finer_period, err) ||
        !join_types(head, part, changed, err))
        return false;
    if (finer_period)
        head->period = convert(head, head->period, head_name(head, period_unit));
    if (head->types.count == 0)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "the profiles have no sample type in common");
    return true;
}

/* The names of the types as one string, for telling lists apart. */
static bool type_list(cprof_merge_head *head, const cprof_profile *p, cprof_str *list) {
    CPROF_VEC(char) bytes = {0};
    bool ok = true;
    uint32_t count = p ? p->type_count : (uint32_t)head->types.count;
    for (uint32_t i = 0; ok && i < count; i++) {
        cprof_slice name =
            p ? cprof_profile_string(p, p->types[i].type) : head_name(head, head->types.at[i].type);
        uint64_t length = name.len;
        ok = cprof_vec_append(head->env, &bytes, (const char *)&length, sizeof length) &&
             cprof_vec_append(head->env, &bytes, name.ptr, name.len);
    }
    ok = ok && cprof_strtab_add(&head->names, (cprof_slice){bytes.at, bytes.count}, list);
    cprof_vec_free(head->env, &bytes);
    return ok;
}

static bool add_comments(cprof_merge_head *head, const cprof_profile *part) {
    for (uint32_t i = 0; i < part->comment_count; i++) {
        cprof_str comment;
        if (!head_add(head, part, part->comments[i], &comment))
            return false;
        if (cprof_idmap_get(&head->comments_met, comment) != CPROF_NONE)
            continue;
        if (!cprof_vec_push(head->env, &head->comments, comment) ||
            !cprof_idmap_set(&head->comments_met, comment, 0))
            return false;
    }
    return true;
}

static uint64_t attribute_key(cprof_attribute attribute) {
    return (uint64_t)attribute.name << 32 | attribute.value;
}

static bool head_attribute(cprof_merge_head *head, const cprof_profile *p, uint32_t i,
                           cprof_attribute *attribute) {
    return head_add(head, p, p->attributes[i].name, &attribute->name) &&
           head_add(head, p, p->attributes[i].value, &attribute->value);
}

/* Leaves the attributes that part has too. */
static bool join_attributes(cprof_merge_head *head, const cprof_profile *part) {
    cprof_attribute attribute;
    cprof_idmap of_part;
    bool ok = true;
    size_t kept = 0;
    cprof_idmap_init(&of_part, cprof_env_budget(head->env));
    for (uint32_t i = 0; ok && i < part->attribute_count; i++)
        ok = head_attribute(head, part, i, &attribute) &&
             cprof_idmap_set(&of_part, attribute_key(attribute), 0);
    for (size_t i = 0; ok && i < head->attributes.count; i++)
        if (cprof_idmap_get(&of_part, attribute_key(head->attributes.at[i])) != CPROF_NONE)
            head->attributes.at[kept++] = head->attributes.at[i];
    head->attributes.count = kept;
    cprof_idmap_deinit(&of_part);
    return ok;
}

static bool begin_attributes(cprof_merge_head *head, const cprof_profile *part) {
    cprof_attribute attribute;
    for (uint32_t i = 0; i < part->attribute_count; i++)
        if (!head_attribute(head, part, i, &attribute) ||
            !cprof_vec_push(head->env, &head->attributes, attribute))
            return false;
    return true;
}

static bool add_names(cprof_merge_head *head, const cprof_profile *part) {
    cprof_merge_default preferred;
    if (!head_add(head, part, part->default_type, &preferred.type) ||
        !type_list(head, part, &preferred.list) || !cprof_vec_push(head->env, &head->defaults, preferred))
        return false;
    if (!head->format && (!head_add(head, part, part->drop_frames, &head->drop_frames) ||
                          !head_add(head, part, part->keep_frames, &head->keep_frames)))
        return false;
    if (head->doc_url == 0 && !head_add(head, part, part->doc_url, &head->doc_url))
        return false;
    return add_comments(head, part) &&
           (head->format ? join_attributes(head, part) : begin_attributes(head, part));
}

bool cprof_merge_head_add(cprof_merge_head *head, const cprof_profile *part, cprof_error *err) {
    if (!add_names(head, part))
        return cprof_error_memory(head->env, err);
    if (!head->format)
        head->format = part->format;
    else if (strcmp(head->format, part->format) != 0)
        head->format = "several formats";
    int64_t period = convert(head, part->period, cprof_profile_string(part, part->period_type.unit));
    if (head->period == 0 || head->period < period)
        head->period = period;
    if (head->time_nanos == 0 || part->time_nanos < head->time_nanos)
        head->time_nanos = part->time_nanos;
    head->duration_nanos = cprof_sum(head->duration_nanos, part->duration_nanos, &head->clipped);
    return true;
}

bool cprof_merge_head_has_types_of(const cprof_merge_head *head, const cprof_profile *part) {
    bool same = head->types.count == part->type_count;
    for (uint32_t i = 0; same && i < part->type_count; i++)
        same = cprof_slice_equal(cprof_profile_string(part, part->types[i].type),
                                 head_name(head, head->types.at[i].type)) &&
               cprof_slice_equal(cprof_profile_string(part, part->types[i].unit),
                                 head_name(head, head->types.at[i].unit));
    return same;
}

bool cprof_merge_head_columns(const cprof_merge_head *head, const cprof_profile *part, uint32_t *rows,
                              double *ratios) {
    for (size_t i = 0; i < head->types.count; i++) {
        rows[i] = cprof_merge_find_type(part, head_name(head, head->types.at[i].type));
        if (rows[i] == CPROF_NONE)
            return false;
        ratios[i] = unit_ratio(cprof_profile_string(part, part->types[rows[i]].unit),
                               head_name(head, head->types.at[i].unit));
    }
    return true;
}

bool cprof_merge_head_write_types(const cprof_merge_head *head, cprof_builder *b, cprof_error *err) {
    for (size_t i = 0; i < head->types.count; i++)
        if (!cprof_builder_type(b, head_name(head, head->types.at[i].type),
                                head_name(head, head->types.at[i].unit), err))
            return false;
    return true;
}

/* The first part that has a say decides: one whose types had to be adapted always has. */
static bool default_type(cprof_merge_head *head, cprof_str *type) {
    cprof_str list;
    *type = 0;
    if (!type_list(head, NULL, &list))
        return false;
    for (size_t i = 0; i < head->defaults.count && *type == 0; i++) {
        cprof_merge_default d = head->defaults.at[i];
        bool known = d.list == list;
        for (size_t k = 0; k < head->types.count && !known; k++)
            known = head->types.at[k].type == d.type;
        *type = known ? d.type : head->types.at[0].type;
    }
    return true;
}

bool cprof_merge_head_write(cprof_merge_head *head, cprof_builder *b, cprof_error *err) {
    cprof_profile *p = cprof_builder_profile(b);
    cprof_str preferred;
    if (!default_type(head, &preferred))
        return cprof_error_memory(head->env, err);
    const struct {
        cprof_str from, *to;
    } strings[] = {
        {preferred, &p->default_type},
        {head->period_type.type, &p->period_type.type},
        {head->period_type.unit, &p->period_type.unit},
        {head->drop_frames, &p->drop_frames},
        {head->keep_frames, &p->keep_frames},
        {head->doc_url, &p->doc_url},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (!cprof_builder_string(b, head_name(head, strings[i].from), strings[i].to, err))
            return false;
    for (size_t i = 0; i < head->comments.count; i++) {
        cprof_str comment;
        if (!cprof_builder_string(b, head_name(head, head->comments.at[i]), &comment, err) ||
            !cprof_builder_comment(b, comment, err))
            return false;
    }
    for (size_t i = 0; i < head->attributes.count; i++)
        if (!cprof_builder_attribute(b, head_name(head, head->attributes.at[i].name),
                                     head_name(head, head->attributes.at[i].value), err))
            return false;
    p->format = head->format;
    p->period = head->period;
    p->time_nanos = head->time_nanos;
    p->duration_nanos = head->duration_nanos;
    return true;
}
