#include "app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(cprof_error *err, const char *path) {
    return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
}

static void start(cprof_output *output, int fd) {
    output->fd = fd;
    cprof_sink_init_fd(&output->sink, fd);
}

/* Written in place: devices, pipes, and files in folders that take no new file. */
static bool open_directly(cprof_output *output, const char *path, cprof_error *err) {
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail(err, path);
    start(output, fd);
    return true;
}

/* Without blocking: neither opening nor writing may keep what is to be stopped. */
static bool open_pipe(cprof_output *output, const char *path, const cprof_env *env, cprof_error *err) {
    enum { LOOK = 50 }; /* milliseconds */
    int fd;
    while ((fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 && (errno == ENXIO || errno == EINTR)) {
        if (cprof_stopped(env, err))
            return false;
        poll(NULL, 0, LOOK);
    }
    if (fd < 0)
        return fail(err, path);
    start(output, fd);
    output->sink.env = env;
    return true;
}

/* A file of its own beside `path`, with the rights that the person's umask gives. */
static int open_temporary(cprof_output *output) {
    size_t room = strlen(output->path) + 32;
    const char *slash = strrchr(output->path, '/');
    int folder = slash ? (int)(slash - output->path) + 1 : 0;
    output->temporary = malloc(room);
    if (!output->temporary)
        return -1;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(output->temporary, room, "%.*s.cprof-%ld-%u.tmp", folder, output->path, (long)getpid(), i);
        int fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static void forget(cprof_output *output) {
    free(output->path);
    free(output->temporary);
    output->path = output->temporary = NULL;
}

bool cprof_output_open(cprof_output *output, const char *path, const cprof_env *env, cprof_error *err) {
    *output = (cprof_output){.fd = -1};
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (exists && S_ISDIR(st.st_mode))
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: is a directory", path);
    if (exists && S_ISFIFO(st.st_mode))
        return open_pipe(output, path, env, err);
    if (exists && !S_ISREG(st.st_mode))
        return open_directly(output, path, err);
    /* A link stays a link: what it leads to is replaced. */
    output->path = exists ? realpath(path, NULL) : strdup(path);
    int fd = output->path ? open_temporary(output) : -1;
    if (fd < 0) {
        bool ok = exists && (errno == EACCES || errno == EROFS || errno == EPERM) && access(path, W_OK) == 0;
        forget(output);
        return ok ? open_directly(output, path, err) : fail(err, path);
    }
    if (exists)
        (void)!fchmod(fd, st.st_mode & 07777);
    start(output, fd);
    return true;
}

static bool close_file(cprof_output *output, cprof_error *err) {
    bool ok = cprof_sink_finish(&output->sink, err);
    cprof_sink_deinit(&output->sink);
    if (close(output->fd) != 0 && ok)
        ok = cprof_error_set(err, CPROF_ERR_IO, -1, "close: %s", strerror(errno));
    output->fd = -1;
    return ok;
}

bool cprof_output_commit(cprof_output *output, cprof_error *err) {
    bool ok = close_file(output, err);
    if (ok && output->temporary && rename(output->temporary, output->path) != 0)
        ok = fail(err, output->path);
    if (!ok && output->temporary)
        unlink(output->temporary);
    forget(output);
    return ok;
}

void cprof_output_abandon(cprof_output *output) {
    cprof_sink_deinit(&output->sink);
    if (output->fd >= 0)
        close(output->fd);
    if (output->temporary)
        unlink(output->temporary);
    forget(output);
}

bool cprof_output_open_new(cprof_output *output, const char *folder, const char *prefix, const char *suffix,
                           char **path, cprof_error *err) {
    *output = (cprof_output){.fd = -1};
    size_t room = strlen(folder) + strlen(prefix) + strlen(suffix) + 32;
    char *name = malloc(room);
    if (!name)
        return cprof_error_memory(NULL, err);
    int fd = -1;
    for (unsigned i = 1; fd < 0 && i < 10000; i++) {
        snprintf(name, room, "%s%s%s%03u%s", folder, *folder ? "/" : "", prefix, i, suffix);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0) {
        fail(err, name);
        free(name);
        return false;
    }
    /* It did not exist before, so taking it away again is all that giving up takes. */
    output->temporary = strdup(name);
    output->path = strdup(name);
    if (!output->temporary || !output->path) {
        close(fd);
        unlink(name);
        free(name);
        forget(output);
        return cprof_error_memory(NULL, err);
    }
    start(output, fd);
    *path = name;
    return true;
}
