/* Raw deflate streams, by whichever library the build has. */
#ifndef CPROF_INPUT_INFLATE_H
#define CPROF_INPUT_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cprof_inflate_status {
    CPROF_INFLATE_MORE,     /* wants input or room for output */
    CPROF_INFLATE_END,      /* the stream is complete; what follows it is left in the input */
    CPROF_INFLATE_BROKEN,   /* no deflate stream */
    CPROF_INFLATE_NO_MEMORY /* from begin only */
} cprof_inflate_status;

/* Up to this many bytes in front of the current input must still be what was passed before them: an engine
 * may have read ahead and step back at the end of the stream. */
#define CPROF_INFLATE_LOOKBACK 8

typedef struct cprof_inflate_io {
    const uint8_t *in;
    size_t in_left; /* bytes */
    uint8_t *out;
    size_t out_left; /* bytes */
} cprof_inflate_io;

typedef struct cprof_inflate_engine {
    const char *name; /* of the library */
    size_t state_size;
    /* Starts on state_size zeroed bytes: MORE or NO_MEMORY. */
    cprof_inflate_status (*begin)(void *state);
    /* Gets ready for another stream. */
    void (*reset)(void *state);
    /* Consumes and produces as much as it can. */
    cprof_inflate_status (*step)(void *state, cprof_inflate_io *io);
    void (*end)(void *state);
    uint32_t (*crc32)(uint32_t crc, const uint8_t *bytes, size_t size); /* as gzip has it; 0 at first */
} cprof_inflate_engine;

/* The fastest first; ends with a NULL name. */
extern const cprof_inflate_engine cprof_inflate_engines[];

#endif
