/* The call graph as an SVG file to move about in. */
#ifndef CPROF_RENDER_CALLGRAPH_H
#define CPROF_RENDER_CALLGRAPH_H

#include "base/sink.h"
#include "report/report.h"

/* drawn: the picture as graphviz writes it (cprof_layout); html: a page instead of an SVG file. */
bool cprof_render_callgraph(cprof_report *report, cprof_slice drawn, bool html, cprof_sink *sink,
                            cprof_error *err);

#endif
