/* The messages of a profile, from the wire into columns. */
#include "input/proto_state.h"

static bool no_memory(const cprof_proto *d, cprof_error *err) {
    return cprof_error_memory(d->env, err);
}

bool cprof_proto_wire_error(const cprof_proto *d, const uint8_t *at, cprof_wire_status status,
                            const char *what, cprof_error *err) {
    return cprof_proto_error(err, cprof_proto_offset(d, at), "%s in a %s", cprof_wire_status_text(status),
                             what);
}

bool cprof_proto_type_error(const cprof_proto *d, const uint8_t *at, uint64_t number, const char *what,
                            cprof_error *err) {
    return cprof_proto_error(err, cprof_proto_offset(d, at), "a wrong wire type of field %llu of a %s",
                             (unsigned long long)number, what);
}

/* Messages of numbers alone: values[n] becomes field n's, 0 where there is none. */
bool cprof_proto_numbers(const cprof_proto *d, const uint8_t *p, const uint8_t *end, uint64_t *values,
                         unsigned last, const char *what, cprof_error *err) {
    memset(values, 0, (last + 1) * sizeof *values);
    while (p < end) {
        const uint8_t *start = p;
        unsigned number = *p >> 3;
        if ((*p & 0x87) == CPROF_WIRE_VARINT && number >= 1 && number <= last) {
            p++;
            cprof_wire_status status = cprof_wire_varint(&p, end, &values[number]);
            if (status != CPROF_WIRE_OK)
                return cprof_proto_wire_error(d, start, status, what, err);
            continue;
        }
        cprof_wire_field field;
        cprof_wire_status status = cprof_wire_next(&p, end, &field);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, what, err);
        if (field.number < 1 || field.number > last)
            continue;
        if (field.type != CPROF_WIRE_VARINT)
            return cprof_proto_type_error(d, start, field.number, what, err);
        values[field.number] = field.value;
    }
    return true;
}

bool cprof_proto_second_error(uint64_t at, cprof_error *err) {
    return cprof_error_set(
        err, CPROF_ERR_FORMAT, (int64_t)at,
        "concatenated profiles: a second one has begun by byte %llu (to merge profiles, give "
        "each as a file of its own)",
        (unsigned long long)at);
}

bool cprof_proto_index(const cprof_proto *d, uint64_t value, uint32_t *index, cprof_error *err) {
    if (value >= UINT32_MAX - 2)
        return cprof_proto_error(err, d->field_offset, "string index %lld is out of range", (long long)value);
    *index = (uint32_t)value;
    return true;
}

/* A reference to a location, function or mapping. */
bool cprof_proto_reference(cprof_proto *d, uint64_t id, uint32_t *reference, cprof_error *err) {
    if (id < CPROF_PROTO_WIDE) {
        *reference = (uint32_t)id;
        return true;
    }
    uint32_t row = cprof_idmap_get(&d->wide_rows, id);
    if (row == CPROF_NONE) {
        row = (uint32_t)d->wide_ids.count;
        if (row >= CPROF_PROTO_WIDE)
            return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "too many different ids");
        if (!cprof_vec_push(d->env, &d->wide_ids, id) || !cprof_idmap_set(&d->wide_rows, id, row))
            return no_memory(d, err);
    }
    *reference = row | CPROF_PROTO_WIDE;
    return true;
}

static bool check_id(const cprof_proto *d, uint64_t id, const char *what, cprof_error *err) {
    return id != 0 || cprof_proto_error(err, d->field_offset, "a %s with the reserved id 0", what);
}

static bool take_sample_type(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    uint64_t v[3];
    cprof_value_type type = {0};
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 2, "sample type", err) ||
        !cprof_proto_index(d, v[1], &type.type, err) || !cprof_proto_index(d, v[2], &type.unit, err) ||
        !cprof_columns_room(d->columns.types.count, 1, "sample types", err))
        return false;
    if (d->columns.types.count > 0 && d->sample_count > 0 && d->string_count > 0 && d->second_at == 0)
        d->second_at = d->field_offset;
    return (cprof_vec_push(d->env, &d->columns.types, type) &&
            cprof_vec_push(d->env, &d->type_at, d->field_offset)) ||
           no_memory(d, err);
}

