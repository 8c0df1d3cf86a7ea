#include "app/load.h"

#include "app/adjust.h"
#include "app/symbolize.h"
#include "input/format.h"
#include "transform/derive.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const char *cprof_error_text(const cprof_error *err, char buffer[CPROF_ERROR_TEXT_MAX]) {
    if (err->offset < 0)
        return err->message;
    snprintf(buffer, CPROF_ERROR_TEXT_MAX, "%s (at byte %lld)", err->message, (long long)err->offset);
    return buffer;
}

/* --- one source --- */

/* A folder is no profile: says so, with one of the files in it that may have been meant. */
static bool refuse_folder(const char *path, cprof_error *err) {
    char first[256] = "";
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && entry->d_type != DT_DIR &&
            (!*first || strcmp(entry->d_name, first) < 0))
            snprintf(first, sizeof first, "%s", entry->d_name);
    if (dir)
        closedir(dir);
    size_t n = strlen(path);
    const char *slash = n > 0 && path[n - 1] == '/' ? "" : "/";
    if (!*first)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: is a directory without profiles", path);
    return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: is a directory; name files in it, such as %s%s%s",
                           path, path, slash, first);
}

bool cprof_load_one(const char *path, const cprof_env *env, cprof_profile **profile, cprof_error *err) {
    struct stat st;
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return refuse_folder(path, err);
    cprof_reader *reader = cprof_reader_open(path, env, err);
    if (!reader)
        return false;
    bool ok = cprof_input_load(reader, env, profile, err);
    cprof_reader_free(reader);
    return ok || cprof_error_prefix(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
}

/* --- many sources, shared out among threads --- */

typedef struct loader {
    const cprof_env *env;
    const cprof_settings *settings;
    const char *program; /* the binary that was named in front of the profiles; NULL: none */
    bool alone;          /* the only source: its error is everything's */
} loader;

/* Some sources, one behind the other in the list, and what became of them. */
typedef struct share {
    const loader *loader;
    const char *const *paths;
    size_t count, loaded;
    cprof_profile *profile; /* of those that could be read */
    cprof_merger *merger;   /* while there is more than one */
    cprof_error error;      /* what ended it before its time */
    pthread_t thread;
} share;

static bool share_add(share *s, cprof_profile *profile) {
    const cprof_env *env = s->loader->env;
    s->loaded++;
    if (s->loaded == 1) {
        s->profile = profile;
        return true;
    }
    if (!s->merger) {
        cprof_merge_part first = {.profile = s->profile, .scale = 1};
        s->merger = cprof_merger_new(env, &s->error);
        if (!s->merger) {
            cprof_profile_free(profile);
            return false;
        }
        s->profile = NULL;
        if (!cprof_merger_add(s->merger, &first, &s->error)) {
            cprof_profile_free(profile);
            return false;
        }
    }
    cprof_merge_part part = {.profile = profile, .scale = 1};
    return cprof_merger_add(s->merger, &part, &s->error);
}

static bool is_final(const cprof_error *err) {
    return err->code == CPROF_ERR_MEMORY || err->code == CPROF_ERR_STOPPED;
}

static bool share_load(share *s) {
    const loader *l = s->loader;
    for (size_t i = 0; i < s->count; i++) {
        cprof_profile *profile = NULL;
        cprof_error err = CPROF_ERROR_INIT;
        bool ok = !cprof_stopped(l->env, &err) && cprof_load_one(s->paths[i], l->env, &profile, &err);
        if (ok && !cprof_adjust_main_mapping(profile, l->program, l->settings->buildid, &err)) {
            cprof_profile_free(profile);
            ok = false;
        }
        if (!ok && (l->alone || is_final(&err))) {
            s->error = err;
            return false;
        }
        if (!ok) {
            char text[CPROF_ERROR_TEXT_MAX];
            cprof_note(l->env, "%s", cprof_error_text(&err, text));
        } else if (!share_add(s, profile)) {
            return false;
        }
    }
    if (!s->merger)
        return true;
    cprof_merger *merger = s->merger;
    s->merger = NULL;
    return cprof_merger_finish(merger, &s->profile, &s->error);
}

static void *share_run(void *context) {
    share_load(context);
    return NULL;
}

enum { THREADS_MAX = 16 };

static size_t thread_count(size_t sources) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (size_t)processors;
    /* A share of one or two files is not worth a thread and its combining. */
    return sources / 3 < threads ? sources / 3 + (sources < 3) : threads;
}

static void run_shares(share *shares, size_t count) {
    bool started[THREADS_MAX] = {false};
    for (size_t i = 1; i < count; i++)
        started[i] = pthread_create(&shares[i].thread, NULL, share_run, &shares[i]) == 0;
    for (size_t i = 0; i < count; i++)
        if (!started[i])
            share_run(&shares[i]);
    for (size_t i = 1; i < count; i++)
        if (started[i])
            pthread_join(shares[i].thread, NULL);
}

