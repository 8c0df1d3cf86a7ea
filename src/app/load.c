#include "app/load.h"

#include "app/adjust.h"
#include "base/threads.h"
#include "input/format.h"
#include "input/parts.h"
#include "input/url.h"
#include "symbol/symbolize.h"
#include "transform/derive.h"

#include <dirent.h>
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
    bool stacks_only;                  /* of sources and bases, where that leaves all sums as they are */
} loader;

/* The sources, or the bases. */
typedef struct group {
    const loader *loader;
    const char *kind; /* "source" or "base" */
    entries entries;
    bool alone; /* one entry only: its error is everything's */
    cprof_input_needs needs;
    size_t loaded; /* entries that could be read */
    cprof_profile *profile;
    bool ok;
    cprof_error error; /* where it is not */
} group;

/* Some sources, one behind the other in the list, and what became of them. */
typedef struct share {
    const group *group;
    const loader *loader; /* the group's */
    const entry *entries;
    size_t count, loaded;
    const char *first;      /* name of the first entry that was loaded */
    atomic_size_t *read;    /* entries of the group that were read, or tried; the shares' own */
    cprof_profile *profile; /* of those that could be read */
    cprof_merger *merger;   /* while there is more than one */
    cprof_error error;      /* what ended it before its time */
} share;

/* "a.pb.gz and b.pb.gz: profiles do not fit together …" */
static bool name_both(const char *first, const char *second, cprof_error *err) {
    if (err && err->code == CPROF_ERR_VALUE)
        cprof_error_prefix(err, "%s and %s", first, second);
    return false;
}

static bool share_add(share *s, const char *name, cprof_profile *profile) {
    const cprof_env *env = s->loader->env;
    s->loaded++;
    if (s->loaded == 1) {
        s->first = name;
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
    return cprof_merger_add(s->merger, &part, &s->error) || name_both(s->first, name, &s->error);
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
        bool ok = !cprof_stopped(l->env, &err) &&
                  entry_load(&s->entries[i], s->group->needs, l->env, &profile, &err);
        if (ok && !entry_find_names(l, &s->entries[i], profile, &err)) {
            cprof_profile_free(profile);
            ok = false;
        }
        size_t read = atomic_fetch_add(s->read, 1) + 1, all = s->group->entries.at.count;
        if (all > 1)
            cprof_progress(l->env, "reading profiles", read, all);
        if (!ok && (s->group->alone || is_final(&err))) {
            s->error = err;
            return false;
        }
        if (!ok) {
            char text[CPROF_ERROR_TEXT_MAX];
            cprof_note(l->env, "%s", cprof_error_text(&err, text));
        } else if (!share_add(s, s->entries[i].name, profile)) {
            return false;
        }
    }
    if (!s->merger)
        return true;
    cprof_merger *merger = s->merger;
    s->merger = NULL;
    return cprof_merger_finish(merger, &s->profile, &s->error);
}

static void share_run(void *part) {
    share_load(part);
}

/* False (and err, with both names) where a profile does not fit the first one. */
static bool fit_together(const cprof_merge_part *parts, const char *const *names, size_t count,
                         const cprof_env *env, cprof_error *err) {
    cprof_merger *merger = cprof_merger_new(env, err);
    bool ok = merger != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = cprof_merger_expect(merger, parts[i].profile, err) || name_both(names[0], names[i], err);
    cprof_merger_free(merger);
    return ok;
}

/* Puts the shares' profiles together; takes them whether or not it succeeds. */
static bool combine_shares(share *shares, size_t count, const cprof_env *env, cprof_profile **profile,
                           cprof_error *err) {
    cprof_merge_part parts[CPROF_THREADS_MAX];
    const char *names[CPROF_THREADS_MAX];
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        if (shares[i].error.code != CPROF_OK && ok) {
            if (err)
                *err = shares[i].error;
            ok = false;
        }
        cprof_merger_free(shares[i].merger);
        if (!shares[i].profile)
            continue;
        names[n] = shares[i].first;
        parts[n++] = (cprof_merge_part){.profile = shares[i].profile, .scale = 1};
    }
    if (ok && (n < 2 || fit_together(parts, names, n, env, err)))
        return n == 0 || cprof_merge(parts, n, env, profile, err);
    for (size_t i = 0; i < n; i++)
        cprof_profile_free(parts[i].profile);
    return false;
}

enum { SOURCES_PER_THREAD = 3 }; /* a share of one or two is not worth a thread and its combining */

