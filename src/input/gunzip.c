/* gzip (RFC 1952): members in a row, zero padding behind the last. */
#include "base/arena.h"
#include "input/inflate.h"
#include "input/unpack.h"

#include <stdio.h>

enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

typedef enum gzip_part {
    PART_FIXED, /* the first 10 bytes of a member */
    PART_EXTRA_SIZE,
    PART_EXTRA,
    PART_NAME,
    PART_COMMENT,
    PART_HEADER_CRC,
    PART_BODY,
    PART_TRAILER,
    PART_BETWEEN, /* behind a member */
    PART_PADDING  /* zeros behind the last */
} gzip_part;

typedef struct gunzip {
    const cprof_env *env; /* borrowed */
    const cprof_inflate_engine *engine;
    void *inflate;
    gzip_part part;
    uint8_t bytes[10]; /* of a fixed-size part, as far as they are there */
    unsigned have;     /* bytes of it */
    uint8_t flags;
    uint32_t extra_left; /* bytes */
    uint32_t header_crc;
    uint32_t crc;  /* of the member's output */
    uint32_t size; /* of the member's output, modulo 2^32 */
} gunzip;

static void *gunzip_begin(const cprof_env *env, cprof_error *err) {
    cprof_budget *budget = cprof_env_budget(env);
    const cprof_inflate_engine *engine = &cprof_inflate_engines[0];
    gunzip *g = cprof_mem_resize(budget, NULL, 0, sizeof *g);
    void *inflate = g ? cprof_mem_resize(budget, NULL, 0, engine->state_size) : NULL;
    if (!inflate) {
        cprof_mem_free(budget, g, sizeof *g);
        cprof_error_memory(env, err);
        return NULL;
    }
    memset(inflate, 0, engine->state_size);
    *g = (gunzip){.env = env, .engine = engine, .inflate = inflate};
    if (engine->begin(inflate) != CPROF_INFLATE_MORE) {
        cprof_mem_free(budget, inflate, engine->state_size);
        cprof_mem_free(budget, g, sizeof *g);
        cprof_error_memory(env, err);
        return NULL;
    }
    return g;
}

static void gunzip_end(void *state) {
    gunzip *g = state;
    if (!g)
        return;
    cprof_budget *budget = cprof_env_budget(g->env);
    g->engine->end(g->inflate);
    cprof_mem_free(budget, g->inflate, g->engine->state_size);
    cprof_mem_free(budget, g, sizeof *g);
}

static void skip(cprof_unpack_io *io, size_t size) {
    io->in += size;
    io->in_left -= size;
    io->in_offset += size;
}

/* Collects a part of so many bytes; true when it is complete. */
static bool collect(gunzip *g, cprof_unpack_io *io, unsigned size) {
    while (g->have < size && io->in_left > 0) {
        g->bytes[g->have++] = *io->in;
        skip(io, 1);
    }
    return g->have == size;
}

static uint32_t little_endian(const uint8_t *bytes, unsigned size) {
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)bytes[i] << (8 * i);
    return value;
}

static void enter(gunzip *g, gzip_part part) {
    g->part = part;
    g->have = 0;
}

static void hash_header(gunzip *g, unsigned size) {
    g->header_crc = g->engine->crc32(g->header_crc, g->bytes, size);
}

static bool broken(const cprof_unpack_io *io, const char *what, cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)io->in_offset,
                           "gzip: %s byte %llu of the compressed data", what,
                           (unsigned long long)io->in_offset);
}

static bool step_fixed(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    if (!collect(g, io, 10))
        return true;
    if (g->bytes[2] != 8)
        return broken(io, "an unknown compression method at", err);
    g->flags = g->bytes[3];
    g->header_crc = g->crc = g->size = 0;
    hash_header(g, 10);
    enter(g, PART_EXTRA_SIZE);
    return true;
}

static bool step_extra_size(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    (void)err;
    if (!(g->flags & FLAG_EXTRA)) {
        enter(g, PART_NAME);
    } else if (collect(g, io, 2)) {
        g->extra_left = little_endian(g->bytes, 2);
        hash_header(g, 2);
        enter(g, PART_EXTRA);
    }
    return true;
}

static bool step_extra(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    (void)err;
    size_t size = io->in_left < g->extra_left ? io->in_left : g->extra_left;
    g->header_crc = g->engine->crc32(g->header_crc, io->in, size);
    skip(io, size);
    g->extra_left -= (uint32_t)size;
    if (g->extra_left == 0)
        enter(g, PART_NAME);
    return true;
}

