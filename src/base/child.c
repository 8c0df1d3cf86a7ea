#include "base/child.h"

#include "base/sanitized.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
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
        if (nothing >= 0)
            dup2(nothing,
                 STDERR_FILENO); /* libraries that find no memory say so before they end the process */
    }
    if (file)
        fclose(file);
    if (nothing >= 0)
        close(nothing);
}

static void child_main(int fd, bool (*work)(void *, cprof_sink *, cprof_error *), void *context,
                       cprof_child_limits limits) {
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

/* Takes what the child writes until it closes its end. */
static bool drain(int fd, const char *what, cprof_child_limits limits, const cprof_env *env,
                  cprof_child_output *output, cprof_error *err) {
    int64_t end = limits.seconds ? now_ms() + (int64_t)limits.seconds * 1000 : INT64_MAX;
    size_t before = output->count;
    for (;;) {
        struct pollfd ready = {fd, POLLIN, 0};
        if (cprof_stopped(env, err))
            return false;
        if (now_ms() >= end)
            return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s took longer than %u s", what,
                                   limits.seconds);
        if (poll(&ready, 1, POLL_MS) <= 0)
            continue;
        if (!cprof_vec_reserve(env, output, CHUNK))
            return cprof_error_memory(env, err);
        ssize_t n = read(fd, output->at + output->count, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", what, strerror(errno));
        if (n == 0)
            return true;
        output->count += (size_t)n;
        if (limits.output_max && output->count - before > limits.output_max + sizeof(verdict))
            return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s gave more than %llu bytes", what,
                                   (unsigned long long)limits.output_max);
    }
}

/* What became of the child: its last word, or how it died. */
static bool conclude(int status, const char *what, cprof_child_limits limits, size_t before,
                     cprof_child_output *output, cprof_error *err) {
    verdict last;
    unsigned long long megabytes = limits.memory_max >> 20;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s took too long", what);
    if (WIFSIGNALED(status))
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s failed: the reader crashed (signal %d)", what,
                               WTERMSIG(status));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || output->count - before < sizeof last) {
        if (limits.memory_max > 0)
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s failed, with %llu MB at most", what,
                                   megabytes);
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s failed", what);
    }
    memcpy(&last, output->at + output->count - sizeof last, sizeof last);
    output->count -= sizeof last;
    /* Its memory is not the caller's: the caller still has some. */
    if (!last.ok && last.error.code == CPROF_ERR_MEMORY && limits.memory_max > 0)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "%s takes more than %llu MB", what, megabytes);
    if (!last.ok && err)
        *err = last.error;
    return last.ok;
}

static bool run(bool (*work)(void *context, cprof_sink *sink, cprof_error *err), void *context,
                const char *what, cprof_child_limits limits, const cprof_env *env, cprof_child_output *output,
                int *status, cprof_error *err) {
    int ends[2];
    if (pipe(ends) != 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", what, strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        child_main(ends[1], work, context, limits);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", what, strerror(errno));
    }
    bool ok = drain(ends[0], what, limits, env, output, err);
    close(ends[0]);
    if (!ok)
        kill(child, SIGKILL);
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        ;
    return ok;
}

bool cprof_child_run(bool (*work)(void *context, cprof_sink *sink, cprof_error *err), void *context,
                     const char *what, cprof_child_limits limits, const cprof_env *env,
                     cprof_child_output *output, cprof_error *err) {
    int status = 0;
    size_t before = output->count;
    return run(work, context, what, limits, env, output, &status, err) &&
           conclude(status, what, limits, before, output, err);
}

bool cprof_child_exec(bool (*work)(void *context, cprof_sink *sink, cprof_error *err), void *context,
                      const char *what, cprof_child_limits limits, const cprof_env *env,
                      cprof_child_output *output, cprof_error *err) {
    int status = 0;
    if (!run(work, context, what, limits, env, output, &status, err))
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return cprof_error_set(err, CPROF_ERR_IO, -1, "%s failed", what);
}
