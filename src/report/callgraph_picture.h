/* The call graph as it is drawn: boxes with sizes and colours, their label tags, and arrows.
 *
 * Text in this model is plain: renderers escape it for their medium.
 */
#ifndef CPROF_REPORT_CALLGRAPH_PICTURE_H
#define CPROF_REPORT_CALLGRAPH_PICTURE_H

#include "report/callgraph.h"

typedef struct cprof_colour {
    uint8_t red, green, blue;
} cprof_colour;

/* Red for what weighs, green for what shrank, grey for little; score: -1 … 1. */
cprof_colour cprof_colour_of(double score, bool background);

/* A small box at a node: what the samples with these labels weigh. */
typedef struct cprof_picture_tag {
    uint32_t rank;    /* among its siblings, from 0; those of no weight are left out */
    cprof_slice name; /* "key:value", one a line; or "64B", "4kB..1MB" */
    int64_t value;
    cprof_slice text;                  /* of the value */
    bool partly;                       /* a number that also stands for samples further down */
    struct cprof_picture_tag *numbers; /* of a label tag: numeric labels of the same samples */
    uint32_t number_count;
} cprof_picture_tag;

typedef struct cprof_box {
    cprof_entry node; /* without `sum` */
    uint32_t font_size;
    cprof_colour colour, fill;           /* of the line, of the ground */
    cprof_picture_tag *labels, *numbers; /* text labels; numeric labels of samples without text labels */
    uint32_t label_count, number_count;
} cprof_box;

typedef struct cprof_arrow {
    uint32_t from, to;          /* rows of the boxes; to CPROF_NONE: a node that is not shown */
    cprof_slice caller, callee; /* printed names */
    int64_t value;
    cprof_slice text;
    uint32_t weight, width; /* 1 … 101 and 1 … 6: of the total */
    cprof_colour colour;
    bool inlined, residual;
} cprof_arrow;

typedef struct cprof_picture {
    cprof_report *report; /* borrowed; owns the text */
    cprof_graph *graph;
    cprof_slice title; /* of the program; may be "" */
    cprof_lines lines; /* the legend; its last is the one on how to read it */
    cprof_box *boxes;  /* the most telling first */
    uint32_t box_count;
    cprof_arrow *arrows; /* heaviest first */
    uint32_t arrow_count;
} cprof_picture;

/* Whether or not it succeeds, cprof_picture_deinit is to be called. */
bool cprof_picture_init(cprof_picture *picture, cprof_report *report, cprof_error *err);
void cprof_picture_deinit(cprof_picture *picture);

#endif
