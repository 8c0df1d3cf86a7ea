/* The call graph in graphviz's language. */
#ifndef CPROF_RENDER_DOT_H
#define CPROF_RENDER_DOT_H

#include "render/style.h"
#include "report/callgraph_picture.h"

/* Names cannot break the output: quotes and backslashes are escaped, NUL is shown as \x00; with style->escape
 * all control characters are. */
void cprof_render_dot(const cprof_picture *picture, const cprof_text_style *style, cprof_sink *sink);

#endif
