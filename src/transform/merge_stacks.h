/* Stacks of a part that are merged already. */
#ifndef CPROF_TRANSFORM_MERGE_STACKS_H
#define CPROF_TRANSFORM_MERGE_STACKS_H

#include "profile/builder.h"

/* Looks p's stacks up in the builder, on several threads: rows[i] becomes the row of stack i where there is
 * an equal one, and stays what it was where there is none.  locations: by row of p's, the builder's row.
 * Does nothing where p is too small to be worth it. */
bool cprof_merge_find_stacks(const cprof_builder *b, const cprof_profile *p, const uint32_t *locations,
                             uint32_t *rows, cprof_error *err);

#endif
