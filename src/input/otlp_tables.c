/* The dictionary of OTLP profiles: entries become rows of the profile when something refers to them. */
#include "input/otlp.h"

#include <stdio.h>

static bool add_entry(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    (void)context;
    cprof_otlp_table *table = &o->tables[field->number];
    if (table->entries.count >= CPROF_NONE ||
        !cprof_vec_push(o->env, &table->entries, cprof_otlp_bytes(field)) ||
        !cprof_vec_push(o->env, &table->rows, CPROF_NONE))
        return cprof_error_memory(o->env, err);
    return true;
}

bool cprof_otlp_dictionary(cprof_otlp *o, cprof_slice bytes, cprof_error *err) {
    return cprof_otlp_each(o, CPROF_OTLP_DICTIONARY, bytes, add_entry, NULL, err);
}

void cprof_otlp_tables_free(cprof_otlp *o) {
    for (int i = 0; i < CPROF_OTLP_TABLES; i++) {
        cprof_vec_free(o->env, &o->tables[i].entries);
        cprof_vec_free(o->env, &o->tables[i].rows);
    }
    cprof_vec_free(o->env, &o->named);
    cprof_vec_free(o->env, &o->attributes);
    cprof_vec_free(o->env, &o->numbers);
    cprof_vec_free(o->env, &o->lines);
    cprof_vec_free(o->env, &o->frames);
}

bool cprof_otlp_entry(cprof_otlp *o, int table, uint64_t index, const void *at, cprof_slice *entry,
                      cprof_error *err) {
    static const char *const names[] = {"",     "mapping", "location",  "function",
                                        "link", "string",  "attribute", "stack"};
    if (index >= o->tables[table].entries.count)
        return cprof_otlp_bad(o, at, err, "%s %lld of a table of %zu", names[table], (long long)index,
                              o->tables[table].entries.count);
    *entry = o->tables[table].entries.at[index];
    return true;
}

bool cprof_otlp_look_up(cprof_otlp *o, int table, uint64_t index, const void *at, cprof_slice *bytes,
                        uint32_t *row, cprof_error *err) {
    if (!cprof_otlp_entry(o, table, index, at, bytes, err))
        return false;
    *row = o->tables[table].rows.at[index];
    return true;
}

bool cprof_otlp_string(cprof_otlp *o, uint64_t index, const void *at, cprof_str *id, cprof_error *err) {
    cprof_slice bytes;
    *id = 0;
    if (index == 0 && o->tables[CPROF_OTLP_STRINGS].entries.count == 0)
        return true;
    if (!cprof_otlp_look_up(o, CPROF_OTLP_STRINGS, index, at, &bytes, id, err))
        return false;
    if (*id != CPROF_NONE)
        return true;
    if (!cprof_builder_string(o->builder, bytes, id, err))
        return false;
    o->tables[CPROF_OTLP_STRINGS].rows.at[index] = *id;
    return true;
}

/* ---- Mappings ---- */

typedef struct mapping_parts {
    cprof_mapping mapping;
    cprof_otlp_numbers attributes;
} mapping_parts;

static bool visit_mapping(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    mapping_parts *parts = context;
    switch (field->number) {
    case 1:
        parts->mapping.start = field->value;
        return true;
    case 2:
        parts->mapping.limit = field->value;
        return true;
    case 3:
        parts->mapping.offset = field->value;
        return true;
    case 4:
        return cprof_otlp_string(o, field->value, field->bytes, &parts->mapping.file, err);
    default:
        return cprof_otlp_append(o, field, &parts->attributes, err);
    }
}