static bool take_mapping(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    uint64_t v[11];
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 10, "mapping", err))
        return false;
    cprof_mapping m = {
        .id = v[1],
        .start = v[2],
        .limit = v[3],
        .offset = v[4],
        .has_functions = v[7] != 0,
        .has_filenames = v[8] != 0,
        .has_line_numbers = v[9] != 0,
        .has_inline_frames = v[10] != 0,
    };
    if (!check_id(d, m.id, "mapping", err) || !cprof_proto_index(d, v[5], &m.file, err) ||
        !cprof_proto_index(d, v[6], &m.build_id, err) ||
        !cprof_columns_room(d->columns.mappings.count, 1, "mappings", err))
        return false;
    return (cprof_vec_push(d->env, &d->columns.mappings, m) &&
            cprof_vec_push(d->env, &d->mapping_at, d->field_offset)) ||
           no_memory(d, err);
}

static bool take_function(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    cprof_columns *c = &d->columns;
    uint64_t v[6];
    uint32_t name = 0, system_name = 0, filename = 0;
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 5, "function", err) ||
        !check_id(d, v[1], "function", err) || !cprof_proto_index(d, v[2], &name, err) ||
        !cprof_proto_index(d, v[3], &system_name, err) || !cprof_proto_index(d, v[4], &filename, err) ||
        !cprof_columns_room(c->function_name.count, 1, "functions", err))
        return false;
    uint32_t row = (uint32_t)c->function_name.count;
    return (cprof_vec_push(d->env, &c->function_name, name) &&
            cprof_vec_push(d->env, &c->function_system_name, system_name) &&
            cprof_vec_push(d->env, &c->function_filename, filename) &&
            cprof_column_set_i64(d->env, &c->function_start_line, row, (int64_t)v[5]) &&
            cprof_column_set_id(d->env, &c->function_id, row, v[1]) &&
            cprof_vec_push(d->env, &d->function_at, d->field_offset)) ||
           no_memory(d, err);
}

static bool take_line(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    cprof_columns *c = &d->columns;
    uint64_t v[4];
    uint32_t function = 0;
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 3, "line", err))
        return false;
    if (v[1] == 0)
        return cprof_proto_error(err, d->field_offset, "a location with a line of no function");
    if (!cprof_proto_reference(d, v[1], &function, err) ||
        !cprof_columns_room(c->line_function.count, 1, "lines", err))
        return false;
    uint32_t row = (uint32_t)c->line_function.count;
    return (cprof_vec_push(d->env, &c->line_function, function) &&
            cprof_vec_push(d->env, &c->line_number, (int64_t)v[2]) &&
            cprof_column_set_i64(d->env, &c->line_column, row, (int64_t)v[3])) ||
           no_memory(d, err);
}

typedef enum location_field {
    LOCATION_ID = 1,
    LOCATION_MAPPING,
    LOCATION_ADDRESS,
    LOCATION_LINE,
    LOCATION_FOLDED
} location_field;

static bool take_location(cprof_proto *d, const cprof_wire_field *message, cprof_error *err) {
    cprof_columns *c = &d->columns;
    const uint8_t *p = message->bytes, *end = p + message->value;
    uint64_t v[LOCATION_FOLDED + 1] = {0};
    uint32_t mapping = 0, first_line = (uint32_t)c->line_function.count;
    while (p < end) {
        const uint8_t *start = p;
        cprof_wire_field field;
        cprof_wire_status status = cprof_wire_next(&p, end, &field);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, "location", err);
        if (field.number < LOCATION_ID || field.number > LOCATION_FOLDED)
            continue;
        if (field.type != (field.number == LOCATION_LINE ? CPROF_WIRE_BYTES : CPROF_WIRE_VARINT))
            return cprof_proto_type_error(d, start, field.number, "location", err);
        if (field.number != LOCATION_LINE)
            v[field.number] = field.value;
        else if (!take_line(d, &field, err))
            return false;
    }
    if (!check_id(d, v[LOCATION_ID], "location", err) ||
        !cprof_proto_reference(d, v[LOCATION_MAPPING], &mapping, err) ||
        !cprof_columns_room(c->location_address.count, 1, "locations", err))
        return false;
    uint32_t row = (uint32_t)c->location_address.count;
    return (cprof_vec_push(d->env, &c->location_first_line, first_line) &&
            cprof_vec_push(d->env, &c->location_mapping, mapping) &&
            cprof_vec_push(d->env, &c->location_address, v[LOCATION_ADDRESS]) &&
            cprof_column_set_bool(d->env, &c->location_folded, row, v[LOCATION_FOLDED] != 0) &&
            cprof_column_set_id(d->env, &c->location_id, row, v[LOCATION_ID]) &&
            cprof_vec_push(d->env, &d->location_at, d->field_offset)) ||
           no_memory(d, err);
}

