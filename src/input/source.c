#include "input/source.h"

#include "base/arena.h"
#include "input/inflate.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum {
    SLOW = 8 << 20,        /* bytes of a file that takes a while, which is worth telling */
    READ_SIZE = 128 << 10, /* bytes that are read at once */
    MAGIC_MAX = 8,         /* bytes that tell a packed input */
    POLL_MS = 100          /* between looks at whether somebody wants it stopped */
};
#define BUFFER_SIZE (CPROF_INFLATE_LOOKBACK + (size_t)READ_SIZE)
#define LIMIT       (UINT64_C(16) << 30)

void cprof_source_init_fd(cprof_source *s, int fd, bool owns_fd, bool regular, uint64_t size,
                          const cprof_env *env) {
    memset(s, 0, sizeof *s);
    s->env = env;
    s->fd = fd;
    s->owns_fd = owns_fd;
    s->regular = regular;
    s->size = size;
    s->limit = LIMIT;
}

void cprof_source_init_memory(cprof_source *s, cprof_slice bytes, const cprof_env *env) {
    cprof_source_init_fd(s, -1, false, true, bytes.len, env);
    s->io.in = (const uint8_t *)bytes.ptr;
    s->io.in_left = bytes.len;
    s->io.in_end = true;
}

void cprof_source_deinit(cprof_source *s) {
    if (s->unpacker_state)
        s->unpacker->end(s->unpacker_state);
    cprof_mem_free(cprof_env_budget(s->env), s->buffer, BUFFER_SIZE);
    if (s->owns_fd)
        close(s->fd);
}

static bool stopped(cprof_source *s, cprof_error *err) {
    if (atomic_load_explicit(&s->cancelled, memory_order_relaxed))
        return !cprof_error_set(err, CPROF_ERR_STOPPED, -1, "stopped");
    return cprof_stopped(s->env, err);
}

/* Waits until a pipe has something, so that nobody hangs in read(2) who should stop. */
static bool wait_readable(cprof_source *s, cprof_error *err) {
    while (!s->regular) {
        if (stopped(s, err))
            return false;
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        int ready = poll(&p, 1, POLL_MS);
        if (ready > 0 || (ready < 0 && errno != EINTR && errno != EAGAIN))
            break;
    }
    return true;
}

static bool read_some(cprof_source *s, uint8_t *to, size_t room, size_t *count, cprof_error *err) {
    for (;;) {
        if (!wait_readable(s, err))
            return false;
        ssize_t n = read(s->fd, to, room);
        if (n >= 0) {
            *count = (size_t)n;
            return true;
        }
        if (errno != EINTR && errno != EAGAIN)
            return cprof_error_set(err, CPROF_ERR_IO, -1, "%s", strerror(errno));
        if (stopped(s, err))
            return false;
    }
}

/* More packed input behind what is left of it. */
static bool refill(cprof_source *s, cprof_error *err) {
    cprof_unpack_io *io = &s->io;
    if (!s->buffer) {
        s->buffer = cprof_mem_resize(cprof_env_budget(s->env), NULL, 0, BUFFER_SIZE);
        if (!s->buffer)
            return cprof_error_memory(s->env, err);
        io->in = s->buffer + CPROF_INFLATE_LOOKBACK;
        memset(s->buffer, 0, CPROF_INFLATE_LOOKBACK);
    }
    memmove(s->buffer, io->in - CPROF_INFLATE_LOOKBACK, CPROF_INFLATE_LOOKBACK + io->in_left);
    io->in = s->buffer + CPROF_INFLATE_LOOKBACK;
    size_t count;
    if (!read_some(s, s->buffer + CPROF_INFLATE_LOOKBACK + io->in_left, READ_SIZE - io->in_left, &count, err))
        return false;
    io->in_left += count;
    io->in_end = count == 0;
    return true;
}

bool cprof_source_sniff(cprof_source *s, cprof_error *err) {
    if (s->sniffed)
        return true;
    while (s->io.in_left < MAGIC_MAX && !s->io.in_end) {
        if (!refill(s, err))
            return false;
    }
    s->sniffed = true;
    s->unpacker = cprof_unpacker_find((cprof_slice){(const char *)s->io.in, s->io.in_left});
    if (s->unpacker)
        s->unpacker_state = s->unpacker->begin(s->env, err);
    return !s->unpacker || s->unpacker_state;
}

static bool fill_packed(cprof_source *s, uint8_t *to, size_t room, size_t *count, cprof_error *err) {
    cprof_unpack_io *io = &s->io;
    io->out = to;
    io->out_left = room;
    bool ok = true;
    while (ok && io->out_left > 0 && !io->done) {
        if (io->in_left == 0 && !io->in_end)
            ok = refill(s, err);
        ok = ok && s->unpacker->step(s->unpacker_state, io, err);
    }
    *count = room - io->out_left;
    return ok;
}

static bool fill_plain(cprof_source *s, uint8_t *to, size_t room, size_t *count, cprof_error *err) {
    cprof_unpack_io *io = &s->io;
    size_t have = io->in_left < room ? io->in_left : room;
    if (have > 0)
        memcpy(to, io->in, have);
    io->in += have;
    io->in_left -= have;
    while (have < room && !io->in_end) {
        size_t n;
        if (!read_some(s, to + have, room - have, &n, err))
            return false;
        have += n;
        io->in_end = n == 0;
    }
    io->done = io->in_end && io->in_left == 0;
    io->in_offset += have;
    *count = have;
    return true;
}

bool cprof_source_fill(cprof_source *s, uint8_t *to, size_t room, size_t *count, bool *end,
                       cprof_error *err) {
    if (stopped(s, err) || !cprof_source_sniff(s, err))
        return false;
    if (!(s->unpacker ? fill_packed : fill_plain)(s, to, room, count, err))
        return false;
    *end = s->io.done;
    s->unpacked += *count;
    if (s->unpacked > s->limit)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "there are more than %llu GiB of it when unpacked",
                               (unsigned long long)(s->limit >> 30));
    if (!*end && (s->size == 0 || s->size >= SLOW))
        cprof_progress(s->env, "reading", s->io.in_offset, s->size);
    return true;
}
