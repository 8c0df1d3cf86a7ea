/* "Did you mean …?": the name that takes the fewest slips of the finger. */
#ifndef CPROF_APP_NEAREST_H
#define CPROF_APP_NEAREST_H

#include "base/slice.h"

typedef struct cprof_nearest {
    cprof_slice word;
    const char *best; /* NULL: nothing is near enough */
    unsigned distance;
    const char *longer; /* a name that begins with the word */
    size_t longer_count;
} cprof_nearest;

cprof_nearest cprof_nearest_start(cprof_slice word);
/* name is borrowed; the first of several that are equally near is kept. */
void cprof_nearest_try(cprof_nearest *nearest, const char *name);
/* What was meant: the only name that the word is short for, else the nearest one; NULL: nothing comes near.
 */
const char *cprof_nearest_name(const cprof_nearest *nearest);

/* Letters to put in, take out, replace, or swap with their neighbour; words longer than 63 bytes are as far
 * from anything as they are long. */
unsigned cprof_edit_distance(cprof_slice a, cprof_slice b);

#endif
