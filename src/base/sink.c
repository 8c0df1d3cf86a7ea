#include "base/sink.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { FD_BUFFER = 1 << 16 };

void cprof_sink_init_fd(cprof_sink *sink, int fd) {
    *sink = (cprof_sink){.fd = fd, .error = CPROF_ERROR_INIT};
}

void cprof_sink_init_memory(cprof_sink *sink, const cprof_env *env) {
    *sink = (cprof_sink){.fd = -1, .budget = cprof_env_budget(env), .error = CPROF_ERROR_INIT};
}

void cprof_sink_deinit(cprof_sink *sink) {
    cprof_mem_free(sink->budget, sink->buffer, sink->capacity);
    sink->buffer = NULL;
    sink->count = sink->capacity = 0;
}

static bool failed(const cprof_sink *sink) {
    return sink->error.code != CPROF_OK;
}

static void out_of_memory(cprof_sink *sink) {
    cprof_error_memory(&(cprof_env){.budget = sink->budget}, &sink->error);
}

/* A terminal or pipe that does not block: waits until it takes more, or is not to be waited for any more. */
static void wait_for_room(cprof_sink *sink) {
    enum { LOOK = 50 }; /* milliseconds */
    struct pollfd output = {.fd = sink->fd, .events = POLLOUT};
    while (poll(&output, 1, sink->env ? LOOK : -1) <= 0 && !cprof_stopped(sink->env, &sink->error))
        continue;
}

static void write_out(cprof_sink *sink, const char *bytes, size_t size) {
    while (size > 0 && !failed(sink)) {
        ssize_t n = write(sink->fd, bytes, size);
        if (n > 0) {
            sink->written += (uint64_t)n;
            bytes += n;
            size -= (size_t)n;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            wait_for_room(sink);
        } else if (n < 0 && errno == EINTR) {
            (void)cprof_stopped(sink->env, &sink->error);
        } else {
            cprof_error_set(&sink->error, CPROF_ERR_IO, -1, "write: %s", strerror(n ? errno : EIO));
        }
    }
}

void cprof_sink_fail(cprof_sink *sink, const cprof_error *error) {
    if (!failed(sink) && error->code != CPROF_OK)
        sink->error = *error;
}

static void flush(cprof_sink *sink) {
    if (sink->fd < 0)
        return;
    write_out(sink, sink->buffer, sink->count);
    sink->count = 0;
}

/* Room for size more bytes in the buffer; false when there is none to be had: for a file descriptor that
 * means that the bytes are to be written past the buffer. */
static bool make_room(cprof_sink *sink, size_t size) {
    if (sink->capacity - sink->count >= size)
        return true;
    size_t want = FD_BUFFER;
    if (sink->fd < 0) {
        if (size > PTRDIFF_MAX - sink->count)
            return false;
        size_t need = sink->count + size, more = sink->capacity + sink->capacity / 2;
        want = need > more ? need : more;
        want = want < 256 ? 256 : want;
    } else {
        flush(sink);
    }
    if (want > sink->capacity) {
        char *buffer = cprof_mem_resize(sink->budget, sink->buffer, sink->capacity, want);
        if (buffer) {
            sink->buffer = buffer;
            sink->capacity = want;
        }
    }
    return sink->capacity - sink->count >= size;
}

void cprof_sink_write(cprof_sink *sink, const void *bytes, size_t size) {
    if (size == 0 || failed(sink))
        return;
    if (make_room(sink, size)) {
        memcpy(sink->buffer + sink->count, bytes, size);
        sink->count += size;
    } else if (sink->fd >= 0) {
        write_out(sink, bytes, size);
    } else {
        out_of_memory(sink);
    }
}

void cprof_sink_printf(cprof_sink *sink, const char *format, ...) {
    if (failed(sink))
        return;
    char small[512];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0) {
        cprof_error_set(&sink->error, CPROF_ERR_IO, -1, "write: %s", strerror(errno));
    } else if ((size_t)n < sizeof small) {
        cprof_sink_write(sink, small, (size_t)n);
    } else {
        size_t size = (size_t)n + 1;
        char *big = cprof_mem_resize(sink->budget, NULL, 0, size);
        if (big) {
            vsnprintf(big, size, format, again);
            cprof_sink_write(sink, big, (size_t)n);
        } else {
            out_of_memory(sink);
        }
        cprof_mem_free(sink->budget, big, size);
    }
    va_end(again);
}

void cprof_sink_pad(cprof_sink *sink, long n) {
    static const char spaces[] = "                                                                ";
    for (long most = (long)sizeof spaces - 1; n > 0; n -= most)
        cprof_sink_write(sink, spaces, (size_t)(n < most ? n : most));
}

/* Spaces that fill s up to width. */
static long fill(cprof_slice s, int width) {
    return width > 0 && s.len < (size_t)width * 4 ? width - (long)cprof_utf8_count(s) : 0;
}

void cprof_sink_right(cprof_sink *sink, cprof_slice s, int width) {
    cprof_sink_pad(sink, fill(s, width));
    cprof_sink_slice(sink, s);
}

void cprof_sink_left(cprof_sink *sink, cprof_slice s, int width) {
    cprof_sink_slice(sink, s);
    cprof_sink_pad(sink, fill(s, width));
}

bool cprof_sink_finish(cprof_sink *sink, cprof_error *err) {
    flush(sink);
    if (!failed(sink))
        return true;
    if (err)
        *err = sink->error;
    return false;
}

cprof_slice cprof_sink_bytes(const cprof_sink *sink) {
    return (cprof_slice){sink->buffer ? sink->buffer : "", sink->fd < 0 ? sink->count : 0};
}
