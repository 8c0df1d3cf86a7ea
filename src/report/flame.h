/* The flame graph's view model: a view's stacks folded into one tree from the root.
 *
 * Frames with one name under one caller are one node.  A node's width is what it takes in the picture: the
 * value of a plain profile; of a difference the larger of the two sides, stack by stack, so that what
 * vanished and what is new both have room.  What would be narrower than the model's grain is folded into
 * its caller, and counted.
 */
#ifndef CPROF_REPORT_FLAME_H
#define CPROF_REPORT_FLAME_H

#include "report/stacks.h"

typedef struct cprof_flame_options {
    uint32_t max_nodes; /* 0: a default that keeps a picture below 5 MB */
    uint32_t max_depth; /* frames; 0: a default */
    double min_share;   /* of the whole width; below it a node is folded into its caller. 0: a default where
                         * there are more stacks than nodes, else none */
} cprof_flame_options;

typedef struct cprof_flame_node {
    uint32_t frame;          /* row of stacks.frames; CPROF_NONE for the root, row 0 */
    uint32_t depth;          /* root: 0 */
    uint32_t end;            /* the row behind the node's last descendant */
    uint32_t ends;           /* distinct stacks that end in the node itself */
    bool inlined;            /* in every one of them */
    int64_t width;           /* at least the sum of the children's widths and of `folded` */
    int64_t value, base;     /* with callees, in the sample unit; base: 0 unless the model is a difference */
    int64_t self, self_base; /* without callees */
    int64_t folded;          /* width of callees that are too narrow to be nodes */
} cprof_flame_node;

typedef struct cprof_flame {
    cprof_report *report; /* borrowed: unit, total, header */
    cprof_stacks_model stacks;
    CPROF_VEC(cprof_flame_node) nodes; /* callers before callees, the widest callee first */
    uint32_t depth;                    /* of the deepest node */
    uint32_t max_depth;                /* what is deeper is folded too */
    uint32_t stack_count;              /* distinct stacks of the view */
    uint32_t folded_stacks;            /* of them, those that end in folded frames */
    int64_t folded_width;              /* all of `folded` together */
    int64_t largest_change; /* the largest |value - base| of a node but the root; differences only */
} cprof_flame;

/* deinit is needed either way. */
bool cprof_flame_init(cprof_flame *flame, cprof_report *report, const cprof_flame_options *options,
                      cprof_error *err);
void cprof_flame_deinit(cprof_flame *flame);

/* How far a value has moved, from -1 (all of it gone) to 1 (all of it new): against the larger of its own
 * two sides (relative), or against the largest change of the picture (absolute). */
double cprof_flame_change(const cprof_flame *flame, const cprof_flame_node *node, bool relative);

/* What folded frames are: "narrow", or "narrow or too deep". */
const char *cprof_flame_folded_why(const cprof_flame *flame);

#endif
