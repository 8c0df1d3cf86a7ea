/* The head of a merged profile: what is no table.  Strings are ids of the head's own table, as the tables
 * that are merged may have to be begun anew. */
#ifndef CPROF_TRANSFORM_MERGE_HEAD_H
#define CPROF_TRANSFORM_MERGE_HEAD_H

#include "profile/builder.h"

/* What a part says about the type to show first. */
typedef struct cprof_merge_default {
    cprof_str type; /* 0: nothing */
    cprof_str list; /* its types' names, as one string */
} cprof_merge_default;

typedef struct cprof_merge_head {
    const cprof_env *env; /* borrowed */
    cprof_strtab names;

    /* Known once a part is expected. */
    bool begun;
    CPROF_VEC(cprof_value_type) types; /* common to all parts, in the finest unit of all */
    cprof_value_type period_type;      /* the same */

    /* Known once a part is added. */
    const char *format; /* static; NULL: no part yet */
    int64_t period, time_nanos, duration_nanos;
    cprof_str drop_frames, keep_frames, doc_url;
    CPROF_VEC(cprof_str) comments;         /* in the order in which they were met */
    cprof_idmap comments_met;              /* the same, as keys */
    CPROF_VEC(cprof_attribute) attributes; /* those that all parts have */
    CPROF_VEC(cprof_merge_default) defaults;
    bool clipped; /* a sum left 64 bits */
} cprof_merge_head;

bool cprof_merge_head_init(cprof_merge_head *head, const cprof_env *env);
void cprof_merge_head_deinit(cprof_merge_head *head);

/* Brings the types together with part's; *changed: what is merged so far has to be converted to them. */
bool cprof_merge_head_expect(cprof_merge_head *head, const cprof_profile *part, bool *changed,
                             cprof_error *err);
/* Adds part's times, comments and so on; its types were expected. */
bool cprof_merge_head_add(cprof_merge_head *head, const cprof_profile *part, cprof_error *err);
/* True when part's types are the head's, in the same order and units. */
bool cprof_merge_head_has_types_of(const cprof_merge_head *head, const cprof_profile *part);
/* For each type of the head: its row in part's types and what part's values have to be multiplied by. */
bool cprof_merge_head_columns(const cprof_merge_head *head, const cprof_profile *part, uint32_t *rows,
                              double *ratios);
/* Declares the types; then everything else. */
bool cprof_merge_head_write_types(const cprof_merge_head *head, cprof_builder *b, cprof_error *err);
bool cprof_merge_head_write(cprof_merge_head *head, cprof_builder *b, cprof_error *err);

/* Leaves out the types that a profile, which nobody else has seen yet, has twice: no name tells them apart.
 */
bool cprof_drop_double_types(cprof_profile *p, cprof_error *err);

/* The row of the type of this name; CPROF_NONE where there is none, or more than one. */
uint32_t cprof_merge_find_type(const cprof_profile *p, cprof_slice name);

#endif
