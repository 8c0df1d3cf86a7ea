/* Several files that are one profile: a gzip stream cut in parts, Kubernetes secrets.
 *
 *     cprof top heap0.out heap1.out heap2.out
 *
 * A gzip stream that ends too early goes on in the files behind it, as long as those start like nothing that
 * is known; where the order given does not fit, the numbers in the names tell.
 */
#ifndef CPROF_INPUT_PARTS_H
#define CPROF_INPUT_PARTS_H

#include "base/vec.h"
#include "input/reader.h"

typedef struct cprof_whole {
    const char *name;  /* for messages: the path, or of the first part with how many more there are */
    const char *path;  /* borrowed from the caller: this file alone; NULL: bytes */
    cprof_slice bytes; /* what the parts make together */
} cprof_whole;

typedef struct cprof_parts {
    const cprof_env *env;
    cprof_arena arena;         /* holds names and bytes of what was joined */
    CPROF_VEC(cprof_whole) at; /* what is to be loaded, in the order of its first parts */
} cprof_parts;

/* Brings together what belongs together.  Files that cannot be read are left as they are: opening them says
 * why.  False: a part is missing or does not fit (err names it), or there is no memory. */
bool cprof_parts_find(cprof_parts *parts, const char *const *paths, size_t count, const cprof_env *env,
                      cprof_error *err);
void cprof_parts_deinit(cprof_parts *parts); /* fine after failure, too */

/* As cprof_reader_open; parts must outlive the reader. */
cprof_reader *cprof_whole_open(const cprof_whole *whole, const cprof_env *env, cprof_error *err);

#endif
