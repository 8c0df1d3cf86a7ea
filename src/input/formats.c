#include "input/format.h"
#include "input/go_formats.h"

const cprof_format cprof_formats[] = {
    {"Go heap profile (text)", cprof_go_heap_parse},
    {"Go count profile (text)", cprof_go_count_parse},
    {"Go contention profile (text)", cprof_go_contention_parse},
    {"Kubernetes secrets", cprof_secrets_parse},
    /* A dump may stand anywhere in a log: after what is recognised by its start. */
    {"Go goroutine dump", cprof_go_dump_parse},
    {0},
};
