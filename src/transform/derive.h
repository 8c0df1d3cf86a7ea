/* Operations that make a new profile out of loaded ones. */
#ifndef CPROF_TRANSFORM_DERIVE_H
#define CPROF_TRANSFORM_DERIVE_H

#include "transform/view.h"

/* Merging many profiles one after the other: memory grows with what is distinct, not with how many there
 * are.  Sample types are brought together by name (the common ones are kept, in the first profile's order)
 * and units to the finest, as soon as all are known: so merging takes the list. */
typedef struct cprof_merge_part {
    cprof_profile *profile; /* owned by the merge from the call on: freed as soon as it is read */
    double scale;           /* values are multiplied by this and rounded; -1 for a base */
    bool is_diff_base;      /* label the samples pprof::base=true */
} cprof_merge_part;

/* One part with scale 1 is returned as it is, but for the sample types it has twice.  parts' profiles are
 * taken whether or not it succeeds. */
bool cprof_merge(cprof_merge_part *parts, size_t count, const cprof_env *env, cprof_profile **merged,
                 cprof_error *err);

/* For each value type what p's values are to be multiplied by so that their sums equal base's (0 where p's
 * sum is 0).  factors has p->type_count entries.  Fails where the types differ. */
bool cprof_normalize_factors(const cprof_profile *p, const cprof_profile *base, double *factors,
                             cprof_error *err);
/* A copy of p with values multiplied and rounded; samples that become all 0 are left out (those of types
 * with factor 1 do not count, as in the reference). */
bool cprof_scale(const cprof_profile *p, const double *factors, cprof_profile **scaled, cprof_error *err);

/* p with frames made of the labels' values at the root and at the leaf of each stack. keys: comma-separated.
 */
bool cprof_tag_frames(const cprof_view *view, cprof_slice root_keys, cprof_slice leaf_keys, cprof_slice unit,
                      cprof_profile **with_frames, bool *root_matched, bool *leaf_matched, cprof_error *err);

#endif
