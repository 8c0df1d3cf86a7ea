/* Stands in for url.c in a build without libcurl: URLs are refused. */
#include "input/url.h"

#include <string.h>

static bool say_so(cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1,
                           "this build fetches nothing: rebuild with libcurl (-DCPROF_WITH_CURL=ON)");
}

bool cprof_url_fetch(const char *const *sources, size_t count, const cprof_url_options *options,
                     const cprof_env *env, cprof_url_answer *answers, cprof_error *err) {
    (void)sources, (void)options, (void)env;
    memset(answers, 0, count * sizeof *answers);
    return say_so(err);
}

bool cprof_url_post(const char *url, cprof_slice body, const cprof_url_options *options, const cprof_env *env,
                    cprof_url_answer *answer, cprof_error *err) {
    (void)url, (void)body, (void)options, (void)env;
    memset(answer, 0, sizeof *answer);
    return say_so(err);
}

void cprof_url_answer_deinit(cprof_url_answer *answer, const cprof_env *env) {
    (void)answer, (void)env;
}
