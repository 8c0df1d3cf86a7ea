/* Does a gzip stream end where its file does?  Inflates and throws away. */
#ifndef CPROF_INPUT_GUNZIP_WALK_H
#define CPROF_INPUT_GUNZIP_WALK_H

#include "base/env.h"

typedef enum cprof_walk {
    CPROF_WALK_END,    /* whole members, and nothing else but zeros behind them */
    CPROF_WALK_MORE,   /* it goes on */
    CPROF_WALK_BROKEN, /* these bytes do not belong here */
    CPROF_WALK_FAILED  /* err is set */
} cprof_walk;

typedef struct cprof_walker cprof_walker;

cprof_walker *cprof_walker_new(const cprof_env *env, cprof_error *err);
void cprof_walker_free(cprof_walker *walker);
/* Goes on with a file. */
cprof_walk cprof_walker_file(cprof_walker *walker, const char *path, cprof_error *err);

#endif
