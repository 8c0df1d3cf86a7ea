/* Output that several threads make, piece by piece, and that comes out in order. */
#ifndef CPROF_BASE_ORDERED_H
#define CPROF_BASE_ORDERED_H

#include "base/sink.h"

/* Writes one piece; thread: below the number of threads, no two of which run at the same time have the same.
 * False to end it all, with the reason in out->error. */
typedef bool cprof_piece_make(void *context, unsigned thread, uint32_t piece, cprof_sink *out);

/* Writes pieces [0, pieces) to the sink, one behind the other.  Each thread has one piece in memory, of
 * env's budget; with one thread they go to the sink as they are made.  threads: CPROF_THREADS_MAX at most.
 * Errors are the sink's. */
void cprof_sink_ordered(cprof_sink *sink, uint32_t pieces, unsigned threads, cprof_piece_make *make,
                        void *context, const cprof_env *env);

#endif
