#include "input/gunzip_walk.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#define WALK_BUFFER 65536

struct cprof_walker {
    const cprof_env *env;
    z_stream z;
    bool ended; /* a member has; zeros, or another member, may follow */
    unsigned char in[WALK_BUFFER], out[WALK_BUFFER];
};

cprof_walker *cprof_walker_new(const cprof_env *env, cprof_error *err) {
    cprof_walker *walker = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *walker);
    if (walker) {
        walker->env = env;
        walker->ended = false;
        walker->z = (z_stream){0};
        if (inflateInit2(&walker->z, 16 + MAX_WBITS) == Z_OK)
            return walker;
        cprof_mem_free(cprof_env_budget(env), walker, sizeof *walker);
    }
    cprof_error_memory(env, err);
    return NULL;
}

void cprof_walker_free(cprof_walker *walker) {
    if (!walker)
        return;
    inflateEnd(&walker->z);
    cprof_mem_free(cprof_env_budget(walker->env), walker, sizeof *walker);
}

/* Behind a member: zeros are padding, anything else must be the next member. */
static void skip_padding(cprof_walker *w) {
    while (w->z.avail_in > 0 && *w->z.next_in == 0) {
        w->z.next_in++;
        w->z.avail_in--;
    }
    if (w->z.avail_in > 0) {
        inflateReset(&w->z);
        w->ended = false;
    }
}

/* Uses up the input that there is. */
static cprof_walk walk_input(cprof_walker *w, cprof_error *err) {
    while (w->z.avail_in > 0) {
        if (w->ended) {
            skip_padding(w);
            continue;
        }
        if (cprof_stopped(w->env, err))
            return CPROF_WALK_FAILED;
        w->z.next_out = w->out;
        w->z.avail_out = sizeof w->out;
        int status = inflate(&w->z, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR) {
            cprof_error_memory(w->env, err);
            return CPROF_WALK_FAILED;
        }
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return CPROF_WALK_BROKEN;
        w->ended = status == Z_STREAM_END;
    }
    return w->ended ? CPROF_WALK_END : CPROF_WALK_MORE;
}

static cprof_walk walk_fd(cprof_walker *w, int fd, const char *path, cprof_error *err) {
    for (cprof_walk walk = CPROF_WALK_MORE;;) {
        ssize_t n = read(fd, w->in, sizeof w->in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
            return CPROF_WALK_FAILED;
        }
        if (n == 0)
            return walk;
        w->z.next_in = w->in;
        w->z.avail_in = (uInt)n;
        walk = walk_input(w, err);
        if (walk == CPROF_WALK_BROKEN || walk == CPROF_WALK_FAILED)
            return walk;
    }
}

cprof_walk cprof_walker_file(cprof_walker *walker, const char *path, cprof_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
        return CPROF_WALK_FAILED;
    }
    cprof_walk walk = walk_fd(walker, fd, path, err);
    close(fd);
    return walk;
}
