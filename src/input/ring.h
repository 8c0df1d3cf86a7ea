/* Filling chunks ahead of their use, in a thread of its own. */
#ifndef CPROF_INPUT_RING_H
#define CPROF_INPUT_RING_H

#include "input/source.h"

typedef struct cprof_ring cprof_ring;

/* source is borrowed, and the thread's alone until the ring is freed.  NULL where no thread or no memory can
 * be had: the caller fills its chunks itself. */
cprof_ring *cprof_ring_new(cprof_source *source, size_t chunk_size, const cprof_env *env);
/* Ends the thread, soon; NULL is fine. */
void cprof_ring_free(cprof_ring *ring);

/* The next chunk, borrowed until the next call; empty at the end. */
bool cprof_ring_next(cprof_ring *ring, cprof_slice *chunk, cprof_error *err);

#endif
