/* Where a report goes when it goes to a file: all of it, or nothing.
 *
 * A regular file is written under another name in the same folder and put in place by cprof_output_commit;
 * what is no regular file (/dev/stdout, a pipe) is written as it is.
 */
#ifndef CPROF_APP_OUTPUT_H
#define CPROF_APP_OUTPUT_H

#include "base/sink.h"

typedef struct cprof_output {
    cprof_sink sink;
    int fd;
    char *path;      /* to be put in place; owned, NULL: written directly */
    char *temporary; /* owned */
} cprof_output;

/* A pipe is waited for until somebody reads it, or env (borrowed) is stopped; env may be NULL.  After success
 * either cprof_output_commit or cprof_output_abandon follows. */
bool cprof_output_open(cprof_output *output, const char *path, const cprof_env *env, cprof_error *err);
/* False (and err) when not all could be written: then the file is as it was. */
bool cprof_output_commit(cprof_output *output, cprof_error *err);
void cprof_output_abandon(cprof_output *output);

/* Opens the first of PREFIX001SUFFIX, PREFIX002SUFFIX, … in folder that does not exist; *path is the caller's
 * to free. */
bool cprof_output_open_new(cprof_output *output, const char *folder, const char *prefix, const char *suffix,
                           char **path, cprof_error *err);

#endif
