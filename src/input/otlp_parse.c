/* The samples of OTLP profiles.  Each Profile has one kind of value; the kinds become the sample types of one
 * profile, in which equal stacks with equal labels meet. */
#include "input/otlp.h"
#include "input/producers.h"
#include "input/v8.h"

enum { TYPES_MAX = 32 };

typedef struct parse {
    cprof_slice types[TYPES_MAX]; /* ValueType messages; equal ones once */
    size_t type_count;
    size_t resources; /* ResourceProfiles in all */
    bool dictionary;
    cprof_otlp_labels resource; /* of the ResourceProfiles being read; shown only where there are several */
    int64_t start, end;         /* nanoseconds since 1970; 0: not known */
} parse;

/* ---- The first time over: the dictionary, and which types there are ---- */

static bool visit_profile_type(cprof_otlp *o, const cprof_wire_field *field, void *context,
                               cprof_error *err) {
    parse *p = context;
    if (field->number != 1)
        return true;
    cprof_slice type = cprof_otlp_bytes(field);
    for (size_t i = 0; i < p->type_count; i++)
        if (cprof_slice_equal(p->types[i], type))
            return true;
    if (p->type_count == TYPES_MAX)
        return cprof_otlp_bad(o, field->bytes, err, "profiles of more than %d types", TYPES_MAX);
    p->types[p->type_count++] = type;
    return true;
}

static bool visit_scope_types(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    return field->number != 2 ||
           cprof_otlp_each(o, CPROF_OTLP_PROFILE, cprof_otlp_bytes(field), visit_profile_type, context, err);
}

static bool visit_resource_types(cprof_otlp *o, const cprof_wire_field *field, void *context,
                                 cprof_error *err) {
    return field->number != 2 || cprof_otlp_each(o, CPROF_OTLP_SCOPE_PROFILES, cprof_otlp_bytes(field),
                                                 visit_scope_types, context, err);
}

static bool visit_data_first(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    parse *p = context;
    cprof_slice bytes = cprof_otlp_bytes(field);
    if (field->number == 2) {
        p->dictionary = true;
        return cprof_otlp_dictionary(o, bytes, err);
    }
    p->resources++;
    return cprof_otlp_each(o, CPROF_OTLP_RESOURCE_PROFILES, bytes, visit_resource_types, p, err);
}

/* ---- Types ---- */

static bool visit_value_type(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    cprof_value_type *type = context;
    return cprof_otlp_string(o, field->value, field->bytes, field->number == 1 ? &type->type : &type->unit,
                             err);
}

static bool add_types(cprof_otlp *o, const parse *p, cprof_error *err) {
    const cprof_profile *profile = cprof_builder_profile(o->builder);
    for (size_t i = 0; i < p->type_count; i++) {
        cprof_value_type type = {0};
        if (!cprof_otlp_each(o, CPROF_OTLP_VALUE_TYPE, p->types[i], visit_value_type, &type, err) ||
            !cprof_builder_type(o->builder, cprof_profile_string(profile, type.type),
                                cprof_profile_string(profile, type.unit), err))
            return false;
    }
    return true;
}

/* ---- Samples ---- */

typedef struct sample {
    uint64_t stack, link;
    cprof_otlp_numbers attributes;
    int64_t sum;
    uint64_t times; /* events, where they have times and no values */
    bool has_values;
} sample;

typedef struct reading {
    parse *parse;
    cprof_slice type;
    size_t type_row;          /* which of the types that is; type_count: none */
    sample sample;            /* scratch */
    cprof_otlp_labels labels; /* scratch */
    uint64_t time, duration;
} reading;

static bool add_values(cprof_otlp *o, const cprof_wire_field *field, sample *s, cprof_error *err) {
    o->numbers.count = 0;
    if (!cprof_otlp_append(o, field, &o->numbers, err))
        return false;
    s->has_values |= o->numbers.count > 0;
    for (size_t i = 0; i < o->numbers.count; i++)
        if (__builtin_add_overflow(s->sum, (int64_t)o->numbers.at[i], &s->sum))
            return cprof_otlp_bad(o, field->bytes, err, "values whose sum does not fit 64 bits");
    return true;
}

