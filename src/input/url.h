/* Profiles from running processes: HTTP and HTTPS sources.
 *
 * Several are fetched at the same time.  Answers are kept in memory on the budget; time, size and the number
 * of redirects are bounded; nothing but http and https is ever spoken.
 */
#ifndef CPROF_INPUT_URL_H
#define CPROF_INPUT_URL_H

#include "base/vec.h"

typedef struct cprof_url_options {
    long seconds;                            /* length of a profile to collect; <= 0: as the URL says */
    long timeout;                            /* seconds for the whole answer; <= 0: by the length */
    const char *tls_cert, *tls_key, *tls_ca; /* files; NULL or "": none */
    uint64_t max_bytes;                      /* of an answer; 0: 4 GiB */
} cprof_url_options;

typedef CPROF_VEC(char) cprof_url_bytes;

typedef struct cprof_url_answer {
    cprof_url_bytes url;   /* what was asked for in the end, NUL-terminated */
    cprof_url_bytes bytes; /* the body */
    bool ok;
    cprof_error error; /* when not ok */
} cprof_url_answer;

/* True for what is meant as a URL: with a scheme, or HOST:PORT/PATH.  Ask for files first. */
bool cprof_url_is(const char *source);

/* Fetches all sources; answers has count entries, each to be freed with cprof_url_answer_deinit.  False (and
 * err) only when nothing could be tried: wrong TLS options, no memory, stopped, a build without libcurl. */
bool cprof_url_fetch(const char *const *sources, size_t count, const cprof_url_options *options,
                     const cprof_env *env, cprof_url_answer *answers, cprof_error *err);
void cprof_url_answer_deinit(cprof_url_answer *answer, const cprof_env *env);

/* Sends body to a URL and takes the answer: for symbol servers. */
bool cprof_url_post(const char *url, cprof_slice body, const cprof_url_options *options, const cprof_env *env,
                    cprof_url_answer *answer, cprof_error *err);

#endif
