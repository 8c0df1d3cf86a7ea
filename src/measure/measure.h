/* Units, scaling and the labels of values.
 *
 * Families: memory (B, kB, MB … of 1024), time (ns, us, ms, s, hrs) and GCU; any other unit is kept as it
 * is.  Units are matched without case and without a plural "s".  "minimum" and "auto" ask for the unit that
 * suits the value.
 */
#ifndef CPROF_MEASURE_MEASURE_H
#define CPROF_MEASURE_MEASURE_H

#include "base/slice.h"
#include "cprof/error.h"

/* Bytes that a value's label takes at most, with its NUL; longer units are cut. */
#define CPROF_LABEL_MAX 96

/* value in `from` units, in `to` units.  *unit becomes the unit's short name: "" when it says nothing
 * (count, sample, …); static, or borrowed from `to`. */
double cprof_measure_scale(int64_t value, cprof_slice from, cprof_slice to, cprof_slice *unit);

/* "1.50MB", "0", "12"; returns a slice of buffer. */
cprof_slice cprof_measure_label(int64_t value, cprof_slice from, cprof_slice to,
                                char buffer[CPROF_LABEL_MAX]);

/* "12.34%", " 0.12%", "  100%": always of value's absolute share, at least two digits; returns a slice of
 * buffer. */
cprof_slice cprof_measure_percentage(int64_t value, int64_t total, char buffer[CPROF_LABEL_MAX]);

/* True when values in the one unit can be given in the other. */
bool cprof_measure_same_family(cprof_slice a, cprof_slice b);

#endif
