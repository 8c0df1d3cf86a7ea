/* goroutines: who waits for what, for how long; and what has come and gone between two dumps.
 *
 * Goroutines are put together by stack and state.  The labels state, wait, created_by and locked, which
 * goroutine dumps are read with, say the rest; profiles without them are grouped by stack alone.
 */
#ifndef CPROF_REPORT_GOROUTINES_H
#define CPROF_REPORT_GOROUTINES_H

#include "base/regex.h"
#include "report/goroutine_stacks.h"

enum { CPROF_GOROUTINE_EXAMPLES = 5, CPROF_GOROUTINE_DUMPS = 2 };

typedef struct cprof_goroutines_options {
    cprof_regex *state; /* only goroutines in a state that matches; NULL: all.  Borrowed. */
    int64_t min_wait;   /* minutes: only goroutines that have waited so long; 0: all */
    long limit;         /* groups of each section that are kept; 0: all */
} cprof_goroutines_options;

/* A group's goroutines in one dump. */
typedef struct cprof_goroutine_side {
    int64_t count, locked;                  /* locked: to their threads */
    int64_t longest;                        /* minutes; 0: less than one, or not known */
    double median;                          /* minutes */
    uint64_t ids[CPROF_GOROUTINE_EXAMPLES]; /* of those that wait longest */
    uint32_t id_count;
} cprof_goroutine_side;

typedef struct cprof_goroutine_group {
    uint32_t stack;         /* row of stacks.stacks */
    cprof_str state;        /* 0: not known */
    cprof_str creator;      /* that most of them have; 0: none, or not known */
    uint32_t creator_count; /* different ones */
    double percent;         /* of the dump's goroutines; of two dumps what has come or (below 0) gone, of the
                             * larger one's */
    cprof_goroutine_side side[CPROF_GOROUTINE_DUMPS];
} cprof_goroutine_group;

typedef enum cprof_goroutine_section {
    CPROF_GOROUTINES_LEFT, /* with one dump, all */
    CPROF_GOROUTINES_BOTH,
    CPROF_GOROUTINES_RIGHT,
    CPROF_GOROUTINE_SECTIONS
} cprof_goroutine_section;

typedef struct cprof_goroutine_sum {
    uint32_t groups;                      /* all of them */
    int64_t count[CPROF_GOROUTINE_DUMPS]; /* their goroutines */
    uint32_t first, kept;                 /* groups that are kept: groups.at[first .. first + kept) */
} cprof_goroutine_sum;

typedef struct cprof_goroutines {
    const cprof_env *env;
    uint32_t dumps;                       /* 1 or 2 */
    int64_t total[CPROF_GOROUTINE_DUMPS]; /* goroutines in the dump, before min_wait and state */
    cprof_goroutine_stacks stacks;        /* strings, too */
    CPROF_VEC(cprof_goroutine_group) groups;
    cprof_goroutine_sum sections[CPROF_GOROUTINE_SECTIONS];
} cprof_goroutines;

/* Samples of a base (labelled pprof::base, with negative values) are the left dump, the others the right one.
 * Whether or not it succeeds, cprof_goroutines_deinit is to be called. */
bool cprof_goroutines_init(cprof_goroutines *goroutines, const cprof_view *view,
                           const cprof_goroutines_options *options, cprof_error *err);
void cprof_goroutines_deinit(cprof_goroutines *goroutines);

/* "10m", "2h", "90s", "15" (minutes) -> minutes, rounded up; false and err for what is no duration. */
bool cprof_goroutines_minutes(cprof_slice text, int64_t *minutes, cprof_error *err);

#endif
