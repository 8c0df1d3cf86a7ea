#include "app/viewers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

const char *const cprof_viewers_web[] = {"chrome",  "google-chrome",    "chromium",
                                         "firefox", "sensible-browser", NULL};
const char *const cprof_viewers_eog[] = {"eog", NULL};
const char *const cprof_viewers_evince[] = {"evince", NULL};
const char *const cprof_viewers_gv[] = {"gv --noantialias", NULL};
const char *const cprof_viewers_kcachegrind[] = {"kcachegrind", NULL};

enum { ARGUMENTS_MAX = 32 };

/* In a session of its own, so that it outlives this one and its signals; quiet. */
static int spawn(char *const *argv) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigfillset(&defaults);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    int failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!failed)
        failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    if (!failed)
        failed = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* "gv --noantialias" and a path. */
static bool try_viewer(const char *line, const char *path, const cprof_env *env) {
    char *words = strdup(line), *file = strdup(path), *rest = NULL;
    char *argv[ARGUMENTS_MAX + 2];
    size_t count = 0;
    int failed = ENOMEM;
    if (words && file) {
        for (char *word = strtok_r(words, " ", &rest); word && count < ARGUMENTS_MAX;
             word = strtok_r(NULL, " ", &rest))
            argv[count++] = word;
        argv[count] = file;
        argv[count + 1] = NULL;
        failed = count > 0 ? spawn(argv) : ENOENT;
        if (!failed)
            cprof_note(env, "Showing %s with %s", path, argv[0]);
    }
    free(words);
    free(file);
    return !failed;
}

bool cprof_viewer_start(const char *const *viewers, const char *path, const cprof_env *env,
                        cprof_error *err) {
    const char *browser = getenv("BROWSER");
    bool web = viewers == cprof_viewers_web;
    if (web && browser && *browser && try_viewer(browser, path, env))
        return true;
    for (const char *const *viewer = viewers; *viewer; viewer++) {
        if (try_viewer(*viewer, path, env))
            return true;
    }
    /* It knows what opens what, where there is a desktop. */
    if ((getenv("DISPLAY") || getenv("WAYLAND_DISPLAY")) && try_viewer("xdg-open", path, env))
        return true;
    return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1, "no program to show it (%s%s): the file is %s",
                           web ? "set BROWSER; tried " : "tried ", viewers[0], path);
}

char *cprof_viewer_file(const char *suffix, cprof_error *err) {
    const char *folder = getenv("TMPDIR");
    char *path = NULL;
    if (!folder || folder[0] != '/')
        folder = "/tmp";
    char *made = malloc(strlen(folder) + 16);
    if (!made)
        cprof_error_memory(NULL, err);
    else if (sprintf(made, "%s/cprof-XXXXXX", folder) < 0 || !mkdtemp(made))
        cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", folder, strerror(errno));
    else if (asprintf(&path, "%s/profile.%s", made, suffix) < 0)
        path = NULL, cprof_error_memory(NULL, err);
    free(made);
    return path;
}
