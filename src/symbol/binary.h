/* One binary, read in a child process: what the parent asks and what the child answers. */
#ifndef CPROF_SYMBOL_BINARY_H
#define CPROF_SYMBOL_BINARY_H

#include "base/child.h"
#include "profile/profile.h"

typedef struct cprof_binary_job {
    const cprof_profile *profile;
    const cprof_mapping *mapping;
    const char *path;
    const uint32_t *locations; /* rows; NULL: only the build id is wanted */
    uint32_t count;
    bool fast; /* names only, from the symbol table */
} cprof_binary_job;

/* What a child may use that reads a binary. */
cprof_child_limits cprof_binary_limits(unsigned seconds, const cprof_env *env);

/* For cprof_child_run: writes the build id, then for each location the number of its frames (uint32_t) and
 * for each frame function and file as slices and line, column and start line as int64_t. */
bool cprof_binary_read(void *job, cprof_sink *sink, cprof_error *err);

/* For cprof_child_run: writes what is to be subtracted from the process's addresses (uint64_t), then for each
 * function of the symbol table start, end (uint64_t) and name.  locations[0], when there is one, says which
 * part of the file is mapped. */
bool cprof_binary_read_symbols(void *job, cprof_sink *sink, cprof_error *err);

/* What the child wrote, read with care: the file it read may have got the better of it. */
typedef struct cprof_binary_answer {
    const char *at, *end;
    bool broken; /* it ended too early; what is taken from then on is zero */
} cprof_binary_answer;

void cprof_binary_take(cprof_binary_answer *answer, void *to, size_t size);
cprof_slice cprof_binary_take_slice(cprof_binary_answer *answer);

#endif