/* The build id is an attribute; the linker's is preferred to others. */
static bool find_build_id(cprof_otlp *o, mapping_parts *parts, const void *at, cprof_error *err) {
    cprof_otlp_labels labels = {0};
    bool ok = true, linker = false;
    for (size_t i = 0; ok && i < parts->attributes.count; i++) {
        labels.count = 0;
        ok = cprof_otlp_attribute(o, parts->attributes.at[i], at, &labels, err);
        if (!ok || labels.count == 0 || labels.at[0].is_number || linker)
            continue;
        cprof_slice key = cprof_profile_string(cprof_builder_profile(o->builder), labels.at[0].key);
        linker = cprof_slice_is(key, "process.executable.build_id.gnu");
        if (linker || cprof_slice_starts_with(key, "process.executable.build_id."))
            parts->mapping.build_id = labels.at[0].text;
    }
    cprof_vec_free(o->env, &labels);
    return ok;
}

static bool get_mapping(cprof_otlp *o, uint64_t index, const void *at, uint32_t *row, cprof_error *err) {
    cprof_slice bytes;
    mapping_parts parts = {.mapping = {0}};
    *row = CPROF_NONE;
    if (index == 0)
        return true;
    if (!cprof_otlp_look_up(o, CPROF_OTLP_MAPPINGS, index, at, &bytes, row, err))
        return false;
    if (*row != CPROF_NONE)
        return true;
    parts.mapping.has_functions = index < o->named.count && o->named.at[index];
    bool ok = cprof_otlp_each(o, CPROF_OTLP_MAPPING, bytes, visit_mapping, &parts, err) &&
              find_build_id(o, &parts, at, err) &&
              cprof_builder_mapping(o->builder, &parts.mapping, row, err);
    cprof_vec_free(o->env, &parts.attributes);
    if (ok)
        o->tables[CPROF_OTLP_MAPPINGS].rows.at[index] = *row;
    return ok;
}

/* ---- Functions and lines ---- */

typedef struct function_parts {
    cprof_str name, system_name, file;
    int64_t start;
} function_parts;

static bool visit_function(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    function_parts *parts = context;
    cprof_str *strings[] = {&parts->name, &parts->system_name, &parts->file};
    if (field->number == 4) {
        parts->start = (int64_t)field->value;
        return true;
    }
    return cprof_otlp_string(o, field->value, field->bytes, strings[field->number - 1], err);
}

static bool get_function(cprof_otlp *o, uint64_t index, const void *at, uint32_t *row, cprof_error *err) {
    cprof_slice bytes;
    function_parts parts = {0};
    if (!cprof_otlp_look_up(o, CPROF_OTLP_FUNCTIONS, index, at, &bytes, row, err))
        return false;
    if (*row != CPROF_NONE)
        return true;
    if (!cprof_otlp_each(o, CPROF_OTLP_FUNCTION, bytes, visit_function, &parts, err))
        return false;
    if (parts.name == 0)
        parts.name = parts.system_name;
    if (!cprof_builder_function(o->builder, parts.name, parts.system_name ? parts.system_name : parts.name,
                                parts.file, parts.start, row, err))
        return false;
    o->tables[CPROF_OTLP_FUNCTIONS].rows.at[index] = *row;
    return true;
}

typedef struct line_parts {
    uint64_t function;
    int64_t line, column;
} line_parts;

static bool visit_line(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    line_parts *parts = context;
    (void)o;
    (void)err;
    if (field->number == 1)
        parts->function = field->value;
    else
        *(field->number == 2 ? &parts->line : &parts->column) = (int64_t)field->value;
    return true;
}

/* ---- Locations ---- */

typedef struct location_parts {
    uint64_t mapping, address;
    bool has_lines;
} location_parts;

static bool visit_location_line(cprof_otlp *o, const cprof_wire_field *field, cprof_error *err) {
    line_parts parts = {0};
    cprof_line line;
    if (!cprof_otlp_each(o, CPROF_OTLP_LINE, cprof_otlp_bytes(field), visit_line, &parts, err))
        return false;
    if (parts.function == 0) /* none */
        return true;
    line = (cprof_line){.line = parts.line, .column = parts.column};
    if (!get_function(o, parts.function, field->bytes, &line.function, err))
        return false;
    return cprof_vec_push(o->env, &o->lines, line) || cprof_error_memory(o->env, err);
}

