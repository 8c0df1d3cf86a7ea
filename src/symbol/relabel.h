/* New lines for the locations of a profile that nobody else sees yet: collected first, put in place in one
 * go, so that a profile is as it was or whole. */
#ifndef CPROF_SYMBOL_RELABEL_H
#define CPROF_SYMBOL_RELABEL_H

#include "base/hash.h"
#include "base/vec.h"
#include "profile/profile.h"

typedef struct cprof_relabel_line {
    uint32_t function; /* row of the relabeling's functions */
    int64_t line, column;
} cprof_relabel_line;

typedef struct cprof_relabel_function {
    cprof_str name, file;
    int64_t start_line;
} cprof_relabel_function;

/* All fields are its own. */
typedef struct cprof_relabel {
    cprof_profile *profile;
    uint32_t *first, *count; /* of a location's new lines; count CPROF_NONE: it keeps the old ones */
    CPROF_VEC(cprof_relabel_line) lines;
    CPROF_VEC(cprof_relabel_function) functions;
    cprof_index index; /* of functions */
} cprof_relabel;

/* Deinit it whether or not this succeeds. */
bool cprof_relabel_init(cprof_relabel *relabel, cprof_profile *profile, cprof_error *err);
void cprof_relabel_deinit(cprof_relabel *relabel);

/* One more line for a location, the innermost call first; a location's lines are added one behind the
 * other.  False when there is no memory. */
bool cprof_relabel_add(cprof_relabel *relabel, uint32_t location, cprof_slice function, cprof_slice file,
                       int64_t line, int64_t column, int64_t start_line);

/* True when the location has lines, old or new. */
bool cprof_relabel_has_lines(const cprof_relabel *relabel, uint32_t location);

/* Puts the new lines in place of the old ones. */
bool cprof_relabel_apply(cprof_relabel *relabel, cprof_error *err);

#endif
