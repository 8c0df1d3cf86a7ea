/* Work at arm's length: in a forked child, for libraries that may crash, hang or use too much on hostile
 * input.  What the child writes comes back as bytes; when it dies, is stopped or takes too long, the caller
 * gets an error and nothing else is lost.
 */
#ifndef CPROF_BASE_CHILD_H
#define CPROF_BASE_CHILD_H

#include "base/sink.h"

#include <sys/types.h>

typedef struct cprof_child_limits {
    unsigned seconds;    /* of wall time while it is waited for; 0: no limit */
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

/* What runs in the child: it writes to the sink, and reads what it was given from standard input (nothing,
 * where that is not said).  False, with err set, when it failed in an orderly way: code and message come
 * back.  The memory is the child's own: nothing else does. */
typedef bool cprof_child_work(void *context, cprof_sink *sink, cprof_error *err);

/* A child that has been started.  The struct may be moved. */
typedef struct cprof_child {
    pid_t pid;
    int fd; /* to its standard input, and from its output */
    const char *what;
    cprof_child_limits limits;
    cprof_slice given; /* what of it is still to be sent */
} cprof_child;

/* Starts work(context, sink) in a child.  what: what is being done, for messages ("laying out the graph"),
 * borrowed.  Afterwards it may be given something, once, and has to be taken or cancelled. */
bool cprof_child_start(cprof_child *child, cprof_child_work *work, void *context, const char *what,
                       cprof_child_limits limits, cprof_error *err);
/* Hands it all that it will find on its standard input; borrowed until it is taken. */
void cprof_child_give(cprof_child *child, cprof_slice bytes);
/* Waits for the child's end; what it put into the sink is appended to *output.  Its time runs from here. */
bool cprof_child_take(cprof_child *child, const cprof_env *env, cprof_child_output *output, cprof_error *err);
/* Ends it, whatever it is doing. */
void cprof_child_cancel(cprof_child *child);

/* All of it at once. */
bool cprof_child_run(cprof_child_work *work, void *context, const char *what, cprof_child_limits limits,
                     const cprof_env *env, cprof_child_output *output, cprof_error *err);

/* The same for work that becomes another program, with sink->fd as its output: only its bytes and its exit
 * status count. */
bool cprof_child_exec(cprof_child_work *work, void *context, const char *what, cprof_child_limits limits,
                      const cprof_env *env, cprof_child_output *output, cprof_error *err);

#endif