static bool visit_location(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    location_parts *parts = context;
    if (field->number == 1)
        parts->mapping = field->value;
    else if (field->number == 2)
        parts->address = field->value;
    else if (field->number == 3)
        return visit_location_line(o, field, err);
    return true;
}

static bool get_location(cprof_otlp *o, uint64_t index, const void *at, uint32_t *row, cprof_error *err) {
    cprof_slice bytes;
    location_parts parts = {0};
    uint32_t mapping;
    if (!cprof_otlp_look_up(o, CPROF_OTLP_LOCATIONS, index, at, &bytes, row, err))
        return false;
    if (*row != CPROF_NONE)
        return true;
    o->lines.count = 0;
    if (!cprof_otlp_each(o, CPROF_OTLP_LOCATION, bytes, visit_location, &parts, err) ||
        !get_mapping(o, parts.mapping, bytes.ptr, &mapping, err) ||
        !cprof_builder_location(o->builder, mapping, parts.address, false, o->lines.at,
                                (uint32_t)o->lines.count, row, err))
        return false;
    o->tables[CPROF_OTLP_LOCATIONS].rows.at[index] = *row;
    return true;
}

/* Which mappings have names in some location: those need no symbols from elsewhere. */
static bool visit_for_names(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    location_parts *parts = context;
    (void)o;
    (void)err;
    if (field->number == 1)
        parts->mapping = field->value;
    parts->has_lines |= field->number == 3;
    return true;
}

bool cprof_otlp_dictionary_done(cprof_otlp *o, cprof_error *err) {
    const cprof_otlp_table *locations = &o->tables[CPROF_OTLP_LOCATIONS];
    size_t mappings = o->tables[CPROF_OTLP_MAPPINGS].entries.count;
    if (!cprof_vec_reserve(o->env, &o->named, mappings))
        return cprof_error_memory(o->env, err);
    for (o->named.count = 0; o->named.count < mappings; o->named.count++)
        o->named.at[o->named.count] = false;
    for (size_t i = 0; i < locations->entries.count; i++) {
        location_parts parts = {0};
        if (!cprof_otlp_each(o, CPROF_OTLP_LOCATION, locations->entries.at[i], visit_for_names, &parts, err))
            return false;
        if (parts.has_lines && parts.mapping < mappings)
            o->named.at[parts.mapping] = true;
    }
    return true;
}

/* ---- Stacks ---- */

static bool visit_stack(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err) {
    (void)context;
    o->numbers.count = 0;
    if (!cprof_otlp_append(o, field, &o->numbers, err))
        return false;
    for (size_t i = 0; i < o->numbers.count; i++) {
        uint32_t row;
        if (!get_location(o, o->numbers.at[i], field->bytes, &row, err))
            return false;
        if (!cprof_vec_push(o->env, &o->frames, row))
            return cprof_error_memory(o->env, err);
    }
    return true;
}

bool cprof_otlp_stack(cprof_otlp *o, uint64_t index, const void *at, uint32_t *row, cprof_error *err) {
    cprof_slice bytes;
    if (!cprof_otlp_look_up(o, CPROF_OTLP_STACKS, index, at, &bytes, row, err))
        return false;
    if (*row != CPROF_NONE)
        return true;
    o->frames.count = 0;
    if (!cprof_otlp_each(o, CPROF_OTLP_STACK, bytes, visit_stack, NULL, err))
        return false;
    if (o->frames.count >= CPROF_NONE)
        return cprof_otlp_bad(o, at, err, "a stack of %zu frames", o->frames.count);
    if (!cprof_builder_stack(o->builder, o->frames.at, (uint32_t)o->frames.count, row, err))
        return false;
    o->tables[CPROF_OTLP_STACKS].rows.at[index] = *row;
    return true;
}
