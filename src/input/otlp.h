/* OTLP profiles, opentelemetry.proto.profiles.v1development as of 1.10: messages that share one dictionary of
 * strings, functions, locations, stacks and attributes.
 *
 * Read field by field: what a small message may unpack to is no concern then, and nothing is looked at that
 * no sample refers to.
 */
#ifndef CPROF_INPUT_OTLP_H
#define CPROF_INPUT_OTLP_H

#include "input/wire.h"
#include "profile/builder.h"

typedef enum cprof_otlp_message {
    CPROF_OTLP_DATA,
    CPROF_OTLP_DICTIONARY,
    CPROF_OTLP_RESOURCE_PROFILES,
    CPROF_OTLP_SCOPE_PROFILES,
    CPROF_OTLP_PROFILE,
    CPROF_OTLP_SAMPLE,
    CPROF_OTLP_VALUE_TYPE,
    CPROF_OTLP_MAPPING,
    CPROF_OTLP_LOCATION,
    CPROF_OTLP_LINE,
    CPROF_OTLP_FUNCTION,
    CPROF_OTLP_STACK,
    CPROF_OTLP_LINK,
    CPROF_OTLP_ATTRIBUTE,
    CPROF_OTLP_ANY_VALUE,
    CPROF_OTLP_KEY_VALUE,
    CPROF_OTLP_RESOURCE,
    CPROF_OTLP_MESSAGES
} cprof_otlp_message;

/* The dictionary's tables, by their field numbers. */
enum {
    CPROF_OTLP_MAPPINGS = 1,
    CPROF_OTLP_LOCATIONS,
    CPROF_OTLP_FUNCTIONS,
    CPROF_OTLP_LINKS,
    CPROF_OTLP_STRINGS,
    CPROF_OTLP_ATTRIBUTES,
    CPROF_OTLP_STACKS,
    CPROF_OTLP_TABLES
};

typedef struct cprof_otlp_table {
    CPROF_VEC(cprof_slice) entries; /* borrowed from the input */
    CPROF_VEC(uint32_t)
    rows; /* what it has become: a row of the profile's table, a string's id, a row of
             `attributes`; CPROF_NONE: not looked at yet */
} cprof_otlp_table;

typedef CPROF_VEC(uint64_t) cprof_otlp_numbers;
typedef CPROF_VEC(cprof_label) cprof_otlp_labels;

typedef struct cprof_otlp {
    const cprof_env *env;
    cprof_slice all; /* the input: for offsets in messages */
    cprof_builder *builder;
    cprof_otlp_table tables[CPROF_OTLP_TABLES]; /* the first is not used */
    CPROF_VEC(bool) named;                      /* by mapping: some location of it has a name */
    cprof_otlp_labels attributes; /* those that were referred to; key 0: one that says nothing */
    cprof_otlp_numbers numbers;   /* scratch, of one field */
    CPROF_VEC(cprof_line) lines;  /* scratch */
    CPROF_VEC(uint32_t) frames;   /* scratch */
} cprof_otlp;

/* Called for each field that the schema knows; its wire type is the schema's. */
typedef bool cprof_otlp_visit(cprof_otlp *o, const cprof_wire_field *field, void *context, cprof_error *err);

bool cprof_otlp_each(cprof_otlp *o, cprof_otlp_message kind, cprof_slice bytes, cprof_otlp_visit *visit,
                     void *context, cprof_error *err);
bool cprof_otlp_bad(const cprof_otlp *o, const void *at, cprof_error *err, const char *format, ...)
    CPROF_PRINTF(4, 5);

cprof_slice cprof_otlp_bytes(const cprof_wire_field *field);
uint64_t cprof_otlp_fixed64(const cprof_wire_field *field);
/* Appends a repeated number's values, packed or one by one, as 64 bits each. */
bool cprof_otlp_append(cprof_otlp *o, const cprof_wire_field *field, cprof_otlp_numbers *numbers,
                       cprof_error *err);

/* ---- The dictionary ---- */

bool cprof_otlp_dictionary(cprof_otlp *o, cprof_slice bytes, cprof_error *err);
/* Looks the tables over, once all of the dictionary is there. */
bool cprof_otlp_dictionary_done(cprof_otlp *o, cprof_error *err);
void cprof_otlp_tables_free(cprof_otlp *o);

/* at: whom to blame for an index that is out of range. */
bool cprof_otlp_entry(cprof_otlp *o, int table, uint64_t index, const void *at, cprof_slice *entry,
                      cprof_error *err);
/* What the entry has become already; else CPROF_NONE and its bytes. */
bool cprof_otlp_look_up(cprof_otlp *o, int table, uint64_t index, const void *at, cprof_slice *bytes,
                        uint32_t *row, cprof_error *err);
bool cprof_otlp_string(cprof_otlp *o, uint64_t index, const void *at, cprof_str *id, cprof_error *err);
bool cprof_otlp_stack(cprof_otlp *o, uint64_t index, const void *at, uint32_t *row, cprof_error *err);

/* ---- Attributes ---- */

/* The value that an AnyValue holds, as a label without a key; false in *there for lists and for nothing. */
bool cprof_otlp_any_value(cprof_otlp *o, cprof_slice bytes, cprof_label *label, bool *there,
                          cprof_error *err);
/* Appends the label of an entry of the attribute table. */
bool cprof_otlp_attribute(cprof_otlp *o, uint64_t index, const void *at, cprof_otlp_labels *labels,
                          cprof_error *err);
/* Appends the labels of a Resource. */
bool cprof_otlp_resource(cprof_otlp *o, cprof_slice bytes, cprof_otlp_labels *labels, cprof_error *err);
/* Appends trace_id and span_id. */
bool cprof_otlp_link(cprof_otlp *o, uint64_t index, const void *at, cprof_otlp_labels *labels,
                     cprof_error *err);

#endif
