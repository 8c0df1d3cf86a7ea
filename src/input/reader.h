/* The bytes of one source, inflated, in chunks.
 *
 * gzip (any number of members in a row), zstd and plain bytes look the same from here.  A file is never
 * held whole unless somebody asks for all of it.
 */
#ifndef CPROF_INPUT_READER_H
#define CPROF_INPUT_READER_H

#include "base/env.h"
#include "base/slice.h"

typedef struct cprof_reader cprof_reader;

/* path "-": standard input.  NULL (and err, which names the path) when it cannot be opened or is no file to
 * read. */
cprof_reader *cprof_reader_open(const char *path, const cprof_env *env, cprof_error *err);
/* Bytes that somebody else keeps until the reader is freed; name is for messages. */
cprof_reader *cprof_reader_of(cprof_slice bytes, const char *name, const cprof_env *env, cprof_error *err);
void cprof_reader_free(cprof_reader *reader);

/* The first bytes, 64 KiB at most (all of a smaller input); borrowed until the first cprof_reader_next. */
bool cprof_reader_head(cprof_reader *reader, cprof_slice *head, cprof_error *err);
/* Whether the head, once it was asked for, is all there is. */
bool cprof_reader_head_is_all(const cprof_reader *reader);
/* The next chunk; empty at the end.  Borrowed until the next call. */
bool cprof_reader_next(cprof_reader *reader, cprof_slice *chunk, cprof_error *err);
/* Everything at once, instead of cprof_reader_next (a big plain file is mapped, not copied: where
 * another program cuts it off meanwhile, reading on raises SIGBUS); borrowed until the
 * reader is freed.  One NUL stands behind the last byte only where the bytes were copied: do not rely on it.
 */
bool cprof_reader_all(cprof_reader *reader, cprof_slice *all, cprof_error *err);

/* How the input is packed, once its head was asked for; NULL: it is not. */
const struct cprof_unpacker *cprof_reader_unpacker(const cprof_reader *reader);
/* Bytes that the input may unpack to; 16 GiB unless set. */
void cprof_reader_set_limit(cprof_reader *reader, uint64_t bytes);

#endif
