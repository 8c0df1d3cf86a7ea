#include "input/otlp.h"

#include <stdio.h>

/* For each field, from number 1 on: v a number, p numbers (packed or not), f eight bytes, q the same
 * repeated, b bytes, a string or a message. */
static const struct {
    const char *name, *fields;
} schema[CPROF_OTLP_MESSAGES] = {
    [CPROF_OTLP_DATA] = {"ProfilesData", "bb"},
    [CPROF_OTLP_DICTIONARY] = {"ProfilesDictionary", "bbbbbbb"},
    [CPROF_OTLP_RESOURCE_PROFILES] = {"ResourceProfiles", "bbb"},
    [CPROF_OTLP_SCOPE_PROFILES] = {"ScopeProfiles", "bbb"},
    [CPROF_OTLP_PROFILE] = {"Profile", "bbfvbvbvbbp"},
    [CPROF_OTLP_SAMPLE] = {"Sample", "vpvpq"},
    [CPROF_OTLP_VALUE_TYPE] = {"ValueType", "vv"},
    [CPROF_OTLP_MAPPING] = {"Mapping", "vvvvp"},
    [CPROF_OTLP_LOCATION] = {"Location", "vvbp"},
    [CPROF_OTLP_LINE] = {"Line", "vvv"},
    [CPROF_OTLP_FUNCTION] = {"Function", "vvvv"},
    [CPROF_OTLP_STACK] = {"Stack", "p"},
    [CPROF_OTLP_LINK] = {"Link", "bb"},
    [CPROF_OTLP_ATTRIBUTE] = {"KeyValueAndUnit", "vbv"},
    [CPROF_OTLP_ANY_VALUE] = {"AnyValue", "bvvfbbbv"},
    [CPROF_OTLP_KEY_VALUE] = {"KeyValue", "bbv"},
    [CPROF_OTLP_RESOURCE] = {"Resource", "bvb"},
};

static bool fits(char expected, unsigned type) {
    switch (expected) {
    case 'v':
        return type == CPROF_WIRE_VARINT;
    case 'p':
        return type == CPROF_WIRE_VARINT || type == CPROF_WIRE_BYTES;
    case 'f':
        return type == CPROF_WIRE_FIXED64;
    case 'q':
        return type == CPROF_WIRE_FIXED64 || type == CPROF_WIRE_BYTES;
    default:
        return type == CPROF_WIRE_BYTES;
    }
}

bool cprof_otlp_bad(const cprof_otlp *o, const void *at, cprof_error *err, const char *format, ...) {
    char what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    int64_t offset = (const char *)at - o->all.ptr;
    return cprof_error_set(err, CPROF_ERR_FORMAT, offset, "OTLP profile, byte %lld: %s", (long long)offset,
                           what);
}

bool cprof_otlp_each(cprof_otlp *o, cprof_otlp_message kind, cprof_slice bytes, cprof_otlp_visit *visit,
                     void *context, cprof_error *err) {
    if (bytes.len == 0) /* ptr may be NULL */
        return true;
    const uint8_t *at = (const uint8_t *)bytes.ptr, *end = at + bytes.len;
    size_t known = strlen(schema[kind].fields);
    while (at < end) {
        cprof_wire_field field;
        const uint8_t *start = at;
        cprof_wire_status status = cprof_wire_next(&at, end, &field);
        if (status != CPROF_WIRE_OK)
            return cprof_otlp_bad(o, start, err, "%s in %s", cprof_wire_status_text(status),
                                  schema[kind].name);
        if (field.number == 0)
            return cprof_otlp_bad(o, start, err, "a field of number 0 in %s", schema[kind].name);
        if (field.number > known)
            continue;
        if (!fits(schema[kind].fields[field.number - 1], field.type))
            return cprof_otlp_bad(
                o, start, err,
                "field %d of %s is of another kind than in OTLP 1.10 and later: older drafts "
                "of the format cannot be read",
                (int)field.number, schema[kind].name);
        if (!visit(o, &field, context, err))
            return false;
    }
    return true;
}

cprof_slice cprof_otlp_bytes(const cprof_wire_field *field) {
    return (cprof_slice){(const char *)field->bytes, (size_t)field->value};
}

uint64_t cprof_otlp_fixed64(const cprof_wire_field *field) {
    uint64_t sum = 0;
    for (int i = 1; i <= 8; i++)
        sum = sum << 8 | field->bytes[-i]; /* `bytes` is behind a number */
    return sum;
}

bool cprof_otlp_append(cprof_otlp *o, const cprof_wire_field *field, cprof_otlp_numbers *numbers,
                       cprof_error *err) {
    if (field->type == CPROF_WIRE_VARINT)
        return cprof_vec_push(o->env, numbers, field->value) || cprof_error_memory(o->env, err);
    const uint8_t *at = field->bytes, *end = at + field->value;
    while (at < end) {
        uint64_t value;
        cprof_wire_status status = cprof_wire_varint(&at, end, &value);
        if (status != CPROF_WIRE_OK)
            return cprof_otlp_bad(o, at, err, "%s in packed numbers", cprof_wire_status_text(status));
        if (!cprof_vec_push(o->env, numbers, value))
            return cprof_error_memory(o->env, err);
    }
    return true;
}
