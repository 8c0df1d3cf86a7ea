#include "app/load.h"

#include "app/adjust.h"
#include "input/format.h"
#include "input/parts.h"
#include "input/url.h"
#include "symbol/symbolize.h"
#include "transform/derive.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

const char *cprof_error_text(const cprof_error *err, char buffer[CPROF_ERROR_TEXT_MAX]) {
    /* Readers that know more than the offset (the line, the length so far) say it themselves. */
    if (err->offset < 0 || strstr(err->message, "at byte ") || strstr(err->message, "before byte ") ||
        strstr(err->message, "line "))
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

/* What one profile is read from. */
typedef struct entry {
    const char *name;               /* for messages */
    const cprof_whole *whole;       /* a file, or files that belong together */
    const cprof_url_answer *answer; /* what a server answered; NULL: none was asked */
} entry;

static cprof_reader *entry_open(const entry *e, const cprof_env *env, cprof_error *err) {
    struct stat st;
    if (e->answer && !e->answer->ok) {
        cprof_error_set(err, e->answer->error.code, e->answer->error.offset, "%s: %s", e->name,
                        e->answer->error.message);
        return NULL;
    }
    if (e->answer)
        return cprof_reader_of((cprof_slice){e->answer->bytes.at, e->answer->bytes.count}, e->name, env, err);
    if (e->whole->path && stat(e->whole->path, &st) == 0 && S_ISDIR(st.st_mode)) {
        refuse_folder(e->whole->path, err);
        return NULL;
    }
    return cprof_whole_open(e->whole, env, err);
}

static bool entry_read(const entry *e, cprof_input_needs needs, const cprof_env *env, cprof_profile **profile,
                       cprof_error *err) {
    cprof_reader *reader = entry_open(e, env, err);
    if (!reader)
        return false;
    bool ok = cprof_input_load(reader, needs, env, profile, err);
    cprof_reader_free(reader);
    return ok || cprof_error_prefix(err, "%s", e->name);
}

/* True for what can be read a second time. */
static bool is_rereadable(const entry *e) {
    struct stat st;
    return !e->answer && e->whole->path && stat(e->whole->path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool entry_load(const entry *e, cprof_input_needs needs, const cprof_env *env, cprof_profile **profile,
                       cprof_error *err) {
    cprof_str base;
    if (needs == CPROF_NEEDS_STACKS && !is_rereadable(e))
        needs = CPROF_NEEDS_SAMPLES;
    if (!entry_read(e, needs, env, profile, err))
        return false;
    /* A saved comparison's total is that of the samples with this label. */
    if (!(*profile)->labels_dropped ||
        !cprof_strtab_find(&(*profile)->strings, CPROF_SLICE("pprof::base"), &base))
        return true;
    cprof_profile_free(*profile);
    return entry_read(e, CPROF_NEEDS_SAMPLES, env, profile, err);
}

bool cprof_load_one(const char *path, const cprof_env *env, cprof_profile **profile, cprof_error *err) {
    cprof_whole whole = {.name = path, .path = path};
    entry e = {.name = strcmp(path, "-") == 0 ? "standard input" : path, .whole = &whole};
    return entry_load(&e, CPROF_NEEDS_SAMPLES, env, profile, err);
}

/* --- where the sources are --- */

/* The sources of a group, found, joined and fetched. */
typedef struct entries {
    const cprof_env *env;
    CPROF_VEC(entry) at;
    cprof_parts parts;
    CPROF_VEC(const char *) files, urls;
    CPROF_VEC(cprof_url_answer) answers;
} entries;

static void entries_deinit(entries *e) {
    cprof_parts_deinit(&e->parts);
    for (size_t i = 0; i < e->answers.count; i++)
        cprof_url_answer_deinit(&e->answers.at[i], e->env);
    cprof_vec_free(e->env, &e->answers);
    cprof_vec_free(e->env, &e->files);
    cprof_vec_free(e->env, &e->urls);
    cprof_vec_free(e->env, &e->at);
}

static bool fetch(entries *e, const cprof_url_options *options, cprof_error *err) {
    if (!cprof_vec_reserve(e->env, &e->answers, e->urls.count))
        return cprof_error_memory(e->env, err);
    if (!cprof_url_fetch(e->urls.at, e->urls.count, options, e->env, e->answers.at, err))
        return false;
    e->answers.count = e->urls.count;
    for (size_t i = 0; i < e->urls.count; i++) {
        entry row = {.name = e->urls.at[i], .answer = &e->answers.at[i]};
        if (!cprof_vec_push(e->env, &e->at, row))
            return cprof_error_memory(e->env, err);
    }
    return true;
}

/* Files come first, whatever the order: what is on its way over the net may be last. */
static bool entries_init(entries *e, const char *const *paths, size_t count, const cprof_url_options *options,
                         const cprof_env *env, cprof_error *err) {
    *e = (entries){.env = env};
    for (size_t i = 0; i < count; i++) {
        bool is_url = access(paths[i], F_OK) != 0 && cprof_url_is(paths[i]);
        if (is_url ? !cprof_vec_push(env, &e->urls, paths[i]) : !cprof_vec_push(env, &e->files, paths[i]))
            return cprof_error_memory(env, err);
    }
    if (e->files.count > 0 && !cprof_parts_find(&e->parts, e->files.at, e->files.count, env, err))
        return false;
    for (size_t i = 0; i < e->parts.at.count; i++) {
        const cprof_whole *whole = &e->parts.at.at[i];
        entry row = {.name = strcmp(whole->name, "-") == 0 ? "standard input" : whole->name, .whole = whole};
        if (!cprof_vec_push(env, &e->at, row))
            return cprof_error_memory(env, err);
    }
    return e->urls.count == 0 || fetch(e, options, err);
}

/* --- many sources, shared out among threads --- */

typedef struct loader {
    const cprof_env *env;
    const cprof_settings *settings;
    const char *binary_path, *program; /* where binaries are; the one named in front of the profiles */
    const char *build_id;              /* for the main binary; NULL: as it is */
    cprof_symbolize_mode mode;         /* where names are looked for */
    cprof_url_options url;             /* how servers are asked */
    bool is_fetched, has_files;        /* out: a source came over the net, from a file */
    bool alone;                        /* the only source: its error is everything's */
    bool stacks_only;                  /* of the sources, where that leaves all sums as they are */
    cprof_input_needs needs;
} loader;

/* Some sources, one behind the other in the list, and what became of them. */
typedef struct share {
    const loader *loader;
    const entry *entries;
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

/* For cprof_remote: asks a server for names. */
static bool post(void *context, const char *url, cprof_slice body, cprof_sink *out, cprof_error *err) {
    const loader *l = context;
    cprof_url_options options = l->url;
    cprof_url_answer answer;
    options.seconds = 0;
    bool ok = cprof_url_post(url, body, &options, l->env, &answer, err);
    if (ok && answer.ok) {
        cprof_sink_write(out, answer.bytes.at, answer.bytes.count);
        ok = out->error.code == CPROF_OK || cprof_error_memory(l->env, err);
    } else if (ok) {
        ok = cprof_error_set(err, answer.error.code, -1, "%s: %s", url, answer.error.message);
    }
    cprof_url_answer_deinit(&answer, l->env);
    return ok;
}

/* A fetched profile is given its names here, while it is known which server has it. */
static bool symbolize_fetched(const loader *l, const entry *e, cprof_profile *profile, cprof_error *err) {
    static const char secure[] = "https", insecure[] = "https+insecure";
    cprof_sink url;
    cprof_remote remote = {.post = post, .context = (void *)(uintptr_t)l};
    const char *asked =
        e->answer->url.at; /* in the form that is spoken: whom to trust was the source's word */
    bool unchecked = strncasecmp(e->name, insecure, sizeof insecure - 1) == 0;
    cprof_sink_init_memory(&url, l->env);
    cprof_sink_puts(&url, unchecked ? insecure : "");
    cprof_sink_puts(&url, unchecked ? asked + sizeof secure - 1 : asked);
    cprof_sink_putc(&url, 0);
    remote.url = cprof_sink_bytes(&url).ptr;
    bool ok = url.error.code == CPROF_OK || cprof_error_memory(l->env, err);
    ok = ok && cprof_symbolize(profile, &l->mode, &remote, err);
    cprof_sink_deinit(&url);
    return ok;
}

static bool entry_find_names(const loader *l, const entry *e, cprof_profile *profile, cprof_error *err) {
    return cprof_symbolize_locate(profile, l->binary_path, l->program, l->build_id, err) &&
           (!e->answer || symbolize_fetched(l, e, profile, err));
}

static bool share_load(share *s) {
    const loader *l = s->loader;
    for (size_t i = 0; i < s->count; i++) {
        cprof_profile *profile = NULL;
        cprof_error err = CPROF_ERROR_INIT;
        bool ok =
            !cprof_stopped(l->env, &err) && entry_load(&s->entries[i], l->needs, l->env, &profile, &err);
        if (ok && !entry_find_names(l, &s->entries[i], profile, &err)) {
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

static bool load_entries(const loader *l, const entry *list, size_t count, size_t *loaded,
                         cprof_profile **profile, cprof_error *err) {
    share shares[THREADS_MAX];
    size_t threads = thread_count(count);
    for (size_t i = 0; i < threads; i++) {
        size_t from = count * i / threads, to = count * (i + 1) / threads;
        shares[i] =
            (share){.loader = l, .entries = list + from, .count = to - from, .error = CPROF_ERROR_INIT};
    }
    run_shares(shares, threads);
    *loaded = 0;
    for (size_t i = 0; i < threads; i++)
        *loaded += shares[i].loaded;
    return combine_shares(shares, threads, l->env, profile, err);
}

/* kind: "source" or "base". */
static bool load_group(loader *l, const char *const *paths, size_t count, const char *kind,
                       cprof_profile **profile, cprof_error *err) {
    entries e;
    size_t loaded = 0, wanted = 0;
    *profile = NULL;
    bool ok = entries_init(&e, paths, count, &l->url, l->env, err);
    if (ok) {
        wanted = e.at.count;
        l->is_fetched |= e.urls.count > 0;
        l->has_files |= e.urls.count < wanted;
        l->alone = wanted == 1;
        /* Merging rounds and drops by the sample; of what was fetched a whole copy is kept. */
        l->needs = l->stacks_only && l->alone && e.urls.count == 0 ? CPROF_NEEDS_STACKS : CPROF_NEEDS_SAMPLES;
        ok = load_entries(l, e.at.at, wanted, &loaded, profile, err);
        if (ok && *profile && (*profile)->type_count == 0)
            ok = cprof_error_set(err, CPROF_ERR_VALUE, -1, "profile has no samples");
        if (!ok && l->alone && err && !strstr(err->message, e.at.at[0].name))
            cprof_error_prefix(err, "%s", e.at.at[0].name);
    }
    entries_deinit(&e);
    if (!ok)
        return false;
    if (loaded == 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "none of the %zu %s profiles could be read", wanted,
                               kind);
    if (loaded < wanted)
        cprof_note(l->env, "read %zu of %zu %s profiles", loaded, wanted, kind);
    return true;
}

/* --- all of them --- */

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

static bool finish(const loader *l, cprof_profile *profile, cprof_error *err) {
    const cprof_settings *settings = l->settings;
    if (settings->all_frames)
        profile->drop_frames = profile->keep_frames = 0;
    return (!l->has_files || cprof_symbolize(profile, &l->mode, NULL, err)) &&
           (settings->add_comment.len == 0 || cprof_adjust_comment(profile, settings->add_comment, err));
}

static bool load(loader *l, const cprof_sources *sources, cprof_profile **profile, cprof_error *err) {
    const char *const *paths = sources->paths;
    size_t count = sources->path_count;
    /* A binary may stand in front of the profiles. */
    if (count > 1 && cprof_symbolize_is_binary(paths[0])) {
        l->program = *paths++;
        count--;
    }
    cprof_profile *base = NULL;
    return load_group(l, paths, count, "source", profile, err) &&
           (sources->base_count == 0 ||
            (load_group(l, sources->bases, sources->base_count, "base", &base, err) &&
             subtract(profile, base, sources, l->settings, l->env, err))) &&
           finish(l, *profile, err);
}

/* What the settings have as slices, for those who want strings. */
typedef struct words {
    char *build_id, *cert, *key, *ca;
} words;

static bool words_init(words *w, const cprof_settings *s, const cprof_env *env, cprof_error *err) {
    *w = (words){.build_id = s->buildid.len ? strndup(s->buildid.ptr, s->buildid.len) : NULL,
                 .cert = strndup(s->tls_cert.ptr, s->tls_cert.len),
                 .key = strndup(s->tls_key.ptr, s->tls_key.len),
                 .ca = strndup(s->tls_ca.ptr, s->tls_ca.len)};
    return ((w->build_id || s->buildid.len == 0) && w->cert && w->key && w->ca) ||
           cprof_error_memory(env, err);
}

static void words_deinit(words *w) {
    free(w->build_id);
    free(w->cert);
    free(w->key);
    free(w->ca);
}

bool cprof_load(const cprof_sources *sources, const cprof_settings *settings, const cprof_env *env,
                cprof_profile **profile, bool *is_fetched, cprof_error *err) {
    words w;
    bool ok = words_init(&w, settings, env, err);
    loader l = {.env = env,
                .settings = settings,
                .binary_path = sources->binary_path,
                .build_id = w.build_id,
                .stacks_only = sources->stacks_only && sources->base_count == 0,
                .url = {.seconds = settings->seconds,
                        .timeout = settings->timeout,
                        .tls_cert = w.cert,
                        .tls_key = w.key,
                        .tls_ca = w.ca}};
    *profile = NULL;
    if (ok)
        cprof_symbolize_mode_parse(settings->symbolize, env, &l.mode);
    ok = ok && load(&l, sources, profile, err);
    words_deinit(&w);
    *is_fetched = l.is_fetched;
    if (!ok) {
        cprof_profile_free(*profile);
        *profile = NULL;
    }
    return ok;
}
