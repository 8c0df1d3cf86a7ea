#include "base/child.h"

#include "base/sanitized.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, POLL_MS = 100 };

/* The child's last word, behind everything else that it writes. */
typedef struct verdict {
    bool ok;
    cprof_error error;
} verdict;

/* In the child.  The address space is what can be bounded everywhere; files that are mapped count, too. */
static void limit_memory(uint64_t bytes) {
    unsigned long pages = 0;
    FILE *file = CPROF_SANITIZED ? NULL : fopen("/proc/self/statm", "re");
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (file && fscanf(file, "%lu", &pages) == 1) {
        rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes;
        struct rlimit limit = {most, most};
        setrlimit(RLIMIT_AS, &limit);
        /* Libraries that find no memory say so before they end the process. */
        if (nothing >= 0)
            dup2(nothing, STDERR_FILENO);
    }
    if (file)
        fclose(file);
    if (nothing >= 0)
        close(nothing);
}

static void child_main(int fd, cprof_child_work *work, void *context, cprof_child_limits limits) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGTSTP, SIGBUS};
    struct rlimit none = {0, 0}, cpu = {limits.seconds + 1, limits.seconds + 2};
    verdict last = {false, CPROF_ERROR_INIT};
    cprof_sink sink;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &none);
    if (limits.seconds > 0)
        setrlimit(RLIMIT_CPU, &cpu);
    if (limits.memory_max > 0)
        limit_memory(limits.memory_max);
    dup2(fd, STDIN_FILENO);
    cprof_sink_init_fd(&sink, fd);
    last.ok = work(context, &sink, &last.error);
    cprof_sink_write(&sink, &last, sizeof last);
    bool written = cprof_sink_finish(&sink, NULL);
    _exit(written ? 0 : 1);
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sends what it takes without waiting; the rest is left in child->given. */
static void send_some(cprof_child *child) {
    ssize_t n = 1;
    while (child->given.len > 0 && n > 0) {
        n = send(child->fd, child->given.ptr, child->given.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            child->given = cprof_slice_sub(child->given, (size_t)n, child->given.len);
    }
    /* One that has died says so by its status. */
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        child->given.len = 0;
    if (child->given.len == 0)
        shutdown(child->fd, SHUT_WR);
}

/* Takes a piece of what the child writes; *done: that was all. */
static bool receive_some(const cprof_child *child, const cprof_env *env, cprof_child_output *output,
                         bool *done, cprof_error *err) {
    if (!cprof_vec_reserve(env, output, CHUNK))
        return cprof_error_memory(env, err);
    ssize_t n = read(child->fd, output->at + output->count, CHUNK);
    *done = n == 0 || (n < 0 && errno == ECONNRESET); /* it left without reading what it was given */
    if (n < 0 && !*done && errno != EINTR)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", child->what, strerror(errno));
    if (n > 0)
        output->count += (size_t)n;
    return true;
}

/* Sends what is to be sent, and takes what the child writes, until it closes its end. */
static bool exchange(cprof_child *child, const cprof_env *env, cprof_child_output *output, cprof_error *err) {
    const cprof_child_limits *limits = &child->limits;
    int64_t end = limits->seconds ? now_ms() + (int64_t)limits->seconds * 1000 : INT64_MAX;
    size_t before = output->count;
    for (bool done = false; !done;) {
        struct pollfd ready = {child->fd, (short)(POLLIN | (child->given.len > 0 ? POLLOUT : 0)), 0};
        if (cprof_stopped(env, err))
            return false;
        if (now_ms() >= end)
            return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s took longer than %u s", child->what,
                                   limits->seconds);
        if (poll(&ready, 1, POLL_MS) <= 0)
            continue;
        if (ready.revents & POLLOUT)
            send_some(child);
        if ((ready.revents & ~POLLOUT) && !receive_some(child, env, output, &done, err))
            return false;
        if (limits->output_max && output->count - before > limits->output_max + sizeof(verdict))
            return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s gave more than %llu bytes", child->what,
                                   (unsigned long long)limits->output_max);
    }
    return true;
}

/* What became of the child: its last word, or how it died. */
static bool conclude(int status, const cprof_child *child, size_t before, cprof_child_output *output,
                     cprof_error *err) {
    verdict last;
    const char *what = child->what;
    unsigned long long megabytes = child->limits.memory_max >> 20;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s took too long", what);
    if (WIFSIGNALED(status))
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s failed: the reader crashed (signal %d)", what,
                               WTERMSIG(status));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || output->count - before < sizeof last) {
        if (megabytes > 0)
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s failed, with %llu MB at most", what,
                                   megabytes);
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s failed", what);
    }
    memcpy(&last, output->at + output->count - sizeof last, sizeof last);
    output->count -= sizeof last;
    /* Its memory is not the caller's: the caller still has some. */
    if (!last.ok && last.error.code == CPROF_ERR_MEMORY && megabytes > 0)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s takes more than %llu MB", what, megabytes);
    if (!last.ok && err)
        *err = last.error;
    return last.ok;
}

/* One child is started at a time: another one would hold the first one's end of the sockets open, and the
 * first would not be seen to end before the other. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

bool cprof_child_start(cprof_child *child, cprof_child_work *work, void *context, const char *what,
                       cprof_child_limits limits, cprof_error *err) {
    int ends[2], failed = 0;
    *child = (cprof_child){.what = what, .limits = limits, .pid = -1};
    pthread_mutex_lock(&starting);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        child->pid = fork();
        failed = child->pid < 0 ? errno : 0;
        close(ends[child->pid == 0 ? 0 : 1]);
        if (failed)
            close(ends[0]);
    } else {
        failed = errno;
    }
    pthread_mutex_unlock(&starting);
    if (failed)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", what, strerror(failed));
    if (child->pid == 0)
        child_main(ends[1], work, context, limits);
    child->fd = ends[0];
    return true;
}

void cprof_child_give(cprof_child *child, cprof_slice bytes) {
    child->given = bytes;
    send_some(child);
}

static int finish(cprof_child *child, bool kill_it) {
    int status = 0;
    close(child->fd);
    if (kill_it)
        kill(child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

bool cprof_child_take(cprof_child *child, const cprof_env *env, cprof_child_output *output,
                      cprof_error *err) {
    size_t before = output->count;
    bool ok = exchange(child, env, output, err);
    int status = finish(child, !ok);
    return ok && conclude(status, child, before, output, err);
}

void cprof_child_cancel(cprof_child *child) {
    finish(child, true);
}

bool cprof_child_run(cprof_child_work *work, void *context, const char *what, cprof_child_limits limits,
                     const cprof_env *env, cprof_child_output *output, cprof_error *err) {
    cprof_child child;
    if (!cprof_child_start(&child, work, context, what, limits, err))
        return false;
    cprof_child_give(&child, CPROF_SLICE(""));
    return cprof_child_take(&child, env, output, err);
}

bool cprof_child_exec(cprof_child_work *work, void *context, const char *what, cprof_child_limits limits,
                      const cprof_env *env, cprof_child_output *output, cprof_error *err) {
    cprof_child child;
    if (!cprof_child_start(&child, work, context, what, limits, err))
        return false;
    cprof_child_give(&child, CPROF_SLICE(""));
    bool ok = exchange(&child, env, output, err);
    int status = finish(&child, !ok);
    if (!ok || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return ok;
    return cprof_error_set(err, CPROF_ERR_IO, -1, "%s failed", what);
}
