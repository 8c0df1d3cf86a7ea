/* Readers of what programs other than Go's write; each is a cprof_format.parse. */
#ifndef CPROF_INPUT_PRODUCERS_H
#define CPROF_INPUT_PRODUCERS_H

#include "input/format.h"

#define CPROF_PARSER(name)                                                                                   \
    cprof_parse name(cprof_slice text, const cprof_env *env, cprof_profile **profile, cprof_error *err)

/* gperftools and kin. */
CPROF_PARSER(cprof_parse_legacy_cpu);
CPROF_PARSER(cprof_parse_legacy_heap);
CPROF_PARSER(cprof_parse_legacy_count);
CPROF_PARSER(cprof_parse_legacy_contention);
CPROF_PARSER(cprof_parse_legacy_thread);
CPROF_PARSER(cprof_parse_legacy_java);
CPROF_PARSER(cprof_parse_legacy_symbolized);
CPROF_PARSER(cprof_parse_jemalloc);

CPROF_PARSER(cprof_parse_folded);
CPROF_PARSER(cprof_parse_perf_script);
CPROF_PARSER(cprof_parse_v8_cpuprofile);
CPROF_PARSER(cprof_parse_v8_heapprofile);

CPROF_PARSER(cprof_parse_otlp);
/* True when the first bytes of an input are those of an OTLP profile and not of a profile.proto: both are
 * protobuf, and both start with the fields 1 and 2. */
bool cprof_otlp_looks_like(cprof_slice head);

#endif
