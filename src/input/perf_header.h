/* A sample's first line in `perf script`'s text. */
#ifndef CPROF_INPUT_PERF_HEADER_H
#define CPROF_INPUT_PERF_HEADER_H

#include "input/text.h"

typedef struct cprof_perf_header {
    cprof_slice comm, pid, tid; /* tid is empty where only one id is given */
    bool has_time, has_period;
    int64_t time; /* nanoseconds, of a clock that nobody knows */
    int64_t period;
    cprof_slice event; /* without modifiers: "cpu-clock" of "cpu-clock:u" */
    cprof_slice rest;  /* what follows on the line: the only frame, when there is no call chain */
} cprof_perf_header;

/* "comm PID[/TID] [CPU] TIME: PERIOD EVENT:" where CPU, TIME and PERIOD may be missing. */
bool cprof_perf_header_parse(cprof_slice line, cprof_perf_header *header);

#endif