static bool take_string(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    if (d->string_count == 0 && field->value != 0)
        return cprof_proto_error(err, d->field_offset, "the first string is not empty");
    if (!cprof_columns_room(d->string_count, 1, "strings", err))
        return false;
    cprof_str id;
    if (!cprof_strtab_add(&d->profile->strings,
                          (cprof_slice){(const char *)field->bytes, (size_t)field->value}, &id))
        return no_memory(d, err);
    uint32_t index = d->string_count++;
    if (id == index && d->string_ids.count == 0)
        return true;
    /* From the first string on that was there before, ids and indices differ. */
    if (!cprof_vec_reserve(d->env, &d->string_ids, index + 1 - d->string_ids.count))
        return no_memory(d, err);
    for (uint32_t i = (uint32_t)d->string_ids.count; i < index; i++)
        d->string_ids.at[i] = i;
    d->string_ids.at[index] = id;
    d->string_ids.count = (size_t)index + 1;
    return true;
}

static bool take_period_type(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    uint64_t v[3];
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 2, "period type", err))
        return false;
    d->header[CPROF_PROTO_PERIOD_TYPE] = (cprof_proto_number){v[1], d->field_offset};
    d->header[CPROF_PROTO_PERIOD_UNIT] = (cprof_proto_number){v[2], d->field_offset};
    return true;
}

static bool add_comment(cprof_proto *d, uint64_t value, cprof_error *err) {
    uint32_t index = 0;
    if (!cprof_proto_index(d, value, &index, err) ||
        !cprof_columns_room(d->columns.comments.count, 1, "comments", err))
        return false;
    return (cprof_vec_push(d->env, &d->columns.comments, index) &&
            cprof_vec_push(d->env, &d->comment_at, d->field_offset)) ||
           no_memory(d, err);
}

static bool take_comment(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    if (field->type == CPROF_WIRE_VARINT)
        return add_comment(d, field->value, err);
    const uint8_t *p = field->bytes, *end = p + field->value;
    while (p < end) {
        const uint8_t *start = p;
        uint64_t value;
        cprof_wire_status status = cprof_wire_varint(&p, end, &value);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, "comment", err);
        if (!add_comment(d, value, err))
            return false;
    }
    return true;
}

static bool take_number(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    static const uint8_t rows[] = {
        [7] = CPROF_PROTO_DROP_FRAMES, [8] = CPROF_PROTO_KEEP_FRAMES, [9] = CPROF_PROTO_TIME,
        [10] = CPROF_PROTO_DURATION,   [12] = CPROF_PROTO_PERIOD,     [14] = CPROF_PROTO_DEFAULT_TYPE,
        [15] = CPROF_PROTO_DOC_URL,
    };
    cprof_proto_number *number = &d->header[rows[field->number]];
    if (rows[field->number] == CPROF_PROTO_TIME && number->value != 0)
        return cprof_proto_second_error(d->second_at ? d->second_at : d->field_offset, err);
    *number = (cprof_proto_number){field->value, d->field_offset};
    return true;
}

/* What a field of the profile has to be; packed: a number or a run of them. */
enum { NUMBER = 1 << CPROF_WIRE_VARINT, BYTES = 1 << CPROF_WIRE_BYTES, PACKED = NUMBER | BYTES };

static const struct {
    unsigned types;
    bool (*take)(cprof_proto *d, const cprof_wire_field *field, cprof_error *err);
} fields[] = {
    [1] = {BYTES, take_sample_type},  [2] = {BYTES, cprof_proto_take_sample},
    [3] = {BYTES, take_mapping},      [4] = {BYTES, take_location},
    [5] = {BYTES, take_function},     [6] = {BYTES, take_string},
    [7] = {NUMBER, take_number},      [8] = {NUMBER, take_number},
    [9] = {NUMBER, take_number},      [10] = {NUMBER, take_number},
    [11] = {BYTES, take_period_type}, [12] = {NUMBER, take_number},
    [13] = {PACKED, take_comment},    [14] = {NUMBER, take_number},
    [15] = {NUMBER, take_number},
};

bool cprof_proto_take_field(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    if (!(fields[field->number].types & 1U << field->type))
        return cprof_proto_error(err, d->field_offset, "a wrong wire type of field %u of the profile",
                                 (unsigned)field->number);
    return fields[field->number].take(d, field, err);
}
