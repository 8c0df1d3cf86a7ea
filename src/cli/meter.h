/* One line on the terminal that says how far long work is, and goes away again. */
#ifndef CPROF_CLI_METER_H
#define CPROF_CLI_METER_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct cprof_meter {
    int fd;           /* a terminal */
    uint64_t due;     /* ns of the monotonic clock: not to be shown before */
    atomic_flag busy; /* somebody is showing it */
    atomic_bool shown;
} cprof_meter;

void cprof_meter_init(cprof_meter *meter, int fd);
/* For cprof_env: context is the cprof_meter. */
void cprof_meter_show(void *context, const char *stage, uint64_t part, uint64_t total);
void cprof_meter_erase(cprof_meter *meter);

#endif