static bool load_entries(group *g, cprof_error *err) {
    const loader *l = g->loader;
    share shares[CPROF_THREADS_MAX];
    atomic_size_t read = 0;
    size_t count = g->entries.at.count;
    unsigned threads = cprof_threads_count(count, SOURCES_PER_THREAD);
    for (unsigned i = 0; i < threads; i++) {
        size_t from = count * i / threads, to = count * (i + 1) / threads;
        shares[i] = (share){.group = g,
                            .loader = l,
                            .entries = g->entries.at.at + from,
                            .count = to - from,
                            .read = &read,
                            .error = CPROF_ERROR_INIT};
    }
    cprof_threads_run(share_run, shares, sizeof *shares, threads);
    g->loaded = 0;
    for (unsigned i = 0; i < threads; i++)
        g->loaded += shares[i].loaded;
    return combine_shares(shares, threads, l->env, &g->profile, err);
}

static bool group_load(group *g, cprof_error *err) {
    size_t wanted = g->entries.at.count;
    if (!load_entries(g, err))
        return false;
    if (g->profile && g->profile->type_count == 0)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "profile has no samples");
    if (g->loaded == 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "none of the %zu %s profiles could be read", wanted,
                               g->kind);
    if (g->loaded < wanted)
        cprof_note(g->loader->env, "read %zu of %zu %s profiles", g->loaded, wanted, g->kind);
    return true;
}

/* The message has "NAME: " in front. */
static bool says_name(const cprof_error *err, const char *name) {
    cprof_error start;
    cprof_error_set(&start, err->code, -1, "%s: ", name); /* escaped as it is in the message */
    return strncmp(err->message, start.message, strlen(start.message)) == 0;
}

/* For cprof_threads_run. */
static void group_run(void *part) {
    group *g = part;
    g->ok = group_load(g, &g->error);
    if (!g->ok && g->alone && !says_name(&g->error, g->entries.at.at[0].name))
        cprof_error_prefix(&g->error, "%s", g->entries.at.at[0].name);
}

/* Finds and fetches what the group is to be read from.  group_deinit is to be called whether or not it
 * succeeds. */
static bool group_init(group *g, const loader *l, const char *kind, const char *const *paths, size_t count,
                       cprof_error *err) {
    *g = (group){.loader = l, .kind = kind, .ok = true, .error = CPROF_ERROR_INIT};
    if (!entries_init(&g->entries, paths, count, &l->url, l->env, err))
        return false;
    const entry *first = g->entries.at.at;
    g->alone = g->entries.at.count == 1;
    /* Merging rounds and drops by the sample; of what was fetched a whole copy is kept. */
    g->needs = l->stacks_only && g->alone && is_rereadable(first) ? CPROF_NEEDS_STACKS : CPROF_NEEDS_SAMPLES;
    return true;
}

