/* Where output goes: a file descriptor or memory, behind one buffer.
 *
 * Errors are sticky: writers write on, and whoever opened the sink asks once, at the end
 * (cprof_sink_finish).  A sink never adds or drops bytes; escaping is the renderers'.
 */
#ifndef CPROF_BASE_SINK_H
#define CPROF_BASE_SINK_H

#include "base/env.h"
#include "base/slice.h"

typedef struct cprof_sink {
    int fd; /* -1: memory */
    char *buffer;
    size_t count, capacity; /* bytes in the buffer, room */
    uint64_t written;       /* bytes handed to fd so far */
    cprof_budget *budget;
    const cprof_env *env; /* when it is stopped, slow readers of fd are not waited for; may be NULL */
    cprof_error error;    /* the first that happened */
} cprof_sink;

/* fd is borrowed: not closed by the sink. */
void cprof_sink_init_fd(cprof_sink *sink, int fd);
void cprof_sink_init_memory(cprof_sink *sink, const cprof_env *env);
void cprof_sink_deinit(cprof_sink *sink);

void cprof_sink_write(cprof_sink *sink, const void *bytes, size_t size);
void cprof_sink_printf(cprof_sink *sink, const char *format, ...) CPROF_PRINTF(2, 3);

static inline void cprof_sink_slice(cprof_sink *sink, cprof_slice s) {
    cprof_sink_write(sink, s.ptr, s.len);
}
static inline void cprof_sink_puts(cprof_sink *sink, const char *cstr) {
    cprof_sink_write(sink, cstr, strlen(cstr));
}
static inline void cprof_sink_putc(cprof_sink *sink, char c) {
    cprof_sink_write(sink, &c, 1);
}

/* n spaces (none when n <= 0), for columns. */
void cprof_sink_pad(cprof_sink *sink, long n);
/* s right-aligned (left-aligned) in `width` bytes' worth of characters: code points count one, as in Go's
 * %10s. */
void cprof_sink_right(cprof_sink *sink, cprof_slice s, int width);
void cprof_sink_left(cprof_sink *sink, cprof_slice s, int width);

/* From the first error on nothing more is written; a later one changes nothing. */
void cprof_sink_fail(cprof_sink *sink, const cprof_error *error);

/* Writes out what is buffered; false (and err) when anything went wrong since the sink was made. */
bool cprof_sink_finish(cprof_sink *sink, cprof_error *err);

/* What a memory sink holds; borrowed until the next write. */
cprof_slice cprof_sink_bytes(const cprof_sink *sink);

#endif
