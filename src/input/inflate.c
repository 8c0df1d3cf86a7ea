#include "input/inflate.h"

#include <limits.h>
#include <zlib.h>

#ifdef CPROF_HAVE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif

/* Both libraries count in 32 bits: longer runs are passed in pieces. */
static uint32_t piece(size_t size) {
    return size > (1U << 30) ? 1U << 30 : (uint32_t)size;
}

static cprof_inflate_status zlib_begin(void *state) {
    z_stream *z = state;
    return inflateInit2(z, -MAX_WBITS) == Z_OK ? CPROF_INFLATE_MORE : CPROF_INFLATE_NO_MEMORY;
}

static void zlib_reset(void *state) {
    inflateReset(state);
}

static cprof_inflate_status zlib_step(void *state, cprof_inflate_io *io) {
    z_stream *z = state;
    for (;;) {
        uint32_t in = piece(io->in_left), out = piece(io->out_left);
        z->next_in = (Bytef *)(uintptr_t)io->in; /* never written to */
        z->avail_in = in;
        z->next_out = io->out;
        z->avail_out = out;
        int result = inflate(z, Z_NO_FLUSH);
        io->in += in - z->avail_in;
        io->in_left -= in - z->avail_in;
        io->out += out - z->avail_out;
        io->out_left -= out - z->avail_out;
        if (result == Z_STREAM_END)
            return CPROF_INFLATE_END;
        if (result != Z_OK && result != Z_BUF_ERROR)
            return CPROF_INFLATE_BROKEN;
        if (io->in_left == 0 || io->out_left == 0)
            return CPROF_INFLATE_MORE;
    }
}

static void zlib_end(void *state) {
    inflateEnd(state);
}

static uint32_t zlib_crc32(uint32_t crc, const uint8_t *bytes, size_t size) {
    return (uint32_t)crc32_z(crc, bytes, size);
}

#ifdef CPROF_HAVE_ISAL
static cprof_inflate_status isal_begin(void *state) {
    isal_inflate_init(state);
    return CPROF_INFLATE_MORE;
}

static void isal_reset(void *state) {
    isal_inflate_reset(state);
}

static cprof_inflate_status isal_step(void *state, cprof_inflate_io *io) {
    struct inflate_state *s = state;
    for (;;) {
        uint32_t in = piece(io->in_left), out = piece(io->out_left);
        s->next_in = (uint8_t *)(uintptr_t)io->in; /* never written to */
        s->avail_in = in;
        s->next_out = io->out;
        s->avail_out = out;
        int result = isal_inflate(s);
        if (s->block_state == ISAL_BLOCK_FINISH && s->read_in_length > 0) {
            /* Some versions keep what they read ahead. */
            uint32_t ahead = (uint32_t)s->read_in_length / 8;
            s->next_in -= ahead;
            s->avail_in += ahead;
            s->read_in_length = 0;
        }
        /* Stepping back over bytes of earlier calls makes avail_in larger than it was. */
        io->in = s->next_in;
        io->in_left = io->in_left - in + s->avail_in;
        io->out += out - s->avail_out;
        io->out_left -= out - s->avail_out;
        if (result < 0)
            return CPROF_INFLATE_BROKEN;
        if (s->block_state == ISAL_BLOCK_FINISH)
            return CPROF_INFLATE_END;
        if (io->in_left == 0 || io->out_left == 0)
            return CPROF_INFLATE_MORE;
    }
}

static void isal_end(void *state) {
    (void)state;
}

static uint32_t isal_crc32(uint32_t crc, const uint8_t *bytes, size_t size) {
    return crc32_gzip_refl(crc, bytes, size);
}
#endif

const cprof_inflate_engine cprof_inflate_engines[] = {
#ifdef CPROF_HAVE_ISAL
    {"ISA-L", sizeof(struct inflate_state), isal_begin, isal_reset, isal_step, isal_end, isal_crc32},
#endif
    {"zlib", sizeof(z_stream), zlib_begin, zlib_reset, zlib_step, zlib_end, zlib_crc32},
    {0},
};
