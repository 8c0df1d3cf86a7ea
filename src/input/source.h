/* The bytes of one input, unpacked, in the order in which they come: what a reader's chunks are filled from.
 * Used by one thread at a time. */
#ifndef CPROF_INPUT_SOURCE_H
#define CPROF_INPUT_SOURCE_H

#include "input/unpack.h"

#include <stdatomic.h>

typedef struct cprof_source {
    const cprof_env *env; /* borrowed */
    int fd;               /* -1: memory */
    bool owns_fd, regular;
    uint64_t size;     /* bytes of the packed input; 0: not known */
    uint64_t limit;    /* bytes that it may unpack to */
    uint64_t unpacked; /* bytes so far */
    bool sniffed;
    const cprof_unpacker *unpacker; /* NULL: not packed */
    void *unpacker_state;
    uint8_t *buffer;       /* of what is read; NULL for memory */
    cprof_unpack_io io;    /* what is read, and not used up */
    atomic_bool cancelled; /* another thread wants filling to end soon */
} cprof_source;

void cprof_source_init_fd(cprof_source *source, int fd, bool owns_fd, bool regular, uint64_t size,
                          const cprof_env *env);
/* bytes are borrowed. */
void cprof_source_init_memory(cprof_source *source, cprof_slice bytes, const cprof_env *env);
void cprof_source_deinit(cprof_source *source);

/* Finds out whether the input is packed, and how. */
bool cprof_source_sniff(cprof_source *source, cprof_error *err);

/* Fills room (more than 0) bytes, or as many as there are: fewer only at the end. */
bool cprof_source_fill(cprof_source *source, uint8_t *to, size_t room, size_t *count, bool *end,
                       cprof_error *err);

#endif
