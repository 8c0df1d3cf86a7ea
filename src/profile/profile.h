/* The model: one profile as tables joined by row numbers.
 *
 * A loaded profile never changes.  Tables are arrays; a handle is a row number in its table; CPROF_NONE
 * stands for no row.  Strings are ids in `strings` (0 is "").  "first" arrays have one entry more than
 * their table, so row i's part is [first[i], first[i + 1]).
 *
 *     sample ─▶ stack ─▶ frames ─▶ location ─▶ lines ─▶ function
 *            └▶ label set          └▶ mapping
 *
 * Equal stacks are one stack, equal label sets one label set; samples stay as they were written.
 */
#ifndef CPROF_PROFILE_PROFILE_H
#define CPROF_PROFILE_PROFILE_H

#include "base/strtab.h"

typedef struct cprof_value_type {
    cprof_str type; /* "cpu", "alloc_space" */
    cprof_str unit; /* "nanoseconds", "bytes", "count" */
} cprof_value_type;

typedef struct cprof_mapping {
    uint64_t id; /* as written; not 0 */
    uint64_t start, limit, offset;
    cprof_str file, build_id;
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
} cprof_mapping;

typedef struct cprof_label {
    cprof_str key;
    cprof_str text; /* of a text label (0: the empty text), else 0 */
    int64_t number; /* of a numeric label */
    cprof_str unit; /* of a numeric label; 0: none was given */
    bool is_number;
} cprof_label;

/* What a sample counts, where it counts single things that have a number: the goroutines of a dump.  Only
 * for people; nothing is computed from it. */
typedef struct cprof_members {
    uint32_t *first; /* samples + 1, into id; NULL: not known */
    uint64_t *id;
} cprof_members;

/* A remark on the whole that has no field in profile.proto: "format", "runtime.MemStats.HeapAlloc", … */
typedef struct cprof_attribute {
    cprof_str name, value;
} cprof_attribute;

typedef struct cprof_functions {
    uint32_t count;
    uint64_t *id; /* as written; NULL: row + 1 */
    cprof_str *name, *system_name, *filename;
    int64_t *start_line; /* NULL: all 0 */
} cprof_functions;

typedef struct cprof_locations {
    uint32_t count;
    uint64_t *id; /* as written; NULL: row + 1 */
    uint64_t *address;
    uint32_t *mapping;    /* row, or CPROF_NONE */
    uint32_t *first_line; /* count + 1 */
    bool *folded;         /* NULL: none is */
    /* Lines, innermost inlined call first. */
    uint32_t line_count;
    uint32_t *line_function; /* row; never CPROF_NONE in a valid profile */
    int64_t *line_number;
    int64_t *line_column; /* NULL: all 0 */
} cprof_locations;

typedef struct cprof_stacks {
    uint32_t count;
    uint32_t *first;  /* count + 1, into frames */
    uint32_t *frames; /* location rows, leaf first */
} cprof_stacks;

/* Row 0 is the empty set.  A set's labels stand text labels first, each kind in byte order of the keys,
 * values of one key in the order they were written. */
typedef struct cprof_label_sets {
    uint32_t count;
    uint32_t *first; /* count + 1, into labels */
    cprof_label *labels;
} cprof_label_sets;

typedef struct cprof_samples {
    uint32_t count;
    uint32_t *stack;     /* rows */
    uint32_t *label_set; /* rows; NULL: all 0 */
    int64_t *values;     /* count × type_count, sample by sample */
} cprof_samples;

/* Heap memory that one table lies in. */
typedef struct cprof_block {
    void *at;
    size_t size; /* bytes, as asked of cprof_mem_resize */
} cprof_block;

#define CPROF_PROFILE_BLOCKS 64 /* more than there are tables, even when each is replaced once */

