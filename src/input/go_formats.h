/* Readers of the texts that Go programs write; each is a row of the table of formats (format.h). */
#ifndef CPROF_INPUT_GO_FORMATS_H
#define CPROF_INPUT_GO_FORMATS_H

#include "input/format.h"

/* debug=1 (and everything but goroutine with debug=2) */
cprof_parse cprof_go_heap_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                cprof_error *err);
cprof_parse cprof_go_count_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                 cprof_error *err);
cprof_parse cprof_go_contention_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                      cprof_error *err);
/* goroutine with debug=2, panics, SIGQUIT */
cprof_parse cprof_go_dump_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                cprof_error *err);
/* A heap profile in Kubernetes secrets, as JSON */
cprof_parse cprof_secrets_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                cprof_error *err);

#endif
