/* Work at arm's length: in a forked child, for libraries that may crash, hang or use too much on hostile
 * input.  What the child writes comes back as bytes; when it dies, is stopped or takes too long, the caller
 * gets an error and nothing else is lost.
 */
#ifndef CPROF_BASE_CHILD_H
#define CPROF_BASE_CHILD_H

#include "base/sink.h"

typedef struct cprof_child_limits {
    unsigned seconds;    /* of wall time; 0: no limit */
    uint64_t output_max; /* bytes that are taken from it; 0: no limit but the budget */
    /* Bytes of address space that it may take beyond what it starts with; 0: no limit.  Where there is one,
     * what its libraries write to standard error is dropped.  Not under sanitizers, which take what they
     * like. */
    uint64_t memory_max;
} cprof_child_limits;

typedef struct cprof_child_output {
    char *at;
    size_t count, capacity; /* bytes; a vector: free with cprof_vec_free */
} cprof_child_output;

/* Runs work(context, sink) in a child; what it puts into the sink is appended to *output.  work returns
 * false, with err set, when it failed in an orderly way: code and message come back.  what: what is being
 * done, for messages ("laying out the graph"). */
bool cprof_child_run(bool (*work)(void *context, cprof_sink *sink, cprof_error *err), void *context,
                     const char *what, cprof_child_limits limits, const cprof_env *env,
                     cprof_child_output *output, cprof_error *err);

/* The same for work that becomes another program, with sink->fd as its output: only its bytes and its exit
 * status count. */
bool cprof_child_exec(bool (*work)(void *context, cprof_sink *sink, cprof_error *err), void *context,
                      const char *what, cprof_child_limits limits, const cprof_env *env,
                      cprof_child_output *output, cprof_error *err);

#endif