/* The name and the comment: text that ends with a NUL. */
static bool step_text(gunzip *g, cprof_unpack_io *io, uint8_t flag, gzip_part next) {
    if (!(g->flags & flag)) {
        enter(g, next);
        return true;
    }
    const uint8_t *nul = io->in_left > 0 ? memchr(io->in, 0, io->in_left) : NULL;
    size_t size = nul ? (size_t)(nul - io->in) + 1 : io->in_left;
    g->header_crc = g->engine->crc32(g->header_crc, io->in, size);
    skip(io, size);
    if (nul)
        enter(g, next);
    return true;
}

static bool step_name(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    (void)err;
    return step_text(g, io, FLAG_NAME, PART_COMMENT);
}

static bool step_comment(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    (void)err;
    return step_text(g, io, FLAG_COMMENT, PART_HEADER_CRC);
}

static bool step_header_crc(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    if (g->flags & FLAG_HCRC) {
        if (!collect(g, io, 2))
            return true;
        if (little_endian(g->bytes, 2) != (g->header_crc & 0xffff))
            return broken(io, "a wrong checksum of the header before", err);
    }
    g->engine->reset(g->inflate);
    enter(g, PART_BODY);
    return true;
}

static bool step_body(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    cprof_inflate_io step = {io->in, io->in_left, io->out, io->out_left};
    cprof_inflate_status status = g->engine->step(g->inflate, &step);
    size_t made = io->out_left - step.out_left;
    g->crc = g->engine->crc32(g->crc, io->out, made);
    g->size += (uint32_t)made;
    /* May be less than before: see CPROF_INFLATE_LOOKBACK. */
    io->in_offset += io->in_left;
    io->in_offset -= step.in_left;
    io->in = step.in;
    io->in_left = step.in_left;
    io->out = step.out;
    io->out_left = step.out_left;
    if (status == CPROF_INFLATE_BROKEN)
        return broken(io, "corrupt data at", err);
    if (status == CPROF_INFLATE_END)
        enter(g, PART_TRAILER);
    return true;
}

static bool step_trailer(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    if (!collect(g, io, 8))
        return true;
    if (little_endian(g->bytes, 4) != g->crc)
        return broken(io, "corrupt data, its checksum is wrong, before", err);
    if (little_endian(g->bytes + 4, 4) != g->size)
        return broken(io, "corrupt data, its length is wrong, before", err);
    enter(g, PART_BETWEEN);
    return true;
}

static void ignore_rest(cprof_unpack_io *io, uint64_t offset) {
    snprintf(io->note, sizeof io->note,
             "gzip: what follows the compressed data, from byte %llu on, is ignored",
             (unsigned long long)offset);
    io->done = true;
}

static bool step_between(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    (void)err;
    if (!collect(g, io, 2)) {
        if (io->in_end) {
            io->done = true;
            if (g->have > 0 && g->bytes[0] != 0)
                ignore_rest(io, io->in_offset - 1);
        }
        return true;
    }
    if (g->bytes[0] == 0x1f && g->bytes[1] == 0x8b)
        g->part = PART_FIXED; /* with its first two bytes there */
    else if (g->bytes[0] == 0 && g->bytes[1] == 0)
        enter(g, PART_PADDING);
    else
        ignore_rest(io, io->in_offset - (g->bytes[0] == 0 ? 1 : 2));
    return true;
}

static bool step_padding(gunzip *g, cprof_unpack_io *io, cprof_error *err) {
    (void)g;
    (void)err;
    while (io->in_left > 0 && *io->in == 0)
        skip(io, 1);
    if (io->in_left > 0)
        ignore_rest(io, io->in_offset);
    else if (io->in_end)
        io->done = true;
    return true;
}

static bool (*const steps[])(gunzip *g, cprof_unpack_io *io, cprof_error *err) = {
    [PART_FIXED] = step_fixed,           [PART_EXTRA_SIZE] = step_extra_size,
    [PART_EXTRA] = step_extra,           [PART_NAME] = step_name,
    [PART_COMMENT] = step_comment,       [PART_BODY] = step_body,
    [PART_HEADER_CRC] = step_header_crc, [PART_TRAILER] = step_trailer,
    [PART_BETWEEN] = step_between,       [PART_PADDING] = step_padding,
};

static bool gunzip_step(void *state, cprof_unpack_io *io, cprof_error *err) {
    gunzip *g = state;
    for (;;) {
        gzip_part part = g->part;
        size_t in_left = io->in_left, out_left = io->out_left;
        if (!steps[part](g, io, err))
            return false;
        if (io->done || io->out_left == 0)
            return true;
        if (g->part != part || io->in_left != in_left || io->out_left != out_left)
            continue;
        if (io->in_end && io->in_left == 0)
            return broken(io, "the file is cut off at", err);
        return true;
    }
}

const cprof_unpacker cprof_gunzip = {
    .name = "gzip",
    .magic = "\x1f\x8b",
    .magic_size = 2,
    .remedy = "gzip -d",
    .begin = gunzip_begin,
    .step = gunzip_step,
    .end = gunzip_end,
};
