/* Stacks of several profiles, told apart by what stands in them: functions, files and lines. */
#ifndef CPROF_REPORT_GOROUTINE_STACKS_H
#define CPROF_REPORT_GOROUTINE_STACKS_H

#include "transform/view.h"

typedef struct cprof_goroutine_frame {
    cprof_str function, file; /* in the stacks' own strings */
    int64_t line;
    bool inlined; /* into the frame behind it */
} cprof_goroutine_frame;

typedef struct cprof_goroutine_stack {
    uint32_t first, count; /* into frame_rows; leaf first */
} cprof_goroutine_stack;

typedef struct cprof_goroutine_stacks {
    const cprof_env *env;
    cprof_strtab strings;
    CPROF_VEC(cprof_goroutine_frame) frames;
    cprof_index frame_index;
    CPROF_VEC(cprof_goroutine_stack) stacks;
    CPROF_VEC(uint32_t) frame_rows;
    cprof_index stack_index;
} cprof_goroutine_stacks;

/* Whether or not it succeeds, cprof_goroutine_stacks_deinit is to be called. */
bool cprof_goroutine_stacks_init(cprof_goroutine_stacks *stacks, const cprof_env *env, cprof_error *err);
void cprof_goroutine_stacks_deinit(cprof_goroutine_stacks *stacks);

/* rows: for each stack of the view's profile, the row of the equal one in `stacks`; room for all of them.
 * Only stacks of the view's samples are looked at, the others' rows are CPROF_NONE. */
bool cprof_goroutine_stacks_add(cprof_goroutine_stacks *stacks, const cprof_view *view, uint32_t *rows,
                                cprof_error *err);

#endif
