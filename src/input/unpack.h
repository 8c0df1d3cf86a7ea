/* Containers that a whole input may be packed in: one streaming unpacker each. */
#ifndef CPROF_INPUT_UNPACK_H
#define CPROF_INPUT_UNPACK_H

#include "base/env.h"
#include "base/slice.h"

typedef struct cprof_unpack_io {
    const uint8_t *in;
    size_t in_left;     /* bytes */
    uint64_t in_offset; /* of `in`, in the packed input */
    bool in_end;        /* nothing follows `in` */
    uint8_t *out;
    size_t out_left; /* bytes */
    bool done;       /* set when the packed data is complete; input that is left is not its */
    char note[160];  /* a remark for the person; "" as long as there is none */
} cprof_unpack_io;

/* `in` only ever moves on, and the 8 bytes in front of it stay as they were. */
typedef struct cprof_unpacker {
    const char *name;                                       /* "gzip" */
    const char *magic;                                      /* the first bytes */
    size_t magic_size;                                      /* bytes */
    const char *remedy;                                     /* how to unpack by hand: "gzip -d" */
    void *(*begin)(const cprof_env *env, cprof_error *err); /* NULL without memory */
    /* Goes on until input or room for output is used up, or it is done. */
    bool (*step)(void *state, cprof_unpack_io *io, cprof_error *err);
    void (*end)(void *state);
} cprof_unpacker;

/* The one whose magic the bytes start with, or NULL. */
const cprof_unpacker *cprof_unpacker_find(cprof_slice head);

extern const cprof_unpacker cprof_gunzip;
extern const cprof_unpacker cprof_unzstd; /* without zstd in the build: says so */

#endif
