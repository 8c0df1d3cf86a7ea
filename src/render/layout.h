/* Pictures of graphs: graphviz's library lays out and draws a graph that is written in its language. */
#ifndef CPROF_RENDER_LAYOUT_H
#define CPROF_RENDER_LAYOUT_H

#include "base/child.h"

typedef enum cprof_picture_format {
    CPROF_PICTURE_SVG, /* as graphviz writes it: see callgraph.h for the one that people get */
    CPROF_PICTURE_PNG,
    CPROF_PICTURE_PDF,
    CPROF_PICTURE_PS,
    CPROF_PICTURE_GIF,
    CPROF_PICTURE_JPG
} cprof_picture_format;

/* The picture's bytes are appended to *output.  It is drawn in a child process: what takes longer than
 * `seconds` (0: no limit) is cut off, with a message that says how to get a smaller graph. */
bool cprof_layout(cprof_slice dot, cprof_picture_format format, unsigned seconds, const cprof_env *env,
                  cprof_child_output *output, cprof_error *err);

#endif
