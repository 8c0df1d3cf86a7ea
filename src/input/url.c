#include "input/url.h"

#include "base/library.h"
#include "base/sink.h"
#include "base/utf8.h"

#define CURL_DISABLE_TYPECHECK /* its macros would hide the functions */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

enum {
    AT_ONCE = 64, /* transfers */
    REDIRECTS = 5,
    CONNECT_SECONDS = 20,
    DEFAULT_SECONDS = 60, /* for an answer, where no length is known */
    GRACE_SECONDS = 5,    /* on top of what the server was asked to take */
    WAIT_MS = 200,
    BODY_SHOWN = 200 /* bytes of an error's body */
};
#define DEFAULT_MAX_BYTES ((uint64_t)4 << 30)

#define FUNCTIONS(X)                                                                                         \
    X(curl_easy_cleanup)                                                                                     \
    X(curl_easy_getinfo)                                                                                     \
    X(curl_easy_init)                                                                                        \
    X(curl_easy_setopt)                                                                                      \
    X(curl_easy_strerror)                                                                                    \
    X(curl_free)                                                                                             \
    X(curl_multi_add_handle)                                                                                 \
    X(curl_multi_cleanup)                                                                                    \
    X(curl_multi_info_read)                                                                                  \
    X(curl_multi_init)                                                                                       \
    X(curl_multi_perform)                                                                                    \
    X(curl_multi_poll)                                                                                       \
    X(curl_multi_remove_handle)                                                                              \
    X(curl_slist_append)                                                                                     \
    X(curl_slist_free_all)                                                                                   \
    X(curl_url)                                                                                              \
    X(curl_url_cleanup)                                                                                      \
    X(curl_url_get)                                                                                          \
    X(curl_url_set)

static struct { FUNCTIONS(CPROF_LIBRARY_SLOT) } curl;
static const char *const names[] = {FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_CURL_SONAME, names, curl);

/* ---- what is asked for -----------------------------------------------------------------------------------
 */

typedef struct transfer {
    cprof_url_answer *answer;
    const cprof_env *env;
    uint64_t max_bytes;
    long seconds; /* that the server was asked to collect; 0: not known */
    CURL *handle;
    struct curl_slist *headers;
    bool from_pprof; /* the server says that it is a profile handler: its words are worth showing */
    bool no_memory, too_large;
    char message[CURL_ERROR_SIZE];
} transfer;

static bool set_text(transfer *t, const char *text) {
    return cprof_vec_append(t->env, &t->answer->url, text, strlen(text) + 1);
}

/* The query without its `seconds`, which is returned in *seconds. */
static void take_seconds(char *query, long *seconds) {
    char *to = query, *next = NULL;
    bool first = true;
    for (char *part = strtok_r(query, "&", &next); part; part = strtok_r(NULL, "&", &next)) {
        if (strncmp(part, "seconds=", 8) == 0) {
            *seconds = strtol(part + 8, NULL, 10);
            continue;
        }
        size_t n = strlen(part);
        if (!first)
            *to++ = '&';
        memmove(to, part, n);
        to += n;
        first = false;
    }
    *to = 0;
}

/* Brings a source into the form that is fetched: a scheme, the CPU profile where no path is named, seconds.
 */