static void group_deinit(group *g) {
    cprof_profile_free(g->profile);
    entries_deinit(&g->entries);
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

static bool subtract(cprof_profile **profile, cprof_profile *base, bool is_diff_base, bool for_sums,
                     const cprof_settings *settings, const cprof_env *env, cprof_error *err) {
    if (settings->normalize && !normalize(*profile, base, err)) {
        cprof_profile_free(base);
        return false;
    }
    cprof_merge_part parts[] = {{.profile = *profile, .scale = 1},
                                {.profile = base, .scale = -1, .is_diff_base = is_diff_base}};
    *profile = NULL;
    return for_sums ? cprof_merge_for_sums(parts, 2, env, profile, err)
                    : cprof_merge(parts, 2, env, profile, err);
}

static bool finish(const loader *l, cprof_profile *profile, bool has_files, cprof_error *err) {
    const cprof_settings *settings = l->settings;
    if (settings->all_frames)
        profile->drop_frames = profile->keep_frames = 0;
    return (!has_files || cprof_symbolize(profile, &l->mode, NULL, err)) &&
           (settings->add_comment.len == 0 || cprof_adjust_comment(profile, settings->add_comment, err));
}

/* True when a comparison of what stacks sum up to is that of the single samples: none is below 0, so nothing
 * has cancelled out, and no unit is converted, so nothing is rounded. */
static bool is_sum_safe(const cprof_profile *profile, const cprof_profile *base) {
    if (profile->type_count != base->type_count)
        return false;
    for (uint32_t i = 0; i < base->type_count; i++)
        if (!cprof_slice_equal(cprof_profile_string(profile, profile->types[i].type),
                               cprof_profile_string(base, base->types[i].type)) ||
            !cprof_slice_equal(cprof_profile_string(profile, profile->types[i].unit),
                               cprof_profile_string(base, base->types[i].unit)))
            return false;
    return !cprof_profile_has_negative(profile) && !cprof_profile_has_negative(base);
}

/* Reads the groups side by side. */
static bool load_groups(group *groups, unsigned count, cprof_error *err) {
    cprof_threads_run(group_run, groups, sizeof *groups, count);
    for (unsigned i = 0; i < count; i++)
        if (!groups[i].ok) {
            if (err)
                *err = groups[i].error;
            return false;
        }
    return true;
}

/* Reads again, sample by sample, what was summed while it was read. */
static bool reload_summed(group *groups, unsigned count, cprof_error *err) {
    for (unsigned i = 0; i < count; i++) {
        group *g = &groups[i];
        if (g->needs == CPROF_NEEDS_SAMPLES)
            continue;
        cprof_profile_free(g->profile);
        g->profile = NULL;
        g->needs = CPROF_NEEDS_SAMPLES;
        if (!load_groups(g, 1, err))
            return false;
    }
    return true;
}

static bool base_fits(const group *source, const group *base, const cprof_env *env, cprof_error *err) {
    const cprof_merge_part parts[] = {{.profile = source->profile}, {.profile = base->profile}};
    const char *const names[] = {source->entries.at.at[0].name, base->entries.at.at[0].name};
    return fit_together(parts, names, 2, env, err);
}

/* groups: the sources, and (count 2) the bases. */
static bool load_and_subtract(const loader *l, group *groups, unsigned count, bool is_diff_base,
                              cprof_profile **profile, cprof_error *err) {
    group *source = &groups[0], *base = &groups[1];
    bool ok = load_groups(groups, count, err);
    if (ok && count == 2 && !is_sum_safe(source->profile, base->profile))
        ok = reload_summed(groups, count, err);
    if (!ok || (count == 2 && !base_fits(source, base, l->env, err)))
        return false;
    *profile = source->profile;
    source->profile = NULL;
    if (count < 2)
        return true;
    cprof_profile *taken = base->profile;
    base->profile = NULL;
    bool for_sums = source->needs == CPROF_NEEDS_STACKS && base->needs == CPROF_NEEDS_STACKS;
    return subtract(profile, taken, is_diff_base, for_sums, l->settings, l->env, err);
}

static bool load(loader *l, const cprof_sources *sources, cprof_profile **profile, bool *is_fetched,
                 cprof_error *err) {
    const char *const *paths = sources->paths;
    size_t count = sources->path_count;
    /* A binary may stand in front of the profiles. */
    if (count > 1 && cprof_symbolize_is_binary(paths[0])) {
        l->program = *paths++;
        count--;
    }
    group groups[2] = {{.entries.env = l->env}, {.entries.env = l->env}};
    unsigned group_count = sources->base_count > 0 ? 2 : 1;
    bool has_files = false;
    bool ok =
        group_init(&groups[0], l, "source", paths, count, err) &&
        (group_count == 1 || group_init(&groups[1], l, "base", sources->bases, sources->base_count, err));
    ok = ok && load_and_subtract(l, groups, group_count, sources->is_diff_base, profile, err);
    for (unsigned i = 0; i < group_count; i++) {
        size_t fetched = groups[i].entries.urls.count;
        *is_fetched |= fetched > 0;
        has_files |= fetched < groups[i].entries.at.count;
        group_deinit(&groups[i]);
    }
    if (!ok && count == 1 && err && err->code == CPROF_ERR_UNKNOWN && cprof_symbolize_is_binary(paths[0]))
        cprof_error_set(err, CPROF_ERR_UNKNOWN, -1, "%s: is a binary: name the profiles behind it", paths[0]);
    return ok && finish(l, *profile, has_files, err);
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
                .stacks_only = sources->stacks_only &&
                               (sources->base_count == 0 || (sources->is_diff_base && !settings->normalize)),
                .url = {.seconds = settings->seconds,
                        .timeout = settings->timeout,
                        .tls_cert = w.cert,
                        .tls_key = w.key,
                        .tls_ca = w.ca}};
    *profile = NULL;
    *is_fetched = false;
    if (ok)
        cprof_symbolize_mode_parse(settings->symbolize, env, &l.mode);
    ok = ok && load(&l, sources, profile, is_fetched, err);
    words_deinit(&w);
    if (!ok) {
        cprof_profile_free(*profile);
        *profile = NULL;
    }
    return ok;
}