static bool visit_sample(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    sample *s = context;
    switch (field->number) {
    case 1:
        s->stack = field->value;
        return true;
    case 2:
        return cprof_otlp_append(o, field, &s->attributes, err);
    case 3:
        s->link = field->value;
        return true;
    case 4:
        return add_values(o, field, s, err);
    default:
        if (field->type == CPROF_WIRE_BYTES && field->value % 8 != 0)
            return cprof_otlp_bad(o, field->bytes, err, "times in %lld bytes", (long long)field->value);
        s->times += field->type == CPROF_WIRE_BYTES ? field->value / 8 : 1;
        return true;
    }
}

static bool get_labels(cprof_otlp *o, reading *p, const void *at, uint32_t *row, cprof_error *err) {
    const cprof_otlp_labels *resource = &p->parse->resource;
    p->labels.count = 0;
    for (size_t i = 0; i < p->sample.attributes.count; i++)
        if (!cprof_otlp_attribute(o, p->sample.attributes.at[i], at, &p->labels, err))
            return false;
    if (!cprof_otlp_link(o, p->sample.link, at, &p->labels, err))
        return false;
    if (p->parse->resources > 1 && !cprof_vec_append(o->env, &p->labels, resource->at, resource->count))
        return cprof_error_memory(o->env, err);
    if (p->labels.count >= CPROF_NONE)
        return cprof_otlp_bad(o, at, err, "a sample of %zu labels", p->labels.count);
    return cprof_builder_labels(o->builder, p->labels.at, (uint32_t)p->labels.count, row, err);
}

static bool read_sample(cprof_otlp *o, reading *p, cprof_slice bytes, cprof_error *err) {
    int64_t values[TYPES_MAX] = {0};
    uint32_t stack, labels;
    sample *s = &p->sample;
    s->attributes.count = 0;
    *s = (sample){.attributes = s->attributes};
    if (!cprof_otlp_each(o, CPROF_OTLP_SAMPLE, bytes, visit_sample, s, err))
        return false;
    if (p->type_row < p->parse->type_count)
        values[p->type_row] = s->has_values ? s->sum : (int64_t)s->times;
    return cprof_otlp_stack(o, s->stack, bytes.ptr, &stack, err) &&
           get_labels(o, p, bytes.ptr, &labels, err) &&
           cprof_builder_sample_sum(o->builder, stack, labels, values, err);
}

/* ---- The second time over: profiles ---- */

static bool visit_header(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    reading *p = context;
    cprof_profile *out = cprof_builder_profile(o->builder);
    switch (field->number) {
    case 1:
        p->type = cprof_otlp_bytes(field);
        return true;
    case 3:
        p->time = cprof_otlp_fixed64(field);
        return true;
    case 4:
        p->duration = field->value;
        return true;
    case 5:
        return cprof_otlp_each(o, CPROF_OTLP_VALUE_TYPE, cprof_otlp_bytes(field), visit_value_type,
                               &out->period_type, err);
    case 6:
        out->period = (int64_t)field->value;
        return true;
    default:
        return true;
    }
}

static void find_type(reading *p) {
    while (p->type_row < p->parse->type_count && !cprof_slice_equal(p->parse->types[p->type_row], p->type))
        p->type_row++;
}

static bool visit_samples(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    return field->number != 2 ||
           (!cprof_stopped(o->env, err) && read_sample(o, context, cprof_otlp_bytes(field), err));
}

/* Together the profiles last from the first's start to the last's end. */
static void note_times(const reading *p) {
    uint64_t end;
    if (p->time == 0 || __builtin_add_overflow(p->time, p->duration, &end) || end > INT64_MAX)
        return;
    if (p->parse->start == 0 || (int64_t)p->time < p->parse->start)
        p->parse->start = (int64_t)p->time;
    if ((int64_t)end > p->parse->end)
        p->parse->end = (int64_t)end;
}

static bool visit_scope(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    reading p = {.parse = context};
    if (field->number != 2)
        return true;
    cprof_slice bytes = cprof_otlp_bytes(field);
    bool ok = cprof_otlp_each(o, CPROF_OTLP_PROFILE, bytes, visit_header, &p, err);
    find_type(&p);
    ok = ok && cprof_otlp_each(o, CPROF_OTLP_PROFILE, bytes, visit_samples, &p, err);
    note_times(&p);
    cprof_vec_free(o->env, &p.sample.attributes);
    cprof_vec_free(o->env, &p.labels);
    return ok;
}