static bool make_url(transfer *t, const char *source, const cprof_url_options *o, bool *insecure) {
    static const char insecure_scheme[] = "https+insecure://";
    CURLU *u = curl.curl_url();
    char *path = NULL, *query = NULL, *whole = NULL;
    *insecure = strncasecmp(source, insecure_scheme, sizeof insecure_scheme - 1) == 0;
    size_t room = strlen(source) + 16;
    char *text = malloc(room);
    bool ok = u && text;
    if (ok) {
        const char *rest = *insecure ? source + sizeof insecure_scheme - 1 : source;
        snprintf(text, room, "%s%s", *insecure ? "https://" : strstr(source, "://") ? "" : "http://", rest);
        ok = curl.curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK &&
             curl.curl_url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK;
    }
    if (ok && curl.curl_url_get(u, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
        take_seconds(query, &t->seconds);
    if (ok && (!*path || strcmp(path, "/") == 0))
        curl.curl_url_set(u, CURLUPART_PATH, "/debug/pprof/profile", 0);
    if (o->seconds > 0)
        t->seconds = o->seconds;
    if (ok) {
        char length[32];
        snprintf(length, sizeof length, "seconds=%ld", t->seconds);
        curl.curl_url_set(u, CURLUPART_QUERY, query && *query ? query : NULL, 0);
        if (t->seconds > 0)
            curl.curl_url_set(u, CURLUPART_QUERY, length, CURLU_APPENDQUERY);
        ok = curl.curl_url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK && set_text(t, whole);
    }
    curl.curl_free(path);
    curl.curl_free(query);
    curl.curl_free(whole);
    curl.curl_url_cleanup(u);
    free(text);
    return ok || cprof_error_set(&t->answer->error, CPROF_ERR_USAGE, -1, "no URL that can be fetched");
}

/* ---- the answer ------------------------------------------------------------------------------------------
 */

static size_t take_body(char *bytes, size_t one, size_t n, void *context) {
    transfer *t = context;
    (void)one;
    t->too_large = n > t->max_bytes - t->answer->bytes.count;
    if (t->too_large)
        return 0;
    t->no_memory = !cprof_vec_append(t->env, &t->answer->bytes, bytes, n);
    return t->no_memory ? 0 : n;
}

static size_t take_header(char *bytes, size_t one, size_t n, void *context) {
    static const char name[] = "X-Go-Pprof:";
    transfer *t = context;
    if (n * one >= sizeof name - 1 && strncasecmp(bytes, name, sizeof name - 1) == 0)
        t->from_pprof = true;
    return n * one;
}

static void set_limits(transfer *t, const cprof_url_options *o) {
    long timeout = o->timeout > 0   ? o->timeout
                   : t->seconds > 0 ? t->seconds + t->seconds / 2
                                    : DEFAULT_SECONDS;
    curl.curl_easy_setopt(t->handle, CURLOPT_TIMEOUT, timeout + GRACE_SECONDS);
    curl.curl_easy_setopt(t->handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl.curl_easy_setopt(t->handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl.curl_easy_setopt(t->handle, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    curl.curl_easy_setopt(t->handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.curl_easy_setopt(t->handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl.curl_easy_setopt(t->handle, CURLOPT_NOSIGNAL, 1L);
}

static void set_tls(transfer *t, const cprof_url_options *o, bool insecure) {
    if (o->tls_cert && *o->tls_cert) {
        curl.curl_easy_setopt(t->handle, CURLOPT_SSLCERT, o->tls_cert);
        curl.curl_easy_setopt(t->handle, CURLOPT_SSLKEY, o->tls_key);
    }
    if (o->tls_ca && *o->tls_ca)
        curl.curl_easy_setopt(t->handle, CURLOPT_CAINFO, o->tls_ca);
    curl.curl_easy_setopt(t->handle, CURLOPT_SSL_VERIFYPEER, insecure ? 0L : 1L);
    curl.curl_easy_setopt(t->handle, CURLOPT_SSL_VERIFYHOST, insecure ? 0L : 2L);
}

static bool start(transfer *t, const char *source, const cprof_url_options *o, const cprof_env *env) {
    bool insecure;
    t->env = env;
    t->max_bytes = o->max_bytes ? o->max_bytes : DEFAULT_MAX_BYTES;
    t->handle = curl.curl_easy_init();
    if (!t->handle)
        return cprof_error_memory(env, &t->answer->error);
    if (!make_url(t, source, o, &insecure))
        return false;
    set_limits(t, o);
    set_tls(t, o, insecure);
    curl.curl_easy_setopt(t->handle, CURLOPT_URL, t->answer->url.at);
    curl.curl_easy_setopt(t->handle, CURLOPT_USERAGENT, "cprof");
    curl.curl_easy_setopt(t->handle, CURLOPT_WRITEFUNCTION, take_body);
    curl.curl_easy_setopt(t->handle, CURLOPT_WRITEDATA, t);
    curl.curl_easy_setopt(t->handle, CURLOPT_HEADERFUNCTION, take_header);
    curl.curl_easy_setopt(t->handle, CURLOPT_HEADERDATA, t);
    curl.curl_easy_setopt(t->handle, CURLOPT_ERRORBUFFER, t->message);
    curl.curl_easy_setopt(t->handle, CURLOPT_PRIVATE, t);
    return true;
}

/* "server answered 404", with the first line of what it says where it is a profile handler. */
static void explain_status(transfer *t, long status) {
    cprof_sink sink;
    cprof_slice body = {t->answer->bytes.at, t->answer->bytes.count}, line = {"", 0};
    cprof_sink_init_memory(&sink, NULL);
    cprof_sink_printf(&sink, "the server answered %ld", status);
    if (t->from_pprof && cprof_slice_next_line(&body, &line) && line.len > 0) {
        cprof_sink_puts(&sink, ": ");
        cprof_sink_escaped(&sink, cprof_slice_sub(line, 0, BODY_SHOWN), false);
    }
    cprof_error_set(&t->answer->error, CPROF_ERR_IO, -1, "%.*s", CPROF_SLICE_ARG(cprof_sink_bytes(&sink)));
    cprof_sink_deinit(&sink);
}

static void conclude(transfer *t, CURLcode result) {
    cprof_error *err = &t->answer->error;
    long status = 0;
    curl.curl_easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &status);
    if (t->no_memory)
        cprof_error_memory(t->env, err);
    else if (t->too_large)
        cprof_error_set(err, CPROF_ERR_LIMIT, -1, "the answer is larger than %llu bytes",
                        (unsigned long long)t->max_bytes);
    else if (result == CURLE_OPERATION_TIMEDOUT)
        cprof_error_set(err, CPROF_ERR_IO, -1, "no whole answer in time: -timeout gives it longer (%s)",
                        t->message);
    else if (result == CURLE_TOO_MANY_REDIRECTS)
        cprof_error_set(err, CPROF_ERR_IO, -1, "more than %d redirects", REDIRECTS);
    else if (result == CURLE_PEER_FAILED_VERIFICATION)
        cprof_error_set(
            err, CPROF_ERR_IO, -1,
            "the server's certificate is not trusted (%s): name its authority with -tls_ca, or ask with "
            "https+insecure://",
            t->message);
    else if (result != CURLE_OK)
        cprof_error_set(err, CPROF_ERR_IO, -1, "%s",
                        *t->message ? t->message : curl.curl_easy_strerror(result));
    else if (status != 200)
        explain_status(t, status);
    else
        t->answer->ok = true;
}

/* ---- many at once ----------------------------------------------------------------------------------------
 */

static bool check_tls(const cprof_url_options *o, cprof_error *err) {
    bool cert = o->tls_cert && *o->tls_cert, key = o->tls_key && *o->tls_key;
    if (cert == key)
        return true;
    return cprof_error_set(err, CPROF_ERR_USAGE, -1,
                           cert ? "-tls_cert needs -tls_key" : "-tls_key needs -tls_cert");
}

static void report_progress(const transfer *transfers, size_t count, time_t since, const cprof_env *env) {
    uint64_t bytes = 0;
    long longest = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += transfers[i].answer->bytes.count;
        longest = transfers[i].seconds > longest ? transfers[i].seconds : longest;
    }
    long passed = (long)(time(NULL) - since);
    if (longest > 0 && bytes == 0)
        cprof_progress(env, "collecting a profile (s)", (uint64_t)(passed < longest ? passed : longest),
                       (uint64_t)longest);
    else
        cprof_progress(env, "fetching", bytes, 0);
}

static void collect_finished(CURLM *multi) {
    int left;
    for (CURLMsg *m; (m = curl.curl_multi_info_read(multi, &left));) {
        transfer *t = NULL;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl.curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        conclude(t, m->data.result);
    }
}

/* Starts transfers as long as there are fewer than AT_ONCE: time runs for each from its start on. */
static void start_more(CURLM *multi, const transfer *transfers, size_t count, size_t *next, int running) {
    for (; *next < count && running < AT_ONCE; ++*next) {
        if (transfers[*next].answer->error.code == CPROF_OK) {
            curl.curl_multi_add_handle(multi, transfers[*next].handle);
            running++;
        }
    }
}

static bool run_all(CURLM *multi, const transfer *transfers, size_t count, const cprof_env *env,
                    cprof_error *err) {
    time_t since = time(NULL);
    size_t next = 0;
    int running = 0;
    do {
        if (cprof_stopped(env, err))
            return false;
        start_more(multi, transfers, count, &next, running);
        if (curl.curl_multi_perform(multi, &running) != CURLM_OK ||
            (running > 0 && curl.curl_multi_poll(multi, NULL, 0, WAIT_MS, NULL) != CURLM_OK))
            return cprof_error_set(err, CPROF_ERR_IO, -1, "fetching failed");
        collect_finished(multi);
        report_progress(transfers, count, since, env);
    } while (running > 0 || next < count);
    return true;
}

static bool run_transfers(transfer *transfers, size_t count, const cprof_env *env, cprof_error *err) {
    CURLM *multi = curl.curl_multi_init();
    if (!multi)
        return cprof_error_memory(env, err);
    bool ok = run_all(multi, transfers, count, env, err);
    for (size_t i = 0; i < count; i++)
        if (transfers[i].handle)
            curl.curl_multi_remove_handle(multi, transfers[i].handle);
    curl.curl_multi_cleanup(multi);
    return ok;
}

static bool fetch(const char *const *sources, size_t count, const cprof_slice *body,
                  const cprof_url_options *options, const cprof_env *env, cprof_url_answer *answers,
                  cprof_error *err) {
    transfer *transfers = calloc(count ? count : 1, sizeof *transfers);
    memset(answers, 0, count * sizeof *answers);
    if (!transfers)
        return cprof_error_memory(env, err);
    bool ok = cprof_library_load(&library, err) && check_tls(options, err);
    for (size_t i = 0; ok && i < count; i++) {
        transfers[i].answer = &answers[i];
        answers[i].error.offset = -1;
        if (start(&transfers[i], sources[i], options, env) && body) {
            curl.curl_easy_setopt(transfers[i].handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
            curl.curl_easy_setopt(transfers[i].handle, CURLOPT_POSTFIELDS, body->ptr);
            transfers[i].headers = curl.curl_slist_append(NULL, "Content-Type: application/octet-stream");
            curl.curl_easy_setopt(transfers[i].handle, CURLOPT_HTTPHEADER, transfers[i].headers);
        }
    }
    ok = ok && run_transfers(transfers, count, env, err);
    for (size_t i = 0; i < count; i++) {
        if (transfers[i].handle)
            curl.curl_easy_cleanup(transfers[i].handle);
        if (transfers[i].headers) /* else the library may not be there */
            curl.curl_slist_free_all(transfers[i].headers);
    }
    free(transfers);
    return ok;
}

bool cprof_url_fetch(const char *const *sources, size_t count, const cprof_url_options *options,
                     const cprof_env *env, cprof_url_answer *answers, cprof_error *err) {
    return fetch(sources, count, NULL, options, env, answers, err);
}

bool cprof_url_post(const char *url, cprof_slice body, const cprof_url_options *options, const cprof_env *env,
                    cprof_url_answer *answer, cprof_error *err) {
    return fetch(&url, 1, &body, options, env, answer, err);
}

void cprof_url_answer_deinit(cprof_url_answer *answer, const cprof_env *env) {
    cprof_vec_free(env, &answer->url);
    cprof_vec_free(env, &answer->bytes);
}
