#include "input/format.h"
#include "input/go_formats.h"
#include "input/producers.h"

const cprof_format cprof_formats[] = {
    {"Go heap profile (text)", cprof_go_heap_parse},
    {"Go count profile (text)", cprof_go_count_parse},
    {"Go contention profile (text)", cprof_go_contention_parse},
    {"Kubernetes secrets", cprof_secrets_parse},
    {"gperftools CPU profile", cprof_parse_legacy_cpu},
    {"symbolized profile", cprof_parse_legacy_symbolized},
    {"heap profile (text)", cprof_parse_legacy_heap},
    {"jemalloc heap profile", cprof_parse_jemalloc},
    {"counted stacks (text)", cprof_parse_legacy_count},
    {"stacks of threads (text)", cprof_parse_legacy_thread},
    {"contention profile (text)", cprof_parse_legacy_contention},
    {"Java profile (text)", cprof_parse_legacy_java},
    {"OTLP profile", cprof_parse_otlp},
    {"V8 CPU profile", cprof_parse_v8_cpuprofile},
    {"V8 heap profile", cprof_parse_v8_heapprofile},
    {"perf script", cprof_parse_perf_script},
    /* A dump may stand anywhere in a log: after what is recognised by its start. */
    {"Go goroutine dump", cprof_go_dump_parse},
    /* Known by nothing but their looks. */
    {"folded stacks", cprof_parse_folded},
    {0},
};