/* Puts the shares' profiles together; takes them whether or not it succeeds. */
static bool combine_shares(share *shares, size_t count, const cprof_env *env, cprof_profile **profile,
                           cprof_error *err) {
    cprof_merge_part parts[THREADS_MAX];
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        if (shares[i].error.code != CPROF_OK && ok) {
            if (err)
                *err = shares[i].error;
            ok = false;
        }
        cprof_merger_free(shares[i].merger);
        if (shares[i].profile)
            parts[n++] = (cprof_merge_part){.profile = shares[i].profile, .scale = 1};
    }
    if (ok)
        return n == 0 || cprof_merge(parts, n, env, profile, err);
    for (size_t i = 0; i < n; i++)
        cprof_profile_free(parts[i].profile);
    return false;
}

/* kind: "source" or "base". */
static bool load_group(const loader *l, const char *const *paths, size_t count, const char *kind,
                       cprof_profile **profile, cprof_error *err) {
    share shares[THREADS_MAX];
    size_t threads = thread_count(count), loaded = 0;
    for (size_t i = 0; i < threads; i++) {
        size_t from = count * i / threads, to = count * (i + 1) / threads;
        shares[i] =
            (share){.loader = l, .paths = paths + from, .count = to - from, .error = CPROF_ERROR_INIT};
    }
    run_shares(shares, threads);
    for (size_t i = 0; i < threads; i++)
        loaded += shares[i].loaded;
    *profile = NULL;
    if (!combine_shares(shares, threads, l->env, profile, err))
        return false;
    if (loaded == 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "none of the %zu %s profiles could be read", count,
                               kind);
    if (loaded < count)
        cprof_note(l->env, "read %zu of %zu %s profiles", loaded, count, kind);
    return true;
}

/* --- all of them --- */

/* A binary may stand in front of the profiles. */
static bool is_program(const char *path) {
    static const char *const magics[] = {"\x7f"
                                         "ELF",
                                         "\xfe\xed\xfa\xce",
                                         "\xfe\xed\xfa\xcf",
                                         "\xce\xfa\xed\xfe",
                                         "\xcf\xfa\xed\xfe",
                                         "MZ"};
    struct stat st;
    char head[4] = "";
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool read_all = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head;
    if (fd >= 0)
        close(fd);
    for (size_t i = 0; read_all && i < sizeof magics / sizeof *magics; i++)
        if (memcmp(head, magics[i], strlen(magics[i])) == 0)
            return true;
    return false;
}

static bool normalize(cprof_profile *profile, const cprof_profile *base, cprof_error *err) {
    cprof_budget *budget = cprof_env_budget(profile->env);
    size_t size = (profile->type_count + (size_t)1) * sizeof(double);
    double *factors = cprof_mem_resize(budget, NULL, 0, size);
    if (!factors)
        return cprof_error_memory(profile->env, err);
    bool ok = cprof_normalize_factors(profile, base, factors, err);
    if (ok)
        cprof_scale(profile, factors);
    cprof_mem_free(budget, factors, size);
    return ok;
}

static bool subtract(cprof_profile **profile, cprof_profile *base, const cprof_sources *sources,
                     const cprof_settings *settings, const cprof_env *env, cprof_error *err) {
    if (settings->normalize && !normalize(*profile, base, err)) {
        cprof_profile_free(base);
        return false;
    }
    cprof_merge_part parts[] = {{.profile = *profile, .scale = 1},
                                {.profile = base, .scale = -1, .is_diff_base = sources->is_diff_base}};
    *profile = NULL;
    return cprof_merge(parts, 2, env, profile, err);
}

static bool finish(cprof_profile *profile, const cprof_settings *settings, cprof_error *err) {
    if (settings->all_frames)
        profile->drop_frames = profile->keep_frames = 0;
    return cprof_symbolize(profile, settings->symbolize, err) &&
           (settings->add_comment.len == 0 || cprof_adjust_comment(profile, settings->add_comment, err));
}

bool cprof_load(const cprof_sources *sources, const cprof_settings *settings, const cprof_env *env,
                cprof_profile **profile, cprof_error *err) {
    const char *const *paths = sources->paths;
    size_t count = sources->path_count;
    loader l = {.env = env, .settings = settings};
    if (count > 1 && is_program(paths[0])) {
        l.program = *paths++;
        count--;
    }
    cprof_profile *base = NULL;
    *profile = NULL;
    l.alone = count == 1;
    if (!load_group(&l, paths, count, "source", profile, err))
        return false;
    l.alone = sources->base_count == 1;
    if ((sources->base_count == 0 ||
         (load_group(&l, sources->bases, sources->base_count, "base", &base, err) &&
          subtract(profile, base, sources, settings, env, err))) &&
        finish(*profile, settings, err))
        return true;
    cprof_profile_free(*profile);
    *profile = NULL;
    return false;
}
