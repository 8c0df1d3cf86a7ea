/* Attributes of OTLP profiles as labels. */
#include "input/otlp.h"

#include <stdio.h>

static bool set_text(cprof_otlp *o, cprof_label *label, cprof_slice text, cprof_error *err) {
    return cprof_builder_string(o->builder, text, &label->text, err);
}

static bool set_hex(cprof_otlp *o, cprof_label *label, cprof_slice bytes, cprof_error *err) {
    static const char digits[] = "0123456789abcdef";
    enum { SHOWN = 64 }; /* bytes: more than any id has */
    char text[2 * SHOWN];
    size_t count = bytes.len < SHOWN ? bytes.len : SHOWN;
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[(unsigned char)bytes.ptr[i] >> 4];
        text[2 * i + 1] = digits[bytes.ptr[i] & 15];
    }
    return set_text(o, label, (cprof_slice){text, 2 * count}, err);
}

static bool set_double(cprof_otlp *o, cprof_label *label, uint64_t bits, cprof_error *err) {
    char text[32];
    double number;
    memcpy(&number, &bits, sizeof number);
    snprintf(text, sizeof text, "%g", number);
    return set_text(o, label, cprof_slice_of(text), err);
}

typedef struct value {
    cprof_label *label;
    bool *there;
} value;

static bool visit_any_value(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    value *v = context;
    cprof_label *label = v->label;
    label->text = 0;
    label->is_number = field->number == 3;
    *v->there = field->number != 5 && field->number != 6; /* lists */
    switch (field->number) {
    case 1:
        return set_text(o, label, cprof_otlp_bytes(field), err);
    case 2:
        return set_text(o, label, field->value ? CPROF_SLICE("true") : CPROF_SLICE("false"), err);
    case 3:
        label->number = (int64_t)field->value;
        return true;
    case 4:
        return set_double(o, label, cprof_otlp_fixed64(field), err);
    case 7:
        return set_hex(o, label, cprof_otlp_bytes(field), err);
    case 8:
        return cprof_otlp_string(o, field->value, field->bytes, &label->text, err);
    default:
        return true;
    }
}

bool cprof_otlp_any_value(cprof_otlp *o, cprof_slice bytes, cprof_label *label, bool *there,
                          cprof_error *err) {
    value context = {label, there};
    *there = false;
    return cprof_otlp_each(o, CPROF_OTLP_ANY_VALUE, bytes, visit_any_value, &context, err);
}

/* A KeyValueAndUnit, or a KeyValue. */
typedef struct pair {
    cprof_label label;
    cprof_slice value;
    bool own_key; /* a KeyValue: the key is not in the dictionary */
} pair;

static bool visit_pair(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    pair *p = context;
    if (field->number == 2) {
        p->value = cprof_otlp_bytes(field);
        return true;
    }
    if (field->number == 1 && p->own_key)
        return cprof_builder_string(o->builder, cprof_otlp_bytes(field), &p->label.key, err);
    cprof_str *string = field->number == 1 || p->own_key ? &p->label.key : &p->label.unit;
    return cprof_otlp_string(o, field->value, field->bytes, string, err);
}

/* The label that a pair is; its key is 0 where it says nothing. */
static bool read_pair(cprof_otlp *o, cprof_slice bytes, bool own_key, cprof_label *label, cprof_error *err) {
    pair p = {.own_key = own_key};
    bool there;
    if (!cprof_otlp_each(o, own_key ? CPROF_OTLP_KEY_VALUE : CPROF_OTLP_ATTRIBUTE, bytes, visit_pair, &p,
                         err) ||
        !cprof_otlp_any_value(o, p.value, &p.label, &there, err))
        return false;
    if (!p.label.is_number)
        p.label.unit = 0;
    if (!there)
        p.label.key = 0;
    *label = p.label;
    return true;
}

static bool add_label(cprof_otlp *o, cprof_label label, cprof_otlp_labels *labels, cprof_error *err) {
    return label.key == 0 || cprof_vec_push(o->env, labels, label) || cprof_error_memory(o->env, err);
}

bool cprof_otlp_attribute(cprof_otlp *o, uint64_t index, const void *at, cprof_otlp_labels *labels,
                          cprof_error *err) {
    cprof_slice bytes;
    uint32_t row;
    cprof_label label;
    if (!cprof_otlp_look_up(o, CPROF_OTLP_ATTRIBUTES, index, at, &bytes, &row, err))
        return false;
    if (row != CPROF_NONE)
        return add_label(o, o->attributes.at[row], labels, err);
    if (!read_pair(o, bytes, false, &label, err))
        return false;
    if (!cprof_vec_push(o->env, &o->attributes, label))
        return cprof_error_memory(o->env, err);
    o->tables[CPROF_OTLP_ATTRIBUTES].rows.at[index] = (uint32_t)o->attributes.count - 1;
    return add_label(o, label, labels, err);
}

static bool visit_resource(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    cprof_label label;
    return field->number != 1 ||
           (read_pair(o, cprof_otlp_bytes(field), true, &label, err) && add_label(o, label, context, err));
}

bool cprof_otlp_resource(cprof_otlp *o, cprof_slice bytes, cprof_otlp_labels *labels, cprof_error *err) {
    return cprof_otlp_each(o, CPROF_OTLP_RESOURCE, bytes, visit_resource, labels, err);
}

static bool visit_link(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    cprof_label label = {0};
    cprof_slice key = field->number == 1 ? CPROF_SLICE("trace_id") : CPROF_SLICE("span_id");
    cprof_otlp_labels *labels = context;
    if (!cprof_builder_string(o->builder, key, &label.key, err) ||
        !set_hex(o, &label, cprof_otlp_bytes(field), err))
        return false;
    return cprof_vec_push(o->env, labels, label) || cprof_error_memory(o->env, err);
}

bool cprof_otlp_link(cprof_otlp *o, uint64_t index, const void *at, cprof_otlp_labels *labels,
                     cprof_error *err) {
    cprof_slice bytes;
    if (index == 0)
        return true;
    return cprof_otlp_entry(o, CPROF_OTLP_LINKS, index, at, &bytes, err) &&
           cprof_otlp_each(o, CPROF_OTLP_LINK, bytes, visit_link, labels, err);
}
