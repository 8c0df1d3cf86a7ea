/* Draws a flame graph: one self-contained file, SVG or HTML. */
#ifndef CPROF_RENDER_FLAME_H
#define CPROF_RENDER_FLAME_H

#include "base/sink.h"
#include "report/flame.h"

typedef struct cprof_flame_style {
    bool html;     /* a page instead of an SVG file */
    bool inverted; /* the root at the bottom */
    bool relative; /* differences: coloured by each frame's own change, not by its part of the largest */
} cprof_flame_style;

/* Errors of the sink stay in the sink; false for want of memory. */
bool cprof_render_flame(const cprof_flame *flame, const cprof_flame_style *style, cprof_sink *sink,
                        cprof_error *err);

#endif
