/* Operations that make a new profile out of loaded ones. */
#ifndef CPROF_TRANSFORM_DERIVE_H
#define CPROF_TRANSFORM_DERIVE_H

#include "transform/view.h"

typedef struct cprof_merge_part {
    cprof_profile *profile; /* owned by the merge from the call on: freed as soon as it is read */
    double scale;           /* values are multiplied by this and rounded; -1 for a base */
    bool is_diff_base;      /* label the samples pprof::base=true */
} cprof_merge_part;

/* Merging many profiles one after the other: memory grows with what is distinct, not with how many there
 * are.  Equal samples are summed, those that are or become all 0 are left out, tables are in order of first
 * use.  Sample types are brought together by name (the common ones are kept, in the first profile's order)
 * and units to the finest.
 *
 * Several threads may merge a share each; one merger then takes the others' results as parts. */
typedef struct cprof_merger cprof_merger;

/* Free with cprof_merger_finish or cprof_merger_free; env is borrowed and outlives the merged profile. */
cprof_merger *cprof_merger_new(const cprof_env *env, cprof_error *err);
void cprof_merger_free(cprof_merger *merger); /* NULL is fine */
/* Takes note of the types of a part that is going to be added.  Not needed, but whoever knows all parts
 * before the first is added saves converting what is merged already. */
bool cprof_merger_expect(cprof_merger *merger, const cprof_profile *part, cprof_error *err);
/* part's profile is taken whether or not it succeeds.  After a failure only cprof_merger_free may follow. */
bool cprof_merger_add(cprof_merger *merger, const cprof_merge_part *part, cprof_error *err);
/* The merger is freed whether or not it succeeds.  At least one part was added. */
bool cprof_merger_finish(cprof_merger *merger, cprof_profile **merged, cprof_error *err);

/* All at once.  One part with scale 1 is returned as it is, but for sample types that it has twice.  parts'
 * profiles are taken whether or not it succeeds. */
bool cprof_merge(cprof_merge_part *parts, size_t count, const cprof_env *env, cprof_profile **merged,
                 cprof_error *err);
/* The same for those who only add up what stacks weigh: tables keep rows that no sample uses any more, and
 * are in no special order; samples may be 0. */
bool cprof_merge_for_sums(cprof_merge_part *parts, size_t count, const cprof_env *env, cprof_profile **merged,
                          cprof_error *err);

/* For each value type what p's values are to be multiplied by so that their sums equal base's (0 where p's
 * sum is 0).  factors has p->type_count entries.  Fails where the types differ. */
bool cprof_normalize_factors(const cprof_profile *p, const cprof_profile *base, double *factors,
                             cprof_error *err);
/* Multiplies and rounds the values of a profile that nobody else has seen yet.  Samples that become all 0
 * are taken out; values whose factor is 1 do not count for that, as in the reference. */
void cprof_scale(cprof_profile *p, const double *factors);

/* The view's samples with frames made of the labels' values: root_keys (comma-separated) at the root end, the
 * first key outermost; leaf_keys at the leaf end, the last key innermost.  unit: what numbers are shown in.
 * *root_matched, *leaf_matched: some sample has one of the keys.  The view's profile has to outlive the new
 * one, which borrows its strings. */
bool cprof_tag_frames(const cprof_view *view, cprof_slice root_keys, cprof_slice leaf_keys, cprof_slice unit,
                      cprof_profile **with_frames, bool *root_matched, bool *leaf_matched, cprof_error *err);

#endif