static bool visit_resource(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    parse *p = context;
    return field->number != 1 || cprof_otlp_resource(o, cprof_otlp_bytes(field), &p->resource, err);
}

static bool visit_scopes(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    return field->number != 2 ||
           cprof_otlp_each(o, CPROF_OTLP_SCOPE_PROFILES, cprof_otlp_bytes(field), visit_scope, context, err);
}

/* The only resource's attributes are remarks on the whole profile. */
static bool add_remarks(cprof_otlp *o, const parse *p, cprof_error *err) {
    const cprof_profile *out = cprof_builder_profile(o->builder);
    for (size_t i = 0; p->resources == 1 && i < p->resource.count; i++) {
        const cprof_label *label = &p->resource.at[i];
        if (!label->is_number && !cprof_builder_attribute(o->builder, cprof_profile_string(out, label->key),
                                                          cprof_profile_string(out, label->text), err))
            return false;
    }
    return true;
}

static bool visit_data(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    parse *p = context;
    cprof_slice bytes = cprof_otlp_bytes(field);
    p->resource.count = 0;
    return field->number != 1 ||
           (cprof_otlp_each(o, CPROF_OTLP_RESOURCE_PROFILES, bytes, visit_resource, p, err) &&
            add_remarks(o, p, err) &&
            cprof_otlp_each(o, CPROF_OTLP_RESOURCE_PROFILES, bytes, visit_scopes, p, err));
}

static bool read_all(cprof_otlp *o, parse *p, cprof_error *err) {
    if (!cprof_otlp_each(o, CPROF_OTLP_DATA, o->all, visit_data_first, p, err))
        return false;
    if (!p->dictionary)
        return cprof_otlp_bad(o, o->all.ptr, err,
                              "no dictionary: drafts of the format before 1.7 cannot be read");
    if (p->type_count == 0)
        return cprof_otlp_bad(o, o->all.ptr, err, "no profile that says what it measures");
    if (!cprof_otlp_dictionary_done(o, err) || !add_types(o, p, err) ||
        !cprof_otlp_each(o, CPROF_OTLP_DATA, o->all, visit_data, p, err))
        return false;
    cprof_profile *out = cprof_builder_profile(o->builder);
    out->default_type = out->types[0].type; /* the first profile is the one to show */
    out->time_nanos = p->start;
    out->duration_nanos = p->end - p->start;
    return true;
}

/* ---- Is it one? ---- */

bool cprof_otlp_looks_like(cprof_slice head) {
    const uint8_t *at = (const uint8_t *)head.ptr, *end = at + head.len;
    cprof_wire_field outer, inner;
    if (cprof_wire_header(&at, end, &outer) != CPROF_WIRE_OK || outer.type != CPROF_WIRE_BYTES ||
        outer.value < 2 || cprof_wire_header(&at, end, &inner) != CPROF_WIRE_OK ||
        inner.type != CPROF_WIRE_BYTES)
        return false;
    /* ResourceProfiles start with a message, a profile.proto's ValueType with a number. */
    if (outer.number == 1)
        return inner.number >= 1 && inner.number <= 3 && inner.value < outer.value;
    /* A dictionary starts with the empty mapping, a profile.proto's Sample with location ids. */
    return outer.number == 2 && inner.number == 1 && inner.value == 0 && outer.value > 2;
}

CPROF_PARSER(cprof_parse_otlp) {
    if (cprof_v8_has(text, "\"resourceProfiles\"")) {
        cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1,
                        "OTLP profiles as JSON cannot be read: have them written as protobuf");
        return CPROF_PARSE_MALFORMED;
    }
    if (!cprof_otlp_looks_like(text))
        return CPROF_PARSE_NOT_MINE;
    parse p = {.type_count = 0};
    cprof_otlp o = {.env = env, .all = text, .builder = cprof_builder_new(env, "OTLP profile", err)};
    bool ok = o.builder && read_all(&o, &p, err);
    cprof_otlp_tables_free(&o);
    cprof_vec_free(env, &p.resource);
    if (ok)
        return cprof_builder_take(o.builder, profile, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
    cprof_builder_free(o.builder);
    return CPROF_PARSE_MALFORMED;
}
