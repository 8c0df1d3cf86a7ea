/* Sums that stay at the bounds of 64 bits, and conversions that are defined for every input. */
#ifndef CPROF_GRAPH_ARITH_H
#define CPROF_GRAPH_ARITH_H

#include <stdbool.h>
#include <stdint.h>

/* *sum += x; at the bound (and *overflowed) where that leaves 64 bits. */
static inline void cprof_i64_add(int64_t *sum, int64_t x, bool *overflowed) {
    if (__builtin_add_overflow(*sum, x, sum)) {
        *sum = x < 0 ? INT64_MIN : INT64_MAX;
        *overflowed = true;
    }
}

/* |x|, and INT64_MIN for INT64_MIN. */
static inline int64_t cprof_i64_abs(int64_t x) {
    return x < 0 ? (int64_t)(0 - (uint64_t)x) : x;
}

/* Towards zero; INT64_MIN where x is no number or does not fit. */
static inline int64_t cprof_i64_of(double x) {
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

/* a / b towards zero; a where b is 0. */
static inline int64_t cprof_i64_mean(int64_t a, int64_t b) {
    if (b == 0)
        return a;
    return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

/* The part of `total` below which something is left out: |total * fraction|. */
static inline int64_t cprof_i64_cutoff(int64_t total, double fraction) {
    return cprof_i64_abs(cprof_i64_of((double)total * fraction));
}

#endif
