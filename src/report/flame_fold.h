/* Folding stacks into the flame graph's tree; for flame.c. */
#ifndef CPROF_REPORT_FLAME_FOLD_H
#define CPROF_REPORT_FLAME_FOLD_H

#include "report/flame.h"

/* Fills flame->nodes, but for `end`, and flame->stack_count, from flame->stacks.  All options are given. */
bool cprof_flame_fold(cprof_flame *flame, const cprof_flame_options *options, cprof_error *err);

#endif
