#include "input/reader.h"

#include "base/arena.h"
#include "base/vec.h"
#include "input/ring.h"
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEAD = 64 << 10,       /* bytes that formats may look at */
    CHUNK = 256 << 10,     /* bytes of an inflated chunk */
    THREAD_FROM = 1 << 20, /* bytes of an input that a thread of its own pays for */
    MAP_FROM = 1 << 20     /* bytes of a file that are not copied when all are wanted at once */
};

struct cprof_reader {
    const cprof_env *env; /* borrowed */
    CPROF_VEC(char) name; /* for messages; a NUL stands behind it */
    cprof_source source;
    uint8_t *first; /* CHUNK bytes: what was read first, later the chunk of readers without a thread */
    size_t first_count;
    bool first_pending; /* first was not handed out yet */
    bool started, ended;
    cprof_ring *ring; /* NULL: no thread */
    cprof_slice mapped;
    CPROF_VEC(char) all;
};

static cprof_reader *reader_new(const char *name, const cprof_env *env, cprof_error *err) {
    cprof_reader *r = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *r);
    if (!r) {
        cprof_error_memory(env, err);
        return NULL;
    }
    memset(r, 0, sizeof *r);
    r->env = env;
    if (cprof_vec_append(env, &r->name, name, strlen(name) + 1))
        return r;
    cprof_mem_free(cprof_env_budget(env), r, sizeof *r);
    cprof_error_memory(env, err);
    return NULL;
}

cprof_reader *cprof_reader_open(const char *path, const cprof_env *env, cprof_error *err) {
    bool standard_input = strcmp(path, "-") == 0;
    int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
        if (fd >= 0 && !standard_input)
            close(fd);
        return NULL;
    }
    cprof_reader *r = NULL;
    if (S_ISDIR(st.st_mode))
        cprof_error_set(err, CPROF_ERR_IO, -1, "%s: is a directory", path);
    else
        r = reader_new(path, env, err);
    if (r)
        cprof_source_init_fd(&r->source, fd, !standard_input, S_ISREG(st.st_mode),
                             S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0, env);
    else if (!standard_input)
        close(fd);
    return r;
}

cprof_reader *cprof_reader_of(cprof_slice bytes, const char *name, const cprof_env *env, cprof_error *err) {
    cprof_reader *r = reader_new(name, env, err);
    if (r)
        cprof_source_init_memory(&r->source, bytes, env);
    return r;
}

void cprof_reader_free(cprof_reader *r) {
    if (!r)
        return;
    cprof_ring_free(r->ring);
    cprof_source_deinit(&r->source);
    cprof_budget *budget = cprof_env_budget(r->env);
    cprof_mem_free(budget, r->first, CHUNK);
    cprof_vec_free(r->env, &r->name);
    cprof_vec_free(r->env, &r->all);
    if (r->mapped.ptr)
        munmap((void *)(uintptr_t)r->mapped.ptr, r->mapped.len);
    cprof_mem_free(budget, r, sizeof *r);
}

/* What is said once, when the input is read to its end. */
static void finish(cprof_reader *r) {
    r->ended = true;
    if (r->source.io.note[0])
        cprof_note(r->env, "%s: %s", r->name.at, r->source.io.note);
}

static bool is_plain_memory(const cprof_reader *r) {
    return r->source.fd < 0 && !r->source.unpacker;
}

static cprof_slice plain_memory(const cprof_reader *r) {
    return (cprof_slice){r->source.io.in ? (const char *)r->source.io.in : "", r->source.io.in_left};
}

/* Reads the first chunk, once. */
static bool start(cprof_reader *r, cprof_error *err) {
    if (r->started)
        return true;
    if (!cprof_source_sniff(&r->source, err))
        return false;
    r->started = true;
    if (is_plain_memory(r))
        return true;
    r->first = cprof_mem_resize(cprof_env_budget(r->env), NULL, 0, CHUNK);
    if (!r->first)
        return cprof_error_memory(r->env, err);
    bool end = false;
    if (!cprof_source_fill(&r->source, r->first, CHUNK, &r->first_count, &end, err))
        return false;
    r->first_pending = true;
    if (end)
        finish(r);
    return true;
}

