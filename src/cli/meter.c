#include "cli/meter.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const uint64_t MS = 1000000;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

void cprof_meter_init(cprof_meter *meter, int fd) {
    meter->fd = fd;
    meter->due = now() + 400 * MS; /* what is quick needs no telling */
    atomic_flag_clear(&meter->busy);
    atomic_init(&meter->shown, false);
}

void cprof_meter_show(void *context, const char *stage, uint64_t part, uint64_t total) {
    cprof_meter *meter = context;
    if (atomic_flag_test_and_set(&meter->busy))
        return;
    uint64_t t = now();
    if (t >= meter->due) {
        char line[128];
        int n = total ? snprintf(line, sizeof line, "\r\033[K%s %u%%", stage,
                                 (unsigned)((double)(part < total ? part : total) * 100 / (double)total))
                      : snprintf(line, sizeof line, "\r\033[K%s", stage);
        if (n > 0 && write(meter->fd, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1) > 0)
            atomic_store(&meter->shown, true);
        meter->due = t + 100 * MS;
    }
    atomic_flag_clear(&meter->busy);
}

void cprof_meter_erase(cprof_meter *meter) {
    if (atomic_exchange(&meter->shown, false))
        (void)!write(meter->fd, "\r\033[K", 4);
}
