/* How many nodes of which width there are: tells which are too narrow to be among the widest so many. */
#ifndef CPROF_REPORT_FLAME_WIDTHS_H
#define CPROF_REPORT_FLAME_WIDTHS_H

#include <stdatomic.h>
#include <stdint.h>

/* Widths of one class differ by a sixteenth at most; those below 32 have a class each. */
enum { CPROF_WIDTH_CLASSES = 61 * 16 };

typedef struct cprof_width_counts {
    atomic_uint of[CPROF_WIDTH_CLASSES]; /* nodes; any thread */
} cprof_width_counts;

/* width: at least 0. */
static inline unsigned cprof_width_class(int64_t width) {
    if (width < 16)
        return (unsigned)width;
    unsigned top = 63 - (unsigned)__builtin_clzll((uint64_t)width);
    return (top - 3) * 16 + ((uint64_t)width >> (top - 4) & 15);
}

static inline int64_t cprof_width_of_class(unsigned class) {
    return class < 16 ? (int64_t) class : (int64_t)((uint64_t)(16 + class % 16) << (class / 16 - 1));
}

static inline void cprof_width_count(cprof_width_counts *counts, int64_t width) {
    atomic_fetch_add_explicit(&counts->of[cprof_width_class(width)], 1, memory_order_relaxed);
}

/* The class of the narrowest of the widest max + 1 nodes; *before: how many are in classes above it.  0 where
 * there are no more than max. */
static inline unsigned cprof_width_limit(const cprof_width_counts *counts, uint32_t max, uint32_t *before) {
    uint64_t seen = 0;
    for (unsigned class = CPROF_WIDTH_CLASSES; class -- > 0;) {
        uint32_t count = atomic_load_explicit(&counts->of[class], memory_order_relaxed);
        *before = (uint32_t)seen;
        seen += count;
        if (seen > max)
            return class;
    }
    *before = (uint32_t)seen;
    return 0;
}

#endif
