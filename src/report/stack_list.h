/* The distinct stacks of a view, for files that other tools read: those whose frames are named alike are
 * one, in the order of their first sample. */
#ifndef CPROF_REPORT_STACK_LIST_H
#define CPROF_REPORT_STACK_LIST_H

#include "report/stacks.h"

typedef enum cprof_frame_mark {
    CPROF_MARK_NONE,
    CPROF_MARK_INLINED, /* into its caller */
    CPROF_MARK_KERNEL,  /* code of the system's kernel */
    CPROF_MARK_JIT      /* compiled at run time */
} cprof_frame_mark;

typedef struct cprof_stack_row {
    uint32_t stack; /* row of the profile's stacks: the first of this name */
    cprof_stack_sum sum;
} cprof_stack_row;

typedef struct cprof_stack_list {
    cprof_report *report; /* borrowed */
    cprof_stacks_model stacks;
    CPROF_VEC(cprof_stack_row) rows;
    uint32_t *row_of;      /* by row of the profile's stacks; CPROF_NONE where no sample has it */
    uint8_t *mapping_mark; /* by mapping: a cprof_frame_mark */
} cprof_stack_list;

/* deinit is needed either way. */
bool cprof_stack_list_init(cprof_stack_list *list, cprof_report *report, cprof_error *err);
void cprof_stack_list_deinit(cprof_stack_list *list);

/* As cprof_stack_walk_next, with the frame's mark. */
bool cprof_stack_list_next(const cprof_stack_list *list, cprof_stack_walk *walk, uint32_t *frame,
                           cprof_frame_mark *mark);

#endif
