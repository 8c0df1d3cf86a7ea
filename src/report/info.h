/* info: what a profile is and holds, without a report's view of it. */
#ifndef CPROF_REPORT_INFO_H
#define CPROF_REPORT_INFO_H

#include "profile/profile.h"

typedef struct cprof_info_label {
    cprof_str key;
    bool is_number;
    uint32_t values; /* distinct ones */
} cprof_info_label;

typedef struct cprof_info {
    const cprof_profile *profile; /* borrowed */
    const char *producer;         /* who seems to have written it; static, NULL: no idea */
    uint32_t default_type;        /* row of the types; CPROF_NONE: there are none */
    int64_t *totals;              /* of each type: the plain sum, kept within 64 bits */
    bool *clipped;                /* of each type: the sum did not fit */
    uint32_t named;               /* locations with at least one function's name */
    uint32_t deepest;             /* frames of the deepest stack */
    cprof_info_label *labels;     /* in order of first appearance */
    uint32_t label_count;
    cprof_arena arena;
} cprof_info;

/* Whether or not it succeeds, cprof_info_deinit is to be called. */
bool cprof_info_init(cprof_info *info, const cprof_profile *profile, cprof_error *err);
void cprof_info_deinit(cprof_info *info);

#endif
