#include "app/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn(pid_t *pid, const char *line, int input) {
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, strdup(line), NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    if (!argv[2])
        return ENOMEM;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!failed)
        failed = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(argv[2]);
    return failed;
}

bool cprof_program_start(cprof_program *program, const char *line, cprof_error *err) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "pipe: %s", strerror(errno));
    int failed = spawn(&program->pid, line, ends[0]);
    close(ends[0]);
    if (!failed) {
        program->fd = ends[1];
        fcntl(ends[1], F_SETFL, O_NONBLOCK); /* the sink waits, and sees when it is to stop */
        return true;
    }
    close(ends[1]);
    return cprof_error_set(err, CPROF_ERR_IO, -1, "sh: %s", strerror(failed));
}

void cprof_program_finish(cprof_program *program) {
    close(program->fd);
    while (waitpid(program->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}
