/* Pictures of graphs: graphviz's library lays out and draws a graph that is written in its language. */
#ifndef CPROF_RENDER_LAYOUT_H
#define CPROF_RENDER_LAYOUT_H

#include "base/child.h"

typedef enum cprof_picture_format {
    CPROF_PICTURE_NONE,
    CPROF_PICTURE_SVG, /* as graphviz writes it: see callgraph.h for the one that people get */
    CPROF_PICTURE_PNG,
    CPROF_PICTURE_PDF,
    CPROF_PICTURE_PS,
    CPROF_PICTURE_GIF,
    CPROF_PICTURE_JPG
} cprof_picture_format;

/* A process that draws one picture. */
typedef struct cprof_layout {
    bool started;
    unsigned seconds;
    cprof_child child; /* while it is started */
} cprof_layout;

/* Starts the process: graphviz and its fonts make themselves ready while the caller does something else.
 * What takes longer than `seconds` (0: no limit) once it is waited for is cut off, with a message that says
 * how to get a smaller graph. */
bool cprof_layout_start(cprof_layout *layout, cprof_picture_format format, unsigned seconds,
                        cprof_error *err);
/* Gives it the graph in graphviz's language, which is borrowed until the picture is taken. */
void cprof_layout_give(cprof_layout *layout, cprof_slice dot);
/* The picture's bytes are appended to *output.  That ends the process. */
bool cprof_layout_take(cprof_layout *layout, const cprof_env *env, cprof_child_output *output,
                       cprof_error *err);
/* Ends one that is not needed after all; also one that was never started. */
void cprof_layout_cancel(cprof_layout *layout);

#endif
