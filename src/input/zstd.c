/* zstd frames, any number in a row. */
#include "input/unpack.h"

#include <stdio.h>

#ifdef CPROF_HAVE_ZSTD

#include "base/arena.h"

#include <zstd.h>
#include <zstd_errors.h>

enum {
    WINDOW_LOG_MAX = 27, /* 128 MiB: what a decoder must offer, and `zstd --long` asks for */
    HEADER_MIN = 5       /* bytes of a frame's header at least */
};

typedef struct unzstd {
    const cprof_env *env;
    ZSTD_DStream *stream;
    size_t charged;       /* bytes of the stream on the budget */
    uint64_t frames;      /* complete so far */
    uint64_t frame_start; /* offset of the current one */
} unzstd;

static void unzstd_end(void *state) {
    unzstd *z = state;
    ZSTD_freeDStream(z->stream);
    cprof_budget *budget = cprof_env_budget(z->env);
    cprof_budget_give(budget, z->charged);
    cprof_mem_free(budget, z, sizeof *z);
}

static void *unzstd_begin(const cprof_env *env, cprof_error *err) {
    unzstd *z = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *z);
    if (!z) {
        cprof_error_memory(env, err);
        return NULL;
    }
    *z = (unzstd){.env = env, .stream = ZSTD_createDStream()};
    if (!z->stream || ZSTD_isError(ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        cprof_error_memory(env, err);
        unzstd_end(z);
        return NULL;
    }
    return z;
}

/* The stream's buffers grow with the first bytes of a frame. */
static bool charge(unzstd *z, cprof_error *err) {
    size_t size = ZSTD_sizeof_DStream(z->stream);
    if (size > z->charged) {
        if (!cprof_budget_take(cprof_env_budget(z->env), size - z->charged))
            return cprof_error_memory(z->env, err);
        z->charged = size;
    }
    return true;
}

static bool ignore_rest(const unzstd *z, cprof_unpack_io *io) {
    snprintf(io->note, sizeof io->note,
             "zstd: what follows the compressed data, from byte %llu on, is ignored",
             (unsigned long long)z->frame_start);
    io->in += io->in_left;
    io->in_offset += io->in_left;
    io->in_left = 0;
    io->done = true;
    return true;
}

static bool broken(const unzstd *z, cprof_unpack_io *io, size_t code, cprof_error *err) {
    ZSTD_ErrorCode what = ZSTD_getErrorCode(code);
    if (what == ZSTD_error_prefix_unknown && z->frames > 0)
        return ignore_rest(z, io);
    if (what == ZSTD_error_memory_allocation)
        return cprof_error_memory(z->env, err);
    if (what == ZSTD_error_frameParameter_windowTooLarge)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1,
                               "zstd: a window of more than 128 MiB: unpack it first (zstd -d --long=31)");
    return cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)io->in_offset,
                           "zstd: corrupt data near byte %llu: %s", (unsigned long long)io->in_offset,
                           ZSTD_getErrorName(code));
}

static bool unzstd_step(void *state, cprof_unpack_io *io, cprof_error *err) {
    unzstd *z = state;
    while (io->out_left > 0 && !io->done) {
        ZSTD_inBuffer in = {io->in, io->in_left, 0};
        ZSTD_outBuffer out = {io->out, io->out_left, 0};
        size_t wanted = ZSTD_decompressStream(z->stream, &out, &in);
        io->in += in.pos;
        io->in_left -= in.pos;
        io->in_offset += in.pos;
        io->out += out.pos;
        io->out_left -= out.pos;
        if (ZSTD_isError(wanted))
            return broken(z, io, wanted, err);
        if (!charge(z, err))
            return false;
        if (wanted == 0 && in.pos + out.pos > 0) {
            z->frames++;
            z->frame_start = io->in_offset;
        }
        if (in.pos + out.pos > 0)
            continue;
        if (!io->in_end || io->in_left > 0)
            return true;
        io->done = z->frames > 0 && io->in_offset == z->frame_start;
        if (!io->done && z->frames > 0 && io->in_offset - z->frame_start < HEADER_MIN)
            return ignore_rest(z, io);
        if (!io->done)
            return cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)io->in_offset,
                                   "zstd: the file is cut off at byte %llu",
                                   (unsigned long long)io->in_offset);
    }
    return true;
}

#else

static void *unzstd_begin(const cprof_env *env, cprof_error *err) {
    (void)env;
    cprof_error_set(
        err, CPROF_ERR_UNSUPPORTED, -1,
        "compressed with zstd, and this build has no zstd: rebuild it with -DCPROF_WITH_ZSTD=ON, or "
        "unpack the file first (zstd -d)");
    return NULL;
}

static bool unzstd_step(void *state, cprof_unpack_io *io, cprof_error *err) {
    (void)state;
    (void)io;
    (void)err;
    return false;
}

static void unzstd_end(void *state) {
    (void)state;
}

#endif

const cprof_unpacker cprof_unzstd = {
    .name = "zstd",
    .magic = "\x28\xb5\x2f\xfd",
    .magic_size = 4,
    .remedy = "zstd -d",
    .begin = unzstd_begin,
    .step = unzstd_step,
    .end = unzstd_end,
};
