/* Numbers that may leave 64 bits: they stay at the bound, and somebody says so once. */
#ifndef CPROF_TRANSFORM_SCALE_H
#define CPROF_TRANSFORM_SCALE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define CPROF_CLIPPED_NOTE "values do not fit in 64 bits: they stay at the bound"

static inline int64_t cprof_clip(double value, bool *clipped) {
    if (value >= -0x1p63 && value < 0x1p63)
        return (int64_t)value;
    *clipped = true;
    return isnan(value) ? 0 : value < 0 ? INT64_MIN : INT64_MAX;
}

/* value times factor, half away from zero.  Changing the sign loses nothing. */
static inline int64_t cprof_scaled(int64_t value, double factor, bool *clipped) {
    if (factor == 1)
        return value;
    if (factor == -1 && value != INT64_MIN)
        return -value;
    return cprof_clip(round((double)value * factor), clipped);
}

static inline int64_t cprof_sum(int64_t a, int64_t b, bool *clipped) {
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    *clipped = true;
    return b < 0 ? INT64_MIN : INT64_MAX;
}

#endif