typedef struct cprof_profile {
    const cprof_env *env; /* borrowed; outlives the profile */
    cprof_strtab strings;
    uint32_t block_count;
    cprof_block blocks[CPROF_PROFILE_BLOCKS]; /* hold the tables below */

    uint32_t type_count;
    cprof_value_type *types; /* of the samples' values */
    cprof_str default_type;
    cprof_value_type period_type;
    int64_t period;         /* in period_type's unit */
    int64_t time_nanos;     /* since 1970 UTC; 0: not known */
    int64_t duration_nanos; /* 0: not known */
    cprof_str drop_frames, keep_frames, doc_url;
    uint32_t comment_count;
    cprof_str *comments;
    uint32_t mapping_count;
    cprof_mapping *mappings;
    cprof_functions functions;
    cprof_locations locations;
    cprof_stacks stacks;
    cprof_label_sets label_sets;
    cprof_samples samples;
    cprof_members members;

    bool labels_dropped; /* samples had labels, which were not asked for */

    const char *format; /* static: "profile.proto", "Go heap text", … */
    uint32_t attribute_count;
    cprof_attribute *attributes;
} cprof_profile;

/* Frees everything; NULL is fine. */
void cprof_profile_free(cprof_profile *profile);

/* Frees the samples and all that they refer to, most of a profile's memory: for who only asks for its header
 * from now on.  There are none, then; members are left as they are. */
void cprof_profile_forget_samples(cprof_profile *profile);

/* Zeroed memory that lives as long as the profile, for a table that is replaced while nobody else sees the
 * profile yet (there is room for each table once); NULL when there is none. */
void *cprof_profile_alloc(cprof_profile *profile, size_t count, size_t size);

static inline cprof_slice cprof_profile_string(const cprof_profile *p, cprof_str id) {
    return cprof_strtab_get(&p->strings, id);
}
static inline uint64_t cprof_location_id(const cprof_profile *p, uint32_t row) {
    return p->locations.id ? p->locations.id[row] : (uint64_t)row + 1;
}
static inline uint64_t cprof_function_id(const cprof_profile *p, uint32_t row) {
    return p->functions.id ? p->functions.id[row] : (uint64_t)row + 1;
}
static inline int64_t cprof_function_start_line(const cprof_profile *p, uint32_t row) {
    return p->functions.start_line ? p->functions.start_line[row] : 0;
}
static inline int64_t cprof_line_column(const cprof_profile *p, uint32_t line) {
    return p->locations.line_column ? p->locations.line_column[line] : 0;
}
static inline uint32_t cprof_sample_label_set(const cprof_profile *p, uint32_t sample) {
    return p->samples.label_set ? p->samples.label_set[sample] : 0;
}
static inline const int64_t *cprof_sample_values(const cprof_profile *p, uint32_t sample) {
    return p->samples.values + (size_t)sample * p->type_count;
}

/* True when a sample has a value below 0. */
bool cprof_profile_has_negative(const cprof_profile *p);

/* The row of the sample type that `wanted` names: "" for the profile's default (else the last), a number, a
 * type's name, "inuse_X" for X.  False (and a message that lists the types) where there is none. */
bool cprof_profile_find_type(const cprof_profile *p, cprof_slice wanted, uint32_t *type, cprof_error *err);

/* The unit that a numeric label key's values are shown in: the first unit seen in the profile; without one
 * "bytes" for "alignment" and "request", else the key itself. */
typedef struct cprof_label_unit {
    cprof_str key;
    cprof_slice unit; /* borrowed from the profile, or static */
    bool mixed;       /* other units were seen too */
} cprof_label_unit;

typedef struct cprof_label_units {
    CPROF_VEC(cprof_label_unit) rows; /* in order of first appearance */
    cprof_idmap by_key;               /* key -> row */
} cprof_label_units;

bool cprof_label_units_init(cprof_label_units *units, const cprof_profile *p, cprof_error *err);
void cprof_label_units_deinit(cprof_label_units *units, const cprof_profile *p);
cprof_slice cprof_label_units_get(const cprof_label_units *units, cprof_str key); /* "" for unknown keys */
/* A note for each key with mixed units, as "For tag K used unit U, also encountered unit(s) V, W". */
bool cprof_label_units_note(const cprof_label_units *units, const cprof_profile *p, const cprof_env *env,
                            cprof_error *err);

#endif