bool cprof_reader_head(cprof_reader *r, cprof_slice *head, cprof_error *err) {
    if (!start(r, err))
        return false;
    *head = is_plain_memory(r) ? plain_memory(r) : (cprof_slice){(const char *)r->first, r->first_count};
    *head = cprof_slice_sub(*head, 0, HEAD);
    return true;
}

bool cprof_reader_head_is_all(const cprof_reader *r) {
    size_t size = is_plain_memory(r) ? r->source.io.in_left : r->first_count;
    return size <= HEAD && (is_plain_memory(r) || r->ended);
}

const cprof_unpacker *cprof_reader_unpacker(const cprof_reader *r) {
    return r->source.unpacker;
}

void cprof_reader_set_limit(cprof_reader *r, uint64_t bytes) {
    r->source.limit = bytes;
}

static bool next_in_memory(cprof_reader *r, cprof_slice *chunk, cprof_error *err) {
    /* In pieces, so that a person's wish to stop is seen. */
    *chunk = cprof_slice_sub(plain_memory(r), 0, 4 * CHUNK);
    r->source.io.in += chunk->len;
    r->source.io.in_left -= chunk->len;
    return !cprof_stopped(r->env, err);
}

bool cprof_reader_next(cprof_reader *r, cprof_slice *chunk, cprof_error *err) {
    *chunk = (cprof_slice){"", 0};
    if (!start(r, err))
        return false;
    if (is_plain_memory(r))
        return next_in_memory(r, chunk, err);
    if (r->first_pending) {
        r->first_pending = false;
        *chunk = (cprof_slice){(const char *)r->first, r->first_count};
        bool big = r->source.size == 0 || r->source.size >= THREAD_FROM;
        if (!r->ended && big)
            r->ring = cprof_ring_new(&r->source, CHUNK, r->env);
        return true;
    }
    if (r->ended)
        return true;
    if (r->ring) {
        if (!cprof_ring_next(r->ring, chunk, err))
            return false;
        if (chunk->len == 0)
            finish(r);
        return true;
    }
    size_t count;
    bool end = false;
    if (!cprof_source_fill(&r->source, r->first, CHUNK, &count, &end, err))
        return false;
    *chunk = (cprof_slice){(const char *)r->first, count};
    if (end)
        finish(r);
    return true;
}

/* A big plain file as it lies in the page cache; false where that cannot be had.  Smaller ones are copied:
 * what another program cuts off meanwhile is then missing, instead of a signal. */
static bool map_file(cprof_reader *r) {
    const cprof_source *s = &r->source;
    if (s->unpacker || s->fd < 0 || !s->regular || r->ended || s->size < MAP_FROM || s->size > SIZE_MAX)
        return false;
    /* Standard input may have been read from before. */
    if (lseek(s->fd, 0, SEEK_CUR) != (off_t)(s->io.in_offset + s->io.in_left))
        return false;
    void *at = mmap(NULL, (size_t)s->size, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (at == MAP_FAILED)
        return false;
    madvise(at, (size_t)s->size, MADV_SEQUENTIAL);
    r->mapped = (cprof_slice){at, (size_t)s->size};
    return true;
}

static bool gather(cprof_reader *r, cprof_error *err) {
    if (r->first_count > 0 && !cprof_vec_append(r->env, &r->all, (const char *)r->first, r->first_count))
        return cprof_error_memory(r->env, err);
    while (!r->ended) {
        size_t count;
        bool end = false;
        if (!cprof_vec_reserve(r->env, &r->all, CHUNK))
            return cprof_error_memory(r->env, err);
        if (!cprof_source_fill(&r->source, (uint8_t *)r->all.at + r->all.count,
                               r->all.capacity - r->all.count, &count, &end, err))
            return false;
        r->all.count += count;
        if (end)
            finish(r);
    }
    if (!cprof_vec_push(r->env, &r->all, '\0'))
        return cprof_error_memory(r->env, err);
    r->all.count--;
    return true;
}

bool cprof_reader_all(cprof_reader *r, cprof_slice *all, cprof_error *err) {
    if (!start(r, err))
        return false;
    if (is_plain_memory(r)) {
        *all = plain_memory(r);
        return true;
    }
    if (!r->mapped.ptr && r->all.count == 0 && !map_file(r) && !gather(r, err))
        return false;
    *all = r->mapped.ptr ? r->mapped : (cprof_slice){r->all.at, r->all.count};
    return true;
}
