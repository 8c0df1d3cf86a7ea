#include "render/gzip.h"

#include "base/arena.h"

#ifdef CPROF_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

enum { OUT_SIZE = 64 << 10, PIECE = 1 << 30 /* bytes that the libraries' counters hold */ };

struct cprof_gzip {
    const cprof_env *env; /* borrowed */
    cprof_sink *sink;     /* borrowed */
#ifdef CPROF_HAVE_ISAL
    struct isal_zstream stream;
    uint8_t level_buffer[ISAL_DEF_LVL3_DEFAULT];
#else
    z_stream stream;
#endif
    uint8_t out[OUT_SIZE];
};

#ifdef CPROF_HAVE_ISAL
static bool begin(cprof_gzip *g) {
    isal_deflate_init(&g->stream);
    g->stream.level = 3;
    g->stream.level_buf = g->level_buffer;
    g->stream.level_buf_size = sizeof g->level_buffer;
    g->stream.gzip_flag = IGZIP_GZIP;
    return true;
}

static void end(cprof_gzip *g) {
    (void)g;
}

/* Deflates all of it. */
static bool deflate_piece(cprof_gzip *g, const uint8_t *bytes, uint32_t size, bool last) {
    g->stream.next_in = (uint8_t *)(uintptr_t)bytes; /* never written to */
    g->stream.avail_in = size;
    g->stream.end_of_stream = last;
    do {
        g->stream.next_out = g->out;
        g->stream.avail_out = OUT_SIZE;
        if (isal_deflate(&g->stream) != COMP_OK)
            return false;
        cprof_sink_write(g->sink, g->out, OUT_SIZE - g->stream.avail_out);
    } while (g->stream.avail_out == 0);
    return true;
}
#else
static bool begin(cprof_gzip *g) {
    enum { GZIP_WINDOW = 16 + MAX_WBITS, MEMORY_LEVEL = 8 };
    return deflateInit2(&g->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                        Z_DEFAULT_STRATEGY) == Z_OK;
}

static void end(cprof_gzip *g) {
    deflateEnd(&g->stream);
}

static bool deflate_piece(cprof_gzip *g, const uint8_t *bytes, uint32_t size, bool last) {
    g->stream.next_in = (Bytef *)(uintptr_t)bytes; /* never written to */
    g->stream.avail_in = size;
    do {
        g->stream.next_out = g->out;
        g->stream.avail_out = OUT_SIZE;
        if (deflate(&g->stream, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
            return false;
        cprof_sink_write(g->sink, g->out, OUT_SIZE - g->stream.avail_out);
    } while (g->stream.avail_out == 0);
    return true;
}
#endif

cprof_gzip *cprof_gzip_new(cprof_sink *sink, const cprof_env *env, cprof_error *err) {
    cprof_gzip *g = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *g);
    if (!g) {
        cprof_error_memory(env, err);
        return NULL;
    }
    memset(g, 0, sizeof *g);
    g->env = env;
    g->sink = sink;
    if (begin(g))
        return g;
    cprof_mem_free(cprof_env_budget(env), g, sizeof *g);
    cprof_error_memory(env, err);
    return NULL;
}

bool cprof_gzip_write(cprof_gzip *g, const void *bytes, size_t size, cprof_error *err) {
    const uint8_t *p = bytes;
    while (size > 0) {
        uint32_t piece = size > PIECE ? PIECE : (uint32_t)size;
        if (!deflate_piece(g, p, piece, false))
            return cprof_error_set(err, CPROF_ERR_IO, -1, "the output cannot be compressed");
        p += piece;
        size -= piece;
    }
    return true;
}

bool cprof_gzip_finish(cprof_gzip *g, cprof_error *err) {
    return deflate_piece(g, (const uint8_t *)"", 0, true) ||
           cprof_error_set(err, CPROF_ERR_IO, -1, "the output cannot be compressed");
}

void cprof_gzip_free(cprof_gzip *g) {
    if (!g)
        return;
    end(g);
    cprof_mem_free(cprof_env_budget(g->env), g, sizeof *g);
}
